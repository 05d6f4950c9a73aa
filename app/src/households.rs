//! Households as the desk looks after them: who lives where, who waits to be taken in, join codes, moving out.

pub mod desk;
pub mod form;
pub mod letter;
pub mod list;
pub mod moving;
pub mod newcomers;
pub mod one;

use domain::{
    areas::AreaKind,
    households::Household,
    ids::{AreaId, HouseholdId},
    records::Body,
    residents,
    text::half_width,
};
use leptos::prelude::*;
use sync::device::{outbox::Entry, world::World};

use crate::{
    asking,
    locales::{self, accounts, general},
    online::Trouble,
    shell::not_found,
    ui,
};

pub use desk::neighbourhood;

/// The pages below `/households`.
pub fn page(parts: &[&str]) -> AnyView {
    let of = |household: &str, page: fn(HouseholdId) -> AnyView| household.parse().map_or_else(|_| not_found(), page);
    match parts {
        [] => list::page(),
        ["new"] => form::new_page(),
        [household] => of(household, one::page),
        [household, "edit"] => of(household, form::edit_page),
        _ => not_found(),
    }
}

/// Where a refused change of a household is corrected.
pub fn correction(entry: &Entry) -> Option<String> {
    match asking::wish(entry)? {
        residents::Request::PutHousehold(it) => Some(format!("/households/{}/edit?instead={}", it.id, entry.id)),
        _ => None,
    }
}

/// Every household that the desk looks after, by its own record: beside one that was put here and is not confirmed there is
/// also what the household itself will be told.
fn all(world: &World) -> impl Iterator<Item = &Household> {
    world.all().filter_map(|body| match body {
        Body::Residents(residents::Body::Household(household)) => Some(household),
        _ => None,
    })
}

fn held(world: &World, id: HouseholdId) -> Option<&Household> {
    match world.get(id.into()) {
        Some(Body::Residents(residents::Body::Household(household))) => Some(household),
        _ => None,
    }
}

/// The name of an area; nothing where this device does not know it.
pub fn area_name(world: &World, area: Option<AreaId>) -> Option<String> {
    match world.get(area?.into()) {
        Some(Body::Area(area)) => Some(locales::say(&area.name)),
        _ => None,
    }
}

/// The buildings of the community, by name.
pub fn buildings(world: &World) -> Vec<(AreaId, String)> {
    let all = world.all().filter_map(|body| match body {
        Body::Area(area) if area.kind == AreaKind::Building => Some((area.id, locales::say(&area.name))),
        _ => None,
    });
    let mut buildings: Vec<_> = all.collect();
    buildings.sort_by(|a, b| a.1.cmp(&b.1));
    buildings
}

fn folded(text: &str) -> String {
    half_width(text.trim()).to_lowercase()
}

/// What stands in the way of something that needs the network.
fn told(trouble: &Trouble) -> AnyView {
    let must_sign_in = *trouble == Trouble::SignInFirst;
    view! {
        <p class="problem" role="alert">{ui::glyph("bad")}<span>{general::trouble(trouble)}</span></p>
        {must_sign_in.then(|| view! { <a class="button quiet" href="/sign-in">{accounts::sign_in()}</a> })}
    }
    .into_any()
}
