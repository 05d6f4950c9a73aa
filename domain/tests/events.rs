//! The rules of households, events, the door, notices and surveys, one claim a test.

mod neighbourhood;

use std::collections::BTreeSet;

use domain::{
    check_in::{Admission, Arrival, ArrivalRecorded, WalkIn, WalkInRecorded, attendance},
    events::{CancelEvent, Changed, Details, PublishEvent, PutEvent, Question},
    households::{Household, HouseholdMovedOut, Member},
    ids::{ChangeId, EventId, HouseholdId, NoticeId, RecordId, SeriesId, SurveyId, WalkInId},
    notices::{Addressees, Notice, ReadNotice},
    people::Role,
    records::Audience,
    refusal::{Flag, Refusal, WhyNot},
    residents::{Body, Fact, Request},
    sign_ups::{
        AcceptOffer, Answer, AskForPlaces, CancelSignUp, ChangeSignUp, LapseOffers, MoveSignUp, MoveTo, Party, SignUp,
        Standing, Tally, Wish,
    },
    surveys::{AnswerIn, AnswerSurvey, GiveFeedback, Opinion, Results, Subject, Survey, SurveyQuestion},
    text::Words,
    time::{DAY, MINUTE},
};
use neighbourhood::{NOW, Neighbourhood, STARTS, event, family, household, key, member, staff, the_event};
use uuid::Uuid;

fn why(why: WhyNot) -> Result<BTreeSet<Flag>, Refusal> {
    Err(Refusal::Household { why })
}

fn fine() -> Result<BTreeSet<Flag>, Refusal> {
    Ok(BTreeSet::new())
}

fn waits() -> Result<BTreeSet<Flag>, Refusal> {
    Ok(BTreeSet::from([Flag::OnWaitingList]))
}

fn invalid(field: &str) -> Result<BTreeSet<Flag>, Refusal> {
    Err(Refusal::Invalid { field: field.into() })
}

fn cancel(n: u128) -> Request {
    Request::CancelSignUp(CancelSignUp { of: key(), household: household(n) })
}

fn accept(n: u128) -> Request {
    Request::AcceptOffer(AcceptOffer { of: key(), household: household(n) })
}

fn change(n: u128, persons: u32) -> Request {
    Request::ChangeSignUp(ChangeSignUp { of: key(), household: household(n), party: family(persons), answers: vec![] })
}

fn moved(n: u128, to: MoveTo) -> Request {
    Request::MoveSignUp(MoveSignUp { of: key(), household: household(n), to, reason: "they asked first".into() })
}

fn at_least_offered(here: &Neighbourhood, n: u128) -> bool {
    matches!(here.standing(n), Standing::Offered { .. })
}

#[test]
fn a_party_is_confirmed_while_there_is_room_and_waits_whole_when_there_is_not() {
    let mut here = Neighbourhood::with_event(5);
    assert_eq!(here.ask(1, 3), fine());
    assert_eq!(here.ask(2, 3), waits(), "two of three would split the family");
    assert_eq!(here.standing(2), Standing::Waiting);
    assert_eq!((here.tally().taken(), here.tally().left(), here.tally().place(here.number(2))), (3, 0, Some(1)));
}

#[test]
fn a_small_party_does_not_overtake_a_large_one_that_came_first() {
    let mut here = Neighbourhood::with_event(5);
    here.ask(1, 3).expect("there is room");
    here.ask(2, 3).expect("it waits");
    assert_eq!(here.ask(3, 1), waits(), "two places are free, and household 2 waits for them");
    assert_eq!(here.asks(1, cancel(1)), fine());
    assert!(at_least_offered(&here, 2) && at_least_offered(&here, 3), "all five are free now");
}

#[test]
fn whoever_could_not_come_to_an_empty_hall_holds_up_nobody() {
    let mut here = Neighbourhood::with_event(5);
    here.ask(1, 5).expect("there is room");
    here.ask(2, 4).expect("it waits");
    here.ask(3, 1).expect("it waits");
    here.changes_event(|details| details.capacity = 3).expect("nobody is dropped by it");
    here.asks(1, cancel(1)).expect("they cancel");
    assert_eq!(here.standing(2), Standing::Waiting);
    assert!(at_least_offered(&here, 3));
}

