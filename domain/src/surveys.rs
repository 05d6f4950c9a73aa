//! A survey 满意度调查, and what people thought of an event: one answer per household, shown only together.
//!
//! A single answer is kept for the server alone. The desk sees the sums of five answers, then of ten, and so on: were they
//! renewed with each answer, the difference of two sums would be one household's.

pub mod over_time;

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use serde::{Deserialize, Serialize};

use crate::{
    decide::{Actor, Context, Decision, Side, entitled_now},
    events::{self, Event, EventKey},
    households::asker,
    ids::{ChangeId, HouseholdId, RecordId, SurveyId, derived},
    permissions::Act,
    records::{Audience, Reads, Record, Root},
    refusal::{Refusal, WhyNot},
    residents,
    sign_ups::{SignUp, Standing},
    text::{NAME_MOST, NOTE_MOST, Words, typed_or_empty},
    time::{DAY, Moment},
};

/// So many answers are shown together, and are added together.
pub const SHOWN_TOGETHER: usize = 5;
/// A score is one of 1 to 5; 5 is best.
pub const SCORE_MOST: u8 = 5;
/// What is asked about every event that is over: three scores, and words.
pub const FEEDBACK: [&str; 4] = ["overall", "content", "organisation", WORDS];
/// The question of [`FEEDBACK`] that is answered in words.
pub const WORDS: &str = "words";
const QUESTIONS_MOST: usize = 30;
/// So long after its end households are reminded to say what they thought of an event.
const REMINDED: i64 = 30 * DAY;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Survey {
    pub id: SurveyId,
    /// Surveys with the same topic are shown over time, such as `yearly`.
    pub topic: String,
    pub title: Words,
    #[serde(default)]
    pub about: Words,
    pub questions: Vec<SurveyQuestion>,
    pub opens: Moment,
    pub closes: Moment,
    /// The change that wrote it; a request carries that of the record which it builds on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<ChangeId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SurveyQuestion {
    /// Stable over all surveys of a topic.
    pub key: String,
    pub ask: Words,
    pub answer: AnswerIn,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnswerIn {
    /// 1 to 5.
    Score,
    Words,
}

crate::tagged! {
    /// What was answered.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    pub enum Subject ("Subject", tag = "is") {
        Survey { survey: SurveyId },
        Event { of: EventKey },
    }
}

/// The answer to one question: a score, or words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opinion {
    pub question: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<u8>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
}

/// What one household answered. There are two records of it: the household's own, and the one that the server alone keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    pub subject: Subject,
    pub household: HouseholdId,
    pub opinions: Vec<Opinion>,
    pub at: Moment,
    /// Its number among the answers, from 1; unknown on the device that gave it.
    #[serde(default)]
    pub nth: u32,
}

/// The household's own record of what it answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OwnAnswer(pub Answered);

/// What all answers amount to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Results {
    pub subject: Subject,
    /// How many households have answered.
    pub received: u32,
    /// How many of them the sums hold: a multiple of [`SHOWN_TOGETHER`].
    pub counted: u32,
    pub scores: Vec<Scores>,
    /// In no order that says whose they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<Opinion>,
}

