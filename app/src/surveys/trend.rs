//! The surveys of one topic over time: each question's mean as a line, with its numbers in a table.

use domain::surveys::{
    SCORE_MOST, Subject,
    over_time::{self, Series},
};
use leptos::prelude::*;
use sync::device::world::World;

use super::{results_of, surveys};
use crate::{
    locales::{self, survey_results as say, time},
    store::Store,
};

/// The units of the drawing; it is stretched to the room there is.
const WIDE: f64 = 600.0;
const HIGH: f64 = 160.0;

/// A chart for each question that at least two surveys of the topic have means of.
pub fn charts(world: &World, topic: &str, store: Store) -> Option<AnyView> {
    let of_topic = surveys(world).filter(|survey| survey.topic == topic);
    let answered =
        of_topic.filter_map(|survey| Some((survey, results_of(world, Subject::Survey { survey: survey.id })?)));
    let charts: Vec<AnyView> =
        over_time::series(answered).iter().filter(|it| it.points.len() > 1).map(|it| chart(it, store)).collect();
    (!charts.is_empty()).then(|| view! { <section><h2>{say::over_time(topic)}</h2>{charts}</section> }.into_any())
}

fn chart(series: &Series<'_>, store: Store) -> AnyView {
    let zone = untrack(|| store.zone());
    let places: Vec<String> = series
        .plot()
        .into_iter()
        .map(|(across, up)| format!("{:.1} {:.1}", across * WIDE, (1.0 - up) * HIGH))
        .collect();
    let dots: String = places.iter().map(|place| format!("M{place}h0")).collect();
    let name = locales::say(&series.question.ask);
    let day = |place: Option<&over_time::Point<'_>>| place.map(|point| time::long_date(point.survey.closes, &zone));
    let mean = |point: &over_time::Point<'_>| point.scores.mean().map(|mean| mean.to_string()).unwrap_or_default();
    let (first, last) = (series.points.first(), series.points.last());
    let label = say::chart_of(
        &name,
        series.points.len(),
        &first.map(mean).unwrap_or_default(),
        &last.map(mean).unwrap_or_default(),
    );
    let rows: Vec<_> = series
        .points
        .iter()
        .rev()
        .map(|point| {
            view! {
                <tr>
                    <th scope="row"><a href=format!("/surveys/{}/results", point.survey.id)>{locales::say(&point.survey.title)}</a></th>
                    <td class="number" data-label=say::closed_heading()>{time::long_date(point.survey.closes, &zone)}</td>
                    <td class="number" data-label=say::mean_heading()>{mean(point)}</td>
                    <td class="number" data-label=say::given_heading()>{point.scores.given()}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <figure class="chart">
            <figcaption><strong>{name}</strong></figcaption>
            <p class="note number">{SCORE_MOST}</p>
            <svg viewBox="0 0 600 160" preserveAspectRatio="none" role="img" aria-label=label>
                <path class="line" d=format!("M{}", places.join("L"))/>
                <path class="dots" d=dots/>
            </svg>
            <p class="note number ends"><span>"1"</span></p>
            <p class="note number ends"><span>{day(first)}</span><span>{day(last)}</span></p>
            <details>
                <summary>{say::as_table()}</summary>
                <table class="results counts">
                    <thead><tr><th scope="col">{say::survey_heading()}</th><th scope="col">{say::closed_heading()}</th><th scope="col">{say::mean_heading()}</th><th scope="col">{say::given_heading()}</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </details>
        </figure>
    }
    .into_any()
}
