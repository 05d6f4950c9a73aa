//! The server's database: transactions that others run beside, one head to wait for, commits that a crash spares or not.
//!
//! It answers as `server/src/{canon,records,view,devices}.rs` do over SQL, statement for statement; each statement may let
//! another transaction go first, or fail.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
    future::poll_fn,
    rc::Rc,
    task::Poll,
};

use domain::{
    ids::{ChangeId, DeviceId, HouseholdId, LaneId, PersonId, RecordId},
    people::{Person, Role, Teams},
    photos::PhotoHash,
    records::{Audience, Body, Reads, Record, Root},
    residents,
    time::{Interval, Moment},
};
use rulings::Case;
use sync::{
    messages::{
        Envelope, Hole, Identity, LaneNumber, Outcome, Page, Profile, Pull, PullAnswer, Receipt, Row, Seal, Seq,
        view_key,
    },
    retold::{Later, Retold, Returned},
    server::{Canon, Head, Lane, LogEntry, Logged, audiences, must_rebuild, page_end},
};

use crate::{cases, chance::Chance};

/// A logged change.
#[derive(Debug)]
pub struct Kept {
    pub seq: Seq,
    pub lane: LaneId,
    pub n: LaneNumber,
    pub id: ChangeId,
    pub envelope: String,
    pub person: Option<PersonId>,
    pub at: Interval,
    /// When it was logged, by the clock of its node.
    pub received: Moment,
    pub outcome: Outcome,
    /// The number that was told with it.
    pub number: Option<u32>,
    pub rows: Vec<Rc<Stored>>,
}

/// A record as it is kept; one of a later release has a row and nothing that these rules read.
#[derive(Debug)]
pub struct Stored {
    pub row: Row,
    pub record: Option<Record>,
}

impl Stored {
    pub fn of(row: Row) -> Rc<Self> {
        Rc::new(Self { record: row.record(), row })
    }
}

/// Something that was handed over.
#[derive(Clone, Debug)]
pub struct Handed {
    pub person: Option<PersonId>,
    pub identity: Identity,
    pub kind: String,
    pub at: Interval,
    pub received: Moment,
    /// Nothing while nobody has worked through it.
    pub done: Option<Done>,
}

/// What a person made of something in custody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// It has its outcome at this number of the log. `vouched` where they answered for its author.
    Decided { seq: Seq, vouched: bool },
    /// Put aside.
    Dismissed,
}

#[derive(Clone, Copy, Debug)]
pub struct Device {
    pub id: DeviceId,
    pub profile: Profile,
    pub enrolled_by: PersonId,
    pub confirmed: bool,
    /// Whose session its browser holds and the server knows.
    pub session: Option<PersonId>,
    pub sealed: Option<Moment>,
    pub retired: bool,
}

/// Everything that is committed.
#[derive(Clone, Debug, Default)]
pub struct Tables {
    pub epoch: String,
    pub seq: Seq,
    pub lanes: BTreeMap<LaneId, Lane>,
    pub holes: Vec<Hole>,
    pub log: BTreeMap<ChangeId, Rc<Kept>>,
    pub records: BTreeMap<RecordId, Rc<Stored>>,
    roots: BTreeMap<RecordId, BTreeSet<RecordId>>,
    departures: BTreeMap<(Seq, RecordId), String>,
    pub devices: BTreeMap<DeviceId, Device>,
    pub photos: BTreeSet<PhotoHash>,
    /// What was handed over, each item of each device once: its key and its content.
    pub custody: BTreeMap<(DeviceId, String, String), Handed>,
    teams: Teams,
    roles_held: BTreeMap<PersonId, BTreeSet<Role>>,
    /// Changes that were taken by their receipts, with the roots that they wrote to.
    pub honoured: BTreeMap<Seq, (Option<RecordId>, Receipt)>,
    /// Where the log stood when this epoch began, if a backup did.
    pub restored_at: Option<Seq>,
    /// Each epoch that began with a backup, with where the log stood then; oldest first.
    pub epochs: Vec<(String, Seq)>,
    /// Each return with where the log stood when it began and when it was closed; oldest first.
    pub returns: Vec<Return>,
    /// The records as the last backup held them.
    pub base: BTreeMap<RecordId, Rc<Stored>>,
    /// Changes about an event that were decided while a return is open, with its root.
    pub since: BTreeMap<Seq, RecordId>,
}

