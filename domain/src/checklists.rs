//! A checklist 检查表: versioned items, their answers, and what an answer says.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::{
    ids::{ChecklistId, RecordId, derived},
    photos::Photo,
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
    /// Its share of the score; without one it does not count.
    #[serde(default)]
    pub weight: Option<u32>,
    /// It is asked only when an earlier item was answered so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub show_if: Option<ShowIf>,
    /// What must be given when it fails.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fail_needs: Vec<Evidence>,
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

/// The condition under which an item is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShowIf {
    /// The key of an earlier item.
    pub item: String,
    /// Any of these: keys of a choice's options, or `passed`, `failed`, `not_applicable`.
    pub is: Vec<String>,
}

/// What stands behind a failed item besides the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    Note,
    Photo,
}

crate::tagged! {
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum AnswerKind ("AnswerKind", tag = "kind") {
        /// Pass, fail or not applicable.
        Check,
        /// A decimal number in `unit`; outside `min..=max` it fails.
        Reading { unit: String, min: Option<Decimal>, max: Option<Decimal> },
        /// One of `options`.
        Choice { options: Vec<ChoiceOption> },
        /// Words; they never fail.
        Text,
        /// At least one photo; it never fails.
        Photo,
    }
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
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub photos: Vec<Photo>,
    /// Why there is no photo where one is needed: a broken camera must not keep anybody from finishing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub without_photo: String,
    /// How a failed item was put right on the spot; nothing where it still needs work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrected: Option<String>,
}

impl Answer {
    pub fn new(item: impl Into<String>, value: AnswerValue) -> Self {
        Self {
            item: item.into(),
            value,
            note: String::new(),
            photos: vec![],
            without_photo: String::new(),
            corrected: None,
        }
    }
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
    /// The answer is its photos.
    Photographed,
}

