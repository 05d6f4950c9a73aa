//! The rules of rounds, visits and findings, one claim a test.

use std::collections::BTreeSet;

use domain::{
    areas::{Area, AreaKind},
    changes::{
        Change, Deed, Fact, FindingCorrected, Request, RoundFinished, RoundStarted, Undecodable, VisitCorrected,
        VisitRecorded,
    },
    checklists::{Answer, AnswerKind, AnswerValue, Checklist, DutyKind, Item, Score},
    community::Community,
    decide::{Actor, Context, Decision, Side, decide},
    findings::Finding,
    ids::{
        AreaId, ChangeId, ChecklistId, CheckpointId, CommunityId, LoadId, PersonId, PlanId, RoundId, RouteId, TeamId,
        VisitId,
    },
    people::{Person, Role},
    photos::{Photo, PhotoHash},
    plans::{Each, Occurrence, Plan, Slot},
    records::{Audience, Body, Reads, Record, Root},
    refusal::{Flag, Refusal},
    rounds::{Occasion, Round},
    routes::{Route, Stop, StopOrder},
    text::{Language, Words},
    time::{Clocks, DAY, Interval, Moment, Stamp, Zone},
    visits::{Proof, Summary, Visit, bundle, correct, last_reading, summary},
};
use uuid::Uuid;

const COMMUNITY: CommunityId = CommunityId(Uuid::from_u128(1));
const TEAM: TeamId = TeamId(Uuid::from_u128(2));
const NOW: Moment = Moment(1_772_323_200_000);

fn words() -> Words {
    Words::new("巡逻", "Patrol")
}

fn person(n: u128, role: Role) -> Person {
    Person {
        id: PersonId(Uuid::from_u128(n)),
        name: words(),
        roles: vec![role],
        teams: vec![TEAM],
        left: None,
        revision: None,
    }
}

fn guard(n: u128) -> Actor {
    Actor::Person(person(n, Role::Guard))
}

fn stop(n: u128) -> Stop {
    Stop { checkpoint: CheckpointId(Uuid::from_u128(n)), checklist: checklist().id }
}

fn checklist() -> Checklist {
    let item = |key: &str| Item {
        key: key.into(),
        ask: words(),
        answer: AnswerKind::Check,
        required: true,
        weight: None,
        show_if: None,
        fail_needs: vec![],
        clause: None,
        on_fail: None,
        canned: vec![],
    };
    Checklist {
        id: ChecklistId(Uuid::from_u128(30)),
        version: 1,
        name: words(),
        kind: DutyKind::Patrol,
        items: vec![item("exit"), item("light")],
    }
}

fn plan() -> Plan {
    Plan {
        id: PlanId(Uuid::from_u128(40)),
        version: 1,
        name: words(),
        kind: DutyKind::Patrol,
        route: RouteId(Uuid::from_u128(50)),
        team: TEAM,
        each: Each::Anyone,
        from: "2026-01-01".parse().expect("a date"),
        until: None,
        days: vec![],
        times: vec![Slot { slot: "a".into(), start: "08:00:00".parse().expect("a time"), minutes: 60, grace: 15 }],
    }
}

fn occurrence() -> Occurrence {
    let date = "2026-03-01".parse().expect("a date");
    Occurrence { plan: plan().id, version: 1, date, slot: "a".into(), person: None }
}

/// What the tests' changes read: the community, the plan, its route and its checklist.
fn reads() -> Reads {
    let community = Community {
        id: COMMUNITY,
        name: words(),
        language: Language::Zh,
        zone: Zone::fixed("Asia/Shanghai", 8 * 3600),
        tag_key: String::new(),
    };
    let route = Route { id: plan().route, name: words(), order: StopOrder::Free, stops: vec![stop(11), stop(12)] };
    [Body::Community(community), Body::Plan(plan()), Body::Route(route), Body::Checklist(checklist())]
        .into_iter()
        .map(|body| Record::new(Audience::Staff, body))
        .collect()
}

fn change(deed: Deed) -> Change {
    let clocks = Clocks { wall: NOW, mono: 0, load: LoadId(Uuid::nil()) };
    Change {
        id: ChangeId(Uuid::from_u128(99)),
        at: Stamp { clocks, contact: None },
        after: vec![],
        supersedes: None,
        deed,
    }
}

