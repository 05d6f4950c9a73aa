//! A form whose wish the server decides: what is typed is kept as a draft, then saved as a request. A refused one is corrected in
//! the form that it came from.

use domain::{
    changes::{Deed, Request},
    ids::{ChangeId, RecordId},
    permissions::{Act, may},
    residents,
};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use serde::{Serialize, de::DeserializeOwned};
use sync::{device::outbox::Entry, messages::Envelope};

use crate::{
    locales::{general, people as say},
    store::{Store, use_store},
    ui,
};

/// A form on its way to the server.
#[derive(Clone, Copy)]
pub struct Asking {
    pub store: Store,
    draft: StoredValue<String>,
    /// The refused change whose place this one takes.
    instead: Option<ChangeId>,
    problem: RwSignal<Option<String>>,
    // A second press while the first is being saved would ask twice.
    is_busy: RwSignal<bool>,
}

impl Asking {
    /// Its draft is named by `kind` and by the record, or by the refused change that the address names.
    pub fn begin(store: Store, kind: &str, thing: Option<RecordId>) -> Self {
        let instead: Option<ChangeId> =
            use_location().query.with_untracked(|query| query.get("instead")).and_then(|id| id.parse().ok());
        let draft = match (instead, thing) {
            (Some(refused), _) => format!("{kind}:{refused}"),
            (None, Some(thing)) => format!("{kind}:{thing}"),
            (None, None) => format!("{kind}:new"),
        };
        Self {
            store,
            draft: StoredValue::new(draft),
            instead,
            problem: RwSignal::new(None),
            is_busy: RwSignal::new(false),
        }
    }

    /// What was typed here before and not saved.
    pub fn kept<T: DeserializeOwned>(self) -> Option<T> {
        self.store.draft(&self.draft.get_value()).and_then(|text| domain::json::read(&text).ok())
    }

    /// What was refused and is corrected here.
    pub fn refused(self) -> Option<residents::Request> {
        let refused = self.instead?;
        self.store.world.with_untracked(|world| wish(world.outbox.entries.values().find(|it| it.id == refused)?))
    }

    /// Keeps what is typed from now on.
    pub fn keep<T: Serialize>(self, typed: impl Fn() -> T + 'static) {
        Effect::new(move |before: Option<String>| {
            let now = serde_json::to_string(&typed()).unwrap_or_default();
            if before.is_some_and(|before| before != now) {
                self.store.keep_draft(self.draft.get_value(), now.clone());
            }
            now
        });
    }

    /// Asks for it. What is typed stays until it is saved.
    pub fn ask(self, wish: residents::Request, then: impl FnOnce() + 'static) {
        if self.is_busy.get_untracked() {
            return;
        }
        self.is_busy.set(true);
        leptos::task::spawn_local(async move {
            let deed = Deed::Request(Request::Residents(wish));
            match self.store.commit_instead(self.instead, deed, Some(self.draft.get_value())).await {
                Ok(_) => {
                    self.problem.try_set(None);
                    then();
                }
                Err(fault) => {
                    self.problem.try_set(Some(ui::not_saved(&fault)));
                }
            }
            self.is_busy.try_set(false);
        });
    }

    /// Above the fields of a form that corrects what was refused; `now_is` says what is there now.
    pub fn corrects(self, now_is: impl Fn() -> Option<String> + Send + 'static) -> Option<AnyView> {
        self.instead?;
        let now_is = move || now_is().map(|what| view! { <span class="note">{say::now_is(&what)}</span> });
        Some(
            view! { <p class="problem">{ui::glyph("attention")}<span>{say::instead()}" "{now_is}</span></p> }
                .into_any(),
        )
    }

    /// Why it was not saved.
    pub fn problem(self) -> AnyView {
        ui::problem(move || self.problem.get()).into_any()
    }
}

/// What a change asks for, where that is about residents.
pub fn wish(entry: &Entry) -> Option<residents::Request> {
    match Envelope::read(&entry.change).ok()?.open().ok()?.deed {
        Deed::Request(Request::Residents(wish)) => Some(wish),
        Deed::Request(_) | Deed::Fact(_) => None,
    }
}

/// `page`, where the person who is here may do `act`; a sentence to everybody else.
pub fn for_who_may(act: Act, title: &'static str, page: impl Fn() -> AnyView + Send + Sync + 'static) -> AnyView {
    let store = use_store();
    let may = Memo::new(move |_| store.me().is_some_and(|me| may(&me.roles, act)));
    (move || {
        if may.get() {
            page()
        } else {
            view! { <ui::Page title=title>{ui::empty(general::no_rights(), general::no_rights_next())}</ui::Page> }
                .into_any()
        }
    })
    .into_any()
}

/// Whether the person who is here may do `act`.
pub fn may_here(store: Store, act: Act) -> Memo<bool> {
    Memo::new(move |_| store.me().is_some_and(|me| may(&me.roles, act)))
}

/// Whether the server has said what becomes of a change. One that builds on an older record is not shown here as it asks for.
pub fn is_settled(store: Store, change: ChangeId) -> bool {
    store.world.with(|world| world.outbox.entries.values().all(|entry| entry.id != change || entry.is_settled()))
}

/// Said of a record that this device asks for and the server has not confirmed.
pub fn unconfirmed(store: Store, record: RecordId) -> AnyView {
    let is_asked_for = Memo::new(move |_| store.world.with(|world| world.is_unconfirmed(record)));
    view! {
        <div role="status">{move || is_asked_for.get().then(|| view! {
            <p class="note">{ui::glyph("waiting")}" "{say::asked_for_lead()}</p>
        })}</div>
    }
    .into_any()
}
