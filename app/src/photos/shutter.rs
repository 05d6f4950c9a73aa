//! Taking photos in the app: one after the other, while the page and what was typed on it stay where they are.

use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{File, HtmlDialogElement};

use super::{Album, keep, take_all};
use crate::{
    device::{
        camera::{Camera, CameraFault, Told, Torch, Use},
        pictures,
    },
    locales::{general, photos as say, scan},
    store::{Store, use_store},
    ui,
};

#[derive(Clone, Copy)]
struct Shutter {
    store: Store,
    album: Album,
    is_open: RwSignal<bool>,
    dialog: NodeRef<html::Dialog>,
    camera: StoredValue<Option<Camera>, LocalStorage>,
    torch: RwSignal<Torch>,
    /// Why there is no picture.
    fault: RwSignal<Option<CameraFault>>,
    is_ready: RwSignal<bool>,
    is_busy: RwSignal<bool>,
    /// How many were taken since it was opened.
    taken: RwSignal<usize>,
    not_taken: RwSignal<Option<String>>,
}

impl Shutter {
    fn open(self, dialog: HtmlDialogElement) {
        let _ = dialog.show_modal();
        let video = dialog.query_selector("video").ok().flatten().and_then(|video| video.dyn_into().ok());
        let camera = video.map(|video| Camera::open(video, Use::Photos, move |told| self.hear(told)));
        self.camera.set_value(camera);
    }

    fn hear(self, told: Told) {
        match told {
            Told::Opened { torch } => {
                self.torch.try_set(torch);
                self.fault.try_set(None);
                self.is_ready.try_set(true);
            }
            Told::Failed(fault) => {
                self.is_ready.try_set(false);
                self.fault.try_set(Some(fault));
            }
            Told::Saw(_) => {}
        }
    }

    fn with_camera(self, act: impl FnOnce(&Camera)) {
        self.camera.with_value(|camera| camera.as_ref().map(act));
    }

    fn open_again(self) {
        self.fault.set(None);
        self.with_camera(Camera::open_again);
    }

    fn switch_torch(self) {
        let torch = if self.torch.get_untracked() == Torch::On { Torch::Off } else { Torch::On };
        self.with_camera(|camera| camera.light(torch));
        self.torch.set(torch);
    }

    fn take(self) {
        if self.is_busy.get_untracked() || !self.is_ready.get_untracked() {
            return;
        }
        let frame = self.camera.with_value(|camera| camera.as_ref().map(Camera::snap));
        let Some(frame) = frame else { return };
        self.is_busy.set(true);
        leptos::task::spawn_local(async move {
            let kept = keep(self.store, self.album, async { pictures::of_frame(frame.await).await }).await;
            if kept.is_ok() {
                self.taken.try_update(|taken| *taken += 1);
            }
            self.not_taken.try_set(kept.err());
            self.is_busy.try_set(false);
        });
    }

    /// What the device's own camera app gave, where ours has no picture.
    fn choose(self, files: Vec<File>) {
        self.is_busy.set(true);
        leptos::task::spawn_local(async move {
            let kept = take_all(self.store, self.album, files).await;
            let is_kept = kept.is_ok();
            self.not_taken.try_set(kept.err());
            self.is_busy.try_set(false);
            if is_kept && self.is_open.try_get_untracked() == Some(true) {
                self.close();
            }
        });
    }

    /// The browser gives the focus back to the button that opened it.
    fn close(self) {
        if let Some(dialog) = self.dialog.get_untracked() {
            dialog.close();
        }
    }

    /// It is closed, by its button or in the browser's own way; perhaps after all is over.
    fn leave(self) {
        self.is_open.try_set(false);
    }
}

/// The shutter, over everything else, until it is closed.
pub fn shutter(album: Album, is_open: RwSignal<bool>) -> AnyView {
    let it = Shutter {
        store: use_store(),
        album,
        is_open,
        dialog: NodeRef::new(),
        camera: StoredValue::new_local(None),
        torch: RwSignal::new(Torch::None),
        fault: RwSignal::new(None),
        is_ready: RwSignal::new(false),
        is_busy: RwSignal::new(false),
        taken: RwSignal::new(0),
        not_taken: RwSignal::new(None),
    };
    it.dialog.on_load(move |dialog| it.open(dialog));
    let words = move || match (it.not_taken.get(), it.fault.get()) {
        (Some(words), _) => words,
        (None, Some(fault)) => say::camera_fault(fault).to_owned(),
        (None, None) if it.is_busy.get() => say::preparing().to_owned(),
        (None, None) if !it.is_ready.get() => scan::opening().to_owned(),
        (None, None) => match it.taken.get() {
            0 => say::hold_still().to_owned(),
            taken => say::taken_so_far(taken),
        },
    };
    let state = move || if it.not_taken.get().is_some() || it.fault.get().is_some() { "bad" } else { "" };
    view! {
        <dialog class="scan shutter" node_ref=it.dialog aria-labelledby="shutter-title" on:close=move |_| it.leave()>
            <div class="scan-head">
                <h2 id="shutter-title">{say::take()}</h2>
                <button type="button" class="button quiet" on:click=move |_| it.close()>
                    {move || if it.taken.get() == 0 { say::close() } else { say::done() }}
                </button>
            </div>
            <div class="scan-view" hidden=move || it.fault.get().is_some() data-taking=move || it.is_busy.get().to_string()>
                <video muted playsinline aria-hidden="true"></video>
            </div>
            <div class="scan-foot">
                <p class="scan-words" role="status" data-state=state>{words}</p>
                <div class="foot-row">
                    <button type="button" class="button" hidden=move || !matches!(it.fault.get(), Some(CameraFault::Refused | CameraFault::Busy)) on:click=move |_| it.open_again()>{general::try_again()}</button>
                    <button type="button" class="press" hidden=move || it.torch.get() == Torch::None
                        aria-pressed=move || (it.torch.get() == Torch::On).to_string()
                        on:click=move |_| it.switch_torch()>{scan::torch()}</button>
                    <button type="button" class="button main shutter-button" autofocus hidden=move || it.fault.get().is_some()
                        aria-disabled=move || (it.is_busy.get() || !it.is_ready.get()).to_string()
                        on:click=move |_| it.take()>{ui::icon("camera")}{say::shutter()}</button>
                    <div hidden=move || it.fault.get().is_none()>
                        {super::picker(say::camera_app(), true, Callback::new(move |files| it.choose(files)))}
                    </div>
                </div>
            </div>
        </dialog>
    }
    .into_any()
}
