//! The items of a checklist: two taps for a normal check; what fails unfolds in place.

use std::collections::BTreeMap;

use domain::{
    checklists::{AnswerKind, AnswerValue, Checklist, Evidence, Item, Judgement},
    photos::Photo,
};
use leptos::prelude::*;

use super::draft::{Draft, DraftAnswer, Faults};
use crate::{
    locales::{self, checklists as say, general, photos as say_photos},
    photos::{Album, album},
    ui,
};

/// How an answer is changed: every change is kept at once, and can be taken back.
#[derive(Clone, Copy)]
pub struct Answering {
    pub draft: RwSignal<Draft>,
    pub faults: RwSignal<Faults>,
    pub keep: Callback<()>,
    /// The draft's key on the disk.
    pub key: StoredValue<String>,
    /// What was read last at this checkpoint, in words, by item.
    pub last: StoredValue<BTreeMap<String, String>>,
    /// The drafts before each change, oldest first, with what was changed.
    pub past: RwSignal<Vec<(String, Draft)>>,
}

/// How many changes can be taken back.
const PAST_MOST: usize = 30;

impl Answering {
    /// Changes the draft. `what` names the change: typing on in one field is one change.
    pub fn change(&self, what: &str, change: impl FnOnce(&mut Draft)) {
        let before = self.draft.get_untracked();
        self.past.update(|past| {
            let goes_on = what.starts_with(TYPED) && past.last().is_some_and(|(last, _)| last == what);
            if !goes_on {
                past.push((what.to_owned(), before));
                let surplus = past.len().saturating_sub(PAST_MOST);
                past.drain(..surplus);
            }
        });
        self.draft.update(change);
        self.keep.run(());
    }

    /// Takes the last change back.
    pub fn undo(&self) {
        let Some((_, before)) = self.past.try_update(Vec::pop).flatten() else { return };
        self.draft.set(before);
        self.faults.set(Faults::new());
        self.keep.run(());
    }

    fn answer(&self, key: &str, field: &str, change: impl FnOnce(&mut DraftAnswer)) {
        self.change(&format!("{field}{key}"), |draft| change(draft.answers.entry(key.to_owned()).or_default()));
        self.faults.update(|faults| {
            faults.remove(key);
        });
    }

    fn read<T: Default>(&self, key: &str, read: impl FnOnce(&DraftAnswer) -> T) -> T {
        self.draft.with(|draft| draft.answers.get(key).map(read).unwrap_or_default())
    }
}

/// What begins the name of a change that goes on with every letter.
const TYPED: &str = "typed ";

pub fn items(checklist: &Checklist, answering: Answering) -> impl IntoView + use<> {
    let shown = {
        let checklist = checklist.clone();
        Memo::new(move |_| {
            let (answers, _) = answering.draft.with(|draft| draft.answers(&checklist));
            checklist.shown(&answers).into_iter().map(|item| item.key.clone()).collect::<Vec<_>>()
        })
    };
    let items: Vec<_> = checklist.items.iter().cloned().map(|item| one(item, answering, shown)).collect();
    view! { <ul class="items">{items}</ul> }
}

fn one(item: Item, answering: Answering, shown: Memo<Vec<String>>) -> AnyView {
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
    let is_hidden = {
        let key = item.key.clone();
        move || shown.with(|shown| !shown.contains(&key))
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
        AnswerKind::Photo => photo(&item, answering),
    };
    // A failed item shows everything; beside any other there is one small button.
    let is_open = RwSignal::new(answering.draft.with_untracked(|draft| {
        draft.answers.get(&item.key).is_some_and(|answer| !answer.note.is_empty() || !answer.photos.is_empty())
    }));
    let has_failed = move || judged.get() == Some(Judgement::Failed);
    let more = (item.answer != AnswerKind::Photo).then(|| {
        let words = say::more(&label);
        view! {
            <button type="button" class="more" aria-label=words aria-expanded=move || is_open.get().to_string()
                hidden=has_failed on:click=move |_| is_open.update(|is_open| *is_open = !*is_open)>
                {ui::icon("camera")}
            </button>
        }
    });
    let item = StoredValue::new(item);
    view! {
        <li class="item" id=id data-state=state hidden=is_hidden>
            <div class="ask-row"><p class="ask" id=label_id>{label}</p>{more}</div>
            {input}
            <p class="fault" role="alert">{fault}</p>
            {move || match (has_failed(), is_open.get()) {
                (true, _) => item.with_value(|item| failed(item, answering)),
                (false, true) => item.with_value(|item| view! { <div class="failed">{beside(item, answering)}</div> }.into_any()),
                (false, false) => ().into_any(),
            }}
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
            on:click=move |_| answering.answer(&key, "", |answer| {
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
    let last = answering.last.with_value(|last| last.get(&item.key).cloned());
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
                    answering.answer(&key, TYPED, |answer| { answer.typed = words; answer.value = None; });
                }/>
            <span class="limits">{limits}{last.map(|last| view! { <span class="last">{last}</span> })}</span>
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
                answering.answer(&key, TYPED, |answer| { answer.typed = words; answer.value = None; });
            }></textarea>
    }
    .into_any()
}

fn photo(item: &Item, answering: Answering) -> AnyView {
    view! { {photos(item, answering)}{without_photo(item, answering)} }.into_any()
}

fn typed_value(key: &str, answering: Answering) -> impl Fn() -> String + use<> {
    let key = key.to_owned();
    move || answering.read(&key, |answer| answer.typed.clone())
}

