//! Sign in with a pass phrase. It needs the network; everything after it does not.

use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::hooks::use_location;
use sync::{device::exchange::Fault, messages::Identity};

use super::{Enrolling, fits, session::end_what_is_left};
use crate::{
    device::preferences::{self, Session},
    locales::{accounts as say, general},
    online,
    shell::go,
    store::{Network, Present, use_store},
    ui,
};

pub fn page() -> AnyView {
    view! { <SignIn/> }.into_any()
}

#[component]
fn SignIn() -> impl IntoView {
    let store = use_store();
    let enrolling = expect_context::<Enrolling>().0;
    let username = RwSignal::new(String::new());
    let password = RwSignal::new(String::new());
    let shown = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let fault = RwSignal::new(None::<String>);
    let (go, path) = (go(), use_location().pathname);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        let go = go.clone();
        busy.set(true);
        leptos::task::spawn_local(async move {
            // Its answer would take the new session's cookie away.
            let _ = end_what_is_left().await;
            match online::sign_in(username.get_untracked(), password.get_untracked()).await {
                Ok(answer) => {
                    fault.set(None);
                    preferences::set_session(Some(Session::Of(answer.person)));
                    let is_fit = store
                        .enrolled
                        .with_untracked(|enrolled| enrolled.as_ref().is_some_and(|enrolled| fits(enrolled, &answer)));
                    let is_known = store.network.get_untracked() != Network::Bad(Fault::NotEnrolled)
                        && store.retired.with_untracked(Option::is_none);
                    if is_fit && is_known {
                        store.arrive(Present { person: answer.person, identity: Identity::SignedIn });
                        store.bell().ring();
                    } else {
                        enrolling.set(Some(answer));
                    }
                    // Whoever came by a link goes on to where it leads.
                    if path.get_untracked() == "/sign-in" {
                        go("/");
                    }
                }
                Err(trouble) => fault.set(Some(general::trouble(&trouble))),
            }
            busy.set(false);
        });
    };
    view! {
        <main class="door">
            {super::unlock::language_switch()}
            <div class="brand">{ui::icon("lamp")}<span>{general::PRODUCT}</span></div>
            <form class="card" on:submit=submit>
                <h1>{say::sign_in()}</h1>
                <p class="lead">{say::sign_in_lead()}</p>
                <ui::Field label=say::username() name="username" autocomplete="username" value=username/>
                <div class="field">
                    <label for="field-password">{say::password()}</label>
                    <input
                        id="field-password"
                        name="password"
                        autocomplete="current-password"
                        type=move || if shown.get() { "text" } else { "password" }
                        prop:value=move || password.get()
                        on:input=move |event| password.set(event_target_value(&event))
                    />
                    <label class="check">
                        <input type="checkbox" on:change=move |event| shown.set(event_target_checked(&event))/>
                        <span>{say::show_password()}</span>
                    </label>
                </div>
                {ui::problem(move || fault.get())}
                <button class="button main" type="submit" disabled=move || busy.get()>
                    {move || if busy.get() { say::signing_in() } else { say::sign_in() }}
                </button>
                {move || store.enrolled.get().is_some().then(|| view! { <a class="button quiet" href="/">{say::who_are_you()}</a> })}
            </form>
        </main>
    }
}
