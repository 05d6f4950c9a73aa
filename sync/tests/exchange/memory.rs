//! Canonical records in memory, behind the same `push` that the server's route calls.

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
};

use domain::{
    ids::{ChangeId, CommunityId, DeviceId, LaneId, PersonId, RecordId, TeamId},
    people::{Person, Role, Teams},
    photos::{PhotoFault, PhotoHash},
    records::{Audience, Body, Reads, Record, Root},
    text::Words,
    time::{Interval, Moment},
};
use ed25519_dalek::{Signer, SigningKey};
use futures::executor::block_on;
use sync::{
    messages::{
        Enrolled, Envelope, HandOver, HandOverAnswer, Hello, HelloAnswer, Hole, Identity, LaneNumber, Outcome, Page,
        PhotoAnswer, Profile, Pull, PullAnswer, Push, PushAnswer, Receipt, Row, Seal, Seq, view_key,
    },
    retold::{Later, Retold, Returned},
    server::{Canon, Head, Lane, LogEntry, Logged, Sender, audiences, must_rebuild, page_end, push},
};
use uuid::Uuid;

pub const COMMUNITY: CommunityId = CommunityId(Uuid::from_u128(1));
pub const TEAM: TeamId = TeamId(Uuid::from_u128(2));

pub fn guard(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(100 + n))
}

pub fn device(n: u128) -> DeviceId {
    DeviceId(Uuid::from_u128(200 + n))
}

#[derive(Clone)]
pub struct Memory {
    pub epoch: String,
    pub seq: Seq,
    pub lanes: BTreeMap<LaneId, Lane>,
    pub holes: Vec<Hole>,
    pub log: BTreeMap<ChangeId, (Logged, LaneId, LaneNumber, Moment)>,
    pub records: BTreeMap<RecordId, (Seq, Record)>,
    pub roles_held: BTreeMap<PersonId, BTreeSet<Role>>,
    pub page_rows: usize,
    /// How often each photo was put.
    pub photos: BTreeMap<PhotoHash, usize>,
    /// What was handed over: key and content.
    pub custody: BTreeMap<String, String>,
    pub retired: BTreeSet<DeviceId>,
    pub access: i64,
    /// Who is signed in on which tablet.
    pub sessions: BTreeMap<DeviceId, PersonId>,
    /// Whether the tablets are confirmed; whoever enrolled them is guard 1.
    pub confirmed: bool,
    pub hellos: Cell<usize>,
    pub honoured: Vec<(Seq, Option<RecordId>, Receipt)>,
    /// Where the log stood when this epoch began.
    pub restored_at: Seq,
    /// Nobody has closed the return that began then.
    pub returning: bool,
    /// The records as the backup held them.
    base: BTreeMap<RecordId, (Seq, Record)>,
    since: Vec<(Seq, RecordId)>,
    /// The number of the party that asked by each change.
    given: BTreeMap<Seq, u32>,
}

impl Memory {
    pub fn put_photo(&mut self, hash: PhotoHash, bytes: &[u8]) -> PhotoAnswer {
        if bytes.is_empty() {
            return PhotoAnswer::Refused { why: PhotoFault::Empty };
        }
        assert_eq!(PhotoHash::of(bytes), hash, "no photo is sent as another");
        *self.photos.entry(hash).or_default() += 1;
        PhotoAnswer::Kept
    }

    pub fn take_over(&mut self, sent: &HandOver, server: Moment) -> HandOverAnswer {
        self.custody.extend(sent.items.iter().map(|handed| (handed.key.clone(), handed.content.clone())));
        let kept = sent.items.iter().map(|handed| handed.key.clone()).collect();
        HandOverAnswer { server, epoch: self.epoch.clone(), kept }
    }

    /// A community with a supervisor (guard 0), guards 1 to 5 and a cleaner (guard 6).
    pub fn new() -> Self {
        let mut memory = Self {
            epoch: "first".into(),
            seq: 1,
            lanes: BTreeMap::new(),
            holes: vec![],
            log: BTreeMap::new(),
            records: BTreeMap::new(),
            roles_held: BTreeMap::new(),
            page_rows: 7,
            photos: BTreeMap::new(),
            custody: BTreeMap::new(),
            retired: BTreeSet::new(),
            access: 0,
            sessions: BTreeMap::new(),
            confirmed: true,
            hellos: Cell::new(0),
            honoured: vec![],
            restored_at: Seq::MAX,
            returning: false,
            base: BTreeMap::new(),
            since: vec![],
            given: BTreeMap::new(),
        };
        for n in 0..=6 {
            let role = match n {
                0 => Role::Manager,
                6 => Role::Cleaner,
                _ => Role::Guard,
            };
            let person = Person {
                id: guard(n),
                name: Words::new("某", "Somebody"),
                roles: vec![role],
                teams: vec![TEAM],
                left: None,
                revision: None,
            };
            memory.put(Record::new(Audience::Staff, Body::Person(person)));
        }
        memory
    }

