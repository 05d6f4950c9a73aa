//! Check-in 签到: who came to an event, and who came without a sign-up. Arrivals are facts: two doors that let one party in
//! twice both said what happened, and it shows when they meet.

pub mod admission;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    decide::{Actor, Context, Decision, author, entitled},
    events::EventKey,
    ids::{EventId, HouseholdId, PersonId, RecordId, SignUpId, WalkInId, derived},
    permissions::Act,
    records::{Audience, Record, Root},
    refusal::Flag,
    residents,
    sign_ups::{SignUp, Standing},
    text::NAME_MOST,
    time::Interval,
};

/// Everyone of one sign-up who came. More persons than signed up means that a party was let in twice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    pub of: EventKey,
    pub household: HouseholdId,
    /// The first of them, by time.
    pub entries: Vec<Entry>,
    /// How many persons came in beyond those entries.
    #[serde(default, skip_serializing_if = "is_nobody")]
    pub beyond: u32,
}

fn is_nobody(persons: &u32) -> bool {
    *persons == 0
}

/// One passing of the door.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub by: PersonId,
    pub at: Interval,
    pub persons: u32,
    pub proof: Admission,
}

crate::tagged! {
    /// By what they were let in.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Admission ("Admission", tag = "by") {
        /// The signed ticket, scanned: the event that it names, and its number.
        Ticket { event: EventId, number: u32 },
        /// Found by name on the list.
        Name,
        /// A way from a later version.
        #[serde(other)]
        Other,
    }
}

/// Somebody who came without a sign-up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalkIn {
    pub id: WalkInId,
    pub of: EventKey,
    pub persons: u32,
    /// Whoever they say they are.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    pub by: PersonId,
    pub at: Interval,
}

/// A party, or some of it, came through the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArrivalRecorded {
    pub of: EventKey,
    pub household: HouseholdId,
    pub persons: u32,
    pub proof: Admission,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalkInRecorded {
    pub walk_in: WalkInId,
    pub of: EventKey,
    pub persons: u32,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
}

/// The most persons who pass a door at once.
const ENTRY_MOST: u32 = 1_000;
/// So many entries of one party are listed; what comes on top is counted.
const ENTRIES_MOST: usize = 100;

impl ArrivalRecorded {
    pub(crate) fn is_within_bounds(&self) -> bool {
        (1..=ENTRY_MOST).contains(&self.persons)
    }
}

impl WalkInRecorded {
    pub(crate) fn is_within_bounds(&self) -> bool {
        (1..=ENTRY_MOST).contains(&self.persons) && self.name.chars().count() <= NAME_MOST && !self.name.contains('\0')
    }
}

impl Arrival {
    /// The arrival of a sign-up: two doors mean the same one.
    pub fn id(sign_up: SignUpId) -> RecordId {
        RecordId(derived(&[b"arrival", sign_up.0.as_bytes()]))
    }

    pub fn sign_up(&self) -> SignUpId {
        SignUp::id(self.of.event, self.household)
    }

    /// How many came in, those twice who were let in twice.
    pub fn persons(&self) -> u32 {
        self.entries.iter().fold(self.beyond, |sum, entry| sum.saturating_add(entry.persons))
    }
}

/// What an event's door amounts to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attendance {
    /// Persons who signed up, had a place and came.
    pub came: u32,
    /// Persons who had a place and have not come: once the event is over, the no-shows.
    pub missing: u32,
    pub walk_ins: u32,
    /// Parties of which more came than signed up: let in twice, as a rule.
    pub doubles: u32,
    /// Persons who were let in by name or ticket and have no place: they wait, had cancelled, or never signed up.
    pub without_place: u32,
}

/// Sums up an event's door from its records.
pub fn attendance<'a>(
    sign_ups: impl IntoIterator<Item = &'a SignUp>,
    arrivals: &[&Arrival],
    walk_ins: impl IntoIterator<Item = &'a WalkIn>,
) -> Attendance {
    let mut sum = Attendance::default();
    let mut let_in_at_all = arrivals.iter().fold(0u32, |sum, arrival| sum.saturating_add(arrival.persons()));
    for sign_up in sign_ups.into_iter().filter(|it| it.standing == Standing::Confirmed) {
        let arrival = arrivals.iter().find(|it| it.household == sign_up.household && it.of == sign_up.of);
        let let_in = arrival.map_or(0, |arrival| arrival.persons());
        let_in_at_all = let_in_at_all.saturating_sub(let_in);
        let came = let_in.min(sign_up.party.persons);
        sum.came += came;
        sum.missing += sign_up.party.persons - came;
        sum.doubles += u32::from(let_in > sign_up.party.persons);
    }
    sum.without_place = let_in_at_all;
    sum.walk_ins = walk_ins.into_iter().map(|it| it.persons).sum();
    sum
}

pub(crate) fn arrived(root: &Root, fact: &ArrivalRecorded, actor: &Actor, context: &Context) -> Decision {
    let mut flags = not_of_the_door(actor);
    if let Admission::Ticket { event, .. } = fact.proof
        && event != fact.of.event
    {
        flags.insert(Flag::OtherEvent);
    }
    let there = root.of_residents().find_map(|body| match body {
        residents::Body::Arrival(it) if (it.of, it.household) == (fact.of, fact.household) => Some(it),
        _ => None,
    });
    let blank = || Arrival { of: fact.of, household: fact.household, entries: vec![], beyond: 0 };
    let mut arrival = there.cloned().unwrap_or_else(blank);
    let entry = Entry { by: author(actor), at: context.at, persons: fact.persons, proof: fact.proof };
    arrival.entries.push(entry);
    // By time, whichever door is heard from first.
    arrival.entries.sort_by_key(|entry| (entry.at.best, entry.by));
    for last in arrival.entries.split_off(ENTRIES_MOST.min(arrival.entries.len())) {
        arrival.beyond = arrival.beyond.saturating_add(last.persons);
        flags.insert(Flag::OnlyCounted);
    }
    match crate::sign_ups::of_root(root, fact.of, fact.household) {
        None => {
            flags.insert(Flag::UnknownReference);
        }
        Some(sign_up) => {
            if sign_up.standing != Standing::Confirmed {
                flags.insert(Flag::WithoutPlace);
            }
            if arrival.persons() > sign_up.party.persons {
                flags.insert(Flag::AlreadyDone);
            }
        }
    }
    let records = vec![Record::new(Audience::Desk, residents::Body::Arrival(arrival).into())];
    Decision { records, flags }
}

pub(crate) fn walked_in(root: &Root, fact: &WalkInRecorded, actor: &Actor, context: &Context) -> Decision {
    let mut flags = not_of_the_door(actor);
    if root.holds(fact.walk_in.into()) {
        flags.insert(Flag::AlreadyDone);
        return Decision { records: vec![], flags };
    }
    if crate::events::of_root(root, fact.of).is_none() {
        flags.insert(Flag::UnknownReference);
    }
    let walk_in = WalkIn {
        id: fact.walk_in,
        of: fact.of,
        persons: fact.persons,
        name: fact.name.clone(),
        by: author(actor),
        at: context.at,
    };
    let records = vec![Record::new(Audience::Desk, residents::Body::WalkIn(walk_in).into())];
    Decision { records, flags }
}

fn not_of_the_door(actor: &Actor) -> BTreeSet<Flag> {
    if entitled(actor, Act::RunDoor) { BTreeSet::new() } else { BTreeSet::from([Flag::NotEntitled]) }
}
