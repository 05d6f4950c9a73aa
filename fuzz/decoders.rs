//! Everything that reads bytes from elsewhere, each as a function of bytes: what cargo-fuzz calls, and the server's tests with
//! arbitrary bytes. None of them may panic, and what was read must be read again as the same.

use axum::http::{HeaderMap, HeaderValue, header};
use domain::{
    changes::{CHANGE_VERSION, Change, Deed, FACTS, REQUESTS},
    decide::{Actor, Author, Context, Side, judge},
    ids::{CommunityId, LaneId, PersonId, RecordId},
    permissions::Proof,
    photos::{PhotoHash, bare},
    records::{Audience, Body, KINDS, Reads, Root},
    tags::TagCode,
    time::{Contact, Interval, Moment},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::value::RawValue;
use server::{cookies, photos::inspect::inspect, starter::of_file};
use sync::device::{
    exchange::Place,
    outbox::{Entry, OwnLane, OwnPhoto},
};
use sync::messages::{
    Enrol, Enrolled, Envelope, HandOver, HandOverAnswer, Hello, HelloAnswer, Hint, PhotoAbsence, PhotoAnswer, Pull,
    PullAnswer, Push, PushAnswer, Row,
};
use uuid::Uuid;

pub type Decoder = fn(&[u8]);

/// Their names are those of the files in `fuzz_targets`.
pub const ALL: &[(&str, Decoder)] = &[
    ("change", change),
    ("deed", deed),
    ("message", message),
    ("answer", answer),
    ("record", record),
    ("tag", tag),
    ("photo", photo),
    ("word", word),
    ("starter", starter),
    ("cookie", cookie),
    ("kept", kept),
];

/// The bytes of a change as its author's device made them.
pub fn change(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(envelope) = Envelope::read(text) else { return };
    let contact = Contact { server: Moment(1_800_000_000_000), clocks: envelope.at.clocks };
    let interval = envelope.at.interval(contact);
    assert!(interval.earliest <= interval.latest, "{interval:?}");
    if let Ok(change) = envelope.open() {
        let again = Envelope::seal(&change).open().expect("what was read is written so that it can be read");
        assert_eq!(again, change);
        decided(&change);
    }
}

/// The body of a change of each kind.
pub fn deed(bytes: &[u8]) {
    let kinds: Vec<_> = FACTS.iter().chain(REQUESTS).collect();
    let Some((kind, body)) = chosen(bytes, &kinds) else { return };
    if let Ok(deed) = Deed::decode(kind, CHANGE_VERSION, &body) {
        let (kind, body) = deed.encode();
        assert_eq!(Deed::decode(kind, CHANGE_VERSION, &body).as_ref(), Ok(&deed));
        assert!(deed.photos().len() < 100_000);
    }
}

/// Whatever it says, the rules answer it.
fn decided(change: &Change) {
    let (root, reads) = (Root { records: vec![] }, Reads::default());
    let community = CommunityId(Uuid::nil());
    let (at, now) = (Interval::exactly(Moment(0)), Moment(0));
    let context = Context { community, side: Side::Server, at, now, decided: now, returning: false };
    let (actor, roles_held) = (Actor::System, Default::default());
    let author = Author { actor, proof: Proof::PickedName, lane: LaneId(Uuid::nil()), roles_held };
    let _ = judge(&root, &reads, change, &author, &context);
    let _: RecordId = change.deed.root(community);
    let _ = change.deed.reads(community, PersonId(Uuid::nil()));
}

/// What devices send.
pub fn message(bytes: &[u8]) {
    same::<Push>(bytes);
    same::<Hello>(bytes);
    same::<Enrol>(bytes);
    same::<Pull>(bytes);
    same::<HandOver>(bytes);
}

/// What the server answers, or somebody in its place.
pub fn answer(bytes: &[u8]) {
    same::<PushAnswer>(bytes);
    same::<PullAnswer>(bytes);
    same::<HelloAnswer>(bytes);
    same::<HandOverAnswer>(bytes);
    same::<Enrolled>(bytes);
    same::<PhotoAnswer>(bytes);
    same::<PhotoAbsence>(bytes);
    same::<Hint>(bytes);
}

/// A record on its way, and the body of each kind.
pub fn record(bytes: &[u8]) {
    if let Ok(row) = serde_json::from_slice::<Row>(bytes)
        && let Some(record) = row.record()
    {
        assert_eq!(Row::of(&record, row.seq).record(), Some(record));
    }
    let kinds: Vec<_> = KINDS.iter().chain(&["from the future"]).collect();
    let Some((kind, body)) = chosen(bytes, &kinds) else { return };
    if let Ok(Some(body)) = Body::decode(kind, &body) {
        assert_eq!(Body::decode(body.kind(), &body.encode()).ok().flatten(), Some(body));
    }
}

/// The content of a tag.
pub fn tag(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let _ = TagCode::parse(text);
    let _ = domain::tags::from_hex::<32>(text);
    let _ = domain::text::typed(&domain::text::half_width(text), 120);
}

/// A photo, where it is taken and where it is made bare.
pub fn photo(bytes: &[u8]) {
    let _ = inspect(bytes, &PhotoHash::of(bytes));
    let bared = bare(bytes);
    assert_eq!(bare(&bared), bared, "nothing more comes off");
}

/// Names of audiences and hashes, as they stand in addresses and columns.
pub fn word(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(audience) = text.parse::<Audience>() {
        assert_eq!(audience.to_string().parse(), Ok(audience));
    }
    if let Ok(hash) = text.parse::<PhotoHash>() {
        assert_eq!(hash.to_string(), text);
    }
}

/// A data file of a community: the first byte chooses which.
pub fn starter(bytes: &[u8]) {
    let files = ["community.toml", "rounds.toml", "people.toml", "checklists/lift.toml"];
    let Some((first, rest)) = bytes.split_first() else { return };
    for file in [files[usize::from(*first) % files.len()], files[3]] {
        for content in [rest, bytes] {
            if let Err(faults) = of_file(file, content, CommunityId(Uuid::nil())) {
                assert!(faults.iter().all(|fault| !fault.message.is_empty()));
            }
        }
    }
}

/// The cookies that a browser sends.
pub fn cookie(bytes: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(bytes) else { return };
    let headers = HeaderMap::from_iter([(header::COOKIE, value)]);
    for name in cookies::NAMES {
        let _ = cookies::read(&headers, name);
    }
}

/// What a device's disk holds, of this version or an older one.
pub fn kept(bytes: &[u8]) {
    same::<Entry>(bytes);
    same::<OwnLane>(bytes);
    same::<OwnPhoto>(bytes);
    same::<Place>(bytes);
}

fn same<T: DeserializeOwned + Serialize>(bytes: &[u8]) {
    let Ok(read) = serde_json::from_slice::<T>(bytes) else { return };
    let written = serde_json::to_string(&read).expect("what was read can be written");
    let again: T = serde_json::from_str(&written).expect("what was written can be read");
    assert_eq!(serde_json::to_string(&again).ok(), Some(written));
}

/// The kind that the first byte chooses, and the rest as JSON.
fn chosen<'a>(bytes: &[u8], kinds: &'a [impl AsRef<str>]) -> Option<(&'a str, Box<RawValue>)> {
    let (first, rest) = bytes.split_first()?;
    let body = RawValue::from_string(std::str::from_utf8(rest).ok()?.to_owned()).ok()?;
    Some((kinds[usize::from(*first) % kinds.len()].as_ref(), body))
}
