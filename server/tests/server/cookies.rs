//! Claims about cookies: their names behind HTTPS, those of before, and that a device which comes at all never falls out.

use reqwest::{Response, StatusCode, header};
use serde_json::json;
use sync::messages::path;

use crate::{
    client::{Client, PASSWORD, lane, placed, push_of, stranger},
    databases::for_each_database,
    program::{Program, command, said},
    world::{World, world},
};

const HOME: &str = "https://lamplighter.lan";

fn given(answer: &Response) -> Vec<String> {
    let values = answer.headers().get_all(header::SET_COOKIE).iter();
    values.map(|value| value.to_str().expect("text").to_owned()).collect()
}

async fn post(base: &str, path: &str, cookies: &str, body: String) -> Response {
    let request = stranger().post(format!("{base}{path}")).header(header::CONTENT_TYPE, "application/json");
    let request = request.header(header::ORIGIN, HOME).header(header::COOKIE, cookies);
    request.body(body).send().await.expect("an answer")
}

fn hello() -> String {
    let clocks = json!({ "wall": 1_800_000_000_000_i64, "mono": 1, "load": uuid::Uuid::nil() });
    json!({ "clocks": clocks, "contact": null, "seals": [], "waiting": 1 }).to_string()
}

/// The device cookie that a browser got from 0.1.0, behind HTTPS or not.
async fn old_cookies(world: &World) -> (Client, String) {
    let client = world.client("guard", true).await;
    let cookies = client.cookies();
    assert!(cookies.contains("lamplighter-device=") && !cookies.contains("__Host-"), "{cookies}");
    (client, cookies)
}

#[tokio::test]
async fn a_device_of_before_goes_on_under_its_old_cookie_and_has_the_new_one_after_the_first_answer() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let (_, old) = old_cookies(&world).await;
        let base = world.published(HOME).await;
        let own = lane(world.person("guard"));
        let unsent = serde_json::to_string(&push_of(&own, placed(&own, 1, &[world.finding("saved under 0.1.0")])));
        let greeted = post(&base, path::HELLO, &old, hello()).await;
        assert_eq!(greeted.status(), StatusCode::OK);
        let cookies = given(&greeted);
        for (name, attributes) in [
            ("__Host-lamplighter-device=", "; HttpOnly; SameSite=Strict; Path=/; Max-Age=31536000; Secure"),
            ("__Host-lamplighter-session=", "; HttpOnly; SameSite=Strict; Path=/; Max-Age=43200; Secure"),
            ("lamplighter-device=;", " HttpOnly; SameSite=Strict; Path=/; Max-Age=0; Secure"),
            ("lamplighter-session=;", " HttpOnly; SameSite=Strict; Path=/; Max-Age=0; Secure"),
        ] {
            let found: Vec<_> = cookies.iter().filter(|cookie| cookie.starts_with(name)).collect();
            assert!(found.len() == 1 && found[0].ends_with(attributes), "{name} {cookies:?}");
        }
        let new: Vec<&str> =
            cookies.iter().filter(|it| it.starts_with("__Host-")).filter_map(|it| it.split(';').next()).collect();
        let pushed = post(&base, path::PUSH, &new.join("; "), unsent.expect("JSON")).await;
        assert_eq!(pushed.status(), StatusCode::OK);
        assert!(pushed.text().await.expect("text").contains("\"accepted\""));
        let who = post(&base, "/api/v1/online/who_am_i", &new.join("; "), "{}".into()).await;
        assert_eq!((who.status(), given(&who)), (StatusCode::OK, vec![]), "nothing is renamed twice");
    })
    .await;
}

#[tokio::test]
async fn every_hello_gives_the_device_its_cookie_for_another_year() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let (tablet, cookies) = old_cookies(&world).await;
        let answer = tablet.post(path::HELLO, hello()).await;
        let given = given(&answer);
        let value = cookies.split("; ").find(|cookie| cookie.starts_with("lamplighter-device=")).expect("its own");
        assert!(given.len() == 1 && given[0].starts_with(value) && given[0].contains("Max-Age=31536000"), "{given:?}");
    })
    .await;
}

#[tokio::test]
async fn what_a_neighbour_planted_counts_for_nothing_beside_the_own_cookie() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let (_, guards) = old_cookies(&world).await;
        let base = world.published(HOME).await;
        let body = json!({ "username": "manager", "password": PASSWORD }).to_string();
        let signed_in = post(&base, "/api/v1/online/sign_in", "", body).await;
        let own = given(&signed_in);
        assert!(own.len() == 1 && own[0].starts_with("__Host-lamplighter-session="), "{own:?}");
        let own = own[0].split(';').next().expect("a value");
        let who = post(&base, "/api/v1/online/who_am_i", &format!("{guards}; {own}"), "{}".into()).await;
        let text = who.text().await.expect("text");
        assert!(text.contains(&world.person("manager").to_string()), "{text}");
        let odd = "lamplighter-session=planted\"; lamplighter-device=x";
        let answer = post(&base, "/api/v1/online/who_am_i", odd, "{}".into()).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        assert!(given(&answer).iter().all(|cookie| cookie.contains("Max-Age=0")), "what is no token of ours goes");
    })
    .await;
}

