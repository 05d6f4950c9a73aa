//! The origin check: a page of another site may not act with our visitors' cookies.

use axum::{
    extract::{Request, State as Given},
    http::{HeaderMap, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use crate::{
    answers::Declined,
    state::{Shared, State},
};

pub async fn check(Given(state): Given<Shared>, request: Request, next: Next) -> Response {
    let only_reads = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if only_reads || is_ours(&state, request.headers()) {
        return next.run(request).await;
    }
    Declined::NotPermitted.into_response()
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
            let host = origin.split_once("://").map(|(_, host)| host);
            let is_public = state.public_url.as_deref() == Some(origin);
            is_public || (host.is_some() && host == text(header::HOST))
        }
        // No browser: without cookies there is nothing to abuse.
        None => !headers.contains_key(header::ORIGIN) && !headers.contains_key(header::COOKIE),
    }
}
