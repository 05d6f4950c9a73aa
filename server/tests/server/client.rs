//! The one place where tests touch the API: a browser or tablet that keeps its cookies.

use std::{sync::Arc, time::Duration};

use app::online::{SignedIn, Trouble};
use domain::{
    changes::{Change, Deed},
    ids::{ChangeId, LaneId, LoadId, PersonId},
    photos::PhotoHash,
    time::{Clocks, Contact, Moment, Stamp},
};
use reqwest::{
    Body, Response, StatusCode,
    cookie::{CookieStore as _, Jar},
    header,
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json, value::RawValue};
use sync::messages::{
    Enrolled, Envelope, HandOver, HandOverAnswer, Handed, Hello, HelloAnswer, Identity, LaneOpening, Outcome,
    PROTOCOL_HEADER, Page, PhotoAnswer, Placed, Pull, PullAnswer, Push, PushAnswer, Row, Seal, path,
};
use uuid::Uuid;

pub const PASSWORD: &str = "lanterns-of-the-test";

pub struct Client {
    pub http: reqwest::Client,
    pub base: String,
    cookies: Arc<Jar>,
}

impl Client {
    pub fn new(base: &str) -> Self {
        Self::with(Arc::default(), base)
    }

    /// The same browser, now that the server is elsewhere.
    pub fn moved(&self, base: &str) -> Self {
        Self::with(self.cookies.clone(), base)
    }

    fn with(cookies: Arc<Jar>, base: &str) -> Self {
        Self::built(builder(), cookies, base)
    }

    /// A browser that reaches the server its own way.
    pub fn through(http: reqwest::ClientBuilder, base: &str) -> Self {
        Self::built(http, Arc::default(), base)
    }

    fn built(http: reqwest::ClientBuilder, cookies: Arc<Jar>, base: &str) -> Self {
        let mut headers = header::HeaderMap::new();
        headers.insert(header::ORIGIN, base.parse().expect("an address"));
        let http = http.cookie_provider(cookies.clone()).default_headers(headers);
        Self { http: http.build().expect("a client"), base: base.to_owned(), cookies }
    }

    /// What it sends along with every request.
    pub fn cookies(&self) -> String {
        let cookies = self.cookies.cookies(&self.base.parse().expect("an address")).expect("it has some");
        cookies.to_str().expect("text").to_owned()
    }

    /// Signed in, and enrolled as a shared tablet or as their own device.
    pub async fn of(base: &str, username: &str, shared: bool) -> Self {
        let client = Self::new(base);
        client.sign_in(username, PASSWORD).await.expect("the pass phrase is right");
        client.enrol(shared).await.expect("they may enrol it");
        client
    }

    pub async fn post(&self, path: &str, body: impl Into<Body>) -> Response {
        let request = self.http.post(format!("{}{path}", self.base)).header(header::CONTENT_TYPE, "application/json");
        request.body(body).send().await.expect("the server answers")
    }

    async fn send(&self, path: &str, message: &impl Serialize) -> Response {
        self.post(path, serde_json::to_string(message).expect("JSON")).await
    }

    /// Calls a server function.
    pub async fn call<T: DeserializeOwned>(&self, name: &str, arguments: Value) -> Result<T, Trouble> {
        let response = self.send(&format!("/api/v1/online/{name}"), &arguments).await;
        let (status, text) = (response.status(), response.text().await.expect("an answer"));
        if status.is_success() {
            return Ok(serde_json::from_str(&text).expect("the value"));
        }
        Err(serde_json::from_str(&text).unwrap_or_else(|_| panic!("{status} {text}")))
    }

    pub async fn sign_in(&self, username: &str, password: &str) -> Result<SignedIn, Trouble> {
        self.call("sign_in", json!({ "username": username, "password": password })).await
    }

    pub async fn enrol(&self, shared: bool) -> Result<Enrolled, StatusCode> {
        genuine(self.send(path::ENROL, &json!({ "name": "Tablet 1", "shared": shared })).await).await
    }

    /// Enrols a browser that holds these lanes.
    pub async fn enrol_holding(&self, lanes: &[LaneId]) -> Result<Enrolled, StatusCode> {
        genuine(self.send(path::ENROL, &json!({ "name": "Tablet 1", "shared": true, "lanes": lanes })).await).await
    }

