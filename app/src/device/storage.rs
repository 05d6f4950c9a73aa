//! What the browser grants this device: how much it may keep, and whether it promises to keep it.

use domain::storage::Usage;
use js_sys::{Promise, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::StorageManager;

/// Asks the browser not to evict what is stored. `None` where it cannot say.
pub async fn ask_to_persist() -> Option<bool> {
    settled(manager()?.persist()).await?.as_bool()
}

/// Whether the browser has promised not to evict what is stored. `None` where it cannot say.
pub async fn is_promised() -> Option<bool> {
    settled(manager()?.persisted()).await?.as_bool()
}

/// What is used of what is granted. `None` where the browser does not say.
pub async fn usage() -> Option<Usage> {
    let estimate = settled(manager()?.estimate()).await?;
    // Numbers of JavaScript: what is no number, or below zero, becomes 0.
    let bytes = |name: &str| Some(Reflect::get(&estimate, &name.into()).ok()?.as_f64()? as u64);
    Some(Usage::new(bytes("usage")?, bytes("quota")?))
}

/// Insecure origins and older engines have none.
fn manager() -> Option<StorageManager> {
    let manager = web_sys::window()?.navigator().storage();
    manager.is_object().then_some(manager)
}

async fn settled(asked: Result<Promise, JsValue>) -> Option<JsValue> {
    JsFuture::from(asked.ok()?).await.ok()
}
