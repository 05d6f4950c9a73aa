//! Claims about the program as an operator meets it: set-up, export, accounts, and the power going.

use std::{io::Write, process::Stdio};

use app::online::{HandOver, SetUpForm, SignedIn, Trouble};
use domain::{
    changes::{Deed, Request},
    people::{Person, Role},
    text::{Language, Words},
};
use serde_json::{Value, json};
use sync::messages::Outcome;

use crate::{
    client::{Client, PASSWORD, change, lane, placed, push_of, stranger},
    databases::{Fresh, for_each_database, sqlite},
    program::{Program, command, read},
    world::world,
};

pub fn form(token: &str) -> Value {
    let form = SetUpForm {
        token: token.into(),
        community_zh: "新园".into(),
        community_en: "New Garden".into(),
        zone: "Asia/Shanghai".into(),
        language: Language::Zh,
        person_name: "王经理".into(),
        username: "boss".into(),
        password: PASSWORD.into(),
        with_starter: true,
    };
    json!({ "form": form })
}

/// A program that was set up by its link, and somebody signed in to it.
pub async fn set_up(fresh: &Fresh) -> (Program, Client, SignedIn) {
    let program = Program::serve(&fresh.url, &fresh.folder.path().join("log"), &["--no-demo"]);
    let client = Client::new(&program.base);
    client.call::<()>("set_up", form(&program.set_up_token())).await.expect("the link is good");
    let signed_in = client.sign_in("boss", PASSWORD).await.expect("the account is there");
    (program, client, signed_in)
}

#[tokio::test]
async fn a_set_up_link_works_once_and_a_new_start_voids_the_old_one() {
    for_each_database(|fresh| async move {
        let log = fresh.folder.path().join("log");
        let old = Program::serve(&fresh.url, &log, &["--no-demo"]);
        let void = old.set_up_token();
        old.kill();
        let program = Program::serve(&fresh.url, &log, &["--no-demo"]);
        let client = Client::new(&program.base);
        assert_eq!(client.call::<()>("set_up", form(&void)).await, Err(Trouble::LinkUsed));
        let token = program.set_up_token();
        let mut unfit = form(&token);
        unfit["form"]["zone"] = "Moon/Base".into();
        assert_eq!(client.call::<()>("set_up", unfit).await, Err(Trouble::Invalid { field: "zone".into() }));
        assert_eq!(client.call::<()>("set_up", form(&token)).await, Ok(()));
        assert_eq!(client.call::<()>("set_up", form(&token)).await, Err(Trouble::LinkUsed));
        let boss = client.sign_in("boss", PASSWORD).await.expect("the account is there");
        assert_eq!(
            (boss.roles, boss.community_name),
            (vec![Role::Manager, Role::Operator], Words::new("新园", "New Garden"))
        );
        client.enrol(false).await.expect("a manager's computer");
        let rows = client.view().await;
        assert!(rows.iter().any(|row| row.kind == "plan"));
        assert_eq!(rows.iter().filter(|row| row.kind == "person").count(), 1, "the starter's people did not come");
    })
    .await;
}

#[tokio::test]
async fn what_was_answered_is_there_after_the_power_went() {
    for_each_database(|fresh| async move {
        let (program, client, boss) = set_up(&fresh).await;
        client.enrol(false).await.expect("enrolled");
        let own = lane(boss.person);
        let person = Person {
            id: boss.person,
            name: Words::new("王总", "Boss"),
            roles: boss.roles,
            teams: vec![],
            left: None,
            revision: None,
        };
        let push = push_of(&own, placed(&own, 1, &[change(Deed::Request(Request::PutPerson(person)))]));
        let answered = client.push(&push).await.outcomes;
        program.kill();
        let again = Program::serve(&fresh.url, &fresh.folder.path().join("log"), &[]);
        let boss = Client::new(&again.base).sign_in("boss", PASSWORD).await.expect("the account is there");
        assert_eq!(boss.name, Words::new("王总", "Boss"));
        let exported = command(&["export", "--json"], &fresh.url).output().expect("the export").stdout;
        let exported = String::from_utf8(exported).expect("text");
        let found: Value = exported
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).expect("one object a line"))
            .find(|value| value["is"] == "change" && value["lane"] == own.lane.to_string())
            .expect("the change");
        assert_eq!(found["seq"], answered[0].seq);
        assert_eq!(
            serde_json::from_value::<Outcome>(found["outcome"].clone()).expect("an outcome"),
            answered[0].outcome
        );
    })
    .await;
}

