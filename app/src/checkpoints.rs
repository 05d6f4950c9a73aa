//! Checkpoints as whoever sets up the community sees them: their tags, to print and to re-issue.

mod sheet;
mod tags;

pub use tags::page;
