//! The lists of a door: who is still to come, who is in, and who was let in twice.

use domain::{
    check_in::{Admission, Arrival, Entry, admission::Presence},
    households::Household,
    ids::{HouseholdId, PersonId},
    sign_ups::Standing,
    text::half_width,
    time::Moment,
};
use leptos::prelude::*;
use sync::device::world::World;

use super::{AtDoor, Held};
use crate::{
    locales::{door as say, planning, time},
    store::Store,
    today::person_name,
    ui,
};

/// The most lines of a list: more are found by searching.
const LINES_MOST: usize = 200;

/// Finding somebody by name or flat; without words, whoever is still to come.
pub fn finder(at: AtDoor) -> AnyView {
    let wanted = RwSignal::new(String::new());
    let list = move || {
        let wanted = folded(&wanted.get());
        let now = at.store.time();
        at.store.world.with(|world| {
            let held = Held::of(world, at.of)?;
            Some(if wanted.is_empty() { expected(at, &held, now) } else { found(at, &held, &wanted) })
        })
    };
    view! {
        <section class="door-finder">
            <div class="field">
                <label for="field-find">{say::by_name()}</label>
                <input id="field-find" type="search" autocomplete="off" maxlength="200" prop:value=move || wanted.get()
                    on:input=move |event| wanted.set(event_target_value(&event))/>
            </div>
            {list}
        </section>
    }
    .into_any()
}

pub fn folded(text: &str) -> String {
    half_width(text.trim()).to_lowercase()
}

fn expected(at: AtDoor, held: &Held, now: Moment) -> AnyView {
    let to_come = held.sign_ups.iter().filter(|it| it.standing == Standing::Confirmed);
    let to_come = to_come.filter(|it| held.came(it.household) < it.party.persons).map(|it| it.household);
    let title = if held.event.is_over(now) { say::no_show_list() } else { say::expected_list() };
    let households = in_order(held, to_come.collect());
    if households.is_empty() {
        let is_known = !held.sign_ups.is_empty();
        return if is_known {
            ui::empty(say::nobody_expected(), say::nobody_expected_next()).into_any()
        } else {
            ui::empty(say::nobody_signed_up(), say::nobody_signed_up_next()).into_any()
        };
    }
    view! { <h2>{title}</h2>{rows(at, held, households)} }.into_any()
}

fn found(at: AtDoor, held: &Held, wanted: &str) -> AnyView {
    let fits = |household: &&&Household| {
        let id = household.id;
        let party = held.sign_up(id).map(|it| it.party.names.clone()).unwrap_or_default();
        let members = household.members.iter().map(|member| member.name.clone());
        let flats = [household.flat.zh.clone(), household.flat.en.clone()];
        let lives_here = household.moved_out.is_none() || held.sign_up(id).is_some();
        lives_here && flats.into_iter().chain(members).chain(party).any(|text| folded(&text).contains(wanted))
    };
    let households: Vec<HouseholdId> = held.households.values().filter(fits).map(|it| it.id).collect();
    if households.is_empty() {
        return ui::empty(say::nobody_found(), say::nobody_found_next()).into_any();
    }
    rows(at, held, in_order(held, households))
}

fn in_order(held: &Held, mut households: Vec<HouseholdId>) -> Vec<HouseholdId> {
    households.sort_by_cached_key(|household| held.flat(*household));
    households
}

fn rows(at: AtDoor, held: &Held, households: Vec<HouseholdId>) -> AnyView {
    let all = households.len();
    let rows: Vec<_> = households.into_iter().take(LINES_MOST).map(|household| row(at, held, household)).collect();
    view! {
        <ul class="rows">{rows}</ul>
        {(all > LINES_MOST).then(|| view! { <p class="note">{say::first_of(LINES_MOST)}</p> })}
    }
    .into_any()
}

fn row(at: AtDoor, held: &Held, household: HouseholdId) -> AnyView {
    let came = held.came(household);
    let (state, words, persons) = match held.sign_up(household) {
        Some(it) if it.standing == Standing::Confirmed => {
            let party = it.party.persons;
            let words = match Presence::of(party, came) {
                Presence::Expected => String::new(),
                Presence::Partly | Presence::In | Presence::Double => say::partly(came, party),
            };
            (presence_state(Presence::of(party, came)), words, say::persons(party))
        }
        Some(it) => ("unknown", planning::standing(it.standing).to_owned(), say::persons(it.party.persons)),
        None => ("unknown", say::not_signed_up().to_owned(), String::new()),
    };
    view! {
        <li><button type="button" class="row link" on:click=move |_| at.named(household)>
            {ui::glyph(state)}
            <span class="grow">{held.flat(household)}" "<bdi class="note">{held.names(household)}</bdi>
                {(!words.is_empty()).then(|| view! { <span class="note">{words}</span> })}</span>
            <span class="number">{persons}</span>
            {ui::icon("next")}
        </button></li>
    }
    .into_any()
}

