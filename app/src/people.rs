//! People: who works here, what they may do, and how they get in. For whoever may set up.

pub mod list;
pub mod one;

mod access;
mod form;

use domain::{
    changes::{Deed, Request},
    people::Person,
    permissions::may_set_up,
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

/// `page`, where the person who is here may set up.
fn for_who_may(page: impl Fn() -> AnyView + Send + Sync + 'static) -> AnyView {
    let store = use_store();
    let may = Memo::new(move |_| store.me().is_some_and(|me| may_set_up(&me)));
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