fn at(moment: Moment) -> Context {
    Context {
        community: COMMUNITY,
        side: Side::Server,
        at: Interval::exactly(moment),
        now: moment,
        decided: moment,
        returning: false,
    }
}

/// A root that grows as changes are decided.
#[derive(Default)]
struct Kept(Root);

impl Kept {
    fn fact(&mut self, fact: Fact, actor: &Actor, context: &Context) -> Decision {
        let decision =
            decide(&self.0, &reads(), &change(Deed::Fact(fact)), actor, context).expect("a fact is never refused");
        for record in &decision.records {
            self.0.records.retain(|there| there.id != record.id);
            self.0.records.push(record.clone());
        }
        decision
    }

    fn round(&self) -> &Round {
        self.0.round().expect("a round was started").0
    }

    fn visit(&self, n: u128) -> Visit {
        self.0.visit(VisitId(Uuid::from_u128(n))).expect("a visit was recorded").0.clone()
    }
}

fn started() -> Fact {
    Fact::RoundStarted(RoundStarted {
        round: None,
        occasion: Occasion::Planned(occurrence()),
        route: plan().route,
        stops: vec![stop(11), stop(12)],
    })
}

fn visit(n: u128, value: AnswerValue) -> VisitRecorded {
    let answer = |item: &str, value: AnswerValue| Answer::new(item, value);
    VisitRecorded {
        visit: VisitId(Uuid::from_u128(n)),
        round: occurrence().round(),
        checkpoint: stop(11).checkpoint,
        proof: Proof::Tag { issue: 1 },
        checklist: checklist().id,
        version: 1,
        answers: vec![answer("exit", AnswerValue::Passed), answer("light", value)],
        note: String::new(),
    }
}

fn no_flags() -> BTreeSet<Flag> {
    BTreeSet::new()
}

#[test]
fn starting_a_round_twice_is_one_round_with_two_walkers() {
    let mut kept = Kept::default();
    assert_eq!(kept.fact(started(), &guard(7), &at(NOW)).flags, no_flags());
    kept.fact(started(), &guard(8), &at(NOW.plus(1)));
    kept.fact(started(), &guard(7), &at(NOW.plus(2)));
    let walkers: Vec<_> = kept.round().walkers.iter().map(|walker| walker.person.0.as_u128()).collect();
    assert_eq!(walkers, [7, 8]);
    assert_eq!(kept.0.records.len(), 1);
}

#[test]
fn a_planned_round_takes_its_window_name_and_audience_from_its_plan() {
    let mut kept = Kept::default();
    let decision = kept.fact(started(), &guard(7), &at(NOW));
    assert_eq!(decision.records[0].audience, Audience::Team(TEAM));
    assert_eq!(kept.round().window.map(|window| window.start), Some(Moment(1_772_323_200_000)));
    assert_eq!(kept.round().kind, DutyKind::Patrol);
}

#[test]
fn a_failed_item_raises_a_finding_whose_id_both_sides_derive() {
    let deeds = bundle(visit(1, AnswerValue::Failed), &checklist());
    let [Deed::Fact(Fact::VisitRecorded(_)), Deed::Fact(Fact::FindingRaised(raised))] = deeds.as_slice() else {
        panic!("a visit and a finding, but {deeds:?}");
    };
    assert_eq!(raised.finding, Finding::of_item(VisitId(Uuid::from_u128(1)), "light"));
    assert_eq!(bundle(visit(1, AnswerValue::Passed), &checklist()).len(), 1);
}

#[test]
fn two_visits_of_one_checkpoint_both_stand() {
    let mut kept = Kept::default();
    kept.fact(started(), &guard(7), &at(NOW));
    kept.fact(Fact::VisitRecorded(visit(1, AnswerValue::Passed)), &guard(7), &at(NOW));
    kept.fact(Fact::VisitRecorded(visit(2, AnswerValue::Failed)), &guard(8), &at(NOW));
    assert_eq!(kept.0.records.len(), 3);
    let again = kept.fact(Fact::VisitRecorded(visit(2, AnswerValue::Passed)), &guard(8), &at(NOW));
    assert_eq!((again.records.len(), again.flags), (0, BTreeSet::from([Flag::AlreadyDone])));
}

