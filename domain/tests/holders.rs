//! Claims about whose work it is: for whom the records of rounds, visits and findings are, on the tablet as on the server.

use std::collections::BTreeSet;

use domain::{
    changes::{Change, Deed, Fact, FindingCorrected, Request, RoundStarted, VisitRecorded},
    checklists::DutyKind,
    decide::{Actor, Context, Side, decide},
    findings::{FindingRaised, FindingSign, Source, signs_alone},
    holders::{PutAudience, of_now, put},
    ids::{
        ChangeId, ChecklistId, CheckpointId, CommunityId, FindingId, LoadId, PersonId, RoundId, RouteId, TeamId,
        VisitId,
    },
    people::{Person, Role, Team},
    records::{Audience, Body, Reads, Record, Root},
    refusal::Refusal,
    rounds::{Occasion, Round},
    routes::StopOrder,
    text::Words,
    time::{Clocks, Interval, Moment, Stamp},
    visits::Proof,
};
use uuid::Uuid;

const COMMUNITY: CommunityId = CommunityId(Uuid::from_u128(1));
const NOW: Moment = Moment(1_772_323_200_000);
/// The own guards, and the teams of two contractors.
const GUARDS: u128 = 11;
const CLEANERS: u128 = 12;
const GARDENERS: u128 = 13;

const GUARD: u128 = 21;
const CLEANER: u128 = 22;
const SUPERVISOR: u128 = 24;
const NOBODY: u128 = 29;

fn team(n: u128) -> TeamId {
    TeamId(Uuid::from_u128(n))
}

fn words(text: &str) -> Words {
    Words::new(text, text)
}

fn person(n: u128) -> Person {
    let (role, teams) = match n {
        GUARD => (Role::Guard, vec![team(GUARDS)]),
        CLEANER => (Role::Cleaner, vec![team(CLEANERS)]),
        SUPERVISOR => (Role::Supervisor, vec![team(CLEANERS)]),
        _ => (Role::Guard, vec![]),
    };
    Person {
        id: PersonId(Uuid::from_u128(n)),
        name: words("who"),
        roles: vec![role],
        teams,
        left: None,
        revision: None,
    }
}

/// What was there before: a round for `Some` audience, the people, and the teams.
fn here(round: Option<Audience>) -> Vec<Record> {
    let teams = [(GUARDS, None), (CLEANERS, Some("Jiecheng")), (GARDENERS, Some("Lüyuan"))];
    let teams =
        teams.map(|(n, company)| Body::Team(Team { id: team(n), name: words("team"), contractor: company.map(words) }));
    let people = [GUARD, CLEANER, SUPERVISOR].map(|n| Body::Person(person(n)));
    let mut records: Vec<_> = teams.into_iter().chain(people).map(|body| Record::new(Audience::Staff, body)).collect();
    records.extend(round.map(|audience| Record::new(audience, Body::Round(a_round(audience)))));
    records
}

fn a_round(audience: Audience) -> Round {
    let route = RouteId(Uuid::from_u128(31));
    Round {
        id: RoundId(Uuid::from_u128(41)),
        occasion: Occasion::Unplanned { route, duty: DutyKind::Patrol },
        name: words("round"),
        kind: DutyKind::Patrol,
        team: match audience {
            Audience::Team(team) => Some(team),
            _ => None,
        },
        window: None,
        order: StopOrder::Free,
        stops: vec![],
        walkers: vec![],
        finished: None,
    }
}

fn change(deed: Deed) -> Change {
    let clocks = Clocks { wall: NOW, mono: 0, load: LoadId(Uuid::nil()) };
    let at = Stamp { clocks, contact: None };
    Change { id: ChangeId(Uuid::from_u128(99)), at, after: vec![], supersedes: None, deed }
}

