//! Several tabs of one browser: any saves, one talks to the network.

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{BroadcastChannel, MessageEvent};

const COURIER: &str = "lamplighter.courier";

/// Waits until this tab is the one that talks to the network. It stays so until it is closed.
///
/// A browser without Web Locks has no way to choose, so each of its tabs talks: absorbing is idempotent.
pub async fn become_courier() {
    let Some(window) = web_sys::window() else { return };
    let Ok(locks) = Reflect::get(&window.navigator(), &"locks".into()) else { return };
    let Some(request) = Reflect::get(&locks, &"request".into()).ok().and_then(|f| f.dyn_into::<Function>().ok()) else {
        return;
    };
    let granted = Promise::new(&mut |resolve, _| {
        // The lock is held for as long as this promise is pending: until the tab is gone.
        let hold = Closure::once_into_js(move |_lock: JsValue| -> Promise {
            let _ = resolve.call0(&JsValue::NULL);
            Promise::new(&mut |_, _| {})
        });
        let _ = request.call2(&locks, &COURIER.into(), &hold);
    });
    let _ = wasm_bindgen_futures::JsFuture::from(granted).await;
}

/// What one tab tells the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Something was saved: read the outbox again.
    Outbox,
    /// Records arrived: read everything again.
    Records,
}

#[derive(Clone)]
pub struct Tabs {
    channel: Option<BroadcastChannel>,
}

impl Tabs {
    /// Joins the other tabs. `heard` is called for what they tell.
    pub fn join(mut heard: impl FnMut(Told) + 'static) -> Self {
        let Ok(channel) = BroadcastChannel::new("lamplighter") else { return Self { channel: None } };
        let listen = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            match event.data().as_string().as_deref() {
                Some("outbox") => heard(Told::Outbox),
                Some("records") => heard(Told::Records),
                _ => {}
            }
        });
        channel.set_onmessage(Some(listen.as_ref().unchecked_ref()));
        listen.forget();
        Self { channel: Some(channel) }
    }

    pub fn tell(&self, told: Told) {
        let word = match told {
            Told::Outbox => "outbox",
            Told::Records => "records",
        };
        if let Some(channel) = &self.channel {
            let _ = channel.post_message(&word.into());
        }
    }
}
