//! Walk a route without a plan.

use domain::{
    agenda::walkable,
    changes::RoundStarted,
    checklists::DutyKind,
    results::filter::{finds, terms},
    rounds::Occasion,
    routes::Route,
};
use leptos::prelude::*;

use super::{routes, started};
use crate::{
    device::clock,
    locales::{self, general, rounds as say},
    shell::go,
    store::use_store,
    ui,
};

pub fn page() -> AnyView {
    view! { <Unplanned/> }.into_any()
}

#[component]
fn Unplanned() -> impl IntoView {
    let store = use_store();
    let problem = RwSignal::new(None::<String>);
    let go = go();
    let start = move |route: Route, duty: DutyKind| {
        // A second tap while the first is being saved would start a second round.
        if store.saving.get_untracked() {
            return;
        }
        let go = go.clone();
        let round = clock::fresh_round();
        let words = RoundStarted {
            round: Some(round),
            occasion: Occasion::Unplanned { route: route.id, duty },
            route: route.id,
            stops: route.stops,
        };
        leptos::task::spawn_local(async move {
            match store.commit(started(words), None).await {
                Ok(_) => go(&format!("/rounds/{round}")),
                Err(fault) => problem.set(Some(ui::not_saved(&fault))),
            }
        });
    };
    let search = RwSignal::new(String::new());
    let list = move || {
        let me = store.me()?;
        let zone = store.zone();
        let terms = search.with(|words| terms(words));
        let mine: Vec<(Route, DutyKind)> = store.world.with(|world| {
            let plans = crate::today::known(world, &zone).plans;
            walkable(routes(world), &plans, &me).into_iter().map(|(route, duty)| (route.clone(), duty)).collect()
        });
        let is_empty = mine.is_empty();
        let mine: Vec<_> =
            mine.into_iter().filter(|(route, _)| finds(&terms, &[&route.name.zh, &route.name.en])).collect();
        let is_unfound = mine.is_empty() && !is_empty;
        let rows: Vec<_> = mine
            .into_iter()
            .map(|(route, duty)| {
                let start = start.clone();
                let (name, stops) = (locales::say(&route.name), route.stops.len());
                view! {
                    <li><button class="row link" on:click=move |_| start(route.clone(), duty)>
                        <span class="grow">{name}<span class="note">{say::duty(duty)}</span></span><span class="note">{say::stops(stops)}</span>{ui::icon("next")}
                    </button></li>
                }
            })
            .collect();
        Some(view! {
            {is_empty.then(|| ui::empty(say::no_routes(), say::no_routes_next()))}
            {is_unfound.then(|| ui::empty(general::nothing_found(), general::nothing_found_next()))}
            <ul class="rows">{rows}</ul>
        })
    };
    view! {
        <ui::Page title=say::unplanned() back="/">
            <p class="lead">{say::choose_route()}</p>
            {ui::problem(move || problem.get())}
            {ui::search(search)}
            {list}
        </ui::Page>
    }
}
