//! Sessions: somebody has signed in, and is whoever holds the cookie, until it expires.

use axum::http::HeaderMap;
use domain::{
    ids::{CommunityId, PersonId},
    time::Moment,
};

use crate::{clock, cookies, db::Tx, failure::Failure, records::parsed, secrets, state::State};

/// Twelve hours: a shift with its handover.
pub const LASTS: i64 = 12 * 60 * 60 * 1000;

#[derive(Clone, Copy, Debug)]
pub struct Session {
    pub community: CommunityId,
    pub person: PersonId,
}

/// Begins a session and returns its secret. Sessions long gone are swept out here.
pub async fn begin(tx: &mut Tx, session: Session, now: Moment) -> Result<String, Failure> {
    sqlx::query("delete from sessions where community_id = $1 and expires < $2")
        .bind(session.community.to_string())
        .bind(now.0)
        .execute(&mut **tx)
        .await?;
    let token = secrets::token();
    let sql =
        "insert into sessions (community_id, token_hash, person_id, created, expires) values ($1, $2, $3, $4, $5)";
    sqlx::query(sql)
        .bind(session.community.to_string())
        .bind(secrets::digest(&token))
        .bind(session.person.to_string())
        .bind(now.0)
        .bind(now.plus(LASTS).0)
        .execute(&mut **tx)
        .await?;
    Ok(token)
}

pub async fn find(tx: &mut Tx, token: &str, now: Moment) -> Result<Option<Session>, Failure> {
    let row = sqlx::query("select community_id, person_id from sessions where token_hash = $1 and expires > $2")
        .bind(secrets::digest(token))
        .bind(now.0)
        .fetch_optional(&mut **tx)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let session =
        Session { community: CommunityId(parsed(&row, "community_id")?), person: PersonId(parsed(&row, "person_id")?) };
    Ok(Some(session))
}

/// Whose session came with a request to this community, if it lives.
pub async fn of_request(
    tx: &mut Tx,
    state: &State,
    headers: &HeaderMap,
    community: CommunityId,
) -> Result<Option<PersonId>, Failure> {
    let Some(token) = cookies::session_token(state, headers) else { return Ok(None) };
    let session = find(tx, token, clock::now()).await?;
    Ok(session.filter(|session| session.community == community).map(|session| session.person))
}

pub async fn end(tx: &mut Tx, token: &str) -> Result<(), Failure> {
    sqlx::query("delete from sessions where token_hash = $1").bind(secrets::digest(token)).execute(&mut **tx).await?;
    Ok(())
}

/// Ends every session of a person: their pass phrase is another now.
pub async fn end_all(tx: &mut Tx, community: CommunityId, person: PersonId) -> Result<(), Failure> {
    sqlx::query("delete from sessions where community_id = $1 and person_id = $2")
        .bind(community.to_string())
        .bind(person.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}
