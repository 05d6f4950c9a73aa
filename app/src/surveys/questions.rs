//! The questions of a survey while they are written: added, put in order, taken out.

use domain::{
    surveys::{AnswerIn, SurveyQuestion},
    text::Words,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    device::clock,
    locales::{self, survey_form as say},
    ui,
};

/// A question as it is kept in a draft.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    key: String,
    zh: String,
    en: String,
    answer: AnswerIn,
}

impl Asked {
    pub fn new() -> Self {
        // Stable over all surveys of the topic, whatever the words become.
        Self { key: clock::fresh_survey().to_string(), zh: String::new(), en: String::new(), answer: AnswerIn::Score }
    }

    pub fn of(question: &SurveyQuestion) -> Self {
        let Words { zh, en } = question.ask.clone();
        Self { key: question.key.clone(), zh, en, answer: question.answer }
    }

    pub fn question(&self) -> SurveyQuestion {
        let ask = Words::new(self.zh.trim(), self.en.trim());
        SurveyQuestion { key: self.key.clone(), ask, answer: self.answer }
    }

    fn is_empty(&self) -> bool {
        self.zh.trim().is_empty() && self.en.trim().is_empty()
    }
}

/// A question in its fields.
#[derive(Clone, Copy, PartialEq)]
struct Row {
    key: StoredValue<String>,
    zh: RwSignal<String>,
    en: RwSignal<String>,
    answer: RwSignal<AnswerIn>,
}

impl Row {
    fn of(asked: Asked) -> Self {
        Self {
            key: StoredValue::new(asked.key),
            zh: RwSignal::new(asked.zh),
            en: RwSignal::new(asked.en),
            answer: RwSignal::new(asked.answer),
        }
    }

    fn typed(self) -> Asked {
        Asked { key: self.key.get_value(), zh: self.zh.get(), en: self.en.get(), answer: self.answer.get() }
    }
}

/// All of them in their order.
#[derive(Clone, Copy)]
pub struct Questions(RwSignal<Vec<Row>>);

impl Questions {
    pub fn of(questions: Vec<Asked>) -> Self {
        Self(RwSignal::new(questions.into_iter().map(Row::of).collect()))
    }

    pub fn typed(self) -> Vec<Asked> {
        self.0.get().into_iter().map(Row::typed).collect()
    }

    /// Adds those that are not there; one that nobody has written yet makes room.
    pub fn add(self, more: impl Iterator<Item = Asked>) {
        let mut rows = self.0.get_untracked();
        rows.retain(|row| !untrack(|| row.typed()).is_empty());
        for asked in more {
            if rows.iter().all(|row| row.key.get_value() != asked.key) {
                rows.push(Row::of(asked));
            }
        }
        self.0.set(rows);
    }

    fn swap(self, row: Row, by: isize) {
        self.0.update(|rows| {
            let from = rows.iter().position(|it| *it == row);
            let to = from.and_then(|from| from.checked_add_signed(by)).filter(|to| *to < rows.len());
            if let (Some(from), Some(to)) = (from, to) {
                rows.swap(from, to);
            }
        });
    }

    /// What was asked, where it can't be changed any more.
    pub fn as_they_are(self) -> AnyView {
        let rows: Vec<_> = untrack(|| self.typed())
            .into_iter()
            .map(|asked| {
                let words = locales::say(&asked.question().ask);
                view! { <li class="row"><span class="grow">{words}<span class="note">{answered_in(asked.answer)}</span></span></li> }
            })
            .collect();
        view! {
            <section>
                <h2>{say::questions()}</h2>
                <p class="note">{ui::icon("lock")}" "{say::locked()}</p>
                <ul class="rows">{rows}</ul>
            </section>
        }
        .into_any()
    }
}

fn answered_in(answer: AnswerIn) -> &'static str {
    match answer {
        AnswerIn::Score => say::by_score(),
        AnswerIn::Words => say::in_words(),
    }
}

pub fn view(questions: Questions, fault: Signal<Option<String>>) -> AnyView {
    let add = move |_| questions.0.update(|rows| rows.push(Row::of(Asked::new())));
    view! {
        <section>
            <h2>{say::questions()}</h2>
            <ol class="questions">
                <For each=move || questions.0.get() key=|row| row.key.get_value() children=move |row| one(questions, row)/>
            </ol>
            <p class="fault" id="questions-fault" aria-live="polite">{move || fault.get()}</p>
            <button type="button" class="button quiet" on:click=add>{ui::icon("plus")}{say::add_question()}</button>
        </section>
    }
    .into_any()
}

fn one(questions: Questions, row: Row) -> AnyView {
    let place = move || questions.0.with(|rows| rows.iter().position(|it| *it == row).unwrap_or_default());
    let count = move || questions.0.with(Vec::len);
    let id = move |name: &str| format!("{name}-{}", row.key.get_value());
    let field = move |name: &'static str, label: &'static str, value: RwSignal<String>| {
        view! {
            <div class="field">
                <label for=id(name)>{label}</label>
                <input id=id(name) maxlength="120" autocomplete="off" prop:value=move || value.get()
                    on:input=move |event| value.set(event_target_value(&event))/>
            </div>
        }
    };
    let press = move |wanted: AnswerIn| {
        view! { <button type="button" class="press" aria-pressed=move || (row.answer.get() == wanted).to_string() on:click=move |_| row.answer.set(wanted)>{answered_in(wanted)}</button> }
    };
    let named = move |what: &'static str| move || say::of_question(what, place() + 1);
    let remove = move |_| questions.0.update(|rows| rows.retain(|it| *it != row));
    view! {
        <li class="card question">
            <h3>{move || say::question(place() + 1)}</h3>
            <div class="pair">
                {field("ask-zh", say::ask_zh(), row.zh)}
                {field("ask-en", say::ask_en(), row.en)}
            </div>
            <div class="presses" role="group" aria-label=named(say::answer())>{press(AnswerIn::Score)}{press(AnswerIn::Words)}</div>
            <div class="foot-row">
                <button type="button" class="button quiet" aria-label=named(say::up()) disabled=move || place() == 0 on:click=move |_| questions.swap(row, -1)>{say::up()}</button>
                <button type="button" class="button quiet" aria-label=named(say::down()) disabled=move || place() + 1 == count() on:click=move |_| questions.swap(row, 1)>{say::down()}</button>
                <button type="button" class="button quiet" aria-label=named(say::take_out()) on:click=remove>{say::take_out()}</button>
            </div>
        </li>
    }
    .into_any()
}
