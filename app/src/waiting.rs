//! What is saved here and not yet sent, what stands in its way, and what needs attention.

use std::collections::BTreeMap;

use domain::{
    changes::{Deed, Fact},
    claims::{Claim, IdentityConfirmed},
    ids::{CheckpointId, LaneId, PersonId, RoundId},
    permissions::{Act, may},
    records::Body,
    time::{Moment, Zone},
};
use leptos::prelude::*;
use sync::{
    device::{
        exchange::Fault,
        outbox::{Entry, EntryState, OwnLane, OwnPhoto, PhotoState},
        world::World,
    },
    messages::{Envelope, Identity, Outcome},
};

use crate::{
    device::preferences,
    findings,
    locales::{self, general, saving as say, time},
    rounds, shell,
    store::{Network, NotSaved, Store, disk::DiskFault, use_store},
    today, ui,
};

/// The most changes that are listed: after weeks without a network the list would be slower than the sending.
const LISTED_MOST: usize = 50;

/// How much is sent as soon as there is a network.
pub fn waiting_count(store: Store) -> usize {
    let sendable = |world: &World| world.outbox.sendable(preferences::session_of()).count();
    store.world.with(|world| sendable(world) + world.outbox.photos_waiting().count())
}

/// How much waits until its author signs in here, whoever that is.
pub fn to_sign_in_count(store: Store) -> usize {
    store.world.with(|world| to_sign_in(world).count())
}

fn to_sign_in(world: &World) -> impl Iterator<Item = &Entry> {
    let session = preferences::session_of();
    world.outbox.to_sign_in().filter(move |entry| entry.is_waiting() && session != Some(entry.person))
}

/// How much of the present person's work needs attention.
pub fn attention_count(store: Store) -> usize {
    let Some(present) = store.present.get() else { return 0 };
    store.world.with(|world| {
        attention(world.outbox.entries.values(), present.person).count() + photos_of(world, present.person).count()
    })
}

/// The photos of a person that the server would not take, or that this device has lost.
fn photos_of(world: &World, person: PersonId) -> impl Iterator<Item = &OwnPhoto> {
    world.outbox.photos.values().filter(move |own| own.by == person && own.needs_attention())
}

/// What is refused goes to its author alone.
fn attention<'a>(entries: impl Iterator<Item = &'a Entry>, person: PersonId) -> impl Iterator<Item = &'a Entry> {
    entries.filter(move |entry| entry.person == person && entry.needs_attention())
}

pub fn page() -> AnyView {
    view! { <Waiting/> }.into_any()
}

#[component]
fn Waiting() -> impl IntoView {
    let store = use_store();
    let problem = move || match store.saved.get() {
        Some(Err(NotSaved::Disk(DiskFault::Full))) => Some(say::not_saved_full_next()),
        Some(Err(_)) => Some(say::not_saved_other_next()),
        Some(Ok(_)) | None => None,
    };
    let network = move || match store.network.get() {
        Network::Good | Network::Unknown => ("good", say::network_good()),
        Network::Bad(Fault::Offline) => ("unknown", say::network_offline()),
        Network::Bad(Fault::Busy { .. }) => ("overdue", say::network_busy()),
        Network::Bad(Fault::TooOld) => ("overdue", say::network_too_old()),
        Network::Bad(Fault::Rejected) => ("bad", say::network_rejected()),
        Network::Bad(Fault::NotEnrolled | Fault::Retired) => ("bad", crate::locales::accounts::not_enrolled()),
    };
    let oversees = Memo::new(move |_| store.me().is_some_and(|me| may(&me.roles, Act::SeeResults)));
    let contact = move || match store.contact.get() {
        Some(contact) => say::last_contact(&time::ago(contact.server, store.time(), &store.zone())),
        None => say::no_contact_yet().to_owned(),
    };
    view! {
        <ui::Page title=say::waiting_title() back="/">
            <p class="lead">{say::waiting_lead()}</p>
            {move || problem().map(|words| view! { <p class="problem" role="alert">{ui::glyph("bad")}<span>{words}</span></p> })}
            <div class="card" role="status">
                <p>{move || ui::glyph(network().0)}" "{move || network().1}</p>
                <p class="note">{contact}</p>
                <button class="button quiet" on:click=move |_| store.bell().ring()>{say::send_now()}</button>
            </div>
            {move || lists(store)}
            {move || oversees.get().then(shell::missing_photos)}
        </ui::Page>
    }
}

