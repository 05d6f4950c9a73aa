//! How much anybody may ask for: kept in memory, forgotten when the server starts anew.
//!
//! The bounds of sync are about twice what one shared tablet brings after six weeks without a network: 30 lanes, 20,000 changes
//! and 10,000 photos of 2.5 GB. docs/sync.md has them in one table.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use domain::time::{DAY, MINUTE, Moment};
use hashlink::LinkedHashMap;

/// So many keys are remembered; then the one that was not heard of for longest is forgotten.
const KEYS_MOST: usize = 20_000;

/// At most `most` of something by one key at once, and as much again, bit by bit, within `window` milliseconds.
pub struct Bound {
    /// What is bounded, as docs/sync.md and the metrics say it.
    pub what: &'static str,
    pub most: u64,
    pub window: i64,
    used: Mutex<LinkedHashMap<String, Used>>,
    refused: AtomicU64,
}

/// How much of its bound a key has used and not got back: `level / window` of `most`.
#[derive(Clone, Copy, Default)]
struct Used {
    level: u128,
    at: i64,
}

impl Bound {
    pub fn new(what: &'static str, most: u64, window: i64) -> Self {
        Self { what, most, window, used: Mutex::default(), refused: AtomicU64::new(0) }
    }

    /// Whether there is room for `amount` more now.
    ///
    /// # Errors
    /// The seconds to wait when there is none.
    pub fn check(&self, key: &str, amount: u64, now: Moment) -> Result<(), u64> {
        let level = self.used().get(key).map_or(0, |used| self.now(*used, now));
        self.fits(level, amount)
    }

    /// Counts `amount`, whether there is room for it or not.
    pub fn count(&self, key: &str, amount: u64, now: Moment) {
        let mut used = self.used();
        let level = used.remove(key).map_or(0, |used| self.now(used, now)) + self.size(amount);
        while used.len() >= KEYS_MOST {
            used.pop_front();
        }
        used.insert(key.to_owned(), Used { level: level.min(2 * self.size(self.most)), at: now.0 });
    }

    /// Counts `amount` if there is room for it.
    ///
    /// # Errors
    /// The seconds to wait when there is none.
    pub fn take(&self, key: &str, amount: u64, now: Moment) -> Result<(), u64> {
        self.check(key, amount, now)?;
        self.count(key, amount, now);
        Ok(())
    }

    /// It went well: nothing is held against the key.
    pub fn forgive(&self, key: &str) {
        self.used().remove(key);
    }

    /// How often somebody was asked to wait, since the start.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// What is asked for at once is never more than there is room for at all: it would wait for ever.
    fn fits(&self, level: u128, amount: u64) -> Result<(), u64> {
        let over = (level + self.size(amount.min(self.most))).saturating_sub(self.size(self.most));
        if over == 0 {
            return Ok(());
        }
        self.refused.fetch_add(1, Ordering::Relaxed);
        let milliseconds = u64::try_from(over.div_ceil(u128::from(self.most))).unwrap_or(u64::MAX);
        Err(milliseconds.div_ceil(1_000).max(1))
    }

    fn now(&self, used: Used, now: Moment) -> u128 {
        let since = u128::try_from(now.0 - used.at).unwrap_or(0);
        used.level.saturating_sub(since * u128::from(self.most))
    }

    fn size(&self, amount: u64) -> u128 {
        u128::from(amount) * u128::from(self.window.unsigned_abs())
    }

    fn used(&self) -> MutexGuard<'_, LinkedHashMap<String, Used>> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// So much of something at a time: by one key, and by all together.
pub struct Turns {
    pub what: &'static str,
    pub each: usize,
    pub all: usize,
    taken: Arc<Mutex<HashMap<String, usize>>>,
    refused: AtomicU64,
}

/// A turn, until it is dropped.
pub struct Turn {
    key: String,
    taken: Arc<Mutex<HashMap<String, usize>>>,
}

impl Turns {
    pub fn new(what: &'static str, each: usize, all: usize) -> Self {
        Self { what, each, all, taken: Arc::default(), refused: AtomicU64::new(0) }
    }

