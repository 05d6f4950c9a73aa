//! The installed app: new releases, lasting storage, and whether this browser can hold data at all.

use js_sys::{Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ServiceWorker, ServiceWorkerRegistration};

/// Asks the browser not to evict what is stored. `None` where it cannot say.
pub async fn ask_to_persist() -> Option<bool> {
    let storage = web_sys::window()?.navigator().storage();
    if !storage.is_object() {
        return None;
    }
    JsFuture::from(storage.persist().ok()?).await.ok()?.as_bool()
}

/// The share of the quota from which on people are warned.
pub const QUOTA_WARNING: f64 = 0.7;
/// The share of the quota above which no photo is added, so that there is always room for words.
pub const NO_MORE_PHOTOS: f64 = 0.85;

/// The share of the quota that is used, in 0.0..=1.0.
pub async fn quota_used() -> Option<f64> {
    let storage = web_sys::window()?.navigator().storage();
    if !storage.is_object() {
        return None;
    }
    let estimate = JsFuture::from(storage.estimate().ok()?).await.ok()?;
    let number = |name: &str| Reflect::get(&estimate, &name.into()).ok()?.as_f64();
    let (usage, quota) = (number("usage")?, number("quota")?);
    (quota > 0.0).then(|| usage / quota)
}

/// Becomes true when a new release is ready and waits for the person to agree.
pub fn new_release_ready() -> RwSignal<bool> {
    let ready = RwSignal::new(false);
    leptos::task::spawn_local(async move {
        let Some(registration) = registration().await else { return };
        if registration.waiting().is_some() {
            ready.set(true);
        }
        let watched = registration.clone();
        let found = Closure::<dyn FnMut()>::new(move || {
            let Some(worker) = watched.installing() else { return };
            let installing = worker.clone();
            let changed = Closure::<dyn FnMut()>::new(move || {
                // The first release of all has no one to take over from.
                let is_update =
                    web_sys::window().is_some_and(|window| window.navigator().service_worker().controller().is_some());
                if installing.state() == web_sys::ServiceWorkerState::Installed && is_update {
                    ready.set(true);
                }
            });
            worker.set_onstatechange(Some(changed.as_ref().unchecked_ref()));
            changed.forget();
        });
        registration.set_onupdatefound(Some(found.as_ref().unchecked_ref()));
        found.forget();
    });
    ready
}

/// Hands over to the new release and opens it.
pub fn take_new_release() {
    leptos::task::spawn_local(async {
        let Some(waiting) = registration().await.and_then(|registration| registration.waiting()) else { return };
        let Some(window) = web_sys::window() else { return };
        let reload = Closure::<dyn FnMut()>::new(|| {
            if let Some(window) = web_sys::window() {
                let _ = window.location().reload();
            }
        });
        window.navigator().service_worker().set_oncontrollerchange(Some(reload.as_ref().unchecked_ref()));
        reload.forget();
        tell_to_take_over(&waiting);
    });
}

fn tell_to_take_over(worker: &ServiceWorker) {
    let message = Object::new();
    let _ = Reflect::set(&message, &"type".into(), &"take-over".into());
    let _ = worker.post_message(&message);
}

async fn registration() -> Option<ServiceWorkerRegistration> {
    let navigator = web_sys::window()?.navigator();
    let has_workers = Reflect::has(&navigator, &JsValue::from_str("serviceWorker")).unwrap_or(false);
    if !has_workers {
        return None;
    }
    JsFuture::from(navigator.service_worker().ready().ok()?).await.ok()?.dyn_into().ok()
}
