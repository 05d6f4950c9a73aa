//! The store: signals over the world, and the one way to save.

use std::{pin::Pin, rc::Rc};

use domain::{
    changes::{Change, Deed},
    community::Community,
    ids::{ChangeId, CommunityId, LaneId, PersonId},
    people::Person,
    photos::{Photo, PhotoHash},
    records::Body,
    storage::Room,
    time::{Contact, Moment, Stamp, Zone},
};
use leptos::prelude::*;
use sync::{
    device::{
        exchange::Fault,
        outbox::{Entry, Outbox, OwnPhoto, PhotoState, identity_for},
        world::World,
    },
    messages::{Delivery, Enrolled, Evicted, Identity, Profile, Unlock},
};

use super::disk::{self, Disk, DiskFault, Facts, OtherTab, Retired};
use crate::accounts::session::end_what_is_left;
use crate::device::{
    clock,
    pictures::Picture,
    preferences::{self, Session},
    tabs::{Tabs, Told},
};

/// Who is at this device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Present {
    pub person: PersonId,
    pub identity: Identity,
}

/// What is known of the network: believe failed fetches, not the browser's word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Network {
    #[default]
    Unknown,
    Good,
    Bad(Fault),
}

/// Why something was not saved. What was typed stays where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotSaved {
    Disk(DiskFault),
    /// Nobody is at the device.
    NobodyPresent,
    /// The form that it was for is gone.
    FormGone,
}

/// What this device holds. Its signals belong to the root and live as long as the page.
#[derive(Clone, Copy)]
pub struct Store {
    pub world: RwSignal<World>,
    pub enrolled: RwSignal<Option<Enrolled>>,
    pub present: RwSignal<Option<Present>>,
    pub unlocks: RwSignal<Vec<Unlock>>,
    pub contact: RwSignal<Option<Contact>>,
    /// What this browser had held before it deleted everything, until somebody has read it.
    pub evicted: RwSignal<Option<Evicted>>,
    /// Set once the server has withdrawn this device's credential.
    pub retired: RwSignal<Option<Retired>>,
    pub network: RwSignal<Network>,
    /// When the last save was complete; the fault where the last one failed.
    pub saved: RwSignal<Option<Result<Moment, NotSaved>>>,
    /// True while something is being saved: what a form holds is not whole yet, or is being sent on its way.
    pub saving: RwSignal<bool>,
    /// True until the first records have arrived on a fresh device.
    pub filling: RwSignal<bool>,
    pub drafts: RwSignal<std::collections::BTreeMap<String, String>>,
    /// How much room the browser leaves, looked at again after every save.
    pub room: RwSignal<Room>,
    /// Goes on every half minute, so that what is due can be computed anew.
    pub now: RwSignal<Moment>,
    inner: StoredValue<Rc<Inner>, LocalStorage>,
}

struct Inner {
    disk: Disk,
    tabs: Tabs,
    courier: super::courier::Bell,
    /// How many saves are under way.
    saves: std::cell::Cell<i32>,
    /// How often this tab wrote to the outbox on the disk.
    writes: std::cell::Cell<u32>,
    unnoted: std::cell::RefCell<Unnoted>,
    /// How many drafts it has begun to keep.
    drafts: std::cell::Cell<u32>,
}

/// A save that is under way.
pub struct Save(Store);

impl Drop for Save {
    fn drop(&mut self) {
        self.0.count_saves(-1);
    }
}

/// The changes whose outcomes are shown and not on the disk yet.
#[derive(Default)]
struct Unnoted {
    since: Option<i64>,
    places: Vec<(LaneId, i64)>,
}

/// What the disk held when it was opened.
pub struct Opened {
    disk: Disk,
    facts: Facts,
    world: World,
    drafts: std::collections::BTreeMap<String, String>,
}

