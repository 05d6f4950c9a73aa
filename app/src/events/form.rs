use leptos::prelude::*;

pub fn page(_event: domain::ids::EventId) -> AnyView {
    crate::shell::not_found()
}

pub fn new_page() -> AnyView {
    crate::shell::not_found()
}