/// From a restore until what it lost is back, or a person closes it.
#[derive(Clone, Copy, Debug)]
pub struct Return {
    pub from: Seq,
    pub to: Option<Seq>,
}

impl Return {
    pub fn holds(self, seq: Seq) -> bool {
        seq > self.from && self.to.is_none_or(|to| seq <= to)
    }
}

impl Tables {
    fn put(&mut self, stored: Rc<Stored>) {
        self.roots.entry(stored.row.root).or_default().insert(stored.row.id);
        match stored.record.as_ref().map(|record| &record.body) {
            Some(Body::Team(team)) => self.teams.put(team),
            Some(Body::Person(person)) => self.roles_held.entry(person.id).or_default().extend(&person.roles),
            _ => {}
        }
        self.records.insert(stored.row.id, stored);
    }

    /// This takes the server's place: from here on devices bring back what it lacks.
    pub fn is_restored(&mut self, epoch: String) {
        self.close_return();
        self.epoch = epoch;
        self.restored_at = Some(self.seq);
        self.epochs.push((self.epoch.clone(), self.seq));
        self.returns.push(Return { from: self.seq, to: None });
        self.base = self.records.clone();
    }

    pub fn is_returning(&self) -> bool {
        self.returns.last().is_some_and(|it| it.to.is_none())
    }

    pub fn close_return(&mut self) {
        if let Some(open) = self.returns.last_mut().filter(|it| it.to.is_none()) {
            open.to = Some(self.seq);
        }
        self.since.clear();
    }

    /// Where what `epoch` told at `seq` belongs among all that was told.
    pub fn place(&self, epoch: &str, seq: Seq) -> (Option<usize>, String, Seq) {
        (self.epochs.iter().position(|(known, _)| known == epoch), epoch.to_owned(), seq)
    }

    /// Logs a change with everything that it wrote, in one go.
    pub fn log_whole(&mut self, kept: Kept) {
        self.seq = kept.seq;
        kept.rows.iter().for_each(|stored| self.put(stored.clone()));
        self.log.insert(kept.id, Rc::new(kept));
    }

    /// The records as the log says that they were written.
    pub fn rebuilt(&self) -> BTreeMap<RecordId, Rc<Stored>> {
        let mut log: Vec<&Rc<Kept>> = self.log.values().collect();
        log.sort_by_key(|kept| kept.seq);
        log.iter().flat_map(|kept| &kept.rows).map(|stored| (stored.row.id, stored.clone())).collect()
    }

    /// The records of a root.
    pub fn root(&self, root: RecordId) -> Root {
        let ids = self.roots.get(&root).into_iter().flatten();
        Root { records: ids.filter_map(|id| self.records.get(id)?.record.clone()).collect() }
    }

    /// These records, and the teams that they name.
    pub fn reads_with_teams(&self, ids: &[RecordId]) -> Reads {
        let records = |ids: &[RecordId]| -> Vec<Record> {
            ids.iter().filter_map(|id| self.records.get(id)?.record.clone()).collect()
        };
        let mut reads: Reads = records(ids).into_iter().collect();
        reads.extend(records(&reads.teams_named()));
        reads
    }

    /// What nobody should do: the log decided anew, by the rights of now.
    #[cfg(feature = "planted")]
    pub fn decide_again(&mut self) {
        use domain::decide::{Actor, Context, Side, decide};
        let mut log: Vec<Rc<Kept>> = self.log.values().cloned().collect();
        log.sort_by_key(|kept| kept.seq);
        let people = self.records.clone();
        self.records.clear();
        for kept in log {
            let change = sync::messages::Envelope::read(&kept.envelope).and_then(|envelope| envelope.open());
            let (Ok(change), Some(person)) = (change, kept.person) else {
                kept.rows.iter().for_each(|stored| self.put(stored.clone()));
                continue;
            };
            let root = self.root(change.deed.root(crate::community::COMMUNITY));
            let reads = self.reads_with_teams(&change.deed.reads(crate::community::COMMUNITY, person));
            let now = people.get(&person.into()).and_then(|stored| stored.record.clone());
            let Some(Record { body: Body::Person(person), .. }) = now else { continue };
            let context = Context {
                community: crate::community::COMMUNITY,
                side: Side::Server,
                at: kept.at,
                now: kept.at.latest,
                decided: kept.at.latest,
                returning: false,
            };
            if let Ok(decision) = decide(&root, &reads, &change, &Actor::Person(person), &context) {
                for record in decision.records {
                    self.put(Rc::new(Stored { row: Row::of(&record, kept.seq), record: Some(record) }));
                }
            }
        }
    }

