//! `community.toml`: the community, its areas and its checkpoints.

use domain::{
    areas::Area,
    changes::Request,
    checkpoints::{Checkpoint, TagIssue},
    community::Community,
    ids::{AreaId, CheckpointId},
    time::Zone,
};

use super::{
    reading::Noun,
    source::{Spot, Table, Value},
    values::{id_of, name, new_key, variant, words},
};
use crate::zones;

/// The community's public key for tags, and which tag of a checkpoint counts.
#[derive(Clone, Copy)]
pub struct Tags<'t> {
    pub key: &'t str,
    pub issue: &'t dyn Fn(CheckpointId) -> TagIssue,
}

/// The community, then its areas, those that hold others first, then its checkpoints.
pub fn read(file: &mut Table<'_>, tags: Tags<'_>) -> Vec<(String, Request)> {
    let community = file.need("community", |value| value.table(|table| community(table, tags)));
    let areas = parents_first(file.tables("area", area));
    let checkpoints = file.tables("checkpoint", |table| checkpoint(table, tags));
    let community = community.map(|community| ("community".to_owned(), Request::PutCommunity(community)));
    community.into_iter().chain(areas).chain(checkpoints).collect()
}

fn community(table: &mut Table<'_>, tags: Tags<'_>) -> Option<Community> {
    let name = table.need("name", name);
    let zone = table.need("zone", zone);
    let language = table.need("language", variant);
    let id = table.spot.reading().community;
    Some(Community { id, name: name?, language: language?, zone: zone?, tag_key: tags.key.to_owned() })
}

fn zone(value: Value<'_>) -> Option<Zone> {
    let (spot, text) = value.text()?;
    zones::zone(&text).or_else(|| spot.fault("expected an IANA time zone such as \"Asia/Shanghai\""))
}

fn area<'r>(table: &mut Table<'r>) -> Option<(Spot<'r>, String, Area)> {
    let key = table.need("key", new_key(Noun::Area));
    let name = table.need("name", name);
    let inside = table.may("inside", id_of(Noun::Area, AreaId::keyed));
    let kind = table.need("kind", variant);
    let key = key?;
    let id = AreaId::keyed(table.spot.reading().community, &key);
    Some((table.spot, key, Area { id, name: name?, inside, kind: kind? }))
}

fn checkpoint(table: &mut Table<'_>, tags: Tags<'_>) -> Option<(String, Request)> {
    let key = table.need("key", new_key(Noun::Checkpoint));
    let name = table.need("name", name);
    let area = table.need("area", id_of(Noun::Area, AreaId::keyed));
    let hint = table.may("hint", words);
    let key = key?;
    let id = CheckpointId::keyed(table.spot.reading().community, &key);
    let checkpoint = Checkpoint { id, name: name?, area: area?, hint, tag: (tags.issue)(id) };
    Some((format!("checkpoint/{key}"), Request::PutCheckpoint(checkpoint)))
}

/// The areas in an order in which each stands after the one it lies in.
fn parents_first(mut waiting: Vec<(Spot<'_>, String, Area)>) -> Vec<(String, Request)> {
    let mut placed = Vec::new();
    while !waiting.is_empty() {
        let held: Vec<AreaId> = waiting.iter().map(|(_, _, area)| area.id).collect();
        let is_held = |area: &Area| area.inside.is_some_and(|inside| held.contains(&inside));
        let (still_held, free): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|(_, _, area)| is_held(area));
        if free.is_empty() {
            for (spot, _, _) in still_held {
                spot.fault::<()>("this area lies inside itself");
            }
            return placed;
        }
        placed.extend(free.into_iter().map(|(_, key, area)| (format!("area/{key}"), Request::PutArea(area))));
        waiting = still_held;
    }
    placed
}
