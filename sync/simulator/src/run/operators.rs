//! What becomes of the server.

use domain::{
    changes::Change,
    decide, holders,
    ids::{LoadId, RecordId},
    time::{Clocks, Interval, Stamp},
};

use domain::permissions::Proof;
use sync::{
    afterwards::{InCustody, Own, Taken, take},
    messages::{Identity, Seq},
    server::{Canon, Lane},
};

use super::*;
use crate::database::{Done, Failure, Handed};

impl Run {
    pub(super) fn the_server_fails(&mut self) {
        if self.server_is_up && self.calls.is_empty() {
            self.offers_run_out();
            self.work_changes_hands();
            self.custody_is_worked_through();
            if self.chance.percent(15) {
                self.closes_the_return();
            }
        }
        match self.chance.below(14) {
            0..3 if self.rough.servers_crash && self.server_is_up => {
                // In the middle of the next push, as soon as there is one.
                self.crash_soon = true;
            }
            3..5 if self.rough.servers_crash => {
                self.patience_until = self.now + self.chance.between(1_000, 20_000);
            }
            5..8 if self.rough.restores => self.backup = self.db.copy(),
            8..10 if self.rough.restores => self.restore(),
            10 if self.rough.restores && self.rough.replicas => self.promote(),
            11..14 if self.rough.releases => self.the_server_is_of_a_later_release(),
            _ => {}
        }
        self.rebuild_records();
    }

    /// An operator puts the last backup in the server's place. It has a new epoch.
    pub(super) fn restore(&mut self) {
        self.reached.hit("6 a server restored from a backup");
        self.tell(|| "the server is restored from its backup".into());
        let tables = (*self.backup).clone();
        self.replace(tables);
    }

    pub(super) fn promote(&mut self) {
        let Some(standby) = self.db.standby() else { return };
        if standby.epoch != self.db.read(|tables| tables.epoch.clone()) {
            return;
        }
        self.reached.hit("55 a standby promoted without the last seconds");
        self.tell(|| "the standby is promoted".into());
        self.replace((*standby).clone());
    }

    pub(super) fn replace(&mut self, mut tables: Tables) {
        self.calls.clear();
        self.epochs += 1;
        tables.is_restored(format!("epoch {}", self.epochs));
        self.ledger.server_was_restored = true;
        // The photos' folder is not in the database's backup: it has them all.
        tables.photos = self.db.read(|now| now.photos.clone());
        // What was handed over since went with the server that had it.
        let lost: Vec<ChangeId> = self.db.read(|now| {
            let keys = now.custody.keys().filter(|key| !tables.custody.contains_key(*key));
            keys.filter_map(|(_, key, _)| key.parse().ok().map(ChangeId)).collect()
        });
        for id in lost {
            let is_on_a_tablet =
                self.tablets.iter().any(|it| !it.dead && it.disk.entries().any(|entry| entry.id == id));
            if is_on_a_tablet {
                self.reached.hit("6 custody that a restore lost");
            } else {
                self.ledger.destroyed.insert(id);
            }
        }
        self.db.replace(tables);
        self.backup = self.db.copy();
        self.repeated.clear();
        self.accept_repeats();
        // Somebody who read a receipt may come before its owner does.
        if self.chance.percent(30) {
            self.at(1, Event::SomebodyElsesReceipt);
        }
    }

    /// After a restore a number may have been consumed by a change that the log has in another place.
    pub(super) fn accept_repeats(&mut self) {
        self.db.read(|tables| {
            let logged: BTreeSet<_> = tables.log.values().map(|kept| (kept.lane, kept.n)).collect();
            for lane in tables.lanes.values() {
                self.repeated.extend((1..=lane.last).map(|n| (lane.id, n)).filter(|place| !logged.contains(place)));
            }
        });
    }

