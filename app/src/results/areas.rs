//! Failed items by area and by item, and scores by area: bars, each with its numbers, and each number with what it counts.

use domain::{
    results::{
        areas::{AreaLine, ItemLine, SCORED, Tally, by_area, by_item},
        filter::{Filter, kind_key},
        held::Held,
        selection::visits,
    },
    time::Moment,
};
use leptos::prelude::*;

use super::{
    asked::Asked,
    filters,
    list::{Table, part},
};
use crate::{
    locales::{self, results as say, rounds as say_rounds},
    ui,
};

pub fn tables(held: &Held<'_>, asked: &Asked, filter: &Filter, now: Moment) -> AnyView {
    let lines = visits(held, filter, now);
    if lines.is_empty() {
        return filters::nothing(say::none_visits(), asked, held);
    }
    let areas = by_area(held, &lines);
    let scores = scores(&areas, asked);
    let areas: Vec<AnyView> = areas.iter().map(|line| area_row(line, asked)).collect();
    view! {
        <section>
            <h2>{say::by_area()}</h2>
            <table class="results counts">
                <thead><tr><th scope="col">{say::area()}</th><th scope="col">{say::visits()}</th><th scope="col">{say::asked()}</th><th scope="col">{say::failed()}</th><th scope="col">{say::share()}</th></tr></thead>
                <tbody>{areas}</tbody>
            </table>
        </section>
        {scores}
        {items(by_item(&lines), asked, Table::Areas.path())}
    }
    .into_any()
}

fn area_row(line: &AreaLine<'_>, asked: &Asked) -> AnyView {
    let here = asked.clone().with("area", line.area.id.to_string());
    view! {
        <tr>
            <th scope="row"><a href=here.url(Table::Areas.path())>{area_name(line)}</a></th>
            {numbers(line.tally, &here)}
        </tr>
    }
    .into_any()
}

/// The average scores of the areas' cleaning and landscaping checks, where there are any.
fn scores(lines: &[AreaLine<'_>], asked: &Asked) -> Option<AnyView> {
    let scored = |line: &&AreaLine<'_>| line.scores.iter().any(|mean| mean.visits > 0);
    let rows: Vec<AnyView> = lines
        .iter()
        .filter(scored)
        .map(|line| {
            let here = asked.clone().with("area", line.area.id.to_string()).with("sort", "").with("show", "");
            let cell = |place: usize| {
                let mean = line.scores[place];
                let href = here.clone().with("kind", kind_key(SCORED[place])).url(Table::Visits.path());
                let told = mean.percent().map(|percent| {
                    view! { <span class="bar" aria-hidden="true"><span style:width=format!("{percent}%")></span></span><a href=href>{say::score_visits(percent, mean.visits)}</a> }
                });
                view! { <td class="number share" data-label=say_rounds::duty(SCORED[place])>{told}</td> }.into_any()
            };
            view! { <tr><th scope="row">{area_name(line)}</th>{cell(0)}{cell(1)}</tr> }.into_any()
        })
        .collect();
    (!rows.is_empty()).then(|| {
        let kinds = Vec::from(SCORED.map(|kind| view! { <th scope="col">{say_rounds::duty(kind)}</th> }.into_any()));
        view! {
            <section>
                <h2>{say::scores()}</h2>
                <table class="results counts">
                    <thead><tr><th scope="col">{say::area()}</th>{kinds}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </section>
        }
        .into_any()
    })
}

fn area_name(line: &AreaLine<'_>) -> String {
    ["– ".repeat(line.depth), locales::say(&line.area.name)].concat()
}

/// The items that failed at all, the most often first.
pub fn items(mut lines: Vec<ItemLine<'_>>, asked: &Asked, path: &str) -> AnyView {
    lines.retain(|line| line.tally.failed > 0);
    if lines.is_empty() {
        return view! { <p class="done">{ui::glyph("good")}{say::none_failed()}</p> }.into_any();
    }
    let (lines, more) = part(lines, asked, path);
    let rows: Vec<AnyView> = lines
        .iter()
        .map(|line| {
            let here = asked.clone().with("checklist", line.checklist.id.to_string()).with("item", line.item.key.clone());
            view! {
                <tr>
                    <th scope="row">{locales::say(&line.item.ask)}<span class="note">{locales::say(&line.checklist.name)}</span></th>
                    {numbers(line.tally, &here)}
                </tr>
            }
            .into_any()
        })
        .collect();
    view! {
        <section>
            <h2>{say::by_item()}</h2>
            <table class="results counts">
                <thead><tr><th scope="col">{say::item()}</th><th scope="col">{say::visits()}</th><th scope="col">{say::asked()}</th><th scope="col">{say::failed()}</th><th scope="col">{say::share()}</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
            {more}
        </section>
    }
    .into_any()
}

/// The cells of a tally; `here` leaves what it counts.
fn numbers(tally: Tally, here: &Asked) -> AnyView {
    let here = here.clone().with("sort", "").with("show", "");
    let all = here.url(Table::Visits.path());
    let failed = here.with("outcome", "failed").url(Table::Visits.path());
    let percent = tally.percent();
    let state = if tally.failed > 0 { "failed" } else { "" };
    view! {
        <td class="number" data-label=say::visits()><a href=all.clone()>{tally.visits}</a></td>
        <td class="number" data-label=say::asked()><a href=all>{tally.asked}</a></td>
        <td class="number" data-label=say::failed() data-state=state>{if tally.failed > 0 { view! { <a href=failed>{tally.failed}</a> }.into_any() } else { "0".into_any() }}</td>
        <td class="number share" data-label=say::share()><span class="bar" aria-hidden="true"><span style:width=format!("{percent}%")></span></span>{say::percent(percent)}</td>
    }
    .into_any()
}