#[test]
fn a_place_that_comes_free_is_offered_once_to_the_first_in_line_for_a_day_but_not_past_the_start() {
    let mut here = Neighbourhood::with_event(2);
    for n in 1..=3 {
        here.ask(n, 2).expect("it is taken or waits");
    }
    here.asks(1, cancel(1)).expect("they cancel");
    assert_eq!((here.standing(2), here.standing(3)), (Standing::Offered { until: NOW.plus(DAY) }, Standing::Waiting));
    assert_eq!(here.asks(2, accept(2)), fine());
    assert_eq!(here.standing(2), Standing::Confirmed);
    here.now = STARTS.plus(-60 * MINUTE);
    here.asks(2, cancel(2)).expect("they cancel late");
    assert_eq!(here.standing(3), Standing::Offered { until: STARTS });
}

#[test]
fn an_offer_that_nobody_takes_goes_on_to_the_next_and_never_after_the_start() {
    let mut here = Neighbourhood::with_event(2);
    for n in 1..=3 {
        here.ask(n, 2).expect("it is taken or waits");
    }
    here.asks(1, cancel(1)).expect("they cancel");
    let lapse = Request::LapseOffers(LapseOffers { of: key() });
    assert_eq!(here.request(&member(2), lapse.clone()), Err(Refusal::NotPermitted), "it is the server's to say");
    here.now = NOW.plus(DAY - 1);
    here.system(lapse.clone()).expect("nothing is due");
    assert!(at_least_offered(&here, 2));
    here.now = NOW.plus(DAY);
    here.system(lapse.clone()).expect("it is due");
    assert_eq!(here.standing(2), Standing::Lapsed { at: NOW.plus(DAY) });
    assert!(at_least_offered(&here, 3));
    assert_eq!(here.asks(2, accept(2)), why(WhyNot::OfferOver));
    here.now = STARTS;
    here.system(lapse).expect("it is due");
    assert_eq!(here.ask(2, 2), why(WhyNot::Started), "and nobody is offered what has begun");
}

#[test]
fn what_was_given_back_in_time_and_read_after_the_start_counts_and_is_offered_to_nobody() {
    let mut here = Neighbourhood::with_event(4);
    here.ask(1, 4).expect("there is room");
    here.ask(2, 2).expect("it waits");
    here.now = STARTS.plus(-MINUTE);
    here.waited = 2 * MINUTE;
    here.asks(1, cancel(1)).expect("it came in time");
    assert_eq!(here.standing(1), Standing::Cancelled { at: here.now });
    assert_eq!(here.standing(2), Standing::Waiting, "nobody is offered a place of an event that runs");
}

#[test]
fn each_reason_why_not_has_its_own_name() {
    let mut here = Neighbourhood::with_event(5);
    here.changes_event(|details| {
        details.opens = Some(NOW.plus(DAY));
        details.closes = Some(NOW.plus(2 * DAY));
        details.party_most = Some(4);
    })
    .expect("it is planned");
    assert_eq!(here.ask(1, 2), why(WhyNot::NotYetOpen { opens: NOW.plus(DAY) }));
    here.now = NOW.plus(DAY);
    assert_eq!(here.ask(1, 5), why(WhyNot::PartyTooLarge { most: 4 }));
    assert_eq!(here.ask(1, 0), invalid("party"));
    assert_eq!(here.ask(1, 2), fine());
    assert_eq!(here.ask(1, 2), why(WhyNot::AlreadySignedUp));
    assert_eq!(here.asks(2, cancel(2)), why(WhyNot::NotSignedUp));
    assert_eq!(here.asks(1, accept(1)), why(WhyNot::NotOffered));
    assert_eq!(here.asks(2, cancel(1)), Err(Refusal::NotPermitted), "another household's");
    here.now = NOW.plus(2 * DAY);
    assert_eq!(here.ask(2, 2), why(WhyNot::Closed));
    assert_eq!(here.ask_for_at_desk(2, 2), fine(), "the desk may sign up whoever calls");
    here.request(&staff(Role::Steward), Request::HouseholdMovedOut(HouseholdMovedOut { household: household(1) }))
        .expect("they move");
    assert_eq!(here.asks(1, cancel(1)), why(WhyNot::MovedOut));
    let reason = Words::new("暴雨", "Heavy rain");
    here.request(&staff(Role::Organiser), Request::CancelEvent(CancelEvent { of: key(), reason })).expect("it rains");
    assert_eq!(here.asks(2, cancel(2)), why(WhyNot::Cancelled));
}

