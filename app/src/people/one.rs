//! One person: what is asked for, how they get in, and that they have left.

use chrono::{Days, NaiveDate};
use domain::{
    changes::{Deed, Request},
    ids::{ChangeId, PersonId},
    people::Person,
    permissions::{may_renew_access, may_set_up},
    records::Body,
};
use leptos::{ev::SubmitEvent, html, prelude::*};
use leptos_router::hooks::use_location;

use super::{access, form::Form, place};
use crate::{
    asking::is_settled,
    device::clock,
    locales::{self, general, people as say, saving},
    rounds::walk::missing,
    shell::go,
    store::{Store, use_store},
    ui,
};

/// The page of a person; `new` for one who is not there yet.
pub fn page(person: &str) -> AnyView {
    let person: Option<PersonId> = match (person, person.parse()) {
        ("new", _) => None,
        (_, Ok(person)) => Some(person),
        (_, Err(_)) => return missing(),
    };
    super::for_who_may(move || view! { <One person/> }.into_any())
}

#[component]
fn One(person: Option<PersonId>) -> impl IntoView {
    let store = use_store();
    let instead = use_location().query.with_untracked(|query| query.get("instead")).and_then(|id| id.parse().ok());
    let is_here = Memo::new(move |_| {
        person.is_none_or(|person| store.world.with(|world| world.get(person.into()).is_some())) || instead.is_some()
    });
    let may_change = Memo::new(move |_| store.me().is_some_and(|me| may_set_up(&me)));
    move || {
        if let (Some(person), false) = (person, may_change.get()) {
            return if is_here.get() { to_get_in(store, person) } else { missing() };
        }
        let asking = is_here.get().then(|| Asking::begin(store, person, instead)).flatten();
        asking.map_or_else(missing, |asking| asking.view(person.is_none()))
    }
}

/// For who oversees: who it is, and how they get in.
fn to_get_in(store: Store, person: PersonId) -> AnyView {
    let held = Memo::new(move |_| held(store, person));
    let title = held.with_untracked(|held| held.as_ref().map(|held| locales::say(&held.name)).unwrap_or_default());
    let may = Memo::new(move |_| {
        let me = store.me();
        held.with(|held| me.zip(held.as_ref()).is_some_and(|(me, held)| may_renew_access(&me, held)))
    });
    let is_here = Memo::new(move |_| held.with(|held| held.as_ref().is_some_and(|held| held.left.is_none())));
    view! {
        <ui::Page title=title back="/people">
            <p class="lead">{move || held.get().map(|held| store.world.with(|world| place(world, &held)))}</p>
            {move || match (is_here.get(), may.get()) {
                (true, true) => access::card(store, person),
                (true, false) => view! { <p class="note">{general::no_rights_next()}</p> }.into_any(),
                (false, _) => held.get().and_then(|held| held.left).map(|left| view! { <p>{last_day(left)}</p> }).into_any(),
            }}
        </ui::Page>
    }
    .into_any()
}

fn held(store: Store, person: PersonId) -> Option<Person> {
    store.world.with(|world| match world.get(person.into()) {
        Some(Body::Person(person)) => Some(person.clone()),
        _ => None,
    })
}

/// A person on their way to the server.
#[derive(Clone, Copy)]
struct Asking {
    store: Store,
    form: Form,
    draft: StoredValue<String>,
    /// The refused change whose place this one takes.
    instead: RwSignal<Option<ChangeId>>,
    asked: RwSignal<Option<ChangeId>>,
    problem: RwSignal<Option<String>>,
}

