//! Claims about a server that is killed: what it answered is there when it is back.
//!
//! SIGKILL is not power loss: the operating system lives on and writes what it was given. That the database is told to wait for
//! the disk before it is answered is set in `server/src/db.rs`; whether the disk keeps its word is beyond this.

use std::{
    collections::HashMap,
    fs,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use reqwest::header;
use serde_json::Value;
use sync::messages::{Delivery, Push, PushAnswer, path};
use tokio::{
    sync::{Barrier, Semaphore},
    task::JoinSet,
    time::sleep,
};

use crate::{
    client::{Client, PASSWORD, lane, placed, push_of, stranger},
    databases::{Fresh, for_each_database},
    operator::form,
    program::{Program, command},
    proxies::free_port,
    world::finding,
};

const DEVICES: usize = 50;
/// How soon after it was killed a server answers again; asked of a machine that does nothing else.
const BACK_WITHIN: Duration = Duration::from_secs(5);

/// How often `cargo xtask torture` asks for; nothing among the other tests.
fn asked_for() -> Option<usize> {
    number("LAMPLIGHTER_KILLS")
}

fn number(variable: &str) -> Option<usize> {
    std::env::var(variable).ok().and_then(|text| text.parse().ok())
}

fn serve(fresh: &Fresh, port: u16) -> Program {
    let mut command = command(&["serve", "--no-demo", "--port", &port.to_string()], &fresh.url);
    command.env("RUST_LOG", "warn");
    Program::start(command, &fresh.folder.path().join("log"))
}

/// Whether an export holds each of these answers as it was given, in a log without a gap.
pub fn all_are_kept(export: &str, answered: &[Delivery]) {
    let lines = export.lines().map(|line| serde_json::from_str::<Value>(line).expect("one object a line"));
    let log: Vec<Value> = lines.filter(|line| line["is"] == "change").collect();
    let seqs: Vec<i64> = log.iter().filter_map(|line| line["seq"].as_i64()).collect();
    assert_eq!(seqs, (1..=seqs.len() as i64).collect::<Vec<_>>(), "the log has no gap");
    let mut kept: HashMap<&str, &Value> = HashMap::new();
    for line in &log {
        assert!(kept.insert(line["id"].as_str().expect("an id"), line).is_none(), "twice: {line}");
    }
    for delivery in answered {
        let line = kept.get(delivery.id.to_string().as_str()).unwrap_or_else(|| panic!("lost: {delivery:?}"));
        assert_eq!((line["seq"].as_i64(), line["n"].as_i64()), (Some(delivery.seq), Some(delivery.n)));
        assert_eq!(line["outcome"], serde_json::to_value(&delivery.outcome).expect("JSON"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_again_and_again_under_load_a_server_keeps_whatever_it_answered() {
    for_each_database(|fresh| async move {
        let port = free_port();
        let mut program = serve(&fresh, port);
        let signed_in = Client::new(&program.base);
        signed_in.call::<()>("set_up", form(&program.set_up_token())).await.expect("the link is good");
        let boss = signed_in.sign_in("boss", PASSWORD).await.expect("the account is there");
        let (is_over, answers) = (Arc::new(AtomicBool::new(false)), Arc::new(Semaphore::new(0)));
        let mut devices = JoinSet::new();
        for seed in 0..DEVICES {
            let tablet = signed_in.another_device().await;
            let (is_over, answers) = (is_over.clone(), answers.clone());
            devices.spawn(async move {
                let mut random = StdRng::seed_from_u64(seed as u64);
                let (own, mut n, mut answered) = (lane(boss.person), 1, Vec::<Delivery>::new());
                while !is_over.load(Ordering::Relaxed) {
                    let count = random.random_range(1..=4);
                    let changes: Vec<_> = (0..count).map(|_| finding(boss.community, "seen", vec![])).collect();
                    let sent = push_of(&own, placed(&own, n, &changes));
                    let answer = until_answered(&tablet, &sent).await;
                    assert_eq!(answer.outcomes.len(), changes.len(), "{answer:?}");
                    n += count;
                    answered.extend(answer.outcomes);
                    answers.add_permits(1);
                    sleep(Duration::from_millis(random.random_range(50..400))).await;
                }
                answered
            });
        }
        let (mut random, mut slowest) = (StdRng::seed_from_u64(17), Duration::ZERO);
        let kills = asked_for().unwrap_or(10);
        for _ in 0..kills {
            answers.acquire_many(random.random_range(5..80)).await.expect("nobody closes it").forget();
            sleep(Duration::from_millis(random.random_range(0..30))).await;
            program.kill();
            let killed = Instant::now();
            program = serve(&fresh, port);
            let health = stranger().get(format!("{}/healthz", program.base)).send().await.expect("it is back");
            assert!(health.status().is_success());
            slowest = slowest.max(killed.elapsed());
        }
        assert!(asked_for().is_none() || slowest < BACK_WITHIN, "it was back after {slowest:?}");
        is_over.store(true, Ordering::Relaxed);
        let answered: Vec<Delivery> = devices.join_all().await.into_iter().flatten().collect();
        program.kill();
        let exported = command(&["export", "--json"], &fresh.url).output().expect("the export").stdout;
        all_are_kept(&String::from_utf8(exported).expect("text"), &answered);
        let kind = fresh.url.split(':').next().expect("a kind");
        println!(
            "{kind}: {kills} kills, {} outcomes answered, all kept; back after at most {slowest:?}",
            answered.len()
        );
    })
    .await;
}

async fn until_answered(tablet: &Client, sent: &Push) -> PushAnswer {
    loop {
        match tablet.maybe_push(sent).await {
            Some(answer) => return answer,
            None => sleep(Duration::from_millis(50)).await,
        }
    }
}

/// What a push came to, and how long a client is asked to wait before the next try.
enum Tried {
    Taken(PushAnswer),
    Asked { status: u16, wait: Duration },
    Unreachable,
}

async fn tried(tablet: &Client, body: &str) -> Tried {
    let request = tablet.http.post(format!("{}{}", tablet.base, path::PUSH));
    let request = request.header(header::CONTENT_TYPE, "application/json").body(body.to_owned());
    let Ok(answer) = request.send().await else { return Tried::Unreachable };
    let wait = answer.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    let status = answer.status();
    match answer.json::<PushAnswer>().await {
        Ok(taken) if status.is_success() => Tried::Taken(taken),
        _ => Tried::Asked { status: status.as_u16(), wait: Duration::from_secs(wait.unwrap_or(0)) },
    }
}

#[derive(Default)]
struct Returned {
    took: Vec<Duration>,
    /// Answers with a status that asks to come again, and with any other.
    later: usize,
    failed: Vec<u16>,
    unreachable: usize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measure, not a claim: `cargo xtask returning` runs it and prints what it finds"]
async fn devices_that_return_at_once() {
    let returning = number("LAMPLIGHTER_RETURNING").unwrap_or(500);
    const CHANGES: usize = 200;
    for_each_database(|fresh| async move {
        let program = serve(&fresh, free_port());
        let signed_in = Client::new(&program.base);
        signed_in.call::<()>("set_up", form(&program.set_up_token())).await.expect("the link is good");
        let boss = signed_in.sign_in("boss", PASSWORD).await.expect("the account is there");
        let start = Arc::new(Barrier::new(returning + 1));
        let mut devices = JoinSet::new();
        for _ in 0..returning {
            let (tablet, start) = (signed_in.another_device().await, start.clone());
            let own = lane(boss.person);
            let changes: Vec<_> =
                (0..CHANGES).map(|_| finding(boss.community, "what was seen in the basement", vec![])).collect();
            let body = serde_json::to_string(&push_of(&own, placed(&own, 1, &changes))).expect("JSON");
            devices.spawn(async move {
                start.wait().await;
                let (mut returned, began) = (Returned::default(), Instant::now());
                loop {
                    match tried(&tablet, &body).await {
                        Tried::Taken(answer) => {
                            assert_eq!(answer.outcomes.len(), CHANGES);
                            returned.took.push(began.elapsed());
                            return returned;
                        }
                        Tried::Asked { status: 429 | 503, wait } if wait > Duration::ZERO => {
                            returned.later += 1;
                            sleep(wait).await;
                        }
                        Tried::Asked { status, .. } => {
                            returned.failed.push(status);
                            sleep(Duration::from_secs(1)).await;
                        }
                        Tried::Unreachable => {
                            returned.unreachable += 1;
                            sleep(Duration::from_secs(1)).await;
                        }
                    }
                }
            });
        }
        let before = peak(&program);
        start.wait().await;
        let began = Instant::now();
        let all = devices.join_all().await;
        let drained = began.elapsed();
        let mut took: Vec<_> = all.iter().flat_map(|returned| returned.took.clone()).collect();
        took.sort();
        let failed: Vec<_> = all.iter().flat_map(|returned| returned.failed.clone()).collect();
        println!(
            "{}: {returning} devices with {CHANGES} changes each drained in {drained:.1?}; half within {:.1?}, 99 % within {:.1?}; \
            asked to come later {}, failed {failed:?}, not reached {}; peak memory {} MiB (before: {} MiB)",
            fresh.url.split(':').next().expect("a kind"),
            took[took.len() / 2],
            took[took.len() * 99 / 100],
            all.iter().map(|returned| returned.later).sum::<usize>(),
            all.iter().map(|returned| returned.unreachable).sum::<usize>(),
            peak(&program) / 1024,
            before / 1024,
        );
    })
    .await;
}

/// The most memory that it has held so far, in KiB.
fn peak(program: &Program) -> u64 {
    let status = fs::read_to_string(PathBuf::from(format!("/proc/{}/status", program.id()))).expect("Linux tells it");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a line");
    line.split_whitespace().next().and_then(|number| number.parse().ok()).expect("a number")
}
