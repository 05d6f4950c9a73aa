//! All surveys as the desk sees them: what is open, how many have answered, and what came of it.

use domain::{
    permissions::Act,
    refusal::WhyNot,
    surveys::{Subject, Survey},
};
use leptos::prelude::*;
use sync::device::world::World;

use super::{results_of, surveys};
use crate::{
    asking::may_here,
    locales::{self, calendar, households as say_households, survey_form as say, surveys as say_surveys},
    store::{Store, use_store},
    ui,
};

pub fn page() -> AnyView {
    view! { <Overview/> }.into_any()
}

#[component]
fn Overview() -> impl IntoView {
    let store = use_store();
    let may_ask = may_here(store, Act::RunSurveys);
    let lists = move || {
        let now = store.time();
        store.world.with(|world| {
            let mut all: Vec<&Survey> = surveys(world).collect();
            all.sort_by_key(|survey| (std::cmp::Reverse(survey.closes), survey.id));
            let (open, other): (Vec<_>, Vec<_>) = all.into_iter().partition(|survey| survey.is_open(now).is_ok());
            let section = |title: &'static str, surveys: Vec<&Survey>| {
                let rows: Vec<_> = surveys.into_iter().map(|survey| row(world, survey, store)).collect();
                (!rows.is_empty()).then(|| view! { <section><h2>{title}</h2><ul class="rows">{rows}</ul></section> })
            };
            let is_empty = open.is_empty() && other.is_empty();
            view! {
                {is_empty.then(|| ui::empty(say_surveys::no_surveys(), say::no_surveys_next()))}
                {section(say_surveys::open_ones(), open)}
                {section(say::not_open(), other)}
            }
            .into_any()
        })
    };
    let foot = move || {
        may_ask.get().then(|| view! { <a class="button main" href="/surveys/new">{ui::icon("plus")}{say::new()}</a> })
    };
    view! { <ui::Page title=say_surveys::surveys() back="/neighbourhood" foot=foot.into_any()>{lists}</ui::Page> }
}

fn row(world: &World, survey: &Survey, store: Store) -> AnyView {
    let (now, zone) = untrack(|| (store.time(), store.zone()));
    let when = |at| calendar::moment(at, now, &zone);
    let (state, words) = match survey.is_open(now) {
        Ok(()) => ("running", say_surveys::open_until(&when(survey.closes))),
        Err(WhyNot::NotYetOpen { opens }) => ("ahead", say_surveys::opens_at(&when(opens))),
        Err(_) => ("finished", say_surveys::closed_at(&when(survey.closes))),
    };
    let received = results_of(world, Subject::Survey { survey: survey.id }).map_or(0, |results| results.received);
    view! {
        <li><a class="row link" href=format!("/surveys/{}/results", survey.id)>
            {ui::glyph(state)}
            <span class="grow">{locales::say(&survey.title)}<span class="note">{words}" · "{say_households::received(received)}</span></span>
            {ui::icon("next")}
        </a></li>
    }
    .into_any()
}
