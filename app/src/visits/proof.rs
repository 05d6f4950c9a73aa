//! Proving presence: the tag's code, typed or pasted, or by hand with a reason.

use domain::{
    checkpoints::Checkpoint,
    ids::{CheckpointId, RoundId},
    records::Body,
    rounds::{Round, Visitable},
    tags::{TagCode, TagFault},
    text::{NOTE_MOST, typed},
    visits::Proof,
};
use leptos::{ev::SubmitEvent, prelude::*};
use sync::device::world::World;

use super::scan::{Aim, Scan, focus, opener};
use crate::{
    locales::{self, general, rounds as say, scan as say_scan},
    store::use_store,
    today::visits_of,
    ui,
};

/// What a code means at this checkpoint.
enum Read {
    Here(Proof),
    /// It is another checkpoint of the round: go there.
    Elsewhere(CheckpointId, String),
    Wrong(String),
}

fn read(world: &World, round: RoundId, here: CheckpointId, text: &str) -> Read {
    let code = match TagCode::parse(text) {
        Ok(code) => code,
        Err(fault) => return Read::Wrong(say::tag_fault(fault).into()),
    };
    let Some((key, checkpoints)) = tags(world) else {
        return Read::Wrong(say::tag_fault(TagFault::Unknown).into());
    };
    let found: &Checkpoint = match code.find(key, checkpoints) {
        Ok(found) => found,
        Err(fault) => return Read::Wrong(say::tag_fault(fault).into()),
    };
    let issue = found.tag.issue;
    if found.id == here {
        return Read::Here(match code {
            TagCode::Signed { .. } => Proof::Tag { issue },
            TagCode::Short(_) => Proof::ShortCode { issue },
        });
    }
    let name = locales::say(&found.name);
    let is_on_route = match world.get(round.into()) {
        Some(Body::Round(round)) => round.stops.iter().any(|stop| stop.checkpoint == found.id),
        _ => false,
    };
    if is_on_route {
        Read::Elsewhere(found.id, name)
    } else {
        Read::Wrong(format!("{} {}", say::tag_of_other(&name), say::not_on_route()))
    }
}

/// What tells genuine tags from others: the community's public key, and every checkpoint.
pub fn tags(world: &World) -> Option<(&str, Vec<&Checkpoint>)> {
    let Some(Body::Community(community)) = world.get(world.community.into()) else { return None };
    let checkpoints = world.all().filter_map(|body| match body {
        Body::Checkpoint(checkpoint) => Some(checkpoint),
        _ => None,
    });
    Some((&community.tag_key, checkpoints.collect()))
}

/// The stop that a fixed order puts before this one, if there is one.
pub fn comes_first(world: &World, round: &Round, here: CheckpointId) -> Option<String> {
    match round.may_visit(here, &round.visited(visits_of(world, round.id))) {
        Visitable::NotYet(next) => match world.get(next.checkpoint.into()) {
            Some(Body::Checkpoint(checkpoint)) => Some(locales::say(&checkpoint.name)),
            _ => None,
        },
        Visitable::Yes(_) | Visitable::NotOnRoute => None,
    }
}

#[component]
pub fn Arrive(round: RoundId, checkpoint: CheckpointId, on_arrive: Callback<Proof>) -> impl IntoView {
    let store = use_store();
    let code = RwSignal::new(String::new());
    let fault = RwSignal::new(None::<String>);
    let elsewhere = RwSignal::new(None::<(CheckpointId, String)>);
    let by_hand = RwSignal::new(false);
    let scanning = RwSignal::new(false);
    let scanned = Callback::new(move |arrival: Option<(CheckpointId, Proof)>| match arrival {
        Some((_, proof)) => on_arrive.run(proof),
        None => {
            by_hand.set(true);
            request_animation_frame(|| focus("#field-reason"));
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        elsewhere.set(None);
        match store.world.with_untracked(|world| read(world, round, checkpoint, &code.get_untracked())) {
            Read::Here(proof) => on_arrive.run(proof),
            Read::Elsewhere(id, name) => {
                fault.set(Some(say::tag_of_other(&name)));
                elsewhere.set(Some((id, name)));
            }
            Read::Wrong(words) => fault.set(Some(words)),
        }
    };
    let hint = store.world.with_untracked(|world| match world.get(checkpoint.into()) {
        Some(Body::Checkpoint(checkpoint)) => checkpoint.hint.as_ref().map(locales::say),
        _ => None,
    });
    view! {
        {opener(say_scan::scan().into(), scanning)}
        {move || scanning.get().then(|| view! { <Scan round aim=Aim::This(checkpoint) is_open=scanning on_done=scanned/> })}
        <form class="card arrive" on:submit=submit>
            <label for="field-tag">{say::tag_code()}</label>
            <input id="field-tag" class="code" autocomplete="off" autocapitalize="characters" spellcheck="false" inputmode="text"
                aria-describedby="tag-note tag-fault" aria-invalid=move || fault.get().is_some().then_some("true")
                prop:value=move || code.get() on:input=move |event| { code.set(event_target_value(&event)); fault.set(None); }/>
            <p class="note" id="tag-note">{say::tag_code_note()}{hint.map(|hint| view! { <br/>{hint} })}</p>
            <p class="fault" id="tag-fault" role="alert">{move || fault.get()}</p>
            {move || elsewhere.get().map(|(id, name)| view! { <a class="button quiet" href=format!("/rounds/{round}/stops/{id}")>{say::go_there(&name)}</a> })}
            <button class="button" type="submit">{say::check_tag()}</button>
            <button class="button quiet" type="button" aria-expanded=move || by_hand.get().to_string() on:click=move |_| by_hand.update(|open| *open = !*open)>{say::by_hand()}</button>
        </form>
        {move || by_hand.get().then(|| view! { <ByHand on_arrive/> })}
    }
}

#[component]
fn ByHand(on_arrive: Callback<Proof>) -> impl IntoView {
    let reason = RwSignal::new(String::new());
    let fault = RwSignal::new(None::<String>);
    let confirm = move |event: SubmitEvent| {
        event.prevent_default();
        match typed(&reason.get_untracked(), NOTE_MOST) {
            Ok(reason) => on_arrive.run(Proof::ByHand { reason }),
            Err(unfit) => fault.set(Some(general::unfit(&unfit))),
        }
    };
    let chip = move |words: &'static str| {
        view! { <button type="button" class="canned" on:click=move |_| { reason.set(words.into()); fault.set(None); }>{words}</button> }
    };
    view! {
        <form class="card" on:submit=confirm>
            <ui::LongField label=say::by_hand_reason() name="reason" value=reason fault=fault/>
            <div class="chips">{[say::by_hand_missing(), say::by_hand_damaged(), say::by_hand_blocked()].map(chip).into_iter().collect_view()}</div>
            <button class="button main" type="submit">{say::by_hand_confirm()}</button>
        </form>
    }
}
