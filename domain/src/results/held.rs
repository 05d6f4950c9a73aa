//! What results are made of: everything that a device holds, by reference.

use std::collections::BTreeMap;
#[cfg(feature = "events")]
use std::collections::BTreeSet;

#[cfg(feature = "events")]
use super::days::Days;
use crate::{
    agenda::{Duty, Known},
    areas::Area,
    checklists::Checklist,
    checkpoints::Checkpoint,
    claims::Claim,
    findings::Finding,
    ids::{AreaId, CheckpointId, LaneId, PersonId, RecordId, RoundId},
    people::Person,
    records::Body,
    routes::Stop,
    time::Zone,
    visits::Visit,
};
#[cfg(feature = "events")]
use crate::{refusal::Flag, remarks::Remark, residents};

pub struct Held<'a> {
    pub known: Known<'a>,
    pub findings: Vec<&'a Finding>,
    /// By the records that they lie beside, then time.
    #[cfg(feature = "events")]
    remarks: Vec<&'a Remark>,
    /// By round, then time.
    visits: Vec<&'a Visit>,
    /// What is asked for by its id.
    named: BTreeMap<RecordId, &'a Body>,
}

/// A remark, with the flags that nobody has settled.
#[cfg(feature = "events")]
pub struct OpenRemark<'a> {
    pub remark: &'a Remark,
    pub flags: BTreeSet<Flag>,
}

/// Whether a visit is of the person whose name it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhoseItIs {
    /// They unlocked or signed in, or somebody has confirmed it since.
    Proven,
    /// Somebody picked their name, and nobody has said more.
    Claimed(LaneId),
    /// It was somebody else.
    Denied,
}

/// An area inside another, and so on, cannot be deeper: records may be wrong, loops must not be endless.
const DEPTH_MOST: usize = 16;

impl<'a> Held<'a> {
    pub fn of(bodies: impl Iterator<Item = &'a Body>, zone: &'a Zone) -> Self {
        let known = Known { plans: vec![], people: vec![], rounds: vec![], zone };
        let mut held = Self {
            known,
            findings: vec![],
            #[cfg(feature = "events")]
            remarks: vec![],
            visits: vec![],
            named: BTreeMap::new(),
        };
        for body in bodies {
            match body {
                Body::Plan(plan) => held.known.plans.push(plan),
                Body::Round(round) => held.known.rounds.push(round),
                Body::Visit(visit) => held.visits.push(visit),
                Body::Finding(finding) => held.findings.push(finding),
                #[cfg(feature = "events")]
                Body::Residents(residents::Body::Remark(remark)) => held.remarks.push(remark),
                body => {
                    if let Body::Person(person) = body {
                        held.known.people.push(person);
                    }
                    held.named.insert(body.id(), body);
                }
            }
        }
        #[cfg(feature = "events")]
        held.remarks.sort_by_key(|remark| (remark.root, remark.at.best, remark.change));
        held.visits.sort_by_key(|visit| (visit.round, visit.at.best, visit.id));
        held
    }

    /// The visits of a round, by time.
    pub fn visits_of(&self, round: RoundId) -> &[&'a Visit] {
        let from = self.visits.partition_point(|visit| visit.round < round);
        let until = self.visits.partition_point(|visit| visit.round <= round);
        self.visits.get(from..until).unwrap_or_default()
    }

