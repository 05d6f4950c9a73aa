//! A visit before it is finished: a strict local row, written at every tap.

use std::collections::BTreeMap;

use domain::{
    changes::VisitRecorded,
    checklists::{Answer, AnswerFault, AnswerKind, AnswerValue, Checklist, Item, parse_reading},
    ids::{CheckpointId, PersonId, RoundId, VisitId},
    photos::Photo,
    text::{NOTE_MOST, typed_or_empty},
    time::Moment,
    visits::{Proof, Visit},
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
    #[serde(default)]
    pub photos: Vec<Photo>,
    #[serde(default)]
    pub without_photo: String,
    /// How it was put right on the spot, as far as that is typed.
    #[serde(default)]
    pub corrected: Option<String>,
}

/// What is wrong, by item; the key `""` stands for the note.
pub type Faults = BTreeMap<String, AnswerFault>;

impl Draft {
    pub fn new(by: PersonId) -> Self {
        Self { visit: clock::fresh_visit(), by, proof: None, answers: BTreeMap::new(), note: String::new() }
    }

    /// The answers of a finished visit, to be put straight.
    pub fn of(visit: &Visit, by: PersonId) -> Self {
        let answers = visit.answers.iter().map(|answer| (answer.item.clone(), DraftAnswer::of(answer)));
        let proof = Some((visit.proof.clone(), visit.at.best));
        Self { visit: visit.id, by, proof, answers: answers.collect(), note: visit.note.clone() }
    }

    /// The answer to `item` as the rules want it; `None` when nothing was answered.
    pub fn value(&self, item: &Item) -> Option<Result<AnswerValue, AnswerFault>> {
        let draft = self.answers.get(&item.key)?;
        if let Some(value) = &draft.value {
            return Some(Ok(value.clone()));
        }
        if item.answer == AnswerKind::Photo {
            let is_given = !draft.photos.is_empty() || !draft.without_photo.trim().is_empty();
            return is_given.then_some(Ok(AnswerValue::Photographed));
        }
        if draft.typed.trim().is_empty() {
            return None;
        }
        Some(match &item.answer {
            AnswerKind::Reading { .. } => parse_reading(&draft.typed).map(AnswerValue::Reading),
            AnswerKind::Text => {
                typed_or_empty(&draft.typed, NOTE_MOST).map(AnswerValue::Text).map_err(AnswerFault::Unfit)
            }
            AnswerKind::Check | AnswerKind::Choice { .. } | AnswerKind::Photo => Err(AnswerFault::WrongKind),
        })
    }

    fn answer(&self, item: &Item) -> Option<Result<Answer, AnswerFault>> {
        let value = self.value(item)?;
        let draft = self.answers.get(&item.key)?;
        let words = |text: &str| typed_or_empty(text, NOTE_MOST).map_err(AnswerFault::Unfit);
        Some(value.and_then(|value| {
            Ok(Answer {
                item: item.key.clone(),
                value,
                note: words(&draft.note)?,
                photos: draft.photos.clone(),
                without_photo: words(&draft.without_photo)?,
                corrected: draft.corrected.as_deref().map(words).transpose()?,
            })
        }))
    }

    /// The answers as the rules take them, and what is still wrong among the items that are asked.
    pub fn answers(&self, checklist: &Checklist) -> (Vec<Answer>, Faults) {
        let mut answers = Vec::new();
        let mut unfit = Faults::new();
        for item in &checklist.items {
            match self.answer(item) {
                Some(Ok(answer)) => answers.push(answer),
                Some(Err(fault)) => {
                    unfit.insert(item.key.clone(), fault);
                }
                None => {}
            }
        }
        let shown = checklist.shown(&answers);
        unfit.retain(|key, _| shown.iter().any(|item| item.key == *key));
        let mut faults: Faults =
            checklist.faults(&answers).into_iter().map(|(item, fault)| (item.key.clone(), fault)).collect();
        faults.extend(unfit);
        // What was put right on the spot is said of a failed item only.
        let failed: Vec<&str> = checklist.failed(&answers).map(|(item, _)| item.key.as_str()).collect();
        let failed: Vec<String> = failed.into_iter().map(str::to_owned).collect();
        for answer in &mut answers {
            answer.corrected.take_if(|_| !failed.contains(&answer.item));
        }
        (answers, faults)
    }

    /// Passes every check that is asked and has no answer yet.
    pub fn pass_the_rest(&mut self, checklist: &Checklist) {
        loop {
            let (answers, _) = self.answers(checklist);
            let is_open = |item: &&Item| {
                let given = self.answers.get(&item.key);
                item.answer == AnswerKind::Check && given.is_none_or(|answer| answer.value.is_none())
            };
            let open: Vec<String> =
                checklist.shown(&answers).into_iter().filter(is_open).map(|item| item.key.clone()).collect();
            // Passing one may bring up another that hangs on it.
            if open.is_empty() {
                return;
            }
            for key in open {
                self.answers.entry(key).or_default().value = Some(AnswerValue::Passed);
            }
        }
    }

    /// The finished visit.
    ///
    /// # Errors
    /// The faults by item.
    pub fn finish(
        &self,
        round: RoundId,
        checkpoint: CheckpointId,
        checklist: &Checklist,
    ) -> Result<VisitRecorded, Faults> {
        let (answers, mut faults) = self.answers(checklist);
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

impl DraftAnswer {
    fn of(answer: &Answer) -> Self {
        let (value, typed) = match &answer.value {
            AnswerValue::Reading(reading) => (None, reading.to_string()),
            AnswerValue::Text(text) => (None, text.clone()),
            AnswerValue::Photographed => (None, String::new()),
            value => (Some(value.clone()), String::new()),
        };
        Self {
            value,
            typed,
            note: answer.note.clone(),
            photos: answer.photos.clone(),
            without_photo: answer.without_photo.clone(),
            corrected: answer.corrected.clone(),
        }
    }
}
