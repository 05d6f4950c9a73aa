//! The frame around every page, who may pass it, and the map of the site.

use std::time::Duration;

use domain::{
    permissions::{Act, may},
    storage::Room,
};
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions, WildcardSegment,
    components::{FlatRoutes, Route, Router},
    hooks::{use_location, use_navigate},
};

use sync::device::exchange::Fault;

use crate::{
    accounts::{Enrolling, enrol, sign_in, unlock},
    device::{clock, preferences, releases, storage, wake},
    findings,
    locales::{self, device as say_device, general as say},
    rounds, settings,
    store::{
        self, Network, NotSaved, Store, courier,
        disk::{DiskFault, OtherTab},
        provide_store, use_store,
    },
    ui, visits, waiting,
};

/// The language of the page. Changing it draws everything anew.
#[derive(Clone, Copy)]
pub struct ChosenLanguage(pub RwSignal<domain::text::Language>);

/// Becomes true when a new release waits for the person to agree.
#[derive(Clone, Copy)]
pub struct NewRelease(pub RwSignal<bool>);

/// What another tab runs, where it stands in this one's way.
#[derive(Clone, Copy)]
struct Beside(RwSignal<Option<OtherTab>>);

/// Opens the disk, then the first page.
pub fn open() {
    let language = preferences::language();
    locales::set_language(language);
    preferences::set_language(language);
    leptos::mount::mount_to_body(move || view! { <App language/> });
}

#[component]
fn App(language: domain::text::Language) -> impl IntoView {
    let owner = Owner::current().expect("a mounted view has an owner");
    provide_context(ChosenLanguage(RwSignal::new(language)));
    provide_context(Enrolling(RwSignal::new(None)));
    provide_context(NewRelease(releases::new_release_ready()));
    let beside = RwSignal::new(None::<OtherTab>);
    provide_context(Beside(beside));
    // Nothing until the disk is read; the shell's own words stand there meanwhile.
    let opened = RwSignal::new(None::<Result<Store, DiskFault>>);
    leptos::task::spawn_local(async move {
        let held = store::open(move |tab| {
            end_boot();
            beside.set(Some(tab));
        })
        .await;
        end_boot();
        opened.set(Some(owner.with(|| held.map(begin))));
    });
    move || {
        Some(match (opened.get(), beside.get()) {
            (Some(Ok(_)), _) => view! { <Pages/> }.into_any(),
            (Some(Err(DiskFault::Newer)), _) => {
                releases::look_for_new();
                alone(say_device::newer_disk_title(), say_device::newer_disk())
            }
            (Some(Err(_)), _) => alone(say::cannot_store_title(), say::cannot_store()),
            (None, Some(_)) => alone(say_device::older_tab_title(), say_device::older_tab()),
            (None, None) => return None,
        })
    }
}

/// The shell's own words make room.
fn end_boot() {
    if let Some(boot) = document().get_element_by_id("boot") {
        boot.remove();
    }
}

/// A page that has nothing but a sentence, and the way out where a new release is one.
fn alone(title: &'static str, next: &'static str) -> AnyView {
    view! { <main class="door">{ui::empty(title, next)}{offer()}</main> }.into_any()
}

/// A new release opens when the person agrees.
fn offer() -> AnyView {
    let new_release = expect_context::<NewRelease>().0;
    (move || {
        new_release.get().then(|| view! {
            <div class="notice" role="status">
                <p>{say_device::new_release()}</p>
                <button class="button quiet" on:click=move |_| releases::take_new_release()>{say_device::take_new_release()}</button>
            </div>
        })
    })
    .into_any()
}

fn begin(held: store::Opened) -> Store {
    let store = provide_store(held);
    set_interval(move || store.now.set(clock::wall()), Duration::from_secs(30));
    leptos::task::spawn_local(courier::run(store));
    ask_to_persist(store);
    watch_the_room(store);
    look_for_new_when_too_old(store);
    store
}

fn is_too_old(store: Store) -> Memo<bool> {
    Memo::new(move |_| store.network.get() == Network::Bad(Fault::TooOld))
}

/// Once, by itself; it opens when the person agrees.
fn look_for_new_when_too_old(store: Store) {
    let too_old = is_too_old(store);
    Effect::new(move |_| {
        if too_old.get() {
            releases::look_for_new();
        }
    });
}

/// Asked only of a device that is enrolled: some browsers ask the person.
fn ask_to_persist(store: Store) {
    let is_enrolled = Memo::new(move |_| store.enrolled.with(Option::is_some));
    Effect::new(move |_| {
        if is_enrolled.get() {
            leptos::task::spawn_local(async {
                let _ = storage::ask_to_persist().await;
            });
        }
    });
}

