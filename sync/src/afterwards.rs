//! Deciding afterwards what could not be decided as it came, or was handed over: in the server's own lane, in the name of whoever
//! made it, for the time at which they made it, and by the same proof that it was theirs.

use std::collections::BTreeSet;

use domain::{
    changes::{Change, RULES, Undecodable},
    decide::{Actor, Author, Context, Side, judge},
    ids::{ChangeId, CommunityId, LaneId, PersonId},
    permissions::Proof,
    refusal::Refusal,
    time::{Interval, Moment},
};

#[cfg(feature = "planted")]
use crate::planted::{self, Bug};
use crate::{
    messages::{Envelope, Outcome, Seq},
    server::{Canon, Lane, LogEntry, author, decided, signed},
};

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

/// Where the server itself writes next: the head is taken.
pub struct Own<'a> {
    pub community: CommunityId,
    /// Its own lane; what is decided consumes its next number, and the caller keeps it.
    pub lane: &'a mut Lane,
    /// The next number of the log.
    pub seq: Seq,
    pub now: Moment,
}

/// Decides it by today's rules. What is still quarantined is not logged.
///
/// # Errors
/// The canon's own failure.
pub async fn settle<C: Canon>(canon: &mut C, own: Own<'_>, kept: Kept<'_>) -> Result<Outcome, C::Failure> {
    let Kept { id, kind, envelope, change, person, proof, lane: of, at, received } = kept;
    let Own { community, lane, seq, now } = own;
    let root_id = change.deed.root(community);
    let root = canon.root(root_id).await?;
    let named = change.deed.reads(community, person.unwrap_or(PersonId(uuid::Uuid::nil())));
    let reads = canon.reads_with_teams(&named).await?;
    let author = match person {
        None => Author { actor: Actor::System, proof: Proof::Session, lane: of, roles_held: BTreeSet::new() },
        Some(id) => author(canon, id, proof, of).await?,
    };
    let returning = change.deed.is_of_an_event() && canon.is_returning().await?;
    let context = Context { community, side: Side::Server, at, now: received, decided: now, returning };
    let (outcome, records) = decided(|| judge(&root, &reads, change, &author, &context));
    if let Outcome::Quarantined { .. } = outcome {
        return Ok(outcome);
    }
    let records = signed(canon, records).await?;
    lane.last += 1;
    let (number, rules) = (None, RULES);
    let (lane, n, outcome, records) = (lane.id, lane.last, &outcome, &records);
    let entry =
        LogEntry { seq, lane, n, id, kind, envelope, person, at, received: now, rules, outcome, number, records };
    canon.log(entry).await?;
    if let (true, Outcome::Accepted { .. }) = (returning, outcome) {
        canon.decided_since(seq, root_id).await?;
    }
    Ok(outcome.clone())
}

/// A change in custody, as its device handed it over.
pub struct InCustody<'a> {
    pub kind: &'a str,
    pub content: &'a str,
    pub person: Option<PersonId>,
    /// What stands for the lane that it never came in.
    pub lane: LaneId,
    pub at: Interval,
    pub received: Moment,
}

/// What taking something out of custody comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It has its outcome, accepted or refused, at this number of the log.
    Decided {
        seq: Seq,
        outcome: Outcome,
    },
    /// The same change had come another way and was decided at this number.
    Before {
        seq: Seq,
    },
    /// It takes more than its device's word that it is its author's. Once somebody vouches for it, it can be taken.
    Unproven,
    /// Other bytes have its id.
    OthersId,
    /// Nobody knows whose it is.
    Nobodys,
    Undecodable(Undecodable),
}

/// Takes a change out of custody, if anything can be made of it: what was decided before is not decided again. Unless it is
/// [`Taken::Decided`] or [`Taken::Before`] the caller rolls back.
///
/// # Errors
/// The canon's own failure.
pub async fn take<C: Canon>(
    canon: &mut C,
    own: Own<'_>,
    item: &InCustody<'_>,
    proof: Proof,
) -> Result<Taken, C::Failure> {
    let change = match Envelope::read(item.content).and_then(|envelope| envelope.open()) {
        Ok(change) => change,
        Err(why) => return Ok(Taken::Undecodable(why)),
    };
    let logged = canon.logged(&[change.id]).await?.remove(&change.id);
    #[cfg(feature = "planted")]
    let logged = logged.filter(|_| !planted::is(Bug::CustodyDecidesAgain));
    if let Some(logged) = logged {
        let is_it = logged.envelope == item.content && logged.person == item.person;
        return Ok(if is_it { Taken::Before { seq: logged.seq } } else { Taken::OthersId });
    }
    if item.person.is_none() {
        return Ok(Taken::Nobodys);
    }
    let &InCustody { kind, content, person, lane, at, received } = item;
    let kept = Kept { id: change.id, kind, envelope: content, change: &change, person, proof, lane, at, received };
    let seq = own.seq;
    Ok(match settle(canon, own, kept).await? {
        Outcome::Quarantined { undecodable } => Taken::Undecodable(undecodable),
        Outcome::Refused { refusal: Refusal::SignInFirst } => Taken::Unproven,
        outcome @ (Outcome::Accepted { .. } | Outcome::Refused { .. }) => Taken::Decided { seq, outcome },
    })
}
