//! When something happened, and how sure we can be of it.
//!
//! A tablet's clock may be wrong and its monotonic clock stops in sleep, so a moment is an interval:
//! it can't be earlier than the last contact with the server before it, nor later than the first one after it.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::LoadId;

/// Milliseconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(pub i64);

pub const MINUTE: i64 = 60_000;
pub const DAY: i64 = 24 * 60 * MINUTE;

impl Moment {
    pub fn plus(self, milliseconds: i64) -> Self {
        Self(self.0.saturating_add(milliseconds))
    }

    /// As a UTC date and time; moments no calendar has (a broken clock) become its end.
    pub fn utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

/// A time zone as the offsets it has over the years, so that every device computes the same local time
/// whatever edition of the time-zone database it has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Zone {
    /// The IANA name, such as `Asia/Shanghai`: for people and for making this table anew.
    pub name: String,
    /// From when which offset east of UTC in seconds holds, in ascending order; never empty.
    pub offsets: Vec<ZoneOffset>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneOffset {
    pub from: Moment,
    pub seconds: i32,
}

/// Why what stands in a field for date and time is no moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotATime {
    /// Nothing, or part of it.
    Incomplete,
    /// The clocks were put forward over it.
    Skipped,
}

impl Zone {
    pub fn fixed(name: impl Into<String>, seconds: i32) -> Self {
        Self { name: name.into(), offsets: vec![ZoneOffset { from: Moment(i64::MIN), seconds }] }
    }

    fn seconds_at(&self, at: Moment) -> i32 {
        let later = self.offsets.partition_point(|offset| offset.from <= at);
        self.offsets.get(later.saturating_sub(1)).map_or(0, |offset| offset.seconds)
    }

    /// The local date and time at `at`.
    pub fn local(&self, at: Moment) -> NaiveDateTime {
        let shifted = at.plus(i64::from(self.seconds_at(at)) * 1000);
        shifted.utc().naive_utc()
    }

    /// As machines write it, to the second and with the offset: `2026-03-01T02:14:05+08:00`.
    pub fn written(&self, at: Moment) -> String {
        let (local, seconds) = (self.local(at), self.seconds_at(at));
        let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.abs() / 60);
        let (date, time) = (local.date(), local.time());
        let (hour, minute, second) = (time.hour(), time.minute(), time.second());
        format!("{date}T{hour:02}:{minute:02}:{second:02}{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }

    /// As a field for date and time holds it: `2026-03-01T18:30`.
    pub fn for_field(&self, at: Moment) -> String {
        let local = self.local(at);
        format!("{}T{:02}:{:02}", local.date(), local.hour(), local.minute())
    }

    /// What stands in a field for date and time.
    ///
    /// # Errors
    /// [`NotATime`] says why it is none here.
    pub fn of_field(&self, text: &str) -> Result<Moment, NotATime> {
        let (date, time) = text.trim().split_once('T').ok_or(NotATime::Incomplete)?;
        let date: NaiveDate = date.parse().map_err(|_| NotATime::Incomplete)?;
        let mut parts = time.split(':').map(str::parse::<u32>);
        let (Some(Ok(hour)), Some(Ok(minute))) = (parts.next(), parts.next()) else { return Err(NotATime::Incomplete) };
        let time = NaiveTime::from_hms_opt(hour, minute, 0).ok_or(NotATime::Incomplete)?;
        let at = self.moment(date, time);
        if self.local(at) == date.and_time(time) { Ok(at) } else { Err(NotATime::Skipped) }
    }

    /// The moment of a local date and time. A time that the spring clock skips is the moment of the skip's end;
    /// one that autumn repeats is its first.
    pub fn moment(&self, date: NaiveDate, time: NaiveTime) -> Moment {
        let as_utc = Moment(date.and_time(time).and_utc().timestamp_millis());
        let with = |seconds: i32| as_utc.plus(-i64::from(seconds) * 1000);
        let before = self.seconds_at(as_utc.plus(-DAY));
        let after = self.seconds_at(as_utc.plus(DAY));
        [before, after]
            .into_iter()
            .find(|seconds| self.seconds_at(with(*seconds)) == *seconds)
            .map_or(with(before), with)
    }
}

/// What a device's clocks said at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clocks {
    /// The wall clock: it can be wrong and can be set.
    pub wall: Moment,
    /// Milliseconds since the page was loaded: never set, but it stops in sleep.
    pub mono: i64,
    pub load: LoadId,
}

