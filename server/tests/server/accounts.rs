//! Claims about signing in, sessions and who looks after devices.

use app::online::{DeviceInfo, SignedIn, Trouble};
use reqwest::StatusCode;
use serde_json::json;
use sync::messages::{Outcome, Seal};

use crate::{
    client::{Client, PASSWORD, lane, outcomes, placed, push_of},
    databases::for_each_database,
    world::world,
};

#[tokio::test]
async fn whoever_signs_in_is_known_until_they_sign_out() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let client = Client::new(&world.base);
        assert_eq!(client.call::<SignedIn>("who_am_i", json!({})).await, Err(Trouble::SignInFirst));
        let signed_in = client.sign_in(" Guard ", PASSWORD).await.expect("spaces and capitals do not matter");
        assert_eq!((signed_in.person, signed_in.has_pin), (world.person("guard"), true));
        assert_eq!(client.call::<SignedIn>("who_am_i", json!({})).await, Ok(signed_in));
        assert_eq!(client.call::<()>("sign_out", json!({})).await, Ok(()));
        assert_eq!(client.call::<SignedIn>("who_am_i", json!({})).await, Err(Trouble::SignInFirst));
    })
    .await;
}

#[tokio::test]
async fn a_wrong_pass_phrase_and_an_unknown_name_are_told_alike_and_the_sixth_try_waits() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let client = Client::new(&world.base);
        for _ in 0..5 {
            assert_eq!(client.sign_in("guard", "not this one").await, Err(Trouble::WrongPassword));
            assert_eq!(client.sign_in("nobody", "not this one").await, Err(Trouble::WrongPassword));
        }
        for name in ["guard", "nobody"] {
            let sixth = client.sign_in(name, PASSWORD).await;
            assert!(matches!(sixth, Err(Trouble::TooMany { seconds }) if (1..=900).contains(&seconds)), "{sixth:?}");
        }
        assert!(client.sign_in("manager", PASSWORD).await.is_ok(), "another name is not held up");
    })
    .await;
}

#[tokio::test]
async fn after_the_session_expired_one_must_sign_in_and_the_device_still_pushes() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let client = world.client("guard", true).await;
        let mut tx = world.db.write().await.expect("tx");
        sqlx::query("update sessions set expires = 1").execute(&mut *tx).await.expect("run");
        tx.commit().await.expect("committed");
        assert_eq!(client.call::<()>("set_pin", json!({ "pin": "2581" })).await, Err(Trouble::SignInFirst));
        let own = lane(world.person("guard"));
        let answer = client.push(&push_of(&own, placed(&own, 1, &[world.finding("still here")]))).await;
        assert!(matches!(outcomes(&answer)[..], [Outcome::Accepted { .. }]), "{answer:?}");
    })
    .await;
}

#[tokio::test]
async fn a_pin_reaches_the_tablet_as_a_verifier_and_must_be_digits() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let client = world.client("guard", true).await;
        let invalid = Err(Trouble::Invalid { field: "pin".into() });
        assert_eq!(client.call::<()>("set_pin", json!({ "pin": "12" })).await, invalid);
        assert_eq!(client.call::<()>("set_pin", json!({ "pin": "2581" })).await, Ok(()));
        let unlocks = client.hello(vec![], 0).await.expect("enrolled").unlocks;
        let own = unlocks.iter().find(|unlock| unlock.person == world.person("guard")).expect("theirs");
        assert!(own.verifier.starts_with("pbkdf2-sha256$60000$"), "{}", own.verifier);
    })
    .await;
}

#[tokio::test]
async fn enrolling_twice_is_one_device_and_a_retired_one_is_no_longer_known() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let tablet = world.client("guard", true).await;
        let device = tablet.enrol(true).await.expect("again").device;
        assert_eq!(tablet.enrol(true).await.expect("again").device, device);
        let manager = Client::new(&world.base);
        manager.sign_in("manager", PASSWORD).await.expect("the pass phrase is right");
        let devices: Vec<DeviceInfo> = manager.call("devices", json!({})).await.expect("they look after devices");
        assert_eq!(devices.iter().map(|device| device.id).collect::<Vec<_>>(), [device]);
        assert_eq!(tablet.call::<Vec<DeviceInfo>>("devices", json!({})).await, Err(Trouble::NotPermitted));
        assert_eq!(manager.call::<()>("retire_device", json!({ "device": device })).await, Ok(()));
        assert_eq!(tablet.hello(vec![], 0).await.err(), Some(StatusCode::UNAUTHORIZED));
        let nobodys = uuid::Uuid::now_v7();
        assert_eq!(manager.call::<()>("retire_device", json!({ "device": nobodys })).await, Err(Trouble::NotFound));
    })
    .await;
}

#[tokio::test]
async fn a_device_is_sealed_when_nothing_waits_on_it_and_every_lane_is_here() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let tablet = world.client("operator", true).await;
        let own = lane(world.person("guard"));
        tablet.push(&push_of(&own, placed(&own, 1, &[world.finding("one")]))).await;
        let seal = |last| vec![Seal::new(own.lane, last)];
        let of_list = async || {
            let devices: Vec<DeviceInfo> = tablet.call("devices", json!({})).await.expect("they look after devices");
            (devices[0].sealed.is_some(), devices[0].seen.is_some(), devices[0].waiting)
        };
        assert_eq!(of_list().await, (false, false, 0));
        for (seals, waiting) in [(vec![], 0), (seal(2), 1), (seal(1), 3)] {
            tablet.hello(seals, waiting).await.expect("enrolled");
            assert_eq!(of_list().await, (false, true, waiting as i64));
        }
        tablet.hello(seal(1), 0).await.expect("enrolled");
        assert_eq!(of_list().await, (true, true, 0));
    })
    .await;
}

#[tokio::test]
async fn a_resident_enrols_their_own_phone_and_no_shared_tablet() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let client = Client::new(&world.base);
        assert_eq!(client.enrol(false).await.err(), Some(StatusCode::UNAUTHORIZED));
        client.sign_in("resident", PASSWORD).await.expect("the pass phrase is right");
        assert_eq!(client.enrol(true).await.err(), Some(StatusCode::FORBIDDEN));
        assert!(client.enrol(false).await.is_ok());
    })
    .await;
}
