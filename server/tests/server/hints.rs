//! Claims about hints: who listens is told that something is new, by whichever server, and nobody else is.

use std::{process::Command, time::Duration};

use reqwest::{Response, StatusCode, header};
use serde_json::json;
use sync::messages::{Hint, Seq, path};
use tokio::time::timeout;

use crate::{
    client::{Client, PASSWORD, lane, placed, push_of, stranger},
    databases::{Fresh, for_each_database, postgres_fresh, sqlite},
    operator::form,
    program::{Program, read},
    world::{World, finding, found, world},
};

/// A claim that something comes must end itself.
const EVENTUALLY: Duration = Duration::from_secs(60);

/// An open stream of hints.
struct Stream {
    response: Response,
    text: String,
}

impl Stream {
    async fn of(client: &Client) -> Self {
        let response = client.http.get(format!("{}{}", client.base, path::EVENTS)).send().await.expect("an answer");
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
        Self { response, text: String::new() }
    }

    /// The next hint; nothing when the stream has ended.
    async fn next(&mut self) -> Option<Hint> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let line = |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
                let hint: Hint = serde_json::from_str(line("data:").expect("data")).expect("a hint");
                assert_eq!(line("id:"), Some(Hint::id(&hint.epoch, hint.head).as_str()));
                let retry: u64 = line("retry:").expect("when to come again").parse().expect("milliseconds");
                assert!((1_000..5_000).contains(&retry));
                self.text = rest.to_owned();
                return Some(hint);
            }
            let chunk = timeout(EVENTUALLY, self.response.chunk()).await.expect("something is said or it ends");
            self.text += std::str::from_utf8(&chunk.ok()??).expect("text");
        }
    }

    /// Ends when a hint says that the log stands at `head`.
    async fn reaches(&mut self, head: Seq) {
        timeout(EVENTUALLY, async { while self.next().await.expect("it goes on").head < head {} })
            .await
            .expect("it is told");
    }
}

async fn raise(client: &Client, own: &sync::messages::LaneOpening, n: i64, world: &World) -> Seq {
    client.push(&push_of(own, placed(own, n, &[world.finding("new")]))).await.outcomes[0].seq
}

#[tokio::test]
async fn who_listens_is_told_where_the_log_stands_now_and_when_it_goes_on() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let (guard, manager) = (world.client("guard", true).await, world.client("manager", false).await);
        let own = lane(world.person("guard"));
        let mut stream = Stream::of(&manager).await;
        let first = stream.next().await.expect("where it stands now");
        let hello = manager.hello(vec![], 0).await.expect("enrolled");
        assert_eq!(first, Hint { community: world.community, head: hello.head, epoch: hello.epoch });
        for n in 1..=3 {
            let head = raise(&guard, &own, n, &world).await;
            stream.reaches(head).await;
        }
    })
    .await;
}

#[tokio::test]
async fn another_community_and_who_is_not_enrolled_are_told_nothing() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let neighbours = found(&world.db, "-next-door").await;
        let url = format!("{}{}", world.base, path::EVENTS);
        assert_eq!(stranger().get(&url).send().await.expect("an answer").status(), StatusCode::UNAUTHORIZED);
        let signed_in = Client::new(&world.base);
        signed_in.sign_in("guard", PASSWORD).await.expect("the account is there");
        assert_eq!(signed_in.http.get(&url).send().await.expect("an answer").status(), StatusCode::UNAUTHORIZED);
        let guard = world.client("guard", true).await;
        let (mut here, mut there) =
            (Stream::of(&guard).await, Stream::of(&Client::of(&world.base, "manager-next-door", false).await).await);
        let before = there.next().await.expect("where theirs stands");
        assert_eq!(before.community, neighbours);
        let head = raise(&guard, &lane(world.person("guard")), 1, &world).await;
        here.reaches(head).await;
        let nothing = timeout(Duration::from_secs(1), there.next()).await;
        assert!(nothing.is_err(), "{nothing:?}");
    })
    .await;
}

