//! Scan: the camera looks for the tag of a checkpoint, and says what else it sees without stopping.

use domain::{
    ids::{CheckpointId, RoundId},
    records::Body,
    tags::{Sighting, sight},
    visits::Proof,
};
use leptos::{html, prelude::*};
use sync::device::world::World;
use wasm_bindgen::JsCast;

use super::{
    draft::Draft,
    draft_key,
    proof::{comes_first, tags},
};
use crate::{
    device::camera::{Camera, CameraFault, Told, Torch},
    locales::{self, general, rounds, scan as say},
    shell::go,
    store::{Store, use_store},
    ui,
};

/// Which tag is looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    This(CheckpointId),
    /// Any of the round that may be visited now; this one comes next.
    Next(CheckpointId),
}

/// What a sighting means to the person.
enum Meaning {
    Arrived(CheckpointId, Proof),
    /// Words, and another checkpoint of the round to go to.
    Words(String, Option<(CheckpointId, String)>),
}

fn meaning(world: &World, round: RoundId, aim: Aim, seen: Sighting) -> Meaning {
    match seen {
        Sighting::Nothing | Sighting::Several => Meaning::Words(say::several().into(), None),
        Sighting::Wrong(fault) => Meaning::Words(say::tag_fault(fault).into(), None),
        Sighting::Tag { checkpoint, issue } => match comes_first_here(world, round, aim, checkpoint) {
            Some(first) => Meaning::Words(rounds::other_first(&first), None),
            None => Meaning::Arrived(checkpoint, Proof::Tag { issue }),
        },
        Sighting::Other(other) => {
            let other_name = name(world, other);
            let words = rounds::tag_of_other(&other_name);
            if is_on_route(world, round, other) {
                Meaning::Words(words, Some((other, other_name)))
            } else {
                Meaning::Words(format!("{words} {}", rounds::not_on_route()), None)
            }
        }
    }
}

fn name(world: &World, checkpoint: CheckpointId) -> String {
    match world.get(checkpoint.into()) {
        Some(Body::Checkpoint(checkpoint)) => locales::say(&checkpoint.name),
        _ => String::new(),
    }
}

fn comes_first_here(world: &World, round: RoundId, aim: Aim, checkpoint: CheckpointId) -> Option<String> {
    match (aim, world.get(round.into())) {
        (Aim::Next(_), Some(Body::Round(round))) => comes_first(world, round, checkpoint),
        _ => None,
    }
}

fn is_on_route(world: &World, round: RoundId, checkpoint: CheckpointId) -> bool {
    match world.get(round.into()) {
        Some(Body::Round(round)) => round.stops.iter().any(|stop| stop.checkpoint == checkpoint),
        _ => false,
    }
}

fn seen(world: &World, round: RoundId, aim: Aim, texts: &[String]) -> Sighting {
    let Some((key, checkpoints)) = tags(world) else { return Sighting::Nothing };
    sight(texts, key, &checkpoints, |checkpoint| match aim {
        Aim::This(here) => checkpoint == here,
        Aim::Next(_) => is_on_route(world, round, checkpoint),
    })
}

/// Keeps the arrival in the draft of the visit, so that its page opens with the checklist.
pub fn keep_arrival(store: Store, round: RoundId, checkpoint: CheckpointId, proof: Proof) {
    let Some(present) = store.present.get_untracked() else { return };
    let key = draft_key(round, checkpoint);
    let kept = store.draft(&key).and_then(|text| serde_json::from_str::<Draft>(&text).ok());
    let kept = kept.filter(|draft| draft.by == present.person);
    let mut draft = kept.unwrap_or_else(|| Draft::new(present.person));
    // Whoever comes back to a visit that was begun has arrived before.
    draft.proof.get_or_insert_with(|| (proof, store.time()));
    store.keep_draft(key, serde_json::to_string(&draft).unwrap_or_default());
}

/// Marks what opens the scanner, so that the focus finds its way back.
const OPENER: &str = "scan-open";

/// What the viewfinder says and offers.
#[derive(Clone, Default)]
struct Shown {
    words: String,
    /// As in `style/state.css`.
    state: &'static str,
    /// Another checkpoint of the round, whose tag is in view.
    other: Option<(CheckpointId, String)>,
    torch: Torch,
    /// Why there is no picture.
    fault: Option<CameraFault>,
}

/// What the viewfinder works with; nothing of it is shown.
#[derive(Default)]
struct Behind {
    camera: Option<Camera>,
    last: Option<Sighting>,
}

