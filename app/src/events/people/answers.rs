//! A party as the desk types it in for a household: how many, their names, and their answers.

use std::collections::BTreeMap;

use domain::{
    events::{Details, Question},
    sign_ups::{Answer, Party},
    text::half_width,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::locales::{self, planning as say};

/// What stands in the fields.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Typed {
    pub persons: String,
    /// One a line.
    pub names: String,
    /// By the question's key.
    pub answers: BTreeMap<String, String>,
}

impl Typed {
    pub fn of(party: &Party, answers: &[Answer]) -> Self {
        Self {
            persons: party.persons.to_string(),
            names: party.names.join("\n"),
            answers: answers.iter().map(|it| (it.question.clone(), it.answer.clone())).collect(),
        }
    }

    /// The party and its answers.
    ///
    /// # Errors
    /// The sentence of what does not fit.
    pub fn party(&self, details: &Details) -> Result<(Party, Vec<Answer>), &'static str> {
        let persons = half_width(self.persons.trim()).parse().ok().filter(|n| *n > 0).ok_or(say::persons_unfit())?;
        let names = self.names.lines().map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect();
        let given = |question: &Question| {
            let answer = self.answers.get(&question.key).map(|it| it.trim()).filter(|it| !it.is_empty())?;
            Some(Answer { question: question.key.clone(), answer: answer.to_owned() })
        };
        let answers: Vec<Answer> = details.questions.iter().filter_map(given).collect();
        if details.are_answered_by(&answers) {
            Ok((Party { persons, names }, answers))
        } else {
            Err(say::answers_unfit())
        }
    }
}

/// What a party answered, in the language of the page.
pub fn answered(question: &Question, answers: &[Answer]) -> Option<String> {
    let given = &answers.iter().find(|answer| answer.question == question.key)?.answer;
    Some(question.choice(given).map_or_else(|| given.clone(), locales::say))
}

pub fn fields(typed: RwSignal<Typed>, questions: &[Question], fault: RwSignal<Option<&'static str>>) -> AnyView {
    let put = move |change: &dyn Fn(&mut Typed)| {
        typed.update(change);
        fault.set(None);
    };
    let asked: Vec<_> = questions.iter().map(|question| answer(typed, question, fault)).collect();
    view! {
        <div class="field">
            <label for="field-persons">{say::persons_field()}</label>
            <input id="field-persons" inputmode="numeric" autocomplete="off" aria-describedby="party-fault" prop:value=move || typed.with(|it| it.persons.clone())
                on:input=move |event| { let text = event_target_value(&event); put(&|it| it.persons = text.clone()) }/>
        </div>
        <div class="field">
            <label for="field-names">{say::names_field()}</label>
            <textarea id="field-names" rows="2" prop:value=move || typed.with(|it| it.names.clone())
                on:input=move |event| { let text = event_target_value(&event); put(&|it| it.names = text.clone()) }></textarea>
        </div>
        {asked}
        <p class="fault" id="party-fault" role="alert">{move || fault.get()}</p>
    }
    .into_any()
}

fn answer(typed: RwSignal<Typed>, question: &Question, fault: RwSignal<Option<&'static str>>) -> AnyView {
    let key = StoredValue::new(question.key.clone());
    let id = format!("field-answer-{}", question.key);
    let given = move || typed.with(|it| key.with_value(|key| it.answers.get(key).cloned()).unwrap_or_default());
    let put = move |text: String| {
        typed.update(|it| {
            it.answers.insert(key.get_value(), text);
        });
        fault.set(None);
    };
    let label = if question.required {
        format!("{} · {}", locales::say(&question.ask), say::required())
    } else {
        locales::say(&question.ask)
    };
    let input = if question.choices.is_empty() {
        view! { <input id=id.clone() autocomplete="off" prop:value=given on:input=move |event| put(event_target_value(&event))/> }
            .into_any()
    } else {
        let option = |words: &domain::text::Words| {
            // The answer is the choice in the first language that has any, whatever language it is shown in.
            let value = words.say(Default::default()).to_owned();
            let (this, shown) = (value.clone(), locales::say(words));
            view! { <option value=value selected=move || untrack(given) == this>{shown}</option> }
        };
        let options: Vec<_> = question.choices.iter().map(option).collect();
        view! {
            <select id=id.clone() on:change=move |event| put(event_target_value(&event))>
                <option value="">{say::no_answer()}</option>{options}
            </select>
        }
        .into_any()
    };
    view! { <div class="field"><label for=id>{label}</label>{input}</div> }.into_any()
}
