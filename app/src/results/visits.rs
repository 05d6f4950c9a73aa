//! The visits that the filters leave.

use domain::{
    results::{
        filter::Filter,
        held::{Held, WhoseItIs},
        selection::{VisitLine, visits},
    },
    time::Moment,
    visits::{Proof, Visit},
};
use leptos::prelude::*;

use super::{
    asked::{Asked, heading},
    filters,
    list::{Table, part},
    name_of, place_of, remarks,
};
use crate::{
    locales::{self, checklists as say_checklists, general, results as say, rounds as say_rounds, time},
    ui,
};

pub fn table(held: &Held<'_>, asked: &Asked, filter: &Filter, now: Moment) -> AnyView {
    let mut lines = visits(held, filter, now);
    if lines.is_empty() {
        return filters::nothing(say::none_visits(), asked, held);
    }
    asked.order().visits(held, &mut lines);
    rows(held, asked, Table::Visits.path(), lines, now)
}

/// A table of visits at `path`, in the order in which they come.
pub fn rows(held: &Held<'_>, asked: &Asked, path: &str, lines: Vec<VisitLine<'_>>, now: Moment) -> AnyView {
    let failed: usize = lines.iter().map(|line| line.failed).sum();
    let sums = [say::count_visits(lines.len()), say::failed_items(failed)].join(" · ");
    let (lines, more) = part(lines, asked, path);
    let rows: Vec<AnyView> = lines.iter().map(|line| row(line, held, now)).collect();
    let head = |key, words| heading(asked, path, key, words);
    view! {
        <p class="lead">{sums}</p>
        <table class="results">
            <thead><tr>{head("name", say::checkpoint())}{head("when", say::when())}{head("who", say::who())}<th scope="col">{say::proof()}</th>{head("failed", say::state())}</tr></thead>
            <tbody>{rows}</tbody>
        </table>
        {more}
    }
    .into_any()
}

fn row(line: &VisitLine<'_>, held: &Held<'_>, now: Moment) -> AnyView {
    let visit = line.visit;
    let state = if line.failed > 0 { "failed" } else { "good" };
    let result = if line.failed > 0 { say::failed_items(line.failed) } else { say_checklists::pass().to_owned() };
    let remarked = remarks::of_visit(held, visit);
    let checklist = line.checklist.map(|checklist| locales::say(&checklist.name)).unwrap_or_default();
    let proof = match line.punctuality {
        Some(punctuality) => [&proof_told(visit), say_rounds::punctuality(punctuality)].join(general::between_names()),
        None => proof_told(visit),
    };
    view! {
        <tr data-state=state>
            <th scope="row"><a href=format!("/results/{}", visit.round)>{place_of(held, visit.checkpoint)}</a>
                <span class="note">{checklist}" · "<a class="beside" href=format!("/results/checkpoint/{}", visit.checkpoint)>{say::over_time()}</a></span></th>
            <td class="number" data-label=say::when()>{time::absolute(visit.at.best, now, held.known.zone)}</td>
            <td data-label=say::who()>{name_of(held, visit.by)}{identity_told(held, visit).map(|words| view! { <span class="note">{ui::glyph("attention")}" "{words}</span> })}</td>
            <td data-label=say::proof()>{proof}</td>
            <td data-label=say::state()>{ui::glyph(state)}" "{result}{remarked.map(|words| view! { <span class="note">{ui::glyph("attention")}" "{words}</span> })}</td>
        </tr>
    }
    .into_any()
}

/// What is to be said of whose a visit is, where that is not proven.
pub fn identity_told(held: &Held<'_>, visit: &Visit) -> Option<&'static str> {
    match held.identity_of(visit) {
        WhoseItIs::Proven => None,
        WhoseItIs::Claimed(_) => Some(say::identity_claimed()),
        WhoseItIs::Denied => Some(say::identity_denied()),
    }
}

pub fn proof_told(visit: &Visit) -> String {
    match &visit.proof {
        Proof::Tag { .. } => say_rounds::proof_tag().to_owned(),
        Proof::ShortCode { .. } => say_rounds::proof_code().to_owned(),
        Proof::ByHand { reason } => say_rounds::proof_by_hand_because(reason),
    }
}
