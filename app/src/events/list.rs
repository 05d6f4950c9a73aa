use leptos::prelude::*;

pub fn page() -> AnyView {
    crate::shell::not_found()
}
