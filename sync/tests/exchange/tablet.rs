//! A tablet in memory: the device's machine with a disk that is a value.

use domain::{
    changes::{Change, Deed, Fact, RoundStarted},
    checklists::DutyKind,
    findings::{FindingRaised, Source},
    ids::{ChangeId, CheckpointId, DeviceId, FindingId, LaneId, LoadId, PersonId, RoundId, RouteId},
    photos::{Photo, PhotoHash},
    rounds::Occasion,
    time::{Clocks, Contact, Moment, Stamp},
};
use sync::{
    device::{
        exchange::{Exchange, Fault, Message, Place, Step, Write},
        outbox::{Entry, EntryState, Outbox, OwnLane, OwnPhoto, PhotoState, identity_for, orders_given},
        world::{Confirmed, World},
    },
    messages::{Identity, Profile},
};
use uuid::Uuid;

use crate::memory::{COMMUNITY, Memory};

/// What happens to a message on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    Fine,
    /// It never arrives.
    Lost,
    /// It arrives, and the answer does not come back.
    AnswerLost,
    Busy,
}

#[derive(Clone)]
pub struct Tablet {
    pub device: DeviceId,
    pub world: World,
    pub exchange: Exchange,
    pub contact: Option<Contact>,
    pub now: i64,
    /// Whose session its browser holds.
    pub session: Option<PersonId>,
    /// The photos on its disk.
    pub bytes: std::collections::BTreeMap<PhotoHash, Vec<u8>>,
    ids: u128,
}

impl Tablet {
    pub fn new(device: DeviceId) -> Self {
        Self {
            device,
            world: World::new(COMMUNITY, Place::default(), &[], Default::default()),
            exchange: Exchange::new(Place::default(), None),
            contact: None,
            now: 0,
            session: None,
            bytes: Default::default(),
            ids: device.0.as_u128() << 32,
        }
    }

    /// A clone draws other random numbers than its original.
    pub fn draws_other_ids(&mut self) {
        self.ids ^= 1 << 100;
    }

    fn fresh(&mut self) -> Uuid {
        self.ids += 1;
        Uuid::from_u128(self.ids)
    }

    pub fn clocks(&self) -> Clocks {
        Clocks { wall: Moment(self.now), mono: self.now, load: LoadId(Uuid::from_u128(1)) }
    }

    /// Saves deeds as the app's store does: the lane's tail, then the entries, all or nothing.
    pub fn save(&mut self, person: PersonId, deeds: Vec<Deed>) -> Vec<ChangeId> {
        let at = Stamp { clocks: self.clocks(), contact: self.contact };
        let identity = identity_for(&deeds, Profile::Shared, Identity::Pin);
        let mut lane = match self.world.outbox.lane_of(person, identity) {
            Some(lane) => *lane,
            None => OwnLane { lane: LaneId(self.fresh()), person, identity, last: 0, closed: false, device: None },
        };
        let changes: Vec<Change> = deeds
            .into_iter()
            .map(|deed| Change { id: ChangeId(self.fresh()), at, after: vec![], supersedes: None, deed })
            .collect();
        let given = orders_given(self.world.outbox.lanes.values());
        let bundle = (changes.len() > 1).then(|| changes[0].id);
        let entries: Vec<Entry> = (1..)
            .zip(&changes)
            .map(|(i, change)| Entry::new(&lane, lane.last + i, given + i, change, bundle))
            .collect();
        lane.last += entries.len() as i64;
        assert!(self.world.saved(lane, entries), "it knows all that was saved here");
        changes.into_iter().map(|change| change.id).collect()
    }

    /// Shows what this tab has saved on `disk`, where another tab may have saved too, as the app's store does.
    pub fn show(&mut self, saved: ChangeId, disk: Outbox) {
        let entries: Vec<Entry> = disk.entries.values().filter(|entry| entry.id == saved).cloned().collect();
        if !self.world.saved(disk.lanes[&entries[0].lane], entries) {
            self.world.reload_outbox(disk);
        }
    }

    pub fn start_round(&mut self, person: PersonId) -> (RoundId, ChangeId) {
        let round = RoundId(self.fresh());
        let ids = self.save(person, vec![round_started(round)]);
        (round, ids[0])
    }

    /// Saves a finding with a photo of these bytes.
    pub fn photograph(&mut self, person: PersonId, bytes: &[u8]) -> (PhotoHash, ChangeId) {
        let hash = PhotoHash::of(bytes);
        let taken = Moment(self.now);
        let photo = Photo { hash, taken, width: 4, height: 3, bytes: bytes.len() as u32 };
        let finding = FindingRaised {
            finding: FindingId(self.fresh()),
            checkpoint: CheckpointId(Uuid::from_u128(11)),
            source: Source::Reported { round: None },
            what: None,
            note: "lamp".into(),
            photos: vec![photo],
            danger: false,
        };
        let ids = self.save(person, vec![Deed::Fact(Fact::FindingRaised(finding))]);
        self.world.outbox.photos.insert(hash, OwnPhoto { photo, by: person, state: PhotoState::Waiting });
        self.bytes.insert(hash, bytes.to_vec());
        (hash, ids[0])
    }

    /// Somebody signs in with their pass phrase.
    pub fn signs_in(&mut self, server: &mut Memory, person: PersonId) {
        self.session = Some(person);
        server.sessions.insert(self.device, person);
    }

