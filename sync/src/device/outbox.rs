//! The outbox: changes that were saved on this device, with what became of each.

use std::collections::BTreeMap;

use domain::{
    changes::{Change, Deed},
    ids::{ChangeId, DeviceId, LaneId, PersonId},
    permissions::{Proof, proof_for},
    photos::{Photo, PhotoFault, PhotoHash},
    time::Moment,
};
use serde::{Deserialize, Serialize};

use super::exchange::Place;
use crate::messages::{
    CHANGE_BYTES, Delivery, Envelope, Handed, Hole, Identity, LaneNumber, LaneOpening, Numbered, Outcome, PUSH_BYTES,
    PUSH_CHANGES, PhotoAnswer, Placed, Profile, Receipt, Row, Seal, Seq, UNREADABLE,
};
#[cfg(feature = "planted")]
use crate::planted::{self, Bug};

/// A lane as its device keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnLane {
    pub lane: LaneId,
    pub person: PersonId,
    pub identity: Identity,
    /// The number of its newest change; 0 before the first.
    pub last: LaneNumber,
    /// A lane that was forked takes no more changes.
    #[serde(default)]
    pub closed: bool,
    /// The device that it was opened for, where another one's lane had to be left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceId>,
}

impl OwnLane {
    /// Whether somebody who was recognised in this way writes in it: what is only claimed, and what takes a session, stay by
    /// themselves.
    pub fn is_for(&self, person: PersonId, identity: Identity) -> bool {
        let apart = |identity| match identity {
            Identity::SignedIn | Identity::Pin => None,
            Identity::Claimed | Identity::Session => Some(identity),
        };
        self.person == person && !self.closed && apart(self.identity) == apart(identity)
    }

    /// Whether it is sent while `session` lives.
    fn may_be_sent(&self, session: Option<PersonId>) -> bool {
        self.identity != Identity::Session || session == Some(self.person)
    }

    pub fn seal(&self) -> Seal {
        Seal { session: self.identity == Identity::Session, ..Seal::new(self.lane, self.last) }
    }

    pub fn opening(&self) -> LaneOpening {
        LaneOpening::new(self.lane, self.person, self.identity)
    }
}

/// How the lane for `deeds` knows its person, whom the device recognised by `known`: what takes a session, where the device is
/// not the person's own, goes apart.
pub fn identity_for<'a>(deeds: impl IntoIterator<Item = &'a Deed>, profile: Profile, known: Identity) -> Identity {
    let is_proof = matches!(profile, Profile::Personal { .. }) && known != Identity::Claimed;
    let takes_session = deeds.into_iter().any(|deed| proof_for(deed) == Proof::Session);
    if takes_session && !is_proof { Identity::Session } else { known }
}

/// A saved change. `change` holds the bytes that are sent, for ever the same.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    pub lane: LaneId,
    pub n: LaneNumber,
    pub id: ChangeId,
    #[serde(default)]
    pub bundle: Option<ChangeId>,
    pub person: PersonId,
    pub kind: String,
    pub saved: Moment,
    /// Its place among everything saved on this device, whoever made it: what is sent, and laid over, keeps this order.
    #[serde(default)]
    pub order: i64,
    /// The envelope as JSON text.
    pub change: String,
    pub state: EntryState,
    /// What a server had told of it, while it is sent to one that was restored without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
}

domain::tagged! {
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum EntryState ("EntryState", tag = "is") {
        Waiting,
        /// It has its outcome. `dismissed` once its author has dealt with a refusal.
        Delivered {
            seq: Seq,
            outcome: Outcome,
            #[serde(default)]
            dismissed: bool,
            /// Which server told it: its `seq` means nothing in another epoch.
            #[serde(default, skip_serializing_if = "String::is_empty")]
            epoch: String,
            #[serde(default, skip_serializing_if = "Option::is_none")]
            proof: Option<String>,
            /// The number that its party was given.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            number: Option<Numbered>,
        },
        /// The server cannot take it in its lane; a person must look at it.
        Stuck,
        /// Its author gave it up: it goes into the server's custody.
        GivenUp,
        /// The server has it in custody, where a person works through it.
        InCustody {
            at: Moment,
            /// Which server has it: one that was restored from a backup may not.
            #[serde(default, skip_serializing_if = "String::is_empty")]
            epoch: String,
        },
    }
}

