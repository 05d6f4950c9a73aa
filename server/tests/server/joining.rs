//! Claims about joining a household: single-use codes, a steward's yes, and what ends with a tenancy.

use app::online::{
    Trouble, WhyNotYet,
    joining::{JoinCode, Joined, Joining},
};
use domain::{
    changes::Request,
    households::HouseholdMovedOut,
    ids::HouseholdId,
    people::{Person, Role},
    residents,
    time::DAY,
};
use reqwest::StatusCode;
use serde_json::json;
use server::{canon::SqlCanon, clock, due, join_codes, secrets, system};

use crate::{
    client::{Client, PASSWORD, lane, placed, push_of},
    databases::for_each_database,
    world::{World, put_household, world},
};

/// The test world with a steward, who looks after households.
async fn with_steward(world: &World) -> Client {
    let steward = Person { id: world.person("guard"), ..world.someone("steward", &[Role::Steward]) };
    apply(world, Request::PutPerson(steward)).await;
    world.client("guard", false).await
}

async fn apply(world: &World, request: Request) {
    let now = clock::now();
    let mut canon = SqlCanon::new(world.db.write().await.expect("a transaction"), world.community, now);
    let applied = system::apply(&mut canon, vec![("test".into(), request)], now).await.expect("applied");
    assert_eq!(applied.refused, []);
    canon.commit().await.expect("committed");
}

fn home(world: &World) -> HouseholdId {
    HouseholdId::keyed(world.community, "home")
}

async fn join(client: &Client, code: &str, username: &str) -> Result<Joined, Trouble> {
    let form =
        json!({ "code": code, "name": "陈小满", "username": username, "pass_phrase": PASSWORD, "language": "en" });
    client.call("join", json!({ "form": form })).await
}

fn not_yet<T>(why: WhyNotYet) -> Result<T, Trouble> {
    Err(Trouble::NotYet { why })
}

#[tokio::test]
async fn a_newcomer_joins_by_a_code_and_comes_in_once_a_steward_has_said_yes() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let steward = with_steward(&world).await;
        let code: JoinCode =
            steward.call("issue_join_code", json!({ "household": home(&world) })).await.expect("a code");
        assert!(code.address.starts_with(&format!("{}/join#", world.base)) && code.size > 0, "{code:?}");
        let phone = Client::new(&world.base);
        let typed = code.code.to_lowercase().replace('-', " ");
        assert_eq!(join(&phone, &typed, "xiaoman").await.expect("it is a code").username, "xiaoman");
        let waits = phone.sign_in("xiaoman", PASSWORD).await;
        assert_eq!(waits.map(|it| it.person), not_yet(WhyNotYet::AwaitsApproval));
        assert!(phone.sign_in("xiaoman", "another pass phrase").await.is_err_and(|it| it == Trouble::WrongPassword));

        let waiting: Vec<Joining> = steward.call("joinings", json!({})).await.expect("a list");
        let [joining] = waiting.as_slice() else { panic!("one, but {waiting:?}") };
        assert_eq!((joining.name.as_str(), joining.household), ("陈小满", home(&world)));
        let person = json!({ "person": joining.person });
        steward.call::<()>("take_in", person.clone()).await.expect("a member");
        assert_eq!(steward.call::<()>("take_in", person).await, Err(Trouble::NotFound), "once");

        // Data files that are loaded again know nothing of the newcomer.
        apply(&world, put_household(world.community, "home", &["resident"])).await;
        let signed_in = phone.sign_in("xiaoman", PASSWORD).await.expect("taken in");
        assert_eq!((signed_in.roles, signed_in.language), (vec![Role::Resident], domain::text::Language::En));
        phone.enrol(false).await.expect("a phone of their own");
        let bytes = phone.bytes().await;
        assert!(bytes.contains("陈小满") && bytes.contains("canary-flat-home") && bytes.contains("canary-resident"));
    })
    .await;
}

