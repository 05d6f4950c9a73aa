//! The photos that records name and that have not arrived: whose, where they are, and what brings them.

use std::collections::BTreeMap;

use domain::{
    findings::Source,
    ids::RecordId,
    records::Body,
    results::held::Held,
    time::{MINUTE, Moment},
    visits::Visit,
};
use leptos::prelude::*;
use sync::device::world::World;

use super::{for_managers, name_of, place_of, reading_time};
use crate::{
    accounts::session::in_own_session,
    findings,
    locales::{self, accounts, general, missing_photos as say, time},
    online::{self, DeviceInfo, MissingPhoto, Trouble},
    store::{Store, use_store},
    ui,
};

pub const PATH: &str = "/results/photos";

type Answer = Option<Result<Vec<MissingPhoto>, Trouble>>;

pub fn page() -> AnyView {
    for_managers(|| view! { <MissingPhotos/> }.into_any())
}

/// The way to the page, with the number of missing photos as soon as it is known.
pub fn link() -> AnyView {
    let answer = RwSignal::new(None);
    read(answer);
    let count = move || match answer.get() {
        Some(Ok(missing)) if !missing.is_empty() => Some(missing.len()),
        Some(_) | None => None,
    };
    view! {
        <a class="row link" href=PATH>
            {move || match count() {
                Some(_) => ui::glyph("attention"),
                None => ui::icon("camera"),
            }}
            <span class="grow">{move || count().map_or_else(|| say::title().to_owned(), say::count)}</span>
            {ui::icon("next")}
        </a>
    }
    .into_any()
}

fn read(answer: RwSignal<Answer>) {
    leptos::task::spawn_local(async move {
        answer.try_set(Some(in_own_session(online::missing_photos()).await));
    });
}

#[component]
fn MissingPhotos() -> impl IntoView {
    let store = use_store();
    let answer = RwSignal::new(None);
    read(answer);
    // Not everybody who sees results looks after devices: without the list a sentence says where to ask.
    let devices = RwSignal::new(vec![]);
    leptos::task::spawn_local(async move {
        if let Ok(found) = in_own_session(online::devices()).await {
            devices.try_set(found);
        }
    });
    let now = reading_time(store);
    view! {
        <ui::Page title=say::title() back="/results">
            {move || match answer.get() {
                None => view! { <p class="lead" role="status">{general::loading()}</p> }.into_any(),
                Some(Err(trouble)) => told(&trouble, answer),
                Some(Ok(missing)) if missing.is_empty() => ui::empty(say::none(), say::none_next()).into_any(),
                Some(Ok(missing)) => list(store, missing, &devices.get(), now.get()),
            }}
        </ui::Page>
    }
}

fn told(trouble: &Trouble, answer: RwSignal<Answer>) -> AnyView {
    let again = view! { <button class="button quiet" on:click=move |_| { answer.set(None); read(answer); }>{general::try_again()}</button> };
    match trouble {
        Trouble::NoNetwork => {
            view! { {ui::empty(general::no_network_here(), general::no_network_here_next())}{again} }.into_any()
        }
        other => view! {
            <p class="problem" role="alert">{ui::glyph("bad")}<span>{general::trouble(other)}</span></p>
            {match other {
                Trouble::SignInFirst => view! { <a class="button quiet" href="/sign-in">{accounts::sign_in()}</a> }.into_any(),
                _ => again.into_any(),
            }}
        }
        .into_any(),
    }
}

fn list(store: Store, missing: Vec<MissingPhoto>, devices: &[DeviceInfo], now: Moment) -> AnyView {
    let count = missing.len();
    let mut by_device: BTreeMap<Option<String>, Vec<MissingPhoto>> = BTreeMap::new();
    for photo in missing {
        by_device.entry(photo.device.clone()).or_default().push(photo);
    }
    let zone = store.zone();
    let sections = store.world.with(|world| {
        let held = Held::of(world.all(), &zone);
        let sections = by_device.into_iter().map(|(device, photos)| {
            let title = match &device {
                Some(name) => say::on_device(name),
                None => say::on_unknown_device().to_owned(),
            };
            let what_next = next(device.as_deref(), devices, &photos, &held, now);
            let rows: Vec<AnyView> = photos.iter().map(|photo| row(world, &held, photo, now)).collect();
            view! {
                <section class="fields">
                    <h2>{title}</h2>
                    <p class="lead">{what_next}</p>
                    <ul class="rows">{rows}</ul>
                </section>
            }
            .into_any()
        });
        sections.collect::<Vec<_>>()
    });
    view! {
        <p class="lead" role="status"><strong>{say::count(count)}</strong>" · "{say::lead()}</p>
        {sections}
    }
    .into_any()
}

