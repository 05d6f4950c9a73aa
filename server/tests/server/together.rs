//! Claims about two servers on one PostgreSQL behind a proxy: it does not matter which of them answers.

use std::{
    fs,
    net::SocketAddr,
    path::Path,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use app::online::{SignedIn, Trouble};
use serde_json::json;
use sync::messages::{Delivery, Seal};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

use crate::{
    client::{Client, PASSWORD, builder, lane, placed, push_of, stranger},
    databases::{Fresh, postgres_fresh},
    operator::form,
    program::{Program, command},
    proxies::{Proxy, free_port, start, temporary},
    world::finding,
};

/// Two programs on one fresh database, with the photos in one place.
fn two(fresh: &Fresh) -> [Program; 2] {
    let log = |name: &str| fresh.folder.path().join(name);
    ["one", "other"].map(|name| Program::serve(&fresh.url, &log(name), &["--no-demo"]))
}

fn address(program: &Program) -> SocketAddr {
    program.base.trim_start_matches("http://").parse().expect("an address")
}

/// Gives each connection to the next server, or to the one after it where that one is gone.
async fn in_turns(servers: Vec<SocketAddr>) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    let next = Arc::new(AtomicUsize::new(0));
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let (next, servers) = (next.clone(), servers.clone());
            tokio::spawn(async move {
                for _ in 0..servers.len() {
                    let server = servers[next.fetch_add(1, Ordering::Relaxed) % servers.len()];
                    if let Ok(mut server) = TcpStream::connect(server).await {
                        let _ = copy_bidirectional(&mut client, &mut server).await;
                        return;
                    }
                }
            });
        }
    });
    base
}

/// A browser that makes a new connection for every request.
fn restless(base: &str) -> Client {
    Client::through(builder().pool_max_idle_per_host(0), base)
}

fn nginx(folder: &Path, servers: &[SocketAddr; 2]) -> Option<(Proxy, String)> {
    let (here, port) = (folder.display().to_string(), free_port());
    let config = format!(
        "daemon off;\nmaster_process off;\npid {here}/pid;\nevents {{}}\nhttp {{\naccess_log off;\n{}\
        upstream both {{ server {}; server {}; }}\nserver {{ listen 127.0.0.1:{port}; location / {{\n\
        proxy_pass http://both; proxy_http_version 1.1; proxy_set_header Host $http_host; }} }} }}\n",
        temporary(&here),
        servers[0],
        servers[1]
    );
    let file = folder.join("nginx.conf");
    fs::write(&file, config).expect("written");
    let mut command = Command::new(if Path::new("/usr/sbin/nginx").exists() { "/usr/sbin/nginx" } else { "nginx" });
    command.args(["-e", "stderr", "-p"]).arg(folder).arg("-c").arg(&file);
    start(&mut command, port).map(|proxy| (proxy, format!("http://127.0.0.1:{port}")))
}

