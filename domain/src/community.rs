//! A community 小区: its name, its language and its time zone.

use serde::{Deserialize, Serialize};

use crate::{
    ids::CommunityId,
    text::{Language, Words},
    time::Zone,
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Community {
    pub id: CommunityId,
    pub name: Words,
    pub language: Language,
    pub zone: Zone,
    /// The Ed25519 public key that the tags of this community are signed with, 32 bytes in hexadecimal.
    pub tag_key: String,
}
