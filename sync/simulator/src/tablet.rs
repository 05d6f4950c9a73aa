//! A tablet: its clocks, its disk and its tabs. What a tab does is what the app's `store/{held,courier}.rs` do.

use domain::{
    changes::{Change, Deed},
    ids::{ChangeId, CommunityId, DeviceId, LaneId, LoadId, PersonId},
    photos::{Photo, PhotoHash},
    time::{Clocks, Moment, Stamp},
};
use sync::{
    device::{
        exchange::{Exchange, View, Write},
        outbox::{Entry, EntryState, Outbox, OwnLane, OwnPhoto, PhotoState, identity_for},
        world::World,
    },
    messages::{Delivery, Enrolled, Identity, Profile},
};

use crate::{
    chance::Chance,
    disk::{self, Disk, DiskFault},
};

/// What one tab tells the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    Outbox,
    Records,
}

pub struct Tab {
    pub serial: u64,
    load: LoadId,
    /// The tablet's waking time when the page was loaded.
    loaded: i64,
    pub world: World,
    contact: Option<domain::time::Contact>,
    /// The tab that holds the lock has one.
    pub exchange: Option<Exchange>,
    /// The request that it waits for.
    pub asked: Option<u64>,
    /// Counts its timers: an old one is deaf.
    pub timer: u64,
    pub frozen: bool,
    /// Rung while it was busy.
    pub rung: bool,
    /// The changes whose outcomes it shows and has not written.
    unnoted: Vec<(LaneId, i64)>,
}

pub struct Tablet {
    pub n: usize,
    pub profile: Profile,
    /// The device that its credential names; none once everything was evicted.
    pub credential: Option<DeviceId>,
    pub disk: Disk,
    pub tabs: Vec<Tab>,
    pub present: PersonId,
    pub identity: Identity,
    /// Whose session its browser believes to hold.
    pub session: Option<PersonId>,
    pub wall_offset: i64,
    /// Milliseconds that it slept in all: the monotonic clocks stood still.
    slept: i64,
    pub asleep_since: Option<i64>,
    pub dead: bool,
    /// A copy of its disk that its system made.
    pub image: Option<Disk>,
    /// How often that, or nothing at all, took the place of its disk.
    pub life: u32,
    pub without_locks: bool,
    /// Whether its clock was ever set: then its times prove less.
    pub clock_was_set: bool,
    chance: Chance,
}

impl Tablet {
    pub fn new(n: usize, profile: Profile, present: PersonId, chance: Chance) -> Self {
        Self {
            n,
            profile,
            credential: None,
            disk: Disk::default(),
            tabs: vec![],
            present,
            identity: Identity::Pin,
            session: None,
            wall_offset: 0,
            slept: 0,
            asleep_since: None,
            dead: false,
            image: None,
            life: 0,
            without_locks: false,
            clock_was_set: false,
            chance,
        }
    }

    /// Its whole state on another tablet; only what is drawn from now on differs.
    pub fn cloned(&self, n: usize, now: i64) -> Self {
        Self {
            disk: self.disk.clone(),
            credential: self.credential,
            session: self.session,
            wall_offset: self.wall_offset,
            slept: self.slept_until(now),
            without_locks: self.without_locks,
            clock_was_set: self.clock_was_set,
            ..Self::new(n, self.profile, self.present, self.chance.clone())
        }
    }

    fn slept_until(&self, now: i64) -> i64 {
        self.slept + self.asleep_since.map_or(0, |since| now - since)
    }

    /// The clocks of a tab now.
    pub fn clocks(&self, tab: usize, now: i64) -> Clocks {
        let tab = &self.tabs[tab];
        let mono = now - self.slept_until(now) - tab.loaded;
        Clocks { wall: Moment(now + self.wall_offset), mono, load: tab.load }
    }

    pub fn fall_asleep(&mut self, now: i64) {
        self.asleep_since.get_or_insert(now);
    }

    pub fn wake(&mut self, now: i64) {
        self.slept = self.slept_until(now);
        self.asleep_since = None;
    }

    /// A tab by its serial number.
    pub fn tab(&self, serial: u64) -> Option<usize> {
        self.tabs.iter().position(|tab| tab.serial == serial)
    }

