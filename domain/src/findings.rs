//! A finding 问题: something wrong, from a failed item or reported freely.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    changes::VisitRecorded,
    checklists::Checklist,
    ids::{CheckpointId, FindingId, PersonId, RoundId, SignId, VisitId, derived},
    photos::Photo,
    records::Body,
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
    /// Whether whoever reported it called it a danger.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub danger: bool,
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

    pub fn sign(&self) -> FindingSign {
        FindingSign {
            id: FindingSign::of(self.id),
            checkpoint: self.checkpoint,
            open: self.is_open(),
            danger: self.danger,
        }
    }
}

/// The sign of a finding: that something is open at a checkpoint, and whether it is a danger. It is for everyone who works here, so
/// that a hazard at one's own stop is not hidden from those who may not hold the finding; it says nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingSign {
    pub id: SignId,
    pub checkpoint: CheckpointId,
    pub open: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub danger: bool,
}

impl FindingSign {
    /// It leads nowhere from the sign: a finding's own id tells when it was made.
    pub fn of(finding: FindingId) -> SignId {
        SignId(derived(&[b"finding sign", finding.0.as_bytes()]))
    }
}

/// The open signs of findings that are not here themselves.
pub fn signs_alone<'a>(bodies: impl Iterator<Item = &'a Body>) -> Vec<&'a FindingSign> {
    let (mut signs, mut here) = (vec![], BTreeSet::new());
    for body in bodies {
        match body {
            Body::FindingSign(sign) if sign.open => signs.push(sign),
            Body::Finding(finding) => drop(here.insert(FindingSign::of(finding.id))),
            _ => {}
        }
    }
    signs.retain(|sign| !here.contains(&sign.id));
    signs
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
    /// Whether it is a danger. Apps of 0.1 do not ask.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub danger: bool,
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
            danger: false,
        })
        .collect()
}
