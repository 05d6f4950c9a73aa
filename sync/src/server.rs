//! The server's machine: admits pushed changes one by one and decides them.
//!
//! It works through [`Canon`], one transaction on the canonical records. The push route gives it the database; the
//! tests and the simulator give it memory.

use std::{
    collections::{BTreeMap, BTreeSet},
    panic::{AssertUnwindSafe, catch_unwind},
};

use domain::{
    changes::{Change, Deed, RULES, Undecodable},
    decide::{Actor, Author, Context, Decision, Side, Told, judge},
    ids::{ChangeId, CommunityId, DeviceId, LaneId, PersonId, RecordId, derived},
    people::{Person, Role, Teams},
    permissions::Proof,
    records::{Reads, Record, Root},
    time::{Contact, Interval, Moment, Stamp},
};
use subtle::ConstantTimeEq as _;

#[cfg(feature = "planted")]
use crate::planted::{self, Bug};

use crate::messages::{
    Delivery, Envelope, Hello, Hole, Identity, LaneNumber, LaneOpening, LaneTrouble, Numbered, Outcome, Placed,
    Profile, Pull, Push, PushAnswer, Receipt, Seal, Seq,
};
use crate::retold::{Later, Returned, retold};

/// The most numbers that a device may declare lost at once.
const HOLE_MOST: LaneNumber = 1_000_000;

/// The canonical records of one community, inside one transaction that holds its head.
#[expect(async_fn_in_trait, reason = "callers know the type, so they know whether its futures are `Send`")]
pub trait Canon {
    type Failure;

    /// Takes the community's lock until the transaction ends. First statement of it: no reader ever skips a number.
    async fn take_head(&mut self) -> Result<Head, Self::Failure>;
    async fn lane(&mut self, lane: LaneId) -> Result<Option<Lane>, Self::Failure>;
    async fn open_lane(&mut self, lane: &Lane) -> Result<(), Self::Failure>;
    /// The lane's last number is now `last`.
    async fn advance_lane(&mut self, lane: LaneId, last: LaneNumber) -> Result<(), Self::Failure>;
    async fn record_hole(&mut self, hole: Hole) -> Result<(), Self::Failure>;
    /// Those of these changes that have their outcome already.
    async fn logged(&mut self, ids: &[ChangeId]) -> Result<BTreeMap<ChangeId, Logged>, Self::Failure>;
    /// These roots are soon asked for: so they may be read at once.
    async fn foresee(&mut self, _roots: &[RecordId]) -> Result<(), Self::Failure> {
        Ok(())
    }
    async fn root(&mut self, id: RecordId) -> Result<Root, Self::Failure>;
    async fn reads(&mut self, ids: &[RecordId]) -> Result<Reads, Self::Failure>;
    /// These records, and the teams that they name.
    async fn reads_with_teams(&mut self, ids: &[RecordId]) -> Result<Reads, Self::Failure> {
        let mut reads = self.reads(ids).await?;
        let teams = reads.teams_named();
        if !teams.is_empty() {
            reads.extend(self.reads(&teams).await?);
        }
        Ok(reads)
    }
    async fn person(&mut self, id: PersonId) -> Result<Option<Person>, Self::Failure>;
    /// Every role that they ever had here.
    async fn roles_held(&mut self, id: PersonId) -> Result<BTreeSet<Role>, Self::Failure>;
    /// Keeps the change with its outcome, and the records that it wrote, at `entry.seq`.
    async fn log(&mut self, entry: LogEntry<'_>) -> Result<(), Self::Failure>;
    /// Whether this log lacks what that of `epoch` said at `seq`: it was restored to before it.
    async fn has_lost(&mut self, epoch: &str, seq: Seq) -> Result<bool, Self::Failure>;
    /// What was told later than `receipt` of this root's records, and has come before it all the same.
    async fn told_later(&mut self, root: RecordId, receipt: &Receipt) -> Result<Later, Self::Failure>;
    /// Whether devices still bring back what the last restore lost: from it until somebody, or the server, closes the return.
    async fn is_returning(&mut self) -> Result<bool, Self::Failure>;
    /// All that is known of this event since the restore, around `receipt`.
    async fn returned(&mut self, root: RecordId, receipt: &Receipt) -> Result<Returned, Self::Failure>;
    /// Keeps that the change logged at `seq` was decided while devices return, and that it is about the event of this root.
    async fn decided_since(&mut self, seq: Seq, root: RecordId) -> Result<(), Self::Failure>;
    /// Keeps that the change logged at `seq` was taken by its receipt, with the root that it wrote to.
    async fn honour(&mut self, seq: Seq, root: Option<RecordId>, receipt: &Receipt) -> Result<(), Self::Failure>;
    /// Signs `words` with the community's key, the same each time; a restored server has the same key.
    async fn proof(&mut self, words: &[u8]) -> Result<String, Self::Failure>;
    /// Signs `words` so that a device knows it by the community's public key (Ed25519, RFC 8032).
    async fn sign(&mut self, words: &[u8]) -> Result<[u8; 64], Self::Failure>;
}

#[derive(Clone, Debug)]
pub struct Head {
    pub epoch: String,
    pub seq: Seq,
}

/// A lane as the server keeps it: this is where a change's actor comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lane {
    pub id: LaneId,
    pub device: DeviceId,
    pub person: PersonId,
    pub last: LaneNumber,
    /// How its device said that it knew the person; a session the server itself asks for at each push.
    pub identity: Identity,
}

