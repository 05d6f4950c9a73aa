//! What the server does itself: changes by the system in a lane of its own, decided and logged like everyone's.

use std::collections::BTreeSet;

use domain::{
    changes::{Change, Deed, RULES, Request},
    decide::{Actor, Author, Context, Side, judge},
    households::Household,
    ids::{ChangeId, CommunityId, DeviceId, LaneId, LoadId, PersonId, derived},
    notices::Notice,
    people::Person,
    permissions::Proof,
    records::{Body, Root},
    refusal::Refusal,
    residents,
    surveys::{Subject, Survey},
    time::{Clocks, Interval, Moment, Stamp},
};
use sha2::{Digest, Sha256};
use sync::{
    messages::{Envelope, Identity, Outcome},
    server::{Canon, Head, Lane, LogEntry, decided, signed},
};
use uuid::Uuid;

use crate::{canon::SqlCanon, failure::Failure};

/// What came of a list of requests.
#[derive(Debug, Default)]
pub struct Applied {
    pub written: usize,
    /// Recorded already, word for word.
    pub unchanged: usize,
    /// The keys of those that were refused, and why.
    pub refused: Vec<(String, String)>,
}

/// Applies `requests` in their order, each known by its key. Doing it twice changes nothing.
pub async fn apply(canon: &mut SqlCanon, requests: Vec<(String, Request)>, now: Moment) -> Result<Applied, Failure> {
    let mut seq = canon.take_head().await?.seq;
    let mut lane = own_lane(canon).await?;
    let mut applied = Applied::default();
    for (key, request) in requests {
        let deed = Deed::Request(request);
        let root = canon.root(deed.root(canon.community())).await?;
        let deed = with_who_joined(deed, &root);
        if is_recorded(&root, &deed) {
            applied.unchanged += 1;
            continue;
        }
        let deed = with_next_version(deed, &root);
        let id = change_id(canon, &key, &deed, lane.last).await?;
        let change = Change { id, at: stamp(now), after: vec![], supersedes: None, deed };
        seq += 1;
        lane.last += 1;
        match settle(canon, &root, &change, &lane, Actor::System, seq, now).await? {
            Outcome::Accepted { .. } => applied.written += 1,
            Outcome::Refused { refusal } => applied.refused.push((key, sentence(&refusal))),
            Outcome::Quarantined { .. } => applied.refused.push((key, "the rule failed".into())),
        }
    }
    canon.advance_lane(lane.id, lane.last).await?;
    Ok(applied)
}

/// Applies a request of somebody who is signed in, in the lane that the server keeps for them; `head` is taken already.
pub async fn apply_for(
    canon: &mut SqlCanon,
    head: &Head,
    person: Person,
    request: Request,
    now: Moment,
) -> Result<Outcome, Failure> {
    let mut lane = lane_for(canon, person.id).await?;
    let deed = Deed::Request(request);
    let root = canon.root(deed.root(canon.community())).await?;
    let change = Change { id: ChangeId(Uuid::now_v7()), at: stamp(now), after: vec![], supersedes: None, deed };
    lane.last += 1;
    let outcome = settle(canon, &root, &change, &lane, Actor::Person(person), head.seq + 1, now).await?;
    canon.advance_lane(lane.id, lane.last).await?;
    Ok(outcome)
}

/// Applies a request of the server itself; `head` is taken already.
pub async fn apply_own(canon: &mut SqlCanon, head: &Head, request: Request, now: Moment) -> Result<Outcome, Failure> {
    let mut lane = own_lane(canon).await?;
    let deed = Deed::Request(request);
    let root = canon.root(deed.root(canon.community())).await?;
    let change = Change { id: ChangeId(Uuid::now_v7()), at: stamp(now), after: vec![], supersedes: None, deed };
    lane.last += 1;
    let outcome = settle(canon, &root, &change, &lane, Actor::System, head.seq + 1, now).await?;
    canon.advance_lane(lane.id, lane.last).await?;
    Ok(outcome)
}

