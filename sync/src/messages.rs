//! What travels between a device and the server: JSON over HTTP, under [`path`].
//!
//! Published: fields are added with defaults, never renamed. Unknown fields are ignored.

use std::collections::BTreeSet;

use domain::{
    changes::{CHANGE_VERSION, Change, Deed, Undecodable},
    ids::{ChangeId, CommunityId, DeviceId, LaneId, PersonId, RecordId},
    photos::PhotoFault,
    records::{Audience, Body, Record},
    refusal::{Flag, Refusal},
    text::Words,
    time::{Clocks, Contact, Moment, Stamp},
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Every genuine answer carries this header with [`PROTOCOL`]; one without it, a 200 included, is somebody else's.
pub const PROTOCOL_HEADER: &str = "x-lamplighter-sync";
pub const PROTOCOL: &str = "1";

/// The oldest protocol whose clients may pull. An older one may still push: what was saved never waits for an update.
pub const PULL_FROM: u32 = 1;

/// Whether a client may pull that says it speaks `protocol`; who says nothing is not asked.
pub fn may_pull(protocol: Option<&str>) -> bool {
    protocol.is_none_or(|protocol| protocol.parse::<u32>().is_ok_and(|protocol| protocol >= PULL_FROM))
}

/// Where each message goes.
pub mod path {
    pub const ENROL: &str = "/api/v1/sync/enrol";
    pub const HELLO: &str = "/api/v1/sync/hello";
    pub const PUSH: &str = "/api/v1/sync/push";
    pub const PULL: &str = "/api/v1/sync/pull";
    /// A stream of [`super::Hint`]s.
    pub const EVENTS: &str = "/api/v1/sync/events";
    /// What cannot be pushed is handed over here, also by a device that was retired.
    pub const CUSTODY: &str = "/api/v1/sync/custody";
    /// A photo is put at this and its hash: `/api/v1/sync/photos/<hash>`.
    pub const PHOTOS: &str = "/api/v1/sync/photos";
    /// A photo is shown from this and its hash; its thumbnail from that and `/thumbnail`.
    pub const SHOWN_PHOTOS: &str = "/api/v1/photos";
}

/// The most changes of one push.
pub const PUSH_CHANGES: usize = 200;
/// The most bytes of changes in one push.
pub const PUSH_BYTES: usize = 256 * 1024;
/// The most bytes of one change.
pub const CHANGE_BYTES: usize = 64 * 1024;
/// So deep lists and objects of a change lie within each other at most: other readers of JSON give up at about a hundred.
pub const CHANGE_DEPTH: usize = 64;
/// The most rows that the server puts into one page, unless one `seq` alone has more.
pub const PAGE_ROWS: usize = 1_000;

/// A position in the community's log: the number of its last change.
pub type Seq = i64;
/// A change's number in its lane: 1, 2, 3 …
pub type LaneNumber = i64;

/// A change on its way. `body` stays as the bytes that its author's device made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Envelope {
    pub id: ChangeId,
    pub v: u32,
    pub kind: String,
    pub at: Stamp,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<ChangeId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<ChangeId>,
    pub body: Box<RawValue>,
}

impl Envelope {
    pub fn seal(change: &Change) -> Self {
        let (kind, body) = change.deed.encode();
        Self {
            id: change.id,
            v: CHANGE_VERSION,
            kind: kind.to_owned(),
            at: change.at,
            after: change.after.clone(),
            supersedes: change.supersedes,
            body,
        }
    }

    /// # Errors
    /// [`Undecodable`] when the deed is not one that these rules know.
    pub fn open(&self) -> Result<Change, Undecodable> {
        Ok(Change {
            id: self.id,
            at: self.at,
            after: self.after.clone(),
            supersedes: self.supersedes,
            deed: Deed::decode(&self.kind, self.v, &self.body)?,
        })
    }

