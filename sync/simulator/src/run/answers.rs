//! What tablets do with what comes back, and what must hold at any moment.

use super::*;

impl Run {
    pub(super) fn answered(&mut self, id: u64, answer: Answer) -> Result<(), Broken> {
        let Some(sent) = self.sent.get(&id) else { return Ok(()) };
        let (n, serial) = (sent.tablet, sent.tab);
        let changes = sent.changes.clone();
        let cursor = match &sent.request {
            Request::Pull(pull) => pull.cursor,
            Request::Hello(_) | Request::Push(_) | Request::HandOver(_) | Request::Photo(..) => 0,
        };
        let photo = match &sent.request {
            Request::Photo(hash, _) => Some(*hash),
            Request::Hello(_) | Request::Push(_) | Request::Pull(_) | Request::HandOver(_) => None,
        };
        let Some(at) = self.tablets[n].tab(serial) else { return Ok(()) };
        if self.tablets[n].tabs[at].asked != Some(id) {
            return Ok(());
        }
        if self.is_still(n, at) {
            self.at(700, Event::Answered { request: id, answer: Box::new(answer) });
            return Ok(());
        }
        self.tablets[n].tabs[at].asked = None;
        let Some(mut exchange) = self.tablets[n].tabs[at].exchange.take() else { return Ok(()) };
        let received = self.tablets[n].clocks(at, self.now);
        let now = received.mono;
        self.tell(|| format!("tablet {n} hears {id}: {}", heard(&answer)));
        let writes = match answer {
            Answer::Hello(answer) => {
                let place = exchange.place();
                if !place.epoch.is_empty() && answer.epoch != place.epoch && answer.head > place.cursor {
                    self.reached.hit("7 a restored server grown past the cursor");
                }
                exchange.greeted(answer, received, &self.tablets[n].tabs[at].world.outbox)
            }
            Answer::Push(answer) => {
                for id in &changes {
                    self.unanswered.remove(id);
                }
                for delivery in &answer.outcomes {
                    self.note_outcome(n, &answer.epoch, delivery);
                    self.is_overheard(n, &answer.epoch, delivery);
                }
                if !answer.lanes.is_empty() {
                    self.tablets[n].reload_outbox(at);
                }
                let chance = self.chance.clone();
                let outbox = &self.tablets[n].tabs[at].world.outbox;
                let writes = exchange.pushed(answer, received, outbox, || LaneId(chance.uuid()));
                if writes.iter().any(|write| matches!(write, sync::device::exchange::Write::Fork { .. })) {
                    self.reached.hit("21 a lane that forked");
                }
                writes
            }
            Answer::Pull(answer) => {
                self.note_pulled(n, &answer, cursor);
                exchange.pulled(answer, now)
            }
            Answer::HandOver(answer) => {
                if exchange.is_retired() {
                    self.reached.hit("29 handed over by a retired tablet");
                }
                exchange.handed_over(answer, now)
            }
            Answer::Photo(answer) => {
                if matches!(answer, PhotoAnswer::Refused { .. }) {
                    self.reached.hit("a photo refused");
                }
                photo.map(|hash| exchange.photo_put(hash, answer)).unwrap_or_default()
            }
            Answer::Declined(fault) => {
                exchange.failed(fault, now, self.chance.share());
                // What the disk refuses is sent again.
                let _ = self.tablets[n].note_outcomes(at);
                vec![]
            }
        };
        self.tablets[n].tabs[at].exchange = Some(exchange);
        self.carry_out(n, serial, writes)
    }

    pub(super) fn carry_out(
        &mut self,
        n: usize,
        serial: u64,
        writes: Vec<sync::device::exchange::Write>,
    ) -> Result<(), Broken> {
        let mut told = BTreeSet::new();
        for write in writes {
            let Some(at) = self.tablets[n].tab(serial) else { return Ok(()) };
            if !self.calm && self.chance.permille(self.rough.killed) {
                self.reached.hit("a tab killed between two writes");
                self.kill(n, serial);
                return Ok(());
            }
            let before = self.view_held(n, &write);
            match self.tablets[n].carry_out(at, write) {
                Ok(Some(Told::Outbox)) => told.insert(0),
                Ok(Some(Told::Records)) => told.insert(1),
                Ok(None) => false,
                Err(_) => {
                    let mono = self.tablets[n].clocks(at, self.now).mono;
                    self.tablets[n].begin_again(at);
                    if let Some(exchange) = &mut self.tablets[n].tabs[at].exchange {
                        exchange.failed(Fault::Busy { after: None }, mono, 0.0);
                    }
                    break;
                }
            };
            self.note_flip(n, before);
            self.look_at(n, at)?;
        }
        for told in told {
            let told = if told == 0 { Told::Outbox } else { Told::Records };
            let after = self.chance.between(1, 40);
            self.at(after, Event::Heard { tablet: n, told });
        }
        let after = self.chance.between(1, 6);
        self.again(n, serial, after);
        Ok(())
    }

    pub(super) fn heard(&mut self, n: usize, told: Told) -> Result<(), Broken> {
        for at in 0..self.tablets[n].tabs.len() {
            if self.is_still(n, at) {
                // It hears it when it moves again.
                let tab = self.tablets[n].tabs[at].serial;
                self.at(700, Event::HeardLate { tablet: n, tab });
                continue;
            }
            match told {
                Told::Outbox => {
                    self.tablets[n].reload_outbox(at);
                    let serial = self.tablets[n].tabs[at].serial;
                    if self.tablets[n].tabs[at].exchange.is_none() {
                        continue;
                    }
                    self.ring(n, serial);
                }
                Told::Records => self.tablets[n].reload(at),
            }
            self.look_at(n, at)?;
        }
        Ok(())
    }

    /// The invariants that hold at any moment on one tablet.
    pub(super) fn look_at(&mut self, n: usize, at: usize) -> Result<(), Broken> {
        let tablet = &self.tablets[n];
        let place = tablet.disk.facts().place;
        let before = self.places.insert(n, (place.epoch.clone(), place.cursor));
        if let Some((epoch, cursor)) = before
            && epoch == place.epoch
            && place.cursor < cursor
        {
            let words = format!("the cursor of tablet {n} went from {cursor} back to {}", place.cursor);
            return Err(Broken { invariant: "I6", words });
        }
        if !self.rough.without_locks {
            checks::i5_holds_only_what_it_may(tablet, &self.views)?;
        }
        checks::i10_a_phone_promises_nothing(tablet, at)?;
        let may_see = match tablet.profile {
            Profile::Shared => true,
            Profile::Personal { .. } => !self.rough.rights,
        };
        if may_see {
            checks::i7_own_work_stays_visible(tablet, at, &self.ledger)?;
        }
        Ok(())
    }
}
