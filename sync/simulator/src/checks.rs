//! The invariants, one function each, over what was promised, the tablets and the server.

mod places;

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    changes::{Deed, Fact, Request},
    ids::{ChangeId, DeviceId, LaneId, PersonId, RecordId, RoundId, TeamId},
    people::Role,
    photos::PhotoHash,
    records::{Body, Record},
    refusal::{Flag, Refusal},
};
use sync::{
    device::outbox::{Entry, EntryState, PhotoState},
    messages::{Envelope, Identity, Outcome, Profile, Row, Seq},
};

use crate::{
    community::OWN_LANE,
    database::{Done, Kept, Stored, Tables},
    neighbours,
    tablet::Tablet,
};

pub use places::{i10_a_phone_promises_nothing, i10_numbers_stay, i10_places};

/// What was broken, and how.
#[derive(Clone, Debug)]
pub struct Broken {
    pub invariant: &'static str,
    pub words: String,
}

type Verdict = Result<(), Broken>;

fn broken<T>(invariant: &'static str, words: impl Into<String>) -> Result<T, Broken> {
    Err(Broken { invariant, words: words.into() })
}

/// A change that is on a disk: from now on it is never lost.
#[derive(Clone, Debug)]
pub struct Promise {
    pub bytes: String,
    pub person: PersonId,
    pub tablet: usize,
    /// When it was really made.
    pub at: i64,
    /// As its tablet's.
    pub life: u32,
    /// Its place among everything that was saved in this run.
    pub order: usize,
    /// Whether the tablet's clock had never been set.
    pub clock_was_good: bool,
    /// Whether its bytes were damaged on the disk afterwards.
    pub damaged: bool,
    pub given_up: bool,
    pub deed: Deed,
    /// Whether its author might do it at the time.
    pub was_allowed: bool,
    /// How its lane knows its author: a picked name, and what takes a session, have lanes apart.
    pub identity: Identity,
}

/// What was promised to people, and what they were told.
#[derive(Default)]
pub struct Ledger {
    pub saved: BTreeMap<ChangeId, Promise>,
    /// What was only on disks that are no more.
    pub destroyed: BTreeSet<ChangeId>,
    /// The outcome that a tablet was told, by epoch.
    pub told: BTreeMap<ChangeId, (String, Seq, Outcome)>,
    pub photos: BTreeSet<PhotoHash>,
    pub photos_destroyed: BTreeSet<PhotoHash>,
    pub server_was_restored: bool,
    pub nodes_disagree: bool,
    /// Devices that are more than one tablet, or whose disk was set back: what they vouch for is not all.
    pub twins: BTreeSet<DeviceId>,
    /// Who was ever signed in on which device.
    pub sessions: BTreeSet<(DeviceId, PersonId)>,
    /// What liars sent.
    pub lies: BTreeSet<String>,
}

impl Ledger {
    /// Whether a liar was first to send this change to a server that had lost it: then its author's is kept under another id.
    fn is_taken_by_a_liar(&self, id: &ChangeId, kept: &Kept) -> bool {
        self.lies.contains(&kept.envelope) && self.saved.get(id).is_some_and(|it| Some(it.person) != kept.person)
    }

    /// Whether the beginning of this round was given up, or a disk lost or damaged it. Its end, kept and flagged, then ended nothing,
    /// neither here nor on the server: begun anew, the round is open.
    fn lost_the_beginning_of(&self, round: RoundId) -> bool {
        let is_it = |deed: &Deed| matches!(deed, Deed::Fact(Fact::RoundStarted(started)) if started.round() == round);
        self.saved.values().any(|promise| (promise.damaged || promise.given_up) && is_it(&promise.deed))
    }
}

