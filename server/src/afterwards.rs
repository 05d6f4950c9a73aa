//! Deciding afterwards what could not be decided as it came: in the server's own lane, in the name of whoever made it and for the
//! time at which they made it.

use domain::{
    changes::{Change, RULES},
    decide::{Actor, Context, Side, decide},
    ids::{ChangeId, PersonId},
    time::{Interval, Moment},
};
use sync::{
    messages::{Outcome, Seq},
    server::{Canon, LogEntry, decided, nobody, signed},
};

use crate::{canon::SqlCanon, failure::Failure, system};

/// A change as it was kept, readable by now.
pub struct Kept<'a> {
    /// What the log calls the entry.
    pub id: ChangeId,
    pub kind: &'a str,
    /// The bytes that its author's device made.
    pub envelope: &'a str,
    pub change: &'a Change,
    /// Nobody where the server itself made it.
    pub person: Option<PersonId>,
    pub at: Interval,
    /// When it came.
    pub received: Moment,
}

/// Decides it by today's rules at `seq`, the next number; the head is taken. What is still quarantined is not logged.
pub async fn settle(canon: &mut SqlCanon, seq: Seq, kept: Kept<'_>, now: Moment) -> Result<Outcome, Failure> {
    let Kept { id, kind, envelope, change, person, at, received } = kept;
    let community = canon.community();
    let root = canon.root(change.deed.root(community)).await?;
    let reads = canon.reads(&change.deed.reads(community)).await?;
    let actor = match person {
        None => Actor::System,
        Some(id) => Actor::Person(canon.person(id).await?.unwrap_or_else(|| nobody(id))),
    };
    let context = Context { community, side: Side::Server, at, now: received };
    let (outcome, records) = decided(|| decide(&root, &reads, change, &actor, &context));
    if let Outcome::Quarantined { .. } = outcome {
        return Ok(outcome);
    }
    let records = signed(canon, records).await?;
    let mut lane = system::own_lane(canon).await?;
    lane.last += 1;
    let entry = LogEntry {
        seq,
        lane: lane.id,
        n: lane.last,
        id,
        kind,
        envelope,
        person,
        at,
        received: now,
        rules: RULES,
        outcome: &outcome,
        records: &records,
    };
    canon.log(entry).await?;
    canon.advance_lane(lane.id, lane.last).await?;
    Ok(outcome)
}
