//! Whoever comes without a sign-up: how many, and a name if they give one.

use domain::{
    changes::{Deed, Fact},
    check_in::WalkInRecorded,
    residents,
    text::{NAME_MOST, typed_or_empty},
};
use leptos::{ev::SubmitEvent, prelude::*};
use serde::{Deserialize, Serialize};

use super::entry::{AtDoor, stepper};
use crate::{
    device::clock,
    locales::{door as say, general},
    ui,
};

/// As many as come at once without a sign-up, in one group.
const MOST: u32 = 99;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Draft {
    persons: u32,
    name: String,
}

pub fn form(at: AtDoor) -> AnyView {
    let store = at.store;
    let key = format!("walk_in:{}", at.of.event);
    let kept = store.draft(&key).and_then(|text| domain::json::read::<Draft>(&text).ok());
    let kept = kept.unwrap_or(Draft { persons: 1, name: String::new() });
    let (persons, name) = (RwSignal::new(kept.persons.clamp(1, MOST)), RwSignal::new(kept.name));
    let fault = RwSignal::new(None::<String>);
    let problem = RwSignal::new(None::<String>);
    let is_busy = RwSignal::new(false);
    let entered = RwSignal::new(None::<u32>);
    let draft = key.clone();
    Effect::new(move |before: Option<Draft>| {
        let now = Draft { persons: persons.get(), name: name.get() };
        let is_blank = now.persons == 1 && now.name.is_empty();
        if before.is_some_and(|before| before != now) && !is_blank {
            store.keep_draft(draft.clone(), serde_json::to_string(&now).unwrap_or_default());
        }
        now
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let named = typed_or_empty(&name.get_untracked(), NAME_MOST);
        fault.set(named.as_ref().err().map(general::unfit));
        let Ok(given) = named else { return };
        if is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        let n = persons.get_untracked();
        let fact = WalkInRecorded { walk_in: clock::fresh_walk_in(), of: at.of, persons: n, name: given };
        let deed = Deed::Fact(Fact::Residents(residents::Fact::WalkInRecorded(fact)));
        let key = key.clone();
        leptos::task::spawn_local(async move {
            match store.commit(vec![deed], Some(key)).await {
                Ok(_) => {
                    entered.try_set(Some(n));
                    name.try_set(String::new());
                    persons.try_set(1);
                    problem.try_set(None);
                }
                Err(fault) => {
                    problem.try_set(Some(ui::not_saved(&fault)));
                }
            }
            is_busy.try_set(false);
        });
    };
    view! {
        <form class="card" aria-labelledby="walk-in-title" on:submit=submit>
            <h2 id="walk-in-title">{say::walk_in()}</h2>
            {stepper(persons, MOST)}
            <ui::Field label=say::walk_in_name() name="walk-in-name" autocomplete="off" value=name fault=fault/>
            {ui::problem(move || problem.get())}
            <button class="button" type="submit">{move || say::record_walk_in(persons.get())}</button>
            <p role="status" class=move || if entered.get().is_some() { "done" } else { "" }>
                {move || entered.get().map(|n| view! { {ui::glyph("good")}<span>{say::walk_in_done(n)}</span> })}
            </p>
        </form>
    }
    .into_any()
}
