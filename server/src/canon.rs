//! The canonical records of one community inside one transaction: what the sync machine works through.

use domain::{
    ids::{ChangeId, CommunityId, DeviceId, LaneId, PersonId, RecordId},
    people::Person,
    records::{Body, Reads, Record, Root},
    tags::to_hex,
    time::Moment,
};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use sqlx::Row as _;
use sync::{
    messages::{Hole, Identity, LaneNumber, Outcome, Receipt, Seq},
    retold::Later,
    server::{Canon, Head, Lane, LogEntry, Logged},
};

use crate::{
    communities,
    db::Tx,
    failure::Failure,
    metrics::Tally,
    receipts,
    records::{self, parsed},
    sessions,
};

/// How the database calls a lane whose person is only claimed.
const CLAIMED: &str = "claimed";

pub struct SqlCanon {
    tx: Tx,
    community: CommunityId,
    now: Moment,
    /// The number of the last change that this transaction logged.
    logged: Option<Seq>,
    /// The community's secret, once it was needed.
    secret: Option<Vec<u8>>,
    tally: Tally,
}

impl SqlCanon {
    pub fn new(tx: Tx, community: CommunityId, now: Moment) -> Self {
        Self { tx, community, now, logged: None, secret: None, tally: Tally::default() }
    }

    pub fn tx(&mut self) -> &mut Tx {
        &mut self.tx
    }

    pub fn community(&self) -> CommunityId {
        self.community
    }

    /// Makes everything true. The head's new number and what it counts appear together.
    pub async fn commit(mut self) -> Result<(), Failure> {
        if let Some(seq) = self.logged {
            sqlx::query("update communities set seq = $2 where id = $1")
                .bind(self.community.to_string())
                .bind(seq)
                .execute(&mut *self.tx)
                .await?;
        }
        Ok(self.tx.commit().await?)
    }

    /// The lane of this person on this device.
    pub async fn lane_of(&mut self, device: DeviceId, person: PersonId) -> Result<Option<Lane>, Failure> {
        let sql = "select id, last from lanes
            where community_id = $1 and device_id = $2 and person_id = $3 and identity <> 'claimed'";
        let row = sqlx::query(sql)
            .bind(self.community.to_string())
            .bind(device.to_string())
            .bind(person.to_string())
            .fetch_optional(&mut *self.tx)
            .await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Lane { id: LaneId(parsed(&row, "id")?), device, person, last: row.try_get("last")?, claimed: false }))
    }

    async fn quarantine(&mut self, seq: Seq) -> Result<(), Failure> {
        sqlx::query("insert into quarantine (community_id, seq) values ($1, $2)")
            .bind(self.community.to_string())
            .bind(seq)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    /// The outcomes that this transaction logged.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    async fn insert_change(&mut self, entry: &LogEntry<'_>, written: &[&Record]) -> Result<(), Failure> {
        let sql = "insert into changes (community_id, seq, lane_id, n, id, kind, envelope, person_id, earliest, best, latest,
            received, rules, outcome, records) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
        sqlx::query(sql)
            .bind(self.community.to_string())
            .bind(entry.seq)
            .bind(entry.lane.to_string())
            .bind(entry.n)
            .bind(entry.id.to_string())
            .bind(readable(entry.kind))
            .bind(entry.envelope)
            .bind(entry.person.map(|person| person.to_string()))
            .bind(entry.at.earliest.0)
            .bind(entry.at.best.0)
            .bind(entry.at.latest.0)
            .bind(entry.received.0)
            .bind(i64::from(entry.rules))
            .bind(json(entry.outcome)?)
            .bind(rows_json(entry.seq, written)?)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
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
            claimed: row.try_get::<String, _>("identity")? == CLAIMED,
        }))
    }

    async fn open_lane(&mut self, lane: &Lane, identity: Identity) -> Result<(), Failure> {
        let sql = "insert into lanes (community_id, id, device_id, person_id, identity, last, opened)
            values ($1, $2, $3, $4, $5, $6, $7)";
        let identity = match identity {
            Identity::SignedIn => "signed_in",
            Identity::Pin => "pin",
            Identity::Claimed => CLAIMED,
        };
        sqlx::query(sql)
            .bind(self.community.to_string())
            .bind(lane.id.to_string())
            .bind(lane.device.to_string())
            .bind(lane.person.to_string())
            .bind(identity)
            .bind(lane.last)
            .bind(self.now.0)
            .execute(&mut *self.tx)
            .await?;
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

    async fn logged(&mut self, id: ChangeId) -> Result<Option<Logged>, Failure> {
        let row = sqlx::query("select seq, outcome from changes where community_id = $1 and id = $2")
            .bind(self.community.to_string())
            .bind(id.to_string())
            .fetch_optional(&mut *self.tx)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let outcome: Outcome = serde_json::from_str(&row.try_get::<String, _>("outcome")?).map_err(Failure::broken)?;
        Ok(Some(Logged { seq: row.try_get("seq")?, outcome }))
    }

    async fn root(&mut self, id: RecordId) -> Result<Root, Failure> {
        Ok(Root { records: records::of_root(&mut self.tx, self.community, id).await? })
    }

    async fn reads(&mut self, ids: &[RecordId]) -> Result<Reads, Failure> {
        let mut found = vec![];
        for id in ids {
            found.extend(records::get(&mut self.tx, self.community, *id).await?);
        }
        Ok(found.into_iter().collect())
    }

    async fn person(&mut self, id: PersonId) -> Result<Option<Person>, Failure> {
        records::person(&mut self.tx, self.community, id).await
    }

    async fn log(&mut self, entry: LogEntry<'_>) -> Result<(), Failure> {
        let mut written = vec![];
        for record in entry.records {
            if !records::put(&mut self.tx, self.community, entry.seq, record).await? {
                continue;
            }
            written.push(record);
            if let Body::Person(person) = &record.body {
                communities::access_changed(&mut self.tx, self.community).await?;
                if person.left.is_some() {
                    sessions::end_all(&mut self.tx, self.community, person.id).await?;
                }
            }
        }
        self.insert_change(&entry, &written).await?;
        if let Outcome::Quarantined { .. } = entry.outcome {
            self.quarantine(entry.seq).await?;
        }
        self.tally.count(entry.outcome);
        self.logged = Some(entry.seq);
        Ok(())
    }

    async fn told_later(&mut self, root: RecordId, receipt: &Receipt) -> Result<Later, Failure> {
        receipts::told_later(&mut self.tx, self.community, root, receipt).await
    }

    async fn honour(&mut self, seq: Seq, root: Option<RecordId>, receipt: &Receipt) -> Result<(), Failure> {
        receipts::honour(&mut self.tx, self.community, seq, root, receipt).await
    }

    async fn proof(&mut self, words: &[u8]) -> Result<String, Failure> {
        let secret = match self.secret.take() {
            Some(secret) => secret,
            None => communities::signing_key(&mut self.tx, self.community).await?.to_bytes().to_vec(),
        };
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&secret).expect("HMAC takes a key of any length");
        mac.update(b"receipt");
        mac.update(words);
        self.secret = Some(secret);
        Ok(to_hex(&mac.finalize().into_bytes()))
    }
}

/// A kind that a device made up may hold NUL, which PostgreSQL keeps in no text, and any length. Its bytes are in the envelope.
fn readable(kind: &str) -> String {
    kind.chars().take(100).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

fn rows_json(seq: Seq, written: &[&Record]) -> Result<String, Failure> {
    let rows: Vec<_> = written.iter().map(|record| sync::messages::Row::of(record, seq)).collect();
    json(&rows)
}

fn json(value: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(Failure::broken)
}
