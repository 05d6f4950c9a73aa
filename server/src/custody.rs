//! Custody: what a device could not push, kept as it was handed over until a person has worked through it.
//!
//! A change is *taken*: decided as a new entry in the server's own lane, as what leaves quarantine is. Everything else (drafts,
//! damaged entries) somebody reads, types in where it belongs, and *dismisses*. Nothing leaves custody twice.

use std::{collections::BTreeMap, io::Write};

use domain::{
    ids::{CommunityId, DeviceId, LaneId, PersonId, derived},
    permissions::Proof,
    time::{Contact, Interval, Moment},
};
use sqlx::Row as _;
use sync::{
    afterwards::{self, InCustody, Own},
    messages::{CHANGE_BYTES, Envelope, HandOver, HandOverAnswer, Handed, Identity, Outcome, Profile, Seq},
    server::Canon,
};
use uuid::Uuid;

use crate::{
    canon::{SqlCanon, identity_of, word_of},
    clock, communities,
    db::{Db, Tx, retried},
    devices::{self, Device},
    failure::Failure,
    quarantine::{reason, shown},
    records::{self, parsed},
    system::own_lane,
};

/// A device that was retired may hand over for so long: as long as a browser keeps its cookie. Later nobody proves by it who
/// they are.
pub const AFTER_RETIREMENT: i64 = 365 * 24 * 60 * 60 * 1000;
/// So much of one device waits at a time, whoever has it: twice what six weeks without a network bring, and no room for a thief's
/// mischief.
pub const ITEMS_MOST: i64 = 40_000;
pub const BYTES_MOST: i64 = 64 * 1024 * 1024;
/// A name, and something handed over, at most.
const WORD_MOST: usize = 200;
const CONTENT_MOST: usize = 4 * CHANGE_BYTES;

/// Something in custody.
#[derive(Clone, Debug)]
pub struct Item {
    pub id: Uuid,
    pub device: DeviceId,
    pub person: Option<PersonId>,
    pub kind: String,
    pub saved: Option<Moment>,
    pub received: Moment,
    pub content: String,
    /// How its device said that it knew the person.
    identity: Identity,
    at: Interval,
}

impl Item {
    /// What stands for the lane: everything that its device handed over in this person's name.
    fn lane(&self) -> LaneId {
        let person = self.person.unwrap_or(PersonId(Uuid::nil()));
        LaneId(derived(&[b"handed over", self.device.0.as_bytes(), person.0.as_bytes()]))
    }

    fn kept(&self) -> InCustody<'_> {
        let &Self { ref kind, ref content, person, at, received, .. } = self;
        InCustody { kind, content, person, lane: self.lane(), at, received }
    }
}

/// What taking an item came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It has its outcome, accepted or refused, at this number of the log.
    Decided {
        seq: Seq,
        outcome: Outcome,
    },
    /// The same change had come another way and was decided at this number.
    Before {
        seq: Seq,
    },
    StillWaits {
        why: String,
    },
    /// It takes more than its device's word that it is its author's.
    Unproven,
    /// Somebody else has just been done with it.
    Gone,
}

/// Keeps what a device hands over, each item once. What there is no room for is not in the answer and stays on the device.
pub async fn take_over(db: &Db, device: &Device, sent: &HandOver) -> Result<HandOverAnswer, Failure> {
    retried(|| take_over_once(db, device, sent)).await
}

