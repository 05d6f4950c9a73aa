//! A survey is written and changed. Its questions stay as they are once somebody has answered.

use domain::{
    ids::SurveyId,
    permissions::Act,
    residents::Request,
    surveys::{Subject, Survey},
    text::{NAME_MOST, NOTE_MOST, Words, typed_or_empty},
    time::Zone,
};
use leptos::{ev::SubmitEvent, prelude::*};
use serde::{Deserialize, Serialize};
use sync::device::{outbox::Entry, world::World};

use super::{
    questions::{self, Asked, Questions},
    results_of, surveys,
};
use crate::{
    asking::{self, Asking, for_who_may},
    device::clock,
    locales::{self, general, notice_form, survey_form as say},
    shell::go,
    store::{Store, use_store},
    ui,
};

pub fn new_page() -> AnyView {
    for_who_may(Act::RunSurveys, say::new(), || view! { <Form survey=None/> }.into_any())
}

pub fn page(survey: SurveyId) -> AnyView {
    for_who_may(Act::RunSurveys, say::change(), move || view! { <Form survey=Some(survey)/> }.into_any())
}

/// Where a refused survey is corrected.
pub fn correction(entry: &Entry) -> Option<String> {
    match asking::wish(entry)? {
        Request::PutSurvey(it) => Some(format!("/surveys/{}/edit?instead={}", it.id, entry.id)),
        _ => None,
    }
}

fn held(store: Store, id: SurveyId) -> Option<Survey> {
    store.world.with(|world| surveys(world).find(|survey| survey.id == id).cloned())
}

/// Whether somebody has answered: then what was asked stays.
fn is_answered(world: &World, id: SurveyId) -> bool {
    results_of(world, Subject::Survey { survey: id }).is_some_and(|results| results.received > 0)
}

/// What stands in the fields.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Typed {
    topic: String,
    title_zh: String,
    title_en: String,
    about_zh: String,
    about_en: String,
    opens: String,
    closes: String,
    questions: Vec<Asked>,
}

impl Typed {
    fn of(survey: &Survey, zone: &Zone) -> Self {
        Self {
            topic: survey.topic.clone(),
            title_zh: survey.title.zh.clone(),
            title_en: survey.title.en.clone(),
            about_zh: survey.about.zh.clone(),
            about_en: survey.about.en.clone(),
            opens: zone.for_field(survey.opens),
            closes: zone.for_field(survey.closes),
            questions: survey.questions.iter().map(Asked::of).collect(),
        }
    }
}

/// The fields, and what does not fit in them.
#[derive(Clone, Copy)]
struct Fields {
    topic: RwSignal<String>,
    title: [RwSignal<String>; 2],
    about: [RwSignal<String>; 2],
    opens: RwSignal<String>,
    closes: RwSignal<String>,
    questions: Questions,
    /// The name of the field, and what is wrong there.
    fault: RwSignal<Option<(&'static str, String)>>,
}

impl Fields {
    fn of(typed: Typed) -> Self {
        let Typed { topic, title_zh, title_en, about_zh, about_en, opens, closes, questions } = typed;
        Self {
            topic: RwSignal::new(topic),
            title: [title_zh, title_en].map(RwSignal::new),
            about: [about_zh, about_en].map(RwSignal::new),
            opens: RwSignal::new(opens),
            closes: RwSignal::new(closes),
            questions: Questions::of(questions),
            fault: RwSignal::new(None),
        }
    }

    fn typed(self) -> Typed {
        let [[title_zh, title_en], [about_zh, about_en]] = [self.title, self.about].map(|it| it.map(|it| it.get()));
        Typed {
            topic: self.topic.get(),
            title_zh,
            title_en,
            about_zh,
            about_en,
            opens: self.opens.get(),
            closes: self.closes.get(),
            questions: self.questions.typed(),
        }
    }

    /// The survey that is asked for, or the field that does not fit and why.
    fn read(self, base: Survey, zone: &Zone) -> Result<Survey, (&'static str, String)> {
        let typed = untrack(|| self.typed());
        let words = |field: &'static str, zh: &str, en: &str, most: usize| {
            let read = |text: &str| typed_or_empty(text, most).map_err(|unfit| (field, general::unfit(&unfit)));
            Ok(Words::new(read(zh)?, read(en)?))
        };
        let moment = |field: &'static str, text: &str| {
            zone.of_field(text).map_err(|fault| (field, notice_form::not_a_time(fault).to_owned()))
        };
        let mut survey = Survey {
            topic: typed.topic.trim().to_owned(),
            title: words("title", &typed.title_zh, &typed.title_en, NAME_MOST)?,
            about: words("about", &typed.about_zh, &typed.about_en, NOTE_MOST)?,
            opens: moment("opens", &typed.opens)?,
            closes: moment("closes", &typed.closes)?,
            ..base
        };
        survey.questions = typed.questions.iter().map(Asked::question).collect();
        match survey.fault() {
            None => Ok(survey),
            Some(field) => Err((field, say::unfit(field).to_owned())),
        }
    }

    fn fault_at(self, field: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || self.fault.get().filter(|(at, _)| *at == field).map(|(_, words)| words))
    }
}

