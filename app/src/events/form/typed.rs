//! What stands in the fields of an event, fit or not, and the event that it asks for.

use std::collections::BTreeMap;

use domain::{
    events::{CAPACITY_MOST, Details, EventKey, Question},
    ids::{ChangeId, EventId, SeriesId},
    photos::Photo,
    text::{Words, half_width},
    time::{Moment, NotATime, Zone},
};
use serde::{Deserialize, Serialize};

use crate::locales::planning as say;

/// The sentence that each field is to show, by the field's name.
pub type Faults = BTreeMap<&'static str, &'static str>;

/// A form as it is typed; kept as a draft.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Typed {
    pub event: EventId,
    #[serde(default)]
    pub series: Option<SeriesId>,
    #[serde(default)]
    pub revision: Option<ChangeId>,
    pub title: Words,
    pub about: Words,
    pub place: Words,
    pub audience: Words,
    pub fee: Words,
    pub series_title: Words,
    pub starts: String,
    pub ends: String,
    pub opens: String,
    pub closes: String,
    pub capacity: String,
    pub party_most: String,
    pub household_most: String,
    pub offer_hours: String,
    #[serde(default)]
    pub picture: Option<Photo>,
    #[serde(default)]
    pub questions: Vec<Asked>,
}

/// A question as it is typed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    pub key: String,
    pub zh: String,
    pub en: String,
    /// One a line, both languages between a slash.
    pub choices: String,
    pub required: bool,
}

const HOUR: u32 = 60;

impl Typed {
    pub fn blank(event: EventId) -> Self {
        let none = String::new;
        Self {
            event,
            series: None,
            revision: None,
            title: Words::default(),
            about: Words::default(),
            place: Words::default(),
            audience: Words::default(),
            fee: Words::default(),
            series_title: Words::default(),
            starts: none(),
            ends: none(),
            opens: none(),
            closes: none(),
            capacity: none(),
            party_most: none(),
            household_most: none(),
            offer_hours: none(),
            picture: None,
            questions: vec![],
        }
    }

    pub fn of(of: EventKey, details: &Details, revision: Option<ChangeId>, zone: &Zone) -> Self {
        let at = |at: Option<Moment>| at.map_or_else(String::new, |at| zone.for_field(at));
        let number = |n: Option<u32>| n.map_or_else(String::new, |n| n.to_string());
        Self {
            event: of.event,
            series: of.series,
            revision,
            title: details.title.clone(),
            about: details.about.clone(),
            place: details.place.clone(),
            audience: details.audience.clone(),
            fee: details.fee.clone(),
            series_title: details.series_title.clone(),
            starts: at(Some(details.starts)),
            ends: at(Some(details.ends)),
            opens: at(details.opens),
            closes: at(details.closes),
            capacity: details.capacity.to_string(),
            party_most: number(details.party_most),
            household_most: number(details.household_most),
            offer_hours: number(details.offer_minutes.map(|minutes| minutes.div_ceil(HOUR))),
            picture: details.picture,
            questions: details.questions.iter().map(Asked::of).collect(),
        }
    }

    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The event that is asked for.
    ///
    /// # Errors
    /// What does not fit, by field.
    pub fn details(&self, zone: &Zone) -> Result<Details, Faults> {
        let mut faults = Faults::new();
        let mut at = |field: &'static str, text: &str| match zone.of_field(text) {
            Ok(at) => at,
            Err(fault) => {
                let words = match fault {
                    NotATime::Incomplete => say::fault_when(),
                    NotATime::Skipped => say::fault_skipped(),
                };
                faults.insert(field, words);
                Moment(0)
            }
        };
        let (starts, ends) = (at("starts", &self.starts), at("ends", &self.ends));
        let mut maybe = |field, text: &str| (!text.trim().is_empty()).then(|| at(field, text));
        let (opens, closes) = (maybe("opens", &self.opens), maybe("closes", &self.closes));
        let details = Details {
            title: trimmed(&self.title),
            about: trimmed(&self.about),
            place: trimmed(&self.place),
            audience: trimmed(&self.audience),
            fee: trimmed(&self.fee),
            series_title: if self.series.is_some() { trimmed(&self.series_title) } else { Words::default() },
            starts,
            ends,
            opens,
            closes,
            picture: self.picture,
            capacity: number(&self.capacity).unwrap_or(0),
            party_most: optional(&self.party_most),
            household_most: optional(&self.household_most),
            offer_minutes: optional(&self.offer_hours).map(|hours| hours.saturating_mul(HOUR)),
            questions: self.questions.iter().map(Asked::question).collect(),
        };
        let are_times_known = !["starts", "ends", "opens", "closes"].iter().any(|field| faults.contains_key(field));
        for field in details.faults() {
            if are_times_known || !matches!(field, "ends" | "closes") {
                faults.insert(field, say::fault(field));
            }
        }
        if self.series.is_some() && details.series_title.say(Default::default()).is_empty() {
            faults.insert("series_title", say::fault_series());
        }
        if faults.is_empty() { Ok(details) } else { Err(faults) }
    }
}

impl Asked {
    fn of(question: &Question) -> Self {
        let choice = |words: &Words| match (words.zh.as_str(), words.en.as_str()) {
            (zh, "") => zh.to_owned(),
            ("", en) => en.to_owned(),
            (zh, en) => format!("{zh} / {en}"),
        };
        Self {
            key: question.key.clone(),
            zh: question.ask.zh.clone(),
            en: question.ask.en.clone(),
            choices: question.choices.iter().map(choice).collect::<Vec<_>>().join("\n"),
            required: question.required,
        }
    }

    fn question(&self) -> Question {
        let choice = |line: &str| match line.split_once(" / ") {
            Some((zh, en)) => Words::new(zh.trim(), en.trim()),
            None => Words::new(line.trim(), ""),
        };
        let choices = self.choices.lines().filter(|line| !line.trim().is_empty()).map(choice).collect();
        let ask = Words::new(self.zh.trim(), self.en.trim());
        Question { key: self.key.clone(), ask, choices, required: self.required }
    }
}

fn trimmed(words: &Words) -> Words {
    Words::new(words.zh.trim(), words.en.trim())
}

fn number(text: &str) -> Option<u32> {
    half_width(text.trim()).parse().ok()
}

/// Nothing where nothing stands; what is no number is more than any bound, so that the rules find it.
fn optional(text: &str) -> Option<u32> {
    (!text.trim().is_empty()).then(|| number(text).unwrap_or(CAPACITY_MOST.saturating_add(1)))
}