    /// A turn, unless this key or all together have as many as there may be.
    pub fn take(&self, key: &str) -> Option<Turn> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let (own, all) = (taken.get(key).copied().unwrap_or(0), taken.values().sum::<usize>());
        if own >= self.each || all >= self.all {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        taken.insert(key.to_owned(), own + 1);
        Some(Turn { key: key.to_owned(), taken: Arc::clone(&self.taken) })
    }

    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        match taken.get_mut(&self.key) {
            Some(own) if *own > 1 => *own -= 1,
            Some(_) | None => {
                taken.remove(&self.key);
            }
        }
    }
}

/// Every bound of this process.
pub struct Bounds {
    pub pushes: Bound,
    pub changes: Bound,
    pub lanes: Bound,
    pub hellos: Bound,
    pub pulls: Bound,
    pub hand_overs: Bound,
    pub photo_puts: Bound,
    pub photos: Bound,
    pub photo_bytes: Bound,
    pub enrolments: Bound,
    /// New accounts, pass phrases and PINs, by who gives them.
    pub access_given: Bound,
    /// PINs that somebody chooses for themself: each says whether another has it.
    pub own_pins: Bound,
    /// Wrong pass phrases of one name from one place: a device of its community, or an address.
    pub sign_ins: Bound,
    /// Wrong pass phrases of any name from one device.
    pub sign_ins_of_device: Bound,
    /// The same from one address, behind which many may live.
    pub sign_ins_of_address: Bound,
    /// Wrong pass phrases of one name from wherever nobody knows.
    pub sign_ins_of_strangers: Bound,
    /// Wrong join codes, by the address that they come from, and altogether.
    pub codes_of_address: Bound,
    pub codes: Bound,
    /// Who waits to be signed in: from a device that is known, and from elsewhere.
    pub known_at_the_door: Turns,
    pub strangers_at_the_door: Turns,
    /// Streams of hints of one device.
    pub hints: Turns,
}

const TEN_SECONDS: i64 = MINUTE / 6;
const QUARTER_OF_AN_HOUR: i64 = 15 * MINUTE;

impl Bounds {
    pub fn new(listeners: usize) -> Self {
        Self {
            pushes: Bound::new("pushes of a device", 30, TEN_SECONDS),
            changes: Bound::new("changes of a device", 40_000, DAY),
            lanes: Bound::new("lanes that a device opens", 60, DAY),
            hellos: Bound::new("hellos of a device", 60, MINUTE),
            pulls: Bound::new("pulls of a device", 300, MINUTE),
            hand_overs: Bound::new("hand-overs of a device", 30, TEN_SECONDS),
            photo_puts: Bound::new("puts of photos of a device", 120, TEN_SECONDS),
            photos: Bound::new("new photos of a device", 20_000, DAY),
            photo_bytes: Bound::new("bytes of new photos of a device", 5_000_000_000, DAY),
            enrolments: Bound::new("enrolments by a person", 100, DAY),
            access_given: Bound::new("accounts, pass phrases and PINs that a person gives", 100, QUARTER_OF_AN_HOUR),
            own_pins: Bound::new("PINs that a person chooses", 10, QUARTER_OF_AN_HOUR),
            sign_ins: Bound::new("wrong pass phrases of a name from a place", 5, QUARTER_OF_AN_HOUR),
            sign_ins_of_device: Bound::new("wrong pass phrases from a device", 20, QUARTER_OF_AN_HOUR),
            sign_ins_of_address: Bound::new("wrong pass phrases from an address", 100, QUARTER_OF_AN_HOUR),
            sign_ins_of_strangers: Bound::new("wrong pass phrases of a name from addresses", 500, QUARTER_OF_AN_HOUR),
            codes_of_address: Bound::new("wrong join codes from an address", 20, QUARTER_OF_AN_HOUR),
            codes: Bound::new("wrong join codes", 500, QUARTER_OF_AN_HOUR),
            known_at_the_door: Turns::new("sign-ins at a time from a device", 8, 200),
            // A whole shift may stand behind one address.
            strangers_at_the_door: Turns::new("sign-ins at a time from an address", 50, 400),
            hints: Turns::new("streams of hints of a device", 8, listeners),
        }
    }