fn lists(store: Store) -> Option<AnyView> {
    let me = store.present.get()?.person;
    store.world.with(|world| {
        let zone = store.zone();
        let waiting: Vec<&Entry> = world.outbox.sendable(preferences::session_of()).collect();
        let mine = waiting.iter().filter(|entry| entry.person == me).count();
        let own: Vec<_> = waiting.iter().filter(|entry| entry.person == me).take(LISTED_MOST).map(|entry| {
            let about = about(world, entry, &zone, store.time());
            view! {
                <li class="row">{ui::glyph("waiting")}
                    <span class="grow">{say::kind(&entry.kind)}{about.map(|about| view! { <span class="note">{about}</span> })}</span>
                    <span class="number">{time::clock(entry.saved, &zone)}</span>
                </li>
            }
        }).collect();
        let others = waiting.len() - mine;
        let photos = world.outbox.photos_waiting().count();
        let in_custody = in_custody(world, Some(&zone), |entry| entry.person == me);
        let photos_of = photos_of(world, me).map(|own| photo_needs_attention(store, *own));
        let attention = attention(world.outbox.entries.values(), me)
            .map(|entry| needs_attention(store, entry, about(world, entry, &zone, store.time()), &zone));
        let attention: Vec<_> = attention.chain(photos_of).collect();
        Some(view! {
            {if attention.is_empty() { ().into_any() } else {
                view! { <section><h2>{say::attention_title()}</h2><ul class="rows">{attention}</ul></section> }.into_any()
            }}
            {waits_for_session(world, me, &zone, store.time())}
            {in_custody}
            {(photos > 0).then(|| view! { <p>{ui::glyph("waiting")}" "{crate::locales::photos::waiting(photos)}</p> })}
            {if waiting.is_empty() && photos == 0 && to_sign_in(world).next().is_some() { ().into_any() } else if waiting.is_empty() && photos == 0 { ui::empty(say::waiting_none(), say::waiting_none_next()).into_any() } else {
                view! { <section><ul class="rows">{own}</ul>{(mine > LISTED_MOST).then(|| view! { <p class="note">{say::waiting_more(mine - LISTED_MOST)}</p> })}{(others > 0).then(|| view! { <p class="note">{say::waiting_of_others(others)}</p> })}</section> }.into_any()
            }}
        }.into_any())
    })
}

/// What nobody's PIN is proof enough for, by the name of who must sign in for it. Its content is its author's to see.
fn waits_for_session(world: &World, me: PersonId, zone: &Zone, now: Moment) -> Option<AnyView> {
    let mut by_person: BTreeMap<PersonId, Vec<&Entry>> = BTreeMap::new();
    for entry in to_sign_in(world) {
        by_person.entry(entry.person).or_default().push(entry);
    }
    let people: Vec<_> = by_person
        .into_iter()
        .map(|(person, entries)| {
            let name = today::person_name(world, person);
            let rows: Vec<_> = entries
                .into_iter()
                .take(LISTED_MOST)
                .map(|entry| {
                    let about = (person == me).then(|| about(world, entry, zone, now)).flatten();
                    view! {
                        <li class="row">{ui::glyph("attention")}
                            <span class="grow">{say::kind(&entry.kind)}{about.map(|about| view! { <span class="note">{about}</span> })}</span>
                            <span class="number">{time::clock(entry.saved, zone)}</span>
                        </li>
                    }
                })
                .collect();
            view! {
                <p><strong>{name}</strong></p>
                <ul class="rows">{rows}</ul>
            }
        })
        .collect();
    (!people.is_empty()).then(|| view! {
        <section class="card attention"><h2>{say::to_sign_in_title()}</h2><p class="note">{say::to_sign_in_note()}</p>{people}
            <a class="button main" href="/sign-in">{crate::locales::accounts::sign_in()}</a></section>
    }.into_any())
}