/// What an answer says about the item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judgement {
    Passed,
    Failed,
    NotApplicable,
    /// Words or photos, which people look at.
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
    /// It failed, and the note that it needs then is missing.
    NoteMissing,
    /// The photo that it needs is missing, and no reason is given.
    PhotoMissing,
    /// Put right on the spot, it says, but not how.
    CorrectionMissing,
    /// More than [`crate::photos::PHOTOS_MOST`].
    TooManyPhotos,
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
            (AnswerKind::Text, AnswerValue::Text(_)) | (AnswerKind::Photo, AnswerValue::Photographed) => {
                Ok(Judgement::Recorded)
            }
            (
                AnswerKind::Check
                | AnswerKind::Reading { .. }
                | AnswerKind::Choice { .. }
                | AnswerKind::Text
                | AnswerKind::Photo,
                AnswerValue::Passed
                | AnswerValue::Failed
                | AnswerValue::Reading(_)
                | AnswerValue::Chosen(_)
                | AnswerValue::Text(_)
                | AnswerValue::Photographed,
            ) => Err(AnswerFault::WrongKind),
        }
    }

    /// What a condition on this item may name; nothing for words and photos, which are not judged.
    pub fn condition_words(&self) -> Vec<&str> {
        match &self.answer {
            AnswerKind::Check | AnswerKind::Reading { .. } => vec!["passed", "failed", "not_applicable"],
            AnswerKind::Choice { options } => {
                options.iter().map(|option| option.key.as_str()).chain(["not_applicable"]).collect()
            }
            AnswerKind::Text | AnswerKind::Photo => vec![],
        }
    }

    /// What `answer` needs beside its value, now that it is judged so.
    pub fn needs(&self, judgement: Judgement) -> &[Evidence] {
        match judgement {
            Judgement::Failed => &self.fail_needs,
            Judgement::Recorded if self.answer == AnswerKind::Photo => &[Evidence::Photo],
            Judgement::Passed | Judgement::NotApplicable | Judgement::Recorded => &[],
        }
    }

    /// What is wrong with `answer`, if anything.
    fn fault(&self, answer: &Answer) -> Option<AnswerFault> {
        let judgement = match self.judge(&answer.value) {
            Ok(judgement) => judgement,
            Err(fault) => return Some(fault),
        };
        let has_photo = !answer.photos.is_empty() || !answer.without_photo.is_empty();
        let lacks = |evidence: &Evidence| match evidence {
            Evidence::Note => answer.note.is_empty().then_some(AnswerFault::NoteMissing),
            Evidence::Photo => (!has_photo).then_some(AnswerFault::PhotoMissing),
        };
        let no_comment = answer.corrected.as_ref().is_some_and(String::is_empty);
        let too_many = answer.photos.len() > crate::photos::PHOTOS_MOST;
        let missing = self.needs(judgement).iter().find_map(lacks);
        missing
            .or(no_comment.then_some(AnswerFault::CorrectionMissing))
            .or(too_many.then_some(AnswerFault::TooManyPhotos))
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

    /// The items that are asked, given these answers, in the list's order.
    pub fn shown<'a>(&'a self, answers: &[Answer]) -> Vec<&'a Item> {
        let mut shown: Vec<&Item> = Vec::with_capacity(self.items.len());
        for (place, item) in self.items.iter().enumerate() {
            let is_met = item.show_if.as_ref().is_none_or(|condition| {
                match self.items[..place].iter().find(|earlier| earlier.key == condition.item) {
                    // A condition on nothing: rather ask once too often.
                    None => true,
                    Some(earlier) => {
                        shown.iter().any(|there| there.key == earlier.key)
                            && answers.iter().any(|given| given.item == earlier.key && condition.is_met(earlier, given))
                    }
                }
            });
            if is_met {
                shown.push(item);
            }
        }
        shown
    }

    /// The items that are asked with what was answered to each.
    fn answered<'c, 'a>(&'c self, answers: &'a [Answer]) -> impl Iterator<Item = (&'c Item, Option<&'a Answer>)> {
        self.shown(answers).into_iter().map(move |item| (item, answers.iter().find(|answer| answer.item == item.key)))
    }

    /// What stands between these answers and a finished checklist: each item and its fault, in the list's order.
    pub fn faults<'c>(&'c self, answers: &[Answer]) -> Vec<(&'c Item, AnswerFault)> {
        self.answered(answers)
            .filter_map(|(item, answer)| match answer {
                None => item.required.then_some((item, AnswerFault::Missing)),
                Some(answer) => item.fault(answer).map(|fault| (item, fault)),
            })
            .collect()
    }

    /// The items that failed, each with its answer, in the list's order.
    pub fn failed<'c, 'a>(&'c self, answers: &'a [Answer]) -> impl Iterator<Item = (&'c Item, &'a Answer)> {
        self.answered(answers).filter_map(|(item, answer)| {
            let answer = answer?;
            (item.judge(&answer.value) == Ok(Judgement::Failed)).then_some((item, answer))
        })
    }

    /// The weight that passed of the weight that was judged; nothing where no weighted item was.
    pub fn score(&self, answers: &[Answer]) -> Option<Score> {
        let mut score = Score { got: 0, of: 0 };
        for (item, answer) in self.answered(answers) {
            let (Some(weight), Some(answer)) = (item.weight, answer) else { continue };
            match item.judge(&answer.value) {
                Ok(Judgement::Passed) => {
                    score.got = score.got.saturating_add(weight);
                    score.of = score.of.saturating_add(weight);
                }
                Ok(Judgement::Failed) => score.of = score.of.saturating_add(weight),
                Ok(Judgement::NotApplicable | Judgement::Recorded) | Err(_) => {}
            }
        }
        (score.of > 0).then_some(score)
    }

    /// True when every condition names an earlier item and answers that it can have: nothing is hidden by accident.
    pub fn conditions_are_sound(&self) -> bool {
        self.items.iter().enumerate().all(|(place, item)| {
            item.show_if.as_ref().is_none_or(|condition| {
                let earlier = self.items[..place].iter().find(|earlier| earlier.key == condition.item);
                earlier.is_some_and(|earlier| {
                    let words = earlier.condition_words();
                    !condition.is.is_empty() && condition.is.iter().all(|word| words.contains(&word.as_str()))
                })
            })
        })
    }
}

