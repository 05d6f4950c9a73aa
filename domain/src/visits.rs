//! A visit 到点记录: an arrival at a checkpoint with its proof and its answers.

use serde::{Deserialize, Serialize};

use crate::{
    changes::{Deed, Fact, VisitRecorded},
    checklists::{Answer, Checklist},
    findings,
    ids::{ChecklistId, CheckpointId, PersonId, RoundId, VisitId},
    time::Interval,
};

/// A visit keeps its own id and is never merged with another: any valid one satisfies the checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    pub id: VisitId,
    pub round: RoundId,
    pub checkpoint: CheckpointId,
    pub by: PersonId,
    pub at: Interval,
    pub proof: Proof,
    pub checklist: ChecklistId,
    /// The version that its answers were given to.
    pub version: u32,
    pub answers: Vec<Answer>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// How presence was proven.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Proof {
    /// The signed content of the tag, scanned or pasted.
    Tag { issue: u32 },
    /// The short code from under the tag, typed.
    ShortCode { issue: u32 },
    /// No tag could be read; the person says why.
    ByHand { reason: String },
}

/// What one finished checkpoint amounts to: the visit, and a finding for each failed item. One atomic bundle.
pub fn bundle(visit: VisitRecorded, checklist: &Checklist) -> Vec<Deed> {
    let raised = findings::raised_by(&visit, checklist);
    let findings = raised.into_iter().map(|finding| Deed::Fact(Fact::FindingRaised(finding)));
    std::iter::once(Deed::Fact(Fact::VisitRecorded(visit))).chain(findings).collect()
}