    /// Opens a tab: reads everything that the disk holds.
    pub fn open(&mut self, serial: u64, now: i64) {
        let facts = self.disk.facts();
        let outbox = self.disk.outbox();
        let old = disk::outdated(&outbox, facts.contact.map_or(Moment(0), |contact| contact.server));
        if !old.is_empty() {
            let _ = self.disk.drop_entries(&old);
        }
        let community = facts.enrolled.as_ref().map_or(CommunityId(uuid::Uuid::nil()), |enrolled| enrolled.community);
        let world = World::new(community, facts.place, &self.disk.rows(), outbox);
        self.tabs.push(Tab {
            serial,
            load: LoadId(self.chance.uuid()),
            loaded: now - self.slept_until(now),
            world,
            contact: facts.contact,
            exchange: None,
            asked: None,
            timer: 0,
            frozen: false,
            rung: false,
            unnoted: vec![],
        });
    }

    /// The first tab takes the lock; without locks every tab believes that it has it. Says which tabs begin.
    pub fn choose_couriers(&mut self) -> Vec<u64> {
        let facts = self.disk.facts();
        let most = if self.without_locks { usize::MAX } else { 1 };
        let mut begin = vec![];
        for at in 0..self.tabs.len().min(most) {
            if self.tabs[at].exchange.is_none() {
                // Another tab may have written while this one waited for its turn, and died before it told.
                if self.tabs[at].world.place == facts.place {
                    self.catch_up(at);
                } else {
                    self.reload(at);
                }
                self.tabs[at].exchange = Some(Exchange::new(facts.place.clone(), facts.contact));
                begin.push(self.tabs[at].serial);
            }
        }
        begin
    }

    /// Begins again from what the disk holds.
    pub fn begin_again(&mut self, tab: usize) {
        let facts = self.disk.facts();
        self.reload(tab);
        if self.tabs[tab].exchange.is_some() {
            self.tabs[tab].exchange = Some(Exchange::new(facts.place, facts.contact));
        }
    }

    /// Writes the outcomes that this tab shows.
    pub fn note_outcomes(&mut self, tab: usize) -> Result<Option<Told>, DiskFault> {
        let Tab { unnoted, world, .. } = &mut self.tabs[tab];
        let unnoted = std::mem::take(unnoted);
        if unnoted.is_empty() {
            return Ok(None);
        }
        let entries = unnoted.iter().filter_map(|place| world.outbox.entries.get(place));
        let entries: Vec<Entry> = entries.cloned().collect();
        self.disk.note_outcomes(&entries)?;
        Ok(Some(Told::Outbox))
    }

    /// The outbox on the disk, with every outcome noted that this tab knows of.
    fn read_outbox(&mut self, tab: usize) -> Outbox {
        let _ = self.note_outcomes(tab);
        self.disk.outbox()
    }

    pub fn reload_outbox(&mut self, tab: usize) {
        let outbox = self.read_outbox(tab);
        self.tabs[tab].world.reload_outbox(outbox);
    }

    /// Shows what another tab saved, if it saved anything.
    pub fn catch_up(&mut self, tab: usize) {
        if !self.tabs[tab].world.outbox.is_as_far_as(&self.disk.lanes_and_photos()) {
            self.reload_outbox(tab);
        }
    }

    pub fn reload(&mut self, tab: usize) {
        let facts = self.disk.facts();
        let community = facts.enrolled.as_ref().map_or(CommunityId(uuid::Uuid::nil()), |enrolled| enrolled.community);
        let outbox = self.read_outbox(tab);
        let world = World::new(community, facts.place, &self.disk.rows(), outbox);
        let tab = &mut self.tabs[tab];
        tab.world = world;
        tab.contact = facts.contact;
    }

    /// What a retired tablet had is with the server: nothing of it stays here. Returns what nobody can send again.
    pub fn clear(&mut self, tab: usize) -> Vec<ChangeId> {
        let _ = self.note_outcomes(tab);
        let settled: Vec<_> = self.disk.entries().filter(|entry| entry.is_settled()).cloned().collect();
        let places: Vec<_> = settled.iter().map(|entry| (entry.lane, entry.n)).collect();
        if self.disk.drop_entries(&places).is_err() || self.disk.empty().is_err() {
            return vec![];
        }
        self.reload(tab);
        if let Some(exchange) = &mut self.tabs[tab].exchange {
            exchange.cleared();
        }
        settled.iter().map(|entry| entry.id).collect()
    }

