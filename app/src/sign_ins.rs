//! One's own pass phrase, devices and sessions: what was lost is ended from here.

use domain::ids::DeviceId;
use leptos::{ev::SubmitEvent, html, prelude::*};

use crate::{
    accounts::session::in_own_session,
    locales::{accounts as say_accounts, general, people as say_people, sign_ins as say, time},
    online::{self, OwnDevice, OwnSession, SignIns, Trouble},
    store::{Store, use_store},
    ui,
};

pub fn page() -> AnyView {
    view! { <Own/> }.into_any()
}

#[derive(Clone, Copy)]
struct Page {
    store: Store,
    answer: RwSignal<Option<Result<SignIns, Trouble>>>,
    /// A device that is about to be ended.
    asked: RwSignal<Option<OwnDevice>>,
    trouble: RwSignal<Option<Trouble>>,
}

#[component]
fn Own() -> impl IntoView {
    let page = Page {
        store: use_store(),
        answer: RwSignal::new(None),
        asked: RwSignal::new(None),
        trouble: RwSignal::new(None),
    };
    page.read();
    view! {
        <ui::Page title=say::sign_ins() back="/settings">
            {move || page.asked.get().map(|device| page.question(device))}
            {move || page.trouble.get().map(|trouble| refused(&trouble))}
            {move || match page.answer.get() {
                None => view! { <p class="lead" role="status">{general::loading()}</p> }.into_any(),
                Some(Err(Trouble::NoNetwork)) => view! {
                    {ui::empty(general::no_network_here(), general::no_network_here_next())}
                    <button class="button quiet" on:click=move |_| page.read()>{general::try_again()}</button>
                }.into_any(),
                Some(Err(trouble)) => refused(&trouble),
                Some(Ok(own)) => page.lists(own),
            }}
            <PassPhrase page/>
        </ui::Page>
    }
}

fn refused(trouble: &Trouble) -> AnyView {
    view! {
        <p class="problem" role="alert">{ui::glyph("bad")}<span>{general::trouble(trouble)}</span></p>
        {(*trouble == Trouble::SignInFirst).then(|| view! { <a class="button quiet" href="/sign-in">{say_accounts::sign_in()}</a> })}
    }
    .into_any()
}

impl Page {
    fn read(self) {
        leptos::task::spawn_local(async move {
            self.answer.try_set(Some(in_own_session(online::own_sign_ins()).await));
        });
    }

    fn after(self, done: Result<(), Trouble>) {
        self.asked.try_set(None);
        self.trouble.try_set(done.err());
        self.read();
    }

    fn end_device(self, device: DeviceId) {
        leptos::task::spawn_local(async move {
            self.after(in_own_session(online::end_own_device(device)).await);
        });
    }

    fn end_session(self, session: String) {
        leptos::task::spawn_local(async move {
            self.after(in_own_session(online::end_own_session(session)).await);
        });
    }

    fn lists(self, own: SignIns) -> AnyView {
        let (zone, now) = (self.store.zone(), self.store.time());
        let device = |device: OwnDevice| {
            let seen = match device.seen {
                Some(seen) => general::device_seen(&time::ago(seen, now, &zone)),
                None => general::device_never_seen().to_owned(),
            };
            let (name, waiting, is_here) = (device.name.clone(), device.waiting, device.is_here);
            let label = say::end_of(&name);
            view! {
                <li class="row device">{ui::icon("device")}
                    <span class="grow"><bdi>{name}</bdi><span class="note">{seen}</span>
                        {(waiting > 0).then(|| view! { <span class="note">{general::device_waiting(waiting)}</span> })}
                    </span>
                    {here_or(is_here, move || view! {
                        <button type="button" class="button quiet" aria-label=label on:click=move |_| self.asked.set(Some(device.clone()))>{say::end()}</button>
                    }.into_any())}
                </li>
            }
        };
        let session = |session: OwnSession| {
            let name = session.device.unwrap_or_else(|| say::some_browser().to_owned());
            let (began, id) = (time::absolute(session.began, now, &zone), session.id);
            let label = say::sign_out_of(&name, &began);
            view! {
                <li class="row device">{ui::icon("person")}
                    <span class="grow"><bdi>{name}</bdi><span class="note">{say::since(&began)}</span></span>
                    {here_or(session.is_here, move || view! {
                        <button type="button" class="button quiet" aria-label=label on:click=move |_| self.end_session(id.clone())>{say_accounts::sign_out()}</button>
                    }.into_any())}
                </li>
            }
        };
        let devices: Vec<_> = own.devices.into_iter().map(device).collect();
        let sessions: Vec<_> = own.sessions.into_iter().map(session).collect();
        let none = devices.is_empty().then(|| view! { <p class="note">{say::no_own_devices()}</p> });
        view! {
            <section class="fields"><h2>{say::own_devices()}</h2><p class="note">{say::own_devices_note()}</p>
                <ul class="rows">{devices}</ul>{none}</section>
            <section class="fields"><h2>{say::sessions()}</h2><p class="note">{say::sessions_note()}</p><ul class="rows">{sessions}</ul></section>
        }
        .into_any()
    }

