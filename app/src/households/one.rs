//! One household: its members, where they have signed up, a join code for one more, and moving out.

use domain::{
    households::{Household, Member},
    ids::HouseholdId,
    permissions::Act,
    records::Body,
    residents::{self, Request},
    sign_ups::{SignUp, Standing},
};
use leptos::{html, prelude::*};
use sync::device::world::World;

use super::{area_name, held, letter, moving, told};
use crate::{
    accounts::session::in_own_session,
    asking::{Asking, for_who_may, may_here, unconfirmed},
    events,
    locales::{self, general, households as say, sign_ins as say_sign_ins, time},
    online::{
        Trouble,
        joining::{self, JoinCode},
    },
    people,
    store::{Store, use_store},
    ui,
};

pub fn page(household: HouseholdId) -> AnyView {
    for_who_may(Act::SeeDesk, say::household(), move || view! { <One household/> }.into_any())
}

/// What the page is about at the moment.
#[derive(Clone, Copy)]
struct Desk {
    store: Store,
    id: HouseholdId,
    household: Memo<Option<Household>>,
    asking: Asking,
    /// A member who is about to be taken off.
    leaving: RwSignal<Option<Member>>,
    /// A member whose way in is looked at.
    looked_at: RwSignal<Option<Member>>,
    /// A code that was just issued: nobody sees it again.
    code: RwSignal<Option<JoinCode>>,
    is_busy: RwSignal<bool>,
    trouble: RwSignal<Option<Trouble>>,
}

#[component]
fn One(household: HouseholdId) -> impl IntoView {
    let (store, id) = (use_store(), household);
    let desk = Desk {
        store,
        id,
        household: Memo::new(move |_| store.world.with(|world| held(world, id).cloned())),
        asking: Asking::begin(store, "household-members", Some(id.into())),
        leaving: RwSignal::new(None),
        looked_at: RwSignal::new(None),
        code: RwSignal::new(None),
        is_busy: RwSignal::new(false),
        trouble: RwSignal::new(None),
    };
    let is_here = Memo::new(move |_| desk.household.with(Option::is_some));
    move || match desk.code.get() {
        _ if !is_here.get() => missing(),
        Some(code) => letter::page(store, desk.household.get_untracked(), code, desk.code),
        None => desk.view(),
    }
}

fn missing() -> AnyView {
    view! {
        <ui::Page title=general::not_found() back="/households">
            {ui::empty(general::thing_not_here(), general::thing_not_here_next())}
        </ui::Page>
    }
    .into_any()
}

impl Desk {
    fn issue(self) {
        if self.is_busy.get_untracked() {
            return;
        }
        self.is_busy.set(true);
        self.trouble.set(None);
        leptos::task::spawn_local(async move {
            match in_own_session(joining::issue_join_code(self.id)).await {
                Ok(code) => {
                    self.code.try_set(Some(code));
                }
                Err(trouble) => {
                    self.trouble.try_set(Some(trouble));
                }
            }
            self.is_busy.try_set(false);
        });
    }

    fn view(self) -> AnyView {
        let (store, household) = (self.store, self.household);
        let title = household.with_untracked(|it| it.as_ref().map(|it| locales::say(&it.flat)).unwrap_or_default());
        let lives_here = Memo::new(move |_| household.with(|it| it.as_ref().is_some_and(|it| it.moved_out.is_none())));
        let may_change = may_here(store, Act::ApproveHouseholds);
        let may_issue = may_here(store, Act::IssueJoinCodes);
        // Until the server knows the household it gives no code for it.
        let is_asked_for = Memo::new(move |_| store.world.with(|world| world.is_unconfirmed(self.id.into())));
        let foot =
            move || {
                (lives_here.get() && may_issue.get()).then(|| view! {
                <button class="button main" aria-busy=move || self.is_busy.get().to_string()
                    disabled=move || self.is_busy.get() || is_asked_for.get() on:click=move |_| self.issue()>
                    {ui::icon("tag")}{move || if self.is_busy.get() { general::loading() } else { say::issue() }}
                </button>
            })
            };
        view! {
            <ui::Page title=title back="/households" foot=foot.into_any()>
                {move || self.trouble.get().map(|trouble| match trouble {
                    Trouble::NoNetwork => view! { <p class="problem" role="alert">{ui::glyph("bad")}<span>{say::code_offline()}</span></p> }.into_any(),
                    other => told(&other),
                })}
                {unconfirmed(store, self.id.into())}
                {move || self.about(lives_here.get() && may_change.get())}
                {move || self.leaving.get().map(|member| self.question(member))}
                {move || self.members(lives_here.get() && may_change.get())}
                {move || self.looked_at.get().map(|member| view! {
                    <section class="fields"><h2>{say_sign_ins::access_of(&member.name)}</h2>{people::access::card(store, member.person)}</section>
                })}
                {self.asking.problem()}
                {move || store.world.with(|world| sign_ups(world, self.id, store))}
                {move || (lives_here.get() && may_change.get()).then(|| moving::card(store, self.id, title_of(household)))}
            </ui::Page>
        }
        .into_any()
    }

