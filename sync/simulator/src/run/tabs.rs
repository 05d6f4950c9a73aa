//! What the tabs of the tablets do and send.

use super::*;

impl Run {
    pub(super) fn opens(&mut self, n: usize) {
        if self.tablets[n].dead || self.tablets[n].asleep_since.is_some() {
            return;
        }
        self.serial += 1;
        let serial = self.serial;
        self.tablets[n].open(serial, self.now);
        self.tell(|| format!("tablet {n} opens tab {serial}"));
        self.begin(n);
    }

    pub(super) fn begin(&mut self, n: usize) {
        let begun = self.tablets[n].choose_couriers();
        if begun.len() + usize::from(self.tablets[n].tabs.len() > 1) > 1 && self.rough.without_locks {
            self.reached.hit("36 two couriers at once");
        }
        for tab in begun {
            self.again(n, tab, 1);
        }
    }

    /// The courier goes on after so many milliseconds.
    pub(super) fn again(&mut self, n: usize, serial: u64, after: i64) {
        let Some(at) = self.tablets[n].tab(serial) else { return };
        let tab = &mut self.tablets[n].tabs[at];
        tab.timer += 1;
        let timer = tab.timer;
        self.at(after, Event::Courier { tablet: n, tab: serial, timer });
    }

    pub(super) fn ring(&mut self, n: usize, serial: u64) {
        let Some(at) = self.tablets[n].tab(serial) else { return };
        let tab = &mut self.tablets[n].tabs[at];
        tab.rung = true;
        if tab.exchange.is_some() && tab.asked.is_none() {
            self.again(n, serial, 0);
        }
    }

    pub(super) fn is_still(&self, n: usize, at: usize) -> bool {
        self.tablets[n].asleep_since.is_some() || self.tablets[n].tabs[at].frozen
    }

    pub(super) fn courier(&mut self, n: usize, serial: u64, timer: u64) -> Result<(), Broken> {
        let Some(at) = self.tablets[n].tab(serial) else { return Ok(()) };
        if self.is_still(n, at) || self.tablets[n].tabs[at].timer != timer || self.tablets[n].tabs[at].asked.is_some() {
            return Ok(());
        }
        if self.tablets[n].disk.facts().enrolled.is_none() {
            return Ok(());
        }
        let (clocks, session) = (self.tablets[n].clocks(at, self.now), self.tablets[n].session);
        let tab = &mut self.tablets[n].tabs[at];
        let Some(exchange) = &mut tab.exchange else { return Ok(()) };
        exchange.holds_session(session);
        let mut step = exchange.next(clocks, &tab.world.outbox);
        if let Step::Wait { .. } = step
            && std::mem::take(&mut tab.rung)
        {
            exchange.look();
            step = exchange.next(clocks, &tab.world.outbox);
        }
        if let Step::Send(Message::Hello(_)) = step {
            // A seal vouches for what is on the disk: another tab may have saved there a moment ago.
            self.tablets[n].catch_up(at);
            let tab = &mut self.tablets[n].tabs[at];
            let Some(exchange) = &mut tab.exchange else { return Ok(()) };
            step = exchange.next(clocks, &tab.world.outbox);
        }
        match step {
            Step::Wait { until } => {
                let wait = until.saturating_sub(clocks.mono);
                if wait > LONGEST_WAIT {
                    let words = format!("tablet {n} waits for {wait} ms before it tries again");
                    return Err(Broken { invariant: "I8", words });
                }
                self.again(n, serial, wait.max(1));
            }
            Step::Clear => {
                self.reached.hit("29 a retired tablet cleared");
                // A server that is restored to before it cannot be given these again.
                let gone = self.tablets[n].clear(at);
                let in_custody: BTreeSet<String> =
                    self.db.read(|tables| tables.custody.keys().map(|(_, key, _)| key.clone()).collect());
                self.ledger.destroyed.extend(gone.into_iter().filter(|id| !in_custody.contains(&id.to_string())));
                self.again(n, serial, 500);
            }
            Step::Send(message) => self.send(n, at, message)?,
        }
        Ok(())
    }

