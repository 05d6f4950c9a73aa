//! A remark 存疑: what the server noticed about a fact when it took it, for managers to read. The fact's own author is told by
//! the outcome.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    changes::{Change, Deed, Fact},
    decide::{Author, Context, author},
    ids::{ChangeId, CheckpointId, LaneId, PersonId, RecordId, derived},
    records::{Audience, Record},
    refusal::Flag,
    residents,
    time::Interval,
};

/// The flags of one fact. It lies beside what the fact wrote, or would have written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    pub change: ChangeId,
    /// The published kind of the fact.
    pub about: String,
    /// The root of the fact's records: for field work its round or its finding.
    pub root: RecordId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<CheckpointId>,
    pub by: PersonId,
    pub at: Interval,
    pub flags: BTreeSet<Flag>,
    /// The lane whose [`Claim`](crate::claims::Claim) says whether it was them, where too little shows that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claim: Option<LaneId>,
}

impl Remark {
    pub fn id(change: ChangeId) -> RecordId {
        RecordId(derived(&[b"remark", change.0.as_bytes()]))
    }
}

/// The remark on a fact with these flags; none where there are no flags.
pub(crate) fn remark(change: &Change, flags: &BTreeSet<Flag>, whose: &Author, context: &Context) -> Option<Record> {
    let Deed::Fact(fact) = &change.deed else { return None };
    if flags.is_empty() {
        return None;
    }
    let remark = Remark {
        change: change.id,
        about: fact.kind().to_owned(),
        root: change.deed.root(context.community),
        checkpoint: checkpoint(fact),
        by: author(&whose.actor),
        at: context.at,
        flags: flags.clone(),
        claim: flags.contains(&Flag::IdentityClaimed).then_some(whose.lane),
    };
    Some(Record::new(Audience::Managers, residents::Body::Remark(remark).into()))
}

fn checkpoint(fact: &Fact) -> Option<CheckpointId> {
    match fact {
        Fact::VisitRecorded(visit) => Some(visit.checkpoint),
        Fact::FindingRaised(finding) => Some(finding.checkpoint),
        Fact::RoundStarted(_)
        | Fact::RoundFinished(_)
        | Fact::FindingCorrected(_)
        | Fact::VisitCorrected(_)
        | Fact::IdentityConfirmed(_)
        | Fact::Residents(_) => None,
    }
}