impl Asking {
    /// The draft if there is one; else what was refused, or the record; a new person begins empty.
    fn begin(store: Store, person: Option<PersonId>, instead: Option<ChangeId>) -> Option<Self> {
        let draft = match (instead, person) {
            (Some(refused), _) => format!("person:{refused}"),
            (None, Some(person)) => format!("person:{person}"),
            (None, None) => "person:new".to_owned(),
        };
        let held = untrack(|| person.and_then(|person| held(store, person)));
        let refused = instead.and_then(|refused| {
            store.world.with_untracked(|world| super::wish(world.outbox.entries.values().find(|it| it.id == refused)?))
        });
        let new = || Person {
            id: clock::fresh_person(),
            name: Default::default(),
            roles: vec![],
            teams: vec![],
            left: None,
            revision: None,
        };
        let kept = store.draft(&draft).and_then(|text| domain::json::read::<Person>(&text).ok());
        let on = held.as_ref().map(Person::revision);
        let on_it = |person: Person| Person { revision: on, ..person };
        let first = kept.or(refused.map(on_it)).or(held.clone().map(on_it)).or_else(|| person.is_none().then(new))?;
        let asking = Self {
            store,
            form: Form::of(first),
            draft: StoredValue::new(draft),
            instead: RwSignal::new(instead),
            asked: RwSignal::new(None),
            problem: RwSignal::new(None),
        };
        Effect::new(move |before: Option<String>| {
            let now = serde_json::to_string(&asking.form.typed()).unwrap_or_default();
            if before.is_some_and(|before| before != now) {
                store.keep_draft(asking.draft.get_value(), now.clone());
            }
            now
        });
        Some(asking)
    }

    /// Asks for this person. What is typed stays until it is saved.
    fn ask(self, wish: Person, then: impl FnOnce(&str) + 'static) {
        leptos::task::spawn_local(async move {
            let deed = Deed::Request(Request::PutPerson(wish.clone()));
            match self.store.commit_instead(self.instead.get_untracked(), deed, Some(self.draft.get_value())).await {
                Ok(change) => {
                    self.problem.try_set(None);
                    self.asked.try_set(Some(change));
                    self.instead.try_set(None);
                    let address = format!("/people/{}", wish.id);
                    // A form that built on an older record goes on to do so, and is refused.
                    if self.form.base.try_with_untracked(|base| base.revision == wish.revision) == Some(true) {
                        self.form.base.try_set(Person { revision: Some(change), ..wish });
                    }
                    then(&address);
                }
                Err(fault) => {
                    self.problem.try_set(Some(ui::not_saved(&fault)));
                }
            }
        });
    }

    fn view(self, is_new: bool) -> AnyView {
        let (store, form) = (self.store, self.form);
        let id = form.base.with_untracked(|base| base.id);
        let held = Memo::new(move |_| held(store, id));
        let is_here = Memo::new(move |_| held.with(|held| held.as_ref().is_some_and(|held| held.left.is_none())));
        let title =
            if is_new { say::add().to_owned() } else { form.base.with_untracked(|base| locales::say(&base.name)) };
        let go = go();
        let submit = move |event: SubmitEvent| {
            event.prevent_default();
            let Some(mut wish) = form.wish(store) else { return };
            if self.instead.get_untracked().is_some() {
                // What is there now stands above the form.
                let held = held.get_untracked();
                wish.revision = held.as_ref().map(Person::revision);
                wish.left = held.and_then(|held| held.left).or(wish.left);
                form.base.set(wish.clone());
            }
            self.ask(wish, go.clone());
        };
        let refused = move || {
            self.instead.get()?;
            let now_is = held.get().map(|held| {
                let left = held.left.map(last_day).unwrap_or_default();
                let what = store.world.with(|world| [locales::say(&held.name), place(world, &held), left].join(" · "));
                view! { <span class="note">{say::now_is(&what)}</span> }
            });
            Some(view! { <p class="problem">{ui::glyph("attention")}<span>{say::instead()}" "{now_is}</span></p> })
        };
        view! {
            <ui::Page title=title back="/people">
                <form class="card" on:submit=submit>
                    {refused}
                    {form.view(store)}
                    {ui::problem(move || self.problem.get())}
                    <div role="status">{move || self.outcome(held)}</div>
                    <button class="button main" type="submit">{say::save()}</button>
                    {is_new.then(|| view! { <p class="note">{say::account_waits()}</p> })}
                </form>
                {(!is_new).then(|| view! {
                    {move || is_here.get().then(|| access::card(store, id))}
                    {self.leaving(held)}
                })}
            </ui::Page>
        }
        .into_any()
    }

