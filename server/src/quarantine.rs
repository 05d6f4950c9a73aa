//! Quarantined changes: bytes that could not be read, or whose rule failed. Once the program can, they are decided.
//!
//! The log keeps the change as it came, with its outcome. Deciding it is a new entry in the server's own lane, in the name of the
//! person who made it and for the time at which they made it; it holds the same bytes. Devices pull what it wrote.

use std::io::Write;

use domain::{
    changes::Undecodable,
    ids::{ChangeId, CommunityId, LaneId, PersonId, derived},
    permissions::Proof,
    time::{Interval, Moment},
};
use sqlx::Row as _;
use sync::{
    afterwards::{Kept, Own, settle},
    messages::{Envelope, Identity, Outcome, Seq},
    server::Canon,
};

use crate::{
    canon::SqlCanon,
    clock,
    db::{Db, Tx, retried},
    devices,
    failure::Failure,
    records::parsed,
    system::own_lane,
};

/// A change that waits in quarantine.
#[derive(Clone, Debug)]
pub struct Quarantined {
    pub seq: Seq,
    pub id: ChangeId,
    pub lane: LaneId,
    pub n: i64,
    pub kind: String,
    pub person: Option<PersonId>,
    pub received: Moment,
    pub why: Undecodable,
    at: Interval,
    envelope: String,
}

/// What trying one again came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Retried {
    /// It has its outcome, accepted or refused, at this number of the log.
    Decided { seq: Seq, outcome: Outcome },
    /// It stays where it is.
    StillUndecided { why: Undecodable },
    /// Its author has written it anew meanwhile; deciding both would count it twice.
    Superseded,
    /// Somebody else has just decided it.
    Gone,
}

/// Every change that waits, in the order of the log.
pub async fn all(tx: &mut Tx, community: CommunityId) -> Result<Vec<Quarantined>, Failure> {
    let sql =
        "select c.seq, c.id, c.lane_id, c.n, c.kind, c.person_id, c.received, c.earliest, c.best, c.latest, c.outcome,
            c.envelope
        from quarantine q join changes c on c.community_id = q.community_id and c.seq = q.seq
        where q.community_id = $1 and q.decided is null order by q.seq";
    let rows = sqlx::query(sql).bind(community.to_string()).fetch_all(&mut **tx).await?;
    rows.iter().map(read).collect()
}

/// Decides one of them by today's rules.
pub async fn retry(db: &Db, community: CommunityId, waiting: &Quarantined) -> Result<Retried, Failure> {
    retried(|| retried_once(db, community, waiting)).await
}

async fn retried_once(db: &Db, community: CommunityId, waiting: &Quarantined) -> Result<Retried, Failure> {
    let now = clock::now();
    let mut canon = SqlCanon::new(db.write().await?, community, now);
    let seq = canon.take_head().await?.seq + 1;
    if !waits(canon.tx().await?, community, waiting.seq).await? {
        return Ok(Retried::Gone);
    }
    if is_superseded(canon.tx().await?, community, waiting).await? {
        return Ok(Retried::Superseded);
    }
    let change = match Envelope::read(&waiting.envelope).and_then(|envelope| envelope.open()) {
        Ok(change) if change.id == waiting.id => change,
        Ok(_) => return Ok(Retried::StillUndecided { why: waiting.why.clone() }),
        Err(why) => return Ok(Retried::StillUndecided { why }),
    };
    let proof = proof_of(&mut canon, community, waiting).await?;
    let kept = Kept {
        proof,
        lane: waiting.lane,
        id: ChangeId(derived(&[b"out of quarantine", community.0.as_bytes(), waiting.id.0.as_bytes()])),
        kind: &waiting.kind,
        envelope: &waiting.envelope,
        change: &change,
        person: waiting.person,
        at: waiting.at,
        received: waiting.received,
    };
    let mut lane = own_lane(&mut canon).await?;
    let outcome = settle(&mut canon, Own { community, lane: &mut lane, seq, now }, kept).await?;
    if let Outcome::Quarantined { undecodable } = outcome {
        return Ok(Retried::StillUndecided { why: undecodable });
    }
    canon.advance_lane(lane.id, lane.last).await?;
    sqlx::query("update quarantine set decided = $3 where community_id = $1 and seq = $2")
        .bind(community.to_string())
        .bind(waiting.seq)
        .bind(seq)
        .execute(&mut **canon.tx().await?)
        .await?;
    canon.commit().await?;
    Ok(Retried::Decided { seq, outcome })
}

/// What shows that it is its author's: as it would have been judged when it came. In a lane that takes a session it was taken
/// because that lived.
async fn proof_of(canon: &mut SqlCanon, community: CommunityId, waiting: &Quarantined) -> Result<Proof, Failure> {
    let Some(lane) = canon.lane(waiting.lane).await? else { return Ok(Proof::PickedName) };
    let device = devices::with_id(canon.tx().await?, community, lane.device).await?;
    let session = (lane.identity == Identity::Session).then_some(lane.person);
    // The server's own lanes are no device's.
    Ok(device.map_or(Proof::Session, |device| device.sender(session).proof(lane.person, lane.identity)))
}

