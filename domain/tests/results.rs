//! What managers are shown of rounds and visits, one claim a test.

use domain::{
    areas::{Area, AreaKind},
    checklists::{Answer, AnswerKind, AnswerValue, Checklist, DutyKind, Item, ShowIf, parse_reading},
    checkpoints::{Checkpoint, TagIssue},
    findings::{Finding, Source},
    ids::{AreaId, ChecklistId, CheckpointId, FindingId, PersonId, PlanId, RoundId, RouteId, TeamId, VisitId},
    people::{Person, Role},
    plans::{Each, Occurrence, Plan, Slot},
    records::Body,
    results::{
        areas::{by_area, by_item},
        days::Days,
        filter::{Filter, Outcome, terms},
        held::Held,
        over_time::readings,
        selection::{Column, Order, rounds, visits},
        story::{What, story},
    },
    rounds::{Finish, Occasion, Reports, Round, Walker},
    routes::{Route, Stop, StopOrder},
    text::{Language, Words},
    time::{Interval, MINUTE, Moment, Zone},
    visits::{ChangedAnswer, Proof, Visit, VisitCorrection},
};
use uuid::Uuid;

const WANG: PersonId = PersonId(Uuid::from_u128(1));
const LI: PersonId = PersonId(Uuid::from_u128(2));
const SITE: AreaId = AreaId(Uuid::from_u128(3));
const BUILDING: AreaId = AreaId(Uuid::from_u128(4));
const LOBBY: AreaId = AreaId(Uuid::from_u128(5));
const GARDEN: AreaId = AreaId(Uuid::from_u128(6));
const DESK: CheckpointId = CheckpointId(Uuid::from_u128(7));
const POND: CheckpointId = CheckpointId(Uuid::from_u128(8));
const CHECKS: ChecklistId = ChecklistId(Uuid::from_u128(9));
const PLAN: PlanId = PlanId(Uuid::from_u128(10));
const ROUTE: RouteId = RouteId(Uuid::from_u128(11));
const TEAM: TeamId = TeamId(Uuid::from_u128(12));

fn zone() -> Zone {
    Zone::fixed("Asia/Shanghai", 8 * 3600)
}

/// `2 08:10` is the second of March at ten past eight.
fn at(text: &str) -> Moment {
    let (day, time) = text.split_once(' ').expect("a day and a time");
    let date = format!("2026-03-{day:0>2}").parse().expect("a date");
    zone().moment(date, format!("{time}:00").parse().expect("a time"))
}

fn day(day: u32) -> Days {
    Days::only(format!("2026-03-{day:02}").parse().expect("a date"))
}

fn item(key: &str, ask: Words, answer: AnswerKind) -> Item {
    let required = answer == AnswerKind::Check;
    Item {
        key: key.into(),
        ask,
        answer,
        required,
        weight: None,
        show_if: None,
        fail_needs: vec![],
        clause: None,
        on_fail: None,
        canned: vec![],
    }
}

fn checklist(version: u32, max: &str) -> Checklist {
    let limit = |text: &str| parse_reading(text).ok();
    let gauge = AnswerKind::Reading { unit: "MPa".into(), min: limit("0.3"), max: limit(max) };
    Checklist {
        id: CHECKS,
        version,
        name: Words::new("巡查", "Checks"),
        kind: DutyKind::Patrol,
        items: vec![
            item("exit", Words::new("通道畅通", "Exit clear"), AnswerKind::Check),
            item("light", Words::new("照明正常", "Lights working"), AnswerKind::Check),
            item("gauge", Words::new("水压", "Pressure"), gauge),
            item("words", Words::new("其他", "Other"), AnswerKind::Text),
        ],
    }
}

fn stops() -> Vec<Stop> {
    [DESK, POND].map(|checkpoint| Stop { checkpoint, checklist: CHECKS }).to_vec()
}

fn occurrence(day: u32) -> Occurrence {
    let date = format!("2026-03-{day:02}").parse().expect("a date");
    Occurrence { plan: PLAN, version: 1, date, slot: "night".into(), person: None }
}

/// The round of that night, 23:30 to 00:30 with ten minutes of grace.
fn night(day: u32) -> RoundId {
    occurrence(day).round()
}

