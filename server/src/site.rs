//! The site: one shell for every page, and the files it names by their content's hash.

use std::borrow::Cow;

use axum::{
    body::Body,
    extract::{Request, State as Given},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::state::Shared;

/// Where the files are: embedded in the program, which is given as a function so that this library needs no built site.
#[derive(Clone, Copy)]
pub struct Site(pub fn(&str) -> Option<Asset>);

pub struct Asset {
    pub bytes: Cow<'static, [u8]>,
    /// A digest of the bytes.
    pub digest: [u8; 32],
}

const SHELL: &str = "index.html";
const NOT_BUILT: &str = "The pages are not built yet: `cargo xtask serve` builds them.\n";

pub async fn serve(Given(state): Given<Shared>, request: Request<Body>) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let path = request.uri().path().trim_start_matches('/');
    let is_file = path.starts_with("assets/") || path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    let file = if is_file { path } else { SHELL };
    match answer(state.site, file, request.headers()) {
        Some(response) => response,
        // A missing file is never the shell: a program would take it for what it asked for.
        None if is_file => (StatusCode::NOT_FOUND, "not found\n").into_response(),
        None => (StatusCode::SERVICE_UNAVAILABLE, NOT_BUILT).into_response(),
    }
}

fn answer(site: Site, file: &str, asked: &HeaderMap) -> Option<Response> {
    if file.ends_with(".br") || file.ends_with(".gz") {
        return None;
    }
    let plain = (site.0)(file)?;
    let twin = encodings(asked)
        .into_iter()
        .find_map(|(encoding, ending)| (site.0)(&format!("{file}.{ending}")).map(|asset| (asset, Some(encoding))));
    let (asset, encoding) = twin.unwrap_or((plain, None));
    let etag = format!("\"{}\"", domain::tags::to_hex(&asset.digest[..12]));
    let mut response = if asked.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes()) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Body::from(asset.bytes.into_owned()).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(file)));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(lifetime(file)));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::ETAG, HeaderValue::from_str(&etag).expect("hexadecimal in quotes"));
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    Some(response)
}

/// The encodings that the browser takes and their files' endings, best first.
fn encodings(asked: &HeaderMap) -> Vec<(&'static str, &'static str)> {
    let accepted = asked.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let takes = |wanted: &str| {
        accepted.split(',').any(|part| {
            let (name, quality) = part.trim().split_once(';').unwrap_or((part.trim(), ""));
            name.eq_ignore_ascii_case(wanted) && !matches!(quality.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
        })
    };
    [("br", "br"), ("gzip", "gz")].into_iter().filter(|(encoding, _)| takes(encoding)).collect()
}

fn lifetime(file: &str) -> &'static str {
    if file.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" }
}

fn content_type(file: &str) -> &'static str {
    match file.rsplit_once('.').map(|(_, ending)| ending) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("json") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("txt") => "text/plain; charset=utf-8",
        Some(_) | None => "application/octet-stream",
    }
}