/// A change that has its outcome.
#[derive(Clone, Debug)]
pub struct Logged {
    pub seq: Seq,
    pub outcome: Outcome,
    /// Nobody where the server itself made it.
    pub person: Option<PersonId>,
    /// The bytes that were decided.
    pub envelope: String,
    /// The number that was told with it, as [`LogEntry::number`].
    pub number: Option<u32>,
}

impl Logged {
    /// Whether it is what `placed` says in the name of `person`: its outcome is told to nobody else and for no other bytes.
    fn is(&self, placed: &Placed, person: PersonId) -> bool {
        #[cfg(feature = "planted")]
        if planted::is(Bug::IdAloneIsTheChange) {
            return true;
        }
        self.person == Some(person) && self.envelope == placed.change.get()
    }
}

pub struct LogEntry<'a> {
    pub seq: Seq,
    pub lane: LaneId,
    pub n: LaneNumber,
    pub id: ChangeId,
    pub kind: &'a str,
    /// The bytes that the author's device made.
    pub envelope: &'a str,
    pub person: Option<PersonId>,
    pub at: Interval,
    pub received: Moment,
    pub rules: u32,
    pub outcome: &'a Outcome,
    /// The number of the party that it asks places for, where that is certain: while devices return somebody may have been told
    /// the same.
    pub number: Option<u32>,
    pub records: &'a [Record],
}

/// The device whose credential came with the push.
#[derive(Clone, Copy, Debug)]
pub struct Sender {
    pub device: DeviceId,
    pub profile: Profile,
    pub community: CommunityId,
    pub enrolled_by: PersonId,
    /// True once somebody who oversees has said that this shared tablet is the community's.
    pub confirmed: bool,
    /// Whose session came with the push and lives.
    pub session: Option<PersonId>,
}

impl Sender {
    /// What shows that work of `person`, whom the device knew by `identity`, is theirs.
    pub fn proof(&self, person: PersonId, identity: Identity) -> Proof {
        #[cfg(feature = "planted")]
        if planted::is(Bug::TheTabletsWordIsProof) && identity != Identity::Claimed {
            return Proof::Session;
        }
        let speaks_for_them = self.confirmed || self.enrolled_by == person;
        match (identity, self.profile) {
            (Identity::Claimed, _) => Proof::PickedName,
            (Identity::Session, _) if self.session == Some(person) => Proof::Session,
            (Identity::SignedIn | Identity::Pin, Profile::Personal { .. }) => Proof::Session,
            (_, Profile::Shared) if !speaks_for_them => Proof::PickedName,
            (_, Profile::Shared) if self.session == Some(person) => Proof::Session,
            (_, Profile::Shared | Profile::Personal { .. }) => Proof::Pin,
        }
    }
}