/// A contact with the server: its time, beside the device's clocks at that instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    pub server: Moment,
    pub clocks: Clocks,
}

/// What a device knows of when a change was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    pub clocks: Clocks,
    /// The last contact before it, if there ever was one.
    pub contact: Option<Contact>,
}

/// The earliest and latest moment at which something can have happened, and the best estimate between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    pub earliest: Moment,
    pub best: Moment,
    pub latest: Moment,
}

/// How far two measurements of a clock's skew may differ and still be called the same.
const SKEW_TOLERANCE: i64 = 2_000;

impl Interval {
    pub fn exactly(at: Moment) -> Self {
        Self { earliest: at, best: at, latest: at }
    }

    /// True when the ends lie so far apart that the moment is an estimate.
    pub fn is_doubtful(&self) -> bool {
        self.latest.0.saturating_sub(self.earliest.0) > 10 * MINUTE
    }
}

impl Stamp {
    /// When this was, seen from the contact that delivered it.
    ///
    /// `received − elapsed` is only the *latest* it can have been, since the monotonic clock stops in sleep; the earliest is
    /// the last contact plus what has elapsed since (or that contact itself after a reload). The wall clock narrows
    /// this only where its skew was the same at both contacts and it never ran behind the monotonic clock.
    pub fn interval(&self, delivered: Contact) -> Interval {
        let now = delivered.clocks;
        let mut latest = delivered.server;
        if self.clocks.load == now.load && self.clocks.mono <= now.mono {
            latest = latest.plus(-now.mono.saturating_sub(self.clocks.mono));
        }
        let earliest = match self.contact {
            None => Moment(0),
            Some(last) if last.clocks.load == self.clocks.load && last.clocks.mono <= self.clocks.mono => {
                last.server.plus(self.clocks.mono.saturating_sub(last.clocks.mono))
            }
            Some(last) => last.server,
        }
        .min(latest);
        let estimate = match self.trusted_skew(delivered) {
            Some(skew) => {
                let at = self.clocks.wall.plus(skew);
                let narrow = |end: Moment| end.clamp(at.plus(-SKEW_TOLERANCE), at.plus(SKEW_TOLERANCE));
                if (earliest..=latest).contains(&at) {
                    return Interval { earliest: narrow(earliest), best: at, latest: narrow(latest) };
                }
                at
            }
            None => self.clocks.wall,
        };
        Interval { earliest, best: estimate.clamp(earliest, latest), latest }
    }

    fn trusted_skew(&self, delivered: Contact) -> Option<i64> {
        let last = self.contact?;
        let before = last.server.0.checked_sub(last.clocks.wall.0)?;
        let after = delivered.server.0.checked_sub(delivered.clocks.wall.0)?;
        let steady = before.checked_sub(after)?.checked_abs()? <= SKEW_TOLERANCE;
        let in_order = last.clocks.wall <= self.clocks.wall && self.clocks.wall <= delivered.clocks.wall;
        let wall_kept_up = last.clocks.load != self.clocks.load
            || self.clocks.wall.0.saturating_sub(last.clocks.wall.0)
                >= self.clocks.mono.saturating_sub(last.clocks.mono).saturating_sub(SKEW_TOLERANCE);
        (steady && in_order && wall_kept_up).then_some(before)
    }