    /// Keeps this device's enrolment and begins with an empty world; what waits in another device's lanes moves to new ones.
    pub fn enrol(&mut self, enrolled: Enrolled) -> Result<(), DiskFault> {
        let before = self.disk.facts().enrolled;
        self.disk.empty()?;
        self.disk.put_facts(|facts| facts.enrolled = Some(enrolled.clone()))?;
        if before.is_some_and(|before| before.device != enrolled.device) {
            let mut outbox = self.disk.outbox();
            let lanes: Vec<_> = outbox.lanes.values().filter(|lane| !lane.closed).map(|lane| lane.lane).collect();
            let fresh = || LaneId(self.chance.uuid());
            let moved: Vec<_> =
                lanes.into_iter().flat_map(|lane| outbox.fork(lane, fresh(), Some(enrolled.device))).collect();
            let lanes: Vec<_> = outbox.lanes.values().copied().collect();
            self.disk.move_entries(&moved, &lanes)?;
        }
        for tab in 0..self.tabs.len() {
            self.reload(tab);
            self.begin_again(tab);
        }
        Ok(())
    }

    /// Keeps a picture that was just taken.
    pub fn photograph(&mut self, now: i64, empty: bool) -> Option<Photo> {
        let bytes = if empty { vec![] } else { self.chance.uuid().as_bytes().to_vec() };
        let hash = PhotoHash::of(&bytes);
        let photo =
            Photo { hash, taken: Moment(now + self.wall_offset), width: 4, height: 3, bytes: bytes.len() as u32 };
        let known = self.disk.photos().get(&hash).copied();
        let own = known.unwrap_or(OwnPhoto { photo, by: self.present, state: PhotoState::Draft });
        if !matches!(own.state, PhotoState::Kept { .. }) {
            self.disk.put_photo(own, bytes).ok()?;
        }
        Some(photo)
    }

    /// Saves what a person did: a bundle of changes, all or nothing. The screen knows only once `shown`.
    pub fn append(&mut self, tab: usize, deeds: Vec<Deed>, now: i64) -> Result<Saved, DiskFault> {
        let at = Stamp { clocks: self.clocks(tab, now), contact: self.tabs[tab].contact };
        let changes: Vec<Change> = deeds
            .into_iter()
            .map(|deed| Change { id: ChangeId(self.chance.uuid()), at, after: vec![], supersedes: None, deed })
            .collect();
        let named = changes.iter().flat_map(|change| change.deed.photos());
        let drafts = named.filter_map(|photo| self.disk.photos().get(&photo.hash));
        let drafts = drafts.filter(|own| own.state == PhotoState::Draft);
        let photos: Vec<OwnPhoto> = drafts.map(|own| OwnPhoto { state: PhotoState::Waiting, ..*own }).collect();
        let deeds = changes.iter().map(|change| &change.deed);
        let identity = identity_for(deeds, self.profile, self.identity);
        let lane = disk::new_lane(LaneId(self.chance.uuid()), self.present, identity);
        let (lane, entries) = self.disk.append(lane, &changes, &photos, &self.tabs[tab].world.outbox)?;
        Ok(Saved { lane, entries, photos, changes })
    }

    /// Shows what was saved.
    pub fn show(&mut self, tab: usize, saved: &Saved) {
        let world = &mut self.tabs[tab].world;
        if world.saved(saved.lane, saved.entries.clone()) {
            world.outbox.photos.extend(saved.photos.iter().map(|own| (own.photo.hash, *own)));
        } else {
            self.reload_outbox(tab);
        }
    }