#[test]
fn a_household_has_so_many_persons_over_all_events_of_a_series() {
    let mut here = Neighbourhood::default();
    let series = Some(SeriesId(Uuid::from_u128(77)));
    let of = |n| domain::events::EventKey { series, ..event(n) };
    for n in [1, 2] {
        let details = Details { household_most: Some(5), ..the_event(10) };
        here.publish(of(n), details);
    }
    assert_eq!(here.ask_of(of(1), 1, 3), fine());
    assert_eq!(here.ask_of(of(2), 1, 3), why(WhyNot::HouseholdLimit { most: 5, left: 2 }));
    assert_eq!(here.ask_of(of(2), 1, 2), fine());
    assert_eq!(here.ask_of(of(2), 2, 3), fine(), "another household's");
    let elsewhere = PutEvent { of: event(1), details: the_event(10).into(), revision: None };
    let put = Request::PutEvent(elsewhere);
    assert_eq!(here.request(&staff(Role::Organiser), put), invalid("series"), "an event stays in its series");
}

#[test]
fn a_party_grows_only_where_there_is_room_and_stays_as_it_was_otherwise() {
    let mut here = Neighbourhood::with_event(5);
    here.ask(1, 2).expect("there is room");
    assert_eq!(here.asks(1, change(1, 4)), fine());
    assert_eq!(here.asks(1, change(1, 5)), fine());
    here.asks(1, change(1, 3)).expect("fewer always may");
    here.ask(2, 2).expect("there is room");
    here.ask(3, 1).expect("it waits");
    assert_eq!(here.asks(1, change(1, 4)), why(WhyNot::NoRoom { free: 0 }));
    assert_eq!(here.sign_up(1).party.persons, 3);
    here.asks(1, change(1, 2)).expect("fewer always may");
    assert!(at_least_offered(&here, 3), "what they gave back goes to the first in line");
}

#[test]
fn a_capacity_below_what_is_confirmed_drops_nobody_and_is_flagged_and_a_larger_one_is_offered_at_once() {
    let mut here = Neighbourhood::with_event(4);
    here.ask(1, 4).expect("there is room");
    here.ask(2, 2).expect("it waits");
    let flags = here.changes_event(|details| details.capacity = 3);
    assert_eq!(flags, Ok(BTreeSet::from([Flag::BelowConfirmed])));
    assert_eq!((here.standing(1), here.tally().over()), (Standing::Confirmed, 1));
    assert_eq!(here.changes_event(|details| details.capacity = 6), fine());
    assert!(at_least_offered(&here, 2));
}

#[test]
fn whoever_signed_up_is_told_what_changed_and_what_it_was() {
    let mut here = Neighbourhood::with_event(4);
    here.changes_event(|details| {
        details.place = Words::new("二号会所", "Clubhouse 2");
        details.starts = STARTS.plus(MINUTE);
    })
    .expect("it is moved");
    let event = here.event();
    let [change] = event.changes.as_slice() else { panic!("one change, but {:?}", event.changes) };
    let was = the_event(4);
    assert_eq!(
        change.what,
        [Changed::Time { starts: was.starts, ends: was.ends }, Changed::Place { was: was.place.clone() }]
    );
    let old = PutEvent { of: key(), details: was.into(), revision: Some(ChangeId(Uuid::from_u128(5))) };
    let put = Request::PutEvent(old);
    assert_eq!(here.request(&staff(Role::Organiser), put), Err(Refusal::ChangedMeanwhile));
}

