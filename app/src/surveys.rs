//! Surveys: what households are asked, and what all answers amount to.

pub mod answer;
pub mod form;
pub mod list;
pub mod results;

use leptos::prelude::*;

use crate::shell::not_found;

/// The pages below `/surveys`.
pub fn page(parts: &[&str]) -> AnyView {
    match parts {
        [] => list::page(),
        ["new"] => form::new_page(),
        [survey] => survey.parse().map_or_else(|_| not_found(), answer::page),
        [survey, "edit"] => survey.parse().map_or_else(|_| not_found(), form::page),
        [survey, "results"] => survey.parse().map_or_else(|_| not_found(), results::page),
        _ => not_found(),
    }
}
