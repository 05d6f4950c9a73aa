//! An event 社区活动: when, where, for how many, and how households sign up for it.

pub mod readiness;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    decide::{Actor, Context, Decision, Side, entitled_now},
    ids::{ChangeId, EventId, RecordId, SeriesId},
    permissions::Act,
    photos::Photo,
    records::{Audience, Body, Reads, Record, Root},
    refusal::{Flag, Refusal, WhyNot},
    residents,
    sign_ups::{Answer, Book},
    text::{NAME_MOST, NOTE_MOST, Words, typed_or_empty},
    time::Moment,
};

/// The most persons of one event.
pub const CAPACITY_MOST: u32 = 100_000;
/// The most questions of an event, and choices of a question.
const QUESTIONS_MOST: usize = 20;
/// So many changes are remembered for the people who signed up.
const CHANGES_MOST: usize = 50;

/// Which event. Everything about one event, or about all of a series, is decided in one root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EventKey {
    pub event: EventId,
    /// The series that it is of; an event stays in it for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<SeriesId>,
}

impl EventKey {
    pub fn root(self) -> RecordId {
        self.series.map_or(self.event.into(), Into::into)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub of: EventKey,
    pub details: Box<Details>,
    /// Since when residents see it; until then it is a draft of the desk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<Moment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled: Option<Cancellation>,
    /// What was changed since it was published, oldest first: people who signed up are told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<EventChange>,
    /// The change that wrote it; a request carries that of the record which it builds on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<ChangeId>,
}

/// What an organiser says of an event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    pub title: Words,
    pub about: Words,
    pub place: Words,
    pub starts: Moment,
    pub ends: Moment,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<Photo>,
    /// In persons.
    pub capacity: u32,
    /// When sign-up opens; as soon as it is published when `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opens: Option<Moment>,
    /// When sign-up closes; at the start when `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closes: Option<Moment>,
    /// The most persons of one party.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub party_most: Option<u32>,
    /// The most persons of one household, over all events of the series.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub household_most: Option<u32>,
    /// How long a place from the waiting list is kept for whoever it was offered to; a day when `None`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offer_minutes: Option<u32>,
    /// Whom it is for, in words.
    pub audience: Words,
    /// What it costs, in words.
    pub fee: Words,
    /// What the series is called, the same in each of its events.
    pub series_title: Words,
    pub questions: Vec<Question>,
}

/// What is asked of each party.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Stable within its event.
    pub key: String,
    pub ask: Words,
    /// What can be chosen; anything may be written when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Words>,
    #[serde(default)]
    pub required: bool,
}

impl Question {
    /// An answer in the words of its choice, in both languages; `None` for a free one.
    pub fn choice(&self, answer: &str) -> Option<&Words> {
        self.choices.iter().find(|choice| choice.say(Default::default()) == answer)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancellation {
    pub at: Moment,
    pub reason: Words,
}

/// One change of a published event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventChange {
    pub at: Moment,
    pub what: Vec<Changed>,
}

crate::tagged! {
    /// What was changed, and what it was before where that matters to whoever comes.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum Changed ("Changed", tag = "what") {
        Title { was: Words },
        Time { starts: Moment, ends: Moment },
        Place { was: Words },
        Fee { was: Words },
        About,
        Audience,
        Capacity { was: u32 },
        /// When sign-up opens or closes.
        Window,
        /// How many may come of one party or household.
        Limits,
        Questions,
        Picture,
        /// Something that a later version knows.
        #[serde(other)]
        Other,
    }
}

/// A new event, or what it is to be from now on. A published one stays published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PutEvent {
    pub of: EventKey,
    pub details: Box<Details>,
    /// The revision that it builds on; without one it is put over whatever is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<ChangeId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishEvent {
    pub of: EventKey,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelEvent {
    pub of: EventKey,
    pub reason: Words,
}

impl Details {
    /// When sign-up closes.
    pub fn closes(&self) -> Moment {
        self.closes.unwrap_or(self.starts).min(self.starts)
    }