/// The records that a deed keeps on its author's screen.
pub fn shows(deed: &Deed) -> Option<RecordId> {
    match deed {
        Deed::Fact(Fact::RoundStarted(started)) => Some(started.round().into()),
        Deed::Fact(Fact::VisitRecorded(visit)) => Some(visit.visit.into()),
        Deed::Fact(Fact::FindingRaised(raised)) => Some(raised.finding.into()),
        Deed::Fact(
            Fact::RoundFinished(_)
            | Fact::FindingCorrected(_)
            | Fact::VisitCorrected(_)
            | Fact::IdentityConfirmed(_)
            | Fact::Residents(_),
        )
        | Deed::Request(_) => None,
    }
}

/// I1: what was saved is on the server with one outcome, or still in an outbox where the server will not have it.
pub fn i1_nothing_saved_is_lost(ledger: &Ledger, tablets: &[Tablet], tables: &Tables) -> Verdict {
    let held: BTreeSet<ChangeId> = tablets
        .iter()
        .filter(|tablet| !tablet.dead)
        .flat_map(|tablet| {
            let known = tablet.credential.is_some_and(|id| tables.devices.get(&id).is_some_and(|it| !it.retired));
            let held = move |entry: &&Entry| !known || !entry.is_settled();
            tablet.disk.entries().filter(held)
        })
        .map(|entry| entry.id)
        .collect();
    let custody: BTreeSet<(&str, &str)> =
        tables.custody.keys().map(|(_, key, content)| (key.as_str(), content.as_str())).collect();
    for (id, promise) in &ledger.saved {
        let key = id.to_string();
        let is_in_custody = custody.contains(&(&key, &promise.bytes))
            || (promise.damaged && custody.iter().any(|(handed, _)| *handed == key));
        if tables.log.contains_key(id) || is_in_custody || held.contains(id) || ledger.destroyed.contains(id) {
            continue;
        }
        let entries = tablets.iter().flat_map(|tablet| tablet.disk.entries()).filter(|entry| entry.id == *id);
        let states: Vec<&EntryState> = entries.map(|entry| &entry.state).collect();
        let words = format!("change {id} of tablet {} is nowhere ({states:?}): {}", promise.tablet, promise.bytes);
        return broken("I1", words);
    }
    for hash in &ledger.photos {
        let on_a_tablet = tablets.iter().any(|tablet| !tablet.dead && tablet.disk.photo_bytes(*hash).is_some());
        if !tables.photos.contains(hash) && !on_a_tablet && !ledger.photos_destroyed.contains(hash) {
            return broken("I1", format!("photo {hash} is nowhere"));
        }
    }
    Ok(())
}

/// I2: everything counts once, as its author's, and keeps the outcome that was told.
pub fn i2_counts_once(ledger: &Ledger, tables: &Tables) -> Verdict {
    let mut numbers: BTreeSet<Seq> = BTreeSet::new();
    let mut places: BTreeSet<(LaneId, i64)> = BTreeSet::new();
    for kept in tables.log.values() {
        if !numbers.insert(kept.seq) || !places.insert((kept.lane, kept.n)) {
            return broken("I2", format!("{} or ({}, {}) was given twice", kept.seq, kept.lane, kept.n));
        }
        let Some(person) = kept.person else { continue };
        if ledger.lies.contains(&kept.envelope) {
            continue;
        }
        let Some(promise) = ledger.saved.get(&kept.id) else {
            // A damaged disk gave other bytes under an id that is in the log: they are kept under one of their own, and count for nothing.
            if matches!(kept.outcome, Outcome::Quarantined { .. }) {
                continue;
            }
            return broken("I2", format!("change {} was never made", kept.id));
        };
        if promise.person != person {
            return broken("I2", format!("change {} of {} counts as {person}'s", kept.id, promise.person));
        }
    }
    if numbers.last().copied().unwrap_or(0) != tables.seq || numbers.len() as Seq != tables.seq {
        return broken("I2", format!("the log has {} changes and its head is {}", numbers.len(), tables.seq));
    }
    for (id, (epoch, seq, outcome)) in &ledger.told {
        let Some(kept) = tables.log.get(id) else { continue };
        if ledger.is_taken_by_a_liar(id, kept) {
            continue;
        }
        let is_same = kept.outcome == *outcome && (kept.seq == *seq || *epoch != tables.epoch);
        if !is_same {
            return broken("I2", format!("change {id} was told {outcome:?} at {seq} and is {:?}", kept.outcome));
        }
    }
    Ok(())
}

