//! Claims about bounds: what one device or one stranger may cost, and that honest work fits within them twice.

use std::{env, time::Duration};

use app::online::Trouble;
use domain::{
    ids::{ChangeId, LaneId},
    people::Role,
    photos::{Photo, PhotoHash},
    time::Moment,
};
use reqwest::{StatusCode, header};
use serde_json::{json, value::RawValue};
use server::{bounds::Bounds, clock, custody, enrolment, sync_routes};
use sync::messages::{
    CHANGE_BYTES, CHANGE_DEPTH, Hole, LaneOpening, Outcome, PUSH_CHANGES, PhotoAnswer, Push, Seal, path,
};
use uuid::Uuid;

use crate::{
    client::{Client, PASSWORD, change, clocks, lane, outcomes, placed, push_of, raw},
    databases::{for_each_database, sqlite},
    pictures::{jpeg, named, photo},
    world::{finding, give_accounts, world},
};

const DOCUMENT: &str = include_str!("../../../docs/sync.md");

#[test]
fn the_table_of_bounds_says_what_is_so() {
    let bounds = Bounds::new(300);
    let within = |window: i64| match window {
        10_000 => "10 s",
        60_000 => "1 min",
        900_000 => "15 min",
        86_400_000 => "1 day",
        other => panic!("say {other} ms in words"),
    };
    let rows =
        bounds.all().into_iter().map(|it| format!("| {} | {} in {} |", it.what, grouped(it.most), within(it.window)));
    let rows = rows.chain(bounds.turns().map(|it| format!("| {} | {} |", it.what, it.each)));
    let at_once: [(&str, u64); 9] = [
        ("changes of a push, and items of a hand-over", sync_routes::CHANGES_MOST as u64),
        ("lanes of a push", sync_routes::LANES_MOST as u64),
        ("holes of a push", sync_routes::HOLES_MOST as u64),
        ("seals of a hello", sync_routes::SEALS_MOST as u64),
        ("bytes of a change", CHANGE_BYTES as u64),
        ("depth of a change", CHANGE_DEPTH as u64),
        ("items of a device in custody", custody::ITEMS_MOST.unsigned_abs()),
        ("bytes of a device in custody", custody::BYTES_MOST.unsigned_abs()),
        ("devices of one's own", enrolment::OWN_DEVICES_MOST as u64),
    ];
    let rows = rows.chain(at_once.map(|(what, most)| format!("| {what} | {} |", grouped(most))));
    for row in rows.collect::<Vec<_>>() {
        assert!(DOCUMENT.contains(&row), "docs/sync.md lacks: {row}");
    }
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).expect("digits"));
    groups.collect::<Vec<_>>().join(",")
}

#[tokio::test]
async fn a_push_with_more_in_it_than_any_tablet_has_is_not_taken_and_nothing_of_it_is() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let tablet = world.client("guard", true).await;
        let own = lane(world.person("guard"));
        let change = world.finding("one of many");
        let placed = placed(&own, 1, &[change]);
        let push = push_of(&own, placed.clone());
        let many = |n: usize| (0..n).map(|_| lane(world.person("guard"))).collect::<Vec<_>>();
        let hole = Hole { lane: own.lane, from: 1, to: 1 };
        for (what, sent) in [
            ("changes", Push { changes: vec![placed[0].clone(); sync_routes::CHANGES_MOST + 1], ..push.clone() }),
            ("lanes", Push { lanes: many(sync_routes::LANES_MOST + 1), ..push.clone() }),
            ("holes", Push { holes: vec![hole; sync_routes::HOLES_MOST + 1], ..push.clone() }),
        ] {
            assert_eq!(tablet.try_push(&sent).await.err(), Some(StatusCode::PAYLOAD_TOO_LARGE), "{what}");
        }
        let seals = (0..=sync_routes::SEALS_MOST).map(|_| Seal::new(LaneId(Uuid::now_v7()), 1)).collect();
        assert_eq!(tablet.hello(seals, 0).await.err(), Some(StatusCode::PAYLOAD_TOO_LARGE));
        assert!(matches!(outcomes(&tablet.push(&push).await)[..], [Outcome::Accepted { .. }]));
    })
    .await;
}

