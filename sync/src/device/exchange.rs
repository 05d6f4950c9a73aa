//! The exchange: what a device sends next, when it tries again, and what it writes after an answer.
//!
//! Liveness is an invariant: whatever happens, [`Exchange::next`] either sends or names the moment at which it will.

use std::collections::BTreeSet;

use domain::{
    ids::{DeviceId, LaneId, PersonId},
    photos::{PhotoFault, PhotoHash},
    time::{Clocks, Contact, Moment},
};

use super::{
    outbox::{Entry, EntryState, Outbox, OwnLane},
    world::Confirmed,
};
use crate::messages::{
    Delivery, HandOver, HandOverAnswer, Hello, HelloAnswer, Hole, Identity, LaneTrouble, Page, PhotoAnswer, Placed,
    Pull, PullAnswer, Push, PushAnswer, Row, Seal, Seq,
};
#[cfg(feature = "planted")]
use crate::planted::{self, Bug};

/// Milliseconds between two pulls when nothing happens.
pub const POLL: i64 = 15_000;
/// Milliseconds after which a hello is said again.
const HELLO_AGAIN: i64 = 5 * 60_000;
/// The same while a lane is not taken: what it lacks may have arrived from elsewhere.
const HELLO_AGAIN_STUCK: i64 = 30_000;
/// The longest wait after failures, in milliseconds.
pub const BACKOFF_MOST: i64 = 20_000;
/// So many rebuilds in a row are begun at once; after that something between here and the server is asked less often.
const REBUILDS_MOST: u32 = 2;

/// What the device has of the server's records.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Place {
    pub cursor: Seq,
    /// Up to here nothing is missing. Between two pages a record that was written again lies ahead of the cursor, so what the
    /// cursor has passed may be on neither side of it.
    #[serde(default)]
    pub settled: Seq,
    /// The latest state that a page was read from.
    #[serde(default)]
    pub head: Seq,
    pub epoch: String,
    pub view: String,
}

impl Place {
    /// Whether a page adds to what is held here. Another tab may have come further, or into another view, meanwhile.
    pub fn takes(&self, page: &Page) -> bool {
        page.epoch == self.epoch
            && page.view == self.view
            && page.cursor >= self.cursor
            && page.after.is_none_or(|after| after <= self.cursor)
    }

    /// Where a page leads to.
    pub fn after(self, page: &Page) -> Self {
        let head = page.head.unwrap_or(page.cursor);
        let is_settled = !page.more && head >= self.head;
        let settled = if is_settled { page.cursor } else { self.settled };
        Self { cursor: page.cursor, settled, head: head.max(self.head), ..self }
    }

    /// Whether a view that was built up to `place` may take the place of the one held here: the cursor never goes back, unless it is
    /// the `disowned` one, of which the server has just said that its log never had it.
    pub fn gives_way_to(&self, place: &Place, disowned: Option<i64>) -> bool {
        self.epoch != place.epoch || self.cursor <= place.cursor || disowned == Some(self.cursor)
    }
}

/// A view that is built anew beside the one in use.
#[derive(Clone, Debug, Default)]
pub struct View {
    pub place: Place,
    /// As they came, for the disk.
    pub rows: Vec<Row>,
    /// The same, read while the next ones are on their way, for the screen.
    pub confirmed: Confirmed,
    /// The cursor of this very epoch and view that the server says its log never had.
    pub disowned: Option<i64>,
}

impl View {
    fn absorb(&mut self, page: Page) {
        self.place = std::mem::take(&mut self.place).after(&page);
        self.confirmed.absorb(&page);
        self.rows.retain(|row| !page.departures.contains(&row.id));
        self.rows.extend(page.rows);
    }
}