#[test]
fn a_fact_is_kept_and_flagged_whatever_is_wrong_with_it() {
    let mut kept = Kept::default();
    let lost_start = kept.fact(Fact::VisitRecorded(visit(1, AnswerValue::Passed)), &guard(7), &at(NOW));
    assert_eq!((lost_start.records.len(), lost_start.flags), (1, BTreeSet::from([Flag::UnknownReference])));

    let mut kept = Kept::default();
    kept.fact(started(), &guard(7), &at(NOW));
    let by_a_cleaner = Actor::Person(person(9, Role::Cleaner));
    let flags = kept.fact(Fact::VisitRecorded(visit(1, AnswerValue::Passed)), &by_a_cleaner, &at(NOW)).flags;
    assert_eq!(flags, BTreeSet::from([Flag::NotEntitled]));

    let elsewhere = VisitRecorded { checkpoint: stop(99).checkpoint, ..visit(2, AnswerValue::Passed) };
    assert_eq!(
        kept.fact(Fact::VisitRecorded(elsewhere), &guard(7), &at(NOW)).flags,
        BTreeSet::from([Flag::NotOnRoute])
    );

    let half = VisitRecorded { answers: vec![], ..visit(3, AnswerValue::Passed) };
    assert_eq!(kept.fact(Fact::VisitRecorded(half), &guard(7), &at(NOW)).flags, BTreeSet::from([Flag::Incomplete]));

    let doubtful = Context { at: Interval { earliest: NOW, best: NOW, latest: NOW.plus(DAY) }, ..at(NOW) };
    let flags = kept.fact(Fact::VisitRecorded(visit(4, AnswerValue::Passed)), &guard(7), &doubtful).flags;
    assert_eq!(flags, BTreeSet::from([Flag::ClockDoubtful]));
}

#[test]
fn a_finished_round_stays_as_it_was_finished() {
    let mut kept = Kept::default();
    kept.fact(started(), &guard(7), &at(NOW));
    let finish = |note: &str| Fact::RoundFinished(RoundFinished { round: occurrence().round(), note: note.into() });
    kept.fact(finish("first"), &guard(7), &at(NOW.plus(10)));
    let second = kept.fact(finish("second"), &guard(8), &at(NOW.plus(20)));
    assert_eq!(second.flags, BTreeSet::from([Flag::AlreadyDone]));
    assert_eq!(kept.round().finished.as_ref().map(|finish| finish.note.as_str()), Some("first"));
    let late = kept.fact(Fact::VisitRecorded(visit(1, AnswerValue::Passed)), &guard(7), &at(NOW.plus(30)));
    assert_eq!((late.records.len(), late.flags), (1, BTreeSet::from([Flag::AfterFinish])));
}

#[test]
fn what_somebody_walked_before_leaving_counts_and_what_came_after_is_flagged() {
    let mut leaver = person(7, Role::Guard);
    leaver.left = Some("2026-03-02".parse().expect("a date"));
    let leaver = Actor::Person(leaver);
    assert_eq!(Kept::default().fact(started(), &leaver, &at(NOW)).flags, no_flags());
    assert_eq!(
        Kept::default().fact(started(), &leaver, &at(NOW.plus(2 * DAY))).flags,
        BTreeSet::from([Flag::NotEntitled])
    );
}

#[test]
fn a_finding_is_put_right_once_and_the_first_comment_stays() {
    let Deed::Fact(raised) = bundle(visit(1, AnswerValue::Failed), &checklist()).remove(1) else { panic!("a fact") };
    let finding = Finding::of_item(VisitId(Uuid::from_u128(1)), "light");
    let corrected =
        |comment: &str| Fact::FindingCorrected(FindingCorrected { finding, comment: comment.into(), photos: vec![] });
    let mut kept = Kept::default();
    kept.fact(raised, &guard(7), &at(NOW));
    assert!(kept.0.finding().is_some_and(|(finding, _)| finding.is_open()));
    kept.fact(corrected("bulb changed"), &guard(8), &at(NOW));
    assert_eq!(kept.fact(corrected("again"), &guard(7), &at(NOW)).flags, BTreeSet::from([Flag::AlreadyDone]));
    let comment = kept.0.finding().and_then(|(finding, _)| finding.corrected.as_ref()).map(|it| it.comment.as_str());
    assert_eq!(comment, Some("bulb changed"));
}

