//! The one place where a change becomes records: the same function on the tablet and on the server.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

#[cfg(feature = "events")]
use crate::residents;
use crate::{
    changes::{
        Change, Deed, Fact, FindingCorrected, Request, RoundFinished, RoundStarted, VisitCorrected, VisitRecorded,
    },
    checklists::{Answer, DutyKind},
    claims::{Claim, IdentityConfirmed, Said},
    findings::{Correction, Finding, FindingRaised},
    holders,
    ids::{ChangeId, CommunityId, LaneId, PersonId, TeamId},
    people::{Person, Role},
    permissions::{Act, Proof, may, may_set_up, may_walk, proof_for},
    plans::Plan,
    records::{Audience, Body, Reads, Record, Root},
    refusal::{Flag, Refusal},
    rounds::{Finish, Occasion, Round, Walker},
    routes::StopOrder,
    text::{NAME_MOST, Words, typed},
    time::{Interval, Moment},
    visits::{ChangedAnswer, Visit, VisitCorrection},
};

/// Who did it. On the server this comes from the lane's record, never from the change.
#[derive(Clone, Debug)]
pub enum Actor {
    Person(Person),
    /// A person with every role that they ever had here, as if they were of every team.
    OfAnyTime(Person),
    /// The server itself: loading data files, setting up.
    System,
}

/// Whose a change is in the server's eyes, and what shows that.
#[derive(Clone, Debug)]
pub struct Author {
    pub actor: Actor,
    pub proof: Proof,
    /// Where it was written: the mark of what has too little proof.
    pub lane: LaneId,
    /// Every role that they ever had here.
    pub roles_held: BTreeSet<Role>,
}

/// Where a change is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What is missing here may exist all the same, so nothing is flagged.
    Device,
    Server,
}

#[derive(Clone, Debug)]
pub struct Context {
    pub community: CommunityId,
    pub side: Side,
    /// When the change was made.
    pub at: Interval,
    /// When it is decided: on the server the moment at which it came, on a device the best estimate of that at which it was made.
    pub now: Moment,
    /// When the server decides it: later than `now` for what waited in custody or in quarantine. What follows for others, such as
    /// an offer, begins then.
    pub decided: Moment,
    /// The server was restored and devices still bring back what it lost: who has which place is not known, so none is given.
    pub returning: bool,
}

/// What was told with the yes to a change that is written again.
#[derive(Clone, Debug, Default)]
pub struct Told {
    pub flags: BTreeSet<Flag>,
    /// The number that its party was given with it.
    pub number: Option<u32>,
    pub upon: Upon,
}

impl From<BTreeSet<Flag>> for Told {
    fn from(flags: BTreeSet<Flag>) -> Self {
        Self { flags, ..Self::default() }
    }
}

/// What a change is written again upon.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Upon {
    /// Whatever is here: what was told before it may come later.
    #[default]
    WhatIsHere,
    /// What was told before it, as far as it has come back.
    WhatWasTold,
    /// The same, and all that was decided since the restore before it: this was, too.
    WhatWasDecidedSince,
}

/// A change on its way back into records that were restored without it.
#[derive(Clone, Debug)]
pub struct Step {
    pub change: Change,
    pub told: Told,
    pub author: Author,
    pub context: Context,
}

/// What follows from a change: the records it writes and what was noticed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    #[serde(skip)]
    pub records: Vec<Record>,
    pub flags: BTreeSet<Flag>,
}

/// Decides `change`.
///
/// # Errors
/// A [`Refusal`], for requests only: a fact is never refused.
pub fn decide(
    root: &Root,
    reads: &Reads,
    change: &Change,
    actor: &Actor,
    context: &Context,
) -> Result<Decision, Refusal> {
    match &change.deed {
        Deed::Fact(fact) => Ok(settle(root, reads, fact, actor, context)),
        #[cfg(feature = "events")]
        Deed::Request(Request::Residents(request)) => residents::rule(root, reads, request, change.id, actor, context),
        Deed::Request(request) => rule(root, request, change.id, actor, context.community),
    }
}