/// Takes everything that a device sent, in one transaction.
///
/// # Errors
/// The canon's own failure; the caller rolls back, nothing is consumed and the device sends it again.
pub async fn push<C: Canon>(
    canon: &mut C,
    sender: &Sender,
    push: &Push,
    received: Moment,
) -> Result<PushAnswer, C::Failure> {
    let head = canon.take_head().await?;
    let mut seq = head.seq;
    let mut answer = PushAnswer { server: received, epoch: head.epoch, outcomes: vec![], lanes: vec![] };
    // Whatever follows a change that was not taken would come before it.
    let mut halted = BTreeSet::new();
    // Its device mends a forked lane at once. What it saved after that may build on it, whoever did, and comes with it.
    let mut is_forked = false;
    let mut lanes = open_lanes(canon, sender, &push.lanes, &mut answer, &mut halted).await?;
    let begun = lanes.clone();
    for hole in &push.holes {
        if let Some(lane) = lanes.get_mut(&hole.lane)
            && !halted.contains(&lane.id)
            && hole.from == lane.last + 1
            && (hole.from..=hole.from.saturating_add(HOLE_MOST)).contains(&hole.to)
        {
            canon.record_hole(*hole).await?;
            lane.last = hole.to;
        }
    }
    let delivered = Contact { server: received, clocks: push.clocks };
    let ids: Vec<ChangeId> = push.changes.iter().map(|placed| placed.id).collect();
    let mut known = canon.logged(&ids).await?;
    let opened: Vec<Opened> = push.changes.iter().map(Opened::read).collect();
    let deeds = || opened.iter().filter_map(|opened| Some(&opened.change.as_ref().ok()?.deed));
    let roots = deeds().map(|deed| deed.root(sender.community)).chain(deeds().filter_map(Deed::sign));
    canon.foresee(&roots.collect::<Vec<_>>()).await?;
    for (placed, opened) in push.changes.iter().zip(opened) {
        let Some(lane) = lanes.get_mut(&placed.lane) else {
            trouble(&mut answer, LaneTrouble::NotYours { lane: placed.lane });
            continue;
        };
        if halted.contains(&lane.id) {
            continue;
        }
        // Under an id that somebody's other bytes have, these are a change of their own.
        let is_other = known.get(&placed.id).is_some_and(|logged| !logged.is(placed, lane.person));
        let id = if is_other { own_id(sender.community, placed, lane.person) } else { placed.id };
        if is_other && !known.contains_key(&id) {
            known.extend(canon.logged(&[id]).await?);
        }
        match admit(lane, placed, known.get(&id).cloned()) {
            Admission::Repeat { logged, consumes } => {
                if consumes {
                    lane.last = placed.n;
                }
                let delivery = delivery(canon, sender, lane, placed, &answer.epoch, logged).await?;
                answer.outcomes.push(delivery);
            }
            Admission::Decide if is_forked => {
                halted.insert(lane.id);
            }
            Admission::Decide => {
                seq += 1;
                let (outcome, number) =
                    settle(canon, sender, lane, Sent { id, placed, opened }, delivered, seq).await?;
                #[cfg(feature = "planted")]
                let spared = planted::is(Bug::RefusalConsumesNothing) && matches!(outcome, Outcome::Refused { .. });
                #[cfg(not(feature = "planted"))]
                let spared = false;
                if !spared {
                    lane.last = placed.n;
                }
                let envelope = placed.change.get().to_owned();
                let logged = Logged { seq, outcome, person: Some(lane.person), envelope, number };
                #[cfg(feature = "planted")]
                let is_forgotten = planted::is(Bug::TwiceInOnePush);
                #[cfg(not(feature = "planted"))]
                let is_forgotten = false;
                if !is_forgotten {
                    known.insert(id, logged.clone());
                }
                let delivery = delivery(canon, sender, lane, placed, &answer.epoch, logged).await?;
                answer.outcomes.push(delivery);
            }
            Admission::Trouble(found) => {
                is_forked |= matches!(found, LaneTrouble::Forked { .. });
                halted.insert(lane.id);
                trouble(&mut answer, found);
            }
        }
    }
    for lane in lanes.values().filter(|lane| begun.get(&lane.id) != Some(lane)) {
        canon.advance_lane(lane.id, lane.last).await?;
    }
    Ok(answer)
}