/// I3: a lane keeps its order, and so does everyone's work on one tablet. One that went back to an image of its disk, or lost all
/// that was on it, does not know what it had sent, which may still be on its way.
pub fn i3_order_is_kept(ledger: &Ledger, tables: &Tables) -> Verdict {
    let mut last: BTreeMap<LaneId, (i64, Seq)> = BTreeMap::new();
    let mut by_place: Vec<_> = tables.log.values().map(|kept| (kept.lane, kept.n, kept.seq)).collect();
    by_place.sort_unstable();
    for (lane, n, seq) in by_place {
        if let Some((before, at)) = last.insert(lane, (n, seq))
            && at > seq
        {
            return broken("I3", format!("in lane {lane} number {n} came before {before}"));
        }
    }
    if ledger.server_was_restored {
        return Ok(());
    }
    let mut made: Vec<_> = ledger.saved.iter().map(|(id, promise)| (promise.order, *id, promise)).collect();
    made.sort_by_key(|(order, ..)| *order);
    let mut last: BTreeMap<_, Seq> = BTreeMap::new();
    for (_, id, promise) in made {
        // What was handed over is decided when somebody takes it.
        let Some(kept) = tables.log.get(&id).filter(|kept| kept.lane != OWN_LANE) else { continue };
        let apart = match promise.identity {
            Identity::SignedIn | Identity::Pin => 0,
            Identity::Claimed => 1,
            Identity::Session => 2,
        };
        if let Some(before) = last.insert((promise.tablet, promise.life, promise.person, apart), kept.seq)
            && before > kept.seq
        {
            return broken("I3", format!("on tablet {} change {id} came before an earlier one", promise.tablet));
        }
    }
    Ok(())
}

/// Every number of a lane is a change's, a repeated change's, or a hole's.
pub fn numbers_are_accounted_for(tables: &Tables, repeated: &BTreeSet<(LaneId, i64)>) -> Verdict {
    let logged: BTreeSet<_> = tables.log.values().map(|kept| (kept.lane, kept.n)).collect();
    for kept in tables.log.values() {
        if tables.lanes.get(&kept.lane).is_some_and(|lane| lane.last < kept.n) {
            return broken("I2", format!("number {} of lane {} has an outcome and is free", kept.n, kept.lane));
        }
    }
    for lane in tables.lanes.values() {
        for n in 1..=lane.last {
            let in_a_hole = tables.holes.iter().any(|hole| hole.lane == lane.id && (hole.from..=hole.to).contains(&n));
            if !in_a_hole && !logged.contains(&(lane.id, n)) && !repeated.contains(&(lane.id, n)) {
                return broken("I2", format!("number {n} of lane {} was consumed by nothing", lane.id));
            }
        }
    }
    Ok(())
}