/// Decides `change` as the server does, whichever way it came: by the rule, by what shows that it is its author's, and by what
/// they ever had a right to.
///
/// # Errors
/// A [`Refusal`], for requests only: a fact is never refused.
pub fn judge(
    root: &Root,
    reads: &Reads,
    change: &Change,
    author: &Author,
    context: &Context,
) -> Result<Decision, Refusal> {
    let has_too_little_proof = author.proof < proof_for(&change.deed);
    if has_too_little_proof && matches!(change.deed, Deed::Request(_)) {
        return Err(Refusal::SignInFirst);
    }
    let Decision { records, mut flags } = decide(root, reads, change, &author.actor, context)?;
    if has_too_little_proof {
        flags.insert(Flag::IdentityClaimed);
    }
    if flags.contains(&Flag::NotEntitled) && was_never_allowed(root, reads, change, author, context) {
        flags.insert(Flag::Withheld);
    }
    let records = as_flagged(records, &flags, change, author, context);
    Ok(Decision { records, flags })
}

/// What a change writes that had been accepted before, with what was `told`, on records that were restored without
/// it. Its outcome stands: nobody's rights, no proof and no version are asked for again.
pub fn again(
    root: &Root,
    reads: &Reads,
    change: &Change,
    told: &Told,
    author: &Author,
    context: &Context,
) -> Vec<Record> {
    let actor = &author.actor;
    let records = match &change.deed {
        Deed::Fact(fact) => settle(root, reads, fact, actor, context).records,
        #[cfg(feature = "events")]
        Deed::Request(Request::Residents(request)) => residents::again(root, request, change.id, told, actor, context),
        Deed::Request(request) => written(request, change.id, context.community).into_iter().collect(),
    };
    as_flagged(records, &told.flags, change, author, context)
}

/// A root as it is once `steps` are written upon what the restored server had of it: first what was told, in the order in which
/// it was, then what was decided since. `now` is the same root as it stands.
pub fn replayed(
    base: Root,
    #[cfg_attr(not(feature = "events"), expect(unused_variables, reason = "only parties have numbers"))] now: &Root,
    reads: &Reads,
    #[cfg_attr(not(feature = "events"), expect(unused_mut, reason = "only parties have numbers"))] mut steps: Vec<Step>,
) -> Root {
    #[cfg(feature = "events")]
    crate::sign_ups::give_numbers(&base, now, &mut steps);
    let mut root = base;
    for Step { change, told, author, context } in &steps {
        for record in again(&root, reads, change, told, author, context) {
            root.records.retain(|there| there.id != record.id);
            root.records.push(record);
        }
    }
    summed_up(root, None)
}

/// Whether nothing that somebody ever was gave them the right to this fact.
fn was_never_allowed(root: &Root, reads: &Reads, change: &Change, author: &Author, context: &Context) -> bool {
    let (Deed::Fact(fact), Actor::Person(person)) = (&change.deed, &author.actor) else { return false };
    let roles = person.roles.iter().chain(&author.roles_held).copied().collect::<BTreeSet<_>>();
    let of_any_time = Person { roles: roles.into_iter().collect(), left: None, ..person.clone() };
    settle(root, reads, fact, &Actor::OfAnyTime(of_any_time), context).flags.contains(&Flag::NotEntitled)
}

/// The records of a fact with these flags: none where nothing of it counts; a visit says which lane it is from where only a
/// name was picked, until somebody has said who it was; and managers are told of every flag.
fn as_flagged(
    mut records: Vec<Record>,
    flags: &BTreeSet<Flag>,
    change: &Change,
    author: &Author,
    #[cfg_attr(not(feature = "events"), expect(unused_variables, reason = "flags are for managers to read"))]
    context: &Context,
) -> Vec<Record> {
    let Deed::Fact(fact) = &change.deed else { return records };
    let is_claimed = flags.contains(&Flag::IdentityClaimed);
    if flags.contains(&Flag::Withheld) || (is_claimed && matches!(fact, Fact::IdentityConfirmed(_))) {
        records.clear();
    }
    if let (Fact::VisitRecorded(recorded), true) = (fact, is_claimed) {
        for record in &mut records {
            if let Body::Visit(visit) = &mut record.body
                && visit.id == recorded.visit
            {
                visit.claim = Some(author.lane);
            }
        }
    }
    #[cfg(feature = "events")]
    records.extend(crate::remarks::remark(change, flags, author, context));
    records
}

/// A root whose records were written one by one, with what only sums up the others made anew. By `context`, if it is given, the
/// places that are free in the end are offered to who waits.
pub fn summed_up(
    root: Root,
    #[cfg_attr(not(feature = "events"), expect(unused_variables, reason = "only events have places"))] context: Option<
        &Context,
    >,
) -> Root {
    #[cfg(feature = "events")]
    let root = residents::summed_up(root, context);
    root
}

