//! What there is for a household: its first page, its own page, and the way in.

pub mod home;
pub mod join;
pub mod own;

use domain::{
    households::{Household, OwnHousehold},
    records::Body,
    residents,
};
use leptos::prelude::*;
use sync::device::world::World;

use crate::store::Store;

/// The household that the person who is here is a member of, while its tenancy lasts.
pub fn own_household(store: Store) -> Option<Household> {
    let me = store.present.get()?.person;
    store.world.with(|world| households(world).find(|it| it.has(me) && it.moved_out.is_none()).cloned())
}

/// Every household that this device holds, by its own record or by the desk's.
pub fn households(world: &World) -> impl Iterator<Item = &Household> {
    world.all().filter_map(|body| match body {
        Body::Residents(residents::Body::OwnHousehold(OwnHousehold(it)) | residents::Body::Household(it)) => Some(it),
        _ => None,
    })
}
