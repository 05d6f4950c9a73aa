//! The device's machine: the outbox, the world as the screen shows it, and the exchange with the server.

pub mod exchange;
pub mod outbox;
pub mod world;
