//! One run: a seed, a rough quarter of an hour, then fair weather, then what must be true.

mod answers;
mod end;
mod liars;
mod misfortunes;
mod nodes;
mod notes;
mod operators;
mod tabs;
mod weather;
mod wire;

use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
    task::{Context, Poll, Waker},
};

use domain::{
    changes::Deed,
    ids::{ChangeId, DeviceId, LaneId, PersonId, RecordId},
    permissions::{Act, may},
    photos::PhotoHash,
    time::Moment,
};
use rulings::Case;
use sync::{
    device::{
        exchange::{Fault, Message, Step},
        outbox::PhotoState,
    },
    messages::{Outcome, PhotoAnswer, Profile, PullAnswer, Receipt, Row},
};

use crate::{
    chance::Chance,
    checks::{self, Broken, Ledger, Promise},
    community::{COMMUNITY, OWN_LANE, PEOPLE, START, founded, person},
    database::{Database, Device, Tables},
    deeds::Idea,
    disk::Disk,
    faults::{Reached, Roughness},
    neighbours,
    server::{self, Answer, Call, NodeClock, Request, Route},
    tablet::{Tablet, Told},
};

/// Milliseconds after which a tab no longer waits for an answer: the app's `network.rs`.
const PATIENCE: i64 = 20_000;
/// Within so many milliseconds of the last fault everything has drained and agrees.
const CALM: i64 = 60_000;
/// No wait is longer than this: what a server may ask for at most.
const LONGEST_WAIT: i64 = 10 * 60_000;

/// What came of a run.
pub struct Finished {
    pub reached: Reached,
    pub broken: Option<Broken>,
    pub operations: usize,
    pub saved: usize,
    pub messages: usize,
    pub story: Vec<String>,
    /// What was said, logged and kept, one JSON value a line.
    pub corpus: Vec<String>,
}

/// Runs one seed. A panic in the machines is a failure of its seed.
///
/// # Errors
/// The panic's words.
pub fn caught(seed: u64) -> Result<Finished, String> {
    std::panic::catch_unwind(|| run(seed, false)).map_err(|panic| {
        let words = panic.downcast_ref::<String>().cloned();
        words.or_else(|| panic.downcast_ref::<&str>().map(|words| (*words).to_owned())).unwrap_or_default()
    })
}

/// Runs one seed. `told` keeps the story of what happened.
pub fn run(seed: u64, told: bool) -> Finished {
    let mut run = Run::new(seed, told);
    let broken = run.whole().err();
    Finished {
        broken,
        operations: run.rough.operations,
        saved: run.ledger.saved.len(),
        messages: run.messages,
        corpus: run.corpus(),
        reached: run.reached,
        story: run.story.unwrap_or_default(),
    }
}

/// The cases of one seed: every change that was decided in it, with what it was decided upon.
pub fn cases_of(seed: u64) -> Vec<Case> {
    let mut run = Run::new(seed, false);
    run.db.keep_cases();
    // What is broken is told by `run`; the cases are as good.
    let _ = run.whole();
    run.db.take_cases()
}

use wire::{answer_through_json, heard, listed, said, through_json};

