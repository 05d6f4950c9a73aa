//! What is known while the files are read: the faults so far, the keys that are given, and the keys that are named.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    fmt,
};

use domain::ids::CommunityId;

use super::Fault;

/// What a key belongs to: it is unique among its like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Noun {
    Area,
    Checkpoint,
    Checklist,
    Item,
    Choice,
    Route,
    Stop,
    Plan,
    Slot,
    Team,
    Person,
    Username,
    Pin,
    Household,
    Series,
    Event,
    Notice,
    Survey,
}

/// A place in the files.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub file: String,
    pub line: usize,
}

/// Shared by the readers of all files, which take each other's keys for granted until [`Reading::finish`].
pub struct Reading {
    pub community: CommunityId,
    faults: RefCell<Vec<Fault>>,
    given: RefCell<BTreeMap<(Noun, Scope, String), Place>>,
    named: RefCell<Vec<(Noun, String, Place)>>,
    /// A file is missing or cannot be read: whether its keys are there is not known.
    has_gaps: Cell<bool>,
}

/// The list within which a key is unique, by its file and offset; `None` is everywhere.
pub type Scope = Option<(String, usize)>;

impl Reading {
    pub fn new(community: CommunityId) -> Self {
        Self {
            community,
            faults: RefCell::default(),
            given: RefCell::default(),
            named: RefCell::default(),
            has_gaps: Cell::new(false),
        }
    }

    pub fn fault(&self, file: &str, line: usize, message: impl Into<String>) {
        self.faults.borrow_mut().push(Fault { file: file.into(), line, message: message.into() });
    }

    /// A fault that leaves nothing of the file to read.
    pub fn unreadable(&self, file: &str, line: usize, message: impl Into<String>) {
        self.has_gaps.set(true);
        self.fault(file, line, message);
    }

    /// `key` is the key of a thing that is defined at `place`.
    pub fn gives(&self, noun: Noun, scope: Scope, key: &str, place: Place) {
        let mut given = self.given.borrow_mut();
        match given.get(&(noun, scope.clone(), key.to_owned())) {
            Some(first) => {
                let Place { file, line } = first;
                self.fault(&place.file, place.line, format!("already used by the {noun} at {file}:{line}"));
            }
            None => {
                given.insert((noun, scope, key.to_owned()), place);
            }
        }
    }

    /// What stands at `place` refers to the thing with this key, wherever that is defined.
    pub fn names(&self, noun: Noun, key: &str, place: Place) {
        self.named.borrow_mut().push((noun, key.to_owned(), place));
    }

    /// `value`, when nothing was wrong.
    ///
    /// # Errors
    /// Every fault, by file and line.
    pub fn finish<T>(self, value: T) -> Result<T, Vec<Fault>> {
        if !self.has_gaps.get() {
            self.report_unknown_keys();
        }
        let mut faults = self.faults.into_inner();
        faults.sort();
        faults.dedup();
        if faults.is_empty() { Ok(value) } else { Err(faults) }
    }

    fn report_unknown_keys(&self) {
        let given = self.given.borrow();
        for (noun, key, place) in self.named.borrow().iter() {
            if !given.contains_key(&(*noun, None, key.clone())) {
                self.fault(&place.file, place.line, format!("no {noun} has the key {key:?}"));
            }
        }
    }
}

impl Noun {
    /// Keys of these are unique within their list only.
    pub fn is_local(self) -> bool {
        matches!(self, Noun::Item | Noun::Choice | Noun::Stop | Noun::Slot)
    }
}

impl fmt::Display for Noun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Noun::Area => "area",
            Noun::Checkpoint => "checkpoint",
            Noun::Checklist => "checklist",
            Noun::Item => "item",
            Noun::Choice => "option",
            Noun::Route => "route",
            Noun::Stop => "stop",
            Noun::Plan => "plan",
            Noun::Slot => "slot",
            Noun::Team => "team",
            Noun::Person | Noun::Username | Noun::Pin => "person",
            Noun::Household => "household",
            Noun::Series => "series",
            Noun::Event => "event",
            Noun::Notice => "notice",
            Noun::Survey => "survey",
        })
    }
}
