//! What a release wrote, every later one reads. The samples under `frozen/` are never changed, only added to.

use std::{collections::BTreeSet, fs, path::PathBuf};

use domain::{
    changes::{Deed, FACTS, REQUESTS},
    decide::{Actor, Author, Context, Side, Told, again, judge},
    findings::FindingSign,
    ids::{CommunityId, LaneId, TeamId},
    people::Teams,
    permissions::{Proof, audiences_of_shared_device, proof_for},
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
        Enrol, Enrolled, Envelope, HandOver, HandOverAnswer, Hello, HelloAnswer, Hint, PhotoAbsence, PhotoAnswer, Pull,
        PullAnswer, Push, PushAnswer, Receipt, Row, view_key,
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

/// docs/sync.md ends with a body of every kind, as a release wrote it. `LAMPLIGHTER_WRITE_DOCUMENT=1` writes them anew.
#[test]
fn the_document_has_a_body_of_every_kind() {
    const BEGIN: &str = "<!-- The bodies below are written by sync/tests/frozen.rs. -->\n";
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/sync.md");
    let document = fs::read_to_string(&path).expect("the document is there");
    let (before, there) = document.split_once(BEGIN).expect("the document has a place for bodies");
    let body = |text: &str| serde_json::from_str::<Value>(text).expect("JSON")["body"].to_string();
    let mut bodies = String::from("\n### Of changes\n");
    for (_, kind, text) in samples("changes") {
        let change = Envelope::read(&text).and_then(|envelope| envelope.open()).expect("it is read");
        let (is, proof) = match (&change.deed, proof_for(&change.deed)) {
            (Deed::Fact(_), Proof::Session) => ("a fact", "a session"),
            (Deed::Fact(_), _) => ("a fact", "a PIN"),
            (Deed::Request(_), _) => ("a request", "a session"),
        };
        bodies += &format!("\n`{kind}`, {is}, takes {proof}\n```json\n{}\n```\n", body(&text));
    }
    bodies += "\n### Of records\n";
    for (_, kind, text) in samples("records") {
        let row: Row = serde_json::from_str(&text).expect("a row");
        let audience = row.audience.split(':').next().unwrap_or_default();
        bodies += &format!("\n`{kind}`, for `{audience}`\n```json\n{}\n```\n", body(&text));
    }
    if there != bodies && std::env::var_os("LAMPLIGHTER_WRITE_DOCUMENT").is_some() {
        fs::write(&path, format!("{before}{BEGIN}{bodies}")).expect("written");
        return;
    }
    assert!(
        there == bodies,
        "write the document's bodies anew: LAMPLIGHTER_WRITE_DOCUMENT=1 cargo test -p sync the_document"
    );
}

const DOCUMENT: &str = include_str!("../../docs/sync.md");

/// The part of the document under this title.
fn section(title: &str) -> &'static str {
    let (_, rest) = DOCUMENT.split_once(&format!("\n## {title}\n")).expect("the document has this section");
    rest.split("\n## ").next().unwrap_or_default()
}

/// The fenced samples of a part, each with the line above it, and the part without them.
fn fenced(part: &str) -> (Vec<(String, &str)>, String) {
    let (mut samples, mut words) = (vec![], String::new());
    for (n, piece) in part.split("```").enumerate() {
        if n % 2 == 0 {
            words += piece;
            continue;
        }
        let sample = piece.strip_prefix("json\n").expect("a sample is JSON");
        let above = words.strip_suffix('\n').and_then(|words| words.lines().last()).unwrap_or_default();
        samples.push((above.to_owned(), sample));
    }
    (samples, words)
}

/// What stands between backquotes and is JSON.
fn inline(words: &str) -> impl Iterator<Item = &str> {
    words.split('`').skip(1).step_by(2).filter(|code| code.starts_with('{'))
}

/// A sample says all that its message says, and nothing that this is not.
fn is_whole<T: Serialize + DeserializeOwned>(text: &str) {
    let said: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("a sample is JSON: {error}: {text}"));
    let read: T = serde_json::from_str(text).unwrap_or_else(|error| panic!("it is read: {error}: {text}"));
    assert_eq!(said, serde_json::to_value(read).expect("messages are plain data"), "what is read of {text}");
}

fn is_a_change(text: &str) {
    is_whole::<Envelope>(text);
    let opened = Envelope::read(text).and_then(|envelope| envelope.open());
    assert!(opened.is_ok(), "{opened:?}: {text}");
}