    /// Until when a place that is offered at `now` is kept: never past the start.
    pub fn offer_ends(&self, now: Moment) -> Moment {
        let minutes = self.offer_minutes.unwrap_or(24 * 60);
        now.plus(i64::from(minutes) * crate::time::MINUTE).min(self.starts)
    }

    /// Whether a household may sign up at `now`.
    ///
    /// # Errors
    /// [`WhyNot`] says why not.
    pub fn sign_up_is_open(&self, now: Moment) -> Result<(), WhyNot> {
        if now >= self.starts {
            return Err(WhyNot::Started);
        }
        if let Some(opens) = self.opens.filter(|opens| now < *opens) {
            return Err(WhyNot::NotYetOpen { opens });
        }
        if now >= self.closes() { Err(WhyNot::Closed) } else { Ok(()) }
    }

    /// The first field that is outside its bounds, if any.
    pub fn fault(&self) -> Option<&'static str> {
        self.faults().into_iter().next()
    }

    /// Every field that is outside its bounds.
    pub fn faults(&self) -> Vec<&'static str> {
        let short = |words: &Words| [&words.zh, &words.en].iter().all(|text| typed_or_empty(text, NAME_MOST).is_ok());
        let long = |words: &Words| [&words.zh, &words.en].iter().all(|text| typed_or_empty(text, NOTE_MOST).is_ok());
        let is_named = |words: &Words| short(words) && !words.say(Default::default()).trim().is_empty();
        let in_bounds = |most: Option<u32>| most.is_none_or(|most| (1..=CAPACITY_MOST).contains(&most));
        let fits = [
            ("title", is_named(&self.title)),
            ("about", long(&self.about)),
            ("place", short(&self.place)),
            ("ends", self.starts < self.ends),
            ("capacity", (1..=CAPACITY_MOST).contains(&self.capacity)),
            ("closes", self.opens.is_none_or(|opens| opens < self.closes())),
            ("party_most", in_bounds(self.party_most)),
            ("household_most", in_bounds(self.household_most)),
            ("offer_minutes", self.offer_minutes.is_none_or(|minutes| (1..=60 * 24 * 60).contains(&minutes))),
            ("audience", long(&self.audience)),
            ("fee", short(&self.fee)),
            ("series_title", short(&self.series_title)),
            ("questions", self.questions_are_sound(is_named)),
        ];
        fits.into_iter().filter_map(|(field, fits)| (!fits).then_some(field)).collect()
    }

    fn questions_are_sound(&self, is_named: impl Fn(&Words) -> bool) -> bool {
        let keys: BTreeSet<&str> = self.questions.iter().map(|question| question.key.as_str()).collect();
        let is_sound = |question: &Question| {
            let key = &question.key;
            let key_fits = !key.is_empty() && key.len() <= NAME_MOST && !key.contains('\0');
            key_fits
                && is_named(&question.ask)
                && question.choices.len() <= QUESTIONS_MOST
                && question.choices.iter().all(&is_named)
        };
        keys.len() == self.questions.len()
            && self.questions.len() <= QUESTIONS_MOST
            && self.questions.iter().all(is_sound)
    }

    /// Whether `answers` answer the questions: all that must be, each by one of its choices where it has some.
    pub fn are_answered_by(&self, answers: &[Answer]) -> bool {
        self.unanswered(answers).next().is_none()
            && answers.iter().all(|answer| self.questions.iter().any(|question| question.key == answer.question))
    }

    /// The questions that still want an answer, or another one.
    pub fn unanswered<'a>(&'a self, answers: &'a [Answer]) -> impl Iterator<Item = &'a Question> {
        let to = |key: &str| answers.iter().find(|answer| answer.question == key);
        self.questions.iter().filter(move |question| match to(&question.key) {
            None => question.required,
            Some(answer) if question.choices.is_empty() => question.required && answer.answer.trim().is_empty(),
            Some(answer) => !question.choices.iter().any(|choice| answer.answer == choice.say(Default::default())),
        })
    }

    fn changed_from(&self, old: &Details) -> Vec<Changed> {
        let is = |changed: bool, what: Changed| changed.then_some(what);
        let limits = |it: &Details| (it.party_most, it.household_most, it.offer_minutes);
        [
            is(self.title != old.title, Changed::Title { was: old.title.clone() }),
            is(
                (self.starts, self.ends) != (old.starts, old.ends),
                Changed::Time { starts: old.starts, ends: old.ends },
            ),
            is(self.place != old.place, Changed::Place { was: old.place.clone() }),
            is(self.fee != old.fee, Changed::Fee { was: old.fee.clone() }),
            is(self.about != old.about || self.series_title != old.series_title, Changed::About),
            is(self.audience != old.audience, Changed::Audience),
            is(self.capacity != old.capacity, Changed::Capacity { was: old.capacity }),
            is((self.opens, self.closes) != (old.opens, old.closes), Changed::Window),
            is(limits(self) != limits(old), Changed::Limits),
            is(self.questions != old.questions, Changed::Questions),
            is(self.picture != old.picture, Changed::Picture),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

impl Event {
    fn blank(of: EventKey) -> Self {
        Self { of, details: Box::default(), published: None, cancelled: None, changes: vec![], revision: None }
    }

    pub fn is_over(&self, now: Moment) -> bool {
        now >= self.details.ends
    }

    /// What is otherwise now than it was at `seen`: of each kind of change what it was then, unless it is so again.
    pub fn changed_since(&self, seen: Moment) -> Vec<Changed> {
        let mut first: Vec<&Changed> = vec![];
        for changed in self.changes.iter().filter(|change| change.at > seen).flat_map(|change| &change.what) {
            if !first.iter().any(|before| std::mem::discriminant(*before) == std::mem::discriminant(changed)) {
                first.push(changed);
            }
        }
        let details = &self.details;
        let is_so_again = |changed: &Changed| match changed {
            Changed::Title { was } => *was == details.title,
            Changed::Time { starts, ends } => (*starts, *ends) == (details.starts, details.ends),
            Changed::Place { was } => *was == details.place,
            Changed::Fee { was } => *was == details.fee,
            Changed::Capacity { was } => *was == details.capacity,
            _ => false,
        };
        first.into_iter().filter(|changed| !is_so_again(changed)).cloned().collect()
    }

    /// When it was last changed or cancelled since its publication.
    pub fn last_changed(&self) -> Option<Moment> {
        let cancelled = self.cancelled.as_ref().map(|cancelled| cancelled.at);
        self.changes.last().map(|change| change.at).max(cancelled)
    }

    /// Whether sign-ups may still be changed: it is published, goes ahead, and has not begun.
    pub fn is_coming(&self, now: Moment) -> bool {
        self.published.is_some() && self.cancelled.is_none() && now < self.details.starts
    }

    /// Everyone's from its publication on, with its cancellation too.
    pub fn audience(&self) -> Audience {
        if self.published.is_some() { Audience::Everyone } else { Audience::Desk }
    }

    pub(crate) fn record(self) -> Record {
        Record::new(self.audience(), residents::Body::Event(self).into())
    }
}

pub(crate) fn of_root(root: &Root, of: EventKey) -> Option<&Event> {
    root.of_residents().find_map(|body| match body {
        residents::Body::Event(event) if event.of == of => Some(event),
        _ => None,
    })
}

pub(crate) fn put(
    root: &Root,
    reads: &Reads,
    wish: &PutEvent,
    change: ChangeId,
    actor: &Actor,
    context: &Context,
) -> Result<Decision, Refusal> {
    if !entitled_now(actor, Act::PlanEvents) {
        return Err(Refusal::NotPermitted);
    }
    // An event whose series is another lies in another root: its sign-ups would be lost sight of.
    if let Some(Body::Residents(residents::Body::Event(there))) = reads.get(wish.of.event.into())
        && there.of != wish.of
    {
        return Err(Refusal::Invalid { field: "series".into() });
    }
    if let Some(field) = wish.details.fault() {
        return Err(Refusal::Invalid { field: field.into() });
    }
    if let Some(there) = of_root(root, wish.of) {
        if there.cancelled.is_some() {
            return Err(WhyNot::Cancelled.into());
        }
        let is_current = wish.revision.is_none() || wish.revision == there.revision || there.revision == Some(change);
        if !is_current {
            return Err(Refusal::ChangedMeanwhile);
        }
    }
    Ok(written(root, wish, change, context))
}

/// What an event's request writes, whatever is there. Places that a larger capacity frees are offered at once; nobody is
/// dropped by a smaller one, the organiser is told instead.
pub(crate) fn written(root: &Root, wish: &PutEvent, change: ChangeId, context: &Context) -> Decision {
    let mut event = of_root(root, wish.of).cloned().unwrap_or_else(|| Event::blank(wish.of));
    let what = wish.details.changed_from(&event.details);
    if event.published.is_some() && !what.is_empty() {
        event.changes.push(EventChange { at: context.now, what });
        let too_many = event.changes.len().saturating_sub(CHANGES_MOST);
        event.changes.drain(..too_many);
    }
    event.details = wish.details.clone();
    event.revision = Some(change);
    with_its_places(root, event, context)
}

pub(crate) fn published(
    root: &Root,
    wish: PublishEvent,
    change: ChangeId,
    actor: &Actor,
    context: &Context,
) -> Result<Decision, Refusal> {
    if !entitled_now(actor, Act::PlanEvents) {
        return Err(Refusal::NotPermitted);
    }
    let there = of_root(root, wish.of).ok_or(Refusal::NoSuchThing)?;
    if there.cancelled.is_some() {
        return Err(WhyNot::Cancelled.into());
    }
    Ok(shown(root, wish, change, context))
}

pub(crate) fn shown(root: &Root, wish: PublishEvent, change: ChangeId, context: &Context) -> Decision {
    let event = of_root(root, wish.of).cloned().unwrap_or_else(|| Event::blank(wish.of));
    let published = event.published.or(Some(context.now));
    with_its_places(root, Event { published, revision: Some(change), ..event }, context)
}

pub(crate) fn cancelled(
    root: &Root,
    wish: &CancelEvent,
    change: ChangeId,
    actor: &Actor,
    context: &Context,
) -> Result<Decision, Refusal> {
    if !entitled_now(actor, Act::PlanEvents) {
        return Err(Refusal::NotPermitted);
    }
    let there = of_root(root, wish.of).ok_or(Refusal::NoSuchThing)?;
    if there.cancelled.is_some() {
        return Err(WhyNot::Cancelled.into());
    }
    let reason_fits = [&wish.reason.zh, &wish.reason.en].iter().all(|text| typed_or_empty(text, NOTE_MOST).is_ok());
    if !reason_fits || wish.reason.say(Default::default()).trim().is_empty() {
        return Err(Refusal::Invalid { field: "reason".into() });
    }
    Ok(called_off(root, wish, change, context))
}

pub(crate) fn called_off(root: &Root, wish: &CancelEvent, change: ChangeId, context: &Context) -> Decision {
    let event = of_root(root, wish.of).cloned().unwrap_or_else(|| Event::blank(wish.of));
    let cancelled = event.cancelled.or(Some(Cancellation { at: context.now, reason: wish.reason.clone() }));
    with_its_places(root, Event { cancelled, revision: Some(change), ..event }, context)
}

/// The event with what it means for its places. A tablet does not know all sign-ups: there only the event is shown.
fn with_its_places(root: &Root, event: Event, context: &Context) -> Decision {
    if context.side == Side::Device {
        return Decision { records: vec![event.record()], ..Decision::default() };
    }
    let mut book = Book::of_event(root, event.clone());
    book.promote(context);
    let is_over = book.over() > 0;
    let records = std::iter::once(event.record()).chain(book.written()).collect();
    let flags = is_over.then_some(Flag::BelowConfirmed).into_iter().collect();
    Decision { records, flags }
}