    /// A later release of the server writes kinds, fields, and several records with one change.
    pub(super) fn the_server_is_of_a_later_release(&mut self) {
        if !self.server_is_up || !self.calls.is_empty() {
            return;
        }
        let many = self.chance.between(1, 4);
        let mut rows: Vec<Row> = (0..many)
            .map(|_| {
                let id = RecordId(self.chance.uuid());
                let body = serde_json::value::RawValue::from_string("{\"later\": 1.50}".into()).expect("JSON");
                Row { id, root: id, audience: "staff".into(), seq: 0, kind: "hologram".into(), body }
            })
            .collect();
        let known: Vec<Row> = self.db.read(|tables| {
            let areas = tables.records.values().filter(|stored| stored.row.kind == "area");
            areas.map(|stored| stored.row.clone()).collect()
        });
        if let Some(row) = self.chance.pick(&known) {
            let text = row.body.get().replacen('{', "{\"later\": [1, 2.50],", 1);
            let body = serde_json::value::RawValue::from_string(text).expect("JSON");
            rows.push(Row { body, ..row.clone() });
            self.reached.hit("42 a field of a later release");
        }
        if let Some(Row { audience, .. }) = rows.first_mut()
            && self.chance.percent(30)
        {
            *audience = "managers".into();
        }
        let id = ChangeId(self.chance.uuid());
        let head = self.db.read(|tables| tables.seq);
        self.log_own(head, id, rows);
    }

    /// What the server says by itself when nobody took an offer in time.
    pub(super) fn offers_run_out(&mut self) {
        if self.db.read(Tables::is_returning) {
            return;
        }
        let now = Moment(self.now);
        let deed = Deed::Request(neighbours::lapse());
        let (head, root, reads) = self.db.read(|tables| {
            let nobody = domain::ids::PersonId(uuid::Uuid::nil());
            let reads = tables.reads_with_teams(&deed.reads(COMMUNITY, nobody));
            (tables.seq, tables.root(deed.root(COMMUNITY)), reads)
        });
        let clocks = Clocks { wall: now, mono: 0, load: LoadId(uuid::Uuid::nil()) };
        let id = ChangeId(self.chance.uuid());
        let change = Change { id, at: Stamp { clocks, contact: None }, after: vec![], supersedes: None, deed };
        let context = decide::Context {
            community: COMMUNITY,
            side: decide::Side::Server,
            at: Interval::exactly(now),
            now,
            decided: now,
            returning: false,
        };
        let decision = decide::decide(&root, &reads, &change, &decide::Actor::System, &context);
        let records = decision.expect("the server may say so").records;
        if records.is_empty() {
            return;
        }
        self.reached.hit("50 an offer that ran out");
        self.log_own(head, id, records.iter().map(|record| Row::of(record, 0)).collect());
    }

    /// What the server says by itself where a team has become a contractor's, or has stopped being one.
    fn work_changes_hands(&mut self) {
        let roots: Vec<RecordId> = self.db.read(|tables| {
            let of_work = ["round", "finding", "claim"];
            let work = tables.records.values().filter(|stored| of_work.contains(&stored.row.kind.as_str()));
            work.map(|stored| stored.row.root).collect()
        });
        for id in roots {
            let (head, root, reads) = self.db.read(|tables| {
                let root = tables.root(id);
                let reads = tables.reads_with_teams(&holders::reads(&root));
                (tables.seq, root, reads)
            });
            let Some(audience) = holders::of_now(&root, &reads) else { continue };
            self.reached.hit("work that changed hands");
            let rows = holders::put(&root, audience).iter().map(|record| Row::of(record, 0)).collect();
            let id = ChangeId(self.chance.uuid());
            self.log_own(head, id, rows);
        }
    }

    /// Somebody takes what was handed over, or puts it aside. What nothing shows to be its author's is taken where they vouch for it.
    fn custody_is_worked_through(&mut self) {
        let waiting: Vec<_> = self.db.read(|tables| {
            let waiting = tables.custody.iter().filter(|(_, item)| item.done.is_none());
            waiting.map(|(key, item)| (key.clone(), item.clone())).collect()
        });
        for (key, item) in waiting {
            if !self.chance.percent(40) {
                continue;
            }
            let done = if self.chance.percent(10) {
                self.reached.hit("put aside in custody");
                Some(Done::Dismissed)
            } else {
                let vouched = self.chance.percent(30);
                let seq = self.takes(&key.2, key.0, &item, vouched);
                // They did not hear of it, and try again.
                let again = self.chance.percent(20).then(|| self.takes(&key.2, key.0, &item, vouched)).flatten();
                again.or(seq).map(|seq| Done::Decided { seq, vouched })
            };
            self.db.write(|tables| tables.custody.get_mut(&key).map(|item| item.done = done));
        }
    }

