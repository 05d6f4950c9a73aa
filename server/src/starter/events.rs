//! `events.toml`: events with the households that signed up for them and what these thought, notices, and surveys.

use chrono::{Days, NaiveTime};
use domain::{
    changes::Request,
    events::{CAPACITY_MOST, CancelEvent, Details, EventKey, PublishEvent, PutEvent, Question},
    ids::{EventId, HouseholdId, SeriesId},
    residents::Request::{AskForPlaces, CancelEvent as Cancel, GiveFeedback, PublishEvent as Publish, PutEvent as Put},
    sign_ups::{self, Answer, Party},
    surveys::{self, FEEDBACK, Opinion, SCORE_MOST, WORDS},
    time::{MINUTE, Moment, Zone},
};

use super::{
    reading::Noun,
    source::{Table, Value},
    values::{id_of, label, list_of, name, new_key, text_as, time, truth, whole, words},
};

/// What days are counted from, and the zone that times are in.
#[derive(Clone)]
pub struct Calendar {
    pub founded: Moment,
    pub zone: Zone,
}

impl Calendar {
    /// A time of day so many days after the community's first.
    pub fn moment(&self, days: i64, time: NaiveTime) -> Moment {
        let first = self.zone.local(self.founded).date();
        let day = Days::new(days.unsigned_abs());
        self.zone.moment(if days < 0 { first - day } else { first + day }, time)
    }
}

/// The requests in an order in which what one refers to stands before it.
pub fn read(file: &mut Table<'_>, calendar: &Calendar) -> Vec<(String, Request)> {
    let series = file.tables("series", |table| {
        let key = table.need("key", new_key(Noun::Series));
        let title = table.need("title", name);
        Some((key?, title?))
    });
    let requests = file.tables("event", |table| event(table, calendar, &series)).concat();
    let mut all: Vec<(String, Request)> =
        requests.into_iter().map(|(key, request)| (key, Request::Residents(request))).collect();
    all.extend(super::notices::read(file, calendar));
    all
}

type Requests = Vec<(String, domain::residents::Request)>;

fn event(table: &mut Table<'_>, calendar: &Calendar, all_series: &[(String, domain::text::Words)]) -> Option<Requests> {
    let key = table.need("key", new_key(Noun::Event));
    let series = table.may("series", super::values::key_of(Noun::Series));
    let details = details(table, calendar);
    let is_draft = table.may("draft", truth).unwrap_or(false);
    let cancelled = table.may("cancelled", words);
    let sign_ups = table.tables("sign_up", sign_up);
    let feedback = table.tables("feedback", feedback);
    let (key, mut details) = (key?, details?);
    let community = table.spot.reading().community;
    if let Some((_, title)) = series.as_ref().and_then(|key| all_series.iter().find(|(known, _)| known == key)) {
        details.series_title = title.clone();
    }
    if let Some(field) = details.fault() {
        return table.spot.fault(format!("`{field}` of this event is outside its bounds"));
    }
    let of = EventKey {
        event: EventId::keyed(community, &key),
        series: series.map(|series| SeriesId::keyed(community, &series)),
    };
    let mut requests = vec![(format!("event/{key}"), Put(PutEvent { of, details: details.into(), revision: None }))];
    if !is_draft {
        requests.push((format!("event/{key}/published"), Publish(PublishEvent { of })));
    }
    for (n, (household, party, answers)) in (1..).zip(sign_ups) {
        let asked = sign_ups::AskForPlaces { of, household, party, answers };
        requests.push((format!("event/{key}/sign-up/{n}"), AskForPlaces(asked)));
    }
    for (n, (household, opinions)) in (1..).zip(feedback) {
        let given = surveys::GiveFeedback { of, household, opinions };
        requests.push((format!("event/{key}/feedback/{n}"), GiveFeedback(given)));
    }
    if let Some(reason) = cancelled {
        requests.push((format!("event/{key}/cancelled"), Cancel(CancelEvent { of, reason })));
    }
    Some(requests)
}

