//! Claims about requests that nobody honest makes: each ends, most are answered, and the next one is served as if nothing had been.

use std::{io::Write as _, net::SocketAddr, time::Duration};

use flate2::{Compression, write::GzEncoder};
use reqwest::{StatusCode, header};
use serde_json::value::RawValue;
use server::connections::Limits;
use sync::messages::{Outcome, path};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use crate::{
    client::{Client, lane, outcomes, placed, push_of, raw, stranger},
    databases::{for_each_database, sqlite},
    operator::set_up,
    program::read,
    world::{World, world, world_within},
};

/// A claim that something ends must end itself.
const EVENTUALLY: Duration = Duration::from_secs(120);

async fn connect(base: &str) -> TcpStream {
    let address: SocketAddr = base.trim_start_matches("http://").parse().expect("an address");
    TcpStream::connect(address).await.expect("it listens")
}

/// What comes back until the server closes.
async fn heard(mut stream: TcpStream) -> String {
    let mut bytes = vec![];
    let read = timeout(EVENTUALLY, stream.read_to_end(&mut bytes)).await.expect("the server ends it");
    drop(read);
    String::from_utf8_lossy(&bytes).into_owned()
}

async fn is_well(world: &World, tablet: &Client, first: i64, own: &sync::messages::LaneOpening) {
    let answer = tablet.push(&push_of(own, placed(own, first, &[world.finding("still here")]))).await;
    assert!(matches!(outcomes(&answer)[..], [Outcome::Accepted { .. }]), "{answer:?}");
}

#[tokio::test]
async fn those_who_never_finish_a_head_lose_their_place_to_those_who_do() {
    let limits = Limits { connections: 8, head: Duration::from_millis(500), ..Limits::default() };
    let world = world_within(sqlite(), limits).await;
    let mut slow = vec![];
    for begun in ["", "GET", "POST /api/v1/sync/push HTTP/1.1\r\nhost: x\r\ncookie: "].into_iter().cycle().take(16) {
        let mut stream = connect(&world.base).await;
        stream.write_all(begun.as_bytes()).await.expect("it is taken");
        slow.push(stream);
    }
    let health = timeout(EVENTUALLY, stranger().get(format!("{}/healthz", world.base)).send()).await;
    assert_eq!(health.expect("its turn comes").expect("an answer").status(), StatusCode::OK);
    for stream in slow {
        assert_eq!(heard(stream).await, "", "nothing was asked, and nothing is answered");
    }
}

