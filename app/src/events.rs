//! Events: what is on, a household's places at it, and what whoever plans it or stands at its door does.

pub mod desk;
pub mod door;
pub mod feedback;
pub mod form;
pub mod list;
pub mod one;
pub mod ours;
pub mod people;
pub mod refused;
pub mod sign_up;
pub mod ticket;

pub mod asked;
pub mod changes;
mod month;
mod party;
mod questions;

use domain::{
    events::{Event, EventKey},
    ids::{EventId, HouseholdId},
    records::Body,
    residents,
    sign_ups::{OwnSignUp, SignUp, Tally},
};
use leptos::prelude::*;
use sync::device::world::World;

use crate::{locales::general as say, shell::not_found, ui};

/// The pages below `/events`.
pub fn page(parts: &[&str]) -> AnyView {
    let of = |event: &str, page: fn(EventId) -> AnyView| event.parse().map_or_else(|_| not_found(), page);
    match parts {
        [] => list::page(),
        ["new"] => form::new_page(),
        [event] => of(event, one::page),
        [event, "sign-up"] => of(event, sign_up::page),
        [event, "ticket"] => of(event, ticket::page),
        [event, "feedback"] => of(event, feedback::page),
        [event, "edit"] => of(event, form::page),
        [event, "people"] => of(event, people::page),
        [event, "door"] => of(event, door::page),
        _ => not_found(),
    }
}

/// Every event that this device holds; drafts are on the desk's devices alone.
pub fn events(world: &World) -> impl Iterator<Item = &Event> {
    world.all().filter_map(|body| match body {
        Body::Residents(residents::Body::Event(event)) => Some(event),
        _ => None,
    })
}

pub fn event(world: &World, id: EventId) -> Option<&Event> {
    match world.get(id.into()) {
        Some(Body::Residents(residents::Body::Event(event))) => Some(event),
        _ => None,
    }
}

/// An event's places in numbers; `None` until somebody has signed up.
pub fn tally(world: &World, id: EventId) -> Option<&Tally> {
    match world.get(Tally::id(id)) {
        Some(Body::Residents(residents::Body::Tally(tally))) => Some(tally),
        _ => None,
    }
}

/// A household's sign-up as itself holds it.
pub fn own_sign_up(world: &World, event: EventId, household: HouseholdId) -> Option<&SignUp> {
    match world.get(SignUp::own_id(event, household)) {
        Some(Body::Residents(residents::Body::OwnSignUp(OwnSignUp(it)))) => Some(it),
        _ => None,
    }
}

/// The sign-ups of an event as the desk holds them.
pub fn sign_ups(world: &World, of: EventKey) -> impl Iterator<Item = &SignUp> {
    world.of_root(of.root()).filter_map(move |body| match body {
        Body::Residents(residents::Body::SignUp(it)) if it.of == of => Some(it),
        _ => None,
    })
}

/// An event that is not on this device.
pub fn missing() -> AnyView {
    view! {
        <ui::Page title=say::not_found() back="/events">
            {ui::empty(say::thing_not_here(), say::thing_not_here_next())}
        </ui::Page>
    }
    .into_any()
}
