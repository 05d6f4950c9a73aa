//! The simulator's own test: each planted bug is built in, and how many seeds it takes to find it is counted.

use std::{
    process::ExitCode,
    sync::atomic::{AtomicUsize, Ordering},
};

use sync::planted::{Bug, plant};

use crate::run::caught;

/// Each search begins at seeds that no other one uses.
const STARTS: u64 = 5;
/// A search that found nothing after so many seeds has failed.
const MOST: u64 = 3_000;

/// Looks for every bug with these words in its name and prints the median of its searches. Fails if one is not found.
pub fn report(words: &str) -> ExitCode {
    let bugs: Vec<Bug> = Bug::ALL.iter().copied().filter(|bug| bug.words().contains(words)).collect();
    std::panic::set_hook(Box::new(|_| {}));
    println!("seeds until found, median of {STARTS} searches (least to most), and what was broken");
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let missed: usize = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(|| searched(&bugs, &next))).collect();
        workers.into_iter().map(|worker| worker.join().expect("a search catches every panic")).sum()
    });
    println!("{} of {} planted bugs were found", bugs.len() - missed, bugs.len());
    if missed == 0 && !bugs.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Takes one bug after the other; says how many were not found.
fn searched(bugs: &[Bug], next: &AtomicUsize) -> usize {
    let mut missed = 0;
    while let Some(planted) = bugs.get(next.fetch_add(1, Ordering::Relaxed)).copied() {
        plant(Some(planted));
        let mut how = String::new();
        let searches: Option<Vec<u64>> = (0..STARTS).map(|start| search(1_000_000 * (start + 1), &mut how)).collect();
        plant(None);
        match searches {
            Some(mut seeds) => {
                seeds.sort_unstable();
                let (least, median, most) = (seeds[0], seeds[seeds.len() / 2], seeds[seeds.len() - 1]);
                println!("{median:>6}  {} ({least} to {most}): {how}", planted.words());
            }
            None => {
                missed += 1;
                println!(" never  {}", planted.words());
            }
        }
    }
    missed
}

/// How many seeds it takes from `start` on.
fn search(start: u64, how: &mut String) -> Option<u64> {
    (1..=MOST).find(|seed| match caught(start + seed) {
        Ok(finished) => finished.broken.is_some_and(|broken| {
            *how = broken.invariant.to_owned();
            true
        }),
        Err(panic) => {
            *how = format!("panic, {}", panic.chars().take(60).collect::<String>());
            true
        }
    })
}
