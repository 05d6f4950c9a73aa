//! Households with their phones, an event with too few places, and what they ask for.

use domain::{
    changes::{Deed, Request},
    events::{Details, Event, EventKey, PublishEvent, PutEvent},
    households::{Household, Member},
    ids::{EventId, HouseholdId, PersonId},
    people::{Person, Role},
    records::Body,
    residents,
    sign_ups::{
        AcceptOffer, AskForPlaces, CancelSignUp, ChangeSignUp, LapseOffers, MoveSignUp, MoveTo, OwnSignUp, Party,
        SignUp, Standing,
    },
    time::{DAY, Moment},
};
use sync::device::world::World;
use uuid::Uuid;

use crate::{
    chance::Chance,
    community::{START, words},
};

/// So many households there are, each with a phone at most.
pub const HOUSEHOLDS: u128 = 40;
/// So many places: fewer than there are households.
const PLACES: u32 = 5;

pub fn household(n: u128) -> HouseholdId {
    HouseholdId(Uuid::from_u128(1_000 + n))
}

pub fn resident(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(2_000 + n))
}

pub fn event() -> EventKey {
    EventKey { event: EventId(Uuid::from_u128(3_000)), series: None }
}

fn details(capacity: u32, starts: Moment) -> Details {
    Details {
        title: words("lantern evening"),
        starts,
        ends: starts.plus(DAY),
        capacity,
        offer_minutes: Some(2),
        ..Details::default()
    }
}

/// What is there on the first morning.
pub fn founding() -> Vec<Request> {
    let mut all = vec![];
    for n in 0..HOUSEHOLDS {
        all.push(Request::PutPerson(Person {
            id: resident(n),
            name: words("resident"),
            roles: vec![Role::Resident],
            teams: vec![],
            left: None,
            revision: None,
        }));
        let members = vec![Member { person: resident(n), name: "resident".into() }];
        let flat = words("flat");
        let it = Household { id: household(n), flat, area: None, members, moved_out: None, revision: None };
        all.push(Request::Residents(residents::Request::PutHousehold(it)));
    }
    let details = details(PLACES, Moment(START).plus(DAY));
    let put = PutEvent { of: event(), details: details.into(), revision: None };
    all.push(Request::Residents(residents::Request::PutEvent(put)));
    all.push(Request::Residents(residents::Request::PublishEvent(PublishEvent { of: event() })));
    all
}

/// Which household's phone this is.
pub fn home_of(who: PersonId) -> Option<HouseholdId> {
    (0..HOUSEHOLDS).find(|n| resident(*n) == who).map(household)
}

/// What the server says when offers have run out.
pub fn lapse() -> Request {
    Request::Residents(residents::Request::LapseOffers(LapseOffers { of: event() }))
}

/// What a household asks for next: by what its phone shows, or against it.
pub fn wish(chance: &Chance, world: &World, home: HouseholdId) -> Deed {
    let own = world.get(SignUp::own_id(event().event, home)).and_then(|body| match body {
        Body::Residents(residents::Body::OwnSignUp(OwnSignUp(it))) => Some(it.standing),
        _ => None,
    });
    let of = event();
    // Now and then for another household, which is refused.
    let household = if chance.percent(3) { household(chance.below(HOUSEHOLDS as usize) as u128) } else { home };
    let party = Party { persons: chance.between(1, 3) as u32, names: vec![] };
    let ask = residents::Request::AskForPlaces(AskForPlaces { of, household, party: party.clone(), answers: vec![] });
    let request = match (own, chance.below(10)) {
        (_, 0) | (None | Some(Standing::Cancelled { .. } | Standing::Lapsed { .. } | Standing::Other), _) => ask,
        (Some(Standing::Offered { .. }), 1..7) => residents::Request::AcceptOffer(AcceptOffer { of, household }),
        (_, 1..5) => residents::Request::CancelSignUp(CancelSignUp { of, household }),
        _ => residents::Request::ChangeSignUp(ChangeSignUp { of, household, party, answers: vec![] }),
    };
    Deed::Request(Request::Residents(request))
}

/// What whoever plans the event does: another capacity, now and then another day, or moves somebody.
pub fn plan(chance: &Chance, world: &World, now: Moment) -> Request {
    let revision = world.get(event().event.into()).and_then(|body| match body {
        Body::Residents(residents::Body::Event(Event { revision, .. })) => *revision,
        _ => None,
    });
    if chance.percent(60) {
        let starts =
            if chance.percent(12) { now.plus(chance.between(30_000, 200_000)) } else { Moment(START).plus(DAY) };
        let details = details(chance.between(2, 9) as u32, starts);
        let put = PutEvent { of: event(), details: details.into(), revision };
        return Request::Residents(residents::Request::PutEvent(put));
    }
    let to = [MoveTo::Confirmed, MoveTo::FrontOfLine, MoveTo::EndOfLine, MoveTo::Off];
    let moved = MoveSignUp {
        of: event(),
        household: household(chance.below(HOUSEHOLDS as usize) as u128),
        to: chance.pick(&to).copied().unwrap_or(MoveTo::Off),
        reason: "asked for".into(),
    };
    Request::Residents(residents::Request::MoveSignUp(moved))
}