    /// Whether what `epoch` logged at `seq` is gone: the epoch after it began with a backup of before.
    fn has_lost(&self, epoch: &str, seq: Seq) -> bool {
        let after = self.epochs.iter().position(|(known, _)| known == epoch).map_or(0, |at| at + 1);
        epoch != self.epoch && self.epochs.get(after).is_some_and(|(_, stood)| seq > *stood)
    }

    pub fn person(&self, id: PersonId) -> Option<&Person> {
        match self.records.get(&id.into())?.record.as_ref()?.body {
            Body::Person(ref person) => Some(person),
            _ => None,
        }
    }

    /// The households that somebody is a member of and that have not moved out.
    fn households_of(&self, person: PersonId) -> Vec<HouseholdId> {
        let households = self.records.values().filter_map(|stored| match &stored.record.as_ref()?.body {
            Body::Residents(residents::Body::Household(it)) => Some(it),
            _ => None,
        });
        households.filter(|it| it.moved_out.is_none() && it.has(person)).map(|it| it.id).collect()
    }

    pub fn audiences_of(&self, profile: Profile) -> BTreeSet<Audience> {
        let owner = match profile {
            Profile::Shared => None,
            Profile::Personal { person } => self.person(person),
        };
        let households = owner.map(|owner| self.households_of(owner.id)).unwrap_or_default();
        audiences(profile, owner, &self.teams, &households)
    }

    /// The rows that a device with this profile may hold.
    pub fn view_of(&self, profile: Profile) -> BTreeMap<RecordId, &Row> {
        let held: BTreeSet<String> = self.audiences_of(profile).iter().map(ToString::to_string).collect();
        let rows = self.records.values().map(|stored| &stored.row);
        rows.filter(|row| held.contains(&row.audience)).map(|row| (row.id, row)).collect()
    }

    pub fn lanes_of(&self, device: DeviceId) -> Vec<Seal> {
        let own = self.lanes.values().filter(|lane| lane.device == device);
        own.map(|lane| Seal { session: lane.identity == Identity::Session, ..Seal::new(lane.id, lane.last) }).collect()
    }

    fn rows(&self, held: &BTreeSet<String>, after: Seq, to: Seq) -> Vec<Row> {
        let seen = self.records.values().map(|stored| &stored.row);
        let seen = seen.filter(|row| row.seq > after && row.seq <= to && held.contains(&row.audience));
        let mut rows: Vec<&Row> = seen.collect();
        rows.sort_by_key(|row| (row.seq, row.id));
        rows.into_iter().cloned().collect()
    }

    fn departed(&self, held: &BTreeSet<String>, after: Seq, to: Seq) -> Vec<RecordId> {
        let is_held = |id: &RecordId| self.records.get(id).is_some_and(|stored| held.contains(&stored.row.audience));
        let gone = self
            .departures
            .iter()
            .filter(|((seq, id), audience)| *seq > after && *seq <= to && held.contains(*audience) && !is_held(id));
        let ids: BTreeSet<RecordId> = gone.map(|((_, id), _)| *id).collect();
        ids.into_iter().collect()
    }
}

/// The database refused: the caller rolls back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Another transaction was first: 40001, SQLITE_BUSY.
    LostRace,
}

#[derive(Clone)]
pub struct Database {
    inner: Rc<Inner>,
}

struct Inner {
    tables: RefCell<Tables>,
    /// A copy that lags behind; only readers are sent to it.
    standby: RefCell<Option<Rc<Tables>>>,
    head_taken_by: Cell<Option<u64>>,
    transactions: Cell<u64>,
    /// The highest number that any transaction has given, committed or not.
    #[cfg(feature = "planted")]
    given: Cell<Seq>,
    chance: Chance,
    races: Cell<u32>,
    page_rows: usize,
    pub races_lost: Cell<u64>,
    /// Every change as it stood before it was logged, where somebody wants them.
    cases: RefCell<Option<Vec<Case>>>,
}

