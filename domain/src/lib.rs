//! What is true: the rules of rounds, visits, findings, households and events, one file per noun.
//!
//! Nothing here does IO, reads a clock or draws a random number: ids, time, actor, side and
//! randomness are arguments, so the tablet and the server reach the same answer from the same input.

pub mod agenda;
pub mod areas;
pub mod changes;
#[cfg(feature = "events")]
pub mod check_in;
pub mod checklists;
pub mod checkpoints;
pub mod claims;
pub mod community;
pub mod decide;
#[cfg(feature = "events")]
pub mod events;
pub mod findings;
pub mod holders;
#[cfg(feature = "events")]
pub mod households;
pub mod ids;
pub mod json;
#[cfg(feature = "events")]
pub mod notices;
pub mod people;
pub mod permissions;
pub mod photos;
pub mod plans;
#[cfg(feature = "planted")]
pub mod planted;
pub mod records;
pub mod refusal;
#[cfg(feature = "events")]
pub mod remarks;
#[cfg(feature = "events")]
pub mod residents;
pub mod results;
pub mod rounds;
pub mod routes;
#[cfg(feature = "events")]
pub mod sign_ups;
pub mod storage;
#[cfg(feature = "events")]
pub mod surveys;
pub mod tags;
pub mod text;
#[cfg(feature = "events")]
pub mod tickets;
pub mod time;
pub mod visits;
