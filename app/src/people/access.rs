//! How somebody gets in: their account, which needs the network, and what they are handed once.

use domain::{ids::PersonId, permissions::may_set_up, records::Body};
use leptos::{ev::SubmitEvent, html, prelude::*};
use sync::device::world::World;

use crate::{
    accounts::session::in_own_session,
    locales::{accounts as say_accounts, general, people as say, sign_ins as say_sign_ins},
    online::{self, Account, HandOver, Trouble},
    store::Store,
    today::person_name,
    ui,
};

/// The account of somebody who has a record here.
pub fn card(store: Store, person: PersonId) -> AnyView {
    let text = || RwSignal::new(String::new());
    let access = Access {
        person,
        answer: RwSignal::new(None),
        username: text(),
        pass_phrase: text(),
        pin: text(),
        fault: RwSignal::new(None),
        is_busy: RwSignal::new(false),
        handed: RwSignal::new(None),
        is_lost: RwSignal::new(false),
        ended: RwSignal::new(None),
    };
    access.read();
    let may_open = Memo::new(move |_| store.me().is_some_and(|me| may_set_up(&me)));
    let unlocks = Memo::new(move |_| store.world.with(|world| works_here(world, person)));
    let name = Memo::new(move |_| store.world.with(|world| person_name(world, person)));
    let is_asked_for = Memo::new(move |_| store.world.with(|world| world.is_unconfirmed(person.into())));
    let stage = Memo::new(move |_| {
        access.answer.with(|answer| match answer {
            None => Stage::Reading,
            Some(Err(trouble)) => Stage::Trouble(trouble.clone()),
            Some(Ok(Some(account))) => Stage::Has(account.clone()),
            Some(Ok(None)) if is_asked_for.get() => Stage::AskedFor,
            Some(Ok(None)) => Stage::None,
        })
    });
    view! {
        <section class="card" aria-labelledby="account-title">
            <h2 id="account-title">{say::account()}</h2>
            {move || access.handed.get().map(|handed| access.hand_over(handed))}
            {move || match stage.get() {
                Stage::Reading => view! { <p class="note" role="status">{general::loading()}</p> }.into_any(),
                Stage::Trouble(trouble) => access.trouble(&trouble),
                Stage::AskedFor => view! { <p class="note">{say::account_waits()}</p> }.into_any(),
                Stage::None if may_open.get() => access.open(),
                Stage::None => view! { <p class="note">{say::account_none()}</p> }.into_any(),
                Stage::Has(account) => view! { {access.renew(&account, unlocks.get())}{access.lost(name)} }.into_any(),
            }}
            {ui::problem(move || access.fault_at("form").get())}
        </section>
    }
    .into_any()
}

#[derive(Clone, PartialEq)]
enum Stage {
    Reading,
    Trouble(Trouble),
    /// The server does not know the person yet.
    AskedFor,
    None,
    Has(Account),
}

#[derive(Clone, Copy)]
struct Access {
    person: PersonId,
    answer: RwSignal<Option<Result<Option<Account>, Trouble>>>,
    username: RwSignal<String>,
    pass_phrase: RwSignal<String>,
    pin: RwSignal<String>,
    /// The field, or `form`, and what is wrong there.
    fault: RwSignal<Option<(String, String)>>,
    /// Asked and not answered yet: asked twice, two pass phrases would be handed over and one be right.
    is_busy: RwSignal<bool>,
    handed: RwSignal<Option<HandOver>>,
    /// Asked whether to end their sign-ins.
    is_lost: RwSignal<bool>,
    /// How many devices were ended.
    ended: RwSignal<Option<usize>>,
}

impl Access {
    fn read(self) {
        leptos::task::spawn_local(async move {
            let all = in_own_session(online::accounts()).await;
            self.answer.try_set(Some(all.map(|all| all.into_iter().find(|account| account.person == self.person))));
        });
    }

    fn give(self, username: Option<String>, pass_phrase: Option<String>, pin: Option<String>) {
        if self.is_busy.get_untracked() {
            return;
        }
        self.is_busy.set(true);
        self.fault.set(None);
        leptos::task::spawn_local(async move {
            match in_own_session(online::give_access(self.person, username, pass_phrase, pin)).await {
                Ok(handed) => {
                    for field in [self.username, self.pass_phrase, self.pin] {
                        field.try_set(String::new());
                    }
                    self.handed.try_set(Some(handed));
                    self.read();
                }
                Err(trouble) => {
                    self.fault.try_set(Some(told(&trouble)));
                }
            }
            self.is_busy.try_set(false);
        });
    }