async fn take_over_once(db: &Db, device: &Device, sent: &HandOver) -> Result<HandOverAnswer, Failure> {
    let server = clock::now();
    let delivered = Contact { server, clocks: sent.clocks };
    let mut tx = db.write().await?;
    let epoch = communities::head(&mut tx, device.community).await?.epoch;
    let (mut items, mut bytes) = waiting_of(&mut tx, device).await?;
    let mut kept = vec![];
    for handed in &sent.items {
        let fits =
            handed.key.len() <= WORD_MOST && handed.kind.len() <= WORD_MOST && handed.content.len() <= CONTENT_MOST;
        if !fits || items >= ITEMS_MOST || bytes >= BYTES_MOST {
            continue;
        }
        if !is_logged(&mut tx, device.community, handed).await? && keep(&mut tx, device, handed, delivered).await? {
            items += 1;
            bytes += i64::try_from(handed.content.len()).unwrap_or(i64::MAX);
        }
        kept.push(handed.key.clone());
    }
    tx.commit().await?;
    if !kept.is_empty() {
        tracing::warn!(device = %device.id, items = kept.len(), "a device handed over what it could not send");
    }
    Ok(HandOverAnswer { server, epoch, kept })
}

/// Whether the change was decided already, with these bytes: only its answer was lost.
async fn is_logged(tx: &mut Tx, community: CommunityId, handed: &Handed) -> Result<bool, Failure> {
    let Ok(envelope) = Envelope::read(&handed.content) else { return Ok(false) };
    let row = sqlx::query("select envelope from changes where community_id = $1 and id = $2")
        .bind(community.to_string())
        .bind(envelope.id.to_string())
        .fetch_optional(&mut **tx)
        .await?;
    Ok(row.map(|row| row.try_get::<String, _>("envelope")).transpose()?.is_some_and(|kept| kept == handed.content))
}

async fn keep(tx: &mut Tx, device: &Device, handed: &Handed, delivered: Contact) -> Result<bool, Failure> {
    let at = Envelope::read(&handed.content)
        .map_or(Interval::exactly(delivered.server), |envelope| envelope.at.interval(delivered));
    let id = derived(&[b"custody", device.id.0.as_bytes(), handed.key.as_bytes(), handed.content.as_bytes()]);
    let (person, identity) = match device.profile {
        Profile::Shared => (handed.person, handed.identity),
        Profile::Personal { person } => (Some(person), handed.identity.or(Some(Identity::Pin))),
    };
    let sql =
        "insert into custody (community_id, id, device_id, person_id, kind, saved, earliest, best, latest, received,
            content, identity) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict (community_id, id) do nothing";
    let done = sqlx::query(sql)
        .bind(device.community.to_string())
        .bind(id.to_string())
        .bind(device.id.to_string())
        .bind(person.map(|person| person.to_string()))
        .bind(shown(&handed.kind))
        .bind(handed.saved.map(|saved| saved.0))
        .bind(at.earliest.0)
        .bind(at.best.0)
        .bind(at.latest.0)
        .bind(delivered.server.0)
        .bind(serde_json::to_string(&handed.content).map_err(Failure::broken)?)
        .bind(identity.map(word_of))
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// How much of a device nobody has been done with: items, and characters.
async fn waiting_of(tx: &mut Tx, device: &Device) -> Result<(i64, i64), Failure> {
    let sql = "select count(*) as items, cast(coalesce(sum(length(content)), 0) as bigint) as bytes from custody
        where community_id = $1 and device_id = $2 and settled is null";
    let row =
        sqlx::query(sql).bind(device.community.to_string()).bind(device.id.to_string()).fetch_one(&mut **tx).await?;
    Ok((row.try_get("items")?, row.try_get("bytes")?))
}

/// Everything that waits, in the order in which it came.
pub async fn all(tx: &mut Tx, community: CommunityId) -> Result<Vec<Item>, Failure> {
    let sql = "select id, device_id, person_id, kind, saved, earliest, best, latest, received, content, identity
        from custody where community_id = $1 and settled is null order by received, saved, id";
    let rows = sqlx::query(sql).bind(community.to_string()).fetch_all(&mut **tx).await?;
    rows.iter().map(read).collect()
}

/// How much of each device waits.
pub async fn counts(tx: &mut Tx, community: CommunityId) -> Result<BTreeMap<DeviceId, i64>, Failure> {
    let sql = "select device_id, count(*) as items from custody
        where community_id = $1 and settled is null group by device_id";
    let rows = sqlx::query(sql).bind(community.to_string()).fetch_all(&mut **tx).await?;
    rows.iter().map(|row| Ok((DeviceId(parsed(row, "device_id")?), row.try_get("items")?))).collect()
}

