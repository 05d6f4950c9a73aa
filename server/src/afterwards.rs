//! Deciding afterwards what could not be decided as it came: in the server's own lane, in the name of whoever made it, for the
//! time at which they made it, and by the same proof that it was theirs.

use std::collections::BTreeSet;

use domain::{
    changes::{Change, RULES},
    decide::{Actor, Author, Context, Side, judge},
    ids::{ChangeId, LaneId, PersonId},
    permissions::Proof,
    time::{Interval, Moment},
};
use sync::{
    messages::{Outcome, Seq},
    server::{Canon, LogEntry, author, decided, signed},
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
    /// What shows that it is theirs.
    pub proof: Proof,
    /// The lane that it came in, or what stands for it: the mark of what has too little proof.
    pub lane: LaneId,
    pub at: Interval,
    /// When it came.
    pub received: Moment,
}

/// Decides it by today's rules at `seq`, the next number; the head is taken. What is still quarantined is not logged.
pub async fn settle(canon: &mut SqlCanon, seq: Seq, kept: Kept<'_>, now: Moment) -> Result<Outcome, Failure> {
    let Kept { id, kind, envelope, change, person, proof, lane: of, at, received } = kept;
    let community = canon.community();
    let root = canon.root(change.deed.root(community)).await?;
    let named = change.deed.reads(community, person.unwrap_or(PersonId(uuid::Uuid::nil())));
    let reads = canon.reads_with_teams(&named).await?;
    let author = match person {
        None => Author { actor: Actor::System, proof: Proof::Session, lane: of, roles_held: BTreeSet::new() },
        Some(id) => author(canon, id, proof, of).await?,
    };
    let returning = change.deed.is_of_an_event() && canon.is_returning().await?;
    let context = Context { community, side: Side::Server, at, now: received, returning };
    let (outcome, records) = decided(|| judge(&root, &reads, change, &author, &context));
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
        number: None,
        records: &records,
    };
    canon.log(entry).await?;
    if let (true, Outcome::Accepted { .. }) = (returning, &outcome) {
        canon.decided_since(seq, change.deed.root(community)).await?;
    }
    canon.advance_lane(lane.id, lane.last).await?;
    Ok(outcome)
}
