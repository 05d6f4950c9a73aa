//! Enrolment: somebody signed in makes this browser a device of the community.

use axum::{
    Json,
    extract::State as Given,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use domain::{
    ids::DeviceId,
    people::Person,
    permissions::{Act, may},
    text::{NAME_MOST, typed},
    time::Moment,
};
use sync::messages::{Enrol, Enrolled, Profile};
use uuid::Uuid;

use crate::{
    answers::Declined,
    clock, cookies,
    db::Tx,
    devices::{self, Confirmation, Device},
    failure::Failure,
    households, records, secrets,
    sessions::{self, Session},
    state::{Shared, State},
    sync_routes::{Body, message},
};

/// So many devices of their own somebody has at a time: one more, and the one that has been away for longest is retired.
pub const OWN_DEVICES_MOST: usize = 20;

pub async fn enrol(Given(state): Given<Shared>, headers: HeaderMap, body: Body) -> Result<Response, Declined> {
    let now = clock::now();
    let mut tx = state.db.read().await?;
    let (session, person) = signed_in(&mut tx, &state, &headers).await?;
    let wish: Enrol = message(body)?;
    let name = typed(&wish.name, NAME_MOST).map_err(|_| Declined::Invalid { field: "name" })?;
    if wish.shared && !may(&person.roles, Act::EnrolSharedDevice) {
        return Err(Declined::NotPermitted);
    }
    let profile = if wish.shared { Profile::Shared } else { Profile::Personal { person: person.id } };
    let forgetful = forgetful(&mut tx, &state, &headers, &session, &wish).await?;
    if forgetful.is_none()
        && let Some(known) = known(&mut tx, &state, &headers, &session, profile).await?
    {
        return Ok(Json(enrolled(&mut tx, &known).await?).into_response());
    }
    drop(tx);
    let too_many = |seconds| Declined::TooMany { seconds };
    state.bounds.enrolments.take(&person.id.to_string(), 1, now).map_err(too_many)?;
    let device = Device {
        id: DeviceId(Uuid::now_v7()),
        community: session.community,
        name,
        profile,
        enrolled_by: person.id,
        enrolled: now,
        seen: None,
        sealed: None,
        waiting: 0,
        retired: None,
        evicted: None,
        lost: 0,
        // Whoever may confirm a tablet has confirmed the one that they enrol.
        confirmation: if may(&person.roles, Act::ConfirmSharedDevice) {
            Confirmation::Given { by: person.id, at: now }
        } else {
            Confirmation::Awaited
        },
    };
    let token = secrets::token();
    let mut tx = state.db.write().await?;
    if !wish.shared {
        make_room(&mut tx, &session, now).await?;
    }
    devices::add(&mut tx, &device, &token).await?;
    sessions::is_at(&mut tx, &session, device.id).await?;
    let mut answer = enrolled(&mut tx, &device).await?;
    if let Some(before) = &forgetful {
        let evicted = devices::evict(&mut tx, before, now).await?;
        tracing::warn!(device = %before.id, lost = evicted.lost, "a device's browser has deleted what it kept");
        answer.evicted = Some(evicted);
    }
    let answer = Json(answer);
    tx.commit().await?;
    Ok(([(header::SET_COOKIE, cookies::device(&token, &state, &headers))], answer).into_response())
}

/// What was not sent from a device that is retired is handed over when it comes back: nothing is lost.
async fn make_room(tx: &mut Tx, session: &Session, now: Moment) -> Result<(), Failure> {
    let mut own = devices::own(tx, session.community, session.person).await?;
    own.sort_by_key(|device| (device.waiting > 0, device.seen.unwrap_or(device.enrolled)));
    let too_many = (own.len() + 1).saturating_sub(OWN_DEVICES_MOST);
    for device in own.iter().take(too_many) {
        devices::retire(tx, session.community, device.id, now).await?;
    }
    Ok(())
}

async fn signed_in(tx: &mut Tx, state: &State, headers: &HeaderMap) -> Result<(Session, Person), Declined> {
    let token = cookies::session_token(state, headers).ok_or(Declined::SignInFirst)?;
    let session = sessions::find(tx, token, clock::now()).await?.ok_or(Declined::SignInFirst)?;
    let person = households::who_is_here(tx, session.community, session.person).await?;
    Ok((session, person.ok_or(Declined::SignInFirst)?))
}

/// The device that this browser is already, if it was enrolled by the same person in the same way: a lost answer asks twice.
async fn known(
    tx: &mut Tx,
    state: &State,
    headers: &HeaderMap,
    session: &Session,
    profile: Profile,
) -> Result<Option<Device>, Failure> {
    let Some(token) = cookies::device_token(state, headers) else { return Ok(None) };
    let device = devices::with_token(tx, token).await?;
    Ok(device.filter(|device| {
        device.community == session.community && device.enrolled_by == session.person && device.profile == profile
    }))
}

/// The device that this browser was and has forgotten: cookies survive what deletes the rest. It holds no lane, and the server
/// knows some that it had.
async fn forgetful(
    tx: &mut Tx,
    state: &State,
    headers: &HeaderMap,
    session: &Session,
    wish: &Enrol,
) -> Result<Option<Device>, Failure> {
    let (Some(token), Some(held)) = (cookies::device_token(state, headers), &wish.lanes) else { return Ok(None) };
    if !held.is_empty() {
        return Ok(None);
    }
    let device = devices::with_token(tx, token).await?.filter(|device| device.community == session.community);
    let Some(device) = device else { return Ok(None) };
    let had_some = device.waiting > 0 || !devices::lanes(tx, &device).await?.is_empty();
    Ok(had_some.then_some(device))
}

/// The device as it is told to itself.
pub async fn enrolled(tx: &mut Tx, device: &Device) -> Result<Enrolled, Failure> {
    let community = records::community(tx, device.community).await?;
    Ok(Enrolled {
        device: device.id,
        name: device.name.clone(),
        profile: device.profile,
        community: device.community,
        community_name: community.map(|community| community.name).unwrap_or_default(),
        person: device.enrolled_by,
        confirmed: device.is_confirmed(),
        evicted: None,
    })
}