#[tokio::test]
async fn a_device_that_opens_lanes_or_brings_changes_without_end_waits_and_loses_nothing() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let tablet = world.client("guard", true).await;
        let device = tablet.enrol(true).await.expect("known").device.to_string();
        let own = lane(world.person("guard"));
        let bounds = &world.state.bounds;
        // More than at once, here and below: some of it comes back while this is asked.
        bounds.lanes.count(&device, 2 * bounds.lanes.most, clock::now());
        let first = push_of(&own, placed(&own, 1, &[world.finding("saved")]));
        assert_eq!(tablet.try_push(&first).await.err(), Some(StatusCode::TOO_MANY_REQUESTS));
        assert!(tablet.hello(vec![], 0).await.expect("enrolled").lanes.is_empty(), "nothing was opened");
        bounds.lanes.forgive(&device);
        tablet.push(&first).await;
        bounds.changes.count(&device, bounds.changes.most + 50, clock::now());
        let second = push_of(&own, placed(&own, 2, &[world.finding("saved"), world.finding("saved")]));
        let answer = tablet.post(path::PUSH, serde_json::to_string(&second).expect("JSON")).await;
        assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
        let seconds: u64 = answer.headers()[header::RETRY_AFTER].to_str().expect("text").parse().expect("a number");
        assert!((1..=120).contains(&seconds), "two changes are soon made room for: {seconds}");
        assert!(matches!(outcomes(&tablet.push(&first).await)[..], [Outcome::Accepted { .. }]), "repeats cost nothing");
        bounds.changes.forgive(&device);
        assert_eq!(outcomes(&tablet.push(&second).await).len(), 2);
        assert!(bounds.lanes.refused() >= 1 && bounds.changes.refused() >= 1);
        let metrics = crate::client::stranger().get(format!("{}/metrics", world.base)).send().await.expect("an answer");
        let text = metrics.text().await.expect("text");
        assert!(text.contains(r#"lamplighter_bounded_total{bound="lanes that a device opens"} 1"#), "{text}");
    })
    .await;
}

#[tokio::test]
async fn a_device_that_asks_without_end_is_asked_to_wait_whatever_it_asks() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let tablet = world.client("guard", true).await;
        let device = tablet.enrol(true).await.expect("known").device.to_string();
        let (bounds, now) = (&world.state.bounds, clock::now());
        for bound in [&bounds.hellos, &bounds.pulls] {
            bound.count(&device, 2 * bound.most, now);
        }
        assert_eq!(tablet.hello(vec![], 0).await.err(), Some(StatusCode::TOO_MANY_REQUESTS));
        let pull = tablet.post(path::PULL, r#"{"cursor":0,"epoch":"","view":""}"#).await;
        assert_eq!(pull.status(), StatusCode::TOO_MANY_REQUESTS);
        assert!(pull.headers().contains_key(header::RETRY_AFTER));
        let listen =
            async || tablet.http.get(format!("{}{}", world.base, path::EVENTS)).send().await.expect("an answer");
        let mut streams = vec![];
        for _ in 0..bounds.hints.each {
            streams.push(listen().await);
        }
        assert!(streams.iter().all(|stream| stream.status() == StatusCode::OK));
        assert_eq!(listen().await.status(), StatusCode::TOO_MANY_REQUESTS);
        let other = world.client("supervisor", true).await;
        assert!(other.hello(vec![], 0).await.is_ok(), "another device is not held up");
    })
    .await;
}

#[tokio::test]
async fn photos_that_records_name_are_bounded_as_well() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let tablet = world.client("guard", true).await;
        let device = tablet.enrol(true).await.expect("known").device.to_string();
        let (first, second) = (photo(1), photo(2));
        let own = lane(world.person("guard"));
        let changes = [world.finding_with("named first", vec![named(&first), named(&second)])];
        tablet.push(&push_of(&own, placed(&own, 1, &changes))).await;
        assert_eq!(tablet.put(&first).await, PhotoAnswer::Kept);
        let bytes = &world.state.bounds.photo_bytes;
        bytes.count(&device, 2 * bytes.most, clock::now());
        let put = async |photo: &[u8]| tablet.put_as(&PhotoHash::of(photo).to_string(), photo.to_vec()).await;
        assert_eq!(put(&second).await, Err(StatusCode::TOO_MANY_REQUESTS));
        assert_eq!(put(&first).await, Ok(PhotoAnswer::Kept), "what is kept costs nothing");
        bytes.forgive(&device);
        assert_eq!(put(&second).await, Ok(PhotoAnswer::Kept));
    })
    .await;
}

