//! What holds of an event's places whatever households, organisers and time do, in any order.

mod neighbourhood;

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    people::Role,
    refusal::{Refusal, WhyNot},
    residents::Request,
    sign_ups::{AcceptOffer, CancelSignUp, ChangeSignUp, LapseOffers, MoveSignUp, MoveTo, SignUp, Standing},
    time::MINUTE,
};
use neighbourhood::{NOW, Neighbourhood, STARTS, family, household, key, staff};
use proptest::prelude::*;

/// Something that happens; households are few, so that they meet themselves again.
#[derive(Clone, Copy, Debug)]
enum Happening {
    Asks { n: u128, persons: u32 },
    Changes { n: u128, persons: u32 },
    Cancels { n: u128 },
    Accepts { n: u128 },
    Moved { n: u128, to: MoveTo },
    Capacity { persons: u32 },
    Passes { minutes: i64 },
}

const FEW: u128 = 12;

fn happening() -> impl Strategy<Value = Happening> {
    let n = || 1..=FEW;
    prop_oneof![
        6 => (n(), 1u32..5).prop_map(|(n, persons)| Happening::Asks { n, persons }),
        2 => (n(), 1u32..6).prop_map(|(n, persons)| Happening::Changes { n, persons }),
        3 => n().prop_map(|n| Happening::Cancels { n }),
        3 => n().prop_map(|n| Happening::Accepts { n }),
        2 => (1u32..16).prop_map(|persons| Happening::Capacity { persons }),
        2 => (1i64..2_000).prop_map(|minutes| Happening::Passes { minutes }),
    ]
}

fn organised() -> impl Strategy<Value = Happening> {
    let to =
        prop_oneof![Just(MoveTo::Confirmed), Just(MoveTo::FrontOfLine), Just(MoveTo::EndOfLine), Just(MoveTo::Off)];
    prop_oneof![
        5 => happening(),
        1 => (1..=FEW, to).prop_map(|(n, to)| Happening::Moved { n, to }),
    ]
}

fn happen(here: &mut Neighbourhood, what: Happening) {
    let of = key();
    let _ = match what {
        Happening::Asks { n, persons } => here.ask(n, persons),
        Happening::Changes { n, persons } => {
            let changed = ChangeSignUp { of, household: household(n), party: family(persons), answers: vec![] };
            here.asks(n, Request::ChangeSignUp(changed))
        }
        Happening::Cancels { n } => here.asks(n, Request::CancelSignUp(CancelSignUp { of, household: household(n) })),
        Happening::Accepts { n } => here.asks(n, Request::AcceptOffer(AcceptOffer { of, household: household(n) })),
        Happening::Moved { n, to } => {
            let moved = MoveSignUp { of, household: household(n), to, reason: "asked".into() };
            here.request(&staff(Role::Organiser), Request::MoveSignUp(moved))
        }
        Happening::Capacity { persons } => here.changes_event(|details| details.capacity = persons),
        Happening::Passes { minutes } => {
            here.now = here.now.plus(minutes * MINUTE);
            here.system(Request::LapseOffers(LapseOffers { of }))
        }
    };
}

fn persons(sign_ups: &[SignUp], counts: impl Fn(Standing) -> bool) -> u32 {
    sign_ups.iter().filter(|it| counts(it.standing)).map(|it| it.party.persons).sum()
}

