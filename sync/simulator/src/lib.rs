//! Many devices, one server, every fault: the machines of `sync` and the rules of `domain` under seeded weather.
//!
//! Nothing here stands in for what is tested: pushes go through [`sync::server::push`], pages end where
//! [`sync::server::page_end`] says, and each tab drives [`sync::device::exchange::Exchange`]. Only disk, database, network and
//! clocks are made up.

pub mod cases;
mod chance;
mod checks;
mod community;
mod database;
mod deeds;
mod disk;
pub mod faults;
mod neighbours;
#[cfg(feature = "planted")]
pub mod planted;
pub mod run;
mod server;
mod tablet;
