//! How many come, by thumb or by number, and who they are.

use domain::sign_ups::Limits;
use leptos::prelude::*;

use super::sign_up::Typed;
use crate::{locales::sign_ups as say, ui};

/// So many persons are asked their names; more come as a group.
const NAMED_MOST: usize = 12;

pub fn fields(
    typed: RwSignal<Typed>,
    fault: RwSignal<Option<String>>,
    names_fault: RwSignal<Option<String>>,
    limits: impl Fn() -> Option<Limits> + Copy + Send + Sync + 'static,
    limit_words: impl Fn() -> Option<String> + Copy + Send + Sync + 'static,
) -> AnyView {
    let set = move |persons: String| {
        fault.set(None);
        typed.update(|typed| typed.persons = persons);
    };
    let count = Memo::new(move |_| typed.with(Typed::count).unwrap_or(0));
    let most = Memo::new(move |_| limits().map_or(u32::MAX, |limits| limits.most()));
    let is_least = move || count.get() <= 1;
    let is_most = move || count.get() >= most.get();
    let step = move |by: i64| {
        let next = (i64::from(count.get_untracked()) + by).clamp(1, i64::from(most.get_untracked()).max(1));
        set(next.to_string());
    };
    view! {
        <div class="field">
            <label for="field-persons">{say::how_many()}</label>
            <div class="party">
                <button type="button" class="press" aria-label=say::fewer() aria-disabled=move || is_least().to_string() on:click=move |_| step(-1)>"−"</button>
                <input id="field-persons" inputmode="numeric" autocomplete="off" aria-describedby="persons-limit persons-fault"
                    aria-invalid=move || fault.get().is_some().then_some("true")
                    prop:value=move || typed.with(|typed| typed.persons.clone())
                    on:input=move |event| set(event_target_value(&event))/>
                <button type="button" class="press" aria-label=say::more() aria-disabled=move || is_most().to_string() on:click=move |_| step(1)>"+"</button>
            </div>
            <p class="note" id="persons-limit">{limit_words}</p>
            <p class="fault" id="persons-fault" aria-live="polite">{move || fault.get()}</p>
        </div>
        {names(typed, count, names_fault)}
    }
    .into_any()
}

/// Folded: most people need no names.
fn names(typed: RwSignal<Typed>, count: Memo<u32>, fault: RwSignal<Option<String>>) -> AnyView {
    let is_open = typed.with_untracked(|typed| typed.names.iter().any(|name| !name.is_empty()));
    let shown = Memo::new(move |_| (count.get() as usize).min(NAMED_MOST));
    let field = move |n: usize| {
        let value = move || typed.with(|typed| typed.names.get(n).cloned().unwrap_or_default());
        let set = move |name: String| {
            fault.set(None);
            typed.update(|typed| {
                if typed.names.len() <= n {
                    typed.names.resize(n + 1, String::new());
                }
                typed.names[n] = name;
            });
        };
        view! {
            <input aria-label=say::name_of(n + 1) placeholder=say::name_of(n + 1) autocomplete="off" prop:value=value
                on:input=move |event| set(event_target_value(&event))/>
        }
    };
    view! {
        <details class="names" open=is_open>
            <summary>{say::names()}</summary>
            <p class="note">{say::names_note()}</p>
            <div class="fields">{move || (0..shown.get()).map(field).collect_view()}</div>
            <p class="fault" aria-live="polite">{move || fault.get().map(|words| view! { {ui::glyph("bad")}" "{words} })}</p>
        </details>
    }
    .into_any()
}
