//! The story of a round: who did what when, answer by answer.

use domain::{
    checklists::{Answer, AnswerKind, Item, Judgement},
    findings::Finding,
    ids::RoundId,
    permissions::{Act, may},
    photos::Photo,
    records::Body,
    results::{
        held::{Held, WhoseItIs},
        selection::visit_line,
        story::{Step, What, story},
    },
    rounds::Round,
    time::{Interval, Moment, Zone},
    visits::{Visit, VisitCorrection},
};
use leptos::prelude::*;

use super::{
    name_of, place_of, reading_time, remarks, value_told,
    visits::{self, proof_told},
    with_held,
};
use crate::{
    findings,
    locales::{
        self, checklists as say_checklists, findings as say_findings, results as say, rounds as say_rounds, time,
    },
    photos,
    store::use_store,
    ui, waiting,
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
    let is_allowed = Memo::new(move |_| store.me().is_some_and(|me| may(&me.roles, Act::SeeResults)));
    let now = reading_time(store);
    move || {
        let Some(title) = found.get().filter(|_| is_allowed.get()) else { return crate::rounds::walk::missing() };
        let told = move || {
            with_held(store, |held| {
                let round = held.known.rounds.iter().find(|known| known.id == round)?;
                Some(told(held, round, now.get()))
            })
        };
        view! { <ui::Page title=title back="/results">{told}</ui::Page> }.into_any()
    }
}

fn told(held: &Held<'_>, round: &Round, now: Moment) -> AnyView {
    let zone = held.known.zone;
    let visited = round.visited(held.visits_of(round.id).iter().copied());
    let window = round
        .window
        .map(|window| say_rounds::from_to(&time::absolute(window.start, now, zone), &time::clock(window.end, zone)));
    let steps: Vec<AnyView> = story(held, round).iter().map(|step| step_told(held, round, step, now)).collect();
    let left: Vec<AnyView> = round
        .stops
        .iter()
        .filter(|stop| !visited.contains(&stop.checkpoint))
        .map(|stop| {
            let name = place_of(held, stop.checkpoint);
            view! { <li class="row">{ui::glyph("missed")}{name}</li> }.into_any()
        })
        .collect();
    let is_all = left.is_empty();
    view! {
        <p class="lead">{say_rounds::duty(round.kind)}{window.map(|window| view! { " · "<span class="number">{window}</span> })}" · "
            <span class="number">{say_rounds::progress(visited.len(), round.stops.len())}</span></p>
        <ol class="story" aria-label=say::story()>{steps}</ol>
        {remarks::of_round(held, round.id, now)}
        {(!is_all).then(|| view! { <section><h2>{say::not_visited()}</h2><ul class="rows">{left}</ul></section> })}
    }
    .into_any()
}

fn step_told(held: &Held<'_>, round: &Round, step: &Step<'_>, now: Moment) -> AnyView {
    let zone = held.known.zone;
    let (glyph, words, more) = match &step.what {
        What::Visited(visit) => return visit_told(held, round, visit, now),
        What::Gap { minutes } => {
            return view! { <li class="event gap">{ui::glyph("ahead")}<span class="note">{say::gap(*minutes)}</span></li> }.into_any();
        }
        What::Started(person) => ("due", say::started_by(&name_of(held, *person)), None),
        What::Finished { by, note } => {
            let note = (!note.is_empty()).then(|| view! { <span class="words">{(*note).to_owned()}</span> }.into_any());
            ("finished", say::finished_by(&name_of(held, *by)), note)
        }
        What::Corrected(visit, correction) => {
            let place = place_of(held, visit.checkpoint);
            let words = say::corrected_by(&name_of(held, correction.by), &place);
            ("corrected", words, Some(correction_told(held, visit, correction)))
        }
        What::Reported(finding) => (
            "overdue",
            say::reported_by(&name_of(held, finding.by)),
            Some(view! { {finding_told(finding, findings::what(finding))}{photos_told(&finding.photos)} }.into_any()),
        ),
    };
    view! { <li class="event">{ui::glyph(glyph)}{when(&step.at, zone, now)}<div>{words}{more}</div></li> }.into_any()
}

/// Why it was corrected, and each answer before and after.
fn correction_told(held: &Held<'_>, visit: &Visit, correction: &VisitCorrection) -> AnyView {
    let checklist = held.checklist_of(visit);
    let said = |key: &str, answer: Option<&Answer>| {
        let Some(answer) = answer else { return say_checklists::unanswered().to_owned() };
        let item = checklist.and_then(|checklist| checklist.item(key));
        let value = item.map_or_else(String::new, |item| value_told(item, &answer.value));
        if answer.note.is_empty() { value } else { [&value, " — ", &answer.note].concat() }
    };
    let changes: Vec<AnyView> = correction
        .changed
        .iter()
        .map(|change| {
            let item = checklist.and_then(|checklist| checklist.item(&change.item));
            let ask = item.map_or_else(|| change.item.clone(), |item| locales::say(&item.ask));
            let (old, new) = (said(&change.item, change.old.as_ref()), said(&change.item, change.new.as_ref()));
            view! { <div class="answer"><dt>{ask}</dt><dd><del>{old}</del>" → "<ins>{new}</ins></dd></div> }.into_any()
        })
        .collect();
    view! { <span class="words">{correction.reason.clone()}</span><dl class="answers">{changes}</dl> }.into_any()
}