/// What is always there: the places, the people, the list and the plan.
fn community() -> Vec<Body> {
    let area =
        |id, zh: &str, inside| Body::Area(Area { id, name: Words::new(zh, zh), inside, kind: AreaKind::Building });
    let person = |id, zh: &str, en: &str| {
        let name = Words::new(zh, en);
        Body::Person(Person { id, name, roles: vec![Role::Guard], teams: vec![TEAM], left: None, revision: None })
    };
    let checkpoint = |id, zh: &str, en: &str, area| {
        let tag = TagIssue { issue: 1, short_code: String::new(), former: Default::default() };
        Body::Checkpoint(Checkpoint { id, name: Words::new(zh, en), area, hint: None, tag })
    };
    let plan = Plan {
        id: PLAN,
        version: 1,
        name: Words::new("夜间巡逻", "Night patrol"),
        kind: DutyKind::Patrol,
        route: ROUTE,
        team: TEAM,
        each: Each::Anyone,
        from: "2026-03-01".parse().expect("a date"),
        until: None,
        days: vec![],
        times: vec![Slot { slot: "night".into(), start: "23:30:00".parse().expect("a time"), minutes: 60, grace: 10 }],
    };
    vec![
        area(SITE, "全区", None),
        area(BUILDING, "1号楼", Some(SITE)),
        area(LOBBY, "大堂", Some(BUILDING)),
        area(GARDEN, "花园", Some(SITE)),
        person(WANG, "王建国", "Wang Jianguo"),
        person(LI, "李志强", "Li Zhiqiang"),
        checkpoint(DESK, "前台", "Front desk", LOBBY),
        checkpoint(POND, "水池", "Pond", GARDEN),
        Body::Checklist(checklist(1, "0.6")),
        Body::Checklist(checklist(2, "0.5")),
        Body::Route(Route { id: ROUTE, name: Words::new("路线", "Route"), order: StopOrder::Free, stops: stops() }),
        Body::Plan(plan),
    ]
}

fn walked(day: u32, by: PersonId, started: &str, finished: Option<&str>) -> Body {
    let start = zone().moment(occurrence(day).date, "23:30:00".parse().expect("a time"));
    let window = domain::plans::Window { start, end: start.plus(60 * MINUTE), grace_end: start.plus(70 * MINUTE) };
    Body::Round(Round {
        id: night(day),
        occasion: Occasion::Planned(occurrence(day)),
        name: Words::new("夜间巡逻", "Night patrol"),
        kind: DutyKind::Patrol,
        team: Some(TEAM),
        window: Some(window),
        order: StopOrder::Free,
        stops: stops(),
        walkers: vec![Walker { person: by, started: Interval::exactly(at(started)) }],
        finished: finished.map(|finished| Finish { by, at: Interval::exactly(at(finished)), note: String::new() }),
    })
}

fn visit(id: u128, round: RoundId, checkpoint: CheckpointId, by: PersonId, moment: &str) -> Visit {
    let passed = |item: &str| answer(item, AnswerValue::Passed);
    Visit {
        id: VisitId(Uuid::from_u128(id)),
        round,
        checkpoint,
        by,
        at: Interval::exactly(at(moment)),
        proof: Proof::Tag { issue: 1 },
        checklist: CHECKS,
        version: 1,
        answers: vec![passed("exit"), passed("light")],
        note: String::new(),
        corrections: vec![],
        claim: None,
    }
}

fn answer(item: &str, value: AnswerValue) -> Answer {
    Answer::new(item, value)
}

fn with_answer(mut visit: Visit, given: Answer) -> Visit {
    visit.answers.retain(|answer| answer.item != given.item);
    visit.answers.push(given);
    visit
}

fn read(visit: Visit, reading: &str) -> Visit {
    with_answer(visit, answer("gauge", AnswerValue::Reading(parse_reading(reading).expect("a number"))))
}

/// Three nights: the first in order, the second with a failed item at the pond after midnight and the desk by hand, the
/// third walked only half, and the fourth by nobody.
fn three_nights() -> Vec<Body> {
    let mut bodies = community();
    bodies.extend([
        walked(1, WANG, "1 23:31", Some("1 23:50")),
        Body::Visit(visit(101, night(1), DESK, WANG, "1 23:35")),
        Body::Visit(visit(102, night(1), POND, WANG, "1 23:45")),
        walked(2, LI, "2 23:40", Some("3 00:20")),
        Body::Visit(Visit {
            proof: Proof::ByHand { reason: "标签不见了".into() },
            ..visit(201, night(2), DESK, LI, "2 23:50")
        }),
        Body::Visit(with_answer(
            visit(202, night(2), POND, LI, "3 00:10"),
            Answer { note: "Lamp BROKEN".into(), ..answer("light", AnswerValue::Failed) },
        )),
        walked(3, WANG, "3 23:40", Some("4 00:50")),
        Body::Visit(visit(301, night(3), DESK, WANG, "4 00:45")),
    ]);
    bodies
}