    /// # Errors
    /// [`Undecodable`] when the bytes are not an envelope, longer than [`CHANGE_BYTES`] or deeper than [`CHANGE_DEPTH`].
    pub fn read(bytes: &str) -> Result<Self, Undecodable> {
        if bytes.len() > CHANGE_BYTES || is_too_deep(bytes) {
            return Err(Undecodable::TooLarge);
        }
        serde_json::from_str(bytes).map_err(|error| Undecodable::malformed(&error))
    }
}

/// Whether lists and objects of these bytes of JSON lie within each other deeper than [`CHANGE_DEPTH`].
pub fn is_too_deep(bytes: &str) -> bool {
    let (mut depth, mut in_text, mut escaped) = (0_usize, false, false);
    for byte in bytes.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_text,
            b'"' => in_text = !in_text,
            b'[' | b'{' if !in_text => depth += 1,
            b']' | b'}' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > CHANGE_DEPTH {
            return true;
        }
    }
    false
}

/// A change in its place. The place can be read even where the change cannot, so one bad change holds up no other.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Placed {
    pub lane: LaneId,
    pub n: LaneNumber,
    pub id: ChangeId,
    /// The first change of an atomic bundle that this one belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bundle: Option<ChangeId>,
    pub change: Box<RawValue>,
    /// What its device was told when it had been taken before: a server that was restored without it honours this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
}

/// An outcome that a server gave, with its signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    pub epoch: String,
    pub seq: Seq,
    pub outcome: Outcome,
    /// The server's signature of all this and of the change; only a server of the same community can tell whether it is genuine.
    pub proof: String,
    /// Where the change asked for places: which number its party was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<Numbered>,
}

/// The number of a party among those who asked for an event, with the server's signature of it. It is apart from the outcome,
/// which apps of 0.1 know to its last word and whose receipts are signed over it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbered {
    pub number: u32,
    pub proof: String,
}

/// How the device knew who was acting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// They had signed in with their pass phrase on this device.
    SignedIn,
    /// They unlocked it with their PIN.
    Pin,
    /// Their session, which the server sees for itself: this lane is sent while it lives.
    Session,
    /// They picked their name, and nothing on the device could prove it. So is whatever a later version may say.
    #[serde(other)]
    Claimed,
}

/// A lane that the device opened: the changes of one person on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneOpening {
    pub lane: LaneId,
    pub person: PersonId,
    /// Servers of 0.1 take no push with another word than the first two: a claim travels beside it.
    pub identity: Identity,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub claimed: bool,
    /// So does what takes a session.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub session: bool,
}

impl LaneOpening {
    pub fn new(lane: LaneId, person: PersonId, identity: Identity) -> Self {
        let (claimed, session) = (identity == Identity::Claimed, identity == Identity::Session);
        let said = match identity {
            Identity::Claimed => Identity::Pin,
            Identity::Session => Identity::SignedIn,
            Identity::SignedIn | Identity::Pin => identity,
        };
        Self { lane, person, identity: said, claimed, session }
    }

    pub fn identity(&self) -> Identity {
        match self {
            Self { claimed: true, .. } => Identity::Claimed,
            Self { session: true, .. } => Identity::Session,
            Self { identity, .. } => *identity,
        }
    }
}

/// The last number of a lane: what a device vouches for at a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    pub lane: LaneId,
    pub last: LaneNumber,
    /// True of a lane that is sent while a session lives: it holds no field work.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub session: bool,
}

impl Seal {
    pub fn new(lane: LaneId, last: LaneNumber) -> Self {
        Self { lane, last, session: false }
    }
}

/// Numbers of a lane that the device no longer has and never will.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hole {
    pub lane: LaneId,
    pub from: LaneNumber,
    pub to: LaneNumber,
}