#[derive(Clone, Debug)]
pub struct Exchange {
    place: Place,
    contact: Option<Contact>,
    /// The epoch of the last hello's answer.
    epoch: Option<String>,
    /// The lanes of this device that the server knew then.
    lanes: Option<BTreeSet<LaneId>>,
    /// The last numbers of lanes that went into custody: declared even where no change follows.
    ends: Vec<Hole>,
    /// The lanes of which that was declared since this courier began.
    ended: BTreeSet<LaneId>,
    device: Option<DeviceId>,
    /// Whose session this device holds, as far as it knows.
    session: Option<PersonId>,
    /// How often in a row an answer to a pull was of no use.
    useless: u32,
    /// The view being built beside the one in use.
    rebuilding: Option<View>,
    holes: Vec<Hole>,
    /// The server has withdrawn this device's credential: it hands over what waits and is given nothing any more.
    retired: bool,
    /// How often in a row that was said. Once may be the late answer to what this device asked before it was enrolled anew.
    told_retired: u32,
    /// True once what a retired device held is gone.
    cleared: bool,
    /// Photos that something on the way would not let through; they are tried again after the next hello.
    held_back: BTreeSet<PhotoHash>,
    said_hello: Option<i64>,
    /// Up to where the last hello told who gets in and how.
    access: i64,
    /// True when something was delivered since the last hello, so that the server does not know yet that nothing waits.
    unsealed: bool,
    pulled: Option<i64>,
    failures: u32,
    not_before: i64,
    may_be_poked: bool,
}

fn push_of(changes: Vec<Placed>, holes: Vec<Hole>, clocks: Clocks, outbox: &Outbox) -> Push {
    let named: BTreeSet<LaneId> =
        changes.iter().map(|placed| placed.lane).chain(holes.iter().map(|hole| hole.lane)).collect();
    let lanes = outbox.lanes.values().filter(|lane| named.contains(&lane.lane));
    Push { clocks, lanes: lanes.map(OwnLane::opening).collect(), holes, changes }
}

/// What to do now.
#[derive(Clone, Debug)]
pub enum Step {
    Send(Message),
    /// Nothing before `until`, in the milliseconds of the device's monotonic clock.
    Wait {
        until: i64,
    },
    /// Everything that this retired device had to give is with the server: hand over the drafts too, and forget the rest.
    Clear,
}

#[derive(Clone, Debug)]
pub enum Message {
    Hello(Hello),
    Push(Push),
    Pull(Pull),
    HandOver(HandOver),
    /// The bytes of this photo, read from the disk.
    Photo(PhotoHash),
}

/// What to write to the disk, in this order, before the next step.
#[derive(Clone, Debug)]
pub enum Write {
    Contact(Contact),
    Greeted(HelloAnswer),
    Delivered(Vec<Delivery>),
    /// These changes must be sent again: the server does not have them.
    Resend(Vec<(LaneId, i64)>),
    /// The lane is another tablet's too; its waiting changes move to the new one.
    Fork {
        lane: LaneId,
        fresh: LaneId,
        device: Option<DeviceId>,
    },
    Stuck(LaneId),
    /// Nobody's session lives here any more.
    SessionOver,
    /// These keys are in the server's custody.
    HandedOver {
        kept: Vec<String>,
        epoch: String,
    },
    Photo(PhotoHash, PhotoAnswer),
    Absorb(Page),
    /// A whole view, built anew: replace the one in use.
    Flip(View),
}

/// Why there was no answer of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// No answer at all, or one that is not ours: a captive portal is no network.
    Offline,
    /// The server is busy or broken; `after` says in milliseconds when to come back.
    Busy { after: Option<i64> },
    /// The device is not known (any more).
    NotEnrolled,
    /// Its credential was withdrawn; what it holds is taken into custody.
    Retired,
    /// This version of the app is too old to pull.
    TooOld,
    /// The message itself was not taken.
    Rejected,
}

impl Exchange {
    /// Begins from what the disk holds: the place, and the last contact.
    pub fn new(place: Place, contact: Option<Contact>) -> Self {
        Self {
            place,
            contact,
            epoch: None,
            lanes: None,
            ends: vec![],
            ended: BTreeSet::new(),
            device: None,
            session: None,
            useless: 0,
            rebuilding: None,
            holes: vec![],
            retired: false,
            told_retired: 0,
            cleared: false,
            held_back: BTreeSet::new(),
            said_hello: None,
            access: 0,
            unsealed: false,
            pulled: None,
            failures: 0,
            not_before: i64::MIN,
            may_be_poked: true,
        }
    }

    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Something has happened that may have changed the network, or something was saved: try now.
    /// A server that asked for patience is given it.
    pub fn poke(&mut self) {
        if self.may_be_poked {
            self.not_before = i64::MIN;
        }
    }

    /// Asks for a pull at the next step.
    pub fn look(&mut self) {
        self.pulled = None;
        self.poke();
    }

