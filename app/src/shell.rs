//! The frame around every page, who may pass it, and the map of the site.

use std::time::Duration;

use domain::permissions::{Act, may};
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions, WildcardSegment,
    components::{FlatRoutes, Route, Router},
    hooks::{use_location, use_navigate},
};

use crate::{
    accounts::{Enrolling, enrol, set_up, sign_in, unlock},
    checkpoints,
    device::{clock, install, preferences},
    devices, findings,
    locales::{self, general as say},
    results, rounds, settings,
    store::{self, Network, Store, courier, disk::DiskFault, provide_store, use_store},
    today, ui, visits, waiting,
};

/// The language of the page. Changing it draws everything anew.
#[derive(Clone, Copy)]
pub struct ChosenLanguage(pub RwSignal<domain::text::Language>);

/// Becomes true when a new release waits for the person to agree.
#[derive(Clone, Copy)]
pub struct NewRelease(pub RwSignal<bool>);

/// Opens the disk, then the first page.
pub fn open() {
    let language = preferences::language();
    locales::set_language(language);
    preferences::set_language(language);
    preferences::set_theme(preferences::theme());
    leptos::mount::mount_to_body(move || view! { <App language/> });
}

#[component]
fn App(language: domain::text::Language) -> impl IntoView {
    let owner = Owner::current().expect("a mounted view has an owner");
    provide_context(ChosenLanguage(RwSignal::new(language)));
    provide_context(Enrolling(RwSignal::new(None)));
    provide_context(NewRelease(install::new_release_ready()));
    // Nothing until the disk is read; the shell's own words stand there meanwhile.
    let opened = RwSignal::new(None::<Result<Store, DiskFault>>);
    leptos::task::spawn_local(async move {
        let held = store::open().await;
        if let Some(boot) = document().get_element_by_id("boot") {
            boot.remove();
        }
        opened.set(Some(owner.with(|| held.map(begin))));
    });
    move || {
        Some(match opened.get()? {
            Ok(_) => view! { <Pages/> }.into_any(),
            Err(_) => view! { <main class="door">{ui::empty(say::cannot_store_title(), say::cannot_store())}</main> }
                .into_any(),
        })
    }
}

fn begin(held: store::Opened) -> Store {
    let store = provide_store(held);
    set_interval(move || store.now.set(clock::wall()), Duration::from_secs(30));
    leptos::task::spawn_local(courier::run(store));
    leptos::task::spawn_local(async {
        let _ = install::ask_to_persist().await;
    });
    store
}

/// Everything, drawn anew when the language changes.
#[component]
fn Pages() -> impl IntoView {
    let language = expect_context::<ChosenLanguage>().0;
    view! {
        <Router>
            // One route for all: the map of the site is `page_at`. Without a route the router would not write the address.
            <FlatRoutes fallback=|| ()>
                <Route path=WildcardSegment("path") view=move || {
                    move || {
                        language.track();
                        view! { <Frame/> }.into_any()
                    }
                }/>
            </FlatRoutes>
        </Router>
    }
}

/// Which frame the page stands in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Door {
    SetUp,
    SignIn,
    Enrol,
    Unlock,
    Filling,
    /// Somebody whom this device holds nothing of.
    Stranger,
    Inside,
}

#[component]
fn Frame() -> impl IntoView {
    let store = use_store();
    let enrolling = expect_context::<Enrolling>().0;
    let path = use_location().pathname;
    let door = Memo::new(move |_| {
        let path = path.get();
        if path == "/set-up" {
            return Door::SetUp;
        }
        if enrolling.with(Option::is_some) {
            return Door::Enrol;
        }
        // A device whose credential is gone goes on working: what is saved waits, and a notice says what to do.
        if store.enrolled.with(Option::is_none) || path == "/sign-in" {
            return Door::SignIn;
        }
        if store.present.get().is_none() {
            return Door::Unlock;
        }
        if store.filling.get() {
            return Door::Filling;
        }
        if store.me().is_none() { Door::Stranger } else { Door::Inside }
    });
    move || match door.get() {
        Door::SetUp => set_up::page(),
        Door::SignIn => sign_in::page(),
        Door::Enrol => enrol::page(),
        Door::Unlock => unlock::page(),
        Door::Filling => filling(store),
        Door::Stranger => stranger(store),
        Door::Inside => view! { <Inside/> }.into_any(),
    }
}

fn filling(store: Store) -> AnyView {
    let next = move || match store.network.get() {
        Network::Bad(_) => say::first_records_offline(),
        Network::Unknown | Network::Good => say::first_records_next(),
    };
    view! {
        <main class="door" aria-busy="true">
            <div class="spinner" aria-hidden="true"></div>
            <h1>{say::first_records()}</h1>
            <p role="status">{next}</p>
        </main>
    }
    .into_any()
}

