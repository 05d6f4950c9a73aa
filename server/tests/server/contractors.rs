//! Claims about contractors' people: their phones hold their own teams' work, and of everybody else's only that something is open.

use std::collections::{BTreeMap, BTreeSet};

use app::online::{MissingPhoto, Trouble};
use domain::{
    changes::{Change, Deed, Fact, FindingCorrected, RULES, Request, RoundStarted, VisitRecorded},
    checklists::DutyKind,
    claims::{Claim, IdentityConfirmed, Said},
    findings::{Finding, FindingRaised, FindingSign, Source},
    ids::{
        ChecklistId, CheckpointId, FindingId, LaneId, PersonId, PlanId, RecordId, RoundId, RouteId, TeamId, VisitId,
    },
    people::{Person, Role, Team},
    photos::PhotoHash,
    plans::{Each, Occurrence, Plan, Slot},
    records::{Audience, Body, Record},
    rounds::{Occasion, Round, Walker},
    routes::{Route, StopOrder},
    text::Words,
    time::{Interval, Moment},
    visits::{Proof, Visit},
};
use reqwest::StatusCode;
use serde_json::json;
use server::{canon::SqlCanon, clock, due, holders, records, system};
use sync::{
    messages::{Envelope, LaneOpening, Outcome, PhotoAnswer, Row},
    server::{Canon, LogEntry},
};
use uuid::Uuid;

use crate::{
    client::{Client, change, lane, placed, push_of},
    databases::for_each_database,
    pictures::{named, photo},
    program::Program,
    world::{World, give_accounts, world},
};

/// A cleaner of one contractor, a gardener of another, and phones of all who are there.
struct Scene {
    world: World,
    phones: BTreeMap<&'static str, Phone>,
    shared: Client,
}

struct Phone {
    client: Client,
    own: LaneOpening,
    sent: i64,
}

const WHO: [&str; 4] = ["cleaner", "gardener", "guard", "supervisor"];

async fn scene(world: World) -> Scene {
    let team = |key, contractor| put_team(&world, key, contractor);
    let person = |name: &str, role, team| {
        let teams = vec![TeamId::keyed(world.community, team)];
        Request::PutPerson(Person { teams, ..world.someone(name, &[role]) })
    };
    let plan = |key: &str, kind| {
        Request::PutPlan(Plan {
            id: PlanId::keyed(world.community, key),
            version: 1,
            name: words(key),
            kind,
            route: RouteId::keyed(world.community, "tour"),
            team: TeamId::keyed(world.community, key),
            each: Each::Anyone,
            from: "2026-01-01".parse().expect("a date"),
            until: None,
            days: vec![],
            times: vec![Slot { slot: "a".into(), start: "08:00:00".parse().expect("a time"), minutes: 60, grace: 15 }],
        })
    };
    let route = Route {
        id: RouteId::keyed(world.community, "tour"),
        name: words("tour"),
        order: StopOrder::Free,
        stops: vec![],
    };
    apply(
        &world,
        vec![
            team("cleaning", Some("Jiecheng")),
            team("landscaping", Some("Lüyuan")),
            person("cleaner", Role::Cleaner, "cleaning"),
            person("gardener", Role::Gardener, "landscaping"),
            Request::PutRoute(route),
            plan("security", DutyKind::Patrol),
            plan("cleaning", DutyKind::Cleaning),
        ],
    )
    .await;
    give_accounts(&world, &["gardener".into()]).await;
    let mut phones = BTreeMap::new();
    for name in WHO {
        let (client, own) = (world.client(name, false).await, lane(world.person(name)));
        phones.insert(name, Phone { client, own, sent: 0 });
    }
    let shared = world.client("supervisor", true).await;
    Scene { world, phones, shared }
}

