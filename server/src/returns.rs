//! A return: from a restore until devices have brought back what the lost log held, or a person closes it with what is missing
//! before them. While it is open nobody who waits is offered a place, and each event is written anew from what the backup held.

use std::collections::BTreeSet;

use domain::{
    changes::Request,
    events::EventKey,
    ids::{CommunityId, LaneId, PersonId, RecordId},
    records::{Body, Record, Root},
    residents,
    sign_ups::{LapseOffers, Tally},
    time::{Interval, Moment},
};
use sqlx::Row as _;
use sync::{
    messages::{Envelope, Outcome, Receipt, Row, Seq},
    retold::{Retold, Returned},
    server::Canon as _,
};

use crate::{
    canon::SqlCanon,
    db::Tx,
    devices,
    failure::Failure,
    receipts,
    records::{self, parsed},
    system,
};

/// Begins one: keeps what the backup holds of every event.
pub async fn begin(tx: &mut Tx, community: CommunityId) -> Result<(), Failure> {
    forget(tx, community).await?;
    let sql = "insert into before_restore (community_id, id, root, audience, seq, kind, body)
        select community_id, id, root, audience, seq, kind, body from records
        where community_id = $1 and root in (select root from records where community_id = $1 and kind = 'event')";
    sqlx::query(sql).bind(community.to_string()).execute(&mut **tx).await?;
    Ok(())
}

async fn forget(tx: &mut Tx, community: CommunityId) -> Result<(), Failure> {
    for sql in
        ["delete from before_restore where community_id = $1", "delete from decided_since where community_id = $1"]
    {
        sqlx::query(sql).bind(community.to_string()).execute(&mut **tx).await?;
    }
    Ok(())
}

pub async fn is_open(tx: &mut Tx, community: CommunityId) -> Result<bool, Failure> {
    let sql = "select epoch from epochs where community_id = $1 and closed is null limit 1";
    Ok(sqlx::query(sql).bind(community.to_string()).fetch_optional(&mut **tx).await?.is_some())
}

