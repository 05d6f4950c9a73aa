//! Devices that lie: they know the protocol, hold a genuine credential, and say what is not so.

use domain::{
    changes::{Change, Fact, Request as Wish},
    findings::{FindingRaised, Source},
    ids::{CheckpointId, FindingId, LoadId},
    people::{Person, Role},
    text::Words,
    time::{Clocks, Stamp},
};
use sync::messages::{Delivery, Envelope, Identity, LaneOpening, Placed, Push, PushAnswer, Receipt};

use super::*;

impl Run {
    /// Somebody who oversees looks at a tablet and says that it is the community's.
    pub(super) fn is_confirmed(&mut self, n: usize) {
        let Some(id) = self.tablets[n].credential else { return };
        self.reached.hit("a tablet confirmed");
        self.db.write(|tables| tables.devices.get_mut(&id).map(|device| device.confirmed = true));
    }

    pub(super) fn somebody_lies(&mut self, n: usize) -> Result<(), Broken> {
        let Some(id) = self.tablets[n].credential.filter(|_| self.is_known(n)) else { return Ok(()) };
        let Some(device) = self.db.read(|tables| tables.devices.get(&id).copied()) else { return Ok(()) };
        if !self.server_is_up || !self.calls.is_empty() {
            return Ok(());
        }
        self.tell(|| format!("tablet {n} lies"));
        // Its device vouches for no such lane.
        self.ledger.twins.insert(id);
        match self.chance.below(5) {
            0 if device.profile == Profile::Shared => self.as_the_manager(&device),
            1 => self.with_the_id_of_another(&device),
            2 => self.with_one_id_twice(&device),
            3 => self.in_the_lane_of_another(&device),
            _ => self.about_the_rounds(&device),
        }
    }

    /// Opens the manager's lane, by whatever word, and makes somebody else a manager.
    fn as_the_manager(&mut self, device: &Device) -> Result<(), Broken> {
        let manager = person(0);
        if device.session == Some(manager) || self.ledger.sessions.contains(&(device.id, manager)) {
            return Ok(());
        }
        self.reached.hit("a lie about who it was");
        let words = [Identity::SignedIn, Identity::Pin, Identity::Session, Identity::Claimed];
        let identity = self.chance.pick(&words).copied().unwrap_or(Identity::Pin);
        let friend = Person {
            id: device.enrolled_by,
            name: Words::new("友", "a friend"),
            roles: vec![Role::Manager],
            teams: vec![],
            left: None,
            revision: None,
        };
        let change = self.change(Deed::Request(Wish::PutPerson(friend)));
        let Some(answer) = self.pushes(device, manager, identity, &[change]) else { return Ok(()) };
        match answer.outcomes.iter().find(|told| matches!(told.outcome, Outcome::Accepted { .. })) {
            Some(told) => Err(self.believed(format!("{} as the manager, by {identity:?}", told.id))),
            None => Ok(()),
        }
    }

    /// Sends other bytes, or another's own, under an id that is in the log.
    fn with_the_id_of_another(&mut self, device: &Device) -> Result<(), Broken> {
        let logged: Vec<(ChangeId, Option<PersonId>, String)> = self.db.read(|tables| {
            let all = tables.log.values().filter(|kept| kept.person.is_some() && !kept.envelope.is_empty());
            all.map(|kept| (kept.id, kept.person, kept.envelope.clone())).collect()
        });
        let Some((id, author, bytes)) = self.chance.pick(&logged).cloned() else { return Ok(()) };
        let who = self.liar(device);
        if author == Some(who) {
            return Ok(());
        }
        self.reached.hit("a lie about what a change says");
        let change = Change { id, ..self.finding() };
        let sent = if self.chance.percent(50) { bytes } else { self.written(&change) };
        let Some(answer) = self.pushes_bytes(device, who, Identity::Pin, &[(id, sent)]) else { return Ok(()) };
        let is_told = |told: &sync::messages::Delivery| {
            told.proof.is_some() || !matches!(told.outcome, Outcome::Quarantined { .. })
        };
        match answer.outcomes.iter().find(|told| is_told(told)) {
            Some(told) => Err(self.believed(format!("{id} as what it is not: {:?}", told.outcome))),
            None => Ok(()),
        }
    }