const NOW: &str = "5 12:00";
const SEALED: &str = "5 11:00";

fn march() -> Days {
    Days { last: day(5).last, ..day(1) }
}

/// The days of the rounds and the ids of the visits that a filter leaves.
fn check(filter: Filter, expected_rounds: &[u32], expected_visits: &[u128]) {
    let (bodies, zone) = (three_nights(), zone());
    let held = Held::of(bodies.iter(), &zone);
    let mut found: Vec<u32> = rounds(&held, &filter, at(NOW), Reports::SealedUntil(at(SEALED)))
        .iter()
        .map(|line| (1..9).find(|day| night(*day) == line.duty.round).expect("a night"))
        .collect();
    found.sort_unstable();
    assert_eq!(found, expected_rounds, "rounds of {filter:?}");
    let found: Vec<u128> = visits(&held, &filter, at(NOW)).iter().map(|line| line.visit.id.0.as_u128()).collect();
    assert_eq!(found, expected_visits, "visits of {filter:?}");
}

fn everything() -> Filter {
    Filter::everything(march())
}

#[test]
fn a_night_s_visits_after_midnight_count_with_their_round() {
    check(everything(), &[1, 2, 3, 4], &[101, 102, 201, 202, 301]);
    check(Filter::everything(day(2)), &[2], &[201, 202]);
    check(Filter::everything(day(3)), &[3], &[301]);
    check(Filter::everything(day(5)), &[], &[]);
}

#[test]
fn an_area_is_everything_inside_it() {
    check(Filter { area: Some(SITE), ..everything() }, &[1, 2, 3, 4], &[101, 102, 201, 202, 301]);
    check(Filter { area: Some(BUILDING), ..everything() }, &[1, 2, 3, 4], &[101, 201, 301]);
    check(Filter { area: Some(GARDEN), ..everything() }, &[1, 2, 3, 4], &[102, 202]);
    check(Filter { area: Some(AreaId(Uuid::from_u128(99))), ..everything() }, &[], &[]);
    check(Filter { checkpoint: Some(POND), ..everything() }, &[1, 2, 3, 4], &[102, 202]);
}

#[test]
fn a_person_s_are_the_rounds_that_they_walked_and_the_visits_that_they_made() {
    check(Filter { person: Some(LI), ..everything() }, &[2], &[201, 202]);
    check(Filter { person: Some(WANG), outcome: Some(Outcome::Failed), ..everything() }, &[], &[]);
}

#[test]
fn each_outcome_leaves_what_it_names() {
    let with = |outcome| Filter { outcome: Some(outcome), ..everything() };
    check(with(Outcome::Failed), &[2], &[202]);
    check(with(Outcome::ByHand), &[2], &[201]);
    check(with(Outcome::Incomplete), &[3, 4], &[]);
    check(with(Outcome::Late), &[3], &[301]);
    check(with(Outcome::NotYetReported), &[], &[]);
    check(with(Outcome::WantsALook), &[2, 3, 4], &[202]);
}

#[test]
fn an_outcome_is_asked_of_the_place_and_the_person_asked_for() {
    let failed = Filter { outcome: Some(Outcome::Failed), ..everything() };
    check(Filter { area: Some(GARDEN), ..failed.clone() }, &[2], &[202]);
    check(Filter { area: Some(LOBBY), ..failed.clone() }, &[], &[]);
    check(Filter { item: Some("light".into()), ..failed.clone() }, &[2], &[202]);
    check(Filter { item: Some("exit".into()), ..failed }, &[], &[]);
    let incomplete = Filter { outcome: Some(Outcome::Incomplete), ..everything() };
    check(Filter { area: Some(LOBBY), ..incomplete.clone() }, &[4], &[]);
    check(Filter { area: Some(GARDEN), ..incomplete }, &[3, 4], &[]);
}