fn settle(root: &Root, reads: &Reads, fact: &Fact, actor: &Actor, context: &Context) -> Decision {
    let mut decision = match fact {
        Fact::RoundStarted(started) => round_started(root, reads, started, actor, context),
        Fact::VisitRecorded(visit) => visit_recorded(root, reads, visit, actor, context),
        Fact::RoundFinished(finished) => round_finished(root, finished, actor, context),
        Fact::FindingRaised(raised) => finding_raised(root, reads, raised, actor, context),
        Fact::FindingCorrected(corrected) => finding_corrected(root, corrected, actor, context),
        Fact::VisitCorrected(corrected) => visit_corrected(root, reads, corrected, actor, context),
        Fact::IdentityConfirmed(said) => identity_confirmed(root, reads, said, actor, context),
        #[cfg(feature = "events")]
        Fact::Residents(fact) => residents::settle(root, reads, fact, actor, context),
    };
    if context.at.is_doubtful() {
        decision.flags.insert(Flag::ClockDoubtful);
    }
    if had_left(actor, context) {
        decision.flags.insert(Flag::NotEntitled);
    }
    if context.side == Side::Device {
        decision.flags.clear();
    }
    decision
}

/// Rights are judged as of the time of the act: a round that was walked before its walker left still counts.
fn had_left(actor: &Actor, context: &Context) -> bool {
    match actor {
        Actor::Person(person) => person.left.is_some_and(|left| context.at.earliest.utc().date_naive() >= left),
        Actor::OfAnyTime(_) | Actor::System => false,
    }
}

pub(crate) fn author(actor: &Actor) -> PersonId {
    match actor {
        Actor::Person(person) | Actor::OfAnyTime(person) => person.id,
        Actor::System => PersonId(uuid::Uuid::nil()),
    }
}

fn entitled_to_walk(actor: &Actor, kind: DutyKind, team: Option<TeamId>) -> bool {
    match actor {
        Actor::Person(person) => may_walk(person, kind, team),
        // Who covers for another team did what they did: it counts, flagged.
        Actor::OfAnyTime(person) => DutyKind::ALL.into_iter().any(|kind| may(&person.roles, Act::Walk(kind))),
        Actor::System => true,
    }
}

pub(crate) fn entitled(actor: &Actor, act: Act) -> bool {
    match actor {
        Actor::Person(person) | Actor::OfAnyTime(person) => may(&person.roles, act),
        Actor::System => true,
    }
}

/// Rights as of now: who has left asks for nothing any more.
#[cfg(feature = "events")]
pub(crate) fn entitled_now(actor: &Actor, act: Act) -> bool {
    let has_left = matches!(actor, Actor::Person(person) if person.left.is_some());
    !has_left && entitled(actor, act)
}

fn round_started(root: &Root, reads: &Reads, started: &RoundStarted, actor: &Actor, context: &Context) -> Decision {
    let mut flags = BTreeSet::new();
    let (mut round, audience) = match root.round() {
        Some((round, audience)) => (round.clone(), audience),
        None => new_round(reads, started, actor, context, &mut flags),
    };
    if !entitled_to_walk(actor, round.kind, round.team) {
        flags.insert(Flag::NotEntitled);
    }
    let walker = author(actor);
    if !round.walkers.iter().any(|there| there.person == walker) {
        round.walkers.push(Walker { person: walker, started: context.at });
        round.walkers.sort_by_key(|walker| (walker.started.best, walker.person));
    }
    // Visits that came before it are for whom it is.
    let mut records = holders::put(root, audience);
    records.retain(|record| record.id != round.id.into());
    records.push(Record::new(audience, Body::Round(round)));
    Decision { records, flags }
}

