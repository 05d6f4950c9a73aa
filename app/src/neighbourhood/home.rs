//! A household's first page: what needs an answer, then what it should know, then what it takes part in.

use domain::{
    events::Event,
    households::Household,
    sign_ups::{SignUp, Standing},
    surveys::is_asked_for_feedback,
    time::Moment,
};
use leptos::prelude::*;

use crate::{
    device::preferences,
    events::{
        asked::Asking,
        changes::{self, Told},
        events,
        list::{Line, coming, line, row},
        ours::{Ours, signing_up},
    },
    locales::{self, calendar, events as say_events, joining as say, sign_ups as say_sign_ups, surveys as say_surveys},
    neighbourhood::own_household,
    notices,
    store::{Store, use_store},
    surveys, ui,
};

/// So many notices and coming events stand here; the rest is one press away.
const SHOWN_MOST: usize = 4;

pub fn page() -> AnyView {
    view! { <Home/> }.into_any()
}

/// Something that waits for the household.
#[derive(Clone, PartialEq)]
enum Wanted {
    /// A place is kept until then.
    Offer {
        title: String,
        until: String,
        own: Box<SignUp>,
    },
    /// An event that it signed up for is another, or does not take place.
    Change {
        title: String,
        href: String,
        cancelled: Option<String>,
        told: Vec<Told>,
    },
    Survey {
        title: String,
        href: String,
        closes: String,
    },
    Feedback {
        title: String,
        href: String,
    },
}

#[component]
fn Home() -> impl IntoView {
    let store = use_store();
    let title =
        store.community().map_or_else(|| say_events::home().to_owned(), |community| locales::say(&community.name));
    let household = Memo::new(move |_| own_household(store));
    let wanted = Memo::new(move |_| wanted(store));
    let asking = Asking::new(store);
    let hello = move || {
        let (me, household) = (store.me()?, household.get());
        let flat = household.map(|household| locales::say(&household.flat));
        Some(view! { <p class="lead">{say::hello(&locales::say(&me.name))}{flat.map(|flat| format!(" · {flat}"))}</p> })
    };
    let leaving = move || {
        let is_leaving = asking.is_leaving.get();
        let offered = wanted.with(|wanted| {
            wanted.iter().find_map(|it| match it {
                Wanted::Offer { own, .. } => Some((**own).clone()),
                _ => None,
            })
        })?;
        is_leaving.then(|| asking.question(offered))
    };
    view! {
        <ui::Page title=title>
            {hello}
            <section aria-labelledby="now">
                <h2 id="now">{say::needs_answer()}</h2>
                {leaving}
                {move || asks(wanted.get(), asking)}
                {ui::problem(move || asking.problem.get().filter(|_| !asking.is_leaving.get()))}
            </section>
            {unread(store)}
            {ours(store)}
            {coming_up(store)}
        </ui::Page>
    }
}

fn wanted(store: Store) -> Vec<Wanted> {
    let Some(household) = signing_up(store) else { return vec![] };
    let now = store.time();
    let mut wanted: Vec<(Moment, Wanted)> = vec![];
    let all: Vec<Ours> = store.world.with(|world| {
        events(world)
            .map(|event| Ours::beside(world, event, Some(&household)))
            .filter(|ours| ours.own.is_some())
            .collect()
    });
    for ours in &all {
        wanted.extend(offer(ours, now, store));
        wanted.extend(change(ours, now, store));
    }
    wanted.sort_by_key(|(at, _)| *at);
    let mut wanted: Vec<Wanted> = wanted.into_iter().map(|(_, wanted)| wanted).collect();
    wanted.extend(surveys::list::lines(store).into_iter().filter(|line| line.wants_answer()).map(|line| {
        let closes = calendar::moment(line.closes, now, &store.zone());
        Wanted::Survey { title: line.title, href: format!("/surveys/{}", line.id), closes }
    }));
    wanted.extend(all.iter().filter_map(|ours| feedback(ours, now)));
    wanted
}

fn title(event: &Event) -> String {
    locales::say(&event.details.title)
}

fn offer(ours: &Ours, now: Moment, store: Store) -> Option<(Moment, Wanted)> {
    let until = ours.ways(now).accept?;
    let words = say_sign_ups::offered(&calendar::moment(until, now, &store.zone()));
    Some((until, Wanted::Offer { title: title(&ours.event), until: words, own: Box::new(ours.own.clone()?) }))
}

/// What nobody has read on this phone yet, of an event that is still to come.
fn change(ours: &Ours, now: Moment, store: Store) -> Option<(Moment, Wanted)> {
    let event = &ours.event;
    let takes_part = ours.own.as_ref().is_some_and(|own| own.standing.is_alive() && own.standing != Standing::Asked);
    let seen = preferences::seen(event.of.event);
    if !takes_part || event.is_over(now) || event.last_changed().is_none_or(|changed| changed <= seen) {
        return None;
    }
    let cancelled = event.cancelled.as_ref().map(|it| say_events::cancelled_because(&locales::say(&it.reason)));
    let told = if cancelled.is_some() { vec![] } else { changes::told(event, seen, store) };
    if cancelled.is_none() && told.is_empty() {
        return None;
    }
    let href = format!("/events/{}", event.of.event);
    Some((event.details.starts, Wanted::Change { title: title(event), href, cancelled, told }))
}

