//! Notices: what everyone, a building or a role should know.

pub mod fields;
pub mod form;
pub mod list;
pub mod one;
pub mod published;

use domain::{
    ids::NoticeId,
    notices::{Notice, NoticeRead},
    people::Person,
    records::Body,
    residents,
    time::Moment,
};
use leptos::prelude::*;
use sync::device::world::World;

use crate::{neighbourhood::own_household, shell::not_found, store::Store};

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

/// A notice with whether the person who is here has read it.
#[derive(Clone, PartialEq)]
pub struct Shown {
    pub notice: Notice,
    pub is_read: bool,
}

/// What is shown now to whoever is here: unread first, then the newest.
pub fn shown(store: Store) -> Vec<Shown> {
    let Some(me) = store.me() else { return vec![] };
    let (building, now) = (own_household(store).and_then(|household| household.area), store.time());
    let mut shown: Vec<Shown> = store.world.with(|world| {
        let notices = world.all().filter_map(|body| match body {
            Body::Residents(residents::Body::Notice(notice)) => Some(notice),
            _ => None,
        });
        let mine = notices.filter(|notice| notice.is_for(&me.roles, building) && notice.is_shown_at(now));
        mine.map(|notice| Shown { notice: notice.clone(), is_read: is_read(world, notice.id, &me) }).collect()
    });
    shown.sort_by_key(|it| (it.is_read, std::cmp::Reverse(since(&it.notice)), it.notice.id));
    shown
}

/// Since when a notice is there to be read.
pub fn since(notice: &Notice) -> Option<Moment> {
    notice.from.max(notice.put)
}

pub fn is_read(world: &World, notice: NoticeId, me: &Person) -> bool {
    world.get(NoticeRead::id(notice, me.id)).is_some()
}