/// What `by` writes there, alike on their device and on the server.
fn written(there: &[Record], root: &Root, fact: Fact, by: u128) -> Vec<Record> {
    let change = change(Deed::Fact(fact));
    let read = |ids: Vec<_>| there.iter().filter(move |record| ids.contains(&record.id)).cloned();
    let mut reads: Reads = read(change.deed.reads(COMMUNITY, PersonId(Uuid::from_u128(by)))).collect();
    reads.extend(read(reads.teams_named()));
    let decided = [Side::Device, Side::Server].map(|side| {
        let context = Context {
            community: COMMUNITY,
            side,
            at: Interval::exactly(NOW),
            now: NOW,
            decided: NOW,
            returning: false,
        };
        decide(root, &reads, &change, &Actor::Person(person(by)), &context).expect("a fact is never refused").records
    });
    let [device, server] = decided;
    assert_eq!(device, server);
    server
}

fn raised(round: Option<u128>) -> FindingRaised {
    FindingRaised {
        finding: FindingId(Uuid::from_u128(51)),
        checkpoint: CheckpointId(Uuid::from_u128(61)),
        source: Source::Reported { round: round.map(|n| RoundId(Uuid::from_u128(n))) },
        what: None,
        note: "lamp".into(),
        photos: vec![],
        danger: true,
    }
}

#[test]
fn a_finding_of_a_contractors_round_is_its_teams_one_reported_freely_its_authors_and_every_other_the_own_staffs() {
    let (own, cleaners) = (Audience::OwnStaff, Audience::Team(team(CLEANERS)));
    let [of_guards, gardeners] = [GUARDS, GARDENERS].map(|n| Audience::Team(team(n)));
    for (round, by, expected) in [
        (None, GUARD, own),
        (None, CLEANER, cleaners),
        (None, SUPERVISOR, own),
        (None, NOBODY, own),
        (Some(of_guards), GUARD, own),
        (Some(of_guards), CLEANER, own),
        (Some(cleaners), CLEANER, cleaners),
        (Some(cleaners), SUPERVISOR, cleaners),
        (Some(gardeners), CLEANER, gardeners),
        (Some(own), GUARD, own),
        (Some(own), CLEANER, own),
        // An unplanned round as 0.1.0 kept it, and one that is not here.
        (Some(Audience::Staff), GUARD, own),
        (Some(Audience::Staff), CLEANER, cleaners),
    ] {
        let there = here(round);
        let fact = Fact::FindingRaised(raised(round.map(|_| 41)));
        let records = written(&there, &Root::default(), fact, by);
        let audiences: Vec<_> = records.iter().map(|record| (record.body.kind(), record.audience)).collect();
        assert_eq!(audiences, [("finding", expected), ("finding_sign", Audience::Staff)], "{round:?} by {by}");
    }
    for (by, expected) in [(GUARD, own), (CLEANER, cleaners)] {
        let records = written(&here(None), &Root::default(), Fact::FindingRaised(raised(Some(41))), by);
        assert_eq!(records[0].audience, expected, "of a round that is not here");
    }
}

#[test]
fn an_unplanned_round_and_a_visit_without_its_round_are_for_whom_their_author_works() {
    let route = RouteId(Uuid::from_u128(31));
    let occasion = Occasion::Unplanned { route, duty: DutyKind::Patrol };
    let round = RoundId(Uuid::from_u128(41));
    let started = RoundStarted { round: Some(round), occasion, route, stops: vec![] };
    let visit = VisitRecorded {
        visit: VisitId(Uuid::from_u128(42)),
        round,
        checkpoint: CheckpointId(Uuid::from_u128(61)),
        proof: Proof::Tag { issue: 1 },
        checklist: ChecklistId(Uuid::from_u128(62)),
        version: 1,
        answers: vec![],
        note: String::new(),
    };
    for (by, expected) in [(GUARD, Audience::OwnStaff), (CLEANER, Audience::Team(team(CLEANERS)))] {
        let walked = written(&here(None), &Root::default(), Fact::RoundStarted(started.clone()), by);
        let visited = written(&here(None), &Root::default(), Fact::VisitRecorded(visit.clone()), by);
        assert_eq!((walked[0].audience, visited[0].audience), (expected, expected), "{by}");
        // The guard began it: what came before that goes with it, whoever made it.
        let begun = written(&here(None), &Root { records: visited }, Fact::RoundStarted(started.clone()), GUARD);
        assert!(begun.iter().all(|record| record.audience == Audience::OwnStaff), "{begun:?}");
    }
}

