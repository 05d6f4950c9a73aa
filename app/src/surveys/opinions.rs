//! What a household thinks, question by question: a score from 1 to 5 in words, or words of its own.

use std::collections::BTreeMap;

use domain::{
    changes::{Deed, Request},
    residents,
    surveys::{AnswerIn, Answered, Opinion, SCORE_MOST},
    text::{NOTE_MOST, typed_or_empty},
};
use leptos::{ev::SubmitEvent, prelude::*};
use serde::{Deserialize, Serialize};

use crate::{
    events::asked::offline_note,
    locales::{general, surveys as say, time},
    store::Store,
    ui,
};

/// A question as it is asked here.
#[derive(Clone)]
pub struct Asked {
    pub key: String,
    pub ask: String,
    pub answer: AnswerIn,
}

/// What stands in the form, by the questions' keys.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Typed {
    scores: BTreeMap<String, u8>,
    words: BTreeMap<String, String>,
}

impl Typed {
    fn opinions(&self, asked: &[Asked]) -> Vec<Opinion> {
        let one = |asked: &Asked| match asked.answer {
            AnswerIn::Score => {
                let score = *self.scores.get(&asked.key)?;
                Some(Opinion { question: asked.key.clone(), score: Some(score), words: String::new() })
            }
            AnswerIn::Words => {
                let words = self.words.get(&asked.key)?.trim().to_owned();
                (!words.is_empty()).then(|| Opinion { question: asked.key.clone(), score: None, words })
            }
        };
        asked.iter().filter_map(one).collect()
    }
}

/// The form. `wish` makes the change of what was answered; the answer then stands in its place.
pub fn form(
    store: Store,
    draft: String,
    asked: Vec<Asked>,
    wish: impl Fn(Vec<Opinion>) -> residents::Request + Clone + Send + Sync + 'static,
) -> AnyView {
    let kept = store.draft(&draft).and_then(|text| domain::json::read::<Typed>(&text).ok()).unwrap_or_default();
    let typed = RwSignal::new(kept);
    let fault = RwSignal::new(None::<String>);
    let problem = RwSignal::new(None::<String>);
    let is_busy = RwSignal::new(false);
    let key = StoredValue::new(draft);
    Effect::new(move |before: Option<Typed>| {
        let now = typed.get();
        if before.is_some_and(|before| before != now) {
            fault.set(None);
            store.keep_draft(key.get_value(), serde_json::to_string(&now).unwrap_or_default());
        }
        now
    });
    let questions = StoredValue::new(asked.clone());
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let typed = typed.get_untracked();
        let unfit = typed.words.values().find_map(|words| typed_or_empty(words, NOTE_MOST).err());
        let opinions = questions.with_value(|asked| typed.opinions(asked));
        let wrong = match unfit {
            Some(unfit) => Some(general::unfit(&unfit)),
            None => opinions.is_empty().then(|| say::at_least_one().to_owned()),
        };
        let fits = wrong.is_none();
        fault.set(wrong);
        if !fits || is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        let deed = Deed::Request(Request::Residents(wish(opinions)));
        leptos::task::spawn_local(async move {
            let done = store.commit(vec![deed], Some(key.get_value())).await;
            problem.try_set(done.err().map(|fault| ui::not_saved(&fault)));
            is_busy.try_set(false);
        });
    };
    view! {
        <form class="card opinions" on:submit=submit>
            {asked.into_iter().map(|asked| one(asked, typed)).collect_view()}
            <p class="note">{say::privacy()}</p>
            {offline_note(store)}
            {ui::problem(move || fault.get())}
            {ui::problem(move || problem.get())}
            <button class="button main" type="submit" disabled=move || is_busy.get()>{say::send()}</button>
        </form>
    }
    .into_any()
}

fn one(asked: Asked, typed: RwSignal<Typed>) -> AnyView {
    match asked.answer {
        AnswerIn::Score => scores(asked, typed),
        AnswerIn::Words => words(asked, typed),
    }
}

fn scores(asked: Asked, typed: RwSignal<Typed>) -> AnyView {
    let Asked { key, ask, .. } = asked;
    let radio = |score: u8| {
        let (mine, set) = (key.clone(), key.clone());
        let is_chosen = move || typed.with(|typed| typed.scores.get(&mine) == Some(&score));
        view! {
            <label class="score">
                <input type="radio" name=key.clone() prop:checked=is_chosen
                    on:change=move |_| typed.update(|typed| { typed.scores.insert(set.clone(), score); })/>
                <span class="number">{score}</span>
                <span>{say::score(score)}</span>
            </label>
        }
    };
    view! {
        <fieldset class="scores">
            <legend class="ask">{ask}</legend>
            <div>{(1..=SCORE_MOST).map(radio).collect_view()}</div>
        </fieldset>
    }
    .into_any()
}

fn words(asked: Asked, typed: RwSignal<Typed>) -> AnyView {
    let Asked { key, ask, .. } = asked;
    let (id, mine) = (format!("field-{key}"), key.clone());
    let value = move || typed.with(|typed| typed.words.get(&mine).cloned().unwrap_or_default());
    view! {
        <div class="field">
            <label for=id.clone()>{ask}" "<span class="note">{say::own_words_note()}</span></label>
            <textarea id=id rows="3" prop:value=value
                on:input=move |event| typed.update(|typed| { typed.words.insert(key.clone(), event_target_value(&event)); })></textarea>
        </div>
    }
    .into_any()
}

/// What the household has said, instead of the form: there is one answer each.
pub fn given(store: Store, answered: &Answered, asked: &[Asked]) -> AnyView {
    let is_sent = store.world.with(|world| {
        let own = domain::surveys::OwnAnswer(answered.clone());
        !world.is_unconfirmed(own.id())
    });
    let when = time::absolute(answered.at, store.time(), &store.zone());
    let line = |opinion: &Opinion| {
        let ask = asked.iter().find(|asked| asked.key == opinion.question).map(|asked| asked.ask.clone());
        let said = match opinion.score {
            Some(score) => format!("{score} · {}", say::score(score)),
            None => opinion.words.clone(),
        };
        view! { <div><dt>{ask}</dt><dd class="words">{said}</dd></div> }
    };
    let lines = answered.opinions.iter().map(line).collect_view();
    view! {
        <section class="card">
            {if is_sent {
                view! { <p class="done" role="status">{ui::glyph("good")}{say::thanks()}</p> }.into_any()
            } else {
                view! { <p class="done" data-state="waiting" role="status">{ui::glyph("waiting")}{say::thanks_waiting()}</p><p class="note">{say::thanks_waiting_next()}</p> }.into_any()
            }}
            <p class="note">{say::given_on(&when)}</p>
            <h2>{say::yours()}</h2>
            <dl class="facts">{lines}</dl>
            <p class="note">{say::privacy()}</p>
        </section>
    }
    .into_any()
}
