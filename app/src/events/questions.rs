//! What an event asks of each party: choices as cards, everything else in words.

use domain::{events::Question, sign_ups::Answer};
use leptos::prelude::*;

use super::sign_up::Typed;
use crate::locales::{self, general, sign_ups as say};

pub fn fields(questions: &[Question], typed: RwSignal<Typed>, unanswered: RwSignal<Vec<String>>) -> AnyView {
    questions.iter().map(|question| one(question.clone(), typed, unanswered)).collect_view().into_any()
}

fn one(question: Question, typed: RwSignal<Typed>, unanswered: RwSignal<Vec<String>>) -> AnyView {
    let key = StoredValue::new(question.key.clone());
    let is_missing = Memo::new(move |_| key.with_value(|key| unanswered.with(|keys| keys.contains(key))));
    let given = Memo::new(move |_| {
        typed.with(|typed| {
            let answer = key.with_value(|key| typed.answers.iter().find(|answer| answer.question == *key).cloned());
            answer.map(|answer| answer.answer).unwrap_or_default()
        })
    });
    let set = move |answer: String| {
        let question = key.get_value();
        unanswered.update(|keys| keys.retain(|key| *key != question));
        typed.update(|typed| {
            typed.answers.retain(|answer| answer.question != question);
            typed.answers.push(Answer { question, answer });
        });
    };
    let fault = move || is_missing.get().then(say::answer_needed);
    let invalid = move || is_missing.get().then_some("true");
    let (id, fault_id) = (format!("field-{}", question.key), format!("fault-{}", question.key));
    let described = fault_id.clone();
    let ask = locales::say(&question.ask);
    let optional = (!question.required).then(|| view! { " "<span class="note">{general::optional()}</span> });
    if question.choices.is_empty() {
        return view! {
            <div class="field">
                <label for=id.clone()>{ask}{optional}</label>
                <textarea id=id rows="2" aria-describedby=described aria-invalid=invalid prop:value=move || given.get()
                    on:input=move |event| set(event_target_value(&event))></textarea>
                <p class="fault" id=fault_id aria-live="polite">{fault}</p>
            </div>
        }
        .into_any();
    }
    // What is sent are the choice's words in the first language that has any.
    let choices =
        question.choices.iter().map(|choice| (choice.say(Default::default()).to_owned(), locales::say(choice)));
    let none = (!question.required).then(|| (String::new(), say::no_answer().to_owned()));
    let card = |(value, words): (String, String)| {
        let this = value.clone();
        let is_chosen = move || given.with(|given| *given == this);
        view! {
            <label class="choice-card">
                <input type="radio" name=question.key.clone() prop:checked=is_chosen aria-invalid=invalid on:change=move |_| set(value.clone())/>
                <span>{words}</span>
            </label>
        }
    };
    view! {
        <fieldset class="choices" aria-describedby=described>
            <legend class="ask">{ask}{optional}</legend>
            {choices.chain(none).map(card).collect_view()}
            <p class="fault" id=fault_id aria-live="polite">{fault}</p>
        </fieldset>
    }
    .into_any()
}
