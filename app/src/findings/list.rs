//! The findings of the community, open ones first; the filter stands in the URL.

use domain::{
    findings::{Finding, signs_alone},
    ids::CheckpointId,
    records::Body,
    results::filter::{finds, terms},
};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use sync::device::world::World;

use crate::{
    locales::{self, findings as say, general, time},
    store::use_store,
    ui,
};

pub fn page() -> AnyView {
    view! { <Findings/> }.into_any()
}

#[component]
fn Findings() -> impl IntoView {
    let store = use_store();
    let query = use_location().query;
    let shown = Memo::new(move |_| query.with(|query| query.get("show").unwrap_or_default()));
    let tab = move |value: &'static str, href: &'static str, words: &'static str| {
        view! { <a href=href aria-current=move || (shown.get() == value).then_some("true")>{words}</a> }
    };
    let search = RwSignal::new(String::new());
    let list = move || {
        let (zone, now, shown, terms) = (store.zone(), store.time(), shown.get(), search.with(|words| terms(words)));
        store.world.with(|world| {
            let mut findings: Vec<&Finding> = world
                .all()
                .filter_map(|body| match body {
                    Body::Finding(finding) => Some(finding),
                    _ => None,
                })
                .filter(|finding| terms.is_empty() || finds(&terms, &said_of(world, finding)))
                .filter(|finding| match shown.as_str() {
                    "corrected" => !finding.is_open(),
                    "all" => true,
                    _ => finding.is_open(),
                })
                .collect();
            findings.sort_by_key(|finding| std::cmp::Reverse(finding.at.best));
            let signs = if shown == "corrected" { vec![] } else { signs_alone(world.all()) };
            let signs: Vec<_> = signs
                .into_iter()
                .map(|sign| (super::sign(sign), place(world, sign.checkpoint)))
                .filter(|(words, place)| terms.is_empty() || finds(&terms, &[*words, place]))
                .map(|(words, place)| view! {
                    <li class="row">{ui::glyph("overdue")}<span class="grow">{words}<span class="note">{place}</span></span></li>
                })
                .collect();
            if findings.is_empty() && signs.is_empty() {
                return match shown.as_str() {
                    _ if !terms.is_empty() => {
                        ui::empty(general::nothing_found(), general::nothing_found_next()).into_any()
                    }
                    "" => ui::empty(say::none_open(), say::none_open_next()).into_any(),
                    _ => ui::empty(say::none(), say::none_open_next()).into_any(),
                };
            }
            let rows: Vec<_> = findings
                .into_iter()
                .map(|finding| {
                    let place = place(world, finding.checkpoint);
                    let state = if finding.is_open() { "overdue" } else { "corrected" };
                    let who = crate::today::person_name(world, finding.by);
                    let unsent = world.is_unconfirmed(finding.id.into());
                    view! {
                        <li><a class="row link" href=format!("/findings/{}", finding.id)>
                            {ui::glyph(state)}
                            <span class="grow">{super::what(finding)}<span class="note">{place}" · "{who}</span></span>
                            {unsent.then(|| view! { <span class="note">{locales::saving::unconfirmed()}</span> })}
                            <span class="number">{time::ago(finding.at.best, now, &zone)}</span>{ui::icon("next")}
                        </a></li>
                    }
                })
                .collect();
            view! { <ul class="rows">{signs}{rows}</ul> }.into_any()
        })
    };
    let foot = view! { <a class="button main" href="/findings/new">{ui::icon("plus")}{say::report()}</a> };
    view! {
        <ui::Page title=general::findings() foot=foot.into_any()>
            <nav class="tabs" aria-label=general::findings()>
                {tab("", "/findings", say::open())}
                {tab("corrected", "/findings?show=corrected", say::corrected())}
                {tab("all", "/findings?show=all", say::all())}
            </nav>
            {ui::search(search)}
            {list}
        </ui::Page>
    }
}

fn place(world: &World, checkpoint: CheckpointId) -> String {
    match world.get(checkpoint.into()) {
        Some(Body::Checkpoint(checkpoint)) => locales::say(&checkpoint.name),
        _ => String::new(),
    }
}

/// What a search goes through: what is wrong, where, and who said so.
fn said_of<'w>(world: &'w World, finding: &'w Finding) -> Vec<&'w str> {
    let place = match world.get(finding.checkpoint.into()) {
        Some(Body::Checkpoint(checkpoint)) => Some(&checkpoint.name),
        _ => None,
    };
    let who = match world.get(finding.by.into()) {
        Some(Body::Person(person)) => Some(&person.name),
        _ => None,
    };
    let words = [finding.what.as_ref(), place, who].into_iter().flatten();
    words.flat_map(|words| [words.zh.as_str(), words.en.as_str()]).chain([finding.note.as_str()]).collect()
}