async fn settle(
    canon: &mut SqlCanon,
    root: &Root,
    change: &Change,
    lane: &Lane,
    actor: Actor,
    seq: i64,
    now: Moment,
) -> Result<Outcome, Failure> {
    let at = Interval::exactly(now);
    let community = canon.community();
    let returning = change.deed.is_of_an_event() && canon.is_returning().await?;
    let context = Context { community, side: Side::Server, at, now, decided: now, returning };
    let person = match &actor {
        Actor::Person(person) => Some(person.id),
        Actor::OfAnyTime(_) | Actor::System => None,
    };
    let named = change.deed.reads(canon.community(), person.unwrap_or(PersonId(Uuid::nil())));
    let reads = canon.reads_with_teams(&named).await?;
    // What somebody asks of the server itself came with their session.
    let author = Author { actor, proof: Proof::Session, lane: lane.id, roles_held: BTreeSet::new() };
    let (outcome, records) = decided(|| judge(root, &reads, change, &author, &context));
    let records = signed(canon, records).await?;
    let envelope = Envelope::seal(change);
    let bytes = serde_json::to_string(&envelope).map_err(Failure::broken)?;
    let entry = LogEntry {
        seq,
        lane: lane.id,
        n: lane.last,
        id: change.id,
        kind: &envelope.kind,
        envelope: &bytes,
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
    Ok(outcome)
}

pub async fn own_lane(canon: &mut SqlCanon) -> Result<Lane, Failure> {
    let id = own_lane_id(canon.community());
    if let Some(lane) = canon.lane(id).await? {
        return Ok(lane);
    }
    let (person, identity) = (PersonId(Uuid::nil()), Identity::SignedIn);
    let lane = Lane { id, device: DeviceId(Uuid::nil()), person, last: 0, identity };
    canon.open_lane(&lane).await?;
    Ok(lane)
}

async fn lane_for(canon: &mut SqlCanon, person: PersonId) -> Result<Lane, Failure> {
    if let Some(lane) = canon.lane_of(DeviceId(Uuid::nil()), person).await? {
        return Ok(lane);
    }
    let (id, identity) = (LaneId(Uuid::now_v7()), Identity::SignedIn);
    let lane = Lane { id, device: DeviceId(Uuid::nil()), person, last: 0, identity };
    canon.open_lane(&lane).await?;
    Ok(lane)
}

/// The lane of the server itself.
pub fn own_lane_id(community: CommunityId) -> LaneId {
    LaneId(derived(&[b"system lane", community.0.as_bytes()]))
}

/// Follows from what is said, so that a lost answer cannot say it twice; said again after something else, it is new.
async fn change_id(canon: &mut SqlCanon, key: &str, deed: &Deed, said: i64) -> Result<ChangeId, Failure> {
    let (kind, body) = deed.encode();
    let digest = Sha256::new().chain_update(kind.as_bytes()).chain_update([0]).chain_update(body.get()).finalize();
    let community = canon.community();
    let id = ChangeId(derived(&[b"system change", community.0.as_bytes(), key.as_bytes(), &digest]));
    if canon.logged(&[id]).await?.is_empty() {
        return Ok(id);
    }
    Ok(ChangeId(derived(&[id.0.as_bytes(), &said.to_be_bytes()])))
}

/// Whether the latest record of its root says exactly this, whatever its version.
fn is_recorded(root: &Root, deed: &Deed) -> bool {
    let latest = root.latest_version();
    let Deed::Request(request) = deed else { return false };
    root.records.iter().any(|record| match (&record.body, request) {
        (Body::Community(kept), Request::PutCommunity(new)) => kept == new,
        (Body::Area(kept), Request::PutArea(new)) => kept == new,
        (Body::Checkpoint(kept), Request::PutCheckpoint(new)) => kept == new,
        (Body::Checklist(kept), Request::PutChecklist(new)) => kept.version == latest && kept == new,
        (Body::Route(kept), Request::PutRoute(new)) => kept == new,
        (Body::Plan(kept), Request::PutPlan(new)) => {
            let mut new = new.clone();
            new.version = latest;
            kept.version == latest && *kept == new
        }
        (Body::Person(kept), Request::PutPerson(new)) => Person { revision: new.revision, ..kept.clone() } == *new,
        (Body::Team(kept), Request::PutTeam(new)) => kept == new,
        (Body::Roster(kept), Request::PutRoster(new)) => kept == new,
        (Body::Residents(kept), Request::Residents(new)) => is_recorded_of_residents(kept, new),
        _ => false,
    })
}

/// What households, organisers and the server did since stays: data files only begin.
fn is_recorded_of_residents(kept: &residents::Body, new: &residents::Request) -> bool {
    use residents::{Body, Request};
    match (kept, new) {
        (Body::Household(kept), Request::PutHousehold(new)) => {
            kept.moved_out.is_some() || Household { revision: new.revision, ..kept.clone() } == *new
        }
        (Body::Event(kept), Request::PutEvent(new)) => {
            kept.of == new.of && (kept.cancelled.is_some() || kept.details == new.details)
        }
        (Body::Event(kept), Request::PublishEvent(new)) => {
            kept.of == new.of && (kept.published.is_some() || kept.cancelled.is_some())
        }
        (Body::Event(kept), Request::CancelEvent(new)) => kept.of == new.of && kept.cancelled.is_some(),
        (Body::SignUp(kept), Request::AskForPlaces(new)) => (kept.of, kept.household) == (new.of, new.household),
        (Body::Answered(kept), Request::GiveFeedback(new)) => {
            (kept.subject, kept.household) == (Subject::Event { of: new.of }, new.household)
        }
        (Body::Answered(kept), Request::AnswerSurvey(new)) => {
            (kept.subject, kept.household) == (Subject::Survey { survey: new.survey }, new.household)
        }
        (Body::Notice(kept), Request::PutNotice(new)) => {
            Notice { put: new.put, revision: new.revision, ..kept.clone() } == *new
        }
        (Body::Survey(kept), Request::PutSurvey(new)) => Survey { revision: new.revision, ..kept.clone() } == *new,
        _ => false,
    }
}

/// Data files name the members that they know; whoever joined by a code since stays a member.
fn with_who_joined(deed: Deed, root: &Root) -> Deed {
    let Deed::Request(Request::Residents(residents::Request::PutHousehold(mut household))) = deed else { return deed };
    let kept = root.records.iter().find_map(|record| match &record.body {
        Body::Residents(residents::Body::Household(kept)) => Some(kept),
        _ => None,
    });
    let joined = kept.into_iter().flat_map(|kept| &kept.members).filter(|member| !household.has(member.person));
    let joined: Vec<_> = joined.cloned().collect();
    household.members.extend(joined);
    Deed::Request(Request::Residents(residents::Request::PutHousehold(household)))
}

/// Data files give plans no version: what they say now is the next one. Checklists say their own.
fn with_next_version(deed: Deed, root: &Root) -> Deed {
    match deed {
        Deed::Request(Request::PutPlan(mut plan)) => {
            plan.version = root.latest_version() + 1;
            Deed::Request(Request::PutPlan(plan))
        }
        other => other,
    }
}

fn stamp(now: Moment) -> Stamp {
    Stamp { clocks: Clocks { wall: now, mono: 0, load: LoadId(Uuid::nil()) }, contact: None }
}

fn sentence(refusal: &Refusal) -> String {
    match refusal {
        Refusal::NotPermitted => "it is not permitted".into(),
        Refusal::SignInFirst => "it takes a session".into(),
        Refusal::NoSuchThing => "it names something that is not here".into(),
        Refusal::ChangedMeanwhile => "somebody else changed it meanwhile".into(),
        Refusal::NotFromOneself => "nobody takes the right to set up from themself".into(),
        Refusal::Household { why } => format!("the household may not: {why:?}"),
        Refusal::Other => "the rules say no".into(),
        Refusal::Outdated { current } => format!("it was changed: raise its version to {}", current + 1),
        Refusal::Invalid { field } => format!("`{field}` is outside its bounds"),
    }
}
