//! Receipts from several devices: they return in any order, and what they bring is written in the order in which it was told.

use std::collections::BTreeSet;

use domain::{
    changes::{Change, Deed},
    decide::{Actor, Author, Context, again, summed_up},
    ids::{CommunityId, LaneId, PersonId, RecordId},
    permissions::Proof,
    records::{Reads, Record, Root},
    refusal::Flag,
    time::Interval,
};

use crate::{messages::Envelope, server::nobody};

/// What has come before a receipt and belongs after it.
#[derive(Clone, Debug, Default)]
pub struct Later {
    /// Accepted changes of the same root that the same epoch told later, in that order.
    pub told: Vec<Retold>,
    /// Records of this root that were decided here since the server was restored: nothing of before goes over them.
    pub anew: BTreeSet<RecordId>,
}

/// An honoured change, as the log has it.
#[derive(Clone, Debug)]
pub struct Retold {
    pub envelope: String,
    pub person: PersonId,
    pub lane: LaneId,
    pub at: Interval,
    /// What its author was told with the yes.
    pub flags: BTreeSet<Flag>,
}

impl Retold {
    fn change(&self) -> Option<Change> {
        Envelope::read(&self.envelope).and_then(|envelope| envelope.open()).ok()
    }
}

impl Later {
    /// What `change` of `author`, and all that follows it here, names outside their root.
    pub fn reads(&self, change: &Change, community: CommunityId, author: PersonId) -> Vec<RecordId> {
        let reads = |told: &Retold| Some(told.change()?.deed.reads(community, told.person));
        let follow = self.told.iter().filter_map(reads).flatten();
        let ids: BTreeSet<RecordId> = change.deed.reads(community, author).into_iter().chain(follow).collect();
        ids.into_iter().collect()
    }
}

/// The records that an honoured change leaves different, with what was told after it on top.
pub fn retold(
    root: Root,
    reads: &Reads,
    change: &Change,
    flags: &BTreeSet<Flag>,
    author: &Author,
    context: &Context,
    later: &Later,
) -> Vec<Record> {
    #[cfg(feature = "planted")]
    if crate::planted::is(crate::planted::Bug::ReceiptsAsTheyCome) {
        return again(&root, reads, change, flags, author, context);
    }
    let mut now = root.clone();
    let records = again(&root, reads, change, flags, author, context);
    write(&mut now, later, change, records);
    for retold in &later.told {
        let Some(change) = retold.change() else { continue };
        let actor = Actor::Person(nobody(retold.person));
        let author = Author { actor, proof: Proof::PickedName, lane: retold.lane, roles_held: BTreeSet::new() };
        let context = Context { at: retold.at, ..context.clone() };
        let records = again(&now, reads, &change, &retold.flags, &author, &context);
        write(&mut now, later, &change, records);
    }
    let mut now = summed_up(now);
    now.records.retain(|record| !root.records.contains(record));
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