/// I4: a tablet holds exactly the server's view for it, byte for byte, on the disk and on the screen.
pub fn i4_everyone_holds_the_same(tablet: &Tablet, tables: &Tables) -> Verdict {
    let view = tables.view_of(tablet.profile);
    let held = tablet.disk.records();
    let place = tablet.disk.facts().place;
    for (id, row) in &view {
        let Some(here) = held.get(id) else {
            let words = format!("tablet {} lacks {} {id} of {}; it is at {place:?}", tablet.n, row.kind, row.seq);
            return broken("I4", words);
        };
        if (here.seq, here.body.get(), &here.audience) != (row.seq, row.body.get(), &row.audience) {
            return broken("I4", format!("tablet {} holds {id} of {}, not of {}", tablet.n, here.seq, row.seq));
        }
    }
    if let Some(id) = held.keys().find(|id| !view.contains_key(id)) {
        return broken("I4", format!("tablet {} holds {id}, which is not in its view", tablet.n));
    }
    for tab in &tablet.tabs {
        let shown: BTreeSet<RecordId> = tab.world.all().map(Body::id).collect();
        let readable: BTreeSet<RecordId> =
            view.iter().filter(|(_, row)| row.record().is_some()).map(|(id, _)| *id).collect();
        let own: BTreeSet<RecordId> = shown.iter().copied().filter(|id| tab.world.is_unconfirmed(*id)).collect();
        let is_stuck = tab.world.outbox.entries.values().any(|entry| entry.state == EntryState::Stuck);
        let waits = tab.world.outbox.to_sign_in().next().is_some();
        if !own.is_empty() && !is_stuck && !waits {
            let words = format!("tablet {} still shows {own:?} as its own; it is at {place:?}", tablet.n);
            return broken("I4", words);
        }
        if shown.difference(&own).any(|id| !readable.contains(id)) || !readable.is_subset(&shown) {
            let more: Vec<_> = shown.difference(&own).filter(|id| !readable.contains(id)).collect();
            let less: Vec<_> = readable.difference(&shown).collect();
            return broken("I4", format!("tablet {} shows {more:?} and not {less:?}", tablet.n));
        }
        for (id, row) in view.iter().filter(|(id, _)| !own.contains(id)) {
            if tab.world.get(*id) != row.record().as_ref().map(|record| &record.body) {
                return broken("I4", format!("tablet {} shows another {id} than the server has", tablet.n));
            }
        }
    }
    Ok(())
}

/// I5: a tablet holds nothing outside the audiences of its view.
pub fn i5_holds_only_what_it_may(tablet: &Tablet, audiences: &BTreeMap<String, BTreeSet<String>>) -> Verdict {
    let place = tablet.disk.facts().place;
    let none = BTreeSet::new();
    let allowed = audiences.get(&place.view).unwrap_or(&none);
    match tablet.disk.records().values().find(|row| !allowed.contains(&row.audience)) {
        Some(row) => broken("I5", format!("tablet {} holds {} for {}", tablet.n, row.id, row.audience)),
        None => Ok(()),
    }
}

/// I5: the phone of a contractor's person holds no work but their teams'. Whose they are is asked of the records here, not of the rule.
pub fn i5_a_contractors_phone_holds_its_teams_work(tablet: &Tablet, tables: &Tables) -> Verdict {
    let Profile::Personal { person } = tablet.profile else { return Ok(()) };
    let Some(person) = tables.person(person) else { return Ok(()) };
    let is_contractors = |team: &TeamId| {
        let record = tables.records.get(&(*team).into()).and_then(|stored| stored.record.as_ref());
        matches!(record.map(|record| &record.body), Some(Body::Team(team)) if team.contractor.is_some())
    };
    let oversees = person.roles.contains(&Role::Manager) || person.roles.contains(&Role::Supervisor);
    if oversees || person.teams.is_empty() || !person.teams.iter().all(is_contractors) {
        return Ok(());
    }
    let theirs: BTreeSet<String> = person.teams.iter().map(|team| format!("team:{team}")).collect();
    let is_work = |row: &&Row| ["round", "visit", "finding", "claim"].contains(&row.kind.as_str());
    match tablet.disk.records().values().filter(is_work).find(|row| !theirs.contains(&row.audience)) {
        Some(row) => broken("I5", format!("a contractor's phone holds {} {} for {}", row.kind, row.id, row.audience)),
        None => Ok(()),
    }
}

