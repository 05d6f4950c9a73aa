//! Settings of this device and of the person at it.

use domain::{
    permissions::{Act, may, may_see_devices},
    text::Language,
};
use leptos::{ev::SubmitEvent, prelude::*};
use sync::messages::Profile;

use crate::{
    accounts::{session::in_own_session, unlock::choose_language},
    device::{
        install::{self, Install},
        preferences::{self, Theme},
        storage,
    },
    locales::{self, accounts as say_accounts, device as say_device, general as say},
    online::{self, Trouble},
    shell::ChosenLanguage,
    store::use_store,
    ui, waiting,
};

pub fn page() -> AnyView {
    view! { <Settings/> }.into_any()
}

#[component]
fn Settings() -> impl IntoView {
    let store = use_store();
    let language = expect_context::<ChosenLanguage>().0;
    let theme = RwSignal::new(preferences::theme());
    let is_shared = move || {
        store.enrolled.with(|enrolled| enrolled.as_ref().is_some_and(|enrolled| enrolled.profile == Profile::Shared))
    };
    let leave = move |_| store.leave();
    let choose = move |wanted: Language| {
        let (words, tag) = say::language_name(wanted);
        view! { <button type="button" class="press" lang=tag aria-pressed=(language.get_untracked() == wanted).to_string() on:click=move |_| choose_language(language, wanted)>{words}</button> }
    };
    let set_theme = move |wanted: Theme, words: &'static str| {
        view! { <button type="button" class="press" aria-pressed=move || (theme.get() == wanted).to_string() on:click=move |_| { preferences::set_theme(wanted); theme.set(wanted); }>{words}</button> }
    };
    view! {
        <ui::Page title=say::settings()>
            <section class="card">
                {move || store.me().map(|me| view! {
                    <p>{ui::icon("person")}<strong>{say_accounts::signed_in_as(&locales::say(&me.name))}</strong></p>
                    <p class="note">{me.roles.iter().map(|role| say::role(*role)).collect::<Vec<_>>().join(" · ")}</p>
                })}
                {move || { let n = waiting::waiting_count(store); (n > 0).then(|| view! { <p class="note">{say_accounts::unsent_stay(n)}</p> }) }}
                {move || if is_shared() {
                    view! { <button class="button main" on:click=leave>{ui::icon("lock")}{say_accounts::lock()}</button> }.into_any()
                } else {
                    view! { <button class="button quiet" on:click=leave>{say_accounts::sign_out()}</button> }.into_any()
                }}
            </section>
            <section class="card">
                <h2>{say::language()}</h2>
                <div class="presses" role="group" aria-label=say::language()>
                    {choose(Language::Zh)}
                    {choose(Language::En)}
                </div>
                <h2>{say::theme()}</h2>
                <div class="presses wrap" role="group" aria-label=say::theme()>
                    {set_theme(Theme::System, say::theme_system())}
                    {set_theme(Theme::Light, say::theme_light())}
                    {set_theme(Theme::Night, say::theme_night())}
                    {set_theme(Theme::Sunlight, say::theme_sunlight())}
                </div>
            </section>
            {move || store.me().filter(|me| may(&me.roles, Act::SetUp)).map(|_| view! {
                <a class="row link" href="/checkpoints">{ui::icon("tag")}<span class="grow">{locales::checkpoints::open_tags()}</span>{ui::icon("next")}</a>
            })}
            {people_link(store)}
            <SetPin/>
            <a class="row link" href="/sign-ins">{ui::icon("lock")}<span class="grow">{locales::sign_ins::sign_ins()}</span>{ui::icon("next")}</a>
            <HomeScreen/>
            <Room/>
            {move || store.me().is_some_and(|me| may_see_devices(&me.roles)).then(|| view! {
                <a class="row link" href="/devices">{ui::icon("device")}<span class="grow">{say::devices()}</span>{ui::icon("next")}</a>
            })}
            <section class="card">
                <h2>{say::about()}</h2>
                <p>{move || store.enrolled.get().map(|enrolled| enrolled.name)}</p>
                <p class="note">{say::version(env!("CARGO_PKG_VERSION"))}</p>
            </section>
        </ui::Page>
    }
}

