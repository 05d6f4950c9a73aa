//! Joinings: who has asked to join a household by a code, and waits for a steward to take them in.

use domain::{
    ids::{CommunityId, HouseholdId, PersonId},
    time::Moment,
};
use sqlx::{Row as _, any::AnyRow};

use crate::{db::Tx, failure::Failure, records::parsed};

pub struct Joining {
    pub person: PersonId,
    pub household: HouseholdId,
    /// As they gave it.
    pub name: String,
    pub asked: Moment,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    TakenIn,
    Declined,
}

const WAITING: &str = "select person_id, household_id, name, asked from joinings
    where community_id = $1 and taken_in is null and declined is null";

pub async fn add(tx: &mut Tx, community: CommunityId, joining: &Joining) -> Result<(), Failure> {
    let sql = "insert into joinings (community_id, person_id, household_id, name, asked) values ($1, $2, $3, $4, $5)";
    sqlx::query(sql)
        .bind(community.to_string())
        .bind(joining.person.to_string())
        .bind(joining.household.to_string())
        .bind(&joining.name)
        .bind(joining.asked.0)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Those who wait, the longest first.
pub async fn waiting(tx: &mut Tx, community: CommunityId) -> Result<Vec<Joining>, Failure> {
    let sql = format!("{WAITING} order by asked, person_id");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(community.to_string()).fetch_all(&mut **tx).await?;
    rows.iter().map(read).collect()
}

pub async fn of_person(tx: &mut Tx, community: CommunityId, person: PersonId) -> Result<Option<Joining>, Failure> {
    let sql = format!("{WAITING} and person_id = $2");
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(community.to_string()).bind(person.to_string());
    query.fetch_optional(&mut **tx).await?.map(|row| read(&row)).transpose()
}

/// Notes what became of it. False where somebody has decided meanwhile.
pub async fn decide(
    tx: &mut Tx,
    community: CommunityId,
    person: PersonId,
    verdict: Verdict,
    by: PersonId,
    now: Moment,
) -> Result<bool, Failure> {
    let column = match verdict {
        Verdict::TakenIn => "taken_in",
        Verdict::Declined => "declined",
    };
    let sql = format!(
        "update joinings set {column} = $3, decided_by = $4
        where community_id = $1 and person_id = $2 and taken_in is null and declined is null"
    );
    let done = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(community.to_string())
        .bind(person.to_string())
        .bind(now.0)
        .bind(by.to_string())
        .execute(&mut **tx)
        .await?;
    Ok(done.rows_affected() == 1)
}

fn read(row: &AnyRow) -> Result<Joining, Failure> {
    Ok(Joining {
        person: PersonId(parsed(row, "person_id")?),
        household: HouseholdId(parsed(row, "household_id")?),
        name: row.try_get("name")?,
        asked: Moment(row.try_get("asked")?),
    })
}
