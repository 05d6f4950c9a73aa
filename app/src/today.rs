//! Today: the rounds of the person who is here, now first.

use domain::{
    agenda::{Duty, Known, is_for},
    checklists::DutyKind,
    findings::{Finding, signs_alone},
    ids::RoundId,
    people::Person,
    permissions::{Act, may},
    plans::Window,
    records::Body,
    rounds::{Reports, Round, Standing},
    time::{MINUTE, Moment, Zone},
};
use leptos::prelude::*;
use sync::device::world::World;

use crate::{
    locales::{self, findings as say_findings, general, rounds as say, time},
    store::use_store,
    ui,
};

/// How far back and ahead a worker's day reaches.
const BACK: i64 = 12 * 60 * MINUTE;
const AHEAD: i64 = 12 * 60 * MINUTE;

pub fn page() -> AnyView {
    view! { <Today/> }.into_any()
}

/// What the agenda is made of, from everything that this device holds.
pub fn known<'a>(world: &'a World, zone: &'a Zone) -> Known<'a> {
    let mut known = Known { plans: vec![], people: vec![], rounds: vec![], zone };
    for body in world.all() {
        match body {
            Body::Plan(plan) => known.plans.push(plan),
            Body::Person(person) => known.people.push(person),
            Body::Round(round) => known.rounds.push(round),
            _ => {}
        }
    }
    known
}

/// How many of a round's stops have been visited.
pub fn visited(world: &World, round: &Round) -> usize {
    round.visited(visits_of(world, round.id)).len()
}

pub fn visits_of(world: &World, round: RoundId) -> impl Iterator<Item = &domain::visits::Visit> {
    world.of_root(round.into()).filter_map(|body| match body {
        Body::Visit(visit) => Some(visit),
        _ => None,
    })
}

pub fn person_name(world: &World, person: domain::ids::PersonId) -> String {
    match world.get(person.into()) {
        Some(Body::Person(person)) => locales::say(&person.name),
        _ => "—".to_owned(),
    }
}

pub fn open_findings(world: &World) -> Vec<&Finding> {
    let mut findings: Vec<&Finding> = world
        .all()
        .filter_map(|body| match body {
            Body::Finding(finding) if finding.is_open() => Some(finding),
            _ => None,
        })
        .collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.at.best));
    findings
}

/// What a card shows.
struct Card {
    round: RoundId,
    name: String,
    kind: DutyKind,
    window: Option<Window>,
    begins: Moment,
    standing: Standing,
    done: usize,
    stops: usize,
}

fn card(duty: &Duty<'_>, world: &World) -> Card {
    let stops = match (duty.record, &duty.planned) {
        (Some(round), _) => round.stops.len(),
        (None, Some((plan, _))) => match world.get(plan.route.into()) {
            Some(Body::Route(route)) => route.stops.len(),
            _ => 0,
        },
        (None, None) => 0,
    };
    Card {
        round: duty.round,
        name: locales::say(duty.name),
        kind: duty.kind,
        window: duty.window,
        begins: duty.begins(),
        standing: duty.standing,
        done: duty.record.map_or(0, |round| visited(world, round)),
        stops,
    }
}

/// Now, later and finished, each in the order in which it is wanted.
fn cards(world: &World, me: &Person, zone: &Zone, now: Moment) -> (Vec<Card>, Vec<Card>, Vec<Card>) {
    let known = known(world, zone);
    let (mut at_hand, mut later, mut done) = (vec![], vec![], vec![]);
    for duty in known.duties(now.plus(-BACK), now.plus(AHEAD), now, Reports::Unknown) {
        if !is_for(&duty, me) {
            continue;
        }
        match duty.standing {
            Standing::Due | Standing::Running | Standing::Overdue => at_hand.push(card(&duty, world)),
            Standing::Ahead => later.push(card(&duty, world)),
            Standing::Finished | Standing::NotYetReported | Standing::Missed => done.push(card(&duty, world)),
        }
    }
    // What was begun comes before what could be begun.
    at_hand.sort_by_key(|card| (card.standing == Standing::Due, card.window.map(|window| window.end)));
    done.reverse();
    (at_hand, later, done)
}

