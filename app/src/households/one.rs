use leptos::prelude::*;

pub fn page(_household: domain::ids::HouseholdId) -> AnyView {
    crate::shell::not_found()
}

pub fn new_page() -> AnyView {
    crate::shell::not_found()
}