impl Entry {
    /// The entry of a change that was just made; `order` follows [`orders_given`].
    pub fn new(lane: &OwnLane, n: LaneNumber, order: i64, change: &Change, bundle: Option<ChangeId>) -> Self {
        let envelope = Envelope::seal(change);
        Self {
            lane: lane.lane,
            n,
            id: change.id,
            bundle,
            person: lane.person,
            kind: envelope.kind.clone(),
            saved: change.at.clocks.wall,
            order,
            change: serde_json::to_string(&envelope).expect("an envelope is plain data"),
            state: EntryState::Waiting,
            receipt: None,
        }
    }

    /// Leaves in the record that it says anew what a later version wrote there and this one does not know.
    pub fn keep_unknown(&mut self, base: &Row) {
        let kept = || -> Option<String> {
            let mut envelope = Envelope::read(&self.change).ok()?;
            let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
            let mut body = value(envelope.body.get())?;
            let new = body.clone();
            domain::json::keep_unknown(
                &value(base.body.get())?,
                &value(base.record()?.body.encode().get())?,
                &mut body,
            );
            if let (serde_json::Value::Object(body), false) = (&mut body, envelope.kind.ends_with(".put")) {
                // A fact is not the record itself: only what the two have in common.
                body.retain(|name, _| new.get(name).is_some());
            }
            if body == new {
                return None;
            }
            envelope.body = serde_json::value::to_raw_value(&body).ok()?;
            serde_json::to_string(&envelope).ok().filter(|text| text.len() <= CHANGE_BYTES)
        };
        if let Some(kept) = kept() {
            self.change = kept;
        }
    }

    /// It, to be sent again, with what was told of it before; handed over again where it had been.
    pub fn again(&self) -> Self {
        if let EntryState::InCustody { .. } = self.state {
            return Self { state: EntryState::GivenUp, ..self.clone() };
        }
        let receipt = match &self.state {
            EntryState::Delivered { seq, outcome, epoch, proof: Some(proof), number, .. } => Some(Receipt {
                epoch: epoch.clone(),
                seq: *seq,
                outcome: outcome.clone(),
                proof: proof.clone(),
                number: number.clone(),
            }),
            EntryState::Delivered { .. }
            | EntryState::Waiting
            | EntryState::Stuck
            | EntryState::GivenUp
            | EntryState::InCustody { .. } => self.receipt.clone(),
        };
        Self { state: EntryState::Waiting, receipt, ..self.clone() }
    }

    pub fn is_waiting(&self) -> bool {
        self.state == EntryState::Waiting
    }

    /// Whether the server has it, with an outcome or in custody.
    pub fn is_settled(&self) -> bool {
        matches!(self.state, EntryState::Delivered { .. } | EntryState::InCustody { .. })
    }

    /// True while somebody must look at it: refused or quarantined and not yet dealt with, or stuck.
    pub fn needs_attention(&self) -> bool {
        match &self.state {
            EntryState::Waiting | EntryState::GivenUp | EntryState::InCustody { .. } => false,
            EntryState::Stuck => true,
            EntryState::Delivered { outcome, dismissed, .. } => match outcome {
                Outcome::Accepted { .. } => false,
                Outcome::Refused { .. } | Outcome::Quarantined { .. } => !dismissed,
            },
        }
    }

    /// It, after its author has dealt with a refusal.
    #[must_use]
    pub fn dealt_with(mut self) -> Self {
        if let EntryState::Delivered { dismissed, .. } = &mut self.state {
            *dismissed = true;
        }
        self
    }