    /// One step of the exchange. Says whether a message was sent.
    pub fn step(&mut self, server: &mut Memory, weather: Weather) -> bool {
        let sent = self.clocks();
        self.exchange.holds_session(self.session);
        match self.exchange.next(sent, &self.world.outbox) {
            Step::Wait { until } => {
                assert!(until > self.now, "a wait that is over is no wait");
                assert!(until - self.now <= 5 * 60_000, "it always says when it goes on");
                self.now = until;
                false
            }
            Step::Clear => {
                let is_here = |entry: &Entry| !entry.is_settled();
                assert!(!self.world.outbox.entries.values().any(is_here), "nothing goes that nobody else has");
                self.world.outbox.entries.clear();
                self.world.rebuild(Confirmed::default(), Place::default());
                self.exchange.cleared();
                true
            }
            Step::Send(message) => {
                self.deliver(server, message, sent, weather);
                true
            }
        }
    }

    fn deliver(&mut self, server: &mut Memory, message: Message, sent: Clocks, weather: Weather) {
        let is_taken =
            !server.retired.contains(&self.device) || matches!(message, Message::HandOver(_) | Message::Photo(_));
        let fault = match weather {
            Weather::Fine if !is_taken => Some(Fault::Retired),
            Weather::Fine => None,
            Weather::Lost | Weather::AnswerLost => Some(Fault::Offline),
            Weather::Busy => Some(Fault::Busy { after: None }),
        };
        let arrives = is_taken && matches!(weather, Weather::Fine | Weather::AnswerLost);
        let received = Moment(self.now);
        let mut fresh = self.ids + 1_000;
        let writes = match message {
            Message::Hello(hello) => {
                let answer = server.hello(self.device, &hello, received);
                fault.is_none().then(|| self.exchange.greeted(answer, sent, &self.world.outbox))
            }
            Message::Push(push) => {
                let answer = arrives.then(|| server.push(self.device, &push, received));
                answer.filter(|_| fault.is_none()).map(|answer| {
                    self.exchange.pushed(answer, sent, &self.world.outbox, || {
                        fresh += 1;
                        LaneId(Uuid::from_u128(fresh))
                    })
                })
            }
            Message::Pull(pull) => {
                let answer = server.pull(&pull);
                fault.is_none().then(|| self.exchange.pulled(answer, self.now))
            }
            Message::HandOver(sent) => {
                let answer = arrives.then(|| server.take_over(&sent, received));
                answer.filter(|_| fault.is_none()).map(|answer| self.exchange.handed_over(answer, self.now))
            }
            Message::Photo(hash) => {
                let answer = arrives.then(|| server.put_photo(hash, &self.bytes[&hash]));
                answer.filter(|_| fault.is_none()).map(|answer| self.exchange.photo_put(hash, answer))
            }
        };
        self.ids = fresh;
        match (writes, fault) {
            (Some(writes), _) => writes.into_iter().for_each(|write| self.carry_out(write)),
            (None, fault) => self.exchange.failed(fault.unwrap_or(Fault::Offline), self.now, 0.5),
        }
        self.now += 20;
    }

    fn carry_out(&mut self, write: Write) {
        match write {
            Write::SessionOver => self.session = None,
            Write::Contact(contact) => self.contact = Some(contact),
            Write::Greeted(_) => {}
            Write::Delivered(deliveries) => self.world.delivered(&deliveries),
            Write::Resend(places) => self.change(&places, Entry::again),
            Write::Stuck(lane) => {
                let places: Vec<_> = self
                    .world
                    .outbox
                    .waiting()
                    .filter(|entry| entry.lane == lane)
                    .map(|entry| (entry.lane, entry.n))
                    .collect();
                self.change(&places, |entry| Entry { state: EntryState::Stuck, ..entry.clone() });
            }
            Write::HandedOver { kept, epoch } => {
                let entries = self.world.outbox.in_custody(&kept, &epoch, Moment(self.now));
                self.world.replace_entries(entries);
                self.world.outbox.unreadable.retain(|place, _| !kept.contains(place));
            }
            Write::Fork { lane, fresh, device } => {
                let mut outbox = self.world.outbox.clone();
                outbox.fork(lane, fresh, device);
                self.world.reload_outbox(outbox);
            }
            Write::Photo(hash, answer) => {
                let own = &self.world.outbox.photos[&hash];
                let own = own.answered(answer, Moment(self.now));
                if let PhotoState::Kept { .. } = own.state {
                    self.bytes.remove(&hash);
                }
                self.world.outbox.photos.insert(hash, own);
            }
            Write::Absorb(page) => self.world.absorb(&page),
            Write::Flip(view) => self.world.rebuild(view.confirmed, view.place),
        }
    }

    fn change(&mut self, places: &[(LaneId, i64)], change: impl Fn(&Entry) -> Entry) {
        let known = places.iter().filter_map(|place| self.world.outbox.entries.get(place));
        let entries = known.map(change).collect();
        self.world.replace_entries(entries);
    }

    /// Exchanges in fine weather until nothing is left to do for a minute.
    /// Fair weather for a minute; whoever's work waits for it signs in.
    pub fn settle(&mut self, server: &mut Memory) {
        let end = self.now + 60_000;
        let mut steps = 0;
        while self.now < end {
            let author = self.world.outbox.to_sign_in().next().map(|entry| entry.person);
            if let Some(author) = author {
                self.signs_in(server, author);
            }
            self.step(server, Weather::Fine);
            steps += 1;
            assert!(steps < 10_000, "it comes to rest");
        }
    }

    pub fn state_of(&self, id: ChangeId) -> &EntryState {
        &self.world.outbox.entries.values().find(|entry| entry.id == id).expect("a saved change is never lost").state
    }
}

pub fn round_started(round: RoundId) -> Deed {
    let route = RouteId(Uuid::from_u128(50));
    Deed::Fact(Fact::RoundStarted(RoundStarted {
        round: Some(round),
        occasion: Occasion::Unplanned { route, duty: DutyKind::Patrol },
        route,
        stops: vec![],
    }))
}