fn details(table: &mut Table<'_>, calendar: &Calendar) -> Option<Details> {
    let title = table.need("title", name);
    let about = table.need("about", words);
    let place = table.need("place", name);
    let day = table.need("day", day);
    let start = table.need("start", time);
    let minutes = table.need("minutes", whole(1..=7 * 24 * 60));
    let capacity = table.need("capacity", whole(1..=CAPACITY_MOST));
    let opens = table.may("opens", self::day);
    let closes = table.may("closes", self::day);
    let party_most = table.may("party_most", whole(1..=CAPACITY_MOST));
    let household_most = table.may("household_most", whole(1..=CAPACITY_MOST));
    let audience = table.may("audience", words).unwrap_or_default();
    let fee = table.may("fee", name).unwrap_or_default();
    let questions = table.tables("question", question);
    let starts = calendar.moment(day?, start?);
    Some(Details {
        title: title?,
        about: about?,
        place: place?,
        starts,
        ends: starts.plus(i64::from(minutes?) * MINUTE),
        capacity: capacity?,
        opens: opens.map(|day| calendar.moment(day, NaiveTime::MIN)),
        closes: closes.map(|day| calendar.moment(day, NaiveTime::MIN)),
        party_most,
        household_most,
        audience,
        fee,
        questions,
        ..Details::default()
    })
}

/// Days from the community's first: 0 is that day, -1 the day before.
pub fn day(value: Value<'_>) -> Option<i64> {
    let (spot, day) = value.whole()?;
    if (-3_660..=3_660).contains(&day) { Some(day) } else { spot.fault("expected a number of days within ten years") }
}

fn question(table: &mut Table<'_>) -> Option<Question> {
    let key = table.need("key", label);
    let ask = table.need("ask", name);
    let choices = table.may("choices", list_of(name)).unwrap_or_default();
    let required = table.may("required", truth).unwrap_or(false);
    Some(Question { key: key?, ask: ask?, choices, required })
}

fn sign_up(table: &mut Table<'_>) -> Option<(HouseholdId, Party, Vec<Answer>)> {
    let household = table.need("household", household);
    let persons = table.need("persons", whole(1..=CAPACITY_MOST));
    let names = table.may("names", list_of(label)).unwrap_or_default();
    let answers = table.tables("answer", |table| {
        let question = table.need("question", label);
        let answer = table.need("answer", label);
        Some(Answer { question: question?, answer: answer? })
    });
    Some((household?, Party { persons: persons?, names }, answers))
}

pub fn household(value: Value<'_>) -> Option<HouseholdId> {
    id_of(Noun::Household, HouseholdId::keyed)(value)
}

fn feedback(table: &mut Table<'_>) -> Option<(HouseholdId, Vec<Opinion>)> {
    let household = table.need("household", household);
    let mut opinions = vec![];
    for question in FEEDBACK {
        let opinion = if question == WORDS {
            table.may(question, in_words(question))
        } else {
            table.may(question, score(question))
        };
        opinions.extend(opinion);
    }
    if opinions.is_empty() {
        return table.spot.fault("this feedback says nothing");
    }
    Some((household?, opinions))
}

/// The answer to `question` by a score.
pub fn score(question: &str) -> impl Fn(Value<'_>) -> Option<Opinion> {
    move |value| {
        let score = whole(1..=u32::from(SCORE_MOST))(value).and_then(|score| u8::try_from(score).ok())?;
        Some(Opinion { question: question.to_owned(), score: Some(score), words: String::new() })
    }
}

/// The answer to `question` in words.
pub fn in_words(question: &str) -> impl Fn(Value<'_>) -> Option<Opinion> {
    move |value| {
        let (_, words) = text_as("something said", |text| (!text.trim().is_empty()).then(|| text.to_owned()))(value)?;
        Some(Opinion { question: question.to_owned(), score: None, words })
    }
}
