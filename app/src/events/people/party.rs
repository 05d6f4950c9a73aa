//! One party on the list: what it answered, how it was moved, and what the desk may do for it.

use domain::{
    changes::{Deed, Request},
    events::EventKey,
    ids::{ChangeId, HouseholdId},
    permissions::{Act, may},
    residents,
    sign_ups::{AcceptOffer, CancelSignUp, ChangeSignUp, Move, MoveSignUp, MoveTo, SignUp, Standing},
    text::{NOTE_MOST, typed},
};
use leptos::{ev::SubmitEvent, html, prelude::*};

use super::{
    answers::{Typed, answered, fields},
    asking::told,
    glyph_of, is_coming,
};
use crate::{
    events::{door::Held, event},
    locales::{self, general, planning as say, time},
    store::Store,
    today::person_name,
    ui,
};

/// What is being done for the party.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doing {
    Nothing,
    Moving(MoveTo),
    Changing,
    Cancelling,
}

#[derive(Clone, Copy)]
struct One {
    store: Store,
    of: EventKey,
    household: HouseholdId,
    doing: RwSignal<Doing>,
    asked: RwSignal<Option<ChangeId>>,
    problem: RwSignal<Option<String>>,
    is_busy: RwSignal<bool>,
}

pub fn view(store: Store, of: EventKey, household: HouseholdId, chosen: RwSignal<Option<HouseholdId>>) -> AnyView {
    let it = One {
        store,
        of,
        household,
        doing: RwSignal::new(Doing::Nothing),
        asked: RwSignal::new(None),
        problem: RwSignal::new(None),
        is_busy: RwSignal::new(false),
    };
    let title = NodeRef::<html::H2>::new();
    title.on_load(|title| {
        let _ = title.focus();
    });
    let rights = Memo::new(move |_| {
        let roles = store.me().map(|me| me.roles).unwrap_or_default();
        [Act::PlanEvents, Act::RunDoor].map(|act| may(&roles, act))
    });
    let standing = Memo::new(move |_| it.look(|_, sign_up| sign_up.standing));
    let is_coming = Memo::new(move |_| is_coming(store, of));
    let (flat, names) = it.look_untracked(|held, _| (held.flat(household), held.names(household))).unwrap_or_default();
    let ways = move || {
        let standing = standing.get().filter(|standing| is_coming.get() && standing.is_alive())?;
        let [plans, runs_door] = rights.get();
        Some(it.ways(standing, plans, runs_door))
    };
    view! {
        <section class="card signed-up" aria-labelledby="party-title">
            <h2 id="party-title" tabindex="-1" node_ref=title>{flat}" "<bdi>{names}</bdi></h2>
            {move || it.details()}
            {ways}
            {move || it.doing_now()}
            {ui::problem(move || it.problem.get())}
            <div role="status">{move || told(store, it.asked.get())}</div>
            <button type="button" class="button quiet" on:click=move |_| chosen.set(None)>{say::close()}</button>
        </section>
    }
    .into_any()
}

impl One {
    fn look<T>(self, look: impl FnOnce(&Held, &SignUp) -> T) -> Option<T> {
        self.store.world.with(|world| {
            let held = Held::of(world, self.of)?;
            let sign_up = held.sign_up(self.household)?;
            Some(look(&held, sign_up))
        })
    }

    fn look_untracked<T>(self, look: impl FnOnce(&Held, &SignUp) -> T) -> Option<T> {
        untrack(|| self.look(look))
    }

