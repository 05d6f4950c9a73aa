//! iCalendar (RFC 5545): a file for an event, and a feed of what a household has asked for.

use domain::{
    community::Community,
    events::Event,
    sign_ups::Standing,
    text::{Language, Words},
    time::Moment,
};
use icalendar::{Calendar, Component, EventLike, EventStatus, Property};

/// An event as a calendar shows it, for a household or for anybody.
pub struct Entry<'a> {
    pub event: &'a Event,
    /// Where more is said of it: a whole address, or it is not said.
    pub address: String,
    /// Where the household's sign-up stands, in its own feed.
    pub standing: Option<Standing>,
}

/// A file with these entries. `now` is when it was made.
pub fn file(community: &Community, language: Language, now: Moment, entries: &[Entry<'_>]) -> String {
    // The library escapes line breaks; a bare carriage return would end a line all the same.
    let is_plain = |c: &char| *c == '\n' || !c.is_control();
    let say = |words: &Words| words.say(language).chars().filter(is_plain).collect::<String>();
    let mut calendar = Calendar::empty();
    for (name, value) in [("VERSION", "2.0"), ("PRODID", "-//Lamplighter//EN"), ("CALSCALE", "GREGORIAN")] {
        calendar.append_property(Property::new(name, value));
    }
    calendar.name(&say(&community.name).replace('\n', " ")).ttl(&chrono::TimeDelta::hours(1));
    for Entry { event, address, standing } in entries {
        let details = &event.details;
        let mut entry = icalendar::Event::new();
        entry
            .uid(&format!("{}@lamplighter", event.of.event))
            .timestamp(now.utc())
            .starts(details.starts.utc())
            .ends(details.ends.utc())
            .summary(&say(&details.title))
            .sequence(sequence(event))
            .status(status(event, *standing));
        if address.contains("://") {
            entry.url(address);
        }
        if !details.place.say(language).is_empty() {
            entry.location(&say(&details.place));
        }
        if !details.about.say(language).is_empty() {
            entry.description(&say(&details.about));
        }
        calendar.push(entry.done());
    }
    calendar.to_string()
}

/// Calendars take what was changed when this is more than they know.
fn sequence(event: &Event) -> u32 {
    let changes = event.changes.len() + usize::from(event.cancelled.is_some());
    u32::try_from(changes).unwrap_or(u32::MAX)
}

fn status(event: &Event, standing: Option<Standing>) -> EventStatus {
    match standing {
        _ if event.cancelled.is_some() => EventStatus::Cancelled,
        None | Some(Standing::Confirmed) => EventStatus::Confirmed,
        Some(Standing::Cancelled { .. } | Standing::Lapsed { .. } | Standing::Other) => EventStatus::Cancelled,
        Some(Standing::Asked | Standing::Waiting | Standing::Offered { .. }) => EventStatus::Tentative,
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use domain::{
        events::{Cancellation, Details, EventKey},
        ids::{CommunityId, EventId},
        time::{MINUTE, Zone},
    };
    use uuid::Uuid;

    use super::*;

    const NOW: Moment = Moment(1_772_323_200_000);

    fn community() -> Community {
        Community {
            id: CommunityId(Uuid::from_u128(1)),
            name: Words::new("梧桐苑", "Plane Tree Court"),
            language: Language::Zh,
            zone: Zone::fixed("Asia/Shanghai", 8 * 3600),
            tag_key: String::new(),
        }
    }

    fn event(title: &str, about: &str) -> Event {
        let details = Details {
            title: Words::new(title, ""),
            about: Words::new(about, ""),
            place: Words::new("中庭", "Courtyard"),
            starts: NOW.plus(60 * MINUTE),
            ends: NOW.plus(120 * MINUTE),
            ..Details::default()
        };
        let of = EventKey { event: EventId(Uuid::from_u128(5)), series: None };
        Event { of, details: details.into(), published: Some(NOW), cancelled: None, changes: vec![], revision: None }
    }

    /// What a parser that is not ours reads: each event's properties.
    fn read(text: &str) -> Vec<Vec<(String, String)>> {
        let mut calendars = ical::IcalParser::new(BufReader::new(text.as_bytes()));
        let calendar = calendars.next().expect("one calendar").expect("a parser takes it");
        let properties = |event: ical::parser::ical::component::IcalEvent| {
            event.properties.into_iter().map(|it| (it.name, it.value.unwrap_or_default())).collect()
        };
        calendar.events.into_iter().map(properties).collect()
    }

    fn value<'a>(event: &'a [(String, String)], name: &str) -> &'a str {
        event.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    #[test]
    fn an_independent_parser_reads_what_we_write_with_times_in_utc() {
        let event = event("中秋晚会", "赏月");
        let text = file(
            &community(),
            Language::Zh,
            NOW,
            &[Entry { event: &event, address: "https://a.example/public/events/5".into(), standing: None }],
        );
        let events = read(&text);
        assert_eq!(value(&events[0], "SUMMARY"), "中秋晚会");
        assert_eq!(value(&events[0], "LOCATION"), "中庭");
        assert_eq!(value(&events[0], "DTSTART"), "20260301T010000Z");
        assert_eq!(value(&events[0], "DTEND"), "20260301T020000Z");
        assert_eq!(value(&events[0], "STATUS"), "CONFIRMED");
        assert_eq!(value(&events[0], "UID"), "00000000-0000-0000-0000-000000000005@lamplighter");
    }

    #[test]
    fn what_would_break_a_line_is_escaped_and_long_lines_are_folded() {
        let hostile = "Tea; cakes, and \\more\r\nBEGIN:VEVENT\nX: 1";
        let long = "灯".repeat(500);
        let text = file(
            &community(),
            Language::En,
            NOW,
            &[Entry { event: &event(hostile, &long), address: "https://a.example/e".into(), standing: None }],
        );
        assert!(text.lines().all(|line| line.len() <= 75), "RFC 5545, 3.1: 75 octets a line");
        assert_eq!(text.matches("BEGIN:VEVENT").filter(|_| true).count() - text.matches("\\nBEGIN:VEVENT").count(), 1);
        let events = read(&text);
        assert_eq!(events.len(), 1, "nobody writes events into another's");
        assert_eq!(value(&events[0], "DESCRIPTION"), long);
    }

    #[test]
    fn where_a_sign_up_stands_is_the_status_and_a_cancelled_event_is_cancelled_for_all() {
        let called_off = Cancellation { at: NOW, reason: Words::new("雨", "Rain") };
        for (cancelled, standing, expected) in [
            (None, Standing::Confirmed, "CONFIRMED"),
            (None, Standing::Waiting, "TENTATIVE"),
            (None, Standing::Cancelled { at: NOW }, "CANCELLED"),
            (Some(called_off), Standing::Confirmed, "CANCELLED"),
        ] {
            let event = Event { cancelled, ..event("t", "a") };
            let entry = Entry { event: &event, address: "https://a.example/e".into(), standing: Some(standing) };
            let text = file(&community(), Language::Zh, NOW, &[entry]);
            assert_eq!(value(&read(&text)[0], "STATUS"), expected, "{standing:?}");
        }
    }
}