fn caddy(folder: &Path, servers: &[SocketAddr; 2]) -> Option<(Proxy, String)> {
    let port = free_port();
    let config = format!(
        "{{\nadmin off\n}}\nhttp://127.0.0.1:{port} {{\nreverse_proxy {} {} {{\nlb_policy round_robin\n}}\n}}\n",
        servers[0], servers[1]
    );
    let file = folder.join("Caddyfile");
    fs::write(&file, config).expect("written");
    let mut command = Command::new("caddy");
    command.args(["run", "--adapter", "caddyfile", "--config"]).arg(&file).env("XDG_DATA_HOME", folder);
    start(&mut command, port).map(|proxy| (proxy, format!("http://127.0.0.1:{port}")))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_and_lanes_do_not_care_which_of_two_servers_answers() {
    let Some(fresh) = postgres_fresh().await else { return };
    let programs = two(&fresh);
    let servers = [address(&programs[0]), address(&programs[1])];
    // Each start voids the links of those before it.
    let set_up = form(&programs[1].set_up_token());
    Client::new(&programs[0].base).call::<()>("set_up", set_up).await.expect("the other's link is good here");
    let folders = [fresh.folder.path().join("nginx"), fresh.folder.path().join("caddy")];
    folders.iter().for_each(|folder| fs::create_dir_all(folder).expect("a folder"));
    let (nginx, caddy) = (nginx(&folders[0], &servers), caddy(&folders[1], &servers));
    let fronts = [nginx.as_ref(), caddy.as_ref()].into_iter().flatten().map(|(_, base)| base.clone());
    for base in [in_turns(servers.to_vec()).await].into_iter().chain(fronts) {
        let client = restless(&base);
        let boss = client.sign_in("boss", PASSWORD).await.expect("the account is there");
        for _ in 0..4 {
            assert_eq!(client.call::<SignedIn>("who_am_i", json!({})).await.as_ref(), Ok(&boss), "{base}");
        }
        client.enrol(false).await.expect("a manager's computer");
        let own = lane(boss.person);
        for n in 1..=12 {
            let sent = push_of(&own, placed(&own, n, &[finding(boss.community, "in turns", vec![])]));
            let first = client.push(&sent).await.outcomes;
            assert_eq!(client.push(&sent).await.outcomes, first, "the other one knows it at once");
            let hello = client.hello(vec![Seal::new(own.lane, n)], 0).await.expect("enrolled");
            assert_eq!((hello.head, hello.lanes), (first[0].seq, vec![Seal::new(own.lane, n)]));
        }
        assert!(client.view().await.iter().filter(|row| row.kind == "finding").count() >= 12);
        assert_eq!(client.call::<()>("sign_out", json!({})).await, Ok(()));
        for _ in 0..2 {
            assert_eq!(client.call::<SignedIn>("who_am_i", json!({})).await, Err(Trouble::SignInFirst));
        }
    }
    for program in &programs {
        let told = stranger().get(format!("{}/metrics", program.base)).send().await.expect("an answer");
        let told = told.text().await.expect("text");
        let pushes = told.lines().find_map(|line| line.strip_prefix("lamplighter_pushes_total ")).expect("a number");
        assert!(pushes.parse::<u64>().expect("a number") >= 12, "both of them worked: {pushes}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_one_of_two_servers_is_killed_under_load_nothing_answered_is_lost() {
    const WRITERS: usize = 8;
    const PUSHES: i64 = 12;
    let Some(fresh) = postgres_fresh().await else { return };
    let [one, other] = two(&fresh);
    Client::new(&other.base).call::<()>("set_up", form(&other.set_up_token())).await.expect("the link is good");
    let base = in_turns(vec![address(&one), address(&other)]).await;
    let signed_in = restless(&base);
    let boss = signed_in.sign_in("boss", PASSWORD).await.expect("the account is there");
    signed_in.enrol(true).await.expect("enrolled");
    let answered_some = Arc::new(tokio::sync::Semaphore::new(0));
    let mut writers = JoinSet::new();
    for _ in 0..WRITERS {
        let tablet = signed_in.another_device().await;
        let (person, community, answered_some) = (boss.person, boss.community, answered_some.clone());
        writers.spawn(async move {
            let own = lane(person);
            let mut answered: Vec<Delivery> = vec![];
            for push in 0..PUSHES {
                let changes = [finding(community, "a", vec![]), finding(community, "b", vec![])];
                let sent = push_of(&own, placed(&own, push * 2 + 1, &changes));
                let answer = loop {
                    match tablet.maybe_push(&sent).await {
                        Some(answer) => break answer,
                        None => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
                    }
                };
                assert_eq!(answer.outcomes.len(), 2, "{answer:?}");
                answered.extend(answer.outcomes);
                answered_some.add_permits(1);
            }
            answered
        });
    }
    answered_some.acquire_many(20).await.expect("nobody closes it").forget();
    one.kill();
    let answered: Vec<Delivery> = writers.join_all().await.into_iter().flatten().collect();
    assert_eq!(answered.len(), WRITERS * PUSHES as usize * 2);
    let exported = command(&["export", "--json"], &fresh.url).output().expect("the export").stdout;
    crate::kills::all_are_kept(&String::from_utf8(exported).expect("text"), &answered);
}
