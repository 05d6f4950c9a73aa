//! What the community that comes with the program promises.

use std::collections::BTreeSet;

use domain::{
    areas::Area,
    changes::Deed,
    ids::{RecordId, RouteId},
    people::{Person, Role},
    plans::{Plan, due},
    residents,
    text::Words,
    time::MINUTE,
};
use uuid::Uuid;

use super::*;

mod faults;

const COMMUNITY: CommunityId = CommunityId(Uuid::from_u128(1));
/// 2026-03-02, eight in the morning in Shanghai.
const FIRST_DAY: Moment = Moment(1_772_409_600_000);

fn issue(checkpoint: CheckpointId) -> TagIssue {
    TagIssue { issue: 1, short_code: checkpoint.to_string(), former: vec![] }
}

fn starter() -> Starter {
    embedded(COMMUNITY, "ab", &issue, FIRST_DAY)
}

fn keys(starter: &Starter, noun: &str) -> Vec<String> {
    let keys = starter.requests.iter().filter_map(|(key, _)| key.strip_prefix(noun)?.strip_prefix('/'));
    keys.map(str::to_owned).collect()
}

#[test]
fn the_community_that_comes_with_the_program_is_whole() {
    let starter = starter();
    for (noun, least) in
        [("area", 20), ("checkpoint", 60), ("checklist", 14), ("route", 4), ("plan", 4), ("team", 3), ("roster", 2)]
    {
        assert!(keys(&starter, noun).len() >= least, "{noun}");
    }
    let people = starter.requests.iter().filter_map(|(_, request)| match request {
        Request::PutPerson(person) => Some(person),
        _ => None,
    });
    let roles: BTreeSet<Role> = people.flat_map(|person| person.roles.clone()).collect();
    assert_eq!(roles, BTreeSet::from(Role::ALL));
    assert_eq!(starter.accounts.len(), keys(&starter, "person").len());
}

#[test]
fn the_folder_says_what_the_program_carries() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../starter");
    assert_eq!(read(&folder, COMMUNITY, "ab", &issue, FIRST_DAY), Ok(starter()));
}

#[test]
fn everything_is_said_in_both_languages() {
    fn check(value: &serde_json::Value) {
        if let Some(zh) = value.get("zh") {
            let words: Words = serde_json::from_value(value.clone()).expect("words");
            assert_eq!(words.zh.is_empty(), words.en.is_empty(), "{zh}");
        }
        value.as_object().into_iter().flat_map(|object| object.values()).for_each(check);
        value.as_array().into_iter().flatten().for_each(check);
    }
    for (_, request) in starter().requests {
        let (_, body) = domain::changes::Deed::Request(request).encode();
        check(&serde_json::from_str(body.get()).expect("plain data"));
    }
}

#[test]
fn each_key_stands_once_and_gives_the_same_id_every_time() {
    let starter = starter();
    let keys: BTreeSet<&String> = starter.requests.iter().map(|(key, _)| key).collect();
    assert_eq!(keys.len(), starter.requests.len());
    let gate = starter.requests.iter().find(|(key, _)| key == "checkpoint/gate-north").map(|(_, request)| request);
    let id = CheckpointId::keyed(COMMUNITY, "gate-north");
    assert!(matches!(gate, Some(Request::PutCheckpoint(it)) if it.id == id && it.tag == issue(id)), "{gate:?}");
}

#[test]
fn what_a_request_refers_to_stands_before_it() {
    let mut known: BTreeSet<RecordId> = BTreeSet::new();
    for (key, request) in starter().requests {
        for id in references(&request) {
            assert!(known.contains(&id), "{key}");
        }
        if let Request::Residents(residents::Request::PutEvent(it)) = &request {
            known.insert(it.of.event.into());
        }
        known.insert(Deed::Request(request).root(COMMUNITY));
    }
}

