//! One event: what it is, what has changed, where the household stands, and what it can do.

use domain::{
    events::{Details, Event},
    ids::EventId,
    permissions::{Act, may},
    photos::Photo,
    sign_ups::{SignUp, Standing},
    text::Language,
    time::Moment,
};
use leptos::prelude::*;

use super::{
    asked::Asking,
    changes, desk, event, missing,
    ours::{Ours, places},
    refused,
};
use crate::{
    device::{
        preferences,
        share::{self, Given},
    },
    locales::{self, calendar, events as say, joining as say_home, sign_ups as say_ours},
    photos::source_of,
    store::{Store, use_store},
    ui,
};

pub fn page(event: EventId) -> AnyView {
    view! { <One id=event/> }.into_any()
}

#[component]
fn One(id: EventId) -> impl IntoView {
    let store = use_store();
    let ours = Memo::new(move |_| Ours::of(store, id));
    let title =
        Memo::new(move |_| store.world.with(|world| event(world, id).map(|it| locales::say(&it.details.title))));
    let asking = Asking::new(store);
    // Whoever has opened it has been told of its changes.
    Effect::new(move |_| {
        let changed = ours.with(|ours| ours.as_ref().and_then(|ours| ours.event.last_changed()));
        if let Some(changed) = changed.filter(|changed| *changed > preferences::seen(id)) {
            preferences::set_seen(id, changed);
        }
    });
    let sees_desk = Memo::new(move |_| store.me().is_some_and(|me| may(&me.roles, Act::SeeDesk)));
    move || {
        let Some(title) = title.get() else { return missing() };
        let with = move |show: fn(&Ours, Store) -> AnyView| {
            move || ours.with(|ours| ours.as_ref().map(|ours| show(ours, store)))
        };
        let question = move || {
            let own = ours.with(|ours| ours.as_ref().and_then(|ours| ours.own.clone()))?;
            let is_leaving = asking.is_leaving.get() && own.standing.is_alive();
            is_leaving.then(|| asking.question(own))
        };
        view! {
            <ui::Page title=say::event() back="/events" foot=foot(store, ours, asking)>
                <h2 class="page-name">{title}</h2>
                {picture(store, ours)}
                {with(state)}
                {refused::of_event(store, id)}
                <div role="status">{with(our_part)}</div>
                {question}
                {ui::problem(move || asking.problem.get().filter(|_| !asking.is_leaving.get()))}
                {with(|ours, store| changes::card(&ours.event, store).into_any())}
                {with(facts)}
                {with(|ours, _| if ours.event.published.is_some() { ways_out(&ours.event) } else { ().into_any() })}
                {move || sees_desk.get().then(|| ours.with(|ours| ours.as_ref().map(|ours| desk::actions(store, &ours.event))))}
            </ui::Page>
        }
        .into_any()
    }
}

/// A draft, or cancelled, and why.
fn state(ours: &Ours, _store: Store) -> AnyView {
    if let Some(cancelled) = &ours.event.cancelled {
        let reason = say::cancelled_because(&locales::say(&cancelled.reason));
        return view! {
            <section class="card attention" data-state="missed">
                <h2>{ui::glyph("missed")}<strong>{say::is_cancelled()}</strong></h2>
                <p>{reason}</p>
            </section>
        }
        .into_any();
    }
    if ours.event.published.is_none() {
        return view! { <p class="notice">{ui::glyph("ahead")}<strong>{say::draft()}</strong>" "{say::draft_note()}</p> }.into_any();
    }
    ().into_any()
}

/// Where the household stands, and what happens next.
fn our_part(ours: &Ours, store: Store) -> AnyView {
    let Some((own, shown)) = ours.own.as_ref().zip(ours.standing(store)) else { return ().into_any() };
    let next = match own.standing {
        Standing::Asked => Some(say_ours::asked_next()),
        Standing::Waiting => Some(say_ours::waiting_next()),
        Standing::Offered { .. } => Some(say_ours::offered_next()),
        _ => None,
    };
    let next = next.filter(|_| ours.event.cancelled.is_none() && !ours.event.is_over(store.time()));
    let moved = own.moves.last().map(|step| say_ours::moved_by_desk(&step.reason));
    let names = own.party.names.join(locales::general::between_names());
    view! {
        <section class="card ours" data-state=shown.state>
            <h2>{say_ours::our_places()}</h2>
            {shown.view()}
            {(!names.is_empty()).then(|| view! { <p><bdi>{names}</bdi></p> })}
            {next.map(|next| view! { <p class="note">{next}</p> })}
            {moved.map(|moved| view! { <p class="note">{moved}</p> })}
        </section>
    }
    .into_any()
}

/// What a person came for, under the thumb.
fn foot(store: Store, ours: Memo<Option<Ours>>, asking: Asking) -> AnyView {
    let ways = Memo::new(move |_| ours.with(|ours| Some(ours.as_ref()?.ways(store.time()))));
    let buttons = move || {
        let (ours, ways) = (ours.get()?, ways.get()?);
        // Only households sign up; while the question is open, it has the buttons.
        ours.household.as_ref()?;
        if asking.is_leaving.get() || ours.event.published.is_none() {
            return None;
        }
        let at = |page: &str| format!("/events/{}/{page}", ours.event.of.event);
        let leave = |words: &'static str| {
            view! { <button class="button quiet" on:click=move |_| asking.is_leaving.set(true)>{words}</button> }
        };
        if let (Some(_), Some(own)) = (ways.accept, ours.own.clone()) {
            let accept = move |_| asking.accept(&own);
            return Some(
                view! {
                    {leave(say_ours::decline())}
                    <button class="button main" on:click=accept>{say_ours::accept()}</button>
                }
                .into_any(),
            );
        }
        let stands_in_line = ours.own.as_ref().is_some_and(|own: &SignUp| own.standing == Standing::Waiting);
        let leaving = if stands_in_line { say_ours::leave_line() } else { say_ours::cancel() };
        let sign_up = ways.sign_up.is_ok();
        let is_main = |main: bool| if main { "button main" } else { "button quiet" };
        Some(
            view! {
                {ways.cancel.then(|| leave(leaving))}
                {ways.change.then(|| view! { <a class=is_main(!ways.ticket) href=at("sign-up")>{say_ours::change()}</a> })}
                {ways.ticket.then(|| view! { <a class="button main" href=at("ticket")>{say_ours::ticket()}</a> })}
                {ways.feedback.then(|| view! { <a class="button main" href=at("feedback")>{say_home::feedback_wanted()}</a> })}
                {sign_up.then(|| view! { <a class="button main" href=at("sign-up")>{say_ours::sign_up()}</a> })}
            }
            .into_any(),
        )
    };
    view! { <div class="foot-row">{buttons}</div> }.into_any()
}

