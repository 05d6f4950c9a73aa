//! What a household is told that it can do, one claim a test: it is what the rules then do.

mod neighbourhood;

use domain::{
    events::{CancelEvent, Changed, Event},
    ids::{EventId, SeriesId},
    records::Root,
    refusal::{Refusal, WhyNot},
    residents::{Body, Request},
    sign_ups::{CancelSignUp, HouseholdLimit, Limits, OwnSignUp, Prospect, SignUp, Standing, Ways},
    surveys::{Answered, Subject},
    text::Words,
    time::{DAY, MINUTE, Moment},
};
use neighbourhood::{NOW, Neighbourhood, STARTS, household, key, staff, the_event};
use uuid::Uuid;

fn own(here: &Neighbourhood, n: u128) -> Option<SignUp> {
    let own = here.all(|body| match body {
        Body::OwnSignUp(OwnSignUp(it)) if it.of == key() && it.household == household(n) => Some(it.clone()),
        _ => None,
    });
    own.into_iter().next()
}

fn ways(here: &Neighbourhood, n: u128) -> Ways {
    Ways::of(&here.event(), own(here, n).as_ref(), None, here.now)
}

fn prospect(here: &Neighbourhood, n: u128, persons: u32) -> Prospect {
    Prospect::of(&here.event(), Some(&here.tally()), own(here, n).as_ref(), persons)
}

fn nothing(why: WhyNot) -> Ways {
    Ways { sign_up: Err(why), change: false, cancel: false, accept: None, ticket: false, feedback: false }
}

#[test]
fn whoever_has_not_signed_up_may_while_sign_up_is_open() {
    let mut here = Neighbourhood::with_event(5);
    assert_eq!(ways(&here, 1), Ways { sign_up: Ok(()), ..nothing(WhyNot::Closed) });
    here.now = STARTS;
    assert_eq!(ways(&here, 1), nothing(WhyNot::Started));
}

#[test]
fn whoever_has_places_may_change_and_cancel_them_until_the_start_and_judge_after_the_end() {
    let mut here = Neighbourhood::with_event(5);
    here.ask(1, 3).expect("there is room");
    let before = Ways { change: true, cancel: true, ticket: true, ..nothing(WhyNot::AlreadySignedUp) };
    assert_eq!(ways(&here, 1), before);
    here.now = STARTS.plus(MINUTE);
    assert_eq!(ways(&here, 1), Ways { ticket: true, ..nothing(WhyNot::AlreadySignedUp) });
    here.now = STARTS.plus(DAY);
    assert_eq!(ways(&here, 1), Ways { feedback: true, ..nothing(WhyNot::AlreadySignedUp) });
    let subject = Subject::Event { of: key() };
    let answered = Answered { subject, household: household(1), opinions: vec![], at: here.now, nth: 1 };
    let after = Ways::of(&here.event(), own(&here, 1).as_ref(), Some(&answered), here.now);
    assert_eq!(after, nothing(WhyNot::AlreadySignedUp));
}

#[test]
fn on_a_phone_that_has_asked_to_leave_nothing_more_is_offered() {
    let mut here = Neighbourhood::with_event(5);
    here.ask(1, 3).expect("there is room");
    let mut phone = here.phone_of(1);
    phone.asks(1, Request::CancelSignUp(CancelSignUp { of: key(), household: household(1) })).expect("asked for");
    assert_eq!(ways(&phone, 1), Ways { ticket: true, ..nothing(WhyNot::AlreadySignedUp) });
}

#[test]
fn a_place_that_is_offered_can_be_taken_until_then() {
    let mut here = Neighbourhood::with_event(3);
    here.ask(1, 3).expect("there is room");
    here.ask(2, 2).expect("it waits");
    assert_eq!(ways(&here, 2).accept, None);
    here.asks(1, Request::CancelSignUp(CancelSignUp { of: key(), household: household(1) })).expect("cancelled");
    assert_eq!(ways(&here, 2).accept, Some(NOW.plus(DAY)));
    assert!(ways(&here, 1).sign_up.is_ok(), "whoever cancelled may ask anew");
}

