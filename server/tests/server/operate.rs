//! Claims about looking after a server: backups, devices, quarantine, and what those who watch it are told.

use std::{fs, path::Path};

use domain::{
    changes::{RULES, Undecodable},
    ids::ChangeId,
    time::Interval,
};
use reqwest::{StatusCode, header};
use server::{backup, canon::SqlCanon, clock};
use sync::{
    messages::{Envelope, LaneOpening, Outcome, PullAnswer},
    server::{Canon, LogEntry},
};

use crate::{
    client::{Client, PASSWORD, builder, lane, outcomes, placed, push_of, stranger},
    databases::{for_each_database, sqlite},
    operator::set_up,
    program::{Program, command, read, said},
    world::{World, finding, world},
};

fn text(path: &Path) -> &str {
    path.to_str().expect("text")
}

#[tokio::test]
async fn a_backup_is_whole_while_the_server_runs_and_restored_the_devices_build_anew() {
    let fresh = sqlite();
    let (program, client, boss) = set_up(&fresh).await;
    let device = client.enrol(false).await.expect("enrolled").device;
    let own = lane(boss.person);
    let push = |n: i64, note: &str| push_of(&own, placed(&own, n, &[finding(boss.community, note, vec![])]));
    client.push(&push(1, "before the backup")).await;
    let copy = fresh.folder.path().join("copy.db");
    let (done, told) = said(command(&["backup", text(&copy)], &fresh.url));
    assert!(done && told.contains("photos"), "the other half is named: {told}");
    let (done, told) = said(command(&["backup", text(&copy)], &fresh.url));
    assert!(!done && told.contains("exists already"), "{told}");
    client.push(&push(2, "after the backup")).await;
    let before = client.keys().await;
    let cursor = client.page(0, &before).await.cursor;

    let (done, told) = said(command(&["restore", text(&copy)], &fresh.url));
    assert!(!done && told.contains("stop the server first"), "{told}");
    program.kill();
    let (done, told) = said(command(&["restore", text(&copy)], &fresh.url));
    assert!(done, "{told}");
    let former: Vec<_> = names(fresh.folder.path()).into_iter().filter(|name| name.contains(".until-")).collect();
    let [former] = &former[..] else { panic!("the old one is kept: {former:?}") };
    assert!(told.contains(former.as_str()), "{told}");

    let again = Program::serve(&fresh.url, &fresh.folder.path().join("log"), &[]);
    let client = client.moved(&again.base);
    let answer = client.pull(cursor, &before.0, &before.1).await;
    let PullAnswer::Rebuild { epoch, view } = answer else { panic!("{answer:?}") };
    assert!(epoch != before.0 && view == before.1, "the epoch is another, the rights are not");
    let rows = client.view().await;
    let found = |note: &str| rows.iter().any(|row| row.body.get().contains(note));
    assert!(found("before the backup") && !found("after the backup"));
    assert_eq!(client.enrol(false).await.expect("known").device, device);
    assert_eq!(client.push(&push(2, "after the backup")).await.outcomes.len(), 1, "the device sends it again");
    drop(again);

    let former = fresh.folder.path().join(former);
    let (done, told) = said(command(&["restore", text(&former)], &fresh.url));
    assert!(done, "what was there before can come back: {told}");
    let once_more = Program::serve(&fresh.url, &fresh.folder.path().join("log"), &[]);
    let rows = client.moved(&once_more.base).view().await;
    assert!(rows.iter().any(|row| row.body.get().contains("after the backup")));
    let left: Vec<_> = names(fresh.folder.path());
    assert!(!left.iter().any(|name| name.contains("restoring") || name.contains("partial")), "{left:?}");
}

