//! Signing up a household that called or came by.

use domain::{
    changes::{Deed, Request},
    events::EventKey,
    ids::{ChangeId, HouseholdId},
    residents,
    sign_ups::AskForPlaces,
};
use leptos::{ev::SubmitEvent, prelude::*};
use serde::{Deserialize, Serialize};

use super::answers::{Typed, fields};
use crate::{
    asking::is_settled,
    events::{desk::refusal_of, door::Held, event},
    locales::planning as say,
    store::Store,
    ui,
};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Draft {
    household: String,
    party: Typed,
}

pub fn view(store: Store, of: EventKey) -> AnyView {
    let key = StoredValue::new(format!("sign_up_for:{}", of.event));
    let kept = store.draft(&key.get_value()).and_then(|text| domain::json::read::<Draft>(&text).ok());
    let is_open = kept.is_some();
    let kept = kept.unwrap_or_default();
    let (household, party) = (RwSignal::new(kept.household), RwSignal::new(kept.party));
    Effect::new(move |before: Option<Draft>| {
        let now = Draft { household: household.get(), party: party.get() };
        if before.is_some_and(|before| before != now) && now != Draft::default() {
            store.keep_draft(key.get_value(), serde_json::to_string(&now).unwrap_or_default());
        }
        now
    });
    let (fault, household_fault) = (RwSignal::new(None::<&'static str>), RwSignal::new(None::<&'static str>));
    let (problem, asked) = (RwSignal::new(None::<String>), RwSignal::new(None::<ChangeId>));
    let is_busy = RwSignal::new(false);
    let questions = store.world.with_untracked(|world| {
        event(world, of.event).map(|event| event.details.questions.clone()).unwrap_or_default()
    });
    let submit = move |event_: SubmitEvent| {
        event_.prevent_default();
        let chosen: Option<HouseholdId> = household.get_untracked().parse().ok();
        household_fault.set(chosen.is_none().then(say::nobody_chosen));
        let details = store.world.with_untracked(|world| event(world, of.event).map(|event| event.details.clone()));
        let Some(details) = details else { return };
        let typed = party.with_untracked(|party| party.party(&details));
        fault.set(typed.as_ref().err().copied());
        let (Some(chosen), Ok((party_wish, answers))) = (chosen, typed) else { return };
        if is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        let wish = AskForPlaces { of, household: chosen, party: party_wish, answers };
        leptos::task::spawn_local(async move {
            let deed = Deed::Request(Request::Residents(residents::Request::AskForPlaces(wish)));
            match store.commit_instead(None, deed, Some(key.get_value())).await {
                Ok(change) => {
                    asked.try_set(Some(change));
                    household.try_set(String::new());
                    party.try_set(Typed::default());
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
        <details class="card no-print" open=is_open>
            <summary>{ui::icon("plus")}{say::sign_up_for()}</summary>
            <form class="fields-within" on:submit=submit>
                <div class="field">
                    <label for="field-household">{say::household()}</label>
                    <select id="field-household" aria-describedby="household-fault" prop:value=move || household.get()
                        on:change=move |event| { household.set(event_target_value(&event)); household_fault.set(None); }>
                        <option value="">{say::choose_household()}</option>
                        {move || not_signed_up(store, of, &untrack(|| household.get()))}
                    </select>
                    <p class="fault" id="household-fault" aria-live="polite">{move || household_fault.get()}</p>
                </div>
                {fields(party, &questions, fault)}
                {ui::problem(move || problem.get())}
                <div role="status">{move || told(store, asked.get())}</div>
                <button class="button main" type="submit">{say::ask_now()}</button>
            </form>
        </details>
    }
    .into_any()
}

/// What became of what was asked for here.
pub fn told(store: Store, asked: Option<ChangeId>) -> Option<AnyView> {
    let asked = asked?;
    if let Some(refusal) = refusal_of(store, asked) {
        return Some(view! { <p class="problem">{ui::glyph("attention")}<span>{refusal}</span></p> }.into_any());
    }
    Some(if is_settled(store, asked) {
        view! { <p class="done">{ui::glyph("good")}{say::confirmed()}</p> }.into_any()
    } else {
        view! { <p class="note">{ui::glyph("waiting")}" "{say::asked_for()}</p> }.into_any()
    })
}

/// The households that live here and have no sign-up that is alive, by flat.
fn not_signed_up(store: Store, of: EventKey, chosen: &str) -> Option<AnyView> {
    store.world.with(|world| {
        let held = Held::of(world, of)?;
        let is_free = |id: HouseholdId| held.sign_up(id).is_none_or(|it| !it.standing.is_alive());
        let living = held.households.values().filter(|it| it.moved_out.is_none() && is_free(it.id));
        let mut all: Vec<(String, HouseholdId)> = living.map(|it| (held.flat(it.id), it.id)).collect();
        all.sort();
        let option = |(flat, id): (String, HouseholdId)| {
            let value = id.to_string();
            let is_chosen = value == chosen;
            let words = format!("{flat} {}", held.names(id));
            view! { <option value=value selected=is_chosen>{words}</option> }
        };
        Some(all.into_iter().map(option).collect_view().into_any())
    })
}