#[test]
fn of_a_cancelled_event_nothing_is_left_to_do() {
    let mut here = Neighbourhood::with_event(3);
    here.ask(1, 3).expect("there is room");
    let cancel = CancelEvent { of: key(), reason: Words::new("下雨", "Rain") };
    here.request(&staff(domain::people::Role::Organiser), Request::CancelEvent(cancel)).expect("cancelled");
    assert_eq!(ways(&here, 2), nothing(WhyNot::Cancelled));
    assert_eq!(ways(&here, 1), nothing(WhyNot::AlreadySignedUp));
    here.now = STARTS.plus(DAY);
    assert!(!ways(&here, 1).feedback);
}

#[test]
fn what_would_come_of_asking_is_what_comes_of_it() {
    let mut here = Neighbourhood::with_event(5);
    here.ask(1, 3).expect("there is room");
    assert_eq!(prospect(&here, 2, 2), Prospect::Places);
    assert_eq!(prospect(&here, 2, 3), Prospect::Line { place: 1 });
    assert_eq!(prospect(&here, 1, 5), Prospect::Places, "two more");
    assert_eq!(prospect(&here, 1, 6), Prospect::NoRoom { free: 2 });
    here.ask(2, 3).expect("it waits");
    assert_eq!(here.standing(2), Standing::Waiting);
    assert_eq!(prospect(&here, 2, 4), Prospect::Line { place: 1 }, "it keeps its place");
    assert_eq!(prospect(&here, 3, 1), Prospect::Line { place: 2 });
    assert_eq!(prospect(&here, 1, 4), Prospect::NoRoom { free: 0 });
    let nobody = Prospect::of(&here.event(), None, None, 5);
    assert_eq!(nobody, Prospect::Places, "nobody has signed up yet");
}

#[test]
fn a_households_limit_counts_the_other_events_of_the_series() {
    let mut here = Neighbourhood::default();
    let of =
        |n| domain::events::EventKey { event: EventId(Uuid::from_u128(n)), series: Some(SeriesId(Uuid::from_u128(9))) };
    for n in [11, 12] {
        let details = the_event(8);
        here.publish(of(n), domain::events::Details { party_most: Some(3), household_most: Some(4), ..details });
    }
    here.ask_of(of(11), 1, 3).expect("there is room");
    let phone = here.phone_of(1);
    let second: Event = phone
        .all(|body| match body {
            Body::Event(it) if it.of == of(12) => Some(it.clone()),
            _ => None,
        })
        .remove(0);
    let records = phone.all(|body| match body {
        Body::OwnSignUp(it) => Some(domain::records::Record::new(
            domain::records::Audience::Household(household(1)),
            Body::OwnSignUp(it.clone()).into(),
        )),
        _ => None,
    });
    let limits = Limits::of(&Root { records }, &second, household(1));
    assert_eq!(limits, Limits { party: 3, household: Some(HouseholdLimit { most: 4, left: 1 }) });
    assert_eq!(limits.most(), 1);
    let too_many = WhyNot::HouseholdLimit { most: 4, left: 1 };
    assert_eq!(limits.allow(2), Err(too_many.clone()));
    assert_eq!(here.ask_of(of(12), 1, 2), Err(Refusal::Household { why: too_many }));
    assert_eq!(limits.allow(4), Err(WhyNot::PartyTooLarge { most: 3 }));
}

#[test]
fn what_was_changed_and_changed_back_is_no_change() {
    let mut here = Neighbourhood::with_event(5);
    let seen = |at: Moment, here: &Neighbourhood| here.event().changed_since(at);
    here.changes_event(|details| details.place = Words::new("会所", "Clubhouse")).expect("changed");
    here.now = NOW.plus(MINUTE);
    here.changes_event(|details| details.place = Words::new("草坪", "Lawn")).expect("changed");
    let was = |zh: &str, en: &str| Changed::Place { was: Words::new(zh, en) };
    assert_eq!(seen(Moment(0), &here), [was("中庭", "Courtyard")], "the first place, once");
    assert_eq!(seen(NOW, &here), [was("会所", "Clubhouse")]);
    assert_eq!(here.event().last_changed(), Some(here.now));
    here.changes_event(|details| details.place = Words::new("中庭", "Courtyard")).expect("changed");
    assert_eq!(seen(Moment(0), &here), []);
}
