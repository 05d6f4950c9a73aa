//! Everyone, by name; who is shown and what is searched stand in the URL.

use domain::{people::Person, permissions::may_set_up, records::Body, text::half_width};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use sync::device::world::World;

use super::place;
use crate::{
    accounts::session::in_own_session,
    locales::{self, people as say},
    online::{self, Account},
    shell::go,
    store::use_store,
    ui,
};

pub fn page() -> AnyView {
    super::for_who_may(|| view! { <People/> }.into_any())
}

#[component]
fn People() -> impl IntoView {
    let store = use_store();
    let query = use_location().query;
    let shown = Memo::new(move |_| query.with(|query| query.get("show").unwrap_or_default()));
    let wanted = RwSignal::new(query.with_untracked(|query| query.get("q").unwrap_or_default()));
    // Without a network the list goes without user names.
    let accounts = RwSignal::new(Vec::<Account>::new());
    leptos::task::spawn_local(async move {
        if let Ok(all) = in_own_session(online::accounts()).await {
            accounts.try_set(all);
        }
    });
    let tab = move |value: &'static str, words: &'static str| {
        let href = move || address(value, &wanted.get());
        view! { <a href=href aria-current=move || (shown.get() == value).then_some("true")>{words}</a> }
    };
    let list = move || {
        let (shown, wanted) = (shown.get(), folded(&wanted.get()));
        store.world.with(|world| {
            accounts.with(|accounts| {
                let username =
                    |person: &Person| accounts.iter().find(|it| it.person == person.id).map_or("", |it| &it.username);
                let mut people: Vec<(String, &Person)> = world
                    .all()
                    .filter_map(|body| match body {
                        Body::Person(person) if group(person) == shown => Some(person),
                        _ => None,
                    })
                    .filter(|person| {
                        [&person.name.zh, &person.name.en, username(person)]
                            .iter()
                            .any(|name| folded(name).contains(&wanted))
                    })
                    .map(|person| (locales::say(&person.name), person))
                    .collect();
                people.sort_by(|a, b| a.0.cmp(&b.0));
                if people.is_empty() {
                    return ui::empty(say::nobody(), say::nobody_next()).into_any();
                }
                let rows: Vec<_> =
                    people.iter().map(|(name, person)| row(world, name, person, username(person))).collect();
                view! {
                    <p class="lead" role="status">{say::found(people.len())}</p>
                    <ul class="rows">{rows}</ul>
                }
                .into_any()
            })
        })
    };
    let go = go();
    let foot = move || {
        store
            .me()
            .filter(may_set_up)
            .map(|_| view! { <a class="button main" href="/people/new">{ui::icon("plus")}{say::add()}</a> })
    };
    view! {
        <ui::Page title=say::people() foot=foot.into_any()>
            <nav class="tabs" aria-label=say::people()>
                {tab("", say::here())}
                {tab("residents", say::residents())}
                {tab("left", say::gone())}
            </nav>
            <div class="field">
                <label for="field-search">{say::search()}</label>
                <input id="field-search" type="search" autocomplete="off" prop:value=move || wanted.get()
                    on:input=move |event| wanted.set(event_target_value(&event))
                    on:change=move |_| go(&address(&shown.get_untracked(), &wanted.get_untracked()))/>
            </div>
            {list}
        </ui::Page>
    }
}

/// Which tab a person stands under.
fn group(person: &Person) -> &'static str {
    match person.left {
        Some(_) => "left",
        None if person.is_staff() => "",
        None => "residents",
    }
}

fn folded(text: &str) -> String {
    half_width(text.trim()).to_lowercase()
}

fn address(show: &str, wanted: &str) -> String {
    let wanted: String = js_sys::encode_uri_component(wanted.trim()).into();
    ["/people?show=", show, "&q=", &wanted].concat()
}

fn row(world: &World, name: &str, person: &Person, username: &str) -> AnyView {
    let other = [&person.name.zh, &person.name.en].into_iter().find(|other| *other != name).cloned();
    view! {
        <li><a class="row link" href=format!("/people/{}", person.id)>
            {ui::icon("person")}
            <span class="grow"><bdi>{name.to_owned()}</bdi>" "<bdi class="note">{other}</bdi>
                <span class="note">{place(world, person)}</span>
            </span>
            {world.is_unconfirmed(person.id.into()).then(|| view! { <span class="note">{ui::glyph("waiting")}" "{say::asked_for()}</span> })}
            <bdi class="note">{username.to_owned()}</bdi>
            {ui::icon("next")}
        </a></li>
    }
    .into_any()
}
