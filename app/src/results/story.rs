//! The story of a round: who did what when, answer by answer.

use domain::{
    checklists::{AnswerKind, AnswerValue, Checklist, Item, Judgement},
    ids::RoundId,
    permissions::{Act, may},
    records::Body,
    rounds::{Round, punctuality},
    time::{Interval, Moment, Zone},
    visits::{Proof, Visit},
};
use leptos::prelude::*;
use sync::device::world::World;

use super::person_name;
use crate::{
    locales::{self, checklists as say_checklists, results as say, rounds as say_rounds, time},
    store::use_store,
    today::visits_of,
    ui,
};

pub fn page(round: &str) -> AnyView {
    match round.parse() {
        Ok(round) => view! { <Story round/> }.into_any(),
        Err(_) => crate::rounds::walk::missing(),
    }
}

#[component]
fn Story(round: RoundId) -> impl IntoView {
    let store = use_store();
    let found = Memo::new(move |_| {
        store.world.with(|world| match world.get(round.into()) {
            Some(Body::Round(round)) => Some(locales::say(&round.name)),
            _ => None,
        })
    });
    let is_allowed = move || store.me().is_some_and(|me| may(&me.roles, Act::SeeResults));
    move || {
        let Some(title) = found.get().filter(|_| is_allowed()) else { return crate::rounds::walk::missing() };
        let story = move || {
            let (zone, now) = (store.zone(), store.time());
            store.world.with(|world| match world.get(round.into()) {
                Some(Body::Round(round)) => Some(told(world, round, &zone, now)),
                _ => None,
            })
        };
        view! { <ui::Page title=title back="/results">{story}</ui::Page> }.into_any()
    }
}

fn told(world: &World, round: &Round, zone: &Zone, now: Moment) -> AnyView {
    let mut visits: Vec<&Visit> = visits_of(world, round.id).collect();
    visits.sort_by_key(|visit| (visit.at.best, visit.id));
    let visited = round.visited(visits.iter().copied());
    let window = round
        .window
        .map(|window| say_rounds::from_to(&time::absolute(window.start, now, zone), &time::clock(window.end, zone)));
    let starts = round.walkers.iter().map(|walker| {
        let words = say::started_by(&person_name(world, walker.person));
        view! { <li class="event">{ui::glyph("due")}{when(&walker.started, zone, now)}<span>{words}</span></li> }
            .into_any()
    });
    let middle = visits.iter().map(|visit| visit_told(world, round, visit, zone, now));
    let end = round.finished.as_ref().map(|finish| {
        let words = say::finished_by(&person_name(world, finish.by));
        let note = finish.note.clone();
        view! { <li class="event">{ui::glyph("finished")}{when(&finish.at, zone, now)}<span>{words}{(!note.is_empty()).then(|| view! { <span class="words">{note}</span> })}</span></li> }.into_any()
    });
    let left: Vec<_> = round
        .stops
        .iter()
        .filter(|stop| !visited.contains(&stop.checkpoint))
        .map(|stop| {
            let name = checkpoint_name(world, stop.checkpoint);
            view! { <li class="row">{ui::glyph("missed")}{name}</li> }
        })
        .collect();
    let is_all = left.is_empty();
    let steps: Vec<AnyView> = starts.chain(middle).chain(end).collect();
    view! {
        <p class="lead">{say_rounds::duty(round.kind)}{window.map(|window| view! { " · "<span class="number">{window}</span> })}" · "
            <span class="number">{say_rounds::progress(visited.len(), round.stops.len())}</span></p>
        <ol class="story" aria-label=say::story()>{steps}</ol>
        {(!is_all).then(|| view! { <section><h2>{say::not_visited()}</h2><ul class="rows">{left}</ul></section> })}
    }
    .into_any()
}

fn checkpoint_name(world: &World, checkpoint: domain::ids::CheckpointId) -> String {
    match world.get(checkpoint.into()) {
        Some(Body::Checkpoint(checkpoint)) => locales::say(&checkpoint.name),
        _ => "—".to_owned(),
    }
}

