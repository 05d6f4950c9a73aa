//! The book 登记簿 of one event: every sign-up with its standing, the waiting list, and what follows when a place comes free.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{OwnSignUp, SignUp, Standing};
#[cfg(feature = "planted")]
use crate::planted::{self, Bug};
use crate::{
    decide::Context,
    events::{self, Event, EventKey},
    ids::{EventId, HouseholdId, RecordId, derived},
    records::{Audience, Record, Root},
    residents,
    time::Moment,
};

/// What everyone may know of an event's places: numbers, no names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    pub of: EventKey,
    /// In persons, as are the two after it.
    pub capacity: u32,
    pub confirmed: u32,
    /// Kept for parties from the waiting list that have not answered yet.
    pub offered: u32,
    /// The numbers of the parties that wait, the first in line first.
    pub line: Vec<u32>,
    /// How many persons these are.
    pub waiting: u32,
    /// The number that the next party to ask is given.
    pub next: u32,
    /// When the first of the offers runs out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offers_end: Option<Moment>,
}

impl Tally {
    pub fn id(event: EventId) -> RecordId {
        RecordId(derived(&[b"tally", event.0.as_bytes()]))
    }

    /// Persons who have a place or are offered one.
    pub fn taken(&self) -> u32 {
        self.confirmed.saturating_add(self.offered)
    }

    /// What a party that asks now can have at once: nothing while somebody waits.
    pub fn left(&self) -> u32 {
        if self.line.is_empty() { self.capacity.saturating_sub(self.taken()) } else { 0 }
    }

    /// How many persons have a place more than there are: a capacity was lowered, or a restored server was told of them.
    pub fn over(&self) -> u32 {
        self.taken().saturating_sub(self.capacity)
    }

    /// The place in line of the party with this number: 1 is the next.
    pub fn place(&self, number: u32) -> Option<usize> {
        self.line.iter().position(|waiting| *waiting == number).map(|before| before + 1)
    }
}

/// All of one event's sign-ups. What it writes in the end is what was changed in it.
pub(crate) struct Book {
    pub of: EventKey,
    /// Nothing where a restored server has forgotten it.
    pub event: Option<Event>,
    sign_ups: BTreeMap<HouseholdId, SignUp>,
    line: Vec<u32>,
    next: u32,
    touched: BTreeSet<HouseholdId>,
}

impl Book {
    pub fn open(root: &Root, of: EventKey) -> Self {
        let mut book = Self {
            of,
            event: events::of_root(root, of).cloned(),
            sign_ups: BTreeMap::new(),
            line: vec![],
            next: 1,
            touched: BTreeSet::new(),
        };
        for body in root.of_residents() {
            match body {
                residents::Body::SignUp(it) if it.of == of => {
                    book.sign_ups.insert(it.household, it.clone());
                }
                residents::Body::Tally(it) if it.of == of => {
                    book.line = it.line.clone();
                    book.next = it.next;
                }
                _ => {}
            }
        }
        book.line_up();
        book
    }

    /// The line holds who waits, each once. It is in order already unless a restored server was told of sign-ups one by one.
    fn line_up(&mut self) {
        let all = self.sign_ups.values();
        let waiting: BTreeSet<u32> = all.filter(|it| it.standing == Standing::Waiting).map(|it| it.number).collect();
        self.line.retain(|number| waiting.contains(number));
        let missing: Vec<u32> = waiting.into_iter().filter(|number| !self.line.contains(number)).collect();
        self.line.extend(missing);
        let last = self.sign_ups.values().map(|it| it.number).max().unwrap_or(0);
        self.next = self.next.max(last.saturating_add(1));
    }

    /// The book as it is once the event is this.
    pub fn of_event(root: &Root, event: Event) -> Self {
        Self { event: Some(event.clone()), ..Self::open(root, event.of) }
    }

    pub fn get(&self, household: HouseholdId) -> Option<&SignUp> {
        self.sign_ups.get(&household)
    }

    /// Writes a sign-up as it is now. It leaves the line unless it waits; who begins to wait comes last.
    pub fn set(&mut self, sign_up: SignUp) {
        let number = sign_up.number;
        if let Some(was) = self.sign_ups.get(&sign_up.household).map(|was| was.number).filter(|was| *was != number) {
            self.line.retain(|waiting| *waiting != was);
        }
        self.next = self.next.max(number.saturating_add(1));
        if sign_up.standing != Standing::Waiting {
            self.line.retain(|waiting| *waiting != number);
        } else if !self.line.contains(&number) {
            self.line.push(number);
        }
        self.touched.insert(sign_up.household);
        self.sign_ups.insert(sign_up.household, sign_up);
    }

    pub fn move_to_front(&mut self, number: u32) {
        self.line.retain(|waiting| *waiting != number);
        self.line.insert(0, number);
    }