/// Decides a change that waits, by today's rules.
pub async fn take(db: &Db, community: CommunityId, item: &Item, vouched: Vouched) -> Result<Taken, Failure> {
    retried(|| take_once(db, community, item, vouched)).await
}

/// Whether whoever takes a change answers for it that it is its author's: they have asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vouched {
    Yes,
    No,
}

/// What shows that it is its author's: its device's word, as far as that goes, or that of whoever takes it.
async fn proof_of(
    canon: &mut SqlCanon,
    community: CommunityId,
    item: &Item,
    vouched: Vouched,
) -> Result<Proof, Failure> {
    let (Vouched::No, Some(person)) = (vouched, item.person) else { return Ok(Proof::Session) };
    let device = devices::with_id(canon.tx().await?, community, item.device).await?;
    Ok(device.map_or(Proof::PickedName, |device| device.sender(None).proof(person, item.identity)))
}

async fn take_once(db: &Db, community: CommunityId, item: &Item, vouched: Vouched) -> Result<Taken, Failure> {
    let now = clock::now();
    let mut canon = SqlCanon::new(db.write().await?, community, now);
    let seq = canon.take_head().await?.seq + 1;
    let proof = proof_of(&mut canon, community, item, vouched).await?;
    let mut lane = own_lane(&mut canon).await?;
    let own = Own { community, lane: &mut lane, seq, now };
    let came = match afterwards::take(&mut canon, own, &item.kept(), proof).await? {
        afterwards::Taken::Decided { seq, outcome } => {
            canon.advance_lane(lane.id, lane.last).await?;
            Taken::Decided { seq, outcome }
        }
        afterwards::Taken::Before { seq } => Taken::Before { seq },
        // Nothing is consumed.
        afterwards::Taken::Unproven => return Ok(Taken::Unproven),
        afterwards::Taken::OthersId => return Ok(Taken::StillWaits { why: "another change has its id".into() }),
        afterwards::Taken::Nobodys => return Ok(Taken::StillWaits { why: "nobody knows whose it is".into() }),
        afterwards::Taken::Undecodable(why) => return Ok(Taken::StillWaits { why: reason(&why) }),
    };
    let (Taken::Decided { seq, .. } | Taken::Before { seq }) = came else { return Ok(came) };
    if !done_with(canon.tx().await?, community, item.id, now, Done::Decided(seq)).await? {
        return Ok(Taken::Gone);
    }
    canon.commit().await?;
    Ok(came)
}

enum Done<'a> {
    Decided(Seq),
    Dismissed { because: &'a str },
}

/// Says that a person is done with it. False where somebody was before.
async fn done_with(
    tx: &mut Tx,
    community: CommunityId,
    id: Uuid,
    now: Moment,
    done: Done<'_>,
) -> Result<bool, Failure> {
    let (decided, because) = match done {
        Done::Decided(seq) => (Some(seq), None),
        Done::Dismissed { because } => (None, Some(because)),
    };
    let sql = "update custody set settled = $3, decided = $4, because = $5
        where community_id = $1 and id = $2 and settled is null";
    let query =
        sqlx::query(sql).bind(community.to_string()).bind(id.to_string()).bind(now.0).bind(decided).bind(because);
    Ok(query.execute(&mut **tx).await?.rows_affected() > 0)
}

