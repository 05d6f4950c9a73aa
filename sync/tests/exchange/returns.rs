//! Households come back to a restored server in any order: it ends alike, and everyone keeps the number that they were told.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    changes::{Change, Deed, Request},
    decide::{Actor, Context, Side, decide},
    events::{Details, EventKey, PublishEvent, PutEvent},
    households::{Household, Member},
    ids::{ChangeId, EventId, HouseholdId, LaneId, LoadId},
    records::{Body, Record},
    residents,
    sign_ups::{
        AcceptOffer, AskForPlaces, CancelSignUp, ChangeSignUp, LapseOffers, MoveSignUp, MoveTo, OwnSignUp, Party,
        SignUp, Standing, Tally,
    },
    text::Words,
    time::{Clocks, DAY, Interval, Moment, Stamp},
};
use proptest::prelude::*;
use sync::messages::{Delivery, Envelope, Identity, LaneOpening, Placed, Push, Receipt};
use uuid::Uuid;

use crate::memory::{COMMUNITY, Memory, device, guard};

const NOW: Moment = Moment(1_772_323_200_000);
const OF: EventKey = EventKey { event: EventId(Uuid::from_u128(0xe0)), series: None };
const HOUSEHOLDS: u128 = 7;

fn household(n: u128) -> HouseholdId {
    HouseholdId(Uuid::from_u128(0xa00 + n))
}

/// What a household's own device says.
#[derive(Clone, Copy, Debug)]
enum Wish {
    Ask(u32),
    Change(u32),
    Cancel,
    Accept,
    Move(MoveTo),
}

fn wish() -> impl Strategy<Value = Wish> {
    let to =
        prop_oneof![Just(MoveTo::Confirmed), Just(MoveTo::FrontOfLine), Just(MoveTo::EndOfLine), Just(MoveTo::Off)];
    prop_oneof![
        5 => (1u32..5).prop_map(Wish::Ask),
        2 => (1u32..5).prop_map(Wish::Change),
        2 => Just(Wish::Cancel),
        2 => Just(Wish::Accept),
        1 => to.prop_map(Wish::Move),
    ]
}

impl Wish {
    fn of(self, n: u128) -> Deed {
        let (of, household) = (OF, household(n));
        let party = |persons| Party { persons, names: vec![] };
        let request = match self {
            Wish::Ask(persons) => {
                let party = party(persons);
                residents::Request::AskForPlaces(AskForPlaces { of, household, party, answers: vec![] })
            }
            Wish::Change(persons) => {
                let party = party(persons);
                residents::Request::ChangeSignUp(ChangeSignUp { of, household, party, answers: vec![] })
            }
            Wish::Cancel => residents::Request::CancelSignUp(CancelSignUp { of, household }),
            Wish::Accept => residents::Request::AcceptOffer(AcceptOffer { of, household }),
            Wish::Move(to) => residents::Request::MoveSignUp(MoveSignUp { of, household, to, reason: "asked".into() }),
        };
        Deed::Request(Request::Residents(request))
    }
}

fn change(id: u128, deed: Deed) -> Change {
    let clocks = Clocks { wall: NOW, mono: 0, load: LoadId(Uuid::nil()) };
    let at = Stamp { clocks, contact: None };
    Change { id: ChangeId(Uuid::from_u128(id)), at, after: vec![], supersedes: None, deed }
}

/// A tablet of the desk that somebody is signed in on, with what it was told.
#[derive(Clone)]
struct Desk {
    n: u128,
    own: LaneOpening,
    sent: Vec<(Placed, String, Delivery)>,
}

impl Desk {
    fn new(n: u128) -> Self {
        let own = LaneOpening::new(LaneId(Uuid::from_u128(0x1a00 + n)), guard(0), Identity::Session);
        Self { n, own, sent: vec![] }
    }

    fn push(&self, server: &mut Memory, changes: Vec<Placed>) -> Vec<Delivery> {
        let clocks = Clocks { wall: NOW, mono: 0, load: LoadId(Uuid::nil()) };
        server.sessions.insert(device(self.n), guard(0));
        let answer = server.push(device(self.n), &Push { clocks, lanes: vec![self.own], holes: vec![], changes }, NOW);
        assert_eq!(answer.lanes, [], "the lane is taken");
        answer.outcomes
    }