#[test]
fn nobody_knows_yet_is_not_missed() {
    let (bodies, zone) = (three_nights(), zone());
    let held = Held::of(bodies.iter(), &zone);
    let count = |outcome, reports| {
        rounds(&held, &Filter { outcome: Some(outcome), ..Filter::everything(day(4)) }, at(NOW), reports).len()
    };
    assert_eq!(count(Outcome::Incomplete, Reports::SealedUntil(at(SEALED))), 1);
    assert_eq!(count(Outcome::NotYetReported, Reports::SealedUntil(at(SEALED))), 0);
    assert_eq!(count(Outcome::Incomplete, Reports::Unknown), 0);
    assert_eq!(count(Outcome::NotYetReported, Reports::Unknown), 1);
}

#[test]
fn a_search_finds_names_and_notes_in_either_language() {
    let search = |typed: &str| Filter { words: terms(typed), ..everything() };
    check(search("水池"), &[1, 2, 3, 4], &[102, 202]);
    check(search("POND wang"), &[1, 3], &[102]);
    check(search("broken"), &[2], &[202]);
    check(search("标签不见了"), &[2], &[201]);
    check(search("lights"), &[1, 2, 3], &[101, 102, 201, 202, 301]);
    check(search("<script> '; drop"), &[], &[]);
}

#[test]
fn a_checklist_and_an_item_leave_the_visits_where_they_were_asked() {
    check(Filter { checklist: Some(CHECKS), ..everything() }, &[1, 2, 3, 4], &[101, 102, 201, 202, 301]);
    check(Filter { checklist: Some(ChecklistId(Uuid::nil())), ..everything() }, &[], &[]);
    check(Filter { item: Some("gauge".into()), ..everything() }, &[], &[]);
    check(Filter { kind: Some(DutyKind::Cleaning), ..everything() }, &[], &[]);
}

#[test]
fn a_table_is_sorted_by_any_column_and_the_newest_is_first_among_equals() {
    let (bodies, zone) = (three_nights(), zone());
    let held = Held::of(bodies.iter(), &zone);
    let sorted = |by, is_downward| {
        let mut lines = rounds(&held, &everything(), at(NOW), Reports::Unknown);
        Order { by, is_downward, language: Language::En }.rounds(&held, &mut lines);
        let day = |round| (1..9).find(|day| night(*day) == round);
        lines.iter().filter_map(|line| day(line.duty.round)).collect::<Vec<_>>()
    };
    assert_eq!(sorted(Column::Worst, false), [4, 3, 2, 1]);
    assert_eq!(sorted(Column::When, false), [1, 2, 3, 4]);
    assert_eq!(sorted(Column::When, true), [4, 3, 2, 1]);
    assert_eq!(sorted(Column::Failed, true), [2, 4, 3, 1]);
    assert_eq!(sorted(Column::Visited, false), [4, 3, 2, 1]);
    assert_eq!(sorted(Column::Person, false), [4, 2, 3, 1], "nobody, Li, Wang");
    let mut lines = visits(&held, &everything(), at(NOW));
    Order { by: Column::Name, is_downward: true, language: Language::En }.visits(&held, &mut lines);
    let ids: Vec<u128> = lines.iter().map(|line| line.visit.id.0.as_u128()).collect();
    assert_eq!(ids, [202, 102, 301, 201, 101], "Pond, then Front desk");
}

#[test]
fn failed_items_are_counted_for_an_area_and_every_area_around_it() {
    let (bodies, zone) = (three_nights(), zone());
    let held = Held::of(bodies.iter(), &zone);
    let found = visits(&held, &everything(), at(NOW));
    let areas: Vec<_> = by_area(&held, &found)
        .iter()
        .map(|line| (line.area.id, line.depth, line.tally.visits, line.tally.asked, line.tally.failed))
        .collect();
    assert_eq!(areas, [(SITE, 0, 5, 10, 1), (GARDEN, 1, 2, 4, 1), (BUILDING, 1, 3, 6, 0), (LOBBY, 2, 3, 6, 0)]);
    let items = by_item(&found);
    let counted: Vec<_> =
        items.iter().map(|line| (line.item.key.as_str(), line.tally.asked, line.tally.failed)).collect();
    assert_eq!(counted, [("light", 5, 1), ("exit", 5, 0)]);
    assert_eq!(items[0].tally.percent(), 20);
}