impl Scene {
    async fn says(&mut self, who: &str, facts: Vec<Fact>) {
        let phone = self.phones.get_mut(who).expect("they have a phone");
        let changes: Vec<Change> = facts.into_iter().map(|fact| change(Deed::Fact(fact))).collect();
        let answer = phone.client.push(&push_of(&phone.own, placed(&phone.own, phone.sent + 1, &changes))).await;
        phone.sent += changes.len() as i64;
        let is_taken = |outcome: &Outcome| matches!(outcome, Outcome::Accepted { .. });
        assert!(answer.outcomes.iter().all(|delivery| is_taken(&delivery.outcome)), "{answer:?}");
    }

    /// Which of the phones, in the order of `WHO`, and the shared tablet are sent these words, or anything by this name.
    async fn are_sent(&self, words: &str) -> String {
        let mut told = String::new();
        for name in WHO {
            told.push(if self.phones[name].client.bytes().await.contains(words) { 'x' } else { '.' });
        }
        told.push(if self.shared.bytes().await.contains(words) { 'x' } else { '.' });
        told
    }

    async fn shown(&self, who: &str, photo: &[u8]) -> [StatusCode; 2] {
        let (client, name) = (&self.phones[who].client, PhotoHash::of(photo));
        [client.show(name).await.status(), client.show(format!("{name}/thumbnail")).await.status()]
    }

    fn team(&self, key: &str) -> Audience {
        Audience::Team(TeamId::keyed(self.world.community, key))
    }

    async fn audience(&self, id: impl Into<RecordId>) -> Audience {
        let mut tx = self.world.db.read().await.expect("a transaction");
        let record = records::get(&mut tx, self.world.community, id.into()).await.expect("it is read");
        record.expect("it is there").audience
    }
}

fn words(text: &str) -> Words {
    Words::new(text, text)
}

fn put_team(world: &World, key: &str, contractor: Option<&str>) -> Request {
    let id = TeamId::keyed(world.community, key);
    Request::PutTeam(Team { id, name: words(key), contractor: contractor.map(words) })
}

async fn apply(world: &World, requests: Vec<Request>) {
    let now = clock::now();
    let mut canon = SqlCanon::new(world.db.write().await.expect("a transaction"), world.community, now);
    let requests = requests.into_iter().enumerate().map(|(n, it)| (format!("contractors/{n}"), it)).collect();
    let applied = system::apply(&mut canon, requests, now).await.expect("applied");
    assert_eq!(applied.refused, []);
    canon.commit().await.expect("committed");
}

fn unplanned(world: &World, round: RoundId) -> Fact {
    let route = RouteId::keyed(world.community, "tour");
    let occasion = Occasion::Unplanned { route, duty: DutyKind::Patrol };
    Fact::RoundStarted(RoundStarted { round: Some(round), occasion, route, stops: vec![] })
}

fn planned(world: &World, plan: &str, date: &str) -> (RoundId, Fact) {
    let plan = PlanId::keyed(world.community, plan);
    let date = date.parse().expect("a date");
    let occurrence = Occurrence { plan, version: 1, date, slot: "a".into(), person: None };
    let (round, route) = (occurrence.round(), RouteId::keyed(world.community, "tour"));
    let occasion = Occasion::Planned(occurrence);
    (round, Fact::RoundStarted(RoundStarted { round: None, occasion, route, stops: vec![] }))
}

fn visited(world: &World, round: RoundId, visit: VisitId, note: &str) -> Fact {
    Fact::VisitRecorded(VisitRecorded {
        visit,
        round,
        checkpoint: CheckpointId::keyed(world.community, "gate"),
        proof: Proof::ByHand { reason: "no tag".into() },
        checklist: ChecklistId::keyed(world.community, "list"),
        version: 1,
        answers: vec![],
        note: note.into(),
    })
}