/// A failed item unfolds: what to do, short comments to tap, a note, photos, and whether it was put right at once.
fn failed(item: &Item, answering: Answering) -> AnyView {
    let chips: Vec<_> = item
        .canned
        .iter()
        .map(|words| {
            let words = locales::say(words);
            let (key, shown) = (item.key.clone(), words.clone());
            view! {
                <button type="button" class="canned" on:click=move |_| answering.answer(&key, "", |answer| {
                    if !answer.note.contains(&words) {
                        let gap = if answer.note.is_empty() { "" } else { general::between_clauses() };
                        answer.note.push_str(gap);
                        answer.note.push_str(&words);
                    }
                })>{shown}</button>
            }
        })
        .collect();
    let needs_photo = item.fail_needs.contains(&Evidence::Photo);
    let needs = match (item.fail_needs.contains(&Evidence::Note), needs_photo) {
        (true, true) => Some(say::needs_both()),
        (true, false) => Some(say::needs_note()),
        (false, true) => Some(say::needs_photo()),
        (false, false) => None,
    };
    view! {
        <div class="failed">
            {item.on_fail.as_ref().map(|what| view! { <p class="what-to-do">{say::what_to_do(&locales::say(what))}</p> })}
            {needs.map(|words| view! { <p class="needs">{ui::glyph("attention")}" "{words}</p> })}
            <div class="chips">{chips}</div>
            {beside(item, answering)}
            {needs_photo.then(|| without_photo(item, answering))}
            {put_right(item, answering)}
            {item.clause.as_ref().map(|clause| view! { <p class="note">{say::clause(&locales::say(clause))}</p> })}
        </div>
    }
    .into_any()
}

/// A note and photos beside an answer.
fn beside(item: &Item, answering: Answering) -> AnyView {
    let label = format!("{}: {}", locales::say(&item.ask), say::what_is_wrong());
    view! {
        {field(item, answering, label, say::what_is_wrong(), |answer| &mut answer.note)}
        {photos(item, answering)}
    }
    .into_any()
}

/// A field for words about an item, kept at every letter.
fn field(
    item: &Item,
    answering: Answering,
    label: String,
    placeholder: &'static str,
    of: fn(&mut DraftAnswer) -> &mut String,
) -> AnyView {
    let (key, read_key) = (item.key.clone(), item.key.clone());
    let value = move || answering.read(&read_key, |answer| of(&mut answer.clone()).clone());
    let what = format!("{TYPED}{placeholder} ");
    view! {
        <textarea rows="2" aria-label=label placeholder=placeholder prop:value=value
            on:input=move |event| {
                let words = event_target_value(&event);
                answering.answer(&key, &what, |answer| *of(answer) = words);
            }></textarea>
    }
    .into_any()
}

fn photos(item: &Item, answering: Answering) -> AnyView {
    let key = StoredValue::new(item.key.clone());
    let add_to = move |draft: &mut Draft, photo: Photo| {
        photo.join(&mut draft.answers.entry(key.get_value()).or_default().photos);
    };
    album(Album {
        photos: Signal::derive(move || key.with_value(|key| answering.read(key, |answer| answer.photos.clone()))),
        with: Callback::new(move |photo| {
            let mut draft = answering.draft.get_untracked();
            add_to(&mut draft, photo);
            (answering.key.get_value(), serde_json::to_string(&draft).unwrap_or_default())
        }),
        add: Callback::new(move |photo| {
            answering.change("photo", |draft| add_to(draft, photo));
            answering.faults.update(|faults| {
                key.with_value(|key| faults.remove(key));
            });
        }),
        remove: Callback::new(move |photo| {
            key.with_value(|key| answering.answer(key, "", |answer| answer.photos.retain(|kept| *kept != photo)));
        }),
    })
}

/// Why there is no photo, behind a button: the photo is what is wanted.
fn without_photo(item: &Item, answering: Answering) -> AnyView {
    let has_words = answering
        .draft
        .with_untracked(|draft| draft.answers.get(&item.key).is_some_and(|answer| !answer.without_photo.is_empty()));
    let label = format!("{}: {}", locales::say(&item.ask), say_photos::why_none());
    view! {
        <details class="without-photo" open=has_words>
            <summary>{say_photos::no_photo_possible()}</summary>
            {field(item, answering, label, say_photos::why_none(), |answer| &mut answer.without_photo)}
        </details>
    }
    .into_any()
}

/// Put right on the spot, or left for others.
fn put_right(item: &Item, answering: Answering) -> AnyView {
    let key = StoredValue::new(item.key.clone());
    let is_corrected =
        Memo::new(move |_| key.with_value(|key| answering.read(key, |answer| answer.corrected.is_some())));
    let button = move |corrected: bool, words: &'static str, class: &'static str| {
        let set = move |_| {
            key.with_value(|key| {
                answering.answer(key, "", |answer| {
                    answer.corrected = corrected.then(|| answer.corrected.take().unwrap_or_default());
                });
            });
        };
        let class = format!("press {class}");
        view! { <button type="button" class=class aria-pressed=move || (is_corrected.get() == corrected).to_string() on:click=set>{words}</button> }
    };
    let label = format!("{}: {}", locales::say(&item.ask), say::how_corrected());
    let item = StoredValue::new(item.clone());
    view! {
        <div class="presses" role="group" aria-label=say::corrected_on_site()>
            {button(false, say::needs_work(), "bad")}
            {button(true, say::corrected_on_site(), "good")}
        </div>
        {move || is_corrected.get().then(|| {
            item.with_value(|item| field(item, answering, label.clone(), say::how_corrected(), |answer| answer.corrected.get_or_insert_default()))
        })}
    }
    .into_any()
}

/// Brings the first item with a fault into view.
pub fn show_first(checklist: &Checklist, faults: &Faults) {
    let first = checklist.items.iter().find(|item| faults.contains_key(&item.key));
    let element = first.and_then(|item| document().get_element_by_id(&format!("item-{}", item.key)));
    if let Some(element) = element {
        element.scroll_into_view();
    }
}
