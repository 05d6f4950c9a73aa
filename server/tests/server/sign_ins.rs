//! Claims about where somebody is signed in: they see it, end what was lost, and whoever oversees does it for them.

use app::online::{Account, Ended, HandOver, SignIns, SignedIn, Trouble};
use domain::people::Role;
use reqwest::StatusCode;
use serde_json::json;
use sync::messages::{Handed, Outcome};

use crate::{
    client::{Client, PASSWORD, lane, outcomes, placed, push_of},
    databases::for_each_database,
    world::{World, give_accounts, put_household, world},
};

async fn own(client: &Client) -> SignIns {
    client.call("own_sign_ins", json!({})).await.expect("they are signed in")
}

#[tokio::test]
async fn the_owner_of_a_lost_phone_ends_it_from_another_device_and_what_it_had_not_sent_is_handed_over() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let (lost, other) = (world.client("guard", false).await, world.client("guard", false).await);
        let shown = own(&other).await;
        let here: Vec<bool> = shown.devices.iter().map(|device| device.is_here).collect();
        assert_eq!((shown.devices.len(), shown.sessions.len()), (2, 2));
        assert_eq!(here, [true, false], "the newest first");
        assert_eq!(shown.sessions.iter().map(|it| it.is_here).collect::<Vec<_>>(), [true, false]);
        assert!(shown.sessions.iter().all(|it| it.device.as_deref() == Some("Tablet 1") && it.ends > it.began));
        let device = shown.devices[1].id;
        assert_eq!(other.call::<()>("end_own_device", json!({ "device": device })).await, Ok(()));
        assert_eq!(lost.call::<SignedIn>("who_am_i", json!({})).await, Err(Trouble::SignInFirst), "its session too");
        assert_eq!(lost.hello(vec![], 1).await.err(), Some(StatusCode::UNAUTHORIZED));
        let content = "a draft that was on it".to_owned();
        let item =
            Handed { key: "draft".into(), kind: "draft".into(), person: None, saved: None, content, identity: None };
        assert_eq!(lost.hand_over(vec![item]).await.expect("it may still").kept, ["draft"]);
        assert_eq!((own(&other).await.devices.len(), own(&other).await.sessions.len()), (1, 1));
        let again = other.call::<()>("end_own_device", json!({ "device": device })).await;
        assert_eq!(again, Err(Trouble::NotFound));
        assert!(other.hello(vec![], 0).await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn a_session_that_was_forgotten_on_a_shared_tablet_is_ended_and_nobody_elses_can_be() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let tablet = world.client("guard", true).await;
        let phone = world.client("guard", false).await;
        let of_cleaner = own(&world.client("cleaner", false).await).await.sessions[0].id.clone();
        let sessions = own(&phone).await.sessions;
        let forgotten = sessions.iter().find(|it| !it.is_here).expect("the tablet's");
        assert_eq!(phone.call::<()>("end_own_session", json!({ "session": of_cleaner })).await, Err(Trouble::NotFound));
        assert_eq!(phone.call::<()>("end_own_session", json!({ "session": "" })).await, Err(Trouble::NotFound));
        assert_eq!(phone.call::<()>("end_own_session", json!({ "session": forgotten.id })).await, Ok(()));
        assert_eq!(tablet.call::<SignedIn>("who_am_i", json!({})).await, Err(Trouble::SignInFirst));
        // Field work goes on there.
        let own = lane(world.person("guard"));
        let answer = tablet.push(&push_of(&own, placed(&own, 1, &[world.finding("after it")]))).await;
        assert!(matches!(outcomes(&answer)[..], [Outcome::Accepted { .. }]), "{answer:?}");
        assert!(!phone.cookies().contains(&forgotten.id), "what names a session opens nothing");
    })
    .await;
}