/// The id under which bytes are kept whose own id is another change's already: told from those by their author and hash.
fn own_id(community: CommunityId, placed: &Placed, person: PersonId) -> ChangeId {
    let bytes = placed.change.get().as_bytes();
    ChangeId(derived(&[b"other bytes", community.0.as_bytes(), placed.id.0.as_bytes(), person.0.as_bytes(), bytes]))
}

/// What a change says, as far as it can be read.
struct Opened {
    kind: String,
    at: Option<Stamp>,
    change: Result<Change, Undecodable>,
}

impl Opened {
    fn read(placed: &Placed) -> Self {
        let bytes = placed.change.get();
        let envelope = Envelope::read(bytes);
        let kind = envelope.as_ref().map(|envelope| envelope.kind.clone()).unwrap_or_default();
        let at = envelope.as_ref().ok().map(|envelope| envelope.at);
        let change = envelope.and_then(|envelope| {
            let same = envelope.id == placed.id;
            if same {
                envelope.open()
            } else {
                Err(Undecodable::Malformed { detail: "another id than its place".into() })
            }
        });
        Self { kind, at, change }
    }
}

/// What to do with a change by its number.
enum Admission {
    Decide,
    /// It has its outcome already; `consumes` where its number is new because its lane was renumbered.
    Repeat {
        logged: Logged,
        consumes: bool,
    },
    Trouble(LaneTrouble),
}

fn admit(lane: &Lane, placed: &Placed, logged: Option<Logged>) -> Admission {
    let is_next = placed.n == lane.last + 1;
    match logged {
        Some(logged) => Admission::Repeat { logged, consumes: is_next },
        #[cfg(feature = "planted")]
        None if placed.n <= lane.last && planted::is(Bug::DoneByNumberOnly) => Admission::Repeat {
            logged: Logged {
                seq: 1,
                outcome: Outcome::Accepted { flags: BTreeSet::new() },
                person: Some(lane.person),
                envelope: String::new(),
                number: None,
            },
            consumes: false,
        },
        None if is_next => Admission::Decide,
        None if placed.n <= lane.last => Admission::Trouble(LaneTrouble::Forked { lane: lane.id }),
        None => Admission::Trouble(LaneTrouble::Gap { lane: lane.id, after: lane.last }),
    }
}

fn trouble(answer: &mut PushAnswer, found: LaneTrouble) {
    if !answer.lanes.contains(&found) {
        answer.lanes.push(found);
    }
}

/// What is told of a change, with the server's signature: whose it is, its bytes, its outcome, and the number of its party. What
/// has another change's id is told and not proven.
async fn delivery<C: Canon>(
    canon: &mut C,
    sender: &Sender,
    lane: &Lane,
    placed: &Placed,
    epoch: &str,
    logged: Logged,
) -> Result<Delivery, C::Failure> {
    let Logged { seq, outcome, number, .. } = logged;
    let Placed { lane: of, n, id, .. } = *placed;
    let (mut proof, mut numbered) = (None, None);
    if outcome != another_has_its_id() {
        proof = Some(signature(canon, sender, lane, placed, epoch, seq, &outcome).await?);
        if let Some(number) = number {
            let proof = signature_of_number(canon, sender, lane, placed, epoch, number).await?;
            numbered = Some(Numbered { number, proof });
        }
    }
    Ok(Delivery { lane: of, n, id, seq, outcome, proof, number: numbered, epoch: String::new() })
}

