//! Correct a visit: the same questions, filled in with what was answered; who, when, old and new are kept.

use domain::{
    checklists::Checklist,
    ids::{RoundId, VisitId},
    permissions::{Act, may},
    records::Body,
    text::{NOTE_MOST, typed},
    visits::{Visit, correct},
};
use leptos::prelude::*;

use super::{
    draft::{Draft, Faults},
    items::{Answering, items, show_first},
};
use crate::{
    locales::{self, general, rounds as say},
    shell::go,
    store::{Store, use_store},
    ui,
};

pub fn page(round: &str, visit: &str) -> AnyView {
    match (round.parse(), visit.parse()) {
        (Ok(round), Ok(visit)) => view! { <Correct round visit/> }.into_any(),
        _ => crate::rounds::walk::missing(),
    }
}

/// Whether the present person may correct it: whoever made the visit, or answers for it.
pub fn may_correct(store: Store, visit: &Visit) -> bool {
    store.me().is_some_and(|me| me.id == visit.by || may(&me.roles, Act::SeeResults))
}

fn found(store: Store, visit: VisitId) -> Option<(Visit, Checklist, String)> {
    store.world.with_untracked(|world| {
        let Some(Body::Visit(visit)) = world.get(visit.into()) else { return None };
        let Some(Body::Checklist(checklist)) = world.get(Checklist::record_id(visit.checklist, visit.version)) else {
            return None;
        };
        let name = match world.get(visit.checkpoint.into()) {
            Some(Body::Checkpoint(checkpoint)) => locales::say(&checkpoint.name),
            _ => String::new(),
        };
        Some((visit.clone(), checklist.clone(), name))
    })
}

#[component]
fn Correct(round: RoundId, visit: VisitId) -> impl IntoView {
    let store = use_store();
    let Some((visit, checklist, name)) = found(store, visit).filter(|(visit, ..)| may_correct(store, visit)) else {
        return crate::rounds::walk::missing();
    };
    let Some(present) = store.present.get_untracked() else { return ().into_any() };
    let key = format!("correct/{}", visit.id);
    let kept = store.draft(&key).and_then(|text| domain::json::read::<Draft>(&text).ok());
    let draft = kept.filter(|draft| draft.by == present.person).unwrap_or_else(|| Draft::of(&visit, present.person));
    let draft = RwSignal::new(draft);
    let stored_key = StoredValue::new(key);
    let answering = Answering {
        draft,
        faults: RwSignal::new(Faults::new()),
        keep: Callback::new(move |()| {
            let text = draft.with_untracked(serde_json::to_string).unwrap_or_default();
            store.keep_draft(stored_key.get_value(), text);
        }),
        key: stored_key,
        last: StoredValue::new(Default::default()),
        past: RwSignal::new(vec![]),
    };
    let reason = RwSignal::new(String::new());
    let fault = RwSignal::new(None::<String>);
    let back = format!("/rounds/{round}");
    let foot = view! { <Save round visit=visit.clone() checklist=checklist.clone() answering reason fault/> };
    view! {
        <ui::Page title=say::correct_title(&name) back=back foot=foot.into_any()>
            <p class="lead">{say::correct_lead()}</p>
            {items(&checklist, answering)}
            <ui::LongField label=say::correct_reason() name="reason" value=reason fault=fault/>
        </ui::Page>
    }
    .into_any()
}

#[component]
fn Save(
    round: RoundId,
    visit: Visit,
    checklist: Checklist,
    answering: Answering,
    reason: RwSignal<String>,
    fault: RwSignal<Option<String>>,
) -> impl IntoView {
    let store = use_store();
    let problem = RwSignal::new(None::<String>);
    let go = go();
    let save = move |_| {
        let (answers, faults) = answering.draft.with_untracked(|draft| draft.answers(&checklist));
        let words = typed(&reason.get_untracked(), NOTE_MOST);
        fault.set(words.as_ref().err().map(general::unfit));
        if !faults.is_empty() {
            show_first(&checklist, &faults);
            return answering.faults.set(faults);
        }
        let Ok(words) = words else { return };
        let deeds = correct(&visit, answers, words, &checklist);
        if deeds.is_empty() {
            return problem.set(Some(say::correct_nothing().to_owned()));
        }
        if store.saving.get_untracked() {
            return;
        }
        let go = go.clone();
        leptos::task::spawn_local(async move {
            match store.commit(deeds, Some(answering.key.get_value())).await {
                Ok(_) => go(&format!("/rounds/{round}")),
                Err(fault) => problem.set(Some(ui::not_saved(&fault))),
            }
        });
    };
    view! {
        {ui::problem(move || problem.get())}
        <button type="button" class="button main" disabled=move || store.saving.get() on:click=save>{say::correct_save()}</button>
    }
}
