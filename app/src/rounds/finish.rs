//! Finish a round; what was left out is said in words.

use domain::{
    changes::{Deed, Fact, RoundFinished},
    checklists::DutyKind,
    ids::RoundId,
    records::Body,
    text::{NOTE_MOST, typed, typed_or_empty},
    visits::{Summary, summary},
};
use leptos::prelude::*;

use super::{shown, walk::checklist_of};
use crate::{
    locales::{self, general, rounds as say},
    shell::go,
    store::use_store,
    today::visits_of,
    ui,
};

pub fn page(round: &str) -> AnyView {
    match round.parse() {
        Ok(round) => view! { <Finish round/> }.into_any(),
        Err(_) => super::walk::missing(),
    }
}

#[component]
fn Finish(round: RoundId) -> impl IntoView {
    let store = use_store();
    let key = format!("finish/{round}");
    let note = RwSignal::new(store.draft(&key).unwrap_or_default());
    let fault = RwSignal::new(None::<String>);
    let problem = RwSignal::new(None::<String>);
    let found = store.world.with_untracked(|world| {
        let shown = shown(world, round, &store.zone(), store.time())?;
        let answered = visits_of(world, round).filter_map(|visit| Some((visit, checklist_of(world, visit)?)));
        let summary = summary(answered);
        let visited: std::collections::BTreeSet<_> = visits_of(world, round).map(|visit| visit.checkpoint).collect();
        let left = shown.stops.iter().filter(|stop| !visited.contains(&stop.checkpoint));
        let names = left.filter_map(|stop| match world.get(stop.checkpoint.into()) {
            Some(Body::Checkpoint(checkpoint)) => Some(locales::say(&checkpoint.name)),
            _ => None,
        });
        let names: Vec<String> = names.collect();
        Some((summed_up(&summary, shown.stops.len() - names.len(), shown.stops.len(), shown.kind), names))
    });
    let Some((summed_up, left)) = found else { return super::walk::missing() };
    let is_early = !left.is_empty();
    let draft_key = key.clone();
    let keep = Effect::new(move |before: Option<String>| {
        let now = note.get();
        if before.is_some_and(|before| before != now) {
            store.keep_draft(draft_key.clone(), now.clone());
        }
        now
    });
    let _ = keep;
    let go = go();
    let finish = move |_| {
        if store.saving.get_untracked() {
            return;
        }
        let text = note.get_untracked();
        let checked = if is_early { typed(&text, NOTE_MOST) } else { typed_or_empty(&text, NOTE_MOST) };
        let words = match checked {
            Ok(words) => words,
            Err(unfit) => return fault.set(Some(general::unfit(&unfit))),
        };
        fault.set(None);
        let (go, key) = (go.clone(), key.clone());
        let deed = Deed::Fact(Fact::RoundFinished(RoundFinished { round, note: words }));
        leptos::task::spawn_local(async move {
            match store.commit(vec![deed], Some(key)).await {
                Ok(_) => go("/"),
                Err(fault) => problem.set(Some(ui::not_saved(&fault))),
            }
        });
    };
    let foot = view! {
        {ui::problem(move || problem.get())}
        <button class="button main" disabled=move || store.saving.get() on:click=finish>{say::finish()}</button>
    };
    let label = if is_early { say::finish_reason() } else { say::note() };
    view! {
        <ui::Page title=say::finish() back=format!("/rounds/{round}") foot=foot.into_any()>
            {summed_up}
            {is_early.then(|| view! {
                <p class="lead">{say::finish_left(left.len())}</p>
                <ul class="rows">{left.into_iter().map(|name| view! { <li class="row">{ui::glyph("ahead")}{name}</li> }).collect_view()}</ul>
            })}
            <ui::LongField label=label name="note" value=note fault=fault/>
        </ui::Page>
    }
    .into_any()
}

/// What the round amounts to: stops, failed items, what was put right, photos, and the score where one is kept.
fn summed_up(summary: &Summary, visited: usize, stops: usize, kind: DutyKind) -> AnyView {
    let scored = matches!(kind, DutyKind::Cleaning | DutyKind::Landscaping);
    let score = summary.score.filter(|_| scored).map(|score| say::sum_score(score.percent()));
    let lines = [
        Some(("good", say::sum_stops(visited, stops))),
        (summary.failed > 0).then(|| ("failed", say::sum_failed(summary.failed))),
        (summary.corrected > 0).then(|| ("corrected", say::sum_corrected(summary.corrected))),
        (summary.photos > 0).then(|| ("waiting", say::sum_photos(summary.photos))),
        score.map(|score| ("good", score)),
    ];
    let lines: Vec<_> = lines
        .into_iter()
        .flatten()
        .map(|(state, words)| view! { <li class="row">{ui::glyph(state)}<span class="number">{words}</span></li> })
        .collect();
    view! { <ul class="rows" aria-label=say::sum_title()>{lines}</ul> }.into_any()
}
