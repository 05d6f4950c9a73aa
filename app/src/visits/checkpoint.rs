//! A checkpoint: arrive, answer, done.

use std::collections::BTreeMap;

use domain::{
    changes::{Deed, Fact, FindingCorrected},
    checklists::{AnswerKind, Checklist},
    findings::{Finding, signs_alone},
    ids::{CheckpointId, RoundId},
    records::Body,
    rounds::Round,
    visits::{Proof, Visit, bundle, last_reading},
};
use leptos::prelude::*;
use sync::device::world::World;

use super::{
    draft::{Draft, Faults},
    draft_key,
    items::{Answering, items, show_first},
    proof::{Arrive, comes_first},
};
use crate::{
    device::clock,
    locales::{self, general, rounds as say, time},
    shell::go,
    store::{Store, use_store},
    ui,
};

pub fn page(round: &str, checkpoint: &str) -> AnyView {
    match (round.parse(), checkpoint.parse()) {
        (Ok(round), Ok(checkpoint)) => view! { <CheckpointPage round checkpoint/> }.into_any(),
        _ => crate::rounds::walk::missing(),
    }
}

/// What the page needs of the world, read once: what is typed must not be disturbed by what arrives.
struct Here {
    name: String,
    round: Round,
    checklist: Checklist,
    comes_first: Option<String>,
    visits: Vec<Visit>,
}

fn here(world: &World, round: RoundId, checkpoint: CheckpointId) -> Option<Here> {
    let Some(Body::Round(round)) = world.get(round.into()) else { return None };
    let Some(Body::Checkpoint(point)) = world.get(checkpoint.into()) else { return None };
    let stop = round.stops.iter().find(|stop| stop.checkpoint == checkpoint)?;
    let newest = world.of_root(stop.checklist.into()).filter_map(|body| match body {
        Body::Checklist(checklist) => Some(checklist),
        _ => None,
    });
    Some(Here {
        name: locales::say(&point.name),
        checklist: newest.max_by_key(|checklist| checklist.version)?.clone(),
        comes_first: comes_first(world, round, checkpoint),
        visits: visits_at(world, checkpoint),
        round: round.clone(),
    })
}

fn visits_at(world: &World, checkpoint: CheckpointId) -> Vec<Visit> {
    let visits = world.all().filter_map(|body| match body {
        Body::Visit(visit) if visit.checkpoint == checkpoint => Some(visit.clone()),
        _ => None,
    });
    visits.collect()
}

/// What was read last, in words, beside each item that is a reading.
fn last_readings(
    store: Store,
    checklist: &Checklist,
    checkpoint: CheckpointId,
    visits: &[Visit],
) -> BTreeMap<String, String> {
    let (zone, now) = (store.zone(), store.time());
    let last = checklist.items.iter().filter_map(|item| {
        let AnswerKind::Reading { unit, .. } = &item.answer else { return None };
        let (reading, at) = last_reading(visits, checkpoint, checklist.id, &item.key)?;
        let when = time::absolute(at.best, now, &zone);
        Some((item.key.clone(), locales::checklists::last_reading(&reading.to_string(), unit, &when)))
    });
    last.collect()
}

