//! Signing in, enrolling, unlocking and setting up.

pub mod enrol;
pub mod session;
pub mod set_up;
pub mod sign_in;
pub mod unlock;

use leptos::prelude::*;
use sync::messages::{Enrolled, Profile};

use crate::online::SignedIn;

/// Who has just signed in with a pass phrase and must say how this device is used, until that is done.
#[derive(Clone, Copy)]
pub struct Enrolling(pub RwSignal<Option<SignedIn>>);

/// Whether this device, as it is enrolled, can be used by who signed in.
pub fn fits(enrolled: &Enrolled, signed: &SignedIn) -> bool {
    enrolled.community == signed.community
        && match enrolled.profile {
            Profile::Shared => true,
            Profile::Personal { person } => person == signed.person,
        }
}
