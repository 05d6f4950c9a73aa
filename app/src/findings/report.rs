//! Report a finding that belongs to no checklist.

use domain::{
    changes::{Deed, Fact},
    findings::{FindingRaised, Source},
    ids::CheckpointId,
    photos::Photo,
    records::Body,
    text::{NOTE_MOST, typed},
};
use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::hooks::use_location;
use serde::{Deserialize, Serialize};

use crate::{
    device::clock,
    locales::{self, findings as say, general},
    photos::photo_list,
    shell::go,
    store::use_store,
    ui,
};

/// Where the draft of a report is kept.
const DRAFT: &str = "finding";

/// A report before it is sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Draft {
    place: String,
    note: String,
    #[serde(default)]
    photos: Vec<Photo>,
    #[serde(default)]
    danger: bool,
}

impl Draft {
    fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

pub fn page() -> AnyView {
    view! { <Report/> }.into_any()
}

#[component]
fn Report() -> impl IntoView {
    let store = use_store();
    let query = use_location().query;
    let kept: Draft = store.draft(DRAFT).and_then(|text| domain::json::read(&text).ok()).unwrap_or_default();
    let asked = query.with_untracked(|query| query.get("at"));
    let place = RwSignal::new(asked.unwrap_or(kept.place));
    let note = RwSignal::new(kept.note);
    let photos = RwSignal::new(kept.photos);
    let danger = RwSignal::new(kept.danger);
    let place_fault = RwSignal::new(None::<String>);
    let fault = RwSignal::new(None::<String>);
    let problem = RwSignal::new(None::<String>);
    let go = go();
    let draft = move || Draft { place: place.get(), note: note.get(), photos: photos.get(), danger: danger.get() };
    Effect::new(move |before: Option<Draft>| {
        let now = draft();
        if before.is_some_and(|before| before != now) {
            store.keep_draft(DRAFT.into(), now.text());
        }
        now
    });
    let album = photo_list(photos, move |photo| {
        let mut draft = untrack(draft);
        photo.join(&mut draft.photos);
        (DRAFT.into(), draft.text())
    });
    let checkpoints = store.world.with_untracked(|world| {
        let mut points: Vec<(CheckpointId, String)> = world
            .all()
            .filter_map(|body| match body {
                Body::Checkpoint(checkpoint) => Some((checkpoint.id, locales::say(&checkpoint.name))),
                _ => None,
            })
            .collect();
        points.sort_by(|a, b| a.1.cmp(&b.1));
        points
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let at: Option<CheckpointId> = place.get_untracked().parse().ok();
        place_fault.set(at.is_none().then(|| say::choose_checkpoint().to_owned()));
        let words = typed(&note.get_untracked(), NOTE_MOST);
        fault.set(words.as_ref().err().map(general::unfit));
        let (Some(checkpoint), Ok(words)) = (at, words) else { return };
        // A second press while the first is being saved would report it twice.
        if store.saving.get_untracked() {
            return;
        }
        let raised = FindingRaised {
            finding: clock::fresh_finding(),
            checkpoint,
            source: Source::Reported { round: None },
            what: None,
            note: words,
            photos: photos.get_untracked(),
            danger: danger.get_untracked(),
        };
        let go = go.clone();
        leptos::task::spawn_local(async move {
            match store.commit(vec![Deed::Fact(Fact::FindingRaised(raised))], Some(DRAFT.into())).await {
                Ok(_) => go("/findings"),
                Err(fault) => problem.set(Some(ui::not_saved(&fault))),
            }
        });
    };
    view! {
        <ui::Page title=say::report() back="/findings">
            <form class="card" on:submit=submit>
                <div class="field">
                    <label for="field-place">{say::where_is_it()}</label>
                    <select id="field-place" aria-describedby="place-fault" on:change=move |event| { place.set(event_target_value(&event)); place_fault.set(None); }>
                        <option value="">{say::choose_checkpoint()}</option>
                        {checkpoints.into_iter().map(|(id, name)| {
                            let value = id.to_string();
                            let this = value.clone();
                            view! { <option value=value selected=move || place.get_untracked() == this>{name}</option> }
                        }).collect_view()}
                    </select>
                    <p class="fault" id="place-fault" role="alert">{move || place_fault.get()}</p>
                </div>
                <ui::LongField label=say::what_is_wrong() name="note" note=say::what_is_wrong_note() value=note fault=fault/>
                <label class="check">
                    <input type="checkbox" prop:checked=move || danger.get() on:change=move |event| danger.set(event_target_checked(&event))/>
                    <span>{say::is_danger()}</span>
                </label>
                {album}
                {ui::problem(move || problem.get())}
                <button class="button main" type="submit" disabled=move || store.saving.get()>{say::send()}</button>
            </form>
        </ui::Page>
    }
}
