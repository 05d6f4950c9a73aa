//! The people signed up for an event, as the desk sees them: in the server's order, with what may be done for each.

mod answers;
mod asking;
mod file;
mod party;

use domain::{
    events::EventKey,
    ids::{EventId, HouseholdId},
    permissions::{Act, may},
    sign_ups::{SignUp, Standing, Tally},
    time::{Moment, Zone},
};
use leptos::prelude::*;

use super::{
    door::{Held, folded},
    tally,
};
use crate::{
    device::printer,
    locales::{self, general, planning as say, time},
    store::{Store, use_store},
    ui,
};

pub fn page(event: EventId) -> AnyView {
    view! { <People event/> }.into_any()
}

#[component]
fn People(event: EventId) -> impl IntoView {
    let store = use_store();
    let sees = Memo::new(move |_| store.me().is_some_and(|me| may(&me.roles, Act::SeeDesk)));
    let of = Memo::new(move |_| store.world.with(|world| super::event(world, event).map(|event| event.of)));
    move || match (sees.get(), of.get()) {
        (false, _) => {
            let nothing = ui::empty(general::no_rights(), general::no_rights_next());
            view! { <ui::Page title=say::people() back="/events">{nothing}</ui::Page> }.into_any()
        }
        (true, None) => super::missing(),
        (true, Some(of)) => open(store, of),
    }
}

fn open(store: Store, of: EventKey) -> AnyView {
    let wanted = RwSignal::new(String::new());
    let chosen = RwSignal::new(None::<HouseholdId>);
    let title = store.world.with_untracked(|world| {
        super::event(world, of.event).map(|event| locales::say(&event.details.title)).unwrap_or_default()
    });
    let runs_door = Memo::new(move |_| store.me().is_some_and(|me| may(&me.roles, Act::RunDoor)));
    let is_coming = Memo::new(move |_| is_coming(store, of));
    let list = move || {
        let (wanted, now, zone) = (folded(&wanted.get()), store.time(), store.zone());
        store.world.with(|world| {
            let held = Held::of(world, of)?;
            let lines = Lines { held: &held, tally: tally(world, of.event), now, zone: &zone, chosen };
            Some(lines.view(&wanted))
        })
    };
    view! {
        <ui::Page title=say::people() back=format!("/events/{}", of.event)>
            <p class="lead">{title}</p>
            {move || sums(store, of)}
            {move || chosen.get().map(|household| party::view(store, of, household, chosen))}
            {ui::search(wanted)}
            {list}
            {move || (runs_door.get() && is_coming.get()).then(|| asking::view(store, of))}
            {move || (!is_coming.get()).then(|| view! { <p class="note">{say::not_coming()}</p> })}
            <div class="foot-row no-print">
                <button type="button" class="button quiet" on:click=move |_| file::download(store, of)>{say::download()}</button>
                <button type="button" class="button quiet" on:click=move |_| printer::print()>{say::print()}</button>
            </div>
        </ui::Page>
    }
    .into_any()
}

/// Whether the list may still be changed: the event is published, goes ahead, and has not begun.
fn is_coming(store: Store, of: EventKey) -> bool {
    let now = store.time();
    store.world.with(|world| super::event(world, of.event).is_some_and(|event| event.is_coming(now)))
}

fn sums(store: Store, of: EventKey) -> Option<AnyView> {
    store.world.with(|world| {
        let event = super::event(world, of.event)?;
        let sum = tally(world, of.event);
        let number = |count: fn(&Tally) -> u32| sum.map_or(0, count);
        let tile = |words: &'static str, n: u32, state: &'static str| {
            view! { <div class="door-sum" data-state=state><dt>{words}</dt><dd class="number">{n}</dd></div> }
        };
        let over = number(Tally::over);
        Some(
            view! {
                <dl class="door-sums">
                    <div class="door-sum wide" data-state="good"><dt>{say::sums_confirmed()}</dt>
                        <dd class="number"><strong>{number(|it| it.confirmed)}</strong>" "<span class="note">{say::of_capacity(event.details.capacity)}</span></dd></div>
                    {tile(say::sums_offered(), number(|it| it.offered), "")}
                    {tile(say::sums_waiting(), number(|it| it.waiting), "")}
                    {(over > 0).then(|| tile(say::sums_over(), over, "overdue"))}
                </dl>
                {(over > 0).then(|| view! { <p class="notice attention">{ui::glyph("attention")}<span>{say::over(over)}</span></p> })}
            }
            .into_any(),
        )
    })
}

/// The sign-ups by standing.
struct Lines<'a> {
    held: &'a Held<'a>,
    tally: Option<&'a Tally>,
    now: Moment,
    zone: &'a Zone,
    chosen: RwSignal<Option<HouseholdId>>,
}

