//! Names for things: typed ids over UUIDs, and ids derived so that two devices mean the same thing.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The namespace of every derived id. Published: it never changes.
const NAMESPACE: Uuid = Uuid::from_u128(0x6c61_6d70_6c69_6768_7465_7220_6964_7321);

/// A UUID (version 5) that follows from `parts`: the same parts give the same id on every device.
///
/// Each part is preceded by its length, so `["a", "bc"]` and `["ab", "c"]` differ.
pub fn derived(parts: &[&[u8]]) -> Uuid {
    let mut name = Vec::new();
    for part in parts {
        name.extend_from_slice(&(part.len() as u64).to_be_bytes());
        name.extend_from_slice(part);
    }
    Uuid::new_v5(&NAMESPACE, &name)
}

/// The id of one record, whatever its kind. Every typed id below is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RecordId(pub Uuid);

impl std::fmt::Display for RecordId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for RecordId {
    type Err = uuid::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// The thing that a data file calls `key` in `community`.
            pub fn keyed(community: CommunityId, key: &str) -> Self {
                Self(derived(&[community.0.as_bytes(), stringify!($name).as_bytes(), key.as_bytes()]))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<$name> for RecordId {
            fn from(id: $name) -> Self {
                RecordId(id.0)
            }
        }
    )*};
}

ids! {
    /// A community 小区.
    CommunityId;
    /// An area 区域.
    AreaId;
    /// A checkpoint 巡查点.
    CheckpointId;
    /// A checklist 检查表, all its versions.
    ChecklistId;
    /// A route 路线.
    RouteId;
    /// A plan 巡查计划, all its versions.
    PlanId;
    /// A person who works or lives here.
    PersonId;
    /// A team 班组.
    TeamId;
    /// A roster 排班.
    RosterId;
    /// A round 巡查任务.
    RoundId;
    /// A visit 到点记录.
    VisitId;
    /// A finding 问题.
    FindingId;
    /// The sign of a finding.
    SignId;
    /// A household 户: one tenancy.
    HouseholdId;
    /// An event 社区活动.
    EventId;
    /// Events that belong together.
    SeriesId;
    /// The sign-up 报名 of one household for one event.
    SignUpId;
    /// Somebody who came without a sign-up.
    WalkInId;
    /// A notice 通知.
    NoticeId;
    /// A survey 满意度调查.
    SurveyId;
    /// A change: one thing a person did.
    ChangeId;
    /// A device: a tablet, phone or browser that was enrolled.
    DeviceId;
    /// A lane: the changes of one person on one device, numbered 1, 2, 3 …
    LaneId;
    /// One load of the page: monotonic clocks of different loads cannot be compared.
    LoadId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_parts_give_the_same_id_for_ever() {
        let id = derived(&[b"round", b"2026-03-01"]);
        assert_eq!(id, derived(&[b"round", b"2026-03-01"]));
        assert_eq!(id.to_string(), "bc975b10-888d-56b8-b130-cce37bf8192d", "published: derived ids never change");
    }

    #[test]
    fn moving_a_boundary_between_parts_gives_another_id() {
        assert_ne!(derived(&[b"a", b"bc"]), derived(&[b"ab", b"c"]));
    }
}
