//! The routes of photos: a device puts one, and whoever may see a record that uses it is shown it.

use std::collections::BTreeSet;

use axum::{
    Json, Router,
    body::Body,
    extract::{Path, State as Given},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, put},
};
use domain::{ids::CommunityId, photos::PhotoHash, records::Audience};
use sync::messages::{PhotoAbsence, PhotoAnswer, path};

use crate::{
    answers::Declined,
    clock, cookies,
    db::Tx,
    devices,
    failure::Failure,
    photos::{
        intake, kept,
        store::Form,
        uses::{self, Use},
    },
    records, sessions,
    state::{Shared, State},
    sync_routes::giver_of,
    view,
};

/// A photo is a picture and nothing else, whatever its bytes say.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; sandbox";
/// A day: a hash never means other bytes, but rights change. Another session asks anew because its cookies are others.
const LIFETIME: &str = "private, max-age=86400, immutable";

pub fn routes() -> Router<Shared> {
    Router::new()
        .route(&format!("{}/{{hash}}", path::PHOTOS), put(take))
        .route(&format!("{}/{{hash}}", path::SHOWN_PHOTOS), get(show_whole))
        .route(&format!("{}/{{hash}}/thumbnail", path::SHOWN_PHOTOS), get(show_thumbnail))
}

async fn take(
    Given(state): Given<Shared>,
    Path(hash): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<PhotoAnswer>, Declined> {
    // Beside what a retired device hands over, within the same bounds.
    let device = giver_of(&state, &headers).await?;
    let hash: PhotoHash = hash.parse().map_err(|_| Declined::NotFound)?;
    let too_many = |seconds| Declined::TooMany { seconds };
    state.bounds.photo_puts.take(&device.id.to_string(), 1, clock::now()).map_err(too_many)?;
    let _place = state.photo_places.try_acquire().map_err(|_| Declined::TooMany { seconds: 2 })?;
    match intake::read(body).await? {
        Ok(bytes) => intake::take(&state, &device, hash, bytes).await.map(Json),
        Err(why) => Ok(Json(PhotoAnswer::Refused { why })),
    }
}

async fn show_whole(given: Given<Shared>, hash: Path<String>, headers: HeaderMap) -> Result<Response, Declined> {
    show(given, hash, headers, Form::Whole).await
}

async fn show_thumbnail(given: Given<Shared>, hash: Path<String>, headers: HeaderMap) -> Result<Response, Declined> {
    show(given, hash, headers, Form::Thumbnail).await
}

async fn show(
    Given(state): Given<Shared>,
    Path(hash): Path<String>,
    headers: HeaderMap,
    form: Form,
) -> Result<Response, Declined> {
    let hash: PhotoHash = hash.parse().map_err(|_| Declined::NotFound)?;
    let mut tx = state.db.read().await?;
    let (community, found) = seen(&mut tx, &state, &headers, &hash).await?.ok_or(Declined::NotFound)?;
    if !kept::is_kept(&mut tx, community, &hash).await? {
        return Ok(on_its_way(&found));
    }
    drop(tx);
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| *known == etag(&hash, form)) {
        return Ok(picture(StatusCode::NOT_MODIFIED, &hash, form, Body::empty()));
    }
    let bytes = state.photos.get(community, &hash, form).await?;
    Ok(picture(StatusCode::OK, &hash, form, bytes.into()))
}

/// The use of a photo that whoever asks may see: by their session, or by their device.
///
/// # Errors
/// [`Declined::SignInFirst`] for nobody. What they may not see looks like nothing there.
async fn seen(
    tx: &mut Tx,
    state: &State,
    headers: &HeaderMap,
    hash: &PhotoHash,
) -> Result<Option<(CommunityId, Use)>, Declined> {
    let askers = [of_session(tx, state, headers).await?, of_device(tx, state, headers).await?];
    if askers.iter().all(Option::is_none) {
        return Err(Declined::SignInFirst);
    }
    for (community, held) in askers.into_iter().flatten() {
        if let Some(found) = uses::seen(tx, community, &held, hash).await? {
            return Ok(Some((community, found)));
        }
    }
    Ok(None)
}

type Held = (CommunityId, BTreeSet<Audience>);

async fn of_session(tx: &mut Tx, state: &State, headers: &HeaderMap) -> Result<Option<Held>, Failure> {
    let Some(token) = cookies::session_token(state, headers) else { return Ok(None) };
    let Some(session) = sessions::find(tx, token, clock::now()).await? else { return Ok(None) };
    let Some(person) = records::person(tx, session.community, session.person).await? else { return Ok(None) };
    let held = view::audiences_of_person(tx, session.community, &person).await?;
    Ok(Some((session.community, held)))
}

async fn of_device(tx: &mut Tx, state: &State, headers: &HeaderMap) -> Result<Option<Held>, Failure> {
    let Some(token) = cookies::device_token(state, headers) else { return Ok(None) };
    let Some(device) = devices::with_token(tx, token).await? else { return Ok(None) };
    Ok(Some((device.community, view::audiences_of(tx, &device).await?)))
}

/// The record is there and its photo is not yet.
fn on_its_way(found: &Use) -> Response {
    let absence = PhotoAbsence::OnItsWay { by: found.by, taken: found.photo.taken };
    (StatusCode::NOT_FOUND, Json(absence)).into_response()
}

fn etag(hash: &PhotoHash, form: Form) -> String {
    match form {
        Form::Whole => format!("\"{hash}\""),
        Form::Thumbnail => format!("\"{hash}-thumbnail\""),
    }
}

fn picture(status: StatusCode, hash: &PhotoHash, form: Form, body: Body) -> Response {
    let mut response = (status, body).into_response();
    let etag = HeaderValue::from_str(&etag(hash, form)).expect("hexadecimal digits");
    let headers = response.headers_mut();
    headers.insert(header::ETAG, etag);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("image/jpeg"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("inline"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(LIFETIME));
    headers.insert(header::VARY, HeaderValue::from_static("cookie"));
    response
}