fn corrected(visit: &Visit, light: AnswerValue, reason: &str) -> Vec<Deed> {
    let answers = vec![Answer::new("exit", AnswerValue::Passed), Answer::new("light", light)];
    correct(visit, answers, reason.into(), &checklist())
}

#[test]
fn a_corrected_visit_keeps_who_when_old_and_new() {
    let mut kept = Kept::default();
    kept.fact(started(), &guard(7), &at(NOW));
    kept.fact(Fact::VisitRecorded(visit(1, AnswerValue::Passed)), &guard(7), &at(NOW));
    let before = kept.visit(1);
    let deeds = corrected(&before, AnswerValue::Failed, "looked again");
    let [Deed::Fact(correction), Deed::Fact(Fact::FindingRaised(raised))] = deeds.as_slice() else {
        panic!("a correction and a finding, but {deeds:?}");
    };
    assert_eq!(raised.finding, Finding::of_item(before.id, "light"));
    assert_eq!(kept.fact(correction.clone(), &guard(7), &at(NOW.plus(5))).flags, no_flags());
    let after = kept.visit(1);
    let [correction] = after.corrections.as_slice() else { panic!("one correction, but {:?}", after.corrections) };
    assert_eq!(
        (correction.by, correction.at.best, correction.reason.as_str()),
        (before.by, NOW.plus(5), "looked again")
    );
    let [changed] = correction.changed.as_slice() else { panic!("one answer changed, but {:?}", correction.changed) };
    assert_eq!(changed.old.as_ref().map(|answer| &answer.value), Some(&AnswerValue::Passed));
    assert_eq!(changed.new.as_ref().map(|answer| &answer.value), Some(&AnswerValue::Failed));
    assert_eq!(corrected(&after, AnswerValue::Failed, "the same"), []);
}

#[test]
fn an_answer_put_straight_ends_the_finding_that_it_raised() {
    let mut kept = Kept::default();
    kept.fact(started(), &guard(7), &at(NOW));
    kept.fact(Fact::VisitRecorded(visit(1, AnswerValue::Failed)), &guard(7), &at(NOW));
    let deeds = corrected(&kept.visit(1), AnswerValue::Passed, "wrong button");
    let [_, Deed::Fact(Fact::FindingCorrected(ended))] = deeds.as_slice() else { panic!("an end, but {deeds:?}") };
    assert_eq!((ended.finding, ended.comment.as_str()), (Finding::of_item(kept.visit(1).id, "light"), "wrong button"));
}

#[test]
fn correcting_somebody_elses_visit_is_flagged_unless_one_answers_for_it() {
    let mut kept = Kept::default();
    kept.fact(started(), &guard(7), &at(NOW));
    kept.fact(Fact::VisitRecorded(visit(1, AnswerValue::Passed)), &guard(7), &at(NOW));
    let correction = |light| match corrected(&kept.visit(1), light, "r").remove(0) {
        Deed::Fact(fact) => fact,
        Deed::Request(_) => panic!("a fact"),
    };
    let (first, unknown) = (correction(AnswerValue::Failed), correction(AnswerValue::NotApplicable));
    let Fact::VisitCorrected(of_another) = unknown.clone() else { panic!("a correction") };
    assert_eq!(kept.fact(first.clone(), &guard(8), &at(NOW)).flags, BTreeSet::from([Flag::NotEntitled]));
    let supervisor = Actor::Person(person(9, Role::Supervisor));
    assert_eq!(kept.fact(unknown, &supervisor, &at(NOW)).flags, no_flags());
    let of_another = VisitCorrected { visit: VisitId(Uuid::from_u128(99)), ..of_another };
    let flags = kept.fact(Fact::VisitCorrected(of_another), &guard(7), &at(NOW)).flags;
    assert_eq!(flags, BTreeSet::from([Flag::UnknownReference]));
}

#[test]
fn what_was_put_right_on_the_spot_is_a_closed_finding_with_its_comment_and_photos() {
    let photo = Photo { hash: PhotoHash::of(b"a lamp"), taken: NOW, width: 1600, height: 1200, bytes: 6 };
    let light = Answer {
        corrected: Some("bulb changed".into()),
        photos: vec![photo],
        ..Answer::new("light", AnswerValue::Failed)
    };
    let visit = VisitRecorded {
        answers: vec![Answer::new("exit", AnswerValue::Passed), light],
        ..visit(1, AnswerValue::Failed)
    };
    let mut kept = Kept::default();
    for deed in bundle(visit, &checklist()).into_iter().skip(1) {
        let Deed::Fact(fact) = deed else { panic!("a fact") };
        kept.fact(fact, &guard(7), &at(NOW));
    }
    let (finding, _) = kept.0.finding().expect("a finding");
    assert_eq!(finding.corrected.as_ref().map(|it| it.comment.as_str()), Some("bulb changed"));
    assert_eq!(finding.photos, [photo]);
    assert_eq!(kept.0.records[0].body.photos(), [&photo]);
}

