//! Putting Lamplighter on the home screen.

use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};

/// How this browser puts an app on the home screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Install {
    /// It is there.
    Done,
    /// The browser asks when it is told to.
    Ask,
    /// On an iPhone or iPad, from the share menu.
    ShareMenu,
    /// From the browser's own menu, where it can.
    BrowserMenu,
}

#[wasm_bindgen]
extern "C" {
    /// The browser's offer (`BeforeInstallPromptEvent`), which comes before the app does; app/boot.js keeps it here.
    type Offer;
    #[wasm_bindgen(method, catch)]
    async fn prompt(this: &Offer) -> Result<JsValue, JsValue>;
}

const OFFER: &str = "lamplighterInstall";

pub fn how() -> Install {
    let Some(window) = web_sys::window() else { return Install::BrowserMenu };
    // Only iPhones and iPads have this property.
    let standalone = Reflect::get(&window.navigator(), &"standalone".into()).unwrap_or_default();
    let is_app = window.match_media("(display-mode: standalone)").ok().flatten().is_some_and(|query| query.matches());
    if is_app || standalone.is_truthy() {
        Install::Done
    } else if offer().is_some() {
        Install::Ask
    } else if standalone.is_undefined() {
        Install::BrowserMenu
    } else {
        Install::ShareMenu
    }
}

/// Lets the browser ask, and says how things stand then. An offer is good for one use.
pub async fn ask() -> Install {
    if let (Some(offer), Some(window)) = (offer(), web_sys::window()) {
        let _ = Reflect::set(&window, &OFFER.into(), &JsValue::UNDEFINED);
        let answer = offer.prompt().await.unwrap_or_default();
        let outcome = Reflect::get(&answer, &"outcome".into()).unwrap_or_default();
        if outcome == "accepted" {
            return Install::Done;
        }
    }
    how()
}

fn offer() -> Option<Offer> {
    let offer = Reflect::get(web_sys::window()?.as_ref(), &OFFER.into()).ok()?;
    offer.is_object().then(|| offer.unchecked_into())
}