#[component]
fn CheckpointPage(round: RoundId, checkpoint: CheckpointId) -> impl IntoView {
    let store = use_store();
    let Some(here) = store.world.with_untracked(|world| here(world, round, checkpoint)) else {
        return crate::rounds::walk::missing();
    };
    let Some(present) = store.present.get_untracked() else { return ().into_any() };
    let key = draft_key(round, checkpoint);
    let kept = store.draft(&key).and_then(|text| domain::json::read::<Draft>(&text).ok());
    let draft =
        RwSignal::new(kept.filter(|draft| draft.by == present.person).unwrap_or_else(|| Draft::new(present.person)));
    let keep = {
        let key = key.clone();
        Callback::new(move |()| {
            let text = draft.with_untracked(serde_json::to_string).unwrap_or_default();
            store.keep_draft(key.clone(), text);
        })
    };
    let has_arrived = Memo::new(move |_| draft.with(|draft| draft.proof.is_some()));
    let on_arrive = Callback::new(move |proof: Proof| {
        draft.update(|draft| draft.proof = Some((proof, store.time())));
        keep.run(());
    });
    let back = format!("/rounds/{round}");
    let Here { name, checklist, comes_first, round: record, visits } = here;
    if record.finished.is_some() {
        return view! { <ui::Page title=name back=back>{ui::empty(say::is_over(), say::is_over_next())}</ui::Page> }
            .into_any();
    }
    let last = last_readings(store, &checklist, checkpoint, &visits);
    let answering = Answering {
        draft,
        faults: RwSignal::new(Faults::new()),
        keep,
        key: StoredValue::new(key.clone()),
        last: StoredValue::new(last),
        past: RwSignal::new(vec![]),
    };
    let foot = {
        let (checklist, name) = (checklist.clone(), name.clone());
        move || {
            has_arrived.get().then(|| view! { <Done round checkpoint name=name.clone() checklist=checklist.clone() answering key=key.clone()/> })
        }
    };
    view! {
        <ui::Page title=name back=back foot=foot.into_any()>
            {been_here(store, &visits, record.id)}
            <Before checkpoint/>
            {move || {
                let Some((proof, at)) = draft.with(|draft| draft.proof.clone()) else {
                    return match &comes_first {
                        Some(first) => view! { <p class="problem" role="alert">{ui::glyph("late")}<span>{say::other_first(first)}</span></p> }.into_any(),
                        None => view! { <Arrive round checkpoint on_arrive/> }.into_any(),
                    };
                };
                view! { <p class="arrived">{arrived(store, &proof, at)}</p> }.into_any()
            }}
            {move || has_arrived.get().then(|| view! {
                <h2>{locales::say(&checklist.name)}</h2>
                {items(&checklist, answering)}
                <Note answering/>
            })}
        </ui::Page>
    }
    .into_any()
}

/// This round's visits here, which can still be put straight.
fn been_here(store: Store, visits: &[Visit], round: RoundId) -> AnyView {
    let zone = store.zone();
    let links: Vec<_> = visits
        .iter()
        .filter(|visit| visit.round == round && super::correct::may_correct(store, visit))
        .map(|visit| {
            let words = say::been_here(&time::clock(visit.at.best, &zone));
            let href = format!("/rounds/{round}/visits/{}", visit.id);
            view! { <a class="row link" href=href>{ui::glyph("good")}<span class="grow">{words}</span><span class="note">{say::correct()}</span>{ui::icon("next")}</a> }
        })
        .collect();
    links.into_any()
}

fn arrived(store: Store, proof: &Proof, at: domain::time::Moment) -> String {
    let clock = time::clock(at, &store.zone());
    match proof {
        Proof::Tag { .. } => say::arrived_tag(&clock),
        Proof::ShortCode { .. } => say::arrived_code(&clock),
        Proof::ByHand { reason } => format!("{} · {reason}", say::arrived_by_hand(&clock)),
    }
}

#[component]
fn Note(answering: Answering) -> impl IntoView {
    let fault = move || answering.faults.with(|faults| faults.get("").map(crate::locales::checklists::fault));
    view! {
        <div class="field">
            <label for="field-note">{say::note()}" "<span class="note">{general::optional()}</span></label>
            <textarea id="field-note" rows="2" prop:value=move || answering.draft.with(|draft| draft.note.clone())
                on:input=move |event| {
                    let words = event_target_value(&event);
                    answering.change("typed note", |draft| draft.note = words);
                }></textarea>
            <p class="fault" role="alert">{fault}</p>
        </div>
    }
}

