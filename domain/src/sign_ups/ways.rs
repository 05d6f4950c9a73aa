//! What a household can do about an event, and what would come of it: told before anything is asked for, by the same rules by
//! which it is decided afterwards.

use super::{SignUp, Standing, Tally, Wish, asking::elsewhere};
use crate::{
    events::Event,
    ids::HouseholdId,
    records::Root,
    refusal::WhyNot,
    surveys::{Answered, may_judge},
    time::Moment,
};

/// What a household can do about an event at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ways {
    /// It may ask for places.
    pub sign_up: Result<(), WhyNot>,
    /// It may change its party and its answers.
    pub change: bool,
    /// It may give back its places, or leave the line.
    pub cancel: bool,
    /// It may take the places that are kept for it until then.
    pub accept: Option<Moment>,
    /// It has a ticket to show.
    pub ticket: bool,
    /// It may say what it thought of it.
    pub feedback: bool,
}

impl Ways {
    /// `answered` is what the household thought of the event already.
    pub fn of(event: &Event, own: Option<&SignUp>, answered: Option<&Answered>, now: Moment) -> Self {
        let open = match &event.cancelled {
            Some(_) => Err(WhyNot::Cancelled),
            None => event.details.sign_up_is_open(now),
        };
        let alive = own.filter(|own| own.standing.is_alive());
        let is_coming = event.cancelled.is_none() && now < event.details.starts;
        let wish = alive.and_then(|own| own.wish.as_ref());
        let is_leaving = wish == Some(&Wish::Cancel);
        let accept = alive.and_then(|own| match own.standing {
            Standing::Offered { until } if is_coming && wish != Some(&Wish::Accept) && !is_leaving => Some(until),
            _ => None,
        });
        let has_ticket = alive.is_some_and(|own| own.standing == Standing::Confirmed) && event.cancelled.is_none();
        Self {
            change: alive.is_some() && open.is_ok() && !is_leaving,
            cancel: alive.is_some() && is_coming && !is_leaving,
            accept,
            ticket: has_ticket && !event.is_over(now),
            feedback: answered.is_none() && may_judge(event, own, now).is_ok(),
            sign_up: if alive.is_some() { Err(WhyNot::AlreadySignedUp) } else { open },
        }
    }
}

/// How many persons a household may bring to an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// In one party.
    pub party: u32,
    /// Of one household, over all events of the series.
    pub household: Option<HouseholdLimit>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HouseholdLimit {
    pub most: u32,
    /// What the series' other events leave of it.
    pub left: u32,
}

impl Limits {
    /// `root` holds the event's sign-ups, and those of its series, as far as they are known.
    pub fn of(root: &Root, event: &Event, household: HouseholdId) -> Self {
        let party = event.details.party_most.unwrap_or(u32::MAX).min(event.details.capacity);
        let household = event.details.household_most.map(|most| {
            let left = most.saturating_sub(elsewhere(root, event.of, household));
            HouseholdLimit { most, left }
        });
        Self { party, household }
    }

    pub fn most(&self) -> u32 {
        self.household.map_or(self.party, |household| household.left.min(self.party))
    }

    /// Whether a party of so many persons may be asked for.
    ///
    /// # Errors
    /// [`WhyNot`] says which limit it exceeds.
    pub fn allow(&self, persons: u32) -> Result<(), WhyNot> {
        if persons > self.party {
            return Err(WhyNot::PartyTooLarge { most: self.party });
        }
        match self.household {
            Some(HouseholdLimit { most, left }) if persons > left => Err(WhyNot::HouseholdLimit { most, left }),
            _ => Ok(()),
        }
    }
}

/// What a household would get if it were the next to ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prospect {
    Places,
    /// It would wait; `place` 1 is the next.
    Line {
        place: usize,
    },
    /// The party stays as it is: so many more can come.
    NoRoom {
        free: u32,
    },
}

impl Prospect {
    /// Of a party of `persons`, as far as this device knows: others may ask first. `own` is the sign-up that would be changed.
    pub fn of(event: &Event, tally: Option<&Tally>, own: Option<&SignUp>, persons: u32) -> Self {
        let free = free(event, tally);
        let line = tally.map_or(0, |tally| tally.line.len());
        match own.filter(|own| own.standing.is_alive()) {
            Some(own) if own.standing.has_places() => {
                let more = persons.saturating_sub(own.party.persons);
                if more > free { Prospect::NoRoom { free } } else { Prospect::Places }
            }
            Some(own) if own.standing == Standing::Waiting => {
                let place = tally.and_then(|tally| tally.place(own.number)).unwrap_or(line);
                Prospect::Line { place }
            }
            _ if persons <= free => Prospect::Places,
            _ => Prospect::Line { place: line + 1 },
        }
    }
}

/// What a party that asks now can have at once.
pub fn free(event: &Event, tally: Option<&Tally>) -> u32 {
    tally.map_or(event.details.capacity, Tally::left)
}
