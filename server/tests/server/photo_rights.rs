//! Claims about who is shown a photo: whoever may see a record that uses it, and nobody else can tell that it is there.

use app::online::{MissingPhoto, Trouble};
use domain::{
    changes::Request,
    findings::{Finding, Source},
    ids::{CheckpointId, FindingId, TeamId},
    people::{Role, Team},
    photos::PhotoHash,
    records::{Audience, Body, Record},
    text::Words,
    time::{Interval, Moment},
};
use reqwest::{StatusCode, header};
use serde_json::{Value, json};
use server::{communities, records};
use sync::messages::{PROTOCOL_HEADER, PhotoAbsence, PhotoAnswer};
use uuid::Uuid;

use crate::{
    client::{Client, PASSWORD, lane, placed, push_of},
    databases::for_each_database,
    pictures::{named, photo},
    world::{World, found, world},
};

/// Writes a finding with a photo for one audience, as the rules might. The same id again moves it to another audience.
async fn keep(world: &World, id: u128, audience: Audience, bytes: &[u8]) {
    let finding = Finding {
        id: FindingId(Uuid::from_u128(id)),
        checkpoint: CheckpointId::keyed(world.community, "gate"),
        source: Source::Reported { round: None },
        what: None,
        note: String::new(),
        photos: vec![named(bytes)],
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

/// What somebody is answered who asks for this photo and for its thumbnail.
async fn asked(client: &Client, bytes: &[u8]) -> StatusCode {
    let name = PhotoHash::of(bytes);
    let (whole, small) = (client.show(name).await.status(), client.show(format!("{name}/thumbnail")).await.status());
    assert_eq!(whole, small);
    whole
}

#[tokio::test]
async fn a_photo_is_shown_to_those_who_may_see_its_record_by_device_or_by_session() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let gardening = TeamId::keyed(world.community, "gardening");
        let manager = world.client("manager", false).await;
        let own = lane(world.person("manager"));
        let team = Request::PutTeam(Team { id: gardening, name: Words::new("绿化", "Gardening"), contractor: None });
        manager.push(&push_of(&own, placed(&own, 1, &[world.request(team)]))).await;
        let askers = [
            ("a shared tablet", world.client("guard", true).await),
            ("a guard's phone", world.client("guard", false).await),
            ("a supervisor's phone", world.client("supervisor", false).await),
            ("a resident's phone", world.client("resident", false).await),
        ];
        let security = Audience::Team(TeamId::keyed(world.community, "security"));
        let bytes = photo(1);
        keep(&world, 1, Audience::Staff, &bytes).await;
        assert_eq!(askers[0].1.put(&bytes).await, PhotoAnswer::Kept);
        for (audience, may) in [
            (Audience::Everyone, [true, true, true, true]),
            (Audience::Staff, [true, true, true, false]),
            (Audience::OwnStaff, [true, true, true, false]),
            (security, [true, true, true, false]),
            (Audience::Team(gardening), [true, false, true, false]),
            (Audience::Managers, [false, false, true, false]),
            (Audience::Person(world.person("resident")), [false, false, false, true]),
        ] {
            keep(&world, 1, audience, &bytes).await;
            for ((who, client), may) in askers.iter().zip(may) {
                let expected = if may { StatusCode::OK } else { StatusCode::NOT_FOUND };
                assert_eq!(asked(client, &bytes).await, expected, "{who}, {audience}");
            }
        }
        keep(&world, 2, Audience::Staff, &bytes).await;
        assert_eq!(asked(&askers[1].1, &bytes).await, StatusCode::OK, "another record of theirs uses it too");

        let browser = Client::new(&world.base);
        assert_eq!(asked(&browser, &bytes).await, StatusCode::UNAUTHORIZED);
        browser.sign_in("cleaner", PASSWORD).await.expect("the pass phrase is right");
        assert_eq!(asked(&browser, &bytes).await, StatusCode::OK, "a session without a device");
        let mut left = world.someone("cleaner", &[Role::Cleaner]);
        left.left = "2026-01-01".parse().ok();
        manager.push(&push_of(&own, placed(&own, 2, &[world.request(Request::PutPerson(left))]))).await;
        assert_eq!(asked(&browser, &bytes).await, StatusCode::UNAUTHORIZED, "whoever has left is signed out");
    })
    .await;
}