    /// True while the screen lays it over the confirmed records: until a whole pull has passed its outcome.
    pub fn is_laid_over(&self, place: &Place) -> bool {
        match &self.state {
            EntryState::Waiting | EntryState::Stuck | EntryState::GivenUp => true,
            EntryState::InCustody { .. } => false,
            #[cfg(feature = "planted")]
            EntryState::Delivered { .. } if planted::is(Bug::OverlayDroppedTooSoon) => false,
            EntryState::Delivered { seq, outcome: Outcome::Accepted { .. }, epoch, .. } => {
                *seq > place.settled || (!epoch.is_empty() && *epoch != place.epoch)
            }
            EntryState::Delivered { outcome: Outcome::Refused { .. } | Outcome::Quarantined { .. }, .. } => false,
        }
    }

    /// It, as it is handed over out of `lane`.
    fn handed(&self, lane: Option<&OwnLane>) -> Handed {
        Handed {
            key: self.id.to_string(),
            kind: self.kind.clone(),
            person: Some(self.person),
            saved: Some(self.saved),
            content: self.change.clone(),
            identity: lane.map(|lane| lane.identity),
        }
    }

    /// Bytes that are no longer JSON (a damaged disk) travel as a string: the server keeps them and the lane goes on.
    fn placed(&self) -> Placed {
        let change = serde_json::value::RawValue::from_string(self.change.clone())
            .or_else(|_| serde_json::value::to_raw_value(&self.change))
            .expect("a string is JSON");
        Placed { lane: self.lane, n: self.n, id: self.id, bundle: self.bundle, change, receipt: self.receipt.clone() }
    }
}

/// How many numbers the lanes of a device have given in all: it only grows.
pub fn orders_given<'a>(lanes: impl IntoIterator<Item = &'a OwnLane>) -> i64 {
    lanes.into_iter().map(|lane| lane.last).sum()
}

/// A photo that was taken on this device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnPhoto {
    pub photo: Photo,
    pub by: PersonId,
    pub state: PhotoState,
}

domain::tagged! {
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum PhotoState ("PhotoState", tag = "is") {
        /// Beside something that is not finished yet.
        Draft,
        /// Beside a saved change; it goes after it.
        Waiting,
        /// The server has it; its bytes are freed here.
        Kept { at: Moment },
        /// The server will not take it; its bytes stay here.
        Refused { why: PhotoFault },
        /// Its bytes do not read back as they were written: it is never sent as another photo.
        Damaged,
    }
}

impl OwnPhoto {
    pub fn is_waiting(&self) -> bool {
        self.state == PhotoState::Waiting
    }

    /// Whether the server may still get it, and nobody else has it.
    pub fn is_only_here(&self) -> bool {
        matches!(self.state, PhotoState::Draft | PhotoState::Waiting)
    }

    pub fn needs_attention(&self) -> bool {
        matches!(self.state, PhotoState::Refused { .. } | PhotoState::Damaged)
    }

    /// It, after the server's answer.
    pub fn answered(self, answer: PhotoAnswer, at: Moment) -> Self {
        let state = match answer {
            PhotoAnswer::Kept => PhotoState::Kept { at },
            PhotoAnswer::Refused { why } => PhotoState::Refused { why },
        };
        Self { state, ..self }
    }
}

/// Everything saved here, in order within each lane, and the photos that were taken here.
#[derive(Clone, Debug, Default)]
pub struct Outbox {
    pub lanes: BTreeMap<LaneId, OwnLane>,
    pub entries: BTreeMap<(LaneId, LaneNumber), Entry>,
    pub photos: BTreeMap<PhotoHash, OwnPhoto>,
    /// Entries that cannot be read any more: their place on the disk and the text that is there.
    pub unreadable: BTreeMap<String, String>,
}

impl Outbox {
    pub fn put(&mut self, entry: Entry) {
        if let Some(lane) = self.lanes.get_mut(&entry.lane) {
            lane.last = lane.last.max(entry.n);
        }
        self.entries.insert((entry.lane, entry.n), entry);
    }

    pub fn waiting(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values().filter(|entry| entry.is_waiting())
    }

