//! Unlock a shared tablet with a PIN, and change person, without a network.

use domain::{ids::PersonId, people::Person, records::Body, text::Language};
use leptos::prelude::*;
use sync::messages::{Identity, Profile};

use crate::{
    device::{clock, pin, preferences},
    locales::{self, accounts as say, general},
    shell::ChosenLanguage,
    store::{Network, Present, Store, use_store},
    ui,
};

/// The digits of the longest PIN.
const PIN_MOST: usize = 8;
const PIN_LEAST: usize = 4;

pub fn page() -> AnyView {
    view! { <Unlock/> }.into_any()
}

#[component]
fn Unlock() -> impl IntoView {
    let store = use_store();
    let chosen = RwSignal::new(None::<Person>);
    let without_pin = RwSignal::new(false);
    view! {
        <main class="door">
            {language_switch()}
            {move || match chosen.get() {
                None => people(store, chosen, without_pin),
                Some(person) if without_pin.get() => claim(store, person, chosen),
                Some(person) => view! { <PinPad person chosen/> }.into_any(),
            }}
        </main>
    }
}

/// Those with a PIN on this tablet, or, for somebody whom it cannot recognise, everybody else who works here.
fn people(store: Store, chosen: RwSignal<Option<Person>>, without_pin: RwSignal<bool>) -> AnyView {
    let is_without = without_pin.get();
    let mut people: Vec<Person> = store.world.with(|world| {
        let unlocks = store.unlocks.get();
        let has_pin = |person: &Person| unlocks.iter().any(|unlock| unlock.person == person.id);
        world
            .all()
            .filter_map(|body| match body {
                Body::Person(person) if person.works_here() && has_pin(person) != is_without => Some(person.clone()),
                _ => None,
            })
            .collect()
    });
    // With a network they sign in, which proves who they are.
    let is_offline = move || matches!(store.network.get(), Network::Bad(_));
    let is_shared = store.enrolled.with(|it| it.as_ref().is_some_and(|it| it.profile == Profile::Shared));
    people.sort_by_key(|person| (person.roles.iter().min().copied(), locales::say(&person.name)));
    let is_empty = people.is_empty();
    let button = move |person: Person| {
        let name = locales::say(&person.name);
        let role = person.roles.first().map(|role| general::role(*role));
        view! {
            <li><button class="person" on:click=move |_| chosen.set(Some(person.clone()))>
                {ui::icon("person")}<span class="person-name">{name}</span><span class="note">{role}</span>
            </button></li>
        }
    };
    view! {
        <div class="card wide">
            <h1>{say::who_are_you()}</h1>
            <p class="lead">{if is_without { say::claim_lead() } else { say::unlock_lead() }}</p>
            {(is_empty && !is_without).then(|| ui::empty(say::no_unlocks(), say::no_unlocks_next()))}
            <ul class="people">{people.into_iter().map(button).collect_view()}</ul>
            {move || (is_shared && (is_without || is_offline())).then(|| view! {
                <button class="button quiet" on:click=move |_| without_pin.set(!is_without)>
                    {if is_without { general::back() } else { say::no_pin_here() }}
                </button>
            })}
            <a class="button quiet" href="/sign-in">{say::sign_in_instead()}</a>
        </div>
    }
    .into_any()
}

/// What somebody is told before they work under a name that nothing here proves.
fn claim(store: Store, person: Person, chosen: RwSignal<Option<Person>>) -> AnyView {
    let id = person.id;
    view! {
        <div class="card">
            <h1>{say::claim_question(&locales::say(&person.name))}</h1>
            <p class="lead">{say::claim_note()}</p>
            <button class="button main" on:click=move |_| store.arrive(Present { person: id, identity: Identity::Claimed })>{say::claim_yes()}</button>
            <button class="button quiet" on:click=move |_| chosen.set(None)>{say::change_person()}</button>
        </div>
    }
    .into_any()
}

