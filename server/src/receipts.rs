//! Receipts that were honoured since a restore: in which order they had been told, and what has not come back.

use std::{collections::BTreeSet, io::Write};

use domain::{
    ids::{CommunityId, RecordId},
    time::Moment,
};
use sqlx::Row as _;
use sync::{
    messages::{Receipt, Seq},
    retold::Later,
};

use crate::{
    db::{Db, Tx},
    devices::{self, Device},
    failure::Failure,
    records::parsed,
    returns,
};

/// Keeps that a change was taken by its receipt.
pub async fn honour(
    tx: &mut Tx,
    community: CommunityId,
    seq: Seq,
    root: Option<RecordId>,
    receipt: &Receipt,
) -> Result<(), Failure> {
    sqlx::query("insert into honoured (community_id, seq, epoch, told, root) values ($1, $2, $3, $4, $5)")
        .bind(community.to_string())
        .bind(seq)
        .bind(&receipt.epoch)
        .bind(receipt.seq)
        .bind(root.map(|root| root.to_string()))
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Whether what `epoch` said at `seq` is gone from this log: the epoch that followed it began with a backup of before. One that
/// is not known here came after the backup's, or was the first.
pub async fn has_lost(tx: &mut Tx, community: CommunityId, epoch: &str, seq: Seq) -> Result<bool, Failure> {
    let sql = "select e.epoch, e.seq, c.epoch as now from epochs e join communities c on c.id = e.community_id
        where e.community_id = $1 order by e.began, e.seq";
    let rows = sqlx::query(sql).bind(community.to_string()).fetch_all(&mut **tx).await?;
    let mut follows = None;
    for row in rows.iter().rev() {
        if row.try_get::<String, _>("now")? == epoch {
            return Ok(false);
        }
        if row.try_get::<String, _>("epoch")? == epoch {
            break;
        }
        follows = Some(row.try_get::<Seq, _>("seq")?);
    }
    Ok(follows.is_some_and(|stood| seq > stood))
}

/// What belongs after a receipt and has come before it.
pub async fn told_later(
    tx: &mut Tx,
    community: CommunityId,
    root: RecordId,
    receipt: &Receipt,
) -> Result<Later, Failure> {
    let sql = "select c.envelope, c.person_id, c.lane_id, c.earliest, c.best, c.latest, c.received, c.outcome,
        c.number from honoured h
        join changes c on c.community_id = h.community_id and c.seq = h.seq
        where h.community_id = $1 and h.root = $2 and h.epoch = $3 and h.told > $4
        and c.person_id is not null and c.outcome like '{\"is\":\"accepted\"%' order by h.told";
    let rows = sqlx::query(sql)
        .bind(community.to_string())
        .bind(root.to_string())
        .bind(&receipt.epoch)
        .bind(receipt.seq)
        .fetch_all(&mut **tx)
        .await?;
    let told = rows.iter().map(|row| returns::retold(row, returns::number_told(row)?)).collect::<Result<_, _>>()?;
    let sql = "select id from records r where community_id = $1 and root = $2
        and seq > (select max(seq) from epochs where community_id = $1)
        and not exists (select 1 from honoured h where h.community_id = r.community_id and h.seq = r.seq)";
    let rows = sqlx::query(sql).bind(community.to_string()).bind(root.to_string()).fetch_all(&mut **tx).await?;
    let anew = rows.iter().map(|row| parsed(row, "id").map(RecordId)).collect::<Result<_, _>>()?;
    Ok(Later { told, anew, returned: None })
}

/// Writes for a person what the last restore's gap is filled with, and what is missing from it.
///
/// The log that was lost had no gaps, so every number between the backup's last and the highest that came back was a change.
pub async fn list_missing(db: &Db, community: CommunityId, out: &mut impl Write) -> Result<(), Failure> {
    let mut tx = db.read().await?;
    let Some(Restore { began, seq, closed }) = last_restore(&mut tx, community).await? else {
        return say(out, format_args!("never restored: nothing is missing"));
    };
    say(out, format_args!("restored {}, with the log up to {seq}", minute(began)))?;
    match closed {
        Some(closed) => say(out, format_args!("the return was closed {}", minute(closed)))?,
        None => say(
            out,
            format_args!("the return is open: until it is closed nobody who waits for an event is offered a place"),
        )?,
    }
    for (epoch, told) in told_since(&mut tx, community, seq).await? {
        let last = told.last().copied().unwrap_or(seq);
        let missing = ranges(missing(seq, &told));
        say(out, format_args!("of the log of epoch {epoch} after it, {} changes have come back", told.len()))?;
        match missing.as_str() {
            "" => say(out, format_args!("  none is missing up to {last}, the last that anybody knows of"))?,
            missing => say(out, format_args!("  missing up to {last}: {missing}"))?,
        }
    }
    for device in devices::all(&mut tx, community).await?.iter().filter(|device| has_not_returned(device, began)) {
        let seen = device.seen.map_or("never".into(), minute);
        say(out, format_args!("not here since: {} {}, last seen {seen}", device.id, printable(&device.name)))?;
    }
    holes(&mut tx, community, began, out).await
}

/// Where a community's last restore began.
pub struct Restore {
    pub began: Moment,
    /// Where the log stood then.
    pub seq: Seq,
    /// When its return was closed.
    pub closed: Option<Moment>,
}

pub async fn last_restore(tx: &mut Tx, community: CommunityId) -> Result<Option<Restore>, Failure> {
    let sql = "select began, seq, closed from epochs where community_id = $1 order by began desc, seq desc limit 1";
    let row = sqlx::query(sql).bind(community.to_string()).fetch_optional(&mut **tx).await?;
    row.map(|row| {
        let closed = row.try_get::<Option<i64>, _>("closed")?.map(Moment);
        Ok(Restore { began: Moment(row.try_get("began")?), seq: row.try_get("seq")?, closed })
    })
    .transpose()
}

/// The numbers after `seq` that have not come back, up to the highest that has.
pub fn missing(seq: Seq, told: &BTreeSet<Seq>) -> impl Iterator<Item = Seq> {
    let last = told.last().copied().unwrap_or(seq);
    (seq + 1..=last).filter(|number| !told.contains(number))
}

/// The numbers of each former epoch that came back since the log stood at `seq`.
pub async fn told_since(
    tx: &mut Tx,
    community: CommunityId,
    seq: Seq,
) -> Result<Vec<(String, BTreeSet<Seq>)>, Failure> {
    let sql = "select epoch, told from honoured where community_id = $1 and seq > $2 order by seq";
    let rows = sqlx::query(sql).bind(community.to_string()).bind(seq).fetch_all(&mut **tx).await?;
    let mut epochs: Vec<(String, BTreeSet<Seq>)> = vec![];
    for row in &rows {
        let (epoch, told): (String, Seq) = (row.try_get("epoch")?, row.try_get("told")?);
        match epochs.iter_mut().find(|(known, _)| *known == epoch) {
            Some((_, numbers)) => drop(numbers.insert(told)),
            None => epochs.push((epoch, BTreeSet::from([told]))),
        }
    }
    Ok(epochs)
}

/// Numbers that a device itself no longer has: nobody brings them.
async fn holes(tx: &mut Tx, community: CommunityId, began: Moment, out: &mut impl Write) -> Result<(), Failure> {
    let sql = "select h.lane_id, h.first, h.last, l.device_id from holes h
        join lanes l on l.community_id = h.community_id and l.id = h.lane_id
        where h.community_id = $1 and h.recorded >= $2 order by h.recorded, h.lane_id, h.first";
    let rows = sqlx::query(sql).bind(community.to_string()).bind(began.0).fetch_all(&mut **tx).await?;
    for row in &rows {
        let (lane, device): (String, String) = (row.try_get("lane_id")?, row.try_get("device_id")?);
        let (first, last): (i64, i64) = (row.try_get("first")?, row.try_get("last")?);
        say(out, format_args!("gone for ever: numbers {first} to {last} of lane {lane} on device {device}"))?;
    }
    Ok(())
}

pub fn has_not_returned(device: &Device, began: Moment) -> bool {
    device.retired.is_none() && device.enrolled < began && device.seen.is_none_or(|seen| seen < began)
}

/// `120, 131-132`
fn ranges(numbers: impl Iterator<Item = Seq>) -> String {
    let mut ranges: Vec<(Seq, Seq)> = vec![];
    for number in numbers {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            Some(_) | None => ranges.push((number, number)),
        }
    }
    let text = ranges.iter().map(|(from, to)| if from == to { from.to_string() } else { format!("{from}-{to}") });
    text.collect::<Vec<_>>().join(", ")
}

fn minute(at: Moment) -> String {
    at.utc().format("%Y-%m-%d %H:%M").to_string()
}

/// A device's name is what somebody typed.
fn printable(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn say(out: &mut impl Write, words: std::fmt::Arguments<'_>) -> Result<(), Failure> {
    writeln!(out, "{words}").map_err(Failure::broken)
}