    /// What it means to end a device, before it is done.
    fn question(self, device: OwnDevice) -> AnyView {
        let title = NodeRef::<html::H2>::new();
        title.on_load(|title| {
            let _ = title.focus();
        });
        view! {
            <section class="card attention" role="alertdialog" aria-labelledby="end-title" aria-describedby="end-means">
                <h2 id="end-title" tabindex="-1" node_ref=title>{say::end_question(&device.name)}</h2>
                <p id="end-means">{say::end_means()}</p>
                <div class="foot-row">
                    <button type="button" class="button quiet" on:click=move |_| self.asked.set(None)>{general::cancel()}</button>
                    <button type="button" class="button danger" on:click=move |_| self.end_device(device.id)>{say::end()}</button>
                </div>
            </section>
        }
        .into_any()
    }
}

fn here_or(is_here: bool, press: impl FnOnce() -> AnyView) -> AnyView {
    if is_here { view! { <span class="note">{say::here()}</span> }.into_any() } else { press() }
}

#[component]
fn PassPhrase(page: Page) -> impl IntoView {
    let (current, new) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    // The field, or `form`, and what is wrong there.
    let fault = RwSignal::new(None::<(&'static str, String)>);
    let (is_busy, is_done) = (RwSignal::new(false), RwSignal::new(false));
    let fault_at = move |field: &'static str| {
        Signal::derive(move || fault.get().filter(|(at, _)| *at == field).map(|(_, words)| words))
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        is_done.set(false);
        fault.set(None);
        leptos::task::spawn_local(async move {
            let asked = online::change_pass_phrase(current.get_untracked(), new.get_untracked());
            match in_own_session(asked).await {
                Ok(()) => {
                    for field in [current, new] {
                        field.try_set(String::new());
                    }
                    is_done.try_set(true);
                    page.read();
                }
                Err(trouble) => {
                    fault.try_set(Some(match &trouble {
                        Trouble::WrongPassword => ("current", say::current_wrong().to_owned()),
                        Trouble::Invalid { .. } => ("new", say_people::pass_phrase_unfit().to_owned()),
                        other => ("form", general::trouble(other)),
                    }));
                }
            }
            is_busy.try_set(false);
        });
    };
    view! {
        <form class="card fields" on:submit=submit>
            <h2>{say::change_pass_phrase()}</h2>
            <ui::Field label=say::current_pass_phrase() kind="password" name="current" autocomplete="current-password" value=current fault=fault_at("current")/>
            <ui::Field label=say_people::pass_phrase() kind="password" name="new" autocomplete="new-password" note=say_accounts::password_rule() value=new fault=fault_at("new")/>
            {ui::problem(move || fault_at("form").get())}
            {move || is_done.get().then(|| view! { <p class="done" role="status">{ui::glyph("good")}{say::changed()}</p> })}
            <button class="button main" type="submit" disabled=move || is_busy.get()>{say::change_pass_phrase()}</button>
            <p class="note">{say::change_note()}</p>
        </form>
    }
}
