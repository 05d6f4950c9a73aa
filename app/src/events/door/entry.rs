//! Letting somebody in: what the door says of them, how many come now, and the press that makes it so.

use domain::{
    changes::{Deed, Fact},
    check_in::{Admission, ArrivalRecorded, WalkInRecorded, admission::Verdict},
    events::EventKey,
    ids::HouseholdId,
    residents,
};
use leptos::{html, prelude::*};

use super::Held;
use crate::{
    device::{clock, tones::Tone},
    locales::{self, door as say, time},
    store::Store,
    today::person_name,
    ui,
};

/// The most who pass at once where the party does not bound it.
const MOST: u32 = 99;

/// How somebody says who they are.
#[derive(Clone, PartialEq, Eq)]
enum Shown {
    Ticket(String),
    /// Found on the list.
    Household(HouseholdId),
}

/// Whoever stands at the door now.
#[derive(Clone, PartialEq, Eq)]
struct Reading {
    shown: Shown,
    verdict: Verdict,
    proof: Admission,
    let_in: Option<u32>,
}

#[derive(Clone, Copy)]
pub struct AtDoor {
    pub store: Store,
    pub of: EventKey,
    reading: RwSignal<Option<Reading>>,
    persons: RwSignal<u32>,
    /// Set by the first of the two presses that let somebody in all the same.
    is_sure: RwSignal<bool>,
    is_busy: RwSignal<bool>,
    problem: RwSignal<Option<String>>,
}

/// A verdict in words and shape.
struct Told {
    /// As in `style/state.css`.
    state: &'static str,
    title: &'static str,
    lines: Vec<String>,
    who: Option<HouseholdId>,
    offer: Offer,
}

/// What may be done about it.
enum Offer {
    Nothing,
    /// At most so many at one press.
    LetIn {
        most: u32,
    },
    /// By two presses; what it will be marked as.
    AllTheSame {
        marked: &'static str,
    },
}

impl AtDoor {
    pub fn new(store: Store, of: EventKey) -> Self {
        Self {
            store,
            of,
            reading: RwSignal::new(None),
            persons: RwSignal::new(1),
            is_sure: RwSignal::new(false),
            is_busy: RwSignal::new(false),
            problem: RwSignal::new(None),
        }
    }

    /// Judges a ticket, and says how that sounds.
    pub fn ticket(self, text: &str) -> Option<Tone> {
        self.judge(Shown::Ticket(text.to_owned()))
    }

    /// Judges a household that was found on the list.
    pub fn named(self, household: HouseholdId) {
        self.judge(Shown::Household(household));
    }

    fn judge(self, shown: Shown) -> Option<Tone> {
        let (verdict, proof) = self.store.world.with_untracked(|world| {
            let held = Held::of(world, self.of)?;
            Some(match &shown {
                Shown::Ticket(text) => (held.judge(|door| door.shown(text)), held.proof(text)),
                Shown::Household(household) => (held.judge(|door| door.named(*household)), Admission::Name),
            })
        })?;
        let reading = Reading { shown, verdict, proof, let_in: None };
        self.persons.set(first_number(&reading.verdict));
        self.is_sure.set(false);
        self.problem.set(None);
        let tone = match reading.verdict {
            Verdict::Welcome { .. } | Verdict::Newer { .. } | Verdict::Stranger { .. } => Tone::Yes,
            Verdict::AlreadyIn { .. }
            | Verdict::WithoutPlace { .. }
            | Verdict::OtherEvent { .. }
            | Verdict::Forged
            | Verdict::NotATicket => Tone::No,
        };
        self.reading.set(Some(reading));
        Some(tone)
    }

    /// Whether somebody who may enter waits for the press: the next ticket in view must not take their place.
    pub fn is_awaited(self) -> bool {
        let is_awaited = self.reading.try_with_untracked(|reading| {
            reading.as_ref().is_some_and(|it| {
                let may =
                    matches!(it.verdict, Verdict::Welcome { .. } | Verdict::Newer { .. } | Verdict::Stranger { .. });
                may && it.let_in.is_none()
            })
        });
        is_awaited == Some(true)
    }

    pub fn clear(self) {
        self.reading.try_set(None);
        self.problem.try_set(None);
    }