#[tokio::test]
async fn of_too_many_devices_of_ones_own_the_one_that_was_away_for_longest_is_retired() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let mut phones = vec![];
        for _ in 0..enrolment::OWN_DEVICES_MOST {
            phones.push(world.client("resident", false).await);
        }
        // The first has something that waits, the second was here just now, the third was away since it was enrolled.
        phones[0].hello(vec![], 1).await.expect("enrolled");
        phones[1].hello(vec![], 0).await.expect("enrolled");
        world.client("resident", false).await;
        let mut known = vec![];
        for phone in &phones[..4] {
            known.push(phone.hello(vec![], 0).await.is_ok());
        }
        assert_eq!(known, [true, true, false, true]);
    })
    .await;
}

#[tokio::test]
async fn a_change_that_lies_too_deep_is_kept_as_it_came_and_spoils_no_line_of_the_export() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let tablet = world.client("guard", true).await;
        let own = lane(world.person("guard"));
        let id = ChangeId(Uuid::now_v7());
        let deep = format!(
            r#"{{"id":"{id}","v":1,"kind":"finding.raised","at":{},"body":{}{}}}"#,
            serde_json::to_string(&change_stamp()).expect("JSON"),
            "[".repeat(20_000),
            "]".repeat(20_000)
        );
        let deep = RawValue::from_string(deep).expect("JSON");
        let behind = world.finding("not held up");
        let changes = vec![raw(&own, 1, id, deep.clone()), placed(&own, 2, &[behind]).remove(0)];
        let answer = tablet.push(&push_of(&own, changes)).await;
        let told = serde_json::to_string(&answer.outcomes[0].outcome).expect("JSON");
        assert!(told.contains("quarantined") && told.contains("too_large"), "{told}");
        assert!(matches!(outcomes(&answer)[1], Outcome::Accepted { .. }));
        // Every line is read by whoever reads JSON as deep as it is usually read.
        let log = world.exported("change").await;
        let kept = log.iter().find(|line| line["id"] == id.to_string()).expect("it is in the log");
        assert_eq!(kept["envelope"].as_str(), Some(deep.get()), "every byte, as a text");
    })
    .await;
}

fn change_stamp() -> domain::time::Stamp {
    change(finding(domain::ids::CommunityId(Uuid::nil()), "", vec![]).deed).at
}

