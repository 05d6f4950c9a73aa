//! IndexedDB: the only place that knows it. Values are JSON text under text keys.
//!
//! Data that exists nowhere else (outbox, lanes, drafts) is written with strict durability and "saved" is said only after
//! the transaction is complete; pulled records are written relaxed, for they can be fetched again.

use indexed_db_futures::{
    database::Database,
    error::{DomException, Error, OpenDbError},
    internals::SystemRepr,
    prelude::*,
    transaction::{Transaction, TransactionDurability, TransactionMode, TransactionOptions},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{cell::RefCell, collections::BTreeMap, rc::Rc};
use sync::{
    device::{
        exchange::Place,
        outbox::{Entry, EntryState, Outbox, OwnLane, OwnPhoto, PhotoState, orders_given},
    },
    messages::{Enrolled, Evicted, Page, Row, Unlock},
};
use wasm_bindgen::JsValue;

use domain::{
    changes::Change,
    ids::{ChangeId, LaneId, PersonId, RecordId},
    json,
    photos::PhotoHash,
    time::{Contact, Moment},
};

use crate::device::pictures::Picture;

const NAME: &str = "lamplighter";
const VERSION: u8 = 2;

const RECORDS: &str = "records";
const OUTBOX: &str = "outbox";
const LANES: &str = "lanes";
const DRAFTS: &str = "drafts";
/// What this device took: each photo's state, its bytes until the server has them, and its thumbnail.
const PHOTOS: &str = "photos";
const PHOTO_BYTES: &str = "photo-bytes";
const THUMBNAILS: &str = "thumbnails";
/// Single values: the enrolment, the place in the log, the last contact, the unlocks.
const FACTS: &str = "facts";
/// Whatever of these a device lacks is made when [`VERSION`] goes up.
const STORES: [&str; 8] = [RECORDS, OUTBOX, LANES, DRAFTS, PHOTOS, PHOTO_BYTES, THUMBNAILS, FACTS];

/// So many rows are written without a pause, in which the screen is drawn and answers.
const ROWS_AT_ONCE: usize = 200;

/// Why something was not written or read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiskFault {
    /// Private mode, or a browser without IndexedDB.
    Unavailable,
    /// A newer release has changed the disk; what is on it is for that one, or one newer still.
    Newer,
    Full,
    /// Anything else, with the browser's own words for the log.
    Failed(String),
}

impl From<Error> for DiskFault {
    fn from(error: Error) -> Self {
        let words = error.to_string();
        if words.contains("Quota") { DiskFault::Full } else { DiskFault::Failed(words) }
    }
}

impl From<OpenDbError> for DiskFault {
    fn from(error: OpenDbError) -> Self {
        match error {
            OpenDbError::Base(Error::DomException(DomException::Other(reason))) if reason.name() == "VersionError" => {
                DiskFault::Newer
            }
            _ => DiskFault::Unavailable,
        }
    }
}

type Result<T> = std::result::Result<T, DiskFault>;

/// Everything that is kept as a single value.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub enrolled: Option<Enrolled>,
    pub place: Place,
    pub contact: Option<Contact>,
    pub unlocks: Vec<Unlock>,
    pub evicted: Option<Evicted>,
    pub retired: Option<Retired>,
}

/// The server has withdrawn this device's credential.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retired {
    /// How many drafts were handed over.
    pub drafts: usize,
    /// True once nothing of the community is here any more.
    pub cleared: bool,
}

/// What another tab of this browser runs, where the two cannot use the disk together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OtherTab {
    /// An older release, which has not let go of the disk yet: opening waits for it.
    Older,
    /// A newer release, for which this tab has let go of the disk: nothing more can be saved here.
    Newer,
}

type Tell = Rc<dyn Fn(OtherTab)>;

#[derive(Clone)]
pub struct Disk {
    database: Rc<RefCell<Database>>,
    tell: Tell,
}

