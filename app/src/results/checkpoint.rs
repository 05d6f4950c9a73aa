//! A checkpoint over time: its readings, what failed how often, and each visit.

use domain::{
    ids::CheckpointId,
    results::{areas::by_item, over_time::readings, selection::visits},
};
use leptos::prelude::*;

use super::{
    areas,
    asked::{Asked, use_asked},
    chart::chart,
    filters,
    filters::{Fields, Filters},
    for_managers,
    list::{Table, month_before},
    place_of, reading_time,
    visits::rows,
    with_held,
};
use crate::{locales::results as say, store::use_store, ui};

pub fn page(checkpoint: &str) -> AnyView {
    match checkpoint.parse() {
        Ok(checkpoint) => for_managers(move || view! { <OverTime checkpoint/> }.into_any()),
        Err(_) => crate::rounds::walk::missing(),
    }
}

#[component]
fn OverTime(checkpoint: CheckpointId) -> impl IntoView {
    let store = use_store();
    let (typed, now) = (use_asked(), reading_time(store));
    let name =
        Memo::new(move |_| with_held(store, |held| held.checkpoint(checkpoint).map(|_| place_of(held, checkpoint))));
    let path = format!("/results/checkpoint/{checkpoint}");
    // A month, where no days are asked for; other filters lead to the table of visits.
    let days = Memo::new(move |_| {
        let typed = typed.get();
        let kept = ["from", "to", "sort", "show"];
        let days = kept.into_iter().fold(Asked::default(), |asked, name| asked.with(name, typed.get(name)));
        if days.get("from").is_empty() && days.get("to").is_empty() {
            return days.with("from", with_held(store, |held| month_before(now.get(), held)));
        }
        days
    });
    let faults = Memo::new(move |_| {
        with_held(store, |held| days.with(|days| days.filter(held, now.get()).err().unwrap_or_default()))
    });
    move || {
        let Some(name) = name.get() else { return crate::rounds::walk::missing() };
        let (path, form_path) = (path.clone(), path.clone());
        let shown = move || {
            let (days, now) = (days.get(), now.get());
            let asked = days.clone().with("checkpoint", checkpoint.to_string());
            with_held(store, |held| {
                let Ok(filter) = asked.filter(held, now) else {
                    return ui::empty(say::correct_filter(), say::correct_filter_next()).into_any();
                };
                let mut lines = visits(held, &filter, now);
                if lines.is_empty() {
                    return filters::nothing(say::none_visits(), &Asked::default(), held);
                }
                days.order().visits(held, &mut lines);
                let charts: Vec<AnyView> =
                    readings(&lines).iter().map(|series| chart(series, now, held.known.zone)).collect();
                let items = areas::items(by_item(&lines), &asked, &path);
                let all = asked.clone().with("sort", "").url(Table::Visits.path());
                view! {
                    {charts}
                    {items}
                    <section>
                        <h2><a href=all>{say::all_visits()}</a></h2>
                        {rows(held, &days, &path, lines, now)}
                    </section>
                }
                .into_any()
            })
        };
        view! {
            <ui::Page title=name back="/results">
                <Filters asked=days faults path=form_path fields=Fields::Days/>
                {shown}
            </ui::Page>
        }
        .into_any()
    }
}
