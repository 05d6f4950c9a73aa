//! Chance out of a seed: the same seed draws the same for as long as `rand_chacha` keeps ChaCha8's stream, which it promises.

use std::{cell::RefCell, rc::Rc};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use uuid::Uuid;

/// Clones draw from the same stream.
#[derive(Clone)]
pub struct Chance(Rc<RefCell<ChaCha8Rng>>);

impl Chance {
    pub fn of(seed: u64) -> Self {
        Self(Rc::new(RefCell::new(ChaCha8Rng::seed_from_u64(seed))))
    }

    pub fn below(&self, end: usize) -> usize {
        self.0.borrow_mut().random_range(0..end as u32) as usize
    }

    pub fn between(&self, from: i64, to: i64) -> i64 {
        self.0.borrow_mut().random_range(from..=to)
    }

    /// True so many times in a thousand.
    pub fn permille(&self, times: u32) -> bool {
        times > 0 && self.0.borrow_mut().random_range(0..1000u32) < times
    }

    pub fn percent(&self, times: u32) -> bool {
        self.permille(times * 10)
    }

    pub fn share(&self) -> f64 {
        f64::from(self.0.borrow_mut().random_range(0..1000u32)) / 1000.0
    }

    pub fn pick<'a, T>(&self, of: &'a [T]) -> Option<&'a T> {
        if of.is_empty() { None } else { of.get(self.below(of.len())) }
    }

    pub fn uuid(&self) -> Uuid {
        Uuid::from_u128(self.0.borrow_mut().random())
    }
}