    pub fn next(&mut self, clocks: Clocks, outbox: &Outbox) -> Step {
        let now = clocks.mono;
        if now < self.not_before {
            return Step::Wait { until: self.not_before };
        }
        if self.retired {
            return self.hand_over(clocks, outbox);
        }
        let changes = outbox.batch(self.session);
        let is_drained = changes.is_empty() && self.unsealed;
        let hello_again = if outbox.has_stuck() { HELLO_AGAIN_STUCK } else { HELLO_AGAIN };
        if is_drained || self.said_hello.is_none_or(|at| now >= at + hello_again) {
            return self.hello(clocks, outbox);
        }
        if !changes.is_empty() || !self.ends.is_empty() {
            let mut holes: Vec<Hole> = self.holes.iter().chain(&self.ends).copied().collect();
            let known: BTreeSet<LaneId> = holes.iter().map(|hole| hole.lane).collect();
            holes.extend(outbox.gone_before(&changes).into_iter().filter(|hole| !known.contains(&hole.lane)));
            return Step::Send(Message::Push(push_of(changes, holes, clocks, outbox)));
        }
        let items = outbox.to_hand_over(false);
        if !items.is_empty() {
            return Step::Send(Message::HandOver(HandOver { clocks, items }));
        }
        if self.rebuilding.is_some() || self.pulled.is_none_or(|at| now >= at + POLL) {
            let place = self.rebuilding.as_ref().map_or(&self.place, |view| &view.place);
            return Step::Send(Message::Pull(Pull {
                cursor: place.cursor,
                epoch: place.epoch.clone(),
                view: place.view.clone(),
            }));
        }
        // After the changes that name them, and never before a pull that is due: the words come first.
        if let Some(waiting) = outbox.photos_waiting().find(|own| !self.held_back.contains(&own.photo.hash)) {
            return Step::Send(Message::Photo(waiting.photo.hash));
        }
        let until = self.pulled.map_or(now, |at| at + POLL).min(self.said_hello.map_or(now, |at| at + hello_again));
        Step::Wait { until }
    }

    /// The push that follows on `sent` where each of its changes gets an outcome: it can be written while that answer is on its
    /// way (its clocks say when: it is only longer on its own way), and may go as it is once [`Self::pushed`] took the answer, if this was whole and [`Self::may_go_on`].
    pub fn push_after(&self, sent: &Push, clocks: Clocks, outbox: &Outbox) -> Option<Push> {
        let changes = outbox.batch_after(&sent.changes, self.session).filter(|changes| !changes.is_empty())?;
        let holes = outbox.gone_before(&changes);
        Some(push_of(changes, holes, clocks, outbox))
    }

    /// Says whose session this device holds now: what takes it goes while it lives.
    pub fn holds_session(&mut self, of: Option<PersonId>) {
        self.session = of;
    }

    /// Whether the server is still the one that was greeted.
    pub fn may_go_on(&self) -> bool {
        self.said_hello.is_some() && !self.retired
    }

    fn hello(&self, clocks: Clocks, outbox: &Outbox) -> Step {
        // What waited in a lane that was left has moved to another: the server need not hear of what it does not know.
        let is_left = |lane: &OwnLane| lane.closed && self.lanes.as_ref().is_some_and(|it| !it.contains(&lane.lane));
        let seals = outbox.lanes.values().filter(|lane| !is_left(lane)).map(OwnLane::seal).collect();
        let waiting = outbox.entries.values().filter(|entry| !entry.is_settled()).count();
        #[cfg(feature = "planted")]
        let waiting = match planted::is(Bug::GivenUpNotCounted) {
            true => waiting - outbox.entries.values().filter(|entry| entry.state == EntryState::GivenUp).count(),
            false => waiting,
        };
        let to_sign_in = outbox.to_sign_in().count();
        Step::Send(Message::Hello(Hello { clocks, contact: self.contact, seals, waiting, to_sign_in }))
    }

    /// What a retired device does: first what was saved, then the photos, drafts and what they need too. A photo that is not
    /// let through stays.
    fn hand_over(&self, clocks: Clocks, outbox: &Outbox) -> Step {
        let items = outbox.to_hand_over(true);
        if !items.is_empty() {
            return Step::Send(Message::HandOver(HandOver { clocks, items }));
        }
        let mut photos = outbox.photos.values().filter(|own| own.is_only_here());
        if let Some(own) = photos.find(|own| !self.held_back.contains(&own.photo.hash)) {
            return Step::Send(Message::Photo(own.photo.hash));
        }
        if !self.cleared {
            return Step::Clear;
        }
        // It may have been enrolled anew meanwhile: then the answer says so.
        self.hello(clocks, outbox)
    }

