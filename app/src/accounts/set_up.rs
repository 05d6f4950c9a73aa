//! The first set-up of a server: its community and its first manager, through a one-time link.

use domain::text::{Language, NAME_MOST, typed};
use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::hooks::use_location;

use crate::{
    locales::{self, accounts as say, general, people as say_people},
    online::{self, SetUpForm, Trouble},
    shell::go,
    ui,
};

pub fn page() -> AnyView {
    view! { <SetUp/> }.into_any()
}

#[component]
fn SetUp() -> impl IntoView {
    let token = use_location().query.with_untracked(|query| query.get("token").unwrap_or_default());
    let text = || RwSignal::new(String::new());
    let (zh, en, person, username, password) = (text(), text(), text(), text(), text());
    let zone = RwSignal::new(browser_zone());
    let with_starter = RwSignal::new(true);
    let fault = RwSignal::new(None::<(String, String)>);
    let busy = RwSignal::new(false);
    let is_done = RwSignal::new(false);
    let go = go();
    let fault_at = move |field: &'static str| {
        Signal::derive(move || fault.get().filter(|(at, _)| at == field).map(|(_, words)| words))
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let form = SetUpForm {
            token: token.clone(),
            community_zh: zh.get_untracked(),
            community_en: en.get_untracked(),
            zone: zone.get_untracked(),
            language: locales::language(),
            person_name: person.get_untracked(),
            username: username.get_untracked(),
            password: password.get_untracked(),
            with_starter: with_starter.get_untracked(),
        };
        busy.set(true);
        leptos::task::spawn_local(async move {
            match online::set_up(form).await {
                Ok(()) => is_done.set(true),
                Err(Trouble::Invalid { field }) => {
                    let name = [("community_zh", zh), ("community_en", en), ("person_name", person)];
                    let name = name.iter().find(|(at, _)| *at == field).map(|(_, text)| text.get_untracked());
                    let words = match (typed(&name.unwrap_or_default(), NAME_MOST), field.as_str()) {
                        (_, "username") => say_people::username_unfit().to_owned(),
                        (_, "password") => say_people::pass_phrase_unfit().to_owned(),
                        (_, "zone") => say::zone_note().to_owned(),
                        (Err(unfit), _) => general::unfit(&unfit),
                        (Ok(_), _) => general::trouble(&Trouble::Invalid { field: field.clone() }),
                    };
                    fault.set(Some((field, words)));
                }
                Err(trouble) => fault.set(Some(("form".into(), general::trouble(&trouble)))),
            }
            busy.set(false);
        });
    };
    view! {
        <main class="door">
            {super::unlock::language_switch()}
            <div class="brand">{ui::icon("lamp")}<span>{general::PRODUCT}</span></div>
            <form class="card wide" on:submit=submit>
                <h1>{say::set_up()}</h1>
                <p class="lead">{say::set_up_lead()}</p>
                <ui::Field label=say::community_zh() name="community_zh" value=zh fault=fault_at("community_zh")/>
                <ui::Field label=say::community_en() name="community_en" value=en fault=fault_at("community_en")/>
                <ui::Field label=say::zone() name="zone" value=zone note=say::zone_note() fault=fault_at("zone")/>
                <ui::Field label=say::your_name() name="person_name" autocomplete="name" value=person fault=fault_at("person_name")/>
                <ui::Field label=say::username() name="username" autocomplete="username" value=username fault=fault_at("username")/>
                <ui::Field label=say::password() name="password" kind="password" autocomplete="new-password" note=say::password_rule() value=password fault=fault_at("password")/>
                <label class="check">
                    <input type="checkbox" prop:checked=move || with_starter.get() on:change=move |event| with_starter.set(event_target_checked(&event))/>
                    <span>{say::with_starter()}</span>
                </label>
                {ui::problem(move || fault.get().filter(|(at, _)| at == "form").map(|(_, words)| words))}
                {move || is_done.get().then(|| view! { <p class="done" role="status">{ui::glyph("good")}{say::set_up_done()}</p> })}
                {move || if is_done.get() {
                    let go = go.clone();
                    view! { <button type="button" class="button main" on:click=move |_| go("/sign-in")>{say::sign_in()}</button> }.into_any()
                } else {
                    view! { <button class="button main" type="submit" disabled=move || busy.get()>{say::set_up_now()}</button> }.into_any()
                }}
            </form>
        </main>
    }
}

/// The browser's own time zone: where the person who sets up most likely is.
fn browser_zone() -> String {
    let options = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new()).resolved_options();
    js_sys::Reflect::get(&options, &"timeZone".into())
        .ok()
        .and_then(|zone| zone.as_string())
        .unwrap_or_else(|| if locales::language() == Language::Zh { "Asia/Shanghai".into() } else { "UTC".into() })
}
