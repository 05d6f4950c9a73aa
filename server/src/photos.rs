//! Photos: taken in as bytes with a hash for a name, kept beside the database, shown to those who may see a record.

pub mod inspect;
pub mod intake;
pub mod kept;
pub mod missing;
pub mod routes;
pub mod store;
pub mod thumbnail;
pub mod uses;