    /// Takes the answer to what was handed over. What the server has no room for stays here and is tried again later.
    pub fn handed_over(&mut self, answer: HandOverAnswer, now: i64) -> Vec<Write> {
        self.succeeded();
        if answer.kept.is_empty() {
            self.not_before = now + BACKOFF_MOST;
        }
        // That it waits no more, and has no number, is said at once.
        self.unsealed |= !answer.kept.is_empty();
        vec![Write::HandedOver { kept: answer.kept, epoch: answer.epoch }]
    }

    /// Whether the server has said, and said again, that it has withdrawn this device's credential.
    pub fn is_retired(&self) -> bool {
        self.retired
    }

    /// What a retired device held is gone.
    pub fn cleared(&mut self) {
        self.cleared = true;
        self.succeeded();
    }

    /// Takes the answer to a hello. `received` is what the clocks said when it came: the server's time is not later than that,
    /// so what elapsed since is a lower bound.
    pub fn greeted(&mut self, answer: HelloAnswer, received: Clocks, outbox: &Outbox) -> Vec<Write> {
        (self.retired, self.cleared) = (false, false);
        self.succeeded();
        self.said_hello = Some(received.mono);
        self.access = answer.access;
        // A contact of this very load is what bounds a seal closely: without one the next hello follows at once.
        self.unsealed = self.contact.is_none_or(|contact| contact.clocks.load != received.load);
        self.held_back.clear();
        let mut writes = vec![self.met(answer.server, received)];
        let again: Vec<_> = outbox
            .entries
            .values()
            .filter(|entry| self.goes_again(entry, &answer.epoch))
            .map(|entry| (entry.lane, entry.n))
            .collect();
        if !again.is_empty() {
            writes.push(Write::Resend(again));
        }
        // Numbers that are gone are told with the first push: a lane that stops at them would let a later one go first.
        self.holes.clear();
        let waiting: BTreeSet<LaneId> = outbox.waiting().map(|entry| entry.lane).collect();
        for lane in waiting {
            let known = answer.lanes.iter().find(|seal| seal.lane == lane).map_or(0, |seal| seal.last);
            self.fill_gap(lane, known, outbox, &mut writes);
        }
        self.end_lanes(&answer.lanes, outbox);
        self.lanes = Some(answer.lanes.iter().map(|seal| seal.lane).collect());
        if answer.epoch != self.place.epoch {
            self.pulled = None;
        }
        self.epoch = Some(answer.epoch.clone());
        self.device = Some(answer.enrolled.device);
        if answer.head != self.place.cursor {
            self.pulled = None;
        }
        writes.push(Write::Greeted(answer));
        writes
    }

    /// Declares the last numbers of a lane where custody has what they were for: nothing follows them that would say so, and no
    /// seal would be whole again.
    fn end_lanes(&mut self, known: &[Seal], outbox: &Outbox) {
        let is_sealed = |lane: &&OwnLane| !lane.closed && lane.identity != Identity::Session;
        for lane in outbox.lanes.values().filter(is_sealed) {
            let last = known.iter().find(|seal| seal.lane == lane.lane).map_or(0, |seal| seal.last);
            let mut after = (last + 1..=lane.last).map(|n| outbox.entries.get(&(lane.lane, n)));
            let in_custody =
                |entry: Option<&Entry>| entry.is_some_and(|entry| matches!(entry.state, EntryState::InCustody { .. }));
            if last < lane.last && after.all(in_custody) && self.ended.insert(lane.lane) {
                self.ends.push(Hole { lane: lane.lane, from: last + 1, to: lane.last });
            }
        }
    }

    fn met(&mut self, server: Moment, clocks: Clocks) -> Write {
        let contact = Contact { server, clocks };
        self.contact = Some(contact);
        Write::Contact(contact)
    }

