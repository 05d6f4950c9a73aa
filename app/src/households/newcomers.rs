//! Newcomers: who has used a join code and waits for the desk to take them in. Only the server knows them.

use domain::permissions::Act;
use leptos::{html, prelude::*};

use super::told;
use crate::{
    accounts::session::in_own_session,
    asking::may_here,
    locales::{self, general, households as say, time},
    online::{
        Trouble,
        joining::{self, Joining},
    },
    store::Store,
    ui,
};

/// Those who wait, as far as the server has told.
#[derive(Clone, Copy)]
pub struct Newcomers {
    store: Store,
    /// Whether whoever is here may take anybody in.
    pub may_decide: Memo<bool>,
    answer: RwSignal<Option<Result<Vec<Joining>, Trouble>>>,
    /// Somebody whom the desk is about to take in or decline.
    asked: RwSignal<Option<(Verdict, Joining)>>,
    is_busy: RwSignal<bool>,
    trouble: RwSignal<Option<Trouble>>,
    done: RwSignal<Option<String>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    TakeIn,
    Decline,
}

impl Newcomers {
    /// Asks the server now and every half minute.
    pub fn begin(store: Store) -> Self {
        let newcomers = Self {
            store,
            may_decide: may_here(store, Act::ApproveHouseholds),
            answer: RwSignal::new(None),
            asked: RwSignal::new(None),
            is_busy: RwSignal::new(false),
            trouble: RwSignal::new(None),
            done: RwSignal::new(None),
        };
        Effect::new(move |_| {
            store.now.track();
            if newcomers.may_decide.get() {
                newcomers.read();
            }
        });
        newcomers
    }

    fn read(self) {
        leptos::task::spawn_local(async move {
            let answer = in_own_session(joining::joinings()).await;
            // The same answer leaves the list, and whoever reads it, where they are.
            if self.answer.try_with_untracked(|before| before.as_ref() != Some(&answer)) == Some(true) {
                self.answer.set(Some(answer));
            }
        });
    }

    /// How many wait; nothing while that is not known.
    pub fn count(self) -> Option<usize> {
        self.answer.with(|answer| answer.as_ref()?.as_ref().ok().map(Vec::len))
    }

    /// What stands in the way of knowing.
    pub fn trouble(self) -> Option<Trouble> {
        self.answer.with(|answer| answer.as_ref()?.as_ref().err().cloned())
    }

    fn decide(self, verdict: Verdict, newcomer: Joining) {
        if self.is_busy.get_untracked() {
            return;
        }
        self.is_busy.set(true);
        self.trouble.set(None);
        leptos::task::spawn_local(async move {
            let person = newcomer.person;
            let decided = match verdict {
                Verdict::TakeIn => in_own_session(joining::take_in(person)).await,
                Verdict::Decline => in_own_session(joining::decline_joining(person)).await,
            };
            match decided {
                Ok(()) => {
                    let words = match verdict {
                        Verdict::TakeIn => say::taken_in(&newcomer.name),
                        Verdict::Decline => say::declined(&newcomer.name),
                    };
                    self.done.try_set(Some(words));
                    self.asked.try_set(None);
                    // The new member comes with the records.
                    self.store.bell().ring();
                }
                // Somebody else decided meanwhile: the list says what is left.
                Err(trouble) => {
                    self.trouble.try_set(Some(trouble));
                }
            }
            self.is_busy.try_set(false);
            self.read();
        });
    }

    /// Who waits, the longest first, with what can be done.
    pub fn view(self) -> AnyView {
        let content = move || {
            self.answer.with(|answer| match answer {
                None => view! { <p class="note" role="status">{general::loading()}</p> }.into_any(),
                Some(Err(Trouble::NoNetwork)) => self.again(say::newcomers_offline().to_owned()),
                Some(Err(trouble)) => told(trouble),
                Some(Ok(waiting)) if waiting.is_empty() => {
                    view! { <p class="note">{say::nobody_waits_lead()}</p> }.into_any()
                }
                Some(Ok(waiting)) => {
                    let rows: Vec<_> = waiting.iter().map(|newcomer| self.row(newcomer)).collect();
                    view! { <ul class="rows">{rows}</ul> }.into_any()
                }
            })
        };
        let shown = move || {
            self.may_decide.get().then(|| view! {
                <section aria-labelledby="newcomers-title">
                    <h2 id="newcomers-title">{say::newcomers()}</h2>
                    {move || self.asked.get().map(|(verdict, newcomer)| self.question(verdict, newcomer))}
                    {move || self.trouble.get().map(|trouble| told(&trouble))}
                    <div role="status">{move || self.done.get().map(|words| view! { <p class="done">{ui::glyph("good")}{words}</p> })}</div>
                    {content}
                </section>
            })
        };
        shown.into_any()
    }

    fn again(self, words: String) -> AnyView {
        view! {
            <p class="note">{ui::glyph("unknown")}" "{words}</p>
            <button type="button" class="button quiet" on:click=move |_| self.read()>{general::try_again()}</button>
        }
        .into_any()
    }

    fn row(self, newcomer: &Joining) -> AnyView {
        let when = untrack(|| time::ago(newcomer.asked, self.store.time(), &self.store.zone()));
        let button = |verdict: Verdict, class: &'static str, words: &'static str| {
            let newcomer = newcomer.clone();
            let label = [words, " ", &newcomer.name].concat();
            let ask = move |_| {
                self.done.set(None);
                self.trouble.set(None);
                self.asked.set(Some((verdict, newcomer.clone())));
            };
            view! { <button type="button" class=class aria-label=label on:click=ask>{words}</button> }
        };
        view! {
            <li class="newcomer">
                <p class="row">{ui::icon("person")}
                    <span class="grow"><bdi>{newcomer.name.clone()}</bdi>
                        <span class="note"><bdi>{locales::say(&newcomer.flat)}</bdi>" · "{say::asked_when(&when)}</span></span></p>
                <div class="foot-row">
                    {button(Verdict::Decline, "button quiet", say::decline())}
                    {button(Verdict::TakeIn, "button", say::take_in())}
                </div>
            </li>
        }
        .into_any()
    }

    /// What it means, before it is done.
    fn question(self, verdict: Verdict, newcomer: Joining) -> AnyView {
        let title = NodeRef::<html::H3>::new();
        title.on_load(|title| {
            let _ = title.focus();
        });
        let flat = locales::say(&newcomer.flat);
        let (question, means, class, does) = match verdict {
            Verdict::TakeIn => {
                (say::take_in_question(&newcomer.name, &flat), say::take_in_means(), "button main", say::take_in())
            }
            Verdict::Decline => {
                (say::decline_question(&newcomer.name, &flat), say::decline_means(), "button danger", say::decline())
            }
        };
        let decide = move |_| self.decide(verdict, newcomer.clone());
        view! {
            <div class="card attention" role="alertdialog" aria-labelledby="newcomer-question" aria-describedby="newcomer-means">
                <h3 id="newcomer-question" tabindex="-1" node_ref=title>{question}</h3>
                <p id="newcomer-means">{means}</p>
                <div class="foot-row">
                    <button type="button" class="button quiet" on:click=move |_| self.asked.set(None)>{general::cancel()}</button>
                    <button type="button" class=class aria-busy=move || self.is_busy.get().to_string() on:click=decide>{does}</button>
                </div>
            </div>
        }
        .into_any()
    }
}