#[test]
fn areas_inside_each_other_end() {
    let mut bodies = three_nights();
    let looped = |id, inside| {
        Body::Area(Area { id, name: Words::new("环", "Loop"), inside: Some(inside), kind: AreaKind::Garden })
    };
    bodies.extend([looped(SITE, LOBBY), looped(BUILDING, SITE), looped(LOBBY, BUILDING)]);
    let zone = zone();
    let held = Held::of(bodies.iter(), &zone);
    let found = visits(&held, &Filter { area: Some(SITE), ..everything() }, at(NOW));
    assert_eq!(found.len(), 5);
    assert!(by_area(&held, &found).is_empty());
}

#[test]
fn what_does_not_apply_was_not_asked() {
    let mut bodies = community();
    bodies.push(walked(1, WANG, "1 23:31", None));
    bodies.push(Body::Visit(with_answer(
        visit(101, night(1), DESK, WANG, "1 23:35"),
        answer("light", AnswerValue::NotApplicable),
    )));
    let zone = zone();
    let held = Held::of(bodies.iter(), &zone);
    let found = visits(&held, &everything(), at(NOW));
    assert_eq!(by_item(&found).len(), 1);
    let light = Filter { item: Some("light".into()), ..everything() };
    assert!(visits(&held, &light, at(NOW)).is_empty());
}

#[test]
fn readings_follow_each_other_in_time_each_judged_by_its_own_limits() {
    let mut bodies = community();
    bodies.extend([
        walked(1, WANG, "1 23:31", None),
        walked(2, WANG, "2 23:31", None),
        walked(3, WANG, "3 23:31", None),
        Body::Visit(Visit { version: 2, ..read(visit(301, night(3), POND, WANG, "3 23:40"), "0.55") }),
        Body::Visit(read(visit(101, night(1), POND, WANG, "1 23:40"), "0.55")),
        Body::Visit(read(visit(201, night(2), POND, WANG, "2 23:40"), "-0.1")),
    ]);
    let zone = zone();
    let held = Held::of(bodies.iter(), &zone);
    let series = readings(&visits(&held, &Filter { checkpoint: Some(POND), ..everything() }, at(NOW)));
    assert_eq!(series.len(), 1);
    let pond = &series[0];
    assert_eq!((pond.unit, pond.max.map(|max| max.to_string())), ("MPa", Some("0.5".into())), "the newest limits");
    let told: Vec<_> = pond.points.iter().map(|point| (point.value.to_string(), point.is_failed)).collect();
    assert_eq!(told, [("0.55".into(), false), ("-0.1".into(), true), ("0.55".into(), true)]);

    let plot = pond.plot();
    let across: Vec<f64> = plot.points.iter().map(|point| point.0).collect();
    assert_eq!(across, [0.0, 0.5, 1.0]);
    assert!(plot.points.iter().all(|(_, up)| (0.0..=1.0).contains(up)));
    assert!(plot.min < plot.max && plot.max < Some(plot.points[0].1), "0.55 lies above the limit of 0.5");
}

#[test]
fn one_reading_or_readings_of_one_value_can_be_drawn() {
    for values in [vec!["7"], vec!["7", "7"], vec!["99999999999.9", "-99999999999.9"]] {
        let mut bodies = community();
        bodies.push(walked(1, WANG, "1 23:31", None));
        bodies.extend(
            values
                .iter()
                .zip(1..)
                .map(|(value, n)| Body::Visit(read(visit(n, night(1), POND, WANG, "1 23:40"), value))),
        );
        let zone = zone();
        let held = Held::of(bodies.iter(), &zone);
        let plot = readings(&visits(&held, &everything(), at(NOW)))[0].plot();
        assert!(plot.points.iter().all(|(x, y)| (0.0..=1.0).contains(x) && (0.0..=1.0).contains(y)), "{values:?}");
    }
}

#[test]
fn a_story_is_told_in_the_order_of_time_with_its_pauses() {
    let mut bodies = three_nights();
    bodies.push(Body::Finding(Finding {
        id: FindingId(Uuid::from_u128(500)),
        checkpoint: POND,
        source: Source::Reported { round: Some(night(2)) },
        what: None,
        note: "积水".into(),
        photos: vec![],
        danger: false,
        by: LI,
        at: Interval::exactly(at("3 00:12")),
        corrected: None,
    }));
    let zone = zone();
    let held = Held::of(bodies.iter(), &zone);
    let told = |day| {
        let round = held.known.rounds.iter().find(|round| round.id == night(day)).expect("it was walked");
        let words = story(&held, round).into_iter().map(|step| match step.what {
            What::Started(_) => "start".to_owned(),
            What::Visited(visit) => format!("visit {}", visit.id.0.as_u128()),
            What::Corrected(_, correction) => correction.reason.clone(),
            What::Reported(finding) => finding.note.clone(),
            What::Gap { minutes } => format!("{minutes} min"),
            What::Finished { .. } => "end".to_owned(),
        });
        words.collect::<Vec<_>>().join(", ")
    };
    assert_eq!(told(1), "start, visit 101, visit 102, end");
    assert_eq!(told(2), "start, visit 201, 20 min, visit 202, 积水, end");
    assert_eq!(told(3), "start, 65 min, visit 301, end");
}

