//! Planning an event: what is asked for, and what the server says of it.

mod fields;
mod questions;
mod typed;

use domain::{
    changes::{Deed, Request},
    events::{Event, EventKey, PutEvent},
    ids::{ChangeId, EventId},
    permissions::{Act, may},
    photos::Photo,
    residents,
};
use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::hooks::use_location;
use sync::{device::outbox::Entry, messages::Envelope};

use self::typed::{Faults, Typed};
use super::desk::{outcome, refusal_of};
use crate::{
    device::clock,
    locales::{self, general, planning as say, time},
    shell::go,
    store::{Store, use_store},
    ui,
    visits::scan::focus,
};

pub fn page(event: EventId) -> AnyView {
    view! { <Form event=Some(event)/> }.into_any()
}

pub fn new_page() -> AnyView {
    view! { <Form event=None/> }.into_any()
}

/// Where a refused event is corrected: the form it came from, filled in.
pub fn correction(entry: &Entry) -> Option<String> {
    Some(format!("/events/{}/edit?instead={}", wish(entry)?.of.event, entry.id))
}

fn wish(entry: &Entry) -> Option<PutEvent> {
    match Envelope::read(&entry.change).ok()?.open().ok()?.deed {
        Deed::Request(Request::Residents(residents::Request::PutEvent(wish))) => Some(wish),
        Deed::Request(_) | Deed::Fact(_) => None,
    }
}

fn held(store: Store, event: EventId) -> Option<Event> {
    store.world.with(|world| super::event(world, event).cloned())
}

#[component]
fn Form(event: Option<EventId>) -> impl IntoView {
    let store = use_store();
    let plans = Memo::new(move |_| store.me().is_some_and(|me| may(&me.roles, Act::PlanEvents)));
    let query = use_location().query;
    let asked_for = move |name: &str| query.with_untracked(|query| query.get(name));
    let instead: Option<ChangeId> = asked_for("instead").and_then(|id| id.parse().ok());
    let from: Option<EventId> = asked_for("from").and_then(|id| id.parse().ok());
    let is_here = Memo::new(move |_| {
        instead.is_some() || event.is_none_or(|event| store.world.with(|world| super::event(world, event).is_some()))
    });
    move || {
        if !plans.get() {
            let nothing = ui::empty(general::no_rights(), general::no_rights_next());
            return view! { <ui::Page title=say::plan_event() back="/events">{nothing}</ui::Page> }.into_any();
        }
        let asking = is_here.get().then(|| Asking::begin(store, event, instead, from)).flatten();
        asking.map_or_else(super::missing, |asking| asking.view())
    }
}

/// An event on its way to the server.
#[derive(Clone, Copy)]
struct Asking {
    store: Store,
    typed: RwSignal<Typed>,
    faults: RwSignal<Faults>,
    key: StoredValue<String>,
    is_new: bool,
    /// The refused change whose place the next one takes.
    instead: RwSignal<Option<ChangeId>>,
    asked: RwSignal<Option<ChangeId>>,
    problem: RwSignal<Option<String>>,
    is_busy: RwSignal<bool>,
}

impl Asking {
    /// What is kept of the form comes first, then what was refused, then the record, or another event to be held once more.
    fn begin(store: Store, event: Option<EventId>, instead: Option<ChangeId>, from: Option<EventId>) -> Option<Self> {
        let key = match (instead, event, from) {
            (Some(refused), _, _) => format!("event:{refused}"),
            (None, Some(event), _) => format!("event:{event}"),
            (None, None, Some(from)) => format!("event:from:{from}"),
            (None, None, None) => "event:new".to_owned(),
        };
        let zone = untrack(|| store.zone());
        let kept = store.draft(&key).and_then(|text| domain::json::read::<Typed>(&text).ok());
        let held_now = event.and_then(|event| untrack(|| held(store, event)));
        let refused = instead.and_then(|refused| {
            store.world.with_untracked(|world| wish(world.outbox.entries.values().find(|it| it.id == refused)?))
        });
        let of_refused = || refused.map(|wish| Typed::of(wish.of, &wish.details, wish.revision, &zone));
        let of_record = || held_now.as_ref().map(|it| Typed::of(it.of, &it.details, it.revision, &zone));
        let once_more = || {
            let other = from.and_then(|from| untrack(|| held(store, from)))?;
            let details = other.details.once_more(untrack(|| store.time()), &zone);
            let of = EventKey { event: clock::fresh_event(), series: other.of.series };
            Some(Typed::of(of, &details, None, &zone))
        };
        let blank = || event.is_none().then(|| Typed::blank(clock::fresh_event()));
        let first = kept.or_else(of_refused).or_else(of_record).or_else(once_more).or_else(blank)?;
        let asking = Self {
            store,
            typed: RwSignal::new(first),
            faults: RwSignal::new(Faults::default()),
            key: StoredValue::new(key),
            is_new: event.is_none(),
            instead: RwSignal::new(instead),
            asked: RwSignal::new(None),
            problem: RwSignal::new(None),
            is_busy: RwSignal::new(false),
        };
        Effect::new(move |before: Option<Typed>| {
            let now = asking.typed.get();
            if before.is_some_and(|before| before != now) {
                store.keep_draft(asking.key.get_value(), now.text());
            }
            now
        });
        Some(asking)
    }