    /// Two changes under one id: the first is that change, the second is not.
    fn with_one_id_twice(&mut self, device: &Device) -> Result<(), Broken> {
        self.reached.hit("an id twice in one push");
        let who = self.liar(device);
        let first = self.finding();
        let second = Change { id: first.id, ..self.finding() };
        let Some(answer) = self.pushes(device, who, Identity::Pin, &[first, second]) else { return Ok(()) };
        match answer.outcomes.get(1) {
            Some(told) if told.proof.is_some() || !matches!(told.outcome, Outcome::Quarantined { .. }) => {
                Err(self.believed(format!("{} twice: {:?}", told.id, told.outcome)))
            }
            _ => Ok(()),
        }
    }

    /// Writes in a lane that another device opened, in the name of whoever that is.
    fn in_the_lane_of_another(&mut self, device: &Device) -> Result<(), Broken> {
        let others: Vec<sync::server::Lane> = self.db.read(|tables| {
            let is_others = |lane: &&sync::server::Lane| lane.device != device.id && lane.id != OWN_LANE;
            tables.lanes.values().filter(is_others).copied().collect()
        });
        let Some(lane) = self.chance.pick(&others).copied() else { return Ok(()) };
        self.reached.hit("a lie about whose lane it is");
        let change = self.finding();
        let bytes = self.written(&change);
        let (opening, from) = (LaneOpening::new(lane.id, lane.person, lane.identity), lane.last + 1);
        let Some(answer) = self.pushes_in(device, opening, from, &[(change.id, bytes, None)]) else { return Ok(()) };
        match answer.outcomes.first() {
            Some(told) => Err(self.believed(format!("{} in a lane of {}", told.id, lane.person))),
            None => Ok(()),
        }
    }

    /// After a restore somebody who has read a manager's tablet comes first.
    pub(super) fn somebody_elses_receipt(&mut self) -> Result<(), Broken> {
        if !self.server_is_up || !self.calls.is_empty() {
            return Ok(());
        }
        let known: Vec<DeviceId> =
            self.db.read(|tables| tables.devices.values().filter(|it| !it.retired).map(|it| it.id).collect());
        let Some(id) = self.chance.pick(&known).copied() else { return Ok(()) };
        let Some(device) = self.db.read(|tables| tables.devices.get(&id).copied()) else { return Ok(()) };
        self.ledger.twins.insert(id);
        self.with_the_receipt_of_another(&device)
    }

    /// Sends what somebody with more rights was told had been accepted, with their receipt, to a server that has lost it.
    fn with_the_receipt_of_another(&mut self, device: &Device) -> Result<(), Broken> {
        let who = self.liar(device);
        let may_not = self.db.read(|tables| tables.person(who).is_some_and(|it| !may(&it.roles, Act::SetUp)));
        let lost: Vec<_> = self.db.read(|tables| {
            let is_lost = |(bytes, receipt): &&(String, Receipt)| {
                let id = Envelope::read(bytes).map(|envelope| envelope.id);
                receipt.epoch != tables.epoch && id.is_ok_and(|id| !tables.log.contains_key(&id))
            };
            self.overheard.iter().filter(is_lost).cloned().collect()
        });
        let Some((bytes, receipt)) = self.chance.pick(&lost).cloned().filter(|_| may_not) else { return Ok(()) };
        let Ok(Envelope { id, .. }) = Envelope::read(&bytes) else { return Ok(()) };
        self.reached.hit("somebody else's receipt");
        self.ledger.lies.insert(bytes.clone());
        let opening = LaneOpening::new(LaneId(self.chance.uuid()), who, Identity::SignedIn);
        let Some(answer) = self.pushes_in(device, opening, 1, &[(id, bytes, Some(receipt))]) else { return Ok(()) };
        match answer.outcomes.iter().find(|told| matches!(told.outcome, Outcome::Accepted { .. })) {
            Some(told) => Err(self.believed(format!("{} with the receipt of another", told.id))),
            None => Ok(()),
        }
    }

    /// Remembers what a manager set up and was told, for whoever can read their tablet.
    pub(super) fn is_overheard(&mut self, n: usize, epoch: &str, told: &Delivery) {
        let is_managers = self.tablets[n].profile == Profile::Personal { person: person(0) };
        let Some(promise) = self.ledger.saved.get(&told.id).filter(|it| is_managers && !it.damaged) else { return };
        let sets_up = matches!(promise.deed, Deed::Request(Wish::PutArea(_) | Wish::PutPlan(_)));
        let (true, Outcome::Accepted { .. }, Some(proof)) = (sets_up, &told.outcome, &told.proof) else { return };
        let (epoch, outcome, proof) = (epoch.to_owned(), told.outcome.clone(), proof.clone());
        let receipt = Receipt { epoch, seq: told.seq, outcome, proof, number: None };
        self.overheard.push((promise.bytes.clone(), receipt));
    }

