//! The world as the screen shows it: confirmed records with the outbox laid over them.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    decide::{Actor, Context, Side, decide},
    ids::{CommunityId, PersonId, RecordId},
    people::Person,
    records::{Body, Reads, Record, Root},
};

use super::{
    exchange::Place,
    outbox::{Entry, Outbox, OwnLane},
};
use crate::messages::{Delivery, Envelope, Page, Row, Seq};
#[cfg(feature = "planted")]
use crate::planted::{self, Bug};

#[derive(Clone, Debug)]
pub struct World {
    pub community: CommunityId,
    /// How far the confirmed records go.
    pub place: Place,
    pub outbox: Outbox,
    confirmed: Confirmed,
    laid_over: BTreeMap<RecordId, Record>,
    roots_laid_over: Roots,
}

type Roots = BTreeMap<RecordId, BTreeSet<RecordId>>;

/// The records that the server has told, read.
#[derive(Clone, Debug, Default)]
pub struct Confirmed {
    records: BTreeMap<RecordId, (Seq, Record)>,
    roots: Roots,
}

impl Confirmed {
    /// Takes a page of the pull. A row older than the one held is passed over, so that absorbing twice is absorbing once.
    pub fn absorb(&mut self, page: &Page) {
        self.confirm(&page.rows);
        for id in &page.departures {
            if let Some((_, record)) = self.records.remove(id)
                && let Some(ids) = self.roots.get_mut(&record.root)
            {
                ids.remove(id);
            }
        }
    }

    fn confirm(&mut self, rows: &[Row]) {
        for row in rows {
            if self.records.get(&row.id).is_some_and(|(seq, _)| *seq >= row.seq) {
                continue;
            }
            // A kind from a later version stays on the disk and is shown once the app knows it.
            if let Some(record) = row.record() {
                self.roots.entry(record.root).or_default().insert(record.id);
                self.records.insert(row.id, (row.seq, record));
            }
            #[cfg(feature = "planted")]
            if row.record().is_none() && planted::is(Bug::UndecodableStopsThePage) {
                break;
            }
        }
    }
}

impl World {
    pub fn new(community: CommunityId, place: Place, rows: &[Row], outbox: Outbox) -> Self {
        let mut world = Self {
            community,
            place,
            outbox,
            confirmed: Confirmed::default(),
            laid_over: BTreeMap::new(),
            roots_laid_over: Roots::new(),
        };
        world.confirmed.confirm(rows);
        world.lay_over();
        world
    }

    /// Takes a page of the pull.
    pub fn absorb(&mut self, page: &Page) {
        self.confirmed.absorb(page);
        if page.cursor >= self.place.cursor {
            self.place = std::mem::take(&mut self.place).after(page);
        }
        self.lay_over();
    }

    /// Replaces the confirmed records by a view that was built beside them.
    pub fn rebuild(&mut self, confirmed: Confirmed, place: Place) {
        self.confirmed = confirmed;
        self.place = place;
        self.lay_over();
    }

    /// Shows changes that were just saved in `lane`, and says whether it did: where another tab saved something before them that
    /// is not here yet, they would be sent before it, and the outbox is to be read from the disk instead.
    #[must_use]
    pub fn saved(&mut self, lane: OwnLane, entries: Vec<Entry>) -> bool {
        if !self.outbox.leads_to(&entries) {
            return false;
        }
        self.outbox.lanes.insert(lane.lane, lane);
        for entry in entries {
            self.lay_over_one(&entry);
            self.outbox.put(entry);
        }
        true
    }

    pub fn delivered(&mut self, deliveries: &[Delivery]) {
        let mut is_shown_otherwise = false;
        for delivery in deliveries {
            if let Some(entry) = self.outbox.after(delivery) {
                // What was accepted stays laid over until the pull has passed it: nothing to decide anew.
                is_shown_otherwise |= !entry.is_laid_over(&self.place);
                self.outbox.put(entry);
            }
        }
        if is_shown_otherwise {
            self.lay_over();
        }
    }

    /// Takes what became of changes that are in the outbox.
    pub fn replace_entries(&mut self, entries: Vec<Entry>) {
        for entry in entries {
            self.outbox.put(entry);
        }
        self.lay_over();
    }

    /// Replaces the outbox by what another tab, or the disk, holds.
    pub fn reload_outbox(&mut self, outbox: Outbox) {
        self.outbox = outbox;
        self.lay_over();
    }

