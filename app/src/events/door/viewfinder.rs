//! The viewfinder of a door: one ticket after another, the picture above and what the door says of it below.

use domain::check_in::admission::{InView, in_view};
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::HtmlDialogElement;

use super::AtDoor;
use crate::{
    device::{
        camera::{Camera, CameraFault, Told, Torch, Use},
        tones::{Tone, Tones},
    },
    locales::{door as say, general},
};

/// So many frames without a code, about half a second, and the same ticket may be shown again.
const FRAMES_AWAY: u32 = 12;

/// What the viewfinder works with; nothing of it is shown.
#[derive(Default)]
struct Behind {
    camera: Option<Camera>,
    tones: Option<Tones>,
    /// What the last frame showed: two must agree.
    last: Option<String>,
    /// What was judged last and may still be held before the camera.
    judged: Option<String>,
    away: u32,
}

impl Behind {
    /// A text that two frames agree on and that was not judged already.
    fn fresh(&mut self, text: &str) -> bool {
        self.away = 0;
        let is_agreed = self.last.as_deref() == Some(text);
        self.last = Some(text.to_owned());
        is_agreed && self.judged.as_deref() != Some(text)
    }

    fn saw_nothing(&mut self) {
        self.last = None;
        self.away = self.away.saturating_add(1);
        if self.away > FRAMES_AWAY {
            self.judged = None;
        }
    }
}

#[derive(Clone, Copy)]
struct Open {
    at: AtDoor,
    is_open: RwSignal<bool>,
    dialog: NodeRef<html::Dialog>,
    words: RwSignal<&'static str>,
    torch: RwSignal<Torch>,
    /// Why there is no picture.
    fault: RwSignal<Option<CameraFault>>,
    behind: StoredValue<Behind, LocalStorage>,
}

impl Open {
    fn begin(self, dialog: HtmlDialogElement) {
        let _ = dialog.show_modal();
        let video = dialog.query_selector("video").ok().flatten().and_then(|video| video.dyn_into().ok());
        let camera = video.map(|video| Camera::open(video, Use::Codes, move |told| self.hear(told)));
        self.behind.update_value(|behind| (behind.camera, behind.tones) = (camera, Some(Tones::open())));
    }

    fn hear(self, told: Told) {
        // The last frame may be read when all is over.
        if self.is_open.try_get_untracked() != Some(true) {
            return;
        }
        match told {
            Told::Opened { torch } => {
                self.torch.set(torch);
                self.fault.set(None);
                self.words.set(say::hint());
            }
            Told::Failed(fault) => {
                self.words.set(say::camera_fault(fault));
                self.fault.set(Some(fault));
            }
            Told::Saw(texts) => match in_view(&texts) {
                InView::Nothing => self.behind.update_value(Behind::saw_nothing),
                InView::One(text) => self.see(text),
                InView::Several => self.words.set(say::several()),
            },
        }
    }

    fn see(self, text: &str) {
        let mut is_fresh = false;
        self.behind.update_value(|behind| is_fresh = behind.fresh(text));
        if !is_fresh || self.at.is_awaited() {
            return;
        }
        self.words.set(say::hint());
        self.behind.update_value(|behind| behind.judged = Some(text.to_owned()));
        if let Some(tone) = self.at.ticket(text) {
            self.play(tone);
        }
    }

    fn play(self, tone: Tone) {
        self.behind.with_value(|behind| {
            if let Some(tones) = &behind.tones {
                tones.play(tone);
            }
        });
    }

    fn with_camera(self, act: impl FnOnce(&Camera)) {
        self.behind.with_value(|behind| behind.camera.as_ref().map(act));
    }

    fn open_again(self) {
        self.fault.set(None);
        self.words.set(say::opening());
        self.with_camera(Camera::open_again);
    }

    fn switch_torch(self) {
        let torch = if self.torch.get_untracked() == Torch::On { Torch::Off } else { Torch::On };
        self.with_camera(|camera| camera.light(torch));
        self.torch.set(torch);
    }

    /// The browser gives the focus back to the button that opened it.
    fn close(self) {
        if let Some(dialog) = self.dialog.get_untracked() {
            dialog.close();
        }
    }

    /// It is closed, by its button or in the browser's own way; perhaps after all is over.
    fn leave(self) {
        // What is settled need not be read again on the page.
        if !self.at.is_awaited() {
            self.at.clear();
        }
        self.is_open.try_set(false);
    }
}

#[component]
pub fn Viewfinder(at: AtDoor, is_open: RwSignal<bool>) -> impl IntoView {
    at.clear();
    let it = Open {
        at,
        is_open,
        dialog: NodeRef::new(),
        words: RwSignal::new(say::opening()),
        torch: RwSignal::new(Torch::None),
        fault: RwSignal::new(None),
        behind: StoredValue::new_local(Behind::default()),
    };
    it.dialog.on_load(move |dialog| it.begin(dialog));
    let may_open_again = move || matches!(it.fault.get(), Some(CameraFault::Refused | CameraFault::Busy));
    view! {
        <dialog class="scan door-scan" node_ref=it.dialog aria-labelledby="door-scan-title" on:close=move |_| it.leave()>
            <div class="scan-head">
                <h2 id="door-scan-title">{say::scan()}</h2>
                <button type="button" class="button quiet" on:click=move |_| it.close()>{say::close()}</button>
            </div>
            <div class="scan-view" hidden=move || it.fault.get().is_some()>
                <video muted playsinline aria-hidden="true"></video>
                <div class="scan-frame" aria-hidden="true"></div>
            </div>
            <div class="scan-foot">
                <p class="scan-words" role="status" data-state=move || if it.fault.get().is_some() { "bad" } else { "" }>{move || it.words.get()}</p>
                {at.panel()}
                <div class="foot-row">
                    <button type="button" class="button" hidden=move || !may_open_again() on:click=move |_| it.open_again()>{general::try_again()}</button>
                    <button type="button" class="press" hidden=move || it.torch.get() == Torch::None
                        aria-pressed=move || (it.torch.get() == Torch::On).to_string()
                        on:click=move |_| it.switch_torch()>{say::light()}</button>
                </div>
            </div>
        </dialog>
    }
    .into_any()
}