impl Disk {
    /// # Errors
    /// [`DiskFault::Unavailable`] where the browser keeps nothing, and [`DiskFault::Newer`]; nothing must be typed in then.
    pub async fn open(tell: impl Fn(OtherTab) + 'static) -> Result<Self> {
        let tell: Tell = Rc::new(tell);
        Ok(Self { database: Rc::new(RefCell::new(open(&tell).await?)), tell })
    }

    pub async fn facts(&self) -> Result<Facts> {
        let database = self.database();
        let tx = database.transaction([FACTS]).build()?;
        let store = tx.object_store(FACTS)?;
        Ok(Facts {
            enrolled: parsed(store.get("enrolled").primitive()?.await?),
            place: parsed(store.get("place").primitive()?.await?).unwrap_or_default(),
            contact: parsed(store.get("contact").primitive()?.await?),
            unlocks: parsed(store.get("unlocks").primitive()?.await?).unwrap_or_default(),
            evicted: parsed(store.get("evicted").primitive()?.await?),
            retired: parsed(store.get("retired").primitive()?.await?),
        })
    }

    pub async fn put_fact<T: Serialize>(&self, name: &str, value: &T) -> Result<()> {
        self.write(&[FACTS], TransactionDurability::Strict, |tx| {
            tx.object_store(FACTS)?.put(text(value)).with_key(name.to_owned()).primitive()?;
            Ok(())
        })
        .await
    }

    /// A contact of before bounds times as truly, only less closely: it may be lost.
    pub async fn put_contact(&self, contact: &Contact) -> Result<()> {
        self.write(&[FACTS], TransactionDurability::Relaxed, |tx| {
            tx.object_store(FACTS)?.put(text(contact)).with_key("contact".to_owned()).primitive()?;
            Ok(())
        })
        .await
    }

    pub async fn row(&self, id: RecordId) -> Result<Option<Row>> {
        let database = self.database();
        let tx = database.transaction([RECORDS]).build()?;
        let held: Option<String> = tx.object_store(RECORDS)?.get(id.to_string()).primitive()?.await?;
        Ok(held.and_then(|text| serde_json::from_str(&text).ok()))
    }

    pub async fn rows(&self) -> Result<Vec<Row>> {
        let database = self.database();
        // Their bodies stay the bytes that came.
        let texts = texts(&database.transaction([RECORDS]).build()?, RECORDS).await?;
        Ok(texts.iter().filter_map(|text| serde_json::from_str(text).ok()).collect())
    }

    /// The outbox without its changes: where the lanes' numbers are as they were, nobody has saved any.
    pub async fn lanes_and_photos(&self) -> Result<Outbox> {
        let database = self.database();
        outbox_of(&database.transaction([LANES, PHOTOS]).build()?, vec![]).await
    }

    /// Lanes and changes as of one moment: in one transaction, so that a lane's numbers have no hole that another tab
    /// is just filling.
    pub async fn outbox(&self) -> Result<Outbox> {
        let database = self.database();
        let tx = database.transaction([LANES, OUTBOX, PHOTOS]).build()?;
        let texts = texts(&tx, OUTBOX).await?;
        let read: Vec<Option<Entry>> = texts.iter().map(|text| json::read(text).ok()).collect();
        let mut unreadable = BTreeMap::new();
        if read.iter().any(Option::is_none) {
            let places = keys(&tx, OUTBOX).await?;
            let all = places.into_iter().zip(texts).zip(&read);
            unreadable.extend(all.filter(|(_, read)| read.is_none()).map(|(kept, _)| kept));
        }
        Ok(Outbox { unreadable, ..outbox_of(&tx, read.into_iter().flatten().collect()).await? })
    }

    pub async fn drafts(&self) -> Result<Vec<(String, String)>> {
        let database = self.database();
        let tx = database.transaction([DRAFTS]).build()?;
        let store = tx.object_store(DRAFTS)?;
        let keys = keys(&tx, DRAFTS).await?;
        let values: Vec<String> = store.get_all().primitive()?.await?.collect::<std::result::Result<_, _>>()?;
        Ok(keys.into_iter().zip(values).collect())
    }

