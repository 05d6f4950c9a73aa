//! What people do, and what goes wrong.

use sync::device::outbox::Entry;

use super::*;

impl Run {
    pub(super) fn operation(&mut self) -> Result<(), Broken> {
        if self.left == 0 {
            self.calm_down();
            return Ok(());
        }
        self.left -= 1;
        let after = self.chance.between(200, 5_000);
        self.at(after, Event::Operation);
        let n = self.chance.below(self.tablets.len());
        match self.chance.below(1000) {
            0..520 => {
                self.somebody_saves(n)?;
                // Sometimes in another tab at the same moment.
                if self.chance.percent(15) {
                    self.somebody_saves(n)?;
                }
            }
            520..600 => self.somebody_else_comes(n),
            600..660 => self.another_tab(n),
            660..700 => self.a_tab_closes(n),
            700..790 => self.the_network_changes(n),
            790..830 => self.the_tablet_sleeps(n),
            830..890 => self.the_server_fails(),
            890..930 => self.the_clock_changes(n),
            930..945 => self.somebody_lies(n)?,
            945..950 => self.is_confirmed(n),
            950..964 => self.gives_a_change_up(n),
            _ => self.the_tablet_suffers(n),
        }
        Ok(())
    }

    pub(super) fn somebody_saves(&mut self, n: usize) -> Result<(), Broken> {
        let open: Vec<u64> = self.tablets[n].tabs.iter().filter(|tab| !tab.frozen).map(|tab| tab.serial).collect();
        let Some(serial) = self.chance.pick(&open).copied() else { return Ok(()) };
        if self.tablets[n].asleep_since.is_some() {
            return Ok(());
        }
        let Some(at) = self.tablets[n].tab(serial) else { return Ok(()) };
        let photos = match self.chance.below(8) {
            0 => {
                let empty = self.chance.percent(15);
                let photo = self.tablets[n].photograph(self.now, empty);
                photo.into_iter().collect()
            }
            _ => vec![],
        };
        let tablet = &self.tablets[n];
        let world = &tablet.tabs[at].world;
        let who = tablet.present;
        let idea = Idea { chance: &self.chance, world, who, now: Moment(self.now), rights: self.rough.rights };
        let deeds = idea.deeds(photos);
        if !self.calm && self.chance.permille(self.rough.killed) {
            self.reached.hit("a tab killed before a save was complete");
            self.kill(n, serial);
            return Ok(());
        }
        let under_way = self.tablets[n]
            .tabs
            .iter()
            .filter_map(|tab| tab.asked)
            .any(|id| self.sent.get(&id).is_some_and(|sent| matches!(sent.request, Request::Push(_))));
        let saved = match self.tablets[n].append(at, deeds, self.now) {
            Ok(saved) => saved,
            Err(_) => {
                if self.tablets[n].disk.full {
                    self.reached.hit("a full disk");
                }
                return Ok(());
            }
        };
        let mut saved = saved;
        self.promise(n, &saved);
        self.maybe_of_a_later_release(n, &mut saved);
        if under_way {
            self.reached.hit("16 saved while a push was under way");
        }
        if saved.entries.len() > 1 {
            self.reached.hit("a bundle of several changes");
        }
        if self.tablets[n].tabs.len() > 1 && at > 0 {
            self.reached.hit("22 saved from several tabs");
        }
        self.tell(|| format!("tablet {n} tab {serial} saves {}", listed(&saved.changes)));
        let after = self.chance.between(1, 40);
        self.at(after, Event::Heard { tablet: n, told: Told::Outbox });
        if !self.calm && self.chance.permille(self.rough.killed) {
            self.reached.hit("a tab killed between the save and the word");
            self.kill(n, serial);
            return Ok(());
        }
        self.tablets[n].show(at, &saved);
        self.ring(n, serial);
        self.look_at(n, at)
    }

    /// From here on what was saved is never lost.
    pub(super) fn promise(&mut self, n: usize, saved: &crate::tablet::Saved) {
        let may_set_up = self.db.read(|tables| {
            let person = tables.person(self.tablets[n].present);
            person.is_some_and(|person| may(&person.roles, Act::SetUp))
        });
        for (entry, change) in saved.entries.iter().zip(&saved.changes) {
            if let Deed::Fact(domain::changes::Fact::RoundStarted(started)) = &change.deed {
                let first = *self.started.entry(started.round().into()).or_insert(n);
                if first != n {
                    self.reached.hit("a round begun on two tablets");
                }
            }
            if let Deed::Fact(domain::changes::Fact::VisitCorrected(corrected)) = &change.deed {
                let of_visit = |id: &ChangeId| {
                    self.ledger.saved.get(id).and_then(|promise| checks::shows(&promise.deed))
                        == Some(corrected.visit.into())
                };
                if self.unanswered.keys().any(of_visit) {
                    self.reached.hit("26 corrected while its push was under way");
                }
            }
            self.ledger.photos.extend(change.deed.photos().iter().map(|photo| photo.hash));
            let promise = Promise {
                bytes: entry.change.clone(),
                person: entry.person,
                tablet: n,
                at: self.now,
                life: self.tablets[n].life,
                order: self.ledger.saved.len(),
                clock_was_good: !self.tablets[n].clock_was_set,
                damaged: false,
                given_up: false,
                deed: change.deed.clone(),
                was_allowed: may_set_up,
                identity: saved.lane.identity,
            };
            self.ledger.saved.insert(entry.id, promise);
        }
    }

