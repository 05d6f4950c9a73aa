//! A visit before it is finished: a strict local row, written at every tap.

use std::collections::BTreeMap;

use domain::{
    changes::VisitRecorded,
    checklists::{Answer, AnswerFault, AnswerKind, AnswerValue, Checklist, Item, parse_reading},
    ids::{CheckpointId, PersonId, RoundId, VisitId},
    text::{NOTE_MOST, typed_or_empty},
    time::Moment,
    visits::Proof,
};
use serde::{Deserialize, Serialize};

use crate::device::clock;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Draft {
    pub visit: VisitId,
    /// Whose draft it is: a colleague on the same tablet begins their own.
    pub by: PersonId,
    pub proof: Option<(Proof, Moment)>,
    #[serde(default)]
    pub answers: BTreeMap<String, DraftAnswer>,
    #[serde(default)]
    pub note: String,
}

/// An answer as far as it has been given: what was typed stays even when it is not a number yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftAnswer {
    #[serde(default)]
    pub value: Option<AnswerValue>,
    #[serde(default)]
    pub typed: String,
    #[serde(default)]
    pub note: String,
}

impl Draft {
    pub fn new(by: PersonId) -> Self {
        Self { visit: clock::fresh_visit(), by, proof: None, answers: BTreeMap::new(), note: String::new() }
    }

    /// The answer to `item` as the rules want it; `None` when nothing was answered.
    pub fn value(&self, item: &Item) -> Option<Result<AnswerValue, AnswerFault>> {
        let draft = self.answers.get(&item.key)?;
        if let Some(value) = &draft.value {
            return Some(Ok(value.clone()));
        }
        if draft.typed.trim().is_empty() {
            return None;
        }
        Some(match &item.answer {
            AnswerKind::Reading { .. } => parse_reading(&draft.typed).map(AnswerValue::Reading),
            AnswerKind::Text => {
                typed_or_empty(&draft.typed, NOTE_MOST).map(AnswerValue::Text).map_err(AnswerFault::Unfit)
            }
            AnswerKind::Check | AnswerKind::Choice { .. } => Err(AnswerFault::WrongKind),
        })
    }

    /// Whether `item` still needs an answer.
    pub fn is_open(&self, item: &Item) -> bool {
        item.required && !matches!(self.value(item), Some(Ok(_)))
    }

    /// Passes every check that has no answer yet.
    pub fn pass_the_rest(&mut self, checklist: &Checklist) {
        for item in &checklist.items {
            let is_open = self.answers.get(&item.key).is_none_or(|answer| answer.value.is_none());
            if item.answer == AnswerKind::Check && is_open {
                self.answers.entry(item.key.clone()).or_default().value = Some(AnswerValue::Passed);
            }
        }
    }

    /// The finished visit, or the faults by item; the key `""` stands for the note.
    pub fn finish(
        &self,
        round: RoundId,
        checkpoint: CheckpointId,
        checklist: &Checklist,
    ) -> Result<VisitRecorded, BTreeMap<String, AnswerFault>> {
        let mut faults = BTreeMap::new();
        let mut answers = Vec::new();
        for item in &checklist.items {
            let note = self.answers.get(&item.key).map_or("", |answer| answer.note.as_str());
            let note = typed_or_empty(note, NOTE_MOST);
            match (self.value(item), note) {
                (None, _) if item.required => {
                    faults.insert(item.key.clone(), AnswerFault::Missing);
                }
                (None, _) => {}
                (Some(Err(fault)), _) => {
                    faults.insert(item.key.clone(), fault);
                }
                (Some(Ok(_)), Err(unfit)) => {
                    faults.insert(item.key.clone(), AnswerFault::Unfit(unfit));
                }
                (Some(Ok(value)), Ok(note)) => answers.push(Answer { item: item.key.clone(), value, note }),
            }
        }
        let note = typed_or_empty(&self.note, NOTE_MOST).unwrap_or_else(|unfit| {
            faults.insert(String::new(), AnswerFault::Unfit(unfit));
            String::new()
        });
        let Some((proof, _)) = &self.proof else {
            faults.insert("proof".into(), AnswerFault::Missing);
            return Err(faults);
        };
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(VisitRecorded {
            visit: self.visit,
            round,
            checkpoint,
            proof: proof.clone(),
            checklist: checklist.id,
            version: checklist.version,
            answers,
            note,
        })
    }
}