    /// Appends a bundle of changes to the person's lane, sends its photos on their way and drops the draft it was made of:
    /// one strict transaction, with the lane's tail read inside it, so that two tabs never give one number twice.
    ///
    /// # Errors
    /// A [`DiskFault`]; then nothing was written.
    pub async fn append(
        &self,
        lane_if_none: OwnLane,
        changes: &[Change],
        photos: &[OwnPhoto],
        finished_draft: Option<&str>,
    ) -> Result<(OwnLane, Vec<Entry>)> {
        let mut bases = vec![];
        for change in changes {
            if let Some(id) = change.deed.builds_on() {
                bases.extend(self.row(id).await.ok().flatten().map(|row| (change.id, row)));
            }
        }
        match self.append_once(lane_if_none, changes, &bases, photos, finished_draft).await {
            // Mobile browsers drop the connection in the background: open it again and try once more.
            Err(DiskFault::Failed(_)) => {
                self.reopen().await?;
                self.append_once(lane_if_none, changes, &bases, photos, finished_draft).await
            }
            done => done,
        }
    }

    async fn append_once(
        &self,
        lane_if_none: OwnLane,
        changes: &[Change],
        bases: &[(ChangeId, Row)],
        photos: &[OwnPhoto],
        finished_draft: Option<&str>,
    ) -> Result<(OwnLane, Vec<Entry>)> {
        let database = self.database();
        let tx = begin(&database, &[LANES, OUTBOX, DRAFTS, PHOTOS], TransactionDurability::Strict)?;
        let lanes = tx.object_store(LANES)?;
        let known: Vec<String> = lanes.get_all().primitive()?.await?.collect::<std::result::Result<_, _>>()?;
        let known: Vec<OwnLane> = known.iter().filter_map(|text| json::read(text).ok()).collect();
        let given = orders_given(&known);
        let own = known.into_iter().find(|lane| lane.is_for(lane_if_none.person, lane_if_none.identity));
        let mut lane = own.unwrap_or(lane_if_none);
        let bundle = (changes.len() > 1).then(|| changes.first().map(|change| change.id)).flatten();
        let mut entries: Vec<Entry> =
            (1..).zip(changes).map(|(i, change)| Entry::new(&lane, lane.last + i, given + i, change, bundle)).collect();
        for (id, base) in bases {
            entries.iter_mut().filter(|entry| entry.id == *id).for_each(|entry| entry.keep_unknown(base));
        }
        let outbox = tx.object_store(OUTBOX)?;
        for entry in &entries {
            // `add`, not `put`: a number that is taken fails the whole save instead of overwriting a change.
            outbox.add(text(entry)).with_key(place_key(entry.lane, entry.n)).primitive()?;
        }
        lane.last += entries.len() as i64;
        lanes.put(text(&lane)).with_key(lane.lane.to_string()).primitive()?;
        let marks = tx.object_store(PHOTOS)?;
        for own in photos {
            marks.put(text(own)).with_key(own.photo.hash.to_string()).primitive()?;
        }
        if let Some(draft) = finished_draft {
            tx.object_store(DRAFTS)?.delete(draft.to_owned()).primitive()?;
        }
        commit(tx).await?;
        Ok((lane, entries))
    }

    pub async fn put_draft(&self, key: &str, draft: String) -> Result<()> {
        self.write(&[DRAFTS], TransactionDurability::Strict, |tx| {
            tx.object_store(DRAFTS)?.put(draft.clone()).with_key(key.to_owned()).primitive()?;
            Ok(())
        })
        .await
    }

