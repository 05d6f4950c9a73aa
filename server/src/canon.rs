//! The canonical records of one community inside one transaction: what the sync machine works through.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    ids::{ChangeId, CommunityId, DeviceId, LaneId, PersonId, RecordId},
    people::{Person, Role},
    records::{Body, Reads, Record, Root},
    residents,
    tags::to_hex,
    time::Moment,
};
use ed25519_dalek::{Signer, SigningKey};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use sqlx::{AssertSqlSafe, Row as _, any::AnyRow};
use sync::{
    messages::{Hole, Identity, LaneNumber, Outcome, Receipt, Row, Seq},
    retold::{Later, Returned},
    server::{Canon, Head, Lane, LogEntry, Logged},
};

use crate::{
    communities,
    db::Tx,
    failure::Failure,
    holders, households,
    metrics::Tally,
    receipts,
    records::{self, parsed},
    returns, roles_held, sessions,
    view::places,
};

/// How the database calls what a device said of how it knew somebody. What it calls otherwise is only claimed.
const IDENTITIES: [(Identity, &str); 4] = [
    (Identity::SignedIn, "signed_in"),
    (Identity::Pin, "pin"),
    (Identity::Claimed, "claimed"),
    (Identity::Session, "session"),
];

pub fn word_of(identity: Identity) -> &'static str {
    IDENTITIES.iter().find(|(known, _)| *known == identity).map_or("claimed", |(_, word)| word)
}

pub fn identity_of(word: &str) -> Identity {
    IDENTITIES.iter().find(|(_, known)| *known == word).map_or(Identity::Claimed, |(identity, _)| *identity)
}

pub struct SqlCanon {
    tx: Tx,
    community: CommunityId,
    now: Moment,
    /// The number of the last change that this transaction logged.
    logged: Option<Seq>,
    /// The community's key, once it was needed.
    key: Option<SigningKey>,
    /// Records as they are in this transaction, nothing where there is none that these rules know: whoever holds the head is
    /// the only one who writes any.
    held: BTreeMap<RecordId, Option<Record>>,
    /// Roots all of whose records are among those.
    roots: BTreeMap<RecordId, BTreeSet<RecordId>>,
    /// Changes that are logged and not written yet: many at once are written much faster.
    unwritten: Vec<Change>,
    /// Records under ids that nothing is held under, not written yet either; all of them are among `held`.
    fresh: Vec<Row>,
    /// Every role that somebody ever had, of those whose changes were decided.
    roles_held: BTreeMap<PersonId, BTreeSet<Role>>,
    /// Whether a return is open, once somebody asked: whoever holds the head is the only one who closes it.
    returning: Option<bool>,
    trusting: bool,
    tally: Tally,
    /// How many lanes this transaction opened.
    opened: u64,
}

impl SqlCanon {
    pub fn new(tx: Tx, community: CommunityId, now: Moment) -> Self {
        Self {
            tx,
            community,
            now,
            logged: None,
            key: None,
            held: BTreeMap::new(),
            roots: BTreeMap::new(),
            unwritten: vec![],
            fresh: vec![],
            roles_held: BTreeMap::new(),
            returning: None,
            trusting: false,
            tally: Tally::default(),
            opened: 0,
        }
    }

    /// Takes ids that devices chose to be free, and writes what is new at the end: [`Failure::IdTaken`] says that one was not.
    pub fn trusting(self) -> Self {
        Self { trusting: true, ..self }
    }

    /// The transaction with everything in it that was logged.
    ///
    /// # Errors
    /// What writing it met.
    pub async fn tx(&mut self) -> Result<&mut Tx, Failure> {
        self.write_all().await?;
        Ok(&mut self.tx)
    }

    pub fn community(&self) -> CommunityId {
        self.community
    }

    /// Makes everything true. The head's new number and what it counts appear together.
    pub async fn commit(mut self) -> Result<(), Failure> {
        self.write_all().await?;
        if let Some(seq) = self.logged {
            sqlx::query("update communities set seq = $2 where id = $1")
                .bind(self.community.to_string())
                .bind(seq)
                .execute(&mut *self.tx)
                .await?;
        }
        Ok(self.tx.commit().await?)
    }

    /// This transaction has closed the return.
    pub fn returning_is_over(&mut self) {
        self.returning = Some(false);
    }