/// The sign-ups of one event in the order of the lists: by number, those who wait by their place in line.
pub fn in_order<'a>(held: &Held<'a>, tally: Option<&Tally>) -> Vec<&'a SignUp> {
    let mut all = held.sign_ups.clone();
    let place = |it: &SignUp| tally.and_then(|tally| tally.place(it.number)).unwrap_or(usize::MAX);
    all.sort_by_key(|it| (group_of(it.standing), place(it), it.number));
    all
}

fn group_of(standing: Standing) -> usize {
    match standing {
        Standing::Confirmed => 0,
        Standing::Offered { .. } => 1,
        Standing::Waiting => 2,
        Standing::Asked => 3,
        Standing::Cancelled { .. } | Standing::Lapsed { .. } | Standing::Other => 4,
    }
}

impl Lines<'_> {
    fn view(&self, wanted: &str) -> AnyView {
        if self.held.sign_ups.is_empty() {
            return ui::empty(say::nobody(), say::nobody_next()).into_any();
        }
        let fits = |it: &&&SignUp| {
            let names = it.party.names.iter().cloned();
            let texts = [self.held.flat(it.household), self.held.names(it.household)].into_iter().chain(names);
            wanted.is_empty() || texts.into_iter().any(|text| folded(&text).contains(wanted))
        };
        let all = in_order(self.held, self.tally);
        let shown: Vec<&SignUp> = all.iter().filter(fits).copied().collect();
        if shown.is_empty() {
            return ui::empty(general::nothing_found(), general::nothing_found_next()).into_any();
        }
        let titles =
            [say::group_confirmed(), say::group_offered(), say::group_waiting(), say::group_asked(), say::group_over()];
        let groups: Vec<_> = titles.into_iter().enumerate().map(|(n, title)| self.group(n, title, &shown)).collect();
        groups.into_iter().flatten().collect_view().into_any()
    }

    fn group(&self, n: usize, title: &'static str, shown: &[&SignUp]) -> Option<AnyView> {
        let rows: Vec<_> = shown.iter().filter(|it| group_of(it.standing) == n).map(|it| self.row(it)).collect();
        let persons: u32 = shown.iter().filter(|it| group_of(it.standing) == n).map(|it| it.party.persons).sum();
        if rows.is_empty() {
            return None;
        }
        let counted = format!("{title} · {}", say::persons(persons));
        Some(if n == group_of(Standing::Other) {
            view! { <details class="card"><summary>{counted}</summary><ul class="rows">{rows}</ul></details> }
                .into_any()
        } else {
            view! { <section><h2>{counted}</h2><ul class="rows">{rows}</ul></section> }.into_any()
        })
    }

    fn row(&self, it: &SignUp) -> AnyView {
        let household = it.household;
        let chosen = self.chosen;
        let place = self.tally.filter(|_| it.standing == Standing::Waiting).and_then(|tally| tally.place(it.number));
        let aside = match it.standing {
            Standing::Waiting => place.map(say::place_in_line).unwrap_or_default(),
            Standing::Offered { until } => say::keeps_until(&time::absolute(until, self.now, self.zone)),
            Standing::Confirmed
            | Standing::Asked
            | Standing::Cancelled { .. }
            | Standing::Lapsed { .. }
            | Standing::Other => {
                if it.standing.is_alive() {
                    String::new()
                } else {
                    say::standing(it.standing).to_owned()
                }
            }
        };
        let pending = it.wish.as_ref().map(|wish| say::pending(&say::wish(wish)));
        view! {
            <li><button type="button" class="row link" aria-expanded=move || (chosen.get() == Some(household)).to_string()
                on:click=move |_| chosen.update(|it| *it = (*it != Some(household)).then_some(household))>
                {ui::glyph(glyph_of(it.standing))}
                <span class="grow">{self.held.flat(household)}" "<bdi class="note">{self.held.names(household)}</bdi>
                    {(!aside.is_empty()).then(|| view! { <span class="note">{aside}</span> })}
                    {pending.map(|pending| view! { <span class="note">{ui::glyph("waiting")}" "{pending}</span> })}</span>
                <span class="number">{say::persons(it.party.persons)}</span>
                <span class="number">{say::number(it.number)}</span>
                {ui::icon("next")}
            </button></li>
        }
        .into_any()
    }
}

fn glyph_of(standing: Standing) -> &'static str {
    match standing {
        Standing::Confirmed => "good",
        Standing::Offered { .. } => "running",
        Standing::Waiting => "ahead",
        Standing::Asked => "waiting",
        Standing::Cancelled { .. } | Standing::Lapsed { .. } => "missed",
        Standing::Other => "unknown",
    }
}