#[test]
fn a_draft_is_for_the_desk_and_a_cancelled_event_stays_visible_with_its_reason() {
    let mut here = Neighbourhood::default();
    let put = PutEvent { of: key(), details: the_event(4).into(), revision: None };
    let organiser = staff(Role::Organiser);
    assert_eq!(here.request(&member(1), Request::PutEvent(put.clone())), Err(Refusal::NotPermitted));
    here.request(&organiser, Request::PutEvent(put)).expect("it is drafted");
    assert_eq!(here.audiences(), BTreeSet::from([Audience::Desk]));
    assert_eq!(here.ask(1, 1), Err(Refusal::NoSuchThing), "nobody signs up for a draft");
    here.request(&organiser, Request::PublishEvent(PublishEvent { of: key() })).expect("it is published");
    assert_eq!(here.audiences(), BTreeSet::from([Audience::Everyone]));
    let reason = Words::new("暴雨", "Heavy rain");
    let cancelled = Request::CancelEvent(CancelEvent { of: key(), reason: reason.clone() });
    here.request(&organiser, cancelled.clone()).expect("it rains");
    assert_eq!(here.event().cancelled.map(|it| it.reason), Some(reason));
    assert_eq!(here.request(&organiser, cancelled), why(WhyNot::Cancelled));
}

#[test]
fn an_event_out_of_bounds_is_refused_by_the_name_of_the_field() {
    type Spoil = fn(&mut Details);
    let spoils: [(&str, Spoil); 8] = [
        ("title", |it| it.title = Words::default()),
        ("title", |it| it.title.zh = "长".repeat(1_000)),
        ("about", |it| it.about.en = "a\0b".into()),
        ("ends", |it| it.ends = it.starts),
        ("capacity", |it| it.capacity = 0),
        ("closes", |it| it.opens = Some(it.starts)),
        ("household_most", |it| it.household_most = Some(0)),
        ("questions", |it| {
            let question =
                Question { key: "a".into(), ask: Words::new("问", "Ask"), choices: vec![], required: false };
            it.questions = vec![question.clone(), question];
        }),
    ];
    for (field, spoil) in spoils {
        let mut details = the_event(4);
        spoil(&mut details);
        let put = Request::PutEvent(PutEvent { of: key(), details: details.into(), revision: None });
        assert_eq!(Neighbourhood::default().request(&staff(Role::Manager), put), invalid(field), "{field}");
    }
}

#[test]
fn what_an_event_asks_must_be_answered_by_one_of_its_choices() {
    let mut here = Neighbourhood::with_event(9);
    let choices = vec![Words::new("素食", "Vegetarian"), Words::new("都可以", "Anything")];
    let question =
        Question { key: "food".into(), ask: Words::new("吃什么", "What to eat"), choices, required: true };
    here.changes_event(|details| details.questions = vec![question]).expect("it is asked");
    let mut ask = |answer: &[(&str, &str)]| {
        let answers =
            answer.iter().map(|(question, answer)| Answer { question: (*question).into(), answer: (*answer).into() });
        let asked = AskForPlaces { of: key(), household: household(1), party: family(1), answers: answers.collect() };
        here.asks(1, Request::AskForPlaces(asked))
    };
    assert_eq!(ask(&[]), invalid("answers"));
    assert_eq!(ask(&[("food", "meat")]), invalid("answers"));
    assert_eq!(ask(&[("food", "素食"), ("shoes", "42")]), invalid("answers"));
    assert_eq!(ask(&[("food", "素食")]), fine());
}

#[test]
fn an_organiser_moves_people_on_record_and_the_household_is_not_told_who() {
    let mut here = Neighbourhood::with_event(4);
    here.ask(1, 3).expect("there is room");
    here.ask(2, 2).expect("it waits");
    here.ask(3, 1).expect("it waits");
    let organiser = staff(Role::Organiser);
    assert_eq!(here.asks(1, moved(3, MoveTo::Confirmed)), Err(Refusal::NotPermitted));
    assert_eq!(here.request(&organiser, moved(2, MoveTo::Confirmed)), why(WhyNot::NoRoom { free: 1 }));
    assert_eq!(here.request(&organiser, moved(3, MoveTo::Confirmed)), fine());
    assert_eq!(here.standing(3), Standing::Confirmed);
    let by = here.sign_up(3).moves[0].by;
    assert!(by.is_some() && here.own(3).moves[0].by.is_none());
    assert_eq!(here.own(3).moves[0].reason, "they asked first");
}