/// Opens the disk and reads everything that this device holds. `tell` hears of tabs that run another release.
///
/// # Errors
/// A [`DiskFault`] where the browser keeps nothing.
pub async fn open(tell: impl Fn(OtherTab) + 'static) -> Result<Opened, DiskFault> {
    let disk = Disk::open(tell).await?;
    let facts = disk.facts().await?;
    let outbox = disk.outbox().await?;
    // By the server's time: a clock that was set ahead must not make anything old.
    let old = facts.contact.map_or(vec![], |contact| disk::outdated(&outbox, contact.server));
    if !old.is_empty() {
        disk.drop_entries(&old).await?;
    }
    let rows = disk.rows().await?;
    let drafts: std::collections::BTreeMap<String, String> = disk.drafts().await?.into_iter().collect();
    let gone = disk::outdated_photos(&outbox, drafts.values(), clock::wall());
    if !gone.is_empty() {
        disk.drop_photos(&gone).await?;
    }
    let world = World::new(community_of(&facts), facts.place.clone(), &rows, outbox);
    Ok(Opened { disk, facts, world, drafts })
}

fn community_of(facts: &Facts) -> CommunityId {
    facts.enrolled.as_ref().map_or(CommunityId(uuid::Uuid::nil()), |enrolled| enrolled.community)
}

/// Makes the store of what was opened. Its signals belong to the owner that is current now.
pub fn provide_store(opened: Opened) -> Store {
    let Opened { disk, facts, world, drafts } = opened;
    let heard = RwSignal::new(None::<Told>);
    let tabs = Tabs::join(move |told| heard.set(Some(told)));
    let store = Store {
        filling: RwSignal::new(world.confirmed_count() == 0),
        world: RwSignal::new(world),
        present: RwSignal::new(remembered(&facts)),
        enrolled: RwSignal::new(facts.enrolled),
        unlocks: RwSignal::new(facts.unlocks),
        contact: RwSignal::new(facts.contact),
        evicted: RwSignal::new(facts.evicted),
        retired: RwSignal::new(facts.retired),
        network: RwSignal::new(Network::Unknown),
        saved: RwSignal::new(None),
        saving: RwSignal::new(false),
        drafts: RwSignal::new(drafts),
        room: RwSignal::new(Room::Enough),
        now: RwSignal::new(clock::wall()),
        inner: StoredValue::new_local(Rc::new(Inner {
            disk,
            tabs,
            courier: Default::default(),
            saves: Default::default(),
            writes: Default::default(),
            unnoted: Default::default(),
            drafts: Default::default(),
        })),
    };
    Effect::new(move |_| {
        if let Some(told) = heard.get() {
            store.hear(told);
        }
    });
    provide_context(store);
    store
}

/// On a person's own device they are present until they sign out; on a shared one whoever unlocked this tab.
fn remembered(facts: &Facts) -> Option<Present> {
    let known = preferences::present().map(|(person, identity)| Present { person, identity });
    match facts.enrolled.as_ref()?.profile {
        Profile::Shared => known,
        Profile::Personal { person } => Some(known.unwrap_or(Present { person, identity: Identity::SignedIn })),
    }
}

pub fn use_store() -> Store {
    expect_context()
}

impl Store {
    pub fn disk(&self) -> Disk {
        self.inner.with_value(|inner| inner.disk.clone())
    }

    pub fn bell(&self) -> super::courier::Bell {
        self.inner.with_value(|inner| inner.courier.clone())
    }

    pub fn tell(&self, told: Told) {
        self.inner.with_value(|inner| inner.tabs.tell(told));
    }

    fn hear(self, told: Told) {
        leptos::task::spawn_local(async move {
            match told {
                Told::Outbox => {
                    let _ = self.reload_outbox().await;
                    self.bell().ring();
                }
                Told::Records => {
                    let _ = self.reload().await;
                }
            }
        });
    }

    /// Shows the outbox as it is on the disk now.
    ///
    /// # Errors
    /// A [`DiskFault`]; the world stays as it was.
    pub async fn reload_outbox(&self) -> Result<(), DiskFault> {
        let outbox = self.read_outbox().await?;
        self.world.update(|world| world.reload_outbox(outbox));
        Ok(())
    }