    pub async fn hand_over(&self, items: Vec<Handed>) -> Result<HandOverAnswer, StatusCode> {
        genuine(self.send(path::CUSTODY, &HandOver { clocks: clocks(), items }).await).await
    }

    /// The status of a pull by a client that speaks `protocol`.
    pub async fn pull_speaking(&self, protocol: &str) -> StatusCode {
        let request = self.http.post(format!("{}{}", self.base, path::PULL)).header(PROTOCOL_HEADER, protocol);
        let pull = Pull { cursor: 0, epoch: String::new(), view: String::new() };
        request.body(serde_json::to_string(&pull).expect("JSON")).send().await.expect("the server answers").status()
    }

    pub async fn hello(&self, seals: Vec<Seal>, waiting: usize) -> Result<HelloAnswer, StatusCode> {
        let contact = Contact { server: Moment(1_700_000_000_000), clocks: clocks() };
        genuine(
            self.send(path::HELLO, &Hello { clocks: clocks(), contact: Some(contact), seals, waiting, to_sign_in: 0 })
                .await,
        )
        .await
    }

    pub async fn push(&self, push: &Push) -> PushAnswer {
        genuine(self.send(path::PUSH, push).await).await.expect("the push is taken")
    }

    /// The answer to a push, asked for again for as long as this device has pushed too often.
    pub async fn push_when_it_may(&self, push: &Push) -> PushAnswer {
        loop {
            match self.try_push(push).await {
                Err(StatusCode::TOO_MANY_REQUESTS) => tokio::time::sleep(Duration::from_millis(500)).await,
                answer => return answer.expect("the push is taken"),
            }
        }
    }

    /// The answer to a push, or the status that came instead.
    pub async fn try_push(&self, push: &Push) -> Result<PushAnswer, StatusCode> {
        genuine(self.send(path::PUSH, push).await).await
    }

    /// The answer to a push, if one came from anybody.
    pub async fn maybe_push(&self, push: &Push) -> Option<PushAnswer> {
        let request = self.http.post(format!("{}{}", self.base, path::PUSH));
        let request = request.header(header::CONTENT_TYPE, "application/json");
        let body = serde_json::to_string(push).expect("JSON");
        let answer = request.body(body).send().await.ok().filter(|answer| answer.status().is_success())?;
        answer.json().await.ok()
    }

    /// Another tablet that somebody enrols in the same session.
    pub async fn another_device(&self) -> Self {
        let cookies = self.cookies();
        let session = cookies.split("; ").find(|cookie| cookie.starts_with("lamplighter-session=")).expect("signed in");
        let jar = Arc::new(Jar::default());
        jar.add_cookie_str(session, &self.base.parse().expect("an address"));
        let other = Self::with(jar, &self.base);
        other.enrol(true).await.expect("they may enrol it");
        other
    }

    /// Puts a photo under its own name.
    pub async fn put(&self, photo: &[u8]) -> PhotoAnswer {
        self.put_as(&PhotoHash::of(photo).to_string(), photo.to_vec()).await.expect("the photo is answered")
    }

    pub async fn put_as(&self, name: &str, photo: Vec<u8>) -> Result<PhotoAnswer, StatusCode> {
        let request = self.http.put(format!("{}{}/{name}", self.base, path::PHOTOS));
        let request = request.header(header::CONTENT_TYPE, "image/jpeg").body(photo);
        genuine(request.send().await.expect("the server answers")).await
    }

    /// The answer to a put, if one came.
    pub async fn try_put(&self, photo: &[u8]) -> Option<PhotoAnswer> {
        let request = self.http.put(format!("{}{}/{}", self.base, path::PHOTOS, PhotoHash::of(photo)));
        request.body(photo.to_vec()).send().await.ok()?.json().await.ok()
    }

    /// Asks to be shown a photo, or with `/thumbnail` behind its name that.
    pub async fn show(&self, name: impl std::fmt::Display) -> Response {
        self.http.get(format!("{}{}/{name}", self.base, path::SHOWN_PHOTOS)).send().await.expect("the server answers")
    }

