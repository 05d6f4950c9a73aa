//! What a server cannot do without: the rows that a browser's pushes left in its database, written again into an empty one in
//! as many durable transactions as there were requests, with nothing read and nothing decided. `cargo xtask bench` compares
//! the whole way with it.
//!
//! Takes the server's database and how many of its last changes these were; prints milliseconds.

use std::{collections::BTreeMap, error::Error, path::Path, time::Instant};

use server::{
    db::{Db, Tx, url_of_file},
    view::places,
};
use sqlx::{AssertSqlSafe, Row as _, any::AnyRow, query};
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
    let last: i64 = arguments.next().ok_or("how many changes is missing")?.parse()?;
    let full = open(Path::new(&database)).await?;
    let requests = left_by_requests(&mut full.read().await?, last).await?;
    eprintln!("{} changes of {} requests", requests.values().map(Vec::len).sum::<usize>(), requests.len());
    let folder = tempfile::tempdir()?;
    let bare = open(&folder.path().join("bare.db")).await?;
    let (changes, records) = (insert("changes", &CHANGE), insert("records", &RECORD));
    let began = Instant::now();
    for rows in requests.values() {
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

/// The last changes as they were logged, each with the record that it wrote, by the moment at which their request was received.
async fn left_by_requests(tx: &mut Tx, last: i64) -> Result<BTreeMap<i64, Vec<(Copied, Copied)>>, Box<dyn Error>> {
    let received = CHANGE.iter().position(|column| *column == "received").ok_or("a change has no moment of receipt")?;
    let head: i64 = query("select max(seq) as head from changes").fetch_one(&mut **tx).await?.try_get("head")?;
    let mut requests = BTreeMap::<_, Vec<_>>::new();
    for seq in head - last + 1..=head {
        let change = query(AssertSqlSafe(select("changes", &CHANGE))).bind(seq).fetch_one(&mut **tx).await?;
        let change = copied(&change, &CHANGE, CHANGE_TEXTS)?;
        let record = query(AssertSqlSafe(select("records", &RECORD))).bind(seq).fetch_one(&mut **tx).await?;
        let record = copied(&record, &RECORD, RECORD_TEXTS)?;
        requests.entry(change.numbers[received - CHANGE_TEXTS]).or_default().push((change, record));
    }
    Ok(requests)
}

fn select(table: &str, columns: &[&str]) -> String {
    let columns = columns.join(", ");
    format!("select {columns} from {table} where community_id = (select id from communities) and seq = $1")
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
