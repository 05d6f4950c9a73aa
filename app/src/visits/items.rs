//! The items of a checklist: two taps for a normal check; what fails unfolds in place.

use std::collections::BTreeMap;

use domain::checklists::{AnswerFault, AnswerKind, AnswerValue, Checklist, Item, Judgement};
use leptos::prelude::*;

use super::draft::{Draft, DraftAnswer};
use crate::locales::{self, checklists as say, general};

/// How an answer is changed: every change is kept at once.
#[derive(Clone, Copy)]
pub struct Answering {
    pub draft: RwSignal<Draft>,
    pub faults: RwSignal<BTreeMap<String, AnswerFault>>,
    pub keep: Callback<()>,
}

impl Answering {
    fn change(&self, key: &str, change: impl FnOnce(&mut DraftAnswer)) {
        self.draft.update(|draft| change(draft.answers.entry(key.to_owned()).or_default()));
        self.faults.update(|faults| {
            faults.remove(key);
        });
        self.keep.run(());
    }
}

pub fn items(checklist: &Checklist, answering: Answering) -> impl IntoView + use<> {
    let items: Vec<_> = checklist.items.iter().cloned().map(|item| one(item, answering)).collect();
    view! { <ul class="items">{items}</ul> }
}

fn one(item: Item, answering: Answering) -> AnyView {
    let Answering { draft, faults, .. } = answering;
    let label = locales::say(&item.ask);
    let id = format!("item-{}", item.key);
    let label_id = format!("{id}-ask");
    let judged = {
        let item = item.clone();
        Memo::new(move |_| {
            draft.with(|draft| draft.value(&item)).and_then(Result::ok).and_then(|value| item.judge(&value).ok())
        })
    };
    let fault = {
        let key = item.key.clone();
        move || faults.with(|faults| faults.get(&key).map(say::fault))
    };
    let state = move || match judged.get() {
        Some(Judgement::Failed) => "failed",
        Some(Judgement::Passed | Judgement::Recorded) => "good",
        Some(Judgement::NotApplicable) => "none",
        None => "open",
    };
    let input = match &item.answer {
        AnswerKind::Check => check(&item, answering, &label_id),
        AnswerKind::Reading { unit, min, max } => {
            let limits = say::limits(min.map(|min| min.to_string()), max.map(|max| max.to_string()), unit);
            reading(&item, answering, limits, unit, judged)
        }
        AnswerKind::Choice { .. } => choice(&item, answering, &label_id),
        AnswerKind::Text => text(&item, answering),
    };
    let failing = item.clone();
    view! {
        <li class="item" id=id data-state=state>
            <p class="ask" id=label_id>{label}</p>
            {input}
            <p class="fault" role="alert">{fault}</p>
            {move || (judged.get() == Some(Judgement::Failed)).then(|| failed(&failing, answering))}
        </li>
    }
    .into_any()
}

/// One of several buttons of which one may be pressed; pressing it again takes the answer back.
fn press(
    item: &Item,
    answering: Answering,
    value: AnswerValue,
    words: String,
    class: &'static str,
    shown: String,
) -> AnyView {
    let key = item.key.clone();
    let wanted = value.clone();
    let is_pressed = {
        let key = item.key.clone();
        move || {
            answering
                .draft
                .with(|draft| draft.answers.get(&key).and_then(|answer| answer.value.as_ref()) == Some(&wanted))
        }
    };
    view! {
        <button type="button" class=format!("press {class}") aria-pressed=move || is_pressed().to_string() aria-label=words
            on:click=move |_| answering.change(&key, |answer| {
                answer.value = if answer.value.as_ref() == Some(&value) { None } else { Some(value.clone()) };
            })>
            {shown}
        </button>
    }
    .into_any()
}

fn check(item: &Item, answering: Answering, label: &str) -> AnyView {
    let button = |value, words: &str, class, shape: &str| {
        press(item, answering, value, words.to_owned(), class, format!("{shape} {words}"))
    };
    view! {
        <div class="presses" role="group" aria-labelledby=label.to_owned()>
            {button(AnswerValue::Passed, say::pass(), "good", "✓")}
            {button(AnswerValue::Failed, say::fail(), "bad", "✕")}
            {button(AnswerValue::NotApplicable, say::not_applicable(), "none", "—")}
        </div>
    }
    .into_any()
}