    pub fn move_to_end(&mut self, number: u32) {
        self.line.retain(|waiting| *waiting != number);
        self.line.push(number);
    }

    pub fn take_number(&mut self) -> u32 {
        let number = self.next;
        self.next = self.next.saturating_add(1);
        number
    }

    /// Whether no other household has this number.
    pub fn is_free(&self, number: u32, household: HouseholdId) -> bool {
        self.sign_ups.values().all(|it| it.number != number || it.household == household)
    }

    pub fn capacity(&self) -> u32 {
        self.event.as_ref().map_or(0, |event| event.details.capacity)
    }

    fn persons(&self, counts: impl Fn(Standing) -> bool) -> u32 {
        let counted = self.sign_ups.values().filter(|it| counts(it.standing));
        counted.fold(0, |sum, it| sum.saturating_add(it.party.persons))
    }

    /// Places that nobody has and nobody is offered, whoever waits.
    pub fn free(&self) -> u32 {
        self.capacity().saturating_sub(self.persons(Standing::has_places))
    }

    /// Places that whoever asks now can have at once: none while somebody waits, or while it is not known who has them.
    pub fn to_give(&self, context: &Context) -> u32 {
        if context.returning || self.somebody_waits() { 0 } else { self.free() }
    }

    pub fn over(&self) -> u32 {
        self.persons(Standing::has_places).saturating_sub(self.capacity())
    }

    /// Whether somebody waits who could have a place one day.
    pub fn somebody_waits(&self) -> bool {
        self.first_in_line().is_some()
    }

    fn first_in_line(&self) -> Option<&SignUp> {
        let waits = |number: &u32| self.sign_ups.values().find(|it| it.number == *number);
        #[cfg(feature = "planted")]
        if planted::is(Bug::PassedOver) {
            return self.line.iter().filter_map(waits).find(|it| it.party.persons <= self.free());
        }
        self.line.iter().filter_map(waits).find(|it| it.party.persons <= self.capacity())
    }

    /// Offers free places to those who wait, first come, first served, until the next party does not fit. Nobody is offered
    /// anything after the start, nor while what a restored server lost still comes back: somebody may have the place already.
    pub fn promote(&mut self, context: &Context) {
        if context.returning {
            return;
        }
        let now = context.decided;
        let Some(event) = &self.event else { return };
        let has_started = now >= event.details.starts;
        #[cfg(feature = "planted")]
        let has_started = has_started && !planted::is(Bug::OfferedAfterTheStart);
        if event.published.is_none() || event.cancelled.is_some() || has_started {
            return;
        }
        let until = event.details.offer_ends(now);
        while let Some(first) = self.first_in_line().filter(|first| first.party.persons <= self.free()).cloned() {
            self.set(SignUp { standing: Standing::Offered { until }, at: now, ..first });
        }
    }

    /// Ends the offers that nobody took in time.
    pub fn lapse(&mut self, now: Moment) {
        let is_over = |it: &&SignUp| matches!(it.standing, Standing::Offered { until } if until <= now);
        let over: Vec<SignUp> = self.sign_ups.values().filter(is_over).cloned().collect();
        for sign_up in over {
            self.set(SignUp { standing: Standing::Lapsed { at: now }, at: now, ..sign_up });
        }
    }

    pub fn has_changed(&self) -> bool {
        !self.touched.is_empty()
    }

    pub fn tally(&self) -> Tally {
        let ends = self.sign_ups.values().filter_map(|it| match it.standing {
            Standing::Offered { until } => Some(until),
            _ => None,
        });
        Tally {
            of: self.of,
            capacity: self.capacity(),
            confirmed: self.persons(|standing| standing == Standing::Confirmed),
            offered: self.persons(|standing| matches!(standing, Standing::Offered { .. })),
            line: self.line.clone(),
            waiting: self.persons(|standing| standing == Standing::Waiting),
            next: self.next,
            offers_end: ends.min(),
        }
    }

    /// The public tally, and for each sign-up that was changed the desk's record and the household's.
    pub fn written(&self) -> Vec<Record> {
        let audience = self.event.as_ref().map_or(Audience::Desk, Event::audience);
        let tally = Record::new(audience, residents::Body::Tally(self.tally()).into());
        let touched = self.touched.iter().filter_map(|household| self.sign_ups.get(household));
        std::iter::once(tally).chain(touched.flat_map(SignUp::records)).collect()
    }
}

impl SignUp {
    fn records(&self) -> [Record; 2] {
        let mut own = self.clone();
        for step in &mut own.moves {
            step.by = None;
        }
        let own = residents::Body::OwnSignUp(OwnSignUp(own));
        [
            Record::new(Audience::Desk, residents::Body::SignUp(self.clone()).into()),
            Record::new(Audience::Household(self.household), own.into()),
        ]
    }
}
