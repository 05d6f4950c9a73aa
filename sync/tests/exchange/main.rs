//! The two machines against each other, over canonical records in memory and a network that fails.

mod claims;
mod memory;
mod properties;
mod returns;
mod tablet;