#[tokio::test]
async fn signing_out_takes_the_session_away_under_both_names() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let (_, old) = old_cookies(&world).await;
        let base = world.published(HOME).await;
        let out = given(&post(&base, "/api/v1/online/sign_out", &old, "{}".into()).await);
        for name in ["__Host-lamplighter-session=;", "lamplighter-session=;"] {
            assert!(out.iter().any(|cookie| cookie.starts_with(name) && cookie.contains("Max-Age=0")), "{out:?}");
        }
        assert_eq!(post(&base, "/api/v1/online/who_am_i", &old, "{}".into()).await.status(), StatusCode::UNAUTHORIZED);
    })
    .await;
}

#[tokio::test]
async fn what_is_printed_begins_with_the_public_address_or_where_the_page_is_and_never_with_the_host_of_a_request() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let steward = world.client("manager", true).await;
        let feed_of = async |client: &Client, base: &str, host: &str| {
            let home = domain::ids::HouseholdId::keyed(world.community, "home");
            let request = client.http.post(format!("{base}/api/v1/online/issue_join_code"));
            let request = request.header(header::CONTENT_TYPE, "application/json").header(header::HOST, host);
            let request = request.header("sec-fetch-site", "same-origin");
            let answer = request.body(json!({ "household": home }).to_string()).send().await.expect("an answer");
            answer.text().await.expect("text")
        };
        let here = world.base.trim_start_matches("http://").to_owned();
        let told = feed_of(&steward, &world.base, "evil.example").await;
        assert!(told.contains(&format!("http://{here}/join#")) && !told.contains("evil"), "{told}");
        let base = world.published(HOME).await;
        let told = feed_of(&steward.moved(&base), &base, "evil.example").await;
        assert!(told.contains("https://lamplighter.lan/join#"), "{told}");
    })
    .await;
}

#[tokio::test]
async fn no_line_of_the_log_holds_a_secret_address() {
    for_each_database(|fresh| async move {
        let program = Program::serve(&fresh.url, &fresh.folder.path().join("log"), &["--no-demo"]);
        let get = async |path: &str| stranger().get(format!("{}{path}", program.base)).send().await.expect("an answer");
        let secret = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
        for path in ["/public/calendar/", "/public/calender/", "/api/v1/sync/photos/", "/api/v2/"] {
            get(&format!("{path}{secret}.ics")).await;
        }
        get("/rounds").await;
        let log = std::fs::read_to_string(fresh.folder.path().join("log")).expect("a log");
        assert!(log.contains("/public/calendar/{token}") && log.contains("/rounds"), "{log}");
        assert!(!log.contains(&secret[..16]), "{log}");
    })
    .await;
}

#[tokio::test]
async fn a_pin_that_a_colleague_has_is_nobodys_second_one() {
    for_each_database(|fresh| async {
        let url = fresh.url.clone();
        let world = world(fresh).await;
        let guard = world.client("guard", true).await;
        let cleaner = world.client("cleaner", true).await;
        assert_eq!(guard.call::<()>("set_pin", json!({ "pin": "2581" })).await, Ok(()));
        let taken = cleaner.call::<()>("set_pin", json!({ "pin": "2581" })).await;
        assert_eq!(taken, Err(app::online::Trouble::Taken { field: "pin".into() }));
        assert_eq!(guard.call::<()>("set_pin", json!({ "pin": "2581" })).await, Ok(()), "one's own again");
        let typed = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(typed.path(), "2581\n").expect("written");
        let mut by_operator = command(&["user", "pin", "cleaner", "--pin-stdin"], &url);
        by_operator.stdin(std::fs::File::open(typed.path()).expect("the file"));
        let (done, words) = said(by_operator);
        assert!(!done && words.contains("has this PIN"), "{words}");
        for n in 0..9 {
            assert_eq!(cleaner.call::<()>("set_pin", json!({ "pin": format!("70{n:02}") })).await, Ok(()));
        }
        let next = cleaner.call::<()>("set_pin", json!({ "pin": "7100" })).await;
        assert!(matches!(next, Err(app::online::Trouble::TooMany { .. })), "nobody tries them all: {next:?}");
    })
    .await;
}