    /// The lane of this person on this device.
    pub async fn lane_of(&mut self, device: DeviceId, person: PersonId) -> Result<Option<Lane>, Failure> {
        let sql = "select id, last from lanes
            where community_id = $1 and device_id = $2 and person_id = $3 and identity = 'signed_in'";
        let row = sqlx::query(sql)
            .bind(self.community.to_string())
            .bind(device.to_string())
            .bind(person.to_string())
            .fetch_optional(&mut *self.tx)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let (id, last, identity) = (LaneId(parsed(&row, "id")?), row.try_get("last")?, Identity::SignedIn);
        Ok(Some(Lane { id, device, person, last, identity }))
    }

    async fn quarantine(&mut self, seq: Seq) -> Result<(), Failure> {
        sqlx::query("insert into quarantine (community_id, seq) values ($1, $2)")
            .bind(self.community.to_string())
            .bind(seq)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    fn hold(&mut self, record: Record) {
        if let Some(ids) = self.roots.get_mut(&record.root) {
            ids.insert(record.id);
        }
        self.held.insert(record.id, Some(record));
    }

    async fn key(&mut self) -> Result<&SigningKey, Failure> {
        if self.key.is_none() {
            self.key = Some(communities::signing_key(&mut self.tx, self.community).await?);
        }
        self.key.as_ref().ok_or_else(|| Failure::broken("the key was just read"))
    }

    /// The outcomes that this transaction logged.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// How many lanes this transaction opened.
    pub fn opened(&self) -> u64 {
        self.opened
    }

    async fn write_all(&mut self) -> Result<(), Failure> {
        records::insert(&mut self.tx, self.community, &std::mem::take(&mut self.fresh)).await?;
        self.write_changes().await
    }

    /// Whether a record can wait to be written with others: nobody knows its id, and nothing else follows from it.
    fn may_wait(&self, record: &Record) -> bool {
        let is_free = self.roots.contains_key(&record.root) && !self.held.contains_key(&record.id);
        let household = matches!(record.body, Body::Residents(residents::Body::Household(_)));
        let is_plain =
            !household && !matches!(record.body, Body::Person(_) | Body::Team(_)) && record.body.photos().is_empty();
        self.trusting && is_free && is_plain
    }

    async fn write_changes(&mut self) -> Result<(), Failure> {
        let unwritten = std::mem::take(&mut self.unwritten);
        for changes in unwritten.chunks(CHANGES_AT_ONCE) {
            let rows: Vec<_> = (0..changes.len()).map(|row| format!("({})", places(1 + row * 16, 16))).collect();
            let sql = format!(
                "insert into changes (community_id, seq, lane_id, n, id, kind, envelope, person_id, earliest, best, latest,
                received, rules, outcome, number, records) values {}",
                rows.join(", ")
            );
            let community = self.community.to_string();
            let query = changes.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, change| {
                let [earliest, best, latest] = change.at;
                query
                    .bind(&community)
                    .bind(change.seq)
                    .bind(&change.lane)
                    .bind(change.n)
                    .bind(&change.id)
                    .bind(&change.kind)
                    .bind(&change.envelope)
                    .bind(&change.person)
                    .bind(earliest)
                    .bind(best)
                    .bind(latest)
                    .bind(change.received)
                    .bind(change.rules)
                    .bind(&change.outcome)
                    .bind(change.number)
                    .bind(&change.records)
            });
            query.execute(&mut *self.tx).await?;
        }
        Ok(())
    }
}

/// So many changes are written by one statement.
const CHANGES_AT_ONCE: usize = 50;

/// A logged change as its row says it.
struct Change {
    seq: Seq,
    lane: String,
    n: LaneNumber,
    id: String,
    kind: String,
    envelope: String,
    person: Option<String>,
    at: [i64; 3],
    received: i64,
    rules: i64,
    outcome: String,
    number: Option<i64>,
    records: String,
}

impl Change {
    fn of(entry: &LogEntry<'_>, written: &[Row]) -> Result<Self, Failure> {
        Ok(Self {
            seq: entry.seq,
            lane: entry.lane.to_string(),
            n: entry.n,
            id: entry.id.to_string(),
            kind: readable(entry.kind),
            envelope: entry.envelope.to_owned(),
            person: entry.person.map(|person| person.to_string()),
            at: [entry.at.earliest.0, entry.at.best.0, entry.at.latest.0],
            received: entry.received.0,
            rules: i64::from(entry.rules),
            outcome: json(entry.outcome)?,
            number: entry.number.map(i64::from),
            records: json(&written)?,
        })
    }
}

impl Canon for SqlCanon {
    type Failure = Failure;

    async fn take_head(&mut self) -> Result<Head, Failure> {
        let row = sqlx::query("update communities set seq = seq where id = $1 returning seq, epoch")
            .bind(self.community.to_string())
            .fetch_one(&mut *self.tx)
            .await?;
        Ok(Head { epoch: row.try_get("epoch")?, seq: row.try_get("seq")? })
    }