    fn lay_over(&mut self) {
        self.laid_over.clear();
        self.roots_laid_over.clear();
        for entry in self.in_order() {
            self.lay_over_one(&entry);
        }
    }

    /// What is laid over, in the order in which it was saved here, whatever the clock did meanwhile.
    fn in_order(&self) -> Vec<Entry> {
        let laid_over = self.outbox.entries.values().filter(|entry| entry.is_laid_over(&self.place));
        let mut entries: Vec<Entry> = laid_over.cloned().collect();
        entries.sort_by_key(|entry| (entry.order, entry.lane, entry.n));
        #[cfg(feature = "planted")]
        if planted::is(Bug::ClockUsedForOrder) {
            entries.sort_by_key(|entry| (entry.saved, entry.lane, entry.n));
        }
        entries
    }

    fn lay_over_one(&mut self, entry: &Entry) {
        let Ok(change) = Envelope::read(&entry.change).and_then(|envelope| envelope.open()) else { return };
        let root = self.root(change.deed.root(self.community));
        let reads = self.reads_with_teams(&change.deed.reads(self.community, entry.person));
        let actor = Actor::Person(self.person_or_stranger(entry.person));
        let at = change.at.on_device();
        let now = at.best;
        let context =
            Context { community: self.community, side: Side::Device, at, now, decided: now, returning: false };
        let Ok(decision) = decide(&root, &reads, &change, &actor, &context) else { return };
        for record in decision.records {
            self.roots_laid_over.entry(record.root).or_default().insert(record.id);
            self.laid_over.insert(record.id, record);
        }
    }

    fn person_or_stranger(&self, id: PersonId) -> Person {
        let stranger =
            || Person { id, name: Default::default(), roles: vec![], teams: vec![], left: None, revision: None };
        self.person(id).unwrap_or_else(stranger)
    }

    /// Somebody by their own record or, on a resident's phone, by that of their household.
    pub fn person(&self, id: PersonId) -> Option<Person> {
        match self.get(id.into()) {
            Some(Body::Person(person)) => Some(person.clone()),
            _ => self.all().find_map(|body| body.member(id)),
        }
    }

    fn record(&self, id: RecordId) -> Option<&Record> {
        self.laid_over.get(&id).or_else(|| self.confirmed.records.get(&id).map(|(_, record)| record))
    }

    pub fn get(&self, id: RecordId) -> Option<&Body> {
        self.record(id).map(|record| &record.body)
    }

    /// Every record, those laid over in place of the confirmed ones.
    pub fn all(&self) -> impl Iterator<Item = &Body> {
        let confirmed = self.confirmed.records.values().map(|(_, record)| record);
        confirmed
            .filter(|record| !self.laid_over.contains_key(&record.id))
            .chain(self.laid_over.values())
            .map(|record| &record.body)
    }

    /// The records of a root, as `decide` wants them.
    pub fn root(&self, root: RecordId) -> Root {
        Root { records: self.ids_of_root(root).filter_map(|id| self.record(*id)).cloned().collect() }
    }

    /// The bodies of a root, without copying them.
    pub fn of_root(&self, root: RecordId) -> impl Iterator<Item = &Body> {
        self.ids_of_root(root).filter_map(|id| self.get(*id))
    }

    fn ids_of_root(&self, root: RecordId) -> impl Iterator<Item = &RecordId> {
        static NONE: BTreeSet<RecordId> = BTreeSet::new();
        let (confirmed, laid_over) = (&self.confirmed.roots, &self.roots_laid_over);
        confirmed.get(&root).unwrap_or(&NONE).union(laid_over.get(&root).unwrap_or(&NONE))
    }

    pub fn reads(&self, ids: &[RecordId]) -> Reads {
        ids.iter().filter_map(|id| self.record(*id)).cloned().collect()
    }

    /// These records, and the teams that they name.
    fn reads_with_teams(&self, ids: &[RecordId]) -> Reads {
        let mut reads = self.reads(ids);
        reads.extend(self.reads(&reads.teams_named()));
        reads
    }

    /// Whether a record shows work that the server has not confirmed yet.
    pub fn is_unconfirmed(&self, id: RecordId) -> bool {
        self.laid_over.contains_key(&id)
    }

    pub fn confirmed_count(&self) -> usize {
        self.confirmed.records.len()
    }
}
