//! Claims about the people of a community: who gives access, to whom, and what ends when somebody leaves.

use app::online::{Account, HandOver, SignedIn, Trouble};
use domain::{
    changes::Request,
    ids::PersonId,
    people::{Person, Role},
    permissions::{Act, may, may_renew_some_access},
    refusal::{Flag, Refusal},
};
use serde_json::{Value, json};
use sync::messages::{Outcome, PullAnswer};
use uuid::Uuid;

use crate::{
    client::{Client, PASSWORD, lane, outcomes, placed, push_of},
    databases::for_each_database,
    world::{PEOPLE, World, found, world},
};

async fn signed_in(world: &World, username: &str) -> Client {
    let client = Client::new(&world.base);
    client.sign_in(username, PASSWORD).await.expect("the pass phrase is right");
    client
}

async fn give(client: &Client, person: PersonId, wish: Value) -> Result<HandOver, Trouble> {
    let mut wish = wish;
    wish["person"] = json!(person);
    client.call("give_access", wish).await
}

/// A new guard, put by the manager on a device of their own.
async fn newcomer(world: &World) -> PersonId {
    let manager = world.client("manager", false).await;
    let own = lane(world.person("manager"));
    let person = world.someone("newcomer", &[Role::Guard]);
    let put = world.request(Request::PutPerson(person.clone()));
    let answer = manager.push(&push_of(&own, placed(&own, 1, &[put]))).await;
    assert!(matches!(outcomes(&answer)[..], [Outcome::Accepted { .. }]), "{answer:?}");
    person.id
}

async fn sessions_of(world: &World, username: &str) -> i64 {
    let mut tx = world.db.read().await.expect("a transaction");
    let count = sqlx::query_scalar("select count(*) from sessions where person_id = $1");
    count.bind(world.person(username).to_string()).fetch_one(&mut *tx).await.expect("a count")
}

fn gone(world: &World, username: &str, role: Role) -> Person {
    Person { left: Some("2020-01-01".parse().expect("a date")), ..world.someone(username, &[role]) }
}

fn invalid(field: &str) -> Trouble {
    Trouble::Invalid { field: field.into() }
}

fn taken(field: &str) -> Trouble {
    Trouble::Taken { field: field.into() }
}

#[tokio::test]
async fn only_who_may_set_up_gives_access_to_whoever_it_is() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let wishes = [
            json!({ "username": "somebody", "pass_phrase": "" }),
            json!({ "pass_phrase": "a phrase of theirs" }),
            json!({ "pin": "445566" }),
        ];
        for (username, role) in PEOPLE.into_iter().filter(|(_, role)| !may(&[*role], Act::SetUp)) {
            let client = signed_in(&world, username).await;
            let accounts = client.call::<Vec<Account>>("accounts", json!({})).await;
            let of_somebody = may_renew_some_access(&[role]);
            assert!(accounts.is_ok() == of_somebody, "{role:?} {accounts:?}");
            for wish in &wishes {
                for person in [world.person("manager"), world.person(username)] {
                    let told = give(&client, person, wish.clone()).await.err();
                    let expected = if wish["username"].is_null() || !of_somebody {
                        Trouble::NotPermitted
                    } else {
                        taken("person")
                    };
                    assert!(told == Some(Trouble::NotPermitted) || told == Some(expected), "{role:?} {wish} {told:?}");
                }
                let nobody = give(&client, PersonId(Uuid::now_v7()), wish.clone()).await.err();
                let expected = if of_somebody { Trouble::NotFound } else { Trouble::NotPermitted };
                assert_eq!(nobody, Some(expected), "{role:?} {wish}");
            }
        }
        let nobody = Client::new(&world.base);
        assert_eq!(nobody.call::<Vec<Account>>("accounts", json!({})).await, Err(Trouble::SignInFirst));
        assert_eq!(give(&nobody, world.person("guard"), wishes[2].clone()).await, Err(Trouble::SignInFirst));
        for (username, role) in PEOPLE.into_iter().filter(|(_, role)| may(&[*role], Act::SetUp)) {
            let client = signed_in(&world, username).await;
            let accounts = client.call::<Vec<Account>>("accounts", json!({})).await.expect("they may");
            assert_eq!(accounts.len(), PEOPLE.len(), "{role:?}");
            assert!(give(&client, world.person("guard"), json!({ "pin": "" })).await.is_ok(), "{role:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn whoever_was_added_and_given_an_account_signs_in_and_unlocks_tablets() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let person = newcomer(&world).await;
        let manager = signed_in(&world, "manager").await;
        let tablet = world.client("guard", true).await;
        let (keys, greeted) = (tablet.keys().await, tablet.hello(vec![], 0).await.expect("enrolled").access);
        let asked = json!({ "username": " NewComer ", "pass_phrase": "", "pin": "" });
        let given = give(&manager, person, asked.clone()).await.expect("they are new");
        let (phrase, pin) = (given.pass_phrase.expect("one was made"), given.pin.expect("one was made"));
        assert_eq!((given.username.as_str(), phrase.len(), pin.len()), ("newcomer", 19, 6));
        assert_eq!(tablet.page(0, &keys).await.access, greeted + 1, "a pull tells tablets to ask who gets in");
        assert_eq!(give(&manager, person, asked).await, Err(taken("person")), "they have one");
        assert_eq!(Client::new(&world.base).sign_in("newcomer", &phrase).await.expect("it is right").person, person);
        let unlocks = world.client("guard", true).await.hello(vec![], 0).await.expect("enrolled").unlocks;
        assert!(unlocks.iter().any(|unlock| unlock.person == person));
        let accounts = manager.call::<Vec<Account>>("accounts", json!({})).await.expect("they may");
        assert!(accounts.contains(&Account { person, username: "newcomer".into(), has_pin: true }));
    })
    .await;
}