enum Event {
    Operation,
    Courier { tablet: usize, tab: u64, timer: u64 },
    Arrives { request: u64, copy: bool },
    Turn { call: u64 },
    Answered { request: u64, answer: Box<Answer> },
    GivenUp { request: u64 },
    Heard { tablet: usize, told: Told },
    HeardLate { tablet: usize, tab: u64 },
    NetworkIsBack { tablet: usize },
    Wakes { tablet: usize },
    Thaws { tablet: usize, tab: u64 },
    Opens { tablet: usize },
    ServerIsBack,
    ReturnCloses,
    SomebodyElsesReceipt,
    StandbyCatchesUp,
    Calm,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Net {
    Fine,
    None,
    NothingOut,
    NothingBack,
    Portal,
}

/// A request on its way, as its sender remembers it.
struct Sent {
    tablet: usize,
    tab: u64,
    device: DeviceId,
    request: Request,
    changes: Vec<ChangeId>,
    begun: i64,
}

struct InFlight {
    request: u64,
    call: Call,
    route: Route,
}

struct Run {
    now: i64,
    chance: Chance,
    rough: Roughness,
    clock: Rc<Cell<i64>>,
    db: Database,
    tablets: Vec<Tablet>,
    nets: Vec<Net>,
    too_old: BTreeSet<usize>,
    unknown_for_now: BTreeSet<usize>,
    ledger: Ledger,
    reached: Reached,
    events: BTreeMap<(i64, u64), Event>,
    serial: u64,
    sent: BTreeMap<u64, Sent>,
    calls: BTreeMap<u64, InFlight>,
    server_is_up: bool,
    crash_soon: bool,
    patience_until: i64,
    backup: Rc<Tables>,
    left: usize,
    calm: bool,
    epochs: usize,
    messages: usize,
    story: Option<Vec<String>>,
    samples: Vec<String>,
    /// Which audiences each view's key stands for.
    views: BTreeMap<String, BTreeSet<String>>,
    places: BTreeMap<usize, (String, i64)>,
    /// By which tab each change was sent and got no answer.
    unanswered: BTreeMap<ChangeId, (u64, usize)>,
    repeated: BTreeSet<(LaneId, i64)>,
    cached: BTreeMap<usize, Answer>,
    rebuilds: BTreeMap<usize, (u32, bool)>,
    started: BTreeMap<RecordId, usize>,
    /// What a liar may have read: what a manager set up, with its receipt.
    overheard: Vec<(String, Receipt)>,
}

impl Run {
    fn new(seed: u64, told: bool) -> Self {
        let chance = Chance::of(seed);
        let rough = Roughness::draw(&chance);
        let tables = founded();
        let backup = Rc::new(tables.clone());
        let db = Database::new(tables, chance.clone(), rough.races, rough.page_rows);
        Self {
            now: START,
            clock: Rc::new(Cell::new(START)),
            db,
            tablets: vec![],
            nets: vec![],
            too_old: BTreeSet::new(),
            unknown_for_now: BTreeSet::new(),
            ledger: Ledger { nodes_disagree: rough.node_skew, ..Default::default() },
            reached: Reached::default(),
            events: BTreeMap::new(),
            serial: 0,
            sent: BTreeMap::new(),
            calls: BTreeMap::new(),
            server_is_up: true,
            crash_soon: false,
            patience_until: 0,
            backup,
            left: rough.operations,
            calm: false,
            epochs: 1,
            messages: 0,
            story: told.then(Vec::new),
            samples: vec![],
            views: BTreeMap::new(),
            places: BTreeMap::new(),
            unanswered: BTreeMap::new(),
            repeated: BTreeSet::new(),
            cached: BTreeMap::new(),
            rebuilds: BTreeMap::new(),
            started: BTreeMap::new(),
            overheard: vec![],
            chance,
            rough,
        }
    }

    fn tell(&mut self, words: impl FnOnce() -> String) {
        if let Some(story) = &mut self.story {
            let seconds = (self.now - START) as f64 / 1000.0;
            story.push(format!("{seconds:9.3} {}", words()));
        }
    }

    fn at(&mut self, after: i64, event: Event) {
        self.serial += 1;
        self.events.insert((self.now + after.max(0), self.serial), event);
    }

    fn whole(&mut self) -> Result<(), Broken> {
        for n in 0..self.rough.tablets {
            self.new_tablet(n);
        }
        for n in 0..self.rough.phones {
            self.new_phone(n);
        }
        if self.rough.replicas {
            self.at(0, Event::StandbyCatchesUp);
        }
        self.at(500, Event::Operation);
        while let Some(((at, _), event)) = self.events.pop_first() {
            self.now = at;
            self.clock.set(at);
            if let Event::Calm = event {
                break;
            }
            self.happen(event)?;
        }
        self.what_must_be_true()
    }