#[test]
fn a_summary_adds_up_what_a_rounds_visits_say() {
    let mut checklist = checklist();
    checklist.items.iter_mut().for_each(|item| item.weight = Some(2));
    let mut kept = Kept::default();
    kept.fact(started(), &guard(7), &at(NOW));
    let photo = Photo { hash: PhotoHash::of(b"1"), taken: NOW, width: 4, height: 3, bytes: 1 };
    let mut second = visit(2, AnswerValue::Failed);
    second.answers[1].corrected = Some("changed".into());
    second.answers[0].photos = vec![photo; 2];
    for visit in [visit(1, AnswerValue::Passed), second, visit(3, AnswerValue::NotApplicable)] {
        kept.fact(Fact::VisitRecorded(visit), &guard(7), &at(NOW));
    }
    let visits = [1, 2, 3].map(|n| kept.visit(n));
    let sum = summary(visits.iter().map(|visit| (visit, &checklist)));
    let score = Some(Score { got: 8, of: 10 });
    assert_eq!(sum, Summary { failed: 1, corrected: 1, photos: 2, score });
}

#[test]
fn the_last_reading_of_an_item_is_the_newest_at_that_checkpoint() {
    let mut kept = Kept::default();
    kept.fact(started(), &guard(7), &at(NOW));
    let read = |n: u128, reading: i64| {
        let value = AnswerValue::Reading(reading.into());
        VisitRecorded { answers: vec![Answer::new("light", value)], ..visit(n, AnswerValue::Passed) }
    };
    kept.fact(Fact::VisitRecorded(read(1, 10)), &guard(7), &at(NOW.plus(20)));
    kept.fact(Fact::VisitRecorded(read(2, 30)), &guard(7), &at(NOW.plus(10)));
    kept.fact(Fact::VisitRecorded(visit(3, AnswerValue::NotApplicable)), &guard(7), &at(NOW.plus(30)));
    let visits = [1, 2, 3].map(|n| kept.visit(n));
    let last = |checkpoint, item| last_reading(&visits, checkpoint, checklist().id, item);
    assert_eq!(
        last(stop(11).checkpoint, "light").map(|(reading, at)| (reading, at.best)),
        Some((10.into(), NOW.plus(20)))
    );
    assert_eq!(last(stop(12).checkpoint, "light"), None);
    assert_eq!(last(stop(11).checkpoint, "exit"), None);
}

fn ask(root: &Root, request: Request, actor: &Actor) -> Result<Decision, Refusal> {
    decide(root, &reads(), &change(Deed::Request(request)), actor, &at(NOW))
}

#[test]
fn only_who_may_set_up_changes_the_community() {
    let area = Area { id: AreaId(Uuid::from_u128(5)), name: words(), inside: None, kind: AreaKind::Gate };
    for role in Role::ALL {
        let answer = ask(&Root::default(), Request::PutArea(area.clone()), &Actor::Person(person(7, role)));
        match role {
            Role::Manager | Role::Operator => assert!(answer.is_ok(), "{role:?}"),
            _ => assert_eq!(answer, Err(Refusal::NotPermitted), "{role:?}"),
        }
    }
}

#[test]
fn a_version_is_added_in_turn_and_never_overwritten() {
    let manager = Actor::Person(person(7, Role::Manager));
    let put = |root: &Root, version| ask(root, Request::PutChecklist(Checklist { version, ..checklist() }), &manager);
    let first = put(&Root::default(), 1).expect("the first version");
    let root = Root { records: first.records };
    assert_eq!(put(&root, 1), Err(Refusal::Outdated { current: 1 }));
    assert_eq!(put(&root, 3), Err(Refusal::Outdated { current: 1 }));
    let second = put(&root, 2).expect("the second version");
    assert_ne!(second.records[0].id, root.records[0].id);
}

