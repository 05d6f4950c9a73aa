//! A visit: arriving at a checkpoint and answering its checklist.

pub mod checkpoint;
pub mod correct;
mod draft;
mod items;
mod proof;
pub mod scan;

use domain::ids::{CheckpointId, RoundId};

/// Where the draft of a visit is kept.
pub fn draft_key(round: RoundId, checkpoint: CheckpointId) -> String {
    format!("visit/{round}/{checkpoint}")
}
