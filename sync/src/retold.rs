//! Receipts from several devices: they return in any order, and what they bring is written in the order in which it was told.
//!
//! What is about an event is decided together with all of its sign-ups, so while devices still return it is written anew from what
//! the backup held: what was told, in its order, and then what was decided since. So any order of return ends alike.

use std::collections::BTreeSet;

use domain::{
    changes::{Change, Deed},
    decide::{Actor, Author, Context, Step, Told, Upon, again, replayed, summed_up},
    ids::{CommunityId, LaneId, PersonId, RecordId},
    permissions::Proof,
    records::{Reads, Record, Root},
    refusal::Flag,
    time::{Interval, Moment},
};

use crate::{messages::Envelope, server::nobody};

/// What has come before a receipt and belongs after it.
#[derive(Clone, Debug, Default)]
pub struct Later {
    /// In place of what follows, for an event while devices still return.
    pub returned: Option<Returned>,
    /// Accepted changes of the same root that the same epoch told later, in that order.
    pub told: Vec<Retold>,
    /// Records of this root that were decided here since the server was restored: nothing of before goes over them.
    pub anew: BTreeSet<RecordId>,
}

/// Everything that is known of an event since the server was restored.
#[derive(Clone, Debug, Default)]
pub struct Returned {
    /// Its records as the backup held them.
    pub base: Root,
    /// What was told before the receipt and has come back, in that order.
    pub before: Vec<Retold>,
    /// What was told after it.
    pub after: Vec<Retold>,
    /// What was decided here since, in that order.
    pub since: Vec<Retold>,
}

/// A change as the log has it.
#[derive(Clone, Debug)]
pub struct Retold {
    pub envelope: String,
    /// Nobody where the server itself made it.
    pub person: Option<PersonId>,
    pub lane: LaneId,
    pub at: Interval,
    /// When it was decided.
    pub decided: Moment,
    /// What its author was told with the yes.
    pub flags: BTreeSet<Flag>,
    /// The number that its party was told, or was given since.
    pub number: Option<u32>,
}

impl Retold {
    fn author(&self) -> Author {
        let actor = self.person.map_or(Actor::System, |person| Actor::Person(nobody(person)));
        Author { actor, proof: Proof::PickedName, lane: self.lane, roles_held: BTreeSet::new() }
    }

    fn step(&self, upon: Upon, context: &Context) -> Option<Step> {
        let now = match upon {
            // Its return is not its time.
            Upon::WhatWasTold | Upon::WhatIsHere => self.at.best,
            Upon::WhatWasDecidedSince => self.decided,
        };
        Some(Step {
            change: self.change()?,
            told: Told { flags: self.flags.clone(), number: self.number, upon },
            author: self.author(),
            context: Context { at: self.at, now, ..context.clone() },
        })
    }

    fn change(&self) -> Option<Change> {
        Envelope::read(&self.envelope).and_then(|envelope| envelope.open()).ok()
    }
}

impl Later {
    /// What `change` of `author`, and all that follows it here, names outside their root.
    pub fn reads(&self, change: &Change, community: CommunityId, author: PersonId) -> Vec<RecordId> {
        let returned = self.returned.iter().flat_map(|it| it.before.iter().chain(&it.after).chain(&it.since));
        let reads = |told: &Retold| {
            Some(told.change()?.deed.reads(community, told.person.unwrap_or(PersonId(uuid::Uuid::nil()))))
        };
        let follow = self.told.iter().chain(returned).filter_map(reads).flatten();
        let ids: BTreeSet<RecordId> = change.deed.reads(community, author).into_iter().chain(follow).collect();
        ids.into_iter().collect()
    }
}

/// The records that an honoured change leaves different, with what was told after it on top.
pub fn retold(
    root: Root,
    reads: &Reads,
    change: &Change,
    told: &Told,
    author: &Author,
    context: &Context,
    later: &Later,
) -> Vec<Record> {
    if let Some(returned) = &later.returned {
        return written_anew(&root, reads, change, told, author, context, returned);
    }
    #[cfg(feature = "planted")]
    if crate::planted::is(crate::planted::Bug::ReceiptsAsTheyCome) {
        return again(&root, reads, change, told, author, context);
    }
    // Nobody is offered anything before all is as it was told: an event may have been put off, and put back.
    let on_the_way = Context { returning: true, ..context.clone() };
    let mut now = root.clone();
    let records = again(&root, reads, change, told, author, &on_the_way);
    write(&mut now, later, change, records);
    for retold in &later.told {
        // What another party was told stands as it is.
        let Some(change) = retold.change().filter(|it| !it.deed.is_another_partys(&change.deed)) else { continue };
        let context = Context { at: retold.at, ..on_the_way.clone() };
        let told = Told { number: retold.number, ..retold.flags.clone().into() };
        let records = again(&now, reads, &change, &told, &retold.author(), &context);
        write(&mut now, later, &change, records);
    }
    let mut now = summed_up(now, Some(context));
    now.records.retain(|record| !root.records.contains(record));
    now.records
}

/// What of an event is different once this receipt has its place in what was told.
fn written_anew(
    root: &Root,
    reads: &Reads,
    change: &Change,
    told: &Told,
    author: &Author,
    context: &Context,
    returned: &Returned,
) -> Vec<Record> {
    let own = Step {
        change: change.clone(),
        told: Told { upon: Upon::WhatWasTold, ..told.clone() },
        author: author.clone(),
        context: Context { now: context.at.best, ..context.clone() },
    };
    let step = |upon| move |retold: &Retold| retold.step(upon, context);
    let before = returned.before.iter().filter_map(step(Upon::WhatWasTold));
    let after = returned.after.iter().filter_map(step(Upon::WhatWasTold));
    let since = returned.since.iter().filter_map(step(Upon::WhatWasDecidedSince));
    #[cfg(feature = "planted")]
    let since = since.filter(|_| !crate::planted::is(crate::planted::Bug::DecidedSinceUndone));
    let steps = before.chain([own]).chain(after).chain(since).collect();
    let mut now = replayed(returned.base.clone(), root, reads, steps);
    let stands: Vec<Record> = root.records.iter().map(Record::unsigned).collect();
    now.records.retain(|record| !stands.contains(&record.unsigned()));
    now.records
}

/// A request says what a record is, whatever it was; a fact adds to it.
fn write(root: &mut Root, later: &Later, change: &Change, records: Vec<Record>) {
    let replaces = matches!(change.deed, Deed::Request(_));
    for record in records.into_iter().filter(|record| !replaces || !later.anew.contains(&record.id)) {
        root.records.retain(|there| there.id != record.id);
        root.records.push(record);
    }
}