    /// This copy takes the server's place.
    pub fn is_restored(&mut self, epoch: &str) {
        self.epoch = epoch.into();
        self.restored_at = self.seq;
        self.honoured.clear();
        self.returning = true;
        self.base = self.records.clone();
        self.since.clear();
    }

    pub fn put(&mut self, record: Record) {
        if let Body::Person(person) = &record.body {
            self.roles_held.entry(person.id).or_default().extend(&person.roles);
        }
        self.records.insert(record.id, (self.seq, record));
    }

    /// Takes somebody's roles away.
    pub fn demote(&mut self, person: PersonId) {
        let Some((_, record)) = self.records.get(&person.into()).cloned() else { return };
        let Body::Person(person) = record.body else { return };
        self.put(Record::new(record.audience, Body::Person(Person { roles: vec![Role::Cleaner], ..person })));
    }

    /// Honoured changes of a root with the numbers that they were told as, in that order.
    fn told(&self, root: RecordId) -> Vec<(Seq, Retold)> {
        let of_root = self.honoured.iter().filter(|(_, of, _)| *of == Some(root));
        let mut told: Vec<_> = of_root
            .filter_map(|(seq, _, receipt)| {
                let number = self.log.values().find(|kept| kept.0.seq == *seq)?.0.number;
                Some((receipt.seq, Retold { number, ..self.retold(*seq)? }))
            })
            .collect();
        told.sort_by_key(|(seq, _)| *seq);
        told
    }

    /// The accepted change at `seq`.
    fn retold(&self, seq: Seq) -> Option<Retold> {
        let (logged, lane, _, received) = self.log.values().find(|kept| kept.0.seq == seq)?;
        let Outcome::Accepted { flags } = &logged.outcome else { return None };
        Some(Retold {
            envelope: logged.envelope.clone(),
            person: logged.person,
            lane: *lane,
            at: Interval::exactly(*received),
            decided: *received,
            flags: flags.clone(),
            number: self.given.get(&seq).copied(),
        })
    }

    pub fn push(&mut self, device: DeviceId, message: &Push, now: Moment) -> PushAnswer {
        let sender = Sender {
            device,
            profile: Profile::Shared,
            community: COMMUNITY,
            enrolled_by: guard(1),
            confirmed: self.confirmed,
            session: self.sessions.get(&device).copied(),
        };
        match block_on(push(self, &sender, message, now)) {
            Ok(answer) => answer,
            Err(never) => match never {},
        }
    }

    pub fn hello(&self, device: DeviceId, _hello: &Hello, now: Moment) -> HelloAnswer {
        self.hellos.set(self.hellos.get() + 1);
        HelloAnswer {
            server: now,
            enrolled: Enrolled {
                device,
                name: "tablet".into(),
                profile: Profile::Shared,
                community: COMMUNITY,
                community_name: Words::default(),
                person: guard(1),
                confirmed: self.confirmed,
                evicted: None,
            },
            epoch: self.epoch.clone(),
            head: self.seq,
            unlocks: vec![],
            access: self.access,
            lanes: self
                .lanes
                .values()
                .filter(|lane| lane.device == device)
                .map(|lane| Seal { session: lane.identity == Identity::Session, ..Seal::new(lane.id, lane.last) })
                .collect(),
        }
    }

    pub fn audiences(&self) -> BTreeSet<Audience> {
        audiences(Profile::Shared, None, &Teams { all: [TEAM].into(), ..Teams::default() }, &[])
    }

    pub fn pull(&self, pull: &Pull) -> PullAnswer {
        let view = view_key(&self.audiences());
        if must_rebuild(pull, &self.epoch, &view, self.seq) {
            return PullAnswer::Rebuild { epoch: self.epoch.clone(), view };
        }
        let head = self.seq;
        let mut rows: Vec<Row> = self
            .records
            .values()
            .filter(|(seq, record)| *seq > pull.cursor && self.audiences().contains(&record.audience))
            .map(|(seq, record)| Row::of(record, *seq))
            .collect();
        rows.sort_by_key(|row| row.seq);
        let seqs: Vec<Seq> = rows.iter().map(|row| row.seq).collect();
        let (mut end, more) = page_end(&seqs, self.page_rows);
        if end == 0 && more {
            end = seqs.partition_point(|seq| *seq == seqs[0]);
        }
        rows.truncate(end);
        let more = end < seqs.len();
        let cursor = if more { rows.last().map_or(head, |row| row.seq) } else { head };
        PullAnswer::Page(Page {
            epoch: self.epoch.clone(),
            view,
            cursor,
            after: Some(pull.cursor),
            head: Some(head),
            more,
            rows,
            departures: vec![],
            access: self.access,
        })
    }
}

impl Canon for Memory {
    type Failure = Infallible;