fn facts(ours: &Ours, store: Store) -> AnyView {
    let details = &ours.event.details;
    let (now, zone) = (store.time(), store.zone());
    let about = locales::say(&details.about);
    let facts = [
        (say::when(), calendar::span(details.starts, details.ends, now, &zone)),
        (say::place(), locales::say(&details.place)),
        (say::fee(), locales::say(&details.fee)),
        (say::for_whom(), locales::say(&details.audience)),
        (say::places(), places_in_words(ours, now)),
        (say::window(), window(details, now, store)),
    ];
    let facts = facts.into_iter().filter(|(_, words)| !words.is_empty());
    let series = Some(locales::say(&details.series_title)).filter(|series| !series.is_empty());
    view! {
        <section class="card">
            <dl class="facts">
                {facts.map(|(name, words)| view! { <div><dt>{name}</dt><dd>{words}</dd></div> }).collect_view()}
            </dl>
            {series.map(|series| view! { <p class="note">{say::series(&series)}</p> })}
            {(!about.is_empty()).then(|| view! { <p class="words">{about}</p> })}
        </section>
    }
    .into_any()
}

fn places_in_words(ours: &Ours, now: Moment) -> String {
    let (event, details) = (&ours.event, &ours.event.details);
    let all = say::places_of(details.capacity);
    let is_open = event.cancelled.is_none() && now < details.starts;
    let left = is_open.then(|| places(event, ours.tally.as_ref()));
    let most = details.party_most.map(say::limit_party);
    let household = details.household_most.map(say::limit_household);
    let parts = [left, Some(all), most, household].into_iter().flatten().collect::<Vec<_>>();
    parts.join(" · ")
}

/// When sign-up opens and closes, as far as that is still to come.
fn window(details: &Details, now: Moment, store: Store) -> String {
    let zone = store.zone();
    let when = |at: Moment| calendar::moment(at, now, &zone);
    let opens = details.opens.filter(|opens| now < *opens).map(|opens| say::opens_at(&when(opens)));
    let closes = details.closes();
    let closes = if now < closes { say::closes_at(&when(closes)) } else { say::closed_at(&when(closes)) };
    opens.into_iter().chain([closes]).collect::<Vec<_>>().join(locales::general::between_clauses())
}

/// Into one's own calendar, and to others.
fn ways_out(event: &Event) -> AnyView {
    let public = format!("/public/events/{}", event.of.event);
    let language = match locales::language() {
        Language::Zh => "zh",
        Language::En => "en",
    };
    let file = format!("{public}/calendar.ics?lang={language}");
    let (title, address) = (locales::say(&event.details.title), share::address(&public));
    let result = RwSignal::new(None::<Given>);
    let by_hand = address.clone();
    let give = move |_| {
        let (title, address) = (title.clone(), address.clone());
        leptos::task::spawn_local(async move {
            let given = share::share(&title, &address).await;
            result.try_set(Some(given));
        });
    };
    let said = move || match result.get()? {
        Given::Shared => Some(view! { <p class="done">{ui::glyph("good")}{say::shared()}</p> }.into_any()),
        Given::Copied => Some(view! { <p class="done">{ui::glyph("good")}{say::copied()}</p> }.into_any()),
        Given::Closed => None,
        Given::ByHand => {
            Some(view! { <p>{say::copy_yourself()}" "<span class="address">{by_hand.clone()}</span></p> }.into_any())
        }
    };
    view! {
        <div class="ways-out">
            <a class="button quiet" href=file rel="external" download="">{ui::icon("event")}{say::to_calendar()}</a>
            <button class="button quiet" on:click=give>{ui::icon("share")}{say::share()}</button>
            <div role="status">{said}</div>
        </div>
    }
    .into_any()
}

/// From the disk of the device that took it, otherwise from the server; nothing where neither has it now.
fn picture(store: Store, ours: Memo<Option<Ours>>) -> impl IntoView {
    let shown = Memo::new(move |_| {
        ours.with(|ours| {
            let details = &ours.as_ref()?.event.details;
            Some((details.picture?, say::picture_of(&locales::say(&details.title))))
        })
    });
    move || shown.get().map(|(photo, words)| one_picture(store, photo, words))
}

fn one_picture(store: Store, photo: Photo, words: String) -> AnyView {
    let source = source_of(store, photo.hash);
    let is_missing = RwSignal::new(false);
    let (width, height) = (photo.width.to_string(), photo.height.to_string());
    (move || {
        let source = source.get().filter(|_| !is_missing.get())?;
        let (words, width, height) = (words.clone(), width.clone(), height.clone());
        Some(view! { <img class="event-picture" src=source alt=words width=width height=height on:error=move |_| is_missing.set(true)/> })
    })
    .into_any()
}
