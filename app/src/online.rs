//! What needs the network anyway: accounts, devices and the first set-up, as server functions.
//!
//! Their paths are pinned: the default one holds a hash of the build folder, which would strand installed apps.

#[cfg(feature = "events")]
pub mod joining;

use domain::{
    ids::{CheckpointId, CommunityId, DeviceId, PersonId, RecordId},
    people::Role,
    photos::PhotoHash,
    text::{Language, Words},
    time::Moment,
};
use leptos::{
    prelude::*,
    server_fn::{Bytes, ContentType, Decodes, Encodes, Format, FormatType, codec::Post},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sync::messages::Profile;

/// JSON that is read as everything else is, by [`domain::json`].
pub struct SmallJson;
type Json = Post<SmallJson>;

impl ContentType for SmallJson {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for SmallJson {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize> Encodes<T> for SmallJson {
    type Error = serde_json::Error;
    fn encode(value: &T) -> Result<Bytes, Self::Error> {
        serde_json::to_vec(value).map(Bytes::from)
    }
}

impl<T: DeserializeOwned> Decodes<T> for SmallJson {
    type Error = serde_json::Error;
    fn decode(bytes: Bytes) -> Result<T, Self::Error> {
        domain::json::read(std::str::from_utf8(&bytes).map_err(serde::de::Error::custom)?)
    }
}

domain::tagged! {
    /// Why something that needs the network was not done.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum Trouble ("Trouble", tag = "is") {
        /// No answer, or one that is not this server's.
        NoNetwork,
        /// The name or the pass phrase is wrong; which of them is not said.
        WrongPassword,
        /// Too many attempts: try again after so many seconds.
        TooMany {
            seconds: u64,
        },
        /// Nobody is signed in, or the session has expired.
        SignInFirst,
        NotPermitted,
        NotFound,
        /// Somebody else has it already; `field` is its name in the call.
        Taken {
            field: String,
        },
        /// A field does not fit; `field` is its name in the call.
        Invalid {
            field: String,
        },
        /// Somebody else changed it meanwhile: look again.
        ChangedMeanwhile,
        /// The set-up link was used already or has expired.
        LinkUsed,
        /// Somebody cannot join their household, or has not been taken in.
        NotYet {
            why: WhyNotYet,
        },
        /// The server failed; it has logged why.
        ServerFailed,
    }
}

domain::tagged! {
    /// Why somebody cannot join yet.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum WhyNotYet ("WhyNotYet", tag = "is") {
        /// No code of ours, or mistyped.
        UnknownCode,
        UsedCode,
        ExpiredCode,
        /// A steward has not taken them in.
        AwaitsApproval,
        /// A reason from a later version.
        #[serde(other)]
        Other,
    }
}

impl FromServerFnError for Trouble {
    type Encoder = SmallJson;
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::ServerError(_) | ServerFnErrorErr::MiddlewareError(_) => Trouble::ServerFailed,
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) => Trouble::Invalid { field: "form".into() },
            _ => Trouble::NoNetwork,
        }
    }
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl std::error::Error for Trouble {}

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedIn {
    pub person: PersonId,
    pub name: Words,
    pub roles: Vec<Role>,
    pub has_pin: bool,
    pub community: CommunityId,
    pub community_name: Words,
    pub language: Language,
}

/// Whether somebody who oversees has said that a shared tablet is the community's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confirmation {
    Awaited,
    /// It was enrolled before that was asked: taken as it, and shown until somebody has looked.
    Assumed,
    Given,
}

/// A device as those who look after devices see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceInfo {
    pub id: DeviceId,
    pub name: String,
    pub profile: Profile,
    pub enrolled: Moment,
    pub enrolled_by: PersonId,
    /// Of a shared tablet.
    pub confirmation: Confirmation,
    /// The last contact, and up to when everything made on it is known to have arrived.
    pub seen: Option<Moment>,
    pub sealed: Option<Moment>,
    pub waiting: i64,
    pub retired: Option<Moment>,
    /// When its browser was found to have deleted everything, and how many changes it had reported that never came.
    #[serde(default)]
    pub evicted: Option<Moment>,
    #[serde(default)]
    pub lost: i64,
    /// How much it handed over that nobody has worked through.
    #[serde(default)]
    pub custody: i64,
}

/// A photo that a record names and that has not arrived: on its way, or lost with its tablet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingPhoto {
    pub hash: PhotoHash,
    pub record: RecordId,
    /// The record's published kind.
    pub kind: String,
    pub checkpoint: Option<CheckpointId>,
    /// The key of the checklist's item that it is beside.
    pub item: Option<String>,
    /// Who named it; nobody where the server did.
    pub person: Option<PersonId>,
    pub taken: Moment,
    /// When the change that names it arrived.
    pub named: Moment,
    /// The name of the device that has it, as far as that is known.
    pub device: Option<String>,
}