    fn says(&mut self, server: &mut Memory, id: u128, deed: Deed) {
        let (lane, n, change) = (self.own.lane, self.sent.len() as i64 + 1, change(id, deed));
        let bytes = serde_json::value::to_raw_value(&Envelope::seal(&change)).expect("plain data");
        let placed = Placed { lane, n, id: change.id, bundle: None, change: bytes, receipt: None };
        let told = self.push(server, vec![placed.clone()]).remove(0);
        self.sent.push((placed, server.epoch.clone(), told));
    }

    /// Says again, with its receipt, what it had been told `nth`.
    fn brings_back(&self, server: &mut Memory, nth: usize) -> Delivery {
        let (placed, epoch, told) = self.sent[nth].clone();
        let Delivery { seq, outcome, proof, number, .. } = told;
        let receipt = Receipt { epoch, seq, outcome, proof: proof.expect("it is signed"), number };
        self.push(server, vec![Placed { receipt: Some(receipt), ..placed }]).remove(0)
    }
}

fn itself(server: &mut Memory, request: residents::Request) {
    let change = change(0, Deed::Request(Request::Residents(request)));
    let root = change.deed.root(COMMUNITY);
    let records = server.records.values().map(|(_, record)| record);
    let root = domain::records::Root { records: records.filter(|record| record.root == root).cloned().collect() };
    let (at, now, returning) = (Interval::exactly(NOW), NOW, server.returning);
    let context = Context { community: COMMUNITY, side: Side::Server, at, now, decided: now, returning };
    let decision = decide(&root, &Default::default(), &change, &Actor::System, &context);
    decision.expect("the server may").records.into_iter().for_each(|record| server.put(record));
}

fn with_event(capacity: u32) -> Memory {
    let mut server = Memory::new();
    for n in 1..=HOUSEHOLDS {
        let members = vec![Member { person: guard(1), name: "住户".into() }];
        let flat = Words::new("3栋", "Flat");
        let it = Household { id: household(n), flat, area: None, members, moved_out: None, revision: None };
        itself(&mut server, residents::Request::PutHousehold(it));
    }
    let details = Details {
        title: Words::new("中秋晚会", "Mid-autumn evening"),
        starts: NOW.plus(7 * DAY),
        ends: NOW.plus(8 * DAY),
        capacity,
        ..Details::default()
    };
    itself(&mut server, residents::Request::PutEvent(PutEvent { of: OF, details: details.into(), revision: None }));
    itself(&mut server, residents::Request::PublishEvent(PublishEvent { of: OF }));
    server
}

fn bodies(server: &Memory) -> impl Iterator<Item = &residents::Body> {
    server.records.values().filter_map(|(_, Record { body, .. })| match body {
        Body::Residents(body) => Some(body),
        _ => None,
    })
}

fn sign_ups(server: &Memory) -> BTreeMap<HouseholdId, SignUp> {
    let all = bodies(server).filter_map(|body| match body {
        residents::Body::SignUp(it) => Some(it.clone()),
        _ => None,
    });
    all.map(|it| (it.household, it)).collect()
}

fn tally(server: &Memory) -> Tally {
    let tally = bodies(server).find_map(|body| match body {
        residents::Body::Tally(it) => Some(it.clone()),
        _ => None,
    });
    tally.expect("it is there from the first day")
}

fn tickets(server: &Memory) -> BTreeMap<HouseholdId, String> {
    let own = bodies(server).filter_map(|body| match body {
        residents::Body::OwnSignUp(OwnSignUp(it)) => Some((it.household, it.ticket_content()?)),
        _ => None,
    });
    own.collect()
}

fn offered(server: &Memory) -> BTreeSet<HouseholdId> {
    let all = sign_ups(server).into_values();
    all.filter(|it| matches!(it.standing, Standing::Offered { .. })).map(|it| it.household).collect()
}

