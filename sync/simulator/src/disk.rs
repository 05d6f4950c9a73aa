//! A tablet's disk: the app's `store/disk.rs` function for function, over values, with what a power cut takes away.

use std::collections::BTreeMap;

use domain::{
    changes::Change,
    ids::{LaneId, PersonId, RecordId},
    photos::PhotoHash,
    time::{Contact, DAY, Moment},
};
use sync::{
    device::{
        exchange::Place,
        outbox::{Entry, Outbox, OwnLane, OwnPhoto, PhotoState, orders_given},
    },
    messages::{Enrolled, Identity, Page, Row},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskFault {
    Full,
    Failed,
}

/// Whether a transaction is on the disk once it is complete, or only handed to the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    Strict,
    Relaxed,
}

#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub enrolled: Option<Enrolled>,
    pub place: Place,
    pub contact: Option<Contact>,
}

/// What a tablet holds.
#[derive(Clone, Debug, Default)]
struct Stores {
    records: BTreeMap<RecordId, Row>,
    outbox: BTreeMap<(LaneId, i64), Entry>,
    lanes: BTreeMap<LaneId, OwnLane>,
    photos: BTreeMap<PhotoHash, OwnPhoto>,
    photo_bytes: BTreeMap<PhotoHash, Vec<u8>>,
    facts: Facts,
}

#[derive(Clone, Debug, Default)]
pub struct Disk {
    stores: Stores,
    /// What a power cut would leave, where it differs.
    synced: Option<Box<Stores>>,
    /// True while every write fails.
    pub full: bool,
}

type Result<T> = std::result::Result<T, DiskFault>;

impl Disk {
    pub fn facts(&self) -> Facts {
        self.stores.facts.clone()
    }

    pub fn rows(&self) -> Vec<Row> {
        self.stores.records.values().cloned().collect()
    }

    pub fn records(&self) -> &BTreeMap<RecordId, Row> {
        &self.stores.records
    }

    pub fn lanes_and_photos(&self) -> Outbox {
        Outbox { lanes: self.stores.lanes.clone(), photos: self.stores.photos.clone(), ..Default::default() }
    }