impl Database {
    pub fn new(tables: Tables, chance: Chance, races: u32, page_rows: usize) -> Self {
        Self {
            inner: Rc::new(Inner {
                #[cfg(feature = "planted")]
                given: Cell::new(tables.seq),
                tables: RefCell::new(tables),
                standby: RefCell::new(None),
                head_taken_by: Cell::new(None),
                transactions: Cell::new(0),
                chance,
                races: Cell::new(races),
                page_rows,
                races_lost: Cell::new(0),
                cases: RefCell::new(None),
            }),
        }
    }

    pub fn read<T>(&self, look: impl FnOnce(&Tables) -> T) -> T {
        look(&self.inner.tables.borrow())
    }

    /// What an operator or another part of the server writes in one statement.
    pub fn write<T>(&self, change: impl FnOnce(&mut Tables) -> T) -> T {
        change(&mut self.inner.tables.borrow_mut())
    }

    pub fn copy(&self) -> Rc<Tables> {
        Rc::new(self.inner.tables.borrow().clone())
    }

    pub fn refresh_standby(&self) {
        *self.inner.standby.borrow_mut() = Some(self.copy());
    }

    pub fn standby(&self) -> Option<Rc<Tables>> {
        self.inner.standby.borrow().clone()
    }

    /// From here on nobody loses a race.
    pub fn calm_down(&self) {
        self.inner.races.set(0);
    }

    pub fn keep_cases(&self) {
        *self.inner.cases.borrow_mut() = Some(vec![]);
    }

    pub fn take_cases(&self) -> Vec<Case> {
        self.inner.cases.borrow_mut().take().unwrap_or_default()
    }

    pub fn races_lost(&self) -> u64 {
        self.inner.races_lost.get()
    }

    /// Another state takes the place of this one: a backup, or a standby that was promoted.
    pub fn replace(&self, tables: Tables) {
        #[cfg(feature = "planted")]
        self.inner.given.set(tables.seq);
        *self.inner.tables.borrow_mut() = tables;
        *self.inner.standby.borrow_mut() = None;
    }

    pub fn begin(&self, size: usize) -> Transaction {
        self.inner.transactions.set(self.inner.transactions.get() + 1);
        #[cfg(not(feature = "planted"))]
        let _ = size;
        Transaction {
            id: self.inner.transactions.get(),
            db: self.clone(),
            writes: Writes::default(),
            #[cfg(feature = "planted")]
            size,
        }
    }

    /// One statement: another transaction may run before it, and it may lose a race.
    async fn statement(&self) -> Result<(), Failure> {
        if self.inner.chance.percent(12) {
            turn().await;
        }
        if self.inner.chance.permille(self.inner.races.get() / 4) {
            self.inner.races_lost.set(self.inner.races_lost.get() + 1);
            return Err(Failure::LostRace);
        }
        Ok(())
    }

    /// Answers a pull out of one state of the database: rights, head and rows belong together.
    pub async fn pull(&self, from: Option<Rc<Tables>>, profile: Profile, pull: &Pull) -> Result<PullAnswer, Failure> {
        self.statement().await?;
        #[cfg(feature = "planted")]
        if sync::planted::is(sync::planted::Bug::HeadAfterRows) {
            return Ok(self.pull_head_last(profile, pull).await);
        }
        let read = |tables: &Tables| self.page(tables, profile, pull, tables.seq);
        Ok(match from {
            Some(standby) => read(&standby),
            // What stands past the head of the log itself is built anew; a standby may lag behind.
            None => self.read(|tables| match read(tables) {
                PullAnswer::Page(page) if must_rebuild(pull, &page.epoch, &page.view, tables.seq) => {
                    PullAnswer::Rebuild { epoch: page.epoch, view: page.view }
                }
                answer => answer,
            }),
        })
    }

