//! The door of an event 签到: who may enter and who came, on a steward's own device, without a network too.

mod entry;
mod lists;
mod viewfinder;
mod walk_in;

use std::collections::BTreeMap;

use domain::{
    check_in::{
        Admission, Arrival, Attendance, WalkIn,
        admission::{self, Verdict},
        attendance,
    },
    events::{Event, EventKey},
    households::Household,
    ids::{EventId, HouseholdId},
    permissions::{Act, may},
    records::Body,
    residents,
    sign_ups::SignUp,
    tickets::Ticket,
    time::Moment,
};
use leptos::{ev::SubmitEvent, prelude::*};
use sync::{
    device::{exchange::Fault, world::World},
    messages::Profile,
};

use crate::{
    locales::{self, door as say, general, time},
    store::{Network, Store, use_store},
    ui,
};

use entry::AtDoor;
pub use lists::folded;

pub fn page(event: EventId) -> AnyView {
    view! { <Door event/> }.into_any()
}

/// What the page has to show.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Missing,
    NoRights,
    /// A tablet that several people share holds no desk records.
    SharedTablet,
    Open(EventKey),
}

fn way(store: Store, event: EventId) -> Way {
    let is_shared = store.enrolled.with(|it| it.as_ref().is_some_and(|it| it.profile == Profile::Shared));
    let may_run = store.me().is_some_and(|me| may(&me.roles, Act::RunDoor));
    let of = store.world.with(|world| super::event(world, event).map(|event| event.of));
    match of {
        _ if is_shared => Way::SharedTablet,
        _ if !may_run => Way::NoRights,
        None => Way::Missing,
        Some(of) => Way::Open(of),
    }
}

#[component]
fn Door(event: EventId) -> impl IntoView {
    let store = use_store();
    let way = Memo::new(move |_| way(store, event));
    let back = format!("/events/{event}");
    move || {
        let instead = |title, next| {
            view! { <ui::Page title=say::check_in() back=back.clone()>{ui::empty(title, next)}</ui::Page> }.into_any()
        };
        match way.get() {
            Way::Missing => super::missing(),
            Way::NoRights => instead(general::no_rights(), general::no_rights_next()),
            Way::SharedTablet => instead(say::own_device_title(), say::own_device_next()),
            Way::Open(of) => open(AtDoor::new(store, of), back.clone()),
        }
    }
}

/// Everything that this device holds of one event's door.
pub struct Held<'a> {
    pub event: &'a Event,
    pub sign_ups: Vec<&'a SignUp>,
    pub arrivals: Vec<&'a Arrival>,
    pub walk_ins: Vec<&'a WalkIn>,
    pub households: BTreeMap<HouseholdId, &'a Household>,
    tag_key: &'a str,
}

impl<'a> Held<'a> {
    pub fn of(world: &'a World, of: EventKey) -> Option<Self> {
        let event = super::event(world, of.event)?;
        let Some(Body::Community(community)) = world.get(world.community.into()) else { return None };
        let (mut sign_ups, mut arrivals, mut walk_ins) = (vec![], vec![], vec![]);
        for body in world.of_root(of.root()) {
            match body {
                Body::Residents(residents::Body::SignUp(it)) if it.of == of => sign_ups.push(it),
                Body::Residents(residents::Body::Arrival(it)) if it.of == of => arrivals.push(it),
                Body::Residents(residents::Body::WalkIn(it)) if it.of == of => walk_ins.push(it),
                _ => {}
            }
        }
        let households = world.all().filter_map(|body| match body {
            Body::Residents(residents::Body::Household(it)) => Some((it.id, it)),
            _ => None,
        });
        let households = households.collect();
        Some(Self { event, sign_ups, arrivals, walk_ins, households, tag_key: &community.tag_key })
    }

    /// What the rules say of whoever stands at the door.
    pub fn judge(&self, judge: impl FnOnce(&admission::Door) -> Verdict) -> Verdict {
        let households: Vec<HouseholdId> = self.households.keys().copied().collect();
        judge(&admission::Door {
            of: self.event.of,
            tag_key: self.tag_key,
            is_cancelled: self.event.cancelled.is_some(),
            sign_ups: &self.sign_ups,
            arrivals: &self.arrivals,
            households: &households,
        })
    }

    /// By what a ticket lets somebody in.
    fn proof(&self, text: &str) -> Admission {
        Ticket::genuine(text, self.tag_key)
            .map_or(Admission::Name, |ticket| Admission::Ticket { event: ticket.event, number: ticket.number })
    }

    pub fn attendance(&self) -> Attendance {
        attendance(self.sign_ups.iter().copied(), &self.arrivals, self.walk_ins.iter().copied())
    }

    pub fn sign_up(&self, household: HouseholdId) -> Option<&'a SignUp> {
        self.sign_ups.iter().find(|it| it.household == household).copied()
    }

    pub fn came(&self, household: HouseholdId) -> u32 {
        self.arrivals.iter().find(|it| it.household == household).map_or(0, |it| it.persons())
    }

    pub fn flat(&self, household: HouseholdId) -> String {
        self.households.get(&household).map_or_else(|| "—".to_owned(), |it| locales::say(&it.flat))
    }

    /// Those of the party who gave their names, or else who lives there.
    pub fn names(&self, household: HouseholdId) -> String {
        let given = self.sign_up(household).map(|it| it.party.names.clone()).unwrap_or_default();
        let members = || self.households.get(&household).into_iter().flat_map(|it| &it.members);
        let names = if given.is_empty() { members().map(|member| member.name.clone()).collect() } else { given };
        names.join(general::between_names())
    }
}