    pub(super) fn send(&mut self, n: usize, at: usize, message: Message) -> Result<(), Broken> {
        let serial = self.tablets[n].tabs[at].serial;
        let request = match message {
            Message::Hello(hello) => Request::Hello(hello),
            Message::Push(push) => Request::Push(push),
            Message::Pull(pull) => Request::Pull(pull),
            Message::HandOver(sent) => Request::HandOver(sent),
            Message::Photo(hash) => match self.tablets[n].disk.photo_bytes(hash) {
                Some(bytes) => Request::Photo(hash, bytes),
                None => {
                    let own = self.tablets[n].tabs[at].world.outbox.photos.get(&hash).copied();
                    if let Some(own) = own {
                        let damaged = sync::device::outbox::OwnPhoto { state: PhotoState::Damaged, ..own };
                        let _ = self.tablets[n].put_photo_state(at, damaged);
                    }
                    self.again(n, serial, 5);
                    return Ok(());
                }
            },
        };
        #[cfg_attr(not(feature = "planted"), expect(unused_mut, reason = "only a planted bug rewrites it"))]
        let mut request = through_json(request);
        #[cfg(feature = "planted")]
        self.plant_in(n, at, &mut request);
        if self.story.is_some() {
            self.samples.extend(wire::sample(Some(&request), None));
        }
        let changes = self.note_sending(n, serial, &request);
        self.serial += 1;
        let id = self.serial;
        self.messages += 1;
        self.tell(|| format!("tablet {n} tab {serial} asks {id}: {}", said(&request)));
        self.tablets[n].tabs[at].asked = Some(id);
        let device = self.tablets[n].credential.unwrap_or(DeviceId(uuid::Uuid::nil()));
        self.sent.insert(id, Sent { tablet: n, tab: serial, device, request, changes, begun: self.now });
        self.at(PATIENCE, Event::GivenUp { request: id });
        self.set_out(n, id);
        Ok(())
    }

    #[cfg(feature = "planted")]
    pub(super) fn plant_in(&mut self, n: usize, at: usize, request: &mut Request) {
        use sync::planted::{Bug, is};
        let _ = at;
        if let Request::Push(push) = request
            && is(Bug::LaneOfWhoeverIsThere)
        {
            push.lanes.iter_mut().for_each(|lane| lane.person = self.tablets[n].present);
        }
        if let Request::Photo(hash, _) = request
            && is(Bug::PhotoFreedTooSoon)
        {
            self.tablets[n].disk.free_photo(*hash);
        }
    }

    /// Counts what is interesting about a push.
    pub(super) fn note_sending(&mut self, n: usize, serial: u64, request: &Request) -> Vec<ChangeId> {
        let Request::Push(push) = request else { return vec![] };
        for lane in &push.lanes {
            if lane.person != self.tablets[n].present {
                self.reached.hit("23 work of one person sent while another is there");
            }
        }
        let changes: Vec<ChangeId> = push.changes.iter().map(|placed| placed.id).collect();
        for id in &changes {
            let Some((before, saved)) = self.unanswered.insert(*id, (serial, self.ledger.saved.len())) else {
                continue;
            };
            if before != serial {
                let is_open = self.tablets[n].tab(before).is_some();
                self.reached.hit(if is_open {
                    "12 sent again from another tab"
                } else {
                    "12 sent again after a restart"
                });
            } else if saved == self.ledger.saved.len() {
                self.reached.hit("14 sent again without any further save");
            }
        }
        changes
    }

    /// The message leaves the tablet.
    pub(super) fn set_out(&mut self, n: usize, id: u64) {
        let latency = self.chance.between(5, 120);
        let net = if self.calm { Net::Fine } else { self.nets[n] };
        match net {
            Net::Portal => {
                self.reached.hit("25 a captive portal");
                let answer = self.portal(n, id);
                self.at(latency, Event::Answered { request: id, answer: Box::new(answer) });
                return;
            }
            Net::None | Net::NothingOut => {
                // Sometimes it is known at once, sometimes one waits in vain.
                if self.chance.percent(50) {
                    self.at(
                        latency,
                        Event::Answered { request: id, answer: Box::new(Answer::Declined(Fault::Offline)) },
                    );
                }
                return;
            }
            Net::Fine | Net::NothingBack => {}
        }
        if !self.calm && self.chance.permille(self.rough.lost / 2) {
            return;
        }
        let late =
            if !self.calm && self.chance.permille(self.rough.late) { self.chance.between(500, 45_000) } else { 0 };
        self.at(latency + late, Event::Arrives { request: id, copy: false });
        if !self.calm && self.chance.permille(self.rough.doubled) {
            self.reached.hit("a message that arrives twice");
            let after = self.chance.between(1, 20_000);
            self.at(latency + after, Event::Arrives { request: id, copy: true });
        }
    }

    /// A portal answers everything with 200: its own page, or what it once saw there.
    pub(super) fn portal(&mut self, n: usize, id: u64) -> Answer {
        let _ = (n, id);
        #[cfg(feature = "planted")]
        if sync::planted::is(sync::planted::Bug::AnyTwoHundredIsOurs)
            && let Some(sent) = self.sent.get(&id)
        {
            match &sent.request {
                Request::Photo(..) => return Answer::Photo(PhotoAnswer::Kept),
                Request::Pull(_) => {
                    return self.cached.get(&n).cloned().unwrap_or(Answer::Declined(Fault::Offline));
                }
                Request::Hello(_) | Request::Push(_) | Request::HandOver(_) => {}
            }
        }
        Answer::Declined(Fault::Offline)
    }
}