/// How often each score was given, from 1 up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scores {
    pub question: String,
    pub counts: [u32; SCORE_MOST as usize],
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerSurvey {
    pub survey: SurveyId,
    pub household: HouseholdId,
    pub opinions: Vec<Opinion>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GiveFeedback {
    pub of: EventKey,
    pub household: HouseholdId,
    pub opinions: Vec<Opinion>,
}

impl Survey {
    /// The field that is outside its bounds, if any.
    pub fn fault(&self) -> Option<&'static str> {
        let short = |words: &Words| {
            let fits = [&words.zh, &words.en].iter().all(|text| typed_or_empty(text, NAME_MOST).is_ok());
            fits && !words.say(Default::default()).trim().is_empty()
        };
        let about_fits = [&self.about.zh, &self.about.en].iter().all(|text| typed_or_empty(text, NOTE_MOST).is_ok());
        let key_fits = |key: &String| !key.is_empty() && key.len() <= NAME_MOST && !key.contains('\0');
        let keys: BTreeSet<&String> = self.questions.iter().map(|question| &question.key).collect();
        let is_sound = |question: &SurveyQuestion| key_fits(&question.key) && short(&question.ask);
        let fits = [
            ("topic", key_fits(&self.topic)),
            ("title", short(&self.title)),
            ("about", about_fits),
            ("closes", self.opens < self.closes),
            (
                "questions",
                (1..=QUESTIONS_MOST).contains(&self.questions.len())
                    && keys.len() == self.questions.len()
                    && self.questions.iter().all(is_sound),
            ),
        ];
        fits.into_iter().find_map(|(field, fits)| (!fits).then_some(field))
    }
}

impl Subject {
    pub fn root(self) -> RecordId {
        match self {
            Subject::Survey { survey } => survey.into(),
            Subject::Event { of } => of.root(),
        }
    }

    fn id(self) -> RecordId {
        match self {
            Subject::Survey { survey } => survey.into(),
            Subject::Event { of } => of.event.into(),
        }
    }
}

impl Survey {
    /// Whether a household may answer it at `now`.
    ///
    /// # Errors
    /// [`WhyNot`] says why not.
    pub fn is_open(&self, now: Moment) -> Result<(), WhyNot> {
        if now < self.opens {
            return Err(WhyNot::NotYetOpen { opens: self.opens });
        }
        if now >= self.closes { Err(WhyNot::Closed) } else { Ok(()) }
    }
}

/// Whether a household may say at `now` what it thought of an event: whoever had no place has nothing to say of it.
///
/// # Errors
/// [`WhyNot`] says why not.
pub fn may_judge(event: &Event, sign_up: Option<&SignUp>, now: Moment) -> Result<(), WhyNot> {
    if event.cancelled.is_some() {
        return Err(WhyNot::Cancelled);
    }
    if !event.is_over(now) {
        return Err(WhyNot::NotOver);
    }
    let had_place = sign_up.is_some_and(|sign_up| sign_up.standing == Standing::Confirmed);
    if had_place { Ok(()) } else { Err(WhyNot::NotSignedUp) }
}

/// Whether a household is still reminded at `now` to say what it thought of an event that is over.
pub fn is_asked_for_feedback(event: &Event, now: Moment) -> bool {
    event.is_over(now) && now < event.details.ends.plus(REMINDED)
}

impl Answered {
    fn named(subject: Subject, household: HouseholdId, whose: &[u8]) -> RecordId {
        RecordId(derived(&[whose, subject.id().0.as_bytes(), household.0.as_bytes()]))
    }

    pub fn id(&self) -> RecordId {
        Self::named(self.subject, self.household, b"answer")
    }
}

impl OwnAnswer {
    pub fn id_of(subject: Subject, household: HouseholdId) -> RecordId {
        Answered::named(subject, household, b"own answer")
    }

    pub fn id(&self) -> RecordId {
        Self::id_of(self.0.subject, self.0.household)
    }
}

impl Results {
    pub fn id_of(subject: Subject) -> RecordId {
        RecordId(derived(&[b"results", subject.id().0.as_bytes()]))
    }

    /// The sums of `answers`, which are in the order in which they came.
    fn of(subject: Subject, answers: &[&Answered]) -> Self {
        let counted = answers.len() - answers.len() % SHOWN_TOGETHER;
        let opinions = || answers[..counted].iter().flat_map(|answer| &answer.opinions);
        let mut scores: Vec<Scores> = vec![];
        for (question, score) in opinions().filter_map(|opinion| Some((&opinion.question, opinion.score?))) {
            let at = scores.iter().position(|scores| scores.question == *question).unwrap_or_else(|| {
                scores.push(Scores { question: question.clone(), counts: Default::default() });
                scores.len() - 1
            });
            if let Some(count) = scores[at].counts.get_mut(usize::from(score).wrapping_sub(1)) {
                *count += 1;
            }
        }
        let mut words: Vec<Opinion> = opinions().filter(|opinion| !opinion.words.is_empty()).cloned().collect();
        words.sort_by(|a, b| (&a.question, &a.words).cmp(&(&b.question, &b.words)));
        scores.sort_by(|a, b| a.question.cmp(&b.question));
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Self { subject, received: count(answers.len()), counted: count(counted), scores, words }
    }
}

