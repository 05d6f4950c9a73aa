//! What the desk does about an event, on the event's own page.

use domain::events::Event;
use leptos::prelude::*;

use crate::store::Store;

/// The ways on from an event for whoever looks after it; nothing for anybody else.
pub fn actions(_store: Store, _event: &Event) -> AnyView {
    ().into_any()
}