fn presence_state(presence: Presence) -> &'static str {
    match presence {
        Presence::Expected => "ahead",
        Presence::Partly => "running",
        Presence::In => "good",
        Presence::Double => "overdue",
    }
}

/// One line of who is in.
struct Line {
    at: Moment,
    by: PersonId,
    who: String,
    how: &'static str,
    persons: u32,
    state: &'static str,
    is_unsent: bool,
}

/// Everybody who is in, the last first.
pub fn inside(world: &World, held: &Held, store: Store) -> AnyView {
    let (now, zone) = (store.time(), store.zone());
    let mut lines: Vec<Line> = held.arrivals.iter().flat_map(|arrival| of_arrival(world, held, arrival)).collect();
    lines.extend(held.walk_ins.iter().map(|it| Line {
        at: it.at.best,
        by: it.by,
        who: if it.name.is_empty() { say::nameless().to_owned() } else { it.name.clone() },
        how: say::walk_ins(),
        persons: it.persons,
        state: "good",
        is_unsent: world.is_unconfirmed(it.id.into()),
    }));
    lines.sort_by_key(|line| std::cmp::Reverse(line.at));
    let all = lines.len();
    let row = |line: Line| {
        let by = person_name(world, line.by);
        view! {
            <li class="row">{ui::glyph(line.state)}
                <span class="grow"><bdi>{line.who}</bdi><span class="note">{line.how}" · "{by}</span></span>
                {line.is_unsent.then(|| ui::glyph("waiting"))}
                <span class="number">{say::persons(line.persons)}</span>
                <span class="number">{time::absolute(line.at, now, &zone)}</span>
            </li>
        }
    };
    let rows: Vec<_> = lines.into_iter().take(LINES_MOST).map(row).collect();
    view! {
        <section><h2>{say::in_list()}</h2>
            {(all == 0).then(|| ui::empty(say::nobody_in(), say::nobody_in_next()))}
            <ul class="rows door-inside">{rows}</ul>
            {(all > LINES_MOST).then(|| view! { <p class="note">{say::first_of(LINES_MOST)}</p> })}
        </section>
    }
    .into_any()
}

fn of_arrival(world: &World, held: &Held, arrival: &Arrival) -> Vec<Line> {
    let state = match held.sign_up(arrival.household).filter(|it| it.standing == Standing::Confirmed) {
        Some(it) => presence_state(Presence::of(it.party.persons, arrival.persons())),
        None => "overdue",
    };
    let is_unsent = world.is_unconfirmed(Arrival::id(arrival.sign_up()));
    let line = |entry: &Entry| Line {
        at: entry.at.best,
        by: entry.by,
        who: held.flat(arrival.household),
        how: match entry.proof {
            Admission::Ticket { .. } => say::by_ticket(),
            Admission::Name | Admission::Other => say::by_name_in(),
        },
        persons: entry.persons,
        state,
        is_unsent,
    };
    arrival.entries.iter().map(line).collect()
}

/// The parties of which more came in than signed up, with each of their entries.
pub fn doubles(world: &World, held: &Held, store: Store) -> Option<AnyView> {
    let (now, zone) = (store.time(), store.zone());
    let is_double = |arrival: &&&Arrival| {
        let party = held.sign_up(arrival.household).filter(|it| it.standing == Standing::Confirmed);
        party.is_some_and(|it| Presence::of(it.party.persons, arrival.persons()) == Presence::Double)
    };
    let shown = |arrival: &&Arrival| {
        let party = held.sign_up(arrival.household).map_or(0, |it| it.party.persons);
        let entry = |entry: &Entry| {
            let by = person_name(world, entry.by);
            view! { <li class="row"><span class="grow">{by}</span><span class="number">{say::persons(entry.persons)}</span>
            <span class="number">{time::absolute(entry.at.best, now, &zone)}</span></li> }
        };
        let entries: Vec<_> = arrival.entries.iter().map(entry).collect();
        view! {
            <li><p>{ui::glyph("overdue")}" "<strong>{held.flat(arrival.household)}</strong>" · "{say::already_in_count(party, arrival.persons())}</p>
                <ul class="rows">{entries}</ul></li>
        }
    };
    let list: Vec<_> = held.arrivals.iter().filter(is_double).map(shown).collect();
    (!list.is_empty()).then(|| {
        view! {
            <section class="card attention door-doubles" aria-labelledby="doubles-title">
                <h2 id="doubles-title">{say::double_title()}</h2>
                <p class="note">{say::double_next()}</p>
                <ul class="cards">{list}</ul>
            </section>
        }
        .into_any()
    })
}