fn references(request: &Request) -> Vec<RecordId> {
    match request {
        Request::PutCommunity(_) | Request::PutChecklist(_) | Request::PutTeam(_) | Request::PutAudience(_) => vec![],
        Request::PutArea(Area { inside, .. }) => inside.iter().map(|area| (*area).into()).collect(),
        Request::PutCheckpoint(it) => vec![it.area.into()],
        Request::PutRoute(it) => {
            it.stops.iter().flat_map(|stop| [stop.checkpoint.into(), stop.checklist.into()]).collect()
        }
        Request::PutPlan(it) => vec![it.route.into(), it.team.into()],
        Request::PutPerson(Person { teams, .. }) => teams.iter().map(|team| (*team).into()).collect(),
        Request::PutRoster(it) => it.people.iter().map(|person| (*person).into()).chain([it.team.into()]).collect(),
        Request::Residents(request) => references_of_residents(request),
    }
}

fn references_of_residents(request: &residents::Request) -> Vec<RecordId> {
    match request {
        residents::Request::PutHousehold(it) => {
            it.members.iter().map(|member| member.person.into()).chain(it.area.map(RecordId::from)).collect()
        }
        residents::Request::PublishEvent(it) => vec![it.of.event.into()],
        residents::Request::CancelEvent(it) => vec![it.of.event.into()],
        residents::Request::AskForPlaces(it) => vec![it.of.event.into(), it.household.into()],
        residents::Request::GiveFeedback(it) => vec![it.of.event.into(), it.household.into()],
        residents::Request::AnswerSurvey(it) => vec![it.survey.into(), it.household.into()],
        _ => vec![],
    }
}

#[test]
fn there_is_an_event_of_every_kind_to_look_at() {
    let starter = starter();
    let events: Vec<_> = starter
        .requests
        .iter()
        .filter_map(|(_, request)| match request {
            Request::Residents(residents::Request::PutEvent(it)) => Some(it),
            _ => None,
        })
        .collect();
    assert!(events.len() >= 6, "{}", events.len());
    assert!(events.iter().filter(|it| it.of.series.is_some()).count() >= 3);
    assert!(events.iter().any(|it| it.details.ends < FIRST_DAY));
    assert!(!keys(&starter, "notice").is_empty() && !keys(&starter, "survey").is_empty());
}

#[test]
fn the_night_patrol_has_twelve_stops() {
    let id = RouteId::keyed(COMMUNITY, "night-patrol-a");
    let stops = starter().requests.iter().find_map(|(_, request)| match request {
        Request::PutRoute(route) if route.id == id => Some(route.stops.len()),
        _ => None,
    });
    assert_eq!(stops, Some(12));
}

#[test]
fn at_every_hour_of_a_week_guards_have_a_round_to_walk() {
    let starter = starter();
    let security = domain::ids::TeamId::keyed(COMMUNITY, "security");
    let plans: Vec<&Plan> = starter.requests.iter().filter_map(|(_, request)| as_plan(request)).collect();
    let plans: Vec<&Plan> = plans.into_iter().filter(|plan| plan.team == security).collect();
    let zone = crate::zones::zone("Asia/Shanghai").expect("a zone");
    // 2026-03-02, a Monday, 00:00 in Shanghai.
    let monday = Moment(1_772_380_800_000);
    for hour in 0..7 * 24 {
        let now = monday.plus(hour * 60 * MINUTE);
        let open = due(plans.iter().copied(), &[], &zone, now, now.plus(1));
        assert!(open.iter().any(|due| due.window.start <= now && now < due.window.end), "{}", zone.local(now));
    }
}

fn as_plan(request: &Request) -> Option<&Plan> {
    if let Request::PutPlan(plan) = request { Some(plan) } else { None }
}

#[test]
fn without_people_the_places_and_teams_remain() {
    let empty = starter().without_people();
    assert_eq!(empty.accounts, []);
    for noun in ["person", "roster"] {
        assert_eq!(keys(&empty, noun), [""; 0], "{noun}");
    }
    for noun in ["checkpoint", "team", "plan"] {
        assert_eq!(keys(&empty, noun), keys(&starter(), noun), "{noun}");
    }
}
