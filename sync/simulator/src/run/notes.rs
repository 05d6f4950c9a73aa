//! What is noted on the way, to know how far a run came.

use domain::{records::Body, refusal::Flag, residents, sign_ups::Standing};

use super::*;

impl Run {
    pub(super) fn note_outcome(&mut self, n: usize, epoch: &str, delivery: &sync::messages::Delivery) {
        let Some(promise) = self.ledger.saved.get(&delivery.id) else { return };
        if let Outcome::Accepted { flags } = &delivery.outcome {
            for (flag, name) in [
                (Flag::OnWaitingList, "50 a party that waits"),
                (Flag::BelowConfirmed, "50 a capacity below what is confirmed"),
            ] {
                if flags.contains(&flag) {
                    self.reached.hit(name);
                }
            }
        }
        if let Outcome::Refused { refusal } = &delivery.outcome {
            self.reached.hit("18 refused and withdrawn from the screen");
            if *refusal == domain::refusal::WhyNot::Started.into() {
                self.reached.hit("50 an event that has begun");
            }
            match refusal {
                domain::refusal::Refusal::NotPermitted if promise.was_allowed => {
                    self.reached.hit("28 refused because rights had changed meanwhile");
                }
                domain::refusal::Refusal::Outdated { .. } => self.reached.hit("a version that was not the next"),
                _ => {}
            }
        }
        let _ = n;
        // What an earlier epoch told, and is heard after what the one of now told, binds nobody any more.
        let now = self.db.read(|tables| tables.epoch.clone());
        let is_late = epoch != now && self.ledger.told.get(&delivery.id).is_some_and(|(known, ..)| *known == now);
        // Without a proof it is said of other bytes, of a damaged disk's, than the log has under this id.
        if !is_late && delivery.proof.is_some() {
            self.ledger.told.insert(delivery.id, (epoch.to_owned(), delivery.seq, delivery.outcome.clone()));
        }
    }

    pub(super) fn note_pulled(&mut self, n: usize, answer: &PullAnswer, cursor: i64) {
        let (times, between) = self.rebuilds.get(&n).copied().unwrap_or_default();
        match answer {
            PullAnswer::Rebuild { .. } => {
                if between {
                    self.reached.hit("31 rights changed between two pages");
                } else if times > 0 {
                    self.reached.hit("9 told twice in a row to rebuild");
                }
                self.rebuilds.insert(n, (times + 1, false));
            }
            PullAnswer::Page(page) => {
                if times > 0 && page.more {
                    self.rebuilds.insert(n, (0, true));
                } else {
                    self.rebuilds.remove(&n);
                }
                if page.rows.is_empty() && page.cursor > cursor {
                    self.reached.hit("5 a stretch of the log with nothing to see");
                }
                let records = self.tablets[n].disk.records();
                if page.departures.iter().any(|id| !records.contains_key(id)) {
                    self.reached.hit("10 gone before it was ever pulled");
                }
                let is_offer = |row: &Row| match row.record().map(|record| record.body) {
                    Some(Body::Residents(residents::Body::OwnSignUp(own))) => {
                        matches!(own.0.standing, Standing::Offered { .. })
                    }
                    _ => false,
                };
                if page.rows.iter().any(is_offer) {
                    self.reached.hit("50 a place offered to who waited");
                }
                if page.rows.iter().any(|row| row.record().is_none()) {
                    self.reached.hit("20 a record of a later release in a page");
                }
                let own = |row: &Row| self.started.get(&row.id) == Some(&n);
                if page.rows.iter().any(own) {
                    self.reached.hit("11 own work comes back in a pull");
                }
            }
        }
    }

    pub(super) fn view_held(&self, n: usize, write: &sync::device::exchange::Write) -> Option<BTreeSet<RecordId>> {
        let is_flip = matches!(write, sync::device::exchange::Write::Flip { .. });
        is_flip.then(|| self.tablets[n].disk.records().keys().copied().collect())
    }

    pub(super) fn note_flip(&mut self, n: usize, before: Option<BTreeSet<RecordId>>) {
        let Some(before) = before.filter(|before| !before.is_empty()) else { return };
        let now = self.tablets[n].disk.records();
        if before.iter().any(|id| !now.contains_key(id)) {
            self.reached.hit("29 a view that has shrunk");
        }
        if now.keys().any(|id| !before.contains(id)) {
            self.reached.hit("30 a view that has grown");
        }
    }
}