/// I7 and I11: work that a tab knows of is on its screen from the save on, with no gap when its outcome arrives.
pub fn i7_own_work_stays_visible(tablet: &Tablet, tab: usize, ledger: &Ledger) -> Verdict {
    let world = &tablet.tabs[tab].world;
    // Once it was pulled, what is meant for others only is with them.
    let is_pulled = |entry: &Entry| {
        matches!(&entry.state, EntryState::Delivered { seq, epoch, .. }
            if *seq <= world.place.settled && *epoch == world.place.epoch)
    };
    let is_own = matches!(tablet.profile, Profile::Personal { .. });
    let with_others: BTreeSet<RecordId> = world
        .outbox
        .entries
        .values()
        .filter(|entry| is_own && is_pulled(entry))
        .filter_map(|entry| shows(&ledger.saved.get(&entry.id)?.deed))
        .filter(|id| !tablet.disk.records().contains_key(id))
        .collect();
    for entry in world.outbox.entries.values() {
        let Some(promise) = ledger.saved.get(&entry.id).filter(|promise| !promise.damaged) else { continue };
        let counts = match &entry.state {
            EntryState::Waiting | EntryState::Stuck | EntryState::GivenUp => true,
            EntryState::InCustody { .. } => continue,
            EntryState::Delivered { outcome: Outcome::Accepted { flags }, .. } if flags.contains(&Flag::Withheld) => {
                continue;
            }
            EntryState::Delivered { outcome, .. } => matches!(outcome, Outcome::Accepted { .. }),
        };
        if is_own && is_pulled(entry) && counts {
            continue;
        }
        if !counts {
            if let Deed::Request(Request::PutArea(area)) = &promise.deed
                && world.get(area.id.into()).is_some()
            {
                return broken("I7", format!("tablet {} shows {}, which was refused", tablet.n, entry.id));
            }
            continue;
        }
        if let Some(id) = shows(&promise.deed)
            && world.get(id).is_none()
        {
            return broken(
                "I7",
                format!("tablet {} does not show {} ({}, {:?})", tablet.n, entry.id, entry.n, entry.state),
            );
        }
        if let Deed::Fact(Fact::RoundFinished(finished)) = &promise.deed
            && !ledger.server_was_restored
            // Without a view what others began is not here yet.
            && !world.place.epoch.is_empty()
            // It may be begun here once more, in ignorance of what they made of it.
            && !with_others.contains(&finished.round.into())
            && matches!(world.get(finished.round.into()), Some(Body::Round(round)) if round.finished.is_none())
            && !ledger.lost_the_beginning_of(finished.round)
        {
            return broken("I7", format!("tablet {} does not show the end of {}", tablet.n, finished.round));
        }
    }
    Ok(())
}

/// I8: nothing waits any more, but for what waits until its author signs in.
pub fn i8_queues_are_empty(tablet: &Tablet, tables: &Tables) -> Verdict {
    // Restored, the server may know of one that the browser has given up.
    let session =
        tablet.session.filter(|_| tablet.credential.and_then(|id| tables.devices.get(&id)?.session) == tablet.session);
    let outbox = tablet.disk.outbox();
    let to_sign_in: BTreeSet<ChangeId> =
        outbox.to_sign_in().filter(|entry| session != Some(entry.person)).map(|entry| entry.id).collect();
    if let Some(entry) = tablet.disk.entries().find(|entry| !entry.is_settled() && !to_sign_in.contains(&entry.id)) {
        let words = format!("tablet {} still has {} of lane {} ({:?})", tablet.n, entry.n, entry.lane, entry.state);
        return broken("I8", words);
    }
    match tablet.disk.photos().values().find(|own| own.state == PhotoState::Waiting) {
        Some(own) => broken("I8", format!("tablet {} still has photo {}", tablet.n, own.photo.hash)),
        None => Ok(()),
    }
}

