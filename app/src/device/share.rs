//! Gives an address to others: by the phone's own menu where it has one, otherwise by the clipboard.

use js_sys::{Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    Shared,
    Copied,
    /// The person closed the menu.
    Closed,
    /// The browser has neither, or refuses: it can be copied by hand.
    ByHand,
}

/// Opens the phone's menu for sharing, or copies the address where there is none.
pub async fn share(title: &str, address: &str) -> Given {
    let what = Object::new();
    for (name, value) in [("title", title), ("url", address)] {
        // A plain object takes every property.
        let _ = Reflect::set(&what, &name.into(), &value.into());
    }
    match call(&navigator(), "share", &what).await {
        Some(Ok(())) => Given::Shared,
        Some(Err(refusal)) if name_of(&refusal) == "AbortError" => Given::Closed,
        Some(Err(_)) | None => copy(address).await,
    }
}

pub async fn copy(text: &str) -> Given {
    let clipboard = Reflect::get(&navigator(), &"clipboard".into()).unwrap_or(JsValue::UNDEFINED);
    match call(&clipboard, "writeText", &text.into()).await {
        Some(Ok(())) => Given::Copied,
        Some(Err(_)) | None => Given::ByHand,
    }
}

/// The address of a path on this site.
pub fn address(path: &str) -> String {
    let origin = web_sys::window().and_then(|window| window.location().origin().ok()).unwrap_or_default();
    format!("{origin}{path}")
}

fn navigator() -> JsValue {
    web_sys::window().map_or(JsValue::UNDEFINED, |window| window.navigator().into())
}

/// Calls a function that a browser may not have, and waits for its promise.
async fn call(on: &JsValue, name: &str, with: &JsValue) -> Option<Result<(), JsValue>> {
    let function: Function = Reflect::get(on, &name.into()).ok()?.dyn_into().ok()?;
    let promise = match function.call1(on, with) {
        Ok(promise) => promise.unchecked_into::<Promise>(),
        Err(refusal) => return Some(Err(refusal)),
    };
    Some(JsFuture::from(promise).await.map(|_| ()))
}

fn name_of(refusal: &JsValue) -> String {
    Reflect::get(refusal, &"name".into()).ok().and_then(|name| name.as_string()).unwrap_or_default()
}