    /// Writes what the exchange said. The disk first; memory never runs ahead of it.
    pub fn carry_out(&mut self, tab: usize, write: Write) -> Result<Option<Told>, DiskFault> {
        match write {
            Write::Contact(contact) => {
                self.tabs[tab].contact = Some(contact);
                self.disk.put_contact(contact)?;
                Ok(None)
            }
            Write::Greeted(answer) => {
                self.disk.put_facts(|facts| facts.enrolled = Some(answer.enrolled))?;
                Ok(None)
            }
            Write::Delivered(deliveries) => {
                let Tab { world, unnoted, .. } = &mut self.tabs[tab];
                let is_news = |delivery: &&Delivery| world.outbox.after(delivery).is_some();
                unnoted.extend(deliveries.iter().filter(is_news).map(|delivery| (delivery.lane, delivery.n)));
                // Shown first: it is true before it is noted here.
                world.delivered(&deliveries);
                let is_drained = world.outbox.sendable(self.session).next().is_none();
                // While pushes follow each other, several are noted together.
                if is_drained || self.chance.percent(30) { self.note_outcomes(tab) } else { Ok(None) }
            }
            Write::Resend(places) => self.change_entries(tab, &places, Entry::again),
            Write::Stuck(lane) => {
                let waiting = self.tabs[tab].world.outbox.waiting();
                let places: Vec<_> =
                    waiting.filter(|entry| entry.lane == lane).map(|entry| (entry.lane, entry.n)).collect();
                self.change_entries(tab, &places, |entry| Entry { state: EntryState::Stuck, ..entry.clone() })
            }
            Write::SessionOver => {
                self.session = None;
                Ok(None)
            }
            Write::HandedOver { kept, epoch } => {
                let entries = self.tabs[tab].world.outbox.in_custody(&kept, &epoch, Moment(0));
                self.disk.put_entries(&entries)?;
                self.tabs[tab].world.replace_entries(entries);
                Ok(Some(Told::Outbox))
            }
            Write::Fork { lane, fresh, device } => {
                let mut outbox = self.read_outbox(tab);
                let moved = outbox.fork(lane, fresh, device);
                let lanes: Vec<_> = outbox.lanes.values().copied().collect();
                self.disk.move_entries(&moved, &lanes)?;
                self.tabs[tab].world.reload_outbox(outbox);
                Ok(Some(Told::Outbox))
            }
            Write::Photo(hash, answer) => {
                let Some(own) = self.tabs[tab].world.outbox.photos.get(&hash).copied() else { return Ok(None) };
                self.put_photo_state(tab, own.answered(answer, Moment(0)))
            }
            Write::Absorb(page) => {
                let place = &self.tabs[tab].world.place;
                let is_news =
                    !page.rows.is_empty() || !page.departures.is_empty() || place.clone().after(&page) != *place;
                if !is_news {
                    return Ok(None);
                }
                if !self.disk.absorb(&page)? {
                    return Err(DiskFault::Failed);
                }
                self.tabs[tab].world.absorb(&page);
                Ok(Some(Told::Records))
            }
            Write::Flip(View { place, rows, confirmed, disowned }) => {
                self.tabs[tab].world.rebuild(confirmed, place.clone());
                if !self.disk.flip(&rows, &place, disowned)? {
                    self.reload(tab);
                    return Err(DiskFault::Failed);
                }
                Ok(Some(Told::Records))
            }
        }
    }

    /// What its author does not wait for any more.
    pub fn gives_up(&mut self, tab: usize, place: (LaneId, i64)) -> Result<Option<Told>, DiskFault> {
        self.change_entries(tab, &[place], |entry| Entry { state: EntryState::GivenUp, ..entry.clone() })
    }

    pub fn put_photo_state(&mut self, tab: usize, own: OwnPhoto) -> Result<Option<Told>, DiskFault> {
        self.disk.put_photo_state(own)?;
        self.tabs[tab].world.outbox.photos.insert(own.photo.hash, own);
        Ok(Some(Told::Outbox))
    }

    fn change_entries(
        &mut self,
        tab: usize,
        places: &[(LaneId, i64)],
        change: impl Fn(&Entry) -> Entry,
    ) -> Result<Option<Told>, DiskFault> {
        let world = &mut self.tabs[tab].world;
        let known = places.iter().filter_map(|place| world.outbox.entries.get(place));
        let entries: Vec<Entry> = known.map(change).collect();
        self.disk.put_entries(&entries)?;
        world.replace_entries(entries);
        Ok(Some(Told::Outbox))
    }
}

/// What an append wrote.
pub struct Saved {
    pub lane: OwnLane,
    pub entries: Vec<Entry>,
    photos: Vec<OwnPhoto>,
    pub changes: Vec<Change>,
}