    fn fault_at(self, field: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || self.fault.get().filter(|(at, _)| at == field).map(|(_, words)| words))
    }

    fn trouble(self, trouble: &Trouble) -> AnyView {
        let words = match trouble {
            Trouble::NoNetwork => say::account_offline().to_owned(),
            other => general::trouble(other),
        };
        let next = match trouble {
            Trouble::SignInFirst => view! { <a class="button quiet" href="/sign-in">{say_accounts::sign_in()}</a> }.into_any(),
            _ => view! { <button type="button" class="button quiet" on:click=move |_| self.read()>{general::try_again()}</button> }.into_any(),
        };
        view! { <p>{words}</p>{next} }.into_any()
    }

    fn open(self) -> AnyView {
        let submit = move |event: SubmitEvent| {
            event.prevent_default();
            let [username, pass_phrase, pin] =
                [self.username, self.pass_phrase, self.pin].map(|it| Some(it.get_untracked()));
            self.give(username, pass_phrase, pin);
        };
        view! {
            <p class="note">{say::account_none()}</p>
            <form class="fields" on:submit=submit>
                <ui::Field label=say_accounts::username() name="username" autocomplete="off" value=self.username fault=self.fault_at("username")/>
                {self.pass_phrase_field()}
                {self.pin_field()}
                <button class="button main" type="submit" disabled=move || self.is_busy.get()>{say::open_account()}</button>
            </form>
        }
        .into_any()
    }

    fn end(self) {
        leptos::task::spawn_local(async move {
            match in_own_session(online::end_sign_ins(self.person)).await {
                Ok(ended) => {
                    self.ended.try_set(Some(ended.devices));
                }
                Err(trouble) => {
                    self.fault.try_set(Some(told(&trouble)));
                }
            }
            self.is_lost.try_set(false);
        });
    }

    /// Somebody has lost their phone.
    fn lost(self, name: Memo<String>) -> AnyView {
        let question = move || {
            let title = NodeRef::<html::H3>::new();
            title.on_load(|title| {
                let _ = title.focus();
            });
            view! {
                <div class="card attention" role="alertdialog" aria-labelledby="lost-title" aria-describedby="lost-means">
                    <h3 id="lost-title" tabindex="-1" node_ref=title>{say_sign_ins::lost_question(&name.get())}</h3>
                    <p id="lost-means">{say_sign_ins::lost_means()}</p>
                    <div class="foot-row">
                        <button type="button" class="button quiet" on:click=move |_| self.is_lost.set(false)>{general::cancel()}</button>
                        <button type="button" class="button danger" on:click=move |_| self.end()>{say_sign_ins::end()}</button>
                    </div>
                </div>
            }
            .into_any()
        };
        view! {
            {move || self.ended.get().map(|n| view! { <p class="done" role="status">{ui::glyph("good")}{say_sign_ins::lost_done(n)}</p> })}
            {move || if self.is_lost.get() { question() } else {
                view! { <button type="button" class="button quiet" on:click=move |_| self.is_lost.set(true)>{say_sign_ins::lost_phone()}</button> }.into_any()
            }}
        }
        .into_any()
    }

    fn renew(self, account: &Account, unlocks: bool) -> AnyView {
        let new_pass_phrase = move |event: SubmitEvent| {
            event.prevent_default();
            self.give(None, Some(self.pass_phrase.get_untracked()), None);
        };
        let new_pin = move |event: SubmitEvent| {
            event.prevent_default();
            self.give(None, None, Some(self.pin.get_untracked()));
        };
        view! {
            <p><bdi>{say::account_of(&account.username)}</bdi></p>
            {unlocks.then(|| view! { <p class="note">{if account.has_pin { say::has_pin() } else { say::has_no_pin() }}</p> })}
            <form class="fields" on:submit=new_pass_phrase>
                {self.pass_phrase_field()}
                <button class="button quiet" type="submit" disabled=move || self.is_busy.get()>{say::new_pass_phrase()}</button>
                <p class="note">{say::new_pass_phrase_note()}</p>
            </form>
            {unlocks.then(|| view! {
                <form class="fields" on:submit=new_pin>
                    {self.pin_field()}
                    <button class="button quiet" type="submit" disabled=move || self.is_busy.get()>{say::new_pin()}</button>
                </form>
            })}
        }
        .into_any()
    }

    // What is typed for somebody else is read out to them: it shows.
    fn pass_phrase_field(self) -> AnyView {
        view! { <ui::Field label=say::pass_phrase() name="pass-phrase" autocomplete="off" note=say::pass_phrase_note() value=self.pass_phrase fault=self.fault_at("pass_phrase")/> }.into_any()
    }

    fn pin_field(self) -> AnyView {
        view! { <ui::Field label=say::pin() name="pin" autocomplete="off" note=say::pin_note() value=self.pin fault=self.fault_at("pin")/> }.into_any()
    }

    /// What the person is handed, until the manager says that it was.
    fn hand_over(self, handed: HandOver) -> AnyView {
        let title = NodeRef::<html::H3>::new();
        title.on_load(|title| {
            let _ = title.focus();
        });
        let line = |words: &'static str, value: Option<String>| {
            value.map(|value| view! { <div><dt>{words}</dt><dd>{value}</dd></div> })
        };
        view! {
            <div class="card attention">
                <h3 tabindex="-1" node_ref=title>{say::hand_over()}</h3>
                <dl class="handed">
                    {line(say_accounts::username(), Some(handed.username))}
                    {line(say_accounts::password(), handed.pass_phrase)}
                    {line("PIN", handed.pin)}
                </dl>
                <button type="button" class="button quiet" on:click=move |_| self.handed.set(None)>{say::handed_over()}</button>
            </div>
        }
        .into_any()
    }
}

/// Whoever works here unlocks shared tablets; a resident does not.
fn works_here(world: &World, person: PersonId) -> bool {
    matches!(world.get(person.into()), Some(Body::Person(person)) if person.is_staff())
}

/// The field that does not fit, or `form`, and what to do.
fn told(trouble: &Trouble) -> (String, String) {
    let at = |field: &str, words: &str| (field.to_owned(), words.to_owned());
    match trouble {
        Trouble::Taken { field } if field == "username" => at(field, say::username_taken()),
        Trouble::Taken { field } if field == "pin" => at(field, say::pin_taken()),
        Trouble::Invalid { field } if field == "username" => at(field, say::username_unfit()),
        Trouble::Invalid { field } if field == "pass_phrase" => at(field, say::pass_phrase_unfit()),
        Trouble::Invalid { field } if field == "pin" => at(field, say_accounts::pin_digits()),
        Trouble::NoNetwork => at("form", say::account_offline()),
        other => at("form", &general::trouble(other)),
    }
}
