//! Who may what, in one table: every route and every kind of change for every role, for nobody, for somebody who has left and
//! for the manager next door. A route or a kind without a row fails here.

use std::{collections::BTreeSet, fs, path::Path};

use domain::{
    areas::{Area, AreaKind},
    changes::{
        Change, Deed, FACTS, Fact, FindingCorrected, REQUESTS, Request, RoundFinished, RoundStarted, VisitCorrected,
        VisitRecorded,
    },
    check_in::{Admission, ArrivalRecorded, WalkInRecorded},
    checklists::{Answer, AnswerValue, Checklist, DutyKind},
    checkpoints::{Checkpoint, TagIssue},
    claims::IdentityConfirmed,
    community::Community,
    events::{CancelEvent, Details, EventKey, PublishEvent, PutEvent},
    findings::{Finding, Source},
    holders::PutAudience,
    households::HouseholdMovedOut,
    ids::{
        AreaId, ChangeId, ChecklistId, CheckpointId, EventId, FindingId, HouseholdId, LaneId, NoticeId, PersonId,
        PlanId, RosterId, RoundId, RouteId, SurveyId, TeamId, VisitId, WalkInId,
    },
    notices::{Addressees, Notice, ReadNotice},
    people::{Person, Role, Roster, Team},
    photos::PhotoHash,
    plans::{Each, Plan},
    records::{Audience, Body, Record},
    refusal::{Flag, Refusal},
    residents,
    rounds::Occasion,
    routes::{Route, StopOrder},
    sign_ups::{AcceptOffer, AskForPlaces, CancelSignUp, ChangeSignUp, LapseOffers, MoveSignUp, MoveTo, Party},
    surveys::{AnswerIn, AnswerSurvey, GiveFeedback, Survey, SurveyQuestion},
    text::{Language, Words},
    time::{DAY, Interval, Moment, Zone},
    visits::Proof,
};
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use server::{
    accounts::{self, Account},
    canon::SqlCanon,
    clock, communities, feeds, passwords, records, system,
};
use sync::messages::{Identity, LaneOpening, Outcome, Push, path};
use uuid::Uuid;

use crate::{
    client::{Client, PASSWORD, change, clocks, lane, placed, push_of},
    databases::for_each_database,
    operator::form,
    pictures::{named, photo},
    world::{World, found, put_household, world},
};

/// The columns of the tables below: the roles in the order of `Role::ALL` (guard, cleaner, gardener, technician, steward,
/// supervisor, manager, organiser, operator, resident), then nobody, a manager who has left, and the manager next door.
const COLUMNS: usize = 13;

