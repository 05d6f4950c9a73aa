//! A household's part in an event: where it stands, in words and with its shape, and what it can do.

use domain::{
    events::Event,
    households::Household,
    ids::EventId,
    permissions::{Act, may},
    records::Body,
    residents,
    sign_ups::{SignUp, Standing, Tally, Ways, Wish, free},
    surveys::{Answered, OwnAnswer, Subject},
    time::Moment,
};
use leptos::prelude::*;
use sync::device::world::World;

use super::{event, own_sign_up, tally};
use crate::{
    locales::{calendar, events as say_events, sign_ups as say},
    neighbourhood::own_household,
    store::Store,
    ui,
};

/// Everything that this device knows of an event and of the household of whoever is here.
#[derive(Clone, PartialEq)]
pub struct Ours {
    pub event: Event,
    pub tally: Option<Tally>,
    pub household: Option<Household>,
    pub own: Option<SignUp>,
    pub answered: Option<Answered>,
}

impl Ours {
    pub fn of(store: Store, id: EventId) -> Option<Self> {
        let household = signing_up(store);
        store.world.with(|world| Some(Self::beside(world, event(world, id)?, household.as_ref())))
    }

    pub fn beside(world: &World, event: &Event, household: Option<&Household>) -> Self {
        let id = event.of.event;
        Self {
            event: event.clone(),
            tally: tally(world, id).cloned(),
            own: household.and_then(|household| own_sign_up(world, id, household.id).cloned()),
            answered: household
                .and_then(|household| own_answer(world, Subject::Event { of: event.of }, household).cloned()),
            household: household.cloned(),
        }
    }

    pub fn ways(&self, now: Moment) -> Ways {
        Ways::of(&self.event, self.own.as_ref(), self.answered.as_ref(), now)
    }

    /// Where the household stands; nothing where it never asked, or where there is nothing to come to.
    pub fn standing(&self, store: Store) -> Option<Shown> {
        if self.event.cancelled.is_some() {
            return None;
        }
        Some(standing(self.own.as_ref()?, self.tally.as_ref(), store))
    }
}

/// The household for which whoever is here may sign up.
pub fn signing_up(store: Store) -> Option<Household> {
    let household = own_household(store)?;
    store.me().is_some_and(|me| may(&me.roles, Act::SignUp)).then_some(household)
}

/// What a household answered, as itself holds it.
pub fn own_answer<'a>(world: &'a World, subject: Subject, household: &Household) -> Option<&'a Answered> {
    match world.get(OwnAnswer::id_of(subject, household.id)) {
        Some(Body::Residents(residents::Body::OwnAnswer(OwnAnswer(it)))) => Some(it),
        _ => None,
    }
}

/// A standing with the shape that goes with it.
#[derive(Clone, PartialEq)]
pub struct Shown {
    pub state: &'static str,
    pub words: String,
    pub persons: u32,
    /// What was asked for and is not decided.
    pub wish: Option<String>,
}

impl Shown {
    pub fn view(&self) -> AnyView {
        let party = say::party(self.persons);
        view! {
            <span class="standing" data-state=self.state>
                {ui::glyph(self.state)}<span>{self.words.clone()}" · "{party}</span>
            </span>
            {self.wish.clone().map(|wish| view! { <span class="standing" data-state="waiting">{ui::glyph("waiting")}<span>{wish}</span></span> })}
        }
        .into_any()
    }
}

fn standing(own: &SignUp, tally: Option<&Tally>, store: Store) -> Shown {
    let (state, words) = match own.standing {
        Standing::Asked => ("waiting", say::asked().to_owned()),
        Standing::Confirmed => ("good", say::confirmed().to_owned()),
        Standing::Waiting => match tally.and_then(|tally| tally.place(own.number)) {
            Some(place) => ("running", say::waiting_at(place)),
            None => ("running", say::waiting().to_owned()),
        },
        Standing::Offered { until } => {
            ("attention", say::offered(&calendar::moment(until, store.time(), &store.zone())))
        }
        Standing::Cancelled { .. } => ("ahead", say::gave_back().to_owned()),
        Standing::Lapsed { .. } => ("ahead", say::lapsed().to_owned()),
        Standing::Other => ("unknown", say::other_standing().to_owned()),
    };
    let wish = own.wish.as_ref().and_then(|wish| match wish {
        Wish::Change { party } => Some(say::asked_to_change(party.persons)),
        Wish::Cancel => Some(say::asked_to_cancel().to_owned()),
        Wish::Accept => Some(say::asked_to_accept().to_owned()),
        Wish::Move { .. } => Some(say::asked_to_move().to_owned()),
        // It says so itself.
        Wish::Places => None,
        Wish::Other => Some(say::other_standing().to_owned()),
    });
    Shown { state, words, persons: own.party.persons, wish }
}

/// How many places are left, or how many wait for one.
pub fn places(event: &Event, tally: Option<&Tally>) -> String {
    match (free(event, tally), tally.map_or(0, |tally| tally.line.len())) {
        (0, 0) => say_events::places_none().to_owned(),
        (0, line) => say_events::places_full(line),
        (left, _) => say_events::places_left(left),
    }
}