/// I9: what was refused or could not be read keeps every byte on both sides.
pub fn i9_bytes_are_kept(ledger: &Ledger, tablets: &[Tablet], tables: &Tables) -> Verdict {
    for (id, promise) in ledger.saved.iter().filter(|(_, promise)| !promise.damaged) {
        let there = tables.log.get(id).map(|kept| &kept.envelope);
        if there.is_some_and(|bytes| *bytes != promise.bytes) {
            return broken("I9", format!("the server keeps other bytes of {id} than were saved"));
        }
    }
    for tablet in tablets.iter().filter(|tablet| !tablet.dead) {
        for entry in tablet.disk.entries() {
            let promise = ledger.saved.get(&entry.id);
            if promise.is_some_and(|promise| !promise.damaged && promise.bytes != entry.change) {
                return broken("I9", format!("tablet {} keeps other bytes of {} than were saved", tablet.n, entry.id));
            }
        }
    }
    Ok(())
}

/// I12: the records are what the log says was written.
pub fn i12_rebuilt_records_are_the_same(tables: &Tables) -> Verdict {
    let rebuilt = tables.rebuilt();
    if rebuilt.len() != tables.records.len() {
        return broken("I12", format!("{} records, {} by the log", tables.records.len(), rebuilt.len()));
    }
    for (id, stored) in &tables.records {
        let again = rebuilt.get(id).map(|stored| (stored.row.seq, stored.row.body.get()));
        if again != Some((stored.row.seq, stored.row.body.get())) {
            return broken("I12", format!("record {id} is not what the log says"));
        }
    }
    Ok(())
}

/// What receipts brought is as it was told last, in whatever order they came: a person as the last request said, and a round
/// finished that was finished after it was started.
pub fn receipts_keep_their_order(tables: &Tables) -> Verdict {
    let by_seq: BTreeMap<Seq, &Kept> = tables.log.values().map(|kept| (kept.seq, &**kept)).collect();
    let mut told: Vec<(&str, Seq, ChangeId, Deed)> = vec![];
    for (seq, (_, receipt)) in &tables.honoured {
        let kept = by_seq.get(seq).filter(|kept| matches!(kept.outcome, Outcome::Accepted { .. }));
        let change = kept.and_then(|kept| Envelope::read(&kept.envelope).ok()?.open().ok());
        told.extend(change.map(|change| (receipt.epoch.as_str(), receipt.seq, change.id, change.deed)));
    }
    told.sort_by_key(|(epoch, seq, ..)| (*epoch, *seq));
    let (mut people, mut started) = (BTreeMap::new(), BTreeSet::new());
    for (epoch, _, id, deed) in told {
        match deed {
            Deed::Request(Request::PutPerson(person)) => drop(people.insert((epoch, RecordId::from(person.id)), id)),
            Deed::Fact(Fact::RoundStarted(it)) => drop(started.insert((epoch, RecordId::from(it.round())))),
            Deed::Fact(Fact::RoundFinished(it)) if started.contains(&(epoch, it.round.into())) => {
                let round = tables.records.get(&it.round.into()).and_then(|stored| stored.record.as_ref());
                if matches!(round, Some(Record { body: Body::Round(round), .. }) if round.finished.is_none()) {
                    return broken("receipts", format!("{} was finished in {epoch} and is open", it.round));
                }
            }
            Deed::Fact(_) | Deed::Request(_) => {}
        }
    }
    for ((epoch, id), last) in people {
        let Some(stored) = tables.records.get(&id) else { return broken("receipts", format!("{id} is nowhere")) };
        let by = tables.honoured.get(&stored.row.seq).map(|(_, receipt)| receipt);
        let Some(Record { body: Body::Person(there), .. }) = &stored.record else { continue };
        if by.is_some_and(|receipt| receipt.epoch == epoch) && there.revision != Some(last) {
            return broken("receipts", format!("{id} is not as {last} of {epoch} said"));
        }
    }
    Ok(())
}