    async fn take_head(&mut self) -> Result<Head, Infallible> {
        Ok(Head { epoch: self.epoch.clone(), seq: self.seq })
    }
    async fn lane(&mut self, lane: LaneId) -> Result<Option<Lane>, Infallible> {
        Ok(self.lanes.get(&lane).copied())
    }
    async fn open_lane(&mut self, lane: &Lane) -> Result<(), Infallible> {
        self.lanes.insert(lane.id, *lane);
        Ok(())
    }
    async fn advance_lane(&mut self, lane: LaneId, last: LaneNumber) -> Result<(), Infallible> {
        self.lanes.entry(lane).and_modify(|lane| lane.last = last);
        Ok(())
    }
    async fn record_hole(&mut self, hole: Hole) -> Result<(), Infallible> {
        self.holes.push(hole);
        Ok(())
    }
    async fn logged(&mut self, ids: &[ChangeId]) -> Result<BTreeMap<ChangeId, Logged>, Infallible> {
        let kept = ids.iter().filter_map(|id| self.log.get(id).map(|(logged, ..)| (*id, logged.clone())));
        Ok(kept.collect())
    }
    async fn root(&mut self, id: RecordId) -> Result<Root, Infallible> {
        let of_root = self.records.values().map(|(_, record)| record).filter(|record| record.root == id);
        Ok(Root { records: of_root.cloned().collect() })
    }
    async fn reads(&mut self, ids: &[RecordId]) -> Result<Reads, Infallible> {
        Ok(ids.iter().filter_map(|id| self.records.get(id)).map(|(_, record)| record.clone()).collect())
    }
    async fn person(&mut self, id: PersonId) -> Result<Option<Person>, Infallible> {
        Ok(self.records.get(&id.into()).and_then(|(_, record)| match &record.body {
            Body::Person(person) => Some(person.clone()),
            _ => None,
        }))
    }
    async fn roles_held(&mut self, id: PersonId) -> Result<BTreeSet<Role>, Infallible> {
        Ok(self.roles_held.get(&id).cloned().unwrap_or_default())
    }
    async fn has_lost(&mut self, epoch: &str, seq: Seq) -> Result<bool, Infallible> {
        Ok(epoch != self.epoch && seq > self.restored_at)
    }
    async fn told_later(&mut self, root: RecordId, receipt: &Receipt) -> Result<Later, Infallible> {
        let told = self.told(root).into_iter().filter(|(seq, _)| *seq > receipt.seq);
        let anew = self.records.values().filter(|(seq, record)| {
            record.root == root && *seq > self.restored_at && !self.honoured.iter().any(|(at, ..)| at == seq)
        });
        let anew = anew.map(|(_, record)| record.id).collect();
        Ok(Later { told: told.map(|(_, retold)| retold).collect(), anew, ..Later::default() })
    }
    async fn is_returning(&mut self) -> Result<bool, Infallible> {
        Ok(self.returning)
    }
    async fn returned(&mut self, root: RecordId, receipt: &Receipt) -> Result<Returned, Infallible> {
        let base = self.base.values().map(|(_, record)| record).filter(|record| record.root == root);
        let (before, after): (Vec<_>, Vec<_>) = self.told(root).into_iter().partition(|(seq, _)| *seq < receipt.seq);
        let alone = |told: Vec<(Seq, Retold)>| told.into_iter().map(|(_, retold)| retold).collect();
        let since = self.since.iter().filter(|(_, of)| *of == root).filter_map(|(seq, _)| self.retold(*seq)).collect();
        let base = Root { records: base.cloned().collect() };
        Ok(Returned { base, before: alone(before), after: alone(after), since })
    }
    async fn decided_since(&mut self, seq: Seq, root: RecordId) -> Result<(), Infallible> {
        self.since.push((seq, root));
        Ok(())
    }
    async fn honour(&mut self, seq: Seq, root: Option<RecordId>, receipt: &Receipt) -> Result<(), Infallible> {
        self.honoured.push((seq, root, receipt.clone()));
        Ok(())
    }
    async fn proof(&mut self, words: &[u8]) -> Result<String, Infallible> {
        Ok(PhotoHash::of(&[b"the community's key".as_slice(), words].concat()).to_string())
    }
    async fn sign(&mut self, words: &[u8]) -> Result<[u8; 64], Infallible> {
        Ok(SigningKey::from_bytes(&[7; 32]).sign(words).to_bytes())
    }
    async fn log(&mut self, entry: LogEntry<'_>) -> Result<(), Infallible> {
        assert_eq!(entry.seq, self.seq + 1, "the numbers of the log have no gap");
        self.seq = entry.seq;
        let (outcome, envelope) = (entry.outcome.clone(), entry.envelope.to_owned());
        let logged = Logged { seq: entry.seq, outcome, person: entry.person, envelope, number: entry.number };
        let given = Envelope::read(entry.envelope).and_then(|envelope| envelope.open()).ok();
        let given = given.and_then(|change| change.deed.number_among(entry.records));
        self.given.extend(given.map(|number| (entry.seq, number)));
        let kept = (logged, entry.lane, entry.n, entry.received);
        assert!(self.log.insert(entry.id, kept).is_none(), "a change has one outcome");
        for record in entry.records {
            self.put(record.clone());
        }
        Ok(())
    }
}

pub fn is_accepted(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Accepted { .. })
}