    fn let_in(self) {
        let Some(reading) = self.reading.get_untracked().filter(|it| it.let_in.is_none()) else { return };
        // A second press while the first is being saved would let them in twice.
        if self.is_busy.get_untracked() {
            return;
        }
        let persons = self.persons.get_untracked();
        let Some(fact) = self.fact(&reading, persons) else { return };
        self.is_busy.set(true);
        leptos::task::spawn_local(async move {
            match self.store.commit(vec![Deed::Fact(Fact::Residents(fact))], None).await {
                Ok(_) => self.was_let_in(reading, persons),
                Err(fault) => {
                    self.problem.try_set(Some(ui::not_saved(&fault)));
                }
            }
            self.is_busy.try_set(false);
        });
    }

    fn was_let_in(self, reading: Reading, persons: u32) {
        let Some(now) = self.reading.try_get_untracked() else { return };
        self.problem.set(None);
        match now {
            Some(now) if now == reading => self.reading.set(Some(Reading { let_in: Some(persons), ..reading })),
            // Somebody came while that was being saved, and was judged without it.
            Some(next) => drop(self.judge(next.shown)),
            None => {}
        }
    }

    fn fact(self, reading: &Reading, persons: u32) -> Option<residents::Fact> {
        let of = self.of;
        match reading.verdict {
            Verdict::Welcome { household, .. }
            | Verdict::Newer { household, .. }
            | Verdict::AlreadyIn { household, .. }
            | Verdict::WithoutPlace { household, .. } => {
                Some(residents::Fact::ArrivalRecorded(ArrivalRecorded { of, household, persons, proof: reading.proof }))
            }
            // Whose ticket it is nobody can tell here: they count as people without a sign-up, by the ticket's number.
            Verdict::Stranger { number, .. } => Some(residents::Fact::WalkInRecorded(WalkInRecorded {
                walk_in: clock::fresh_walk_in(),
                of,
                persons,
                name: say::stranger_name(number),
            })),
            Verdict::OtherEvent { .. } | Verdict::Forged | Verdict::NotATicket => None,
        }
    }

    /// What the door says, and what may be done.
    pub fn panel(self) -> AnyView {
        (move || self.reading.get().map(|reading| self.shown(&reading))).into_any()
    }

    fn shown(self, reading: &Reading) -> AnyView {
        let told = untrack(|| self.told(&reading.verdict));
        let title = NodeRef::<html::H2>::new();
        title.on_load(|title| {
            let _ = title.focus();
        });
        let who = told.who.and_then(|household| {
            self.store.world.with_untracked(|world| {
                let held = Held::of(world, self.of)?;
                Some((held.flat(household), held.names(household)))
            })
        });
        let (state, words) = match reading.let_in {
            Some(n) => ("good", say::was_let_in(n)),
            None => (told.state, told.title.to_owned()),
        };
        let is_done = reading.let_in.is_some();
        let lines = if is_done { vec![] } else { told.lines };
        view! {
            <section class="card admission" data-state=state aria-labelledby="admission-title" aria-describedby="admission-means">
                <h2 id="admission-title" tabindex="-1" node_ref=title>{ui::glyph(state)}<span>{words}</span></h2>
                <div id="admission-means">
                    {who.map(|(flat, names)| view! { <p class="admission-who"><strong>{flat}</strong>" "<bdi>{names}</bdi></p> })}
                    {lines.into_iter().map(|line| view! { <p>{line}</p> }).collect_view()}
                </div>
                {if is_done { ().into_any() } else { self.offered(told.offer) }}
                {ui::problem(move || self.problem.get())}
                <button type="button" class="button quiet" on:click=move |_| self.clear()>{say::next_one()}</button>
            </section>
        }
        .into_any()
    }

    fn offered(self, offer: Offer) -> AnyView {
        match offer {
            Offer::Nothing => ().into_any(),
            Offer::LetIn { most } => {
                let words = move || match self.persons.get() {
                    n if n < most && most < MOST => say::let_in_of(n, most),
                    n => say::let_in(n),
                };
                view! {
                    {stepper(self.persons, most)}
                    <button type="button" class="button main" on:click=move |_| self.let_in()>{words}</button>
                }
                .into_any()
            }
            Offer::AllTheSame { marked } => (move || {
                if !self.is_sure.get() {
                    let first = move |_| self.is_sure.set(true);
                    return view! { <button type="button" class="button" on:click=first>{say::all_the_same()}</button> }
                        .into_any();
                }
                view! {
                    <p class="note" role="status">{marked}</p>
                    {stepper(self.persons, MOST)}
                    <button type="button" class="button danger" on:click=move |_| self.let_in()>{move || say::sure(self.persons.get())}</button>
                }
                .into_any()
            })
            .into_any(),
        }
    }

