//! What the desk does about an event, on the event's own page.

mod cancelling;

use domain::{
    changes::{Deed, Request},
    events::{Event, PublishEvent},
    ids::{ChangeId, EventId},
    permissions::{Act, may},
    residents,
};
use leptos::prelude::*;

use super::{event, sign_ups, tally};
use crate::{
    asking::is_settled,
    locales::{door as say_door, planning as say, saving, survey_results as say_results, time},
    store::Store,
    ui,
};

/// The ways on from an event for whoever looks after it; nothing for anybody else.
pub fn actions(store: Store, event: &Event) -> AnyView {
    let id = event.of.event;
    let asked = RwSignal::new(None::<ChangeId>);
    let rights = Memo::new(move |_| {
        let roles = store.me().map(|me| me.roles).unwrap_or_default();
        [Act::SeeDesk, Act::PlanEvents, Act::RunDoor].map(|act| may(&roles, act))
    });
    // Of all that changes in the world only this event draws the card anew.
    let shown = Memo::new(move |_| store.world.with(|world| super::event(world, id).cloned()));
    (move || {
        let ([true, plans, runs_door], Some(event)) = (rights.get(), shown.get()) else { return ().into_any() };
        view! {
            <section class="card event-desk" aria-labelledby="desk-title">
                <h2 id="desk-title">{say::looking_after()}</h2>
                {state(store, &event)}
                {move || over(store, id)}
                {(plans && event.published.is_none() && event.cancelled.is_none()).then(|| publishing(store, &event, asked))}
                <div role="status">{move || outcome(store, id, asked.get())}</div>
                {ways(store, &event, plans, runs_door)}
                {(plans && event.cancelled.is_none()).then(|| cancelling::view(store, event.of, asked))}
            </section>
        }
        .into_any()
    })
    .into_any()
}

fn state(store: Store, event: &Event) -> AnyView {
    let (glyph, words) = match (&event.cancelled, event.published) {
        (Some(_), _) => ("missed", say::is_cancelled().to_owned()),
        (None, None) => ("ahead", say::is_draft().to_owned()),
        (None, Some(at)) => ("good", say::is_published(&untrack(|| time::absolute(at, store.time(), &store.zone())))),
    };
    view! { <p>{ui::glyph(glyph)}" "{words}</p> }.into_any()
}

/// More have a place than there are.
fn over(store: Store, id: EventId) -> Option<AnyView> {
    let over = store.world.with(|world| tally(world, id).map_or(0, |tally| tally.over()));
    (over > 0).then(|| {
        view! { <p class="notice attention">{ui::glyph("attention")}<span>{say::over(over)}</span></p> }.into_any()
    })
}

/// What the server says of what was asked for last.
pub fn outcome(store: Store, id: EventId, asked: Option<ChangeId>) -> Option<AnyView> {
    if let Some(refusal) = asked.and_then(|asked| refusal_of(store, asked)) {
        return Some(
            view! { <a class="problem" href="/waiting">{ui::glyph("attention")}<span>{saving::attention_refused()}" "{refusal}</span></a> }
                .into_any(),
        );
    }
    let is_waiting = asked.is_some_and(|asked| !is_settled(store, asked));
    if is_waiting || store.world.with(|world| world.is_unconfirmed(id.into())) {
        return Some(view! { <p class="note">{ui::glyph("waiting")}" "{say::asked_for()}</p> }.into_any());
    }
    asked.map(|_| view! { <p class="done">{ui::glyph("good")}{say::confirmed()}</p> }.into_any())
}

/// The sentence of a refusal that its author has not dealt with.
pub fn refusal_of(store: Store, asked: ChangeId) -> Option<String> {
    use sync::{device::outbox::EntryState, messages::Outcome};
    store.world.with(|world| {
        let entry = world.outbox.entries.values().find(|entry| entry.id == asked && entry.needs_attention())?;
        match &entry.state {
            EntryState::Delivered { outcome: Outcome::Refused { refusal }, .. } => {
                Some(crate::locales::general::refusal(refusal))
            }
            _ => Some(String::new()),
        }
    })
}

