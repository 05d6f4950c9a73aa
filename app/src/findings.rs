//! Findings: what is wrong, where, and whether it was put right.

pub mod list;
pub mod one;
pub mod report;

use domain::findings::Finding;

use crate::locales;

/// What is wrong in one line: the item that failed and the note, or the note alone.
pub fn what(finding: &Finding) -> String {
    let item = finding.what.as_ref().map(locales::say).unwrap_or_default();
    match (item.is_empty(), finding.note.is_empty()) {
        (false, false) => format!("{item} — {}", finding.note),
        (false, true) => item,
        (true, _) => finding.note.clone(),
    }
}