    /// Shows what another tab saved, if it saved anything.
    ///
    /// # Errors
    /// A [`DiskFault`]; the world stays as it was.
    pub async fn catch_up(&self) -> Result<(), DiskFault> {
        let kept = self.disk().lanes_and_photos().await?;
        let is_shown = self.world.with_untracked(|world| world.outbox.is_as_far_as(&kept));
        if is_shown { Ok(()) } else { self.reload_outbox().await }
    }

    /// As [`Self::catch_up`], and with the records that another tab pulled.
    ///
    /// # Errors
    /// A [`DiskFault`]; the world stays as it was.
    pub async fn catch_up_wholly(&self) -> Result<(), DiskFault> {
        let place = self.disk().facts().await?.place;
        if self.world.with_untracked(|world| world.place == place) {
            self.catch_up().await
        } else {
            self.reload().await
        }
    }

    /// The outbox on the disk, with every outcome noted, and read again where this tab wrote to its own meanwhile: what was
    /// read may be older.
    pub fn read_outbox(self) -> Pin<Box<dyn Future<Output = Result<Outbox, DiskFault>>>> {
        Box::pin(async move {
            loop {
                // What the disk refuses is sent again.
                let _ = self.note_outcomes().await;
                let before = self.writes();
                let outbox = self.disk().outbox().await?;
                if self.writes() == before {
                    return Ok(outbox);
                }
            }
        })
    }

    fn writes(&self) -> u32 {
        self.inner.with_value(|inner| inner.writes.get())
    }

    /// Keeps what became of changes that are in the outbox.
    ///
    /// # Errors
    /// A [`DiskFault`]; the world stays as it was.
    pub async fn keep_entries(&self, entries: Vec<Entry>) -> Result<(), DiskFault> {
        self.disk().put_entries(&entries).await?;
        self.wrote_outbox(|world| world.replace_entries(entries));
        self.tell(Told::Outbox);
        Ok(())
    }

    /// Shows what became of changes; [`Self::note_outcomes`] writes it.
    pub fn show_delivered(&self, deliveries: &[Delivery]) {
        let is_news = |world: &World, delivery: &Delivery| world.outbox.after(delivery).is_some();
        let news: Vec<_> = self.world.with_untracked(|world| {
            let news = deliveries.iter().filter(|delivery| is_news(world, delivery));
            news.map(|delivery| (delivery.lane, delivery.n)).collect()
        });
        self.wrote_outbox(|world| world.delivered(deliveries));
        self.inner.with_value(|inner| {
            let mut unnoted = inner.unnoted.borrow_mut();
            unnoted.since.get_or_insert_with(clock::mono);
            unnoted.places.extend(news);
        });
    }

    /// Since when outcomes are shown that are not written, in milliseconds of the monotonic clock.
    pub fn unnoted_since(&self) -> Option<i64> {
        self.inner.with_value(|inner| inner.unnoted.borrow().since)
    }

    /// Writes the outcomes that are shown. They may be lost: what was not noted is sent again, counts once and is told the same.
    ///
    /// # Errors
    /// A [`DiskFault`]; the disk has none of them.
    pub async fn note_outcomes(&self) -> Result<(), DiskFault> {
        let Unnoted { places, .. } = self.inner.with_value(|inner| inner.unnoted.take());
        if places.is_empty() {
            return Ok(());
        }
        let entries: Vec<Entry> = self.world.with_untracked(|world| {
            places.iter().filter_map(|place| world.outbox.entries.get(place)).cloned().collect()
        });
        self.disk().note_outcomes(&entries).await?;
        self.tell(Told::Outbox);
        Ok(())
    }

    /// Changes the outbox that is shown when the disk's is.
    pub fn wrote_outbox(&self, change: impl FnOnce(&mut World)) {
        self.inner.with_value(|inner| inner.writes.set(inner.writes.get().wrapping_add(1)));
        self.world.update(change);
    }

