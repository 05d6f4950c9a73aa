//! The two cookies: who has signed in, and which device this is. Scripts read neither.
//!
//! Behind HTTPS their names begin with `__Host-`: no page of a neighbouring name can plant one (RFC 6265bis, 4.1.3.2).

use axum::{
    extract::{Request, State as Given},
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use domain::time::{DAY, Moment};

use crate::{
    clock, sessions,
    state::{Shared, State, Wire},
};

/// A cookie under both its names.
#[derive(Clone, Copy)]
struct Name {
    plain: &'static str,
    /// Behind HTTPS.
    host: &'static str,
    /// Milliseconds.
    lasts: i64,
}

const SESSION: Name = Name { plain: "lamplighter-session", host: "__Host-lamplighter-session", lasts: sessions::LASTS };
/// A year from the last hello, which gives it anew.
const DEVICE: Name = Name { plain: "lamplighter-device", host: "__Host-lamplighter-device", lasts: 365 * DAY };

/// Until then, at the end of 2027 (UTC), the name without `__Host-` counts behind HTTPS too: 0.1.0 gave that to devices which may have
/// unsent work, and its cookies lasted a year.
const PLAIN_NAMES_UNTIL: Moment = Moment(1_830_297_600_000);

/// The secret of the session that came with a request.
pub fn session_token<'a>(state: &State, headers: &'a HeaderMap) -> Option<&'a str> {
    token(SESSION, is_https(state, headers), clock::now(), headers)
}

/// The credential of the device that came with a request.
pub fn device_token<'a>(state: &State, headers: &'a HeaderMap) -> Option<&'a str> {
    token(DEVICE, is_https(state, headers), clock::now(), headers)
}

fn token(name: Name, is_https: bool, now: Moment, headers: &HeaderMap) -> Option<&str> {
    let plain = || read(headers, name.plain);
    match is_https {
        false => plain(),
        true => read(headers, name.host).or_else(|| plain().filter(|_| now < PLAIN_NAMES_UNTIL)),
    }
}

/// Every name that is read.
pub const NAMES: [&str; 4] = [SESSION.plain, SESSION.host, DEVICE.plain, DEVICE.host];

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
    cookie(SESSION, token, SESSION.lasts, is_https(state, headers))
}

pub fn no_session(state: &State, headers: &HeaderMap) -> HeaderValue {
    cookie(SESSION, "", 0, is_https(state, headers))
}

pub fn device(token: &str, state: &State, headers: &HeaderMap) -> HeaderValue {
    cookie(DEVICE, token, DEVICE.lasts, is_https(state, headers))
}

fn cookie(name: Name, value: &str, lasts: i64, is_https: bool) -> HeaderValue {
    let (name, secure) = if is_https { (name.host, "; Secure") } else { (name.plain, "") };
    let text = format!("{name}={value}; HttpOnly; SameSite=Strict; Path=/; Max-Age={}{secure}", lasts / 1_000);
    HeaderValue::from_str(&text).expect("names and tokens are plain ASCII")
}

/// What takes the name without `__Host-` away.
fn without(name: Name) -> HeaderValue {
    let text = format!("{}=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0; Secure", name.plain);
    HeaderValue::from_str(&text).expect("names are plain ASCII")
}

/// Whoever comes behind HTTPS with a cookie of before has it under its new name after the first answer. Only answers that nothing
/// on the way keeps carry cookies.
pub async fn renamed(Given(state): Given<Shared>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let is_kept_nowhere =
        ["/api/v1/online/", "/api/v1/sync/"].iter().any(|start| request.uri().path().starts_with(start));
    let may_rename = is_kept_nowhere && is_https(&state, headers);
    let renamed = [SESSION, DEVICE].map(|name| {
        let old = read(headers, name.plain).filter(|_| may_rename)?;
        let moved = token(name, true, clock::now(), headers).filter(|it| *it == old && is_token(it));
        Some((name, moved.map(|value| cookie(name, value, name.lasts, true))))
    });
    let mut response = next.run(request).await;
    for (name, moved) in renamed.into_iter().flatten() {
        let is_given_anew = response
            .headers()
            .get_all(header::SET_COOKIE)
            .iter()
            .any(|it| it.as_bytes().starts_with(name.host.as_bytes()));
        let moved = moved.filter(|_| !is_given_anew);
        for value in moved.into_iter().chain([without(name)]) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}

/// As we make them: what somebody else planted is not given on.
fn is_token(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_https(state: &State, headers: &HeaderMap) -> bool {
    let forwarded = headers.get("x-forwarded-proto").is_some_and(|proto| proto.as_bytes() == b"https");
    state.wire == Wire::Tls || forwarded || state.public_url.as_ref().is_some_and(|url| url.starts_with("https://"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn behind_https_the_name_of_before_counts_until_its_year_is_over_and_the_new_one_goes_first() {
        let with = |text: &str| HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(text).expect("text"))]);
        let (old, both) = (with("lamplighter-device=a"), with("lamplighter-device=a; __Host-lamplighter-device=b"));
        let (now, later) = (Moment(PLAIN_NAMES_UNTIL.0 - 1), PLAIN_NAMES_UNTIL);
        assert_eq!(token(DEVICE, true, now, &old), Some("a"));
        assert_eq!(token(DEVICE, true, later, &old), None);
        assert_eq!((token(DEVICE, true, now, &both), token(DEVICE, true, later, &both)), (Some("b"), Some("b")));
        // Without HTTPS browsers keep no other.
        assert_eq!(token(DEVICE, false, later, &both), Some("a"));
        assert_eq!(PLAIN_NAMES_UNTIL.utc().to_string(), "2028-01-01 00:00:00 UTC");
    }
}