/// Six weeks of one tablet without a network: 30 lanes, 20,000 changes and 10,000 photos of 250 kB. In every test a part of it, and the
/// whole by `cargo xtask six-weeks`.
#[tokio::test]
async fn six_weeks_of_one_tablet_arrive_whole_within_a_day() {
    let part: usize = env::var("LAMPLIGHTER_SIX_WEEKS").ok().and_then(|part| part.parse().ok()).unwrap_or(20);
    // In the short way as many photos as may come at once.
    let (changes, photos) = (20_000 / part, if part == 1 { 10_000 } else { 100 });
    let bounds = Bounds::new(16);
    let twice = [
        (&bounds.lanes, 30),
        (&bounds.changes, 20_000),
        (&bounds.photos, 10_000),
        (&bounds.photo_bytes, 2_500_000_000),
    ];
    assert!(twice.iter().all(|(bound, needed)| bound.most == 2 * needed), "bounds are twice what is needed");
    let world = world(sqlite()).await;
    let names: Vec<String> = (0..29).map(|n| format!("guard-{n}")).collect();
    let mut canon =
        server::canon::SqlCanon::new(world.db.write().await.expect("a transaction"), world.community, clock::now());
    let people = names
        .iter()
        .map(|name| (name.clone(), domain::changes::Request::PutPerson(world.someone(name, &[Role::Guard]))));
    server::system::apply(&mut canon, people.collect(), clock::now()).await.expect("applied");
    canon.commit().await.expect("committed");
    give_accounts(&world, &names).await;
    let tablet = world.client("manager", true).await;
    let lanes: Vec<LaneOpening> =
        names.iter().map(|name| world.person(name)).chain([world.person("manager")]).map(lane).collect();
    // A quarter of a megabyte each on the whole way; in the short one the pictures are small.
    let picture = if part == 1 { jpeg(600, 460, 1) } else { photo(1) };
    assert!(part != 1 || (200_000..=250_000).contains(&picture.len()), "{}", picture.len());
    let pictures: Vec<Photo> = (0..photos).map(|n| of_picture(&variant(&picture, n))).collect();
    let mut numbers = vec![0; lanes.len()];
    for first in (0..changes).step_by(PUSH_CHANGES) {
        let mut sent = vec![];
        for n in first..(first + PUSH_CHANGES).min(changes) {
            let at = n % lanes.len();
            numbers[at] += 1;
            let found = world.finding_with("six weeks ago", pictures.get(n).copied().into_iter().collect());
            sent.extend(placed(&lanes[at], numbers[at], &[found]));
        }
        let push = Push { clocks: clocks(), lanes: lanes.clone(), holes: vec![], changes: sent };
        let answer = tablet.push_when_it_may(&push).await;
        assert!(outcomes(&answer).iter().all(|outcome| matches!(outcome, Outcome::Accepted { .. })), "{answer:?}");
    }
    for n in 0..photos {
        let bytes = variant(&picture, n);
        let name = PhotoHash::of(&bytes).to_string();
        let answer = loop {
            match tablet.put_as(&name, bytes.clone()).await {
                Err(StatusCode::TOO_MANY_REQUESTS) => tokio::time::sleep(Duration::from_millis(500)).await,
                answer => break answer,
            }
        };
        assert_eq!(answer, Ok(PhotoAnswer::Kept), "photo {n}");
    }
    let log = world.exported("change").await;
    let came = log.iter().filter(|line| line["kind"] == "finding.raised").count();
    let kept = world.exported("photo").await.iter().filter(|line| line["received"].is_number()).count();
    assert_eq!((came, kept), (changes, photos));
}

/// The same picture with another table of its own: other bytes, as good a picture.
fn variant(picture: &[u8], n: usize) -> Vec<u8> {
    let table = picture.windows(2).position(|pair| pair == [0xFF, 0xDB]).expect("it has a table");
    let mut picture = picture.to_vec();
    picture[table + 5 + 62] = u8::try_from(1 + n % 250).expect("a byte");
    picture[table + 5 + 63] = u8::try_from(1 + n / 250 % 250).expect("a byte");
    picture
}

fn of_picture(bytes: &[u8]) -> Photo {
    Photo { taken: Moment(1_799_999_000_000), ..named(bytes) }
}

#[tokio::test]
async fn whoever_tries_a_name_from_elsewhere_keeps_nobody_out_of_their_own_tablet() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let tablet = world.client("guard", true).await;
        let stranger = Client::new(&world.base);
        for _ in 0..5 {
            assert_eq!(stranger.sign_in("guard", "not this one").await, Err(Trouble::WrongPassword));
        }
        assert!(matches!(stranger.sign_in("guard", PASSWORD).await, Err(Trouble::TooMany { .. })));
        assert!(tablet.sign_in("guard", PASSWORD).await.is_ok(), "from a tablet of the community");
        // A device of somebody else's own is elsewhere too.
        let phone = world.client("resident", false).await;
        assert!(matches!(phone.sign_in("guard", PASSWORD).await, Err(Trouble::TooMany { .. })));
    })
    .await;
}

