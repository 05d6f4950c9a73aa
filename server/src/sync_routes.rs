//! The routes of sync: enrol, hello, push and pull. Each is one transaction around a pure machine.

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State as Given, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use domain::permissions::{Act, may};
use serde::de::DeserializeOwned;
use sync::{
    messages::{
        HandOver, HandOverAnswer, Hello, HelloAnswer, PROTOCOL_HEADER, PUSH_CHANGES, Profile, Pull, PullAnswer, Push,
        PushAnswer, Unlock, may_pull, path,
    },
    server::{Sender, push, sealed},
};

use crate::{
    accounts,
    answers::Declined,
    bounds::Bound,
    canon::SqlCanon,
    clock, communities, cookies, custody,
    db::{Tx, retried},
    devices::{self, Device},
    enrolment,
    failure::Failure,
    hints, records, sessions,
    state::{Shared, State},
    view,
};

/// The most bytes of any message, unpacked.
const MESSAGE_BYTES: usize = 1024 * 1024;
/// The most changes of a push and items of a hand-over, lanes and holes of a push, and seals of a hello. Our app sends half as many
/// changes, and lanes only of those: what is within the bounds never stands still for being too much at once.
pub const CHANGES_MOST: usize = 2 * PUSH_CHANGES;
pub const LANES_MOST: usize = CHANGES_MOST;
pub const HOLES_MOST: usize = 2_000;
pub const SEALS_MOST: usize = 2_000;

pub fn routes() -> Router<Shared> {
    Router::new()
        .route(path::ENROL, post(enrolment::enrol))
        .route(path::HELLO, post(hello))
        .route(path::PUSH, post(take_push))
        .route(path::PULL, post(pull))
        .route(path::EVENTS, get(hints::events))
        .route(path::CUSTODY, post(take_over))
        .layer(DefaultBodyLimit::max(MESSAGE_BYTES))
}

/// The body of a message, or why it is none.
pub type Body = Result<Bytes, BytesRejection>;

pub fn message<T: DeserializeOwned>(body: Body) -> Result<T, Declined> {
    let bytes = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Declined::TooLarge,
        _ => Declined::Malformed,
    })?;
    serde_json::from_slice(&bytes).map_err(|_| Declined::Malformed)
}

/// The device whose credential came with the request.
async fn sender(tx: &mut Tx, state: &State, headers: &HeaderMap) -> Result<Device, Declined> {
    let device = sender_even_retired(tx, state, headers).await?;
    if device.retired.is_some() { Err(Declined::Retired) } else { Ok(device) }
}

/// The same for what goes into custody. A credential that was withdrawn long ago proves nothing any more.
async fn sender_even_retired(tx: &mut Tx, state: &State, headers: &HeaderMap) -> Result<Device, Declined> {
    let token = cookies::device_token(state, headers).ok_or(Declined::NotEnrolled)?;
    let device = devices::with_any_token(tx, token).await?;
    let proves = |device: &Device| device.retired.is_none_or(|at| clock::now().0 - at.0 < custody::AFTER_RETIREMENT);
    device.filter(proves).ok_or(Declined::NotEnrolled)
}

/// The sender of something that a retired device may still hand over.
pub async fn giver_of(state: &State, headers: &HeaderMap) -> Result<Device, Declined> {
    let mut tx = state.db.read().await?;
    sender_even_retired(&mut tx, state, headers).await
}

pub async fn sender_of(state: &State, headers: &HeaderMap) -> Result<Device, Declined> {
    let mut tx = state.db.read().await?;
    sender(&mut tx, state, headers).await
}

async fn take_push(Given(state): Given<Shared>, headers: HeaderMap, body: Body) -> Result<Json<PushAnswer>, Declined> {
    let mut tx = state.db.read().await?;
    let device = sender(&mut tx, &state, &headers).await?;
    let session = sessions::of_request(&mut tx, &state, &headers, device.community).await?;
    drop(tx);
    within(&state.bounds.pushes, &device)?;
    let sent: Push = message(body)?;
    if sent.changes.len() > CHANGES_MOST || sent.lanes.len() > LANES_MOST || sent.holes.len() > HOLES_MOST {
        return Err(Declined::TooLarge);
    }
    if sent.changes.iter().any(|placed| placed.n < 1) || sent.holes.iter().any(|hole| hole.from < 1) {
        return Err(Declined::Malformed);
    }
    let sender = device.sender(session);
    Ok(Json(retried(|| admitted(&state, &sender, &sent)).await?))
}