    fn of(self) -> EventKey {
        self.typed.with_untracked(|typed| EventKey { event: typed.event, series: typed.series })
    }

    fn submit(self, then: impl FnOnce(&str) + 'static) {
        let zone = untrack(|| self.store.zone());
        // What is there now stands above the form: it is what the next one builds on.
        let refused = self.refused();
        if refused.is_some() {
            let revision = untrack(|| held(self.store, self.of().event)).and_then(|held| held.revision);
            self.typed.update(|typed| typed.revision = revision);
        }
        let details = self.typed.with_untracked(|typed| typed.details(&zone));
        self.faults.set(details.as_ref().err().cloned().unwrap_or_default());
        let Ok(details) = details else {
            // Once the page shows which fields these are.
            request_animation_frame(|| focus("form [aria-invalid=true]"));
            return;
        };
        if self.is_busy.get_untracked() {
            return;
        }
        self.is_busy.set(true);
        let wish =
            PutEvent { of: self.of(), details: details.into(), revision: self.typed.with_untracked(|it| it.revision) };
        leptos::task::spawn_local(async move {
            let address = format!("/events/{}", wish.of.event);
            let deed = Deed::Request(Request::Residents(residents::Request::PutEvent(wish)));
            match self.store.commit_instead(refused, deed, Some(self.key.get_value())).await {
                Ok(change) => {
                    self.problem.try_set(None);
                    self.asked.try_set(Some(change));
                    self.instead.try_set(None);
                    self.typed.try_update_untracked(|typed| typed.revision = Some(change));
                    then(&address);
                }
                Err(fault) => {
                    self.problem.try_set(Some(ui::not_saved(&fault)));
                }
            }
            self.is_busy.try_set(false);
        });
    }

    /// The change that was refused and that the next one corrects.
    fn refused(self) -> Option<ChangeId> {
        let last = self.asked.get_untracked().filter(|asked| untrack(|| refusal_of(self.store, *asked)).is_some());
        last.or(self.instead.get_untracked())
    }

    fn view(self) -> AnyView {
        let (store, is_new) = (self.store, self.is_new);
        let id = self.of().event;
        let go = go();
        let submit = move |event: SubmitEvent| {
            event.prevent_default();
            let go = go.clone();
            self.submit(move |address| {
                if is_new {
                    go(address);
                }
            });
        };
        let is_published = Memo::new(move |_| held(store, id).is_some_and(|event| event.published.is_some()));
        let save = move || if is_published.get() || !is_new { say::save() } else { say::save_draft() };
        let album = self.album();
        let back = if is_new { "/events".to_owned() } else { format!("/events/{id}") };
        let title = if is_new { say::plan_event() } else { say::edit_event() };
        let foot = view! { <button class="button main" type="submit" form="event-form" disabled=move || store.saving.get()>{save}</button> };
        view! {
            <ui::Page title=title back=back foot=foot.into_any()>
                <form id="event-form" class="event-form" novalidate on:submit=submit>
                    {move || self.correcting(id)}
                    {move || is_published.get().then(|| view! { <p class="notice">{say::published_note()}</p> })}
                    {fields::view(store, self.typed, self.faults, album)}
                    {questions::view(self.typed, self.faults)}
                    {ui::problem(move || self.faults.with(|faults| (!faults.is_empty()).then(|| say::fix_faults().to_owned())))}
                    {ui::problem(move || self.problem.get())}
                    <div role="status">{move || outcome(store, id, self.asked.get())}</div>
                </form>
            </ui::Page>
        }
        .into_any()
    }

    /// What was refused, and what is there now.
    fn correcting(self, id: EventId) -> Option<AnyView> {
        let refusal = self.asked.get().or(self.instead.get()).and_then(|asked| refusal_of(self.store, asked))?;
        let store = self.store;
        let now_is = held(store, id).map(|held| {
            let it = &held.details;
            let when = time::absolute(it.starts, store.time(), &store.zone());
            let what = [locales::say(&it.title), when, locales::say(&it.place), say::persons(it.capacity)];
            say::now_is(&what.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · "))
        });
        Some(
            view! {
                <p class="problem" role="alert">{ui::glyph("attention")}<span>{say::refused()}" "{refusal}" "
                    {now_is.map(|now_is| view! { <span class="note now-is">{now_is}</span> })}</span></p>
            }
            .into_any(),
        )
    }

    /// One picture, kept with the draft as soon as it is taken.
    fn album(self) -> AnyView {
        let typed = self.typed;
        let album = crate::photos::Album {
            photos: Signal::derive(move || typed.with(|typed| typed.picture.into_iter().collect())),
            with: Callback::new(move |photo: Photo| {
                let with = typed.with_untracked(|typed| Typed { picture: Some(photo), ..typed.clone() });
                (self.key.get_value(), with.text())
            }),
            add: Callback::new(move |photo: Photo| typed.update(|typed| typed.picture = Some(photo))),
            remove: Callback::new(move |_| typed.update(|typed| typed.picture = None)),
        };
        crate::photos::album(album)
    }
}