#[tokio::test]
async fn no_secret_is_in_the_log() {
    for_each_database(|fresh| async move {
        let log = fresh.folder.path().join("log");
        let program = Program::serve(&fresh.url, &log, &["--no-demo", "--log-format", "json"]);
        let token = program.set_up_token();
        let http = stranger();
        http.get(format!("{}/set-up?token={token}", program.base))
            .send()
            .await
            .expect("the shell, or that it is not built");
        let client = Client::new(&program.base);
        client.call::<()>("set_up", form(&token)).await.expect("the link is good");
        let body = json!({ "username": "boss", "password": PASSWORD }).to_string();
        let answer = client.post("/api/v1/online/sign_in", body).await;
        let cookie = answer.headers()["set-cookie"].to_str().expect("text").to_owned();
        let session = cookie.split(['=', ';']).nth(1).expect("a value").to_owned();
        client.enrol(false).await.expect("enrolled");
        client.sign_in("boss", "a wrong pass phrase").await.expect_err("it is wrong");
        client.call::<()>("set_pin", json!({ "pin": "73194628" })).await.expect("set");
        let boss = client.call::<SignedIn>("who_am_i", json!({})).await.expect("signed in").person;
        let wish = json!({ "person": boss, "pass_phrase": "lent-by-a-manager", "pin": "48151623" });
        client.call::<HandOver>("give_access", wish).await.expect("they may");
        program.kill();
        let log = read(&log);
        assert!(log.contains("answered") && log.contains("/api/v1/online/sign_in"));
        let given = log.lines().find(|line| line.contains("access was given")).expect("the audit's line");
        assert!(given.contains(&boss.to_string()), "{given}");
        for secret in [PASSWORD, "a wrong pass phrase", "73194628", "lent-by-a-manager", "48151623", &token, &session] {
            assert!(!log.contains(secret), "{secret}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_export_says_of_every_change_what_became_of_it() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let tablet = world.client("guard", true).await;
        let own = lane(world.person("guard"));
        let refused = world.request(Request::PutPerson(world.someone("guard", &[Role::Manager])));
        let changes = [world.finding("one\nline"), refused, world.finding("two")];
        let answer = tablet.push(&push_of(&own, placed(&own, 1, &changes))).await;
        let exported = world.exported("change").await;
        for delivery in &answer.outcomes {
            let lines: Vec<_> = exported.iter().filter(|line| line["id"] == delivery.id.to_string()).collect();
            let [line] = lines[..] else { panic!("{} lines", lines.len()) };
            assert_eq!((line["seq"].as_i64(), line["n"].as_i64()), (Some(delivery.seq), Some(delivery.n)));
            assert_eq!(
                serde_json::from_value::<Outcome>(line["outcome"].clone()).expect("an outcome"),
                delivery.outcome
            );
            assert_eq!(
                (line["username"].as_str(), line["envelope"]["id"].as_str()),
                (Some("guard"), line["id"].as_str())
            );
        }
        assert_eq!(world.exported("lane").await.iter().filter(|line| line["id"] == own.lane.to_string()).count(), 1);
        assert_eq!(world.exported("device").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_operator_adds_accounts_loads_files_and_lists_tags_while_the_server_runs() {
    for_each_database(|fresh| async move {
        let (program, client, _) = set_up(&fresh).await;
        let add =
            command(&["user", "add", "wang", "--name", "王建国", "--role", "guard", "--password-stdin"], &fresh.url);
        assert!(with_input(add, &format!("{PASSWORD}\n")));
        assert!(client.sign_in("wang", PASSWORD).await.is_ok());
        let change = command(&["user", "password", "wang", "--password-stdin"], &fresh.url);
        assert!(with_input(change, "a new pass phrase\n"));
        assert_eq!(
            client.call::<SignedIn>("who_am_i", json!({})).await,
            Err(Trouble::SignInFirst),
            "its sessions ended"
        );
        assert!(client.sign_in("wang", "a new pass phrase").await.is_ok());
        let tags = command(&["tags", "--json"], &fresh.url).output().expect("the tags").stdout;
        let tags = String::from_utf8(tags).expect("text");
        assert!(tags.lines().count() > 5 && tags.lines().all(|line| line.contains("\"content\":\"LL1.")), "{tags}");
        let starter = concat!(env!("CARGO_MANIFEST_DIR"), "/../starter");
        let loaded = command(&["load", starter], &fresh.url).output().expect("it ran");
        let said = String::from_utf8(loaded.stderr).expect("text");
        assert!(!loaded.status.success() && said.contains("`wang` is taken"), "the files have a wang too: {said}");
        drop(program);
    })
    .await;
}

#[tokio::test]
async fn a_busy_port_and_an_unreachable_database_are_one_clear_sentence() {
    let fresh = sqlite();
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let busy = command(&["serve", "--port", &port], &fresh.url).output().expect("it ran");
    let nowhere = "sqlite:///proc/nowhere/lamplighter.db?mode=rwc";
    let unreachable = command(&["serve", "--port", "0"], nowhere).output().expect("it ran");
    for (output, sentence) in [(busy, "is busy"), (unreachable, "cannot open the database")] {
        let said = String::from_utf8(output.stderr).expect("text");
        let told: Vec<_> = said.lines().filter(|line| line.starts_with("lamplighter: ")).collect();
        assert_eq!((output.status.code(), told.len(), said.contains(sentence)), (Some(1), 1, true), "{said}");
    }
}

fn with_input(mut command: std::process::Command, input: &str) -> bool {
    let mut child = command.stdin(Stdio::piped()).spawn().expect("it starts");
    child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("it reads");
    child.wait().expect("it ends").success()
}