    /// What the server says of it.
    fn outcome(self, held: Memo<Option<Person>>) -> Option<AnyView> {
        let asked = self.asked.get();
        let is_refused = asked.is_some_and(|asked| {
            self.store
                .world
                .with(|world| world.outbox.entries.values().any(|entry| entry.id == asked && entry.needs_attention()))
        });
        let id = held.get()?.id;
        Some(if is_refused {
            view! { <a class="problem" href="/waiting">{ui::glyph("attention")}{saving::attention_refused()}</a> }
                .into_any()
        } else if asked.is_some_and(|asked| !is_settled(self.store, asked))
            || self.store.world.with(|world| world.is_unconfirmed(id.into()))
        {
            view! { <p class="note">{ui::glyph("waiting")}" "{say::asked_for_lead()}</p> }.into_any()
        } else {
            asked?;
            view! { <p class="done">{ui::glyph("good")}{say::confirmed()}</p> }.into_any()
        })
    }

    fn leaving(self, held: Memo<Option<Person>>) -> AnyView {
        let is_asked = RwSignal::new(false);
        let store = self.store;
        let is_me =
            move || store.present.get().is_some_and(|present| Some(present.person) == held.get().map(|it| it.id));
        (move || {
            let person = held.get()?;
            Some(match person.left {
                Some(left) => {
                    let back = Person { left: None, revision: Some(person.revision()), ..person };
                    let back = move |_| self.ask(back.clone(), |_| ());
                    view! {
                        <section class="card">
                            <p>{last_day(left)}</p>
                            <button class="button quiet" on:click=back>{say::back_again()}</button>
                        </section>
                    }
                    .into_any()
                }
                None if is_me() => ().into_any(),
                None if is_asked.get() => self.question(person, is_asked),
                None => {
                    view! { <button class="button quiet" on:click=move |_| is_asked.set(true)>{say::left()}</button> }
                        .into_any()
                }
            })
        })
        .into_any()
    }

    /// What it means that somebody has left, before it is done.
    fn question(self, person: Person, is_asked: RwSignal<bool>) -> AnyView {
        let today = untrack(|| self.store.zone().local(self.store.time()).date());
        let day = RwSignal::new(today.to_string());
        let fault = RwSignal::new(None::<&'static str>);
        let title = NodeRef::<html::H2>::new();
        title.on_load(|title| {
            let _ = title.focus();
        });
        let name = locales::say(&person.name);
        let leave = move |_| match day.get_untracked().parse::<NaiveDate>() {
            Ok(last) if last <= today => {
                // They worked on their last day: they are gone from the next.
                let left = last.checked_add_days(Days::new(1));
                let wish = Person { left, revision: Some(person.revision()), ..person.clone() };
                self.ask(wish, move |_| is_asked.set(false));
            }
            Ok(_) | Err(_) => fault.set(Some(say::last_day_unfit())),
        };
        view! {
            <section class="card attention" role="alertdialog" aria-labelledby="left-title" aria-describedby="left-means">
                <h2 id="left-title" tabindex="-1" node_ref=title>{say::left_question(&name)}</h2>
                <div id="left-means">
                    <p>{say::left_means_sign_in()}</p>
                    <p>{say::left_means_records()}</p>
                    <p>{say::left_means_unsent()}</p>
                </div>
                <div class="field">
                    <label for="field-last-day">{say::last_day()}</label>
                    <input id="field-last-day" type="date" max=today.to_string() aria-describedby="last-day-fault" prop:value=move || day.get()
                        on:input=move |event| { day.set(event_target_value(&event)); fault.set(None); }/>
                    <p class="fault" id="last-day-fault" aria-live="polite">{move || fault.get()}</p>
                </div>
                <div class="foot-row">
                    <button class="button quiet" on:click=move |_| is_asked.set(false)>{general::cancel()}</button>
                    <button class="button danger" on:click=leave>{say::left()}</button>
                </div>
            </section>
        }
        .into_any()
    }
}

fn last_day(left: NaiveDate) -> String {
    say::left_on(&left.pred_opt().unwrap_or(left).to_string())
}