#[tokio::test]
async fn a_user_name_is_one_persons_however_it_is_written() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        found(&world.db, "-next-door").await;
        let person = newcomer(&world).await;
        let manager = signed_in(&world, "manager").await;
        for name in ["guard", " Guard\t", "GUARD", "ｇｕａｒｄ", "Ｇuard", "guard-next-door"] {
            let wish = json!({ "username": name, "pass_phrase": "a phrase of theirs" });
            assert_eq!(give(&manager, person, wish).await, Err(taken("username")), "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_does_not_fit_is_said_by_its_field_and_nothing_is_written() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let person = newcomer(&world).await;
        let manager = signed_in(&world, "manager").await;
        let long = "灯".repeat(10_000);
        for name in ["", "   ", "a b", "a\0b", "a\nb", &long] {
            let wish = json!({ "username": name, "pass_phrase": "a phrase of theirs" });
            assert_eq!(give(&manager, person, wish).await, Err(invalid("username")), "{name:.9}");
        }
        for phrase in ["short", "九个字的密码不够长", &long] {
            let wish = json!({ "username": "fits", "pass_phrase": phrase });
            assert_eq!(give(&manager, person, wish).await, Err(invalid("pass_phrase")), "{phrase:.9}");
        }
        for pin in ["1", "123", "123456789", "12a4", "-123", "1 23", "１２", "１２３４５６７８９", &long] {
            let wish = json!({ "username": "fits", "pass_phrase": "", "pin": pin });
            assert_eq!(give(&manager, person, wish).await, Err(invalid("pin")), "{pin:.9}");
        }
        for wish in [json!({ "username": "fits" }), json!({ "pass_phrase": "" }), json!({ "pin": "" }), json!({})] {
            assert_eq!(give(&manager, person, wish).await, Err(Trouble::NotFound), "there is no account yet");
        }
        let nobody = give(&manager, PersonId(Uuid::now_v7()), json!({ "username": "fits", "pass_phrase": "" })).await;
        assert_eq!(nobody, Err(Trouble::NotFound));
        let accounts = manager.call::<Vec<Account>>("accounts", json!({})).await.expect("they may");
        assert_eq!(accounts.len(), PEOPLE.len());
    })
    .await;
}