#[test]
fn a_phone_shows_what_was_asked_for_as_asked_for_and_never_as_done() {
    let here = Neighbourhood::with_event(5);
    let mut phone = here.phone_of(1);
    let asked = AskForPlaces { of: key(), household: household(1), party: family(3), answers: vec![] };
    assert_eq!(phone.asks(1, Request::AskForPlaces(asked)), fine());
    assert_eq!((phone.own(1).standing, phone.own(1).wish), (Standing::Asked, Some(Wish::Places)));
    assert!(phone.bodies().all(|body| !matches!(body, Body::SignUp(_))), "the desk's record is no phone's");

    let mut here = here;
    here.ask(1, 3).expect("there is room");
    let mut phone = here.phone_of(1);
    phone.asks(1, cancel(1)).expect("it is asked for");
    assert_eq!((phone.own(1).standing, phone.own(1).wish), (Standing::Confirmed, Some(Wish::Cancel)));
    phone.now = STARTS;
    assert_eq!(phone.asks(1, cancel(1)), why(WhyNot::Started), "what the phone knows it says at once");
}

#[test]
fn a_confirmed_party_has_a_ticket_to_sign_and_a_new_one_after_it_asked_anew() {
    let mut here = Neighbourhood::with_event(2);
    here.ask(1, 2).expect("there is room");
    let first = here.own(1).ticket().expect("a ticket");
    assert_eq!((first.persons, first.sign_up), (2, SignUp::id(key().event, household(1))));
    here.asks(1, cancel(1)).expect("they cancel");
    assert_eq!(here.own(1).ticket(), None);
    here.ask(1, 2).expect("there is room");
    assert_ne!(here.own(1).ticket().map(|ticket| ticket.number), Some(first.number));
}

fn arrival(n: u128, persons: u32, proof: Admission) -> Fact {
    Fact::ArrivalRecorded(ArrivalRecorded { of: key(), household: household(n), persons, proof })
}

#[test]
fn a_family_may_come_in_two_parts_and_a_double_entry_shows_when_two_doors_meet() {
    let mut here = Neighbourhood::with_event(9);
    here.ask(1, 4).expect("there is room");
    let (door, ticket) = (staff(Role::Steward), Admission::Ticket { event: key().event, number: 1 });
    assert_eq!(here.fact(&door, arrival(1, 1, ticket)), BTreeSet::new());
    assert_eq!(here.fact(&door, arrival(1, 3, Admission::Name)), BTreeSet::new());
    assert_eq!(here.fact(&door, arrival(1, 4, ticket)), BTreeSet::from([Flag::AlreadyDone]));
    let arrival = here.bodies().find_map(|body| match body {
        Body::Arrival(it) => Some(it.clone()),
        _ => None,
    });
    assert_eq!(arrival.map(|it| (it.entries.len(), it.persons())), Some((3, 8)), "what happened stays");
}

#[test]
fn an_arrival_is_never_refused_and_says_what_was_odd_about_it() {
    let mut here = Neighbourhood::with_event(2);
    here.ask(1, 2).expect("there is room");
    here.ask(2, 2).expect("it waits");
    let door = staff(Role::Organiser);
    assert_eq!(here.fact(&door, arrival(2, 2, Admission::Name)), BTreeSet::from([Flag::WithoutPlace]));
    let other = Admission::Ticket { event: event(2).event, number: 1 };
    assert_eq!(here.fact(&door, arrival(1, 2, other)), BTreeSet::from([Flag::OtherEvent]));
    assert_eq!(here.fact(&door, arrival(9, 1, Admission::Name)), BTreeSet::from([Flag::UnknownReference]));
    let by_a_guest = here.fact(&member(1), arrival(1, 1, Admission::Name));
    assert_eq!(by_a_guest, BTreeSet::from([Flag::NotEntitled, Flag::AlreadyDone]));
}