#[component]
fn Today() -> impl IntoView {
    let store = use_store();
    let title =
        store.community().map_or_else(|| general::today().to_owned(), |community| locales::say(&community.name));
    let lists = move || {
        let (zone, now) = (store.zone(), store.time());
        let me = store.me()?;
        Some(store.world.with(|world| {
            let (at_hand, later, done) = cards(world, &me, &zone, now);
            let open = open_findings(world).len() + signs_alone(world.all()).len();
            let is_empty = at_hand.is_empty();
            view! {
                <p class="lead date">{time::long_date(now, &zone)}" · "{locales::say(&me.name)}</p>
                <section aria-labelledby="now">
                    <h2 id="now">{say::rounds_now()}</h2>
                    {is_empty.then(|| ui::empty(say::nothing_now(), say::nothing_now_next()))}
                    <ul class="cards">{at_hand.into_iter().map(|card| large(card, &zone)).collect_view()}</ul>
                </section>
                {(open > 0).then(|| view! {
                    <a class="row link" href="/findings">{ui::glyph("overdue")}<span class="grow">{say_findings::open_ones()}</span><strong class="number">{open}</strong>{ui::icon("next")}</a>
                })}
                {list(say::rounds_later(), later, &zone)}
                {list(say::rounds_done(), done, &zone)}
            }
        }))
    };
    let oversees = Memo::new(move |_| store.me().is_some_and(|me| may(&me.roles, Act::SeeResults)));
    view! {
        <ui::Page title=title>
            {move || oversees.get().then(|| crate::shell::headline(store))}
            {lists}
            {crate::shell::notices(store)}
            <a class="button quiet" href="/rounds/unplanned">{ui::icon("plus")}{say::unplanned()}</a>
        </ui::Page>
    }
}

fn when(card: &Card, zone: &Zone) -> String {
    match &card.window {
        Some(window) => say::from_to(&time::clock(window.start, zone), &time::clock(window.end, zone)),
        None => time::clock(card.begins, zone),
    }
}

fn large(card: Card, zone: &Zone) -> impl IntoView + use<> {
    let state = ui::standing_state(card.standing);
    let verb = match card.standing {
        Standing::Due => say::start(),
        _ => say::go_on(),
    };
    let progress = say::progress(card.done, card.stops);
    let share = format!("{}%", (100 * card.done).checked_div(card.stops).unwrap_or(0));
    let when = when(&card, zone);
    view! {
        <li>
            <a class="card round" data-state=state href=format!("/rounds/{}", card.round)>
                <span class="round-head">{ui::glyph(state)}<strong class="grow">{card.name}</strong><span class="number">{progress}</span></span>
                <span class="round-line"><span>{say::duty(card.kind)}</span><span class="number">{when}</span><span>{say::standing(card.standing)}</span></span>
                <span class="bar" aria-hidden="true"><span style:width=share></span></span>
                <span class="button main">{verb}</span>
            </a>
        </li>
    }
}

fn list(title: &'static str, cards: Vec<Card>, zone: &Zone) -> Option<impl IntoView + use<>> {
    if cards.is_empty() {
        return None;
    }
    let rows: Vec<_> = cards
        .into_iter()
        .map(|card| {
            let state = ui::standing_state(card.standing);
            let when = when(&card, zone);
            view! {
                <li><a class="row link" href=format!("/rounds/{}", card.round)>
                    {ui::glyph(state)}
                    <span class="grow">{card.name}<span class="note">{say::standing(card.standing)}</span></span>
                    <span class="number">{when}</span>
                    {(card.done > 0).then(|| view! { <span class="number">{say::progress(card.done, card.stops)}</span> })}
                    {ui::icon("next")}
                </a></li>
            }
        })
        .collect();
    Some(view! { <section><h2>{title}</h2><ul class="rows">{rows}</ul></section> })
}
