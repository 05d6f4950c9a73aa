//! Sessions: somebody has signed in, and is whoever holds the cookie, until it expires.

use axum::http::HeaderMap;
use domain::{
    ids::{CommunityId, DeviceId, PersonId},
    time::Moment,
};
use sqlx::{Row as _, any::AnyRow};

use crate::{clock, cookies, db::Tx, failure::Failure, records::parsed, secrets, state::State};

/// Twelve hours: a shift with its handover.
pub const LASTS: i64 = 12 * 60 * 60 * 1000;

#[derive(Clone, Debug)]
pub struct Session {
    pub community: CommunityId,
    pub person: PersonId,
    /// Names it to its owner, and opens nothing: the beginning of the digest of its secret.
    pub id: String,
    pub began: Moment,
    pub ends: Moment,
    /// The device at which it began, or which was enrolled in it.
    pub device: Option<DeviceId>,
}

/// So much of a digest.
const ID_LENGTH: usize = 32;

/// Begins a session and returns its secret. Sessions long gone are swept out here.
pub async fn begin(
    tx: &mut Tx,
    community: CommunityId,
    person: PersonId,
    device: Option<DeviceId>,
    now: Moment,
) -> Result<String, Failure> {
    sqlx::query("delete from sessions where community_id = $1 and expires < $2")
        .bind(community.to_string())
        .bind(now.0)
        .execute(&mut **tx)
        .await?;
    let token = secrets::token();
    let sql = "insert into sessions (community_id, token_hash, person_id, created, expires, device_id)
        values ($1, $2, $3, $4, $5, $6)";
    sqlx::query(sql)
        .bind(community.to_string())
        .bind(secrets::digest(&token))
        .bind(person.to_string())
        .bind(now.0)
        .bind(now.plus(LASTS).0)
        .bind(device.map(|device| device.to_string()))
        .execute(&mut **tx)
        .await?;
    Ok(token)
}

const COLUMNS: &str = "select community_id, person_id, token_hash, created, expires, device_id from sessions";

pub async fn find(tx: &mut Tx, token: &str, now: Moment) -> Result<Option<Session>, Failure> {
    let sql = format!("{COLUMNS} where token_hash = $1 and expires > $2");
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(secrets::digest(token)).bind(now.0);
    query.fetch_optional(&mut **tx).await?.map(|row| read(&row)).transpose()
}

/// Those of a person that live, the newest first.
pub async fn of_person(
    tx: &mut Tx,
    community: CommunityId,
    person: PersonId,
    now: Moment,
) -> Result<Vec<Session>, Failure> {
    let sql = format!(
        "{COLUMNS} where community_id = $1 and person_id = $2 and expires > $3 order by created desc, token_hash"
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(community.to_string()).bind(person.to_string()).bind(now.0);
    query.fetch_all(&mut **tx).await?.iter().map(read).collect()
}

fn read(row: &AnyRow) -> Result<Session, Failure> {
    let device: Option<String> = row.try_get("device_id")?;
    Ok(Session {
        community: CommunityId(parsed(row, "community_id")?),
        person: PersonId(parsed(row, "person_id")?),
        id: row.try_get::<String, _>("token_hash")?.chars().take(ID_LENGTH).collect(),
        began: Moment(row.try_get("created")?),
        ends: Moment(row.try_get("expires")?),
        device: device.map(|_| parsed(row, "device_id").map(DeviceId)).transpose()?,
    })
}

/// The session goes on at this device, which was enrolled in it.
pub async fn is_at(tx: &mut Tx, session: &Session, device: DeviceId) -> Result<(), Failure> {
    sqlx::query("update sessions set device_id = $3 where community_id = $1 and substr(token_hash, 1, 32) = $2")
        .bind(session.community.to_string())
        .bind(&session.id)
        .bind(device.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Ends one of a person's sessions. False where they have no such one.
pub async fn end_one(tx: &mut Tx, community: CommunityId, person: PersonId, id: &str) -> Result<bool, Failure> {
    let sql = "delete from sessions where community_id = $1 and person_id = $2 and substr(token_hash, 1, 32) = $3";
    let query = sqlx::query(sql).bind(community.to_string()).bind(person.to_string()).bind(id);
    Ok(query.execute(&mut **tx).await?.rows_affected() > 0)
}

/// Ends whoever's sessions go on at a device that is retired.
pub async fn end_at(tx: &mut Tx, community: CommunityId, device: DeviceId) -> Result<(), Failure> {
    sqlx::query("delete from sessions where community_id = $1 and device_id = $2")
        .bind(community.to_string())
        .bind(device.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
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

/// Ends every session of a person but `kept`: their pass phrase is another now, or what they were signed in at is lost. Returns how
/// many.
pub async fn end_all(
    tx: &mut Tx,
    community: CommunityId,
    person: PersonId,
    kept: Option<&Session>,
) -> Result<u64, Failure> {
    let sql = "delete from sessions where community_id = $1 and person_id = $2 and substr(token_hash, 1, 32) <> $3";
    let done = sqlx::query(sql)
        .bind(community.to_string())
        .bind(person.to_string())
        .bind(kept.map_or("", |kept| kept.id.as_str()))
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected())
}
