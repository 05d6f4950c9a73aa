//! Asking for places: how many come, who they are, what the event asks. Limits are said before they are broken; without a network
//! too, and what was refused comes back filled in.

use domain::{
    changes::{Deed, Request},
    events::Event,
    ids::{ChangeId, EventId},
    residents,
    sign_ups::{Answer, AskForPlaces, ChangeSignUp, Limits, Party, Prospect, SignUp, Standing, Wish},
    text::{NAME_MOST, NOTE_MOST, half_width, typed_or_empty},
};
use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::hooks::use_location;
use serde::{Deserialize, Serialize};

use super::{
    asked::{not_a_household, offline_note},
    missing,
    ours::Ours,
    party, questions, refused,
};
use crate::{
    locales::{self, calendar, events as say_events, general, sign_ups as say},
    shell::go,
    store::{Store, use_store},
    ui,
};

pub fn page(event: EventId) -> AnyView {
    view! { <Asking id=event/> }.into_any()
}

/// A sign-up before it is sent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Typed {
    pub persons: String,
    pub names: Vec<String>,
    pub answers: Vec<Answer>,
}

impl Typed {
    fn of(party: &Party, answers: &[Answer]) -> Self {
        Self { persons: party.persons.to_string(), names: party.names.clone(), answers: answers.to_vec() }
    }

    /// What is asked for already, or what the household has now.
    fn of_own(own: &SignUp) -> Self {
        match &own.wish {
            Some(Wish::Change { party }) => Self::of(party, &own.answers),
            _ => Self::of(&own.party, &own.answers),
        }
    }

    fn of_wish(wish: residents::Request) -> Option<Self> {
        match wish {
            residents::Request::AskForPlaces(it) => Some(Self::of(&it.party, &it.answers)),
            residents::Request::ChangeSignUp(it) => Some(Self::of(&it.party, &it.answers)),
            _ => None,
        }
    }

    pub fn count(&self) -> Option<u32> {
        half_width(self.persons.trim()).parse().ok().filter(|persons| *persons > 0)
    }
}

#[component]
fn Asking(id: EventId) -> impl IntoView {
    let store = use_store();
    let instead: Option<ChangeId> =
        use_location().query.with_untracked(|query| query.get("instead")).and_then(|id| id.parse().ok());
    let ours = Memo::new(move |_| Ours::of(store, id));
    let is_here = Memo::new(move |_| ours.with(Option::is_some));
    let is_household = Memo::new(move |_| ours.with(|ours| ours.as_ref().is_some_and(|it| it.household.is_some())));
    move || match (is_here.get(), is_household.get()) {
        (false, _) => missing(),
        (true, false) => not_a_household(format!("/events/{id}")),
        (true, true) => Form::begin(store, id, ours, instead).view(),
    }
}

/// The form on its way to the server.
#[derive(Clone, Copy)]
pub struct Form {
    store: Store,
    id: EventId,
    ours: Memo<Option<Ours>>,
    typed: RwSignal<Typed>,
    draft: StoredValue<String>,
    /// The refused change whose place this one takes, and its sentence.
    instead: StoredValue<Option<(ChangeId, String)>>,
    persons_fault: RwSignal<Option<String>>,
    names_fault: RwSignal<Option<String>>,
    /// The questions that want another answer.
    unanswered: RwSignal<Vec<String>>,
    problem: RwSignal<Option<String>>,
    is_busy: RwSignal<bool>,
}

impl Form {
    fn begin(store: Store, id: EventId, ours: Memo<Option<Ours>>, instead: Option<ChangeId>) -> Self {
        let draft = instead.map_or_else(|| format!("sign-up:{id}"), |instead| format!("sign-up:{instead}"));
        let refused = untrack(|| {
            let all = refused::refusals(store, |wish| Typed::of_wish(wish.clone()));
            all.into_iter().find(|(entry, _)| Some(entry.id) == instead)
        });
        let kept = store.draft(&draft).and_then(|text| domain::json::read::<Typed>(&text).ok());
        let sent = refused.as_ref().and_then(|(entry, _)| Typed::of_wish(refused::wish(entry)?));
        let own = untrack(|| ours.get()).and_then(|ours| ours.own);
        let held = own.filter(|own| own.standing.is_alive()).map(|own| Typed::of_own(&own));
        let new = || Typed { persons: "1".to_owned(), ..Typed::default() };
        let form = Self {
            store,
            id,
            ours,
            typed: RwSignal::new(kept.or(sent).or(held).unwrap_or_else(new)),
            draft: StoredValue::new(draft),
            instead: StoredValue::new(refused.map(|(entry, why)| (entry.id, why))),
            persons_fault: RwSignal::new(None),
            names_fault: RwSignal::new(None),
            unanswered: RwSignal::new(vec![]),
            problem: RwSignal::new(None),
            is_busy: RwSignal::new(false),
        };
        Effect::new(move |before: Option<Typed>| {
            let now = form.typed.get();
            if before.is_some_and(|before| before != now) {
                store.keep_draft(form.draft.get_value(), serde_json::to_string(&now).unwrap_or_default());
            }
            now
        });
        form
    }