impl ShowIf {
    fn is_met(&self, earlier: &Item, answer: &Answer) -> bool {
        let word = match (&answer.value, earlier.judge(&answer.value)) {
            (AnswerValue::Chosen(key), Ok(_)) => key,
            (_, Ok(Judgement::Passed)) => "passed",
            (_, Ok(Judgement::Failed)) => "failed",
            (_, Ok(Judgement::NotApplicable)) => "not_applicable",
            (_, Ok(Judgement::Recorded) | Err(_)) => return false,
        };
        self.is.iter().any(|is| is == word)
    }
}

/// What a checklist's answers are worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Score {
    pub got: u32,
    pub of: u32,
}

impl std::ops::Add for Score {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { got: self.got.saturating_add(other.got), of: self.of.saturating_add(other.of) }
    }
}

impl Score {
    /// Whole percent, rounded down: only a faultless check is 100.
    pub fn percent(self) -> u32 {
        (u64::from(self.got) * 100 / u64::from(self.of.max(1))) as u32
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
            show_if: None,
            fail_needs: vec![],
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

    fn keyed(key: &str, item: Item) -> Item {
        Item { key: key.into(), ..item }
    }

    /// A panel; when it shows a fault, which point, and when that point is out, why. Then two weighted checks.
    fn branching() -> Checklist {
        let options = ["normal", "fault"].map(|key| ChoiceOption {
            key: key.into(),
            text: Words::new("态", key),
            fails: key == "fault",
        });
        let when = |item: &str, is: &str| Some(ShowIf { item: item.into(), is: vec![is.into()] });
        let panel = Item { weight: Some(5), ..keyed("panel", item(AnswerKind::Choice { options: options.into() })) };
        let point = Item { show_if: when("panel", "fault"), ..keyed("point", item(AnswerKind::Check)) };
        let why = Item { show_if: when("point", "failed"), ..keyed("why", item(AnswerKind::Text)) };
        let door = Item {
            weight: Some(3),
            fail_needs: vec![Evidence::Note, Evidence::Photo],
            ..keyed("door", item(AnswerKind::Check))
        };
        let lamp = Item { weight: Some(2), ..keyed("lamp", item(AnswerKind::Check)) };
        Checklist {
            id: ChecklistId(uuid::Uuid::nil()),
            version: 1,
            name: Words::new("消控", "Fire"),
            kind: DutyKind::Fire,
            items: vec![panel, point, why, door, lamp],
        }
    }

    fn chosen(key: &str) -> AnswerValue {
        AnswerValue::Chosen(key.into())
    }

    fn shown(answers: &[Answer]) -> Vec<String> {
        branching().shown(answers).into_iter().map(|item| item.key.clone()).collect()
    }

    #[test]
    fn an_item_is_asked_only_when_its_condition_holds_and_a_hidden_one_hides_what_hangs_on_it() {
        assert_eq!(shown(&[]), ["panel", "door", "lamp"]);
        let fault = Answer::new("panel", chosen("fault"));
        let out = Answer::new("point", AnswerValue::Failed);
        assert_eq!(shown(std::slice::from_ref(&fault)), ["panel", "point", "door", "lamp"]);
        assert_eq!(shown(&[fault, out.clone()]), ["panel", "point", "why", "door", "lamp"]);
        // The answer that was given before the panel was put right does not keep its question alive.
        assert_eq!(shown(&[Answer::new("panel", chosen("normal")), out]), ["panel", "door", "lamp"]);
    }

    #[test]
    fn a_hidden_item_is_neither_missing_nor_failed_nor_counted() {
        let list = branching();
        let answers = [
            Answer::new("panel", chosen("normal")),
            Answer::new("point", AnswerValue::Failed),
            Answer::new("door", AnswerValue::Passed),
            Answer::new("lamp", AnswerValue::NotApplicable),
        ];
        assert_eq!(list.faults(&answers), []);
        assert_eq!(list.failed(&answers).count(), 0);
        assert_eq!(list.score(&answers), Some(Score { got: 8, of: 8 }));
    }

    #[test]
    fn the_score_is_the_weight_that_passed_of_the_weight_that_was_judged() {
        let list = branching();
        let answers = [
            Answer::new("panel", chosen("fault")),
            Answer::new("door", AnswerValue::Passed),
            Answer::new("lamp", AnswerValue::Failed),
        ];
        let score = list.score(&answers);
        assert_eq!(score, Some(Score { got: 3, of: 10 }));
        assert_eq!(score.map(Score::percent), Some(30));
        assert_eq!(Score { got: 999, of: 1000 }.percent(), 99);
        assert_eq!(list.score(&[]), None);
        assert_eq!(list.score(&[Answer::new("door", AnswerValue::NotApplicable)]), None);
    }

    #[test]
    fn a_failed_item_needs_its_evidence_and_a_reason_stands_for_the_photo() {
        let list = branching();
        let faults = |door: Answer| {
            let answers = [Answer::new("panel", chosen("normal")), door, Answer::new("lamp", AnswerValue::Passed)];
            list.faults(&answers).into_iter().map(|(_, fault)| fault).collect::<Vec<_>>()
        };
        let door = Answer::new("door", AnswerValue::Failed);
        assert_eq!(faults(door.clone()), [AnswerFault::NoteMissing]);
        let noted = Answer { note: "锁坏".into(), ..door.clone() };
        assert_eq!(faults(noted.clone()), [AnswerFault::PhotoMissing]);
        assert_eq!(faults(Answer { without_photo: "相机坏了".into(), ..noted.clone() }), []);
        let photo = Photo {
            hash: crate::photos::PhotoHash::of(b"1"),
            taken: crate::time::Moment(0),
            width: 4,
            height: 3,
            bytes: 1,
        };
        let with = |n| Answer { photos: vec![photo; n], ..noted.clone() };
        assert_eq!(faults(with(1)), []);
        assert_eq!(faults(with(9)), [AnswerFault::TooManyPhotos]);
        assert_eq!(faults(Answer { corrected: Some(String::new()), ..with(1) }), [AnswerFault::CorrectionMissing]);
        assert_eq!(faults(Answer { corrected: Some("已换锁".into()), ..with(1) }), []);
        assert_eq!(faults(Answer::new("door", AnswerValue::Passed)), []);
    }

    #[test]
    fn a_photo_item_is_answered_by_a_photo_or_a_reason() {
        let list = Checklist { items: vec![keyed("meter", item(AnswerKind::Photo))], ..branching() };
        let bare = Answer::new("meter", AnswerValue::Photographed);
        assert_eq!(list.faults(&[]).len(), 1);
        assert_eq!(list.faults(std::slice::from_ref(&bare))[0].1, AnswerFault::PhotoMissing);
        assert_eq!(list.faults(&[Answer { without_photo: "表箱锁着".into(), ..bare }]), []);
        assert_eq!(list.faults(&[Answer::new("meter", AnswerValue::Passed)])[0].1, AnswerFault::WrongKind);
    }

    #[test]
    fn a_condition_on_a_later_or_unknown_item_is_unsound_and_hides_nothing() {
        let mut list = branching();
        assert!(list.conditions_are_sound());
        for (item, is) in [("lamp", "failed"), ("gone", "failed")] {
            list.items[0].show_if = Some(ShowIf { item: item.into(), is: vec![is.into()] });
            assert!(!list.conditions_are_sound());
            assert_eq!(list.shown(&[])[0].key, "panel");
        }
        list.items[0].show_if = None;
        list.items[3].show_if = Some(ShowIf { item: "panel".into(), is: vec!["molten".into()] });
        assert!(!list.conditions_are_sound(), "an option that the panel does not have");
    }
}
