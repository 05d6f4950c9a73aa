//! Households as the desk looks after them: who lives where, who waits to be taken in, join codes, moving out.

pub mod letter;
pub mod list;
pub mod one;

use leptos::prelude::*;

use crate::shell::not_found;

/// The pages below `/households`.
pub fn page(parts: &[&str]) -> AnyView {
    match parts {
        [] => list::page(),
        ["new"] => one::new_page(),
        [household] => household.parse().map_or_else(|_| not_found(), one::page),
        _ => not_found(),
    }
}

/// Everything of the neighbourhood that the desk looks after.
pub fn neighbourhood() -> AnyView {
    not_found()
}
