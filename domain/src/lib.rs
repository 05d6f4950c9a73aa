//! What is true: the rules of rounds, visits and findings, one file per noun.
//!
//! Nothing here does IO, reads a clock or draws a random number: ids, time, actor, side and
//! randomness are arguments, so the tablet and the server reach the same answer from the same input.

pub mod agenda;
pub mod areas;
pub mod changes;
pub mod checklists;
pub mod checkpoints;
pub mod claims;
pub mod community;
pub mod decide;
pub mod findings;
pub mod ids;
pub mod json;
pub mod people;
pub mod permissions;
pub mod photos;
pub mod plans;
pub mod records;
pub mod refusal;
pub mod results;
pub mod rounds;
pub mod routes;
pub mod storage;
pub mod tags;
pub mod text;
pub mod time;
pub mod visits;
