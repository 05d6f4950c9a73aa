//! The photos that were taken in: a row says that the bytes are stored and were what their name says.

use domain::{ids::CommunityId, photos::PhotoHash, time::Moment};
use sqlx::Row as _;

use crate::{db::Tx, devices::Device, failure::Failure, photos::inspect::Size};

pub struct Kept<'a> {
    pub hash: &'a PhotoHash,
    pub bytes: usize,
    pub size: Size,
    pub received: Moment,
    pub device: &'a Device,
}

pub async fn is_kept(tx: &mut Tx, community: CommunityId, hash: &PhotoHash) -> Result<bool, Failure> {
    let sql = "select 1 from photos where community_id = $1 and hash = $2";
    let row = sqlx::query(sql).bind(community.to_string()).bind(hash.to_string()).fetch_optional(&mut **tx).await?;
    Ok(row.is_some())
}

/// Notes that a photo is kept; whose it was first stays.
pub async fn add(tx: &mut Tx, kept: &Kept<'_>) -> Result<(), Failure> {
    let sql = "insert into photos (community_id, hash, bytes, width, height, received, device_id)
        values ($1, $2, $3, $4, $5, $6, $7) on conflict (community_id, hash) do nothing";
    sqlx::query(sql)
        .bind(kept.device.community.to_string())
        .bind(kept.hash.to_string())
        .bind(i64::try_from(kept.bytes).unwrap_or(i64::MAX))
        .bind(i64::from(kept.size.width))
        .bind(i64::from(kept.size.height))
        .bind(kept.received.0)
        .bind(kept.device.id.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// How many photos of a device are kept that no record uses.
pub async fn unnamed(tx: &mut Tx, device: &Device) -> Result<i64, Failure> {
    let sql = "select count(*) as unnamed from photos p where p.community_id = $1 and p.device_id = $2
        and not exists (select 1 from photo_uses u where u.community_id = p.community_id and u.hash = p.hash)";
    let row =
        sqlx::query(sql).bind(device.community.to_string()).bind(device.id.to_string()).fetch_one(&mut **tx).await?;
    Ok(row.try_get("unnamed")?)
}
