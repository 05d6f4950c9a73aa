//! What a tablet at the door says, one claim a test.

use ed25519_dalek::{Signer, SigningKey};
use uuid::Uuid;

use super::*;
use crate::{
    check_in::Admission,
    sign_ups::{Move, Party},
    tags::to_hex,
    time::Interval,
};

const OF: EventKey = EventKey { event: EventId(Uuid::from_u128(1)), series: None };
const XU: HouseholdId = HouseholdId(Uuid::from_u128(0xa1));
const HE: HouseholdId = HouseholdId(Uuid::from_u128(0xa2));
const STEWARD: PersonId = PersonId(Uuid::from_u128(0xc1));

fn signer() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

fn ticket_of(household: HouseholdId, number: u32, persons: u32) -> Ticket {
    Ticket { event: OF.event, sign_up: SignUp::id(OF.event, household), number, persons }
}

fn printed(ticket: Ticket) -> String {
    ticket.content(&signer().sign(ticket.words().as_bytes()).to_bytes())
}

fn party(standing: Standing, persons: u32) -> SignUp {
    SignUp {
        of: OF,
        household: XU,
        party: Party { persons, names: vec![] },
        answers: vec![],
        number: 7,
        standing,
        at: Moment(0),
        moves: vec![],
        ticket: None,
        wish: None,
    }
}

fn came(persons: &[u32]) -> Arrival {
    let at = |n: usize| Interval::exactly(Moment(i64::try_from(n).expect("a few entries") * 60_000));
    let entry =
        |(n, persons): (usize, &u32)| Entry { by: STEWARD, at: at(n), persons: *persons, proof: Admission::Name };
    Arrival { of: OF, household: XU, entries: persons.iter().enumerate().map(entry).collect(), beyond: 0 }
}

fn judged(sign_ups: &[SignUp], arrivals: &[Arrival], judge: impl FnOnce(&Door) -> Verdict) -> Verdict {
    let key = to_hex(signer().verifying_key().as_bytes());
    judge(&Door {
        of: OF,
        tag_key: &key,
        is_cancelled: false,
        sign_ups: &sign_ups.iter().collect::<Vec<_>>(),
        arrivals: &arrivals.iter().collect::<Vec<_>>(),
        households: &[XU],
    })
}

fn shown(sign_up: SignUp, arrivals: &[Arrival], ticket: Ticket) -> Verdict {
    judged(&[sign_up], arrivals, |door| door.shown(&printed(ticket)))
}

fn without(party: u32, why: NoPlace) -> Verdict {
    Verdict::WithoutPlace { household: XU, party, why }
}

#[test]
fn a_confirmed_party_is_welcome_and_may_come_in_parts() {
    let all = Verdict::Welcome { household: XU, came: 0, left: 4, on_ticket: None };
    assert_eq!(shown(party(Standing::Confirmed, 4), &[], ticket_of(XU, 7, 4)), all);
    let rest = Verdict::Welcome { household: XU, came: 3, left: 1, on_ticket: None };
    assert_eq!(shown(party(Standing::Confirmed, 4), &[came(&[1, 2])], ticket_of(XU, 7, 4)), rest);
    assert_eq!(judged(&[party(Standing::Confirmed, 4)], &[came(&[3])], |door| door.named(XU)), rest);
}

#[test]
fn a_copied_ticket_says_by_whom_and_when_the_party_came_in() {
    let in_since = Verdict::AlreadyIn { household: XU, party: 4, came: 4, by: STEWARD, at: Moment(60_000) };
    assert_eq!(shown(party(Standing::Confirmed, 4), &[came(&[1, 3])], ticket_of(XU, 7, 4)), in_since);
    assert_eq!(judged(&[party(Standing::Confirmed, 4)], &[came(&[1, 3])], |door| door.named(XU)), in_since);
}

#[test]
fn the_record_counts_where_the_ticket_is_for_another_number_of_persons() {
    let grown = Verdict::Welcome { household: XU, came: 0, left: 2, on_ticket: Some(4) };
    assert_eq!(shown(party(Standing::Confirmed, 2), &[], ticket_of(XU, 7, 4)), grown);
}

#[test]
fn a_ticket_from_before_the_household_signed_up_anew_is_void() {
    assert_eq!(shown(party(Standing::Confirmed, 4), &[], ticket_of(XU, 6, 4)), without(4, NoPlace::OldTicket));
}