async fn signature_of_number<C: Canon>(
    canon: &mut C,
    sender: &Sender,
    lane: &Lane,
    placed: &Placed,
    epoch: &str,
    number: u32,
) -> Result<String, C::Failure> {
    let words = ("number", sender.community, lane.person, placed.id, epoch, number);
    canon.proof(&serde_json::to_vec(&words).expect("a number is plain data")).await
}

async fn signature<C: Canon>(
    canon: &mut C,
    sender: &Sender,
    lane: &Lane,
    placed: &Placed,
    epoch: &str,
    seq: Seq,
    outcome: &Outcome,
) -> Result<String, C::Failure> {
    use sha2::{Digest, Sha256};
    let bytes = domain::tags::to_hex(&Sha256::digest(placed.change.get()));
    let author = lane.person;
    #[cfg(feature = "planted")]
    let author = if planted::is(Bug::AnybodysReceipt) { PersonId(uuid::Uuid::nil()) } else { author };
    let words = ("receipt", sender.community, author, placed.id, bytes, epoch, seq, outcome);
    canon.proof(&serde_json::to_vec(&words).expect("a receipt is plain data")).await
}

/// What becomes of bytes whose id is another change's.
fn another_has_its_id() -> Outcome {
    Outcome::Quarantined { undecodable: Undecodable::Malformed { detail: "another change has its id".into() } }
}

/// The number that its party had been given by the server that gave the receipt, if that is genuine.
async fn number_told<C: Canon>(
    canon: &mut C,
    sender: &Sender,
    lane: &Lane,
    placed: &Placed,
    receipt: &Receipt,
) -> Result<Option<u32>, C::Failure> {
    #[cfg(feature = "planted")]
    if planted::is(Bug::NumberGivenAnew) {
        return Ok(None);
    }
    let Some(Numbered { number, proof }) = &receipt.number else { return Ok(None) };
    let genuine = signature_of_number(canon, sender, lane, placed, &receipt.epoch, *number).await?;
    let is_genuine: bool = genuine.as_bytes().ct_eq(proof.as_bytes()).into();
    Ok(is_genuine.then_some(*number))
}

/// The outcome that the change had before, if its receipt is genuine and of a log that is lost here: what this log still has
/// would have been found in it.
async fn honoured<C: Canon>(
    canon: &mut C,
    sender: &Sender,
    lane: &Lane,
    placed: &Placed,
) -> Result<Option<Outcome>, C::Failure> {
    let Some(receipt) = &placed.receipt else { return Ok(None) };
    if !canon.has_lost(&receipt.epoch, receipt.seq).await? {
        return Ok(None);
    }
    let genuine = signature(canon, sender, lane, placed, &receipt.epoch, receipt.seq, &receipt.outcome).await?;
    let is_genuine: bool = genuine.as_bytes().ct_eq(receipt.proof.as_bytes()).into();
    Ok(is_genuine.then(|| receipt.outcome.clone()))
}

async fn open_lanes<C: Canon>(
    canon: &mut C,
    sender: &Sender,
    openings: &[LaneOpening],
    answer: &mut PushAnswer,
    halted: &mut BTreeSet<LaneId>,
) -> Result<BTreeMap<LaneId, Lane>, C::Failure> {
    let mut lanes = BTreeMap::new();
    for opening in openings {
        let lane = match canon.lane(opening.lane).await? {
            Some(lane) if lane.device == sender.device && lane.person == opening.person => lane,
            #[cfg(feature = "planted")]
            Some(lane) if planted::is(Bug::AnybodysLane) => lane,
            Some(_) => {
                trouble(answer, LaneTrouble::NotYours { lane: opening.lane });
                continue;
            }
            None => {
                let may_open = match sender.profile {
                    Profile::Personal { person } => person == opening.person,
                    // Somebody who has left, or has another role now, may still have work on the tablet; each change is
                    // judged by itself.
                    Profile::Shared => canon.person(opening.person).await?.is_some(),
                };
                if !may_open {
                    trouble(answer, LaneTrouble::NotYours { lane: opening.lane });
                    continue;
                }
                let lane = Lane {
                    id: opening.lane,
                    device: sender.device,
                    person: opening.person,
                    last: 0,
                    identity: opening.identity(),
                };
                if may_write(sender, &lane) {
                    canon.open_lane(&lane).await?;
                }
                lane
            }
        };
        if !may_write(sender, &lane) {
            trouble(answer, LaneTrouble::SignInFirst { lane: lane.id });
            halted.insert(lane.id);
        }
        lanes.insert(lane.id, lane);
    }
    Ok(lanes)
}

