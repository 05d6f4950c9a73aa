//! Cases for the rules: every change that the simulated servers decided, as it stood before them, and one sample of every
//! kind that was ever published.

use std::{collections::BTreeMap, fs, io, path::PathBuf};

use domain::{
    ids::{PersonId, RecordId},
    people::Person,
    records::Reads,
    time::{Interval, Moment},
};
use rulings::Case;
use serde_json::value::RawValue;
use sync::messages::{Envelope, Row};

use crate::community::COMMUNITY;

/// The case of a change, out of what there was before it; nothing where it cannot be read.
pub fn of_change(
    envelope: &str,
    actor: Option<Person>,
    at: Interval,
    root: impl FnOnce(RecordId) -> Vec<Row>,
    read: impl Fn(&RecordId) -> Option<Row>,
) -> Option<Case> {
    let change = Envelope::read(envelope).and_then(|envelope| envelope.open()).ok()?;
    let author = actor.as_ref().map_or(PersonId(uuid::Uuid::nil()), |actor| actor.id);
    Some(Case {
        community: COMMUNITY,
        actor,
        at,
        root: root(change.deed.root(COMMUNITY)),
        reads: with_teams(&change.deed.reads(COMMUNITY, author), read),
        change: RawValue::from_string(envelope.to_owned()).ok()?,
    })
}

/// These rows, and those of the teams that they name.
fn with_teams(ids: &[RecordId], read: impl Fn(&RecordId) -> Option<Row>) -> Vec<Row> {
    let mut rows: Vec<Row> = ids.iter().filter_map(&read).collect();
    let reads: Reads = rows.iter().filter_map(Row::record).collect();
    rows.extend(reads.teams_named().iter().filter_map(&read));
    rows
}

/// Each frozen sample of a change, made by the server itself: upon nothing, and upon the frozen records.
///
/// # Errors
/// Samples that cannot be read.
pub fn of_samples() -> io::Result<Vec<Case>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/frozen");
    let mut cases = vec![];
    for release in listed(folder)? {
        let rows: Vec<Row> = texts(release.join("records"))?.iter().filter_map(|text| parsed(text)).collect();
        let by_id: BTreeMap<_, &Row> = rows.iter().map(|row| (row.id, row)).collect();
        for text in texts(release.join("changes"))? {
            let at = Interval::exactly(Moment(1_767_225_600_000));
            let of_root = |root| rows.iter().filter(|row| row.root == root).cloned().collect();
            let read = |id: &_| by_id.get(id).map(|row| (*row).clone());
            cases.extend(of_change(text.trim(), None, at, |_| vec![], |_| None));
            cases.extend(of_change(text.trim(), None, at, of_root, read));
        }
    }
    Ok(cases)
}

fn listed(folder: PathBuf) -> io::Result<Vec<PathBuf>> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    paths.sort();
    Ok(paths)
}

fn texts(folder: PathBuf) -> io::Result<Vec<String>> {
    listed(folder)?.into_iter().map(fs::read_to_string).collect()
}

fn parsed(text: &str) -> Option<Row> {
    serde_json::from_str(text).ok()
}
