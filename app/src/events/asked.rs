//! What a household asks for at the press of one button, and what it is asked before that.

use domain::{
    changes::{Deed, Request},
    residents,
    sign_ups::{AcceptOffer, CancelSignUp, SignUp, Standing},
};
use leptos::{html, prelude::*};

use crate::{
    locales::{general, sign_ups as say},
    store::{Network, Store},
    ui,
};

/// What is being saved, and why it was not.
#[derive(Clone, Copy)]
pub struct Asking {
    store: Store,
    is_busy: RwSignal<bool>,
    pub problem: RwSignal<Option<String>>,
    /// Whether the person is being asked if they mean it.
    pub is_leaving: RwSignal<bool>,
}

impl Asking {
    pub fn new(store: Store) -> Self {
        let (is_busy, problem, is_leaving) = (RwSignal::new(false), RwSignal::new(None), RwSignal::new(false));
        Self { store, is_busy, problem, is_leaving }
    }

    fn ask(self, wish: residents::Request) {
        if self.is_busy.get_untracked() {
            return;
        }
        self.is_busy.set(true);
        leptos::task::spawn_local(async move {
            let done = self.store.commit(vec![Deed::Request(Request::Residents(wish))], None).await;
            self.problem.try_set(done.as_ref().err().map(ui::not_saved));
            if done.is_ok() {
                self.is_leaving.try_set(false);
            }
            self.is_busy.try_set(false);
        });
    }

    pub fn accept(self, own: &SignUp) {
        self.ask(residents::Request::AcceptOffer(AcceptOffer { of: own.of, household: own.household }));
    }

    fn cancel(self, own: &SignUp) {
        self.ask(residents::Request::CancelSignUp(CancelSignUp { of: own.of, household: own.household }));
    }

    /// What it means to leave, before it is done.
    pub fn question(self, own: SignUp) -> AnyView {
        let title = NodeRef::<html::H2>::new();
        title.on_load(|title| {
            let _ = title.focus();
        });
        let (question, means, verb) = match own.standing {
            Standing::Offered { .. } => (say::decline_question(), say::decline_means().to_owned(), say::decline()),
            Standing::Waiting => (say::cancel_question(), say::leave_means().to_owned(), say::leave_line()),
            _ => (say::cancel_question(), say::cancel_means(own.party.persons), say::cancel()),
        };
        let is_offline = move || matches!(self.store.network.get(), Network::Bad(_));
        view! {
            <section class="card attention" role="alertdialog" aria-labelledby="leaving-title" aria-describedby="leaving-means">
                <h2 id="leaving-title" tabindex="-1" node_ref=title>{question}</h2>
                <div id="leaving-means">
                    <p>{means}</p>
                    {move || is_offline().then(|| view! { <p class="note">{say::cancel_offline()}</p> })}
                </div>
                {ui::problem(move || self.problem.get())}
                <div class="foot-row">
                    <button class="button quiet" on:click=move |_| self.is_leaving.set(false)>{say::keep()}</button>
                    <button class="button danger" on:click=move |_| self.cancel(&own)>{verb}</button>
                </div>
            </section>
        }
        .into_any()
    }
}

/// Says that there is no network, where that changes what a press does.
pub fn offline_note(store: Store) -> impl IntoView {
    move || {
        let is_offline = matches!(store.network.get(), Network::Bad(_));
        is_offline.then(|| view! { <p class="note" role="status">{ui::glyph("waiting")}" "{say::offline_note()}</p> })
    }
}

/// For whoever is no household's member.
pub fn not_a_household(back: String) -> AnyView {
    view! {
        <ui::Page title=general::no_rights() back=back>
            {ui::empty(say::not_a_household(), say::not_a_household_next())}
        </ui::Page>
    }
    .into_any()
}
