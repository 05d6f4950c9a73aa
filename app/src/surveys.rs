//! Surveys: what households are asked, and what all answers amount to.

pub mod answer;
pub mod form;
pub mod list;
pub mod opinions;
pub mod results;

use domain::{ids::SurveyId, records::Body, residents, surveys::Survey};
use leptos::prelude::*;
use sync::device::world::World;

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

/// Every survey that this device holds.
pub fn surveys(world: &World) -> impl Iterator<Item = &Survey> {
    world.all().filter_map(|body| match body {
        Body::Residents(residents::Body::Survey(survey)) => Some(survey),
        _ => None,
    })
}

pub fn survey(world: &World, id: SurveyId) -> Option<&Survey> {
    match world.get(id.into()) {
        Some(Body::Residents(residents::Body::Survey(survey))) => Some(survey),
        _ => None,
    }
}