#[tokio::test]
async fn odd_user_names_and_pass_phrases_are_kept_as_they_are() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let manager = world.client("manager", false).await;
        let own = lane(world.person("manager"));
        let names =
            ["🔦👍🏽", "<script>alert(1)</script>", "';drop/**/table/**/accounts;--", "مصباح", "王建国", "a\u{202e}b"];
        for (n, name) in (1..).zip(names) {
            let person = Person { id: PersonId(Uuid::now_v7()), ..world.someone("odd", &[Role::Guard]) };
            let put = world.request(Request::PutPerson(person.clone()));
            manager.push(&push_of(&own, placed(&own, n, &[put]))).await;
            let phrase = format!("{name} 🔦 '; -- <b>\u{202e}");
            let wish = json!({ "username": name, "pass_phrase": phrase, "pin": format!("１２３{n}") });
            let given = give(&manager, person.id, wish).await.expect("it fits");
            assert_eq!((given.username.as_str(), given.pin), (name, Some(format!("123{n}"))));
            assert_eq!(Client::new(&world.base).sign_in(name, &phrase).await.expect("it is right").person, person.id);
        }
    })
    .await;
}

#[tokio::test]
async fn a_new_pass_phrase_ends_the_sessions_and_the_old_one_is_wrong() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let (guard, manager) = (signed_in(&world, "guard").await, signed_in(&world, "manager").await);
        let given = give(&manager, world.person("guard"), json!({ "pass_phrase": "" })).await.expect("they may");
        assert_eq!((given.username.as_str(), given.pin), ("guard", None));
        assert_eq!(guard.call::<SignedIn>("who_am_i", json!({})).await, Err(Trouble::SignInFirst));
        assert_eq!(guard.sign_in("guard", PASSWORD).await, Err(Trouble::WrongPassword));
        let signed_in = guard.sign_in("guard", &given.pass_phrase.expect("one was made")).await.expect("it is right");
        assert!(signed_in.has_pin, "the PIN stayed");
        give(&manager, world.person("guard"), json!({ "pin": "887766" })).await.expect("they may");
        assert!(guard.call::<SignedIn>("who_am_i", json!({})).await.is_ok(), "a new PIN ends nothing");
    })
    .await;
}

#[tokio::test]
async fn a_pin_is_one_persons() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let manager = signed_in(&world, "manager").await;
        let pin = json!({ "pin": "445566" });
        for _ in 0..2 {
            assert!(give(&manager, world.person("guard"), pin.clone()).await.is_ok(), "their own again is no harm");
        }
        assert_eq!(give(&manager, world.person("cleaner"), pin).await, Err(taken("pin")));
    })
    .await;
}

#[tokio::test]
async fn giving_access_by_the_hundred_has_to_wait() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let manager = signed_in(&world, "manager").await;
        let wish = json!({ "username": "a b" });
        for _ in 0..10 {
            let answer = give(&manager, PersonId(Uuid::now_v7()), wish.clone()).await;
            assert_eq!(answer, Err(Trouble::NotFound));
        }
        // The others, and some more: some of it comes back while this is asked.
        let bound = &world.state.bounds.access_given;
        bound.count(&world.person("manager").to_string(), bound.most, server::clock::now());
        let next = give(&manager, world.person("guard"), json!({ "pin": "" })).await;
        assert!(matches!(next, Err(Trouble::TooMany { seconds }) if (1..=900).contains(&seconds)), "{next:?}");
        let operator = signed_in(&world, "operator").await;
        assert!(give(&operator, world.person("guard"), json!({ "pin": "" })).await.is_ok(), "another is not held up");
    })
    .await;
}