/// The tally says what the sign-ups are, and nobody who waits could have a place that is free.
fn is_in_order(here: &Neighbourhood) -> Result<(), TestCaseError> {
    let (tally, sign_ups) = (here.tally(), here.sign_ups());
    prop_assert_eq!(tally.confirmed, persons(&sign_ups, |standing| standing == Standing::Confirmed));
    prop_assert_eq!(tally.taken(), persons(&sign_ups, Standing::has_places));
    let waiting: BTreeSet<u32> =
        sign_ups.iter().filter(|it| it.standing == Standing::Waiting).map(|it| it.number).collect();
    prop_assert_eq!(tally.line.iter().copied().collect::<BTreeSet<_>>(), waiting.clone(), "the line is who waits");
    prop_assert_eq!(tally.line.len(), waiting.len(), "each once");
    let party = |number: &u32| sign_ups.iter().find(|it| it.number == *number).map(|it| it.party.persons);
    let first = tally.line.iter().filter_map(party).find(|persons| *persons <= tally.capacity);
    if let Some(persons) = first.filter(|_| here.now < STARTS) {
        prop_assert!(persons > tally.capacity.saturating_sub(tally.taken()), "the first in line has what is free");
    }
    for own in here.sign_ups() {
        let n = own.household.0.as_u128() - household(0).0.as_u128();
        prop_assert_eq!(here.own(n).standing, own.standing, "each household is told");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_more_people_have_places_than_there_are_unless_there_were_more_before(
        capacity in 1u32..12, happenings in prop::collection::vec(organised(), 1..60),
    ) {
        let mut here = Neighbourhood::with_event(capacity);
        for what in happenings {
            let before = here.tally().taken();
            happen(&mut here, what);
            let tally = here.tally();
            prop_assert!(tally.taken() <= tally.capacity.max(before), "{what:?} gave a place that is not there");
            is_in_order(&here)?;
        }
    }

    #[test]
    fn the_line_is_in_the_order_of_asking_and_each_party_is_offered_a_place_once(
        capacity in 1u32..12, happenings in prop::collection::vec(happening(), 1..60),
    ) {
        let mut here = Neighbourhood::with_event(capacity);
        let mut offered: BTreeMap<u32, u32> = BTreeMap::new();
        for what in happenings {
            let before: BTreeMap<u32, Standing> = here.sign_ups().iter().map(|it| (it.number, it.standing)).collect();
            happen(&mut here, what);
            let tally = here.tally();
            prop_assert!(tally.line.is_sorted(), "{what:?}: {:?}", tally.line);
            for now in here.sign_ups() {
                let was = before.get(&now.number).copied();
                if let (Standing::Offered { until }, false) = (now.standing, matches!(was, Some(Standing::Offered { .. }))) {
                    prop_assert_eq!(was, Some(Standing::Waiting), "an offer is for who waits");
                    prop_assert!(until <= STARTS && here.now < STARTS, "and before the start");
                    *offered.entry(now.number).or_default() += 1;
                }
            }
            prop_assert!(offered.values().all(|times| *times == 1), "{what:?}: {offered:?}");
            is_in_order(&here)?;
        }
    }

    #[test]
    fn whoever_is_passed_over_needs_more_than_the_hall_holds(
        capacity in 1u32..12, happenings in prop::collection::vec(happening(), 1..60),
    ) {
        let mut here = Neighbourhood::with_event(capacity);
        for what in happenings {
            let before = here.sign_ups();
            happen(&mut here, what);
            let tally = here.tally();
            let was_waiting = |it: &&SignUp| {
                before.iter().any(|was| was.number == it.number && was.standing == Standing::Waiting)
            };
            let now = here.sign_ups();
            let promoted = now.iter().filter(was_waiting).filter(|it| it.standing.has_places()).map(|it| it.number).max();
            let Some(last) = promoted else { continue };
            let passed = now.iter().filter(|it| it.standing == Standing::Waiting && it.number < last);
            for it in passed {
                prop_assert!(it.party.persons > tally.capacity, "{what:?} passed over {it:?}");
            }
        }
    }

    #[test]
    fn while_what_was_lost_comes_back_nobody_is_given_a_place(
        capacity in 1u32..12,
        before in prop::collection::vec(organised(), 0..30),
        meanwhile in prop::collection::vec(organised(), 1..30),
    ) {
        let mut here = Neighbourhood::with_event(capacity);
        before.into_iter().for_each(|what| happen(&mut here, what));
        here.returning = true;
        let places = |here: &Neighbourhood| -> BTreeMap<_, _> {
            let have = here.sign_ups().into_iter().filter(|it| it.standing.has_places());
            have.map(|it| (it.household, (it.number, it.party.persons))).collect()
        };
        let mut before = places(&here);
        for what in meanwhile {
            happen(&mut here, what);
            let now = places(&here);
            for (household, (number, persons)) in &now {
                let had = before.get(household);
                prop_assert!(had.is_some_and(|had| had.0 == *number && had.1 >= *persons), "{what:?} gave {persons} places");
            }
            before = now;
        }
        here.returning = false;
        here.system(Request::LapseOffers(LapseOffers { of: key() })).expect("the server may");
        is_in_order(&here)?;
    }

    #[test]
    fn forty_households_that_ask_for_the_last_five_places_in_any_order_fill_them_and_wait_in_it(
        order in Just((1..=40u128).collect::<Vec<_>>()).prop_shuffle(), sizes in prop::collection::vec(1u32..4, 40),
    ) {
        let mut here = Neighbourhood::with_event(5);
        let mut room = 5;
        let mut line = vec![];
        for (n, persons) in order.iter().copied().zip(sizes) {
            here.ask(n, persons).expect("full is no refusal");
            if line.is_empty() && persons <= room {
                room -= persons;
                prop_assert_eq!(here.standing(n), Standing::Confirmed);
            } else {
                line.push(here.number(n));
                prop_assert_eq!(here.standing(n), Standing::Waiting);
            }
        }
        prop_assert_eq!(here.tally().line, line);
        prop_assert_eq!(here.now, NOW);
    }
}

#[test]
fn asking_twice_takes_no_second_place() {
    let mut here = Neighbourhood::with_event(5);
    here.ask(1, 2).expect("there is room");
    assert_eq!(here.ask(1, 2), Err(Refusal::Household { why: WhyNot::AlreadySignedUp }));
    assert_eq!(here.tally().taken(), 2);
}
