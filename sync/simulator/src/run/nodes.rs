//! What happens at the server's nodes.

use super::*;

impl Run {
    pub(super) fn arrives(&mut self, id: u64, copy: bool) {
        let Some(sent) = self.sent.get(&id) else { return };
        let (n, device, request, age) = (sent.tablet, sent.device, sent.request.clone(), self.now - sent.begun);
        if age > PATIENCE {
            self.reached.hit("a message that comes too late");
        }
        if !copy
            && self.sent.range(id + 1..).any(|(_, later)| later.tablet == n && later.begun < self.now)
            && age > 1_000
        {
            self.reached.hit("a message overtaken by a later one");
        }
        let declined = if !self.server_is_up {
            Some(Fault::Offline)
        } else if self.now < self.patience_until && !self.calm {
            self.reached.hit("53 a server that asks for patience");
            Some(Fault::Busy { after: Some(self.chance.between(2, 12) * 1000) })
        } else if self.unknown_for_now.contains(&n) && !self.calm {
            if self.tablets[n].disk.entries().any(|entry| entry.is_waiting()) {
                self.reached.hit("24 not known in the middle of sending");
            }
            Some(Fault::NotEnrolled)
        } else {
            None
        };
        if let Some(fault) = declined {
            self.comes_back(id, Answer::Declined(fault));
            return;
        }
        let is_pull = matches!(request, Request::Pull(_));
        let too_old = !self.calm && self.too_old.contains(&n);
        if too_old && is_pull {
            self.reached.hit("43 too old to pull");
        }
        let node = self.chance.below(2) as i64;
        let skew = if self.rough.node_skew { node * 600_000 } else { 0 };
        if skew > 0 {
            self.reached.hit("46 server nodes that disagree on the time");
        }
        let route = Route {
            clock: NodeClock { now: self.clock.clone(), skew },
            standby: is_pull && self.rough.replicas && !self.calm && self.chance.percent(40),
            too_old,
            #[cfg(feature = "planted")]
            early: Default::default(),
        };
        if let Request::Pull(asked) = &request {
            self.note_view(device, route.standby, asked.cursor);
        }
        let call = server::answer(self.db.clone(), COMMUNITY, device, request, route.clone());
        self.serial += 1;
        self.calls.insert(self.serial, InFlight { request: id, call, route });
        self.at(0, Event::Turn { call: self.serial });
    }

    /// Remembers which audiences a view's key stands for, and what a reader of the standby will see.
    pub(super) fn note_view(&mut self, device: DeviceId, standby: bool, cursor: i64) {
        let mut keep = |tables: &Tables| {
            let Some(device) = tables.devices.get(&device) else { return };
            let held = tables.audiences_of(device.profile);
            let key = sync::messages::view_key(&held);
            self.views.entry(key).or_insert_with(|| held.iter().map(ToString::to_string).collect());
        };
        self.db.read(&mut keep);
        if standby && let Some(standby) = self.db.standby() {
            keep(&standby);
            if standby.seq < cursor {
                self.reached.hit("8 a replica that lags behind");
            }
        }
    }

    pub(super) fn crash(&mut self) {
        self.reached.hit("54 a server killed in the middle of a transaction");
        self.calls.clear();
        self.crash_soon = false;
        self.server_is_up = false;
        self.tell(|| "the server is killed".into());
        let after = self.chance.between(100, 15_000);
        self.at(after, Event::ServerIsBack);
    }

    pub(super) fn turn(&mut self, call: u64) -> Result<(), Broken> {
        let Some(mut flight) = self.calls.remove(&call) else { return Ok(()) };
        let mut context = Context::from_waker(Waker::noop());
        let head = self.db.read(|tables| tables.seq);
        let polled = flight.call.as_mut().poll(&mut context);
        debug_assert!(self.db.read(|tables| tables.seq) >= head, "the head never goes back");
        match polled {
            Poll::Pending => {
                #[cfg(feature = "planted")]
                if let Some(answer) = flight.route.early.borrow_mut().take() {
                    self.comes_back(flight.request, answer);
                }
                #[cfg(not(feature = "planted"))]
                let _ = &flight.route;
                let is_push = matches!(self.sent.get(&flight.request), Some(Sent { request: Request::Push(_), .. }));
                self.calls.insert(call, flight);
                if is_push && self.crash_soon && !self.calm && self.chance.percent(50) {
                    self.crash();
                    return Ok(());
                }
                let after = self.chance.between(0, 8);
                self.at(after, Event::Turn { call });
                Ok(())
            }
            Poll::Ready(answer) => {
                self.note_answer(flight.request, &answer)?;
                self.comes_back(flight.request, answer);
                Ok(())
            }
        }
    }