#[tokio::test]
async fn a_record_that_no_longer_uses_a_photo_shows_it_to_nobody() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let tablet = world.client("guard", true).await;
        keep(&world, 1, Audience::Staff, &photo(1)).await;
        tablet.put(&photo(1)).await;
        assert_eq!(asked(&tablet, &photo(1)).await, StatusCode::OK);
        keep(&world, 1, Audience::Staff, &photo(2)).await;
        assert_eq!(asked(&tablet, &photo(1)).await, StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn a_withdrawn_device_is_shown_nothing() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let manager = world.client("manager", false).await;
        let tablet = Client::new(&world.base);
        tablet.sign_in("guard", PASSWORD).await.expect("the pass phrase is right");
        let device = tablet.enrol(true).await.expect("enrolled").device;
        tablet.call::<()>("sign_out", json!({})).await.expect("signed out");
        keep(&world, 1, Audience::Staff, &photo(1)).await;
        tablet.put(&photo(1)).await;
        assert_eq!(asked(&tablet, &photo(1)).await, StatusCode::OK);
        manager.call::<()>("retire_device", json!({ "device": device })).await.expect("a manager may");
        assert_eq!(asked(&tablet, &photo(1)).await, StatusCode::UNAUTHORIZED);
    })
    .await;
}

#[tokio::test]
async fn a_hash_of_another_community_answers_like_one_that_nobody_has() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        found(&world.db, "-next-door").await;
        let tablet = world.client("guard", true).await;
        keep(&world, 1, Audience::Everyone, &photo(1)).await;
        tablet.put(&photo(1)).await;
        let stranger = Client::of(&world.base, "supervisor-next-door", true).await;
        let mut answers = vec![];
        for bytes in [photo(1), photo(2)] {
            let answer = stranger.show(PhotoHash::of(&bytes)).await;
            let mut headers = answer.headers().clone();
            for own in ["x-request-id", "date"] {
                headers.remove(own);
            }
            assert_eq!(headers[header::CACHE_CONTROL], "no-store");
            answers.push((answer.status(), headers, answer.text().await.expect("text")));
        }
        assert_eq!(answers[0], answers[1]);
        let absence: PhotoAbsence = serde_json::from_str(&answers[0].2).expect("the reason");
        assert_eq!((answers[0].0, absence), (StatusCode::NOT_FOUND, PhotoAbsence::NotFound));
        assert_eq!(stranger.put(&photo(1)).await, PhotoAnswer::Kept, "their own, of the same bytes");
        assert_eq!(world.exported("photo").await.len(), 2);
        assert_eq!(asked(&stranger, &photo(1)).await, StatusCode::NOT_FOUND, "no record of theirs uses it");
    })
    .await;
}

#[tokio::test]
async fn a_photo_that_has_not_come_is_on_its_way_for_those_who_may_see_it_and_missing_for_those_in_charge() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let (tablet, resident) = (world.client("guard", true).await, world.client("resident", false).await);
        let supervisor = world.client("supervisor", false).await;
        let own = lane(world.person("guard"));
        let bytes = photo(1);
        let finding = world.finding_with("lamp", vec![named(&bytes)]);
        let seq = tablet.push(&push_of(&own, placed(&own, 1, &[finding]))).await.outcomes[0].seq;
        let name = PhotoHash::of(&bytes);
        let waits = PhotoAbsence::OnItsWay { by: Some(world.person("guard")), taken: named(&bytes).taken };
        for (client, expected) in [(&tablet, waits), (&supervisor, waits), (&resident, PhotoAbsence::NotFound)] {
            let answer = client.show(name).await;
            assert_eq!(answer.status(), StatusCode::NOT_FOUND);
            assert_eq!(answer.headers()[PROTOCOL_HEADER], "1", "the app knows this answer from a proxy's");
            assert_eq!(answer.json::<PhotoAbsence>().await.expect("the reason"), expected);
        }
        let list = async |client: &Client| client.call::<Vec<MissingPhoto>>("missing_photos", json!({})).await;
        let missing = list(&supervisor).await.expect("a supervisor may");
        let [line] = &missing[..] else { panic!("{missing:?}") };
        let finding = supervisor.view().await.into_iter().find(|row| row.seq == seq).expect("the finding");
        assert_eq!(
            (line.hash, line.record, line.kind.as_str(), line.person, line.taken),
            (name, finding.id, "finding", Some(world.person("guard")), named(&bytes).taken)
        );
        assert_eq!(
            (line.checkpoint, line.item.as_deref(), line.device.as_deref()),
            (Some(CheckpointId::keyed(world.community, "gate")), None, Some("Tablet 1"))
        );
        for client in [&tablet, &resident] {
            assert_eq!(list(client).await, Err(Trouble::NotPermitted));
        }
        assert_eq!(list(&Client::new(&world.base)).await, Err(Trouble::SignInFirst));
        let exported = |lines: Vec<Value>| lines.iter().map(|line| line["received"].is_i64()).collect::<Vec<_>>();
        assert_eq!(exported(world.exported("photo").await), [false]);
        assert_eq!(tablet.put(&bytes).await, PhotoAnswer::Kept);
        assert_eq!(list(&supervisor).await.expect("a supervisor may"), []);
        assert_eq!(exported(world.exported("photo").await), [true]);
    })
    .await;
}