#[tokio::test]
async fn a_code_works_once_and_not_after_its_time_and_guessing_is_slowed_down() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let steward = with_steward(&world).await;
        let issue = async || -> JoinCode {
            steward.call("issue_join_code", json!({ "household": home(&world) })).await.expect("a code")
        };
        let first = issue().await.code;
        let phone = Client::new(&world.base);
        join(&phone, &first, "").await.expect("the server makes a name");
        assert_eq!(join(&phone, &first, "").await, not_yet(WhyNotYet::UsedCode));
        let old = issue().await.code;
        let mut tx = world.db.write().await.expect("a transaction");
        let digest = secrets::digest(&join_codes::typed(&old).expect("a code"));
        sqlx::query("update join_codes set expires = $2 where code_hash = $1")
            .bind(digest)
            .bind(clock::now().plus(-1).0)
            .execute(&mut *tx)
            .await
            .expect("a day later");
        tx.commit().await.expect("committed");
        assert_eq!(join(&phone, &old, "").await, not_yet(WhyNotYet::ExpiredCode));
        let held = world.exported("change").await.iter().any(|line| line.to_string().contains(&first));
        assert!(!held, "no change says a code");
        let mut told = vec![];
        for n in 0..30 {
            told.push(join(&phone, &format!("0000-0000-{n:04}"), "").await);
        }
        assert_eq!(told[0], not_yet(WhyNotYet::UnknownCode));
        assert!(matches!(told[29], Err(Trouble::TooMany { .. })), "{:?}", told[29]);
        assert!(matches!(join(&phone, &issue().await.code, "").await, Err(Trouble::TooMany { .. })), "a right one too");
    })
    .await;
}

#[tokio::test]
async fn two_who_use_one_code_at_once_are_one() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let steward = with_steward(&world).await;
        let code: JoinCode =
            steward.call("issue_join_code", json!({ "household": home(&world) })).await.expect("a code");
        let (one, other) = (Client::new(&world.base), Client::new(&world.base));
        let both = futures::future::join(join(&one, &code.code, "one"), join(&other, &code.code, "other")).await;
        let [one, other] = [both.0, both.1];
        assert_eq!([&one, &other].into_iter().filter(|it| it.is_ok()).count(), 1, "{one:?} {other:?}");
        assert!([one, other].contains(&not_yet(WhyNotYet::UsedCode)));
        let waiting: Vec<Joining> = steward.call("joinings", json!({})).await.expect("a list");
        assert_eq!(waiting.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn whoever_is_declined_cannot_sign_in_and_their_name_is_free() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let steward = with_steward(&world).await;
        let issue = async || -> JoinCode {
            steward.call("issue_join_code", json!({ "household": home(&world) })).await.expect("a code")
        };
        let phone = Client::new(&world.base);
        join(&phone, &issue().await.code, "xiaoman").await.expect("a code");
        let waiting: Vec<Joining> = steward.call("joinings", json!({})).await.expect("a list");
        steward.call::<()>("decline_joining", json!({ "person": waiting[0].person })).await.expect("declined");
        assert!(phone.sign_in("xiaoman", PASSWORD).await.is_err_and(|it| it == Trouble::WrongPassword));
        join(&phone, &issue().await.code, "xiaoman").await.expect("the name is free");
    })
    .await;
}

#[tokio::test]
async fn a_household_that_moves_out_is_signed_out_holds_nothing_and_gives_its_places_back() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let steward = with_steward(&world).await;
        let (of, details) = (crate::sign_ups::party(&world), crate::sign_ups::details(2));
        crate::sign_ups::publish(&world, of, details).await;
        let phone = world.client("resident", false).await;
        let (own, desk) = (lane(world.person("resident")), lane(world.person("guard")));
        phone.push(&push_of(&own, placed(&own, 1, &[crate::sign_ups::ask(of, home(&world), 2)]))).await;
        assert!(!phone.view().await.is_empty());
        let feed: String = phone.call("calendar_feed", json!({ "household": home(&world) })).await.expect("an address");

        let out = residents::Request::HouseholdMovedOut(HouseholdMovedOut { household: home(&world) });
        let out = world.request(Request::Residents(out));
        steward.push(&push_of(&desk, placed(&desk, 1, &[out]))).await;
        assert_eq!(phone.view().await.len(), 0, "the phone is told to drop everything");
        assert_eq!(phone.call::<serde_json::Value>("who_am_i", json!({})).await, Err(Trouble::SignInFirst));
        assert!(phone.sign_in("resident", PASSWORD).await.is_err());
        let status = crate::client::stranger().get(&feed).send().await.expect("an answer").status();
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert_eq!(due::say(&world.db, clock::now()).await.expect("it is said"), 1);
        assert_eq!(crate::sign_ups::tally(&world, of).await.taken(), 0);
        assert_eq!(due::say(&world.db, clock::now().plus(DAY)).await.expect("nothing is left"), 0);
    })
    .await;
}
