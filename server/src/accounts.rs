//! Accounts: how a person proves who they are. A name is one person's on the whole server.

use domain::{
    ids::{CommunityId, PersonId},
    text::Language,
    time::Moment,
};
use sqlx::Row as _;

use crate::{
    communities,
    db::{Error, Tx},
    failure::Failure,
    records::parsed,
};

pub struct Account {
    pub community: CommunityId,
    pub person: PersonId,
    pub username: String,
    pub password_hash: String,
    pub pin_verifier: Option<String>,
}

/// A name as it is kept: without spaces around it, in small letters. `None` if it cannot be one.
pub fn username(typed: &str) -> Option<String> {
    let name = domain::text::half_width(typed.trim()).to_lowercase();
    let fits = (1..=60).contains(&name.chars().count()) && !name.chars().any(|c| c.is_whitespace() || c.is_control());
    fits.then_some(name)
}

const COLUMNS: &str = "select community_id, person_id, username, password_hash, pin_verifier from accounts";

pub async fn named(tx: &mut Tx, username: &str) -> Result<Option<Account>, Failure> {
    let sql = format!("{COLUMNS} where username = $1");
    let row = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(username).fetch_optional(&mut **tx).await?;
    row.map(|row| read(&row)).transpose()
}

pub async fn of_person(tx: &mut Tx, community: CommunityId, person: PersonId) -> Result<Option<Account>, Failure> {
    let sql = format!("{COLUMNS} where community_id = $1 and person_id = $2");
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(community.to_string()).bind(person.to_string());
    query.fetch_optional(&mut **tx).await?.map(|row| read(&row)).transpose()
}

pub async fn all(tx: &mut Tx, community: CommunityId) -> Result<Vec<Account>, Failure> {
    let sql = format!("{COLUMNS} where community_id = $1 order by username");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(community.to_string()).fetch_all(&mut **tx).await?;
    rows.iter().map(read).collect()
}

/// What is kept of the PINs of everybody else in the community.
pub async fn pins_of_others(tx: &mut Tx, community: CommunityId, person: PersonId) -> Result<Vec<String>, Failure> {
    let others = all(tx, community).await?.into_iter().filter(|account| account.person != person);
    Ok(others.filter_map(|account| account.pin_verifier).collect())
}

/// A name that somebody else has.
pub struct Taken;

pub async fn add(tx: &mut Tx, account: &Account, now: Moment) -> Result<Result<(), Taken>, Failure> {
    let sql = "insert into accounts (community_id, person_id, username, password_hash, pin_verifier, created)
        values ($1, $2, $3, $4, $5, $6)";
    let done = sqlx::query(sql)
        .bind(account.community.to_string())
        .bind(account.person.to_string())
        .bind(&account.username)
        .bind(&account.password_hash)
        .bind(&account.pin_verifier)
        .bind(now.0)
        .execute(&mut **tx)
        .await;
    match done {
        Ok(_) => {
            if account.pin_verifier.is_some() {
                communities::access_changed(tx, account.community).await?;
            }
            Ok(Ok(()))
        }
        Err(Error::Database(error)) if error.is_unique_violation() => Ok(Err(Taken)),
        Err(error) => Err(error.into()),
    }
}

/// Closes an account that never opened anything.
pub async fn remove(tx: &mut Tx, community: CommunityId, person: PersonId) -> Result<(), Failure> {
    sqlx::query("delete from accounts where community_id = $1 and person_id = $2")
        .bind(community.to_string())
        .bind(person.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// The language that somebody chose, if they did.
pub async fn language(tx: &mut Tx, community: CommunityId, person: PersonId) -> Result<Option<Language>, Failure> {
    let row = sqlx::query("select language from accounts where community_id = $1 and person_id = $2")
        .bind(community.to_string())
        .bind(person.to_string())
        .fetch_optional(&mut **tx)
        .await?;
    let chosen: Option<String> = row.map(|row| row.try_get("language")).transpose()?.flatten();
    Ok(chosen.and_then(|chosen| serde_json::from_value(chosen.into()).ok()))
}

pub async fn set_language(
    tx: &mut Tx,
    community: CommunityId,
    person: PersonId,
    language: Language,
) -> Result<(), Failure> {
    let written = match language {
        Language::Zh => "zh",
        Language::En => "en",
    };
    sqlx::query("update accounts set language = $3 where community_id = $1 and person_id = $2")
        .bind(community.to_string())
        .bind(person.to_string())
        .bind(written)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub async fn set_password(tx: &mut Tx, account: &Account, hash: &str) -> Result<(), Failure> {
    sqlx::query("update accounts set password_hash = $3 where community_id = $1 and person_id = $2")
        .bind(account.community.to_string())
        .bind(account.person.to_string())
        .bind(hash)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub async fn set_pin(tx: &mut Tx, community: CommunityId, person: PersonId, verifier: &str) -> Result<(), Failure> {
    sqlx::query("update accounts set pin_verifier = $3 where community_id = $1 and person_id = $2")
        .bind(community.to_string())
        .bind(person.to_string())
        .bind(verifier)
        .execute(&mut **tx)
        .await?;
    communities::access_changed(tx, community).await
}

fn read(row: &sqlx::any::AnyRow) -> Result<Account, Failure> {
    Ok(Account {
        community: CommunityId(parsed(row, "community_id")?),
        person: PersonId(parsed(row, "person_id")?),
        username: row.try_get("username")?,
        password_hash: row.try_get("password_hash")?,
        pin_verifier: row.try_get("pin_verifier")?,
    })
}
