//! Which records use which photos. This decides who may see a photo, and which ones are missing.

use std::collections::BTreeSet;

use domain::{
    ids::{CommunityId, PersonId},
    photos::{Photo, PhotoHash},
    records::{Audience, Record},
    time::Moment,
};
use sqlx::{AssertSqlSafe, Row as _, any::AnyRow};
use sync::messages::Seq;

use crate::{
    db::Tx,
    failure::Failure,
    records::{self, parsed},
    view::places,
};

/// A record that uses a photo, and the change that named it.
pub struct Use {
    pub record: Record,
    pub photo: Photo,
    /// Who made the change, when it arrived, and on which device it was made. The server itself is nobody, on no device.
    pub by: Option<PersonId>,
    pub named: Moment,
    pub device: Option<String>,
}

/// Notes what a record that the change `seq` has just written uses: these photos and no others.
pub async fn note(tx: &mut Tx, community: CommunityId, seq: Seq, record: &Record) -> Result<(), Failure> {
    let used: BTreeSet<_> = record.body.photos().into_iter().map(|photo| photo.hash.to_string()).collect();
    forget_others(tx, community, record, &used).await?;
    let sql = "insert into photo_uses (community_id, hash, record_id, seq) values ($1, $2, $3, $4)
        on conflict (community_id, hash, record_id) do nothing";
    for hash in used {
        sqlx::query(sql)
            .bind(community.to_string())
            .bind(hash)
            .bind(record.id.to_string())
            .bind(seq)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

async fn forget_others(
    tx: &mut Tx,
    community: CommunityId,
    record: &Record,
    used: &BTreeSet<String>,
) -> Result<(), Failure> {
    let but = if used.is_empty() { String::new() } else { format!(" and hash not in ({})", places(3, used.len())) };
    let sql = format!("delete from photo_uses where community_id = $1 and record_id = $2{but}");
    let query = sqlx::query(AssertSqlSafe(sql)).bind(community.to_string()).bind(record.id.to_string());
    used.iter().fold(query, |query, hash| query.bind(hash)).execute(&mut **tx).await?;
    Ok(())
}

pub async fn is_named(tx: &mut Tx, community: CommunityId, hash: &PhotoHash) -> Result<bool, Failure> {
    let sql = "select 1 from photo_uses where community_id = $1 and hash = $2 limit 1";
    let row = sqlx::query(sql).bind(community.to_string()).bind(hash.to_string()).fetch_optional(&mut **tx).await?;
    Ok(row.is_some())
}

const USES: &str = "select r.id, r.root, r.audience, r.seq, r.kind, r.body, u.hash, c.person_id, c.received, d.name
    from photo_uses u
    join records r on r.community_id = u.community_id and r.id = u.record_id
    join changes c on c.community_id = u.community_id and c.seq = u.seq
    join lanes l on l.community_id = c.community_id and l.id = c.lane_id
    left join devices d on d.community_id = l.community_id and d.id = l.device_id";

/// The earliest use of a photo by a record of one of these audiences, if there is any.
pub async fn seen(
    tx: &mut Tx,
    community: CommunityId,
    held: &BTreeSet<Audience>,
    hash: &PhotoHash,
) -> Result<Option<Use>, Failure> {
    if held.is_empty() {
        return Ok(None);
    }
    let sql = format!(
        "{USES} where u.community_id = $1 and u.hash = $2 and r.audience in ({}) order by u.seq, u.record_id limit 1",
        places(3, held.len())
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(community.to_string()).bind(hash.to_string());
    let row = held.iter().fold(query, |query, audience| query.bind(audience.to_string())).fetch_optional(&mut **tx);
    Ok(row.await?.map(|row| read(&row)).transpose()?.flatten())
}

/// Uses, by records of these audiences, of photos that have not arrived: the latest first, at most `most`.
pub async fn missing(
    tx: &mut Tx,
    community: CommunityId,
    held: &BTreeSet<Audience>,
    most: usize,
) -> Result<Vec<Use>, Failure> {
    if held.is_empty() {
        return Ok(vec![]);
    }
    let sql = format!(
        "{USES} where u.community_id = $1 and r.audience in ({})
        and not exists (select 1 from photos p where p.community_id = u.community_id and p.hash = u.hash)
        order by u.seq desc, u.hash, r.kind desc limit {most}",
        places(2, held.len())
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(community.to_string());
    let rows = held.iter().fold(query, |query, audience| query.bind(audience.to_string())).fetch_all(&mut **tx);
    rows.await?.iter().filter_map(|row| read(row).transpose()).collect()
}

/// Nothing for a record of a kind that this version does not know.
fn read(row: &AnyRow) -> Result<Option<Use>, Failure> {
    let Some(record) = records::read(row)?.record() else { return Ok(None) };
    let hash: String = row.try_get("hash")?;
    let photo = record.body.photos().into_iter().find(|photo| photo.hash.to_string() == hash).copied();
    let Some(photo) = photo else { return Ok(None) };
    let by: Option<String> = row.try_get("person_id")?;
    Ok(Some(Use {
        photo,
        record,
        by: by.map(|_| parsed(row, "person_id").map(PersonId)).transpose()?,
        named: Moment(row.try_get("received")?),
        device: row.try_get("name")?,
    }))
}
