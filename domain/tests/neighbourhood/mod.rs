//! A neighbourhood of households with one event, whose records grow as changes are decided.

#![allow(dead_code, reason = "each test file uses some of it")]

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    changes::{self, Change, Deed},
    decide::{Actor, Author, Context, Side, again, decide},
    events::{Details, Event, EventKey, PublishEvent, PutEvent},
    households::{Household, Member},
    ids::{ChangeId, CommunityId, EventId, HouseholdId, LaneId, LoadId, PersonId, RecordId},
    people::{Person, Role},
    permissions::Proof,
    records::{self, Audience, Reads, Record, Root},
    refusal::{Flag, Refusal},
    residents::{Body, Fact, Request},
    sign_ups::{AskForPlaces, OwnSignUp, Party, SignUp, Standing, Tally},
    text::Words,
    time::{Clocks, DAY, Interval, MINUTE, Moment, Stamp},
};
use uuid::Uuid;

pub const NOW: Moment = Moment(1_772_323_200_000);
pub const STARTS: Moment = Moment(NOW.0 + 7 * DAY);
const COMMUNITY: CommunityId = CommunityId(Uuid::from_u128(1));
/// So many households live here.
pub const HOUSEHOLDS: u128 = 45;

pub fn event(n: u128) -> EventKey {
    EventKey { event: EventId(Uuid::from_u128(0xe0_0000 + n)), series: None }
}

pub fn key() -> EventKey {
    event(1)
}

pub fn household(n: u128) -> HouseholdId {
    HouseholdId(Uuid::from_u128(0xa0_0000 + n))
}

pub fn resident(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(0xb0_0000 + n))
}

pub fn family(persons: u32) -> Party {
    Party { persons, names: vec![] }
}

fn person(id: PersonId, role: Role) -> Person {
    Person { id, name: Words::new("某人", "Somebody"), roles: vec![role], teams: vec![], left: None, revision: None }
}

pub fn member(n: u128) -> Actor {
    Actor::Person(person(resident(n), Role::Resident))
}

pub fn staff(role: Role) -> Actor {
    Actor::Person(person(PersonId(Uuid::from_u128(0xc0_0000 + role as u128)), role))
}

pub fn the_event(capacity: u32) -> Details {
    Details {
        title: Words::new("中秋晚会", "Mid-autumn evening"),
        place: Words::new("中庭", "Courtyard"),
        starts: STARTS,
        ends: STARTS.plus(120 * MINUTE),
        capacity,
        ..Details::default()
    }
}

#[derive(Clone)]
pub struct Neighbourhood {
    records: BTreeMap<RecordId, Record>,
    pub now: Moment,
    side: Side,
    /// So long what comes has waited in custody, in milliseconds.
    pub waited: i64,
    /// The server was restored, and not all has come back.
    pub returning: bool,
    changes: u128,
    /// What the last change wrote.
    pub written: Vec<Record>,
}

impl Default for Neighbourhood {
    fn default() -> Self {
        let mut here = Self {
            records: BTreeMap::new(),
            now: NOW,
            side: Side::Server,
            waited: 0,
            returning: false,
            changes: 100,
            written: vec![],
        };
        for n in 1..=HOUSEHOLDS {
            let household = Household {
                id: household(n),
                flat: Words::new(format!("3栋{n}"), ""),
                area: None,
                members: vec![Member { person: resident(n), name: format!("住户{n}") }],
                moved_out: None,
                revision: None,
            };
            here.system(Request::PutHousehold(household)).expect("a household in order");
        }
        here
    }
}

impl Neighbourhood {
    pub fn with_event(capacity: u32) -> Self {
        let mut here = Self::default();
        here.publish(key(), the_event(capacity));
        here
    }

    pub fn publish(&mut self, of: EventKey, details: Details) {
        let organiser = staff(Role::Organiser);
        self.request(&organiser, Request::PutEvent(PutEvent { of, details: details.into(), revision: None }))
            .expect("an event in order");
        self.request(&organiser, Request::PublishEvent(PublishEvent { of })).expect("it is published");
    }

    /// What the phone of a household holds of all this, and decides by itself.
    pub fn phone_of(&self, n: u128) -> Self {
        let held = |record: &Record| [Audience::Everyone, Audience::Household(household(n))].contains(&record.audience);
        let records = self.records.iter().filter(|(_, record)| held(record));
        Self {
            records: records.map(|(id, record)| (*id, record.clone())).collect(),
            side: Side::Device,
            ..self.clone()
        }
    }

    fn change(&mut self, deed: Deed) -> (Root, Reads, Change, Context) {
        self.changes += 1;
        let clocks = Clocks { wall: self.now, mono: 0, load: LoadId(Uuid::nil()) };
        let id = ChangeId(Uuid::from_u128(self.changes));
        let change = Change { id, at: Stamp { clocks, contact: None }, after: vec![], supersedes: None, deed };
        let root = change.deed.root(COMMUNITY);
        let root = Root { records: self.records.values().filter(|record| record.root == root).cloned().collect() };
        let reads = change
            .deed
            .reads(COMMUNITY, PersonId(Uuid::nil()))
            .iter()
            .filter_map(|id| self.records.get(id))
            .cloned()
            .collect();
        let Self { now, side, returning, waited, .. } = *self;
        let at = Interval::exactly(now);
        let context = Context { community: COMMUNITY, side, at, now, decided: now.plus(waited), returning };
        (root, reads, change, context)
    }

