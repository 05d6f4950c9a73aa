//! What the values in the files mean: words, keys, times, days and numbers.

use std::ops::RangeInclusive;

use chrono::{NaiveDate, NaiveTime, Weekday};
use domain::{
    ids::CommunityId,
    text::{NAME_MOST, NOTE_MOST, Unfit, Words, typed},
};
use serde::de::{
    DeserializeOwned, IntoDeserializer,
    value::{Error, StringDeserializer},
};

use super::{
    reading::Noun,
    source::{Spot, Value},
};

/// A name in both languages.
pub fn name(value: Value<'_>) -> Option<Words> {
    words_within(value, NAME_MOST)
}

/// A sentence or more in both languages.
pub fn words(value: Value<'_>) -> Option<Words> {
    words_within(value, NOTE_MOST)
}

/// A short text that is the same in both languages, such as a unit.
pub fn label(value: Value<'_>) -> Option<String> {
    text_within(value, NAME_MOST)
}

/// The key of the thing that is defined here: a slug that no other has.
pub fn new_key(noun: Noun) -> impl Fn(Value<'_>) -> Option<String> {
    move |value| {
        let (spot, key) = value.text()?;
        spot.gives(noun, &key);
        slug(spot, key)
    }
}

pub fn slug(spot: Spot<'_>, key: String) -> Option<String> {
    let is_part = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    if key.len() <= NAME_MOST && key.split('-').all(is_part) {
        return Some(key);
    }
    spot.fault("expected a key of lower-case letters, digits and single hyphens")
}

/// The key of a thing that is defined somewhere else.
pub fn key_of(noun: Noun) -> impl Fn(Value<'_>) -> Option<String> {
    move |value| {
        let (spot, key) = value.text()?;
        spot.names(noun, &key);
        Some(key)
    }
}

/// The id of a thing that is defined somewhere else, named by its key.
pub fn id_of<T>(noun: Noun, keyed: fn(CommunityId, &str) -> T) -> impl Fn(Value<'_>) -> Option<T> {
    move |value| {
        let community = value.spot.reading().community;
        key_of(noun)(value).map(|key| keyed(community, &key))
    }
}

/// One of the names of a domain enum.
pub fn variant<T: DeserializeOwned>(value: Value<'_>) -> Option<T> {
    let (spot, text) = value.text()?;
    let deserializer: StringDeserializer<Error> = text.into_deserializer();
    T::deserialize(deserializer).map_err(|error| spot.fault::<()>(error.to_string())).ok()
}

pub fn truth(value: Value<'_>) -> Option<bool> {
    value.truth()
}

pub fn whole(range: RangeInclusive<u32>) -> impl Fn(Value<'_>) -> Option<u32> {
    move |value| {
        let (spot, number) = value.whole()?;
        let number = u32::try_from(number).ok().filter(|number| range.contains(number));
        number.or_else(|| spot.fault(format!("expected a whole number from {} to {}", range.start(), range.end())))
    }
}

/// A version: it counts from 1.
pub fn version(value: Value<'_>) -> Option<u32> {
    whole(1..=u32::MAX)(value)
}

/// A local time of day.
pub fn time(value: Value<'_>) -> Option<NaiveTime> {
    let time = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").ok().filter(|_| has_form(text, "00:00"));
    text_as("a time such as \"08:30\"", time)(value).map(|(_, time)| time)
}

pub fn date(value: Value<'_>) -> Option<NaiveDate> {
    let date = |text: &str| text.parse().ok().filter(|_| has_form(text, "0000-00-00"));
    text_as("a date such as \"2026-01-31\"", date)(value).map(|(_, date)| date)
}

/// A text that `read` understands as `what`, and where it stands.
pub fn text_as<'r, T>(
    what: &'static str,
    read: impl Fn(&str) -> Option<T>,
) -> impl Fn(Value<'r>) -> Option<(Spot<'r>, T)> {
    move |value| {
        let (spot, text) = value.text()?;
        let understood = read(&text).or_else(|| spot.fault(format!("expected {what}")))?;
        Some((spot, understood))
    }
}

/// Weekdays; none stands for every day.
pub fn days(value: Value<'_>) -> Option<Vec<Weekday>> {
    let spot = value.spot;
    let names = list_of(label)(value)?;
    if names == ["daily"] {
        return Some(vec![]);
    }
    let days: Option<Vec<Weekday>> = names.iter().map(|name| weekday(name)).collect();
    days.filter(|days| !days.is_empty()).or_else(|| {
        spot.fault("expected [\"daily\"], or any of \"mon\" \"tue\" \"wed\" \"thu\" \"fri\" \"sat\" \"sun\"")
    })
}

/// A list of values that differ.
pub fn list_of<'r, T: PartialEq>(read: impl Fn(Value<'r>) -> Option<T>) -> impl FnOnce(Value<'r>) -> Option<Vec<T>> {
    move |value| {
        let read: Vec<(Spot<'r>, Option<T>)> =
            value.values()?.into_iter().map(|value| (value.spot, read(value))).collect();
        for (n, (spot, value)) in read.iter().enumerate() {
            if value.is_some() && read[..n].iter().any(|(_, earlier)| earlier == value) {
                spot.fault::<()>("this stands twice in the list");
            }
        }
        read.into_iter().map(|(_, value)| value).collect()
    }
}

fn words_within(value: Value<'_>, most: usize) -> Option<Words> {
    value.table(|table| {
        let zh = table.need("zh", |value| text_within(value, most));
        let en = table.need("en", |value| text_within(value, most));
        Some(Words { zh: zh?, en: en? })
    })
}

fn text_within(value: Value<'_>, most: usize) -> Option<String> {
    let (spot, text) = value.text()?;
    match typed(&text, most) {
        Ok(text) => Some(text),
        Err(Unfit::Empty) => spot.fault("this text is empty"),
        Err(Unfit::TooLong { most }) => spot.fault(format!("this text is longer than {most} characters")),
        Err(Unfit::ControlCharacter) => spot.fault("this text has a control character in it"),
    }
}

/// True when `text` has a digit wherever `form` has one, and is the same elsewhere.
fn has_form(text: &str, form: &str) -> bool {
    let digits_as_zero: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    digits_as_zero == form
}

fn weekday(name: &str) -> Option<Weekday> {
    match name {
        "mon" => Some(Weekday::Mon),
        "tue" => Some(Weekday::Tue),
        "wed" => Some(Weekday::Wed),
        "thu" => Some(Weekday::Thu),
        "fri" => Some(Weekday::Fri),
        "sat" => Some(Weekday::Sat),
        "sun" => Some(Weekday::Sun),
        _ => None,
    }
}