    fn told(self, verdict: &Verdict) -> Told {
        let marked = |marked| Offer::AllTheSame { marked };
        match *verdict {
            Verdict::Welcome { household, came, left, on_ticket } => {
                let party = if came == 0 { say::welcome_all(left) } else { say::welcome_more(came, left) };
                let lines = std::iter::once(party).chain(on_ticket.map(say::on_ticket)).collect();
                let offer = Offer::LetIn { most: left.max(1) };
                Told { state: "good", title: say::welcome(), lines, who: Some(household), offer }
            }
            Verdict::Newer { household, left, .. } => {
                let offer = Offer::LetIn { most: left.max(1) };
                let lines = vec![say::newer_next(left)];
                Told { state: "unknown", title: say::newer(), lines, who: Some(household), offer }
            }
            Verdict::Stranger { number, persons } => {
                let offer = Offer::LetIn { most: persons.clamp(1, MOST) };
                let lines = vec![say::stranger_next(number, persons)];
                Told { state: "unknown", title: say::stranger(), lines, who: None, offer }
            }
            Verdict::AlreadyIn { household, party, came, by, at } => {
                let by = self.store.world.with(|world| person_name(world, by));
                let when = time::absolute(at, self.store.time(), &self.store.zone());
                let lines = vec![say::already_in_next(&when, &by), say::already_in_count(party, came)];
                let offer = marked(say::sure_double());
                Told { state: "overdue", title: say::already_in(), lines, who: Some(household), offer }
            }
            Verdict::WithoutPlace { household, why, .. } => {
                let (title, next) = say::no_place(why);
                let offer = marked(say::sure_without_place());
                Told { state: "overdue", title, lines: vec![next.into()], who: Some(household), offer }
            }
            Verdict::OtherEvent { event } => {
                let name = self
                    .store
                    .world
                    .with(|world| crate::events::event(world, event).map(|event| locales::say(&event.details.title)));
                let line = name.map_or_else(|| say::other_event_unknown().into(), |name| say::other_event_next(&name));
                let title = say::other_event();
                Told { state: "overdue", title, lines: vec![line], who: None, offer: Offer::Nothing }
            }
            Verdict::Forged => nothing("bad", say::forged(), say::forged_next()),
            Verdict::NotATicket => nothing("overdue", say::not_a_ticket(), say::not_a_ticket_next()),
        }
    }
}

fn nothing(state: &'static str, title: &'static str, next: &str) -> Told {
    Told { state, title, lines: vec![next.into()], who: None, offer: Offer::Nothing }
}

/// How many the stepper begins with.
fn first_number(verdict: &Verdict) -> u32 {
    match *verdict {
        Verdict::Welcome { left, .. } | Verdict::Newer { left, .. } => left.max(1),
        Verdict::Stranger { persons, .. } => persons.clamp(1, MOST),
        Verdict::WithoutPlace { party, .. } => party.clamp(1, MOST),
        Verdict::AlreadyIn { .. } | Verdict::OtherEvent { .. } | Verdict::Forged | Verdict::NotATicket => 1,
    }
}

/// One fewer, how many, one more.
pub fn stepper(persons: RwSignal<u32>, most: u32) -> AnyView {
    let step = move |by: i64| {
        persons.update(|n| *n = u32::try_from((i64::from(*n) + by).clamp(1, i64::from(most))).unwrap_or(1));
    };
    view! {
        <div class="stepper" role="group" aria-label=say::how_many()>
            <button type="button" class="press" aria-label=say::fewer() aria-disabled=move || (persons.get() <= 1).to_string() on:click=move |_| step(-1)>"−"</button>
            <output class="number" aria-live="polite">{move || persons.get()}</output>
            <button type="button" class="press" aria-label=say::more() aria-disabled=move || (persons.get() >= most).to_string() on:click=move |_| step(1)>"+"</button>
        </div>
    }
    .into_any()
}