/// I13: a lane that is in trouble holds up no other.
pub fn i13_no_lane_waits_for_another(tablet: &Tablet) -> Verdict {
    let stuck: BTreeSet<LaneId> =
        tablet.disk.entries().filter(|entry| entry.state == EntryState::Stuck).map(|entry| entry.lane).collect();
    let outbox = tablet.disk.outbox();
    let mut waiting = outbox.sendable(tablet.session);
    match waiting.find(|entry| !stuck.contains(&entry.lane)) {
        Some(entry) if !stuck.is_empty() => {
            broken("I13", format!("on tablet {} lane {} waits for another", tablet.n, entry.lane))
        }
        _ => Ok(()),
    }
}

/// I14: a device that is sealed until a moment holds nothing older than it. What proves "missed" is true.
pub fn i14_a_seal_is_true(device: DeviceId, tablets: &[Tablet], ledger: &Ledger, tables: &Tables) -> Verdict {
    if ledger.twins.contains(&device) || ledger.nodes_disagree {
        return Ok(());
    }
    let Some(sealed) = tables.devices.get(&device).and_then(|device| device.sealed) else { return Ok(()) };
    for tablet in tablets.iter().filter(|tablet| !tablet.dead && tablet.credential == Some(device)) {
        let custody: BTreeSet<&str> = tables.custody.keys().map(|(_, key, _)| key.as_str()).collect();
        let is_here =
            |entry: &Entry| tables.log.contains_key(&entry.id) || custody.contains(entry.id.to_string().as_str());
        for entry in tablet.disk.entries().filter(|entry| !is_here(entry)) {
            let made = ledger.saved.get(&entry.id).filter(|promise| promise.at < sealed.0);
            // Once delivered and then lost by the server: a restored server's seals are from before. What is in custody has
            // arrived, and a person has it.
            if let Some(promise) = made
                && !entry.is_settled()
                && promise.identity != Identity::Session
            {
                let words =
                    format!("tablet {} holds {} made {} ms before its seal", tablet.n, entry.id, sealed.0 - promise.at);
                return broken("I14", words);
            }
        }
    }
    Ok(())
}

/// What takes a session was accepted from a shared tablet only where its author was signed in there. Without one it was kept
/// waiting, and not refused.
pub fn what_takes_a_session_had_one(ledger: &Ledger, tables: &Tables) -> Verdict {
    for kept in tables.log.values() {
        let has_waited = ledger.saved.get(&kept.id).is_some_and(|promise| promise.identity == Identity::Session);
        let is_refused = kept.outcome == Outcome::Refused { refusal: Refusal::SignInFirst };
        if has_waited && is_refused && !ledger.lies.contains(&kept.envelope) {
            return broken("proof", format!("change {} was refused while it waited for a session", kept.id));
        }
    }
    for kept in tables.log.values().filter(|kept| matches!(kept.outcome, Outcome::Accepted { .. })) {
        let (Some(person), Some(lane)) = (kept.person, tables.lanes.get(&kept.lane)) else { continue };
        let is_shared = tables.devices.get(&lane.device).is_some_and(|device| device.profile == Profile::Shared);
        let change = Envelope::read(&kept.envelope).and_then(|envelope| envelope.open());
        let takes_session = change.is_ok_and(|change| matches!(change.deed, Deed::Request(_)));
        if is_shared && takes_session && !ledger.sessions.contains(&(lane.device, person)) {
            return broken("proof", format!("change {} of {person} was accepted on a tablet's word", kept.id));
        }
    }
    Ok(())
}

/// What was taken out of custody is decided once, with its bytes and as its author's; what takes a session only where somebody
/// vouched for them.
pub fn custody_is_true(tables: &Tables) -> Verdict {
    let by_seq: BTreeMap<Seq, &Kept> = tables.log.values().map(|kept| (kept.seq, &**kept)).collect();
    for ((device, key, content), item) in &tables.custody {
        let Some(Done::Decided { seq, vouched }) = item.done else { continue };
        let kept = by_seq.get(&seq).filter(|kept| kept.envelope == *content && kept.person == item.person);
        let Some(kept) = kept else {
            return broken("custody", format!("{key} was taken at {seq}, which is something else"));
        };
        let is_shared = tables.devices.get(device).is_some_and(|device| device.profile == Profile::Shared);
        let change = Envelope::read(content).and_then(|envelope| envelope.open());
        let takes_session = change.is_ok_and(|change| matches!(change.deed, Deed::Request(_)));
        let is_accepted = matches!(kept.outcome, Outcome::Accepted { .. });
        if kept.lane == OWN_LANE && is_shared && takes_session && is_accepted && !vouched {
            return broken("custody", format!("{key} was accepted on a tablet's word"));
        }
    }
    Ok(())
}

