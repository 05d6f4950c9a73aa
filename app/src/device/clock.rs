//! The only clocks and the only randomness of the browser build.

#[cfg(feature = "desk")]
use domain::ids::{HouseholdId, NoticeId, SurveyId};
use domain::{
    ids::{ChangeId, FindingId, LaneId, LoadId, PersonId, RoundId, VisitId},
    time::{Clocks, Moment},
};
use uuid::Uuid;

thread_local! {
    static LOAD: LoadId = LoadId(Uuid::now_v7());
}

/// What the clocks of this device say now.
pub fn clocks() -> Clocks {
    Clocks { wall: wall(), mono: mono(), load: LOAD.with(|load| *load) }
}

pub fn wall() -> Moment {
    Moment(js_sys::Date::now() as i64)
}

/// Milliseconds since the page was loaded.
pub fn mono() -> i64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0, |performance| performance.now() as i64)
}

/// A number in 0.0..1.0 that spreads the retries of many devices.
pub fn jitter() -> f64 {
    js_sys::Math::random()
}

pub fn fresh_change() -> ChangeId {
    ChangeId(Uuid::now_v7())
}

pub fn fresh_lane() -> LaneId {
    LaneId(Uuid::now_v7())
}

pub fn fresh_visit() -> VisitId {
    VisitId(Uuid::now_v7())
}

pub fn fresh_round() -> RoundId {
    RoundId(Uuid::now_v7())
}

pub fn fresh_person() -> PersonId {
    PersonId(Uuid::now_v7())
}

pub fn fresh_finding() -> FindingId {
    FindingId(Uuid::now_v7())
}

#[cfg(feature = "desk")]
pub fn fresh_household() -> HouseholdId {
    HouseholdId(Uuid::now_v7())
}

#[cfg(feature = "desk")]
pub fn fresh_notice() -> NoticeId {
    NoticeId(Uuid::now_v7())
}

#[cfg(feature = "desk")]
pub fn fresh_survey() -> SurveyId {
    SurveyId(Uuid::now_v7())
}

#[cfg(feature = "desk")]
pub fn fresh_event() -> domain::ids::EventId {
    domain::ids::EventId(Uuid::now_v7())
}

#[cfg(feature = "desk")]
pub fn fresh_series() -> domain::ids::SeriesId {
    domain::ids::SeriesId(Uuid::now_v7())
}

#[cfg(feature = "desk")]
pub fn fresh_walk_in() -> domain::ids::WalkInId {
    domain::ids::WalkInId(Uuid::now_v7())
}