    fn page(&self, tables: &Tables, profile: Profile, pull: &Pull, head: Seq) -> PullAnswer {
        let held = tables.audiences_of(profile);
        let view = view_key(&held);
        if pull.epoch != tables.epoch || pull.view != view {
            return PullAnswer::Rebuild { epoch: tables.epoch.clone(), view };
        }
        let held: BTreeSet<String> = held.iter().map(ToString::to_string).collect();
        let cursor = pull.cursor.max(0);
        let mut rows = tables.rows(&held, cursor, head);
        let seqs: Vec<Seq> = rows.iter().map(|row| row.seq).collect();
        let (mut end, mut more) = page_end(&seqs, self.inner.page_rows);
        if end == 0 && more {
            // One change alone is longer than a page: it goes whole.
            end = seqs.partition_point(|seq| *seq == seqs[0]);
            more = seqs[0] < head;
        }
        rows.truncate(end);
        let next = match rows.last() {
            Some(last) if more => last.seq,
            _ => head.max(cursor),
        };
        let departures = tables.departed(&held, cursor, next);
        let (epoch, after) = (tables.epoch.clone(), Some(pull.cursor));
        PullAnswer::Page(Page { epoch, view, cursor: next, after, head: Some(head), more, rows, departures, access: 0 })
    }

    #[cfg(feature = "planted")]
    async fn pull_head_last(&self, profile: Profile, pull: &Pull) -> PullAnswer {
        let before = self.copy();
        turn().await;
        turn().await;
        self.page(&before, profile, pull, self.read(|tables| tables.seq))
    }
}

/// One transaction. It rolls back unless it is committed.
pub struct Transaction {
    id: u64,
    db: Database,
    writes: Writes,
    #[cfg(feature = "planted")]
    size: usize,
}

#[derive(Default)]
struct Writes {
    lanes: BTreeMap<LaneId, Lane>,
    holes: Vec<Hole>,
    log: Vec<Rc<Kept>>,
    records: BTreeMap<RecordId, Rc<Stored>>,
    departures: Vec<((Seq, RecordId), String)>,
    honoured: BTreeMap<Seq, (Option<RecordId>, Receipt)>,
    since: BTreeMap<Seq, RecordId>,
}

impl Drop for Transaction {
    fn drop(&mut self) {
        if self.db.inner.head_taken_by.get() == Some(self.id) {
            self.db.inner.head_taken_by.set(None);
        }
    }
}

impl Transaction {
    /// Makes everything true at once, and durable.
    pub async fn commit(mut self) -> Result<(), Failure> {
        self.db.statement().await?;
        let writes = std::mem::take(&mut self.writes);
        self.db.write(|tables| {
            if let Some(last) = writes.log.last() {
                tables.seq = tables.seq.max(last.seq);
            }
            tables.lanes.extend(writes.lanes);
            tables.holes.extend(writes.holes);
            tables.log.extend(writes.log.into_iter().map(|kept| (kept.id, kept)));
            writes.records.into_values().for_each(|stored| tables.put(stored));
            tables.departures.extend(writes.departures);
            tables.honoured.extend(writes.honoured);
            tables.since.extend(writes.since);
        });
        Ok(())
    }

    /// What a bug would leave of a transaction that failed: the lanes' numbers.
    #[cfg(feature = "planted")]
    pub fn leave_numbers(&mut self) {
        let (mut lanes, log) = (std::mem::take(&mut self.writes.lanes), std::mem::take(&mut self.writes.log));
        self.db.write(|tables| {
            for kept in log {
                let known = lanes.get(&kept.lane).or(tables.lanes.get(&kept.lane)).copied();
                lanes.extend(known.map(|lane| (kept.lane, Lane { last: lane.last.max(kept.n), ..lane })));
            }
            tables.lanes.extend(lanes);
        });
    }

    /// Logs what a later release of the server wrote: rows that this one does not read, all under one number.
    pub fn log_rows(&mut self, head: Seq, lane: LaneId, id: ChangeId, rows: Vec<Row>, received: Moment) {
        let seq = head + 1;
        let rows: Vec<Rc<Stored>> = rows.into_iter().map(|row| Stored::of(Row { seq, ..row })).collect();
        let written: Vec<_> = rows.into_iter().filter(|stored| self.put(seq, stored.clone())).collect();
        let entry = Kept {
            seq,
            lane,
            n: seq,
            id,
            envelope: String::new(),
            person: None,
            at: Interval::exactly(Moment(0)),
            received,
            outcome: Outcome::Accepted { flags: BTreeSet::new() },
            number: None,
            rows: written,
        };
        self.writes.log.push(Rc::new(entry));
    }

