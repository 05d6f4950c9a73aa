//! Joining a household: a code on paper, a pass phrase of one's own, and a steward who takes the newcomer in.

use domain::{
    ids::{HouseholdId, PersonId},
    text::{Language, Words},
    time::Moment,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
use super::backend::backend;
use super::{Json, Trouble};

/// A code for one member of a household, to be shown or printed. Nobody sees it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinCode {
    /// In groups of four.
    pub code: String,
    pub expires: Moment,
    /// Where a phone's camera leads: the page for joining, with the code behind `#`, which no server is told.
    pub address: String,
    /// Modules on each side of the address's QR code, with its quiet zone.
    pub size: usize,
    /// An SVG path of the dark modules, one unit each.
    pub path: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct JoinForm {
    pub code: String,
    pub name: String,
    /// What they sign in with; the server makes one for an empty text.
    pub username: String,
    pub pass_phrase: String,
    pub language: Language,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joined {
    pub username: String,
}

/// Somebody who waits to be taken in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joining {
    pub person: PersonId,
    pub household: HouseholdId,
    pub flat: Words,
    /// As they gave it.
    pub name: String,
    pub asked: Moment,
}

/// A code for one more member of `household`, for whoever may issue them.
#[server(endpoint = "issue_join_code", prefix = "/api/v1/online", input = Json, output = Json)]
pub async fn issue_join_code(household: HouseholdId) -> Result<JoinCode, Trouble> {
    backend().issue_join_code(household).await
}

/// Uses a code up; from then on a steward decides. Anybody may ask, so often.
#[server(endpoint = "join", prefix = "/api/v1/online", input = Json, output = Json)]
pub async fn join(form: JoinForm) -> Result<Joined, Trouble> {
    backend().join(form).await
}

/// Who waits, the longest first.
#[server(endpoint = "joinings", prefix = "/api/v1/online", input = Json, output = Json)]
pub async fn joinings() -> Result<Vec<Joining>, Trouble> {
    backend().joinings().await
}

/// Takes somebody in: they are a member of the household, and their account opens.
#[server(endpoint = "take_in", prefix = "/api/v1/online", input = Json, output = Json)]
pub async fn take_in(person: PersonId) -> Result<(), Trouble> {
    backend().take_in(person).await
}

/// The secret address of a household's calendar, for its members.
#[server(endpoint = "calendar_feed", prefix = "/api/v1/online", input = Json, output = Json)]
pub async fn calendar_feed(household: HouseholdId) -> Result<String, Trouble> {
    backend().calendar_feed(household).await
}

/// Another address; the one before it is void.
#[server(endpoint = "renew_calendar_feed", prefix = "/api/v1/online", input = Json, output = Json)]
pub async fn renew_calendar_feed(household: HouseholdId) -> Result<String, Trouble> {
    backend().renew_calendar_feed(household).await
}

/// Does not take somebody in; their account is gone, and the code stays used.
#[server(endpoint = "decline_joining", prefix = "/api/v1/online", input = Json, output = Json)]
pub async fn decline_joining(person: PersonId) -> Result<(), Trouble> {
    backend().decline_joining(person).await
}