    async fn lane(&mut self, lane: LaneId) -> Result<Option<Lane>, Failure> {
        let row =
            sqlx::query("select device_id, person_id, last, identity from lanes where community_id = $1 and id = $2")
                .bind(self.community.to_string())
                .bind(lane.to_string())
                .fetch_optional(&mut *self.tx)
                .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Lane {
            id: lane,
            device: DeviceId(parsed(&row, "device_id")?),
            person: PersonId(parsed(&row, "person_id")?),
            last: row.try_get("last")?,
            identity: identity_of(&row.try_get::<String, _>("identity")?),
        }))
    }

    async fn open_lane(&mut self, lane: &Lane) -> Result<(), Failure> {
        let sql = "insert into lanes (community_id, id, device_id, person_id, identity, last, opened)
            values ($1, $2, $3, $4, $5, $6, $7)";
        sqlx::query(sql)
            .bind(self.community.to_string())
            .bind(lane.id.to_string())
            .bind(lane.device.to_string())
            .bind(lane.person.to_string())
            .bind(word_of(lane.identity))
            .bind(lane.last)
            .bind(self.now.0)
            .execute(&mut *self.tx)
            .await?;
        self.opened += 1;
        Ok(())
    }

    async fn advance_lane(&mut self, lane: LaneId, last: LaneNumber) -> Result<(), Failure> {
        sqlx::query("update lanes set last = $3 where community_id = $1 and id = $2")
            .bind(self.community.to_string())
            .bind(lane.to_string())
            .bind(last)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    async fn record_hole(&mut self, hole: Hole) -> Result<(), Failure> {
        let sql = "insert into holes (community_id, lane_id, first, last, recorded) values ($1, $2, $3, $4, $5)
            on conflict (community_id, lane_id, first) do nothing";
        sqlx::query(sql)
            .bind(self.community.to_string())
            .bind(hole.lane.to_string())
            .bind(hole.from)
            .bind(hole.to)
            .bind(self.now.0)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    async fn logged(&mut self, ids: &[ChangeId]) -> Result<BTreeMap<ChangeId, Logged>, Failure> {
        self.write_changes().await?;
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let places = places(2, ids.len());
        let sql = format!(
            "select id, seq, outcome, person_id, envelope, number from changes where community_id = $1 and id in ({places})"
        );
        let query = sqlx::query(AssertSqlSafe(sql)).bind(self.community.to_string());
        let rows = ids.iter().fold(query, |query, id| query.bind(id.to_string())).fetch_all(&mut *self.tx).await?;
        rows.iter().map(|row| Ok((ChangeId(parsed(row, "id")?), logged(row)?))).collect()
    }

    async fn foresee(&mut self, roots: &[RecordId]) -> Result<(), Failure> {
        let wanted: BTreeSet<_> = roots.iter().filter(|root| !self.roots.contains_key(root)).copied().collect();
        if wanted.is_empty() {
            return Ok(());
        }
        self.write_all().await?;
        let records = records::of_roots(&mut self.tx, self.community, &wanted).await?;
        self.roots.extend(wanted.into_iter().map(|root| (root, BTreeSet::new())));
        for record in records {
            self.hold(record);
        }
        Ok(())
    }

    async fn root(&mut self, id: RecordId) -> Result<Root, Failure> {
        self.foresee(&[id]).await?;
        let ids = self.roots.get(&id).into_iter().flatten();
        Ok(Root { records: ids.filter_map(|id| self.held.get(id)?.clone()).collect() })
    }

    async fn reads(&mut self, ids: &[RecordId]) -> Result<Reads, Failure> {
        for id in ids {
            if !self.held.contains_key(id) {
                let found = records::get(&mut self.tx, self.community, *id).await?;
                self.held.insert(*id, found);
            }
        }
        Ok(ids.iter().filter_map(|id| self.held.get(id)?.clone()).collect())
    }

    async fn person(&mut self, id: PersonId) -> Result<Option<Person>, Failure> {
        Ok(match self.reads(&[id.into()]).await?.get(id.into()) {
            Some(Body::Person(person)) => Some(person.clone()),
            _ => None,
        })
    }

    async fn roles_held(&mut self, id: PersonId) -> Result<BTreeSet<Role>, Failure> {
        if let Some(held) = self.roles_held.get(&id) {
            return Ok(held.clone());
        }
        let held = roles_held::of(&mut self.tx, self.community, id).await?;
        self.roles_held.insert(id, held.clone());
        Ok(held)
    }

    async fn has_lost(&mut self, epoch: &str, seq: Seq) -> Result<bool, Failure> {
        receipts::has_lost(&mut self.tx, self.community, epoch, seq).await
    }

    async fn log(&mut self, entry: LogEntry<'_>) -> Result<(), Failure> {
        let mut written = vec![];
        for record in entry.records {
            if self.may_wait(record) {
                let row = Row::of(record, entry.seq);
                self.fresh.push(row.clone());
                self.hold(record.clone());
                written.push(row);
                continue;
            }
            self.write_all().await?;
            let before = self.held.get(&record.id).and_then(Option::as_ref);
            let changed_hands = contractors(&record.body) != before.and_then(|before| contractors(&before.body));
            if !records::put(&mut self.tx, self.community, entry.seq, record, before).await? {
                continue;
            }
            self.hold(record.clone());
            written.push(Row::of(record, entry.seq));
            if let Body::Person(person) = &record.body {
                roles_held::note(&mut self.tx, self.community, person).await?;
                self.roles_held.remove(&person.id);
                communities::access_changed(&mut self.tx, self.community).await?;
                if person.left.is_some() {
                    sessions::end_all(&mut self.tx, self.community, person.id, None).await?;
                }
            }
            if let (Body::Team(team), true) = (&record.body, changed_hands) {
                holders::note(&mut self.tx, self.community, team.id, entry.seq).await?;
            }
            if let Body::Residents(residents::Body::Household(household)) = &record.body {
                households::note(&mut self.tx, self.community, household).await?;
            }
        }
        self.unwritten.push(Change::of(&entry, &written)?);
        if let Outcome::Quarantined { .. } = entry.outcome {
            self.quarantine(entry.seq).await?;
        }
        self.tally.count(entry.outcome);
        self.logged = Some(entry.seq);
        Ok(())
    }

    async fn told_later(&mut self, root: RecordId, receipt: &Receipt) -> Result<Later, Failure> {
        self.write_changes().await?;
        receipts::told_later(&mut self.tx, self.community, root, receipt).await
    }

    async fn is_returning(&mut self) -> Result<bool, Failure> {
        if self.returning.is_none() {
            self.returning = Some(returns::is_open(&mut self.tx, self.community).await?);
        }
        Ok(self.returning == Some(true))
    }

    async fn returned(&mut self, root: RecordId, receipt: &Receipt) -> Result<Returned, Failure> {
        self.write_changes().await?;
        returns::around(&mut self.tx, self.community, root, receipt).await
    }

    async fn decided_since(&mut self, seq: Seq, root: RecordId) -> Result<(), Failure> {
        returns::note(&mut self.tx, self.community, seq, root).await
    }

    async fn honour(&mut self, seq: Seq, root: Option<RecordId>, receipt: &Receipt) -> Result<(), Failure> {
        receipts::honour(&mut self.tx, self.community, seq, root, receipt).await
    }

    async fn proof(&mut self, words: &[u8]) -> Result<String, Failure> {
        let key = self.key().await?;
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(key.as_bytes()).expect("HMAC takes a key of any length");
        mac.update(b"receipt");
        mac.update(words);
        Ok(to_hex(&mac.finalize().into_bytes()))
    }

    async fn sign(&mut self, words: &[u8]) -> Result<[u8; 64], Failure> {
        Ok(self.key().await?.sign(words).to_bytes())
    }
}

/// That a team is a contractor's.
fn contractors(body: &Body) -> Option<()> {
    match body {
        Body::Team(team) => team.contractor.as_ref().map(|_| ()),
        _ => None,
    }
}

/// A row with the columns seq and outcome.
fn logged(row: &AnyRow) -> Result<Logged, Failure> {
    let outcome: Outcome = serde_json::from_str(&row.try_get::<String, _>("outcome")?).map_err(Failure::broken)?;
    let person: Option<String> = row.try_get("person_id")?;
    let person = person.map(|_| parsed(row, "person_id").map(PersonId)).transpose()?;
    let number = row.try_get::<Option<i64>, _>("number")?.and_then(|number| u32::try_from(number).ok());
    Ok(Logged { seq: row.try_get("seq")?, outcome, person, envelope: row.try_get("envelope")?, number })
}

/// A kind that a device made up may hold NUL, which PostgreSQL keeps in no text, and any length. Its bytes are in the envelope.
fn readable(kind: &str) -> String {
    kind.chars().take(100).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

fn json(value: &(impl serde::Serialize + ?Sized)) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(Failure::broken)
}