fn stranger(store: Store) -> AnyView {
    view! {
        <main class="door">
            <div class="card">
                <h1>{say::nothing_for_you()}</h1>
                <p class="lead">{say::nothing_for_you_next()}</p>
                <a class="button quiet" href="/sign-in" on:click=move |_| store.leave()>{crate::locales::accounts::sign_out()}</a>
            </div>
        </main>
    }
    .into_any()
}

#[component]
fn Inside() -> impl IntoView {
    let path = use_location().pathname;
    let page = Memo::new(move |_| path.get());
    view! {
        <a class="skip" href="#content">{say::skip_to_content()}</a>
        <Navigation/>
        <div class="inside" id="content">
            <Notices/>
            {move || page_at(&page.get())}
        </div>
    }
}

/// The map of the site.
fn page_at(path: &str) -> AnyView {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [] => today::page(),
        ["rounds", "unplanned"] => rounds::unplanned::page(),
        ["rounds", round] => rounds::walk::page(round),
        ["rounds", round, "finish"] => rounds::finish::page(round),
        ["rounds", round, "visits", visit] => visits::correct::page(round, visit),
        ["rounds", round, "stops", checkpoint] => visits::checkpoint::page(round, checkpoint),
        ["findings"] => findings::list::page(),
        ["findings", "new"] => findings::report::page(),
        ["findings", finding] => findings::one::page(finding),
        ["results"] => results::list::page(results::list::Table::Rounds),
        ["results", "visits"] => results::list::page(results::list::Table::Visits),
        ["results", "areas"] => results::list::page(results::list::Table::Areas),
        ["results", "checkpoint", checkpoint] => results::checkpoint::page(checkpoint),
        ["results", round] => results::story::page(round),
        ["waiting"] => waiting::page(),
        ["checkpoints"] => checkpoints::page(),
        ["devices"] => devices::page(),
        ["settings"] => settings::page(),
        _ => view! {
            <ui::Page title=say::not_found()>{ui::empty(say::not_found(), say::not_found_next())}</ui::Page>
        }
        .into_any(),
    }
}

/// What everyone should know, above every page.
#[component]
fn Notices() -> impl IntoView {
    let store = use_store();
    let new_release = expect_context::<NewRelease>().0;
    let attention = Memo::new(move |_| waiting::attention_count(store));
    let quota = RwSignal::new(None::<f64>);
    leptos::task::spawn_local(async move {
        quota.try_set(install::quota_used().await);
    });
    let is_filling_up = move || quota.get().filter(|used| *used >= install::QUOTA_WARNING);
    let not_enrolled = move || store.network.get() == Network::Bad(sync::device::exchange::Fault::NotEnrolled);
    view! {
        {move || not_enrolled().then(|| view! {
            <div class="notice attention" role="alert">
                <p><strong>{crate::locales::accounts::not_enrolled()}</strong>" "{crate::locales::accounts::not_enrolled_next()}</p>
                <a class="button" href="/sign-in">{crate::locales::accounts::sign_in()}</a>
            </div>
        })}
        {move || (attention.get() > 0).then(|| view! {
            <a class="notice attention" href="/waiting">
                {ui::glyph("attention")} {crate::locales::saving::attention_count(attention.get())}
            </a>
        })}
        {move || is_filling_up().map(|used| view! {
            <p class="notice attention" role="status">{say::quota_warning((used * 100.0).ceil() as u32)}</p>
        })}
        {move || new_release.get().then(|| view! {
            <div class="notice">
                <p>{say::new_release()}</p>
                <button class="button quiet" on:click=move |_| install::take_new_release()>{say::take_new_release()}</button>
            </div>
        })}
    }
}

#[component]
fn Navigation() -> impl IntoView {
    let store = use_store();
    let path = use_location().pathname;
    let link = move |href: &'static str, icon: &'static str, words: &'static str| {
        let is_here = move || {
            let path = path.get();
            if href == "/" { path == "/" || path.starts_with("/rounds") } else { path.starts_with(href) }
        };
        view! {
            <a href=href aria-current=move || is_here().then_some("page")>
                {ui::icon(icon)}<span>{words}</span>
            </a>
        }
    };
    let roles = Memo::new(move |_| store.me().map(|me| me.roles).unwrap_or_default());
    view! {
        <nav class="navigation" aria-label=say::navigation()>
            {link("/", "today", say::today())}
            {link("/findings", "finding", say::findings())}
            {move || may(&roles.get(), Act::SeeResults).then(|| link("/results", "results", say::results()))}
            {move || may(&roles.get(), Act::RetireDevices).then(|| link("/devices", "device", say::devices()))}
            {link("/settings", "settings", say::settings())}
        </nav>
    }
}

/// Goes to another page of the site.
pub fn go() -> impl Fn(&str) + Clone + 'static {
    let navigate = use_navigate();
    move |path: &str| navigate(path, Default::default())
}

/// Goes to another address of the same page, which stays where it is scrolled to.
pub fn go_within() -> impl Fn(&str) + Clone + 'static {
    let navigate = use_navigate();
    move |path: &str| navigate(path, NavigateOptions { scroll: false, ..Default::default() })
}
