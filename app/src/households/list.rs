//! Every household by its flat; what is searched and which building is shown stand in the URL.

use domain::{households::Household, ids::AreaId, permissions::Act};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use sync::device::world::World;

use super::{all, area_name, buildings, folded, newcomers::Newcomers};
use crate::{
    asking::{for_who_may, may_here},
    locales::{self, general, households as say, people},
    shell::go_within,
    store::use_store,
    ui,
};

pub fn page() -> AnyView {
    for_who_may(Act::SeeDesk, say::households(), || view! { <Households/> }.into_any())
}

#[component]
fn Households() -> impl IntoView {
    let store = use_store();
    let query = use_location().query;
    let asked = move |name: &'static str| query.with_untracked(|query| query.get(name).unwrap_or_default());
    let (wanted, building) = (RwSignal::new(asked("q")), RwSignal::new(asked("building")));
    let newcomers = Newcomers::begin(store);
    let may_add = may_here(store, Act::ApproveHouseholds);
    let go = go_within();
    // What is asked for stands in the address, so that the way back leads to the same list.
    Effect::new(move |before: Option<String>| {
        let address = address(&wanted.get(), &building.get());
        if before.is_some_and(|before| before != address) {
            go(&address);
        }
        address
    });
    let list = move || {
        let (wanted, within) = (folded(&wanted.get()), building.get().parse().ok());
        store.world.with(|world| lists(world, &wanted, within))
    };
    let options = store.world.with_untracked(buildings);
    let option = move |value: String, words: String| {
        let this = value.clone();
        view! { <option value=value selected=move || building.get_untracked() == this>{words}</option> }
    };
    let foot = move || {
        may_add
            .get()
            .then(|| view! { <a class="button main" href="/households/new">{ui::icon("plus")}{say::add()}</a> })
    };
    view! {
        <ui::Page title=say::households() back="/neighbourhood" foot=foot.into_any()>
            {newcomers.view()}
            <div class="find">
                <div class="field">
                    <label for="field-search">{say::search()}</label>
                    <input id="field-search" type="search" maxlength="200" autocomplete="off" prop:value=move || wanted.get()
                        on:input=move |event| wanted.set(event_target_value(&event))/>
                </div>
                <div class="field">
                    <label for="field-building">{say::building()}</label>
                    <select id="field-building" on:change=move |event| building.set(event_target_value(&event))>
                        {option(String::new(), say::all_buildings().into())}
                        {options.into_iter().map(|(id, name)| option(id.to_string(), name)).collect_view()}
                    </select>
                </div>
            </div>
            {list}
        </ui::Page>
    }
}

fn address(wanted: &str, building: &str) -> String {
    let wanted: String = js_sys::encode_uri_component(wanted.trim()).into();
    ["/households?q=", &wanted, "&building=", building].concat()
}

/// Those who live here, and folded below those who have moved out.
fn lists(world: &World, wanted: &str, within: Option<AreaId>) -> AnyView {
    let mut found: Vec<(String, &Household)> = all(world)
        .filter(|household| within.is_none() || household.area == within)
        .filter(|household| has_words(world, household, wanted))
        .map(|household| (locales::say(&household.flat), household))
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    let (here, gone): (Vec<_>, Vec<_>) = found.into_iter().partition(|(_, household)| household.moved_out.is_none());
    let is_searched = !wanted.is_empty() || within.is_some();
    let shown = match here.len() {
        0 if is_searched => ui::empty(general::nothing_found(), general::nothing_found_next()).into_any(),
        0 => ui::empty(say::no_households(), say::no_households_next()).into_any(),
        n => {
            let rows: Vec<_> = here.iter().map(|(flat, household)| row(world, flat, household)).collect();
            view! { <p class="lead" role="status">{say::count(n)}</p><ul class="rows">{rows}</ul> }.into_any()
        }
    };
    let folded = (!gone.is_empty()).then(|| {
        let rows: Vec<_> = gone.iter().map(|(flat, household)| row(world, flat, household)).collect();
        view! { <details><summary>{say::moved_out_count(gone.len())}</summary><ul class="rows">{rows}</ul></details> }
    });
    view! { {shown}{folded} }.into_any()
}

/// Whether the flat, a member or the building has these words, in either language.
fn has_words(world: &World, household: &Household, wanted: &str) -> bool {
    let building = area_name(world, household.area);
    let names = household.members.iter().map(|member| &member.name);
    let mut texts = [&household.flat.zh, &household.flat.en].into_iter().chain(names).chain(&building);
    texts.any(|text| folded(text).contains(wanted))
}

fn row(world: &World, flat: &str, household: &Household) -> AnyView {
    let names: Vec<&str> = household.members.iter().map(|member| member.name.as_str()).collect();
    let names = if names.is_empty() { say::no_members().to_owned() } else { names.join(general::between_names()) };
    view! {
        <li><a class="row link" href=format!("/households/{}", household.id)>
            {ui::icon("household")}
            <span class="grow"><bdi>{flat.to_owned()}</bdi><bdi class="note">{names}</bdi></span>
            {world.is_unconfirmed(household.id.into()).then(|| view! { <span class="note">{ui::glyph("waiting")}" "{people::asked_for()}</span> })}
            {ui::icon("next")}
        </a></li>
    }
    .into_any()
}