    pub fn outbox(&self) -> Outbox {
        let mut outbox = self.lanes_and_photos();
        for entry in self.stores.outbox.values() {
            outbox.put(entry.clone());
        }
        outbox
    }

    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.stores.outbox.values()
    }

    pub fn photos(&self) -> &BTreeMap<PhotoHash, OwnPhoto> {
        &self.stores.photos
    }

    pub fn put_facts(&mut self, change: impl FnOnce(&mut Facts)) -> Result<()> {
        self.write(Durability::Strict, |stores| {
            change(&mut stores.facts);
            Ok(())
        })
    }

    pub fn put_contact(&mut self, contact: Contact) -> Result<()> {
        self.write(Durability::Relaxed, |stores| {
            stores.facts.contact = Some(contact);
            Ok(())
        })
    }

    /// Appends a bundle of changes to the person's lane: one strict transaction with the lane's tail read inside it.
    pub fn append(
        &mut self,
        lane_if_none: OwnLane,
        changes: &[Change],
        photos: &[OwnPhoto],
        remembered: &Outbox,
    ) -> Result<(OwnLane, Vec<Entry>)> {
        #[cfg(not(feature = "planted"))]
        let _ = remembered;
        #[cfg(feature = "planted")]
        if sync::planted::is(sync::planted::Bug::SecondTabReusesANumber) {
            let lane = remembered.lane_of(lane_if_none.person, lane_if_none.identity).copied().unwrap_or(lane_if_none);
            return self.append_to(lane, changes, photos, false);
        }
        let known = self.stores.lanes.values().find(|lane| lane.is_for(lane_if_none.person, lane_if_none.identity));
        let lane = known.copied().unwrap_or(lane_if_none);
        self.append_to(lane, changes, photos, true)
    }

    fn append_to(
        &mut self,
        mut lane: OwnLane,
        changes: &[Change],
        photos: &[OwnPhoto],
        add: bool,
    ) -> Result<(OwnLane, Vec<Entry>)> {
        let given = orders_given(self.stores.lanes.values());
        let bundle = (changes.len() > 1).then(|| changes.first().map(|change| change.id)).flatten();
        let entries: Vec<Entry> =
            (1..).zip(changes).map(|(i, change)| Entry::new(&lane, lane.last + i, given + i, change, bundle)).collect();
        lane.last += entries.len() as i64;
        #[cfg_attr(not(feature = "planted"), expect(unused_mut, reason = "only a planted bug writes it otherwise"))]
        let mut durability = Durability::Strict;
        #[cfg(feature = "planted")]
        if sync::planted::is(sync::planted::Bug::RelaxedSave) {
            durability = Durability::Relaxed;
        }
        self.write(durability, |stores| {
            for entry in &entries {
                if add && stores.outbox.contains_key(&(entry.lane, entry.n)) {
                    return Err(DiskFault::Failed);
                }
                stores.outbox.insert((entry.lane, entry.n), entry.clone());
            }
            stores.lanes.insert(lane.lane, lane);
            stores.photos.extend(photos.iter().map(|own| (own.photo.hash, *own)));
            Ok(())
        })?;
        Ok((lane, entries))
    }

    pub fn put_photo(&mut self, own: OwnPhoto, bytes: Vec<u8>) -> Result<()> {
        self.write(Durability::Strict, |stores| {
            stores.photo_bytes.insert(own.photo.hash, bytes);
            stores.photos.insert(own.photo.hash, own);
            Ok(())
        })
    }

    /// The bytes of a photo, if they are here and read back as they were written.
    pub fn photo_bytes(&self, hash: PhotoHash) -> Option<Vec<u8>> {
        self.stores.photo_bytes.get(&hash).filter(|bytes| PhotoHash::of(bytes) == hash).cloned()
    }

    /// Keeps the state of a photo; once the server has it, its bytes are freed.
    pub fn put_photo_state(&mut self, own: OwnPhoto) -> Result<()> {
        self.write(Durability::Strict, |stores| {
            stores.photos.insert(own.photo.hash, own);
            if matches!(own.state, PhotoState::Kept { .. }) {
                stores.photo_bytes.remove(&own.photo.hash);
            }
            Ok(())
        })
    }

    #[cfg(feature = "planted")]
    pub fn free_photo(&mut self, hash: PhotoHash) {
        self.stores.photo_bytes.remove(&hash);
    }

    pub fn put_entries(&mut self, entries: &[Entry]) -> Result<()> {
        self.put_entries_with(Durability::Strict, entries)
    }

    /// Notes what became of changes; it may be lost.
    pub fn note_outcomes(&mut self, entries: &[Entry]) -> Result<()> {
        self.put_entries_with(Durability::Relaxed, entries)
    }

    fn put_entries_with(&mut self, durability: Durability, entries: &[Entry]) -> Result<()> {
        self.write(durability, |stores| {
            stores.outbox.extend(entries.iter().map(|entry| ((entry.lane, entry.n), entry.clone())));
            Ok(())
        })
    }

    pub fn drop_entries(&mut self, places: &[(LaneId, i64)]) -> Result<()> {
        self.write(Durability::Strict, |stores| {
            for place in places {
                stores.outbox.remove(place);
            }
            Ok(())
        })
    }

    /// Moves entries to other places and keeps the lanes as they are now, all or nothing.
    pub fn move_entries(&mut self, moved: &[((LaneId, i64), Entry)], lanes: &[OwnLane]) -> Result<()> {
        self.write(Durability::Strict, |stores| {
            for (place, entry) in moved {
                stores.outbox.remove(place);
                stores.outbox.insert((entry.lane, entry.n), entry.clone());
            }
            stores.lanes.extend(lanes.iter().map(|lane| (lane.lane, *lane)));
            Ok(())
        })
    }

    /// Writes a page of the pull together with the place it leads to, unless another tab has come further meanwhile. Says
    /// whether it did.
    pub fn absorb(&mut self, page: &Page) -> Result<bool> {
        let place = self.stores.facts.place.clone();
        if !place.takes(page) {
            return Ok(false);
        }
        self.write(Durability::Relaxed, |stores| {
            for row in &page.rows {
                if stores.records.get(&row.id).is_none_or(|held| held.seq < row.seq) {
                    stores.records.insert(row.id, row.clone());
                }
            }
            for id in &page.departures {
                stores.records.remove(id);
            }
            stores.facts.place = place.after(page);
            Ok(())
        })?;
        Ok(true)
    }

    /// Puts a view that was built beside the one in use in its place.
    pub fn flip(&mut self, rows: &[Row], place: &Place, disowned: Option<i64>) -> Result<bool> {
        if !self.stores.facts.place.gives_way_to(place, disowned) && !planted_flip() {
            return Ok(false);
        }
        self.write(Durability::Relaxed, |stores| {
            stores.records = rows.iter().map(|row| (row.id, row.clone())).collect();
            stores.facts.place = place.clone();
            Ok(())
        })?;
        Ok(true)
    }

    /// Forgets every record: the device is another one now.
    pub fn empty(&mut self) -> Result<()> {
        self.write(Durability::Relaxed, |stores| {
            stores.records.clear();
            stores.facts.place = Place::default();
            Ok(())
        })
    }

    /// What was not on the disk yet is gone. Says whether that was anything.
    pub fn power_cut(&mut self) -> bool {
        let Some(synced) = self.synced.take() else { return false };
        self.stores = *synced;
        true
    }

    /// A bit flips in the bytes of a change.
    pub fn damage(&mut self, place: (LaneId, i64)) {
        if let Some(entry) = self.stores.outbox.get_mut(&place) {
            entry.change.truncate(entry.change.len() / 2);
        }
    }

    /// A change is gone altogether.
    pub fn forget(&mut self, place: (LaneId, i64)) {
        self.stores.outbox.remove(&place);
    }

    /// The bytes of a change as a later release would have written them.
    pub fn rewrite(&mut self, place: (LaneId, i64), kind: &str, change: String) {
        if let Some(entry) = self.stores.outbox.get_mut(&place) {
            (entry.kind, entry.change) = (kind.to_owned(), change);
        }
    }

    fn write(&mut self, durability: Durability, requests: impl FnOnce(&mut Stores) -> Result<()>) -> Result<()> {
        if self.full {
            return Err(DiskFault::Full);
        }
        if durability == Durability::Relaxed && self.synced.is_none() {
            self.synced = Some(Box::new(self.stores.clone()));
        }
        requests(&mut self.stores)?;
        if durability == Durability::Strict {
            self.synced = None;
        }
        Ok(())
    }
}

fn planted_flip() -> bool {
    #[cfg(feature = "planted")]
    return sync::planted::is(sync::planted::Bug::FlipLosesTheCursor);
    #[cfg(not(feature = "planted"))]
    false
}

/// The lane to open when a person has none here yet.
pub fn new_lane(lane: LaneId, person: PersonId, identity: Identity) -> OwnLane {
    OwnLane { lane, person, identity, last: 0, closed: false, device: None }
}

/// Entries that were delivered long ago and need nobody any more.
pub fn outdated(outbox: &Outbox, now: Moment) -> Vec<(LaneId, i64)> {
    let is_old = |entry: &&Entry| entry.is_settled() && !entry.needs_attention() && entry.saved.plus(30 * DAY) < now;
    outbox.entries.values().filter(is_old).map(|entry| (entry.lane, entry.n)).collect()
}