    /// Keeps a photo together with the draft that names it: bytes, thumbnail, state and draft, all or nothing.
    pub async fn put_photo(&self, own: &OwnPhoto, picture: &Picture, draft: (&str, &str)) -> Result<()> {
        let hash = own.photo.hash.to_string();
        self.write(&[PHOTOS, PHOTO_BYTES, THUMBNAILS, DRAFTS], TransactionDurability::Strict, |tx| {
            // As an ArrayBuffer: WebKit loses and swaps Blobs.
            let bytes = js_sys::Uint8Array::from(picture.bytes.as_slice()).buffer();
            tx.object_store(PHOTO_BYTES)?.put(JsValue::from(bytes)).with_key(hash.clone()).primitive()?;
            tx.object_store(THUMBNAILS)?.put(picture.thumbnail.clone()).with_key(hash.clone()).primitive()?;
            tx.object_store(PHOTOS)?.put(text(own)).with_key(hash.clone()).primitive()?;
            tx.object_store(DRAFTS)?.put(draft.1.to_owned()).with_key(draft.0.to_owned()).primitive()?;
            Ok(())
        })
        .await
    }

    /// The bytes of a photo, if they are here and read back as they were written.
    pub async fn photo_bytes(&self, hash: PhotoHash) -> Result<Option<Vec<u8>>> {
        let database = self.database();
        let tx = database.transaction([PHOTO_BYTES]).build()?;
        let kept: Option<JsValue> = tx.object_store(PHOTO_BYTES)?.get(hash.to_string()).primitive()?.await?;
        let bytes = kept.map(|buffer| js_sys::Uint8Array::new(&buffer).to_vec());
        Ok(bytes.filter(|bytes| PhotoHash::of(bytes) == hash))
    }

    /// The thumbnail of a photo that was taken here, as a `data:` address.
    pub async fn thumbnail(&self, hash: PhotoHash) -> Result<Option<String>> {
        let database = self.database();
        let tx = database.transaction([THUMBNAILS]).build()?;
        Ok(tx.object_store(THUMBNAILS)?.get(hash.to_string()).primitive()?.await?)
    }

    /// Keeps the state of a photo; once the server has it, its bytes are freed.
    pub async fn put_photo_state(&self, own: &OwnPhoto) -> Result<()> {
        let hash = own.photo.hash.to_string();
        self.write(&[PHOTOS, PHOTO_BYTES], TransactionDurability::Strict, |tx| {
            tx.object_store(PHOTOS)?.put(text(own)).with_key(hash.clone()).primitive()?;
            if matches!(own.state, PhotoState::Kept { .. }) {
                tx.object_store(PHOTO_BYTES)?.delete(hash.clone()).primitive()?;
            }
            Ok(())
        })
        .await
    }

    pub async fn drop_photos(&self, photos: &[PhotoHash]) -> Result<()> {
        self.write(&[PHOTOS, PHOTO_BYTES, THUMBNAILS], TransactionDurability::Strict, |tx| {
            for store in [PHOTOS, PHOTO_BYTES, THUMBNAILS] {
                let store = tx.object_store(store)?;
                for hash in photos {
                    store.delete(hash.to_string()).primitive()?;
                }
            }
            Ok(())
        })
        .await
    }

    pub async fn put_entries(&self, entries: &[Entry]) -> Result<()> {
        self.put_entries_with(TransactionDurability::Strict, entries).await
    }

    /// Notes what became of changes. It may be lost: what was not noted is sent again, counts once and is told the same.
    pub async fn note_outcomes(&self, entries: &[Entry]) -> Result<()> {
        self.put_entries_with(TransactionDurability::Relaxed, entries).await
    }

    async fn put_entries_with(&self, durability: TransactionDurability, entries: &[Entry]) -> Result<()> {
        self.write(&[OUTBOX], durability, |tx| {
            let store = tx.object_store(OUTBOX)?;
            for entry in entries {
                store.put(text(entry)).with_key(place_key(entry.lane, entry.n)).primitive()?;
            }
            Ok(())
        })
        .await
    }