/// On a phone the way to people is here: the navigation has no room for it.
#[cfg(feature = "desk")]
fn people_link(store: crate::store::Store) -> AnyView {
    (move || store.me().filter(crate::people::may_see).map(|_| view! {
        <a class="row link" href="/people">{ui::icon("person")}<span class="grow">{locales::people::people()}</span>{ui::icon("next")}</a>
    }))
    .into_any()
}

#[cfg(not(feature = "desk"))]
fn people_link(_store: crate::store::Store) -> AnyView {
    ().into_any()
}

#[component]
fn HomeScreen() -> impl IntoView {
    let state = RwSignal::new(install::how());
    let ask = move |_| {
        leptos::task::spawn_local(async move {
            let _ = state.try_set(install::ask().await);
        });
    };
    view! {
        <section class="card">
            <h2>{say_device::install()}</h2>
            {move || match state.get() {
                Install::Done => view! { <p class="done" role="status">{ui::glyph("good")}{say_device::installed()}</p> }.into_any(),
                Install::Ask => view! {
                    <p class="note">{say_device::install_why()}</p>
                    <button type="button" class="button quiet" on:click=ask>{say_device::install()}</button>
                }.into_any(),
                Install::ShareMenu => how_to(say_device::install_by_share_menu()),
                Install::BrowserMenu => how_to(say_device::install_by_browser_menu()),
            }}
        </section>
    }
}

fn how_to(words: &'static str) -> AnyView {
    view! { <p>{words}</p><p class="note">{say_device::install_why()}</p> }.into_any()
}

/// How much room there is, and whether the browser keeps what is in it.
#[component]
fn Room() -> impl IntoView {
    let lines = RwSignal::new((String::new(), ""));
    leptos::task::spawn_local(async move {
        let used = storage::usage().await.map_or_else(String::new, |usage| {
            say_device::storage_used(&say_device::size(usage.used), &say_device::size(usage.left()))
        });
        let kept = match storage::is_promised().await {
            Some(true) => say_device::storage_kept(),
            Some(false) => say_device::storage_not_promised(),
            None => "",
        };
        let _ = lines.try_set((used, kept));
    });
    view! {
        <section class="card">
            <h2>{say_device::room()}</h2>
            <p class="number">{move || lines.get().0}</p>
            <p class="note">{move || lines.get().1}</p>
        </section>
    }
}

#[component]
fn SetPin() -> impl IntoView {
    let pin = RwSignal::new(String::new());
    let fault = RwSignal::new(None::<String>);
    let is_done = RwSignal::new(false);
    let needs_sign_in = RwSignal::new(false);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let digits = domain::text::half_width(pin.get_untracked().trim());
        if !(4..=8).contains(&digits.len()) || !digits.chars().all(|c| c.is_ascii_digit()) {
            return fault.set(Some(say_accounts::pin_digits().into()));
        }
        leptos::task::spawn_local(async move {
            match in_own_session(online::set_pin(digits)).await {
                Ok(()) => {
                    is_done.set(true);
                    fault.set(None);
                    pin.set(String::new());
                }
                Err(trouble) => {
                    needs_sign_in.set(trouble == Trouble::SignInFirst);
                    let is_taken = matches!(&trouble, Trouble::Taken { .. });
                    fault.set(Some(if is_taken {
                        locales::people::pin_taken().into()
                    } else {
                        say::trouble(&trouble)
                    }));
                }
            }
        });
    };
    view! {
        <form class="card" on:submit=submit>
            <h2>{say_accounts::set_pin()}</h2>
            <div class="field">
                <label for="field-pin">{say_accounts::set_pin_lead()}</label>
                <input id="field-pin" type="password" inputmode="numeric" autocomplete="off" aria-describedby="pin-fault"
                    prop:value=move || pin.get() on:input=move |event| { pin.set(event_target_value(&event)); fault.set(None); is_done.set(false); }/>
                <p class="fault" id="pin-fault" role="alert">{move || fault.get()}</p>
            </div>
            {move || is_done.get().then(|| view! { <p class="done" role="status">{ui::glyph("good")}{say_accounts::pin_set()}</p> })}
            {move || needs_sign_in.get().then(|| view! { <a class="button quiet" href="/sign-in">{say_accounts::sign_in()}</a> })}
            <button class="button quiet" type="submit">{say_accounts::set_pin()}</button>
            <p class="note">{say_accounts::pin_is_screen_lock()}</p>
        </form>
    }
}
