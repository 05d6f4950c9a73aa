//! Time zones: the offsets of an IANA zone over the years, as every device then computes with them.

use chrono::{Offset, TimeZone};
use chrono_tz::Tz;
use domain::time::{DAY, Moment, Zone, ZoneOffset};

/// 2020-01-01T00:00Z, before the first round was ever walked.
const FIRST: Moment = Moment(1_577_836_800_000);
/// 2041-01-01T00:00Z; a table is made anew long before.
const END: Moment = Moment(2_240_611_200_000);

/// The zone with this IANA name, with its offsets for the years 2020 to 2040.
pub fn zone(name: &str) -> Option<Zone> {
    let tz: Tz = name.parse().ok()?;
    let mut seconds = seconds_at(tz, FIRST);
    let mut zone = Zone::fixed(name, seconds);
    let mut day = FIRST;
    while day < END {
        let next = day.plus(DAY);
        let then = seconds_at(tz, next);
        if then != seconds {
            zone.offsets.push(ZoneOffset { from: change_between(tz, day, next), seconds: then });
        }
        (day, seconds) = (next, then);
    }
    Some(zone)
}

/// The first millisecond of the offset that holds at `after` and not yet at `before`: no zone changes twice in a day.
fn change_between(tz: Tz, before: Moment, after: Moment) -> Moment {
    let (mut old, mut new) = (before.0, after.0);
    while new - old > 1 {
        let middle = old + (new - old) / 2;
        if seconds_at(tz, Moment(middle)) == seconds_at(tz, after) { new = middle } else { old = middle }
    }
    Moment(new)
}

fn seconds_at(tz: Tz, at: Moment) -> i32 {
    tz.offset_from_utc_datetime(&at.utc().naive_utc()).fix().local_minus_utc()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offsets(name: &str) -> Vec<(i64, i32)> {
        zone(name).expect("a zone").offsets.iter().map(|offset| (offset.from.0, offset.seconds)).collect()
    }

    #[test]
    fn shanghai_has_one_offset_for_ever() {
        assert_eq!(offsets("Asia/Shanghai"), [(i64::MIN, 28_800)]);
    }

    #[test]
    fn berlin_changes_twice_a_year_to_the_millisecond() {
        let berlin = offsets("Europe/Berlin");
        assert_eq!(berlin[0], (i64::MIN, 3_600));
        assert!(berlin.contains(&(1_774_746_000_000, 7_200)), "2026-03-29T01:00Z");
        assert_eq!(berlin.len(), 1 + 2 * 21);
        assert!(berlin.is_sorted());
    }

    #[test]
    fn neighbours_always_differ() {
        for name in ["Africa/Casablanca", "Asia/Kathmandu", "Australia/Lord_Howe", "America/New_York", "UTC"] {
            assert!(offsets(name).windows(2).all(|pair| pair[0].1 != pair[1].1), "{name}");
        }
    }

    #[test]
    fn a_name_that_no_zone_has_is_none() {
        for name in ["", "Asia/Atlantis", "asia/shanghai", "+08:00", "Asia/Shanghai\0"] {
            assert_eq!(zone(name), None, "{name}");
        }
    }
}
