//! What anybody may see of a published event, without an account: a page, its picture, and a file for their calendar.

mod page;

use axum::{
    Router,
    extract::{Path, Query, State as Given},
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
    routing::get,
};
use domain::{
    community::Community,
    events::Event,
    ids::{CommunityId, EventId, HouseholdId, RecordId},
    records::Body,
    residents,
    sign_ups::{OwnSignUp, SignUp, Tally},
    text::Language,
};
use serde::Deserialize;

use crate::{
    answers::Declined,
    calendar::{self, Entry},
    clock, communities,
    db::Tx,
    failure::Failure,
    feeds, households,
    photos::{kept, store::Form},
    records,
    state::{Shared, State},
};

/// The page brings one style sheet and one picture, and runs nothing.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";
/// A picture is a picture and nothing else.
const PICTURE_POLICY: &str = "default-src 'none'; sandbox";
/// Places change, so a shared copy is short-lived.
const LIFETIME: &str = "public, max-age=30";

pub fn routes() -> Router<Shared> {
    Router::new()
        .route("/public/events/{event}", get(event_page))
        .route("/public/events/{event}/picture", get(picture))
        .route("/public/events/{event}/calendar.ics", get(event_file))
        .route("/public/events/page.css", get(style))
        .route("/public/calendar/{token}", get(feed))
}

#[derive(Deserialize)]
struct Asked {
    lang: Option<Language>,
}

/// A published event with what belongs to it.
struct Shown {
    community: Community,
    event: Event,
    tally: Option<Tally>,
}

async fn event_page(
    Given(state): Given<Shared>,
    Path(event): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Declined> {
    let shown = found(&state, &event).await?;
    let home = public(&state);
    let language = asked.lang.unwrap_or(shown.community.language);
    let text = page::write(&shown.community, &shown.event, shown.tally.as_ref(), language, home, clock::now());
    let mut response = text.into_response();
    set(&mut response, header::CONTENT_TYPE, "text/html; charset=utf-8");
    set(&mut response, header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    set(&mut response, header::CACHE_CONTROL, LIFETIME);
    Ok(response)
}

async fn style() -> Response {
    let mut response = page::STYLE.into_response();
    set(&mut response, header::CONTENT_TYPE, "text/css; charset=utf-8");
    set(&mut response, header::CACHE_CONTROL, "public, max-age=3600");
    response
}

async fn picture(Given(state): Given<Shared>, Path(event): Path<String>) -> Result<Response, Declined> {
    let shown = found(&state, &event).await?;
    let hash = shown.event.details.picture.ok_or(Declined::NotFound)?.hash;
    let community = shown.community.id;
    if !kept::is_kept(&mut state.db.read().await?, community, &hash).await? {
        return Err(Declined::NotFound);
    }
    let mut response = state.photos.get(community, &hash, Form::Whole).await?.into_response();
    set(&mut response, header::CONTENT_TYPE, "image/jpeg");
    set(&mut response, header::CONTENT_SECURITY_POLICY, PICTURE_POLICY);
    set(&mut response, header::CACHE_CONTROL, "public, max-age=300");
    // Whoever is sent the link is shown the picture beside it.
    set(&mut response, HeaderName::from_static("cross-origin-resource-policy"), "cross-origin");
    Ok(response)
}

async fn event_file(
    Given(state): Given<Shared>,
    Path(event): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Declined> {
    let shown = found(&state, &event).await?;
    let address = page::address(public(&state), &shown.event);
    let language = asked.lang.unwrap_or(shown.community.language);
    let entry = Entry { event: &shown.event, address, standing: None };
    Ok(as_calendar(calendar::file(&shown.community, language, clock::now(), &[entry]), LIFETIME))
}

/// What a household has asked for, to whoever has its secret address.
async fn feed(
    Given(state): Given<Shared>,
    Path(token): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Declined> {
    let token = token.strip_suffix(".ics").unwrap_or(&token);
    let household = feeds::named(token).ok_or(Declined::NotFound)?;
    let mut tx = state.db.read().await?;
    let community = of_household(&mut tx, household).await?.ok_or(Declined::NotFound)?;
    if !feeds::is_genuine(&mut tx, community, household, token).await? {
        return Err(Declined::NotFound);
    }
    let community = records::community(&mut tx, community).await?.ok_or(Declined::NotFound)?;
    let home = public(&state);
    let mut events = vec![];
    for sign_up in own_sign_ups(&mut tx, community.id, household).await? {
        if let Some(event) = event_of(&mut tx, community.id, sign_up.of.event).await? {
            events.push((event, sign_up.standing));
        }
    }
    let entries: Vec<Entry<'_>> = events
        .iter()
        .map(|(event, standing)| Entry { event, address: page::address(home, event), standing: Some(*standing) })
        .collect();
    let language = asked.lang.unwrap_or(community.language);
    Ok(as_calendar(calendar::file(&community, language, clock::now(), &entries), "private, no-store"))
}

/// The address that these pages say they are at; without one they are at wherever they are read.
fn public(state: &State) -> &str {
    state.public_url.as_deref().unwrap_or_default()
}

fn as_calendar(text: String, lifetime: &'static str) -> Response {
    let mut response = text.into_response();
    set(&mut response, header::CONTENT_TYPE, "text/calendar; charset=utf-8");
    set(&mut response, header::CACHE_CONTROL, lifetime);
    response
}

fn set(response: &mut Response, name: HeaderName, value: &'static str) {
    response.headers_mut().insert(name, HeaderValue::from_static(value));
}

/// A draft is as absent as an event that nobody planned.
async fn found(state: &State, event: &str) -> Result<Shown, Declined> {
    let event: EventId = event.parse().map_err(|_| Declined::NotFound)?;
    let mut tx = state.db.read().await?;
    for id in communities::all(&mut tx).await? {
        let Some(event) = event_of(&mut tx, id, event).await? else { continue };
        let community = records::community(&mut tx, id).await?.ok_or(Declined::NotFound)?;
        let tally = match body(&mut tx, id, Tally::id(event.of.event)).await? {
            Some(residents::Body::Tally(tally)) => Some(tally),
            _ => None,
        };
        return Ok(Shown { community, event, tally });
    }
    Err(Declined::NotFound)
}

async fn event_of(tx: &mut Tx, community: CommunityId, id: EventId) -> Result<Option<Event>, Failure> {
    Ok(match body(tx, community, id.into()).await? {
        Some(residents::Body::Event(event)) => Some(event).filter(|event| event.published.is_some()),
        _ => None,
    })
}

async fn body(tx: &mut Tx, community: CommunityId, id: RecordId) -> Result<Option<residents::Body>, Failure> {
    Ok(records::get(tx, community, id).await?.and_then(|record| match record.body {
        Body::Residents(body) => Some(body),
        _ => None,
    }))
}

/// The community of a household that has not moved out.
async fn of_household(tx: &mut Tx, household: HouseholdId) -> Result<Option<CommunityId>, Failure> {
    for community in communities::all(tx).await? {
        if households::living(tx, community, household).await?.is_some() {
            return Ok(Some(community));
        }
    }
    Ok(None)
}

async fn own_sign_ups(tx: &mut Tx, community: CommunityId, household: HouseholdId) -> Result<Vec<SignUp>, Failure> {
    let all = records::of_audience(tx, community, "own_sign_up", &format!("household:{household}")).await?;
    let own = all.into_iter().filter_map(|record| match record.body {
        Body::Residents(residents::Body::OwnSignUp(OwnSignUp(it))) => Some(it),
        _ => None,
    });
    Ok(own.collect())
}
