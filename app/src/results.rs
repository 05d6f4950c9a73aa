//! Results for managers: which rounds were walked, by whom, and what they found.

pub mod list;
pub mod story;

use domain::{ids::PersonId, records::Body};
use sync::device::world::World;

use crate::locales;

pub fn person_name(world: &World, person: PersonId) -> String {
    match world.get(person.into()) {
        Some(Body::Person(person)) => locales::say(&person.name),
        _ => "—".to_owned(),
    }
}
