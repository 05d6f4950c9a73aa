//! Fair weather, and what must be true after it.

use super::*;

impl Run {
    /// The last fault is over.
    pub(super) fn calm_down(&mut self) {
        self.calm = true;
        self.tell(|| "fair weather from here on".into());
        self.server_is_up = true;
        self.db.calm_down();
        self.patience_until = 0;
        for n in 0..self.tablets.len() {
            self.nets[n] = Net::Fine;
            self.tablets[n].disk.full = false;
            if self.tablets[n].dead {
                continue;
            }
            if self.tablets[n].asleep_since.is_some() {
                self.wakes(n);
            }
            for at in 0..self.tablets[n].tabs.len() {
                let (serial, was) = (self.tablets[n].tabs[at].serial, self.tablets[n].tabs[at].frozen);
                self.tablets[n].tabs[at].frozen = false;
                if was {
                    self.ring(n, serial);
                }
            }
            // One withdrawn device in three is left alone: its work stays where it is.
            if n % 3 != 2 {
                self.enrols_again_if_unknown(n);
            }
            if self.tablets[n].tabs.is_empty() {
                self.at(10, Event::Opens { tablet: n });
            }
            // On some, whoever's work waits for it signs in; on the others it goes on waiting, and holds up nothing.
            let author = self.tablets[n].disk.outbox().to_sign_in().next().map(|entry| entry.person);
            if let Some(author) = author.filter(|_| n.is_multiple_of(2)) {
                self.begins_session(n, Some(author));
            }
        }
        // All that can come back has, by then.
        self.at(CALM / 2, Event::ReturnCloses);
        self.at(CALM, Event::Calm);
    }

    pub(super) fn is_known(&self, n: usize) -> bool {
        let device = self.tablets[n].credential;
        device.is_some_and(|id| self.db.read(|tables| tables.devices.get(&id).is_some_and(|device| !device.retired)))
    }

    pub(super) fn what_must_be_true(&mut self) -> Result<(), Broken> {
        for _ in 0..self.db.races_lost().min(1) {
            self.reached.hit("4 a lost race with another transaction");
        }
        self.tell(|| "what must be true".into());
        self.db.read(|tables| {
            checks::i1_nothing_saved_is_lost(&self.ledger, &self.tablets, tables)?;
            checks::i2_counts_once(&self.ledger, tables)?;
            checks::numbers_are_accounted_for(tables, &self.repeated)?;
            checks::i3_order_is_kept(&self.ledger, tables)?;
            checks::i9_bytes_are_kept(&self.ledger, &self.tablets, tables)?;
            checks::i12_rebuilt_records_are_the_same(tables)?;
            checks::receipts_keep_their_order(tables)?;
            checks::times_are_bounded(&self.ledger, tables)?;
            checks::i10_places(tables)?;
            checks::i10_numbers_stay(tables)?;
            checks::what_takes_a_session_had_one(&self.ledger, tables)?;
            checks::what_was_never_allowed_wrote_nothing(tables)?;
            checks::custody_is_true(tables)?;
            for (n, tablet) in self.tablets.iter().enumerate() {
                if tablet.dead || !self.is_known(n) {
                    continue;
                }
                checks::i13_no_lane_waits_for_another(tablet)?;
                checks::i8_queues_are_empty(tablet, tables)?;
                checks::what_is_drained_is_sealed(tablet, &self.ledger, tables)?;
                checks::i5_holds_only_what_it_may(tablet, &self.views)?;
                checks::i5_a_contractors_phone_holds_its_teams_work(tablet, tables)?;
                checks::i4_everyone_holds_the_same(tablet, tables)?;
            }
            Ok(())
        })
    }

    /// Every message, every logged change with its outcome and records, and the first tablet's outbox, where a story is told.
    pub(super) fn corpus(&mut self) -> Vec<String> {
        if self.story.is_none() {
            return vec![];
        }
        let mut lines = std::mem::take(&mut self.samples);
        self.db.read(|tables| {
            let mut log: Vec<_> = tables.log.values().filter(|kept| !kept.envelope.is_empty()).collect();
            log.sort_by_key(|kept| kept.seq);
            lines.extend(log.iter().map(|kept| {
                let rows: Vec<&Row> = kept.rows.iter().map(|stored| &stored.row).collect();
                serde_json::json!({ "change": kept.envelope, "outcome": kept.outcome, "rows": rows }).to_string()
            }));
        });
        let outbox = self.tablets[0].disk.outbox();
        let (lanes, entries): (Vec<_>, Vec<_>) = (outbox.lanes.values().collect(), outbox.entries.values().collect());
        let place = self.tablets[0].disk.facts().place;
        lines.push(serde_json::json!({ "outbox": { "lanes": lanes, "entries": entries, "place": place } }).to_string());
        lines
    }
}