fn new_round(
    reads: &Reads,
    started: &RoundStarted,
    actor: &Actor,
    context: &Context,
    flags: &mut BTreeSet<Flag>,
) -> (Round, Audience) {
    let plan = match &started.occasion {
        Occasion::Planned(occurrence) => reads.plan(Plan::record_id(occurrence.plan, occurrence.version)),
        Occasion::Unplanned { .. } => None,
    };
    let route = reads.route(started.route.into());
    let window = match (&started.occasion, plan, reads.community(context.community.into())) {
        (Occasion::Planned(occurrence), Some(plan), Some(community)) => plan
            .times
            .iter()
            .find(|slot| slot.slot == occurrence.slot)
            .map(|slot| Plan::window(slot, occurrence.date, &community.zone)),
        _ => None,
    };
    let is_unknown = match &started.occasion {
        Occasion::Planned(_) => window.is_none(),
        Occasion::Unplanned { .. } => route.is_none(),
    };
    if is_unknown {
        flags.insert(Flag::UnknownReference);
    }
    let name = plan.map(|plan| &plan.name).or(route.map(|route| &route.name));
    let round = Round {
        id: started.round(),
        occasion: started.occasion.clone(),
        name: name.cloned().unwrap_or_default(),
        kind: match started.occasion {
            Occasion::Planned(_) => plan.map_or(DutyKind::Patrol, |plan| plan.kind),
            Occasion::Unplanned { duty, .. } => duty,
        },
        team: plan.map(|plan| plan.team),
        window,
        order: route.map_or(StopOrder::Free, |route| route.order),
        stops: started.stops.clone(),
        walkers: vec![],
        finished: None,
    };
    let audience = round.team.map_or_else(|| holders::of_person(author(actor), reads), Audience::Team);
    (round, audience)
}

fn visit_recorded(root: &Root, reads: &Reads, visit: &VisitRecorded, actor: &Actor, context: &Context) -> Decision {
    let mut flags = BTreeSet::new();
    if root.holds(visit.visit.into()) {
        flags.insert(Flag::AlreadyDone);
        return Decision { records: vec![], flags };
    }
    let audience = root.round().map_or_else(|| holders::of_person(author(actor), reads), |(_, of_round)| of_round);
    match root.round() {
        None => {
            flags.insert(Flag::UnknownReference);
        }
        Some((round, _)) => {
            if !round.stops.iter().any(|stop| stop.checkpoint == visit.checkpoint) {
                flags.insert(Flag::NotOnRoute);
            }
            if round.finished.as_ref().is_some_and(|finish| finish.at.latest < context.at.earliest) {
                flags.insert(Flag::AfterFinish);
            }
            if !entitled_to_walk(actor, round.kind, round.team) {
                flags.insert(Flag::NotEntitled);
            }
        }
    }
    match reads.checklist(crate::checklists::Checklist::record_id(visit.checklist, visit.version)) {
        None => {
            flags.insert(Flag::UnknownReference);
        }
        Some(checklist) if !checklist.faults(&visit.answers).is_empty() => {
            flags.insert(Flag::Incomplete);
        }
        Some(_) => {}
    }
    let visit = Visit {
        id: visit.visit,
        round: visit.round,
        checkpoint: visit.checkpoint,
        by: author(actor),
        at: context.at,
        proof: visit.proof.clone(),
        checklist: visit.checklist,
        version: visit.version,
        answers: visit.answers.clone(),
        note: visit.note.clone(),
        corrections: vec![],
        claim: None,
    };
    Decision { records: vec![Record::new(audience, Body::Visit(visit))], flags }
}

/// A visit's answers as they should have been: by whoever made the visit, or by somebody who answers for it.
fn visit_corrected(
    root: &Root,
    reads: &Reads,
    corrected: &VisitCorrected,
    actor: &Actor,
    context: &Context,
) -> Decision {
    let mut flags = BTreeSet::new();
    let Some((visit, audience)) = root.visit(corrected.visit) else {
        flags.insert(Flag::UnknownReference);
        return Decision { records: vec![], flags };
    };
    if author(actor) != visit.by && !entitled(actor, Act::SeeResults) {
        flags.insert(Flag::NotEntitled);
    }
    match reads.checklist(crate::checklists::Checklist::record_id(visit.checklist, visit.version)) {
        None => {
            flags.insert(Flag::UnknownReference);
        }
        Some(checklist) if !checklist.faults(&corrected.answers).is_empty() => {
            flags.insert(Flag::Incomplete);
        }
        Some(_) => {}
    }
    let mut visit = visit.clone();
    let changed = changed_answers(&visit.answers, &corrected.answers);
    if changed.is_empty() {
        flags.insert(Flag::AlreadyDone);
        return Decision { records: vec![], flags };
    }
    visit.answers = corrected.answers.clone();
    // Written again after an earlier one that came late, it follows that one.
    let is_this = |it: &VisitCorrection| (it.by, it.at, &it.reason) == (author(actor), context.at, &corrected.reason);
    visit.corrections.retain(|it| !is_this(it));
    visit.corrections.push(VisitCorrection {
        by: author(actor),
        at: context.at,
        reason: corrected.reason.clone(),
        changed,
    });
    Decision { records: vec![Record::new(audience, Body::Visit(visit))], flags }
}