    pub async fn drop_entries(&self, places: &[(LaneId, i64)]) -> Result<()> {
        self.write(&[OUTBOX], TransactionDurability::Strict, |tx| {
            let store = tx.object_store(OUTBOX)?;
            for (lane, n) in places {
                store.delete(place_key(*lane, *n)).primitive()?;
            }
            Ok(())
        })
        .await
    }

    /// Forgets values of the outbox that could not be read and are in custody now.
    pub async fn drop_unreadable(&self, places: &[String]) -> Result<()> {
        self.write(&[OUTBOX], TransactionDurability::Strict, |tx| {
            let store = tx.object_store(OUTBOX)?;
            for place in places {
                store.delete(place.clone()).primitive()?;
            }
            Ok(())
        })
        .await
    }

    /// Forgets everything of the community but what nobody else has: the records, what has its outcome, the words of what is
    /// in custody, `drafts`, thumbnails. All or nothing.
    pub async fn clear(&self, outbox: &Outbox, drafts: &[String], before: Retired) -> Result<()> {
        let stores = [RECORDS, OUTBOX, DRAFTS, PHOTOS, THUMBNAILS, FACTS];
        self.write(&stores, TransactionDurability::Strict, |tx| {
            tx.object_store(RECORDS)?.clear()?;
            let entries = tx.object_store(OUTBOX)?;
            for entry in outbox.entries.values().filter(|entry| entry.is_settled()) {
                let place = place_key(entry.lane, entry.n);
                if matches!(entry.state, EntryState::InCustody { .. }) {
                    let bare = Entry { change: String::new(), ..entry.clone() };
                    entries.put(text(&bare)).with_key(place).primitive()?;
                } else {
                    entries.delete(place).primitive()?;
                }
            }
            let held = tx.object_store(DRAFTS)?;
            for draft in drafts {
                held.delete(draft.clone()).primitive()?;
            }
            let (marks, thumbnails) = (tx.object_store(PHOTOS)?, tx.object_store(THUMBNAILS)?);
            for own in outbox.photos.values().filter(|own| matches!(own.state, PhotoState::Kept { .. })) {
                marks.delete(own.photo.hash.to_string()).primitive()?;
                thumbnails.delete(own.photo.hash.to_string()).primitive()?;
            }
            let facts = tx.object_store(FACTS)?;
            facts.put(text(&Place::default())).with_key("place".to_owned()).primitive()?;
            facts.delete("unlocks".to_owned()).primitive()?;
            let retired = Retired { drafts: before.drafts + drafts.len(), cleared: true };
            facts.put(text(&retired)).with_key("retired".to_owned()).primitive()?;
            Ok(())
        })
        .await
    }

    /// Moves entries to other places and keeps the lanes as they are now, all or nothing.
    pub async fn move_entries(&self, moved: &[((LaneId, i64), Entry)], lanes: &[OwnLane]) -> Result<()> {
        self.write(&[OUTBOX, LANES], TransactionDurability::Strict, |tx| {
            let outbox = tx.object_store(OUTBOX)?;
            for ((lane, n), entry) in moved {
                outbox.delete(place_key(*lane, *n)).primitive()?;
                outbox.put(text(entry)).with_key(place_key(entry.lane, entry.n)).primitive()?;
            }
            let store = tx.object_store(LANES)?;
            for lane in lanes {
                store.put(text(lane)).with_key(lane.lane.to_string()).primitive()?;
            }
            Ok(())
        })
        .await
    }

    /// Writes a page of the pull together with the place it leads to, unless another tab has come further meanwhile. Says
    /// whether it did.
    pub async fn absorb(&self, page: &Page) -> Result<bool> {
        let database = self.database();
        let tx = begin(&database, &[RECORDS, FACTS], TransactionDurability::Relaxed)?;
        let place = held_place(&tx).await?;
        if !place.takes(page) {
            return Ok(false);
        }
        let store = tx.object_store(RECORDS)?;
        for row in &page.rows {
            let held: Option<String> = store.get(row.id.to_string()).primitive()?.await?;
            if parsed::<Row>(held).is_none_or(|held| held.seq < row.seq) {
                store.put(text(row)).with_key(row.id.to_string()).primitive()?;
            }
        }
        for id in &page.departures {
            store.delete(id.to_string()).primitive()?;
        }
        tx.object_store(FACTS)?.put(text(&place.after(page))).with_key("place".to_owned()).primitive()?;
        commit(tx).await?;
        Ok(true)
    }

