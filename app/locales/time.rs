//! Moments as people read them: relative within the hour, absolute beyond, always in the community's time zone.

use chrono::{Datelike, Timelike};
use domain::time::{MINUTE, Moment, Zone};

use super::texts;

texts! {
    just_now => "刚刚", "just now";
    minutes_ago(n: i64) => "{n} 分钟前", "{n} min ago";
    yesterday(time: &str) => "昨天 {time}", "yesterday {time}";
    on_day(month: u32, day: u32, time: &str) => "{month}月{day}日 {time}", "{day}/{month} {time}";
    on_day_of(year: i32, month: u32, day: u32, time: &str) => "{year}年{month}月{day}日 {time}", "{day}/{month}/{year} {time}";
    date(year: i32, month: u32, day: u32) => "{year}年{month}月{day}日", "{day}/{month}/{year}";
}

/// The time of day alone: `02:14`.
pub fn clock(at: Moment, zone: &Zone) -> String {
    let local = zone.local(at);
    format!("{:02}:{:02}", local.hour(), local.minute())
}

/// With its day where that is not today.
pub fn absolute(at: Moment, now: Moment, zone: &Zone) -> String {
    let (local, today) = (zone.local(at), zone.local(now));
    let time = clock(at, zone);
    let days = today.date().signed_duration_since(local.date()).num_days();
    match days {
        0 => time,
        1 => yesterday(&time),
        _ if local.year() == today.year() => on_day(local.month(), local.day(), &time),
        _ => on_day_of(local.year(), local.month(), local.day(), &time),
    }
}

/// Relative within the hour, absolute beyond.
pub fn ago(at: Moment, now: Moment, zone: &Zone) -> String {
    let minutes = (now.0 - at.0) / MINUTE;
    match minutes {
        0 => just_now().to_owned(),
        1..=59 => minutes_ago(minutes),
        _ => absolute(at, now, zone),
    }
}

pub fn long_date(at: Moment, zone: &Zone) -> String {
    let local = zone.local(at);
    date(local.year(), local.month(), local.day())
}
