//! A checklist 检查表: versioned items, their answers, and what an answer says.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{
    ids::{ChecklistId, RecordId, derived},
    text::{self, Unfit, Words},
};

/// One version of a checklist. A version is never changed: a visit pins the one it was answered with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checklist {
    pub id: ChecklistId,
    pub version: u32,
    pub name: Words,
    pub kind: DutyKind,
    pub items: Vec<Item>,
}

/// What a check is about, from the duties of the service handbooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DutyKind {
    /// 巡逻
    Patrol,
    /// 设施设备
    Facility,
    /// 保洁
    Cleaning,
    /// 绿化
    Landscaping,
    /// 消防
    Fire,
    /// 装修巡查
    Renovation,
    /// 房屋验收
    Handover,
}

impl DutyKind {
    pub const ALL: [DutyKind; 7] = [
        DutyKind::Patrol,
        DutyKind::Facility,
        DutyKind::Cleaning,
        DutyKind::Landscaping,
        DutyKind::Fire,
        DutyKind::Renovation,
        DutyKind::Handover,
    ];
}

/// An item of a checklist. `key` is stable across versions, so that one item can be followed over time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    pub key: String,
    pub ask: Words,
    pub answer: AnswerKind,
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    pub weight: Option<u32>,
    /// The handbook's clause that this item checks.
    #[serde(default)]
    pub clause: Option<Words>,
    /// What to do at once when it fails.
    #[serde(default)]
    pub on_fail: Option<Words>,
    /// Short comments offered when it fails.
    #[serde(default)]
    pub canned: Vec<Words>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AnswerKind {
    /// Pass, fail or not applicable.
    Check,
    /// A decimal number in `unit`; outside `min..=max` it fails.
    Reading { unit: String, min: Option<Decimal>, max: Option<Decimal> },
    /// One of `options`.
    Choice { options: Vec<ChoiceOption> },
    /// Words; they never fail.
    Text,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoiceOption {
    pub key: String,
    pub text: Words,
    #[serde(default)]
    pub fails: bool,
}

/// What was answered to one item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub item: String,
    pub value: AnswerValue,
    /// What the person wrote beside it; empty when nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerValue {
    Passed,
    Failed,
    NotApplicable,
    Reading(Decimal),
    Chosen(String),
    Text(String),
}

/// What an answer says about the item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judgement {
    Passed,
    Failed,
    NotApplicable,
    /// Words, which are read by people.
    Recorded,
}

/// Why an answer is not one to its item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerFault {
    /// Needed, and not given.
    Missing,
    /// An answer of another kind, or an option that the item does not have.
    WrongKind,
    /// Not a decimal number.
    NotANumber,
    /// More digits than any gauge shows.
    TooManyDigits,
    Unfit(Unfit),
}

impl Item {
    /// Judges an answer by the item's own limits.
    ///
    /// # Errors
    /// [`AnswerFault::WrongKind`] when it answers another kind of question.
    pub fn judge(&self, value: &AnswerValue) -> Result<Judgement, AnswerFault> {
        match (&self.answer, value) {
            (_, AnswerValue::NotApplicable) => Ok(Judgement::NotApplicable),
            (AnswerKind::Check, AnswerValue::Passed) => Ok(Judgement::Passed),
            (AnswerKind::Check, AnswerValue::Failed) => Ok(Judgement::Failed),
            (AnswerKind::Reading { min, max, .. }, AnswerValue::Reading(reading)) => {
                let low = min.is_some_and(|min| *reading < min);
                let high = max.is_some_and(|max| *reading > max);
                Ok(if low || high { Judgement::Failed } else { Judgement::Passed })
            }
            (AnswerKind::Choice { options }, AnswerValue::Chosen(key)) => {
                let option = options.iter().find(|option| option.key == *key).ok_or(AnswerFault::WrongKind)?;
                Ok(if option.fails { Judgement::Failed } else { Judgement::Passed })
            }
            (AnswerKind::Text, AnswerValue::Text(_)) => Ok(Judgement::Recorded),
            (
                AnswerKind::Check | AnswerKind::Reading { .. } | AnswerKind::Choice { .. } | AnswerKind::Text,
                AnswerValue::Passed
                | AnswerValue::Failed
                | AnswerValue::Reading(_)
                | AnswerValue::Chosen(_)
                | AnswerValue::Text(_),
            ) => Err(AnswerFault::WrongKind),
        }
    }
}

impl Checklist {
    /// The record of this version.
    pub fn record_id(id: ChecklistId, version: u32) -> RecordId {
        RecordId(derived(&[b"checklist", id.0.as_bytes(), &version.to_be_bytes()]))
    }

