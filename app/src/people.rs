//! People: who works here, what they may do, and how they get in. For whoever may set up, and of those below for who oversees.

pub mod list;
pub mod one;

pub mod access;
mod form;

use domain::{
    changes::{Deed, Request},
    people::Person,
    permissions::{Act, may, may_set_up},
    records::Body,
};
use leptos::prelude::*;
use sync::{
    device::{outbox::Entry, world::World},
    messages::Envelope,
};

use crate::{
    locales::{self, general, people as say},
    store::use_store,
    ui,
};

/// Whether somebody finds people here: to set up, or to help those whom they oversee to get in.
pub fn may_see(me: &Person) -> bool {
    may_set_up(me) || (me.left.is_none() && may(&me.roles, Act::SeeResults))
}

/// `page`, where the person who is here may see people.
fn for_who_may(page: impl Fn() -> AnyView + Send + Sync + 'static) -> AnyView {
    let store = use_store();
    let may = Memo::new(move |_| store.me().is_some_and(|me| may_see(&me)));
    (move || {
        if may.get() {
            page()
        } else {
            view! { <ui::Page title=say::people()>{ui::empty(general::no_rights(), general::no_rights_next())}</ui::Page> }
                .into_any()
        }
    })
    .into_any()
}

/// The person whom a change asks to put.
fn wish(entry: &Entry) -> Option<Person> {
    match Envelope::read(&entry.change).ok()?.open().ok()?.deed {
        Deed::Request(Request::PutPerson(person)) => Some(person),
        Deed::Request(_) | Deed::Fact(_) => None,
    }
}

/// Where a refused change is corrected: the form it came from, filled in.
pub fn correction(entry: &Entry) -> Option<String> {
    Some(format!("/people/{}?instead={}", wish(entry)?.id, entry.id))
}

/// Roles and teams in one line.
fn place(world: &World, person: &Person) -> String {
    let roles = person.roles.iter().map(|role| general::role(*role).to_owned());
    let teams = person.teams.iter().filter_map(|team| match world.get((*team).into()) {
        Some(Body::Team(team)) => Some(locales::say(&team.name)),
        _ => None,
    });
    roles.chain(teams).collect::<Vec<_>>().join(" · ")
}