/// A fact that its author never had a right to wrote no record but the remark for managers, and what a liar's phone says of
/// rounds and findings is such a fact.
pub fn what_was_never_allowed_wrote_nothing(tables: &Tables) -> Verdict {
    for kept in tables.log.values() {
        let Outcome::Accepted { flags } = &kept.outcome else { continue };
        let is_remark = |stored: &std::rc::Rc<Stored>| stored.row.kind == "remark";
        let by_resident = kept.person.is_some_and(|person| neighbours::home_of(person).is_some());
        let change = Envelope::read(&kept.envelope).and_then(|envelope| envelope.open());
        let is_field_work = change.is_ok_and(|change| shows(&change.deed).is_some());
        let is_withheld = flags.contains(&Flag::Withheld) || (by_resident && is_field_work);
        if is_withheld && !kept.rows.iter().all(is_remark) {
            return broken("rights", format!("change {} was never allowed and is written", kept.id));
        }
    }
    Ok(())
}

/// A tablet on which nothing waits, or only what takes a session, is sealed after its last field work.
pub fn what_is_drained_is_sealed(tablet: &Tablet, ledger: &Ledger, tables: &Tables) -> Verdict {
    let Some(device) = tablet.credential.filter(|id| !ledger.twins.contains(id)) else { return Ok(()) };
    let outbox = tablet.disk.outbox();
    let others = outbox.entries.values().filter(|entry| !entry.is_settled()).count() - outbox.to_sign_in().count();
    // Who left a forked lane may have a twin, which goes on in it: nobody vouches for that until the tablet is enrolled anew.
    let is_of_device = |lane: &LaneId| tables.lanes.get(lane).is_some_and(|lane| lane.device == device);
    let has_forked = outbox.lanes.values().any(|lane| lane.closed && is_of_device(&lane.lane));
    if others > 0 || has_forked || ledger.nodes_disagree || ledger.server_was_restored || tablet.life > 0 {
        return Ok(());
    }
    let sealed = tables.devices.get(&device).and_then(|device| device.sealed);
    let own = tables.log.values().filter(|kept| tables.lanes.get(&kept.lane).is_some_and(|lane| lane.device == device));
    let of_field_work = own.filter_map(|kept| ledger.saved.get(&kept.id)).filter(|it| it.identity != Identity::Session);
    match of_field_work.map(|promise| promise.at).max() {
        Some(at) if sealed.is_none_or(|sealed| sealed.0 < at) => {
            broken("I14", format!("tablet {} is sealed at {sealed:?}, before its work of {at}", tablet.n))
        }
        _ => Ok(()),
    }
}

/// The moment at which a change was made lies between the ends that are said of it.
pub fn times_are_bounded(ledger: &Ledger, tables: &Tables) -> Verdict {
    if ledger.nodes_disagree {
        return Ok(());
    }
    for (id, promise) in ledger.saved.iter().filter(|(_, promise)| promise.clock_was_good && !promise.damaged) {
        let Some(kept) = tables.log.get(id) else { continue };
        if promise.at < kept.at.earliest.0 || promise.at > kept.at.latest.0 {
            let (early, late) = (kept.at.earliest.0 - promise.at, kept.at.latest.0 - promise.at);
            return broken("time", format!("change {id} is said to lie {early} to {late} ms from when it was"));
        }
    }
    Ok(())
}