    fn new_tablet(&mut self, n: usize) {
        let shared = n > 1 && self.chance.percent(70);
        let who = if n == 0 { person(0) } else { person(self.chance.between(0, 8) as u128) };
        let profile = if shared { Profile::Shared } else { Profile::Personal { person: who } };
        self.brought(n, profile, who);
    }

    /// A household's own, which holds what everyone may and what is the household's.
    fn new_phone(&mut self, of: usize) {
        let who = neighbours::resident(of as u128);
        if self.rough.phones == neighbours::HOUSEHOLDS as usize {
            self.reached.hit("50 forty phones and a few places");
            // Each asks once or twice.
            self.left += 2;
        }
        self.brought(self.tablets.len(), Profile::Personal { person: who }, who);
    }

    fn brought(&mut self, n: usize, profile: Profile, who: PersonId) {
        let mut tablet = Tablet::new(n, profile, who, self.chance.clone());
        tablet.without_locks = self.rough.without_locks;
        self.tablets.push(tablet);
        self.nets.push(Net::Fine);
        self.enrol(n);
        let delay = self.chance.between(0, 20_000);
        self.at(delay, Event::Opens { tablet: n });
    }

    /// Somebody signed in makes the tablet a device.
    fn enrol(&mut self, n: usize) {
        let tablet = &mut self.tablets[n];
        let id = DeviceId(self.chance.uuid());
        let confirmed = self.chance.percent(70);
        let (profile, enrolled_by) = (tablet.profile, tablet.present);
        let device = Device { id, profile, enrolled_by, confirmed, session: None, sealed: None, retired: false };
        self.db.write(|tables| tables.devices.insert(id, device));
        tablet.credential = Some(id);
        let full = std::mem::take(&mut tablet.disk.full);
        let done = tablet.enrol(server::enrolled(&device, COMMUNITY));
        tablet.disk.full = full;
        debug_assert!(done.is_ok(), "there is room for an enrolment");
        self.places.remove(&n);
        if profile == Profile::Shared {
            // Whoever enrols it is signed in.
            self.begins_session(n, Some(enrolled_by));
            if !confirmed {
                self.reached.hit("a tablet that nobody has confirmed");
            }
        }
        let tabs: Vec<u64> = self.tablets[n].tabs.iter().map(|tab| tab.serial).collect();
        for tab in tabs {
            self.ring(n, tab);
        }
    }

    fn happen(&mut self, event: Event) -> Result<(), Broken> {
        match event {
            Event::Operation => self.operation()?,
            Event::Courier { tablet, tab, timer } => self.courier(tablet, tab, timer)?,
            Event::Arrives { request, copy } => self.arrives(request, copy),
            Event::Turn { call } => self.turn(call)?,
            Event::Answered { request, answer } => self.answered(request, *answer)?,
            Event::GivenUp { request } => self.given_up(request)?,
            Event::Heard { tablet, told } => self.heard(tablet, told)?,
            Event::HeardLate { tablet, tab } => {
                let Some(at) = self.tablets[tablet].tab(tab) else { return Ok(()) };
                if self.is_still(tablet, at) {
                    self.at(700, Event::HeardLate { tablet, tab });
                } else {
                    self.tablets[tablet].reload(at);
                    self.ring(tablet, tab);
                }
            }
            Event::NetworkIsBack { tablet } => self.network_is_back(tablet),
            Event::Wakes { tablet } => self.wakes(tablet),
            Event::Thaws { tablet, tab } => {
                if let Some(at) = self.tablets[tablet].tab(tab) {
                    self.tablets[tablet].tabs[at].frozen = false;
                    self.ring(tablet, tab);
                }
            }
            Event::Opens { tablet } => self.opens(tablet),
            Event::ServerIsBack => self.server_is_up = true,
            Event::ReturnCloses => self.closes_the_return(),
            Event::SomebodyElsesReceipt => self.somebody_elses_receipt()?,
            Event::StandbyCatchesUp => {
                self.db.refresh_standby();
                let after = self.chance.between(2_000, 25_000);
                if !self.calm {
                    self.at(after, Event::StandbyCatchesUp);
                }
            }
            Event::Calm => {}
        }
        Ok(())
    }
}