/// What takes a session is taken while it lives.
fn may_write(sender: &Sender, lane: &Lane) -> bool {
    #[cfg(feature = "planted")]
    if planted::is(Bug::SessionAskedForOnce) && lane.last > 0 {
        return true;
    }
    lane.identity != Identity::Session || sender.session == Some(lane.person)
}

/// A change as it was sent, and the id under which it is kept.
struct Sent<'a> {
    id: ChangeId,
    placed: &'a Placed,
    opened: Opened,
}

/// Decides one change and keeps it with its outcome, whatever that is.
async fn settle<C: Canon>(
    canon: &mut C,
    sender: &Sender,
    lane: &Lane,
    sent: Sent<'_>,
    delivered: Contact,
    seq: Seq,
) -> Result<(Outcome, Option<u32>), C::Failure> {
    let Sent { id, placed, opened: Opened { kind, at, change } } = sent;
    let at = at.map_or(Interval::exactly(delivered.server), |at| at.interval(delivered));
    #[cfg(feature = "planted")]
    let at = if planted::is(Bug::LatestUsedAsTheTime) { Interval::exactly(at.latest) } else { at };
    let told = honoured(canon, sender, lane, placed).await?;
    let receipt = placed.receipt.as_ref().filter(|_| told.is_some());
    let number_told = match receipt {
        Some(receipt) => number_told(canon, sender, lane, placed, receipt).await?,
        None => None,
    };
    let mut root_of_change = None;
    let mut decided_since = None;
    let mut number = None;
    let (outcome, records) = match change {
        _ if id != placed.id && told.is_none() => (another_has_its_id(), vec![]),
        Err(undecodable) => (Outcome::Quarantined { undecodable }, vec![]),
        Ok(change) => {
            let root_id = change.deed.root(sender.community);
            let root = canon.root(root_id).await?;
            #[cfg(feature = "planted")]
            let root = if planted::is(Bug::CapacityDecidedOnTheDevice) {
                planted::as_a_phone_knows_it(root, &change)
            } else {
                root
            };
            let returning = change.deed.is_of_an_event() && canon.is_returning().await?;
            let later = match receipt {
                Some(receipt) if returning => {
                    Later { returned: Some(canon.returned(root_id, receipt).await?), ..Later::default() }
                }
                Some(receipt) => canon.told_later(root_id, receipt).await?,
                None => Later::default(),
            };
            root_of_change = Some(root_id);
            decided_since = (returning && receipt.is_none()).then_some(root_id);
            #[cfg(feature = "planted")]
            let returning = returning && !planted::is(Bug::OfferedWhileTheyReturn);
            let reads = canon.reads_with_teams(&later.reads(&change, sender.community, lane.person)).await?;
            let author = author(canon, lane.person, sender.proof(lane.person, lane.identity), lane.id).await?;
            let (community, now) = (sender.community, delivered.server);
            let context = Context { community, side: Side::Server, at, now, decided: now, returning };
            let there = receipt.map(|_| root.clone()).unwrap_or_default();
            let (outcome, records) = match told {
                #[cfg(feature = "planted")]
                None if planted::is(Bug::PromotedTwice) => {
                    let (outcome, mut records) = decided(|| judge(&root, &reads, &change, &author, &context));
                    planted::promoted_twice(&root, &change, &mut records);
                    (outcome, records)
                }
                None => decided(|| judge(&root, &reads, &change, &author, &context)),
                // Nothing is decided twice: what was told stands, and what it wrote is written again.
                Some(Outcome::Accepted { flags }) => decided(|| {
                    let told = Told { flags, number: number_told, ..Told::default() };
                    let records = retold(root, &reads, &change, &told, &author, &context, &later);
                    Ok(Decision { records, flags: told.flags })
                }),
                Some(told @ (Outcome::Refused { .. } | Outcome::Quarantined { .. })) => (told, vec![]),
            };
            if let Outcome::Accepted { .. } = outcome {
                number = match returning {
                    true => number_told,
                    false => change.deed.number_among(records.iter().chain(&there.records)),
                };
            }
            (outcome, records)
        }
    };
    let records = signed(canon, records).await?;
    canon
        .log(LogEntry {
            seq,
            lane: lane.id,
            n: placed.n,
            id,
            kind: &kind,
            envelope: placed.change.get(),
            person: Some(lane.person),
            at,
            received: delivered.server,
            rules: RULES,
            outcome: &outcome,
            number,
            records: &records,
        })
        .await?;
    if let Some(receipt) = receipt {
        canon.honour(seq, root_of_change, receipt).await?;
    }
    if let (Some(root), Outcome::Accepted { .. }) = (decided_since, &outcome) {
        canon.decided_since(seq, root).await?;
    }
    Ok((outcome, number))
}