/// What brings the photos of a device.
fn next(device: Option<&str>, devices: &[DeviceInfo], photos: &[MissingPhoto], held: &Held<'_>, now: Moment) -> String {
    let Some(name) = device else { return say::do_ask().to_owned() };
    // Of devices with one name, whichever was heard of last.
    let known = devices.iter().filter(|info| info.name == name).max_by_key(|info| (info.retired.is_none(), info.seen));
    let Some(known) = known else { return say::do_look().to_owned() };
    if known.retired.is_some() {
        return say::do_again().to_owned();
    }
    let named = photos.iter().map(|photo| photo.named).max();
    let ago = |seen| time::ago(seen, now, held.known.zone);
    match known.seen {
        Some(seen) if Some(seen) > named => say::do_send(&ago(seen)),
        Some(seen) => say::do_connect(&ago(seen)),
        None => say::do_look().to_owned(),
    }
}

fn row(world: &World, held: &Held<'_>, photo: &MissingPhoto, now: Moment) -> AnyView {
    let (what, href) = record_told(world, held, photo);
    let place = photo.checkpoint.map(|checkpoint| place_of(held, checkpoint));
    let who = photo.person.map_or_else(|| "—".to_owned(), |person| name_of(held, person));
    let taken = say::taken_by(&who, &time::absolute(photo.taken, now, held.known.zone));
    let content = view! {
        {ui::icon("camera")}
        <span class="grow"><strong>{place.unwrap_or_else(|| what.clone())}</strong>
            <span class="note">{what}</span>
            <span class="note">{taken}" · "{waited(now.0 - photo.named.0)}</span>
        </span>
    };
    match href {
        Some(href) => view! { <li><a class="row link" href=href>{content}{ui::icon("next")}</a></li> }.into_any(),
        None => view! { <li class="row">{content}</li> }.into_any(),
    }
}

/// What the photo is beside, and the way to it.
fn record_told(world: &World, held: &Held<'_>, photo: &MissingPhoto) -> (String, Option<String>) {
    let at = |id: RecordId| world.get(id);
    match at(photo.record) {
        Some(Body::Visit(visit)) => {
            let item = held.checklist_of(visit).zip(photo.item.as_deref()).and_then(|(list, key)| list.item(key));
            (told_of(world, item.map(|item| locales::say(&item.ask)), visit), Some(story_of(visit)))
        }
        Some(Body::Finding(finding)) => {
            let what = findings::what(finding);
            let visit = match &finding.source {
                Source::FailedItem { visit, .. } => at((*visit).into()),
                Source::Reported { .. } => None,
            };
            match visit {
                Some(Body::Visit(visit)) => (told_of(world, Some(what), visit), Some(story_of(visit))),
                _ => (format!("{what} · {}", say::free()), Some(format!("/findings/{}", finding.id))),
            }
        }
        _ => (say::gone().to_owned(), None),
    }
}

/// What it is beside, and on which round.
fn told_of(world: &World, beside: Option<String>, visit: &Visit) -> String {
    let beside = beside.unwrap_or_else(|| say::of_visit().to_owned());
    match world.get(visit.round.into()) {
        Some(Body::Round(round)) => format!("{beside} · {}", locales::say(&round.name)),
        _ => beside,
    }
}

fn story_of(visit: &Visit) -> String {
    format!("/results/{}", visit.round)
}

fn waited(milliseconds: i64) -> String {
    let minutes = (milliseconds / MINUTE).max(0);
    match minutes {
        0..60 => say::minutes(minutes),
        60..2880 => say::hours(minutes / 60),
        _ => say::days(minutes / 1440),
    }
}
