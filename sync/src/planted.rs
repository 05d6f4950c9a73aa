//! Bugs that the simulator must find, one at a time: this is how it is tested itself. No release build has them.
//!
//! Two of the list wait for events: a capacity decided on the device, and somebody promoted from the waiting list twice.

use std::cell::Cell;

#[cfg(not(debug_assertions))]
compile_error!("planted bugs belong in no release build");

macro_rules! bugs {
    ($($name:ident => $words:literal,)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Bug {
            $($name,)*
        }

        impl Bug {
            pub const ALL: &[Bug] = &[$(Bug::$name),*];

            pub fn words(self) -> &'static str {
                match self {
                    $(Bug::$name => $words,)*
                }
            }
        }
    };
}

bugs! {
    NoHeadLock => "no head lock",
    HeadAfterRows => "head read after the rows",
    AcknowledgedBeforeCommit => "acknowledgement before commit",
    RefusalConsumesNothing => "number not consumed on refusal",
    TransientErrorConsumes => "transient error consumes",
    TimerNotArmed => "retry timer not armed",
    DoneByNumberOnly => "dedup by number only",
    DepartureForgotten => "departure forgotten",
    FlipLosesTheCursor => "view flip loses the cursor",
    RelaxedSave => "relaxed durability on save",
    OverlayDroppedTooSoon => "overlay dropped at acknowledgement",
    EpochIgnored => "epoch ignored",
    ReceiptsAsTheyCome => "receipts written in the order in which they come",
    AnyTwoHundredIsOurs => "200 without our header accepted",
    UndecodableStopsThePage => "undecodable change stops the page",
    SecondTabReusesANumber => "second tab reuses a number",
    LaneOfWhoeverIsThere => "lane sent as the signed-in person",
    PhotoFreedTooSoon => "photo freed before verified",
    ClockUsedForOrder => "clock used for order",
    PageSplitsASeq => "page splits a seq",
    SealedTooSoon => "seal counted before its lane is complete",
    LatestUsedAsTheTime => "latest bound used as the time",
    ReplayDecidesAgain => "replay decides again",
}

thread_local! {
    static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
}

/// Plants a bug in this thread, or takes it out.
pub fn plant(bug: Option<Bug>) {
    PLANTED.set(bug);
}

pub fn is(bug: Bug) -> bool {
    PLANTED.get() == Some(bug)
}
