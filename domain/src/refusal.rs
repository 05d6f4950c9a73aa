//! Why a request is refused. A refusal is an answer, not an accident: the form can show each.

use serde::{Deserialize, Serialize};

crate::tagged! {
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum Refusal ("Refusal", tag = "reason") {
        /// The person's roles do not allow it.
        NotPermitted,
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
        /// A reason from a later version.
        #[serde(other)]
        Other,
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
    /// Nothing on the tablet proved that it was the person: somebody picked their name.
    IdentityClaimed,
    /// A flag from a later version.
    #[serde(other)]
    Other,
}