#[test]
fn the_sign_of_a_finding_closes_with_it_and_is_shown_only_to_those_who_do_not_hold_it() {
    let open = written(&here(None), &Root::default(), Fact::FindingRaised(raised(None)), GUARD);
    let bodies = |records: &[Record]| records.iter().map(|record| record.body.clone()).collect::<Vec<_>>();
    let [finding, sign] = &bodies(&open)[..] else { panic!("{open:?}") };
    assert_eq!(signs_alone([finding, sign].into_iter()), Vec::<&FindingSign>::new());
    let alone = signs_alone([sign].into_iter());
    assert_eq!(alone.iter().map(|sign| (sign.open, sign.danger)).collect::<Vec<_>>(), [(true, true)]);
    let fixed =
        FindingCorrected { finding: FindingId(Uuid::from_u128(51)), comment: "new bulb".into(), photos: vec![] };
    let root = Root { records: vec![Record { audience: Audience::Team(team(CLEANERS)), ..open[0].clone() }] };
    let closed = written(&here(None), &root, Fact::FindingCorrected(fixed), GUARD);
    assert_eq!(closed[0].audience, Audience::Team(team(CLEANERS)), "it stays whose it was");
    assert_eq!(signs_alone(bodies(&closed)[1..].iter()), Vec::<&FindingSign>::new());
    assert!(!open[1].body.encode().get().contains(&FindingId(Uuid::from_u128(51)).to_string()), "its id tells a time");
}

#[test]
fn only_the_server_gives_records_to_another_audience() {
    let finding = written(&here(None), &Root::default(), Fact::FindingRaised(raised(None)), GUARD);
    let root = Root { records: vec![finding[0].clone()] };
    let wish = Request::PutAudience(PutAudience { root: root.records[0].root, audience: Audience::Everyone });
    let change = change(Deed::Request(wish));
    let context = Context {
        community: COMMUNITY,
        side: Side::Server,
        at: Interval::exactly(NOW),
        now: NOW,
        decided: NOW,
        returning: false,
    };
    let manager = Person { roles: vec![Role::Manager, Role::Operator], ..person(NOBODY) };
    let asked = |actor| decide(&root, &Reads::default(), &change, &actor, &context);
    assert_eq!(asked(Actor::Person(manager)).map(|it| it.records), Err(Refusal::NotPermitted));
    assert!(asked(Actor::System).is_ok_and(|it| it.records[0].audience == Audience::Everyone));
}

#[test]
fn what_a_root_is_for_is_found_again_from_the_teams_of_now_and_once_found_it_is_settled() {
    let (own, cleaners) = (Audience::OwnStaff, Audience::Team(team(CLEANERS)));
    let of_guards = Audience::Team(team(GUARDS));
    for (round, by, now, due) in [
        (None, GUARD, Audience::Staff, own),
        (None, CLEANER, Audience::Staff, cleaners),
        (None, GUARD, cleaners, cleaners),
        (None, CLEANER, of_guards, own),
        (None, CLEANER, own, own),
        (Some(cleaners), GUARD, own, cleaners),
        (Some(of_guards), CLEANER, cleaners, own),
    ] {
        let there = here(round);
        let raised = Fact::FindingRaised(raised(round.map(|_| 41)));
        let finding = written(&there, &Root::default(), raised, by).remove(0);
        let mut root = Root { records: vec![Record { audience: now, ..finding }] };
        let reads = |root: &Root| {
            let read = |ids: Vec<_>| there.iter().filter(move |record| ids.contains(&record.id)).cloned();
            let mut reads: Reads = read(domain::holders::reads(root)).collect();
            reads.extend(read(reads.teams_named()));
            reads
        };
        assert_eq!(of_now(&root, &reads(&root)), (now != due).then_some(due), "{round:?} by {by}, for {now}");
        let put = put(&root, due);
        let kinds: BTreeSet<_> = put.iter().map(|record| record.body.kind()).collect();
        assert!(put.is_empty() || kinds == BTreeSet::from(["finding", "finding_sign"]));
        if let Some(record) = put.into_iter().next() {
            root.records = vec![record];
        }
        assert_eq!(of_now(&root, &reads(&root)), None);
    }
}
