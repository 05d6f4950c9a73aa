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
    /// The digests of the short codes before it, the latest first, so that whoever types one is told that it was replaced.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<String>,
}

/// So many replaced short codes are remembered; those before them are merely unknown.
const FORMER_MOST: usize = 8;

impl TagIssue {
    /// The tag that makes this one void.
    pub fn followed_by(self, short_code: String) -> Self {
        let mut former = self.former;
        former.insert(0, self.short_code);
        former.truncate(FORMER_MOST);
        Self { issue: self.issue.saturating_add(1), short_code, former }
    }
}