    pub fn all(&self) -> [&Bound; 18] {
        [
            &self.pushes,
            &self.changes,
            &self.lanes,
            &self.hellos,
            &self.pulls,
            &self.hand_overs,
            &self.photo_puts,
            &self.photos,
            &self.photo_bytes,
            &self.enrolments,
            &self.access_given,
            &self.own_pins,
            &self.sign_ins,
            &self.sign_ins_of_device,
            &self.sign_ins_of_address,
            &self.sign_ins_of_strangers,
            &self.codes_of_address,
            &self.codes,
        ]
    }

    pub fn turns(&self) -> [&Turns; 3] {
        [&self.known_at_the_door, &self.strangers_at_the_door, &self.hints]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixth_try_waits_until_a_fifth_of_the_time_is_over() {
        let bound = Bound::new("tries", 5, 10_000);
        for _ in 0..5 {
            assert_eq!(bound.take("wang", 1, Moment(0)), Ok(()));
        }
        assert_eq!(bound.check("wang", 1, Moment(0)), Err(2));
        assert_eq!(bound.check("li", 1, Moment(0)), Ok(()), "another name is another count");
        assert_eq!(bound.check("wang", 1, Moment(1_500)), Err(1));
        assert_eq!(bound.take("wang", 1, Moment(2_000)), Ok(()));
        assert_eq!(bound.check("wang", 1, Moment(2_000)), Err(2), "one more, not five");
        bound.forgive("wang");
        assert_eq!((bound.check("wang", 5, Moment(2_000)), bound.refused()), (Ok(()), 3));
    }

    #[test]
    fn amounts_are_counted_and_what_is_more_than_all_is_taken_alone() {
        let bound = Bound::new("bytes", 1_000, 10_000);
        assert_eq!(bound.take("tablet", 900, Moment(0)), Ok(()));
        assert_eq!(bound.take("tablet", 200, Moment(0)), Err(1));
        assert_eq!(bound.take("tablet", 200, Moment(1_000)), Ok(()));
        assert_eq!(bound.take("other", 5_000, Moment(0)), Ok(()), "it would never fit");
        assert_eq!(bound.check("other", 1, Moment(9_999)), Err(1), "and waits its turn afterwards");
        assert_eq!(bound.check("tablet", 1, Moment(-5_000)), Err(1), "a clock that was put back opens nothing");
    }

    #[test]
    fn whoever_invents_names_makes_the_oldest_forgotten_and_not_the_one_that_is_tried() {
        let bound = Bound::new("tries", 5, 10_000);
        for n in 0..KEYS_MOST + 10 {
            bound.count(&format!("nobody-{n}"), 1, Moment(0));
            bound.count("wang", 1, Moment(0));
        }
        assert!(bound.check("wang", 1, Moment(0)).is_err());
        assert_eq!(bound.used().len(), KEYS_MOST);
        assert!(!bound.used().contains_key("nobody-0"));
    }

    #[test]
    fn a_turn_is_given_back_when_it_is_over() {
        let turns = Turns::new("streams", 2, 3);
        let (first, second) = (turns.take("a"), turns.take("a"));
        assert!(first.is_some() && second.is_some() && turns.take("a").is_none());
        let third = turns.take("b");
        assert!(third.is_some() && turns.take("c").is_none(), "all together have three");
        drop(first);
        assert!(turns.take("c").is_some());
        assert_eq!(turns.refused(), 2);
    }
}
