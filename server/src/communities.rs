//! Communities: the row that counts their changes, their epoch and the key that signs their tags.

use domain::{ids::CommunityId, tags::from_hex, time::Moment};
use ed25519_dalek::SigningKey;
use sqlx::Row as _;
use sync::{messages::Hint, server::Head};

use crate::{db::Tx, failure::Failure, records::parsed, returns, secrets};

/// Makes an empty community with a new epoch and a new signing key.
pub async fn create(tx: &mut Tx, id: CommunityId, now: Moment) -> Result<(), Failure> {
    sqlx::query("insert into communities (id, epoch, seq, signing_key, created) values ($1, $2, 0, $3, $4)")
        .bind(id.to_string())
        .bind(fresh_epoch())
        .bind(secrets::token())
        .bind(now.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

fn fresh_epoch() -> String {
    secrets::token()[..16].to_owned()
}

/// Gives every community a new epoch: what devices hold of the log may be more than is here now. Returns how many there are.
/// From here on what a receipt brings is told from what is decided anew, until the return that begins is closed.
pub async fn renew_epochs(tx: &mut Tx, now: Moment) -> Result<usize, Failure> {
    let communities = all(tx).await?;
    for community in &communities {
        let epoch = fresh_epoch();
        sqlx::query("update communities set epoch = $2 where id = $1")
            .bind(community.to_string())
            .bind(&epoch)
            .execute(&mut **tx)
            .await?;
        let sql = "insert into epochs (community_id, epoch, began, seq) select id, epoch, $2, seq from communities where id = $1";
        sqlx::query(sql).bind(community.to_string()).bind(now.0).execute(&mut **tx).await?;
        returns::begin(tx, *community).await?;
    }
    Ok(communities.len())
}

pub async fn all(tx: &mut Tx) -> Result<Vec<CommunityId>, Failure> {
    let rows = sqlx::query("select id from communities order by created, id").fetch_all(&mut **tx).await?;
    rows.iter().map(|row| parsed(row, "id").map(CommunityId)).collect()
}

pub async fn founded(tx: &mut Tx, id: CommunityId) -> Result<Moment, Failure> {
    let row =
        sqlx::query("select created from communities where id = $1").bind(id.to_string()).fetch_one(&mut **tx).await?;
    Ok(Moment(row.try_get("created")?))
}

/// Where the log stands, without taking its lock: for readers.
pub async fn head(tx: &mut Tx, id: CommunityId) -> Result<Head, Failure> {
    let row = sqlx::query("select seq, epoch from communities where id = $1")
        .bind(id.to_string())
        .fetch_one(&mut **tx)
        .await?;
    Ok(Head { epoch: row.try_get("epoch")?, seq: row.try_get("seq")? })
}

/// Where every log stands.
pub async fn heads(tx: &mut Tx) -> Result<Vec<Hint>, Failure> {
    let rows = sqlx::query("select id, seq, epoch from communities").fetch_all(&mut **tx).await?;
    let hint = |row: &sqlx::any::AnyRow| {
        let community = CommunityId(parsed(row, "id")?);
        Ok(Hint { community, head: row.try_get("seq")?, epoch: row.try_get("epoch")? })
    };
    rows.iter().map(hint).collect()
}

/// How often it changed who gets in and how.
pub async fn access(tx: &mut Tx, id: CommunityId) -> Result<i64, Failure> {
    let row =
        sqlx::query("select access from communities where id = $1").bind(id.to_string()).fetch_one(&mut **tx).await?;
    Ok(row.try_get("access")?)
}

/// A person or a PIN changed: devices ask anew who gets in.
pub async fn access_changed(tx: &mut Tx, id: CommunityId) -> Result<(), Failure> {
    sqlx::query("update communities set access = access + 1 where id = $1")
        .bind(id.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub async fn signing_key(tx: &mut Tx, id: CommunityId) -> Result<SigningKey, Failure> {
    let row = sqlx::query("select signing_key from communities where id = $1")
        .bind(id.to_string())
        .fetch_one(&mut **tx)
        .await?;
    let key = from_hex::<32>(&row.try_get::<String, _>("signing_key")?);
    key.map(|key| SigningKey::from_bytes(&key)).ok_or_else(|| Failure::broken("the community's signing key is broken"))
}