fn changed_answers(old: &[Answer], new: &[Answer]) -> Vec<ChangedAnswer> {
    let of = |answers: &[Answer], item: &str| answers.iter().find(|answer| answer.item == item).cloned();
    let items: BTreeSet<&str> = old.iter().chain(new).map(|answer| answer.item.as_str()).collect();
    items
        .into_iter()
        .map(|item| ChangedAnswer { item: item.to_owned(), old: of(old, item), new: of(new, item) })
        .filter(|changed| changed.old != changed.new)
        .collect()
}

fn round_finished(root: &Root, finished: &RoundFinished, actor: &Actor, context: &Context) -> Decision {
    let Some((round, audience)) = root.round() else {
        return Decision { records: vec![], flags: BTreeSet::from([Flag::UnknownReference]) };
    };
    let mut flags = BTreeSet::new();
    if !entitled_to_walk(actor, round.kind, round.team) {
        flags.insert(Flag::NotEntitled);
    }
    if round.finished.is_some() {
        flags.insert(Flag::AlreadyDone);
        return Decision { records: vec![], flags };
    }
    let mut round = round.clone();
    round.finished = Some(Finish { by: author(actor), at: context.at, note: finished.note.clone() });
    Decision { records: vec![Record::new(audience, Body::Round(round))], flags }
}

fn finding_raised(root: &Root, reads: &Reads, raised: &FindingRaised, actor: &Actor, context: &Context) -> Decision {
    let mut flags = BTreeSet::new();
    if !entitled(actor, Act::ReportFindings) {
        flags.insert(Flag::NotEntitled);
    }
    if reads.get(raised.checkpoint.into()).is_none() {
        flags.insert(Flag::UnknownReference);
    }
    if root.finding().is_some() {
        flags.insert(Flag::AlreadyDone);
        return Decision { records: vec![], flags };
    }
    let finding = Finding {
        id: raised.finding,
        checkpoint: raised.checkpoint,
        source: raised.source.clone(),
        what: raised.what.clone(),
        note: raised.note.clone(),
        photos: raised.photos.clone(),
        danger: raised.danger,
        by: author(actor),
        at: context.at,
        corrected: None,
    };
    let audience = holders::of_finding(&finding.source, finding.by, reads);
    Decision { records: holders::told(audience, finding), flags }
}

fn finding_corrected(root: &Root, corrected: &FindingCorrected, actor: &Actor, context: &Context) -> Decision {
    let mut flags = BTreeSet::new();
    if !entitled(actor, Act::ReportFindings) {
        flags.insert(Flag::NotEntitled);
    }
    let Some((finding, audience)) = root.finding() else {
        flags.insert(Flag::UnknownReference);
        return Decision { records: vec![], flags };
    };
    if finding.corrected.is_some() {
        flags.insert(Flag::AlreadyDone);
        return Decision { records: vec![], flags };
    }
    let mut finding = finding.clone();
    finding.corrected = Some(Correction {
        by: author(actor),
        at: context.at,
        comment: corrected.comment.clone(),
        photos: corrected.photos.clone(),
    });
    Decision { records: holders::told(audience, finding), flags }
}

/// A word about who it was: by the person, or by somebody who oversees. Nobody else's changes anything.
fn identity_confirmed(
    root: &Root,
    reads: &Reads,
    said: &IdentityConfirmed,
    actor: &Actor,
    context: &Context,
) -> Decision {
    let IdentityConfirmed { lane, person, was_them } = *said;
    if author(actor) != person && !entitled(actor, Act::SeeResults) {
        return Decision { records: vec![], flags: BTreeSet::from([Flag::NotEntitled]) };
    }
    let (mut claim, audience) = match root.claim() {
        Some((claim, audience)) => (claim.clone(), audience),
        None => (Claim { lane, person, said: vec![] }, holders::of_person(person, reads)),
    };
    claim.said.push(Said { by: author(actor), at: context.at, was_them });
    Decision { records: vec![Record::new(audience, Body::Claim(claim))], flags: BTreeSet::new() }
}