    fn kept(&self, seq: Seq) -> Option<Rc<Kept>> {
        let own = self.writes.log.iter().find(|kept| kept.seq == seq).cloned();
        own.or_else(|| self.db.read(|tables| tables.log.values().find(|kept| kept.seq == seq).cloned()))
    }

    /// The accepted change at `seq`, with the number that its party was given.
    fn retold(&self, seq: Seq) -> Option<Retold> {
        let kept = self.kept(seq)?;
        let Outcome::Accepted { flags } = &kept.outcome else { return None };
        let change = Envelope::read(&kept.envelope).and_then(|envelope| envelope.open()).ok()?;
        let records: Vec<Record> = kept.rows.iter().filter_map(|stored| stored.record.clone()).collect();
        Some(Retold {
            envelope: kept.envelope.clone(),
            person: Some(kept.person?),
            lane: kept.lane,
            at: kept.at,
            decided: kept.at.latest,
            flags: flags.clone(),
            number: change.deed.number_among(&records),
        })
    }

    fn stored(&self, id: RecordId) -> Option<Rc<Stored>> {
        self.writes.records.get(&id).cloned().or_else(|| self.db.read(|tables| tables.records.get(&id).cloned()))
    }

    fn rows_of_root(&self, id: RecordId) -> impl Iterator<Item = Rc<Stored>> {
        let mut ids = self.db.read(|tables| tables.roots.get(&id).cloned().unwrap_or_default());
        let own = self.writes.records.values().filter(|stored| stored.row.root == id);
        ids.extend(own.map(|stored| stored.row.id));
        ids.into_iter().filter_map(|id| self.stored(id))
    }

    fn keep_case(&self, entry: &LogEntry<'_>) {
        let mut kept = self.db.inner.cases.borrow_mut();
        let Some(kept) = kept.as_mut() else { return };
        let actor = entry.person.map(|id| {
            let known = self.stored(id.into()).and_then(|stored| stored.record.clone());
            match known {
                Some(Record { body: Body::Person(person), .. }) => person,
                _ => sync::server::nobody(id),
            }
        });
        kept.extend(cases::of_change(
            entry.envelope,
            actor,
            entry.at,
            |root| self.rows_of_root(root).map(|stored| stored.row.clone()).collect(),
            |id| self.stored(*id).map(|stored| stored.row.clone()),
        ));
    }

    /// Writes a record and notes for whom it disappears. An id that is taken by another root or kind stays what it is.
    fn put(&mut self, seq: Seq, stored: Rc<Stored>) -> bool {
        if let Some(before) = self.stored(stored.row.id) {
            if before.row.root != stored.row.root || before.row.kind != stored.row.kind {
                return false;
            }
            let forgotten = cfg!(feature = "planted") && planted_departure_forgotten();
            if before.row.audience != stored.row.audience && !forgotten {
                self.writes.departures.push(((seq, stored.row.id), before.row.audience.clone()));
            }
        }
        self.writes.records.insert(stored.row.id, stored);
        true
    }
}

#[cfg(feature = "planted")]
fn planted_departure_forgotten() -> bool {
    sync::planted::is(sync::planted::Bug::DepartureForgotten)
}

#[cfg(not(feature = "planted"))]
fn planted_departure_forgotten() -> bool {
    false
}

impl Canon for Transaction {
    type Failure = Failure;

    async fn take_head(&mut self) -> Result<Head, Failure> {
        self.db.statement().await?;
        #[cfg(feature = "planted")]
        if sync::planted::is(sync::planted::Bug::NoHeadLock) {
            let given = &self.db.inner.given;
            let seq = given.get();
            given.set(seq + self.size as Seq);
            return Ok(Head { epoch: self.db.read(|tables| tables.epoch.clone()), seq });
        }
        while self.db.inner.head_taken_by.get().is_some() {
            turn().await;
        }
        self.db.inner.head_taken_by.set(Some(self.id));
        Ok(self.db.read(|tables| Head { epoch: tables.epoch.clone(), seq: tables.seq }))
    }

