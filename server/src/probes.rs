//! What those who watch the server ask: is it alive, is it ready, and how much there is of everything.

use std::{
    net::{IpAddr, SocketAddr},
    time::{Duration, Instant},
};

use axum::{
    Json, Router,
    extract::{ConnectInfo, State as Given},
    http::{Extensions, HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::json;
use subtle::ConstantTimeEq as _;
use tokio::sync::Mutex;

use crate::{
    answers::Declined,
    clock,
    metrics::Kept,
    state::{Shared, State},
};

pub const ALIVE: &str = "/healthz";
pub const READY: &str = "/readyz";
pub const METRICS: &str = "/metrics";

pub fn routes() -> Router<Shared> {
    Router::new().route(ALIVE, get(alive)).route(READY, get(ready)).route(METRICS, get(metrics))
}

async fn alive(Given(state): Given<Shared>) -> Response {
    match state.db.is_well().await {
        Ok(()) => Json(json!({ "status": "well" })).into_response(),
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "no database" }))).into_response()
        }
    }
}

/// The last answer, for a while: strangers may ask, and asking writes to the place of the photos.
#[derive(Default)]
pub struct Readiness(Mutex<Option<(Instant, bool)>>);

const ANSWER_HOLDS: Duration = Duration::from_secs(2);

/// Strangers are told yes or no; the log says why.
async fn ready(Given(state): Given<Shared>) -> Response {
    let mut last = state.readiness.0.lock().await;
    let is_ready = match *last {
        Some((asked, is_ready)) if asked.elapsed() < ANSWER_HOLDS => is_ready,
        Some(_) | None => {
            let is_ready = check(&state).await.map_err(|why| tracing::error!(why, "not ready")).is_ok();
            *last = Some((Instant::now(), is_ready));
            is_ready
        }
    };
    match is_ready {
        true => Json(json!({ "status": "ready" })).into_response(),
        false => (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "not ready" }))).into_response(),
    }
}

async fn check(state: &State) -> Result<(), String> {
    let is_up_to_date = state.db.is_up_to_date().await.map_err(|error| format!("the database failed: {error}"))?;
    if !is_up_to_date {
        return Err("the database lacks tables of this version".into());
    }
    state.photos.proven().await.map_err(|error| format!("photos cannot be kept: {error}"))
}

/// For whoever is on this machine or has the token; to everybody else there is nothing here.
async fn metrics(
    Given(state): Given<Shared>,
    headers: HeaderMap,
    extensions: Extensions,
) -> Result<Response, Declined> {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    if !has_token(&state, &headers) && !is_from_here(peer, &headers) {
        return Err(Declined::NotFound);
    }
    let kept = Kept::read(&mut state.db.read().await?, clock::now()).await?;
    let text = state.metrics.written(&kept, &state.bounds, state.hints.listeners());
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}

fn has_token(state: &State, headers: &HeaderMap) -> bool {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = given.and_then(|value| value.strip_prefix("Bearer "));
    match (&state.metrics_token, given) {
        (Some(token), Some(given)) => token.as_bytes().ct_eq(given.as_bytes()).into(),
        _ => false,
    }
}

/// Whether a program on this machine asks for itself. A proxy on this machine asks for somebody else, and says so.
fn is_from_here(peer: Option<IpAddr>, headers: &HeaderMap) -> bool {
    let is_for_somebody =
        headers.keys().any(|name| name == "forwarded" || name == "via" || name.as_str().starts_with("x-"));
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let names_here = ["127.0.0.1", "localhost", "[::1]"]
        .iter()
        .any(|name| host.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with(':')));
    peer.is_some_and(|peer| peer.is_loopback()) && names_here && !is_for_somebody
}
