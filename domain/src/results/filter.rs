//! What a manager asks results for.

use super::days::Days;
use crate::{
    checklists::DutyKind,
    ids::{AreaId, ChecklistId, CheckpointId, PersonId},
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// The days on which rounds begin. A visit counts with its round, so a night's visits after midnight stay with it.
    pub days: Days,
    /// A round's own kind; a visit's is its checklist's.
    pub kind: Option<DutyKind>,
    /// An area with everything inside it.
    pub area: Option<AreaId>,
    pub checkpoint: Option<CheckpointId>,
    pub checklist: Option<ChecklistId>,
    /// The key of an item that was answered with more than *not applicable*.
    pub item: Option<String>,
    pub person: Option<PersonId>,
    pub outcome: Option<Outcome>,
    /// What must all be found among the names and notes, in any order; see [`terms`].
    pub words: Vec<String>,
}

/// What became of a round or a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// What a manager should look at: [`crate::agenda::Duty::wants_a_look`].
    WantsALook,
    /// An item failed.
    Failed,
    /// A round that was missed, or is over with stops not visited; a visit with questions left open.
    Incomplete,
    Late,
    /// Nobody is known to have walked it, and a device has still to report.
    NotYetReported,
    /// Presence was not proven by a tag.
    ByHand,
}

impl Outcome {
    pub const ALL: [Outcome; 6] = [
        Outcome::WantsALook,
        Outcome::Failed,
        Outcome::Incomplete,
        Outcome::Late,
        Outcome::NotYetReported,
        Outcome::ByHand,
    ];

    /// Its name in addresses. Published: people keep links.
    pub fn key(self) -> &'static str {
        match self {
            Outcome::WantsALook => "look",
            Outcome::Failed => "failed",
            Outcome::Incomplete => "incomplete",
            Outcome::Late => "late",
            Outcome::NotYetReported => "unreported",
            Outcome::ByHand => "by-hand",
        }
    }

    pub fn with_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.key() == key)
    }
}

/// The name of a kind of duty in addresses, the same as in records.
pub fn kind_key(kind: DutyKind) -> &'static str {
    match kind {
        DutyKind::Patrol => "patrol",
        DutyKind::Facility => "facility",
        DutyKind::Cleaning => "cleaning",
        DutyKind::Landscaping => "landscaping",
        DutyKind::Fire => "fire",
        DutyKind::Renovation => "renovation",
        DutyKind::Handover => "handover",
    }
}

pub fn kind_with_key(key: &str) -> Option<DutyKind> {
    DutyKind::ALL.into_iter().find(|kind| kind_key(*kind) == key)
}

impl Filter {
    /// Everything of these days.
    pub fn everything(days: Days) -> Self {
        Self {
            days,
            kind: None,
            area: None,
            checkpoint: None,
            checklist: None,
            item: None,
            person: None,
            outcome: None,
            words: vec![],
        }
    }
}

/// What was typed to be searched for, word by word: full-width letters are as good as others, and so are capitals.
pub fn terms(typed: &str) -> Vec<String> {
    folded(typed).split_whitespace().take(TERMS_MOST).map(str::to_owned).collect()
}

/// Whether every term stands somewhere in `texts`.
pub fn finds(terms: &[String], texts: &[&str]) -> bool {
    let texts: Vec<String> = texts.iter().map(|text| folded(text)).collect();
    terms.iter().all(|term| texts.iter().any(|text| text.contains(term)))
}

/// Longer searches find nothing more.
const TERMS_MOST: usize = 8;

/// Text as it is compared: Chinese has no capitals, so ASCII's are enough.
pub(super) fn folded(text: &str) -> String {
    crate::text::half_width(text).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_has_a_name_of_its_own_in_addresses() {
        for outcome in Outcome::ALL {
            assert_eq!(Outcome::with_key(outcome.key()), Some(outcome));
        }
        assert_eq!(Outcome::with_key("';drop"), None);
    }

    #[test]
    fn a_kind_is_named_in_addresses_as_in_records() {
        for kind in DutyKind::ALL {
            assert_eq!(serde_json::to_string(&kind).ok(), Some(format!("{:?}", kind_key(kind))));
            assert_eq!(kind_with_key(kind_key(kind)), Some(kind));
        }
    }

    #[test]
    fn a_search_is_words_whatever_keyboard_typed_them() {
        assert_eq!(terms("  Ｌobby　路灯 \n"), ["lobby", "路灯"]);
        assert!(terms(" \t").is_empty());
        assert!(finds(&terms("3号 大堂"), &["3号楼", "一层大堂"]) && finds(&terms(""), &[]));
        assert!(!finds(&terms("3号 车库"), &["3号楼", "一层大堂"]));
        assert_eq!(terms(&"a ".repeat(10_000)).len(), 8);
    }
}
