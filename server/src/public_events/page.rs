//! The page of an event: plain HTML with everything in it that a link shows when it is shared.

use domain::{
    community::Community,
    events::Event,
    sign_ups::Tally,
    text::{Language, Words},
    time::{Moment, Zone},
};

pub const STYLE: &str = include_str!("page.css");

/// Where the page of an event is.
pub fn address(home: &str, event: &Event) -> String {
    format!("{home}/public/events/{}", event.of.event)
}

/// The whole page. `home` is how people reach this server, or empty: then the page says nowhere where it is.
pub fn write(
    community: &Community,
    event: &Event,
    tally: Option<&Tally>,
    language: Language,
    home: &str,
    now: Moment,
) -> String {
    let say = Said { language };
    let details = &event.details;
    let (title, about) = (say.words(&details.title), say.words(&details.about));
    let (address, when) = (escaped(&address(home, event)), say.when(&community.zone, details.starts, details.ends));
    let place = say.words(&details.place);
    let short: String = details.about.say(language).chars().take(200).collect();
    let short = if short.is_empty() { format!("{when} · {place}") } else { escaped(&short) };
    let name = say.words(&community.name);
    let (lang, locale, other) = match language {
        Language::Zh => ("zh-Hans", "zh_CN", "en"),
        Language::En => ("en", "en_GB", "zh"),
    };
    // Whoever shows a link elsewhere needs whole addresses.
    let place_of = |text: String| if home.is_empty() { String::new() } else { text };
    let whole = place_of(format!(
        "<link rel=\"canonical\" href=\"{address}\">\n<meta property=\"og:url\" content=\"{address}\">\n"
    ));
    let (shown, shared) = match &details.picture {
        None => (String::new(), String::new()),
        Some(photo) => (
            format!(r#"<img src="{address}/picture" alt="" width="{}" height="{}">"#, photo.width, photo.height),
            place_of(format!(
                "<meta property=\"og:image\" content=\"{address}/picture\">\n\
                <meta property=\"og:image:width\" content=\"{}\">\n\
                <meta property=\"og:image:height\" content=\"{}\">\n",
                photo.width, photo.height
            )),
        ),
    };
    let state = say.state(event, tally, now);
    let facts: String = [
        (say.time(), when.clone()),
        (say.place(), place.clone()),
        (say.fee(), say.words(&details.fee)),
        (say.audience(), say.words(&details.audience)),
        (say.places(), state),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(name, value)| format!("<dt>{name}</dt><dd>{value}</dd>\n"))
    .collect();
    let paragraphs: String =
        about.split('\n').filter(|line| !line.trim().is_empty()).map(|line| format!("<p>{line}</p>\n")).collect();
    let (file, home) = (format!("{address}/calendar.ics?lang={}", tag(language)), escaped(home));
    let id = event.of.event;
    let (calendar, sign_up, switch) = (say.calendar(), say.sign_up(), say.other_language());
    format!(
        "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
        <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
        <title>{title} · {name}</title>\n<meta name=\"description\" content=\"{short}\">\n\
        {whole}<link rel=\"alternate\" hreflang=\"{other}\" href=\"{address}?lang={other}\">\n\
        <meta property=\"og:type\" content=\"website\">\n<meta property=\"og:title\" content=\"{title}\">\n\
        <meta property=\"og:description\" content=\"{short}\">\n\
        <meta property=\"og:site_name\" content=\"{name}\">\n<meta property=\"og:locale\" content=\"{locale}\">\n\
        {shared}<link rel=\"stylesheet\" href=\"/public/events/page.css\">\n</head>\n<body>\n<main>\n\
        <p class=\"community\">{name}</p>\n<h1>{title}</h1>\n{shown}\n<dl>\n{facts}</dl>\n{paragraphs}\
        <p class=\"ways\"><a href=\"{home}/events/{id}\">{sign_up}</a> <a href=\"{file}\">{calendar}</a> \
        <a href=\"{address}?lang={other}\" lang=\"{other}\">{switch}</a></p>\n</main>\n</body>\n</html>\n"
    )
}

fn tag(language: Language) -> &'static str {
    match language {
        Language::Zh => "zh",
        Language::En => "en",
    }
}

/// Text as HTML, also between quotes.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
    html
}

/// The page's own words. It is no page of the app: it has to say something without any script.
struct Said {
    language: Language,
}

macro_rules! words {
    ($($name:ident => $zh:literal, $en:literal;)*) => {$(
        fn $name(&self) -> &'static str {
            match self.language {
                Language::Zh => $zh,
                Language::En => $en,
            }
        }
    )*};
}