    pub fn item(&self, key: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.key == key)
    }

    /// What stands between these answers and a finished checklist: each item and its fault, in the list's order.
    pub fn faults(&self, answers: &[Answer]) -> Vec<(&Item, AnswerFault)> {
        self.items
            .iter()
            .filter_map(|item| match answers.iter().find(|answer| answer.item == item.key) {
                None => item.required.then_some((item, AnswerFault::Missing)),
                Some(answer) => item.judge(&answer.value).err().map(|fault| (item, fault)),
            })
            .collect()
    }

    /// The items that failed, each with its answer, in the list's order.
    pub fn failed<'a>(&'a self, answers: &'a [Answer]) -> impl Iterator<Item = (&'a Item, &'a Answer)> {
        self.items.iter().filter_map(move |item| {
            let answer = answers.iter().find(|answer| answer.item == item.key)?;
            (item.judge(&answer.value) == Ok(Judgement::Failed)).then_some((item, answer))
        })
    }
}

/// The most digits of a reading, before and after the point together.
const READING_DIGITS: usize = 12;

/// A reading as typed: full-width digits count, a comma may stand for the point.
///
/// # Errors
/// [`AnswerFault::NotANumber`], [`AnswerFault::TooManyDigits`] or [`AnswerFault::Missing`] for nothing.
pub fn parse_reading(typed: &str) -> Result<Decimal, AnswerFault> {
    let text = text::half_width(typed.trim()).replace(',', ".");
    let text = text.trim();
    if text.is_empty() {
        return Err(AnswerFault::Missing);
    }
    let plain = text.strip_prefix('-').unwrap_or(text);
    let is_number = plain.chars().all(|c| c.is_ascii_digit() || c == '.')
        && plain.chars().filter(|c| *c == '.').count() <= 1
        && plain.chars().any(|c| c.is_ascii_digit());
    if !is_number {
        return Err(AnswerFault::NotANumber);
    }
    if plain.len() > READING_DIGITS + 1 {
        return Err(AnswerFault::TooManyDigits);
    }
    text.parse().map_err(|_| AnswerFault::NotANumber)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(min: &str, max: &str) -> Item {
        let limit = |text: &str| Some(text.parse().expect("a decimal"));
        item(AnswerKind::Reading { unit: "MPa".into(), min: limit(min), max: limit(max) })
    }

    fn item(answer: AnswerKind) -> Item {
        Item {
            key: "i".into(),
            ask: Words::new("水压", "Pressure"),
            answer,
            required: true,
            weight: None,
            clause: None,
            on_fail: None,
            canned: vec![],
        }
    }

    #[test]
    fn a_reading_fails_outside_its_limits_and_passes_on_them() {
        let item = reading("0.35", "0.60");
        for (typed, expected) in [
            ("0.34", Judgement::Failed),
            ("0.35", Judgement::Passed),
            ("0.600", Judgement::Passed),
            ("0.6001", Judgement::Failed),
            ("-1", Judgement::Failed),
        ] {
            let value = AnswerValue::Reading(parse_reading(typed).expect("a number"));
            assert_eq!(item.judge(&value), Ok(expected), "{typed}");
        }
    }

    #[test]
    fn readings_are_read_as_people_type_them() {
        for typed in ["1.25", "1,25", " １．２５ ", "+1.25", "01.25"] {
            let parsed = parse_reading(typed);
            if typed == "+1.25" {
                assert_eq!(parsed, Err(AnswerFault::NotANumber));
            } else {
                assert_eq!(parsed.map(|number| number.to_string()), Ok("1.25".into()), "{typed}");
            }
        }
        for typed in ["1e9", "NaN", "0x10", "--1", "1.2.3", "五", "1 2", ".", "-", "'; drop", "\0"] {
            assert_eq!(parse_reading(typed), Err(AnswerFault::NotANumber), "{typed}");
        }
        assert_eq!(parse_reading(&"9".repeat(40)), Err(AnswerFault::TooManyDigits));
        assert_eq!(parse_reading(""), Err(AnswerFault::Missing));
    }

    #[test]
    fn an_answer_of_another_kind_is_a_fault_and_not_applicable_always_fits() {
        assert_eq!(item(AnswerKind::Check).judge(&AnswerValue::Text("ok".into())), Err(AnswerFault::WrongKind));
        assert_eq!(reading("0", "1").judge(&AnswerValue::NotApplicable), Ok(Judgement::NotApplicable));
        let choice = item(AnswerKind::Choice {
            options: vec![ChoiceOption { key: "full".into(), text: Words::new("满", "full"), fails: true }],
        });
        assert_eq!(choice.judge(&AnswerValue::Chosen("full".into())), Ok(Judgement::Failed));
        assert_eq!(choice.judge(&AnswerValue::Chosen("gone".into())), Err(AnswerFault::WrongKind));
    }
}
