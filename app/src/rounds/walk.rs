//! Walk: the stops of a round, what is done and what comes next.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    ids::{CheckpointId, RoundId},
    permissions::may_walk,
    records::Body,
    routes::StopOrder,
    visits::{Proof, Visit},
};
use leptos::prelude::*;

use super::{Shown, shown, started};
use crate::{
    locales::{self, general, results as say_results, rounds as say, time},
    shell::go,
    store::{Store, use_store},
    today::visits_of,
    ui,
    visits::scan::{Aim, Scan, keep_arrival, opener},
};

pub fn page(round: &str) -> AnyView {
    match round.parse() {
        Ok(round) => view! { <Walk round/> }.into_any(),
        Err(_) => missing(),
    }
}

pub fn missing() -> AnyView {
    view! {
        <ui::Page title=general::thing_not_here() back="/">
            {ui::empty(general::thing_not_here(), general::thing_not_here_next())}
        </ui::Page>
    }
    .into_any()
}

#[component]
fn Walk(round: RoundId) -> impl IntoView {
    let store = use_store();
    let problem = RwSignal::new(None::<String>);
    let title = Memo::new(move |_| {
        store
            .world
            .with(|world| shown(world, round, &store.zone(), store.time()).map(|shown| locales::say(&shown.name)))
    });
    move || {
        let Some(title) = title.get() else { return missing() };
        view! {
            <ui::Page title=title back="/" foot=view! { <Foot round problem/> }.into_any()>
                <Stops round/>
            </ui::Page>
        }
        .into_any()
    }
}

#[component]
fn Stops(round: RoundId) -> impl IntoView {
    let store = use_store();
    move || {
        let (zone, now) = (store.zone(), store.time());
        store.world.with(|world| {
            let shown = shown(world, round, &zone, now)?;
            let visits: Vec<Visit> = visits_of(world, round).cloned().collect();
            let visited: BTreeSet<CheckpointId> = visits.iter().map(|visit| visit.checkpoint).collect();
            let done = shown.stops.iter().filter(|stop| visited.contains(&stop.checkpoint)).count();
            let next = shown.stops.iter().find(|stop| !visited.contains(&stop.checkpoint)).map(|stop| stop.checkpoint);
            let order = match shown.order {
                StopOrder::Free => say::free_order(),
                StopOrder::Fixed => say::fixed_order(),
            };
            let window = shown.window.map(|window| {
                say::from_to(&time::clock(window.start, &zone), &time::clock(window.end, &zone))
            });
            let share = format!("{}%", (100 * done).checked_div(shown.stops.len()).unwrap_or(0));
            let is_open = shown.record.as_ref().is_some_and(|record| record.finished.is_none());
            let mut last: BTreeMap<CheckpointId, &Visit> = BTreeMap::new();
            for visit in &visits {
                last.insert(visit.checkpoint, visit);
            }
            let rows: Vec<_> = shown
                .stops
                .iter()
                .map(|stop| {
                    let name = match world.get(stop.checkpoint.into()) {
                        Some(Body::Checkpoint(checkpoint)) => locales::say(&checkpoint.name),
                        _ => "—".to_owned(),
                    };
                    let visit = last.get(&stop.checkpoint).copied();
                    let failed = visit.map_or(0, |visit| failed_items(world, visit));
                    let state = match visit {
                        Some(_) if failed > 0 => "failed",
                        Some(_) => "good",
                        None if next == Some(stop.checkpoint) && is_open => "due",
                        None => "ahead",
                    };
                    let draft = store.draft(&crate::visits::draft_key(round, stop.checkpoint)).is_some();
                    let unsent = visit.is_some_and(|visit| world.is_unconfirmed(visit.id.into()));
                    let content = view! {
                        {ui::glyph(state)}
                        <span class="grow">
                            {name}
                            {draft.then(|| view! { <span class="note">{say::draft_kept()}</span> })}
                            {(failed > 0).then(|| view! { <span class="note bad">{say_results::failed_items(failed)}</span> })}
                        </span>
                        {unsent.then(|| view! { <span class="note">{locales::saving::unconfirmed()}</span> })}
                        {visit.map(|visit| view! { <span class="number">{time::clock(visit.at.best, &zone)}</span> })}
                    };
                    if is_open {
                        view! { <li><a class="row link" data-state=state href=format!("/rounds/{round}/stops/{}", stop.checkpoint)>{content}{ui::icon("next")}</a></li> }.into_any()
                    } else if let Some(visit) = visit.filter(|visit| crate::visits::correct::may_correct(store, visit)) {
                        view! { <li><a class="row link" data-state=state href=format!("/rounds/{round}/visits/{}", visit.id)>{content}<span class="note">{say::correct()}</span>{ui::icon("next")}</a></li> }.into_any()
                    } else {
                        view! { <li><div class="row" data-state=state>{content}</div></li> }.into_any()
                    }
                })
                .collect();
            let walkers = shown.record.as_ref().map(|record| {
                record.walkers.iter().map(|walker| crate::today::person_name(world, walker.person)).collect::<Vec<_>>().join(general::between_names())
            });
            let finish = shown.record.as_ref().and_then(|record| record.finished.clone()).map(|finish| {
                say::finished_by(&crate::today::person_name(world, finish.by), &time::absolute(finish.at.best, now, &zone))
            });
            Some(view! {
                <p class="lead">
                    <span>{say::duty(shown.kind)}</span>" · "
                    {window.map(|window| view! { <span class="number">{window}</span>" · " })}
                    <span>{order}</span>
                    {walkers.filter(|names| !names.is_empty()).map(|names| view! { " · "<span>{names}</span> })}
                </p>
                {finish.map(|finish| view! { <p class="done">{ui::glyph("finished")}{finish}</p> })}
                <p class="progress-line"><span class="bar" aria-hidden="true"><span style:width=share></span></span>
                    <span class="number" aria-label=say::progress_of(done, shown.stops.len())>{say::progress(done, shown.stops.len())}</span></p>
                <ol class="rows">{rows}</ol>
            })
        })
    }
}

