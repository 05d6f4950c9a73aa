//! The days that results are asked for.

use std::ops::Range;

use chrono::{Days as Count, NaiveDate, NaiveTime};

use crate::time::{Moment, Zone};

/// The most days that are asked for at once: a year, with its leap day.
pub const DAYS_MOST: i64 = 366;
/// Nobody kept results before: an earlier day was mistyped.
const EARLIEST: NaiveDate = NaiveDate::from_ymd_opt(2000, 1, 1).expect("a date");

/// Days of the community's calendar, both included: never backwards, never ahead of today.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    pub first: NaiveDate,
    pub last: NaiveDate,
}

/// Which of the two days is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    First,
    Last,
}

/// Why a day cannot be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayFault {
    NotADate,
    TooEarly,
    /// It is still to come.
    Ahead,
    /// The first day is after the last.
    Backwards,
    TooMany {
        most: i64,
    },
}

impl Days {
    pub fn only(day: NaiveDate) -> Self {
        Self { first: day, last: day }
    }

    /// What was asked for, as `YYYY-MM-DD` or nothing: today alone; from a day until today; or one day alone where only the
    /// last is given.
    ///
    /// # Errors
    /// The day at fault, and why.
    pub fn parse(first: &str, last: &str, today: NaiveDate) -> Result<Self, (Edge, DayFault)> {
        let first = day(first, today).map_err(|fault| (Edge::First, fault))?;
        let last = day(last, today).map_err(|fault| (Edge::Last, fault))?;
        let days = match (first, last) {
            (None, None) => Self::only(today),
            (Some(first), None) => Self { first, last: today },
            (None, Some(last)) => Self::only(last),
            (Some(first), Some(last)) => Self { first, last },
        };
        match days.last.signed_duration_since(days.first).num_days() {
            ..0 => Err((Edge::First, DayFault::Backwards)),
            0..DAYS_MOST => Ok(days),
            _ => Err((Edge::First, DayFault::TooMany { most: DAYS_MOST })),
        }
    }

    /// From the first midnight to the one after the last day.
    pub fn span(&self, zone: &Zone) -> Range<Moment> {
        zone.moment(self.first, NaiveTime::MIN)..zone.moment(self.last + Count::new(1), NaiveTime::MIN)
    }
}

fn day(text: &str, today: NaiveDate) -> Result<Option<NaiveDate>, DayFault> {
    if text.is_empty() {
        return Ok(None);
    }
    match text.parse::<NaiveDate>() {
        Err(_) => Err(DayFault::NotADate),
        Ok(day) if day < EARLIEST => Err(DayFault::TooEarly),
        Ok(day) if day > today => Err(DayFault::Ahead),
        Ok(day) => Ok(Some(day)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn parse(first: &str, last: &str) -> Result<(String, String), (Edge, DayFault)> {
        let days = Days::parse(first, last, date("2026-03-10"))?;
        Ok((days.first.to_string(), days.last.to_string()))
    }

    fn days(first: &str, last: &str) -> Result<(String, String), (Edge, DayFault)> {
        Ok((first.into(), last.into()))
    }

    #[test]
    fn nothing_is_today_a_first_day_reaches_until_today_and_a_last_one_stands_alone() {
        assert_eq!(parse("", ""), days("2026-03-10", "2026-03-10"));
        assert_eq!(parse("2026-03-01", ""), days("2026-03-01", "2026-03-10"));
        assert_eq!(parse("", "2026-03-01"), days("2026-03-01", "2026-03-01"));
        assert_eq!(parse("2026-02-01", "2026-02-28"), days("2026-02-01", "2026-02-28"));
    }

    #[test]
    fn a_hostile_day_is_a_fault_of_its_own_field() {
        for (first, last, edge, fault) in [
            ("9999-99-99", "", Edge::First, DayFault::NotADate),
            ("';drop", "", Edge::First, DayFault::NotADate),
            ("", "２０２６-03-01\0", Edge::Last, DayFault::NotADate),
            ("1970-01-01", "", Edge::First, DayFault::TooEarly),
            ("-262142-01-01", "", Edge::First, DayFault::TooEarly),
            ("", "9999-12-31", Edge::Last, DayFault::Ahead),
            ("+262141-12-31", "", Edge::First, DayFault::Ahead),
            ("2026-03-02", "2026-03-01", Edge::First, DayFault::Backwards),
            ("2024-01-01", "", Edge::First, DayFault::TooMany { most: 366 }),
        ] {
            assert_eq!(parse(first, last), Err((edge, fault)), "{first} to {last}");
        }
    }

    #[test]
    fn a_day_is_the_community_s_own_from_midnight_to_midnight() {
        let span = Days::only(date("2026-03-10")).span(&Zone::fixed("Asia/Shanghai", 8 * 3600));
        assert_eq!(span.start.utc().to_rfc3339(), "2026-03-09T16:00:00+00:00");
        assert_eq!(span.end.utc().to_rfc3339(), "2026-03-10T16:00:00+00:00");
    }
}
