use leptos::prelude::*;

pub fn page(_notice: domain::ids::NoticeId) -> AnyView {
    crate::shell::not_found()
}

pub fn new_page() -> AnyView {
    crate::shell::not_found()
}