    /// Whether nothing was saved here that `kept`, which need not have the changes, knows, and the other way round.
    pub fn is_as_far_as(&self, kept: &Outbox) -> bool {
        self.lanes == kept.lanes && self.photos == kept.photos
    }

    pub fn photos_waiting(&self) -> impl Iterator<Item = &OwnPhoto> {
        self.photos.values().filter(|photo| photo.is_waiting())
    }

    /// The next part of what goes into custody: what was given up or cannot be read, and from a device that was retired
    /// everything that has no outcome.
    pub fn to_hand_over(&self, is_retired: bool) -> Vec<Handed> {
        let goes = |entry: &&Entry| entry.state == EntryState::GivenUp || (is_retired && !entry.is_settled());
        let unreadable = self.unreadable.iter().map(|(place, text)| Handed {
            key: place.clone(),
            kind: UNREADABLE.into(),
            person: None,
            saved: None,
            content: text.clone(),
            identity: None,
        });
        let mut bytes = 0;
        unreadable
            .chain(self.entries.values().filter(goes).map(|entry| entry.handed(self.lanes.get(&entry.lane))))
            .take(PUSH_CHANGES)
            .take_while(|handed| {
                let is_first = bytes == 0;
                bytes += handed.content.len() + 200;
                is_first || bytes <= PUSH_BYTES
            })
            .collect()
    }

    /// The entries that the server of `epoch` says are in its custody now.
    pub fn in_custody(&self, kept: &[String], epoch: &str, at: Moment) -> Vec<Entry> {
        let is_kept = |entry: &&Entry| !entry.is_settled() && kept.contains(&entry.id.to_string());
        let entries = self.entries.values().filter(is_kept);
        let state = || EntryState::InCustody { at, epoch: epoch.to_owned() };
        entries.map(|entry| Entry { state: state(), ..entry.clone() }).collect()
    }

    pub fn has_stuck(&self) -> bool {
        self.entries.values().any(|entry| entry.state == EntryState::Stuck)
    }

    /// Whether a lane may be one that this tablet opened as another device than `device`.
    pub fn was_opened_by_another(&self, lane: LaneId, device: Option<DeviceId>) -> bool {
        self.lanes.get(&lane).is_some_and(|lane| lane.device.is_none() || lane.device != device)
    }

    /// The lane in which `person` writes on this device, if one is open.
    pub fn lane_of(&self, person: PersonId, identity: Identity) -> Option<&OwnLane> {
        self.lanes.values().find(|lane| lane.is_for(person, identity))
    }

    /// What is not settled and waits for a session.
    pub fn to_sign_in(&self) -> impl Iterator<Item = &Entry> {
        let takes_session = |lane| self.lanes.get(lane).is_some_and(|lane| lane.identity == Identity::Session);
        self.entries.values().filter(move |entry| !entry.is_settled() && takes_session(&entry.lane))
    }

    /// What waits and can be sent while `session` lives.
    pub fn sendable(&self, session: Option<PersonId>) -> impl Iterator<Item = &Entry> {
        let may_go = move |lane| self.lanes.get(lane).is_none_or(|lane| lane.may_be_sent(session));
        self.waiting().filter(move |entry| may_go(&entry.lane))
    }

    /// The next push while `session` lives: in the order in which it was saved on this device (somebody may have ended what somebody else began), so
    /// from the front of every lane; whole bundles, within the protocol's bounds.
    pub fn batch(&self, session: Option<PersonId>) -> Vec<Placed> {
        self.batch_after(&[], session).unwrap_or_default()
    }

    /// The push after one that took these changes along; `None` where these are not what waits first.
    pub fn batch_after(&self, sent: &[Placed], session: Option<PersonId>) -> Option<Vec<Placed>> {
        let mut waiting: Vec<&Entry> = self.sendable(session).collect();
        waiting.sort_by_key(|entry| (entry.order, entry.lane, entry.n));
        let (first, rest) = waiting.split_at_checked(sent.len())?;
        let are_first = first.iter().zip(sent).all(|(entry, placed)| entry.id == placed.id);
        are_first.then(|| Self::batch_of(rest))
    }

