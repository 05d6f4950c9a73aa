//! Whose session this browser holds, and its end: whoever comes next must not be taken for the one before.

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

/// Ends the session that was left behind, if there is one; without a network at the next contact.
///
/// # Errors
/// [`Trouble`]: it has not ended yet.
pub async fn end_what_is_left() -> Result<(), Trouble> {
    if preferences::session() != Some(Session::Ends) {
        return Ok(());
    }
    online::sign_out().await?;
    // Somebody may have signed in meanwhile.
    if preferences::session() == Some(Session::Ends) {
        preferences::set_session(None);
    }
    Ok(())
}
