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
use web_sys::HtmlDialogElement;

use super::{
    draft::Draft,
    draft_key,
    proof::{comes_first, tags},
};
use crate::{
    device::camera::{Camera, CameraFault, Told, Torch, Use},
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

fn sighting(world: &World, round: RoundId, aim: Aim, texts: &[String]) -> Sighting {
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
    let kept = store.draft(&key).and_then(|text| domain::json::read::<Draft>(&text).ok());
    let kept = kept.filter(|draft| draft.by == present.person);
    let mut draft = kept.unwrap_or_else(|| Draft::new(present.person));
    // A tag proves more than a typed code or a reason; a second scan proves nothing new.
    if !matches!(draft.proof, Some((Proof::Tag { .. }, _))) {
        draft.proof = Some((proof, store.time()));
    }
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

impl Shown {
    fn saying(words: &str) -> Self {
        Self { words: words.into(), ..Self::default() }
    }

    /// Where the person can do something about it.
    fn may_open_again(&self) -> bool {
        matches!(self.fault, Some(CameraFault::Refused | CameraFault::Busy))
    }
}

/// What the viewfinder works with; nothing of it is shown.
#[derive(Default)]
struct Behind {
    camera: Option<Camera>,
    last: Option<Sighting>,
}

#[derive(Clone, Copy)]
struct Viewfinder {
    store: Store,
    round: RoundId,
    aim: Aim,
    is_open: RwSignal<bool>,
    on_done: Callback<Option<(CheckpointId, Proof)>>,
    dialog: NodeRef<html::Dialog>,
    shown: RwSignal<Shown>,
    behind: StoredValue<Behind, LocalStorage>,
}

impl Viewfinder {
    fn open(self, dialog: HtmlDialogElement) {
        let _ = dialog.show_modal();
        let video = dialog.query_selector("video").ok().flatten().and_then(|video| video.dyn_into().ok());
        let camera = video.map(|video| Camera::open(video, Use::Codes, move |told| self.hear(told)));
        self.behind.update_value(|behind| behind.camera = camera);
    }

    fn hear(self, told: Told) {
        // The last frame may be read when all is over.
        if self.is_open.try_get_untracked() != Some(true) {
            return;
        }
        match told {
            Told::Opened { torch } => {
                let words = match self.aim {
                    Aim::This(_) => say::hint(),
                    Aim::Next(_) => say::hint_any(),
                };
                self.shown.set(Shown { torch, ..Shown::saying(words) });
            }
            Told::Failed(fault) => {
                let words = say::camera_fault(fault);
                self.shown.set(Shown { state: "bad", fault: Some(fault), ..Shown::saying(words) });
            }
            Told::Saw(texts) => self.see(&texts),
        }
    }

    fn see(self, texts: &[String]) {
        let seen = self.store.world.with_untracked(|world| sighting(world, self.round, self.aim, texts));
        if seen == Sighting::Nothing {
            return;
        }
        // Of two codes, one frame may show only one: what two frames agree on counts.
        let mut is_agreed = false;
        self.behind.update_value(|behind| is_agreed = behind.last.replace(seen) == Some(seen));
        if !is_agreed {
            return;
        }
        match self.store.world.with_untracked(|world| meaning(world, self.round, self.aim, seen)) {
            Meaning::Words(words, other) => {
                // Said once, however long it stays in view.
                if self.shown.with_untracked(|shown| shown.words != words) {
                    self.shown.update(|shown| (shown.words, shown.other, shown.state) = (words, other, "attention"));
                }
            }
            Meaning::Arrived(checkpoint, proof) => {
                self.with_camera(Camera::signal);
                self.close();
                focus("h1");
                self.on_done.run(Some((checkpoint, proof)));
            }
        }
    }

    fn with_camera(self, act: impl FnOnce(&Camera)) {
        self.behind.with_value(|behind| behind.camera.as_ref().map(act));
    }

    fn open_again(self) {
        self.shown.set(Shown::saying(say::opening()));
        self.with_camera(Camera::open_again);
    }

    fn switch_torch(self) {
        let torch = if self.shown.with_untracked(|shown| shown.torch) == Torch::On { Torch::Off } else { Torch::On };
        self.with_camera(|camera| camera.light(torch));
        self.shown.update(|shown| shown.torch = torch);
    }

    fn close(self) {
        self.is_open.set(false);
        // At once: what lies behind an open dialog cannot have the focus.
        if let Some(dialog) = self.dialog.get_untracked() {
            dialog.close();
        }
    }

    /// By its button, or by the browser's own ways to close a dialog; those are told late, perhaps after all is over.
    fn leave(self) {
        if self.is_open.try_get_untracked() == Some(true) {
            self.close();
            focus(&format!(".{OPENER}"));
        }
    }
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
    let (dialog, shown) = (NodeRef::new(), RwSignal::new(Shown::saying(say::opening())));
    let behind = StoredValue::new_local(Behind::default());
    let viewfinder = Viewfinder { store, round, aim, is_open, on_done, dialog, shown, behind };
    dialog.on_load(move |dialog| viewfinder.open(dialog));
    let go = go();
    let to_other = move |_| {
        if let Some((other, _)) = shown.get_untracked().other {
            go(&format!("/rounds/{round}/stops/{other}"));
        }
    };
    let by_hand = move |_| {
        viewfinder.close();
        on_done.run(None);
    };
    let title = store.world.with_untracked(|world| match aim {
        Aim::This(here) => say::aim(&name(world, here)),
        Aim::Next(next) => say::scan_next(&name(world, next)),
    });
    view! {
        <dialog class="scan" node_ref=dialog aria-labelledby="scan-title" on:close=move |_| viewfinder.leave()>
            <div class="scan-head">
                <h2 id="scan-title">{title}</h2>
                <button type="button" class="button quiet" on:click=move |_| viewfinder.leave()>{say::close()}</button>
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
                    <button type="button" class="button" hidden=move || shown.with(|shown| !shown.may_open_again()) on:click=move |_| viewfinder.open_again()>{general::try_again()}</button>
                    <button type="button" class="press" hidden=move || shown.with(|shown| shown.torch == Torch::None)
                        aria-pressed=move || shown.with(|shown| if shown.torch == Torch::On { "true" } else { "false" })
                        on:click=move |_| viewfinder.switch_torch()>{say::torch()}</button>
                    <button type="button" class="button" class:main=move || shown.with(|shown| shown.fault.is_some()) on:click=by_hand>{say::by_hand()}</button>
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
