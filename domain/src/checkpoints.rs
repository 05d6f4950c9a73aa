//! A checkpoint 巡查点: a place on a round, with its tag.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{AreaId, CheckpointId},
    text::Words,
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    pub id: CheckpointId,
    pub name: Words,
    pub area: AreaId,
    /// Where exactly the tag hangs.
    pub hint: Option<Words>,
    pub tag: TagIssue,
}

/// Which tag of a checkpoint counts: re-issuing one makes the ones before it void.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagIssue {
    pub issue: u32,
    /// The digest of the short code that is printed under the QR code, by [`crate::tags::short_code_digest`].
    pub short_code: String,
}