/// Writes a line for each: its id, kind, whose it is, from which device, when it was saved and when it came.
pub async fn list(db: &Db, community: CommunityId, out: &mut impl Write) -> Result<(), Failure> {
    let mut tx = db.read().await?;
    for item in all(&mut tx, community).await? {
        let person = match item.person {
            Some(id) => records::person(&mut tx, community, id).await?.map(|person| person.name),
            None => None,
        };
        let person = person.map_or("nobody known".into(), |name| format!("{} {}", name.zh, name.en));
        let when = |at: Moment| at.utc().format("%Y-%m-%d %H:%M:%S").to_string();
        let saved = item.saved.map_or("-".into(), when);
        let Item { id, device, kind, received, .. } = &item;
        writeln!(out, "{id} {kind} of {} on {device} saved {saved} came {}", shown(&person), when(*received))
            .map_err(Failure::broken)?;
    }
    Ok(())
}

/// Writes an item as it was handed over, but for what a terminal would take for an order.
pub async fn show(db: &Db, community: CommunityId, id: Uuid, out: &mut impl Write) -> Result<(), String> {
    let item = one(db, community, id).await?;
    writeln!(out, "{}", shown(&item.content)).map_err(|error| error.to_string())
}

/// Takes one, or all where none is named, and writes a line for each.
pub async fn take_them(
    db: &Db,
    community: CommunityId,
    only: Option<Uuid>,
    vouched: Vouched,
    out: &mut impl Write,
) -> Result<(), String> {
    let items = match only {
        Some(id) => vec![one(db, community, id).await?],
        None => all(&mut db.read().await.map_err(|error| error.to_string())?, community).await.map_err(said)?,
    };
    for item in &items {
        let came = match take(db, community, item, vouched).await.map_err(said)? {
            Taken::Unproven => {
                "still waits: nothing shows that it is theirs; ask them, and take it with --vouch".into()
            }
            Taken::Decided { outcome: Outcome::Refused { refusal }, seq } => format!("refused at {seq}: {refusal:?}"),
            Taken::Decided { seq, .. } => format!("accepted at {seq}"),
            Taken::Before { seq } => format!("had been decided at {seq}"),
            Taken::StillWaits { why } => format!("still waits: {why}"),
            Taken::Gone => "was dealt with meanwhile".into(),
        };
        writeln!(out, "{} {came}", item.id).map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Puts one aside, with the reason. Its bytes are kept.
pub async fn dismiss(db: &Db, community: CommunityId, id: Uuid, because: &str) -> Result<(), String> {
    let mut tx = db.write().await.map_err(|error| error.to_string())?;
    if !done_with(&mut tx, community, id, clock::now(), Done::Dismissed { because }).await.map_err(said)? {
        return Err(nothing(id));
    }
    tx.commit().await.map_err(|error| error.to_string())
}

async fn one(db: &Db, community: CommunityId, id: Uuid) -> Result<Item, String> {
    let mut tx = db.read().await.map_err(|error| error.to_string())?;
    let waiting = all(&mut tx, community).await.map_err(said)?;
    waiting.into_iter().find(|item| item.id == id).ok_or_else(|| nothing(id))
}

fn nothing(id: Uuid) -> String {
    format!("nothing called {id} is in custody: lamplighter custody list shows what is")
}

fn said(failure: Failure) -> String {
    failure.to_string()
}

fn read(row: &sqlx::any::AnyRow) -> Result<Item, Failure> {
    let moment = |column| -> Result<Moment, Failure> { Ok(Moment(row.try_get(column)?)) };
    let person: Option<String> = row.try_get("person_id")?;
    Ok(Item {
        id: parsed(row, "id")?,
        device: DeviceId(parsed(row, "device_id")?),
        person: person.map(|_| parsed(row, "person_id").map(PersonId)).transpose()?,
        kind: row.try_get("kind")?,
        saved: row.try_get::<Option<i64>, _>("saved")?.map(Moment),
        received: moment("received")?,
        content: serde_json::from_str(&row.try_get::<String, _>("content")?).map_err(Failure::broken)?,
        identity: row.try_get::<Option<String>, _>("identity")?.map_or(Identity::Claimed, |word| identity_of(&word)),
        at: Interval { earliest: moment("earliest")?, best: moment("best")?, latest: moment("latest")? },
    })
}
