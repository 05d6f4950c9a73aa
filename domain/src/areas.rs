//! An area 区域: a node in the tree of places.

use serde::{Deserialize, Serialize};

use crate::{ids::AreaId, text::Words};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Area {
    pub id: AreaId,
    pub name: Words,
    pub inside: Option<AreaId>,
    pub kind: AreaKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AreaKind {
    Building,
    Floor,
    Lobby,
    Stairs,
    Lift,
    Garden,
    CarPark,
    PlantRoom,
    Gate,
    Road,
    Facility,
    Refuse,
}