/// `o` done, `b` no such function, `s` sign in or enrol first, `f` forbidden, `n` nothing there, `c` changed meanwhile, `g` the link is used.
/// The first word of a line is how the code names the route, or the server function's name.
const ROUTES: &[(&str, &str)] = &[
    ("ALIVE", "ooooooooooooo"),
    ("READY", "ooooooooooooo"),
    // From elsewhere than this machine.
    ("METRICS", "nnnnnnnnnnnnn"),
    (r#""/api/{*nothing}""#, "nnnnnnnnnnnnn"),
    ("path::ENROL", "oooooooooosso"),
    ("path::ENROL as shared", "ooooooofofsso"),
    ("path::HELLO", "oooooooooosoo"),
    ("path::PUSH", "oooooooooosoo"),
    ("path::PULL", "oooooooooosoo"),
    ("path::EVENTS", "oooooooooosoo"),
    ("path::CUSTODY", "oooooooooosoo"),
    (r#"&format!("{}/{{hash}}", path::PHOTOS)"#, "oooooooooosoo"),
    // A photo of the staff's, and one of the managers'.
    (r#"&format!("{}/{{hash}}", path::SHOWN_PHOTOS)"#, "ooooooooonsnn"),
    (r#"&format!("{}/{{hash}}", path::SHOWN_PHOTOS) of managers"#, "nnnnnoonnnsnn"),
    (r#"&format!("{}/{{hash}}/thumbnail", path::SHOWN_PHOTOS)"#, "ooooooooonsnn"),
    // A function that there is not.
    ("backend::PATH", "bbbbbbbbbbbbb"),
    ("who_am_i", "oooooooooosso"),
    ("set_pin", "oooooooooosso"),
    // Who knows the one of now.
    ("change_pass_phrase", "oooooooooosso"),
    ("own_sign_ins", "oooooooooosso"),
    // Of somebody else.
    ("end_own_session", "nnnnnnnnnnssn"),
    ("end_own_device", "nnnnnnnnnnssn"),
    // Of a cleaner of this community.
    ("end_sign_ins", "fffffoofofssn"),
    ("devices", "fffffoofofsso"),
    ("retire_device", "ffffffofofssn"),
    ("confirm_device", "fffffoofffssn"),
    ("missing_photos", "fffffoofffsso"),
    // Of those to whom they may give another.
    ("accounts", "ffffooofofsso"),
    // To a colleague of this community.
    ("give_access", "fffffoofofssn"),
    ("tag_sheet", "ffffffofofssn"),
    ("reissue_tag", "ffffffcfcfssn"),
    // A published event of this community, which has no picture.
    (r#""/public/events/{event}""#, "ooooooooooooo"),
    (r#""/public/events/{event}/picture""#, "nnnnnnnnnnnnn"),
    (r#""/public/events/{event}/calendar.ics""#, "ooooooooooooo"),
    (r#""/public/events/page.css""#, "ooooooooooooo"),
    // Whoever has the address is shown it.
    (r#""/public/calendar/{token}""#, "ooooooooooooo"),
    ("issue_join_code", "ffffofofffssn"),
    // By a code that there is not.
    ("join", "fffffffffffff"),
    ("joinings", "ffffofofffsso"),
    // Somebody who has not asked.
    ("take_in", "ffffnfnfffssn"),
    ("decline_joining", "ffffnfnfffssn"),
    // Of the resident's household.
    ("calendar_feed", "fffffffffossf"),
    ("renew_calendar_feed", "fffffffffossf"),
    ("set_up", "ggggggggggggg"),
    ("sign_in", "sssssssssssss"),
    ("sign_out", "ooooooooooooo"),
];

/// What somebody who has left did may have been before: these clocks do not say, so a fact is not flagged for that.
/// `a` accepted, `f` accepted and flagged as not entitled, `w` flagged and withheld: it writes nothing, `r` refused, `x` no such thing, `-` cannot be asked.
const KINDS: &[(&str, &str)] = &[
    ("round.started", "affffaawww-aa"),
    ("visit.recorded", "affffaawww-aa"),
    ("round.finished", "affffaawww-aa"),
    ("finding.raised", "aaaaaaawww-aa"),
    ("finding.corrected", "aaaaaaawww-aa"),
    ("visit.corrected", "wwwwwaawww-aa"),
    // Of a colleague.
    ("identity.confirmed", "wwwwwaawww-aa"),
    ("community.put", "rrrrrrarar-rx"),
    ("area.put", "rrrrrrarar-ra"),
    ("checkpoint.put", "rrrrrrarar-ra"),
    ("checklist.put", "rrrrrrarar-ra"),
    ("route.put", "rrrrrrarar-ra"),
    ("plan.put", "rrrrrrarar-ra"),
    ("person.put", "rrrrrrarar-ra"),
    ("team.put", "rrrrrrarar-ra"),
    ("roster.put", "rrrrrrarar-ra"),
    // The server's own.
    ("audience.put", "rrrrrrrrrr-rr"),
    ("arrival.recorded", "wwwwaaaaww-aa"),
    ("walk_in.recorded", "wwwwaaaaww-aa"),
    ("notice.read", "aaaaaaaaaa-aa"),
    ("household.put", "rrrrararrr-ra"),
    // Of households and events that there are not: whoever may not is told that first.
    ("household.moved_out", "rrrrxrxrrr-rx"),
    ("event.put", "rrrrrraarr-ra"),
    ("event.published", "rrrrrrxxrr-rx"),
    ("event.cancelled", "rrrrrrxxrr-rx"),
    ("sign_up.asked", "rrrrxxxxrx-rx"),
    ("sign_up.changed", "rrrrxxxxrx-rx"),
    ("sign_up.cancelled", "rrrrxxxxrx-rx"),
    ("sign_up.accepted", "rrrrxxxxrx-rx"),
    ("sign_up.moved", "rrrrrrxxrr-rx"),
    ("sign_up.lapsed", "rrrrrrrrrr-rr"),
    ("notice.put", "rrrraraarr-ra"),
    ("survey.put", "rrrrrrarrr-ra"),
    ("survey.answered", "rrrrrrrrrx-rr"),
    ("feedback.given", "rrrrrrrrrx-rr"),
];

/// What each kind comes to in the name of the manager, on a shared tablet that somebody else enrolled: with their session, with
/// their PIN, by their picked name, and the same three while nobody has confirmed the tablet.
/// `a` it is theirs, `m` it counts and is marked, `s` refused: sign in first.
const TABLETS: &[(&[&str], &str)] = &[
    (
        &[
            "round.started",
            "visit.recorded",
            "round.finished",
            "finding.raised",
            "finding.corrected",
            "visit.corrected",
            "identity.confirmed",
            "notice.read",
        ],
        "aamamm",
    ),
    (&["arrival.recorded", "walk_in.recorded"], "ammamm"),
    (REQUESTS, "assass"),
    (residents::REQUESTS, "assass"),
];

/// What a device of their own holds: what is for everyone, the staff, the own staff, their team, another team, the managers, themselves,
/// somebody else, the desk, the resident's household, another household and nobody. The last is a shared tablet.
const VIEWS: [&str; COLUMNS + 1] = [
    "xxxx..x.....",
    "xxxx..x.....",
    "xxxx..x.....",
    "xxxx..x.....",
    "xxxx..x.x...",
    "xxxxxxx.x...",
    "xxxxxxx.x...",
    "xxxx..x.x...",
    "xxxx..x.....",
    "x.....x..x..",
    "-",
    "............",
    "............",
    "xxxxx.......",
];

struct Scene {
    world: World,
    askers: Vec<Asker>,
    shared: Client,
    /// Of this community: a device to retire, and photos of the staff's and of the managers'.
    device: Value,
    photos: [PhotoHash; 2],
    round: RoundId,
    visit: VisitId,
}

struct Asker {
    name: String,
    client: Client,
    own: Option<LaneOpening>,
}

const SECURITY: &str = "security";
const HOME: &str = "home-of-resident";
const PARTY: &str = "party";

fn event_key(world: &World, key: &str) -> EventKey {
    EventKey { event: EventId::keyed(world.community, key), series: None }
}

fn party() -> Details {
    let starts = clock::now().plus(DAY);
    Details { title: keyed_words("A party"), starts, ends: starts.plus(DAY), capacity: 9, ..Details::default() }
}

async fn scene(world: World) -> Scene {
    let neighbours = found(&world.db, "-next-door").await;
    let mut people: Vec<Person> =
        Role::ALL.iter().map(|role| person(&world, &format!("of-{role:?}").to_lowercase(), *role)).collect();
    people.push(person(&world, "gone", Role::Manager));
    let hash = passwords::hash(PASSWORD.into()).await.expect("a hash");
    let mut there: Vec<Request> = people.iter().cloned().map(Request::PutPerson).collect();
    there.push(put_household(world.community, HOME, &["of-resident"]));
    let of = event_key(&world, PARTY);
    there.extend([
        Request::Residents(residents::Request::PutEvent(PutEvent { of, details: party().into(), revision: None })),
        Request::Residents(residents::Request::PublishEvent(PublishEvent { of })),
    ]);
    apply(&world, there).await;
    let mut tx = world.db.write().await.expect("a transaction");
    for person in &people {
        let account = Account {
            community: world.community,
            person: person.id,
            username: person.name.en.clone(),
            password_hash: hash.clone(),
            pin_verifier: None,
        };
        assert!(accounts::add(&mut tx, &account, clock::now()).await.expect("added").is_ok());
    }
    tx.commit().await.expect("committed");
    let mut askers = vec![];
    for person in &people {
        let client = Client::of(&world.base, &person.name.en, false).await;
        askers.push(Asker { name: person.name.en.clone(), client, own: Some(lane(person.id)) });
    }
    let mut gone = people.pop().expect("the last one");
    gone.left = "2020-01-01".parse().ok();
    apply(&world, vec![Request::PutPerson(gone)]).await;
    askers.insert(10, Asker { name: "nobody".into(), client: Client::new(&world.base), own: None });
    let client = Client::of(&world.base, "manager-next-door", false).await;
    let own = Some(lane(PersonId::keyed(neighbours, "manager")));
    askers.push(Asker { name: "next door".into(), client, own });
    let shared = world.client("supervisor", true).await;
    let device = json!({ "device": world.client("guard", false).await.enrol(false).await.expect("known").device });
    let photos = [photo(21), photo(22)];
    for bytes in &photos {
        assert_eq!(shared.put(bytes).await, sync::messages::PhotoAnswer::Kept);
    }
    keep(&world, 1, Audience::Staff, "a photo", &[photos[0].clone()]).await;
    keep(&world, 2, Audience::Managers, "a photo", &[photos[1].clone()]).await;
    let (round, visit) = (RoundId(Uuid::now_v7()), VisitId(Uuid::now_v7()));
    let own = lane(world.person("supervisor"));
    let walked = [change(started(&world, round)), change(visited(&world, round, visit))];
    assert_eq!(shared.push(&push_of(&own, placed(&own, 1, &walked))).await.outcomes.len(), 2);
    let photos = photos.map(|bytes| PhotoHash::of(&bytes));
    Scene { world, askers, shared, device, photos, round, visit }
}

fn person(world: &World, username: &str, role: Role) -> Person {
    Person {
        id: PersonId::keyed(world.community, username),
        name: Words::new(username, username),
        roles: vec![role],
        teams: vec![TeamId::keyed(world.community, SECURITY)],
        left: None,
        revision: None,
    }
}

async fn apply(world: &World, requests: Vec<Request>) {
    let now = clock::now();
    let mut canon = SqlCanon::new(world.db.write().await.expect("a transaction"), world.community, now);
    let requests = requests.into_iter().enumerate().map(|(n, request)| (format!("rights/{n}"), request)).collect();
    let applied = system::apply(&mut canon, requests, now).await.expect("applied");
    assert_eq!(applied.refused, []);
    canon.commit().await.expect("committed");
}

/// Writes a finding for one audience, as the rules might.
async fn keep(world: &World, id: u128, audience: Audience, note: &str, photos: &[Vec<u8>]) {
    let finding = Finding {
        id: FindingId(Uuid::from_u128(id)),
        checkpoint: CheckpointId::keyed(world.community, "gate"),
        source: Source::Reported { round: None },
        what: None,
        note: note.into(),
        photos: photos.iter().map(|bytes| named(bytes)).collect(),
        danger: false,
        by: world.person("guard"),
        at: Interval::exactly(Moment(1)),
        corrected: None,
    };
    let mut tx = world.db.write().await.expect("a transaction");
    let head = communities::head(&mut tx, world.community).await.expect("a head");
    let record = Record::new(audience, Body::Finding(finding));
    assert!(records::put(&mut tx, world.community, head.seq, &record, None).await.expect("written"));
    tx.commit().await.expect("committed");
}

/// Asks what a row of the table of routes says.
async fn ask(scene: &Scene, client: &Client, row: &str) -> StatusCode {
    let send = async |method: Method, path: String, body: Option<String>| {
        let request = client.http.request(method, format!("{}{path}", scene.world.base));
        let request = request.header(header::CONTENT_TYPE, "application/json").header("x-forwarded-for", "10.0.0.7");
        let request = body.into_iter().fold(request, |request, body| request.body(body));
        request.send().await.expect("an answer").status()
    };
    let get = async |path: String| send(Method::GET, path, None).await;
    let post = async |path: &str, body: Value| send(Method::POST, path.to_owned(), Some(body.to_string())).await;
    let online = async |name: &str, body: Value| post(&format!("/api/v1/online/{name}"), body).await;
    let gate = CheckpointId::keyed(scene.world.community, "gate");
    match row {
        "ALIVE" => get("/healthz".into()).await,
        "READY" => get("/readyz".into()).await,
        "METRICS" => get("/metrics".into()).await,
        r#""/api/{*nothing}""# => get("/api/v1/nothing".into()).await,
        "path::ENROL" => post(path::ENROL, json!({ "name": "again", "shared": false })).await,
        "path::ENROL as shared" => post(path::ENROL, json!({ "name": "again", "shared": true })).await,
        "path::HELLO" => post(path::HELLO, json!({ "clocks": clocks(), "seals": [], "waiting": 0 })).await,
        "path::PUSH" => {
            let push = Push { clocks: clocks(), lanes: vec![], holes: vec![], changes: vec![] };
            post(path::PUSH, serde_json::to_value(&push).expect("JSON")).await
        }
        "path::PULL" => post(path::PULL, json!({ "cursor": 0, "epoch": "", "view": "" })).await,
        "path::EVENTS" => get(path::EVENTS.into()).await,
        "path::CUSTODY" => post(path::CUSTODY, json!({ "clocks": clocks(), "items": [] })).await,
        r#"&format!("{}/{{hash}}", path::PHOTOS)"# => {
            let bytes = photo(23);
            let url = format!("{}{}/{}", scene.world.base, path::PHOTOS, PhotoHash::of(&bytes));
            client.http.put(url).body(bytes).send().await.expect("an answer").status()
        }
        r#"&format!("{}/{{hash}}", path::SHOWN_PHOTOS)"# => client.show(scene.photos[0]).await.status(),
        r#"&format!("{}/{{hash}}", path::SHOWN_PHOTOS) of managers"# => client.show(scene.photos[1]).await.status(),
        r#"&format!("{}/{{hash}}/thumbnail", path::SHOWN_PHOTOS)"# => {
            client.show(format!("{}/thumbnail", scene.photos[0])).await.status()
        }
        "backend::PATH" => online("no_such_function", json!({})).await,
        // Nobody's is another's.
        "set_pin" => {
            let pin = Uuid::now_v7().as_u128() % 100_000_000;
            online("set_pin", json!({ "pin": format!("{pin:08}") })).await
        }
        "change_pass_phrase" => online(row, json!({ "current": PASSWORD, "new": PASSWORD })).await,
        "end_own_session" => online(row, json!({ "session": "0".repeat(32) })).await,
        "end_own_device" => online(row, scene.device.clone()).await,
        "end_sign_ins" => online(row, json!({ "person": scene.world.person("cleaner") })).await,
        "give_access" => {
            let person = PersonId::keyed(scene.world.community, "of-guard");
            online("give_access", json!({ "person": person, "username": null, "pass_phrase": null, "pin": "" })).await
        }
        "retire_device" => online("retire_device", scene.device.clone()).await,
        "confirm_device" => {
            let tablet = scene.shared.enrol(true).await.expect("it is enrolled").device;
            online("confirm_device", json!({ "device": tablet })).await
        }
        "tag_sheet" => online("tag_sheet", json!({ "checkpoints": [gate] })).await,
        "reissue_tag" => online("reissue_tag", json!({ "checkpoint": gate, "expected_issue": 77 })).await,
        "set_up" => online("set_up", form("no such token")).await,
        r#""/public/events/{event}""# => get(format!("/public/events/{}", event_key(&scene.world, PARTY).event)).await,
        r#""/public/events/{event}/picture""# => {
            get(format!("/public/events/{}/picture", event_key(&scene.world, PARTY).event)).await
        }
        r#""/public/events/{event}/calendar.ics""# => {
            get(format!("/public/events/{}/calendar.ics", event_key(&scene.world, PARTY).event)).await
        }
        r#""/public/events/page.css""# => get("/public/events/page.css".into()).await,
        r#""/public/calendar/{token}""# => {
            let mut tx = scene.world.db.read().await.expect("it is free");
            let home = HouseholdId::keyed(scene.world.community, HOME);
            let token = feeds::token(&mut tx, scene.world.community, home).await.expect("a token");
            get(format!("/public/calendar/{token}.ics")).await
        }
        "issue_join_code" | "calendar_feed" | "renew_calendar_feed" => {
            online(row, json!({ "household": HouseholdId::keyed(scene.world.community, HOME) })).await
        }
        "join" => {
            let form = json!({ "code": "0000-0000-0000", "name": "somebody", "username": "", "pass_phrase": PASSWORD,
                "language": "zh" });
            online("join", json!({ "form": form })).await
        }
        "take_in" | "decline_joining" => online(row, json!({ "person": Uuid::now_v7() })).await,
        "sign_in" => online("sign_in", json!({ "username": Uuid::now_v7(), "password": "no such phrase" })).await,
        name => online(name, json!({})).await,
    }
}

fn letter(status: StatusCode) -> char {
    match status.as_u16() {
        200 => 'o',
        400 => 'b',
        401 => 's',
        403 => 'f',
        404 => 'n',
        409 => 'c',
        410 => 'g',
        _ => '?',
    }
}

#[tokio::test]
async fn every_route_answers_every_role_as_the_table_says() {
    for_each_database(|fresh| async {
        let scene = scene(world(fresh).await).await;
        let mut wrong = vec![];
        for (row, expected) in ROUTES {
            let mut told = String::new();
            for asker in &scene.askers {
                told.push(letter(ask(&scene, &asker.client, row).await));
            }
            if told != expected.to_lowercase() {
                wrong.push(format!("{row}: {told}, not {expected}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    })
    .await;
}

#[test]
fn every_route_of_the_server_has_a_row() {
    let mut found = BTreeSet::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).expect("a source file is text");
            // The argument before the method that serves it.
            let routes = text.split(".route(").skip(1).map(|rest| {
                let end =
                    ["get(", "post(", "put(", "delete(", "patch(", "any("].iter().filter_map(|it| rest.find(it)).min();
                rest[..end.expect("a method")].trim().trim_end_matches(',').to_owned()
            });
            found.extend(routes);
            let functions = text.split("register_explicit::<online::").skip(1);
            let name =
                |rest: &str| snake(rest.split('>').next().and_then(|path| path.rsplit("::").next()).expect("a name"));
            found.extend(functions.map(name));
        }
    }
    let rows: BTreeSet<String> =
        ROUTES.iter().map(|(row, _)| row.split(" as ").next().expect("a name")).map(str::to_owned).collect();
    let rows: BTreeSet<String> = rows.into_iter().filter(|row| !row.ends_with(" of managers")).collect();
    assert_eq!(found, rows, "the code on the left, the table on the right");
    assert!(ROUTES.iter().chain(KINDS).all(|(_, row)| row.len() == COLUMNS));
}

fn snake(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

fn started(world: &World, round: RoundId) -> Deed {
    let route = RouteId::keyed(world.community, "tour");
    let occasion = Occasion::Unplanned { route, duty: DutyKind::Patrol };
    Deed::Fact(Fact::RoundStarted(RoundStarted { round: Some(round), occasion, route, stops: vec![] }))
}

fn visited(world: &World, round: RoundId, visit: VisitId) -> Deed {
    Deed::Fact(Fact::VisitRecorded(VisitRecorded {
        visit,
        round,
        checkpoint: CheckpointId::keyed(world.community, "gate"),
        proof: Proof::Tag { issue: 1 },
        checklist: ChecklistId::keyed(world.community, "list"),
        version: 1,
        answers: vec![],
        note: String::new(),
    }))
}

fn keyed_words(text: &str) -> Words {
    Words::new(text, text)
}

/// A deed of each kind that anybody could send; `n` makes its ids new.
fn deed(scene: &Scene, kind: &str, n: usize) -> Deed {
    let (world, community) = (&scene.world, scene.world.community);
    let key = format!("{kind}-{n}");
    let name = keyed_words("a name");
    let fact = |fact| Deed::Fact(fact);
    let request = |request| Deed::Request(request);
    match kind {
        "round.started" => started(world, RoundId(Uuid::now_v7())),
        "visit.recorded" => visited(world, scene.round, VisitId(Uuid::now_v7())),
        "round.finished" => fact(Fact::RoundFinished(RoundFinished { round: scene.round, note: String::new() })),
        "finding.raised" => world.finding("by somebody").deed,
        "finding.corrected" => fact(Fact::FindingCorrected(FindingCorrected {
            finding: FindingId(Uuid::from_u128(1)),
            comment: "put right".into(),
            photos: vec![],
        })),
        "visit.corrected" => fact(Fact::VisitCorrected(VisitCorrected {
            visit: scene.visit,
            round: scene.round,
            checklist: ChecklistId::keyed(community, "list"),
            version: 1,
            answers: vec![Answer {
                item: key,
                value: AnswerValue::Passed,
                note: String::new(),
                photos: vec![],
                without_photo: String::new(),
                corrected: None,
            }],
            reason: "a slip".into(),
        })),
        "identity.confirmed" => fact(Fact::IdentityConfirmed(IdentityConfirmed {
            lane: lane(world.person("cleaner")).lane,
            person: world.person("cleaner"),
            was_them: true,
        })),
        "community.put" => request(Request::PutCommunity(Community {
            id: community,
            name,
            language: Language::Zh,
            zone: Zone::fixed("Asia/Shanghai", 28_800),
            tag_key: "00".repeat(32),
        })),
        "area.put" => request(Request::PutArea(Area {
            id: AreaId::keyed(community, &key),
            name,
            inside: None,
            kind: AreaKind::Gate,
        })),
        "checkpoint.put" => request(Request::PutCheckpoint(Checkpoint {
            id: CheckpointId::keyed(community, &key),
            name,
            area: AreaId::keyed(community, "gate"),
            hint: None,
            tag: TagIssue { issue: 1, short_code: String::new(), former: vec![] },
        })),
        "checklist.put" => request(Request::PutChecklist(Checklist {
            id: ChecklistId::keyed(community, &key),
            version: 1,
            name,
            kind: DutyKind::Patrol,
            items: vec![],
        })),
        "route.put" => request(Request::PutRoute(Route {
            id: RouteId::keyed(community, &key),
            name,
            order: StopOrder::Free,
            stops: vec![],
        })),
        "plan.put" => request(Request::PutPlan(Plan {
            id: PlanId::keyed(community, &key),
            version: 1,
            name,
            kind: DutyKind::Patrol,
            route: RouteId::keyed(community, "tour"),
            team: TeamId::keyed(community, SECURITY),
            each: Each::Anyone,
            from: "2026-01-01".parse().expect("a date"),
            until: None,
            days: vec![],
            times: vec![],
        })),
        "person.put" => request(Request::PutPerson(person(world, &key, Role::Guard))),
        "team.put" => request(Request::PutTeam(Team { id: TeamId::keyed(community, &key), name, contractor: None })),
        "roster.put" => request(Request::PutRoster(Roster {
            id: RosterId::keyed(community, &key),
            team: TeamId::keyed(community, SECURITY),
            shift: name,
            days: vec![],
            start: "08:00:00".parse().expect("a time"),
            hours: 8,
            people: vec![],
        })),
        "audience.put" => {
            let root = FindingId(Uuid::from_u128(1)).into();
            request(Request::PutAudience(PutAudience { root, audience: Audience::Everyone }))
        }
        "arrival.recorded" => fact(Fact::Residents(residents::Fact::ArrivalRecorded(ArrivalRecorded {
            of: event_key(world, PARTY),
            household: HouseholdId::keyed(community, HOME),
            persons: 1,
            proof: Admission::Name,
        }))),
        "walk_in.recorded" => fact(Fact::Residents(residents::Fact::WalkInRecorded(WalkInRecorded {
            walk_in: WalkInId(Uuid::now_v7()),
            of: event_key(world, PARTY),
            persons: 1,
            name: String::new(),
        }))),
        "notice.read" => {
            let own = scene.askers[n % COLUMNS].own.expect("whoever can be asked has a lane");
            let notice = NoticeId::keyed(community, &key);
            fact(Fact::Residents(residents::Fact::NoticeRead(ReadNotice { notice, person: own.person })))
        }
        "household.put" => request(put_household(community, &key, &[])),
        of_residents => request(Request::Residents(request_of_residents(scene, of_residents, &key))),
    }
}

/// A request about households and events that there are not.
fn request_of_residents(scene: &Scene, kind: &str, key: &str) -> residents::Request {
    use residents::Request as It;
    let (world, community) = (&scene.world, scene.world.community);
    let (of, household) = (event_key(world, key), HouseholdId::keyed(community, HOME));
    let (name, party_of_one) = (keyed_words("a name"), Party { persons: 1, names: vec![] });
    match kind {
        "household.moved_out" => {
            It::HouseholdMovedOut(HouseholdMovedOut { household: HouseholdId::keyed(community, key) })
        }
        "event.put" => It::PutEvent(PutEvent { of, details: party().into(), revision: None }),
        "event.published" => It::PublishEvent(PublishEvent { of }),
        "event.cancelled" => It::CancelEvent(CancelEvent { of, reason: name }),
        "sign_up.asked" => It::AskForPlaces(AskForPlaces { of, household, party: party_of_one, answers: vec![] }),
        "sign_up.changed" => It::ChangeSignUp(ChangeSignUp { of, household, party: party_of_one, answers: vec![] }),
        "sign_up.cancelled" => It::CancelSignUp(CancelSignUp { of, household }),
        "sign_up.accepted" => It::AcceptOffer(AcceptOffer { of, household }),
        "sign_up.moved" => It::MoveSignUp(MoveSignUp { of, household, to: MoveTo::Off, reason: "asked".into() }),
        "sign_up.lapsed" => It::LapseOffers(LapseOffers { of }),
        "notice.put" => It::PutNotice(Notice {
            id: NoticeId::keyed(community, key),
            title: name.clone(),
            text: name,
            to: Addressees::Everyone,
            from: None,
            until: None,
            put: None,
            revision: None,
        }),
        "survey.put" => It::PutSurvey(Survey {
            id: SurveyId::keyed(community, key),
            topic: "yearly".into(),
            title: name.clone(),
            about: name.clone(),
            questions: vec![SurveyQuestion { key: "all".into(), ask: name, answer: AnswerIn::Score }],
            opens: Moment(0),
            closes: Moment(1),
            revision: None,
        }),
        "survey.answered" => {
            It::AnswerSurvey(AnswerSurvey { survey: SurveyId::keyed(community, key), household, opinions: vec![] })
        }
        "feedback.given" => It::GiveFeedback(GiveFeedback { of, household, opinions: vec![] }),
        unknown => panic!("{unknown} has a row and no example"),
    }
}

#[tokio::test]
async fn every_kind_of_change_by_every_role_comes_to_what_the_table_says() {
    let kinds: BTreeSet<&str> = KINDS.iter().map(|(kind, _)| *kind).collect();
    let all = [FACTS, REQUESTS, residents::FACTS, residents::REQUESTS].concat();
    assert_eq!(kinds, all.into_iter().collect(), "a row for each kind");
    for_each_database(|fresh| async {
        let scene = scene(world(fresh).await).await;
        let mut wrong = vec![];
        let mut here = scene.world.exported("change").await.len();
        for (row, (kind, expected)) in KINDS.iter().enumerate() {
            let mut told = String::new();
            for (column, asker) in scene.askers.iter().enumerate() {
                let Some(own) = &asker.own else {
                    told.push('-');
                    continue;
                };
                let change: Change = change(deed(&scene, kind, row * COLUMNS + column));
                let answer = asker.client.push_when_it_may(&push_of(own, placed(own, row as i64 + 1, &[change]))).await;
                told.push(match &answer.outcomes[0].outcome {
                    Outcome::Accepted { flags } if flags.contains(&Flag::Withheld) => 'w',
                    Outcome::Accepted { flags } if flags.contains(&Flag::NotEntitled) => 'f',
                    Outcome::Accepted { .. } => 'a',
                    Outcome::Refused { refusal: Refusal::NotPermitted } => 'r',
                    Outcome::Refused { refusal: Refusal::NoSuchThing } => 'x',
                    other => panic!("{kind} by {}: {other:?}", asker.name),
                });
            }
            if told != *expected {
                wrong.push(format!("{kind}: {told}, not {expected}"));
            }
            here += COLUMNS - 2;
            assert_eq!(scene.world.exported("change").await.iter().filter(|line| of_this(&scene, line)).count(), here);
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    })
    .await;
}

#[tokio::test]
async fn every_kind_of_change_takes_the_proof_that_the_table_says_on_a_shared_tablet() {
    let kinds: BTreeSet<&str> = TABLETS.iter().flat_map(|(kinds, _)| *kinds).copied().collect();
    let all = [FACTS, REQUESTS, residents::FACTS, residents::REQUESTS].concat();
    assert_eq!(kinds, all.into_iter().collect(), "a row for each kind");
    for_each_database(|fresh| async {
        let scene = scene(world(fresh).await).await;
        let manager = scene.askers[6].own.expect("a manager").person;
        let confirmed = scene.world.client("supervisor", true).await;
        let unconfirmed = scene.world.client("guard", true).await;
        let (mut wrong, mut n) = (vec![], 6);
        for tablet in [&confirmed, &unconfirmed] {
            let is_confirmed = tablet.hello(vec![], 0).await.expect("enrolled").enrolled.confirmed;
            assert_eq!(is_confirmed, std::ptr::eq(tablet, &confirmed));
            for (column, identity) in [Identity::Session, Identity::Pin, Identity::Claimed].into_iter().enumerate() {
                let (name, phrase) = if column == 0 { ("of-manager", PASSWORD) } else { ("guard", PASSWORD) };
                tablet.sign_in(name, phrase).await.expect("the pass phrase is right");
                let own = LaneOpening::new(LaneId(Uuid::now_v7()), manager, identity);
                let of_kinds = TABLETS.iter().flat_map(|(kinds, told)| kinds.iter().map(move |kind| (*kind, *told)));
                let of_kinds: Vec<_> = of_kinds.collect();
                let changes: Vec<Change> = of_kinds
                    .iter()
                    .map(|(kind, _)| {
                        // The example of a notice that was read is its asker's, who is the seventh.
                        n += COLUMNS;
                        change(deed(&scene, kind, n))
                    })
                    .collect();
                let answer = tablet.push(&push_of(&own, placed(&own, 1, &changes))).await;
                for ((kind, expected), delivery) in of_kinds.iter().zip(&answer.outcomes) {
                    let told = match &delivery.outcome {
                        Outcome::Accepted { flags } if flags.contains(&Flag::IdentityClaimed) => 'm',
                        Outcome::Refused { refusal: Refusal::SignInFirst } => 's',
                        Outcome::Accepted { .. } | Outcome::Refused { .. } => 'a',
                        other => panic!("{kind}: {other:?}"),
                    };
                    let column = if is_confirmed { column } else { column + 3 };
                    if expected.chars().nth(column) != Some(told) {
                        wrong.push(format!("{kind} in column {column}: {told}, not of {expected}"));
                    }
                }
                assert_eq!(answer.outcomes.len(), of_kinds.len(), "{:?}", answer.lanes);
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    })
    .await;
}

/// Whether a line of the export is of this community: next door's manager writes there and not here.
fn of_this(scene: &Scene, line: &Value) -> bool {
    let next_door = scene.askers.last().and_then(|asker| asker.own).expect("they have a lane");
    line["lane"] != next_door.lane.to_string()
}

#[tokio::test]
async fn what_each_device_is_sent_holds_no_word_for_anybody_else() {
    for_each_database(|fresh| async {
        let scene = scene(world(fresh).await).await;
        let gardening = TeamId::keyed(scene.world.community, "gardening");
        let team = Team { id: gardening, name: keyed_words("Gardening"), contractor: None };
        apply(&scene.world, vec![Request::PutTeam(team)]).await;
        let devices = scene.askers.iter().map(|asker| (&*asker.name, &asker.client, asker.own));
        let devices = devices.chain([("a shared tablet", &scene.shared, None)]);
        for (column, (name, client, own)) in devices.enumerate() {
            if VIEWS[column] == "-" {
                continue;
            }
            let audiences = [
                Audience::Everyone,
                Audience::Staff,
                Audience::OwnStaff,
                Audience::Team(TeamId::keyed(scene.world.community, SECURITY)),
                Audience::Team(gardening),
                Audience::Managers,
                Audience::Person(own.map_or(PersonId(Uuid::now_v7()), |own| own.person)),
                Audience::Person(PersonId(Uuid::now_v7())),
                Audience::Desk,
                Audience::Household(HouseholdId::keyed(scene.world.community, HOME)),
                Audience::Household(HouseholdId::keyed(scene.world.community, "home")),
                Audience::Nobody,
            ];
            let canaries: Vec<_> = (0..audiences.len()).map(|n| format!("canary-{column}-{n}-")).collect();
            for (n, (audience, canary)) in audiences.into_iter().zip(&canaries).enumerate() {
                keep(&scene.world, 1_000 + (column * 20 + n) as u128, audience, canary, &[]).await;
            }
            let bytes = client.bytes().await;
            let held: String = canaries.iter().map(|canary| if bytes.contains(canary) { 'x' } else { '.' }).collect();
            assert_eq!(held, VIEWS[column], "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_guessed_from_next_door_is_answered_like_what_is_nowhere() {
    for_each_database(|fresh| async {
        let scene = scene(world(fresh).await).await;
        let next_door = &scene.askers.last().expect("the last one").client;
        let own = scene.askers.last().and_then(|asker| asker.own).expect("they have a lane");
        let answer = async |path: String, body: Value| {
            let response = next_door.post(&path, body.to_string()).await;
            (response.status(), response.text().await.expect("text"))
        };
        let shown = async |name: String| {
            let response = next_door.show(name).await;
            let headers =
                format!("{:?} {:?}", response.headers().get(header::ETAG), response.headers().get(header::VARY));
            (response.status(), headers, response.text().await.expect("text"))
        };
        let nowhere = PhotoHash::of(b"nothing has this hash");
        for ending in ["", "/thumbnail"] {
            let here = shown(format!("{}{ending}", scene.photos[0])).await;
            assert_eq!(here, shown(format!("{nowhere}{ending}")).await);
            assert_eq!(here.0, StatusCode::NOT_FOUND);
        }
        let (gate, none) = (CheckpointId::keyed(scene.world.community, "gate"), Uuid::now_v7());
        for (name, here, nowhere) in [
            ("retire_device", scene.device.clone(), json!({ "device": none })),
            ("tag_sheet", json!({ "checkpoints": [gate] }), json!({ "checkpoints": [none] })),
            (
                "reissue_tag",
                json!({ "checkpoint": gate, "expected_issue": 1 }),
                json!({ "checkpoint": none, "expected_issue": 1 }),
            ),
        ] {
            let path = format!("/api/v1/online/{name}");
            assert_eq!(answer(path.clone(), here).await, answer(path, nowhere).await, "{name}");
        }
        // A view, a lane, a person and a change of next door are as good as made up.
        let keys = scene.shared.keys().await;
        let made_up = ("no such epoch".to_owned(), "no such view".to_owned());
        let pulled = async |keys: &(String, String)| format!("{:?}", next_door.pull(3, &keys.0, &keys.1).await);
        assert_eq!(pulled(&keys).await, pulled(&made_up).await);
        let theirs = scene.askers[0].own.expect("a guard has a lane");
        let opened = async |opening: LaneOpening| {
            let answer = next_door.push(&push_of(&opening, vec![])).await;
            format!("{:?} {:?}", answer.outcomes, answer.lanes).replace(&opening.lane.to_string(), "")
        };
        assert_eq!(opened(theirs).await, opened(lane(PersonId(none))).await);
        let log = scene.world.exported("change").await;
        let known: ChangeId = log[0]["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
        let sent = async |n: i64, id: ChangeId| {
            let mut finding = scene.world.finding("mine");
            finding.id = id;
            let mut answer = next_door.push(&push_of(&own, placed(&own, n, &[finding]))).await;
            let delivery = answer.outcomes.remove(0);
            format!("{:?} {:?}", delivery.outcome, answer.lanes)
        };
        assert_eq!(sent(1, known).await, sent(2, ChangeId(none)).await);
    })
    .await;
}
