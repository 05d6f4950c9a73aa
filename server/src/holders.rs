//! Who may hold the records of field work changes when a team becomes a contractor's or stops being one: the server then gives
//! them to others, each by a change in its own lane. It does the same with what was written before there was an own staff.

use domain::{
    changes::Request,
    holders::{self, PutAudience},
    ids::{CommunityId, RecordId, TeamId},
    time::Moment,
};
use sqlx::{AssertSqlSafe, Row as _};
use sync::{messages::Seq, server::Canon};

use crate::{
    canon::SqlCanon,
    communities,
    db::{Db, Tx, retried},
    failure::Failure,
    records::parsed,
    system,
    view::places,
};

/// So many roots are looked at in one transaction: nobody waits long for it.
const ROOTS_AT_ONCE: usize = 50;
/// A finding is for whom its round is, so rounds come first.
const STAGES: [&str; 2] = ["('round', 'visit')", "('finding', 'claim')"];

/// Notes that the change `seq` made a team a contractor's, or an own one.
pub async fn note(tx: &mut Tx, community: CommunityId, team: TeamId, seq: Seq) -> Result<(), Failure> {
    let sql = "insert into holders_to_put (community_id, team_id, seq) values ($1, $2, $3)
        on conflict (community_id, team_id) do update set seq = excluded.seq";
    sqlx::query(sql).bind(community.to_string()).bind(team.to_string()).bind(seq).execute(&mut **tx).await?;
    Ok(())
}

/// Gives everything that waits for it to those who may hold it now. Returns how many changes that were.
pub async fn put_all(db: &Db, now: Moment) -> Result<usize, Failure> {
    let mut tx = db.read().await?;
    let mut waiting = vec![];
    for community in communities::all(&mut tx).await? {
        waiting.extend(noted(&mut tx, community).await?);
    }
    drop(tx);
    let mut put = 0;
    for noted in waiting {
        for stage in STAGES {
            let mut after = String::new();
            while let Some((last, changes)) = retried(|| some(db, &noted, stage, &after, now)).await? {
                after = last;
                put += changes;
            }
        }
        retried(|| done(db, &noted)).await?;
    }
    Ok(put)
}

struct Noted {
    community: CommunityId,
    team: String,
    seq: Seq,
}

async fn noted(tx: &mut Tx, community: CommunityId) -> Result<Vec<Noted>, Failure> {
    let sql = "select team_id, seq from holders_to_put where community_id = $1 order by team_id";
    let rows = sqlx::query(sql).bind(community.to_string()).fetch_all(&mut **tx).await?;
    rows.iter().map(|row| Ok(Noted { community, team: row.try_get("team_id")?, seq: row.try_get("seq")? })).collect()
}

/// Looks at the next roots; says which was the last and how many changes that were, or nothing at the end.
async fn some(
    db: &Db,
    noted: &Noted,
    kinds: &str,
    after: &str,
    now: Moment,
) -> Result<Option<(String, usize)>, Failure> {
    let mut canon = SqlCanon::new(db.write().await?, noted.community, now);
    let mut head = canon.take_head().await?;
    let roots = roots(canon.tx().await?, noted, kinds, after).await?;
    let Some(last) = roots.last().map(ToString::to_string) else { return Ok(None) };
    let mut changes = 0;
    for id in roots {
        let root = canon.root(id).await?;
        let reads = canon.reads_with_teams(&holders::reads(&root)).await?;
        if let Some(audience) = holders::of_now(&root, &reads) {
            let request = Request::PutAudience(PutAudience { root: id, audience });
            system::apply_own(&mut canon, &head, request, now).await?;
            head.seq += 1;
            changes += 1;
        }
    }
    canon.commit().await?;
    Ok(Some((last, changes)))
}

async fn roots(tx: &mut Tx, noted: &Noted, kinds: &str, after: &str) -> Result<Vec<RecordId>, Failure> {
    let audiences = match noted.team.as_str() {
        "" => vec!["staff".to_owned()],
        team => vec!["own_staff".to_owned(), format!("team:{team}")],
    };
    let sql = format!(
        "select distinct root from records where community_id = $1 and root > $2 and kind in {kinds}
        and audience in ({}) order by root limit {ROOTS_AT_ONCE}",
        places(3, audiences.len())
    );
    let query = sqlx::query(AssertSqlSafe(sql)).bind(noted.community.to_string()).bind(after.to_owned());
    let rows = audiences.into_iter().fold(query, |query, audience| query.bind(audience)).fetch_all(&mut **tx).await?;
    rows.iter().map(|row| parsed(row, "root").map(RecordId)).collect()
}

/// Unless the team has become something else meanwhile.
async fn done(db: &Db, noted: &Noted) -> Result<(), Failure> {
    let mut tx = db.write().await?;
    sqlx::query("delete from holders_to_put where community_id = $1 and team_id = $2 and seq = $3")
        .bind(noted.community.to_string())
        .bind(noted.team.as_str())
        .bind(noted.seq)
        .execute(&mut *tx)
        .await?;
    Ok(tx.commit().await?)
}