/// All that is known of the event but for when it was.
fn without_times(server: &Memory) -> (Vec<String>, Tally, BTreeMap<HouseholdId, String>) {
    let timeless = |mut it: SignUp| {
        it.at = NOW;
        it.moves.iter_mut().for_each(|step| step.at = NOW);
        it.standing = match it.standing {
            Standing::Cancelled { .. } => Standing::Cancelled { at: NOW },
            other => other,
        };
        format!("{it:?}")
    };
    (sign_ups(server).into_values().map(timeless).collect(), tally(server), tickets(server))
}

/// What was said: by which household's device, and what.
type History = Vec<(u128, Wish)>;

fn history(most: usize) -> impl Strategy<Value = History> {
    prop::collection::vec((1..=HOUSEHOLDS, wish()), 0..most)
}

/// The server before the backup, after what was lost, and restored, with the desks of the households.
fn lost(capacity: u32, before: &History, lost: &History) -> (Memory, Memory, Vec<Desk>) {
    let mut server = with_event(capacity);
    let mut desks: Vec<Desk> = (0..=HOUSEHOLDS).map(Desk::new).collect();
    let mut id = 0x5000;
    let mut happen = |server: &mut Memory, history: &History| {
        for (n, wish) in history {
            id += 1;
            desks[*n as usize].says(server, id, wish.of(*n));
        }
    };
    happen(&mut server, before);
    let mut restored = server.clone();
    happen(&mut server, lost);
    restored.is_restored("second");
    desks.iter_mut().for_each(|desk| desk.sent.retain(|(placed, ..)| !restored.log.contains_key(&placed.id)));
    (server, restored, desks)
}

/// All of them bring back what they have, each in its own order, one after the other as `order` says.
fn all_return(server: &mut Memory, desks: &[Desk], order: &[u128]) {
    let mut next: BTreeMap<u128, usize> = BTreeMap::new();
    let offered_before = offered(server);
    let rest = (0..desks.len() as u128).flat_map(|n| std::iter::repeat_n(n, desks[n as usize].sent.len()));
    for n in order.iter().copied().chain(rest) {
        let nth = next.entry(n).or_default();
        if *nth < desks[n as usize].sent.len() {
            desks[n as usize].brings_back(server, *nth);
            *nth += 1;
            assert!(offered(server).is_subset(&offered_before), "nobody is offered anything while they return");
        }
    }
}

fn orders() -> impl Strategy<Value = (Vec<u128>, Vec<u128>)> {
    let order = || prop::collection::vec(0..=HOUSEHOLDS, 0..60);
    (order(), order())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, ..Default::default() })]

    #[test]
    fn any_order_of_return_ends_alike(
        capacity in 1u32..9, before in history(12), gone in history(30), since in history(12), (one, other) in orders(),
    ) {
        let (_, mut restored, desks) = lost(capacity, &before, &gone);
        // Households come to the desk before their own devices are back.
        let mut desk = Desk::new(HOUSEHOLDS + 1);
        for (id, (n, wish)) in (0x9000..).zip(&since) {
            desk.says(&mut restored, id, wish.of(*n));
        }
        let mut again = restored.clone();
        all_return(&mut restored, &desks, &one);
        all_return(&mut again, &desks, &other);
        prop_assert_eq!(without_times(&restored), without_times(&again));
    }

    #[test]
    fn when_all_are_back_each_has_the_number_the_place_and_the_ticket_of_before(
        capacity in 1u32..9, before in history(12), gone in history(30), (order, _) in orders(),
    ) {
        let (was, mut restored, desks) = lost(capacity, &before, &gone);
        all_return(&mut restored, &desks, &order);
        let (were, are) = (sign_ups(&was), sign_ups(&restored));
        for (household, was) in &were {
            let is = &are[household];
            prop_assert_eq!(is.number, was.number);
            prop_assert_eq!(&is.party, &was.party);
            let was_offered = matches!(was.standing, Standing::Offered { .. });
            let is_alike = is.standing == was.standing || (was_offered && is.standing == Standing::Waiting)
                || matches!((is.standing, was.standing), (Standing::Cancelled { .. }, Standing::Cancelled { .. }));
            prop_assert!(is_alike, "{:?} was {:?}", is.standing, was.standing);
        }
        prop_assert_eq!(tickets(&restored), tickets(&was));
        let still: Vec<u32> = tally(&restored).line.into_iter().filter(|it| tally(&was).line.contains(it)).collect();
        prop_assert_eq!(still, tally(&was).line);
        restored.returning = false;
        itself(&mut restored, residents::Request::LapseOffers(LapseOffers { of: OF }));
        prop_assert_eq!(tally(&restored).over(), 0);
    }
}

