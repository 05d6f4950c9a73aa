//! Claims about every route: headers, origins, sizes, and what is not there.

use std::process::Command;

use reqwest::{RequestBuilder, StatusCode, header};
use sync::messages::path;

use crate::{
    client::{Client, PASSWORD, stranger},
    databases::for_each_database,
    world::world,
};

#[tokio::test]
async fn every_page_is_the_shell_with_its_headers_and_a_missing_asset_never_is() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let http = stranger();
        let get = async |path: &str| http.get(format!("{}{path}", world.base)).send().await.expect("an answer");
        for page in ["/", "/rounds/today", "/set-up"] {
            let shell = get(page).await;
            assert_eq!(
                (shell.status(), &shell.headers()[header::CACHE_CONTROL]),
                (StatusCode::OK, &"no-cache".parse().expect("a value"))
            );
            let policy = shell.headers()[header::CONTENT_SECURITY_POLICY].to_str().expect("text");
            assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe-inline"), "{policy}");
            assert_eq!(shell.headers()[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
            assert_eq!(shell.headers()[header::REFERRER_POLICY], "no-referrer");
            assert_eq!(shell.headers()["cross-origin-opener-policy"], "same-origin");
            let permissions = shell.headers()["permissions-policy"].to_str().expect("text");
            assert!(permissions.contains("camera=(self)") && permissions.contains("geolocation=()"), "{permissions}");
        }
        for missing in
            ["/assets/old.js", "/assets/no-ending", "/favicon.ico", "/api/v1/nothing", "/assets/app-1.wasm.br"]
        {
            assert_eq!(get(missing).await.status(), StatusCode::NOT_FOUND, "{missing}");
        }
        let plain = get("/assets/app-1.wasm").await;
        assert_eq!(plain.headers()[header::CONTENT_TYPE], "application/wasm");
        assert_eq!(plain.headers()[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
        assert_eq!(plain.headers()[header::VARY], "accept-encoding");
        assert_eq!(plain.headers()["cross-origin-resource-policy"], "same-origin");
        assert!(!plain.headers().contains_key("permissions-policy"), "of pages alone");
        let url = format!("{}/assets/app-1.wasm", world.base);
        let packed = http.get(&url).header(header::ACCEPT_ENCODING, "gzip, br").send().await.expect("an answer");
        assert_eq!(packed.headers()[header::CONTENT_ENCODING], "br");
        let known = packed.headers()[header::ETAG].clone();
        let again = http.get(&url).header(header::ACCEPT_ENCODING, "br").header(header::IF_NONE_MATCH, known);
        assert_eq!(again.send().await.expect("an answer").status(), StatusCode::NOT_MODIFIED);
        assert_eq!(get("/healthz").await.status(), StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn a_page_of_another_site_cannot_act_for_a_visitor() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let http = stranger();
        let body = format!("{{\"username\":\"guard\",\"password\":\"{PASSWORD}\"}}");
        let status = async |with: &dyn Fn(RequestBuilder) -> RequestBuilder| {
            let request = http.post(format!("{}/api/v1/online/sign_in", world.base));
            let request = request.header(header::CONTENT_TYPE, "application/json").body(body.clone());
            with(request).send().await.expect("an answer").status()
        };
        let host = world.base.clone();
        for evil in ["https://evil.example", "null", "http://127.0.0.1"] {
            assert_eq!(status(&|request| request.header(header::ORIGIN, evil)).await, StatusCode::FORBIDDEN, "{evil}");
        }
        assert_eq!(status(&|request| request.header("sec-fetch-site", "cross-site")).await, StatusCode::FORBIDDEN);
        assert_eq!(status(&|request| request.header(header::COOKIE, "a=b")).await, StatusCode::FORBIDDEN);
        assert_eq!(status(&|request| request.header(header::ORIGIN, &host)).await, StatusCode::OK);
        assert_eq!(status(&|request| request.header("sec-fetch-site", "same-origin")).await, StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn a_message_that_is_none_or_too_large_is_told_so_packed_or_not() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let tablet = world.client("guard", true).await;
        assert_eq!(tablet.post(path::PUSH, "{\"changes\":").await.status(), StatusCode::BAD_REQUEST);
        let large = tablet.post(path::PUSH, "x".repeat(2 * 1024 * 1024)).await;
        assert_eq!(large.status(), StatusCode::PAYLOAD_TOO_LARGE);
        let bomb = Command::new("sh").args(["-c", "head -c 20000000 /dev/zero | gzip"]).output().expect("gzip").stdout;
        assert!(bomb.len() < 100_000);
        let request = tablet.http.post(format!("{}{}", world.base, path::PUSH));
        let request = request.header(header::CONTENT_ENCODING, "gzip").body(bomb);
        assert_eq!(request.send().await.expect("an answer").status(), StatusCode::PAYLOAD_TOO_LARGE);
        let form = Client::new(&world.base).post("/api/v1/online/sign_in", "x".repeat(100_000)).await;
        assert!(form.status().is_client_error() || form.status().is_server_error());
    })
    .await;
}

#[tokio::test]
async fn a_device_that_pushes_without_end_is_asked_to_wait() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let tablet = world.client("guard", true).await;
        assert_eq!(tablet.post(path::PUSH, "{}").await.status(), StatusCode::BAD_REQUEST);
        let device = tablet.enrol(true).await.expect("known").device.to_string();
        // More than at once: some of it comes back while this is asked.
        world.state.bounds.pushes.count(&device, 45, server::clock::now());
        let answer = tablet.post(path::PUSH, "{}").await;
        assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
        let seconds: u64 = answer.headers()[header::RETRY_AFTER].to_str().expect("text").parse().expect("a number");
        assert!((1..=10).contains(&seconds));
    })
    .await;
}

#[tokio::test]
async fn cookies_are_out_of_scripts_reach_and_secure_behind_https() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let body = format!("{{\"username\":\"guard\",\"password\":\"{PASSWORD}\"}}");
        let request = Client::new(&world.base).http.post(format!("{}/api/v1/online/sign_in", world.base));
        let request = request.header(header::CONTENT_TYPE, "application/json").header("x-forwarded-proto", "https");
        let answer = request.body(body).send().await.expect("an answer");
        let cookie = answer.headers()[header::SET_COOKIE].to_str().expect("text");
        for attribute in ["lamplighter-session=", "HttpOnly", "SameSite=Strict", "Path=/", "Secure"] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
    })
    .await;
}