#[component]
fn Form(survey: Option<SurveyId>) -> impl IntoView {
    let store = use_store();
    let zone = StoredValue::new(untrack(|| store.zone()));
    let asking = Asking::begin(store, "survey", survey.map(Into::into));
    let refused = match asking.refused() {
        Some(Request::PutSurvey(it)) => Some(it),
        _ => None,
    };
    let there = Memo::new(move |_| survey.and_then(|id| held(store, id)));
    let base = there.get_untracked();
    let title = if survey.is_none() { say::new() } else { say::change() };
    let back = survey.filter(|_| base.is_some()).map_or("/surveys".to_owned(), |id| format!("/surveys/{id}/results"));
    let shown = refused.as_ref().or(base.as_ref());
    if survey.is_some() && shown.is_none() {
        return view! {
            <ui::Page title=title back=back>{ui::empty(general::thing_not_here(), general::thing_not_here_next())}</ui::Page>
        }
        .into_any();
    }
    let first = asking.kept().or_else(|| shown.map(|it| zone.with_value(|zone| Typed::of(it, zone))));
    let fields = Fields::of(first.unwrap_or_else(|| Typed { questions: vec![Asked::new()], ..Typed::default() }));
    asking.keep(move || fields.typed());
    let id = survey.unwrap_or_else(clock::fresh_survey);
    let base = StoredValue::new(base.unwrap_or_else(|| empty(id, untrack(|| store.time()))));
    let go = go();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        match zone.with_value(|zone| fields.read(base.get_value(), zone)) {
            Ok(wish) => {
                fields.fault.set(None);
                let go = go.clone();
                asking.ask(Request::PutSurvey(wish), move || go(&format!("/surveys/{id}/results")));
            }
            Err(fault) => fields.fault.set(Some(fault)),
        }
    };
    let is_locked = Memo::new(move |_| store.world.with(|world| is_answered(world, id)));
    let now_is = move || there.get().map(|there| locales::say(&there.title));
    view! {
        <ui::Page title=title back=back>
            <form class="page-form" on:submit=submit>
                <section class="card">
                    {asking.corrects(now_is)}
                    {about(store, fields)}
                    {times(fields, zone)}
                </section>
                {move || if is_locked.get() { fields.questions.as_they_are() } else { asked(store, fields, id) }}
                <section class="card">
                    <p class="note">{say::privacy()}</p>
                    {ui::problem(move || fields.fault.get().map(|(_, words)| words))}
                    {asking.problem()}
                    <button class="button main" type="submit">{say::save()}</button>
                </section>
            </form>
        </ui::Page>
    }
    .into_any()
}

fn empty(id: SurveyId, now: domain::time::Moment) -> Survey {
    Survey {
        id,
        topic: String::new(),
        title: Words::default(),
        about: Words::default(),
        questions: vec![],
        opens: now,
        closes: now,
        revision: None,
    }
}

fn about(store: Store, fields: Fields) -> AnyView {
    let mut topics: Vec<String> =
        store.world.with_untracked(|world| surveys(world).map(|it| it.topic.clone()).collect());
    topics.sort();
    topics.dedup();
    let fault = fields.fault_at("topic");
    let ([title_zh, title_en], [about_zh, about_en]) = (fields.title, fields.about);
    view! {
        <div class="field">
            <label for="field-topic">{say::topic()}</label>
            <input id="field-topic" list="topics" autocomplete="off" maxlength="120" aria-describedby="topic-note topic-fault"
                aria-invalid=move || fault.get().is_some().then_some("true")
                prop:value=move || fields.topic.get() on:input=move |event| fields.topic.set(event_target_value(&event))/>
            <datalist id="topics">{topics.into_iter().map(|topic| view! { <option value=topic></option> }).collect_view()}</datalist>
            <p class="note" id="topic-note">{say::topic_note()}</p>
            <p class="fault" id="topic-fault" aria-live="polite">{move || fault.get()}</p>
        </div>
        <ui::Field label=notice_form::title_zh() name="title-zh" autocomplete="off" value=title_zh fault=fields.fault_at("title")/>
        <ui::Field label=notice_form::title_en() name="title-en" autocomplete="off" value=title_en/>
        <ui::LongField label=say::about_zh() name="about-zh" value=about_zh fault=fields.fault_at("about")/>
        <ui::LongField label=say::about_en() name="about-en" value=about_en/>
    }
    .into_any()
}

fn times(fields: Fields, zone: StoredValue<Zone>) -> AnyView {
    let field = move |id: &'static str, at: &'static str, label: &'static str, value: RwSignal<String>| {
        let fault = fields.fault_at(at);
        let fault_id = format!("{id}-fault");
        view! {
            <div class="field">
                <label for=id>{label}</label>
                <input id=id type="datetime-local" aria-describedby=fault_id.clone() aria-invalid=move || fault.get().is_some().then_some("true")
                    prop:value=move || value.get() on:input=move |event| value.set(event_target_value(&event))/>
                <p class="fault" id=fault_id aria-live="polite">{move || fault.get()}</p>
            </div>
        }
    };
    view! {
        <div class="pair">
            {field("field-opens", "opens", say::opens(), fields.opens)}
            {field("field-closes", "closes", say::closes(), fields.closes)}
        </div>
        <p class="note">{zone.with_value(|zone| notice_form::zone_note(&zone.name))}</p>
    }
    .into_any()
}

/// The questions, to be written, and those of the last survey of the topic to begin with.
fn asked(store: Store, fields: Fields, id: SurveyId) -> AnyView {
    let last = Memo::new(move |_| {
        let topic = fields.topic.get();
        store.world.with(|world| {
            let before = surveys(world).filter(|survey| survey.topic == topic.trim() && survey.id != id);
            before.max_by_key(|survey| (survey.closes, survey.id)).cloned()
        })
    });
    let copy = move || {
        last.get().map(|last| {
            let words = say::copy_questions(&locales::say(&last.title));
            let copy = move |_| fields.questions.add(last.questions.iter().map(Asked::of));
            view! { <button type="button" class="button quiet" on:click=copy>{words}</button> }
        })
    };
    view! { {copy}{questions::view(fields.questions, fields.fault_at("questions"))} }.into_any()
}