    /// What another epoch's server had told goes again to this one, which may not know of it, and so does what is stuck. A
    /// lane's last number says nothing: a copy of this tablet may have given the numbers anew.
    fn goes_again(&self, entry: &Entry, now: &str) -> bool {
        match &entry.state {
            EntryState::Waiting | EntryState::GivenUp => false,
            EntryState::Stuck => true,
            // A retired tablet keeps no words of what it handed over.
            EntryState::InCustody { .. } if entry.change.is_empty() => false,
            #[cfg(feature = "planted")]
            EntryState::Delivered { .. } if planted::is(Bug::EpochIgnored) => false,
            #[cfg(feature = "planted")]
            EntryState::InCustody { .. } if planted::is(Bug::CustodyForgotten) => false,
            // Told before epochs were noted.
            EntryState::Delivered { epoch, .. } | EntryState::InCustody { epoch, .. } if epoch.is_empty() => {
                !self.place.epoch.is_empty() && self.place.epoch != now
            }
            EntryState::Delivered { epoch, .. } | EntryState::InCustody { epoch, .. } => epoch != now,
        }
    }

    /// Another epoch than the last hello's: say hello before anything else.
    fn notice(&mut self, epoch: &str) {
        if self.epoch.as_ref().is_some_and(|known| known != epoch) {
            self.said_hello = None;
        }
    }

    /// Takes the answer to a push; `received` as in [`Self::greeted`]. `fresh` gives the id of a new lane.
    ///
    /// Where the answer has trouble with a lane, `outbox` must be the disk's own of now: a number that is missing from it is
    /// declared lost.
    pub fn pushed(
        &mut self,
        answer: PushAnswer,
        received: Clocks,
        outbox: &Outbox,
        mut fresh: impl FnMut() -> LaneId,
    ) -> Vec<Write> {
        self.succeeded();
        self.unsealed |= !self.ends.is_empty();
        self.ends.clear();
        self.holes.clear();
        let mut writes = vec![self.met(answer.server, received)];
        self.notice(&answer.epoch);
        let progressed = !answer.outcomes.is_empty();
        if progressed {
            self.unsealed = true;
            // Its records are pulled at once, so that what was sent is soon confirmed.
            self.pulled = None;
            let told = answer.outcomes.into_iter();
            writes.push(Write::Delivered(told.map(|it| Delivery { epoch: answer.epoch.clone(), ..it }).collect()));
        }
        for trouble in answer.lanes {
            match trouble {
                LaneTrouble::Gap { lane, after } => self.fill_gap(lane, after, outbox, &mut writes),
                LaneTrouble::Forked { lane } => {
                    writes.push(Write::Fork { lane, fresh: fresh(), device: self.device });
                }
                // Another device's, perhaps this tablet's own before it was enrolled anew: it goes on in a new lane, once.
                LaneTrouble::NotYours { lane } if outbox.was_opened_by_another(lane, self.device) => {
                    writes.push(Write::Fork { lane, fresh: fresh(), device: self.device });
                }
                LaneTrouble::NotYours { lane } => writes.push(Write::Stuck(lane)),
                LaneTrouble::SignInFirst { .. } => {
                    self.session = None;
                    writes.push(Write::SessionOver);
                }
            }
        }
        writes
    }

    /// Takes the answer to a photo. One that arrived with other bytes was damaged on its way, for the disk gave the right ones:
    /// it is sent again.
    pub fn photo_put(&mut self, hash: PhotoHash, answer: PhotoAnswer) -> Vec<Write> {
        self.succeeded();
        if answer == (PhotoAnswer::Refused { why: PhotoFault::WrongHash }) {
            self.hold_back(hash);
            return vec![];
        }
        vec![Write::Photo(hash, answer)]
    }

    /// A photo was not let through although the server can be reached (a proxy's limit, a disk that will not read it): the
    /// others go on.
    pub fn hold_back(&mut self, hash: PhotoHash) {
        self.held_back.insert(hash);
    }

    fn fill_gap(&mut self, lane: LaneId, after: i64, outbox: &Outbox, writes: &mut Vec<Write>) {
        let kept: Vec<_> = outbox
            .entries
            .range((lane, after + 1)..=(lane, i64::MAX))
            // What went into custody has no number any more.
            .filter(|(_, entry)| !matches!(entry.state, EntryState::GivenUp | EntryState::InCustody { .. }))
            .map(|(place, entry)| (*place, entry.is_waiting()))
            .collect();
        let Some(((_, first), _)) = kept.first().copied() else { return };
        if first > after + 1 {
            self.holes.push(Hole { lane, from: after + 1, to: first - 1 });
        }
        let again: Vec<_> = kept.into_iter().filter(|(_, is_waiting)| !is_waiting).map(|(place, _)| place).collect();
        if !again.is_empty() {
            writes.push(Write::Resend(again));
        }
    }

