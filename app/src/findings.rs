//! Findings: what is wrong, where, and whether it was put right.

pub mod list;
pub mod one;
pub mod report;

use domain::findings::{Finding, FindingSign};

use crate::locales::{self, findings as say};

/// What is wrong in one line: the item that failed and the note, or the note alone; a danger first of all.
pub fn what(finding: &Finding) -> String {
    let item = finding.what.as_ref().map(locales::say).unwrap_or_default();
    let what = match (item.is_empty(), finding.note.is_empty()) {
        (false, false) => format!("{item} — {}", finding.note),
        (false, true) => item,
        (true, _) => finding.note.clone(),
    };
    if finding.danger { say::dangerous(&what) } else { what }
}

/// All that somebody is told of a finding that they may not hold.
pub fn sign(sign: &FindingSign) -> &'static str {
    if sign.danger { say::a_danger_is_open() } else { say::something_is_open() }
}