#[tokio::test]
async fn ones_own_pass_phrase_is_changed_by_who_knows_it_and_other_sessions_end() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let (phone, other) = (world.client("guard", false).await, world.client("guard", false).await);
        let change = async |current: &str, new: &str| {
            phone.call::<()>("change_pass_phrase", json!({ "current": current, "new": new })).await
        };
        assert_eq!(change("not this one", "another-lantern").await, Err(Trouble::WrongPassword));
        for unfit in ["", "too short", &"x".repeat(201)] {
            assert_eq!(change(PASSWORD, unfit).await, Err(Trouble::Invalid { field: "new".into() }));
        }
        assert_eq!(change(PASSWORD, "another-lantern").await, Ok(()));
        assert!(phone.call::<SignedIn>("who_am_i", json!({})).await.is_ok(), "whoever changed it goes on");
        assert_eq!(other.call::<SignedIn>("who_am_i", json!({})).await, Err(Trouble::SignInFirst));
        assert_eq!(other.sign_in("guard", PASSWORD).await, Err(Trouble::WrongPassword));
        assert!(other.sign_in("guard", "another-lantern").await.is_ok());
        for _ in 0..5 {
            assert_eq!(change("not this one", "another-lantern").await, Err(Trouble::WrongPassword));
        }
        assert!(matches!(change("another-lantern", PASSWORD).await, Err(Trouble::TooMany { .. })));
    })
    .await;
}

#[tokio::test]
async fn whoever_oversees_ends_and_renews_for_those_below_and_the_desk_for_residents() {
    for_each_database(|fresh| async {
        let world = with_steward(world(fresh).await).await;
        let supervisor = world.client("supervisor", false).await;
        let steward = world.client("steward", false).await;
        let (guard, resident) = (world.client("guard", false).await, world.client("resident", false).await);
        let tablet = world.client("guard", true).await;
        let end =
            async |by: &Client, of: &str| by.call::<Ended>("end_sign_ins", json!({ "person": world.person(of) })).await;
        for (by, of) in [
            (&supervisor, "manager"),
            (&supervisor, "supervisor"),
            (&supervisor, "resident"),
            (&supervisor, "steward"),
            (&steward, "guard"),
            (&steward, "manager"),
            (&guard, "guard"),
            (&resident, "resident"),
        ] {
            assert_eq!(end(by, of).await, Err(Trouble::NotPermitted), "{of}");
        }
        assert_eq!(end(&supervisor, "guard").await, Ok(Ended { devices: 1 }));
        assert_eq!(guard.hello(vec![], 0).await.err(), Some(StatusCode::UNAUTHORIZED));
        assert_eq!(tablet.call::<SignedIn>("who_am_i", json!({})).await, Err(Trouble::SignInFirst));
        assert!(tablet.hello(vec![], 0).await.is_ok(), "a shared tablet is the community's");
        assert_eq!(end(&steward, "resident").await, Ok(Ended { devices: 1 }));
        assert_eq!(resident.hello(vec![], 0).await.err(), Some(StatusCode::UNAUTHORIZED));
        let give = async |by: &Client, of: &str, what: &str| {
            let mut wish = json!({ "person": world.person(of) });
            wish[what] = json!("");
            by.call::<HandOver>("give_access", wish).await
        };
        let phrase =
            give(&steward, "resident", "pass_phrase").await.expect("they may").pass_phrase.expect("one was made");
        assert!(Client::new(&world.base).sign_in("resident", &phrase).await.is_ok());
        assert!(give(&supervisor, "guard", "pin").await.expect("they may").pin.is_some());
        for (by, of) in
            [(&steward, "guard"), (&steward, "manager"), (&supervisor, "manager"), (&supervisor, "operator")]
        {
            assert_eq!(give(by, of, "pass_phrase").await, Err(Trouble::NotPermitted), "{of}");
        }
        let seen = async |by: &Client| {
            let accounts = by.call::<Vec<Account>>("accounts", json!({})).await.expect("they may");
            accounts.into_iter().map(|account| account.username).collect::<Vec<_>>()
        };
        assert_eq!(seen(&steward).await, ["resident"]);
        assert_eq!(seen(&supervisor).await, ["cleaner", "guard"]);
    })
    .await;
}

async fn with_steward(world: World) -> World {
    let now = server::clock::now();
    let mut canon = server::canon::SqlCanon::new(world.db.write().await.expect("a transaction"), world.community, now);
    let put = domain::changes::Request::PutPerson(world.someone("steward", &[Role::Steward]));
    let home = put_household(world.community, "home", &["resident"]);
    let requests = vec![("steward".to_owned(), put), ("home".to_owned(), home)];
    let applied = server::system::apply(&mut canon, requests, now).await.expect("applied");
    assert_eq!(applied.refused, []);
    canon.commit().await.expect("committed");
    give_accounts(&world, &["steward".into()]).await;
    world
}