    /// What the event, and its series, leave to this household.
    fn limits(&self) -> Option<Limits> {
        let ours = self.ours.get()?;
        let root = self.store.world.with(|world| world.root(ours.event.of.root()));
        Some(Limits::of(&root, &ours.event, ours.household?.id))
    }

    fn prospect(&self) -> Option<Prospect> {
        let (ours, persons) = (self.ours.get()?, self.typed.with(Typed::count)?);
        self.limits()?.allow(persons).ok()?;
        Some(Prospect::of(&ours.event, ours.tally.as_ref(), ours.own.as_ref(), persons))
    }

    /// The change that is asked for; `None` where something does not fit, which is then said at its field.
    fn wish(&self) -> Option<residents::Request> {
        let (ours, typed, limits) = untrack(|| (self.ours.get(), self.typed.get(), self.limits()));
        let (ours, limits) = (ours?, limits?);
        let persons = typed.count();
        let persons_fault = match persons {
            None => Some(say::number_fault().to_owned()),
            Some(persons) => limits.allow(persons).err().map(|why| say_events::why_not(&why)),
        };
        let answers: Vec<Answer> = typed
            .answers
            .into_iter()
            .map(|it| Answer { answer: it.answer.trim().to_owned(), ..it })
            .filter(|it| {
                !it.answer.is_empty() && ours.event.details.questions.iter().any(|question| question.key == it.question)
            })
            .collect();
        let too_long = answers.iter().filter(|it| typed_or_empty(&it.answer, NOTE_MOST).is_err());
        let unanswered = ours.event.details.unanswered(&answers).map(|question| question.key.clone());
        let unanswered: Vec<String> = unanswered.chain(too_long.map(|it| it.question.clone())).collect();
        let most = persons.unwrap_or(0) as usize;
        let names: Result<Vec<String>, _> =
            typed.names.iter().take(most).map(|name| typed_or_empty(name, NAME_MOST)).collect();
        self.names_fault.set(names.as_ref().err().map(general::unfit));
        let fits = persons_fault.is_none() && unanswered.is_empty();
        self.persons_fault.set(persons_fault);
        self.unanswered.set(unanswered);
        let names = names.ok()?.into_iter().filter(|name| !name.is_empty()).collect();
        let party = Party { persons: persons.filter(|_| fits)?, names };
        let (of, household) = (ours.event.of, ours.household?.id);
        Some(match ours.own.filter(|own| own.standing.is_alive()) {
            Some(_) => residents::Request::ChangeSignUp(ChangeSignUp { of, household, party, answers }),
            None => residents::Request::AskForPlaces(AskForPlaces { of, household, party, answers }),
        })
    }

    /// Asks for it. What is typed stays until it is saved.
    fn send(self, then: impl FnOnce(&str) + 'static) {
        let Some(wish) = self.wish() else { return focus_on_fault() };
        if self.is_busy.get_untracked() {
            return;
        }
        self.is_busy.set(true);
        let instead = self.instead.with_value(|it| it.as_ref().map(|(change, _)| *change));
        leptos::task::spawn_local(async move {
            let deed = Deed::Request(Request::Residents(wish));
            match self.store.commit_instead(instead, deed, Some(self.draft.get_value())).await {
                Ok(_) => then(&format!("/events/{}", self.id)),
                Err(fault) => {
                    self.problem.try_set(Some(ui::not_saved(&fault)));
                }
            }
            self.is_busy.try_set(false);
        });
    }