    /// What the server has just said, seen from above.
    pub(super) fn note_answer(&mut self, request: u64, answer: &Answer) -> Result<(), Broken> {
        let Some(sent) = self.sent.get(&request) else { return Ok(()) };
        match answer {
            Answer::Hello(_) => {
                let device = sent.device;
                self.db.read(|tables| checks::i14_a_seal_is_true(device, &self.tablets, &self.ledger, tables))?;
            }
            Answer::Push(answer) => {
                for delivery in &answer.outcomes {
                    self.note_what_returns(delivery.seq);
                    let logged = self.db.read(|tables| tables.log.get(&delivery.id).map(|kept| (kept.lane, kept.n)));
                    if logged != Some((delivery.lane, delivery.n)) {
                        self.repeated.insert((delivery.lane, delivery.n));
                    }
                }
                let is_refused = |at: usize| matches!(answer.outcomes[at].outcome, Outcome::Refused { .. });
                let last = answer.outcomes.len();
                if (1..last.max(2) - 1).any(|at| is_refused(at) && !is_refused(at - 1) && !is_refused(at + 1)) {
                    self.reached.hit("17 refused in the middle of a push");
                }
            }
            Answer::Pull(PullAnswer::Page(page)) => {
                let allowed = self.views.get(&page.view);
                if let Some(row) =
                    page.rows.iter().find(|row| !allowed.is_some_and(|held| held.contains(&row.audience)))
                {
                    let words = format!("a page holds {} for {}", row.id, row.audience);
                    return Err(Broken { invariant: "I5", words });
                }
            }
            Answer::Pull(PullAnswer::Rebuild { .. }) | Answer::HandOver(_) | Answer::Photo(_) | Answer::Declined(_) => {
            }
        }
        Ok(())
    }

    /// Remembers whether a number came back, and whether something about the event was decided beside it.
    fn note_what_returns(&mut self, seq: sync::messages::Seq) {
        let (is_number_back, is_decided) = self.db.read(|tables| {
            let is_number_back = tables.honoured.get(&seq).is_some_and(|(_, it)| it.number.is_some());
            (is_number_back, tables.since.contains_key(&seq))
        });
        if is_number_back {
            self.reached.hit("6 a number brought back after a restore");
        }
        if is_decided {
            self.reached.hit("6 decided while a return is open");
        }
    }

    /// The answer sets out for the tablet.
    pub(super) fn comes_back(&mut self, id: u64, answer: Answer) {
        let Some(sent) = self.sent.get(&id) else { return };
        let (n, is_pull) = (sent.tablet, matches!(sent.request, Request::Pull(_)));
        let is_lost = !self.calm
            && (matches!(self.nets[n], Net::None | Net::NothingBack) || self.chance.permille(self.rough.lost / 2));
        if is_lost {
            if matches!(&answer, Answer::Push(answer) if !answer.outcomes.is_empty()) {
                self.reached.hit("12 an answer lost after the commit");
            }
            return;
        }
        let mut answer = answer;
        if is_pull && let Answer::Pull(_) = answer {
            let old = self.cached.insert(n, answer.clone());
            if self.rough.portals
                && !self.calm
                && self.chance.percent(6)
                && let Some(old) = old
            {
                self.reached.hit("9 an old answer out of a proxy's cache");
                answer = old;
            }
        }
        if self.story.is_some() {
            self.samples.extend(wire::sample(None, Some(&answer)));
        }
        let latency = self.chance.between(5, 120);
        self.at(latency, Event::Answered { request: id, answer: Box::new(answer_through_json(answer)) });
    }

    pub(super) fn given_up(&mut self, id: u64) -> Result<(), Broken> {
        let Some(sent) = self.sent.get(&id) else { return Ok(()) };
        let (n, tab) = (sent.tablet, sent.tab);
        let waits = self.tablets[n].tab(tab).is_some_and(|at| self.tablets[n].tabs[at].asked == Some(id));
        if waits { self.answered(id, Answer::Declined(Fault::Offline)) } else { Ok(()) }
    }
}
