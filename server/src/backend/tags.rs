//! Tags from the app: drawn for printing, and re-issued where one was lost, worn or copied.

use std::collections::BTreeMap;

use app::online::{PrintedTag, Trouble};
use domain::{
    changes::Request,
    checkpoints::Checkpoint,
    ids::{AreaId, CheckpointId, CommunityId},
    permissions::Act,
    records::Body,
    text::Words,
};
use ed25519_dalek::SigningKey;
use sync::{messages::Outcome, server::Canon as _};

use super::{Asked, Problem, entitled};
use crate::{
    canon::SqlCanon,
    clock, communities,
    db::{Tx, retried},
    failure::Failure,
    printed_tags::{self, draw, with_dash},
    records, system,
};

/// The most tags of one sheet.
const SHEET_MOST: usize = 1_000;

pub async fn sheet(asked: &Asked, checkpoints: Vec<CheckpointId>) -> Result<Vec<PrintedTag>, Problem> {
    let mut tx = asked.state.db.read().await?;
    let (session, _) = entitled(asked, &mut tx, Act::SetUp).await?;
    let community = session.community;
    if checkpoints.len() > SHEET_MOST {
        return Err(Problem::Trouble(Trouble::Invalid { field: "checkpoints".into() }));
    }
    let key = communities::signing_key(&mut tx, community).await?;
    let areas = area_names(&mut tx, community).await?;
    let mut wanted = vec![];
    for id in checkpoints {
        wanted.push(checkpoint(&mut tx, community, id).await?.ok_or(Problem::Trouble(Trouble::NotFound))?);
    }
    drop(tx);
    let drawn =
        move || wanted.into_iter().map(|checkpoint| printed(&key, &areas, checkpoint)).collect::<Result<_, _>>();
    Ok(tokio::task::spawn_blocking(drawn).await.map_err(Failure::broken)??)
}

fn printed(key: &SigningKey, areas: &BTreeMap<AreaId, Words>, it: Checkpoint) -> Result<PrintedTag, Failure> {
    let drawing = draw(&printed_tags::content(key, it.id, it.tag.issue))?;
    Ok(PrintedTag {
        checkpoint: it.id,
        name: it.name,
        area: areas.get(&it.area).cloned().unwrap_or_default(),
        issue: it.tag.issue,
        short_code: with_dash(&printed_tags::code(key, it.id, it.tag.issue)),
        size: drawing.size,
        path: drawing.path,
    })
}

async fn area_names(tx: &mut Tx, community: CommunityId) -> Result<BTreeMap<AreaId, Words>, Failure> {
    let areas = records::of_kind(tx, community, "area").await?.into_iter();
    Ok(areas
        .filter_map(|record| match record.body {
            Body::Area(area) => Some((area.id, area.name)),
            _ => None,
        })
        .collect())
}

async fn checkpoint(tx: &mut Tx, community: CommunityId, id: CheckpointId) -> Result<Option<Checkpoint>, Failure> {
    Ok(match records::get(tx, community, id.into()).await?.map(|record| record.body) {
        Some(Body::Checkpoint(checkpoint)) => Some(checkpoint),
        _ => None,
    })
}

pub async fn reissue(asked: &Asked, id: CheckpointId, expected: u32) -> Result<u32, Problem> {
    // The session's own troubles are told before anything is written.
    let (session, person) = entitled(asked, &mut asked.state.db.read().await?, Act::SetUp).await?;
    let community = session.community;
    let done = retried(|| async {
        let now = clock::now();
        let mut canon = SqlCanon::new(asked.state.db.write().await?, community, now);
        let head = canon.take_head().await?;
        let Some(mut it) = checkpoint(canon.tx().await?, community, id).await? else {
            return Ok(Err(Trouble::NotFound));
        };
        if it.tag.issue != expected {
            return Ok(Err(Trouble::ChangedMeanwhile));
        }
        let key = communities::signing_key(canon.tx().await?, community).await?;
        it.tag = printed_tags::reissue(&key, id, it.tag);
        let next = it.tag.issue;
        // Read again behind the head: what they may do may just have been changed.
        let Some(person) = records::person(canon.tx().await?, community, person.id).await? else {
            return Ok(Err(Trouble::NotPermitted));
        };
        let outcome = system::apply_for(&mut canon, &head, person, Request::PutCheckpoint(it), now).await?;
        canon.commit().await?;
        Ok(match outcome {
            Outcome::Accepted { .. } => Ok(next),
            Outcome::Refused { .. } | Outcome::Quarantined { .. } => Err(Trouble::NotPermitted),
        })
    });
    done.await?.map_err(Problem::Trouble)
}
