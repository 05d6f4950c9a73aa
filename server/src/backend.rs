//! The server's half of the app's server functions: what needs the network anyway.

mod access;
mod joining;
mod sign_in;
mod sign_ins;
mod tags;

use std::{
    net::{IpAddr, Ipv6Addr, SocketAddr},
    pin::Pin,
    sync::Arc,
};

use app::online::{
    self, Access, Backend, Confirmation, DeviceInfo, Ended, HandOver, MissingPhoto, PrintedTag, SetUpForm, SignIns,
    SignedIn, Trouble,
    joining::{JoinCode, JoinForm, Joined, Joining},
};
use axum::{
    body::Body,
    extract::{ConnectInfo, Request, State as Given},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use domain::{
    ids::{CheckpointId, CommunityId, DeviceId, HouseholdId, PersonId},
    people::Person,
    permissions::{self, Act, may},
};
use leptos::{
    prelude::{expect_context, provide_context},
    server_fn::axum::register_explicit,
};
use leptos_axum::{ResponseOptions, handle_server_fns_with_context};

use crate::{
    accounts, clock, cookies, custody,
    db::{Tx, retried},
    devices,
    failure::Failure,
    founding, households, passwords, photos, records,
    sessions::{self, Session},
    state::{Shared, Wire},
    view,
};

type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Trouble>> + Send + 'a>>;

/// Where the server functions are.
pub const PATH: &str = "/api/v1/online/{*function}";

/// Registers them: the linker may drop what registers itself.
pub fn register() {
    register_explicit::<online::SignIn>();
    register_explicit::<online::SignOut>();
    register_explicit::<online::WhoAmI>();
    register_explicit::<online::SetPin>();
    register_explicit::<online::ChangePassPhrase>();
    register_explicit::<online::OwnSignIns>();
    register_explicit::<online::EndOwnSession>();
    register_explicit::<online::EndOwnDevice>();
    register_explicit::<online::EndSignIns>();
    register_explicit::<online::Devices>();
    register_explicit::<online::RetireDevice>();
    register_explicit::<online::ConfirmDevice>();
    register_explicit::<online::MissingPhotos>();
    register_explicit::<online::Accounts>();
    register_explicit::<online::GiveAccess>();
    register_explicit::<online::TagSheet>();
    register_explicit::<online::ReissueTag>();
    register_explicit::<online::SetUp>();
    register_explicit::<online::joining::IssueJoinCode>();
    register_explicit::<online::joining::Join>();
    register_explicit::<online::joining::Joinings>();
    register_explicit::<online::joining::TakeIn>();
    register_explicit::<online::joining::DeclineJoining>();
    register_explicit::<online::joining::CalendarFeed>();
    register_explicit::<online::joining::RenewCalendarFeed>();
}

pub async fn answer(Given(state): Given<Shared>, request: Request<Body>) -> Response {
    let headers = request.headers().clone();
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let give = move || {
        let asked = Asked { state: state.clone(), headers: headers.clone(), peer, response: expect_context() };
        provide_context::<Arc<dyn Backend>>(Arc::new(asked));
    };
    handle_server_fns_with_context(give, request).await.into_response()
}

/// One call: who asks, and where the answer's cookies go.
struct Asked {
    state: Shared,
    headers: HeaderMap,
    peer: Option<IpAddr>,
    response: ResponseOptions,
}

impl Backend for Asked {
    fn sign_in(&self, username: String, password: String) -> Answer<'_, SignedIn> {
        Box::pin(async move { self.told(sign_in::sign_in(self, username, password).await) })
    }

    fn sign_out(&self) -> Answer<'_, ()> {
        Box::pin(async move { self.told(sign_out(self).await) })
    }

    fn who_am_i(&self) -> Answer<'_, SignedIn> {
        Box::pin(async move { self.told(who_am_i(self).await) })
    }

    fn set_pin(&self, pin: String) -> Answer<'_, ()> {
        Box::pin(async move { self.told(set_pin(self, pin).await) })
    }

    fn change_pass_phrase(&self, current: String, new: String) -> Answer<'_, ()> {
        Box::pin(async move { self.told(sign_ins::change_pass_phrase(self, current, new).await) })
    }

    fn own_sign_ins(&self) -> Answer<'_, SignIns> {
        Box::pin(async move { self.told(sign_ins::own(self).await) })
    }

    fn end_own_session(&self, session: String) -> Answer<'_, ()> {
        Box::pin(async move { self.told(sign_ins::end_session(self, &session).await) })
    }

    fn end_own_device(&self, device: DeviceId) -> Answer<'_, ()> {
        Box::pin(async move { self.told(sign_ins::end_device(self, device).await) })
    }

    fn end_sign_ins(&self, person: PersonId) -> Answer<'_, Ended> {
        Box::pin(async move { self.told(sign_ins::end_all(self, person).await) })
    }

    fn devices(&self) -> Answer<'_, Vec<DeviceInfo>> {
        Box::pin(async move { self.told(devices_of(self).await) })
    }

    fn retire_device(&self, device: DeviceId) -> Answer<'_, ()> {
        Box::pin(async move { self.told(retire(self, device).await) })
    }

    fn confirm_device(&self, device: DeviceId) -> Answer<'_, ()> {
        Box::pin(async move { self.told(confirm(self, device).await) })
    }

    fn missing_photos(&self) -> Answer<'_, Vec<MissingPhoto>> {
        Box::pin(async move { self.told(missing_photos(self).await) })
    }

    fn accounts(&self) -> Answer<'_, Vec<online::Account>> {
        Box::pin(async move { self.told(access::accounts(self).await) })
    }

    fn give_access(&self, wish: Access) -> Answer<'_, HandOver> {
        Box::pin(async move { self.told(access::give(self, wish).await) })
    }

    fn tag_sheet(&self, checkpoints: Vec<CheckpointId>) -> Answer<'_, Vec<PrintedTag>> {
        Box::pin(async move { self.told(tags::sheet(self, checkpoints).await) })
    }

    fn reissue_tag(&self, checkpoint: CheckpointId, expected_issue: u32) -> Answer<'_, u32> {
        Box::pin(async move { self.told(tags::reissue(self, checkpoint, expected_issue).await) })
    }

    fn set_up(&self, form: SetUpForm) -> Answer<'_, ()> {
        Box::pin(async move {
            let done = retried(|| founding::set_up(&self.state.db, &form)).await;
            self.told(done.map_err(Problem::from).and_then(|done| done.map_err(Problem::Trouble)))
        })
    }

    fn issue_join_code(&self, household: HouseholdId) -> Answer<'_, JoinCode> {
        Box::pin(async move { self.told(joining::issue(self, household).await) })
    }

    fn join(&self, form: JoinForm) -> Answer<'_, Joined> {
        Box::pin(async move { self.told(joining::join(self, form).await) })
    }

    fn joinings(&self) -> Answer<'_, Vec<Joining>> {
        Box::pin(async move { self.told(joining::waiting(self).await) })
    }

    fn take_in(&self, person: PersonId) -> Answer<'_, ()> {
        Box::pin(async move { self.told(joining::take_in(self, person).await) })
    }

    fn decline_joining(&self, person: PersonId) -> Answer<'_, ()> {
        Box::pin(async move { self.told(joining::decline(self, person).await) })
    }

    fn calendar_feed(&self, household: HouseholdId) -> Answer<'_, String> {
        Box::pin(async move { self.told(joining::calendar(self, household).await) })
    }

    fn renew_calendar_feed(&self, household: HouseholdId) -> Answer<'_, String> {
        Box::pin(async move { self.told(joining::another_calendar(self, household).await) })
    }
}

