//! Claims about proof: what nobody had a right to writes nothing, what came late is judged as what came at once, and what a log
//! of before this version says of people's roles.

use domain::{changes::Request, people::Role, refusal::Flag};
use server::canon::SqlCanon;
use sqlx::Row as _;
use sync::messages::{Envelope, Handed, Identity, Outcome};

use crate::{
    client::{lane, outcomes, placed, push_of},
    databases::for_each_database,
    program::{command, said},
    world::{World, world},
};

async fn apply(world: &World, key: &str, request: Request) {
    let now = server::clock::now();
    let mut canon = SqlCanon::new(world.db.write().await.expect("a transaction"), world.community, now);
    let applied = server::system::apply(&mut canon, vec![(key.into(), request)], now).await.expect("applied");
    assert_eq!(applied.refused, []);
    canon.commit().await.expect("committed");
}

#[tokio::test]
async fn a_residents_phone_writes_nothing_of_the_rounds_and_managers_are_told() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let phone = world.client("resident", false).await;
        let own = lane(world.person("resident"));
        let answer = phone.push(&push_of(&own, placed(&own, 1, &[world.finding("nothing of mine")]))).await;
        let [Outcome::Accepted { flags }] = outcomes(&answer)[..] else { panic!("{answer:?}") };
        assert!(flags.contains(&Flag::Withheld) && flags.contains(&Flag::NotEntitled), "{flags:?}");
        let guard = world.client("guard", false).await.bytes().await;
        assert!(!guard.contains("nothing of mine") && !guard.contains("\"remark\""));
        let rows = world.client("manager", false).await.view().await;
        assert!(!rows.iter().any(|row| row.kind == "finding"));
        let remarks: Vec<_> = rows.iter().filter(|row| row.kind == "remark").collect();
        assert_eq!(remarks.len(), 1);
        assert!(remarks[0].body.get().contains("\"withheld\""));
    })
    .await;
}

#[tokio::test]
async fn whoever_was_a_guard_once_is_believed_flagged() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let phone = world.client("guard", false).await;
        let own = lane(world.person("guard"));
        apply(&world, "organiser now", Request::PutPerson(world.someone("guard", &[Role::Organiser]))).await;
        let answer = phone.push(&push_of(&own, placed(&own, 1, &[world.finding("seen before")]))).await;
        let [Outcome::Accepted { flags }] = outcomes(&answer)[..] else { panic!("{answer:?}") };
        assert!(flags.contains(&Flag::NotEntitled) && !flags.contains(&Flag::Withheld), "{flags:?}");
        assert!(phone.bytes().await.contains("seen before"));
    })
    .await;
}

#[tokio::test]
async fn what_is_taken_out_of_custody_has_the_proof_that_its_device_had() {
    for_each_database(|fresh| async {
        let url = fresh.url.clone();
        let world = world(fresh).await;
        let tablet = world.client("supervisor", true).await;
        let (guard, manager) = (world.person("guard"), world.person("manager"));
        let picked = world.finding("by a picked name");
        let wish = world.request(Request::PutPerson(world.someone("guard", &[Role::Manager])));
        let handed = |change: &domain::changes::Change, person, identity| Handed {
            key: change.id.to_string(),
            kind: "a change".into(),
            person: Some(person),
            saved: None,
            content: serde_json::to_string(&Envelope::seal(change)).expect("JSON"),
            identity,
        };
        let items = vec![handed(&picked, guard, None), handed(&wish, manager, Some(Identity::Session))];
        assert_eq!(tablet.hand_over(items).await.expect("enrolled").kept.len(), 2);
        let (done, told) = said(command(&["custody", "take", "--all"], &url));
        assert!(done && told.contains("accepted at") && told.contains("take it with --vouch"), "{told}");
        let log = world.exported("change").await;
        let of = |id: String| log.iter().find(|line| line["id"] == id).cloned();
        let flags = of(picked.id.to_string()).expect("it was taken")["outcome"]["flags"].to_string();
        assert!(flags.contains("identity_claimed"), "{flags}");
        assert_eq!(of(wish.id.to_string()), None, "it waits, with its bytes");
        let (done, told) = said(command(&["custody", "take", "--all", "--vouch"], &url));
        assert!(done && told.contains("accepted at"), "{told}");
    })
    .await;
}

#[tokio::test]
async fn the_log_of_a_release_before_says_which_roles_were_held() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        apply(&world, "steward now", Request::PutPerson(world.someone("guard", &[Role::Steward, Role::Resident])))
            .await;
        let migration = include_str!("../../../migrations/0010_proofs.sql");
        let statement = migration.split(';').find(|part| part.contains("insert into roles_held")).expect("it is there");
        let mut tx = world.db.write().await.expect("a transaction");
        let held = "select person_id, role from roles_held order by person_id, role";
        let read = |rows: Vec<sqlx::any::AnyRow>| -> Vec<(String, String)> {
            rows.iter().map(|row| (row.get("person_id"), row.get("role"))).collect()
        };
        let before = read(sqlx::query(held).fetch_all(&mut *tx).await.expect("read"));
        assert!(before.contains(&(world.person("guard").to_string(), "guard".into())));
        assert!(before.contains(&(world.person("guard").to_string(), "steward".into())));
        sqlx::query("delete from roles_held").execute(&mut *tx).await.expect("emptied");
        sqlx::query(sqlx::AssertSqlSafe(statement.to_owned())).execute(&mut *tx).await.expect("the migration runs");
        assert_eq!(read(sqlx::query(held).fetch_all(&mut *tx).await.expect("read")), before);
    })
    .await;
}
