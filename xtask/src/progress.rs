//! One line per step, with the time since the start.

use std::sync::OnceLock;
use std::time::Instant;

use crate::failure::Outcome;

static START: OnceLock<Instant> = OnceLock::new();

pub fn start_the_clock() {
    START.get_or_init(Instant::now);
}

pub fn say(sentence: &str) {
    let elapsed = START.get_or_init(Instant::now).elapsed().as_secs_f32();
    eprintln!("[{elapsed:6.1} s] {sentence}");
}

/// A step long enough that a person wants to know it has begun.
pub fn step<T>(name: &str, work: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    say(&format!("{name} …"));
    let began = Instant::now();
    let made = work()?;
    say(&format!("{name}: {:.1} s", began.elapsed().as_secs_f32()));
    Ok(made)
}