#[test]
fn attendance_counts_who_came_who_did_not_and_who_came_without_a_sign_up() {
    let mut here = Neighbourhood::with_event(9);
    here.ask(1, 4).expect("there is room");
    here.ask(2, 2).expect("there is room");
    let door = staff(Role::Steward);
    here.fact(&door, arrival(1, 3, Admission::Name));
    let walked_in = WalkInRecorded { walk_in: WalkInId(Uuid::from_u128(8)), of: key(), persons: 2, name: "赵".into() };
    assert_eq!(here.fact(&door, Fact::WalkInRecorded(walked_in.clone())), BTreeSet::new());
    assert_eq!(here.fact(&door, Fact::WalkInRecorded(walked_in)), BTreeSet::from([Flag::AlreadyDone]));
    let sign_ups: Vec<SignUp> = here.all(|body| match body {
        Body::SignUp(it) => Some(it.clone()),
        _ => None,
    });
    let arrivals: Vec<Arrival> = here.all(|body| match body {
        Body::Arrival(it) => Some(it.clone()),
        _ => None,
    });
    let walk_ins: Vec<WalkIn> = here.all(|body| match body {
        Body::WalkIn(it) => Some(it.clone()),
        _ => None,
    });
    let sum = attendance(&sign_ups, &arrivals.iter().collect::<Vec<_>>(), &walk_ins);
    assert_eq!((sum.came, sum.missing, sum.walk_ins, sum.doubles, sum.without_place), (3, 3, 2, 0, 0));
}

fn family_of(n: u128) -> Household {
    let members = vec![Member { person: neighbourhood::resident(n), name: format!("住户{n}") }];
    Household {
        id: household(n),
        flat: Words::new("3栋1202", "Tower 3, 1202"),
        area: None,
        members,
        moved_out: None,
        revision: None,
    }
}

#[test]
fn a_household_is_put_by_the_desk_and_told_to_itself() {
    let mut here = Neighbourhood::default();
    let put = |wish: Household| Request::PutHousehold(wish);
    assert_eq!(here.request(&staff(Role::Guard), put(family_of(50))), Err(Refusal::NotPermitted));
    here.request(&staff(Role::Steward), put(family_of(50))).expect("a steward takes them in");
    let audiences: BTreeSet<Audience> = here.written.iter().map(|record| record.audience).collect();
    assert_eq!(audiences, BTreeSet::from([Audience::Desk, Audience::Household(household(50))]));
    let nameless = Household { flat: Words::default(), ..family_of(51) };
    assert_eq!(here.request(&staff(Role::Steward), put(nameless)), invalid("flat"));
    let member = family_of(51).members[0].clone();
    let twice = Household { members: vec![member.clone(), member], ..family_of(51) };
    assert_eq!(here.request(&staff(Role::Steward), put(twice)), invalid("members"));
}

#[test]
fn a_household_that_has_moved_out_stays_so_and_asks_for_nothing() {
    let mut here = Neighbourhood::with_event(4);
    let out = Request::HouseholdMovedOut(HouseholdMovedOut { household: household(1) });
    here.request(&staff(Role::Manager), out.clone()).expect("they move");
    assert_eq!(here.request(&staff(Role::Manager), out), why(WhyNot::MovedOut));
    let back = Request::PutHousehold(family_of(1));
    assert_eq!(
        here.request(&staff(Role::Steward), back),
        why(WhyNot::MovedOut),
        "the next tenancy is another household"
    );
    assert_eq!(here.ask(1, 1), why(WhyNot::MovedOut));
}

fn notice(to: Addressees) -> Notice {
    let id = NoticeId(Uuid::from_u128(60));
    let text = Words::new("明日停水", "No water tomorrow");
    Notice { id, title: text.clone(), text, to, from: None, until: Some(NOW.plus(DAY)), put: None, revision: None }
}