enum Problem {
    Trouble(Trouble),
    Failure(Failure),
}

impl<F: Into<Failure>> From<F> for Problem {
    fn from(failure: F) -> Self {
        Problem::Failure(failure.into())
    }
}

impl Asked {
    /// Tells the log about failures, and the browser's tools the status.
    fn told<T>(&self, done: Result<T, Problem>) -> Result<T, Trouble> {
        let trouble = match done {
            Ok(value) => return Ok(value),
            Err(Problem::Trouble(trouble)) => trouble,
            Err(Problem::Failure(failure)) => {
                tracing::error!(%failure, "a request failed");
                Trouble::ServerFailed
            }
        };
        self.response.set_status(status(&trouble));
        if let Trouble::TooMany { seconds } = trouble {
            self.response.insert_header(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        Err(trouble)
    }

    fn session_token(&self) -> Result<&str, Problem> {
        cookies::session_token(&self.state, &self.headers).ok_or(Problem::Trouble(Trouble::SignInFirst))
    }

    async fn session(&self, tx: &mut Tx) -> Result<Session, Problem> {
        let found = sessions::find(tx, self.session_token()?, clock::now()).await?;
        found.ok_or(Problem::Trouble(Trouble::SignInFirst))
    }

    /// Who is signed in: nobody who has left or moved out.
    async fn person(&self, tx: &mut Tx) -> Result<(Session, Person), Problem> {
        let session = self.session(tx).await?;
        let person = households::who_is_here(tx, session.community, session.person).await?;
        Ok((session, person.ok_or(Problem::Trouble(Trouble::SignInFirst))?))
    }

    /// Where the request comes from. Behind a proxy that is what it says for whom it asks, or nothing where it does not say: its own
    /// address is everybody's. Anybody may say so to a server that is reached directly, so there it is the connection's own.
    fn address(&self) -> Option<String> {
        let is_behind_a_proxy = self.state.wire == Wire::Plain && self.state.public_url.is_some();
        if !is_behind_a_proxy {
            return self.peer.map(one_customer);
        }
        let forwarded =
            self.headers.get_all("x-forwarded-for").iter().next_back().and_then(|value| value.to_str().ok());
        let nearest = forwarded.and_then(|all| all.rsplit(',').next()).and_then(|address| address.trim().parse().ok());
        nearest.map(one_customer)
    }
}

/// Whoever has one address of IPv6 has 2^64 of them.
fn one_customer(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("{}/64", Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
    }
}

fn status(trouble: &Trouble) -> StatusCode {
    match trouble {
        Trouble::WrongPassword | Trouble::SignInFirst => StatusCode::UNAUTHORIZED,
        Trouble::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
        Trouble::NotPermitted => StatusCode::FORBIDDEN,
        Trouble::NotFound => StatusCode::NOT_FOUND,
        Trouble::Taken { .. } => StatusCode::CONFLICT,
        Trouble::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
        Trouble::ChangedMeanwhile => StatusCode::CONFLICT,
        Trouble::LinkUsed => StatusCode::GONE,
        Trouble::NotYet { .. } => StatusCode::FORBIDDEN,
        Trouble::NoNetwork | Trouble::ServerFailed => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

async fn sign_out(asked: &Asked) -> Result<(), Problem> {
    if let Ok(token) = asked.session_token() {
        let mut tx = asked.state.db.write().await?;
        sessions::end(&mut tx, token).await?;
        tx.commit().await?;
    }
    asked.response.append_header(header::SET_COOKIE, cookies::no_session(&asked.state, &asked.headers));
    Ok(())
}

async fn who_am_i(asked: &Asked) -> Result<SignedIn, Problem> {
    let mut tx = asked.state.db.read().await?;
    let session = asked.session(&mut tx).await?;
    signed_in(&mut tx, session.community, session.person).await?.ok_or(Problem::Trouble(Trouble::SignInFirst))
}

/// Nothing for somebody who has left.
async fn signed_in(tx: &mut Tx, community: CommunityId, person: PersonId) -> Result<Option<SignedIn>, Failure> {
    let Some(person) = households::who_is_here(tx, community, person).await? else { return Ok(None) };
    let account = accounts::of_person(tx, community, person.id).await?;
    let language = accounts::language(tx, community, person.id).await?;
    let community = records::community(tx, community).await?;
    let community = community.ok_or_else(|| Failure::broken("a session's community has no record"))?;
    Ok(Some(SignedIn {
        person: person.id,
        name: person.name,
        roles: person.roles,
        has_pin: account.is_some_and(|account| account.pin_verifier.is_some()),
        community: community.id,
        community_name: community.name,
        language: language.unwrap_or(community.language),
    }))
}

async fn set_pin(asked: &Asked, pin: String) -> Result<(), Problem> {
    let (session, person) = asked.person(&mut asked.state.db.read().await?).await?;
    // Each choice says whether somebody has that PIN.
    let too_many = |seconds| Problem::Trouble(Trouble::TooMany { seconds });
    asked.state.bounds.own_pins.take(&person.id.to_string(), 1, clock::now()).map_err(too_many)?;
    if pin.trim().is_empty() {
        return Err(Problem::Trouble(Trouble::Invalid { field: "pin".into() }));
    }
    let pin = access::unique_pin(asked, &session, person.id, pin).await?;
    let verifier = passwords::pin_verifier(pin).await?;
    let mut tx = asked.state.db.write().await?;
    accounts::set_pin(&mut tx, session.community, session.person, &verifier).await?;
    Ok(tx.commit().await?)
}

/// The session of somebody who may do `act`, and who they are.
async fn entitled(asked: &Asked, tx: &mut Tx, act: Act) -> Result<(Session, Person), Problem> {
    let (session, person) = asked.person(tx).await?;
    if may(&person.roles, act) { Ok((session, person)) } else { Err(Problem::Trouble(Trouble::NotPermitted)) }
}

async fn devices_of(asked: &Asked) -> Result<Vec<DeviceInfo>, Problem> {
    let mut tx = asked.state.db.read().await?;
    let (session, person) = asked.person(&mut tx).await?;
    if !permissions::may_see_devices(&person.roles) {
        return Err(Problem::Trouble(Trouble::NotPermitted));
    }
    let devices = devices::all(&mut tx, session.community).await?;
    let custody = custody::counts(&mut tx, session.community).await?;
    let of = |device: &devices::Device| custody.get(&device.id).copied().unwrap_or(0);
    Ok(devices.into_iter().map(|device| (of(&device), device)).map(|(custody, device)| info(device, custody)).collect())
}

fn info(device: devices::Device, custody: i64) -> DeviceInfo {
    DeviceInfo {
        id: device.id,
        name: device.name,
        profile: device.profile,
        enrolled: device.enrolled,
        enrolled_by: device.enrolled_by,
        confirmation: match device.confirmation {
            devices::Confirmation::Awaited => Confirmation::Awaited,
            devices::Confirmation::Assumed => Confirmation::Assumed,
            devices::Confirmation::Given { .. } => Confirmation::Given,
        },
        seen: device.seen,
        sealed: device.sealed,
        waiting: device.waiting,
        retired: device.retired,
        evicted: device.evicted,
        lost: device.lost,
        custody,
    }
}

async fn retire(asked: &Asked, device: DeviceId) -> Result<(), Problem> {
    let mut tx = asked.state.db.write().await?;
    let (session, _) = entitled(asked, &mut tx, Act::RetireDevices).await?;
    if !devices::retire(&mut tx, session.community, device, clock::now()).await? {
        return Err(Problem::Trouble(Trouble::NotFound));
    }
    Ok(tx.commit().await?)
}

async fn confirm(asked: &Asked, device: DeviceId) -> Result<(), Problem> {
    let mut tx = asked.state.db.write().await?;
    let (session, person) = entitled(asked, &mut tx, Act::ConfirmSharedDevice).await?;
    if !devices::confirm(&mut tx, session.community, device, person.id, clock::now()).await? {
        return Err(Problem::Trouble(Trouble::NotFound));
    }
    Ok(tx.commit().await?)
}

async fn missing_photos(asked: &Asked) -> Result<Vec<MissingPhoto>, Problem> {
    let mut tx = asked.state.db.read().await?;
    let (session, person) = entitled(asked, &mut tx, Act::SeeResults).await?;
    let held = view::audiences_of_person(&mut tx, session.community, &person).await?;
    Ok(photos::missing::missing(&mut tx, session.community, &held).await?)
}
