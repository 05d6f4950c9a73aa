//! The routes, and what holds for every one of them: headers, limits, one log line.

use std::{
    any::Any,
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    extract::{MatchedPath, Request, State as Given},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::json;
use sync::messages::{PROTOCOL, PROTOCOL_HEADER, path};
use tower_http::{
    catch_panic::CatchPanicLayer, compression::CompressionLayer, decompression::RequestDecompressionLayer,
    limit::RequestBodyLimitLayer, timeout::TimeoutLayer,
};
use tracing::Instrument;

use crate::{
    answers::Declined,
    backend, cookies, origin, photos, probes, public_events, secrets, site,
    state::{Shared, Wire},
    sync_routes,
};

/// Nothing but our own files, no inline script or style; WebAssembly needs its one exception.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
    connect-src 'self'; worker-src 'self'; manifest-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; \
    base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// As long as the app waits: 2 MB through 100 kbit/s.
const PHOTO_TIMEOUT: Duration = Duration::from_secs(180);
/// The most bytes of a call of a server function.
const CALL_BYTES: usize = 64 * 1024;

pub fn router(state: Shared) -> Router {
    backend::register();
    let online =
        Router::new().route(backend::PATH, post(backend::answer)).layer(RequestBodyLimitLayer::new(CALL_BYTES));
    let api = Router::new()
        .merge(online)
        .merge(sync_routes::routes())
        .layer(from_fn_with_state(state.clone(), origin::check))
        .layer(RequestDecompressionLayer::new())
        .layer(CompressionLayer::new());
    let photos = photos::routes::routes()
        .layer(from_fn_with_state(state.clone(), origin::check))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, PHOTO_TIMEOUT));
    Router::new()
        .merge(api)
        .merge(probes::routes())
        .merge(public_events::routes())
        .route("/api/{*nothing}", get(nothing).post(nothing))
        .fallback(site::serve)
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, REQUEST_TIMEOUT))
        .merge(photos)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(state.clone(), cookies::renamed))
        .layer(from_fn_with_state(state.clone(), with_headers))
        .layer(from_fn_with_state(state.clone(), logged))
        .with_state(state)
}

async fn nothing() -> Declined {
    Declined::NotFound
}

fn panicked(_: Box<dyn Any + Send>) -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, Json(json!({ "error": "server_failed" }))).into_response()
}

async fn with_headers(Given(state): Given<Shared>, request: Request, next: Next) -> Response {
    let keeps_to_https = state.wire == Wire::Tls && !is_localhost(request.headers());
    let is_api = request.uri().path().starts_with("/api/");
    let is_sync = ["/api/v1/sync/", path::SHOWN_PHOTOS].iter().any(|start| request.uri().path().starts_with(start));
    let mut response = next.run(request).await;
    let is_page =
        (response.headers().get(header::CONTENT_TYPE)).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let is_busy = response.status() == StatusCode::SERVICE_UNAVAILABLE;
    // What an answer says of itself holds: a photo has a policy and a lifetime of its own.
    let mut set = |name: HeaderName, value: &'static str| {
        response.headers_mut().entry(name).or_insert(HeaderValue::from_static(value));
    };
    if is_busy {
        set(header::RETRY_AFTER, "5");
    }
    set(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "no-referrer");
    // Browsers read these two of pages alone.
    if is_page {
        set(
            HeaderName::from_static("permissions-policy"),
            "camera=(self), geolocation=(), microphone=(), payment=(), usb=()",
        );
        set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    }
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    if keeps_to_https {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=2592000");
    }
    if is_api {
        set(header::CACHE_CONTROL, "no-store");
    }
    if is_sync {
        set(HeaderName::from_static(PROTOCOL_HEADER), PROTOCOL);
    }
    response
}

/// A browser that keeps to HTTPS for localhost would no longer open anything else that is developed there.
fn is_localhost(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = host.split(':').next().unwrap_or_default();
    name == "localhost" || name.ends_with(".localhost")
}

/// What the log says of a path: where a secret may be part of it, the route alone, or not more than that nothing was there.
fn told<'a>(route: Option<&'a str>, path: &'a str) -> &'a str {
    match route {
        Some(backend::PATH) => path,
        Some(route) => route,
        // A secret address with a slip in it is secret still.
        None if path.starts_with("/assets/") || !path.bytes().any(|byte| byte.is_ascii_digit()) => path,
        None => "other",
    }
}

/// One line for each request, without its query: a set-up link's secret is there.
async fn logged(Given(state): Given<Shared>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let method = request.method().clone();
    let id = &secrets::token()[..12];
    let path = told(route.as_ref().map(MatchedPath::as_str), request.uri().path());
    let span = tracing::info_span!("request", id, method = %request.method(), path);
    let mut response = next.run(request).instrument(span.clone()).await;
    let status = response.status().as_u16();
    let took = began.elapsed();
    state.metrics.answered(route.as_ref().map(MatchedPath::as_str), &method, response.status(), took);
    let milliseconds = took.as_millis();
    span.in_scope(|| tracing::info!(status, milliseconds, "answered"));
    response.headers_mut().insert("x-request-id", HeaderValue::from_str(id).expect("hexadecimal digits"));
    response
}
