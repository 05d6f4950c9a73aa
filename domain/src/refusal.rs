//! Why a request is refused. A refusal is an answer, not an accident: the form can show each.

use serde::{Deserialize, Serialize};

#[cfg(feature = "events")]
use crate::time::Moment;

crate::tagged! {
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum Refusal ("Refusal", tag = "reason") {
        /// The person's roles do not allow it.
        NotPermitted,
        /// Nothing shows that it is the person's: it takes their session where it comes from.
        SignInFirst,
        /// It names something that is not here.
        NoSuchThing,
        /// A version that is not the next one: somebody else changed it meanwhile.
        Outdated { current: u32 },
        /// What it builds on is not what is there: somebody else changed it meanwhile.
        ChangedMeanwhile,
        /// Nobody takes the right to set up from themself, so that somebody who has it always remains.
        NotFromOneself,
        /// Something in it is outside its bounds; `field` says what.
        Invalid { field: String },
        /// What a household asked for cannot be.
        #[cfg(feature = "events")]
        Household { why: WhyNot },
        /// A reason from a later version.
        #[serde(other)]
        Other,
    }
}

#[cfg(feature = "events")]
crate::tagged! {
    /// Why a household does not get what it asked for. A full event is no reason: it waits.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum WhyNot ("WhyNot", tag = "is") {
        /// Its tenancy has ended.
        MovedOut,
        /// Sign-up opens then.
        NotYetOpen { opens: Moment },
        /// Sign-up, or the survey, has closed.
        Closed,
        /// The event has begun.
        Started,
        /// The event does not take place.
        Cancelled,
        AlreadySignedUp,
        /// It has no place and waits for none.
        NotSignedUp,
        /// At most so many persons in one party.
        PartyTooLarge { most: u32 },
        /// At most so many persons of one household in all events of the series; so many more would do.
        HouseholdLimit { most: u32, left: u32 },
        /// So many places are free; the party stays as it was.
        NoRoom { free: u32 },
        /// No place is offered to it.
        NotOffered,
        /// The place that was offered has gone on to the next.
        OfferOver,
        /// The event is not over yet.
        NotOver,
        /// It has answered before.
        AlreadyGiven,
        /// A reason from a later version.
        #[serde(other)]
        Other,
    }
}

#[cfg(feature = "events")]
impl From<WhyNot> for Refusal {
    fn from(why: WhyNot) -> Self {
        Refusal::Household { why }
    }
}

/// What the server noticed about a fact it accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    /// The person had no right to do this when they did it.
    NotEntitled,
    /// The clocks bound the time by more than ten minutes.
    ClockDoubtful,
    /// It names a plan, route or checklist that is not known here.
    UnknownReference,
    /// The round had been finished before.
    AfterFinish,
    /// The checkpoint is not on the round's route.
    NotOnRoute,
    /// Items that must be answered were not.
    Incomplete,
    /// Somebody had done it before: nothing was overwritten.
    AlreadyDone,
    /// By an older version of the checklist or plan than the current one.
    OldVersion,
    /// Too little shows that it was the person: somebody picked their name, or the tablet is not confirmed.
    IdentityClaimed,
    /// The person never had any right to it: it is kept, and writes nothing.
    Withheld,
    /// There was no place left: the party waits.
    OnWaitingList,
    /// More people have places than the event has now.
    BelowConfirmed,
    /// Let in without a place: it waits, or had cancelled.
    WithoutPlace,
    /// By a ticket for another event.
    OtherEvent,
    /// So many entries of this party are listed that its last one is only counted.
    OnlyCounted,
    /// A flag from a later version.
    #[serde(other)]
    Other,
}
