//! The photos that records name and that have not arrived: on their way, or lost with a tablet.

use std::collections::BTreeSet;

use app::online::MissingPhoto;
use domain::{
    ids::{CheckpointId, CommunityId},
    photos::PhotoHash,
    records::{Audience, Body},
};

use crate::{
    db::Tx,
    failure::Failure,
    photos::uses::{self, Use},
};

/// So many uses are looked at: a list that is longer than anybody reads.
const USES_MOST: usize = 1_000;

/// Each missing photo once, the latest first, as far as records of these audiences name it.
pub async fn missing(
    tx: &mut Tx,
    community: CommunityId,
    held: &BTreeSet<Audience>,
) -> Result<Vec<MissingPhoto>, Failure> {
    let mut told = BTreeSet::new();
    let uses = uses::missing(tx, community, held, USES_MOST).await?;
    // A failed item's visit and its finding use the same photo, and the visit comes first.
    Ok(uses.into_iter().filter(|named| told.insert(named.photo.hash)).map(line).collect())
}

fn line(named: Use) -> MissingPhoto {
    let (checkpoint, item) = place(&named.record.body, &named.photo.hash).unzip();
    MissingPhoto {
        hash: named.photo.hash,
        record: named.record.id,
        kind: named.record.body.kind().to_owned(),
        checkpoint,
        item: item.flatten(),
        person: named.by,
        taken: named.photo.taken,
        named: named.named,
        device: named.device,
    }
}

/// The checkpoint that a photo belongs to, and the key of the item, if it is beside one.
fn place(body: &Body, hash: &PhotoHash) -> Option<(CheckpointId, Option<String>)> {
    match body {
        Body::Visit(visit) => {
            let before = visit.corrections.iter().flat_map(|correction| &correction.changed);
            let mut answers = visit.answers.iter().chain(before.filter_map(|changed| changed.old.as_ref()));
            let beside = answers.find(|answer| answer.photos.iter().any(|photo| photo.hash == *hash));
            Some((visit.checkpoint, beside.map(|answer| answer.item.clone())))
        }
        Body::Finding(finding) => {
            let item = match &finding.source {
                domain::findings::Source::FailedItem { item, .. } => Some(item.clone()),
                domain::findings::Source::Reported { .. } => None,
            };
            Some((finding.checkpoint, item))
        }
        _ => None,
    }
}
