//! Days and times of what is to come, as an invitation says them.

use chrono::{Datelike, NaiveDate, Weekday};
use domain::time::{Moment, Zone};

use super::{texts, time::clock};

texts! {
    today => "今天", "Today";
    tomorrow => "明天", "Tomorrow";
    named(name: &str, day: &str) => "{name} · {day}", "{name}, {day}";
    day_of_year(month: u32, day: u32, weekday: &str, name: &str) => "{month}月{day}日 {weekday}", "{weekday} {day} {name}";
    day_with_year(year: i32, month: u32, day: u32, weekday: &str, name: &str) => "{year}年{month}月{day}日 {weekday}", "{weekday} {day} {name} {year}";
    month_of(year: i32, month: u32, name: &str) => "{year}年{month}月", "{name} {year}";
    at(day: &str, time: &str) => "{day} {time}", "{day}, {time}";
    between(from: &str, to: &str) => "{from}–{to}", "{from}–{to}";
}

/// Monday to Sunday, short.
pub fn weekday(day: Weekday) -> &'static str {
    texts! {
        monday => "周一", "Mon";
        tuesday => "周二", "Tue";
        wednesday => "周三", "Wed";
        thursday => "周四", "Thu";
        friday => "周五", "Fri";
        saturday => "周六", "Sat";
        sunday => "周日", "Sun";
    }
    match day {
        Weekday::Mon => monday(),
        Weekday::Tue => tuesday(),
        Weekday::Wed => wednesday(),
        Weekday::Thu => thursday(),
        Weekday::Fri => friday(),
        Weekday::Sat => saturday(),
        Weekday::Sun => sunday(),
    }
}

/// The English name; Chinese counts months.
fn month_name(month: u32) -> &'static str {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    NAMES[(month as usize + 11) % 12]
}

pub fn month(first: NaiveDate) -> String {
    month_of(first.year(), first.month(), month_name(first.month()))
}

/// A day with its weekday, and its year where that is another.
pub fn day(day: NaiveDate, today: NaiveDate) -> String {
    let (month, weekday, name) = (day.month(), weekday(day.weekday()), month_name(day.month()));
    if day.year() == today.year() {
        day_of_year(month, day.day(), weekday, name)
    } else {
        day_with_year(day.year(), month, day.day(), weekday, name)
    }
}

/// The same, as today or tomorrow where it is.
pub fn near_day(date: NaiveDate, now: NaiveDate) -> String {
    match date.signed_duration_since(now).num_days() {
        0 => named(today(), &day(date, now)),
        1 => named(tomorrow(), &day(date, now)),
        _ => day(date, now),
    }
}

/// Day and time; the day as today or tomorrow where it is.
pub fn moment(moment: Moment, now: Moment, zone: &Zone) -> String {
    let (local, today_is) = (zone.local(moment).date(), zone.local(now).date());
    let name = match local.signed_duration_since(today_is).num_days() {
        0 => today().to_owned(),
        1 => tomorrow().to_owned(),
        _ => day(local, today_is),
    };
    at(&name, &clock(moment, zone))
}

/// From when to when: the day once where both are on it.
pub fn span(starts: Moment, ends: Moment, now: Moment, zone: &Zone) -> String {
    let (from, to, today) = (zone.local(starts).date(), zone.local(ends).date(), zone.local(now).date());
    let begins = at(&day(from, today), &clock(starts, zone));
    let until = if from == to { clock(ends, zone) } else { at(&day(to, today), &clock(ends, zone)) };
    between(&begins, &until)
}