/// How many items of a visit failed, by the checklist that it was answered with.
pub fn failed_items(world: &sync::device::world::World, visit: &Visit) -> usize {
    checklist_of(world, visit).map_or(0, |checklist| checklist.failed(&visit.answers).count())
}

/// The checklist that a visit was answered with.
pub fn checklist_of<'w>(
    world: &'w sync::device::world::World,
    visit: &Visit,
) -> Option<&'w domain::checklists::Checklist> {
    match world.get(domain::checklists::Checklist::record_id(visit.checklist, visit.version)) {
        Some(Body::Checklist(checklist)) => Some(checklist),
        _ => None,
    }
}

/// What a person came for: start, the next stop, or the end.
enum Next {
    Start(domain::changes::RoundStarted),
    Stop { checkpoint: CheckpointId, name: String, left: usize },
    Finish,
    Nothing,
    NotYours,
}

fn next(store: Store, round: RoundId) -> Next {
    let Some(me) = store.me() else { return Next::Nothing };
    let (zone, now) = (store.zone(), store.time());
    store.world.with(|world| {
        let Some(Shown { kind, team, record, start, stops, .. }) = shown(world, round, &zone, now) else {
            return Next::Nothing;
        };
        if record.as_ref().is_some_and(|record| record.finished.is_some()) {
            return Next::Nothing;
        }
        if !may_walk(&me, kind, team) {
            return Next::NotYours;
        }
        let walks = record.as_ref().is_some_and(|record| record.walkers.iter().any(|walker| walker.person == me.id));
        match (record, start) {
            (Some(record), _) if walks => {
                let visited = record.visited(visits_of(world, round));
                match record.next_stop(&visited) {
                    None => Next::Finish,
                    Some(stop) => {
                        let name = match world.get(stop.checkpoint.into()) {
                            Some(Body::Checkpoint(checkpoint)) => locales::say(&checkpoint.name),
                            _ => String::new(),
                        };
                        Next::Stop { checkpoint: stop.checkpoint, name, left: stops.len() - visited.len() }
                    }
                }
            }
            (_, Some(start)) => Next::Start(start),
            (_, None) => Next::Nothing,
        }
    })
}

#[component]
fn Foot(round: RoundId, problem: RwSignal<Option<String>>) -> impl IntoView {
    let store = use_store();
    let go = go();
    let scanning = RwSignal::new(false);
    let coming = Memo::new(move |_| match next(store, round) {
        Next::Stop { checkpoint, .. } => Some(checkpoint),
        Next::Start(_) | Next::Finish | Next::Nothing | Next::NotYours => None,
    });
    // Without a tag the next stop's own page asks for the reason.
    let scanned = Callback::new(move |arrival: Option<(CheckpointId, Proof)>| {
        let at = match arrival {
            Some((checkpoint, proof)) => {
                keep_arrival(store, round, checkpoint, proof);
                Some(checkpoint)
            }
            None => coming.get_untracked(),
        };
        if let Some(checkpoint) = at {
            go(&format!("/rounds/{round}/stops/{checkpoint}"));
        }
    });
    let start = move |start: domain::changes::RoundStarted| {
        if store.saving.get_untracked() {
            return;
        }
        leptos::task::spawn_local(async move {
            match store.commit(started(start), None).await {
                Ok(_) => problem.set(None),
                Err(fault) => problem.set(Some(ui::not_saved(&fault))),
            }
        });
    };
    view! {
        {ui::problem(move || problem.get())}
        {move || scanning.get().then(|| coming.get_untracked()).flatten().map(|checkpoint| view! {
            <Scan round aim=Aim::Next(checkpoint) is_open=scanning on_done=scanned/>
        })}
        {move || match next(store, round) {
            Next::Start(words) => view! {
                <button class="button main" on:click=move |_| start(words.clone())>{say::start()}</button>
            }.into_any(),
            Next::Stop { name, left, .. } => {
                let to_finish = format!("/rounds/{round}/finish");
                view! {
                    <div class="foot-row">
                        <a class="button quiet" href=to_finish aria-label=say::finish_early() data-left=left>{say::finish_early()}</a>
                        {opener(locales::scan::scan_next(&name), scanning)}
                    </div>
                }.into_any()
            }
            Next::Finish => view! {
                <p class="done" role="status">{ui::glyph("good")}{say::all_visited()}</p>
                <a class="button main" href=format!("/rounds/{round}/finish")>{say::finish()}</a>
            }.into_any(),
            Next::NotYours => view! { <p class="note">{say::not_yours()}</p> }.into_any(),
            Next::Nothing => ().into_any(),
        }}
    }
}
