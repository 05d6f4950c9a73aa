//! How often something may be tried: kept in memory, forgotten when the server starts anew.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use domain::time::Moment;

/// At most `most` tries of one key within `window` milliseconds.
pub struct Attempts {
    most: usize,
    window: i64,
    made: Mutex<HashMap<String, Vec<Moment>>>,
}

/// So many keys are remembered: names are anybody's invention.
const KEYS_MOST: usize = 20_000;

impl Attempts {
    pub fn new(most: usize, window: i64) -> Self {
        Self { most, window, made: Mutex::default() }
    }

    /// Whether there may be another try now.
    ///
    /// # Errors
    /// The seconds to wait when there were too many.
    pub fn check(&self, key: &str, now: Moment) -> Result<(), u64> {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let recent: Vec<_> = made.get(key).into_iter().flatten().filter(|time| now.0 - time.0 < self.window).collect();
        match recent.first() {
            Some(oldest) if recent.len() >= self.most => {
                let wait = (oldest.0 + self.window - now.0).max(1_000);
                Err(u64::try_from(wait).unwrap_or(1_000).div_ceil(1_000))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Counts a try.
    pub fn count(&self, key: &str, now: Moment) {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        if made.len() >= KEYS_MOST {
            made.retain(|_, times| times.last().is_some_and(|last| now.0 - last.0 < self.window));
            if made.len() >= KEYS_MOST {
                made.clear();
            }
        }
        let times = made.entry(key.to_owned()).or_default();
        times.retain(|time| now.0 - time.0 < self.window);
        times.push(now);
    }

    /// It went well: nothing is held against the key.
    pub fn forgive(&self, key: &str) {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixth_try_waits_until_the_first_is_forgotten() {
        let attempts = Attempts::new(5, 10_000);
        for second in 0..5 {
            assert_eq!(attempts.check("wang", Moment(second * 1_000)), Ok(()));
            attempts.count("wang", Moment(second * 1_000));
        }
        assert_eq!(attempts.check("wang", Moment(5_000)), Err(5));
        assert_eq!(attempts.check("li", Moment(5_000)), Ok(()), "another name is another count");
        assert_eq!(attempts.check("wang", Moment(10_001)), Ok(()));
    }
}
