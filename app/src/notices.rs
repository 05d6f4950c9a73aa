//! Notices: what everyone, a building or a role should know.

pub mod form;
pub mod list;
pub mod one;

use leptos::prelude::*;

use crate::shell::not_found;

/// The pages below `/notices`.
pub fn page(parts: &[&str]) -> AnyView {
    match parts {
        [] => list::page(),
        ["new"] => form::new_page(),
        [notice] => notice.parse().map_or_else(|_| not_found(), one::page),
        [notice, "edit"] => notice.parse().map_or_else(|_| not_found(), form::page),
        _ => not_found(),
    }
}