    fn details(self) -> Option<AnyView> {
        let (now, zone) = (self.store.time(), self.store.zone());
        let questions =
            self.store.world.with(|world| event(world, self.of.event).map(|it| it.details.questions.clone()))?;
        self.look(|_, it| {
            let until = match it.standing {
                Standing::Offered { until } => Some(say::keeps_until(&time::absolute(until, now, &zone))),
                _ => None,
            };
            let answer = |question: &domain::events::Question| {
                let given = answered(question, &it.answers).unwrap_or_else(|| say::no_answer().to_owned());
                view! { <div><dt>{locales::say(&question.ask)}</dt><dd>{given}</dd></div> }
            };
            let answers: Vec<_> = questions.iter().map(answer).collect();
            let moves: Vec<_> = it.moves.iter().map(|step| self.moved(step)).collect();
            let words = [say::standing(it.standing).to_owned(), say::persons(it.party.persons), say::number(it.number)];
            view! {
                <p>{ui::glyph(glyph_of(it.standing))}" "{words.into_iter().chain(until).collect::<Vec<_>>().join(" · ")}</p>
                {it.wish.as_ref().map(|wish| view! { <p class="note">{ui::glyph("waiting")}" "{say::pending(&say::wish(wish))}</p> })}
                {(!answers.is_empty()).then(|| view! { <dl class="signed-up-answers">{answers}</dl> })}
                {(!moves.is_empty()).then(|| view! { <div><h3>{say::moves()}</h3><ul class="signed-up-moves">{moves}</ul></div> })}
            }
            .into_any()
        })
    }

    fn moved(self, step: &Move) -> AnyView {
        let when = time::absolute(step.at, self.store.time(), &self.store.zone());
        let by = step.by.map_or_else(|| "—".to_owned(), |by| self.store.world.with(|world| person_name(world, by)));
        let line = say::move_line(&when, &by, say::move_to(step.to));
        view! { <li>{line}<span class="note">{step.reason.clone()}</span></li> }.into_any()
    }

