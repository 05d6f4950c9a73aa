//! What a server cannot do without: the rows of pushes that a browser has sent, written in as many durable transactions as
//! there were requests, with nothing decided. `cargo xtask bench` compares the whole way with it.
//!
//! Reads a file with the body of a push on each line; prints milliseconds.

use std::{error::Error, time::Instant};

use server::db::{Db, url_of_file};
use sqlx::query;
use sync::messages::Push;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("the file with the pushes is missing")?;
    let pushes: Vec<String> = std::fs::read_to_string(path)?.lines().map(str::to_owned).collect();
    let folder = tempfile::tempdir()?;
    let db = Db::open(&url_of_file(&folder.path().join("bare.db"))).await.map_err(|fault| fault.to_string())?;
    let pushes: Vec<Push> = pushes.iter().map(|push| serde_json::from_str(push)).collect::<Result<_, _>>()?;
    let mut seq = 0i64;
    let began = Instant::now();
    for push in &pushes {
        let mut tx = db.write().await?;
        for change in &push.changes {
            seq += 1;
            let (id, lane, body) = (change.id.to_string(), change.lane.to_string(), change.change.get());
            query(
                "insert into changes (community_id, seq, lane_id, n, id, kind, envelope, earliest, best, latest, received, rules, \
                 outcome, records) values ('c', $1, $2, $3, $4, 'finding.raised', $5, 0, 0, 0, 0, 0, '{}', '[]')",
            )
            .bind(seq)
            .bind(lane)
            .bind(change.n)
            .bind(&id)
            .bind(body)
            .execute(&mut *tx)
            .await?;
            query(
                "insert into records (community_id, id, root, kind, audience, seq, body) \
                 values ('c', $1, $1, 'finding', 'staff', $2, $3)",
            )
            .bind(&id)
            .bind(seq)
            .bind(body)
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
    }
    println!("{:.1}", began.elapsed().as_secs_f64() * 1000.0);
    Ok(())
}
