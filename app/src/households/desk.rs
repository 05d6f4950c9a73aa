//! The neighbourhood on one page: what waits for the desk, then what is on.

use domain::{events::Event, permissions::Act, surveys::Subject};
use leptos::prelude::*;

use super::{all, buildings, newcomers::Newcomers};
use crate::{
    asking::{for_who_may, may_here},
    events,
    locales::{self, households as say, time},
    notices::published,
    online::Trouble,
    store::{Store, use_store},
    surveys, ui,
};

/// So many of each are shown; a link leads to the rest.
const SHOWN_MOST: usize = 3;

/// Everything of the neighbourhood that the desk looks after.
pub fn neighbourhood() -> AnyView {
    for_who_may(Act::SeeDesk, say::neighbourhood(), || view! { <Neighbourhood/> }.into_any())
}

#[component]
fn Neighbourhood() -> impl IntoView {
    let store = use_store();
    let newcomers = Newcomers::begin(store);
    let may_publish = may_here(store, Act::PublishNotices);
    let may_ask = may_here(store, Act::RunSurveys);
    view! {
        <ui::Page title=say::neighbourhood()>
            {move || headlines(store, newcomers)}
            <ul class="cards">
                <li>{move || coming(store)}</li>
                <li>{move || households(store)}</li>
                <li>{move || notices(store, may_publish.get())}</li>
                <li>{move || open_surveys(store, may_ask.get())}</li>
            </ul>
        </ui::Page>
    }
}

/// What waits for the desk, as links to where it is done.
fn headlines(store: Store, newcomers: Newcomers) -> AnyView {
    let over = store.world.with(|world| {
        let now = store.time();
        let is_over = |event: &&Event| events::tally(world, event.of.event).is_some_and(|tally| tally.over() > 0);
        events::events(world).filter(|event| is_coming(event, now)).filter(is_over).count()
    });
    let mut lines: Vec<AnyView> = vec![];
    let line = |state: &'static str, href: &'static str, words: String| {
        view! { <a class="headline link" data-state=state href=href>{ui::glyph(state)}<span class="grow">{words}</span>{ui::icon("next")}</a> }
            .into_any()
    };
    let decides = newcomers.may_decide.get();
    if let Some(n) = newcomers.count().filter(|n| decides && *n > 0) {
        lines.push(line("attention", "/households", say::waits(n)));
    }
    if over > 0 {
        lines.push(line("overdue", "/events", say::over_capacity(over)));
    }
    let is_known = !decides || newcomers.count().is_some();
    match (newcomers.trouble().filter(|_| decides), lines.is_empty()) {
        (Some(Trouble::NoNetwork), _) => {
            lines.push(line("unknown", "/households", say::unknown_without_network().to_owned()));
        }
        (Some(trouble), _) => lines.push(super::told(&trouble)),
        (None, true) if is_known => {
            lines.push(line("good", "/households", say::nothing_waits().to_owned()));
        }
        (None, _) => {}
    }
    view! { <div class="headlines" aria-live="polite">{lines}</div> }.into_any()
}

fn is_coming(event: &Event, now: domain::time::Moment) -> bool {
    event.cancelled.is_none() && !event.is_over(now)
}

/// A card with its title, what there is, and where it leads.
fn card(
    title: &'static str,
    none: &'static str,
    rows: Vec<AnyView>,
    ways: Vec<(&'static str, &'static str)>,
) -> AnyView {
    let none = rows.is_empty().then(|| view! { <p class="note">{none}</p> });
    let ways: Vec<_> =
        ways.into_iter().map(|(href, words)| view! { <a class="button quiet" href=href>{words}</a> }).collect();
    view! {
        <section class="card desk-card">
            <h2>{title}</h2>
            <ul class="desk-lines">{rows}</ul>
            {none}
            <div class="foot-row">{ways}</div>
        </section>
    }
    .into_any()
}

fn row(href: String, name: String, note: String) -> AnyView {
    view! { <li><a class="desk-line" href=href><bdi>{name}</bdi><span class="note">{note}</span></a></li> }.into_any()
}