    /// What may be done, as buttons of which one is open.
    fn ways(self, standing: Standing, plans: bool, runs_door: bool) -> AnyView {
        let press = move |doing: Doing, words: &'static str| {
            view! {
                <button type="button" class="press" aria-pressed=move || (self.doing.get() == doing).to_string()
                    on:click=move |_| self.doing.update(|it| *it = if *it == doing { Doing::Nothing } else { doing })>{words}</button>
            }
        };
        let targets: &[MoveTo] = match standing {
            Standing::Confirmed => &[MoveTo::FrontOfLine, MoveTo::EndOfLine, MoveTo::Off],
            _ => &[MoveTo::Confirmed, MoveTo::FrontOfLine, MoveTo::EndOfLine, MoveTo::Off],
        };
        let is_offered = matches!(standing, Standing::Offered { .. });
        let accept = move |_| {
            self.ask(residents::Request::AcceptOffer(AcceptOffer { of: self.of, household: self.household }));
        };
        view! {
            {plans.then(|| view! {
                <h3>{say::move_title()}</h3>
                <p class="note">{say::move_note()}</p>
                <div class="presses wrap">{targets.iter().map(|to| press(Doing::Moving(*to), say::move_to(*to))).collect_view()}</div>
            })}
            {runs_door.then(|| view! {
                {is_offered.then(|| view! { <button type="button" class="button" on:click=accept>{say::accept_for()}</button> })}
                <div class="presses wrap">{press(Doing::Changing, say::change_party())}{press(Doing::Cancelling, say::cancel_for())}</div>
            })}
        }
        .into_any()
    }

    fn doing_now(self) -> Option<AnyView> {
        match self.doing.get() {
            Doing::Nothing => None,
            Doing::Moving(to) => Some(self.moving(to)),
            Doing::Changing => self.changing(),
            Doing::Cancelling => Some(self.cancelling()),
        }
    }

    fn moving(self, to: MoveTo) -> AnyView {
        let store = self.store;
        let key = StoredValue::new(format!("move:{}:{}", self.of.event, self.household));
        let reason = RwSignal::new(store.draft(&key.get_value()).unwrap_or_default());
        Effect::new(move |before: Option<String>| {
            let now = reason.get();
            if before.is_some_and(|before| before != now) {
                store.keep_draft(key.get_value(), now.clone());
            }
            now
        });
        let fault = RwSignal::new(None::<String>);
        let submit = move |event: SubmitEvent| {
            event.prevent_default();
            let given = typed(&reason.get_untracked(), NOTE_MOST);
            fault.set(given.as_ref().err().map(general::unfit));
            let Ok(reason) = given else { return };
            let wish = MoveSignUp { of: self.of, household: self.household, to, reason };
            self.ask_with(residents::Request::MoveSignUp(wish), Some(key.get_value()));
        };
        view! {
            <form class="fields-within" on:submit=submit>
                <ui::LongField label=say::reason() name="move-reason" value=reason fault=fault/>
                <button class="button main" type="submit">{say::move_now(say::move_to(to))}</button>
            </form>
        }
        .into_any()
    }

    fn changing(self) -> Option<AnyView> {
        let store = self.store;
        let details = store.world.with_untracked(|world| event(world, self.of.event).map(|it| it.details.clone()))?;
        let key = StoredValue::new(format!("change_for:{}:{}", self.of.event, self.household));
        let kept = store.draft(&key.get_value()).and_then(|text| domain::json::read::<Typed>(&text).ok());
        let party = RwSignal::new(kept.or(self.look_untracked(|_, it| Typed::of(&it.party, &it.answers)))?);
        Effect::new(move |before: Option<Typed>| {
            let now = party.get();
            if before.is_some_and(|before| before != now) {
                store.keep_draft(key.get_value(), serde_json::to_string(&now).unwrap_or_default());
            }
            now
        });
        let fault = RwSignal::new(None::<&'static str>);
        let questions = fields(party, &details.questions, fault);
        let submit = move |event: SubmitEvent| {
            event.prevent_default();
            let typed = party.with_untracked(|it| it.party(&details));
            fault.set(typed.as_ref().err().copied());
            let Ok((party, answers)) = typed else { return };
            let wish = ChangeSignUp { of: self.of, household: self.household, party, answers };
            self.ask_with(residents::Request::ChangeSignUp(wish), Some(key.get_value()));
        };
        Some(
            view! {
                <form class="fields-within" on:submit=submit>
                    {questions}
                    <button class="button main" type="submit">{say::save()}</button>
                </form>
            }
            .into_any(),
        )
    }

    fn cancelling(self) -> AnyView {
        let flat = self.look_untracked(|held, _| held.flat(self.household)).unwrap_or_default();
        let wish = CancelSignUp { of: self.of, household: self.household };
        let cancel = move |_| self.ask(residents::Request::CancelSignUp(wish));
        let title = NodeRef::<html::H3>::new();
        title.on_load(|title| {
            let _ = title.focus();
        });
        view! {
            <div class="cancelling" role="alertdialog" aria-labelledby="cancel-for-title" aria-describedby="cancel-for-means">
                <h3 id="cancel-for-title" tabindex="-1" node_ref=title>{say::cancel_for_question(&flat)}</h3>
                <p id="cancel-for-means">{say::cancel_for_means()}</p>
                <div class="foot-row">
                    <button type="button" class="button quiet" on:click=move |_| self.doing.set(Doing::Nothing)>{general::back()}</button>
                    <button type="button" class="button danger" on:click=cancel>{say::cancel_for_now()}</button>
                </div>
            </div>
        }
        .into_any()
    }

    fn ask(self, request: residents::Request) {
        self.ask_with(request, None);
    }

    fn ask_with(self, request: residents::Request, draft: Option<String>) {
        if self.is_busy.get_untracked() {
            return;
        }
        self.is_busy.set(true);
        leptos::task::spawn_local(async move {
            match self.store.commit_instead(None, Deed::Request(Request::Residents(request)), draft).await {
                Ok(change) => {
                    self.asked.try_set(Some(change));
                    self.doing.try_set(Doing::Nothing);
                    self.problem.try_set(None);
                }
                Err(fault) => {
                    self.problem.try_set(Some(ui::not_saved(&fault)));
                }
            }
            self.is_busy.try_set(false);
        });
    }
}