    /// A phone that never had to do with rounds reports something.
    fn about_the_rounds(&mut self, device: &Device) -> Result<(), Broken> {
        let who = self.liar(device);
        if neighbours::home_of(who).is_none() {
            return Ok(());
        }
        self.reached.hit("a lie about the past");
        let change = self.finding();
        let _ = self.pushes(device, who, Identity::SignedIn, &[change]);
        // `what_was_never_allowed_wrote_nothing` looks at what became of it.
        Ok(())
    }

    fn liar(&self, device: &Device) -> PersonId {
        match device.profile {
            Profile::Shared => device.enrolled_by,
            Profile::Personal { person } => person,
        }
    }

    fn finding(&mut self) -> Change {
        let finding = FindingId(self.chance.uuid());
        let source = Source::Reported { round: None };
        let checkpoint = CheckpointId(self.chance.uuid());
        let (note, photos) = ("a lie".into(), vec![]);
        self.change(Deed::Fact(Fact::FindingRaised(FindingRaised {
            finding,
            checkpoint,
            source,
            what: None,
            note,
            photos,
            danger: false,
        })))
    }

    fn change(&mut self, deed: Deed) -> Change {
        let clocks = Clocks { wall: Moment(self.now), mono: 1, load: LoadId(self.chance.uuid()) };
        let at = Stamp { clocks, contact: None };
        Change { id: ChangeId(self.chance.uuid()), at, after: vec![], supersedes: None, deed }
    }

    fn written(&mut self, change: &Change) -> String {
        serde_json::to_string(&Envelope::seal(change)).expect("an envelope is plain data")
    }

    fn pushes(&mut self, device: &Device, who: PersonId, by: Identity, changes: &[Change]) -> Option<PushAnswer> {
        let bytes: Vec<_> = changes.iter().map(|change| (change.id, self.written(change))).collect();
        self.pushes_bytes(device, who, by, &bytes)
    }

    /// Pushes in a lane of its own.
    fn pushes_bytes(
        &mut self,
        device: &Device,
        who: PersonId,
        by: Identity,
        changes: &[(ChangeId, String)],
    ) -> Option<PushAnswer> {
        let opening = LaneOpening::new(LaneId(self.chance.uuid()), who, by);
        let changes: Vec<_> = changes.iter().map(|(id, bytes)| (*id, bytes.clone(), None)).collect();
        self.pushes_in(device, opening, 1, &changes)
    }

    /// Pushes in this lane and waits for the answer: nobody else asks meanwhile.
    fn pushes_in(
        &mut self,
        device: &Device,
        opening: LaneOpening,
        from: i64,
        changes: &[(ChangeId, String, Option<Receipt>)],
    ) -> Option<PushAnswer> {
        let lane = opening.lane;
        self.ledger.lies.extend(changes.iter().map(|(_, bytes, _)| bytes.clone()));
        let placed = (from..).zip(changes).map(|(n, (id, bytes, receipt))| Placed {
            lane,
            n,
            id: *id,
            bundle: None,
            change: serde_json::value::RawValue::from_string(bytes.clone()).expect("an envelope is JSON"),
            receipt: receipt.clone(),
        });
        let changes = placed.collect();
        let clocks = Clocks { wall: Moment(self.now), mono: 1, load: LoadId(self.chance.uuid()) };
        let push = Push { clocks, lanes: vec![opening], holes: vec![], changes };
        let clock = NodeClock { now: self.clock.clone(), skew: 0 };
        let route = Route {
            clock,
            standby: false,
            too_old: false,
            #[cfg(feature = "planted")]
            early: Default::default(),
        };
        let mut call = server::answer(self.db.clone(), COMMUNITY, device.id, Request::Push(push), route);
        let mut context = Context::from_waker(Waker::noop());
        loop {
            if let Poll::Ready(answer) = call.as_mut().poll(&mut context) {
                return match answer {
                    Answer::Push(answer) => Some(answer),
                    _ => None,
                };
            }
        }
    }

    fn believed(&self, what: String) -> Broken {
        Broken { invariant: "proof", words: format!("a liar was believed: {what}") }
    }
}