    fn keep(&mut self, records: Vec<Record>) {
        self.written = records.clone();
        self.records.extend(records.into_iter().map(|record| (record.id, record)));
    }

    pub fn request(&mut self, actor: &Actor, request: Request) -> Result<BTreeSet<Flag>, Refusal> {
        let (root, reads, change, context) = self.change(Deed::Request(changes::Request::Residents(request)));
        let decision = decide(&root, &reads, &change, actor, &context)?;
        self.keep(decision.records);
        Ok(decision.flags)
    }

    pub fn system(&mut self, request: Request) -> Result<BTreeSet<Flag>, Refusal> {
        self.request(&Actor::System, request)
    }

    pub fn fact(&mut self, actor: &Actor, fact: Fact) -> BTreeSet<Flag> {
        let (root, reads, change, context) = self.change(Deed::Fact(changes::Fact::Residents(fact)));
        let decision = decide(&root, &reads, &change, actor, &context).expect("a fact is never refused");
        self.keep(decision.records);
        decision.flags
    }

    /// A request that had been accepted with `flags` by the server before it was restored.
    pub fn told(&mut self, actor: &Actor, request: Request, flags: &[Flag]) {
        let (root, reads, change, context) = self.change(Deed::Request(changes::Request::Residents(request)));
        let told = flags.iter().copied().collect::<BTreeSet<_>>().into();
        let (actor, lane) = (actor.clone(), LaneId(Uuid::nil()));
        let author = Author { actor, proof: Proof::Session, lane, roles_held: BTreeSet::new() };
        let records = again(&root, &reads, &change, &told, &author, &context);
        self.keep(records);
    }

    /// A member of household `n` asks.
    pub fn asks(&mut self, n: u128, request: Request) -> Result<BTreeSet<Flag>, Refusal> {
        self.request(&member(n), request)
    }

    pub fn ask_of(&mut self, of: EventKey, n: u128, persons: u32) -> Result<BTreeSet<Flag>, Refusal> {
        let asked = AskForPlaces { of, household: household(n), party: family(persons), answers: vec![] };
        self.asks(n, Request::AskForPlaces(asked))
    }

    pub fn ask(&mut self, n: u128, persons: u32) -> Result<BTreeSet<Flag>, Refusal> {
        self.ask_of(key(), n, persons)
    }

    pub fn ask_for_at_desk(&mut self, n: u128, persons: u32) -> Result<BTreeSet<Flag>, Refusal> {
        let asked = AskForPlaces { of: key(), household: household(n), party: family(persons), answers: vec![] };
        self.request(&staff(Role::Steward), Request::AskForPlaces(asked))
    }

    pub fn changes_event(&mut self, change: impl FnOnce(&mut Details)) -> Result<BTreeSet<Flag>, Refusal> {
        let there = self.event();
        let mut details = there.details;
        change(&mut details);
        let put = PutEvent { of: key(), details, revision: there.revision };
        self.request(&staff(Role::Organiser), Request::PutEvent(put))
    }

    pub fn bodies(&self) -> impl Iterator<Item = &Body> {
        self.records.values().filter_map(|record| match &record.body {
            records::Body::Residents(body) => Some(body),
            _ => None,
        })
    }

    pub fn all<T>(&self, which: impl Fn(&Body) -> Option<T>) -> Vec<T> {
        self.bodies().filter_map(which).collect()
    }

    /// Of everything about the event.
    pub fn audiences(&self) -> BTreeSet<Audience> {
        self.records.values().filter(|record| record.root == key().root()).map(|record| record.audience).collect()
    }

    pub fn event(&self) -> Event {
        let found = self.bodies().find_map(|body| match body {
            Body::Event(it) if it.of == key() => Some(it.clone()),
            _ => None,
        });
        found.expect("the event is there")
    }

    pub fn tally(&self) -> Tally {
        let found = self.bodies().find_map(|body| match body {
            Body::Tally(it) if it.of == key() => Some(it.clone()),
            _ => None,
        });
        found.expect("the tally is there")
    }

    pub fn sign_ups(&self) -> Vec<SignUp> {
        self.all(|body| match body {
            Body::SignUp(it) if it.of == key() => Some(it.clone()),
            _ => None,
        })
    }

    pub fn sign_up(&self, n: u128) -> SignUp {
        self.sign_ups().into_iter().find(|it| it.household == household(n)).expect("it signed up")
    }

    pub fn own(&self, n: u128) -> SignUp {
        let found = self.bodies().find_map(|body| match body {
            Body::OwnSignUp(OwnSignUp(it)) if it.of == key() && it.household == household(n) => Some(it.clone()),
            _ => None,
        });
        found.expect("its own record is there")
    }

    pub fn standing(&self, n: u128) -> Standing {
        let standing = self.sign_up(n).standing;
        assert_eq!(self.own(n).standing, standing, "the household is told what the desk knows");
        standing
    }

    pub fn number(&self, n: u128) -> u32 {
        self.sign_up(n).number
    }
}