/// How somebody gets in, as those who set up see it. Nobody sees a pass phrase or a PIN again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub person: PersonId,
    pub username: String,
    pub has_pin: bool,
}

/// What somebody is handed, in words to read out: it is shown once and never again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandOver {
    pub username: String,
    pub pass_phrase: Option<String>,
    pub pin: Option<String>,
}

/// The first set-up of a server without a community.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SetUpForm {
    /// The secret of the one-time link.
    pub token: String,
    pub community_zh: String,
    pub community_en: String,
    /// An IANA name, such as `Asia/Shanghai`.
    pub zone: String,
    pub language: Language,
    pub person_name: String,
    pub username: String,
    pub password: String,
    /// Load the starter community's areas, checklists, routes and plans (no people).
    pub with_starter: bool,
}

#[server(endpoint = "sign_in", prefix = "/api/v1/online", input = Json, output = Json)]
pub async fn sign_in(username: String, password: String) -> Result<SignedIn, Trouble> {
    backend().sign_in(username, password).await
}

#[server(endpoint = "sign_out", prefix = "/api/v1/online", input = Json, output = Json)]
pub async fn sign_out() -> Result<(), Trouble> {
    backend().sign_out().await
}

#[server(endpoint = "who_am_i", prefix = "/api/v1/online", input = Json, output = Json)]
pub async fn who_am_i() -> Result<SignedIn, Trouble> {
    backend().who_am_i().await
}

/// Sets the PIN of whoever is signed in: 4 to 8 digits.
#[server(endpoint = "set_pin", prefix = "/api/v1/online", input = Json, output = Json)]
pub async fn set_pin(pin: String) -> Result<(), Trouble> {
    backend().set_pin(pin).await
}

/// Gives whoever is signed in and knows `current` another pass phrase: `new`, 10 to 200 characters. Their other sessions end.
#[server(endpoint = "change_pass_phrase", prefix = "/api/v1/online", input = Json, output = Json)]
pub async fn change_pass_phrase(current: String, new: String) -> Result<(), Trouble> {
    backend().change_pass_phrase(current, new).await
}

/// Where whoever asks is signed in, and what devices of their own they have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignIns {
    /// The newest first.
    pub devices: Vec<OwnDevice>,
    pub sessions: Vec<OwnSession>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnDevice {
    pub id: DeviceId,
    pub name: String,
    pub enrolled: Moment,
    pub seen: Option<Moment>,
    /// How many changes waited on it at its last contact.
    pub waiting: i64,
    /// It is the one that asks.
    pub is_here: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnSession {
    pub id: String,
    pub began: Moment,
    pub ends: Moment,
    /// The name of the device at which it goes on, where that is known.
    pub device: Option<String>,
    pub is_here: bool,
}

/// What was ended of somebody's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    pub devices: usize,
}

#[server(endpoint = "own_sign_ins", prefix = "/api/v1/online", input = Json, output = Json)]
pub async fn own_sign_ins() -> Result<SignIns, Trouble> {
    backend().own_sign_ins().await
}

#[server(endpoint = "end_own_session", prefix = "/api/v1/online", input = Json, output = Json)]
pub async fn end_own_session(session: String) -> Result<(), Trouble> {
    backend().end_own_session(session).await
}

/// Retires a device of whoever asks.
#[server(endpoint = "end_own_device", prefix = "/api/v1/online", input = Json, output = Json)]
pub async fn end_own_device(device: DeviceId) -> Result<(), Trouble> {
    backend().end_own_device(device).await
}

/// Ends every session of somebody and retires every device of their own: theirs was lost.
#[server(endpoint = "end_sign_ins", prefix = "/api/v1/online", input = Json, output = Json)]
pub async fn end_sign_ins(person: PersonId) -> Result<Ended, Trouble> {
    backend().end_sign_ins(person).await
}

#[server(endpoint = "devices", prefix = "/api/v1/online", input = Json, output = Json)]
pub async fn devices() -> Result<Vec<DeviceInfo>, Trouble> {
    backend().devices().await
}

#[server(endpoint = "retire_device", prefix = "/api/v1/online", input = Json, output = Json)]
pub async fn retire_device(device: DeviceId) -> Result<(), Trouble> {
    backend().retire_device(device).await
}

/// Says that a shared tablet is the community's own: from then on a PIN on it is proof.
#[server(endpoint = "confirm_device", prefix = "/api/v1/online", input = Json, output = Json)]
pub async fn confirm_device(device: DeviceId) -> Result<(), Trouble> {
    backend().confirm_device(device).await
}

/// What waits for a tablet to come back, the latest first.
#[server(endpoint = "missing_photos", prefix = "/api/v1/online", input = Json, output = Json)]
pub async fn missing_photos() -> Result<Vec<MissingPhoto>, Trouble> {
    backend().missing_photos().await
}

/// The accounts of those to whom whoever asks may give another pass phrase or PIN.
#[server(endpoint = "accounts", prefix = "/api/v1/online", input = Json, output = Json)]
pub async fn accounts() -> Result<Vec<Account>, Trouble> {
    backend().accounts().await
}