fn raised(world: &World, round: Option<RoundId>, note: &str, photos: &[&[u8]]) -> (FindingId, Fact) {
    let finding = FindingId(Uuid::now_v7());
    let fact = Fact::FindingRaised(FindingRaised {
        finding,
        checkpoint: CheckpointId::keyed(world.community, "gate"),
        source: Source::Reported { round },
        what: Some(words(&format!("what-of-{note}"))),
        note: note.into(),
        photos: photos.iter().map(|bytes| named(bytes)).collect(),
        danger: true,
    });
    (finding, fact)
}

fn sign(finding: FindingId) -> String {
    FindingSign::of(finding).to_string()
}

#[tokio::test]
async fn a_contractors_persons_phone_holds_no_word_of_what_others_found_but_that_something_is_open() {
    for_each_database(|fresh| async {
        let mut scene = scene(world(fresh).await).await;
        let [guards, contractors] = [photo(1), photo(2)];
        let (free, a) = raised(&scene.world, None, "canary-free", &[&guards]);
        let round = RoundId(Uuid::now_v7());
        let visit = visited(&scene.world, round, VisitId(Uuid::now_v7()), "canary-visit");
        let (on_round, b) = raised(&scene.world, Some(round), "canary-unplanned", &[]);
        let (patrol, start) = planned(&scene.world, "security", "2026-03-01");
        let (of_patrol, c) = raised(&scene.world, Some(patrol), "canary-patrol", &[]);
        let begun = unplanned(&scene.world, round);
        scene.says("guard", vec![a, begun, visit, b, start, c]).await;
        let orphan = visited(&scene.world, RoundId(Uuid::now_v7()), VisitId(Uuid::now_v7()), "canary-orphan");
        scene.says("guard", vec![orphan]).await;
        scene.shared.put(&guards).await;

        // The cleaner, the gardener, the guard, the supervisor, and the shared tablet.
        for note in ["canary-free", "canary-unplanned", "canary-patrol", "canary-visit", "canary-orphan"] {
            assert_eq!(scene.are_sent(note).await, "..xxx", "{note}");
        }
        assert_eq!(scene.are_sent(&round.to_string()).await, "..xxx", "an unplanned round");
        for finding in [free, on_round, of_patrol] {
            assert_eq!(scene.are_sent(&finding.to_string()).await, "..xxx", "its id, which tells when it was made");
            assert_eq!(scene.are_sent(&sign(finding)).await, "xxxxx", "its sign");
        }
        for (who, expected) in [("guard", StatusCode::OK), ("cleaner", StatusCode::NOT_FOUND)] {
            assert_eq!(scene.shown(who, &guards).await, [expected; 2], "{who}");
        }

        let (theirs, start) = planned(&scene.world, "cleaning", "2026-03-01");
        let (of_round, d) = raised(&scene.world, Some(theirs), "canary-of-the-contractors", &[&contractors]);
        let (freely, e) = raised(&scene.world, None, "canary-freely-of-theirs", &[]);
        let (own, route) = (RoundId(Uuid::now_v7()), unplanned);
        let begun = route(&scene.world, own);
        let walked = visited(&scene.world, own, VisitId(Uuid::now_v7()), "canary-walked-unplanned");
        let (on_own, f) = raised(&scene.world, Some(own), "canary-on-an-unplanned-walk", &[]);
        scene.says("cleaner", vec![start, d, e, begun, walked, f]).await;
        let (by_overseer, g) = raised(&scene.world, Some(theirs), "canary-by-the-supervisor", &[]);
        scene.says("supervisor", vec![g]).await;
        for note in [
            "canary-of-the-contractors",
            "canary-freely-of-theirs",
            "canary-on-an-unplanned-walk",
            "canary-walked-unplanned",
            "canary-by-the-supervisor",
        ] {
            assert_eq!(scene.are_sent(note).await, "x..xx", "{note}");
        }
        for finding in [of_round, freely, on_own, by_overseer] {
            assert_eq!(scene.are_sent(&sign(finding)).await, "xxxxx");
        }
        assert_eq!(scene.phones["cleaner"].client.put(&contractors).await, PhotoAnswer::Kept);
        for (who, expected) in [("cleaner", StatusCode::OK), ("gardener", StatusCode::NOT_FOUND)] {
            assert_eq!(scene.shown(who, &contractors).await, [expected; 2], "{who}");
        }
        for who in ["cleaner", "gardener", "guard"] {
            let missing = scene.phones[who].client.call::<Vec<MissingPhoto>>("missing_photos", json!({})).await;
            assert_eq!(missing, Err(Trouble::NotPermitted), "{who}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_sign_says_where_something_is_open_and_whether_it_is_a_danger_and_nothing_else() {
    for_each_database(|fresh| async {
        let mut scene = scene(world(fresh).await).await;
        let (finding, fact) = raised(&scene.world, None, "canary", &[]);
        scene.says("guard", vec![fact]).await;
        let held = async |scene: &Scene| -> serde_json::Value {
            let rows = scene.phones["cleaner"].client.view().await;
            let rows: Vec<Row> = rows.into_iter().filter(|row| row.kind == "finding_sign").collect();
            let [row] = &rows[..] else { panic!("{rows:?}") };
            assert_eq!((row.id, row.root, row.audience.as_str()), (row.id, row.id, "staff"));
            serde_json::from_str(row.body.get()).expect("JSON")
        };
        let gate = CheckpointId::keyed(scene.world.community, "gate");
        let open = json!({ "id": sign(finding), "checkpoint": gate, "open": true, "danger": true });
        assert_eq!(held(&scene).await, open);
        let fixed = FindingCorrected { finding, comment: "canary-of-how".into(), photos: vec![] };
        scene.says("guard", vec![Fact::FindingCorrected(fixed)]).await;
        let closed = json!({ "id": sign(finding), "checkpoint": gate, "open": false, "danger": true });
        assert_eq!(held(&scene).await, closed);
        assert_eq!(scene.are_sent("canary-of-how").await, "..xxx");
    })
    .await;
}

#[tokio::test]
async fn whose_work_a_picked_name_was_is_told_to_those_who_hold_that_work() {
    for_each_database(|fresh| async {
        let mut scene = scene(world(fresh).await).await;
        for (of, held) in [("guard", "..xxx"), ("cleaner", "x..xx")] {
            let (lane, person) = (LaneId(Uuid::now_v7()), scene.world.person(of));
            scene
                .says("supervisor", vec![Fact::IdentityConfirmed(IdentityConfirmed { lane, person, was_them: true })])
                .await;
            assert_eq!(scene.are_sent(&lane.to_string()).await, held, "{of}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_visit_that_came_before_its_round_is_for_whom_the_round_is() {
    for_each_database(|fresh| async {
        let mut scene = scene(world(fresh).await).await;
        let (round, start) = planned(&scene.world, "cleaning", "2026-03-02");
        let visit = visited(&scene.world, round, VisitId(Uuid::now_v7()), "canary-early");
        scene.says("supervisor", vec![visit]).await;
        assert_eq!(scene.are_sent("canary-early").await, "..xxx");
        scene.says("cleaner", vec![start]).await;
        assert_eq!(scene.are_sent("canary-early").await, "x..xx");
    })
    .await;
}

/// Logs what a server of 0.1.0 wrote: findings, unplanned rounds, their visits and claims were for all staff, and had no signs.
async fn as_before(world: &World, by: PersonId, records: &[Record]) {
    let now = clock::now();
    let mut canon = SqlCanon::new(world.db.write().await.expect("a transaction"), world.community, now);
    let seq = canon.take_head().await.expect("the head").seq + 1;
    let mut own = system::own_lane(&mut canon).await.expect("a lane");
    own.last += 1;
    let kept = world.finding("as it was sent");
    let envelope = serde_json::to_string(&Envelope::seal(&kept)).expect("JSON");
    let entry = LogEntry {
        seq,
        lane: own.id,
        n: own.last,
        number: None,
        id: kept.id,
        kind: "finding.raised",
        envelope: &envelope,
        person: Some(by),
        at: Interval::exactly(now),
        received: now,
        rules: RULES - 1,
        outcome: &Outcome::Accepted { flags: BTreeSet::new() },
        records,
    };
    canon.log(entry).await.expect("logged");
    canon.advance_lane(own.id, own.last).await.expect("its lane goes on");
    canon.commit().await.expect("committed");
}

/// What the migration notes of a community that was there before it.
async fn migrated(world: &World) {
    let migration = include_str!("../../../migrations/0012_holders.sql");
    let noted = migration.split(';').map(str::trim).find(|statement| statement.starts_with("insert into"));
    let mut tx = world.db.write().await.expect("a transaction");
    sqlx::query("delete from holders_to_put").execute(&mut *tx).await.expect("emptied");
    sqlx::query(noted.expect("it notes them")).execute(&mut *tx).await.expect("noted");
    tx.commit().await.expect("committed");
}

fn old_finding(world: &World, id: u128, by: &str, source: Source, note: &str, photo: &[u8]) -> Record {
    let finding = Finding {
        id: FindingId(Uuid::from_u128(id)),
        checkpoint: CheckpointId::keyed(world.community, "gate"),
        source,
        what: Some(words(&format!("what-of-{note}"))),
        note: note.into(),
        photos: vec![named(photo)],
        danger: false,
        by: world.person(by),
        at: Interval::exactly(Moment(1)),
        corrected: None,
    };
    Record::new(Audience::Staff, Body::Finding(finding))
}

fn old_walk(world: &World, id: u128, by: &str, note: &str) -> [Record; 2] {
    let (round, person) = (RoundId(Uuid::from_u128(id)), world.person(by));
    let route = RouteId::keyed(world.community, "tour");
    let at = Interval::exactly(Moment(1));
    let walked = Round {
        id: round,
        occasion: Occasion::Unplanned { route, duty: DutyKind::Patrol },
        name: words(&format!("name-of-{note}")),
        kind: DutyKind::Patrol,
        team: None,
        window: None,
        order: StopOrder::Free,
        stops: vec![],
        walkers: vec![Walker { person, started: at }],
        finished: None,
    };
    let visit = Visit {
        id: VisitId(Uuid::from_u128(id + 1)),
        round,
        checkpoint: CheckpointId::keyed(world.community, "gate"),
        by: person,
        at,
        proof: Proof::ByHand { reason: "no tag".into() },
        checklist: ChecklistId::keyed(world.community, "list"),
        version: 1,
        answers: vec![],
        note: note.into(),
        corrections: vec![],
        claim: None,
    };
    [Body::Round(walked), Body::Visit(visit)].map(|body| Record::new(Audience::Staff, body))
}

fn old_claim(world: &World, of: &str, lane: u128) -> Record {
    let person = world.person(of);
    let said = vec![Said { by: person, at: Interval::exactly(Moment(1)), was_them: true }];
    Record::new(Audience::Staff, Body::Claim(Claim { lane: LaneId(Uuid::from_u128(lane)), person, said }))
}

#[tokio::test]
async fn what_was_written_for_all_staff_goes_to_those_whose_work_it_was_and_leaves_the_others() {
    for_each_database(|fresh| async {
        let mut scene = scene(world(fresh).await).await;
        let (theirs, start) = planned(&scene.world, "cleaning", "2026-03-01");
        scene.says("cleaner", vec![start]).await;
        let (world, freely) = (&scene.world, || Source::Reported { round: None });
        let [guards, cleaners] = [photo(3), photo(4)];
        let mut old = vec![
            old_finding(world, 100, "guard", freely(), "canary-guards", &guards),
            old_finding(world, 200, "cleaner", freely(), "canary-cleaners", &cleaners),
            old_finding(world, 300, "guard", Source::Reported { round: Some(theirs) }, "canary-on-theirs", &cleaners),
            old_claim(world, "guard", 0xaaaa_aaaa_aaaa),
            old_claim(world, "cleaner", 0xbbbb_bbbb_bbbb),
        ];
        old.extend(old_walk(world, 400, "guard", "canary-patrolled"));
        old.extend(old_walk(world, 500, "cleaner", "canary-swept"));
        let on_walk = Source::Reported { round: Some(RoundId(Uuid::from_u128(500))) };
        old.push(old_finding(world, 600, "supervisor", on_walk, "canary-while-sweeping", &cleaners));
        // More than one transaction takes.
        old.extend(
            (1_000..1_120).map(|id| old_finding(world, id, "guard", freely(), &format!("canary-{id}-many"), &guards)),
        );
        for records in old.chunks(40) {
            as_before(world, world.person("guard"), records).await;
        }
        for photo in [&guards, &cleaners] {
            assert_eq!(scene.shared.put(photo).await, PhotoAnswer::Kept);
        }
        // What the phones were sent by the server of before.
        let mut pulled = BTreeMap::new();
        for who in WHO {
            let client = &scene.phones[who].client;
            let (keys, mut cursor) = (client.keys().await, 0);
            loop {
                let page = client.page(cursor, &keys).await;
                cursor = page.cursor;
                if !page.more {
                    break;
                }
            }
            pulled.insert(who, (keys, cursor));
        }
        assert_eq!(scene.are_sent("canary-guards").await, "xxxxx");

        migrated(&scene.world).await;
        let before = scene.world.exported("change").await.len();
        let put = holders::put_all(&scene.world.db, clock::now()).await.expect("put");
        assert_eq!(
            (put, scene.world.exported("change").await.len()),
            (128, before + 128),
            "each is a change in the log"
        );
        assert_eq!(holders::put_all(&scene.world.db, clock::now()).await.expect("put"), 0, "once");
        migrated(&scene.world).await;
        assert_eq!(holders::put_all(&scene.world.db, clock::now()).await.expect("put"), 0, "after a restore: no harm");

        let owners = [
            ("canary-guards", "..xxx"),
            ("canary-1077-many", "..xxx"),
            ("canary-patrolled", "..xxx"),
            ("aaaaaaaaaaaa", "..xxx"),
            ("canary-cleaners", "x..xx"),
            ("canary-on-theirs", "x..xx"),
            ("canary-swept", "x..xx"),
            ("canary-while-sweeping", "x..xx"),
            ("bbbbbbbbbbbb", "x..xx"),
        ];
        for (words, held) in owners {
            assert_eq!(scene.are_sent(words).await, held, "{words}");
        }
        for id in [100, 200, 300, 600, 1_077] {
            assert_eq!(scene.are_sent(&sign(FindingId(Uuid::from_u128(id)))).await, "xxxxx", "the sign of {id}");
        }
        assert_eq!(scene.shown("cleaner", &guards).await, [StatusCode::NOT_FOUND; 2]);
        assert_eq!(scene.shown("guard", &cleaners).await, [StatusCode::NOT_FOUND; 2]);
        assert_eq!(scene.shown("cleaner", &cleaners).await, [StatusCode::OK; 2]);

        // Whoever held it and may not any more is told to drop it; whoever may keeps it.
        let gone = async |who: &str| {
            let (keys, mut cursor) = pulled[who].clone();
            let (mut departed, mut rows) = (BTreeSet::new(), BTreeSet::new());
            loop {
                let page = scene.phones[who].client.page(cursor, &keys).await;
                departed.extend(page.departures);
                rows.extend(page.rows.iter().map(|row| row.id));
                cursor = page.cursor;
                if !page.more {
                    return (departed, rows);
                }
            }
        };
        let id = |id: u128| RecordId(Uuid::from_u128(id));
        for (who, departs, keeps) in [
            ("cleaner", &[100, 400, 401, 1_000, 1_119][..], &[200, 300, 500, 501, 600][..]),
            ("gardener", &[100, 200, 300, 400, 401, 500, 501, 600, 1_077], &[]),
            ("guard", &[200, 300, 500, 501, 600], &[100, 400, 401, 1_000, 1_119]),
            ("supervisor", &[], &[100, 200, 300, 400, 401, 500, 501, 600, 1_000]),
        ] {
            let (departed, rows) = gone(who).await;
            assert!(departs.iter().all(|it| departed.contains(&id(*it))), "{who} drops {departs:?}");
            assert!(
                keeps.iter().all(|it| !departed.contains(&id(*it)) && rows.contains(&id(*it))),
                "{who} keeps {keeps:?}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_server_of_this_version_gives_it_away_before_it_answers_anybody() {
    for_each_database(|fresh| async {
        let url = fresh.url.clone();
        let scene = scene(world(fresh).await).await;
        let free = Source::Reported { round: None };
        let old = old_finding(&scene.world, 100, "guard", free, "canary-of-before", &photo(5));
        as_before(&scene.world, scene.world.person("guard"), &[old]).await;
        migrated(&scene.world).await;
        let program = Program::serve(&url, &scene.world.photos.with_file_name("log"), &["--no-demo"]);
        for (who, told) in [("cleaner", false), ("guard", true)] {
            let bytes = Client::of(&program.base, who, false).await.bytes().await;
            assert_eq!(bytes.contains("canary-of-before"), told, "{who}");
            assert!(bytes.contains(&sign(FindingId(Uuid::from_u128(100)))), "{who}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_a_team_found_follows_it_to_its_contractor_and_back() {
    for_each_database(|fresh| async {
        let mut scene = scene(world(fresh).await).await;
        let (patrol, start) = planned(&scene.world, "security", "2026-03-01");
        let (on_patrol, a) = raised(&scene.world, Some(patrol), "canary-on-patrol", &[]);
        let (free, b) = raised(&scene.world, None, "canary-free", &[]);
        scene.says("guard", vec![start, a, b]).await;
        let (sweep, start) = planned(&scene.world, "cleaning", "2026-03-01");
        let (swept, c) = raised(&scene.world, Some(sweep), "canary-swept", &[]);
        let (said, d) = raised(&scene.world, None, "canary-said", &[]);
        scene.says("cleaner", vec![start, c, d]).await;
        holders::put_all(&scene.world.db, clock::now()).await.expect("put");
        assert_eq!(scene.audience(on_patrol).await, Audience::OwnStaff);
        assert_eq!(scene.audience(swept).await, scene.team("cleaning"));

        apply(&scene.world, vec![put_team(&scene.world, "security", Some("Dun"))]).await;
        // Between the two nobody is sent more than before.
        assert_eq!(scene.are_sent("canary-on-patrol").await, "...xx");
        assert_eq!(due::say(&scene.world.db, clock::now()).await.expect("what is due is said"), 1);
        assert_eq!(scene.audience(on_patrol).await, scene.team("security"));
        assert_eq!(scene.audience(free).await, Audience::OwnStaff, "what was said freely says nothing of now");
        assert_eq!(scene.are_sent("canary-on-patrol").await, "..xxx");
        assert_eq!(scene.are_sent("canary-free").await, "...xx");

        apply(&scene.world, vec![put_team(&scene.world, "security", None)]).await;
        apply(&scene.world, vec![put_team(&scene.world, "cleaning", None)]).await;
        assert_eq!(holders::put_all(&scene.world.db, clock::now()).await.expect("put"), 3);
        for finding in [on_patrol, free, swept, said] {
            assert_eq!(scene.audience(finding).await, Audience::OwnStaff);
        }
        assert_eq!(scene.are_sent("canary-said").await, "x.xxx", "a cleaner of the own staff, the gardener not");
        assert_eq!(holders::put_all(&scene.world.db, clock::now()).await.expect("put"), 0);
    })
    .await;
}
