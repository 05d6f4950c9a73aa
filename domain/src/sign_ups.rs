//! A sign-up 报名: the places that a household asks for, decided by the server alone, in its order.
//!
//! A party is confirmed whole or waits whole. Places go strictly by the waiting list: a later, smaller party does not overtake an
//! earlier one that only needs more places to come free, or a large family would wait for ever behind couples. Passed over is
//! only who could not come even to an empty hall; and an organiser may move people, on record.

mod asking;
mod book;
mod numbers;
mod ways;

use serde::{Deserialize, Serialize};

use crate::{
    decide::Context,
    events::EventKey,
    ids::{EventId, HouseholdId, PersonId, RecordId, SignUpId, derived},
    records::Root,
    residents,
    time::Moment,
};

pub(crate) use asking::{accept, ask, cancel, change, lapse, move_party, restore};
pub(crate) use book::Book;
pub use book::Tally;
pub(crate) use numbers::{give_numbers, is_another_partys};
pub use ways::{HouseholdLimit, Limits, Prospect, Ways, free};

/// The sign-up of one household for one event, as the desk holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignUp {
    pub of: EventKey,
    pub household: HouseholdId,
    pub party: Party,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answer>,
    /// Its number among those who asked for this event; another one each time that it asks anew.
    pub number: u32,
    pub standing: Standing,
    /// When the server decided what was asked for last.
    pub at: Moment,
    /// How an organiser moved it, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moves: Vec<Move>,
    /// The community's signature under its ticket, in hexadecimal: on the household's own record, while it is confirmed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// What was asked for on this device and is not decided; never on the server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wish: Option<Wish>,
}

/// The same sign-up as the household holds it: no staff is named in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OwnSignUp(pub SignUp);

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    pub persons: u32,
    /// Of those who want to be found by name at the door.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
}

/// The answer to a question of the event: the words of the choice in the first language that has any, or free ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub question: String,
    pub answer: String,
}

crate::tagged! {
    /// Where a sign-up stands.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Standing ("Standing", tag = "is") {
        /// Asked for on this device; the server has not decided.
        Asked,
        Confirmed,
        /// On the waiting list: [`Tally::place`] says where.
        Waiting,
        /// A place has come free and is kept until then.
        Offered { until: Moment },
        Cancelled { at: Moment },
        /// A place was offered and nobody took it in time.
        Lapsed { at: Moment },
        /// A standing from a later version.
        #[serde(other)]
        Other,
    }
}

crate::tagged! {
    /// What was asked for and is not decided yet.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum Wish ("Wish", tag = "for") {
        Places,
        Change { party: Party },
        Cancel,
        Accept,
        Move { to: MoveTo },
        /// A wish from a later version.
        #[serde(other)]
        Other,
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    /// Who of the staff did it; not on the household's own record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<PersonId>,
    pub at: Moment,
    pub to: MoveTo,
    pub reason: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoveTo {
    /// To a place, past the waiting list, if there is room.
    Confirmed,
    FrontOfLine,
    EndOfLine,
    /// Taken off the list.
    Off,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskForPlaces {
    pub of: EventKey,
    pub household: HouseholdId,
    pub party: Party,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answer>,
}

/// Another party or other answers. More persons than before are taken only where there is room; the old party stays otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeSignUp {
    pub of: EventKey,
    pub household: HouseholdId,
    pub party: Party,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answer>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelSignUp {
    pub of: EventKey,
    pub household: HouseholdId,
}

/// Takes the place that was offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcceptOffer {
    pub of: EventKey,
    pub household: HouseholdId,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoveSignUp {
    pub of: EventKey,
    pub household: HouseholdId,
    pub to: MoveTo,
    pub reason: String,
}

/// What the server itself says when offers have run out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LapseOffers {
    pub of: EventKey,
}

impl SignUp {
    /// The sign-up of a household for an event: the same on every device.
    pub fn id(event: EventId, household: HouseholdId) -> SignUpId {
        SignUpId(derived(&[b"sign-up", event.0.as_bytes(), household.0.as_bytes()]))
    }

    /// The record of the household's own view.
    pub fn own_id(event: EventId, household: HouseholdId) -> RecordId {
        RecordId(derived(&[b"own sign-up", event.0.as_bytes(), household.0.as_bytes()]))
    }

    /// The ticket of a confirmed party.
    pub fn ticket(&self) -> Option<crate::tickets::Ticket> {
        let Self { of, household, number, party, .. } = self;
        (self.standing == Standing::Confirmed).then(|| crate::tickets::Ticket {
            event: of.event,
            sign_up: Self::id(of.event, *household),
            number: *number,
            persons: party.persons,
        })
    }

    /// What the QR code of its ticket holds.
    pub fn ticket_content(&self) -> Option<String> {
        let signature = crate::tags::from_hex(self.ticket.as_deref()?)?;
        Some(self.ticket()?.content(&signature))
    }
}

impl Standing {
    /// It has a place, waits for one, or asks for one.
    pub fn is_alive(self) -> bool {
        match self {
            Standing::Asked | Standing::Confirmed | Standing::Waiting | Standing::Offered { .. } => true,
            Standing::Cancelled { .. } | Standing::Lapsed { .. } | Standing::Other => false,
        }
    }

    /// It counts against the capacity.
    pub fn has_places(self) -> bool {
        matches!(self, Standing::Confirmed | Standing::Offered { .. })
    }
}

/// The tally of each event of a root that has sign-ups, with what is offered by `context`.
pub(crate) fn sums(root: &Root, context: Option<&Context>) -> Vec<crate::records::Record> {
    let events: std::collections::BTreeSet<EventKey> = root
        .of_residents()
        .filter_map(|body| match body {
            residents::Body::SignUp(it) => Some(it.of),
            _ => None,
        })
        .collect();
    let summed_up = |of| {
        let mut book = Book::open(root, of);
        context.into_iter().for_each(|context| book.promote(context));
        book.written()
    };
    events.into_iter().flat_map(summed_up).collect()
}

pub(crate) fn own_of_root(root: &Root, of: EventKey, household: HouseholdId) -> Option<&SignUp> {
    root.of_residents().find_map(|body| match body {
        residents::Body::OwnSignUp(OwnSignUp(it)) if (it.of, it.household) == (of, household) => Some(it),
        _ => None,
    })
}

pub(crate) fn of_root(root: &Root, of: EventKey, household: HouseholdId) -> Option<&SignUp> {
    root.of_residents().find_map(|body| match body {
        residents::Body::SignUp(it) if (it.of, it.household) == (of, household) => Some(it),
        _ => None,
    })
}
