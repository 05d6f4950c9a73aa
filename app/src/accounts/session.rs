//! Whose session this browser holds, and its end: whoever comes next must not be taken for the one before.

use std::cell::RefCell;

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, future_to_promise};

use crate::{
    device::preferences::{self, Session},
    online::{self, Trouble},
};

/// Asks in the name of whoever is signed in, and never in that of somebody who has left.
///
/// # Errors
/// [`Trouble`].
pub async fn in_own_session<T>(asked: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
    end_what_is_left().await?;
    asked.await
}

thread_local! {
    /// The sign-out that is under way: the answer to a second one could take away the cookie of whoever signs in after the first.
    static ENDING: RefCell<Option<Promise>> = const { RefCell::new(None) };
}

/// Ends the session that was left behind, if there is one; without a network at the next contact.
///
/// # Errors
/// [`Trouble::NoNetwork`]: it has not ended yet.
pub async fn end_what_is_left() -> Result<(), Trouble> {
    if preferences::session() != Some(Session::Ends) {
        return Ok(());
    }
    let ending = ENDING.with_borrow_mut(|ending| ending.get_or_insert_with(|| future_to_promise(end())).clone());
    let _ = JsFuture::from(ending).await;
    if preferences::session() == Some(Session::Ends) { Err(Trouble::NoNetwork) } else { Ok(()) }
}

async fn end() -> Result<JsValue, JsValue> {
    let done = online::sign_out().await;
    ENDING.take();
    // Somebody may have signed in meanwhile.
    if done.is_ok() && preferences::session() == Some(Session::Ends) {
        preferences::set_session(None);
    }
    Ok(JsValue::UNDEFINED)
}