#[test]
fn a_name_that_is_empty_endless_or_holds_nul_is_refused_by_its_field() {
    let manager = Actor::Person(person(7, Role::Manager));
    for name in [String::new(), "灯".repeat(10_000), "a\0b".into()] {
        let area =
            Area { id: AreaId(Uuid::from_u128(5)), name: Words::new(name, ""), inside: None, kind: AreaKind::Gate };
        let answer = ask(&Root::default(), Request::PutArea(area), &manager);
        assert_eq!(answer, Err(Refusal::Invalid { field: "name".into() }));
    }
}

#[test]
fn a_residents_name_is_no_record_of_the_staffs() {
    let manager = Actor::Person(person(7, Role::Manager));
    let audience = |role| {
        let put = Request::PutPerson(person(8, role));
        ask(&Root::default(), put, &manager).expect("a manager may").records[0].audience
    };
    assert_eq!(audience(Role::Resident), Audience::Desk);
    assert_eq!(audience(Role::Guard), Audience::Staff);
    let moved_out = Person { left: Some("2026-03-01".parse().expect("a date")), ..person(8, Role::Resident) };
    let put = ask(&Root::default(), Request::PutPerson(moved_out), &manager).expect("a manager may");
    assert_eq!(put.records[0].audience, Audience::Desk, "also once they moved out");
}

/// A root that holds this person, as the change `n` wrote them.
fn written(person: Person, n: u128) -> Root {
    let revision = Some(ChangeId(Uuid::from_u128(n)));
    Root { records: vec![Record::new(Audience::Staff, Body::Person(Person { revision, ..person }))] }
}

#[test]
fn a_person_remembers_which_change_wrote_them() {
    let manager = Actor::Person(person(7, Role::Manager));
    let put =
        |root: &Root, wish: Person| ask(root, Request::PutPerson(wish), &manager).map(|put| put.records[0].clone());
    let record = put(&Root::default(), person(8, Role::Guard)).expect("a new person");
    let Body::Person(kept) = &record.body else { panic!("a person") };
    assert_eq!(kept.revision, Some(change(Deed::Request(Request::PutPlan(plan()))).id));
}

#[test]
fn of_two_who_change_somebody_at_once_the_second_is_told() {
    let manager = Actor::Person(person(7, Role::Manager));
    let guard = person(8, Role::Guard);
    let on = |n: u128| Person { revision: Some(ChangeId(Uuid::from_u128(n))), ..guard.clone() };
    let put = |root: &Root, wish: Person| ask(root, Request::PutPerson(wish), &manager).map(|_| ());
    let there = written(guard.clone(), 5);
    let before_revisions = Root { records: vec![Record::new(Audience::Staff, Body::Person(guard.clone()))] };
    for (root, wish, expected) in [
        (&there, on(5), Ok(())),
        (&there, on(4), Err(Refusal::ChangedMeanwhile)),
        // As published before revisions, and as data files say it.
        (&there, guard.clone(), Ok(())),
        (&before_revisions, on(0), Ok(())),
        (&before_revisions, on(4), Err(Refusal::ChangedMeanwhile)),
        (&there, on(0), Err(Refusal::ChangedMeanwhile)),
        // Decided already: a tablet lays its own change over the record that came of it.
        (&written(guard.clone(), 99), on(4), Ok(())),
        (&Root::default(), on(4), Ok(())),
    ] {
        assert_eq!(put(root, wish), expected);
    }
}

#[test]
fn who_has_left_asks_for_nothing_and_nobody_takes_the_right_to_set_up_from_themself() {
    let left = |person: Person| Person { left: Some("2026-03-01".parse().expect("a date")), ..person };
    let (me, other) = (person(7, Role::Manager), person(8, Role::Operator));
    let put = |actor: &Person, wish: Person| {
        ask(&Root::default(), Request::PutPerson(wish), &Actor::Person(actor.clone())).map(|_| ())
    };
    for (actor, wish, expected) in [
        (&left(me.clone()), other.clone(), Err(Refusal::NotPermitted)),
        (&me, left(other.clone()), Ok(())),
        (&me, Person { roles: vec![Role::Guard], ..other.clone() }, Ok(())),
        (&me, Person { roles: vec![Role::Operator], ..me.clone() }, Ok(())),
        (&me, Person { roles: vec![Role::Guard], ..me.clone() }, Err(Refusal::NotFromOneself)),
        (&me, Person { roles: vec![], ..me.clone() }, Err(Refusal::NotFromOneself)),
        (&me, left(me.clone()), Err(Refusal::NotFromOneself)),
    ] {
        assert_eq!(put(actor, wish.clone()), expected, "{:?}", wish.roles);
    }
    // Data files may say anything: whoever loads them has the server itself.
    let gone = ask(&Root::default(), Request::PutPerson(left(me)), &Actor::System);
    assert!(gone.is_ok());
}