    /// A tablet of a later release writes kinds and fields that nobody here knows.
    pub(super) fn maybe_of_a_later_release(&mut self, n: usize, saved: &mut crate::tablet::Saved) {
        if !self.rough.releases || saved.entries.len() != 1 || !self.chance.percent(8) {
            return;
        }
        let entry = &mut saved.entries[0];
        let kind = entry.kind.clone();
        let changed = entry.change.replacen(&format!("\"{kind}\""), "\"hologram.recorded\"", 1);
        self.tablets[n].disk.rewrite((entry.lane, entry.n), "hologram.recorded", changed.clone());
        (entry.kind, entry.change) = ("hologram.recorded".into(), changed.clone());
        if let Some(promise) = self.ledger.saved.get_mut(&entry.id) {
            promise.bytes = changed;
            promise.deed = Deed::Fact(domain::changes::Fact::RoundFinished(domain::changes::RoundFinished {
                round: domain::ids::RoundId(uuid::Uuid::nil()),
                note: String::new(),
            }));
        }
        self.reached.hit("42 a change of a later release");
    }

    /// Its author no longer waits for a change: it goes into the server's custody.
    fn gives_a_change_up(&mut self, n: usize) {
        let open: Vec<u64> = self.tablets[n].tabs.iter().filter(|tab| !tab.frozen).map(|tab| tab.serial).collect();
        let Some(at) = self.chance.pick(&open).and_then(|serial| self.tablets[n].tab(*serial)) else { return };
        if self.tablets[n].asleep_since.is_some() {
            return;
        }
        let all: Vec<_> =
            self.tablets[n].tabs[at].world.outbox.entries.values().filter(|it| !it.is_settled()).collect();
        let is_on_its_way = |entry: &&&Entry| self.unanswered.contains_key(&entry.id);
        // Rather one that is on its way, and may arrive all the same.
        let sent: Vec<_> = all.iter().filter(is_on_its_way).copied().collect();
        let entry = if self.chance.percent(70) { self.chance.pick(&sent) } else { None };
        let Some(place) = entry.or(self.chance.pick(&all)).map(|entry| (entry.lane, entry.n)) else { return };
        if self.tablets[n].gives_up(at, place).is_ok() {
            let given_up = self.tablets[n].tabs[at].world.outbox.entries.get(&place);
            let promise = given_up.and_then(|entry| self.ledger.saved.get_mut(&entry.id));
            promise.into_iter().for_each(|promise| promise.given_up = true);
            self.reached.hit("a change given up");
            self.tell(|| format!("tablet {n} gives up {place:?}"));
            let after = self.chance.between(1, 40);
            self.at(after, Event::Heard { tablet: n, told: Told::Outbox });
        }
    }

    pub(super) fn somebody_else_comes(&mut self, n: usize) {
        if self.tablets[n].profile == Profile::Shared {
            self.tablets[n].present = person(self.chance.between(0, PEOPLE as i64 - 2) as u128);
            let is_claimed = self.chance.percent(15);
            self.tablets[n].identity =
                if is_claimed { sync::messages::Identity::Claimed } else { sync::messages::Identity::Pin };
            if is_claimed {
                self.reached.hit("a name that was only picked");
            }
            self.signs_in_or_not(n);
        }
    }

    /// Whoever was there has left, and with them their session. Whoever came signs in, or does not.
    fn signs_in_or_not(&mut self, n: usize) {
        let who = self.tablets[n].present;
        let is_here = self.db.read(|tables| tables.person(who).is_some_and(|person| person.left.is_none()));
        let session = (is_here && self.chance.percent(40)).then_some(who);
        self.begins_session(n, session);
        let waits = session.is_some() && self.tablets[n].disk.outbox().to_sign_in().any(|entry| entry.person == who);
        if waits {
            self.reached.hit("sent after its author signed in again");
        }
        // Or it runs out, and the browser does not know.
        if session.is_some() && self.chance.percent(20) {
            self.reached.hit("a session that ran out");
            self.session_of(n, None);
        }
    }

