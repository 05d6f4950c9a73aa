//! Readings over time as a line between their limits, with the numbers in a table below.

use domain::{
    results::over_time::Series,
    time::{Moment, Zone},
};
use leptos::prelude::*;

use crate::{
    locales::{self, checklists as say_checklists, results as say, time},
    ui,
};

/// The units of the drawing; it is stretched to the room there is.
const WIDE: f64 = 600.0;
const HIGH: f64 = 160.0;

pub fn chart(series: &Series<'_>, now: Moment, zone: &Zone) -> AnyView {
    let plot = series.plot();
    let place = |(across, up): (f64, f64)| format!("{:.1} {:.1}", across * WIDE, (1.0 - up) * HIGH);
    let line: Vec<String> = plot.points.iter().map(|point| place(*point)).collect();
    let dots = |failed: bool| -> String {
        let own = series.points.iter().zip(&line).filter(|(point, _)| point.is_failed == failed);
        own.map(|(_, place)| format!("M{place}h0")).collect()
    };
    let top = (1.0 - plot.max.unwrap_or(1.0)) * HIGH;
    let band = (1.0 - plot.min.unwrap_or(0.0)) * HIGH - top;
    let name = locales::say(&series.item.ask);
    let values = || series.points.iter().map(|point| point.value);
    let (low, high) = (told(values().min(), series.unit), told(values().max(), series.unit));
    let limits = say_checklists::limits(
        series.min.map(|min| min.to_string()),
        series.max.map(|max| max.to_string()),
        series.unit,
    );
    let day = |point: Option<&domain::results::over_time::Point<'_>>| {
        point.map(|point| time::absolute(point.visit.at.best, now, zone))
    };
    let rows: Vec<AnyView> = series
        .points
        .iter()
        .rev()
        .map(|point| {
            let state = if point.is_failed { "failed" } else { "good" };
            let words = if point.is_failed { say_checklists::outside_limits() } else { say_checklists::inside_limits() };
            view! {
                <tr data-state=state>
                    <th scope="row" class="number"><a href=format!("/results/{}", point.visit.round)>{time::absolute(point.visit.at.best, now, zone)}</a></th>
                    <td class="number" data-label=say::reading()>{told(Some(point.value), series.unit)}</td>
                    <td data-label=say::judgement()>{ui::glyph(state)}" "{words}</td>
                </tr>
            }
            .into_any()
        })
        .collect();
    let label = say::chart_of(&name, series.points.len(), &low, &high);
    view! {
        <figure class="chart">
            <figcaption><strong>{name}</strong>" "<span class="note">{limits}</span></figcaption>
            <p class="note number">{high}</p>
            <svg viewBox="0 0 600 160" preserveAspectRatio="none" role="img" aria-label=label>
                <rect class="band" x="0" y=format!("{top:.1}") width="600" height=format!("{band:.1}")/>
                <path class="line" d=format!("M{}", line.join("L"))/>
                <path class="dots" d=dots(false)/>
                <path class="dots failed" d=dots(true)/>
            </svg>
            <p class="note number ends"><span>{low}</span></p>
            <p class="note number ends"><span>{day(series.points.first())}</span><span>{day(series.points.last())}</span></p>
            <details>
                <summary>{say::reading()}</summary>
                <table class="results">
                    <thead><tr><th scope="col">{say::when()}</th><th scope="col">{say::reading()}</th><th scope="col">{say::judgement()}</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </details>
        </figure>
    }
    .into_any()
}

fn told(value: Option<impl std::fmt::Display>, unit: &str) -> String {
    value.map_or_else(String::new, |value| format!("{value} {unit}"))
}
