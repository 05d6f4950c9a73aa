//! The community of a run: people, places, plans that are due every few minutes.

use domain::{
    areas::{Area, AreaKind},
    changes::Request,
    checklists::{AnswerKind, Checklist, ChoiceOption, DutyKind, Evidence, Item},
    checkpoints::{Checkpoint, TagIssue},
    community::Community,
    ids::{AreaId, ChangeId, ChecklistId, CheckpointId, CommunityId, LaneId, PersonId, PlanId, RouteId, TeamId},
    people::{Person, Role, Team},
    plans::{Each, Plan, Slot},
    routes::{Route, Stop, StopOrder},
    text::{Language, Words},
    time::{Moment, Zone},
};
use sync::{
    messages::{Outcome, Row},
    server::decided,
};
use uuid::Uuid;

use crate::{
    database::{Kept, Stored, Tables},
    neighbours,
};

pub const COMMUNITY: CommunityId = CommunityId(Uuid::from_u128(1));
/// The lane of what the server does itself.
pub const OWN_LANE: LaneId = LaneId(Uuid::from_u128(2));
/// 2026-03-02, eight in the morning in Shanghai.
pub const START: i64 = 1_772_409_600_000;

pub fn zone() -> Zone {
    Zone::fixed("Asia/Shanghai", 8 * 3600)
}

pub fn words(text: &str) -> Words {
    Words::new(text, text)
}

pub fn team(n: u128) -> TeamId {
    TeamId(Uuid::from_u128(10 + n))
}

pub fn checklist() -> ChecklistId {
    ChecklistId(Uuid::from_u128(20))
}

pub fn person(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(100 + n))
}

/// So many people there are: two managers, a supervisor, guards of team 1, cleaners of team 2, which is a contractor's, a resident.
pub const PEOPLE: u128 = 10;

fn everyone() -> impl Iterator<Item = Person> {
    (0..PEOPLE).map(|n| {
        let (role, teams) = match n {
            0 | 6 => (Role::Manager, vec![]),
            1 => (Role::Supervisor, vec![team(1)]),
            2..=5 => (Role::Guard, vec![team(1)]),
            9 => (Role::Resident, vec![]),
            _ => (Role::Cleaner, vec![team(2)]),
        };
        Person { id: person(n), name: words("somebody"), roles: vec![role], teams, left: None, revision: None }
    })
}

pub fn checklist_version(version: u32) -> Checklist {
    let item = |key: &str, answer| Item {
        key: key.into(),
        ask: words(key),
        answer,
        required: key == "door",
        weight: Some(1),
        show_if: None,
        fail_needs: if key == "door" { vec![Evidence::Note] } else { vec![] },
        clause: None,
        on_fail: None,
        canned: vec![],
    };
    let option = |key: &str, fails| ChoiceOption { key: key.into(), text: words(key), fails };
    let items = vec![
        item("door", AnswerKind::Check),
        item("pressure", AnswerKind::Reading { unit: "bar".into(), min: Some(1.into()), max: Some(9.into()) }),
        item("light", AnswerKind::Choice { options: vec![option("on", false), option("off", true)] }),
        item("words", AnswerKind::Text),
    ];
    Checklist { id: checklist(), version, name: words("check"), kind: DutyKind::Patrol, items }
}

pub fn plan_version(n: u128, version: u32, shifted: i64) -> Plan {
    // A slot every four minutes through the whole run.
    let times = (0..10).map(|i| {
        let minutes = 4 * i + shifted;
        let start = zone().local(Moment(START + minutes * 60_000)).time();
        Slot { slot: format!("s{i}"), start, minutes: 2, grace: 1 }
    });
    Plan {
        id: PlanId(Uuid::from_u128(40 + n)),
        version,
        name: words("plan"),
        kind: if n == 1 { DutyKind::Patrol } else { DutyKind::Cleaning },
        route: RouteId(Uuid::from_u128(30 + n)),
        team: team(n),
        each: if n == 1 { Each::Anyone } else { Each::Everyone },
        from: zone().local(Moment(START)).date(),
        until: None,
        days: vec![],
        times: times.collect(),
    }
}

fn founding() -> Vec<Request> {
    let area = AreaId(Uuid::from_u128(50));
    let checkpoint = |n: u128| CheckpointId(Uuid::from_u128(60 + n));
    let mut all = vec![
        Request::PutCommunity(Community {
            id: COMMUNITY,
            name: words("community"),
            language: Language::Zh,
            zone: zone(),
            tag_key: String::new(),
        }),
        Request::PutArea(Area { id: area, name: words("gate"), inside: None, kind: AreaKind::Gate }),
        Request::PutChecklist(checklist_version(1)),
    ];
    all.extend((0..4).map(|n| {
        let tag = TagIssue { issue: 1, short_code: String::new(), former: vec![] };
        Request::PutCheckpoint(Checkpoint { id: checkpoint(n), name: words("point"), area, hint: None, tag })
    }));
    for n in 1..=2 {
        let contractor = (n == 2).then(|| words("company"));
        all.push(Request::PutTeam(Team { id: team(n), name: words("team"), contractor }));
        let stops = (0..3).map(|i| Stop { checkpoint: checkpoint(n + i - 1), checklist: checklist() }).collect();
        let id = RouteId(Uuid::from_u128(30 + n));
        all.push(Request::PutRoute(Route { id, name: words("route"), order: StopOrder::Free, stops }));
        all.push(Request::PutPlan(plan_version(n, 1, 0)));
    }
    all.extend(everyone().map(Request::PutPerson));
    all.extend(neighbours::founding());
    all
}

/// The community as it is on the first morning, each request logged.
pub fn founded() -> Tables {
    use domain::{
        changes::{Change, Deed},
        decide::{Actor, Context, Side, decide},
        ids::LoadId,
        time::{Clocks, Interval, Stamp},
    };
    let mut tables = Tables::default();
    tables.epoch = "epoch 1".into();
    let at = Interval::exactly(Moment(START));
    let clocks = Clocks { wall: Moment(START), mono: 0, load: LoadId(Uuid::nil()) };
    for (n, request) in (1..).zip(founding()) {
        let id = ChangeId(Uuid::from_u128(1_000 + n as u128));
        let stamp = Stamp { clocks, contact: None };
        let change = Change { id, at: stamp, after: vec![], supersedes: None, deed: Deed::Request(request) };
        let now = at.best;
        let context = Context { community: COMMUNITY, side: Side::Server, at, now, decided: now, returning: false };
        let root = tables.root(change.deed.root(COMMUNITY));
        let reads = tables.reads_with_teams(&change.deed.reads(COMMUNITY, PersonId(Uuid::nil())));
        let (outcome, records) = decided(|| decide(&root, &reads, &change, &Actor::System, &context));
        assert!(matches!(outcome, Outcome::Accepted { .. }), "the first morning is in order: {outcome:?}");
        let rows: Vec<_> = records.iter().map(|record| Stored::of(Row::of(record, n))).collect();
        let envelope = serde_json::to_string(&sync::messages::Envelope::seal(&change)).expect("plain data");
        let kept = Kept {
            seq: n,
            lane: OWN_LANE,
            n,
            id,
            envelope,
            person: None,
            at,
            received: now,
            outcome,
            number: None,
            rows,
        };
        tables.log_whole(kept);
    }
    tables
}