    /// Puts a view that was built beside the one in use in its place, unless another tab has come further meanwhile. Says
    /// whether it did.
    pub async fn flip(&self, rows: &[Row], place: &Place, disowned: Option<i64>) -> Result<bool> {
        let database = self.database();
        let tx = begin(&database, &[RECORDS, FACTS], TransactionDurability::Relaxed)?;
        if !held_place(&tx).await?.gives_way_to(place, disowned) {
            return Ok(false);
        }
        let store = tx.object_store(RECORDS)?;
        store.clear()?;
        for rows in rows.chunks(ROWS_AT_ONCE) {
            let mut written = None;
            for row in rows {
                written = Some(store.put(text(row)).with_key(row.id.to_string()).primitive()?);
            }
            if let Some(written) = written {
                written.await?;
            }
        }
        tx.object_store(FACTS)?.put(text(place)).with_key("place".to_owned()).primitive()?;
        commit(tx).await?;
        Ok(true)
    }

    /// Forgets every record: the device is another one now.
    pub async fn empty(&self) -> Result<()> {
        self.write(&[RECORDS, FACTS], TransactionDurability::Relaxed, |tx| {
            tx.object_store(RECORDS)?.clear()?;
            tx.object_store(FACTS)?.put(text(&Place::default())).with_key("place".to_owned()).primitive()?;
            Ok(())
        })
        .await
    }

    async fn write(
        &self,
        stores: &[&str],
        durability: TransactionDurability,
        requests: impl Fn(&Transaction<'_>) -> Result<()>,
    ) -> Result<()> {
        for attempt in 0..2 {
            let database = self.database();
            let done = async {
                let tx = begin(&database, stores, durability)?;
                requests(&tx)?;
                commit(tx).await?;
                Ok(())
            }
            .await;
            match done {
                Err(DiskFault::Failed(_)) if attempt == 0 => self.reopen().await?,
                done => return done,
            }
        }
        Ok(())
    }

    fn database(&self) -> Database {
        self.database.borrow().clone()
    }

    async fn reopen(&self) -> Result<()> {
        let fresh = open(&self.tell).await?;
        *self.database.borrow_mut() = fresh;
        Ok(())
    }
}

fn begin<'a>(database: &'a Database, stores: &[&str], durability: TransactionDurability) -> Result<Transaction<'a>> {
    let options = TransactionOptions::new().with_durability(durability);
    Ok(database.transaction(stores).with_mode(TransactionMode::Readwrite).with_options(options).build()?)
}

async fn held_place(tx: &Transaction<'_>) -> Result<Place> {
    let held: Option<String> = tx.object_store(FACTS)?.get("place").primitive()?.await?;
    Ok(parsed(held).unwrap_or_default())
}

async fn outbox_of(tx: &Transaction<'_>, entries: Vec<Entry>) -> Result<Outbox> {
    let lanes: Vec<OwnLane> = all(tx, LANES).await?;
    let photos: Vec<OwnPhoto> = all(tx, PHOTOS).await?;
    Ok(Outbox {
        lanes: lanes.into_iter().map(|lane| (lane.lane, lane)).collect(),
        entries: entries.into_iter().map(|entry| ((entry.lane, entry.n), entry)).collect(),
        photos: photos.into_iter().map(|own| (own.photo.hash, own)).collect(),
        unreadable: BTreeMap::new(),
    })
}

/// Everything in `store`. A value that cannot be read stays on the disk; the rest is used.
async fn all<T: DeserializeOwned>(tx: &Transaction<'_>, store: &str) -> Result<Vec<T>> {
    Ok(texts(tx, store).await?.iter().filter_map(|text| json::read(text).ok()).collect())
}