    async fn lane(&mut self, lane: LaneId) -> Result<Option<Lane>, Failure> {
        self.db.statement().await?;
        let own = self.writes.lanes.get(&lane).copied();
        Ok(own.or_else(|| self.db.read(|tables| tables.lanes.get(&lane).copied())))
    }

    async fn open_lane(&mut self, lane: &Lane) -> Result<(), Failure> {
        self.db.statement().await?;
        self.writes.lanes.insert(lane.id, *lane);
        Ok(())
    }

    async fn advance_lane(&mut self, lane: LaneId, last: LaneNumber) -> Result<(), Failure> {
        if let Some(known) = self.lane(lane).await? {
            self.writes.lanes.insert(lane, Lane { last, ..known });
        }
        Ok(())
    }

    async fn record_hole(&mut self, hole: Hole) -> Result<(), Failure> {
        self.db.statement().await?;
        self.writes.holes.push(hole);
        Ok(())
    }

    async fn logged(&mut self, ids: &[ChangeId]) -> Result<BTreeMap<ChangeId, Logged>, Failure> {
        self.db.statement().await?;
        let kept = self.db.read(|tables| ids.iter().filter_map(|id| tables.log.get(id).cloned()).collect::<Vec<_>>());
        let own = self.writes.log.iter().filter(|kept| ids.contains(&kept.id)).cloned();
        let logged = |kept: Rc<Kept>| {
            let (outcome, envelope) = (kept.outcome.clone(), kept.envelope.clone());
            (kept.id, Logged { seq: kept.seq, outcome, person: kept.person, envelope, number: kept.number })
        };
        Ok(kept.into_iter().chain(own).map(logged).collect())
    }

    async fn root(&mut self, id: RecordId) -> Result<Root, Failure> {
        self.db.statement().await?;
        Ok(Root { records: self.rows_of_root(id).filter_map(|stored| stored.record.clone()).collect() })
    }

    async fn reads(&mut self, ids: &[RecordId]) -> Result<Reads, Failure> {
        self.db.statement().await?;
        Ok(ids.iter().filter_map(|id| self.stored(*id)?.record.clone()).collect())
    }

    async fn person(&mut self, id: PersonId) -> Result<Option<Person>, Failure> {
        self.db.statement().await?;
        Ok(self.stored(id.into()).and_then(|stored| match &stored.record.as_ref()?.body {
            Body::Person(person) => Some(person.clone()),
            _ => None,
        }))
    }

    async fn roles_held(&mut self, id: PersonId) -> Result<BTreeSet<Role>, Failure> {
        self.db.statement().await?;
        let mut held = self.db.read(|tables| tables.roles_held.get(&id).cloned().unwrap_or_default());
        // Whoever is written in this very transaction.
        if let Some(Body::Person(person)) = self.stored(id.into()).and_then(|it| Some(it.record.as_ref()?.body.clone()))
        {
            held.extend(person.roles);
        }
        Ok(held)
    }

    async fn has_lost(&mut self, epoch: &str, seq: Seq) -> Result<bool, Failure> {
        self.db.statement().await?;
        Ok(self.db.read(|tables| tables.has_lost(epoch, seq)))
    }

    async fn told_later(&mut self, root: RecordId, receipt: &Receipt) -> Result<Later, Failure> {
        self.db.statement().await?;
        let (mut honoured, restored_at) = self.db.read(|tables| (tables.honoured.clone(), tables.restored_at));
        honoured.extend(self.writes.honoured.clone());
        let mut later: Vec<(Seq, Seq)> = honoured
            .iter()
            .filter(|(_, (of, it))| *of == Some(root) && it.epoch == receipt.epoch && it.seq > receipt.seq)
            .map(|(seq, (_, it))| (it.seq, *seq))
            .collect();
        later.sort_unstable();
        let numbered = |seq| Some(Retold { number: self.kept(seq)?.number, ..self.retold(seq)? });
        let told = later.into_iter().filter_map(|(_, seq)| numbered(seq)).collect();
        let mut ids = self.db.read(|tables| tables.roots.get(&root).cloned().unwrap_or_default());
        ids.extend(self.writes.records.values().filter(|it| it.row.root == root).map(|it| it.row.id));
        let anew = ids.into_iter().filter(|id| {
            let seq = self.stored(*id).map(|stored| stored.row.seq);
            seq > restored_at && restored_at.is_some() && seq.is_some_and(|seq| !honoured.contains_key(&seq))
        });
        Ok(Later { told, anew: anew.collect(), returned: None })
    }