    fn batch_of(waiting: &[&Entry]) -> Vec<Placed> {
        let mut batch: Vec<Placed> = Vec::new();
        let mut bytes = 0;
        for bundle in waiting.chunk_by(|a, b| a.lane == b.lane && a.bundle.is_some() && a.bundle == b.bundle) {
            let size: usize = bundle.iter().map(|entry| entry.change.len() + 200).sum();
            let fits = batch.len() + bundle.len() <= PUSH_CHANGES && bytes + size <= PUSH_BYTES;
            // Numbers that went into custody are declared before the change that follows them: with the push that it leads.
            let before = batch.iter().rfind(|placed| placed.lane == bundle[0].lane);
            let has_gap = before.is_some_and(|placed| placed.n + 1 != bundle[0].n);
            if !batch.is_empty() && (!fits || has_gap) {
                break;
            }
            batch.extend(bundle.iter().map(|entry| entry.placed()));
            bytes += size;
        }
        batch
    }

    /// The numbers right before the first of each lane in `changes` that went into custody, or are on their way there.
    pub fn gone_before(&self, changes: &[Placed]) -> Vec<Hole> {
        let mut firsts = BTreeMap::new();
        for placed in changes {
            firsts.entry(placed.lane).or_insert(placed.n);
        }
        let is_gone = |lane, n| {
            let entry = self.entries.get(&(lane, n));
            entry.is_some_and(|it| matches!(it.state, EntryState::GivenUp | EntryState::InCustody { .. }))
        };
        let hole = |(lane, first): (LaneId, LaneNumber)| {
            let from = (1..first).rev().take_while(|n| is_gone(lane, *n)).last()?;
            Some(Hole { lane, from, to: first - 1 })
        };
        firsts.into_iter().filter_map(hole).collect()
    }

    /// Whether all that was saved on this device before `entries` is here.
    pub fn leads_to(&self, entries: &[Entry]) -> bool {
        entries.first().is_none_or(|first| first.order <= orders_given(self.lanes.values()) + 1)
    }

    /// The entry with what became of it, if that is news.
    pub fn after(&self, delivery: &Delivery) -> Option<Entry> {
        let entry = self.entries.get(&(delivery.lane, delivery.n))?;
        if entry.id != delivery.id || entry.is_settled() {
            return None;
        }
        let state = EntryState::Delivered {
            seq: delivery.seq,
            outcome: delivery.outcome.clone(),
            dismissed: false,
            epoch: delivery.epoch.clone(),
            proof: delivery.proof.clone(),
            number: delivery.number.clone(),
        };
        Some(Entry { state, ..entry.clone() })
    }

    /// Moves what has no outcome from a lane that is forked, or another device's, to `fresh`: new numbers, the same ids.
    /// Returns the entries that moved, old place first.
    pub fn fork(
        &mut self,
        lane: LaneId,
        fresh: LaneId,
        device: Option<DeviceId>,
    ) -> Vec<((LaneId, LaneNumber), Entry)> {
        let Some(old) = self.lanes.get_mut(&lane) else { return vec![] };
        old.closed = true;
        let mut new = OwnLane { lane: fresh, last: 0, closed: false, device, ..*old };
        let places: Vec<_> =
            self.entries.values().filter(|e| e.lane == lane && !e.is_settled()).map(|e| (e.lane, e.n)).collect();
        let mut moved = Vec::new();
        for place in places {
            let Some(mut entry) = self.entries.remove(&place) else { continue };
            new.last += 1;
            (entry.lane, entry.n) = (fresh, new.last);
            if entry.state != EntryState::GivenUp {
                entry.state = EntryState::Waiting;
            }
            moved.push((place, entry));
        }
        self.lanes.insert(fresh, new);
        self.entries.extend(moved.iter().map(|(_, entry)| ((entry.lane, entry.n), entry.clone())));
        moved
    }
}