    /// Takes the answer to a pull that was sent at `now`.
    pub fn pulled(&mut self, answer: PullAnswer, now: i64) -> Vec<Write> {
        self.succeeded();
        let page = match answer {
            PullAnswer::Rebuild { epoch, view } => {
                self.notice(&epoch);
                let is_same = self.rebuilding.is_none() && (&self.place.epoch, &self.place.view) == (&epoch, &view);
                let disowned = is_same.then_some(self.place.cursor);
                let place = Place { epoch, view, ..Place::default() };
                self.rebuilding = Some(View { place, disowned, ..View::default() });
                self.was_useless(now);
                return vec![];
            }
            PullAnswer::Page(page) => page,
        };
        let asked = self.rebuilding.as_ref().map_or(&self.place, |view| &view.place);
        if !asked.takes(&page) || page.after.is_some_and(|after| after != asked.cursor) {
            // An answer to another question, out of some cache.
            self.useless = self.useless.max(REBUILDS_MOST);
            self.was_useless(now);
            return vec![];
        }
        let Some(mut view) = self.rebuilding.take() else {
            if page.access > self.access {
                self.said_hello = None;
            }
            self.useless = 0;
            self.place = self.place.clone().after(&page);
            self.pulled = (!page.more).then_some(now);
            return vec![Write::Absorb(page)];
        };
        let more = page.more;
        view.absorb(page);
        if more {
            self.rebuilding = Some(view);
            return vec![];
        }
        if !self.place.gives_way_to(&view.place, view.disowned) {
            // Built out of a copy that lags behind.
            self.rebuilding = Some(view);
            self.useless = self.useless.max(REBUILDS_MOST);
            self.was_useless(now);
            return vec![];
        }
        self.useless = 0;
        #[cfg(feature = "planted")]
        if planted::is(Bug::FlipLosesTheCursor) {
            view.place.cursor = 0;
        }
        self.place = view.place.clone();
        self.pulled = Some(now);
        vec![Write::Flip(view)]
    }

    /// An answer to a pull that brought nothing further. The first are taken as they come; then with patience.
    fn was_useless(&mut self, now: i64) {
        self.useless = self.useless.saturating_add(1);
        if self.useless > REBUILDS_MOST {
            let doubled = 500i64 << (self.useless - REBUILDS_MOST).min(6);
            self.not_before = now + doubled.min(BACKOFF_MOST);
        }
    }

    /// There was no answer of ours. `jitter` in 0.0..1.0 spreads the retries of many devices.
    pub fn failed(&mut self, fault: Fault, now: i64, jitter: f64) {
        self.failures = self.failures.saturating_add(1);
        let doubled = 1_000i64 << self.failures.min(6);
        let usual = doubled.min(BACKOFF_MOST);
        #[cfg(feature = "planted")]
        if planted::is(Bug::TimerNotArmed) && self.failures > 2 {
            self.not_before = i64::MAX;
            self.may_be_poked = true;
            return;
        }
        let wait = match fault {
            Fault::Busy { after: Some(after) } => after.clamp(1_000, 10 * BACKOFF_MOST),
            Fault::Offline | Fault::Busy { after: None } => usual,
            // What waits is handed over at once.
            Fault::Retired if !self.retired => 0,
            Fault::NotEnrolled | Fault::Retired | Fault::TooOld | Fault::Rejected => BACKOFF_MOST,
        };
        self.may_be_poked = !matches!(fault, Fault::Busy { after: Some(_) });
        let spread = (wait as f64 * 0.5 * jitter.clamp(0.0, 1.0)) as i64;
        self.not_before = now + (wait - spread).max(500);
        if matches!(fault, Fault::NotEnrolled | Fault::Retired) {
            self.said_hello = None;
        }
        if fault == Fault::Retired {
            self.told_retired += 1;
            self.retired = self.told_retired > 1;
        }
    }

    fn succeeded(&mut self) {
        self.failures = 0;
        if !self.retired {
            self.told_retired = 0;
        }
        self.not_before = i64::MIN;
        self.may_be_poked = true;
    }
}