    async fn is_returning(&mut self) -> Result<bool, Failure> {
        self.db.statement().await?;
        Ok(self.db.read(Tables::is_returning))
    }

    async fn returned(&mut self, root: RecordId, receipt: &Receipt) -> Result<Returned, Failure> {
        self.db.statement().await?;
        let (mut honoured, mut since) = self.db.read(|tables| (tables.honoured.clone(), tables.since.clone()));
        honoured.extend(self.writes.honoured.clone());
        since.extend(&self.writes.since);
        let place = |it: &Receipt| self.db.read(|tables| tables.place(&it.epoch, it.seq));
        let own = place(receipt);
        let restored_at = self.db.read(|tables| tables.restored_at);
        let of_root = honoured.iter().filter(|(seq, (of, _))| *of == Some(root) && Some(**seq) > restored_at);
        let mut told: Vec<_> = of_root.map(|(seq, (_, it))| (place(it), *seq)).collect();
        told.sort();
        let after = told.split_off(told.partition_point(|(place, _)| *place < own));
        let retold = |told: Vec<(_, Seq)>| {
            let numbered = |seq| Some(Retold { number: self.kept(seq)?.number, ..self.retold(seq)? });
            told.into_iter().filter_map(|(_, seq)| numbered(seq)).collect()
        };
        let base = self.db.read(|tables| {
            let of_root = tables.base.values().filter(|stored| stored.row.root == root);
            of_root.filter_map(|stored| stored.record.clone()).collect()
        });
        Ok(Returned {
            base: Root { records: base },
            before: retold(told),
            after: retold(after),
            since: since.iter().filter(|(_, of)| **of == root).filter_map(|(seq, _)| self.retold(*seq)).collect(),
        })
    }

    async fn decided_since(&mut self, seq: Seq, root: RecordId) -> Result<(), Failure> {
        self.db.statement().await?;
        self.writes.since.insert(seq, root);
        Ok(())
    }

    async fn honour(&mut self, seq: Seq, root: Option<RecordId>, receipt: &Receipt) -> Result<(), Failure> {
        self.db.statement().await?;
        self.writes.honoured.insert(seq, (root, receipt.clone()));
        Ok(())
    }

    async fn proof(&mut self, words: &[u8]) -> Result<String, Failure> {
        use sha2::{Digest, Sha256};
        Ok(domain::tags::to_hex(&Sha256::new().chain_update("the community's key").chain_update(words).finalize()))
    }

    async fn sign(&mut self, words: &[u8]) -> Result<[u8; 64], Failure> {
        use ed25519_dalek::{Signer, SigningKey};
        Ok(SigningKey::from_bytes(&[7; 32]).sign(words).to_bytes())
    }

    async fn log(&mut self, entry: LogEntry<'_>) -> Result<(), Failure> {
        self.db.statement().await?;
        self.keep_case(&entry);
        let mut rows = vec![];
        for record in entry.records {
            let stored = Rc::new(Stored { row: Row::of(record, entry.seq), record: Some(record.clone()) });
            if self.put(entry.seq, stored.clone()) {
                rows.push(stored);
            }
        }
        self.writes.log.push(Rc::new(Kept {
            seq: entry.seq,
            lane: entry.lane,
            n: entry.n,
            id: entry.id,
            envelope: entry.envelope.to_owned(),
            person: entry.person,
            at: entry.at,
            received: entry.received,
            outcome: entry.outcome.clone(),
            number: entry.number,
            rows,
        }));
        Ok(())
    }
}

/// Lets the others go first, once.
pub async fn turn() {
    let mut waited = false;
    poll_fn(move |_| if std::mem::replace(&mut waited, true) { Poll::Ready(()) } else { Poll::Pending }).await;
}