#[tokio::test]
async fn whoever_leaves_is_signed_out_holds_nothing_and_unlocks_nothing_and_their_work_still_arrives() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let (phone, tablet) = (world.client("guard", false).await, world.client("supervisor", true).await);
        let (keys, own) = (phone.keys().await, lane(world.person("guard")));
        assert!(phone.bytes().await.contains("canary-cleaner"));
        assert_eq!(sessions_of(&world, "guard").await, 1);
        let manager = world.client("manager", false).await;
        let theirs = lane(world.person("manager"));
        let leaves = world.request(Request::PutPerson(gone(&world, "guard", Role::Guard)));
        let answer = manager.push(&push_of(&theirs, placed(&theirs, 1, &[leaves]))).await;
        assert!(matches!(outcomes(&answer)[..], [Outcome::Accepted { .. }]), "{answer:?}");

        assert_eq!(sessions_of(&world, "guard").await, 0);
        assert_eq!(phone.call::<SignedIn>("who_am_i", json!({})).await, Err(Trouble::SignInFirst));
        assert_eq!(phone.call::<()>("set_pin", json!({ "pin": "2581" })).await, Err(Trouble::SignInFirst));
        assert_eq!(phone.sign_in("guard", PASSWORD).await, Err(Trouble::WrongPassword));
        assert!(matches!(phone.pull(0, &keys.0, &keys.1).await, PullAnswer::Rebuild { .. }));
        assert_eq!(phone.view().await.len(), 0, "their own device holds nothing any more");
        for device in [&phone, &tablet] {
            let unlocks = device.hello(vec![], 0).await.expect("enrolled").unlocks;
            assert!(unlocks.iter().all(|unlock| unlock.person != world.person("guard")));
        }
        let changes = [
            world.finding("before I went"),
            world.request(Request::PutPerson(world.someone("guard", &[Role::Manager]))),
        ];
        for (device, refusal) in [(&phone, Refusal::NotPermitted), (&tablet, Refusal::SignInFirst)] {
            let own = lane(own.person);
            let changes = changes
                .clone()
                .map(|change| domain::changes::Change { id: domain::ids::ChangeId(Uuid::now_v7()), ..change });
            let answer = device.push(&push_of(&own, placed(&own, 1, &changes))).await;
            let [Outcome::Accepted { .. }, refused] = outcomes(&answer)[..] else { panic!("{answer:?}") };
            assert_eq!(*refused, Outcome::Refused { refusal });
        }
        let manager = signed_in(&world, "manager").await;
        assert_eq!(give(&manager, world.person("guard"), json!({ "pin": "" })).await, Err(Trouble::NotFound));
        assert!(tablet.bytes().await.contains("canary-guard"), "who they were stays with what they did");
    })
    .await;
}

#[tokio::test]
async fn no_manager_locks_the_community_out() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let device = world.client("manager", true).await;
        let (manager, operator) = (lane(world.person("manager")), lane(world.person("operator")));
        let put = |person: Person| world.request(Request::PutPerson(person));
        let wishes = [
            put(gone(&world, "operator", Role::Operator)),
            put(gone(&world, "manager", Role::Manager)),
            put(world.someone("manager", &[Role::Guard])),
        ];
        let answer = device.push(&push_of(&manager, placed(&manager, 1, &wishes))).await;
        let refused = Outcome::Refused { refusal: Refusal::NotFromOneself };
        let [Outcome::Accepted { .. }, by_leaving, by_role] = outcomes(&answer)[..] else { panic!("{answer:?}") };
        assert_eq!((by_leaving, by_role), (&refused, &refused));
        // The operator has left, and with them their session: what they ask for now is nobody's wish.
        let answer = device
            .push(&push_of(&operator, placed(&operator, 1, &[put(gone(&world, "manager", Role::Manager))])))
            .await;
        assert_eq!(outcomes(&answer), [&Outcome::Refused { refusal: Refusal::SignInFirst }]);
    })
    .await;
}

#[tokio::test]
async fn of_two_managers_who_change_one_person_the_second_is_told() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let person = newcomer(&world).await;
        let device = world.client("manager", true).await;
        let row = device.view().await.into_iter().find(|row| row.id == person.into()).expect("it is here");
        let held: Person = serde_json::from_str(row.body.get()).expect("a person");
        assert!(held.revision.is_some());
        let mut seen = vec![];
        for (username, role) in [("manager", Role::Supervisor), ("operator", Role::Cleaner)] {
            let own = lane(world.person(username));
            device.sign_in(username, PASSWORD).await.expect("the pass phrase is right");
            let wish = world.request(Request::PutPerson(Person { roles: vec![role], ..held.clone() }));
            let answer = device.push(&push_of(&own, placed(&own, 1, &[wish]))).await;
            seen.extend(outcomes(&answer).into_iter().cloned());
        }
        let accepted = Outcome::Accepted { flags: std::collections::BTreeSet::<Flag>::new() };
        assert_eq!(seen, [accepted, Outcome::Refused { refusal: Refusal::ChangedMeanwhile }]);
    })
    .await;
}