#[test]
fn a_pause_that_the_clocks_do_not_prove_is_not_told() {
    let mut bodies = community();
    bodies.push(walked(1, WANG, "1 23:31", None));
    let doubtful = Interval { earliest: at("1 23:35"), best: at("1 23:59"), latest: at("2 00:10") };
    bodies.push(Body::Visit(Visit { at: doubtful, ..visit(101, night(1), DESK, WANG, "1 23:59") }));
    let zone = zone();
    let held = Held::of(bodies.iter(), &zone);
    assert_eq!(story(&held, held.known.rounds[0]).len(), 2);
}

#[test]
fn a_correction_stands_where_it_was_made_and_makes_no_pause_after_the_end() {
    let mut bodies = community();
    let correction = VisitCorrection {
        by: LI,
        at: Interval::exactly(at("2 09:00")),
        reason: "看错了".into(),
        changed: vec![ChangedAnswer {
            item: "light".into(),
            old: Some(answer("light", AnswerValue::Failed)),
            new: Some(answer("light", AnswerValue::Passed)),
        }],
    };
    bodies.push(walked(1, WANG, "1 23:31", Some("1 23:50")));
    bodies.push(Body::Visit(Visit { corrections: vec![correction], ..visit(101, night(1), DESK, WANG, "1 23:40") }));
    let zone = zone();
    let held = Held::of(bodies.iter(), &zone);
    let steps = story(&held, held.known.rounds[0]);
    assert_eq!(steps.len(), 4);
    assert!(matches!(steps[3].what, What::Corrected(visit, correction) if visit.by == WANG && correction.by == LI));
}

#[test]
fn scores_of_cleaning_are_averaged_for_each_area_and_hidden_items_do_not_count() {
    let mut clean = checklist(1, "0.6");
    clean.kind = DutyKind::Cleaning;
    for item in &mut clean.items {
        item.weight = Some(2);
    }
    // The light is asked about only where the exit is clear.
    clean.items[1].show_if = Some(ShowIf { item: "exit".into(), is: vec!["passed".into()] });
    let mut bodies = community();
    bodies.retain(|body| !matches!(body, Body::Checklist(_)));
    bodies.extend([
        Body::Checklist(clean),
        walked(1, WANG, "1 23:31", None),
        Body::Visit(visit(101, night(1), DESK, WANG, "1 23:35")),
        Body::Visit(with_answer(visit(102, night(1), DESK, WANG, "1 23:40"), answer("light", AnswerValue::Failed))),
        Body::Visit(with_answer(visit(103, night(1), POND, WANG, "1 23:45"), answer("exit", AnswerValue::Failed))),
    ]);
    let zone = zone();
    let held = Held::of(bodies.iter(), &zone);
    let found = visits(&held, &everything(), at(NOW));
    let scores: Vec<_> = by_area(&held, &found)
        .iter()
        .map(|line| (line.area.id, line.tally.asked, line.scores.map(|mean| (mean.visits, mean.percent()))))
        .collect();
    assert_eq!(
        scores,
        [
            (SITE, 5, [(3, Some(50)), (0, None)]),
            (BUILDING, 4, [(2, Some(75)), (0, None)]),
            (LOBBY, 4, [(2, Some(75)), (0, None)]),
            (GARDEN, 1, [(1, Some(0)), (0, None)]),
        ]
    );
}

#[test]
fn the_time_of_a_record_is_written_with_the_community_s_offset() {
    assert_eq!(zone().written(at("2 08:10")), "2026-03-02T08:10:00+08:00");
    assert_eq!(Zone::fixed("America/St_Johns", -12_600).written(Moment(0)), "1969-12-31T20:30:00-03:30");
    assert!(Zone::fixed("UTC", 0).written(Moment(i64::MAX)).ends_with("+00:00"));
}
