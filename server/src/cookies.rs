//! The two cookies: who has signed in, and which device this is. Scripts read neither.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::{
    sessions,
    state::{State, Wire},
};

pub const SESSION: &str = "lamplighter-session";
pub const DEVICE: &str = "lamplighter-device";

/// The value of the cookie called `name`.
pub fn read<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value)
}

pub fn session(token: &str, state: &State, headers: &HeaderMap) -> HeaderValue {
    cookie(SESSION, token, sessions::LASTS / 1000, state, headers)
}

pub fn no_session(state: &State, headers: &HeaderMap) -> HeaderValue {
    cookie(SESSION, "", 0, state, headers)
}

pub fn device(token: &str, state: &State, headers: &HeaderMap) -> HeaderValue {
    cookie(DEVICE, token, 365 * 24 * 60 * 60, state, headers)
}

fn cookie(name: &str, value: &str, seconds: i64, state: &State, headers: &HeaderMap) -> HeaderValue {
    let secure = if is_https(state, headers) { "; Secure" } else { "" };
    let text = format!("{name}={value}; HttpOnly; SameSite=Strict; Path=/; Max-Age={seconds}{secure}");
    HeaderValue::from_str(&text).expect("names and tokens are plain ASCII")
}

fn is_https(state: &State, headers: &HeaderMap) -> bool {
    let forwarded = headers.get("x-forwarded-proto").is_some_and(|proto| proto.as_bytes() == b"https");
    state.wire == Wire::Tls || forwarded || state.public_url.as_ref().is_some_and(|url| url.starts_with("https://"))
}