/// After every save, and every half minute. A save that found the disk full knows better than any estimate.
fn watch_the_room(store: Store) {
    Effect::new(move |_| {
        let is_full = matches!(store.saved.get(), Some(Err(NotSaved::Disk(DiskFault::Full))));
        store.now.track();
        leptos::task::spawn_local(async move {
            let room = match storage::usage().await {
                _ if is_full => Room::NoPhotos,
                Some(usage) => usage.room(),
                None => Room::Enough,
            };
            if room != store.room.get_untracked() {
                store.room.set(room);
            }
        });
    });
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
    /// A page of the larger build that needs nobody to be signed in.
    Own,
    SignIn,
    Enrol,
    Unlock,
    Filling,
    /// The device was retired: what it had not sent is handed over.
    Retired,
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
        if desk::is_door(&path) {
            return Door::Own;
        }
        if enrolling.with(Option::is_some) {
            return Door::Enrol;
        }
        // A device whose credential is gone goes on working: what is saved waits, and a notice says what to do.
        if store.enrolled.with(Option::is_none) || path == "/sign-in" {
            return Door::SignIn;
        }
        if store.retired.with(Option::is_some) {
            return Door::Retired;
        }
        if store.present.get().is_none() {
            return Door::Unlock;
        }
        if store.filling.get() {
            return Door::Filling;
        }
        match store.me() {
            // Residents are known to the larger build alone; who looks after them, or oversees, needs it from the first page on.
            me if !desk::IS_HERE
                && me.as_ref().is_none_or(|me| may(&me.roles, Act::SeeDesk))
                && releases::open_desk() =>
            {
                Door::Filling
            }
            None => Door::Stranger,
            Some(_) => Door::Inside,
        }
    });
    move || match door.get() {
        Door::Own => desk::door(&path.get()),
        Door::SignIn => sign_in::page(),
        Door::Enrol => enrol::page(),
        Door::Unlock => unlock::page(),
        Door::Filling => filling(store),
        Door::Retired => waiting::retired(store),
        Door::Stranger => stranger(store),
        Door::Inside => view! { <Inside/> }.into_any(),
    }
}

fn filling(store: Store) -> AnyView {
    let too_old = is_too_old(store);
    let next = move || match store.network.get() {
        Network::Bad(_) => say::first_records_offline(),
        Network::Unknown | Network::Good => say::first_records_next(),
    };
    (move || match too_old.get() {
        true => alone(say_device::too_old_title(), crate::locales::saving::network_too_old()),
        false => view! {
            <main class="door" aria-busy="true">
                <div class="spinner" aria-hidden="true"></div>
                <h1>{say::first_records()}</h1>
                <p role="status">{next}</p>
            </main>
        }
        .into_any(),
    })
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
    stay_awake_on_rounds(path);
    view! {
        <a class="skip" href="#content">{say::skip_to_content()}</a>
        <Navigation/>
        <div class="inside" id="content">
            <Notices/>
            {move || page_at(&page.get())}
        </div>
    }
}

/// The screen stays awake while a round's pages are open.
fn stay_awake_on_rounds(path: Memo<String>) {
    let is_on_round = Memo::new(move |_| path.with(|path| path.starts_with("/rounds/")));
    Effect::new(move |_| if is_on_round.get() { wake::keep_awake() } else { wake::let_sleep() });
    on_cleanup(wake::let_sleep);
}

/// The map of the site.
fn page_at(path: &str) -> AnyView {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [] => desk::home(),
        ["rounds", "unplanned"] => rounds::unplanned::page(),
        ["rounds", round] => rounds::walk::page(round),
        ["rounds", round, "finish"] => rounds::finish::page(round),
        ["rounds", round, "visits", visit] => visits::correct::page(round, visit),
        ["rounds", round, "stops", checkpoint] => visits::checkpoint::page(round, checkpoint),
        ["findings"] => findings::list::page(),
        ["findings", "new"] => findings::report::page(),
        ["findings", finding] => findings::one::page(finding),
        ["waiting"] => waiting::page(),
        ["settings"] => settings::page(),
        _ => desk::page(&parts),
    }
}

#[cfg(feature = "desk")]
mod desk;
#[cfg(not(feature = "desk"))]
#[path = "shell/field.rs"]
mod desk;

#[cfg(feature = "desk")]
pub use desk::{about, not_found};

/// The way to the notices, which the larger build shows.
pub fn notices(store: Store) -> AnyView {
    view! {
        <a class="row link" href="/notices"><span class="grow">{say::notices()}</span>{desk::unread(store)}{ui::icon("next")}</a>
    }
    .into_any()
}