    fn view(self) -> AnyView {
        let Some(ours) = self.ours.get_untracked() else { return missing() };
        let back = format!("/events/{}", self.id);
        let now = untrack(|| self.store.time());
        let (ways, event) = (ours.ways(now), &ours.event);
        let is_change = ways.change;
        // Of what was refused, what was typed is shown, and why it is too late.
        let closed = match &ways.sign_up {
            Err(why) if !is_change => Some(say_events::why_not(why)),
            _ => None,
        };
        let why = self.instead.with_value(|it| it.as_ref().map(|(_, why)| why.clone()));
        let title = if is_change { say::change() } else { say::sign_up() };
        if let Some(closed) = closed.clone().filter(|_| why.is_none()) {
            return view! {
                <ui::Page title=title back=back>
                    <p class="problem">{ui::glyph("attention")}<span><strong>{say::cannot_now()}</strong>" "{closed}</span></p>
                </ui::Page>
            }
            .into_any();
        }
        let (heading, questions) =
            (heading(event, self.store), questions::fields(&event.details.questions, self.typed, self.unanswered));
        let go = go();
        let submit = move |submit: SubmitEvent| {
            submit.prevent_default();
            self.send(go.clone());
        };
        view! {
            <ui::Page title=title back=back>
                <form class="card sign-up" on:submit=submit novalidate>
                    {heading}
                    {why.map(|why| view! { <p class="problem" role="alert">{ui::glyph("attention")}<span>{say::instead()}" "<strong>{why}</strong></span></p> })}
                    {closed.map(|why| view! { <p class="problem">{ui::glyph("attention")}<span>{why}</span></p> })}
                    {party::fields(self.typed, self.persons_fault, self.names_fault, move || self.limits(), move || self.limit_words())}
                    <div role="status">{move || self.prospect_words()}</div>
                    {questions}
                    {offline_note(self.store)}
                    {ui::problem(move || self.problem.get())}
                    <button class="button main" type="submit" disabled=move || self.is_busy.get()>{move || self.verb()}</button>
                </form>
            </ui::Page>
        }
        .into_any()
    }

    fn verb(&self) -> &'static str {
        let is_alive = self
            .ours
            .with(|ours| ours.as_ref().and_then(|ours| ours.own.as_ref()).is_some_and(|own| own.standing.is_alive()));
        match self.prospect() {
            _ if is_alive => say::save_change(),
            Some(Prospect::Line { .. }) => say::ask_to_wait(),
            Some(Prospect::Places | Prospect::NoRoom { .. }) | None => say::ask_now(),
        }
    }

    fn limit_words(&self) -> Option<String> {
        let limits = self.limits()?;
        Some(match limits.household {
            Some(household) if household.left == 0 => say::none_left(household.most),
            Some(household) if household.left < limits.party => say::most_left(household.most, household.left),
            _ => say::most_here(limits.party),
        })
    }

    /// What would come of it, as far as this phone knows.
    fn prospect_words(&self) -> Option<AnyView> {
        let waits = self.ours.with(|ours| {
            let own = ours.as_ref()?.own.as_ref()?;
            Some(own.standing == Standing::Waiting)
        });
        let (state, words) = match self.prospect()? {
            Prospect::Places => ("good", say::would_have().to_owned()),
            Prospect::Line { place } if waits == Some(true) => ("running", say::still_waits(place)),
            Prospect::Line { place } => ("running", say::would_wait(place)),
            Prospect::NoRoom { free } => ("attention", say::no_room(free)),
        };
        Some(
            view! { <p class="prospect" data-state=state>{ui::glyph(state)}<span>{words}" "<span class="note">{say::as_far_as_known()}</span></span></p> }
                .into_any(),
        )
    }
}

/// Which event it is for.
fn heading(event: &Event, store: Store) -> AnyView {
    let when = untrack(|| calendar::span(event.details.starts, event.details.ends, store.time(), &store.zone()));
    view! { <div><h2>{locales::say(&event.details.title)}</h2><p class="note">{when}</p></div> }.into_any()
}

/// The first field that does not fit is where to go on.
fn focus_on_fault() {
    request_animation_frame(|| {
        let fault = document().query_selector("[aria-invalid=true]").ok().flatten();
        let field = fault.and_then(|it| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlElement>(it).ok());
        if let Some(field) = field {
            let _ = field.focus();
        }
    });
}