/// Keeps that a change about the event of `root` was decided at `seq` while a return is open.
pub async fn note(tx: &mut Tx, community: CommunityId, seq: Seq, root: RecordId) -> Result<(), Failure> {
    sqlx::query("insert into decided_since (community_id, seq, root) values ($1, $2, $3)")
        .bind(community.to_string())
        .bind(seq)
        .bind(root.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// What is known of an event since the restore, around `receipt`.
pub async fn around(
    tx: &mut Tx,
    community: CommunityId,
    root: RecordId,
    receipt: &Receipt,
) -> Result<Returned, Failure> {
    let sql = "select id, root, audience, seq, kind, body from before_restore where community_id = $1 and root = $2";
    let rows = sqlx::query(sql).bind(community.to_string()).bind(root.to_string()).fetch_all(&mut **tx).await?;
    let base = Root { records: records::known(&rows)? };
    let epochs = epochs(tx, community).await?;
    // Where nothing says which of two former epochs was first, any order will do that is always the same.
    let place = |epoch: &str, seq: Seq| (epochs.iter().position(|known| known == epoch), epoch.to_owned(), seq);
    let own = place(&receipt.epoch, receipt.seq);
    let sql = "select c.envelope, c.kind, c.person_id, c.lane_id, c.earliest, c.best, c.latest, c.received, c.outcome, c.number,
        h.epoch, h.told from honoured h join changes c on c.community_id = h.community_id and c.seq = h.seq
        where h.community_id = $1 and h.root = $2 and c.outcome like '{\"is\":\"accepted\"%'
        and h.seq > (select max(seq) from epochs where community_id = $1)";
    let mut told = vec![];
    for row in sqlx::query(sql).bind(community.to_string()).bind(root.to_string()).fetch_all(&mut **tx).await? {
        told.push((place(row.try_get("epoch")?, row.try_get("told")?), retold(&row, number_told(&row)?)?));
    }
    told.sort_by(|(one, _), (other, _)| one.cmp(other));
    let after = told.split_off(told.partition_point(|(place, _)| *place < own));
    let alone = |told: Vec<(_, Retold)>| told.into_iter().map(|(_, retold)| retold).collect();
    Ok(Returned { base, before: alone(told), after: alone(after), since: since(tx, community, root).await? })
}

/// The former epochs that began with a backup, the oldest first.
async fn epochs(tx: &mut Tx, community: CommunityId) -> Result<Vec<String>, Failure> {
    let sql = "select epoch from epochs where community_id = $1 order by began, seq";
    let rows = sqlx::query(sql).bind(community.to_string()).fetch_all(&mut **tx).await?;
    rows.iter().map(|row| Ok(row.try_get("epoch")?)).collect()
}

async fn since(tx: &mut Tx, community: CommunityId, root: RecordId) -> Result<Vec<Retold>, Failure> {
    let sql = "select c.envelope, c.kind, c.person_id, c.lane_id, c.earliest, c.best, c.latest, c.received, c.outcome, c.records
        from decided_since d join changes c on c.community_id = d.community_id and c.seq = d.seq
        where d.community_id = $1 and d.root = $2 order by d.seq";
    let rows = sqlx::query(sql).bind(community.to_string()).bind(root.to_string()).fetch_all(&mut **tx).await?;
    rows.iter().map(|row| retold(row, number_given(row)?)).collect()
}

/// The number that the party was given which asked by a change.
fn number_given(row: &sqlx::any::AnyRow) -> Result<Option<u32>, Failure> {
    let change = Envelope::read(row.try_get("envelope")?).and_then(|envelope| envelope.open());
    let Ok(change) = change else { return Ok(None) };
    let written: Vec<Row> = serde_json::from_str(row.try_get("records")?).map_err(Failure::broken)?;
    let written: Vec<Record> = written.iter().filter_map(Row::record).collect();
    Ok(change.deed.number_among(&written))
}

/// The number that a party was told with the yes to a change.
pub fn number_told(row: &sqlx::any::AnyRow) -> Result<Option<u32>, Failure> {
    Ok(row.try_get::<Option<i64>, _>("number")?.and_then(|number| u32::try_from(number).ok()))
}

/// A change of the log, with the columns that say what it was told.
pub fn retold(row: &sqlx::any::AnyRow, number: Option<u32>) -> Result<Retold, Failure> {
    let moment = |column| row.try_get(column).map(Moment);
    let at = Interval { earliest: moment("earliest")?, best: moment("best")?, latest: moment("latest")? };
    let flags = match serde_json::from_str(row.try_get("outcome")?).map_err(Failure::broken)? {
        Outcome::Accepted { flags } => flags,
        Outcome::Refused { .. } | Outcome::Quarantined { .. } => BTreeSet::new(),
    };
    let person: Option<String> = row.try_get("person_id")?;
    let person = person.map(|_| parsed(row, "person_id").map(PersonId)).transpose()?;
    let lane = LaneId(parsed(row, "lane_id")?);
    Ok(Retold { envelope: row.try_get("envelope")?, person, lane, at, decided: moment("received")?, flags, number })
}

/// Whether all that the last restore lost is back: every device that is not retired has been here since and has nothing left to
/// bring, and of the numbers that came back none is missing.
pub async fn is_whole(tx: &mut Tx, community: CommunityId) -> Result<bool, Failure> {
    let Some(restore) = receipts::last_restore(tx, community).await? else { return Ok(true) };
    for device in devices::all(tx, community).await?.iter().filter(|device| device.retired.is_none()) {
        if receipts::has_not_returned(device, restore.began) || !devices::has_brought_all(tx, device).await? {
            return Ok(false);
        }
    }
    let told = receipts::told_since(tx, community, restore.seq).await?;
    Ok(told.iter().all(|(_, told)| receipts::missing(restore.seq, told).next().is_none()))
}

/// Closes the return and offers what is free to who waits, in one go; `canon` has taken the head. Returns how many changes the
/// server said by that, or nothing where no return is open.
pub async fn close(canon: &mut SqlCanon, now: Moment) -> Result<Option<usize>, Failure> {
    let head = canon.take_head().await?;
    if !canon.is_returning().await? {
        return Ok(None);
    }
    let community = canon.community();
    let tx = canon.tx().await?;
    sqlx::query("update epochs set closed = $2 where community_id = $1 and closed is null")
        .bind(community.to_string())
        .bind(now.0)
        .execute(&mut **tx)
        .await?;
    forget(tx, community).await?;
    let lines = lines(tx, community).await?;
    canon.returning_is_over();
    let mut head = head;
    for of in &lines {
        let request = Request::Residents(residents::Request::LapseOffers(LapseOffers { of: *of }));
        system::apply_own(canon, &head, request, now).await?;
        head.seq += 1;
    }
    Ok(Some(lines.len()))
}

/// The events in which somebody waits.
async fn lines(tx: &mut Tx, community: CommunityId) -> Result<Vec<EventKey>, Failure> {
    let tallies = records::of_kind(tx, community, "tally").await?.into_iter();
    let lines = tallies.filter_map(|record| match record.body {
        Body::Residents(residents::Body::Tally(Tally { of, line, .. })) if !line.is_empty() => Some(of),
        _ => None,
    });
    Ok(lines.collect())
}
