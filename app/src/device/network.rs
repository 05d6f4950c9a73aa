//! Talks to the server. Whatever is not a genuine answer is no network at all.

use domain::{json, photos::PhotoHash};
use futures_timeout::with_timeout;
use serde::{Serialize, de::DeserializeOwned};
use sync::{
    device::exchange::Fault,
    messages::{PROTOCOL, PROTOCOL_HEADER, PhotoAnswer, Pull, PullAnswer, path},
};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Headers, RequestCache, RequestCredentials, RequestInit, RequestRedirect, Response};

/// Milliseconds after which an answer is no longer waited for.
const PATIENCE: u32 = 20_000;
/// The same for a photo: 2 MB through a network of 100 kbit/s.
const PHOTO_PATIENCE: u32 = 180_000;

/// How the server says that it has withdrawn this device's credential.
const RETIRED: &str = "\"retired\"";

/// Posts a message of the sync protocol, at once, and reads the answer when it is waited for.
///
/// # Errors
/// A [`Fault`]: [`Fault::Offline`] also for a 200 that is not ours, as a captive portal gives.
pub fn post<Q: Serialize, A: DeserializeOwned>(
    path: &'static str,
    message: &Q,
) -> impl Future<Output = Result<A, Fault>> + use<Q, A> {
    written(path, message).post()
}

/// A message that is ready to go.
pub struct Written {
    path: &'static str,
    content: serde_json::Result<Vec<u8>>,
}

/// Writes a message of the sync protocol, to be posted when its time has come.
pub fn written(path: &'static str, message: &impl Serialize) -> Written {
    Written { path, content: serde_json::to_vec(message) }
}

impl Written {
    /// As [`post`].
    ///
    /// # Errors
    /// As [`post`].
    pub fn post<A: DeserializeOwned>(self) -> impl Future<Output = Result<A, Fault>> + use<A> {
        let answer = self.send();
        async { json::read(&answer.await?).map_err(|_| Fault::Offline) }
    }

    fn send(self) -> impl Future<Output = Result<String, Fault>> + use<> {
        let begun = self.content.map(|content| {
            // As bytes: a text would be made of them, and bytes of that again.
            let content = js_sys::Uint8Array::from(content.as_slice()).into();
            begin(self.path, Body { method: "POST", kind: "application/json", content })
        });
        async { genuine(with_timeout(PATIENCE, answered(begun.map_err(|_| Fault::Rejected)?)).await) }
    }
}

/// Asks for what is new. The bodies of its rows stay the bytes that came.
///
/// # Errors
/// As [`post`].
pub fn pull(message: &Pull) -> impl Future<Output = Result<PullAnswer, Fault>> + use<> {
    let answer = written(path::PULL, message).send();
    async { serde_json::from_str(&answer.await?).map_err(|_| Fault::Offline) }
}

/// Puts the bytes of a photo under its hash.
///
/// # Errors
/// As [`post`].
pub async fn put_photo(hash: PhotoHash, bytes: &[u8]) -> Result<PhotoAnswer, Fault> {
    let content = js_sys::Uint8Array::from(bytes).into();
    let body = Body { method: "PUT", kind: "image/jpeg", content };
    let text = genuine(with_timeout(PHOTO_PATIENCE, answered(begin(&format!("{}/{hash}", path::PHOTOS), body))).await)?;
    json::read(&text).map_err(|_| Fault::Offline)
}

/// Whether the server answers at `path` at all, whatever it says.
pub async fn is_reached(path: &str) -> bool {
    let Some(window) = web_sys::window() else { return false };
    let asked = async { JsFuture::from(window.fetch_with_str(path)).await.ok()?.dyn_into::<Response>().ok() };
    let answer = with_timeout(PATIENCE, asked).await;
    answer.is_some_and(|response| response.headers().get(PROTOCOL_HEADER).ok().flatten().as_deref() == Some(PROTOCOL))
}

fn genuine(answer: Option<(Response, String)>) -> Result<String, Fault> {
    let (response, text) = answer.ok_or(Fault::Offline)?;
    let is_ours = response.headers().get(PROTOCOL_HEADER).ok().flatten().as_deref() == Some(PROTOCOL);
    if !is_ours {
        return Err(Fault::Offline);
    }
    match response.status() {
        200 => Ok(text),
        401 if text.contains(RETIRED) => Err(Fault::Retired),
        401 | 403 => Err(Fault::NotEnrolled),
        426 => Err(Fault::TooOld),
        429 | 500..=599 => {
            let after = response.headers().get("retry-after").ok().flatten();
            Err(Fault::Busy { after: after.and_then(|text| text.parse::<i64>().ok()).map(|seconds| seconds * 1000) })
        }
        _ => Err(Fault::Rejected),
    }
}

struct Body {
    method: &'static str,
    kind: &'static str,
    content: JsValue,
}

/// A request that is on its way.
struct Begun {
    response: JsFuture,
    _abort: AbortOnDrop,
}

fn begin(path: &str, body: Body) -> Option<Begun> {
    let headers = Headers::new().ok()?;
    headers.set("content-type", body.kind).ok()?;
    headers.set(PROTOCOL_HEADER, PROTOCOL).ok()?;
    let init = RequestInit::new();
    init.set_method(body.method);
    init.set_headers(&headers);
    init.set_body(&body.content);
    init.set_cache(RequestCache::NoStore);
    init.set_credentials(RequestCredentials::SameOrigin);
    // A redirect is a portal's, never ours.
    init.set_redirect(RequestRedirect::Error);
    let abort = AbortOnDrop(AbortController::new().ok()?);
    init.set_signal(Some(&abort.0.signal()));
    let response = JsFuture::from(web_sys::window()?.fetch_with_str_and_init(path, &init));
    Some(Begun { response, _abort: abort })
}

async fn answered(begun: Option<Begun>) -> Option<(Response, String)> {
    let Begun { response, _abort } = begun?;
    let response: Response = response.await.ok()?.dyn_into().ok()?;
    // As bytes, as above.
    let buffer = JsFuture::from(response.array_buffer().ok()?).await.ok()?;
    let text = String::from_utf8(js_sys::Uint8Array::new(&buffer).to_vec()).ok()?;
    Some((response, text))
}

/// A request that nobody waits for any more is ended.
struct AbortOnDrop(AbortController);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

mod futures_timeout {
    use std::{
        future::{Future, poll_fn},
        pin::pin,
        task::Poll,
    };

    use gloo_timers::future::TimeoutFuture;

    /// `None` when `future` took longer.
    pub async fn with_timeout<T>(milliseconds: u32, future: impl Future<Output = Option<T>>) -> Option<T> {
        let mut future = pin!(future);
        let mut timeout = pin!(TimeoutFuture::new(milliseconds));
        poll_fn(|context| {
            if let Poll::Ready(value) = future.as_mut().poll(context) {
                return Poll::Ready(value);
            }
            timeout.as_mut().poll(context).map(|()| None)
        })
        .await
    }
}
