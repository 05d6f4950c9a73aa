//! What all answers to a survey, or about an event, amount to. Single answers are never here.

use domain::{
    events::Event,
    ids::{EventId, SurveyId},
    permissions::Act,
    results::csv,
    surveys::{AnswerIn, FEEDBACK, Results, SHOWN_TOGETHER, Subject, Survey, WORDS},
    time::Moment,
};
use leptos::prelude::*;

use super::{results_of, sums, surveys, trend};
use crate::{
    asking::{for_who_may, may_here, unconfirmed},
    device::files,
    events::{self, ours::signing_up},
    locales::{self, general, results as say_results, survey_results as say, surveys as say_surveys, time},
    store::{Store, use_store},
    ui,
};

pub fn page(survey: SurveyId) -> AnyView {
    for_who_may(Act::SeeDesk, say::results(), move || view! { <OfSurvey survey/> }.into_any())
}

/// What households thought of an event.
pub fn event_page(event: EventId) -> AnyView {
    for_who_may(Act::SeeDesk, say::results(), move || view! { <OfEvent event/> }.into_any())
}

/// A question as these pages show it.
#[derive(Clone, PartialEq)]
pub struct Question {
    pub key: String,
    pub ask: String,
    pub answer: AnswerIn,
}

fn questions_of(survey: &Survey) -> Vec<Question> {
    let question = |it: &domain::surveys::SurveyQuestion| Question {
        key: it.key.clone(),
        ask: locales::say(&it.ask),
        answer: it.answer,
    };
    survey.questions.iter().map(question).collect()
}

fn questions_of_event() -> Vec<Question> {
    let question = |key: &str| Question {
        key: key.into(),
        ask: say_surveys::asked_of_events(key).into(),
        answer: if key == WORDS { AnswerIn::Words } else { AnswerIn::Score },
    };
    FEEDBACK.into_iter().map(question).collect()
}

#[component]
fn OfSurvey(survey: SurveyId) -> impl IntoView {
    let store = use_store();
    let held = Memo::new(move |_| store.world.with(|world| surveys(world).find(|it| it.id == survey).cloned()));
    let may_change = may_here(store, Act::RunSurveys);
    move || {
        let Some(it) = held.get() else { return missing("/surveys") };
        let subject = Subject::Survey { survey };
        let (zone, now) = untrack(|| (store.zone(), store.time()));
        let [opens, closes] = [it.opens, it.closes].map(|at| time::absolute(at, now, &zone));
        let state = match () {
            () if it.is_open(now).is_ok() => ("running", say::is_open()),
            () if now < it.opens => ("ahead", say::is_ahead()),
            () => ("finished", say::is_closed()),
        };
        let questions = questions_of(&it);
        let title = locales::say(&it.title);
        let change = move || {
            may_change.get().then(|| view! { <a class="row link" href=format!("/surveys/{survey}/edit")><span class="grow">{say::change()}</span>{ui::icon("next")}</a> })
        };
        // Whoever works here may live here too.
        let answers_too = untrack(|| signing_up(store)).is_some();
        let topic = it.topic.clone();
        view! {
            <ui::Page title=title.clone() back="/surveys">
                <p class="lead" data-state=state.0>{ui::glyph(state.0)}" "{state.1}" · "<span class="number">{say::between(&opens, &closes)}</span></p>
                {unconfirmed(store, survey.into())}
                {move || told(store, subject, &questions, (&title, it.opens, it.closes))}
                {move || store.world.with(|world| trend::charts(world, &topic, store))}
                {answers_too.then(|| view! { <a class="row link" href=format!("/surveys/{survey}")><span class="grow">{say::answer_it()}</span>{ui::icon("next")}</a> })}
                {change}
            </ui::Page>
        }
        .into_any()
    }
}

#[component]
fn OfEvent(event: EventId) -> impl IntoView {
    let store = use_store();
    let held: Memo<Option<Event>> = Memo::new(move |_| store.world.with(|world| events::event(world, event).cloned()));
    move || {
        let Some(it) = held.get() else { return missing("/events") };
        let subject = Subject::Event { of: it.of };
        let title = say::of_event(&locales::say(&it.details.title));
        let days = (it.details.starts, it.details.ends);
        view! {
            <ui::Page title=title.clone() back=format!("/events/{event}")>
                {move || told(store, subject, &questions_of_event(), (&title, days.0, days.1))}
            </ui::Page>
        }
        .into_any()
    }
}

fn missing(back: &'static str) -> AnyView {
    view! {
        <ui::Page title=general::not_found() back=back>
            {ui::empty(general::thing_not_here(), general::thing_not_here_next())}
        </ui::Page>
    }
    .into_any()
}

/// How many have answered, and the sums where they may be shown; `about` names the file that they can be taken along in.
fn told(store: Store, subject: Subject, questions: &[Question], about: (&str, Moment, Moment)) -> AnyView {
    store.world.with(|world| match results_of(world, subject) {
        None => ui::empty(say::nobody_yet(), say::nobody_yet_next()).into_any(),
        Some(results) if results.counted == 0 => {
            let left = SHOWN_TOGETHER.saturating_sub(results.received as usize);
            view! {
                <p class="headline" data-state="waiting">{ui::glyph("waiting")}<span class="grow">{say::received(results.received)}</span></p>
                <p>{say::too_few(left)}</p>
            }
            .into_any()
        }
        Some(results) => shown(store, results, questions, about),
    })
}

fn shown(store: Store, results: &Results, questions: &[Question], about: (&str, Moment, Moment)) -> AnyView {
    let later = results.received.saturating_sub(results.counted);
    let (sums, words): (Vec<_>, Vec<_>) = questions.iter().partition(|it| it.answer == AnswerIn::Score);
    let file = file(store, results, questions, about);
    let download = move |_| files::save(&file.0, "text/csv;charset=utf-8", &file.1);
    view! {
        <p class="headline" data-state="good">{ui::glyph("good")}<span class="grow">{say::counted(results.counted)}</span></p>
        {(later > 0).then(|| view! { <p class="note">{say::received_more(results.received, later)}</p> })}
        <div class="cards">{sums.into_iter().map(|question| sums::of_question(question, results)).collect_view()}</div>
        {words.into_iter().map(|question| sums::words_of(question, results)).collect_view()}
        <button type="button" class="button quiet" on:click=download>{say_results::download()}</button>
    }
    .into_any()
}

/// The name and the text of a table for spreadsheets.
fn file(
    store: Store,
    results: &Results,
    questions: &[Question],
    (title, first, last): (&str, Moment, Moment),
) -> (String, String) {
    let (zone, community) = untrack(|| (store.zone(), store.community()));
    let community = community.map(|it| locales::say(&it.name)).unwrap_or_default();
    let [first, last] = [first, last].map(|at| zone.local(at).date());
    (csv::file_name(&community, first, last, title), sums::file(results, questions))
}