#[tokio::test]
async fn what_is_no_whole_database_is_not_restored() {
    let fresh = sqlite();
    let (program, client, _) = set_up(&fresh).await;
    let folder = fresh.folder.path();
    let whole = folder.join("whole.db");
    assert!(said(command(&["backup", text(&whole)], &fresh.url)).0);
    program.kill();
    let bytes = fs::read(&whole).expect("a file");
    let broken = |name: &str, bytes: &[u8]| {
        fs::write(folder.join(name), bytes).expect("written");
        folder.join(name)
    };
    let mut torn = bytes.clone();
    for page in torn.chunks_mut(4096).skip(3).step_by(2) {
        page.fill(0x5a);
    }
    let strange = folder.join("strange.db");
    run(&strange, "create table other (a text)").await;
    let newer = folder.join("newer.db");
    fs::copy(&whole, &newer).expect("copied");
    run(&newer, "insert into _sqlx_migrations select 9999, 'later', installed_on, success, checksum, execution_time from _sqlx_migrations where version = 1").await;
    for (file, why) in [
        (folder.join("nothing.db"), "there is no file"),
        (broken("words.db", b"these are words and no database at all"), "not a whole Lamplighter database"),
        (broken("half.db", &bytes[..bytes.len() / 2]), "not a whole Lamplighter database"),
        (broken("torn.db", &torn), "not a whole Lamplighter database"),
        (broken("empty.db", b""), "not a whole Lamplighter database"),
        (strange, "not a whole Lamplighter database"),
        (newer, "newer version"),
    ] {
        let (done, told) = said(command(&["restore", text(&file)], &fresh.url));
        assert!(!done && told.contains(why) && told.lines().count() == 1, "{}: {told}", file.display());
    }
    let again = Program::serve(&fresh.url, &folder.join("log"), &[]);
    let boss = Client::new(&again.base).sign_in("boss", PASSWORD).await;
    assert!(boss.is_ok(), "the database that was there is there");
    drop(client);
}

#[tokio::test]
async fn what_another_kind_of_database_needs_is_one_clear_sentence() {
    for_each_database(|fresh| async move {
        let (program, client, _) = set_up(&fresh).await;
        client.enrol(false).await.expect("enrolled");
        let before = client.keys().await;
        let is_sqlite = fresh.url.starts_with("sqlite");
        let file = fresh.folder.path().join("copy");
        if is_sqlite {
            let (done, told) = said(command(&["restore", "--after-pg-restore"], &fresh.url));
            assert!(!done && told.contains("name the backup's file"), "{told}");
        } else {
            let (done, told) = said(command(&["backup", text(&file)], &fresh.url));
            assert!(!done && told.contains("pg_dump") && !file.exists(), "{told}");
            let (done, told) = said(command(&["restore", text(&file)], &fresh.url));
            assert!(!done && told.contains("pg_restore"), "{told}");
            let (done, told) = said(command(&["restore", "--after-pg-restore"], &fresh.url));
            assert!(done && told.contains("new epoch"), "{told}");
            let answer = client.pull(1, &before.0, &before.1).await;
            assert!(matches!(&answer, PullAnswer::Rebuild { epoch, .. } if *epoch != before.0), "{answer:?}");
            assert!(client.view().await.iter().any(|row| row.kind == "plan"), "the pages of the new epoch come");
        }
        drop(program);
    })
    .await;
}