#[component]
fn PinPad(person: Person, chosen: RwSignal<Option<Person>>) -> impl IntoView {
    let store = use_store();
    let digits = RwSignal::new(String::new());
    let fault = RwSignal::new(None::<String>);
    let id = person.id;
    let try_pin = move || {
        let typed = digits.get_untracked();
        if typed.len() < PIN_LEAST {
            fault.set(Some(say::pin_digits().into()));
            return;
        }
        match unlock(store, id, &typed) {
            Ok(()) => {}
            Err(words) => {
                fault.set(Some(words));
                digits.set(String::new());
            }
        }
    };
    let add = move |digit: char| {
        fault.set(None);
        digits.update(|digits| {
            if digits.len() < PIN_MOST {
                digits.push(digit);
            }
        });
    };
    let key = move |digit: char| {
        view! { <button type="button" class="key" on:click=move |_| add(digit)>{digit}</button> }
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| match event.key().as_str() {
        "Enter" => try_pin(),
        "Backspace" => digits.update(|digits| {
            digits.pop();
        }),
        key => {
            if let Some(digit) = key.chars().next().filter(|c| key.len() == 1 && c.is_ascii_digit()) {
                add(digit);
            }
        }
    };
    let pad = NodeRef::<leptos::html::Div>::new();
    pad.on_load(|pad| {
        let _ = pad.focus();
    });
    view! {
        <div class="card pin" tabindex="-1" node_ref=pad on:keydown=on_key role="group" aria-label=say::unlock()>
            <h1>{say::pin_for(&locales::say(&person.name))}</h1>
            <p class="pin-dots" aria-label=move || format!("{}", digits.get().len())>
                {move || "●".repeat(digits.get().len())}
                {move || "○".repeat(PIN_LEAST.saturating_sub(digits.get().len()))}
            </p>
            {ui::problem(move || fault.get())}
            <div class="keys">
                {['1', '2', '3', '4', '5', '6', '7', '8', '9'].map(key).into_iter().collect_view()}
                <button type="button" class="key quiet" aria-label=say::delete_digit() on:click=move |_| digits.update(|digits| { digits.pop(); })>"⌫"</button>
                {key('0')}
                <button type="button" class="key main" on:click=move |_| try_pin()>{say::unlock()}</button>
            </div>
            <button type="button" class="button quiet" on:click=move |_| chosen.set(None)>{say::change_person()}</button>
            <p class="note">{say::pin_is_screen_lock()}</p>
        </div>
    }
}

/// Lets somebody in, or says why not. After five wrong PINs each further one costs half a minute.
fn unlock(store: Store, person: PersonId, typed: &str) -> Result<(), String> {
    let attempts = preferences::pin_attempts(person);
    let wait = attempts.not_before.0 - clock::wall().0;
    // A clock that was set back must not lock anybody out for longer than the wait itself.
    if (1..=preferences::PIN_WAIT).contains(&wait) {
        return Err(say::pin_wait(wait / 1000 + 1));
    }
    let verifier = store.unlocks.with_untracked(|unlocks| {
        unlocks.iter().find(|unlock| unlock.person == person).map(|unlock| unlock.verifier.clone())
    });
    if !verifier.is_some_and(|verifier| pin::is_right(typed, &verifier)) {
        preferences::count_wrong_pin(person, clock::wall());
        return Err(say::pin_wrong().into());
    }
    preferences::forget_wrong_pins(person);
    store.arrive(Present { person, identity: Identity::Pin });
    Ok(())
}

/// The other language, one tap away, before anybody is known.
pub fn language_switch() -> impl IntoView {
    let language = expect_context::<ChosenLanguage>().0;
    let other = match language.get_untracked() {
        Language::Zh => Language::En,
        Language::En => Language::Zh,
    };
    let (words, tag) = general::language_name(other);
    view! { <button type="button" class="language" lang=tag on:click=move |_| choose_language(language, other)>{words}</button> }
}

pub fn choose_language(signal: RwSignal<Language>, language: Language) {
    locales::set_language(language);
    preferences::set_language(language);
    signal.set(language);
}
