//! The origin check: a page of another site may not act with our visitors' cookies.

use axum::{
    extract::{Request, State as Given},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{
    answers::Declined,
    state::{Shared, State, Wire},
};

pub async fn check(Given(state): Given<Shared>, request: Request, next: Next) -> Response {
    let only_reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if only_reads || is_ours(&state, request.headers()) {
        return next.run(request).await;
    }
    Declined::NotPermitted.into_response()
}

/// How people reach this server, for what is printed and kept: its public address, or where the page is that asks, which its
/// browser says. Empty where neither shows: what begins with it is then an address within this server. `Host` is not asked: whoever
/// sends a request writes it, and a cache may give the answer to others.
pub fn home(state: &State, headers: &HeaderMap) -> String {
    let asking =
        || headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok()).filter(|origin| is_address(origin));
    state.public_url.as_deref().or_else(asking).unwrap_or_default().to_owned()
}

/// `https://host` or `https://host:port`, or the same without TLS: no page that hides where it is from, and nothing longer.
fn is_address(origin: &str) -> bool {
    let host = ["https://", "http://"].iter().find_map(|scheme| origin.strip_prefix(scheme));
    host.is_some_and(|host| {
        !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte))
    })
}

/// Whether the request came to this very scheme and host. Without TLS of our own a proxy's may be either scheme.
fn is_here(state: &State, scheme: &str, host: &str, headers: &HeaderMap) -> bool {
    let scheme_fits = match state.wire {
        Wire::Tls => scheme == "https",
        Wire::Plain => true,
    };
    scheme_fits && headers.get(header::HOST).is_some_and(|here| here.as_bytes() == host.as_bytes())
}

fn is_ours(state: &State, headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    // Browsers set it and no page can: it holds also where a proxy has changed the host.
    match headers.get("sec-fetch-site").map(|site| site.as_bytes()) {
        Some(b"same-origin") => return true,
        Some(_) => return false,
        None => {}
    }
    match text(header::ORIGIN) {
        Some(origin) => {
            let is_public = state.public_url.as_deref() == Some(origin);
            is_public || origin.split_once("://").is_some_and(|(scheme, host)| is_here(state, scheme, host, headers))
        }
        // No browser: without cookies there is nothing to abuse.
        None => !headers.contains_key(header::ORIGIN) && !headers.contains_key(header::COOKIE),
    }
}
