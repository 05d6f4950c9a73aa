//! A device's view: the audiences it may hold, and the log's records for them, page by page.

use std::collections::BTreeSet;

use domain::{
    ids::{CommunityId, RecordId},
    people::Person,
    permissions,
    records::Audience,
};
use sqlx::{AssertSqlSafe, any::AnyRow};
use sync::{
    messages::{PAGE_ROWS, Page, Profile, Pull, PullAnswer, Row, Seq, view_key},
    server::{audiences, must_rebuild, page_end},
};

use crate::{
    communities,
    db::Tx,
    devices::Device,
    failure::Failure,
    households,
    records::{self, parsed},
};

/// Answers a pull out of one state of the database: rights, head and rows belong together.
pub async fn pull(tx: &mut Tx, device: &Device, pull: &Pull) -> Result<PullAnswer, Failure> {
    let head = communities::head(tx, device.community).await?;
    let held = audiences_of(tx, device).await?;
    let view = view_key(&held);
    if must_rebuild(pull, &head.epoch, &view, head.seq) {
        return Ok(PullAnswer::Rebuild { epoch: head.epoch, view });
    }
    let cursor = pull.cursor;
    let span = Span { community: device.community, held: &held, after: cursor, to: head.seq };
    let (rows, more) = rows(tx, &span).await?;
    // The cursor moves over what may not be seen.
    let next = match rows.last() {
        Some(last) if more => last.seq,
        _ => head.seq,
    };
    let access = communities::access(tx, device.community).await?;
    let departures = departures(tx, &Span { to: next, ..span }).await?;
    let (after, seen) = (Some(pull.cursor), Some(head.seq));
    Ok(PullAnswer::Page(Page {
        epoch: head.epoch,
        view,
        cursor: next,
        after,
        head: seen,
        more,
        rows,
        departures,
        access,
    }))
}

pub async fn audiences_of(tx: &mut Tx, device: &Device) -> Result<BTreeSet<Audience>, Failure> {
    let (owner, households) = match device.profile {
        Profile::Shared => (None, vec![]),
        Profile::Personal { person } => (
            records::person(tx, device.community, person).await?,
            households::of_person(tx, device.community, person).await?,
        ),
    };
    let teams = records::teams(tx, device.community).await?;
    Ok(audiences(device.profile, owner.as_ref(), &teams, &households))
}

/// The audiences of somebody who is signed in, whatever their device.
pub async fn audiences_of_person(
    tx: &mut Tx,
    community: CommunityId,
    person: &Person,
) -> Result<BTreeSet<Audience>, Failure> {
    let teams = records::teams(tx, community).await?;
    let households = households::of_person(tx, community, person.id).await?;
    Ok(permissions::audiences_of(person, &teams, &households))
}

/// A stretch of the log, as some audiences see it: `after < seq <= to`.
struct Span<'a> {
    community: CommunityId,
    held: &'a BTreeSet<Audience>,
    after: Seq,
    to: Seq,
}

async fn rows(tx: &mut Tx, span: &Span<'_>) -> Result<(Vec<Row>, bool), Failure> {
    let limit = PAGE_ROWS + 1;
    let mut rows = select_rows(tx, span, Some(limit)).await?;
    let seqs: Vec<Seq> = rows.iter().map(|row| row.seq).collect();
    let (end, more) = page_end(&seqs, PAGE_ROWS);
    if end == 0 && more {
        // One change alone is longer than a page: it goes whole.
        let rows = select_rows(tx, &Span { to: seqs[0], ..*span }, None).await?;
        return Ok((rows, seqs[0] < span.to));
    }
    rows.truncate(end);
    Ok((rows, more))
}

async fn select_rows(tx: &mut Tx, span: &Span<'_>, limit: Option<usize>) -> Result<Vec<Row>, Failure> {
    if span.held.is_empty() {
        return Ok(vec![]);
    }
    let limit = limit.map_or(String::new(), |limit| format!(" limit {limit}"));
    let sql = format!(
        "select id, root, audience, seq, kind, body from records
        where community_id = $1 and seq > $2 and seq <= $3 and audience in ({}) order by seq, id{limit}",
        places(4, span.held.len())
    );
    fetch(tx, sql, span).await?.iter().map(records::read).collect()
}

/// Records that have left the view. One that left an audience of the view for another of it is still there.
async fn departures(tx: &mut Tx, span: &Span<'_>) -> Result<Vec<RecordId>, Failure> {
    if span.held.is_empty() {
        return Ok(vec![]);
    }
    let places = places(4, span.held.len());
    let sql = format!(
        "select distinct d.id from departures d
        where d.community_id = $1 and d.seq > $2 and d.seq <= $3 and d.audience in ({places})
        and not exists (select 1 from records r
            where r.community_id = d.community_id and r.id = d.id and r.audience in ({places}))"
    );
    fetch(tx, sql, span).await?.iter().map(|row| parsed(row, "id").map(RecordId)).collect()
}

async fn fetch(tx: &mut Tx, sql: String, span: &Span<'_>) -> Result<Vec<AnyRow>, Failure> {
    let mut query = sqlx::query(AssertSqlSafe(sql)).bind(span.community.to_string()).bind(span.after).bind(span.to);
    for audience in span.held {
        query = query.bind(audience.to_string());
    }
    Ok(query.fetch_all(&mut **tx).await?)
}

/// `$4, $5, $6`: sqlx's own builder writes question marks, which PostgreSQL refuses.
pub fn places(first: usize, count: usize) -> String {
    (first..first + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ")
}
