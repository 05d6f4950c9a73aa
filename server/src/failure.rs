//! Accidents: what went wrong in the server itself. Refusals are answers and live elsewhere.

use std::fmt;

use crate::db;

#[derive(Debug)]
pub enum Failure {
    Database(db::Error),
    /// The place where photos are did not do what was asked.
    Photos(object_store::Error),
    /// An id that a device chose, and that was taken to be free, is another record's: the transaction is to be made again, doubting.
    IdTaken,
    /// A device has brought more than it may in the time: it may come again after so many seconds.
    TooMany {
        seconds: u64,
    },
    /// Something kept here cannot be read; the sentence says what.
    Broken(String),
}

impl From<db::Error> for Failure {
    fn from(error: db::Error) -> Self {
        Failure::Database(error)
    }
}

impl From<object_store::Error> for Failure {
    fn from(error: object_store::Error) -> Self {
        Failure::Photos(error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Database(error) => write!(f, "the database failed: {error}"),
            Failure::Photos(error) => write!(f, "the photo store failed: {error}"),
            Failure::IdTaken => f.write_str("an id that was taken to be free is not"),
            Failure::TooMany { seconds } => write!(f, "a device has brought too much, {seconds} s"),
            Failure::Broken(what) => f.write_str(what),
        }
    }
}

impl std::error::Error for Failure {}

impl Failure {
    pub fn broken(what: impl fmt::Display) -> Self {
        Failure::Broken(what.to_string())
    }
}
