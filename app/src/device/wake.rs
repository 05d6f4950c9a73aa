//! Keeps the screen awake while a round is walked. Where the browser cannot, the screen sleeps as it always does.

use std::cell::{Cell, RefCell};

use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    #[derive(Clone)]
    type WakeLock;
    #[wasm_bindgen(thread_local_v2, js_namespace = navigator, js_name = wakeLock)]
    static WAKE_LOCK: Option<WakeLock>;
    /// Refused while the page is hidden and, by some devices, while the battery is low.
    #[wasm_bindgen(method, catch)]
    async fn request(this: &WakeLock, kind: &str) -> Result<JsValue, JsValue>;

    type Sentinel;
    #[wasm_bindgen(method)]
    fn release(this: &Sentinel) -> js_sys::Promise;
}

thread_local! {
    static IS_WANTED: Cell<bool> = const { Cell::new(false) };
    static HELD: RefCell<Option<Sentinel>> = const { RefCell::new(None) };
    static IS_WATCHING: Cell<bool> = const { Cell::new(false) };
}

pub fn keep_awake() {
    IS_WANTED.set(true);
    acquire();
    if !IS_WATCHING.replace(true) {
        acquire_when_seen_again();
    }
}

pub fn let_sleep() {
    IS_WANTED.set(false);
    hold(None);
}

fn acquire() {
    if !IS_WANTED.get() {
        return;
    }
    wasm_bindgen_futures::spawn_local(async {
        let Some(lock) = WAKE_LOCK.with(Clone::clone) else { return };
        let Ok(granted) = lock.request("screen").await else { return };
        hold(Some(granted.unchecked_into()));
        // The person may have left while the browser was asked.
        if !IS_WANTED.get() {
            hold(None);
        }
    });
}

fn hold(sentinel: Option<Sentinel>) {
    if let Some(before) = HELD.replace(sentinel) {
        let _ = before.release();
    }
}

/// A hidden page loses the lock.
fn acquire_when_seen_again() {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
    let seen = Closure::<dyn FnMut()>::new(acquire);
    let _ = document.add_event_listener_with_callback("visibilitychange", seen.as_ref().unchecked_ref());
    seen.forget();
}