/// What was handed over, and what happens to it.
fn in_custody(world: &World, zone: Option<&Zone>, is_shown: impl Fn(&Entry) -> bool) -> Option<AnyView> {
    let is_in = |entry: &&Entry| matches!(entry.state, EntryState::InCustody { .. } | EntryState::GivenUp);
    let shown = world.outbox.entries.values().filter(is_in).filter(|entry| is_shown(entry));
    let rows: Vec<_> = shown
        .map(|entry| {
            let state = if entry.is_settled() { "good" } else { "waiting" };
            view! {
                <li class="row">{ui::glyph(state)}<span class="grow">{say::kind(&entry.kind)}</span>
                    {zone.map(|zone| view! { <span class="number">{time::clock(entry.saved, zone)}</span> })}</li>
            }
        })
        .collect();
    (!rows.is_empty()).then(|| view! {
        <section><h2>{say::custody_title()}</h2><p class="note">{say::custody_note()}</p><ul class="rows">{rows}</ul></section>
    }.into_any())
}

/// The page of a device that was retired: what it had not sent, where that is now, and that the rest is gone.
pub fn retired(store: Store) -> AnyView {
    let told = move || {
        let retired = store.retired.get().unwrap_or_default();
        let left = store.world.with(|world| world.outbox.to_hand_over(true).len());
        let words = if retired.cleared { say::retired_cleared() } else { say::retired_handing_over() };
        let drafts =
            (retired.drafts > 0).then(|| view! { <p>{ui::glyph("good")}" "{say::retired_drafts(retired.drafts)}</p> });
        view! {
            <p class="lead" role="status">{words}</p>
            {(left > 0).then(|| view! { <p>{ui::glyph("waiting")}" "{say::retired_left(left)}</p> })}
            {store.world.with(|world| in_custody(world, None, |_| true))}
            {drafts}
        }
    };
    view! {
        <main class="door">
            <div class="card wide">
                <h1>{say::retired_title()}</h1>
                {told}
                <p class="note">{say::retired_next()}</p>
                <a class="button quiet" href="/sign-in">{crate::locales::accounts::sign_in()}</a>
            </div>
        </main>
    }
    .into_any()
}

/// Asks whoever has proven who they are about work that was done here under their name and nobody's proof.
pub fn claimed_here(store: Store) -> Option<AnyView> {
    let me = store.present.get().filter(|present| present.identity != Identity::Claimed)?.person;
    let lane = store.world.with(|world| {
        let mut lanes = world.outbox.lanes.values();
        let asked = |lane: &&OwnLane| {
            let is_mine = lane.person == me && lane.identity == Identity::Claimed && lane.last > 0;
            is_mine && world.get(Claim::record_id(lane.lane, me)).is_none()
        };
        lanes.find(asked).map(|lane| lane.lane)
    })?;
    Some(view! {
        <div class="notice attention" role="alert">
            <p>{say::claimed_here()}</p>
            <button class="button" on:click=move |_| say_whose(store, lane, me, true)>{say::was_me()}</button>
            <button class="button quiet" on:click=move |_| say_whose(store, lane, me, false)>{say::was_not_me()}</button>
        </div>
    }.into_any())
}

/// Says whether what a lane holds in somebody's name was theirs.
pub fn say_whose(store: Store, lane: LaneId, person: PersonId, was_them: bool) {
    let said = Deed::Fact(Fact::IdentityConfirmed(IdentityConfirmed { lane, person, was_them }));
    leptos::task::spawn_local(async move {
        let _ = store.commit(vec![said], None).await;
    });
}

/// A photo that was not sent, and why; the answer beside it counts all the same.
fn photo_needs_attention(store: Store, own: OwnPhoto) -> AnyView {
    let why = match own.state {
        PhotoState::Refused { why } => crate::locales::photos::fault(why),
        PhotoState::Draft | PhotoState::Waiting | PhotoState::Kept { .. } | PhotoState::Damaged => {
            crate::locales::photos::attention_damaged()
        }
    };
    let drop = move |_| leptos::task::spawn_local(async move { store.drop_photo(own.photo.hash).await });
    view! {
        <li class="card attention">
            <p>{ui::glyph("attention")}<strong>{say::kind_photo()}</strong></p>
            {crate::photos::row(vec![own.photo], None)}
            <p>{why}</p>
            <button class="button quiet" on:click=drop>{say::dealt_with()}</button>
        </li>
    }
    .into_any()
}