#[tokio::test]
async fn one_byte_at_a_time_is_no_way_to_keep_a_place() {
    let limits = Limits { head: Duration::from_millis(500), ..Limits::default() };
    let world = world_within(sqlite(), limits).await;
    let (mut from, mut to) = connect(&world.base).await.into_split();
    let dripping = tokio::spawn(async move {
        let head = "GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: ";
        for byte in head.bytes().chain(std::iter::repeat(b'z')) {
            if to.write_all(&[byte]).await.is_err() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let mut bytes = vec![];
    let _ = timeout(EVENTUALLY, from.read_to_end(&mut bytes)).await.expect("the server ends it");
    timeout(EVENTUALLY, dripping).await.expect("it notices").expect("it ran");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_answered_with_when_to_try_again() {
    let world = world(sqlite()).await;
    let tablet = world.client("guard", true).await;
    let mut stream = connect(&world.base).await;
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: {}\r\norigin: {}\r\ncookie: {}\r\nconnection: close\r\ncontent-length: 1000\r\n\r\n{{\"clocks\":",
        path::PUSH,
        world.base.trim_start_matches("http://"),
        world.base,
        tablet.cookies()
    );
    stream.write_all(head.as_bytes()).await.expect("it is taken");
    let answer = heard(stream).await.to_lowercase();
    assert!(answer.starts_with("http/1.1 503") && answer.contains("retry-after: "), "{answer}");
    is_well(&world, &tablet, 1, &lane(world.person("guard"))).await;
}

#[tokio::test]
async fn a_connection_that_is_half_closed_ends_and_takes_nothing_along() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let tablet = world.client("guard", true).await;
        let own = lane(world.person("guard"));
        let whole = serde_json::to_string(&push_of(&own, placed(&own, 1, &[world.finding("half")]))).expect("JSON");
        for sent in [0, 1, whole.len() / 2, whole.len()] {
            let mut stream = connect(&world.base).await;
            let head = format!(
                "POST {} HTTP/1.1\r\nhost: {}\r\norigin: {}\r\ncookie: {}\r\ncontent-length: {}\r\n\r\n",
                path::PUSH,
                world.base.trim_start_matches("http://"),
                world.base,
                tablet.cookies(),
                whole.len()
            );
            stream.write_all(head.as_bytes()).await.expect("it is taken");
            stream.write_all(&whole.as_bytes()[..sent]).await.expect("it is taken");
            stream.shutdown().await.expect("half closed");
            heard(stream).await;
        }
        let sent: sync::messages::Push = serde_json::from_str(&whole).expect("a push");
        assert_eq!(tablet.push(&sent).await.outcomes.len(), 1);
        assert_eq!(tablet.view().await.iter().filter(|row| row.kind == "finding").count(), 1, "once");
    })
    .await;
}

#[tokio::test]
async fn nonsense_and_heads_without_end_are_answered_and_logged() {
    let fresh = sqlite();
    let (program, client, _) = set_up(&fresh).await;
    let long = "x".repeat(200_000);
    for (sent, status) in [
        ("nonsense\r\n\r\n".to_owned(), " 400 "),
        ("\u{16}\u{3}\u{1}\u{2}\0\u{1}\0\u{1}".to_owned() + "\r\n\r\n", " 400 "),
        (format!("GET /{long} HTTP/1.1\r\nhost: x\r\n\r\n"), " 4"),
        (format!("GET / HTTP/1.1\r\nhost: x\r\nx-long: {long}\r\n\r\n"), " 431 "),
        (format!("GET / HTTP/1.1\r\nhost: x\r\n{}\r\n", "x-many: y\r\n".repeat(500)), " 431 "),
        ("POST /api/v1/sync/push HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n".to_owned(), " 400 "),
        (
            "POST /api/v1/sync/push HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n".to_owned(),
            " 400 ",
        ),
    ] {
        let mut stream = connect(&program.base).await;
        // The server may have answered and closed before everything was sent.
        let _ = stream.write_all(sent.as_bytes()).await;
        let mut first = vec![0; 64];
        let read = timeout(EVENTUALLY, stream.read(&mut first)).await.expect("it answers").unwrap_or(0);
        let answer = String::from_utf8_lossy(&first[..read]).into_owned();
        assert!(answer.starts_with("HTTP/1.1") && answer.contains(status), "{:.40}: {answer}", sent);
    }
    client.enrol(false).await.expect("everything else goes on");
    drop(program);
    let log = read(&fresh.folder.path().join("log"));
    assert!(log.matches("a connection was given up").count() >= 4, "{log}");
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(vec![], Compression::best());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

#[tokio::test]
async fn a_packed_body_is_unpacked_no_further_than_a_message_may_be_long() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let tablet = world.client("guard", true).await;
        let own = lane(world.person("guard"));
        let post = async |path: &str, encoding: &str, body: Vec<u8>| {
            let request = tablet.http.post(format!("{}{path}", world.base)).header(header::CONTENT_ENCODING, encoding);
            request
                .header(header::CONTENT_TYPE, "application/json")
                .body(body)
                .send()
                .await
                .expect("an answer")
                .status()
        };
        let bomb = packed(&vec![b' '; 64 * 1024 * 1024]);
        assert!(bomb.len() < 100_000);
        for path in [path::PUSH, path::PULL, path::HELLO, path::ENROL] {
            assert_eq!(post(path, "gzip", bomb.clone()).await, StatusCode::PAYLOAD_TOO_LARGE, "{path}");
        }
        let online = post("/api/v1/online/sign_in", "gzip", bomb.clone()).await;
        assert!(online.is_client_error() || online.is_server_error(), "{online}");
        let sent = serde_json::to_vec(&push_of(&own, placed(&own, 1, &[world.finding("packed")]))).expect("JSON");
        let whole = packed(&sent);
        assert_eq!(post(path::PUSH, "gzip", whole[..whole.len() / 2].to_vec()).await, StatusCode::BAD_REQUEST);
        assert_eq!(post(path::PUSH, "gzip", b"not packed at all".to_vec()).await, StatusCode::BAD_REQUEST);
        assert_eq!(post(path::PUSH, "gzip", packed(&whole)).await, StatusCode::BAD_REQUEST, "packed twice");
        assert_eq!(post(path::PUSH, "deflate", whole.clone()).await, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        assert_eq!(post(path::PUSH, "gzip", whole).await, StatusCode::OK);
        is_well(&world, &tablet, 2, &own).await;
    })
    .await;
}

#[tokio::test]
async fn json_ten_thousand_deep_is_no_message_and_a_change_in_it_is_quarantined() {
    const DEEP: usize = 10_000;
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let tablet = world.client("guard", true).await;
        let own = lane(world.person("guard"));
        let lists = format!("{}{}", "[".repeat(DEEP), "]".repeat(DEEP));
        let objects = format!("{}1{}", "{\"a\":".repeat(DEEP), "}".repeat(DEEP));
        for deep in [&lists, &objects] {
            for path in [path::PUSH, path::PULL, path::HELLO] {
                assert_eq!(tablet.post(path, deep.clone()).await.status(), StatusCode::BAD_REQUEST, "{path}");
            }
            let form = tablet.post("/api/v1/online/sign_in", deep.clone()).await.status();
            assert!(form.is_client_error() || form.is_server_error(), "{form}");
        }
        let raw_of = |text: String| RawValue::from_string(text).expect("JSON");
        let mut changes = vec![];
        let kinds = domain::changes::FACTS.iter().chain(domain::changes::REQUESTS);
        for (n, (kind, deep)) in (1..).zip(kinds.flat_map(|kind| [(kind, &lists), (kind, &objects)])) {
            let change = world.finding("deep");
            let stamp = serde_json::to_string(&change.at).expect("JSON");
            let text = format!(r#"{{"id":"{}","v":1,"kind":"{kind}","at":{stamp},"body":{deep}}}"#, change.id);
            changes.push(raw(&own, n, change.id, raw_of(text)));
        }
        let count = changes.len() as i64;
        for some in changes.chunks(4) {
            let answer = tablet.push(&push_of(&own, some.to_vec())).await;
            assert_eq!(answer.outcomes.len(), some.len());
            for outcome in outcomes(&answer) {
                assert!(matches!(outcome, Outcome::Quarantined { .. }), "{outcome:?}");
            }
        }
        let mut out = vec![];
        server::export::write(&world.db, &mut out).await.expect("the export");
        let exported = String::from_utf8(out).expect("text");
        let as_text = objects.replace('"', "\\\"");
        let kept = exported.matches(&lists).count() + exported.matches(&as_text).count();
        assert_eq!(kept, count as usize, "every byte is kept, as a text");
        is_well(&world, &tablet, count + 1, &own).await;
    })
    .await;
}