/// Opens a person's account, which needs `username` and `pass_phrase`; or gives them a new pass phrase, which ends their
/// sessions, or a new PIN. What is `None` stays as it is; for an empty text the server makes one.
#[server(endpoint = "give_access", prefix = "/api/v1/online", input = Json, output = Json)]
pub async fn give_access(
    person: PersonId,
    username: Option<String>,
    pass_phrase: Option<String>,
    pin: Option<String>,
) -> Result<HandOver, Trouble> {
    backend().give_access(Access { person, username, pass_phrase, pin }).await
}

/// A tag as it is printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintedTag {
    pub checkpoint: CheckpointId,
    pub name: Words,
    pub area: Words,
    pub issue: u32,
    /// With its dash.
    pub short_code: String,
    /// Modules on each side of the QR code, with its quiet zone.
    pub size: usize,
    /// An SVG path of the dark modules, one unit each.
    pub path: String,
}

/// The tags of these checkpoints, in this order.
#[server(endpoint = "tag_sheet", prefix = "/api/v1/online", input = Json, output = Json)]
pub async fn tag_sheet(checkpoints: Vec<CheckpointId>) -> Result<Vec<PrintedTag>, Trouble> {
    backend().tag_sheet(checkpoints).await
}

/// Makes the tag of a checkpoint void, which must be the issue that the asker saw, and returns the number of the next one.
#[server(endpoint = "reissue_tag", prefix = "/api/v1/online", input = Json, output = Json)]
pub async fn reissue_tag(checkpoint: CheckpointId, expected_issue: u32) -> Result<u32, Trouble> {
    backend().reissue_tag(checkpoint, expected_issue).await
}

#[server(endpoint = "set_up", prefix = "/api/v1/online", input = Json, output = Json)]
pub async fn set_up(form: SetUpForm) -> Result<(), Trouble> {
    backend().set_up(form).await
}

#[cfg(feature = "ssr")]
use backend::backend;
#[cfg(feature = "ssr")]
pub use backend::{Access, Backend};

/// What the server functions need of the server; it gives itself through Leptos' context.
#[cfg(feature = "ssr")]
mod backend {
    use std::{pin::Pin, sync::Arc};

    use domain::ids::HouseholdId;

    use super::{
        joining::{JoinCode, JoinForm, Joined, Joining},
        *,
    };

    pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, Trouble>> + Send + 'a>>;

    /// What [`give_access`] was asked.
    pub struct Access {
        pub person: PersonId,
        pub username: Option<String>,
        pub pass_phrase: Option<String>,
        pub pin: Option<String>,
    }

    pub trait Backend: Send + Sync {
        fn sign_in(&self, username: String, password: String) -> Answer<'_, SignedIn>;
        fn sign_out(&self) -> Answer<'_, ()>;
        fn who_am_i(&self) -> Answer<'_, SignedIn>;
        fn set_pin(&self, pin: String) -> Answer<'_, ()>;
        fn change_pass_phrase(&self, current: String, new: String) -> Answer<'_, ()>;
        fn own_sign_ins(&self) -> Answer<'_, SignIns>;
        fn end_own_session(&self, session: String) -> Answer<'_, ()>;
        fn end_own_device(&self, device: DeviceId) -> Answer<'_, ()>;
        fn end_sign_ins(&self, person: PersonId) -> Answer<'_, Ended>;
        fn devices(&self) -> Answer<'_, Vec<DeviceInfo>>;
        fn retire_device(&self, device: DeviceId) -> Answer<'_, ()>;
        fn confirm_device(&self, device: DeviceId) -> Answer<'_, ()>;
        fn missing_photos(&self) -> Answer<'_, Vec<MissingPhoto>>;
        fn accounts(&self) -> Answer<'_, Vec<Account>>;
        fn give_access(&self, wish: Access) -> Answer<'_, HandOver>;
        fn tag_sheet(&self, checkpoints: Vec<CheckpointId>) -> Answer<'_, Vec<PrintedTag>>;
        fn reissue_tag(&self, checkpoint: CheckpointId, expected_issue: u32) -> Answer<'_, u32>;
        fn set_up(&self, form: SetUpForm) -> Answer<'_, ()>;
        fn issue_join_code(&self, household: HouseholdId) -> Answer<'_, JoinCode>;
        fn join(&self, form: JoinForm) -> Answer<'_, Joined>;
        fn joinings(&self) -> Answer<'_, Vec<Joining>>;
        fn take_in(&self, person: PersonId) -> Answer<'_, ()>;
        fn decline_joining(&self, person: PersonId) -> Answer<'_, ()>;
        fn calendar_feed(&self, household: HouseholdId) -> Answer<'_, String>;
        fn renew_calendar_feed(&self, household: HouseholdId) -> Answer<'_, String>;
    }

    pub fn backend() -> Arc<dyn Backend> {
        expect_context()
    }
}
