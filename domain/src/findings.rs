//! A finding 问题: something wrong, from a failed item or reported freely.

use serde::{Deserialize, Serialize};

use crate::{
    changes::VisitRecorded,
    checklists::Checklist,
    ids::{CheckpointId, FindingId, PersonId, RoundId, VisitId, derived},
    photos::Photo,
    text::Words,
    time::Interval,
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub id: FindingId,
    pub checkpoint: CheckpointId,
    pub source: Source,
    /// What is wrong: the item that failed, in both languages, or nothing but the note.
    pub what: Option<Words>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<Photo>,
    pub by: PersonId,
    pub at: Interval,
    pub corrected: Option<Correction>,
}

crate::tagged! {
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum Source ("Source", tag = "kind") {
        FailedItem { round: RoundId, visit: VisitId, item: String },
        Reported { round: Option<RoundId> },
    }
}

/// Put right: by whom, when, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    pub by: PersonId,
    pub at: Interval,
    pub comment: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<Photo>,
}

impl Finding {
    /// The finding of one failed item of one visit: the same on the tablet and on the server.
    pub fn of_item(visit: VisitId, item: &str) -> FindingId {
        FindingId(derived(&[b"finding", visit.0.as_bytes(), item.as_bytes()]))
    }

    pub fn is_open(&self) -> bool {
        self.corrected.is_none()
    }
}

/// What a person says went wrong and, perhaps, that it was put right at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingRaised {
    pub finding: FindingId,
    pub checkpoint: CheckpointId,
    pub source: Source,
    pub what: Option<Words>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<Photo>,
}

/// The findings that a visit's failed items raise, in the checklist's order.
pub fn raised_by(visit: &VisitRecorded, checklist: &Checklist) -> Vec<FindingRaised> {
    checklist
        .failed(&visit.answers)
        .map(|(item, answer)| FindingRaised {
            finding: Finding::of_item(visit.visit, &item.key),
            checkpoint: visit.checkpoint,
            source: Source::FailedItem { round: visit.round, visit: visit.visit, item: item.key.clone() },
            what: Some(item.ask.clone()),
            note: answer.note.clone(),
            photos: answer.photos.clone(),
        })
        .collect()
}