#[test]
fn only_who_may_set_up_gives_roles_and_they_give_any() {
    for asker in Role::ALL {
        for given in Role::ALL {
            let wish = Request::PutPerson(person(8, given));
            let answer = ask(&Root::default(), wish, &Actor::Person(person(7, asker)));
            match asker {
                Role::Manager | Role::Operator => assert!(answer.is_ok(), "{asker:?} {given:?}"),
                _ => assert_eq!(answer, Err(Refusal::NotPermitted), "{asker:?} {given:?}"),
            }
        }
    }
}

#[test]
fn a_refusal_from_a_later_version_is_still_a_refusal() {
    let read = |text: &str| serde_json::from_str::<Refusal>(text).expect("a refusal");
    assert_eq!(read(r#"{"reason":"moon_is_full","phase":3}"#), Refusal::Other);
    assert_eq!(read(r#"{"reason":"outdated","current":2}"#), Refusal::Outdated { current: 2 });
    assert_eq!(read(r#"{"reason":"changed_meanwhile"}"#), Refusal::ChangedMeanwhile);
}

#[test]
fn a_deed_survives_the_wire_and_what_is_unknown_malformed_or_endless_says_so() {
    let deeds = [
        Deed::Fact(started()),
        Deed::Fact(Fact::VisitRecorded(visit(1, AnswerValue::Reading("0.35".parse().expect("a decimal"))))),
        Deed::Request(Request::PutPerson(person(8, Role::Guard))),
    ];
    for deed in deeds {
        let (kind, body) = deed.encode();
        assert_eq!(Deed::decode(kind, 1, &body), Ok(deed));
    }
    let raw = |text: &str| serde_json::value::RawValue::from_string(text.into()).expect("JSON");
    assert_eq!(Deed::decode("visit.teleported", 1, &raw("{}")), Err(Undecodable::UnknownKind));
    assert_eq!(Deed::decode("round.started", 7, &raw("{}")), Err(Undecodable::UnknownKind));
    for body in ["{}", "null", "[]", "\"x\"", "{\"round\":1}"] {
        assert!(matches!(Deed::decode("round.finished", 1, &raw(body)), Err(Undecodable::Malformed { .. })), "{body}");
    }
    let endless = RoundFinished { round: RoundId(Uuid::nil()), note: "x".repeat(10_000) };
    let (kind, body) = Deed::Fact(Fact::RoundFinished(endless)).encode();
    assert_eq!(Deed::decode(kind, 1, &body), Err(Undecodable::TooLarge));
}

#[test]
fn every_published_kind_is_known_to_the_list_of_kinds() {
    use domain::changes::{FACTS, REQUESTS};
    let (kind, _) = Deed::Fact(started()).encode();
    assert!(FACTS.contains(&kind));
    let put = Request::PutPlan(plan());
    let (kind, _) = Deed::Request(put).encode();
    assert!(REQUESTS.contains(&kind));
}

#[test]
fn an_unplanned_round_without_an_id_is_none_or_all_of_them_would_be_one() {
    let read = |text: &str| {
        let body = serde_json::value::RawValue::from_string(text.to_owned()).expect("JSON");
        domain::changes::Deed::decode("round.started", 1, &body)
    };
    let id = "0189f7ea-0000-7000-8000-000000000001";
    let body = |round: &str| {
        format!(
            r#"{{{round}"occasion":{{"kind":"unplanned","route":"{id}","duty":"patrol"}},"route":"{id}","stops":[]}}"#
        )
    };
    assert!(read(&body(&format!(r#""round":"{id}","#))).is_ok());
    for without in ["", r#""round":null,"#] {
        let told = read(&body(without)).expect_err("it is no round");
        assert_eq!(told, domain::changes::Undecodable::Malformed { detail: "missing field `round`".into() });
    }
}