#[tokio::test]
async fn while_changes_come_in_every_backup_is_one_state_of_the_log() {
    let world = world(sqlite()).await;
    let writer = world.client("guard", true).await;
    let own = lane(world.person("guard"));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (mut done, mut n) = (0, 1);
    while done < 4 {
        let file = folder.path().join(format!("{done}.db"));
        let copying = backup::back_up(&world.db, &file);
        let pushing = async {
            for _ in 0..5 {
                let changes = [world.finding("a"), world.finding("b")];
                writer.push(&push_of(&own, placed(&own, n, &changes))).await;
                n += 2;
            }
        };
        let (copied, ()) = tokio::join!(copying, pushing);
        copied.expect("a copy");
        let db = server::db::Db::open(&server::db::url_of_file(&file)).await.expect("a database");
        let mut out = vec![];
        server::export::write(&db, &mut out).await.expect("the export");
        let lines = String::from_utf8(out).expect("text");
        let changes = lines.lines().filter(|line| line.starts_with(r#"{"best""#) || line.contains(r#""is":"change""#));
        let head: serde_json::Value = serde_json::from_str(lines.lines().next().expect("a line")).expect("JSON");
        assert_eq!(changes.count() as i64, head["seq"].as_i64().expect("a number"), "the head counts what is there");
        done += 1;
    }
}

#[tokio::test]
async fn a_lost_device_is_retired_from_the_command_line() {
    for_each_database(|fresh| async move {
        let (program, client, _) = set_up(&fresh).await;
        let device = client.enrol(true).await.expect("enrolled").device;
        client.hello(vec![], 7).await.expect("enrolled");
        let (done, told) = said(command(&["device", "list"], &fresh.url));
        assert!(done && told.contains(&device.to_string()) && told.contains("7 waiting"), "{told}");
        let (done, told) = said(command(&["device", "retire", &device.to_string()], &fresh.url));
        assert!(done, "{told}");
        assert_eq!(client.hello(vec![], 0).await.err(), Some(StatusCode::UNAUTHORIZED));
        assert!(said(command(&["device", "list"], &fresh.url)).1.contains("retired"));
        let nobodys = uuid::Uuid::now_v7().to_string();
        let (done, told) = said(command(&["device", "retire", &nobodys], &fresh.url));
        assert!(!done && told.contains("there is no device"), "{told}");
        drop(program);
    })
    .await;
}

/// Logs a change as a version that could not read it would have.
async fn quarantined(world: &World, own: &LaneOpening, n: i64, change: &domain::changes::Change) {
    let envelope = serde_json::to_string(&Envelope::seal(change)).expect("JSON");
    let now = clock::now();
    let mut canon = SqlCanon::new(world.db.write().await.expect("a transaction"), world.community, now);
    let seq = canon.take_head().await.expect("the head").seq + 1;
    let outcome = Outcome::Quarantined { undecodable: Undecodable::UnknownKind };
    let entry = LogEntry {
        seq,
        lane: own.lane,
        n,
        id: change.id,
        kind: "finding.raised",
        envelope: &envelope,
        person: Some(own.person),
        at: Interval::exactly(now),
        received: now,
        rules: RULES,
        number: None,
        outcome: &outcome,
        records: &[],
    };
    canon.log(entry).await.expect("logged");
    canon.advance_lane(own.lane, n).await.expect("its lane goes on");
    canon.commit().await.expect("committed");
}

#[tokio::test]
async fn a_quarantined_change_is_decided_once_when_it_can_be_read() {
    for_each_database(|fresh| async {
        let url = fresh.url.clone();
        let world = world(fresh).await;
        let tablet = world.client("supervisor", true).await;
        let own = lane(world.person("guard"));
        let nonsense = serde_json::value::RawValue::from_string(r#"{"kind":"from the future"}"#.into()).expect("JSON");
        let unreadable = ChangeId(uuid::Uuid::now_v7());
        let first = crate::client::raw(&own, 1, unreadable, nonsense);
        tablet.push(&push_of(&own, vec![first])).await;
        let kept = world.finding("kept in quarantine");
        quarantined(&world, &own, 2, &kept).await;
        let rewritten = world.finding("first try");
        quarantined(&world, &own, 3, &rewritten).await;
        let mut anew = world.finding("second try");
        anew.supersedes = Some(rewritten.id);
        let answer = tablet.push(&push_of(&own, placed(&own, 4, &[anew]))).await;
        assert!(matches!(outcomes(&answer)[..], [Outcome::Accepted { .. }]), "{answer:?}");

        let list = || said(command(&["quarantine", "list"], &url)).1;
        let told = list();
        assert_eq!(told.lines().count(), 3, "{told}");
        let line = told.lines().find(|line| line.contains(&kept.id.to_string())).expect("it is there");
        assert!(line.contains(&own.lane.to_string()) && line.contains("finding.raised"), "{line}");
        let keys = tablet.keys().await;
        let cursor = tablet.page(0, &keys).await.cursor;

        let (done, told) = said(command(&["quarantine", "retry", "--all"], &url));
        assert!(done && told.contains(&format!("{} accepted at ", kept.id)), "{told}");
        assert!(told.contains(&format!("{unreadable} still waits: not readable")), "{told}");
        assert!(told.contains(&format!("{} still waits: its author has written it anew", rewritten.id)), "{told}");
        let page = tablet.page(cursor, &keys).await;
        let findings: Vec<_> = page.rows.iter().filter(|row| row.kind == "finding").collect();
        let [row] = findings[..] else { panic!("one finding: {page:?}") };
        assert!(row.body.get().contains("kept in quarantine") && row.body.get().contains(&own.person.to_string()));
        assert_eq!(list().lines().count(), 2);

        let (done, told) = said(command(&["quarantine", "retry", &kept.id.to_string()], &url));
        assert!(!done && told.contains("no change"), "it is decided: {told}");
        assert!(said(command(&["quarantine", "retry", "--all"], &url)).0);
        assert!(tablet.page(page.cursor, &keys).await.rows.is_empty(), "and counts once");
        let again = tablet.push(&push_of(&own, placed(&own, 2, std::slice::from_ref(&kept)))).await;
        assert!(matches!(outcomes(&again)[..], [Outcome::Quarantined { .. }]), "its first outcome stays: {again:?}");
        let log: Vec<_> = world.exported("change").await;
        let of_it: Vec<_> = log.iter().filter(|line| line["envelope"]["id"] == kept.id.to_string()).collect();
        assert_eq!(of_it.len(), 2, "the first entry and the one that decided it");
        assert!(of_it.iter().all(|line| line["person"] == own.person.to_string()));
        assert_eq!(of_it[1]["seq"], row.seq);
    })
    .await;
}

#[tokio::test]
async fn a_server_is_ready_while_its_database_answers_and_photos_can_be_kept() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let http = stranger();
        let ready = async || {
            let answer = http.get(format!("{}/readyz", world.base)).send().await.expect("an answer");
            (answer.status(), answer.text().await.expect("text"))
        };
        assert_eq!(ready().await, (StatusCode::OK, r#"{"status":"ready"}"#.into()));
        let gone = world.photos.with_file_name("moved");
        fs::rename(&world.photos, &gone).expect("moved away");
        fs::write(&world.photos, "in the way").expect("written");
        let is_not = tokio::time::timeout(std::time::Duration::from_secs(30), async {
            loop {
                let (status, body) = ready().await;
                if status != StatusCode::OK {
                    return (status, body);
                }
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
        });
        let not_ready = (StatusCode::SERVICE_UNAVAILABLE, r#"{"status":"not ready"}"#.into());
        assert_eq!(is_not.await.expect("it notices"), not_ready, "and strangers are not told why");
        let health = http.get(format!("{}/healthz", world.base)).send().await.expect("an answer");
        assert_eq!(health.status(), StatusCode::OK, "it is alive all the same");
    })
    .await;
}

#[tokio::test]
async fn the_metrics_count_what_happened_and_strangers_see_nothing() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let tablet = world.client("guard", true).await;
        let own = lane(world.person("guard"));
        let refused = world.request(domain::changes::Request::PutPerson(world.someone("guard", &[])));
        let push = push_of(&own, placed(&own, 1, &[world.finding("one"), refused]));
        tablet.push(&push).await;
        tablet.push(&push).await;
        tablet.view().await;
        tablet.hello(vec![], 3).await.expect("enrolled");
        let url = format!("{}/metrics", world.base);
        let http = builder().build().expect("a client");
        let told = http.get(&url).send().await.expect("an answer").text().await.expect("text");
        for line in [
            "lamplighter_changes_total{outcome=\"accepted\"} 1",
            "lamplighter_changes_total{outcome=\"refused\"} 1",
            "lamplighter_changes_total{outcome=\"quarantined\"} 0",
            "lamplighter_pushes_total 2",
            "lamplighter_pulls_total{answer=\"page\"} 1",
            "lamplighter_pulls_total{answer=\"rebuild\"} 1",
            "lamplighter_devices 1",
            "lamplighter_devices_seen{within=\"1h\"} 1",
            "lamplighter_waiting_changes 3",
            "lamplighter_quarantined_changes 0",
            "lamplighter_custody_items 0",
            "lamplighter_missing_photos 0",
            "lamplighter_lanes 2",
            "lamplighter_request_seconds_count{route=\"/api/v1/sync/push\",method=\"POST\",status=\"200\"} 2",
        ] {
            assert!(told.lines().any(|there| there == line), "{line}\n{told}");
        }
        let nothing = stranger().get(format!("{}/api/v1/nothing", world.base)).send().await.expect("an answer");
        let nothing = (nothing.status(), nothing.text().await.expect("text"));
        for (name, value) in
            [("x-forwarded-for", "10.0.0.7"), ("forwarded", "for=10.0.0.7"), ("host", "lamplighter.lan")]
        {
            let answer = http.get(&url).header(name, value).send().await.expect("an answer");
            assert_eq!((answer.status(), answer.text().await.expect("text")), nothing, "{name}");
        }
        let guessed = http.get(&url).header("via", "a proxy").header(header::AUTHORIZATION, "Bearer ");
        assert_eq!(guessed.send().await.expect("an answer").status(), StatusCode::NOT_FOUND);
    })
    .await;
}

#[tokio::test]
async fn with_the_token_the_metrics_are_read_from_elsewhere() {
    let fresh = sqlite();
    let log = fresh.folder.path().join("log");
    let program = Program::serve(&fresh.url, &log, &["--no-demo", "--metrics-token", "of-the-watcher"]);
    let ask = async |token: &str| {
        let request = stranger().get(format!("{}/metrics", program.base)).header("x-forwarded-for", "10.0.0.7");
        let request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        request.send().await.expect("an answer").status()
    };
    assert_eq!((ask("of-the-watcher").await, ask("another").await), (StatusCode::OK, StatusCode::NOT_FOUND));
    assert!(!read(&log).contains("of-the-watcher"));
}

#[test]
fn every_command_explains_itself_with_an_example() {
    for line in [
        &["serve"][..],
        &["export"],
        &["backup"],
        &["restore"],
        &["missing"],
        &["missing", "--close"],
        &["load"],
        &["tags"],
        &["device", "list"],
        &["device", "retire"],
        &["quarantine", "list"],
        &["quarantine", "retry"],
        &["custody", "list"],
        &["custody", "show"],
        &["custody", "take"],
        &["custody", "dismiss"],
        &["user", "add"],
        &["user", "list"],
        &["user", "password"],
        &["user", "pin"],
    ] {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_lamplighter")).args(line).arg("--help").output();
        let told = String::from_utf8(output.expect("it ran").stdout).expect("text");
        assert!(told.contains(&format!("Example: lamplighter {}", line.join(" "))), "{told}");
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

async fn run(file: &Path, sql: &'static str) {
    sqlx::any::install_default_drivers();
    let url = server::db::url_of_file(file);
    let mut connection = <sqlx::AnyConnection as sqlx::Connection>::connect(&url).await.expect("a database");
    sqlx::raw_sql(sql).execute(&mut connection).await.expect("it is done");
    sqlx::Connection::close(connection).await.expect("closed");
}

#[tokio::test]
async fn servers_that_begin_at_once_on_an_empty_database_make_one_community() {
    for_each_database(|fresh| async move {
        let started: Vec<_> = (0..3)
            .map(|n| {
                let (url, log) = (fresh.url.clone(), fresh.folder.path().join(format!("{n}")).join("log"));
                std::fs::create_dir_all(log.with_file_name("")).expect("a folder");
                std::thread::spawn(move || Program::serve(&url, &log, &[]))
            })
            .collect();
        let programs: Vec<Program> = started.into_iter().map(|it| it.join().expect("it listens")).collect();
        let invited = programs.iter().filter(|program| program.printed.contains("demonstration")).count();
        let signed_in = Client::new(&programs[2].base).sign_in("wang", "lantern-by-night").await;
        assert!(invited == 1 && signed_in.is_ok(), "{invited} {signed_in:?}");
        let db = server::db::Db::open(&fresh.url).await.expect("it is up to date");
        let communities = server::communities::all(&mut db.read().await.expect("tx")).await.expect("read");
        assert_eq!(communities.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn of_the_links_that_several_servers_printed_one_makes_one_community() {
    for_each_database(|fresh| async move {
        let log = |name: &str| fresh.folder.path().join(name);
        let programs = ["one", "other"].map(|name| Program::serve(&fresh.url, &log(name), &["--no-demo"]));
        let set_up = async |program: &Program| {
            Client::new(&program.base).call::<()>("set_up", crate::operator::form(&program.set_up_token())).await
        };
        assert_eq!(set_up(&programs[0]).await, Err(app::online::Trouble::LinkUsed), "a later start voids it");
        assert_eq!(set_up(&programs[1]).await, Ok(()));
        assert_eq!(set_up(&programs[1]).await, Err(app::online::Trouble::LinkUsed));
    })
    .await;
}
