//! Surveys: what households are asked, and what all answers amount to.

pub mod answer;
pub mod form;
pub mod list;
pub mod opinions;
pub mod overview;
pub mod questions;
pub mod results;
pub mod sums;
pub mod trend;

use domain::{
    ids::SurveyId,
    permissions::Act,
    records::Body,
    residents,
    surveys::{Results, Subject, Survey},
};
use leptos::prelude::*;
use sync::device::world::World;

use crate::{asking::may_here, shell::not_found, store::use_store};

/// The pages below `/surveys`.
pub fn page(parts: &[&str]) -> AnyView {
    match parts {
        [] => first(),
        ["new"] => form::new_page(),
        [survey] => survey.parse().map_or_else(|_| not_found(), answer::page),
        [survey, "edit"] => survey.parse().map_or_else(|_| not_found(), form::page),
        [survey, "results"] => survey.parse().map_or_else(|_| not_found(), results::page),
        ["event", event, "results"] => event.parse().map_or_else(|_| not_found(), results::event_page),
        _ => not_found(),
    }
}

/// All surveys: what came of them at the desk, what wants an answer for a household.
fn first() -> AnyView {
    let sees_desk = may_here(use_store(), Act::SeeDesk);
    (move || if sees_desk.get() { overview::page() } else { list::page() }).into_any()
}

/// Every survey that this device holds.
pub fn surveys(world: &World) -> impl Iterator<Item = &Survey> {
    world.all().filter_map(|body| match body {
        Body::Residents(residents::Body::Survey(survey)) => Some(survey),
        _ => None,
    })
}

/// What all answers amount to, as the desk holds it; `None` until there is one.
pub fn results_of(world: &World, subject: Subject) -> Option<&Results> {
    match world.get(Results::id_of(subject)) {
        Some(Body::Residents(residents::Body::Results(results))) => Some(results),
        _ => None,
    }
}

pub fn survey(world: &World, id: SurveyId) -> Option<&Survey> {
    match world.get(id.into()) {
        Some(Body::Residents(residents::Body::Survey(survey))) => Some(survey),
        _ => None,
    }
}
