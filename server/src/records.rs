//! Records as they are kept: one row each, the body as JSON.

use std::collections::BTreeSet;

use domain::{
    community::Community,
    ids::{CommunityId, PersonId, RecordId},
    people::{Person, Teams},
    records::{Body, Record},
};
use serde_json::value::RawValue;
use sqlx::{AssertSqlSafe, Row as _};
use sync::messages::{Row, Seq};

use crate::{db::Tx, failure::Failure, photos, view::places};

// Put in order here: with `order by id` SQLite would walk through all records of the community, for they lie in that order.
const OF_ROOTS: &str = "select id, root, audience, seq, kind, body from records where community_id = $1 and root in";
const OF_KIND: &str = "select id, root, audience, seq, kind, body from records where community_id = $1 and kind = $2";
const OF_AUDIENCE: &str = "select id, root, audience, seq, kind, body from records
    where community_id = $1 and kind = $2 and audience = $3";
/// The record called `id`, unless it is of a kind that this version does not know.
pub async fn get(tx: &mut Tx, community: CommunityId, id: RecordId) -> Result<Option<Record>, Failure> {
    let row =
        sqlx::query("select id, root, audience, seq, kind, body from records where community_id = $1 and id = $2")
            .bind(community.to_string())
            .bind(id.to_string())
            .fetch_optional(&mut **tx)
            .await?;
    Ok(row.map(|row| read(&row)).transpose()?.and_then(|row| row.record()))
}

pub async fn of_roots(tx: &mut Tx, community: CommunityId, roots: &BTreeSet<RecordId>) -> Result<Vec<Record>, Failure> {
    let sql = format!("{OF_ROOTS} ({})", places(2, roots.len()));
    let query = sqlx::query(AssertSqlSafe(sql)).bind(community.to_string());
    let rows = roots.iter().fold(query, |query, root| query.bind(root.to_string())).fetch_all(&mut **tx).await?;
    known(&rows)
}

pub async fn of_kind(tx: &mut Tx, community: CommunityId, kind: &str) -> Result<Vec<Record>, Failure> {
    let rows = sqlx::query(OF_KIND).bind(community.to_string()).bind(kind).fetch_all(&mut **tx).await?;
    known(&rows)
}

/// The records of a kind for one audience.
pub async fn of_audience(
    tx: &mut Tx,
    community: CommunityId,
    kind: &str,
    audience: &str,
) -> Result<Vec<Record>, Failure> {
    let rows =
        sqlx::query(OF_AUDIENCE).bind(community.to_string()).bind(kind).bind(audience).fetch_all(&mut **tx).await?;
    known(&rows)
}

pub async fn person(tx: &mut Tx, community: CommunityId, id: PersonId) -> Result<Option<Person>, Failure> {
    Ok(get(tx, community, id.into()).await?.and_then(|record| match record.body {
        Body::Person(person) => Some(person),
        _ => None,
    }))
}

pub async fn community(tx: &mut Tx, id: CommunityId) -> Result<Option<Community>, Failure> {
    Ok(get(tx, id, id.into()).await?.and_then(|record| match record.body {
        Body::Community(community) => Some(community),
        _ => None,
    }))
}

pub async fn teams(tx: &mut Tx, community: CommunityId) -> Result<Teams, Failure> {
    let mut teams = Teams::default();
    for record in of_kind(tx, community, "team").await? {
        if let Body::Team(team) = &record.body {
            teams.put(team);
        }
    }
    Ok(teams)
}

/// Writes a record and notes for whom it disappears. Returns whether it was written. `before` is what is held under its id,
/// where that is known: most records are new, and nothing need be read for them.
///
/// A device chooses ids: one that is taken by another root's record, or by one of another kind, stays what it is.
pub async fn put(
    tx: &mut Tx,
    community: CommunityId,
    seq: Seq,
    record: &Record,
    before: Option<&Record>,
) -> Result<bool, Failure> {
    let row = Row::of(record, seq);
    if before.is_none() && insert_free(tx, community, std::slice::from_ref(&row)).await? == 1 {
        if !record.body.photos().is_empty() {
            photos::uses::note(tx, community, seq, record).await?;
        }
        return Ok(true);
    }
    let held = match before {
        Some(before) => Held::of(before),
        None => held(tx, community, record.id).await?,
    };
    if held.root != row.root || held.kind != row.kind {
        tracing::warn!(record = %row.id, kind = row.kind, "an id that is taken was not overwritten");
        return Ok(false);
    }
    if held.audience != row.audience {
        depart(tx, community, seq, record.id, &held.audience).await?;
    }
    update(tx, community, &row).await?;
    if before.is_none_or(|before| before.body.photos() != record.body.photos()) {
        photos::uses::note(tx, community, seq, record).await?;
    }
    Ok(true)
}

/// What stands under an id.
struct Held {
    root: RecordId,
    kind: String,
    audience: String,
}

