//! The larger build: the pages of residents, of whoever looks after them, and of managers.

use domain::{
    changes::Deed,
    permissions::{Act, may, may_see_devices},
};
use leptos::prelude::*;
use sync::device::{outbox::Entry, world::World};

use crate::{
    accounts, checkpoints, devices, events, households,
    locales::{self, general as say},
    neighbourhood, notices, people, results, sign_ins,
    store::{Store, use_store},
    surveys, today, ui,
};

/// Where a refused change is corrected.
pub fn correction(refused: &Entry) -> Option<String> {
    let forms = [
        people::correction,
        events::form::correction,
        events::refused::correction,
        households::correction,
        notices::form::correction,
        surveys::form::correction,
    ];
    forms.into_iter().find_map(|form| form(refused))
}

pub const IS_HERE: bool = true;

pub fn is_door(path: &str) -> bool {
    matches!(path, "/set-up" | "/join")
}

pub fn door(path: &str) -> AnyView {
    if path == "/join" { neighbourhood::join::page() } else { accounts::set_up::page() }
}

/// The first page: what is asked of somebody today, or what there is for a household.
pub fn home() -> AnyView {
    let store = use_store();
    let works_here = Memo::new(move |_| store.me().is_some_and(|me| me.is_staff()));
    (move || if works_here.get() { today::page() } else { neighbourhood::home::page() }).into_any()
}

/// Whether a page lies below what the navigation calls by another address: all of the neighbourhood is one way there.
pub fn is_below(way: &str, path: &str) -> bool {
    let below = ["/households", "/events", "/notices", "/surveys"];
    way == "/neighbourhood" && below.into_iter().any(|below| path.starts_with(below))
}

/// Where the navigation leads, beside Settings: address, icon, words. On a phone the last two are in the settings, since more
/// than five do not fit under a thumb.
pub fn ways(store: Store) -> Vec<(&'static str, &'static str, &'static str)> {
    let Some(me) = store.me() else { return vec![] };
    if !me.is_staff() {
        return vec![
            ("/", "home", locales::events::home()),
            ("/events", "event", locales::events::events()),
            ("/notices", "notice", say::notices()),
            ("/household", "household", locales::events::my_household()),
        ];
    }
    let mut ways = super::ways();
    let more = [
        (Act::SeeResults, ("/results", "results", say::results())),
        (Act::SeeDesk, ("/neighbourhood", "household", locales::households::neighbourhood())),
    ];
    ways.extend(more.into_iter().filter(|(act, _)| may(&me.roles, *act)).map(|(_, way)| way));
    if people::may_see(&me) {
        ways.push(("/people", "person", locales::people::people()));
    }
    if may_see_devices(&me.roles) {
        ways.push(("/devices", "device", say::devices()));
    }
    ways
}

pub fn page(parts: &[&str]) -> AnyView {
    match parts {
        ["results"] => results::list::page(results::list::Table::Rounds),
        ["results", "visits"] => results::list::page(results::list::Table::Visits),
        ["results", "areas"] => results::list::page(results::list::Table::Areas),
        ["results", "checkpoint", checkpoint] => results::checkpoint::page(checkpoint),
        ["results", "photos"] => results::missing_photos::page(),
        ["results", "remarks"] => results::remarks::page(),
        ["results", round] => results::story::page(round),
        ["checkpoints"] => checkpoints::page(),
        ["people"] => people::list::page(),
        ["people", person] => people::one::page(person),
        ["devices"] => devices::page(),
        ["sign-ins"] => sign_ins::page(),
        ["events", ..] => events::page(&parts[1..]),
        ["notices", ..] => notices::page(&parts[1..]),
        ["surveys", ..] => surveys::page(&parts[1..]),
        ["household"] => neighbourhood::own::page(),
        ["neighbourhood"] => households::neighbourhood(),
        ["households", ..] => households::page(&parts[1..]),
        _ => not_found(),
    }
}

pub fn not_found() -> AnyView {
    view! { <ui::Page title=say::not_found()>{ui::empty(say::not_found(), say::not_found_next())}</ui::Page> }
        .into_any()
}

/// The way to what other devices have not sent, for those who oversee.
pub fn missing_photos() -> AnyView {
    results::missing_photos::link()
}

/// What a change is about that residents made, or those who look after them.
pub fn about(world: &World, deed: &Deed) -> Option<String> {
    events::refused::about(world, deed)
}

/// How many notices somebody has not read.
pub fn unread(store: Store) -> impl IntoView {
    move || {
        let unread = notices::shown(store).iter().filter(|it| !it.is_read).count();
        (unread > 0).then(|| view! { <strong class="number">{locales::notices::unread_count(unread)}</strong> })
    }
}

/// What the top line of Today says to those who oversee.
pub fn headline(store: Store) -> AnyView {
    view! { {results::list::headline(store)}{results::remarks::today(store)} }.into_any()
}