/// The viewfinder, over everything else. `on_done` is called once: with the arrival, or with `None` for by hand.
#[component]
pub fn Scan(
    round: RoundId,
    aim: Aim,
    is_open: RwSignal<bool>,
    on_done: Callback<Option<(CheckpointId, Proof)>>,
) -> impl IntoView {
    let store = use_store();
    let go = go();
    let dialog = NodeRef::<html::Dialog>::new();
    let shown = RwSignal::new(Shown { words: say::opening().into(), ..Shown::default() });
    let behind = StoredValue::new_local(Behind::default());

    let close = move || {
        is_open.set(false);
        // At once: what lies behind an open dialog cannot have the focus.
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let saw = move |texts: Vec<String>| {
        let seen = store.world.with_untracked(|world| seen(world, round, aim, &texts));
        if seen == Sighting::Nothing {
            return;
        }
        // Of two codes, one frame may show only one: what two frames agree on counts.
        let mut is_agreed = false;
        behind.update_value(|behind| is_agreed = behind.last.replace(seen) == Some(seen));
        if !is_agreed {
            return;
        }
        match store.world.with_untracked(|world| meaning(world, round, aim, seen)) {
            Meaning::Words(words, other) => {
                // Said once, however long it stays in view.
                if shown.with_untracked(|shown| shown.words != words) {
                    shown.update(|shown| (shown.words, shown.other, shown.state) = (words, other, "attention"));
                }
            }
            Meaning::Arrived(checkpoint, proof) => {
                behind.with_value(|behind| behind.camera.as_ref().map(Camera::signal));
                close();
                focus("h1");
                on_done.run(Some((checkpoint, proof)));
            }
        }
    };
    let told = move |told: Told| {
        if is_open.try_get_untracked() != Some(true) {
            return;
        }
        match told {
            Told::Opened { torch } => shown.set(Shown {
                words: match aim {
                    Aim::This(_) => say::hint().into(),
                    Aim::Next(_) => say::hint_any().into(),
                },
                torch,
                ..Shown::default()
            }),
            Told::Failed(fault) => shown.set(Shown {
                words: say::camera_fault(fault).into(),
                state: "bad",
                fault: Some(fault),
                ..Shown::default()
            }),
            Told::Saw(texts) => saw(texts),
        }
    };
    dialog.on_load(move |dialog| {
        let _ = dialog.show_modal();
        let video = dialog.query_selector("video").ok().flatten().and_then(|video| video.dyn_into().ok());
        behind.update_value(|behind| behind.camera = video.map(|video| Camera::open(video, told)));
    });

    // By its button, or by the browser's own ways to close a dialog; those are told late, perhaps after all is over.
    let leave = move || {
        if is_open.try_get_untracked() == Some(true) {
            close();
            focus(&format!(".{OPENER}"));
        }
    };
    let by_hand = move |_| {
        close();
        on_done.run(None);
    };
    let again = move |_| {
        behind.with_value(|behind| behind.camera.as_ref().map(Camera::open_again));
    };
    let switch = move |_| {
        let other = if shown.with_untracked(|shown| shown.torch) == Torch::On { Torch::Off } else { Torch::On };
        behind.with_value(|behind| behind.camera.as_ref().map(|camera| camera.light(other)));
        shown.update(|shown| shown.torch = other);
    };
    let to_other = move |_| {
        if let Some((other, _)) = shown.get_untracked().other {
            go(&format!("/rounds/{round}/stops/{other}"));
        }
    };
    let title = store.world.with_untracked(|world| match aim {
        Aim::This(here) => say::aim(&name(world, here)),
        Aim::Next(next) => say::scan_next(&name(world, next)),
    });
    let helps_again = |fault| matches!(fault, Some(CameraFault::Refused | CameraFault::Busy));
    view! {
        <dialog class="scan" node_ref=dialog aria-labelledby="scan-title" on:close=move |_| leave()>
            <div class="scan-head">
                <h2 id="scan-title">{title}</h2>
                <button type="button" class="button quiet" on:click=move |_| leave()>{say::close()}</button>
            </div>
            <div class="scan-view" hidden=move || shown.with(|shown| shown.fault.is_some())>
                <video muted playsinline aria-hidden="true"></video>
                <div class="scan-frame" aria-hidden="true"></div>
            </div>
            <div class="scan-foot">
                <p class="scan-words" role="status" data-state=move || shown.with(|shown| shown.state)>{move || shown.with(|shown| shown.words.clone())}</p>
                <button type="button" class="button main" hidden=move || shown.with(|shown| shown.other.is_none()) on:click=to_other>
                    {move || shown.with(|shown| shown.other.as_ref().map_or_else(String::new, |(_, name)| rounds::go_there(name)))}
                </button>
                <div class="foot-row">
                    <button type="button" class="button" hidden=move || shown.with(|shown| !helps_again(shown.fault)) on:click=again>{general::try_again()}</button>
                    <button type="button" class="press" hidden=move || shown.with(|shown| shown.torch == Torch::None)
                        aria-pressed=move || shown.with(|shown| if shown.torch == Torch::On { "true" } else { "false" }) on:click=switch>{say::torch()}</button>
                    <button type="button" class="button" on:click=by_hand>{say::by_hand()}</button>
                </div>
            </div>
        </dialog>
    }
    .into_any()
}

/// What opens the scanner.
pub fn opener(words: String, is_open: RwSignal<bool>) -> AnyView {
    view! {
        <button type="button" class=format!("button main {OPENER}") on:click=move |_| is_open.set(true)>
            {ui::icon("tag")}<span>{words}</span>
        </button>
    }
    .into_any()
}

pub fn focus(selector: &str) {
    let element = document().query_selector(selector).ok().flatten();
    if let Some(element) = element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = element.focus();
    }
}