#[tokio::test]
async fn streams_have_places_of_their_own_and_who_finds_none_is_asked_to_come_later() {
    let world = world(sqlite()).await;
    let tablet = world.client("guard", true).await;
    let places = world.state.hints.places.clone();
    let all = u32::try_from(places.available_permits()).expect("some");
    let taken = places.acquire_many_owned(all - 1).await.expect("nobody closes it");
    let stream = Stream::of(&tablet).await;
    let url = format!("{}{}", world.base, path::EVENTS);
    let full = tablet.http.get(&url).send().await.expect("an answer");
    assert_eq!(full.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(full.headers().contains_key(header::RETRY_AFTER));
    drop((stream, taken));
}

#[tokio::test]
async fn those_who_listen_take_no_place_from_those_who_ask() {
    let limits = server::connections::Limits { connections: 2, ..Default::default() };
    let world = crate::world::world_within(sqlite(), limits).await;
    let tablet = world.client("guard", true).await;
    let mut streams = vec![];
    for _ in 0..6 {
        let one = Client::through(crate::client::builder(), &world.base);
        let request = one.http.get(format!("{}{}", world.base, path::EVENTS)).header(header::COOKIE, tablet.cookies());
        let response = timeout(EVENTUALLY, request.send()).await.expect("there is a place").expect("an answer");
        assert_eq!(response.status(), StatusCode::OK);
        streams.push(response);
    }
    let health = timeout(EVENTUALLY, stranger().get(format!("{}/healthz", world.base)).send()).await;
    assert_eq!(health.expect("there is a place").expect("an answer").status(), StatusCode::OK);
}

#[tokio::test]
async fn a_server_that_stops_ends_the_streams_at_once() {
    let fresh = sqlite();
    let mut program = Program::serve(&fresh.url, &fresh.folder.path().join("log"), &["--no-demo"]);
    let client = signed_in(&program).await;
    let mut stream = Stream::of(&client).await;
    stream.next().await.expect("where it stands");
    signal(&program, "TERM");
    // Of itself a stream goes on for ten minutes at least.
    let ended = timeout(EVENTUALLY, async { while stream.next().await.is_some() {} }).await;
    ended.expect("the stream ends");
    program.ended().await;
}

async fn signed_in(program: &Program) -> Client {
    let client = Client::new(&program.base);
    client.call::<()>("set_up", form(&program.set_up_token())).await.expect("the link is good");
    client.sign_in("boss", PASSWORD).await.expect("the account is there");
    client.enrol(false).await.expect("their computer");
    client
}

fn signal(program: &Program, name: &str) {
    let done = Command::new("kill").args(["-s", name, &program.id().to_string()]).status();
    assert!(done.expect("it ran").success());
}

/// Two programs on one database; somebody listens at the second.
struct Two {
    one: Program,
    other: Program,
    writer: Client,
    stream: Stream,
    own: sync::messages::LaneOpening,
    community: domain::ids::CommunityId,
    n: i64,
    fresh: Fresh,
}

impl Two {
    async fn new(fresh: Fresh) -> Self {
        let log = |name: &str| fresh.folder.path().join(name);
        let [one, other] = ["one", "other"].map(|name| Program::serve(&fresh.url, &log(name), &["--no-demo"]));
        let client = signed_in(&other).await;
        let boss: app::online::SignedIn = client.call("who_am_i", json!({})).await.expect("signed in");
        let mut stream = Stream::of(&client).await;
        stream.next().await.expect("where it stands");
        let writer = client.moved(&one.base);
        Self { one, other, writer, stream, own: lane(boss.person), community: boss.community, n: 0, fresh }
    }

    async fn raise(&mut self) -> Seq {
        self.n += 1;
        let sent = placed(&self.own, self.n, &[finding(self.community, "new", vec![])]);
        self.writer.push(&push_of(&self.own, sent)).await.outcomes[0].seq
    }

    /// What is pushed at the first server is hinted at the second.
    async fn tell(&mut self) {
        let head = self.raise().await;
        self.stream.reaches(head).await;
    }

    /// Asks PostgreSQL about the lines on which servers listen.
    async fn lines(&self, what: &str) -> i64 {
        let mut connection =
            <sqlx::AnyConnection as sqlx::Connection>::connect(&self.fresh.url).await.expect("it runs");
        let sql = format!(
            "select {what} as lines from pg_stat_activity where datname = current_database() and query like 'LISTEN %'"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_one(&mut connection).await.expect("a superuser may");
        sqlx::Row::try_get(&row, "lines").expect("a number")
    }
}

#[tokio::test]
async fn a_push_at_one_server_is_announced_to_the_other() {
    let Some(fresh) = postgres_fresh().await else { return };
    let world = world(fresh).await;
    // One that would not look by itself while anybody waits.
    let second = world.second_server(Duration::from_secs(3_600)).await;
    let (guard, manager) = (world.client("guard", true).await, world.client("manager", false).await);
    let own = lane(world.person("guard"));
    let mut stream = Stream::of(&manager.moved(&second)).await;
    for n in 1..=3 {
        let head = raise(&guard, &own, n, &world).await;
        stream.reaches(head).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_push_at_one_server_is_hinted_at_the_other_whatever_becomes_of_the_announcements() {
    let Some(fresh) = postgres_fresh().await else { return };
    let mut two = Two::new(fresh).await;
    two.tell().await;
    for _ in 0..3 {
        assert_eq!(two.lines("count(pg_terminate_backend(pid))").await, 2, "each server had its line");
        // With the line down the heads are looked at every two seconds.
        two.tell().await;
        let lines_are_back = async || while two.lines("count(*)").await < 2 {};
        timeout(EVENTUALLY, lines_are_back()).await.expect("the lines come back");
    }
    signal(&two.other, "STOP");
    let mut head = 0;
    for _ in 0..3 {
        head = two.raise().await;
    }
    signal(&two.other, "CONT");
    two.stream.reaches(head).await;
    let log = read(&two.fresh.folder.path().join("one"));
    assert!(!log.contains("cannot tell the other servers"), "{log}");
    drop(two.one);
}
