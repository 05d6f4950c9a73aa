//! Whose work it is, and so who may hold its records: a team's, a contractor's person's, or the own staff's.

use serde::{Deserialize, Serialize};

use crate::{
    findings::{Finding, Source},
    ids::{PersonId, RecordId},
    permissions::contractors_team,
    records::{Audience, Body, Reads, Record, Root},
};

/// The server gives the records of a root to another audience.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PutAudience {
    pub root: RecordId,
    pub audience: Audience,
}

/// For whom is what somebody does that belongs to no team's round.
pub(crate) fn of_person(person: PersonId, reads: &Reads) -> Audience {
    let team = reads.person(person).and_then(|person| contractors_team(person, &reads.teams()));
    team.map_or(Audience::OwnStaff, Audience::Team)
}

/// For whom a finding is: of a contractor's round its team, else the own staff. What belongs to no round that is here is its
/// author's.
pub(crate) fn of_finding(source: &Source, by: PersonId, reads: &Reads) -> Audience {
    match round(source).and_then(|round| reads.audience(round)) {
        Some(Audience::Team(team)) => of_team(Audience::Team(team), reads),
        Some(Audience::OwnStaff) => Audience::OwnStaff,
        _ => of_person(by, reads),
    }
}

/// The finding and its sign.
pub(crate) fn told(audience: Audience, finding: Finding) -> Vec<Record> {
    let sign = Record::new(Audience::Staff, Body::FindingSign(finding.sign()));
    vec![Record::new(audience, Body::Finding(finding)), sign]
}

/// What [`of_now`] reads: it is of the same kind as what the rules read beside a fact.
pub fn reads(root: &Root) -> Vec<RecordId> {
    let of = |record: &Record| match &record.body {
        Body::Finding(finding) => [round(&finding.source), Some(finding.by.into())],
        Body::Round(round) => [None, round.walkers.first().map(|walker| walker.person.into())],
        Body::Visit(visit) => [None, Some(visit.by.into())],
        Body::Claim(claim) => [None, Some(claim.person.into())],
        _ => [None, None],
    };
    let mut ids: Vec<RecordId> = root.records.iter().flat_map(of).flatten().collect();
    // Whoever else the records are for now.
    ids.extend(root.records.iter().filter_map(|record| match record.audience {
        Audience::Team(team) => Some(RecordId::from(team)),
        _ => None,
    }));
    ids
}

/// For whom the records of a root of field work are as things stand, where that is not settled by what they are for already. What
/// was for all staff was so before there was an own staff. What somebody did freely stays with those who had it while that team is
/// a contractor's: who they are now says nothing of who they were then.
pub fn of_now(root: &Root, reads: &Reads) -> Option<Audience> {
    let free = |now: Audience, by: PersonId| match now {
        Audience::Staff => of_person(by, reads),
        Audience::Team(_) => of_team(now, reads),
        other => other,
    };
    let due = if let Some((it, now)) = root.round() {
        let walker = it.walkers.first().map_or(PersonId(uuid::Uuid::nil()), |walker| walker.person);
        it.team.map_or_else(|| free(now, walker), Audience::Team)
    } else if let Some((it, now)) = root.finding() {
        match round(&it.source).and_then(|round| reads.audience(round)) {
            Some(Audience::Team(_) | Audience::OwnStaff) => of_finding(&it.source, it.by, reads),
            _ => free(now, it.by),
        }
    } else if let Some((it, now)) = root.claim() {
        free(now, it.person)
    } else {
        // Visits whose round is not here.
        let visit = root.records.iter().find_map(|record| match &record.body {
            Body::Visit(visit) => Some((record.audience, visit.by)),
            _ => None,
        });
        visit.map(|(now, by)| free(now, by))?
    };
    (!put(root, due).is_empty()).then_some(due)
}

/// The records of a root for another audience.
pub fn put(root: &Root, audience: Audience) -> Vec<Record> {
    let mut records = vec![];
    for record in root.records.iter().filter(|record| record.audience != audience) {
        match &record.body {
            Body::Finding(finding) => records.extend(told(audience, finding.clone())),
            Body::Round(_) | Body::Visit(_) | Body::Claim(_) => records.push(Record { audience, ..record.clone() }),
            _ => {}
        }
    }
    records
}

fn of_team(team: Audience, reads: &Reads) -> Audience {
    match team {
        Audience::Team(it) if reads.teams().contractors.contains(&it) => team,
        _ => Audience::OwnStaff,
    }
}

fn round(source: &Source) -> Option<RecordId> {
    match source {
        Source::FailedItem { round, .. } => Some((*round).into()),
        Source::Reported { round } => round.map(RecordId::from),
    }
}