/// Writes a line for each: its id, its lane and number, its kind, when it came and why it waits.
pub async fn list(db: &Db, community: CommunityId, out: &mut impl Write) -> Result<(), Failure> {
    for waiting in all(&mut db.read().await?, community).await? {
        let Quarantined { id, lane, n, kind, received, why, .. } = waiting;
        let (kind, received) = (shown(&kind), received.utc().format("%Y-%m-%d %H:%M:%S"));
        writeln!(out, "{id} lane {lane} number {n} {kind} {received} {}", reason(&why)).map_err(Failure::broken)?;
    }
    Ok(())
}

/// Tries one again, or all where none is named, and writes a line for each.
pub async fn try_again(
    db: &Db,
    community: CommunityId,
    only: Option<ChangeId>,
    out: &mut impl Write,
) -> Result<(), String> {
    let said = |failure: Failure| failure.to_string();
    let mut tx = db.read().await.map_err(|error| said(error.into()))?;
    let mut waiting = all(&mut tx, community).await.map_err(said)?;
    drop(tx);
    if let Some(id) = only {
        waiting.retain(|one| one.id == id);
        if waiting.is_empty() {
            return Err(format!("no change {id} waits in quarantine: lamplighter quarantine list shows those that do"));
        }
    }
    for one in &waiting {
        let came = match retry(db, community, one).await.map_err(said)? {
            Retried::Decided { outcome: Outcome::Refused { refusal }, seq } => format!("refused at {seq}: {refusal:?}"),
            Retried::Decided { seq, .. } => format!("accepted at {seq}"),
            Retried::StillUndecided { why } => format!("still waits: {}", reason(&why)),
            Retried::Superseded => "still waits: its author has written it anew".into(),
            Retried::Gone => "was decided meanwhile".into(),
        };
        writeln!(out, "{} {came}", one.id).map_err(|error| error.to_string())?;
    }
    Ok(())
}

async fn waits(tx: &mut Tx, community: CommunityId, seq: Seq) -> Result<bool, Failure> {
    let sql = "select seq from quarantine where community_id = $1 and seq = $2 and decided is null";
    let found = sqlx::query(sql).bind(community.to_string()).bind(seq).fetch_optional(&mut **tx).await?;
    Ok(found.is_some())
}

async fn is_superseded(tx: &mut Tx, community: CommunityId, waiting: &Quarantined) -> Result<bool, Failure> {
    let sql = "select envelope from changes where community_id = $1 and seq > $2 and envelope like $3";
    let rows = sqlx::query(sql)
        .bind(community.to_string())
        .bind(waiting.seq)
        .bind(format!("%{}%", waiting.id))
        .fetch_all(&mut **tx)
        .await?;
    let mut found = false;
    for row in rows {
        let envelope: String = row.try_get("envelope")?;
        found |= Envelope::read(&envelope).is_ok_and(|envelope| envelope.supersedes == Some(waiting.id));
    }
    Ok(found)
}

pub fn reason(why: &Undecodable) -> String {
    match why {
        Undecodable::UnknownKind => "of a kind or version that this server does not know".into(),
        Undecodable::Malformed { detail } => format!("not readable: {}", shown(detail)),
        Undecodable::TooLarge => "longer than any form allows".into(),
    }
}

/// What a device made up, fit for a terminal.
pub fn shown(text: &str) -> String {
    match text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect::<String>() {
        text if text.is_empty() => "-".into(),
        text => text,
    }
}

fn read(row: &sqlx::any::AnyRow) -> Result<Quarantined, Failure> {
    let moment = |column| -> Result<Moment, Failure> { Ok(Moment(row.try_get(column)?)) };
    let outcome: Outcome = serde_json::from_str(&row.try_get::<String, _>("outcome")?).map_err(Failure::broken)?;
    let Outcome::Quarantined { undecodable } = outcome else {
        return Err(Failure::broken("a change in quarantine has another outcome"));
    };
    let person: Option<String> = row.try_get("person_id")?;
    Ok(Quarantined {
        seq: row.try_get("seq")?,
        id: ChangeId(parsed(row, "id")?),
        lane: LaneId(parsed(row, "lane_id")?),
        n: row.try_get("n")?,
        kind: row.try_get("kind")?,
        person: person.map(|_| parsed(row, "person_id").map(PersonId)).transpose()?,
        received: moment("received")?,
        why: undecodable,
        at: Interval { earliest: moment("earliest")?, best: moment("best")?, latest: moment("latest")? },
        envelope: row.try_get("envelope")?,
    })
}