    /// Where it is, and since when it is not.
    fn about(self, may_change: bool) -> AnyView {
        let household = self.household.get();
        let building = self.store.world.with(|world| area_name(world, household.as_ref()?.area));
        let moved_out = household.as_ref().and_then(|it| it.moved_out).map(|at| {
            let when = time::long_date(at, &self.store.zone());
            view! { <p class="notice">{ui::glyph("missed")}<span>{say::moved_out_on(&when)}</span></p> }
        });
        let id = self.id;
        view! {
            {moved_out}
            <p class="lead">{ui::icon("household")}" "<bdi>{building.unwrap_or_else(|| say::no_building().to_owned())}</bdi></p>
            {may_change.then(|| view! { <a class="row link" href=format!("/households/{id}/edit")><span class="grow">{say::edit()}</span>{ui::icon("next")}</a> })}
        }
        .into_any()
    }

    fn members(self, may_change: bool) -> AnyView {
        let members = self.household.with(|it| it.as_ref().map(|it| it.members.clone()).unwrap_or_default());
        let rows: Vec<_> = members
            .iter()
            .map(|member| {
                let (name, this) = (member.name.clone(), member.clone());
                let (label, looks) = (say::remove_of(&name), member.clone());
                let of = say_sign_ins::access_of(&name);
                view! {
                    <li class="row">{ui::icon("person")}<bdi class="grow">{name}</bdi>
                        {may_change.then(|| view! { <button type="button" class="button quiet" aria-label=of
                            on:click=move |_| self.looked_at.set(Some(looks.clone()))>{say_sign_ins::access()}</button> })}
                        {may_change.then(|| view! { <button type="button" class="button quiet" aria-label=label
                            on:click=move |_| self.leaving.set(Some(this.clone()))>{say::remove()}</button> })}
                    </li>
                }
            })
            .collect();
        let none = rows.is_empty().then(|| view! { <p class="note">{say::no_members_next()}</p> });
        view! { <section><h2>{say::members()}</h2><ul class="rows">{rows}</ul>{none}</section> }.into_any()
    }

    /// What it means to take a member off, before it is done.
    fn question(self, member: Member) -> AnyView {
        let title = NodeRef::<html::H2>::new();
        title.on_load(|title| {
            let _ = title.focus();
        });
        let name = member.name.clone();
        let remove = move |_| {
            let Some(mut wish) = self.household.get_untracked() else { return };
            wish.members.retain(|it| it.person != member.person);
            self.asking.ask(Request::PutHousehold(wish), move || {
                self.leaving.try_set(None);
            });
        };
        view! {
            <section class="card attention" role="alertdialog" aria-labelledby="leaving-title" aria-describedby="leaving-means">
                <h2 id="leaving-title" tabindex="-1" node_ref=title>{say::remove_question(&name)}</h2>
                <p id="leaving-means">{say::remove_means()}</p>
                <div class="foot-row">
                    <button type="button" class="button quiet" on:click=move |_| self.leaving.set(None)>{general::cancel()}</button>
                    <button type="button" class="button danger" on:click=remove>{say::remove()}</button>
                </div>
            </section>
        }
        .into_any()
    }
}

fn title_of(household: Memo<Option<Household>>) -> String {
    household.with_untracked(|it| it.as_ref().map(|it| locales::say(&it.flat)).unwrap_or_default())
}

/// Where the household has places or waits for some, the next event first.
fn sign_ups(world: &World, id: HouseholdId, store: Store) -> AnyView {
    let mut found: Vec<(&SignUp, Option<&domain::events::Event>)> = world
        .all()
        .filter_map(|body| match body {
            Body::Residents(residents::Body::SignUp(it)) if it.household == id => Some(it),
            _ => None,
        })
        .filter(|it| !matches!(it.standing, Standing::Cancelled { .. } | Standing::Lapsed { .. } | Standing::Other))
        .map(|it| (it, events::event(world, it.of.event)))
        .collect();
    found.sort_by_key(|(_, event)| std::cmp::Reverse(event.map(|event| event.details.starts)));
    let rows: Vec<_> = found
        .into_iter()
        .map(|(sign_up, event)| {
            let name = event.map_or_else(|| "—".to_owned(), |event| locales::say(&event.details.title));
            let when = event.map(|event| time::absolute(event.details.starts, store.time(), &store.zone()));
            let (state, words) = match sign_up.standing {
                Standing::Confirmed => ("good", say::standing_confirmed()),
                Standing::Waiting => ("waiting", say::standing_waiting()),
                Standing::Offered { .. } => ("attention", say::standing_offered()),
                Standing::Asked | Standing::Cancelled { .. } | Standing::Lapsed { .. } | Standing::Other => {
                    ("unknown", say::standing_asked())
                }
            };
            view! {
                <li><a class="row link" href=format!("/events/{}", sign_up.of.event)>
                    {ui::glyph(state)}
                    <span class="grow"><bdi>{name}</bdi><span class="note">{words}" · "{say::persons(sign_up.party.persons)}</span></span>
                    <span class="number">{when}</span>
                    {ui::icon("next")}
                </a></li>
            }
        })
        .collect();
    let none = rows.is_empty().then(|| view! { <p class="note">{say::no_sign_ups()}</p> });
    view! { <section><h2>{say::sign_ups()}</h2><ul class="rows">{rows}</ul>{none}</section> }.into_any()
}