#[test]
fn whoever_cancelled_lapsed_or_waits_has_no_place() {
    let at = Moment(9);
    let ticket = ticket_of(XU, 7, 4);
    assert_eq!(shown(party(Standing::Cancelled { at }, 4), &[], ticket), without(4, NoPlace::Cancelled));
    assert_eq!(shown(party(Standing::Lapsed { at }, 4), &[], ticket), without(4, NoPlace::Lapsed));
    let named = |standing| judged(&[party(standing, 4)], &[], |door| door.named(XU));
    assert_eq!(named(Standing::Waiting), without(4, NoPlace::Waiting));
    assert_eq!(named(Standing::Offered { until: at }), without(4, NoPlace::Offered));
    assert_eq!(judged(&[], &[], |door| door.named(XU)), without(1, NoPlace::NotSignedUp));
}

#[test]
fn a_genuine_ticket_that_is_newer_than_the_tablet_is_believed() {
    let newer = Verdict::Newer { household: XU, came: 0, left: 4 };
    let at = Moment(9);
    assert_eq!(shown(party(Standing::Waiting, 4), &[], ticket_of(XU, 7, 4)), newer, "a place was given since");
    assert_eq!(shown(party(Standing::Cancelled { at }, 2), &[], ticket_of(XU, 8, 4)), newer, "it signed up anew");
    assert_eq!(judged(&[], &[], |door| door.shown(&printed(ticket_of(XU, 1, 4)))), newer, "it signed up since");
    let unknown = Verdict::Stranger { number: 3, persons: 4 };
    assert_eq!(judged(&[], &[], |door| door.shown(&printed(ticket_of(HE, 3, 4)))), unknown);
}

#[test]
fn a_party_that_an_organiser_sent_back_to_the_line_has_no_place_by_its_old_ticket() {
    let step = Move { by: Some(STEWARD), at: Moment(5), to: MoveTo::EndOfLine, reason: "重复报名".into() };
    let sent_back = SignUp { moves: vec![step], ..party(Standing::Waiting, 4) };
    assert_eq!(shown(sent_back, &[], ticket_of(XU, 7, 4)), without(4, NoPlace::Waiting));
}

#[test]
fn forged_tickets_those_of_other_events_and_anything_else_each_say_so() {
    let other = Ticket { event: EventId(Uuid::from_u128(2)), ..ticket_of(XU, 7, 4) };
    let forged = printed(ticket_of(XU, 7, 4)).replace(".7.4.", ".7.9.");
    let judge = |text: &str| judged(&[party(Standing::Confirmed, 4)], &[], |door| door.shown(text));
    assert_eq!(judge(&printed(other)), Verdict::OtherEvent { event: other.event });
    assert_eq!(judge(&forged), Verdict::Forged);
    for text in ["", "LL1.0.1.2", "https://example.org", "🎫"] {
        assert_eq!(judge(text), Verdict::NotATicket, "{text}");
    }
}

#[test]
fn nobody_has_a_place_at_an_event_that_was_cancelled() {
    let sign_up = party(Standing::Confirmed, 4);
    let key = to_hex(signer().verifying_key().as_bytes());
    let (sign_ups, households) = ([&sign_up], [XU]);
    let door =
        Door { of: OF, tag_key: &key, is_cancelled: true, sign_ups: &sign_ups, arrivals: &[], households: &households };
    assert_eq!(door.shown(&printed(ticket_of(XU, 7, 4))), without(4, NoPlace::EventCancelled));
    assert_eq!(door.shown(&printed(ticket_of(XU, 8, 2))), without(2, NoPlace::EventCancelled));
}

#[test]
fn a_party_is_expected_partly_in_in_or_double() {
    let presence = [0, 1, 3, 4].map(|came| Presence::of(3, came));
    assert_eq!(presence, [Presence::Expected, Presence::Partly, Presence::In, Presence::Double]);
}

#[test]
fn of_all_codes_in_view_the_ticket_is_meant_and_of_two_tickets_neither() {
    let [ours, other] = [printed(ticket_of(XU, 7, 4)), printed(ticket_of(HE, 8, 1))];
    let web = "https://example.org".to_owned();
    let seen = |texts: &[&String]| texts.iter().map(|text| (*text).clone()).collect::<Vec<_>>();
    assert_eq!(in_view(&[]), InView::Nothing);
    assert_eq!(in_view(&seen(&[&web])), InView::One(&web));
    assert_eq!(in_view(&seen(&[&web, &ours])), InView::One(&ours));
    assert_eq!(in_view(&seen(&[&ours, &ours])), InView::One(&ours));
    assert_eq!(in_view(&seen(&[&ours, &other])), InView::Several);
}