impl Scores {
    pub fn given(&self) -> u32 {
        self.counts.iter().sum()
    }

    /// The mean of the scores in tenths, such as 43 for 4.3.
    pub fn mean_in_tenths(&self) -> Option<u32> {
        let sum: u32 = (1..).zip(self.counts).map(|(score, count)| score * count).sum();
        let given = self.given();
        (given > 0).then(|| (sum * 10 + given / 2) / given)
    }

    /// The same as a number, such as 4.3.
    pub fn mean(&self) -> Option<Decimal> {
        self.mean_in_tenths().map(|tenths| Decimal::new(tenths.into(), 1))
    }

    /// How many in a hundred gave `score`, rounded; nothing where nobody gave any.
    pub fn percent(&self, score: u8) -> u32 {
        let given = self.given();
        let count = self.counts.get(usize::from(score).wrapping_sub(1)).copied().unwrap_or(0);
        (count * 100 + given / 2).checked_div(given).unwrap_or(0)
    }
}

pub(crate) fn put(root: &Root, wish: &Survey, change: ChangeId, actor: &Actor) -> Result<Decision, Refusal> {
    if !entitled_now(actor, Act::RunSurveys) {
        return Err(Refusal::NotPermitted);
    }
    if let Some(field) = wish.fault() {
        return Err(Refusal::Invalid { field: field.into() });
    }
    if let Some(there) = of_root(root) {
        let is_current = wish.revision.is_none() || [wish.revision, Some(change)].contains(&there.revision);
        if !is_current {
            return Err(Refusal::ChangedMeanwhile);
        }
        // What was answered stays what was asked.
        if wish.questions != there.questions
            && root.of_residents().any(|body| matches!(body, residents::Body::Answered(_)))
        {
            return Err(Refusal::Invalid { field: "questions".into() });
        }
    }
    Ok(Decision { records: written(wish, change), ..Decision::default() })
}

pub(crate) fn written(wish: &Survey, change: ChangeId) -> Vec<Record> {
    let survey = Survey { revision: Some(change), ..wish.clone() };
    vec![Record::new(Audience::Everyone, residents::Body::Survey(survey).into())]
}

pub(crate) fn answer(
    root: &Root,
    reads: &Reads,
    wish: &AnswerSurvey,
    actor: &Actor,
    context: &Context,
) -> Result<Decision, Refusal> {
    asker(reads, wish.household, actor, None)?;
    let survey = of_root(root).ok_or(Refusal::NoSuchThing)?;
    // Data files may tell of surveys that are over.
    if !matches!(actor, Actor::System) {
        survey.is_open(context.now)?;
    }
    let asked: Vec<(&str, AnswerIn)> = survey.questions.iter().map(|it| (it.key.as_str(), it.answer)).collect();
    given(root, Subject::Survey { survey: wish.survey }, wish.household, &wish.opinions, &asked, context)
}

pub(crate) fn feedback(
    root: &Root,
    reads: &Reads,
    wish: &GiveFeedback,
    actor: &Actor,
    context: &Context,
) -> Result<Decision, Refusal> {
    asker(reads, wish.household, actor, None)?;
    let event = events::of_root(root, wish.of).filter(|event| event.published.is_some()).ok_or(Refusal::NoSuchThing)?;
    let sign_up = crate::sign_ups::own_of_root(root, wish.of, wish.household);
    let now = match actor {
        Actor::Person(_) | Actor::OfAnyTime(_) => context.now,
        // Data files tell of events as if they were over.
        Actor::System => context.now.max(event.details.ends),
    };
    may_judge(event, sign_up, now)?;
    let asked = FEEDBACK.map(|key| (key, if key == WORDS { AnswerIn::Words } else { AnswerIn::Score }));
    given(root, Subject::Event { of: wish.of }, wish.household, &wish.opinions, &asked, context)
}