async fn keys(tx: &Transaction<'_>, store: &str) -> Result<Vec<String>> {
    let keys = tx.object_store(store)?.get_all_keys().primitive()?.await?;
    Ok(keys.collect::<std::result::Result<_, _>>()?)
}

async fn texts(tx: &Transaction<'_>, store: &str) -> Result<Vec<String>> {
    let texts = tx.object_store(store)?.get_all().primitive()?.await?;
    Ok(texts.collect::<std::result::Result<_, _>>()?)
}

/// A full disk is often found out at the end: then only the transaction knows why it was aborted.
async fn commit(tx: Transaction<'_>) -> Result<()> {
    let state = tx.as_sys().clone();
    tx.commit().await.map_err(|error| match state.error() {
        Some(reason) if reason.name() == "QuotaExceededError" => DiskFault::Full,
        _ => error.into(),
    })
}

async fn open(tell: &Tell) -> Result<Database> {
    let blocked = tell.clone();
    let database = Database::open(NAME)
        .with_version(VERSION)
        .with_on_blocked(move |_| {
            blocked(OtherTab::Older);
            Ok(())
        })
        .with_on_upgrade_needed(|_, database| {
            let known: Vec<String> = database.object_store_names().collect();
            for store in STORES.into_iter().filter(|store| !known.iter().any(|name| name == store)) {
                database.create_object_store(store).build()?;
            }
            Ok(())
        })
        .await?;
    let_go_of(database.clone(), tell.clone());
    Ok(database)
}

/// Another tab's upgrade waits until every connection is closed: it must never hang on this one.
fn let_go_of(database: Database, tell: Tell) {
    let Ok(mut changes) = database.version_changes() else { return };
    wasm_bindgen_futures::spawn_local(async move {
        if changes.recv().await.is_some() {
            // What is being written is still completed.
            database.close();
            tell(OtherTab::Newer);
        }
    });
}

/// The key of a change's place: text that sorts as lane and number do.
fn place_key(lane: LaneId, n: i64) -> String {
    format!("{lane}/{n:012}")
}

fn text<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("what is kept is plain data")
}

fn parsed<T: DeserializeOwned>(value: Option<String>) -> Option<T> {
    value.and_then(|text| json::read(&text).ok())
}

/// The lane to open when a person has none here yet.
pub fn new_lane(lane: LaneId, person: PersonId, identity: sync::messages::Identity) -> OwnLane {
    OwnLane { lane, person, identity, last: 0, closed: false, device: None }
}

/// How long sent changes are kept.
pub const KEEP_SENT: i64 = 30 * domain::time::DAY;

/// Entries that were delivered long ago and need nobody any more.
pub fn outdated(outbox: &Outbox, now: Moment) -> Vec<(LaneId, i64)> {
    outbox
        .entries
        .values()
        .filter(|entry| entry.is_settled() && !entry.needs_attention() && entry.saved.plus(KEEP_SENT) < now)
        .map(|entry| (entry.lane, entry.n))
        .collect()
}

/// Photos that nothing here needs any more: taken for a draft that is gone, or with the server for long.
pub fn outdated_photos<'a>(
    outbox: &Outbox,
    drafts: impl Iterator<Item = &'a String> + Clone,
    now: Moment,
) -> Vec<PhotoHash> {
    let is_outdated = |own: &&OwnPhoto| match own.state {
        PhotoState::Draft => {
            let hash = own.photo.hash.to_string();
            !drafts.clone().any(|draft| draft.contains(&hash))
        }
        PhotoState::Kept { at } => at.plus(KEEP_SENT) < now,
        PhotoState::Waiting | PhotoState::Refused { .. } | PhotoState::Damaged => false,
    };
    outbox.photos.values().filter(is_outdated).map(|own| own.photo.hash).collect()
}