    pub fn area(&self, id: AreaId) -> Option<&'a Area> {
        match self.named.get(&id.into()) {
            Some(Body::Area(area)) => Some(area),
            _ => None,
        }
    }

    pub fn checkpoint(&self, id: CheckpointId) -> Option<&'a Checkpoint> {
        match self.named.get(&id.into()) {
            Some(Body::Checkpoint(checkpoint)) => Some(checkpoint),
            _ => None,
        }
    }

    pub fn person(&self, id: PersonId) -> Option<&'a Person> {
        match self.named.get(&id.into()) {
            Some(Body::Person(person)) => Some(person),
            _ => None,
        }
    }

    /// What is known of whose a visit is.
    pub fn identity_of(&self, visit: &Visit) -> WhoseItIs {
        visit.claim.map_or(WhoseItIs::Proven, |lane| self.identity_in(lane, visit.by))
    }

    fn identity_in(&self, lane: LaneId, person: PersonId) -> WhoseItIs {
        match self.named.get(&Claim::record_id(lane, person)) {
            Some(Body::Claim(claim)) => match claim.was_them() {
                Some(true) => WhoseItIs::Proven,
                Some(false) => WhoseItIs::Denied,
                None => WhoseItIs::Claimed(lane),
            },
            _ => WhoseItIs::Claimed(lane),
        }
    }

    /// What is open of the remarks beside the records of a round, or of something else; by time.
    #[cfg(feature = "events")]
    pub fn remarks_of(&self, root: RecordId) -> Vec<OpenRemark<'a>> {
        let from = self.remarks.partition_point(|remark| remark.root < root);
        let until = self.remarks.partition_point(|remark| remark.root <= root);
        self.remarks.get(from..until).unwrap_or_default().iter().filter_map(|remark| self.open(remark)).collect()
    }

    /// What is open of all remarks on facts of these days, the newest first.
    #[cfg(feature = "events")]
    pub fn remarks(&self, days: Days) -> Vec<OpenRemark<'a>> {
        let span = days.span(self.known.zone);
        let of_days = self.remarks.iter().filter(|remark| span.contains(&remark.at.best));
        let mut open: Vec<_> = of_days.filter_map(|remark| self.open(remark)).collect();
        open.sort_by_key(|open| std::cmp::Reverse((open.remark.at.best, open.remark.change)));
        open
    }

    /// Once somebody has said that it was them, that is settled.
    #[cfg(feature = "events")]
    fn open(&self, remark: &'a Remark) -> Option<OpenRemark<'a>> {
        let identity = remark.claim.map(|lane| self.identity_in(lane, remark.by));
        let is_settled = |flag: &Flag| *flag == Flag::IdentityClaimed && identity == Some(WhoseItIs::Proven);
        let flags: BTreeSet<Flag> = remark.flags.iter().filter(|flag| !is_settled(flag)).copied().collect();
        (!flags.is_empty()).then_some(OpenRemark { remark, flags })
    }

    /// The version that a visit was answered with.
    pub fn checklist_of(&self, visit: &Visit) -> Option<&'a Checklist> {
        match self.named.get(&Checklist::record_id(visit.checklist, visit.version)) {
            Some(Body::Checklist(checklist)) => Some(checklist),
            _ => None,
        }
    }

    pub fn areas(&self) -> impl Iterator<Item = &'a Area> {
        self.named.values().filter_map(|body| match body {
            Body::Area(area) => Some(area),
            _ => None,
        })
    }

    /// Every version of every checklist.
    pub fn checklists(&self) -> impl Iterator<Item = &'a Checklist> {
        self.named.values().filter_map(|body| match body {
            Body::Checklist(checklist) => Some(checklist),
            _ => None,
        })
    }

    /// The area of a checkpoint and the areas around it, the innermost first.
    pub fn areas_around(&self, checkpoint: CheckpointId) -> Vec<AreaId> {
        let own = self.checkpoint(checkpoint).map(|checkpoint| checkpoint.area);
        std::iter::successors(own, |area| self.area(*area)?.inside).take(DEPTH_MOST).collect()
    }

    /// The stops of a round as it was started, or as its route has them where nobody did.
    pub fn stops_of(&self, duty: &Duty<'a>) -> &'a [Stop] {
        match (duty.record, &duty.planned) {
            (Some(round), _) => &round.stops,
            (None, Some((plan, _))) => match self.named.get(&plan.route.into()) {
                Some(Body::Route(route)) => &route.stops,
                _ => &[],
            },
            (None, None) => &[],
        }
    }
}