impl Held {
    fn of(record: &Record) -> Self {
        let (kind, audience) = (record.body.kind().to_owned(), record.audience.to_string());
        Self { root: record.root, kind, audience }
    }
}

async fn held(tx: &mut Tx, community: CommunityId, id: RecordId) -> Result<Held, Failure> {
    let row = sqlx::query("select root, kind, audience from records where community_id = $1 and id = $2")
        .bind(community.to_string())
        .bind(id.to_string())
        .fetch_one(&mut **tx)
        .await?;
    let root = RecordId(parsed(&row, "root")?);
    Ok(Held { root, kind: row.try_get("kind")?, audience: row.try_get("audience")? })
}

/// So many records are written by one statement.
const RECORDS_AT_ONCE: usize = 50;

/// Writes new records, which have no photos, under ids that are taken to be free.
///
/// # Errors
/// [`Failure::IdTaken`] where one was not.
pub async fn insert(tx: &mut Tx, community: CommunityId, rows: &[Row]) -> Result<(), Failure> {
    for rows in rows.chunks(RECORDS_AT_ONCE) {
        if insert_free(tx, community, rows).await? != rows.len() as u64 {
            return Err(Failure::IdTaken);
        }
    }
    Ok(())
}

/// Writes the records whose ids are free, and says how many these were.
async fn insert_free(tx: &mut Tx, community: CommunityId, rows: &[Row]) -> Result<u64, Failure> {
    let values: Vec<_> = (0..rows.len()).map(|row| format!("({})", places(1 + row * 7, 7))).collect();
    let sql = format!(
        "insert into records (community_id, id, root, kind, audience, seq, body) values {}
        on conflict (community_id, id) do nothing",
        values.join(", ")
    );
    let community = community.to_string();
    let query = rows.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, row| {
        query
            .bind(&community)
            .bind(row.id.to_string())
            .bind(row.root.to_string())
            .bind(row.kind.as_str())
            .bind(row.audience.as_str())
            .bind(row.seq)
            .bind(row.body.get())
    });
    Ok(query.execute(&mut **tx).await?.rows_affected())
}

async fn update(tx: &mut Tx, community: CommunityId, row: &Row) -> Result<(), Failure> {
    sqlx::query("update records set audience = $3, seq = $4, body = $5 where community_id = $1 and id = $2")
        .bind(community.to_string())
        .bind(row.id.to_string())
        .bind(row.audience.as_str())
        .bind(row.seq)
        .bind(row.body.get())
        .execute(&mut **tx)
        .await?;
    Ok(())
}

async fn depart(tx: &mut Tx, community: CommunityId, seq: Seq, id: RecordId, audience: &str) -> Result<(), Failure> {
    let sql = "insert into departures (community_id, seq, id, audience) values ($1, $2, $3, $4)
        on conflict (community_id, seq, id) do nothing";
    sqlx::query(sql)
        .bind(community.to_string())
        .bind(seq)
        .bind(id.to_string())
        .bind(audience)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

pub fn known(rows: &[sqlx::any::AnyRow]) -> Result<Vec<Record>, Failure> {
    let mut rows: Vec<Row> = rows.iter().map(read).collect::<Result<_, _>>()?;
    rows.sort_by_key(|row| row.id);
    Ok(rows.iter().filter_map(Row::record).collect())
}

/// A row with the columns id, root, audience, seq, kind and body.
pub fn read(row: &sqlx::any::AnyRow) -> Result<Row, Failure> {
    Ok(Row {
        id: RecordId(parsed(row, "id")?),
        root: RecordId(parsed(row, "root")?),
        audience: row.try_get("audience")?,
        seq: row.try_get("seq")?,
        kind: row.try_get("kind")?,
        body: RawValue::from_string(row.try_get("body")?).map_err(Failure::broken)?,
    })
}

/// An id out of a text column.
pub fn parsed(row: &sqlx::any::AnyRow, column: &str) -> Result<uuid::Uuid, Failure> {
    row.try_get::<String, _>(column)?.parse().map_err(|_| Failure::Broken(format!("{column} holds no id")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::{Db, url_of_file};

    #[tokio::test]
    async fn what_each_change_asks_for_is_found_by_an_index_however_many_records_there_are() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let db = Db::open(&url_of_file(&folder.path().join("plan.db"))).await.expect("a fresh database");
        let mut tx = db.read().await.expect("it is free");
        let of_roots = format!("{OF_ROOTS} ($2)");
        for (sql, index) in [(of_roots.as_str(), "records_by_root"), (OF_KIND, "records_by_kind")] {
            let explained = sqlx::AssertSqlSafe(format!("explain query plan {sql}"));
            let rows =
                sqlx::query(explained).bind("c").bind("r").fetch_all(&mut *tx).await.expect("SQLite explains it");
            let plan: Vec<String> = rows.iter().map(|row| row.try_get("detail").expect("a text")).collect();
            assert!(plan.iter().any(|step| step.contains(index)), "{sql}: {plan:?}");
        }
    }
}
