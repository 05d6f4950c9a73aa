//! The numbers of parties after a restore: a household keeps the one that it was told, and with it its ticket.

use std::collections::{BTreeMap, BTreeSet};

use super::{AskForPlaces, SignUp, Tally};
use crate::{
    changes::{Deed, Request},
    decide::{Step, Upon},
    events::EventKey,
    ids::HouseholdId,
    records::{Body, Record, Root},
    residents,
};

/// Says with which number each party is written again.
///
/// What was told keeps its number. Any other party, which then has no ticket of before, keeps the one that it was given since
/// unless somebody was told it, and has the next above all otherwise.
pub(crate) fn give_numbers(base: &Root, now: &Root, steps: &mut [Step]) {
    let mut numbers = Numbers::known(base, steps);
    let there: BTreeMap<(EventKey, HouseholdId), u32> =
        sign_ups(now).map(|it| ((it.of, it.household), it.number)).collect();
    for step in steps {
        let Some((party, asks)) = party(&step.change.deed) else { continue };
        let is_told = step.told.upon == Upon::WhatWasTold && step.told.number.is_some();
        if asks || !numbers.parties.contains(&party) {
            let wanted = step.told.number.or(there.get(&party).copied());
            step.told.number = Some(numbers.take(party, wanted, is_told));
        }
    }
}

/// Whose each number of each event is.
#[derive(Default)]
struct Numbers {
    taken: BTreeMap<(EventKey, u32), HouseholdId>,
    told: BTreeMap<(EventKey, u32), HouseholdId>,
    next: BTreeMap<EventKey, u32>,
    parties: BTreeSet<(EventKey, HouseholdId)>,
}

impl Numbers {
    fn known(base: &Root, steps: &[Step]) -> Self {
        let mut known = Self::default();
        for Tally { of, next, .. } in base.of_residents().filter_map(|body| match body {
            residents::Body::Tally(tally) => Some(tally),
            _ => None,
        }) {
            known.next.insert(*of, *next);
        }
        for it in sign_ups(base) {
            known.is_taken((it.of, it.household), it.number);
        }
        for step in steps {
            let (Some((party, _)), Some(number)) = (party(&step.change.deed), step.told.number) else { continue };
            known.follows(party.0, number);
            if step.told.upon == Upon::WhatWasTold {
                known.told.entry((party.0, number)).or_insert(party.1);
            }
        }
        known
    }

    fn follows(&mut self, of: EventKey, number: u32) {
        let next = self.next.entry(of).or_insert(1);
        *next = (*next).max(number.saturating_add(1));
    }

    fn is_taken(&mut self, party: (EventKey, HouseholdId), number: u32) {
        self.taken.insert((party.0, number), party.1);
        self.parties.insert(party);
        self.follows(party.0, number);
    }

    fn take(&mut self, party: (EventKey, HouseholdId), wanted: Option<u32>, is_told: bool) -> u32 {
        let (of, household) = party;
        let is_anothers = |of_whom: &BTreeMap<(EventKey, u32), HouseholdId>, number: u32| {
            of_whom.get(&(of, number)).is_some_and(|other| *other != household)
        };
        let free = wanted
            .filter(|number| !is_anothers(&self.taken, *number) && (is_told || !is_anothers(&self.told, *number)));
        let number = free.unwrap_or_else(|| self.next.get(&of).copied().unwrap_or(1));
        self.is_taken(party, number);
        number
    }
}

/// Whether both are about sign-ups, and about those of two parties.
pub(crate) fn is_another_partys(one: &Deed, other: &Deed) -> bool {
    matches!((party(one), party(other)), (Some((one, _)), Some((other, _))) if one != other)
}

/// Whose sign-up it is about, and whether it asks for places.
fn party(deed: &Deed) -> Option<((EventKey, HouseholdId), bool)> {
    let Deed::Request(Request::Residents(request)) = deed else { return None };
    match request {
        residents::Request::AskForPlaces(it) => Some(((it.of, it.household), true)),
        residents::Request::ChangeSignUp(it) => Some(((it.of, it.household), false)),
        residents::Request::CancelSignUp(it) => Some(((it.of, it.household), false)),
        residents::Request::AcceptOffer(it) => Some(((it.of, it.household), false)),
        residents::Request::MoveSignUp(it) => Some(((it.of, it.household), false)),
        _ => None,
    }
}

fn sign_ups(root: &Root) -> impl Iterator<Item = &SignUp> {
    root.of_residents().filter_map(|body| match body {
        residents::Body::SignUp(it) => Some(it),
        _ => None,
    })
}

impl AskForPlaces {
    /// The number that `records` say its party has.
    pub(crate) fn number_among<'a>(&self, records: impl IntoIterator<Item = &'a Record>) -> Option<u32> {
        records.into_iter().find_map(|record| match &record.body {
            Body::Residents(residents::Body::SignUp(it)) if (it.of, it.household) == (self.of, self.household) => {
                Some(it.number)
            }
            _ => None,
        })
    }
}