fn open(at: AtDoor, back: String) -> AnyView {
    let store = at.store;
    let is_scanning = RwSignal::new(false);
    let foot = view! {
        <button type="button" class="button main door-open" on:click=move |_| is_scanning.set(true)>
            {ui::icon("tag")}<span>{say::scan()}</span>
        </button>
    };
    let (title, starts) = store.world.with_untracked(|world| {
        let event = super::event(world, at.of.event);
        event.map_or_else(Default::default, |event| (locales::say(&event.details.title), event.details.starts))
    });
    let when = untrack(|| time::absolute(starts, store.time(), &store.zone()));
    view! {
        <ui::Page title=say::check_in() back=back foot=foot.into_any()>
            <p class="lead door-event">{title}" · "{when}</p>
            {move || warnings(at)}
            {move || sums(at)}
            {move || (!is_scanning.get()).then(|| at.panel())}
            {move || store.world.with(|world| lists::doubles(world, &Held::of(world, at.of)?, store))}
            {lists::finder(at)}
            {typed_ticket(at)}
            {walk_in::form(at)}
            {move || store.world.with(|world| Some(lists::inside(world, &Held::of(world, at.of)?, store)))}
            <p class="note">{say::no_undo()}</p>
            {move || is_scanning.get().then(|| view! { <viewfinder::Viewfinder at is_open=is_scanning/> })}
        </ui::Page>
    }
    .into_any()
}

/// What whoever stands at the door should know first.
fn warnings(at: AtDoor) -> Option<AnyView> {
    let store = at.store;
    let (is_draft, is_cancelled) = store.world.with(|world| {
        let event = super::event(world, at.of.event)?;
        Some((event.published.is_none(), event.cancelled.is_some()))
    })?;
    let notice = |words: String| view! { <p class="notice attention" role="status">{ui::glyph("attention")}<span>{words}</span></p> };
    let is_offline = matches!(store.network.get(), Network::Bad(Fault::Offline | Fault::Busy { .. }));
    let offline = is_offline.then(|| {
        let since = store
            .contact
            .get()
            .map_or_else(|| "—".to_owned(), |contact| time::absolute(contact.server, store.time(), &store.zone()));
        view! { <p class="notice" role="status">{ui::glyph("waiting")}<span>{say::offline(&since)}</span></p> }
    });
    Some(
        view! {
            {is_cancelled.then(|| notice(say::event_cancelled().into()))}
            {(is_draft && !is_cancelled).then(|| notice(say::draft().into()))}
            {offline}
        }
        .into_any(),
    )
}

fn sums(at: AtDoor) -> Option<AnyView> {
    let store = at.store;
    let now = store.time();
    store.world.with(|world| {
        let held = Held::of(world, at.of)?;
        Some(shown_sums(held.attendance(), held.event, now))
    })
}

fn shown_sums(sum: Attendance, event: &Event, now: Moment) -> AnyView {
    let expected = sum.came.saturating_add(sum.missing);
    let is_over = event.is_over(now);
    let missing = if is_over { say::no_shows() } else { say::missing() };
    let tile = |words: &'static str, n: u32, state: &'static str| {
        view! { <div class="door-sum" data-state=state><dt>{words}</dt><dd class="number">{n}</dd></div> }
    };
    let seldom = |words, n: u32, state| (n > 0).then(|| tile(words, n, state));
    view! {
        <section aria-label=say::sums()>
            <dl class="door-sums" aria-live="polite">
                <div class="door-sum wide" data-state="good"><dt>{say::came()}</dt>
                    <dd class="number"><strong>{sum.came}</strong>" "<span class="note">{say::of_expected(expected)}</span></dd></div>
                {tile(missing, sum.missing, if is_over && sum.missing > 0 { "overdue" } else { "" })}
                {tile(say::walk_ins(), sum.walk_ins, "")}
                {seldom(say::without_place(), sum.without_place, "overdue")}
                {seldom(say::doubles(), sum.doubles, "overdue")}
            </dl>
        </section>
    }
    .into_any()
}

/// For a ticket that comes as text: pasted, or typed by a hand scanner that ends it with Enter.
fn typed_ticket(at: AtDoor) -> AnyView {
    let text = RwSignal::new(String::new());
    let judge = move |event: SubmitEvent| {
        event.prevent_default();
        at.ticket(&text.get_untracked());
        text.set(String::new());
    };
    view! {
        <form class="door-typed field" on:submit=judge>
            <label for="field-ticket">{say::typed_ticket()}</label>
            <div class="foot-row">
                <input id="field-ticket" autocomplete="off" autocapitalize="off" spellcheck="false" maxlength="400" prop:value=move || text.get()
                    on:input=move |event| text.set(event_target_value(&event))/>
                <button class="button" type="submit">{say::judge()}</button>
            </div>
        </form>
    }
    .into_any()
}
