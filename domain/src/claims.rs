//! A claim 身份待确认: somebody picked a name on a shared tablet while nothing there could prove whose it is.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{LaneId, PersonId, RecordId, derived},
    time::Interval,
};

/// What was said about the work of one lane in somebody's name. There is none before anybody has said something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// The lane in which everything was written that was done under the name.
    pub lane: LaneId,
    pub person: PersonId,
    /// Oldest first; the last word counts.
    pub said: Vec<Said>,
}

/// Whether it was them, by themself or by somebody who oversees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    pub by: PersonId,
    pub at: Interval,
    pub was_them: bool,
}

/// Somebody says whether what a lane holds in the name of `person` was theirs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityConfirmed {
    pub lane: LaneId,
    pub person: PersonId,
    pub was_them: bool,
}

impl Claim {
    /// It follows from the person too: nobody answers for a name that was not theirs.
    pub fn record_id(lane: LaneId, person: PersonId) -> RecordId {
        RecordId(derived(&[b"claim", lane.0.as_bytes(), person.0.as_bytes()]))
    }

    pub fn was_them(&self) -> Option<bool> {
        self.said.last().map(|said| said.was_them)
    }
}