/// The end of a checkpoint: everything in order, or done.
#[component]
fn Done(
    round: RoundId,
    checkpoint: CheckpointId,
    name: String,
    checklist: Checklist,
    answering: Answering,
    key: String,
) -> impl IntoView {
    let store = use_store();
    let Answering { draft, faults, .. } = answering;
    let problem = RwSignal::new(None::<String>);
    let go = go();
    let open = {
        let checklist = checklist.clone();
        Memo::new(move |_| draft.with(|draft| draft.answers(&checklist).1.len()))
    };
    let can_pass = {
        let checklist = checklist.clone();
        Memo::new(move |_| {
            draft.with(|draft| {
                let mut passed = draft.clone();
                passed.pass_the_rest(&checklist);
                passed != *draft
            })
        })
    };
    let pass = {
        let checklist = checklist.clone();
        move |_| {
            answering.change("all", |draft| draft.pass_the_rest(&checklist));
            faults.set(Faults::new());
        }
    };
    let can_undo = Memo::new(move |_| answering.past.with(|past| !past.is_empty()));
    let done = move |_| {
        if store.saving.get_untracked() {
            return;
        }
        let visit = match draft.with_untracked(|draft| draft.finish(round, checkpoint, &checklist)) {
            Ok(visit) => visit,
            Err(found) => {
                show_first(&checklist, &found);
                return faults.set(found);
            }
        };
        let (go, key, deeds) = (go.clone(), key.clone(), bundle(visit, &checklist));
        leptos::task::spawn_local(async move {
            match store.commit(deeds, Some(key)).await {
                Ok(_) => go(&format!("/rounds/{round}")),
                Err(fault) => problem.set(Some(ui::not_saved(&fault))),
            }
        });
    };
    view! {
        {ui::problem(move || problem.get())}
        <div class="foot-row">
            {move || can_undo.get().then(|| view! {
                <button type="button" class="button quiet icon-button" aria-label=say::undo() title=say::undo() on:click=move |_| answering.undo()>{ui::icon("undo")}</button>
            })}
            {move || can_pass.get().then(|| {
                let pass = pass.clone();
                view! { <button type="button" class="button quiet" on:click=pass>{say::all_normal()}</button> }
            })}
            <button type="button" class="button main" disabled=move || store.saving.get() data-name=name on:click=done>
                {move || if store.saving.get() { say::saving().to_owned() } else if open.get() > 0 { format!("{} · {}", say::done(), say::items_left(open.get())) } else { say::done().to_owned() }}
            </button>
        </div>
    }
}

/// What is still open here from before: fixed, or still there.
#[component]
fn Before(checkpoint: CheckpointId) -> impl IntoView {
    let store = use_store();
    let seen = RwSignal::new(Vec::<domain::ids::FindingId>::new());
    let fixed = move |finding: Finding| {
        let deed = Deed::Fact(Fact::FindingCorrected(FindingCorrected {
            finding: finding.id,
            comment: say::is_fixed().to_owned(),
            photos: vec![],
        }));
        leptos::task::spawn_local(async move {
            // A failed save shows in the saving chip, and the finding stays open here.
            let _ = store.commit(vec![deed], None).await;
        });
    };
    move || {
        let (zone, now) = (store.zone(), clock::wall());
        let open: Vec<Finding> = store.world.with(|world| {
            crate::today::open_findings(world)
                .into_iter()
                .filter(|finding| finding.checkpoint == checkpoint)
                .cloned()
                .collect()
        });
        let open: Vec<Finding> =
            open.into_iter().filter(|finding| !seen.with(|seen| seen.contains(&finding.id))).collect();
        let signs: Vec<_> = store.world.with(|world| {
            let signs = signs_alone(world.all()).into_iter().filter(|sign| sign.checkpoint == checkpoint);
            signs
                .map(
                    |sign| view! { <li class="before"><p>{ui::glyph("overdue")}{crate::findings::sign(sign)}</p></li> },
                )
                .collect()
        });
        (!open.is_empty() || !signs.is_empty()).then(|| {
            let rows: Vec<_> = open
                .into_iter()
                .map(|finding| {
                    let id = finding.id;
                    let words = crate::findings::what(&finding);
                    let when = time::ago(finding.at.best, now, &zone);
                    view! {
                        <li class="before">
                            <p>{ui::glyph("overdue")}<span class="grow">{words}<span class="note">{when}</span></span></p>
                            <div class="presses">
                                <button type="button" class="press good" on:click=move |_| fixed(finding.clone())>{say::is_fixed()}</button>
                                <button type="button" class="press none" on:click=move |_| seen.update(|seen| seen.push(id))>{say::is_still_there()}</button>
                            </div>
                        </li>
                    }
                })
                .collect();
            view! { <section class="card notice" aria-label=say::open_findings_here()><h2>{say::open_findings_here()}</h2><ul>{signs}{rows}</ul></section> }
        })
    }
}