/// The records as they are kept: the rules have no key, so what a door must know without a network is signed here.
///
/// # Errors
/// The canon's own failure.
pub async fn signed<C: Canon>(canon: &mut C, mut records: Vec<Record>) -> Result<Vec<Record>, C::Failure> {
    for record in &mut records {
        if let Some(words) = record.body.to_sign() {
            record.body.sign(&canon.sign(words.as_bytes()).await?);
        }
    }
    Ok(records)
}

/// A rule that panics quarantines its change; the others go on.
pub fn decided(
    decide: impl FnOnce() -> Result<domain::decide::Decision, domain::refusal::Refusal>,
) -> (Outcome, Vec<Record>) {
    match catch_unwind(AssertUnwindSafe(decide)) {
        Ok(Ok(decision)) => (Outcome::Accepted { flags: decision.flags }, decision.records),
        Ok(Err(refusal)) => (Outcome::Refused { refusal }, vec![]),
        Err(_) => {
            let undecodable = Undecodable::Malformed { detail: "the rule failed".into() };
            (Outcome::Quarantined { undecodable }, vec![])
        }
    }
}

/// Whoever wrote in `lane`, with what shows it and what they ever had a right to.
///
/// # Errors
/// The canon's own failure.
pub async fn author<C: Canon>(
    canon: &mut C,
    person: PersonId,
    proof: Proof,
    lane: LaneId,
) -> Result<Author, C::Failure> {
    let known = canon.person(person).await?.unwrap_or_else(|| nobody(person));
    let roles_held = canon.roles_held(person).await?;
    #[cfg(feature = "planted")]
    let roles_held = if planted::is(Bug::NeverAllowedAndWritten) { Role::ALL.into() } else { roles_held };
    Ok(Author { actor: Actor::Person(known), proof, lane, roles_held })
}

/// Somebody whose record is gone: they may do nothing, and what they did is kept and flagged.
pub fn nobody(id: PersonId) -> Person {
    Person { id, name: Default::default(), roles: vec![], teams: vec![], left: None, revision: None }
}