/// The way to a finding, and whether it was put right.
fn finding_told(finding: &Finding, words: String) -> AnyView {
    let state = if finding.is_open() { "overdue" } else { "corrected" };
    let stands = if finding.is_open() { say_findings::open() } else { say_findings::corrected() };
    let comment =
        finding.corrected.as_ref().map(|correction| view! { <span class="words">{correction.comment.clone()}</span> });
    view! { <span class="finding"><a href=format!("/findings/{}", finding.id)>{words}</a>" "{ui::glyph(state)}" "{stands}{comment}</span> }.into_any()
}

/// The best estimate; where the clocks prove less, the bounds with it.
fn when(at: &Interval, zone: &Zone, now: Moment) -> AnyView {
    let best = time::absolute(at.best, now, zone);
    let bounds = at
        .is_doubtful()
        .then(|| say::within(&time::absolute(at.earliest, now, zone), &time::absolute(at.latest, now, zone)));
    view! { <span class="number when">{ui::moment(at.best, best)}{bounds.map(|bounds| view! { <span class="note">{bounds}</span> })}</span> }.into_any()
}

fn visit_told(held: &Held<'_>, round: &Round, visit: &Visit, now: Moment) -> AnyView {
    let line = visit_line(held, round, visit);
    let items = line.checklist.map(|checklist| checklist.shown(&visit.answers)).unwrap_or_default();
    let answers: Vec<AnyView> = items.into_iter().map(|item| answer_told(held, item, visit)).collect();
    let score = line.checklist.and_then(|checklist| checklist.score(&visit.answers)).map(|score| score.percent());
    let has_failed = line.failed > 0;
    let state = if has_failed { "failed" } else { "good" };
    let summary = if has_failed { say::failed_items(line.failed) } else { say_checklists::pass().to_owned() };
    let punctual = line.punctuality.map(say_rounds::punctuality);
    view! {
        <li class="event visit" data-state=state>
            {ui::glyph(state)}{when(&visit.at, held.known.zone, now)}
            <div class="grow">
                <details open=has_failed>
                    <summary><strong>{place_of(held, visit.checkpoint)}</strong>" "<span class="note">{name_of(held, visit.by)}" · "{proof_told(visit)}{punctual.map(|words| [" · ", words].concat())}" · "{summary}{score.map(|score| [" · ", &say::score_of(score)].concat())}</span></summary>
                    <dl class="answers">{answers}</dl>
                    <p><a href=format!("/results/checkpoint/{}", visit.checkpoint)>{say::over_time()}</a>" · "<a href=format!("/rounds/{}/visits/{}", visit.round, visit.id)>{say_rounds::correct()}</a></p>
                </details>
                {whose(held, visit)}
                {(!visit.note.is_empty()).then(|| view! { <p class="words">{visit.note.clone()}</p> })}
            </div>
        </li>
    }
    .into_any()
}

/// Where nothing on the tablet proved who it was: that, and the two words that settle it.
fn whose(held: &Held<'_>, visit: &Visit) -> Option<AnyView> {
    let mark = visits::identity_told(held, visit)?;
    let WhoseItIs::Claimed(lane) = held.identity_of(visit) else {
        return Some(view! { <p class="note">{ui::glyph("attention")}" "{mark}</p> }.into_any());
    };
    let (store, by) = (use_store(), visit.by);
    let settle = move |words: &'static str, was_them: bool| {
        view! { <button class="button quiet" on:click=move |_| waiting::say_whose(store, lane, by, was_them)>{words}</button> }
    };
    Some(
        view! {
            <p class="note">{ui::glyph("attention")}" "{mark}</p>
            <p class="foot-row">{settle(say::it_was_them(), true)}{settle(say::it_was_not_them(), false)}</p>
        }
        .into_any(),
    )
}

fn answer_told(held: &Held<'_>, item: &Item, visit: &Visit) -> AnyView {
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
    let limits = match &item.answer {
        AnswerKind::Reading { unit, min, max } if min.is_some() || max.is_some() => {
            Some(say_checklists::limits(min.map(|min| min.to_string()), max.map(|max| max.to_string()), unit))
        }
        _ => None,
    };
    let words_of = |of: fn(&Answer) -> Option<&str>| {
        let text = answer.and_then(of).filter(|text| !text.is_empty());
        text.map(|text| view! { <span class="words">{text.to_owned()}</span> })
    };
    let note = words_of(|answer| Some(&answer.note));
    let without_photo = words_of(|answer| Some(&answer.without_photo));
    let raised = (judged == Some(Judgement::Failed)).then(|| Finding::of_item(visit.id, &item.key));
    let finding = raised
        .and_then(|id| held.findings.iter().find(|finding| finding.id == id))
        .map(|finding| finding_told(finding, say_findings::one().to_owned()));
    // A device that does not hold the finding still knows what was said of it on the spot.
    let corrected = if finding.is_none() { words_of(|answer| answer.corrected.as_deref()) } else { None };
    view! {
        <div class="answer" data-state=state>
            <dt>{locales::say(&item.ask)}</dt>
            <dd>{ui::glyph(state)}" "{words}{limits.map(|limits| view! { " "<span class="note">{limits}</span> })}{note}{without_photo}{answer.map(|answer| photos_told(&answer.photos))}{finding}{corrected}</dd>
        </div>
    }
    .into_any()
}

/// The photos as they are; nothing here is drawn anew when they arrive.
fn photos_told(photos: &[Photo]) -> AnyView {
    untrack(|| photos::row(photos.to_vec(), None))
}
