//! The rounds that the filters leave.

use domain::{
    results::{
        filter::Filter,
        held::Held,
        selection::{RoundLine, rounds},
    },
    rounds::Reports,
    time::Moment,
};
use leptos::prelude::*;

use super::{
    asked::{Asked, heading},
    filters,
    list::{Table, part},
    name_of,
    visits::identity_told,
};
use crate::{
    locales::{self, general, results as say, rounds as say_rounds, time},
    ui,
};

pub fn table(
    held: &Held<'_>,
    asked: &Asked,
    filter: &Filter,
    now: Moment,
    reports: Reports,
    late: &[String],
) -> AnyView {
    let mut lines = rounds(held, filter, now, reports);
    if lines.is_empty() {
        return filters::nothing(say::none(), asked, held);
    }
    asked.order().rounds(held, &mut lines);
    let path = Table::Rounds.path();
    let sums = sums(&lines, asked);
    let (lines, more) = part(lines, asked, path);
    let rows: Vec<AnyView> = lines.iter().map(|line| row(line, held, now)).collect();
    let head = |key, words| heading(asked, path, key, words);
    view! {
        <p class="lead">{sums}{(!late.is_empty()).then(|| view! { " · "{say::missing_reports(&late.join(general::between_names()))} })}</p>
        <table class="results">
            <thead><tr>{head("name", say::round())}{head("when", say::when())}{head("who", say::who())}{head("visits", say::visits())}{head("failed", say::failed())}<th scope="col">{say::state()}</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
        {more}
    }
    .into_any()
}

/// What they add up to, each number with the way to what it counts.
fn sums(lines: &[RoundLine<'_>], asked: &Asked) -> AnyView {
    let sum = |of: fn(&RoundLine<'_>) -> usize| lines.iter().map(of).sum::<usize>();
    let to_visits = |outcome: &str| asked.clone().with("outcome", outcome).with("sort", "").url(Table::Visits.path());
    view! {
        {say::total(lines.len())}" · "<a href=to_visits(asked.get("outcome"))>{say::total_visits(sum(|line| line.visited), sum(|line| line.stops))}</a>
        " · "<a href=to_visits("failed")>{say::failed_items(sum(|line| line.failed))}</a>
    }
    .into_any()
}

fn row(line: &RoundLine<'_>, held: &Held<'_>, now: Moment) -> AnyView {
    let duty = &line.duty;
    let who: Vec<String> = line.people.iter().map(|person| name_of(held, *person)).collect();
    let who = if who.is_empty() { "—".to_owned() } else { who.join(general::between_names()) };
    let remarks = held.remarks_of(duty.round.into()).len();
    let mark = held.visits_of(duty.round).iter().find_map(|visit| identity_told(held, visit));
    let state = ui::standing_state(duty.standing);
    let failed_state = if line.failed > 0 { "failed" } else { "" };
    // One that nobody has started has no story yet; its stops are shown where it would be walked.
    let href = format!("{}/{}", if duty.record.is_some() { "/results" } else { "/rounds" }, duty.round);
    view! {
        <tr data-state=state>
            <th scope="row"><a href=href>{locales::say(duty.name)}</a><span class="note">{say_rounds::duty(duty.kind)}</span></th>
            <td class="number" data-label=say::when()>{time::absolute(duty.begins(), now, held.known.zone)}</td>
            <td data-label=say::who()>{who}{mark.map(|words| view! { <span class="note">{ui::glyph("attention")}" "{words}</span> })}</td>
            <td class="number" data-label=say::visits()>{say_rounds::progress(line.visited, line.stops)}</td>
            <td class="number" data-label=say::failed() data-state=failed_state>{line.failed}</td>
            <td data-label=say::state()>{ui::glyph(state)}" "{say_rounds::standing(duty.standing)}{(remarks > 0).then(|| view! { <span class="note">{ui::glyph("attention")}" "{say::remarks(remarks)}</span> })}</td>
        </tr>
    }
    .into_any()
}
