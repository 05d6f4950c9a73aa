//! What a release wrote, every later one reads. The samples under `frozen/` are never changed, only added to.

use std::{collections::BTreeSet, fs, path::PathBuf};

use domain::{
    changes::{FACTS, REQUESTS},
    decide::{Actor, Author, Context, Side, Told, again, judge},
    ids::{CommunityId, LaneId},
    permissions::Proof,
    records::{KINDS, Reads, Root},
    residents,
    time::{Interval, Moment},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use sync::{
    device::{
        exchange::Place,
        outbox::{Entry, OwnLane},
    },
    messages::{
        Enrol, Enrolled, Envelope, HandOver, HandOverAnswer, Hello, HelloAnswer, Hint, PhotoAnswer, Pull, PullAnswer,
        Push, PushAnswer, Row,
    },
};

use uuid::Uuid;

const COMMUNITY: CommunityId = CommunityId(uuid::Uuid::from_u128(1));

/// The samples of a folder of every release: release, name, text.
fn samples(folder: &str) -> Vec<(String, String, String)> {
    let list = |path: PathBuf| {
        let entries = fs::read_dir(&path).unwrap_or_else(|error| panic!("{} is there: {error}", path.display()));
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("it can be listed").path()).collect();
        paths.sort();
        paths
    };
    let name = |path: &PathBuf| path.file_stem().expect("it has a name").to_string_lossy().into_owned();
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/frozen");
    let releases = list(root).into_iter();
    releases
        .flat_map(|release| {
            let of = release.file_name().expect("it has a name").to_string_lossy().into_owned();
            let files = list(release.join(folder)).into_iter();
            let read = |path: PathBuf| (name(&path), fs::read_to_string(&path).expect("a sample is text"));
            files.map(read).map(move |(name, text)| (of.clone(), name, text)).collect::<Vec<_>>()
        })
        .collect()
}

fn names(samples: &[(String, String, String)]) -> BTreeSet<&str> {
    samples.iter().map(|(_, name, _)| name.as_str()).collect()
}

/// Everything that `old` says, `new` says too.
fn keeps(old: &Value, new: &Value) -> bool {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            old.iter().all(|(key, value)| new.get(key).is_some_and(|kept| keeps(value, kept)))
        }
        (Value::Array(old), Value::Array(new)) => {
            old.len() == new.len() && old.iter().zip(new).all(|(old, new)| keeps(old, new))
        }
        _ => old == new,
    }
}

fn survives<T: Serialize + DeserializeOwned>(text: &str) -> bool {
    let old: Value = serde_json::from_str(text).expect("a sample is JSON");
    let read: T = serde_json::from_str(text).unwrap_or_else(|error| panic!("it is read: {error}: {text}"));
    keeps(&old, &serde_json::to_value(read).expect("messages are plain data"))
}

#[test]
fn every_kind_of_change_has_a_sample_of_some_release() {
    let all = samples("changes");
    for kind in [FACTS, REQUESTS, residents::FACTS, residents::REQUESTS].concat() {
        let is_frozen = names(&all).contains(&kind);
        assert!(is_frozen, "freeze a sample of `{kind}` in sync/tests/frozen: a tablet may bring it in a year");
    }
}

#[test]
fn every_kind_of_record_has_a_sample_of_some_release() {
    let all = samples("records");
    for kind in [KINDS, residents::Body::KINDS].concat() {
        let is_frozen = names(&all).contains(&kind);
        assert!(is_frozen, "freeze a sample of `{kind}` in sync/tests/frozen: a tablet may hold it for a year");
    }
}

#[test]
fn every_change_that_a_release_wrote_is_read_and_decided() {
    for (release, kind, text) in samples("changes") {
        let envelope = Envelope::read(&text).unwrap_or_else(|error| panic!("{kind} of {release}: {error:?}"));
        let change = envelope.open().unwrap_or_else(|error| panic!("{kind} of {release}: {error:?}"));
        let now = Moment(1_772_409_600_000);
        let context =
            Context { community: COMMUNITY, side: Side::Server, at: Interval::exactly(now), now, returning: false };
        let (root, reads) = (Root::default(), Reads::default());
        let (lane, roles_held) = (LaneId(Uuid::nil()), BTreeSet::new());
        let author = Author { actor: Actor::System, proof: Proof::Session, lane, roles_held };
        let first = judge(&root, &reads, &change, &author, &context).is_ok();
        let restored = !again(&root, &reads, &change, &Told::default(), &author, &context).is_empty();
        assert!(first || restored, "{kind} of {release} has an outcome that is no refusal");
        let (old, new) = (serde_json::from_str(&text), serde_json::to_value(Envelope::seal(&change)));
        assert!(keeps(&old.expect("JSON"), &new.expect("plain data")), "{kind} of {release} loses something");
    }
}

#[test]
fn every_record_that_a_release_wrote_is_read() {
    for (release, kind, text) in samples("records") {
        let row: Row = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{kind} of {release}: {error}"));
        let record = row.record().unwrap_or_else(|| panic!("{kind} of {release} is read"));
        assert_eq!((record.id, record.root), (row.id, row.root), "{kind} of {release} keeps its ids");
        let (old, new) = (serde_json::from_str(row.body.get()), serde_json::from_str(record.body.encode().get()));
        assert!(keeps(&old.expect("JSON"), &new.expect("JSON")), "{kind} of {release} loses something");
    }
}

#[test]
fn every_message_that_a_release_sent_is_read() {
    for (release, name, text) in samples("messages") {
        let is_kept = match name.as_str() {
            "enrol" | "enrol-after-eviction" => survives::<Enrol>(&text),
            "enrolled" | "enrolled-after-eviction" => survives::<Enrolled>(&text),
            "hand-over" => survives::<HandOver>(&text),
            "hand-over-answer" => survives::<HandOverAnswer>(&text),
            "hello" => survives::<Hello>(&text),
            "hello-answer" => survives::<HelloAnswer>(&text),
            "hint" => survives::<Hint>(&text),
            "pull" => survives::<Pull>(&text),
            "photo-answer" => survives::<PhotoAnswer>(&text),
            name if name.starts_with("pull-answer") => survives::<PullAnswer>(&text),
            name if name.starts_with("push-answer") => survives::<PushAnswer>(&text),
            name if name.starts_with("push") => survives::<Push>(&text),
            other => panic!("say in this test what `{other}` is"),
        };
        assert!(is_kept, "{name} of {release} loses something");
    }
}

#[test]
fn an_outbox_that_a_release_left_on_a_disk_is_read() {
    #[derive(Serialize, serde::Deserialize)]
    struct Kept {
        lanes: Vec<OwnLane>,
        entries: Vec<Entry>,
        place: Place,
    }
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/frozen/0.1/outbox.json");
    let text = fs::read_to_string(path).expect("a sample is text");
    assert!(survives::<Kept>(&text), "the outbox of 0.1");
    let kept: Kept = serde_json::from_str(&text).expect("it was just read");
    assert!(kept.entries.iter().any(|entry| Envelope::read(&entry.change).is_ok_and(|it| it.open().is_ok())));
}
