//! One-time links for the first set-up: whoever has read the server's console may make the first account.

use domain::time::Moment;

use crate::{db::Tx, failure::Failure, secrets};

/// A day.
const LASTS: i64 = 24 * 60 * 60 * 1000;

/// Makes a link's token; the ones before it are void.
pub async fn issue(tx: &mut Tx, now: Moment) -> Result<String, Failure> {
    sqlx::query("delete from set_up_links where used is null").execute(&mut **tx).await?;
    let token = secrets::token();
    sqlx::query("insert into set_up_links (token_hash, created, expires) values ($1, $2, $3)")
        .bind(secrets::digest(&token))
        .bind(now.0)
        .bind(now.plus(LASTS).0)
        .execute(&mut **tx)
        .await?;
    Ok(token)
}

/// Uses a link up. False if it was used, has expired or never was.
pub async fn consume(tx: &mut Tx, token: &str, now: Moment) -> Result<bool, Failure> {
    let sql = "update set_up_links set used = $2 where token_hash = $1 and used is null and expires > $2";
    let done = sqlx::query(sql).bind(secrets::digest(token)).bind(now.0).execute(&mut **tx).await?;
    Ok(done.rows_affected() == 1)
}