fn rule(
    root: &Root,
    request: &Request,
    change: ChangeId,
    actor: &Actor,
    community: CommunityId,
) -> Result<Decision, Refusal> {
    // Rights as of now: who has left asks for nothing any more.
    let is_entitled = match actor {
        Actor::Person(person) | Actor::OfAnyTime(person) => {
            may_set_up(person) && !matches!(request, Request::PutAudience(_))
        }
        Actor::System => true,
    };
    if !is_entitled {
        return Err(Refusal::NotPermitted);
    }
    match request {
        Request::PutAudience(it) => {
            return Ok(Decision { records: holders::put(root, it.audience), flags: BTreeSet::new() });
        }
        Request::PutChecklist(it) => next_version(root, it.version)?,
        Request::PutPlan(it) => next_version(root, it.version)?,
        Request::PutPerson(it) => {
            builds_on_what_is_there(root, it, change)?;
            leaves_somebody_to_set_up(it, actor)?;
        }
        Request::PutCommunity(_)
        | Request::PutArea(_)
        | Request::PutCheckpoint(_)
        | Request::PutRoute(_)
        | Request::PutTeam(_)
        | Request::PutRoster(_) => {}
        #[cfg(feature = "events")]
        Request::Residents(_) => {}
    }
    Ok(Decision { records: vec![written(request, change, community)?], flags: BTreeSet::new() })
}

/// The record that a request asks for, within its bounds.
fn written(request: &Request, change: ChangeId, community: CommunityId) -> Result<Record, Refusal> {
    let (audience, body) = match request {
        Request::PutCommunity(it) if it.id != community => return Err(Refusal::NoSuchThing),
        Request::PutCommunity(it) => (Audience::Everyone, Body::Community(named(it, &it.name)?)),
        Request::PutArea(it) => (Audience::Staff, Body::Area(named(it, &it.name)?)),
        Request::PutCheckpoint(it) => (Audience::Staff, Body::Checkpoint(named(it, &it.name)?)),
        Request::PutChecklist(it) => {
            if !it.conditions_are_sound() {
                return Err(Refusal::Invalid { field: "show_if".into() });
            }
            (Audience::Staff, Body::Checklist(named(it, &it.name)?))
        }
        Request::PutRoute(it) => (Audience::Staff, Body::Route(named(it, &it.name)?)),
        Request::PutPlan(it) => {
            if it.times.iter().any(|slot| slot.minutes == 0 || slot.minutes > 24 * 60 || slot.grace > 24 * 60) {
                return Err(Refusal::Invalid { field: "times".into() });
            }
            (Audience::Staff, Body::Plan(named(it, &it.name)?))
        }
        Request::PutPerson(it) => {
            // Staff know their colleagues; a resident's name is for the desk alone. A resident's own device has it from
            // their household.
            let audience = if it.is_staff() { Audience::Staff } else { Audience::Desk };
            (audience, Body::Person(Person { revision: Some(change), ..named(it, &it.name)? }))
        }
        Request::PutTeam(it) => (Audience::Staff, Body::Team(named(it, &it.name)?)),
        Request::PutRoster(it) => (Audience::Staff, Body::Roster(named(it, &it.shift)?)),
        Request::PutAudience(_) => return Err(Refusal::NoSuchThing),
        #[cfg(feature = "events")]
        Request::Residents(_) => return Err(Refusal::NoSuchThing),
    };
    Ok(Record::new(audience, body))
}

/// Two people who change somebody at once: the second is told, instead of undoing what the first did.
fn builds_on_what_is_there(root: &Root, wish: &Person, change: ChangeId) -> Result<(), Refusal> {
    let (Some(there), Some(base)) = (root.person(), wish.revision) else { return Ok(()) };
    // On a tablet the confirmed record may be this very change's already.
    if base == there.revision() || change == there.revision() { Ok(()) } else { Err(Refusal::ChangedMeanwhile) }
}

/// Whoever takes the right to set up from somebody has it and keeps it: so the last one never loses it.
fn leaves_somebody_to_set_up(wish: &Person, actor: &Actor) -> Result<(), Refusal> {
    match actor {
        Actor::Person(asker) if asker.id == wish.id && !may_set_up(wish) => Err(Refusal::NotFromOneself),
        Actor::Person(_) | Actor::OfAnyTime(_) | Actor::System => Ok(()),
    }
}

fn named<T: Clone>(it: &T, name: &Words) -> Result<T, Refusal> {
    for words in [&name.zh, &name.en] {
        if !words.is_empty() && typed(words, NAME_MOST).is_err() {
            return Err(Refusal::Invalid { field: "name".into() });
        }
    }
    if name.zh.is_empty() && name.en.is_empty() {
        return Err(Refusal::Invalid { field: "name".into() });
    }
    Ok(it.clone())
}

fn next_version(root: &Root, version: u32) -> Result<(), Refusal> {
    let current = root.latest_version();
    if version == current + 1 { Ok(()) } else { Err(Refusal::Outdated { current }) }
}
