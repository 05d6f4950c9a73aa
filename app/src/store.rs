//! What this device holds: the world in memory, the disk beneath it, and the courier that exchanges it.

pub mod courier;
pub mod disk;
pub mod held;

pub use held::{Network, NotSaved, Opened, Present, Store, open, provide_store, use_store};
