//! What is asked of each party: added, taken away, put in order.

use leptos::prelude::*;

use super::typed::{Asked, Faults, Typed};
use crate::{device::clock, locales::planning as say, ui};

pub fn view(typed: RwSignal<Typed>, faults: RwSignal<Faults>) -> AnyView {
    let keys = move || typed.with(|it| it.questions.iter().map(|asked| asked.key.clone()).collect::<Vec<_>>());
    let add = move |_| {
        let key = clock::fresh_change().to_string();
        typed.update(|it| it.questions.push(Asked { key, ..Asked::default() }));
    };
    let fault = move || faults.with(|faults| faults.get("questions").copied());
    view! {
        <section class="card" aria-labelledby="form-questions">
            <h2 id="form-questions">{say::questions()}</h2>
            <p class="note">{say::questions_note()}</p>
            <For each=keys key=|key| key.clone() children=move |key| one(typed, faults, key)/>
            <p class="fault" id="questions-fault" aria-live="polite">{fault}</p>
            <button type="button" class="button quiet" on:click=add>{ui::icon("plus")}{say::add_question()}</button>
        </section>
    }
    .into_any()
}

/// One question, found by its key wherever it stands.
#[derive(Clone, Copy)]
struct One {
    typed: RwSignal<Typed>,
    faults: RwSignal<Faults>,
    key: StoredValue<String>,
}

impl One {
    fn with<T: Default>(self, look: impl FnOnce(&Asked) -> T) -> T {
        let find = |it: &Typed| it.questions.iter().position(|asked| self.key.with_value(|key| asked.key == *key));
        self.typed.with(|it| find(it).map(|place| look(&it.questions[place])).unwrap_or_default())
    }

    fn put(self, change: impl FnOnce(&mut Asked)) {
        self.typed.update(|it| {
            if let Some(asked) = it.questions.iter_mut().find(|asked| self.key.with_value(|key| asked.key == *key)) {
                change(asked);
            }
        });
        if self.faults.with_untracked(|faults| faults.contains_key("questions")) {
            self.faults.update(|faults| {
                faults.remove("questions");
            });
        }
    }

    fn place(self) -> Option<usize> {
        self.typed.with(|it| it.questions.iter().position(|asked| self.key.with_value(|key| asked.key == *key)))
    }

    fn swap(self, by: isize) {
        let Some(place) = untrack(|| self.place()) else { return };
        self.typed.update(|it| {
            let other = place.saturating_add_signed(by);
            if other < it.questions.len() && other != place {
                it.questions.swap(place, other);
            }
        });
    }

    fn remove(self) {
        self.typed.update(|it| it.questions.retain(|asked| self.key.with_value(|key| asked.key != *key)));
    }

    fn line(
        self,
        name: &'static str,
        label: &'static str,
        get: fn(&Asked) -> &String,
        set: fn(&mut Asked) -> &mut String,
    ) -> AnyView {
        let id = format!("question-{name}-{}", self.key.get_value());
        view! {
            <div class="field">
                <label for=id.clone()>{label}</label>
                <input id=id autocomplete="off" aria-describedby="questions-fault" prop:value=move || self.with(|it| get(it).clone())
                    on:input=move |event| self.put(|it| *set(it) = event_target_value(&event))/>
            </div>
        }
        .into_any()
    }
}

fn one(typed: RwSignal<Typed>, faults: RwSignal<Faults>, key: String) -> AnyView {
    let choices_id = format!("question-choices-{key}");
    let it = One { typed, faults, key: StoredValue::new(key) };
    let title = move || say::question_n(it.place().unwrap_or(0) + 1);
    view! {
        <fieldset class="event-question">
            <legend>{title}</legend>
            <div class="side-by-side">
                {it.line("zh", say::in_zh(), |it| &it.zh, |it| &mut it.zh)}
                {it.line("en", say::in_en(), |it| &it.en, |it| &mut it.en)}
            </div>
            <div class="field">
                <label for=choices_id.clone()>{say::choices()}</label>
                <textarea id=choices_id rows="2" prop:value=move || it.with(|it| it.choices.clone())
                    on:input=move |event| it.put(|it| it.choices = event_target_value(&event))></textarea>
                <p class="note">{say::choices_note()}</p>
            </div>
            <label class="check"><input type="checkbox" prop:checked=move || it.with(|it| it.required)
                on:change=move |event| it.put(|it| it.required = event_target_checked(&event))/>{say::required()}</label>
            <div class="foot-row">
                <button type="button" class="button quiet" on:click=move |_| it.swap(-1)>{say::question_up()}</button>
                <button type="button" class="button quiet" on:click=move |_| it.swap(1)>{say::question_down()}</button>
                <button type="button" class="button quiet" on:click=move |_| it.remove()>{say::remove_question()}</button>
            </div>
        </fieldset>
    }
    .into_any()
}