/// What is missing, and the button that shows the event to everyone.
fn publishing(store: Store, event: &Event, asked: RwSignal<Option<ChangeId>>) -> AnyView {
    let missing = event.details.missing(untrack(|| store.time()));
    let of = event.of;
    let (is_busy, problem) = (RwSignal::new(false), RwSignal::new(None::<String>));
    let publish = move |_| {
        if is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        leptos::task::spawn_local(async move {
            let deed = Deed::Request(Request::Residents(residents::Request::PublishEvent(PublishEvent { of })));
            match store.commit_instead(None, deed, None).await {
                Ok(change) => {
                    asked.try_set(Some(change));
                }
                Err(fault) => {
                    problem.try_set(Some(ui::not_saved(&fault)));
                }
            }
            is_busy.try_set(false);
        });
    };
    let verb = if missing.is_empty() { say::publish() } else { say::publish_all_the_same() };
    let list: Vec<_> =
        missing.iter().map(|what| view! { <li>{ui::glyph("overdue")}" "{say::missing(*what)}</li> }).collect();
    view! {
        <div class="before-publishing">
            <h3>{say::before_publishing()}</h3>
            {list.is_empty().then(|| view! { <p>{ui::glyph("good")}" "{say::nothing_missing()}</p> })}
            <ul>{list}</ul>
            <p class="note">{say::publish_note()}</p>
            {ui::problem(move || problem.get())}
            <button type="button" class="button main" on:click=publish>{verb}</button>
        </div>
    }
    .into_any()
}

fn ways(store: Store, event: &Event, plans: bool, runs_door: bool) -> AnyView {
    let (id, of) = (event.of.event, event.of);
    let way = |href: String, icon: &'static str, words: &'static str, note: AnyView| {
        view! { <li><a class="row link" href=href>{ui::icon(icon)}<span class="grow">{words}</span>{note}{ui::icon("next")}</a></li> }
    };
    let households = move || {
        let alive = store.world.with(|world| sign_ups(world, of).filter(|it| it.standing.is_alive()).count());
        view! { <span class="number">{say::people_count(alive)}</span> }
    };
    let is_on = event.cancelled.is_none();
    let is_public = event.published.is_some();
    let is_over = event.is_over(untrack(|| store.time()));
    view! {
        <ul class="rows">
            {way(format!("/events/{id}/people"), "person", say::people(), households.into_any())}
            {(is_public && is_over).then(|| way(format!("/surveys/event/{id}/results"), "results", say_results::feedback_results(), ().into_any()))}
            {(runs_door && is_public).then(|| way(format!("/events/{id}/door"), "tag", say_door::check_in(), ().into_any()))}
            {(plans && is_on).then(|| way(format!("/events/{id}/edit"), "settings", say::edit(), ().into_any()))}
            {plans.then(|| way(format!("/events/new?from={id}"), "plus", say::copy(), ().into_any()))}
        </ul>
        {is_public.then(|| public_address(id))}
    }
    .into_any()
}

/// The page that can be shared without an account.
fn public_address(id: EventId) -> AnyView {
    let path = format!("/public/events/{id}");
    let origin = window().location().origin().unwrap_or_default();
    let address = format!("{origin}{path}");
    view! {
        <div class="public-address">
            <p><a href=path target="_blank" rel="external noopener">{say::public_page()}</a></p>
            <p class="code-like" translate="no">{address}</p>
            <p class="note">{say::public_page_note()}</p>
        </div>
    }
    .into_any()
}

/// How many households are told of a change.
pub fn households_told(store: Store, of: domain::events::EventKey) -> usize {
    store.world.with(|world| {
        let is_public = event(world, of.event).is_some_and(|event| event.published.is_some());
        if is_public { sign_ups(world, of).filter(|it| it.standing.is_alive()).count() } else { 0 }
    })
}