pub use desk::{correction, headline, missing_photos};

/// Where the navigation leads whoever works here.
fn ways() -> Vec<(&'static str, &'static str, &'static str)> {
    vec![("/", "today", say::today()), ("/findings", "finding", say::findings())]
}

/// What everyone should know, above every page.
#[component]
fn Notices() -> impl IntoView {
    let store = use_store();
    let beside = expect_context::<Beside>().0;
    let attention = Memo::new(move |_| waiting::attention_count(store));
    let room = move || match store.room.get() {
        Room::Enough => None,
        Room::GettingFull => Some(say_device::getting_full()),
        Room::NoPhotos => Some(say_device::no_photos()),
    };
    // An update never interrupts a round.
    let is_walking = Memo::new(move |_| rounds::is_walking(store));
    let is_unconfirmed = Memo::new(move |_| {
        store.enrolled.with(|enrolled| enrolled.as_ref().is_some_and(|enrolled| !enrolled.confirmed))
    });
    let not_enrolled = move || store.network.get() == Network::Bad(Fault::NotEnrolled);
    let too_old = is_too_old(store);
    view! {
        {move || not_enrolled().then(|| view! {
            <div class="notice attention" role="alert">
                <p><strong>{crate::locales::accounts::not_enrolled()}</strong>" "{crate::locales::accounts::not_enrolled_next()}</p>
                <a class="button" href="/sign-in">{crate::locales::accounts::sign_in()}</a>
            </div>
        })}
        {move || (attention.get() > 0).then(|| view! {
            <div class="notice attention" role="status">
                <a href="/waiting">{ui::glyph("attention")} {crate::locales::saving::attention_count(attention.get())}</a>
            </div>
        })}
        {move || room().map(|words| view! { <p class="notice attention" role="status">{ui::glyph("attention")}{words}</p> })}
        {move || (beside.get() == Some(OtherTab::Newer)).then(|| view! {
            <div class="notice attention" role="alert">
                <p>{say_device::newer_tab()}</p>
                <button class="button" on:click=move |_| releases::reload()>{say_device::open_anew()}</button>
            </div>
        })}
        {move || too_old.get().then(|| view! {
            <p class="notice attention" role="alert">{ui::glyph("attention")}{crate::locales::saving::network_too_old()}</p>
        })}
        {move || store.evicted.get().map(|evicted| {
            let when = locales::time::absolute(evicted.seen, store.time(), &store.zone());
            let read = move |_| leptos::task::spawn_local(async move {
                let _ = store.keep_evicted(None).await;
            });
            view! {
                <div class="notice attention" role="alert">
                    <p>{say_device::evicted(&when, evicted.lost)}</p>
                    <button class="button" on:click=read>{say_device::understood()}</button>
                </div>
            }
        })}
        {move || (!is_walking.get() && is_unconfirmed.get()).then(|| view! {
            <p class="notice" role="status">{ui::glyph("unknown")}{crate::locales::saving::not_confirmed()}</p>
        })}
        {move || waiting::claimed_here(store)}
        {move || (!is_walking.get()).then(offer)}
    }
}

#[component]
fn Navigation() -> impl IntoView {
    let store = use_store();
    let path = use_location().pathname;
    let link = move |(href, icon, words): (&'static str, &'static str, &'static str)| {
        let is_here = move || {
            let path = path.get();
            if href == "/" {
                path == "/" || path.starts_with("/rounds")
            } else {
                path.starts_with(href) || desk::is_below(href, &path)
            }
        };
        view! {
            <a href=href aria-current=move || is_here().then_some("page")>
                {ui::icon(icon)}<span>{words}</span>
            </a>
        }
    };
    let ways = Memo::new(move |_| desk::ways(store));
    view! {
        <nav class="navigation" aria-label=say::navigation()>
            {move || ways.get().into_iter().map(link).collect_view()}
            {link(("/settings", "settings", say::settings()))}
        </nav>
    }
}

/// Goes from this page to another, unless the person has gone elsewhere meanwhile: a save takes its time.
pub fn go() -> impl Fn(&str) + Clone + 'static {
    let (navigate, here) = (use_navigate(), use_location().pathname);
    let from = here.get_untracked();
    move |path: &str| {
        if here.with_untracked(|here| *here == from) {
            navigate(path, Default::default());
        }
    }
}

/// Goes to another address of the same page, which stays where it is scrolled to.
pub fn go_within() -> impl Fn(&str) + Clone + 'static {
    let navigate = use_navigate();
    move |path: &str| navigate(path, NavigateOptions { scroll: false, ..Default::default() })
}