domain::tagged! {
    /// Whose device it is.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Profile ("Profile", tag = "kind") {
        /// A tablet that people of the staff come and go on.
        Shared,
        /// One person's own phone or computer.
        Personal { person: PersonId },
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Enrol {
    pub name: String,
    /// A shared tablet, or the signed-in person's own device.
    pub shared: bool,
    /// The lanes that the browser holds. A server that knows others of the same browser sees that it has forgotten them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lanes: Option<Vec<LaneId>>,
}

/// What a browser has forgotten: its data was deleted, by itself or by somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evicted {
    /// How many changes the last contact had reported waiting that never came.
    pub lost: i64,
    /// The last contact; what was saved after it nobody knows.
    pub seen: Moment,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolled {
    pub device: DeviceId,
    pub name: String,
    pub profile: Profile,
    pub community: CommunityId,
    pub community_name: Words,
    /// Who enrolled it.
    pub person: PersonId,
    /// False of a shared tablet while nobody who oversees has said that it is the community's: on it whoever did not enrol it
    /// only picks a name. Servers of 0.1 do not say.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub confirmed: bool,
    /// Said once, by the answer to the enrolment: what the same browser held as another device and does not hold any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evicted: Option<Evicted>,
}

fn yes() -> bool {
    true
}

fn is_yes(said: &bool) -> bool {
    *said
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Hello {
    pub clocks: Clocks,
    /// The last contact before it: so the server knows how old this hello can be at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    pub seals: Vec<Seal>,
    /// How many changes wait on the device.
    pub waiting: usize,
    /// How many of them wait until somebody signs in.
    #[serde(default, skip_serializing_if = "is_none")]
    pub to_sign_in: usize,
}

fn is_none(count: &usize) -> bool {
    *count == 0
}

/// What a tablet needs to let somebody unlock it: a PIN's verifier, which is not the PIN.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unlock {
    pub person: PersonId,
    /// `pbkdf2-sha256$<iterations>$<salt>$<digest>`, both in hexadecimal.
    pub verifier: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HelloAnswer {
    pub server: Moment,
    pub enrolled: Enrolled,
    pub epoch: String,
    pub head: Seq,
    pub unlocks: Vec<Unlock>,
    /// How far the server knows each lane of this device.
    pub lanes: Vec<Seal>,
    /// Counts the changes to who gets in and how, up to these `unlocks`.
    #[serde(default)]
    pub access: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Push {
    pub clocks: Clocks,
    pub lanes: Vec<LaneOpening>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holes: Vec<Hole>,
    pub changes: Vec<Placed>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PushAnswer {
    pub server: Moment,
    pub epoch: String,
    pub outcomes: Vec<Delivery>,
    /// Lanes that could not be taken as sent.
    pub lanes: Vec<LaneTrouble>,
}

impl PushAnswer {
    /// Whether each change that was sent got its outcome.
    pub fn is_whole(&self, sent: &Push) -> bool {
        let told = self.outcomes.iter().map(|delivery| delivery.id);
        self.lanes.is_empty() && told.eq(sent.changes.iter().map(|placed| placed.id))
    }
}

/// What became of one change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    pub lane: LaneId,
    pub n: LaneNumber,
    pub id: ChangeId,
    pub seq: Seq,
    pub outcome: Outcome,
    /// What makes a [`Receipt`] of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<String>,
    /// Where the change asked for places and its number is certain: it goes with the receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<Numbered>,
    /// The epoch of the answer that it came in: the device notes it.
    #[serde(skip)]
    pub epoch: String,
}

domain::tagged! {
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum Outcome ("Outcome", tag = "is") {
        Accepted {
            #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
            flags: BTreeSet<Flag>,
        },
        Refused {
            refusal: Refusal,
        },
        /// Kept as raw bytes; an operator can run it again after a repair.
        Quarantined {
            undecodable: Undecodable,
        },
    }
}

domain::tagged! {
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum LaneTrouble ("LaneTrouble", tag = "is") {
        /// Numbers are missing: send from `after + 1`.
        Gap { lane: LaneId, after: LaneNumber },
        /// Another change has this number: this tablet is a copy of another, or was restored. Open a new lane.
        Forked { lane: LaneId },
        /// The lane is not this device's, or its person may not act here.
        NotYours { lane: LaneId },
        /// The lane is sent while its person's session lives, and none came with it.
        SignInFirst { lane: LaneId },
    }
}

/// What a device cannot push: its credential was withdrawn, its lane is not taken, or its disk is damaged. At most
/// [`PUSH_CHANGES`] and about [`PUSH_BYTES`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HandOver {
    pub clocks: Clocks,
    pub items: Vec<Handed>,
}

/// Something handed over as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handed {
    /// What the device calls it: the answer names it so.
    pub key: String,
    /// The kind of the change, or [`DRAFT`] or [`UNREADABLE`].
    pub kind: String,
    /// Whose it is, as far as the device knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// When it was saved, by the device's wall clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saved: Option<Moment>,
    /// For a change its envelope, the same bytes as in a push.
    pub content: String,
    /// How the device knew that it was them; where it does not say, somebody may only have picked the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
}

/// The kind of something that was typed and never finished.
pub const DRAFT: &str = "draft";
/// The kind of an entry of the outbox that the device cannot read any more.
pub const UNREADABLE: &str = "unreadable";

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HandOverAnswer {
    pub server: Moment,
    /// Which server keeps it: one that is restored from a backup of before has another one, and may not have it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub epoch: String,
    /// The keys of what is kept now: only these may be deleted.
    pub kept: Vec<String>,
}

domain::tagged! {
    /// What became of a photo that was put.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum PhotoAnswer ("PhotoAnswer", tag = "is") {
        /// The server has it and its hash is right: the device may free it.
        Kept,
        /// It will never be taken; the answer beside it counts all the same.
        Refused { why: PhotoFault },
    }
}