async fn take_over(
    Given(state): Given<Shared>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<HandOverAnswer>, Declined> {
    let device = giver_of(&state, &headers).await?;
    within(&state.bounds.hand_overs, &device)?;
    let sent: HandOver = message(body)?;
    if sent.items.len() > CHANGES_MOST {
        return Err(Declined::TooLarge);
    }
    Ok(Json(custody::take_over(&state.db, &device, &sent).await?))
}

async fn admitted(state: &State, sender: &Sender, sent: &Push) -> Result<PushAnswer, Failure> {
    match admitted_by(state, sender, sent, SqlCanon::trusting).await {
        // Somebody chose an id twice: once more, with a look before each.
        Err(Failure::IdTaken) => admitted_by(state, sender, sent, |canon| canon).await,
        answer => answer,
    }
}

async fn admitted_by(
    state: &State,
    sender: &Sender,
    sent: &Push,
    way: impl FnOnce(SqlCanon) -> SqlCanon,
) -> Result<PushAnswer, Failure> {
    let received = clock::now();
    let mut canon = way(SqlCanon::new(state.db.write().await?, sender.community, received));
    let answer = push(&mut canon, sender, sent, received).await?;
    let tally = canon.tally();
    let key = sender.device.to_string();
    for (bound, amount) in [(&state.bounds.lanes, canon.opened()), (&state.bounds.changes, tally.all())] {
        if amount > 0 {
            bound.take(&key, amount, received).map_err(|seconds| Failure::TooMany { seconds })?;
        }
    }
    canon.commit().await?;
    state.metrics.pushed(tally);
    Ok(answer)
}

async fn pull(Given(state): Given<Shared>, headers: HeaderMap, body: Body) -> Result<Json<PullAnswer>, Declined> {
    if !may_pull(headers.get(PROTOCOL_HEADER).map(|value| value.to_str().unwrap_or_default())) {
        return Err(Declined::TooOld);
    }
    let asked: Pull = message(body)?;
    let mut tx = state.db.read().await?;
    let device = sender(&mut tx, &state, &headers).await?;
    within(&state.bounds.pulls, &device)?;
    let answer = view::pull(&mut tx, &device, &asked).await?;
    state.metrics.pulled(&answer);
    Ok(Json(answer))
}

async fn hello(Given(state): Given<Shared>, headers: HeaderMap, body: Body) -> Result<Response, Declined> {
    let said: Hello = message(body)?;
    let device = sender_of(&state, &headers).await?;
    within(&state.bounds.hellos, &device)?;
    if said.seals.len() > SEALS_MOST {
        return Err(Declined::TooLarge);
    }
    let answer = Json(retried(|| greeted(&state, &device, &said)).await?);
    // Given anew each time, the cookie of a device that comes at all never ends.
    let token = cookies::device_token(&state, &headers).unwrap_or_default();
    Ok(([(header::SET_COOKIE, cookies::device(token, &state, &headers))], answer).into_response())
}

/// One more of what is bounded by device.
fn within(bound: &Bound, device: &Device) -> Result<(), Declined> {
    bound.take(&device.id.to_string(), 1, clock::now()).map_err(|seconds| Declined::TooMany { seconds })
}

async fn greeted(state: &State, device: &Device, said: &Hello) -> Result<HelloAnswer, Failure> {
    let now = clock::now();
    let mut tx = state.db.write().await?;
    let lanes = devices::lanes(&mut tx, device).await?;
    let sealed = sealed(&lanes, said, now).max(device.sealed);
    devices::note_contact(&mut tx, device, said, sealed, now).await?;
    let head = communities::head(&mut tx, device.community).await?;
    let answer = HelloAnswer {
        server: now,
        enrolled: enrolment::enrolled(&mut tx, device).await?,
        epoch: head.epoch,
        head: head.seq,
        unlocks: unlocks(&mut tx, device).await?,
        access: communities::access(&mut tx, device.community).await?,
        lanes,
    };
    tx.commit().await?;
    Ok(answer)
}

/// Who may unlock the device with a PIN: on a shared one everyone who works here, on a personal one its owner. Nobody who
/// has left.
async fn unlocks(tx: &mut Tx, device: &Device) -> Result<Vec<Unlock>, Failure> {
    let mut unlocks = vec![];
    for account in accounts::all(tx, device.community).await? {
        let Some(verifier) = account.pin_verifier else { continue };
        let person = records::person(tx, device.community, account.person).await?;
        let Some(person) = person.filter(|person| person.left.is_none()) else { continue };
        let belongs = match device.profile {
            Profile::Personal { person: owner } => owner == person.id,
            Profile::Shared => may(&person.roles, Act::SeeWork),
        };
        if belongs {
            unlocks.push(Unlock { person: account.person, verifier });
        }
    }
    Ok(unlocks)
}