fn coming(store: Store) -> AnyView {
    let (now, zone) = (store.time(), store.zone());
    let rows = store.world.with(|world| {
        let mut coming: Vec<&Event> = events::events(world).filter(|event| is_coming(event, now)).collect();
        coming.sort_by_key(|event| event.details.starts);
        let told = |event: &&Event| {
            let tally = events::tally(world, event.of.event);
            let (left, waiting) = tally.map_or((event.details.capacity, 0), |tally| (tally.left(), tally.waiting));
            let when = time::absolute(event.details.starts, now, &zone);
            let places = match event.published {
                Some(_) if waiting == 0 => say::places_left(left),
                Some(_) => say::places_left_waiting(left, waiting),
                None => say::draft().to_owned(),
            };
            row(format!("/events/{}", event.of.event), locales::say(&event.details.title), [when, places].join(" · "))
        };
        coming.iter().take(SHOWN_MOST).map(told).collect()
    });
    card(say::next_events(), say::no_events(), rows, vec![("/events", say::all_events())])
}

fn households(store: Store) -> AnyView {
    let (n, rows) = store.world.with(|world| {
        let living = || all(world).filter(|household| household.moved_out.is_none());
        let rows: Vec<AnyView> = buildings(world)
            .into_iter()
            .filter_map(|(building, name)| {
                let n = living().filter(|household| household.area == Some(building)).count();
                (n > 0).then(|| row(format!("/households?building={building}"), name, say::count(n)))
            })
            .take(SHOWN_MOST)
            .collect();
        (living().count(), rows)
    });
    view! {
        <section class="card desk-card">
            <h2>{say::households()}" "<span class="number">{n}</span></h2>
            <ul class="desk-lines">{rows}</ul>
            <div class="foot-row"><a class="button quiet" href="/households">{say::all_households()}</a></div>
        </section>
    }
    .into_any()
}

fn notices(store: Store, may_publish: bool) -> AnyView {
    let (now, zone) = (store.time(), store.zone());
    let rows = store.world.with(|world| {
        let mut shown: Vec<_> = published::all(world).filter(|notice| notice.is_shown_at(now)).collect();
        shown.sort_by_key(|notice| std::cmp::Reverse(notice.from.or(notice.put)));
        let told = |notice: &&domain::notices::Notice| {
            let until = notice.until.map(|until| say::until_when(&time::absolute(until, now, &zone)));
            row(
                format!("/notices/{}", notice.id),
                locales::say(&notice.title),
                until.unwrap_or_else(|| say::for_good().to_owned()),
            )
        };
        let mut rows: Vec<AnyView> = shown.iter().take(SHOWN_MOST).map(told).collect();
        if shown.len() > SHOWN_MOST {
            rows.push(view! { <li class="note">{locales::results::first_of(SHOWN_MOST, shown.len())}</li> }.into_any());
        }
        rows
    });
    let mut ways = vec![("/notices", say::all_notices())];
    if may_publish {
        ways.push(("/notices/new", say::write_notice()));
    }
    card(say::notices_now(), say::no_notices(), rows, ways)
}

fn open_surveys(store: Store, may_ask: bool) -> AnyView {
    let (now, zone) = (store.time(), store.zone());
    let rows = store.world.with(|world| {
        let open = surveys::surveys(world).filter(|survey| survey.is_open(now).is_ok());
        let told = |survey: &domain::surveys::Survey| {
            let results = surveys::results_of(world, Subject::Survey { survey: survey.id });
            let until = say::until_when(&time::absolute(survey.closes, now, &zone));
            row(
                format!("/surveys/{}/results", survey.id),
                locales::say(&survey.title),
                [say::received(results.map_or(0, |results| results.received)), until].join(" · "),
            )
        };
        open.map(told).collect()
    });
    let mut ways = vec![("/surveys", say::all_surveys())];
    if may_ask {
        ways.push(("/surveys/new", say::start_survey()));
    }
    card(say::surveys_now(), say::no_surveys(), rows, ways)
}
