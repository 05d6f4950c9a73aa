//! New releases: the service worker keeps a whole one ready, and hands over when the person agrees.

use js_sys::{Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{MessageEvent, ServiceWorker, ServiceWorkerContainer, ServiceWorkerRegistration, ServiceWorkerState};

/// Becomes true when a new release waits for the person to agree.
pub fn new_release_ready() -> RwSignal<bool> {
    let ready = RwSignal::new(false);
    leptos::task::spawn_local(async move {
        let Some((container, registration)) = registered().await else { return };
        hear(&container, ready);
        // One that nobody agreed to becomes active when the last page was closed; one that was agreed to waits until then too.
        if let Some(worker) = newest(&registration) {
            ask_for_release(&worker);
        }
        if let Some(worker) = registration.installing() {
            watch(worker);
        }
        let watched = registration.clone();
        let found = Closure::<dyn FnMut()>::new(move || {
            if let Some(worker) = watched.installing() {
                watch(worker);
            }
        });
        registration.set_onupdatefound(Some(found.as_ref().unchecked_ref()));
        found.forget();
    });
    ready
}

fn watch(worker: ServiceWorker) {
    let installing = worker.clone();
    let changed = Closure::<dyn FnMut()>::new(move || {
        if installing.state() == ServiceWorkerState::Installed {
            ask_for_release(&installing);
        }
    });
    worker.set_onstatechange(Some(changed.as_ref().unchecked_ref()));
    changed.forget();
}

/// What a worker tells this tab.
fn hear(container: &ServiceWorkerContainer, ready: RwSignal<bool>) {
    let told =
        Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| match event.data().as_string().as_deref() {
            Some("new-release") => ready.set(true),
            Some("agreed") => reload(),
            _ => {}
        });
    container.set_onmessage(Some(told.as_ref().unchecked_ref()));
    told.forget();
}

fn newest(registration: &ServiceWorkerRegistration) -> Option<ServiceWorker> {
    registration.waiting().or_else(|| registration.active())
}

/// The worker answers "new-release" where it keeps another release than the one that this page was opened with.
fn ask_for_release(worker: &ServiceWorker) {
    if let Some(release) = own_release() {
        tell(worker, "opened", &release);
    }
}

/// Agrees to the new release. Its worker answers once that is noted, and the page opens anew.
pub fn take_new_release() {
    leptos::task::spawn_local(async {
        let Some((_, registration)) = registered().await else { return };
        if let Some(worker) = newest(&registration) {
            tell(&worker, "take-over", "");
        }
    });
}

/// Asks the server for a newer release than the one that is kept; what comes is offered as always.
pub fn look_for_new() {
    leptos::task::spawn_local(async {
        if let Some((_, registration)) = registered().await
            && let Ok(looked) = registration.update()
        {
            let _ = JsFuture::from(looked).await;
        }
    });
}

/// The release that this page was opened with.
fn own_release() -> Option<String> {
    let meta = document().query_selector("meta[name=lamplighter-release]").ok()??;
    meta.get_attribute("content")
}

/// Opens this page anew.
pub fn reload() {
    if let Some(window) = web_sys::window() {
        let _ = window.location().reload();
    }
}

fn tell(worker: &ServiceWorker, kind: &str, release: &str) {
    let message = Object::new();
    let _ = Reflect::set(&message, &"type".into(), &kind.into());
    let _ = Reflect::set(&message, &"release".into(), &release.into());
    let _ = worker.post_message(&message);
}

/// Waits until a release is kept for offline use; for ever where the browser keeps none.
async fn registered() -> Option<(ServiceWorkerContainer, ServiceWorkerRegistration)> {
    let navigator = web_sys::window()?.navigator();
    let has_workers = Reflect::has(&navigator, &JsValue::from_str("serviceWorker")).unwrap_or(false);
    if !has_workers {
        return None;
    }
    let container = navigator.service_worker();
    let registration = JsFuture::from(container.ready().ok()?).await.ok()?.dyn_into().ok()?;
    Some((container, registration))
}

/// Opens the page anew with the larger build, which has the managers' pages; app/boot.js reads the choice. Says whether it
/// does: where the browser keeps no choice, only an address of these pages brings it.
pub fn open_desk() -> bool {
    let is_kept = super::preferences::choose_desk();
    if let Some(window) = web_sys::window() {
        let path = window.location().pathname().unwrap_or_default();
        if is_kept || path != "/" {
            let _ = window.location().reload();
        }
    }
    is_kept
}