    /// When this was, as far as the device itself can tell before anything was delivered.
    pub fn on_device(&self) -> Interval {
        let skew = self.contact.map_or(0, |last| last.server.0.saturating_sub(last.clocks.wall.0));
        Interval::exactly(self.clocks.wall.plus(skew))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn clocks(wall: i64, mono: i64, load: u128) -> Clocks {
        Clocks { wall: Moment(wall), mono, load: LoadId(Uuid::from_u128(load)) }
    }

    fn contact(server: i64, clocks: Clocks) -> Contact {
        Contact { server: Moment(server), clocks }
    }

    #[test]
    fn a_steady_clock_five_minutes_slow_still_gives_the_minute() {
        let slow = -5 * MINUTE;
        let stamp = Stamp { clocks: clocks(1_000_000 + slow, 0, 2), contact: Some(contact(0, clocks(slow, 77, 1))) };
        let interval = stamp.interval(contact(9_000_000, clocks(9_000_000 + slow, 50, 3)));
        assert_eq!(interval.best, Moment(1_000_000));
        assert!(!interval.is_doubtful());
    }

    #[test]
    fn a_clock_set_back_between_two_contacts_proves_nothing() {
        let stamp = Stamp { clocks: clocks(-DAY, 0, 2), contact: Some(contact(0, clocks(0, 77, 1))) };
        let interval = stamp.interval(contact(8 * 60 * MINUTE, clocks(8 * 60 * MINUTE - DAY, 50, 3)));
        assert_eq!((interval.earliest, interval.latest), (Moment(0), Moment(8 * 60 * MINUTE)));
        assert!(interval.is_doubtful());
    }

    #[test]
    fn within_one_page_load_the_monotonic_clock_bounds_both_ends() {
        let stamp = Stamp { clocks: clocks(123, 5_000, 1), contact: Some(contact(100_000, clocks(DAY, 1_000, 1))) };
        let interval = stamp.interval(contact(200_000, clocks(5, 65_000, 1)));
        assert_eq!((interval.earliest, interval.latest), (Moment(104_000), Moment(140_000)));
    }

    /// What a device's message may hold: plausible times, and the ends of what a number holds.
    fn hostile() -> impl Strategy<Value = i64> {
        prop_oneof![4 => -DAY..DAY, 1 => any::<i64>(), 1 => Just(i64::MIN), 1 => Just(i64::MAX)]
    }

    proptest! {
        #[test]
        fn an_interval_is_never_inside_out_and_holds_its_best_estimate(
            wall in hostile(), mono in hostile(), load in 0u128..3,
            last in proptest::option::of((hostile(), hostile(), hostile(), 0u128..3)),
            (server, now_wall, now_mono, now_load) in (hostile(), hostile(), hostile(), 0u128..3),
        ) {
            let stamp = Stamp {
                clocks: clocks(wall, mono, load),
                contact: last.map(|(server, wall, mono, load)| contact(server, clocks(wall, mono, load))),
            };
            let interval = stamp.interval(contact(server, clocks(now_wall, now_mono, now_load)));
            prop_assert!(interval.earliest <= interval.best && interval.best <= interval.latest);
        }
    }

    #[test]
    fn local_time_follows_the_table_through_a_change_of_offset() {
        // Berlin, 2026-03-29: at 01:00 UTC the clocks go from +1 h to +2 h.
        let change = Moment(1_774_746_000_000);
        let zone = Zone {
            name: "Europe/Berlin".into(),
            offsets: vec![
                ZoneOffset { from: Moment(i64::MIN), seconds: 3600 },
                ZoneOffset { from: change, seconds: 7200 },
            ],
        };
        let day = NaiveDate::from_ymd_opt(2026, 3, 29).expect("a date of the calendar");
        let time = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).expect("a time of day");
        assert_eq!(zone.moment(day, time(1, 59)), change.plus(-MINUTE));
        assert_eq!(zone.moment(day, time(3, 0)), change);
        assert_eq!(zone.local(change), day.and_time(time(3, 0)));
        assert_eq!(zone.moment(day, time(2, 30)), change.plus(30 * MINUTE), "02:30 does not exist; 03:30 is shown");
        assert_eq!(zone.local(zone.moment(day, time(12, 0))).time(), time(12, 0));
        assert_eq!(zone.of_field("2026-03-29T03:00"), Ok(change));
        assert_eq!(zone.of_field("2026-03-29T02:30"), Err(NotATime::Skipped));
    }

    #[test]
    fn what_a_field_for_date_and_time_holds_is_the_communitys_time() {
        let zone = Zone::fixed("Asia/Shanghai", 8 * 3600);
        let at = Moment(1_772_323_200_000);
        assert_eq!(zone.for_field(at), "2026-03-01T08:00");
        assert_eq!(zone.of_field("2026-03-01T08:00"), Ok(at));
        assert_eq!(zone.of_field("2026-03-01T08:00:00"), Ok(at), "some browsers write the seconds");
        for text in ["", "2026-03-01", "2026-03-01T", "2026-13-01T08:00", "2026-03-01T25:00", "T"] {
            assert_eq!(zone.of_field(text), Err(NotATime::Incomplete), "{text}");
        }
    }
}