/// The best estimate; where the clocks prove less, the bounds with it.
fn when(at: &Interval, zone: &Zone, now: Moment) -> AnyView {
    let best = time::absolute(at.best, now, zone);
    let bounds = at
        .is_doubtful()
        .then(|| say::within(&time::absolute(at.earliest, now, zone), &time::absolute(at.latest, now, zone)));
    view! { <span class="number when">{ui::moment(at.best, best)}{bounds.map(|bounds| view! { <span class="note">{bounds}</span> })}</span> }.into_any()
}

fn visit_told(world: &World, round: &Round, visit: &Visit, zone: &Zone, now: Moment) -> AnyView {
    let checklist = match world.get(Checklist::record_id(visit.checklist, visit.version)) {
        Some(Body::Checklist(checklist)) => Some(checklist),
        _ => None,
    };
    let failed = checklist.map_or(0, |checklist| checklist.failed(&visit.answers).count());
    let proof = match &visit.proof {
        Proof::Tag { .. } => say_rounds::proof_tag().to_owned(),
        Proof::ShortCode { .. } => say_rounds::proof_code().to_owned(),
        Proof::ByHand { reason } => say_rounds::proof_by_hand_because(reason),
    };
    let punctual = round.window.map(|window| say_rounds::punctuality(punctuality(&visit.at, &window)));
    let answers: Vec<_> = checklist
        .map(|checklist| checklist.items.iter().map(|item| answer_told(item, visit)).collect())
        .unwrap_or_default();
    let has_failed = failed > 0;
    let state = if has_failed { "failed" } else { "good" };
    let summary = if failed > 0 { say::failed_items(failed) } else { say_checklists::pass().to_owned() };
    view! {
        <li class="event visit" data-state=state>
            {ui::glyph(state)}{when(&visit.at, zone, now)}
            <div class="grow">
                <details open=has_failed>
                    <summary><strong>{checkpoint_name(world, visit.checkpoint)}</strong>" "<span class="note">{person_name(world, visit.by)}" · "{proof}{punctual.map(|words| format!(" · {words}"))}" · "{summary}</span></summary>
                    <dl class="answers">{answers}</dl>
                </details>
                {(!visit.note.is_empty()).then(|| view! { <p class="words">{visit.note.clone()}</p> })}
            </div>
        </li>
    }
    .into_any()
}

fn answer_told(item: &Item, visit: &Visit) -> AnyView {
    let answer = visit.answers.iter().find(|answer| answer.item == item.key);
    let judged = answer.and_then(|answer| item.judge(&answer.value).ok());
    let state = match judged {
        Some(Judgement::Failed) => "failed",
        Some(Judgement::Passed | Judgement::Recorded) => "good",
        Some(Judgement::NotApplicable) | None => "ahead",
    };
    let words = match answer {
        None => say_checklists::unanswered().to_owned(),
        Some(answer) => value_told(item, &answer.value),
    };
    let note = answer.map(|answer| answer.note.clone()).filter(|note| !note.is_empty());
    view! {
        <div class="answer" data-state=state>
            <dt>{locales::say(&item.ask)}</dt>
            <dd>{ui::glyph(state)}" "{words}{note.map(|note| view! { <span class="words">{note}</span> })}</dd>
        </div>
    }
    .into_any()
}

fn value_told(item: &Item, value: &AnswerValue) -> String {
    match (value, &item.answer) {
        (AnswerValue::Passed, _) => say_checklists::pass().into(),
        (AnswerValue::Failed, _) => say_checklists::fail().into(),
        (AnswerValue::NotApplicable, _) => say_checklists::not_applicable().into(),
        (AnswerValue::Reading(reading), AnswerKind::Reading { unit, .. }) => format!("{reading} {unit}"),
        (AnswerValue::Reading(reading), _) => reading.to_string(),
        (AnswerValue::Chosen(key), AnswerKind::Choice { options }) => options
            .iter()
            .find(|option| option.key == *key)
            .map_or_else(|| key.clone(), |option| locales::say(&option.text)),
        (AnswerValue::Chosen(key), _) => key.clone(),
        (AnswerValue::Text(text), _) => text.clone(),
        (AnswerValue::Photographed, _) => say_checklists::photographed().into(),
    }
}