#[tokio::test]
async fn a_request_that_is_given_up_at_any_moment_leaves_no_trace() {
    for_each_database(|fresh| async move {
        let (program, client, boss) = set_up(&fresh).await;
        client.enrol(false).await.expect("enrolled");
        let own = lane(boss.person);
        for n in 1..=60_i64 {
            let finding = crate::world::finding(boss.community, "given up", vec![]);
            let sent = push_of(&own, placed(&own, n, &[finding]));
            let body = serde_json::to_string(&sent).expect("JSON");
            for attempt in 0..3 {
                let mut stream = connect(&program.base).await;
                let head = format!(
                    "POST {} HTTP/1.1\r\nhost: {}\r\norigin: {}\r\ncookie: {}\r\ncontent-length: {}\r\n\r\n{body}",
                    path::PUSH,
                    program.base.trim_start_matches("http://"),
                    program.base,
                    client.cookies(),
                    body.len()
                );
                stream.write_all(head.as_bytes()).await.expect("it is taken");
                tokio::time::sleep(Duration::from_micros((n * 250 + attempt * 90) as u64)).await;
                drop(stream);
            }
            let answer = client.push_when_it_may(&sent).await;
            assert_eq!(answer.outcomes.len(), 1, "{answer:?}");
        }
        drop(program);
        let log = read(&fresh.folder.path().join("log"));
        let failed: Vec<_> = log.lines().filter(|line| line.contains(" ERROR ")).collect();
        assert!(failed.is_empty(), "{}", failed.join("\n"));
    })
    .await;
}