#[tokio::test]
async fn behind_a_proxy_addresses_are_told_apart_and_without_one_nobody_is_shut_out_for_all() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let base = world.published("https://lamplighter.lan").await;
        let from = async |address: Option<&str>, name: &str, pass_phrase: &str| {
            let request = crate::client::stranger().post(format!("{base}/api/v1/online/sign_in"));
            let request = request.header(header::CONTENT_TYPE, "application/json").header(header::ORIGIN, &base);
            let request = match address {
                Some(address) => request.header("x-forwarded-for", address),
                None => request,
            };
            let body = json!({ "username": name, "password": pass_phrase }).to_string();
            request.body(body).send().await.expect("an answer").status()
        };
        for _ in 0..5 {
            assert_eq!(from(Some("9.9.9.9, 2001:db8::7"), "guard", "not this one").await, StatusCode::UNAUTHORIZED);
        }
        let same_house = from(Some("2001:db8::1:2:3:4"), "guard", PASSWORD).await;
        assert_eq!(same_house, StatusCode::TOO_MANY_REQUESTS, "2^64 addresses are one customer's");
        assert_eq!(from(Some("2001:db8:0:1::7"), "guard", PASSWORD).await, StatusCode::OK);
        assert_eq!(from(Some("10.0.0.9"), "guard", PASSWORD).await, StatusCode::OK);
        let code = async |address: Option<&str>| {
            let request = crate::client::stranger().post(format!("{base}/api/v1/online/join"));
            let request = request.header(header::CONTENT_TYPE, "application/json").header(header::ORIGIN, &base);
            let request = match address {
                Some(address) => request.header("x-forwarded-for", address),
                None => request,
            };
            let form = json!({ "code": "0000-0000-0000", "name": "n", "username": "", "pass_phrase": PASSWORD, "language": "zh" });
            request.body(json!({ "form": form }).to_string()).send().await.expect("an answer").status()
        };
        for _ in 0..20 {
            assert_eq!(code(None).await, StatusCode::FORBIDDEN);
        }
        assert_eq!(code(None).await, StatusCode::FORBIDDEN, "the proxy's own address is everybody's");
        for _ in 0..20 {
            assert_eq!(code(Some("10.0.0.9")).await, StatusCode::FORBIDDEN);
        }
        assert_eq!(code(Some("10.0.0.9")).await, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(code(Some("10.0.0.10")).await, StatusCode::FORBIDDEN);
    })
    .await;
}

#[tokio::test]
async fn many_strangers_at_once_are_no_queue_for_a_tablet_that_is_known() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let tablet = world.client("guard", true).await;
        let bounds = &world.state.bounds;
        // As many as may wait, from as many places: their turns are all taken.
        let turns = world.state.turns_of_strangers.acquire_many(2).await.expect("it is open");
        let waiting: Vec<_> = (0..bounds.strangers_at_the_door.all)
            .map(|n| bounds.strangers_at_the_door.take(&format!("10.0.{}.{}", n / 250, n % 250)))
            .collect();
        assert!(waiting.iter().all(Option::is_some));
        let one_more = Client::new(&world.base).sign_in("guard", PASSWORD).await;
        assert!(matches!(one_more, Err(Trouble::TooMany { .. })), "{one_more:?}");
        assert!(tablet.sign_in("guard", PASSWORD).await.is_ok());
        drop((turns, waiting));
        assert!(Client::new(&world.base).sign_in("guard", PASSWORD).await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn a_number_that_no_lane_has_is_no_message_and_half_a_pair_is_called_that() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let tablet = world.client("guard", true).await;
        let own = lane(world.person("guard"));
        for odd in [0, -1, i64::MIN] {
            let push = push_of(&own, placed(&own, odd, &[world.finding("of no number")]));
            assert_eq!(tablet.try_push(&push).await.err(), Some(StatusCode::BAD_REQUEST), "{odd}");
        }
        let hole = Push { holes: vec![Hole { lane: own.lane, from: 0, to: 3 }], ..push_of(&own, vec![]) };
        assert_eq!(tablet.try_push(&hole).await.err(), Some(StatusCode::BAD_REQUEST));
        for (n, half) in (1..).zip([r"\ud83d", r"\udd26", r"\ud83d lamp", r"\ud83dA"]) {
            let finding =
                serde_json::to_string(&sync::messages::Envelope::seal(&world.finding("half a lamp"))).expect("JSON");
            let id = serde_json::from_str::<sync::messages::Envelope>(&finding).expect("an envelope").id;
            let bytes = RawValue::from_string(finding.replace("half a lamp", half)).expect("JSON");
            let answer = tablet.push(&push_of(&own, vec![raw(&own, n, id, bytes)])).await;
            let told = serde_json::to_string(&answer.outcomes[0].outcome).expect("JSON");
            assert!(told.contains("half of a surrogate pair stands alone"), "{half} {told}");
        }
        assert_eq!(world.exported("change").await.iter().filter(|line| line["kind"] == "finding.raised").count(), 4);
    })
    .await;
}