    /// As `server/src/custody.rs`. Says at which number of the log it has its outcome, if it has one.
    fn takes(&mut self, content: &str, device: DeviceId, item: &Handed, vouched: bool) -> Option<Seq> {
        let of = self.db.read(|tables| tables.devices.get(&device).copied());
        let proof = match (vouched, item.person, of) {
            (true, ..) | (_, None, _) => Proof::Session,
            (_, Some(person), Some(device)) => server::sender(&device, None).proof(person, item.identity),
            (_, Some(_), None) => Proof::PickedName,
        };
        let (id, nobody) = (OWN_LANE, PersonId(uuid::Uuid::nil()));
        let mut canon = self.db.begin(1);
        let taken = at_once(async {
            let seq = canon.take_head().await?.seq + 1;
            let identity = Identity::SignedIn;
            let mut lane = Lane { id, device: DeviceId(uuid::Uuid::nil()), person: nobody, last: seq - 1, identity };
            let own = Own { community: COMMUNITY, lane: &mut lane, seq, now: Moment(self.now) };
            let Handed { ref kind, person, at, received, .. } = *item;
            let of = InCustody { kind, content, person, lane: LaneId(device.0), at, received };
            let taken = take(&mut canon, own, &of, proof).await?;
            if let Taken::Decided { .. } | Taken::Before { .. } = taken {
                canon.commit().await?;
            }
            Ok::<_, Failure>(taken)
        });
        // A race lost: they try again another time.
        match taken.ok()? {
            Taken::Decided { seq, .. } => {
                self.reached.hit("taken out of custody");
                self.tell(|| format!("{} of {:?} is taken out of custody at {seq}", item.kind, item.person));
                Some(seq)
            }
            Taken::Before { seq } => {
                self.reached.hit("in custody and decided before");
                Some(seq)
            }
            Taken::Unproven => {
                self.reached.hit("in custody without proof");
                None
            }
            Taken::OthersId | Taken::Nobodys | Taken::Undecodable(_) => None,
        }
    }

    /// A person closes the return, whatever is missing: what is free is offered to who waits.
    pub(super) fn closes_the_return(&mut self) {
        if !self.db.read(Tables::is_returning) {
            return;
        }
        if !self.calls.is_empty() {
            // Somebody has the head.
            self.at(20, Event::ReturnCloses);
            return;
        }
        self.reached.hit("6 a return closed by a person");
        self.tell(|| "the return is closed".into());
        self.db.write(Tables::close_return);
        self.offers_run_out();
    }

    /// Logs what the server itself wrote.
    fn log_own(&mut self, head: Seq, id: ChangeId, rows: Vec<Row>) {
        let mut tx = self.db.begin(1);
        tx.log_rows(head, OWN_LANE, id, rows, Moment(self.now));
        // A race lost: it says so another time.
        let _ = at_once(tx.commit());
    }

    /// An operator makes the records anew from the log.
    pub(super) fn rebuild_records(&mut self) {
        if !self.chance.percent(20) || !self.calls.is_empty() {
            return;
        }
        self.reached.hit("records rebuilt from the log");
        #[cfg(feature = "planted")]
        if sync::planted::is(sync::planted::Bug::ReplayDecidesAgain) {
            self.db.write(Tables::decide_again);
            return;
        }
        self.db.write(|tables| tables.records = tables.rebuilt());
    }
}

/// Runs what waits for nobody: no request is under way.
fn at_once<T>(work: impl Future<Output = T>) -> T {
    let mut work = Box::pin(work);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(done) = work.as_mut().poll(&mut context) {
            return done;
        }
    }
}