/// The moment before which everything that was made on the device has arrived, as far as a hello received at `now` shows it:
/// the earliest at which it can have been said, for it may have been long on its way.
pub fn sealed(known: &[Seal], said: &Hello, now: Moment) -> Option<Moment> {
    #[cfg(feature = "planted")]
    if planted::is(Bug::SealedTooSoon) {
        return Some(now);
    }
    let stamp = Stamp { clocks: said.clocks, contact: Some(said.contact?) };
    let earliest = stamp.interval(Contact { server: now, clocks: said.clocks }).earliest;
    #[cfg(feature = "planted")]
    if planted::is(Bug::SessionHoldsUpASeal) && said.waiting > 0 {
        return None;
    }
    (said.waiting == said.to_sign_in && is_complete(known, &said.seals)).then_some(earliest)
}

/// Whether what a device vouches for is all that it ever made, and all of it is here.
///
/// A lane that the server knows and the device does not mention was lost with whatever waited in it: that vouches for nothing.
/// What waits for a session is no field work, and holds up no seal.
fn is_complete(known: &[Seal], vouched: &[Seal]) -> bool {
    let last = |seals: &[Seal], lane| seals.iter().find(|seal| seal.lane == lane).map(|seal| seal.last);
    let of_field_work = |seals: &[Seal]| seals.iter().filter(|seal| !seal.session).copied().collect::<Vec<_>>();
    of_field_work(vouched).iter().all(|seal| last(known, seal.lane).unwrap_or(0) == seal.last)
        && of_field_work(known).iter().all(|seal| last(vouched, seal.lane) == Some(seal.last))
}

/// Whether whoever asks builds their view anew: it is of another epoch or of other audiences, or it stands at a place that this log
/// never had, because its end was lost and nobody has said so by another epoch. A reader that may lag behind must not say the last.
pub fn must_rebuild(pull: &Pull, epoch: &str, view: &str, head: Seq) -> bool {
    pull.epoch != epoch || pull.view != view || !(0..=head).contains(&pull.cursor)
}

/// The rows of one page out of rows with `seq > cursor` in order, of which `fetched` were asked for: never splits a `seq`.
///
/// Returns how many of them belong to the page and whether more follow.
pub fn page_end(seqs: &[Seq], most: usize) -> (usize, bool) {
    #[cfg(feature = "planted")]
    if planted::is(Bug::PageSplitsASeq) {
        return (seqs.len().min(most), seqs.len() > most);
    }
    if seqs.len() <= most {
        return (seqs.len(), false);
    }
    let next = seqs[most];
    let end = seqs.partition_point(|seq| *seq < next);
    (end, true)
}

/// The audiences whose records the device may pull. `households` are those that its owner is a member of now.
pub fn audiences(
    profile: Profile,
    owner: Option<&Person>,
    teams: &Teams,
    households: &[domain::ids::HouseholdId],
) -> BTreeSet<domain::records::Audience> {
    #[cfg(feature = "planted")]
    let nobodys = Teams { contractors: BTreeSet::new(), ..teams.clone() };
    #[cfg(feature = "planted")]
    let teams = if planted::is(Bug::AContractorsAreOwnStaff) { &nobodys } else { teams };
    match (profile, owner) {
        (Profile::Shared, _) => domain::permissions::audiences_of_shared_device(teams),
        (Profile::Personal { .. }, Some(person)) => domain::permissions::audiences_of(person, teams, households),
        (Profile::Personal { .. }, None) => BTreeSet::new(),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn seals(lasts: &[(u128, i64)]) -> Vec<Seal> {
        lasts.iter().map(|(lane, last)| Seal::new(LaneId(Uuid::from_u128(*lane)), *last)).collect()
    }

    #[test]
    fn a_device_is_sealed_only_when_every_lane_is_here_to_its_end() {
        for (known, vouched, expected) in [
            (&[][..], &[][..], true),
            (&[(1, 3)], &[(1, 3)], true),
            (&[(1, 3)], &[(1, 3), (2, 0)], true),
            (&[(1, 3)], &[(1, 4)], false),
            (&[(1, 3)], &[(1, 3), (2, 1)], false),
            (&[(1, 3)], &[], false),
        ] {
            assert_eq!(is_complete(&seals(known), &seals(vouched)), expected, "{known:?} {vouched:?}");
        }
    }
}