    /// Shows everything as it is on the disk now.
    ///
    /// # Errors
    /// A [`DiskFault`]; the world stays as it was.
    pub async fn reload(&self) -> Result<(), DiskFault> {
        let disk = self.disk();
        let facts = disk.facts().await?;
        let rows = disk.rows().await?;
        let world = World::new(community_of(&facts), facts.place.clone(), &rows, self.read_outbox().await?);
        self.filling.set(world.confirmed_count() == 0);
        self.world.set(world);
        self.contact.set(facts.contact);
        self.unlocks.set(facts.unlocks);
        self.retired.set(facts.retired);
        if self.enrolled.get_untracked() != facts.enrolled {
            self.enrolled.set(facts.enrolled);
            self.bell().restart();
        }
        Ok(())
    }

    /// Keeps this device's enrolment and begins with an empty world.
    ///
    /// # Errors
    /// A [`DiskFault`].
    pub async fn enrol(&self, enrolled: Enrolled, present: Present) -> Result<(), DiskFault> {
        let disk = self.disk();
        disk.empty().await?;
        if enrolled.evicted.is_some() {
            self.keep_evicted(enrolled.evicted).await?;
        }
        self.keep_retired(None).await?;
        disk.put_fact("enrolled", &enrolled).await?;
        let mut outbox = self.read_outbox().await?;
        let is_other =
            self.enrolled.with_untracked(|before| before.as_ref().is_some_and(|b| b.device != enrolled.device));
        if is_other {
            // The server knows the old lanes as another device's: what waits goes on in new ones.
            let lanes: Vec<_> = outbox.lanes.values().filter(|lane| !lane.closed).map(|lane| lane.lane).collect();
            let moved: Vec<_> = lanes
                .into_iter()
                .flat_map(|lane| outbox.fork(lane, clock::fresh_lane(), Some(enrolled.device)))
                .collect();
            let lanes: Vec<_> = outbox.lanes.values().copied().collect();
            disk.move_entries(&moved, &lanes).await?;
        }
        self.world.set(World::new(enrolled.community, Default::default(), &[], outbox));
        self.filling.set(true);
        self.enrolled.set(Some(enrolled));
        self.arrive(present);
        self.tell(Told::Records);
        self.bell().restart();
        Ok(())
    }

    /// Keeps what this browser had forgotten, or that somebody has read it.
    ///
    /// # Errors
    /// A [`DiskFault`].
    pub async fn keep_evicted(&self, evicted: Option<Evicted>) -> Result<(), DiskFault> {
        self.disk().put_fact("evicted", &evicted).await?;
        self.evicted.set(evicted);
        Ok(())
    }

    /// Keeps that the server has withdrawn this device's credential, or that it is enrolled anew.
    ///
    /// # Errors
    /// A [`DiskFault`].
    pub async fn keep_retired(&self, retired: Option<Retired>) -> Result<(), DiskFault> {
        self.disk().put_fact("retired", &retired).await?;
        self.retired.set(retired);
        Ok(())
    }

    /// Somebody is at the device now.
    pub fn arrive(&self, present: Present) {
        if preferences::session().is_some_and(|session| session != Session::Of(present.person)) {
            self.end_session();
        }
        preferences::set_present(Some((present.person, present.identity)));
        self.present.set(Some(present));
    }

    /// Nobody is at the device any more, and nobody is signed in. What waits stays, and is sent whoever comes next.
    pub fn leave(&self) {
        self.end_session();
        preferences::set_present(None);
        self.present.set(None);
    }

    /// Without a network it ends at the next contact.
    fn end_session(&self) {
        preferences::set_session(Some(Session::Ends));
        leptos::task::spawn_local(async {
            let _ = end_what_is_left().await;
        });
    }

    /// Saves what a person did: a bundle of changes, all or nothing.
    ///
    /// # Errors
    /// [`NotSaved`]; nothing was written and the caller keeps the form.
    pub async fn commit(&self, deeds: Vec<Deed>, finished_draft: Option<String>) -> Result<Vec<ChangeId>, NotSaved> {
        let _save = self.begin_save();
        let done = self.try_commit(deeds, None, finished_draft).await;
        self.say_saved(done.as_ref().err());
        done
    }

    /// Shows that something is being saved, for as long as what it gives lives.
    pub fn begin_save(self) -> Save {
        self.count_saves(1);
        Save(self)
    }