impl Said {
    words! {
        time => "时间", "When";
        place => "地点", "Where";
        fee => "费用", "Fee";
        audience => "适合", "For whom";
        places => "名额", "Places";
        calendar => "加入日历", "Add to calendar";
        sign_up => "打开掌灯报名", "Open Lamplighter to sign up";
        other_language => "English", "中文";
        over => "活动已结束", "This event is over";
    }

    fn words(&self, words: &Words) -> String {
        escaped(words.say(self.language))
    }

    fn when(&self, zone: &Zone, starts: Moment, ends: Moment) -> String {
        let (from, to) = (zone.local(starts), zone.local(ends));
        let day = match self.language {
            Language::Zh => "%Y年%-m月%-d日 %H:%M",
            Language::En => "%-d %B %Y, %H:%M",
        };
        let end = if from.date() == to.date() { "%H:%M" } else { day };
        format!("{}–{}", from.format(day), to.format(end))
    }

    fn state(&self, event: &Event, tally: Option<&Tally>, now: Moment) -> String {
        if let Some(cancelled) = &event.cancelled {
            let reason = self.words(&cancelled.reason);
            return match self.language {
                Language::Zh => format!("已取消：{reason}"),
                Language::En => format!("Cancelled: {reason}"),
            };
        }
        if event.is_over(now) {
            return self.over().to_owned();
        }
        let Some(tally) = tally else { return String::new() };
        let (left, capacity, waiting) = (tally.left(), tally.capacity, tally.waiting);
        match (self.language, waiting) {
            (Language::Zh, 0) => format!("共 {capacity} 个，还剩 {left} 个"),
            (Language::En, 0) => format!("{left} of {capacity} left"),
            (Language::Zh, _) => format!("共 {capacity} 个，已满，{waiting} 人候补"),
            (Language::En, _) => format!("all {capacity} taken, {waiting} on the waiting list"),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        events::{Details, EventKey},
        ids::{CommunityId, EventId},
        time::MINUTE,
    };
    use uuid::Uuid;

    use super::*;

    const NOW: Moment = Moment(1_772_323_200_000);

    fn page(title: &str, tally: Option<&Tally>, language: Language) -> String {
        let community = Community {
            id: CommunityId(Uuid::from_u128(1)),
            name: Words::new("梧桐苑", "Plane Tree Court"),
            language: Language::Zh,
            zone: Zone::fixed("Asia/Shanghai", 8 * 3600),
            tag_key: String::new(),
        };
        let details = Details {
            title: Words::new(title, ""),
            about: Words::new("第一行\n第二行", "One\nTwo"),
            starts: NOW.plus(60 * MINUTE),
            ends: NOW.plus(120 * MINUTE),
            ..Details::default()
        };
        let of = EventKey { event: EventId(Uuid::from_u128(5)), series: None };
        let event = Event {
            of,
            details: details.into(),
            published: Some(NOW),
            cancelled: None,
            changes: vec![],
            revision: None,
        };
        write(&community, &event, tally, language, "https://a.example", NOW)
    }

    #[test]
    fn a_shared_link_shows_title_and_description_and_the_time_of_the_community() {
        let page = page("中秋晚会", None, Language::Zh);
        for part in [
            "<title>中秋晚会 · 梧桐苑</title>",
            "<meta property=\"og:title\" content=\"中秋晚会\">",
            "<meta property=\"og:description\" content=\"第一行\n第二行\">",
            "content=\"https://a.example/public/events/00000000-0000-0000-0000-000000000005\"",
            "2026年3月1日 09:00–10:00",
        ] {
            assert!(page.contains(part), "{part} in {page}");
        }
    }

    #[test]
    fn nothing_that_somebody_typed_becomes_markup() {
        let page = page("\"><script>alert('1')</script>", None, Language::En);
        assert!(!page.contains("<script"), "{page}");
        assert!(page.contains("&quot;&gt;&lt;script&gt;"));
    }

    #[test]
    fn it_says_how_many_places_are_left_and_names_nobody() {
        let of = EventKey { event: EventId(Uuid::from_u128(5)), series: None };
        let tally =
            Tally { of, capacity: 9, confirmed: 5, offered: 1, line: vec![], waiting: 0, next: 4, offers_end: None };
        assert!(page("t", Some(&tally), Language::En).contains("3 of 9 left"));
        let full = Tally { line: vec![3], waiting: 2, ..tally };
        assert!(page("t", Some(&full), Language::Zh).contains("共 9 个，已满，2 人候补"));
    }
}