    pub async fn pull(&self, cursor: i64, epoch: &str, view: &str) -> PullAnswer {
        let pull = Pull { cursor, epoch: epoch.into(), view: view.into() };
        genuine(self.send(path::PULL, &pull).await).await.expect("the pull is answered")
    }

    /// What a device is told that holds nothing yet.
    pub async fn keys(&self) -> (String, String) {
        match self.pull(0, "", "").await {
            PullAnswer::Rebuild { epoch, view } => (epoch, view),
            PullAnswer::Page(page) => panic!("a page without a view: {page:?}"),
        }
    }

    pub async fn page(&self, cursor: i64, keys: &(String, String)) -> Page {
        match self.pull(cursor, &keys.0, &keys.1).await {
            PullAnswer::Page(page) => page,
            PullAnswer::Rebuild { .. } => panic!("the view changed"),
        }
    }

    /// Everything that the device may hold.
    pub async fn view(&self) -> Vec<Row> {
        let keys = self.keys().await;
        let (mut rows, mut cursor) = (vec![], 0);
        loop {
            let page = self.page(cursor, &keys).await;
            rows.extend(page.rows);
            cursor = page.cursor;
            if !page.more {
                return rows;
            }
        }
    }

    /// Everything that the device may hold, as text to search in.
    pub async fn bytes(&self) -> String {
        let unlocks = self.hello(vec![], 0).await.expect("enrolled").unlocks;
        serde_json::to_string(&(self.view().await, unlocks)).expect("JSON")
    }
}

/// Whoever makes an HTTP client says which cryptography its TLS would use.
pub fn builder() -> reqwest::ClientBuilder {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
}

/// A program without cookies.
pub fn stranger() -> reqwest::Client {
    builder().build().expect("a client")
}

/// An answer of the sync protocol: its header is there, whatever the status.
async fn genuine<T: DeserializeOwned>(response: Response) -> Result<T, StatusCode> {
    assert_eq!(response.headers().get(PROTOCOL_HEADER).map(|value| value.as_bytes()), Some(b"1".as_slice()));
    assert_eq!(
        response.headers().get(header::CACHE_CONTROL).map(|value| value.as_bytes()),
        Some(b"no-store".as_slice())
    );
    let status = response.status();
    let text = response.text().await.expect("an answer");
    serde_json::from_str::<Value>(&text).unwrap_or_else(|_| panic!("{status} is no JSON: {text}"));
    if status.is_success() { Ok(serde_json::from_str(&text).expect("the message")) } else { Err(status) }
}

pub fn clocks() -> Clocks {
    Clocks { wall: Moment(1_800_000_000_000), mono: 1_000, load: LoadId(Uuid::from_u128(1)) }
}

/// A lane of somebody, as its device opens it.
pub fn lane(person: PersonId) -> LaneOpening {
    LaneOpening::new(LaneId(Uuid::now_v7()), person, Identity::SignedIn)
}

pub fn change(deed: Deed) -> Change {
    let at = Stamp { clocks: clocks(), contact: None };
    Change { id: ChangeId(Uuid::now_v7()), at, after: vec![], supersedes: None, deed }
}

/// The changes in their places from number `first` on.
pub fn placed(lane: &LaneOpening, first: i64, changes: &[Change]) -> Vec<Placed> {
    let place = |(n, change): (i64, &Change)| {
        let envelope = serde_json::value::to_raw_value(&Envelope::seal(change)).expect("JSON");
        raw(lane, n, change.id, envelope)
    };
    (first..).zip(changes).map(place).collect()
}

pub fn raw(lane: &LaneOpening, n: i64, id: ChangeId, change: Box<RawValue>) -> Placed {
    Placed { lane: lane.lane, n, id, bundle: None, change, receipt: None }
}

pub fn push_of(lane: &LaneOpening, changes: Vec<Placed>) -> Push {
    Push { clocks: clocks(), lanes: vec![*lane], holes: vec![], changes }
}

pub fn outcomes(answer: &PushAnswer) -> Vec<&Outcome> {
    answer.outcomes.iter().map(|delivery| &delivery.outcome).collect()
}