    fn count_saves(self, more: i32) {
        let saves = self.inner.with_value(|inner| {
            inner.saves.set(inner.saves.get() + more);
            inner.saves.get()
        });
        self.saving.set(saves > 0);
    }

    fn say_saved(&self, fault: Option<&NotSaved>) {
        self.saved.set(Some(fault.cloned().map_or_else(|| Ok(clock::wall()), Err)));
    }

    /// Saves one change in the place of a refused one, which then needs no attention any more.
    ///
    /// # Errors
    /// As [`Store::commit`].
    pub async fn commit_instead(
        &self,
        refused: Option<ChangeId>,
        deed: Deed,
        finished_draft: Option<String>,
    ) -> Result<ChangeId, NotSaved> {
        let _save = self.begin_save();
        let done = self.try_commit(vec![deed], refused, finished_draft).await;
        self.say_saved(done.as_ref().err());
        let corrected = self.world.with_untracked(|world| {
            world.outbox.entries.values().find(|entry| done.is_ok() && Some(entry.id) == refused).cloned()
        });
        if let Some(entry) = corrected {
            // Where the disk fails now it asks for attention once more, beside the change that corrects it.
            let _ = self.keep_entries(vec![entry.dealt_with()]).await;
        }
        done.map(|ids| ids[0])
    }

    async fn try_commit(
        &self,
        deeds: Vec<Deed>,
        supersedes: Option<ChangeId>,
        finished_draft: Option<String>,
    ) -> Result<Vec<ChangeId>, NotSaved> {
        let present = self.present.get_untracked().ok_or(NotSaved::NobodyPresent)?;
        let at = self.stamp();
        let changes: Vec<Change> = deeds
            .into_iter()
            .map(|deed| Change { id: clock::fresh_change(), at, after: vec![], supersedes, deed })
            .collect();
        let photos = self.photos_to_send(&changes);
        let profile = self.enrolled.with_untracked(|enrolled| enrolled.as_ref().map(|enrolled| enrolled.profile));
        let deeds = changes.iter().map(|change| &change.deed);
        let identity = identity_for(deeds, profile.unwrap_or(Profile::Shared), present.identity);
        let lane = disk::new_lane(clock::fresh_lane(), present.person, identity);
        let appended = self.disk().append(lane, &changes, &photos, finished_draft.as_deref()).await;
        let (lane, entries) = appended.map_err(NotSaved::Disk)?;
        let ids = entries.iter().map(|entry| entry.id).collect();
        let mut is_shown = false;
        self.wrote_outbox(|world| {
            is_shown = world.saved(lane, entries);
            if is_shown {
                world.outbox.photos.extend(photos.into_iter().map(|own| (own.photo.hash, own)));
            }
        });
        if !is_shown {
            // Where the disk fails now, whatever another tab tells, or is saved next, reads it again.
            let _ = self.reload_outbox().await;
        }
        if let Some(draft) = finished_draft {
            self.drafts.update(|drafts| {
                drafts.remove(&draft);
            });
        }
        self.tell(Told::Outbox);
        self.bell().ring();
        Ok(ids)
    }

    /// The photos of these changes that were a draft's until now.
    fn photos_to_send(&self, changes: &[Change]) -> Vec<OwnPhoto> {
        let named = changes.iter().flat_map(|change| change.deed.photos());
        self.world.with_untracked(|world| {
            let drafts = named.filter_map(|photo| world.outbox.photos.get(&photo.hash));
            let drafts = drafts.filter(|own| own.state == PhotoState::Draft);
            drafts.map(|own| OwnPhoto { state: PhotoState::Waiting, ..*own }).collect()
        })
    }

    /// Keeps a picture that was just taken, together with the draft that names it: `with` gives the draft's key and text, for as
    /// long as there is a form.
    ///
    /// # Errors
    /// [`NotSaved`]; neither the picture nor the draft was written.
    pub async fn keep_photo(
        &self,
        picture: Picture,
        with: impl FnOnce(Photo) -> Option<(String, String)>,
    ) -> Result<Photo, NotSaved> {
        let done = self.try_keep_photo(picture, with).await;
        self.say_saved(done.as_ref().err());
        done
    }