/// Households 1 and 2 asked for the only place after the backup: number 1 has it, number 2 waits.
fn two_who_asked() -> (Memory, Vec<Desk>) {
    let (_, restored, desks) = lost(1, &vec![], &vec![(1, Wish::Ask(1)), (2, Wish::Ask(1))]);
    (restored, desks)
}

#[test]
fn a_number_that_no_server_of_ours_gave_counts_for_nothing() {
    let (server, mut desks) = two_who_asked();
    let theirs = desks[1].sent[0].2.number.clone();
    let own = desks[2].sent[0].2.number.clone().expect("it was told");
    for forged in [theirs, Some(sync::messages::Numbered { number: 1, ..own }), None] {
        desks[2].sent[0].2.number = forged;
        let mut server = server.clone();
        desks[2].brings_back(&mut server, 0);
        assert_eq!(sign_ups(&server)[&household(2)].number, 1, "the next, until somebody was told it");
        let told = desks[1].brings_back(&mut server, 0);
        assert_eq!(told.number.map(|it| it.number), Some(1));
        let numbers: Vec<_> = (1..=2).map(|n| sign_ups(&server)[&household(n)].number).collect();
        assert_eq!(numbers, [1, 2]);
        assert_eq!(sign_ups(&server)[&household(1)].standing, Standing::Confirmed);
    }
}

#[test]
fn what_returns_after_the_return_was_closed_has_its_number_where_that_is_free() {
    let (mut server, desks) = two_who_asked();
    server.returning = false;
    let mut desk = Desk::new(HOUSEHOLDS + 1);
    desk.says(&mut server, 0x9000, Wish::Ask(1).of(3));
    assert_eq!(sign_ups(&server)[&household(3)].number, 1);
    desks[2].brings_back(&mut server, 0);
    desks[1].brings_back(&mut server, 0);
    let numbers: Vec<_> = (1..=3).map(|n| sign_ups(&server)[&household(n)].number).collect();
    assert_eq!(numbers, [3, 2, 1], "a ticket that was given since stays good");
    assert_eq!((tally(&server).over(), tally(&server).line), (1, vec![2]));
}

#[test]
fn what_returns_after_the_return_was_closed_leaves_the_numbers_of_all_others() {
    let history = vec![
        (1, Wish::Ask(1)),
        (2, Wish::Ask(1)),
        (2, Wish::Cancel),
        (3, Wish::Ask(1)),
        (3, Wish::Cancel),
        (3, Wish::Ask(2)),
    ];
    let (was, mut restored, desks) = lost(4, &vec![], &history);
    for n in [2, 3] {
        (0..desks[n].sent.len()).for_each(|nth| drop(desks[n].brings_back(&mut restored, nth)));
    }
    restored.returning = false;
    desks[1].brings_back(&mut restored, 0);
    let numbers = |server: &Memory| (1..=3).map(|n| sign_ups(server)[&household(n)].number).collect::<Vec<_>>();
    assert_eq!((numbers(&was), numbers(&restored)), (vec![1, 2, 4], vec![1, 2, 4]));
    assert_eq!(tickets(&restored), tickets(&was));
}

#[test]
fn a_number_is_told_again_with_each_answer_and_not_while_somebody_may_have_it() {
    let (mut server, desks) = two_who_asked();
    let mut desk = Desk::new(HOUSEHOLDS + 1);
    desk.says(&mut server, 0x9000, Wish::Ask(1).of(3));
    assert_eq!(desk.sent[0].2.number, None);
    let first = desks[2].brings_back(&mut server, 0);
    assert_eq!(first.number.as_ref().map(|it| it.number), Some(2));
    assert_eq!(desks[2].brings_back(&mut server, 0), first);
}
