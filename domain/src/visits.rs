//! A visit 到点记录: an arrival at a checkpoint with its proof and its answers.

use serde::{Deserialize, Serialize};

use crate::{
    changes::{Deed, Fact, FindingCorrected, VisitCorrected, VisitRecorded},
    checklists::{Answer, AnswerValue, Checklist, Score},
    findings::{self, Finding},
    ids::{ChecklistId, CheckpointId, LaneId, PersonId, RoundId, VisitId},
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
    /// What was put straight afterwards, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrections: Vec<VisitCorrection>,
    /// The lane that it was made in, where somebody only claimed to be `by`: its [`Claim`](crate::claims::Claim) says more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<LaneId>,
}

/// Answers that were put straight after the visit: who, when, why, old and new.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitCorrection {
    pub by: PersonId,
    pub at: Interval,
    pub reason: String,
    pub changed: Vec<ChangedAnswer>,
}

/// One answer before and after; `None` where there was none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangedAnswer {
    pub item: String,
    pub old: Option<Answer>,
    pub new: Option<Answer>,
}

crate::tagged! {
    /// How presence was proven.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum Proof ("Proof", tag = "kind") {
        /// The signed content of the tag, scanned or pasted.
        Tag { issue: u32 },
        /// The short code from under the tag, typed.
        ShortCode { issue: u32 },
        /// No tag could be read; the person says why.
        ByHand { reason: String },
    }
}

/// What one finished checkpoint amounts to: the visit, a finding for each failed item, and for those that were put right
/// on the spot how. One atomic bundle. Answers to items that were not asked in the end are left out.
pub fn bundle(mut visit: VisitRecorded, checklist: &Checklist) -> Vec<Deed> {
    visit.answers = asked(visit.answers, checklist);
    let consequences = raise(&visit, checklist, |_| true);
    std::iter::once(Deed::Fact(Fact::VisitRecorded(visit))).chain(consequences).collect()
}

/// What correcting a visit amounts to: the corrected answers, a finding for each item that fails now and did not before,
/// and the end of the open findings whose items do not fail any more. One atomic bundle; nothing when nothing changed.
pub fn correct(visit: &Visit, answers: Vec<Answer>, reason: String, checklist: &Checklist) -> Vec<Deed> {
    let answers = asked(answers, checklist);
    if answers == visit.answers {
        return vec![];
    }
    let failed_before = failed_keys(checklist, &visit.answers);
    let failed_now = failed_keys(checklist, &answers);
    let withdrawn = failed_before.iter().filter(|item| !failed_now.contains(item)).map(|item| {
        Deed::Fact(Fact::FindingCorrected(FindingCorrected {
            finding: Finding::of_item(visit.id, item),
            comment: reason.clone(),
            photos: vec![],
        }))
    });
    let as_recorded = VisitRecorded {
        visit: visit.id,
        round: visit.round,
        checkpoint: visit.checkpoint,
        proof: visit.proof.clone(),
        checklist: visit.checklist,
        version: visit.version,
        answers: answers.clone(),
        note: visit.note.clone(),
    };
    let raised = raise(&as_recorded, checklist, |item| !failed_before.contains(&item));
    let corrected = VisitCorrected {
        visit: visit.id,
        round: visit.round,
        checklist: visit.checklist,
        version: visit.version,
        answers,
        reason: reason.clone(),
    };
    std::iter::once(Deed::Fact(Fact::VisitCorrected(corrected))).chain(withdrawn).chain(raised).collect()
}

/// What a round's visits amount to, for whoever finishes it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Items that failed, and how many of them were put right on the spot.
    pub failed: usize,
    pub corrected: usize,
    pub photos: usize,
    /// Of all items with a weight together.
    pub score: Option<Score>,
}

/// Sums up visits, each with the checklist that it was answered with.
pub fn summary<'a>(visits: impl IntoIterator<Item = (&'a Visit, &'a Checklist)>) -> Summary {
    let mut summary = Summary::default();
    for (visit, checklist) in visits {
        for (_, answer) in checklist.failed(&visit.answers) {
            summary.failed += 1;
            summary.corrected += usize::from(answer.corrected.is_some());
        }
        summary.photos += visit.answers.iter().map(|answer| answer.photos.len()).sum::<usize>();
        summary.score = match (summary.score, checklist.score(&visit.answers)) {
            (Some(so_far), Some(more)) => Some(so_far + more),
            (so_far, more) => so_far.or(more),
        };
    }
    summary
}

/// The newest reading of an item at a checkpoint among `visits`, to be shown beside a new one.
pub fn last_reading<'a>(
    visits: impl IntoIterator<Item = &'a Visit>,
    checkpoint: CheckpointId,
    checklist: ChecklistId,
    item: &str,
) -> Option<(rust_decimal::Decimal, Interval)> {
    let here = visits.into_iter().filter(|visit| visit.checkpoint == checkpoint && visit.checklist == checklist);
    let read = here.filter_map(|visit| {
        visit.answers.iter().find(|answer| answer.item == item).and_then(|answer| match answer.value {
            AnswerValue::Reading(reading) => Some((reading, visit.at)),
            AnswerValue::Passed
            | AnswerValue::Failed
            | AnswerValue::NotApplicable
            | AnswerValue::Chosen(_)
            | AnswerValue::Text(_)
            | AnswerValue::Photographed => None,
        })
    });
    read.max_by_key(|(_, at)| at.best)
}

fn failed_keys<'a>(checklist: &'a Checklist, answers: &[Answer]) -> Vec<&'a str> {
    checklist.failed(answers).map(|(item, _)| item.key.as_str()).collect()
}

fn asked(mut answers: Vec<Answer>, checklist: &Checklist) -> Vec<Answer> {
    let shown: Vec<&str> = checklist.shown(&answers).into_iter().map(|item| item.key.as_str()).collect();
    answers.retain(|answer| shown.contains(&answer.item.as_str()));
    answers
}

fn raise(visit: &VisitRecorded, checklist: &Checklist, is_new: impl Fn(&str) -> bool) -> Vec<Deed> {
    let mut deeds = Vec::new();
    for (raised, (item, answer)) in
        findings::raised_by(visit, checklist).into_iter().zip(checklist.failed(&visit.answers))
    {
        if !is_new(&item.key) {
            continue;
        }
        let finding = raised.finding;
        deeds.push(Deed::Fact(Fact::FindingRaised(raised)));
        if let Some(comment) = answer.corrected.clone() {
            deeds.push(Deed::Fact(Fact::FindingCorrected(FindingCorrected { finding, comment, photos: vec![] })));
        }
    }
    deeds
}