    /// Both the browser and the server know of it.
    pub(super) fn begins_session(&mut self, n: usize, session: Option<PersonId>) {
        self.tablets[n].session = session;
        self.session_of(n, session);
        let all: Vec<u64> = self.tablets[n].tabs.iter().map(|tab| tab.serial).collect();
        all.into_iter().for_each(|tab| self.ring(n, tab));
    }

    fn session_of(&mut self, n: usize, session: Option<PersonId>) {
        let Some(id) = self.tablets[n].credential else { return };
        self.ledger.sessions.extend(session.map(|person| (id, person)));
        self.db.write(|tables| {
            if let Some(device) = tables.devices.get_mut(&id) {
                device.session = session;
            }
        });
    }

    pub(super) fn another_tab(&mut self, n: usize) {
        if self.tablets[n].tabs.len() < 3 {
            self.opens(n);
        }
    }

    pub(super) fn a_tab_closes(&mut self, n: usize) {
        let all: Vec<u64> = self.tablets[n].tabs.iter().map(|tab| tab.serial).collect();
        let Some(serial) = self.chance.pick(&all).copied() else { return };
        if self.chance.percent(30) && self.rough.without_locks | (all.len() > 1) {
            let Some(at) = self.tablets[n].tab(serial) else { return };
            if self.tablets[n].tabs[at].exchange.is_some() {
                self.reached.hit("36 a courier that is frozen");
            }
            self.tablets[n].tabs[at].frozen = true;
            let after = self.chance.between(1_000, 50_000);
            self.at(after, Event::Thaws { tablet: n, tab: serial });
            return;
        }
        self.kill(n, serial);
    }

    /// A tab is gone with everything that it had in memory; another takes over, or somebody opens one again.
    pub(super) fn kill(&mut self, n: usize, serial: u64) {
        let Some(at) = self.tablets[n].tab(serial) else { return };
        self.tablets[n].tabs.remove(at);
        self.tell(|| format!("tablet {n} loses tab {serial}"));
        if self.tablets[n].tabs.is_empty() {
            let after = self.chance.between(300, 8_000);
            self.at(after, Event::Opens { tablet: n });
        } else {
            self.begin(n);
        }
    }

    pub(super) fn kill_all(&mut self, n: usize) {
        let all: Vec<u64> = self.tablets[n].tabs.drain(..).map(|tab| tab.serial).collect();
        self.tell(|| format!("tablet {n} loses tabs {all:?}"));
        let after = self.chance.between(300, 8_000);
        self.at(after, Event::Opens { tablet: n });
    }

    pub(super) fn the_network_changes(&mut self, n: usize) {
        if !self.rough.partitions && !self.rough.portals {
            return;
        }
        let net = match self.chance.below(6) {
            0 | 1 if self.rough.portals => Net::Portal,
            _ if !self.rough.partitions => return,
            1 | 2 => Net::NothingBack,
            3 => Net::NothingOut,
            _ => Net::None,
        };
        match net {
            Net::NothingBack => self.reached.hit("15 nothing comes back"),
            Net::NothingOut => self.reached.hit("15 nothing goes out"),
            Net::None => self.reached.hit("15 no network at all"),
            Net::Portal | Net::Fine => {}
        }
        self.nets[n] = net;
        let after = self.chance.between(0, if self.chance.percent(70) { 10_000 } else { 120_000 });
        self.at(after, Event::NetworkIsBack { tablet: n });
    }

    pub(super) fn network_is_back(&mut self, n: usize) {
        self.nets[n] = Net::Fine;
        // Often the browser notices.
        if self.chance.percent(50) {
            let all: Vec<u64> = self.tablets[n].tabs.iter().map(|tab| tab.serial).collect();
            all.into_iter().for_each(|tab| self.ring(n, tab));
        }
    }

    pub(super) fn the_tablet_sleeps(&mut self, n: usize) {
        if self.tablets[n].asleep_since.is_some() {
            return;
        }
        self.reached.hit("a tablet asleep");
        self.tell(|| format!("tablet {n} falls asleep"));
        self.tablets[n].fall_asleep(self.now);
        let after = self.chance.between(2_000, 90_000);
        self.at(after, Event::Wakes { tablet: n });
    }

    pub(super) fn wakes(&mut self, n: usize) {
        self.tablets[n].wake(self.now);
        self.tell(|| format!("tablet {n} wakes"));
        let all: Vec<u64> = self.tablets[n].tabs.iter().map(|tab| tab.serial).collect();
        if all.is_empty() {
            self.opens(n);
        }
        for tab in all {
            self.ring(n, tab);
        }
    }
}
