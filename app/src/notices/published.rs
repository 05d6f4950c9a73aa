//! Notices as whoever publishes them sees them: to whomever they are, and those that are over.

use domain::{
    ids::NoticeId,
    notices::{Addressees, Notice},
    permissions::Act,
    records::Body,
    residents,
};
use leptos::prelude::*;
use sync::device::world::World;

use super::since;
use crate::{
    asking::may_here,
    households::area_name,
    locales::{self, calendar, general, notice_form as say},
    store::Store,
    ui,
};

/// Every notice that this device holds.
pub fn all(world: &World) -> impl Iterator<Item = &Notice> {
    world.all().filter_map(|body| match body {
        Body::Residents(residents::Body::Notice(notice)) => Some(notice),
        _ => None,
    })
}

/// To whom a notice is, in words.
pub fn addressees(world: &World, to: Addressees) -> String {
    match to {
        Addressees::Everyone | Addressees::Other => say::everyone().to_owned(),
        Addressees::Building { area } => area_name(world, Some(area)).unwrap_or_else(|| say::to_building().to_owned()),
        Addressees::Role { role } => general::role(role).to_owned(),
    }
}

/// What has been published, the newest first and what is over folded, for whoever may publish.
pub fn section(store: Store) -> AnyView {
    let may = may_here(store, Act::PublishNotices);
    (move || may.get().then(|| lists(store))).into_any()
}

fn lists(store: Store) -> AnyView {
    let now = store.time();
    store.world.with(|world| {
        let mut notices: Vec<&Notice> = all(world).collect();
        notices.sort_by_key(|notice| (std::cmp::Reverse(since(notice)), notice.id));
        let (there, over): (Vec<_>, Vec<_>) = notices.into_iter().partition(|notice| notice.is_yet_to_end(now));
        let rows = |notices: &[&Notice]| notices.iter().map(|it| row(world, it, store)).collect::<Vec<_>>();
        let folded = (!over.is_empty()).then(|| {
            view! { <details><summary>{say::over_count(over.len())}</summary><ul class="rows">{rows(&over)}</ul></details> }
        });
        view! {
            <section><h2>{say::published()}</h2><ul class="rows">{rows(&there)}</ul>{folded}</section>
        }
        .into_any()
    })
}

fn row(world: &World, notice: &Notice, store: Store) -> AnyView {
    let (now, zone) = untrack(|| (store.time(), store.zone()));
    let when = |at| calendar::moment(at, now, &zone);
    let (state, words) = match (notice.from.filter(|from| now < *from), notice.until) {
        (Some(from), _) => ("ahead", say::shown_from(&when(from))),
        (None, Some(until)) if until <= now => ("none", say::over_since(&when(until))),
        (None, Some(until)) => ("running", say::shown_until(&when(until))),
        (None, None) => ("running", say::shown_for_good().to_owned()),
    };
    view! {
        <li><a class="row link" href=format!("/notices/{}/edit", notice.id)>
            {ui::glyph(state)}
            <span class="grow">{locales::say(&notice.title)}<span class="note">{addressees(world, notice.to)}" · "{words}</span></span>
            {ui::icon("next")}
        </a></li>
    }
    .into_any()
}

/// The way to write one, for whoever may.
pub fn write(store: Store) -> AnyView {
    let may = may_here(store, Act::PublishNotices);
    (move || {
        may.get().then(|| view! { <a class="button main" href="/notices/new">{ui::icon("plus")}{say::write()}</a> })
    })
    .into_any()
}

/// The way from a notice to what may be changed of it, for whoever may.
pub fn change(store: Store, id: NoticeId) -> AnyView {
    let may = may_here(store, Act::PublishNotices);
    (move || {
        may.get().then(|| view! { <a class="row link" href=format!("/notices/{id}/edit")><span class="grow">{say::change()}</span>{ui::icon("next")}</a> })
    })
    .into_any()
}
