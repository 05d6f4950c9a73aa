//! A route 路线: checkpoints in order, each with its checklist.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{ChecklistId, CheckpointId, RouteId},
    text::Words,
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    pub id: RouteId,
    pub name: Words,
    pub order: StopOrder,
    pub stops: Vec<Stop>,
}

/// Whether the stops must be visited in their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopOrder {
    #[default]
    Free,
    Fixed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    pub checkpoint: CheckpointId,
    pub checklist: ChecklistId,
}
