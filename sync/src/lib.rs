//! How changes go up and records come down: the messages, and the two machines that exchange them.
//!
//! No sockets, no disk, no clock: both machines are driven by whoever has those, so a simulator can drive them too.

pub mod afterwards;
pub mod device;
pub mod messages;
#[cfg(feature = "planted")]
pub mod planted;
pub mod retold;
pub mod server;