#[test]
fn a_notice_goes_to_whom_it_is_addressed_and_expires() {
    for (to, audience) in [
        (Addressees::Everyone, Audience::Everyone),
        (Addressees::Role { role: Role::Resident }, Audience::Everyone),
        (Addressees::Role { role: Role::Guard }, Audience::Staff),
    ] {
        let mut here = Neighbourhood::default();
        here.request(&staff(Role::Steward), Request::PutNotice(notice(to))).expect("a steward publishes");
        assert_eq!(here.written[0].audience, audience, "{to:?}");
    }
    let notice = notice(Addressees::Role { role: Role::Guard });
    assert!(notice.is_shown_at(NOW) && !notice.is_shown_at(NOW.plus(DAY)));
    assert!(notice.is_for(&[Role::Guard], None) && !notice.is_for(&[Role::Cleaner], None));
    let put = Request::PutNotice(notice);
    assert_eq!(Neighbourhood::default().request(&member(1), put), Err(Refusal::NotPermitted));
}

#[test]
fn what_somebody_has_read_is_theirs_alone() {
    let mut here = Neighbourhood::default();
    here.request(&staff(Role::Steward), Request::PutNotice(notice(Addressees::Everyone))).expect("it is published");
    let person = neighbourhood::resident(1);
    let read = Fact::NoticeRead(ReadNotice { notice: notice(Addressees::Everyone).id, person });
    assert_eq!(here.fact(&member(1), read.clone()), BTreeSet::new());
    assert_eq!(here.written[0].audience, Audience::Person(person));
    assert_eq!(here.fact(&member(1), read.clone()), BTreeSet::from([Flag::AlreadyDone]));
    assert_eq!(here.fact(&member(2), read), BTreeSet::from([Flag::NotEntitled]), "nobody reads for another");
}

fn survey() -> Survey {
    let ask = Words::new("保洁", "Cleaning");
    Survey {
        id: SurveyId(Uuid::from_u128(70)),
        topic: "yearly".into(),
        title: Words::new("满意度", "How satisfied are you"),
        about: Words::default(),
        questions: vec![
            SurveyQuestion { key: "cleaning".into(), ask: ask.clone(), answer: AnswerIn::Score },
            SurveyQuestion { key: "words".into(), ask, answer: AnswerIn::Words },
        ],
        opens: NOW,
        closes: NOW.plus(DAY),
        revision: None,
    }
}

fn scored(score: u8) -> Vec<Opinion> {
    vec![Opinion { question: "cleaning".into(), score: Some(score), words: String::new() }]
}

fn answers(n: u128, opinions: Vec<Opinion>) -> Request {
    Request::AnswerSurvey(AnswerSurvey { survey: survey().id, household: household(n), opinions })
}

fn results(here: &Neighbourhood) -> Option<Results> {
    here.all(|body| match body {
        Body::Results(it) => Some(it.clone()),
        _ => None,
    })
    .pop()
}

#[test]
fn a_survey_shows_nothing_below_five_answers_and_then_only_five_together() {
    let mut here = Neighbourhood::with_event(4);
    here.request(&staff(Role::Manager), Request::PutSurvey(survey())).expect("it is published");
    for n in 1..=9 {
        assert_eq!(here.asks(n, answers(n, scored(if n <= 5 { 4 } else { 1 }))), fine());
        let results = results(&here).expect("sums");
        let counted = if n < 5 { 0 } else { 5 };
        assert_eq!((u128::from(results.received), results.counted), (n, counted));
        assert_eq!(results.scores.first().map(|it| it.counts), (n >= 5).then_some([0, 0, 0, 5, 0]));
    }
    here.asks(10, answers(10, scored(1))).expect("the tenth");
    assert_eq!(results(&here).and_then(|it| it.scores[0].mean_in_tenths()), Some(25));
}

#[test]
fn one_households_answer_is_for_no_device_but_its_own() {
    let mut here = Neighbourhood::with_event(4);
    here.request(&staff(Role::Manager), Request::PutSurvey(survey())).expect("it is published");
    here.asks(1, answers(1, scored(2))).expect("it answers");
    let holding = here.written.iter().filter(|record| {
        matches!(&record.body, domain::records::Body::Residents(Body::Answered(_) | Body::OwnAnswer(_)))
    });
    let audiences: BTreeSet<Audience> = holding.map(|record| record.audience).collect();
    assert_eq!(audiences, BTreeSet::from([Audience::Nobody, Audience::Household(household(1))]));
}

