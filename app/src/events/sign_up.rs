use leptos::prelude::*;

pub fn page(_event: domain::ids::EventId) -> AnyView {
    crate::shell::not_found()
}