fn feedback(ours: &Ours, now: Moment) -> Option<Wanted> {
    let is_wanted = is_asked_for_feedback(&ours.event, now) && ours.ways(now).feedback;
    let href = format!("/events/{}/feedback", ours.event.of.event);
    is_wanted.then(|| Wanted::Feedback { title: title(&ours.event), href })
}

fn asks(wanted: Vec<Wanted>, asking: Asking) -> AnyView {
    if wanted.is_empty() {
        return view! { <p class="nothing-wanted">{ui::glyph("good")}<span><strong>{say::all_answered()}</strong><span class="note">{say::all_answered_next()}</span></span></p> }
            .into_any();
    }
    let cards = wanted.into_iter().map(|wanted| view! { <li>{card(wanted, asking)}</li> });
    view! { <ul class="cards wanted">{cards.collect_view()}</ul> }.into_any()
}

fn card(wanted: Wanted, asking: Asking) -> AnyView {
    match wanted {
        Wanted::Offer { title, until, own } => {
            let href = format!("/events/{}", own.of.event);
            let accept = move |_| asking.accept(&own);
            view! {
                <section class="card attention">
                    <p class="wanted-head">{ui::glyph("attention")}<strong>{say::place_offered()}</strong></p>
                    <a class="wanted-title" href=href>{title}</a>
                    <p>{until}</p>
                    <div class="foot-row">
                        <button class="button quiet" on:click=move |_| asking.is_leaving.set(true)>{say_sign_ups::decline()}</button>
                        <button class="button main" on:click=accept>{say_sign_ups::accept()}</button>
                    </div>
                </section>
            }
            .into_any()
        }
        Wanted::Change { title, href, cancelled, told } => {
            let (state, words) = match cancelled {
                Some(_) => ("missed", say::event_cancelled()),
                None => ("attention", say::event_changed()),
            };
            view! {
                <section class="card attention">
                    <p class="wanted-head">{ui::glyph(state)}<strong>{words}</strong></p>
                    <p class="wanted-title">{title}</p>
                    {cancelled.map(|reason| view! { <p>{reason}</p> })}
                    {(!told.is_empty()).then(|| changes::list(told))}
                    <a class="button main" href=href>{say::look()}</a>
                </section>
            }
            .into_any()
        }
        Wanted::Survey { title, href, closes } => one_line(href, title, say::survey_open(&closes)),
        Wanted::Feedback { title, href } => one_line(href, title, say_surveys::feedback().to_owned()),
    }
}

fn one_line(href: String, title: String, words: String) -> AnyView {
    view! {
        <a class="row link wanted-row" href=href>
            {ui::glyph("due")}
            <span class="grow"><strong>{title}</strong><span class="note">{words}</span></span>
            {ui::icon("next")}
        </a>
    }
    .into_any()
}

fn unread(store: Store) -> impl IntoView {
    let unread = Memo::new(move |_| {
        let unread = notices::shown(store).into_iter().filter(|it| !it.is_read);
        unread.take(SHOWN_MOST).collect::<Vec<_>>()
    });
    move || {
        let unread = unread.get();
        (!unread.is_empty())
            .then(|| view! { <section><h2>{say::unread()}</h2>{notices::list::rows(store, unread)}</section> })
    }
}

/// What the household takes part in, the next first.
fn ours(store: Store) -> impl IntoView {
    let lines = Memo::new(move |_| {
        let household = signing_up(store);
        lines(store, household.as_ref(), |ours| ours.own.as_ref().is_some_and(|own| own.standing.is_alive()))
    });
    move || list(say::our_sign_ups(), lines.get())
}

fn coming_up(store: Store) -> impl IntoView {
    let lines = Memo::new(move |_| {
        let household = signing_up(store);
        let is_free = |ours: &Ours| {
            let takes_part = ours.own.as_ref().is_some_and(|own| own.standing.is_alive());
            !takes_part && ours.event.cancelled.is_none()
        };
        let mut lines = lines(store, household.as_ref(), is_free);
        lines.truncate(SHOWN_MOST);
        lines
    });
    view! {
        {move || list(say::coming_events(), lines.get())}
        <a class="button quiet" href="/events">{ui::icon("event")}{say::all_events()}</a>
    }
}

fn lines(store: Store, household: Option<&Household>, which: impl Fn(&Ours) -> bool) -> Vec<Line> {
    let (now, zone) = (store.time(), store.zone());
    let coming = store.world.with(|world| coming(world, household, now));
    let shown = coming.iter().filter(|ours| which(ours)).map(|ours| {
        let mut line = line(ours, store, now, &zone);
        // Here no day stands above it.
        line.place = [calendar::near_day(line.day, zone.local(now).date()), line.place].join(" · ");
        line
    });
    shown.collect()
}

fn list(title: &'static str, lines: Vec<Line>) -> Option<AnyView> {
    if lines.is_empty() {
        return None;
    }
    let rows: Vec<_> = lines.into_iter().map(|line| view! { <li>{row(line)}</li> }).collect();
    Some(view! { <section><h2>{title}</h2><ul class="rows">{rows}</ul></section> }.into_any())
}