/// Every sample in the section of messages is one, whole, of the sort that the line above it names.
#[test]
fn every_message_in_the_document_is_one_and_whole() {
    let messages = section("Messages");
    let (samples, words) = fenced(messages);
    let mut shown = BTreeSet::new();
    for (caption, sample) in &samples {
        let kind = caption.strip_prefix('`').and_then(|rest| rest.split('`').next()).unwrap_or_default();
        shown.insert(kind);
        match kind {
            "Enrol" => is_whole::<Enrol>(sample),
            "Enrolled" => is_whole::<Enrolled>(sample),
            "Hello" => is_whole::<Hello>(sample),
            "HelloAnswer" => is_whole::<HelloAnswer>(sample),
            "Push" => {
                is_whole::<Push>(sample);
                let push: Push = serde_json::from_str(sample).expect("it was just read");
                push.changes.iter().for_each(|placed| is_a_change(placed.change.get()));
            }
            "PushAnswer" => is_whole::<PushAnswer>(sample),
            "Pull" => is_whole::<Pull>(sample),
            "PullAnswer" => {
                is_whole::<PullAnswer>(sample);
                if let Ok(PullAnswer::Page(page)) = serde_json::from_str(sample) {
                    page.rows.iter().for_each(|row| assert!(row.record().is_some(), "{row:?}"));
                }
            }
            "Hint" => is_whole::<Hint>(sample),
            "HandOver" => is_whole::<HandOver>(sample),
            "HandOverAnswer" => is_whole::<HandOverAnswer>(sample),
            other => panic!("say in this test what `{other}` is: {caption}"),
        }
    }
    assert_eq!(shown.len(), 11, "each has a sample: {shown:?}");
    for code in inline(&words) {
        let value: Value = serde_json::from_str(code).unwrap_or_else(|error| panic!("{error}: {code}"));
        let has = |name: &str| value.get(name).is_some();
        match value.get("is").and_then(Value::as_str) {
            Some("kept" | "refused") => is_whole::<PhotoAnswer>(code),
            _ if has("supersedes") => is_a_change(code),
            _ if has("shared") => is_whole::<Enrol>(code),
            _ if has("cursor") => is_whole::<Pull>(code),
            _ if has("taken") => is_whole::<PhotoAbsence>(code),
            _ if has("open") => is_whole::<FindingSign>(code),
            _ => {}
        }
    }
    let (_, words) = fenced(section("Epochs and receipts"));
    let receipts: Vec<_> = inline(&words).collect();
    assert_eq!(receipts.len(), 1, "{receipts:?}");
    is_whole::<Receipt>(receipts[0]);
}

/// What a message may lack, some sample has.
#[test]
fn the_document_shows_every_field_of_a_message() {
    let fields = [
        "lanes",
        "confirmed",
        "evicted",
        "contact",
        "session",
        "to_sign_in",
        "access",
        "claimed",
        "holes",
        "bundle",
        "receipt",
        "after",
        "supersedes",
        "flags",
        "proof",
        "number",
        "head",
        "more",
        "departures",
        "person",
        "saved",
        "identity",
    ];
    for field in fields {
        assert!(section("Messages").contains(&format!("\"{field}\":")), "no sample has `{field}`");
    }
}

#[test]
fn the_document_says_what_the_key_of_a_view_is_made_of() {
    let guards = TeamId(Uuid::from_u128(0x0b));
    let teams = Teams { all: [guards].into(), contractors: BTreeSet::new() };
    for key in [view_key(&audiences_of_shared_device(&teams)), view_key(&BTreeSet::new())] {
        assert!(section("Numbers, views, time").contains(&format!("`{key}`")), "docs/sync.md lacks {key}");
    }
}

/// What docs/sync.md says of whole numbers, where it is the reader of messages that decides.
#[test]
fn a_number_that_does_not_fit_is_no_message_and_no_change() {
    let pull = |cursor: &str| serde_json::from_str::<Pull>(&format!(r#"{{"cursor":{cursor},"epoch":"","view":""}}"#));
    assert!(pull("9223372036854775807").is_ok_and(|pull| pull.cursor == i64::MAX));
    for none in ["9223372036854775808", "2.0", "1e3", "\"2\""] {
        assert!(pull(none).is_err(), "{none}");
    }
    let zone = |from: &str| {
        let (_, _, text) = samples("changes").into_iter().find(|(_, kind, _)| kind == "community.put").expect("frozen");
        assert!(text.contains(&i64::MIN.to_string()));
        Envelope::read(&text.replace(&i64::MIN.to_string(), from)).and_then(|envelope| envelope.open())
    };
    assert!(zone("-9223372036854775808").is_ok());
    assert!(zone("-9223372036854776000").is_err(), "as JavaScript writes it");
}

/// docs/sync.md names every refusal, flag, trouble and reason by the word that travels.
#[test]
fn the_document_names_every_word_that_an_answer_may_hold() {
    let words = [
        "not_permitted",
        "sign_in_first",
        "no_such_thing",
        "outdated",
        "changed_meanwhile",
        "not_from_oneself",
        "invalid",
        "household",
        "moved_out",
        "not_yet_open",
        "closed",
        "started",
        "cancelled",
        "already_signed_up",
        "not_signed_up",
        "party_too_large",
        "household_limit",
        "no_room",
        "not_offered",
        "offer_over",
        "not_over",
        "already_given",
        "not_entitled",
        "clock_doubtful",
        "unknown_reference",
        "after_finish",
        "not_on_route",
        "incomplete",
        "already_done",
        "old_version",
        "identity_claimed",
        "withheld",
        "on_waiting_list",
        "below_confirmed",
        "without_place",
        "other_event",
        "only_counted",
        "unknown_kind",
        "malformed",
        "too_large",
        "gap",
        "forked",
        "not_yours",
        "empty",
        "too_many_pixels",
        "not_a_picture",
        "carries_more",
        "wrong_hash",
    ];
    for word in words {
        assert!(DOCUMENT.contains(&format!("`{word}`")), "docs/sync.md lacks `{word}`");
    }
}

#[test]
fn every_change_that_a_release_wrote_is_read_and_decided() {
    for (release, kind, text) in samples("changes") {
        let envelope = Envelope::read(&text).unwrap_or_else(|error| panic!("{kind} of {release}: {error:?}"));
        let change = envelope.open().unwrap_or_else(|error| panic!("{kind} of {release}: {error:?}"));
        let now = Moment(1_772_409_600_000);
        let context = Context {
            community: COMMUNITY,
            side: Side::Server,
            at: Interval::exactly(now),
            now,
            decided: now,
            returning: false,
        };
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