#[test]
fn a_survey_is_answered_once_within_its_time_and_as_it_asks() {
    let mut here = Neighbourhood::with_event(4);
    here.request(&staff(Role::Manager), Request::PutSurvey(survey())).expect("it is published");
    assert_eq!(here.asks(1, answers(1, scored(6))), invalid("answers"));
    assert_eq!(here.asks(1, answers(1, vec![])), invalid("answers"));
    assert_eq!(here.asks(2, answers(1, scored(5))), Err(Refusal::NotPermitted), "another household's");
    assert_eq!(here.asks(1, answers(1, scored(5))), fine());
    assert_eq!(here.asks(1, answers(1, scored(1))), why(WhyNot::AlreadyGiven));
    let other = Survey { questions: survey().questions[..1].to_vec(), ..survey() };
    assert_eq!(here.request(&staff(Role::Manager), Request::PutSurvey(other)), invalid("questions"));
    here.now = NOW.plus(DAY);
    assert_eq!(here.asks(2, answers(2, scored(5))), why(WhyNot::Closed));
}

#[test]
fn feedback_comes_after_the_event_once_and_from_whoever_had_a_place() {
    let mut here = Neighbourhood::with_event(2);
    here.ask(1, 2).expect("there is room");
    here.ask(2, 2).expect("it waits");
    let feedback = |n| {
        let opinions = vec![Opinion { question: "overall".into(), score: Some(5), words: String::new() }];
        Request::GiveFeedback(GiveFeedback { of: key(), household: household(n), opinions })
    };
    assert_eq!(here.asks(1, feedback(1)), why(WhyNot::NotOver));
    here.now = the_event(2).ends;
    assert_eq!(here.asks(2, feedback(2)), why(WhyNot::NotSignedUp));
    assert_eq!(here.asks(1, feedback(1)), fine());
    assert_eq!(here.asks(1, feedback(1)), why(WhyNot::AlreadyGiven));
    assert_eq!(results(&here).map(|it| it.subject), Some(Subject::Event { of: key() }));
}

#[test]
fn a_restored_server_honours_what_households_were_told_and_shows_what_is_too_much() {
    let mut here = Neighbourhood::with_event(4);
    let ask = |n| {
        let asked = AskForPlaces { of: key(), household: household(n), party: family(3), answers: vec![] };
        Request::AskForPlaces(asked)
    };
    here.told(&member(1), ask(1), &[]);
    here.told(&member(2), ask(2), &[]);
    here.told(&member(3), ask(3), &[Flag::OnWaitingList]);
    assert_eq!((here.standing(1), here.standing(2), here.standing(3)), {
        (Standing::Confirmed, Standing::Confirmed, Standing::Waiting)
    });
    assert_eq!(here.tally().over(), 2);
    let unknown = Party { persons: 0, ..Party::default() };
    here.told(&member(4), accept(4), &[]);
    assert_eq!((here.standing(4), &here.sign_up(4).party), (Standing::Confirmed, &unknown));
    here.told(&member(4), ask(4), &[Flag::OnWaitingList]);
    assert_eq!((here.standing(4), here.sign_up(4).party.persons), (Standing::Confirmed, 3), "it had accepted since");
}

#[test]
fn the_ids_that_follow_from_event_and_household_never_change() {
    let (event, household) = (EventId(Uuid::from_u128(1)), HouseholdId(Uuid::from_u128(2)));
    let ids = [
        SignUp::id(event, household).into(),
        SignUp::own_id(event, household),
        Tally::id(event),
        Arrival::id(SignUp::id(event, household)),
        Household::own_id(household),
    ];
    let ids = ids.map(|id: RecordId| id.to_string()[..8].to_owned());
    assert_eq!(
        ids,
        ["d4bd6c44", "eeeed31d", "7c98f3fd", "a4c578d1", "e7d08756"],
        "published: two devices mean the same things"
    );
}