fn choice(item: &Item, answering: Answering, label: &str) -> AnyView {
    let AnswerKind::Choice { options } = &item.answer else { return ().into_any() };
    let buttons: Vec<_> = options
        .iter()
        .map(|option| {
            let words = locales::say(&option.text);
            let class = if option.fails { "bad" } else { "good" };
            press(item, answering, AnswerValue::Chosen(option.key.clone()), words.clone(), class, words)
        })
        .collect();
    view! {
        <div class="presses wrap" role="group" aria-labelledby=label.to_owned()>
            {buttons}
            {press(item, answering, AnswerValue::NotApplicable, say::not_applicable().to_owned(), "none", format!("— {}", say::not_applicable()))}
        </div>
    }
    .into_any()
}

fn reading(item: &Item, answering: Answering, limits: String, unit: &str, judged: Memo<Option<Judgement>>) -> AnyView {
    let id = format!("reading-{}", item.key);
    let key = item.key.clone();
    let typed = typed_value(&item.key, answering);
    let name = format!("{} {}", locales::say(&item.ask), say::reading_of(unit));
    let verdict = move || match judged.get() {
        Some(Judgement::Failed) => say::outside_limits(),
        Some(Judgement::Passed) => say::inside_limits(),
        Some(Judgement::NotApplicable | Judgement::Recorded) | None => "",
    };
    view! {
        <div class="reading">
            <input id=id inputmode="decimal" autocomplete="off" aria-label=name prop:value=typed
                on:input=move |event| {
                    let words = event_target_value(&event);
                    answering.change(&key, |answer| { answer.typed = words; answer.value = None; });
                }/>
            <span class="limits">{limits}</span>
            {press(item, answering, AnswerValue::NotApplicable, say::not_applicable().to_owned(), "none", format!("— {}", say::not_applicable()))}
            <span class="verdict" aria-live="polite">{verdict}</span>
        </div>
    }
    .into_any()
}

fn text(item: &Item, answering: Answering) -> AnyView {
    let key = item.key.clone();
    let typed = typed_value(&item.key, answering);
    view! {
        <textarea rows="2" aria-label=locales::say(&item.ask) placeholder=say::answer_here() prop:value=typed
            on:input=move |event| {
                let words = event_target_value(&event);
                answering.change(&key, |answer| { answer.typed = words; answer.value = None; });
            }></textarea>
    }
    .into_any()
}

fn typed_value(key: &str, answering: Answering) -> impl Fn() -> String + use<> {
    let key = key.to_owned();
    move || answering.draft.with(|draft| draft.answers.get(&key).map(|answer| answer.typed.clone()).unwrap_or_default())
}

/// A failed item unfolds: what to do, short comments to tap, and a note.
fn failed(item: &Item, answering: Answering) -> impl IntoView + use<> {
    let key = item.key.clone();
    let note_key = item.key.clone();
    let note = move || {
        answering.draft.with(|draft| draft.answers.get(&note_key).map(|answer| answer.note.clone()).unwrap_or_default())
    };
    let chips: Vec<_> = item
        .canned
        .iter()
        .map(|words| {
            let words = locales::say(words);
            let (key, shown) = (item.key.clone(), words.clone());
            view! {
                <button type="button" class="canned" on:click=move |_| answering.change(&key, |answer| {
                    if !answer.note.contains(&words) {
                        let gap = if answer.note.is_empty() { "" } else { general::between_clauses() };
                        answer.note.push_str(gap);
                        answer.note.push_str(&words);
                    }
                })>{shown}</button>
            }
        })
        .collect();
    let label = format!("{}: {}", locales::say(&item.ask), say::what_is_wrong());
    view! {
        <div class="failed">
            {item.on_fail.as_ref().map(|what| view! { <p class="what-to-do">{say::what_to_do(&locales::say(what))}</p> })}
            <div class="chips">{chips}</div>
            <textarea rows="2" aria-label=label placeholder=say::what_is_wrong() prop:value=note
                on:input=move |event| {
                    let words = event_target_value(&event);
                    answering.change(&key, |answer| answer.note = words);
                }></textarea>
            {item.clause.as_ref().map(|clause| view! { <p class="note">{say::clause(&locales::say(clause))}</p> })}
        </div>
    }
}
