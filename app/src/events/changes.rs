//! What was changed of an event since it was published: before and now, in words.

use domain::{
    events::{Changed, Event},
    time::Moment,
};
use leptos::prelude::*;

use crate::{
    locales::{self, calendar, events as say, time},
    store::Store,
};

/// One change: what, what it was, and what it is now.
#[derive(Clone, PartialEq)]
pub struct Told {
    pub what: String,
    pub before: Option<String>,
    pub now: Option<String>,
}

/// What is otherwise now than at `seen`.
pub fn told(event: &Event, seen: Moment, store: Store) -> Vec<Told> {
    event.changed_since(seen).iter().map(|changed| one(event, changed, store)).collect()
}

fn one(event: &Event, changed: &Changed, store: Store) -> Told {
    let details = &event.details;
    let (now, zone) = (store.time(), store.zone());
    let span = |starts, ends| calendar::span(starts, ends, now, &zone);
    let both = |what: &str, before: String, after: String| Told {
        what: what.to_owned(),
        before: Some(before).filter(|words| !words.is_empty()),
        now: Some(after).filter(|words| !words.is_empty()),
    };
    let only = |what: &str| Told { what: what.to_owned(), before: None, now: None };
    match changed {
        Changed::Title { was } => both(say::changed_name(), locales::say(was), locales::say(&details.title)),
        Changed::Time { starts, ends } => both(say::when(), span(*starts, *ends), span(details.starts, details.ends)),
        Changed::Place { was } => both(say::place(), locales::say(was), locales::say(&details.place)),
        Changed::Fee { was } => both(say::fee(), locales::say(was), locales::say(&details.fee)),
        Changed::Capacity { was } => both(say::places(), was.to_string(), details.capacity.to_string()),
        Changed::About => only(say::changed_about()),
        Changed::Audience => only(say::changed_audience()),
        Changed::Window => only(say::changed_window()),
        Changed::Limits => only(say::changed_limits()),
        Changed::Questions => only(say::changed_questions()),
        Changed::Picture => only(say::changed_picture()),
        Changed::Other => only(say::changed_other()),
    }
}

/// A list of changes, what is now first.
pub fn list(told: Vec<Told>) -> AnyView {
    let rows = told.into_iter().map(|told| {
        view! {
            <li>
                <strong>{told.what}</strong>
                {told.now.map(|now| view! { <span class="changed-now">{say::now_is(&now)}</span> })}
                {told.before.map(|before| view! { <span class="note">{say::was(&before)}</span> })}
            </li>
        }
    });
    view! { <ul class="changed">{rows.collect_view()}</ul> }.into_any()
}

/// Everything that was changed since the publication, as a card; nothing where nothing was.
pub fn card(event: &Event, store: Store) -> Option<AnyView> {
    let told = told(event, Moment(i64::MIN), store);
    let last = event.changes.last().filter(|_| !told.is_empty())?.at;
    let when = say::changed_when(&time::ago(last, store.time(), &store.zone()));
    Some(
        view! { <section class="card"><h2>{say::changed_title()}" "<span class="note">{when}</span></h2>{list(told)}</section> }
            .into_any(),
    )
}