/// Why a photo is not shown: what the 404 says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "error", rename_all = "snake_case")]
pub enum PhotoAbsence {
    /// There is none, or none that whoever asks may see.
    NotFound,
    /// A record names it and its device has not sent it yet.
    OnItsWay { by: Option<PersonId>, taken: Moment },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pull {
    pub cursor: Seq,
    pub epoch: String,
    /// The key of the view that the device holds; another means that its rights have changed.
    pub view: String,
}

#[derive(Clone, Debug, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum PullAnswer {
    Page(Page),
    /// The epoch or the rights are others now: build the view anew from the beginning.
    Rebuild {
        epoch: String,
        view: String,
    },
}

/// By hand: what serde derives for a tagged enum cannot hold the raw bytes of a row.
impl<'de> Deserialize<'de> for PullAnswer {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum Is {
            Page,
            Rebuild,
        }
        #[derive(Deserialize)]
        struct Parts {
            is: Is,
            epoch: String,
            view: String,
            cursor: Option<Seq>,
            after: Option<Seq>,
            head: Option<Seq>,
            #[serde(default)]
            more: bool,
            #[serde(default)]
            rows: Vec<Row>,
            #[serde(default)]
            departures: Vec<RecordId>,
            #[serde(default)]
            access: i64,
        }
        let Parts { is, epoch, view, cursor, after, head, more, rows, departures, access } =
            Parts::deserialize(deserializer)?;
        match is {
            Is::Rebuild => Ok(Self::Rebuild { epoch, view }),
            Is::Page => {
                let cursor = cursor.ok_or_else(|| serde::de::Error::missing_field("cursor"))?;
                Ok(Self::Page(Page { epoch, view, cursor, after, head, more, rows, departures, access }))
            }
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Page {
    pub epoch: String,
    pub view: String,
    /// Where the next pull begins.
    pub cursor: Seq,
    /// The cursor that was asked from: an answer to another question, out of some cache, is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Seq>,
    /// The last change of the state that it was read from: a copy that lags behind has less than a page before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub head: Option<Seq>,
    pub more: bool,
    pub rows: Vec<Row>,
    /// Records that have left the view.
    pub departures: Vec<RecordId>,
    /// As in [`HelloAnswer`]: once it is more than there, a hello brings the new `unlocks`.
    #[serde(default)]
    pub access: i64,
}

/// Where the log stands: whoever is elsewhere pulls. It comes as a server-sent event, at once, when it changes, and every
/// [`HINT_AGAIN`] milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hint {
    pub community: CommunityId,
    pub head: Seq,
    pub epoch: String,
}

/// After so many milliseconds a hint is said again: a stream that has been silent for longer is none.
pub const HINT_AGAIN: i64 = 15_000;

impl Hint {
    /// The event's id: what a device knows already can be told without reading the hint.
    pub fn id(epoch: &str, head: Seq) -> String {
        format!("{epoch}/{head}")
    }
}

/// A record on its way. `body` is kept as it came, so that what this version does not know survives.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Row {
    pub id: RecordId,
    pub root: RecordId,
    pub audience: String,
    pub seq: Seq,
    pub kind: String,
    pub body: Box<RawValue>,
}

