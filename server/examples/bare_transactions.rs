//! What a server cannot do without: the rows that a browser's pushes left in its database, written again into an empty one in
//! as many durable transactions as there were requests, with nothing read and nothing decided. `cargo xtask bench` compares
//! the whole way with it.
//!
//! Takes the server's database and a file with the body of a push on each line; prints milliseconds.

use std::{error::Error, path::Path, time::Instant};

use server::{
    db::{Db, Tx, url_of_file},
    view::places,
};
use sqlx::{AssertSqlSafe, Row as _, any::AnyRow, query};
use sync::messages::Push;

const CHANGE: [&str; 15] = [
    "community_id",
    "lane_id",
    "id",
    "kind",
    "envelope",
    "person_id",
    "outcome",
    "records",
    "seq",
    "n",
    "earliest",
    "best",
    "latest",
    "received",
    "rules",
];
/// So many of a change's columns are texts, from the first on; the others are numbers.
const CHANGE_TEXTS: usize = 8;
const RECORD: [&str; 7] = ["community_id", "id", "root", "kind", "audience", "body", "seq"];
const RECORD_TEXTS: usize = 6;

/// A row, out of the one database and into the other.
struct Copied {
    texts: Vec<String>,
    numbers: Vec<i64>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let database = arguments.next().ok_or("the server's database is missing")?;
    let pushes = std::fs::read_to_string(arguments.next().ok_or("the file with the pushes is missing")?)?;
    let full = open(Path::new(&database)).await?;
    let mut requests = vec![];
    for push in pushes.lines() {
        requests.push(left_by(&mut full.read().await?, &serde_json::from_str(push)?).await?);
    }
    let folder = tempfile::tempdir()?;
    let bare = open(&folder.path().join("bare.db")).await?;
    let (changes, records) = (insert("changes", &CHANGE), insert("records", &RECORD));
    let began = Instant::now();
    for rows in &requests {
        let mut tx = bare.write().await?;
        for (change, record) in rows {
            write(&mut tx, &changes, change).await?;
            write(&mut tx, &records, record).await?;
        }
        tx.commit().await?;
    }
    println!("{:.1}", began.elapsed().as_secs_f64() * 1000.0);
    Ok(())
}

async fn open(file: &Path) -> Result<Db, Box<dyn Error>> {
    Ok(Db::open(&url_of_file(file)).await.map_err(|fault| fault.to_string())?)
}

/// The changes of a push as they were logged, each with the record that it wrote.
async fn left_by(tx: &mut Tx, push: &Push) -> Result<Vec<(Copied, Copied)>, Box<dyn Error>> {
    let mut rows = vec![];
    for placed in &push.changes {
        let change = query(AssertSqlSafe(select("changes", &CHANGE, "id"))).bind(placed.id.to_string());
        let change = copied(&change.fetch_one(&mut **tx).await?, &CHANGE, CHANGE_TEXTS)?;
        let record = query(AssertSqlSafe(select("records", &RECORD, "seq"))).bind(change.numbers[0]);
        let record = copied(&record.fetch_one(&mut **tx).await?, &RECORD, RECORD_TEXTS)?;
        rows.push((change, record));
    }
    Ok(rows)
}

fn select(table: &str, columns: &[&str], by: &str) -> String {
    let columns = columns.join(", ");
    format!("select {columns} from {table} where community_id = (select id from communities) and {by} = $1")
}

fn copied(row: &AnyRow, columns: &[&str], texts: usize) -> sqlx::Result<Copied> {
    let (texts, numbers) = columns.split_at(texts);
    Ok(Copied {
        texts: texts.iter().map(|column| row.try_get(*column)).collect::<Result<_, _>>()?,
        numbers: numbers.iter().map(|column| row.try_get(*column)).collect::<Result<_, _>>()?,
    })
}

fn insert(table: &str, columns: &[&str]) -> String {
    format!("insert into {table} ({}) values ({})", columns.join(", "), places(1, columns.len()))
}

async fn write(tx: &mut Tx, sql: &str, row: &Copied) -> sqlx::Result<()> {
    let query = row.texts.iter().fold(query(AssertSqlSafe(sql)), |query, text| query.bind(text.as_str()));
    row.numbers.iter().fold(query, |query, number| query.bind(*number)).execute(&mut **tx).await?;
    Ok(())
}
