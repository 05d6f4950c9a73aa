//! All events by day: what is coming, with places and the household's own standing; what is over, folded.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use domain::{
    households::Household,
    ids::EventId,
    permissions::{Act, may},
    time::{Moment, Zone},
};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use sync::device::world::World;

use super::{
    events, month,
    ours::{Ours, Shown, places, signing_up},
};
use crate::{
    locales::{self, calendar, events as say},
    store::{Store, use_store},
    ui,
};

/// An event as a list shows it.
#[derive(Clone, PartialEq)]
pub struct Line {
    pub id: EventId,
    pub day: NaiveDate,
    pub starts: Moment,
    pub begins: String,
    pub title: String,
    pub place: String,
    /// How many places are left, while that matters.
    pub places: Option<String>,
    /// What is to be known first: a draft, cancelled, under way.
    pub mark: Option<(&'static str, &'static str)>,
    pub standing: Option<Shown>,
    pub is_over: bool,
}

pub fn page() -> AnyView {
    view! { <Events/> }.into_any()
}

#[component]
fn Events() -> impl IntoView {
    let store = use_store();
    let query = use_location().query;
    let is_month = Memo::new(move |_| query.with(|query| query.get("view").as_deref() == Some("month")));
    let lines = Memo::new(move |_| lines(store));
    let plans = Memo::new(move |_| store.me().is_some_and(|me| may(&me.roles, Act::PlanEvents)));
    let way = move |href: &'static str, words: &'static str, month: bool| {
        view! { <a class="press" href=href data-noscroll="" aria-current=move || (is_month.get() == month).then_some("true")>{words}</a> }
    };
    let foot = move || {
        plans
            .get()
            .then(|| view! { <a class="button main" href="/events/new">{ui::icon("plus")}{say::new_event()}</a> })
    };
    view! {
        <ui::Page title=say::events() foot=foot.into_any()>
            <div class="presses" role="group" aria-label=say::view_label()>
                {way("/events", say::as_list(), false)}
                {way("/events?view=month", say::as_month(), true)}
            </div>
            {move || if is_month.get() { month::view(store, lines).into_any() } else { by_day(store, lines).into_any() }}
        </ui::Page>
    }
}

/// Every event that this device holds, the first to begin first.
pub fn lines(store: Store) -> Vec<Line> {
    let household = signing_up(store);
    let (now, zone) = (store.time(), store.zone());
    let mut lines: Vec<Line> = store.world.with(|world| {
        events(world).map(|event| line(&Ours::beside(world, event, household.as_ref()), store, now, &zone)).collect()
    });
    lines.sort_by_key(|line| (line.starts, line.id));
    lines
}

/// The events that are still to come, or under way.
pub fn coming(world: &World, household: Option<&Household>, now: Moment) -> Vec<Ours> {
    let coming = events(world).filter(|event| event.published.is_some() && !event.is_over(now));
    let mut coming: Vec<Ours> = coming.map(|event| Ours::beside(world, event, household)).collect();
    coming.sort_by_key(|ours| ours.event.details.starts);
    coming
}

pub fn line(ours: &Ours, store: Store, now: Moment, zone: &Zone) -> Line {
    let (event, details) = (&ours.event, &ours.event.details);
    let is_over = event.is_over(now);
    let mark = match () {
        () if event.published.is_none() => Some(("ahead", say::draft())),
        () if event.cancelled.is_some() => Some(("missed", say::is_cancelled())),
        () if is_over => None,
        () if now >= details.starts => Some(("due", say::is_on())),
        () => None,
    };
    let is_open = event.published.is_some() && event.cancelled.is_none() && now < details.starts;
    Line {
        id: event.of.event,
        day: zone.local(details.starts).date(),
        starts: details.starts,
        begins: locales::time::clock(details.starts, zone),
        title: locales::say(&details.title),
        place: locales::say(&details.place),
        places: is_open.then(|| places(event, ours.tally.as_ref())),
        mark,
        standing: ours.standing(store),
        is_over,
    }
}

fn by_day(store: Store, lines: Memo<Vec<Line>>) -> impl IntoView {
    let today = Memo::new(move |_| store.zone().local(store.time()).date());
    move || {
        let today = today.get();
        let (mut past, coming): (Vec<Line>, Vec<Line>) = lines.get().into_iter().partition(|line| line.is_over);
        past.reverse();
        let empty = match (coming.is_empty(), past.is_empty()) {
            (true, true) => Some(ui::empty(say::no_events(), say::no_events_next())),
            (true, false) => Some(ui::empty(say::no_coming_events(), say::no_events_next())),
            (false, _) => None,
        };
        view! {
            {empty}
            {days(coming, today)}
            {(!past.is_empty()).then(|| view! {
                <details class="past"><summary>{say::past(past.len())}</summary>{days(past, today)}</details>
            })}
        }
    }
}

/// The lines under their days, in the order in which they come.
pub fn days(lines: Vec<Line>, today: NaiveDate) -> AnyView {
    let mut order: Vec<NaiveDate> = vec![];
    let mut of_day: BTreeMap<NaiveDate, Vec<Line>> = BTreeMap::new();
    for line in lines {
        if !order.contains(&line.day) {
            order.push(line.day);
        }
        of_day.entry(line.day).or_default().push(line);
    }
    let days = order.into_iter().filter_map(|day| Some((day, of_day.remove(&day)?)));
    let sections = days.map(|(day, lines)| {
        let rows: Vec<_> = lines.into_iter().map(|line| view! { <li>{row(line)}</li> }).collect();
        view! { <section><h2>{calendar::near_day(day, today)}</h2><ul class="rows">{rows}</ul></section> }
    });
    sections.collect_view().into_any()
}

/// An event as one row that leads to it.
pub fn row(line: Line) -> AnyView {
    let about = [Some(line.place).filter(|place| !place.is_empty()), line.places];
    let about = about.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    view! {
        <a class="row link event-row" href=format!("/events/{}", line.id)>
            <span class="event-time number">{line.begins}</span>
            <span class="grow">
                <span class="event-title">{line.title}</span>
                {line.mark.map(|(state, words)| view! { <span class="standing" data-state=state>{ui::glyph(state)}<span>{words}</span></span> })}
                {line.standing.map(|standing| standing.view())}
                {(!about.is_empty()).then(|| view! { <span class="note">{about}</span> })}
            </span>
            {ui::icon("next")}
        </a>
    }
    .into_any()
}