impl Row {
    pub fn of(record: &Record, seq: Seq) -> Self {
        Self {
            id: record.id,
            root: record.root,
            audience: record.audience.to_string(),
            seq,
            kind: record.body.kind().to_owned(),
            body: record.body.encode(),
        }
    }

    /// The record, unless it is of a kind or an audience that this version does not know.
    pub fn record(&self) -> Option<Record> {
        let audience: Audience = self.audience.parse().ok()?;
        let body = Body::decode(&self.kind, &self.body).ok()??;
        Some(Record { id: self.id, root: self.root, audience, body })
    }
}

/// The key of a view: devices whose audiences differ have different keys.
pub fn view_key(audiences: &BTreeSet<Audience>) -> String {
    use sha2::{Digest, Sha256};
    let mut digest = Sha256::new();
    for audience in audiences {
        digest.update(audience.to_string());
        digest.update([0]);
    }
    domain::tags::to_hex(&digest.finalize()[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_too_deep_is_known_without_reading_it() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(!is_too_deep(&nested(CHANGE_DEPTH)) && is_too_deep(&nested(CHANGE_DEPTH + 1)));
        assert!(!is_too_deep(&format!("[{}1]", "[1],".repeat(1_000))), "beside each other");
        assert!(!is_too_deep(&format!(r#"["{}\"{}"]"#, "[".repeat(90), "{".repeat(90))), "in a text");
        assert!(matches!(Envelope::read(&nested(20_000)), Err(Undecodable::TooLarge)));
    }

    #[test]
    fn a_page_of_rows_survives_the_wire_byte_for_byte() {
        let body = RawValue::from_string("{\"later\": 1.50,  \"kept\":[]}".into()).expect("JSON");
        let id = RecordId(uuid::Uuid::from_u128(1));
        let row = Row { id, root: id, audience: "staff".into(), seq: 7, kind: "later".into(), body };
        let page = Page {
            epoch: "e".into(),
            view: "v".into(),
            cursor: 7,
            after: Some(3),
            head: Some(9),
            more: true,
            rows: vec![row.clone()],
            departures: vec![id],
            access: 3,
        };
        let text = serde_json::to_string(&PullAnswer::Page(page)).expect("JSON");
        let Ok(PullAnswer::Page(read)) = serde_json::from_str(&text) else { panic!("not a page: {text}") };
        assert_eq!((read.cursor, read.more, read.departures, read.access), (7, true, vec![id], 3));
        assert_eq!(read.rows[0].body.get(), row.body.get());
        let rebuild = serde_json::from_str(r#"{"is":"rebuild","epoch":"e","view":"v"}"#);
        assert!(matches!(rebuild, Ok(PullAnswer::Rebuild { .. })));
        assert!(serde_json::from_str::<PullAnswer>(r#"{"is":"page","epoch":"e","view":"v"}"#).is_err());
    }
}
