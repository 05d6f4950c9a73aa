//! A household's own page: who belongs to it, its calendar, and what this phone holds.

use domain::{households::Household, ids::HouseholdId};
use leptos::{html, prelude::*};

use super::own_household;
use crate::{
    accounts::session::in_own_session,
    device::share::{self, Given},
    locales::{self, events as say_events, general, joining as say},
    online::joining,
    store::{Store, use_store},
    ui,
};

pub fn page() -> AnyView {
    view! { <Own/> }.into_any()
}

#[component]
fn Own() -> impl IntoView {
    let store = use_store();
    let household = Memo::new(move |_| own_household(store));
    let id = Memo::new(move |_| household.with(|household| household.as_ref().map(|it| it.id)));
    view! {
        <ui::Page title=say_events::my_household()>
            {move || match household.get() {
                Some(household) => members(&household, store),
                None => ui::empty(say::no_household(), say::no_household_next()).into_any(),
            }}
            <a class="row link" href="/surveys">{ui::icon("results")}<span class="grow">{say::surveys()}</span>{ui::icon("next")}</a>
            {move || id.get().map(feed)}
            <section class="card">
                <h2>{say::held()}</h2>
                <p>{say::held_lead()}</p>
            </section>
        </ui::Page>
    }
}

fn members(household: &Household, store: Store) -> AnyView {
    let me = store.present.get().map(|present| present.person);
    let rows = household.members.iter().map(|member| {
        let is_me = Some(member.person) == me;
        view! {
            <li class="row">{ui::icon("person")}<span class="grow"><bdi>{member.name.clone()}</bdi>{is_me.then(|| view! { <span class="note">{say::you()}</span> })}</span></li>
        }
    });
    view! {
        <section>
            <h2>{locales::say(&household.flat)}" · "{say::members()}</h2>
            <ul class="rows">{rows.collect_view()}</ul>
            <p class="note">{say::one_more()}</p>
        </section>
    }
    .into_any()
}

/// The household's calendar: its address is a secret, so it is shown when somebody asks.
fn feed(household: HouseholdId) -> AnyView {
    let address = RwSignal::new(None::<String>);
    let said = RwSignal::new(None::<&'static str>);
    let problem = RwSignal::new(None::<String>);
    let is_asked = RwSignal::new(false);
    let is_busy = RwSignal::new(false);
    let fetch = move |renew: Renewal| {
        if is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        leptos::task::spawn_local(async move {
            let answer = in_own_session(async {
                match renew {
                    Renewal::Keep => joining::calendar_feed(household).await,
                    Renewal::Another => joining::renew_calendar_feed(household).await,
                }
            });
            match answer.await {
                Ok(feed) => {
                    address.try_set(Some(feed));
                    problem.try_set(None);
                    said.try_set((renew == Renewal::Another).then(say::feed_renewed));
                    is_asked.try_set(false);
                }
                Err(trouble) => {
                    problem.try_set(Some(general::trouble(&trouble)));
                }
            }
            is_busy.try_set(false);
        });
    };
    let copy = move |_| {
        let Some(address) = address.get_untracked() else { return };
        leptos::task::spawn_local(async move {
            let words = match share::copy(&address).await {
                Given::Copied | Given::Shared => say::feed_copied(),
                Given::Closed | Given::ByHand => say::feed_not_copied(),
            };
            said.try_set(Some(words));
        });
    };
    let shown = move || {
        match address.get() {
        None => view! {
            <button class="button quiet" disabled=move || is_busy.get() on:click=move |_| fetch(Renewal::Keep)>{ui::icon("event")}{say::feed_show()}</button>
        }
        .into_any(),
        Some(feed) => view! {
            <div class="field"><label for="field-feed">{say::feed_address()}</label><input id="field-feed" class="feed" readonly prop:value=feed.clone()/></div>
            <p class="note">{say::feed_secret()}</p>
            <div class="foot-row">
                <a class="button quiet" rel="external" href=subscription(&feed)>{say::feed_open()}</a>
                <button class="button main" on:click=copy>{say::feed_copy()}</button>
            </div>
            {move || if is_asked.get() { question(is_asked, Callback::new(move |()| fetch(Renewal::Another))) } else {
                view! { <button class="button quiet" on:click=move |_| is_asked.set(true)>{say::feed_renew()}</button> }.into_any()
            }}
        }
        .into_any(),
    }
    };
    view! {
        <section class="card">
            <h2>{say::feed()}</h2>
            <p>{say::feed_lead()}</p>
            {shown}
            <div role="status">{move || said.get().map(|words| view! { <p class="done">{ui::glyph("good")}{words}</p> })}</div>
            {ui::problem(move || problem.get())}
        </section>
    }
    .into_any()
}

/// Whether the address stays.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Renewal {
    Keep,
    Another,
}

/// How calendars are told to subscribe, and not to copy once.
fn subscription(feed: &str) -> String {
    feed.split_once("://").map_or_else(|| feed.to_owned(), |(_, rest)| format!("webcal://{rest}"))
}

fn question(is_asked: RwSignal<bool>, renew: Callback<()>) -> AnyView {
    let title = NodeRef::<html::H3>::new();
    title.on_load(|title| {
        let _ = title.focus();
    });
    view! {
        <div class="fields" role="alertdialog" aria-labelledby="renew-title" aria-describedby="renew-means">
            <h3 id="renew-title" tabindex="-1" node_ref=title>{say::feed_renew_question()}</h3>
            <p id="renew-means">{say::feed_renew_means()}</p>
            <div class="foot-row">
                <button class="button quiet" on:click=move |_| is_asked.set(false)>{general::cancel()}</button>
                <button class="button danger" on:click=move |_| renew.run(())>{say::feed_renew()}</button>
            </div>
        </div>
    }
    .into_any()
}