/// A change that its author must look at, with every word of it.
fn needs_attention(store: Store, entry: &Entry, about: Option<String>, zone: &Zone) -> AnyView {
    let (title, why) = match &entry.state {
        EntryState::Stuck => (say::attention_stuck(), say::attention_stuck_next().to_owned()),
        EntryState::Delivered { outcome: Outcome::Refused { refusal }, .. } => {
            (say::attention_refused(), general::refusal(refusal))
        }
        EntryState::Delivered { .. } | EntryState::Waiting | EntryState::GivenUp | EntryState::InCustody { .. } => {
            (say::attention_quarantined(), String::new())
        }
    };
    let place = (entry.lane, entry.n);
    let is_stuck = entry.state == EntryState::Stuck;
    let correction = match &entry.state {
        EntryState::Delivered { outcome: Outcome::Refused { .. }, .. } => shell::correction(entry),
        EntryState::Delivered { .. }
        | EntryState::Waiting
        | EntryState::Stuck
        | EntryState::GivenUp
        | EntryState::InCustody { .. } => None,
    };
    view! {
        <li class="card attention">
            <p>{ui::glyph("attention")}<strong>{say::kind(&entry.kind)}</strong>" "<span class="number">{time::clock(entry.saved, zone)}</span></p>
            {about.map(|about| view! { <p class="note">{about}</p> })}
            <p>{title}" "{why}</p>
            <details><summary>{say::attention_content()}</summary><pre class="words" tabindex="0">{pretty(&entry.change)}</pre></details>
            {correction.map(|form| view! { <a class="button main" href=form>{say::correct_it()}</a> })}
            {if is_stuck {
                view! { <button class="button quiet" on:click=move |_| keep(store, place, again)>{say::try_again()}</button>
                    <button class="button quiet" on:click=move |_| keep(store, place, given_up)>{say::hand_over()}</button> }.into_any()
            } else {
                view! { <button class="button quiet" on:click=move |_| keep(store, place, Entry::dealt_with)>{say::dealt_with()}</button> }.into_any()
            }}
        </li>
    }
    .into_any()
}

/// What a change is about, as far as this device knows it: the place, the finding or the round.
fn about(world: &World, entry: &Entry, zone: &Zone, now: Moment) -> Option<String> {
    let deed = Envelope::read(&entry.change).ok()?.open().ok()?.deed;
    #[cfg(feature = "desk")]
    if let Some(about) = shell::about(world, &deed) {
        return Some(about);
    }
    let Deed::Fact(fact) = deed else { return None };
    let place = |checkpoint: CheckpointId| match world.get(checkpoint.into()) {
        Some(Body::Checkpoint(checkpoint)) => Some(locales::say(&checkpoint.name)),
        _ => None,
    };
    let round = |round: RoundId| rounds::shown(world, round, zone, now).map(|shown| locales::say(&shown.name));
    match fact {
        Fact::RoundStarted(start) => round(start.round()),
        Fact::RoundFinished(finish) => round(finish.round),
        Fact::VisitRecorded(visit) => place(visit.checkpoint),
        Fact::VisitCorrected(correction) => match world.get(correction.visit.into()) {
            Some(Body::Visit(visit)) => place(visit.checkpoint),
            _ => None,
        },
        Fact::FindingRaised(finding) => place(finding.checkpoint),
        Fact::IdentityConfirmed(_) => None,
        Fact::FindingCorrected(correction) => match world.get(correction.finding.into()) {
            Some(Body::Finding(finding)) => Some(findings::what(finding)),
            _ => None,
        },
        #[cfg(feature = "events")]
        Fact::Residents(_) => None,
    }
}

fn pretty(change: &str) -> String {
    serde_json::from_str::<serde_json::Value>(change)
        .ok()
        .and_then(|value| serde_json::to_string_pretty(value.get("body")?).ok())
        .unwrap_or_else(|| change.to_owned())
}

fn given_up(entry: Entry) -> Entry {
    Entry { state: EntryState::GivenUp, ..entry }
}

fn again(entry: Entry) -> Entry {
    Entry { state: EntryState::Waiting, ..entry }
}

fn keep(store: Store, place: (domain::ids::LaneId, i64), changed: fn(Entry) -> Entry) {
    leptos::task::spawn_local(async move {
        let entry = store.world.with_untracked(|world| world.outbox.entries.get(&place).cloned());
        let Some(entry) = entry else { return };
        if store.keep_entries(vec![changed(entry)]).await.is_ok() {
            store.bell().ring();
        }
    });
}