    async fn try_keep_photo(
        &self,
        picture: Picture,
        with: impl FnOnce(Photo) -> Option<(String, String)>,
    ) -> Result<Photo, NotSaved> {
        let by = self.present.get_untracked().ok_or(NotSaved::NobodyPresent)?.person;
        let hash = PhotoHash::of(&picture.bytes);
        let bytes = u32::try_from(picture.bytes.len()).unwrap_or(u32::MAX);
        let photo = Photo { hash, taken: clock::wall(), width: picture.width, height: picture.height, bytes };
        let (key, text) = with(photo).ok_or(NotSaved::FormGone)?;
        let known = self.world.with_untracked(|world| world.outbox.photos.get(&hash).copied());
        // The very same picture twice is one photo, which may be with the server already.
        let own = known.unwrap_or(OwnPhoto { photo, by, state: PhotoState::Draft });
        if !matches!(own.state, PhotoState::Kept { .. }) {
            self.disk().put_photo(&own, &picture, (&key, &text)).await.map_err(NotSaved::Disk)?;
        } else {
            self.disk().put_draft(&key, text.clone()).await.map_err(NotSaved::Disk)?;
        }
        self.wrote_outbox(|world| {
            world.outbox.photos.insert(hash, own);
        });
        self.drafts.update_untracked(|drafts| {
            drafts.insert(key, text);
        });
        Ok(photo)
    }

    /// Keeps what became of a photo.
    ///
    /// # Errors
    /// A [`DiskFault`]; the world stays as it was.
    pub async fn put_photo_state(&self, own: OwnPhoto) -> Result<(), DiskFault> {
        self.disk().put_photo_state(&own).await?;
        self.wrote_outbox(|world| {
            world.outbox.photos.insert(own.photo.hash, own);
        });
        self.tell(Told::Outbox);
        Ok(())
    }

    /// Forgets a photo that nobody needs here any more. Where the disk refuses, it stays.
    pub async fn drop_photo(&self, hash: PhotoHash) {
        if self.disk().drop_photos(&[hash]).await.is_ok() {
            self.wrote_outbox(|world| {
                world.outbox.photos.remove(&hash);
            });
            self.tell(Told::Outbox);
        }
    }

    fn stamp(&self) -> Stamp {
        Stamp { clocks: clock::clocks(), contact: self.contact.get_untracked() }
    }

    /// Keeps a draft, strictly, at every tap.
    pub fn keep_draft(self, key: String, draft: String) {
        self.drafts.update_untracked(|drafts| {
            drafts.insert(key.clone(), draft.clone());
        });
        let begun = self.inner.with_value(|inner| {
            inner.drafts.set(inner.drafts.get().wrapping_add(1));
            inner.drafts.get()
        });
        leptos::task::spawn_local(async move {
            let done = self.disk().put_draft(&key, draft).await;
            // One that reaches the disk late says nothing of a later one, which may have failed meanwhile.
            if done.is_err() || self.inner.with_value(|inner| inner.drafts.get()) == begun {
                self.saved.set(Some(done.map(|()| clock::wall()).map_err(NotSaved::Disk)));
            }
        });
    }

    pub fn draft(&self, key: &str) -> Option<String> {
        self.drafts.with_untracked(|drafts| drafts.get(key).cloned())
    }

    /// The present person's record, once it is here.
    pub fn me(&self) -> Option<Person> {
        let present = self.present.get()?;
        self.world.with(|world| world.person(present.person))
    }

    pub fn community(&self) -> Option<Community> {
        self.world.with(|world| match world.get(world.community.into()) {
            Some(Body::Community(community)) => Some(community.clone()),
            _ => None,
        })
    }

    /// The community's time zone; UTC before it is known.
    pub fn zone(&self) -> Zone {
        self.community().map_or_else(|| Zone::fixed("UTC", 0), |community| community.zone)
    }

    /// The time now by the server's clock, as far as this device knows it.
    pub fn time(&self) -> Moment {
        let wall = self.now.get();
        let skew = self.contact.get().map_or(0, |contact| contact.server.0 - contact.clocks.wall.0);
        wall.plus(skew)
    }
}