fn given(
    root: &Root,
    subject: Subject,
    household: HouseholdId,
    opinions: &[Opinion],
    asked: &[(&str, AnswerIn)],
    context: &Context,
) -> Result<Decision, Refusal> {
    let answers_one = |opinion: &Opinion| {
        let asked = asked.iter().find(|(key, _)| *key == opinion.question).map(|(_, answer)| answer);
        match (asked, opinion.score) {
            (Some(AnswerIn::Score), Some(score)) => (1..=SCORE_MOST).contains(&score) && opinion.words.is_empty(),
            (Some(AnswerIn::Words), None) => typed_or_empty(&opinion.words, NOTE_MOST).is_ok(),
            _ => false,
        }
    };
    let questions: BTreeSet<&String> = opinions.iter().map(|opinion| &opinion.question).collect();
    if opinions.is_empty() || questions.len() != opinions.len() || !opinions.iter().all(answers_one) {
        return Err(Refusal::Invalid { field: "answers".into() });
    }
    let answered = Answered { subject, household, opinions: opinions.to_vec(), at: context.now, nth: 0 };
    let is_given = root.holds(answered.id()) || root.holds(OwnAnswer::id_of(subject, household));
    match context.side {
        Side::Server if is_given => Err(WhyNot::AlreadyGiven.into()),
        Side::Server | Side::Device => {
            Ok(Decision { records: told(root, answered, context.side), ..Decision::default() })
        }
    }
}

/// What an answer writes; on a device only what the household itself may hold.
pub(crate) fn told(root: &Root, answered: Answered, side: Side) -> Vec<Record> {
    let own = |answered: &Answered| {
        let own = residents::Body::OwnAnswer(OwnAnswer(answered.clone()));
        Record::new(Audience::Household(answered.household), own.into())
    };
    if side == Side::Device {
        return vec![own(&answered)];
    }
    let others = root.of_residents().filter_map(|body| match body {
        residents::Body::Answered(it) if it.subject == answered.subject && it.household != answered.household => {
            Some(it)
        }
        _ => None,
    });
    let mut all: Vec<&Answered> = others.collect();
    // Whoever was counted stays counted: the newest comes last whatever the clock says.
    all.sort_by_key(|it| it.nth);
    let nth = all.last().map_or(0, |last| last.nth).saturating_add(1);
    let answered = Answered { nth, ..answered };
    all.push(&answered);
    let results = Results::of(answered.subject, &all);
    let results = Record::new(Audience::Desk, residents::Body::Results(results).into());
    let kept = Record::new(Audience::Nobody, residents::Body::Answered(answered.clone()).into());
    vec![own(&answered), results, kept]
}

/// The results of everything in a root that was answered.
pub(crate) fn sums(root: &Root) -> Vec<Record> {
    let mut all: Vec<&Answered> = root
        .of_residents()
        .filter_map(|body| match body {
            residents::Body::Answered(it) => Some(it),
            _ => None,
        })
        .collect();
    all.sort_by_key(|it| (it.subject, it.nth));
    let of = |answers: &[&Answered]| Results::of(answers[0].subject, answers);
    let results = all.chunk_by(|a, b| a.subject == b.subject).map(of);
    results.map(|it| Record::new(Audience::Desk, residents::Body::Results(it).into())).collect()
}

fn of_root(root: &Root) -> Option<&Survey> {
    root.of_residents().find_map(|body| match body {
        residents::Body::Survey(survey) => Some(survey),
        _ => None,
    })
}
