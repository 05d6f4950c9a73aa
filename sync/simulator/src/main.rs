//! `cargo xtask simulate`: many seeds on every core, or one of them told in full.

use std::{
    io::Write,
    process::ExitCode,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use clap::Parser;
use rulings::ruling;
use simulator::{
    cases,
    faults::{NAMES, Reached},
    run::{Finished, cases_of, caught, run},
};

#[derive(Parser)]
#[command(name = "simulate", about = "Run many devices and one server through every fault, from seeds")]
struct CommandLine {
    /// How many seeds, beginning with --from
    #[arg(long, default_value_t = 3_000)]
    seeds: u64,
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// Replay one seed and tell everything that happened
    #[arg(long)]
    seed: Option<u64>,
    /// With --seed: print what was said, logged and kept, one JSON value a line, instead of the story
    #[arg(long)]
    corpus: bool,
    /// Print each change of these seeds with all that it was decided upon, and on the next line how the rules rule
    #[arg(long)]
    cases: bool,
    /// Go on for so many minutes, however many seeds that is
    #[arg(long)]
    minutes: Option<u64>,
    /// Print how often each fault was reached
    #[arg(long)]
    faults: bool,
    /// Build each planted bug in, or those with these words in their names, and count the seeds that it takes to find it
    #[cfg(feature = "planted")]
    #[arg(long, num_args = 0..=1, default_missing_value = "")]
    planted: Option<String>,
}

fn main() -> ExitCode {
    let asked = CommandLine::parse();
    if let Some(seed) = asked.seed {
        return replay(seed, asked.corpus);
    }
    if asked.cases {
        return rulings(asked.from..asked.from + asked.seeds);
    }
    #[cfg(feature = "planted")]
    if let Some(words) = &asked.planted {
        return simulator::planted::report(words);
    }
    many(&asked)
}

fn replay(seed: u64, corpus: bool) -> ExitCode {
    let finished = run(seed, true);
    if corpus {
        finished.corpus.iter().for_each(|line| println!("{line}"));
        return ExitCode::SUCCESS;
    }
    finished.story.iter().for_each(|line| println!("{line}"));
    match finished.broken {
        Some(broken) => {
            println!("seed {seed}: {} is broken: {}", broken.invariant, broken.words);
            ExitCode::FAILURE
        }
        None => {
            println!("seed {seed}: everything holds");
            ExitCode::SUCCESS
        }
    }
}

/// A case on one line, its ruling on the next.
fn rulings(seeds: std::ops::Range<u64>) -> ExitCode {
    let samples = match cases::of_samples() {
        Ok(samples) => samples,
        Err(fault) => {
            eprintln!("cannot read the frozen samples: {fault}");
            return ExitCode::FAILURE;
        }
    };
    let mut out = std::io::stdout().lock();
    for case in samples.into_iter().chain(seeds.flat_map(cases_of)) {
        let case = serde_json::to_string(&case).expect("a case is plain data");
        if writeln!(out, "{case}\n{}", ruling(&case)).is_err() {
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

#[derive(Default)]
struct Total {
    reached: Reached,
    seeds: u64,
    operations: usize,
    saved: usize,
    messages: usize,
    failed: Vec<(u64, String)>,
}

fn many(asked: &CommandLine) -> ExitCode {
    let began = Instant::now();
    let end = asked.minutes.map(|minutes| began + Duration::from_secs(60 * minutes));
    let next = AtomicU64::new(asked.from);
    let total = Mutex::new(Total::default());
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            let is_over = match end {
                Some(end) => Instant::now() >= end,
                None => seed >= asked.from + asked.seeds,
            };
            let has_seen_enough = total.lock().expect("no thread panics with the lock").failed.len() >= 20;
            if is_over || has_seen_enough {
                break;
            }
            // Before the lock is taken, or the other threads would wait for it.
            let finished = caught(seed);
            add(&mut total.lock().expect("no thread panics with the lock"), seed, finished);
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    let total = total.into_inner().expect("no thread panics with the lock");
    report(asked, &total, began.elapsed())
}

fn add(total: &mut Total, seed: u64, finished: Result<Finished, String>) {
    total.seeds += 1;
    match finished {
        Ok(finished) => {
            total.reached.merge(&finished.reached);
            total.operations += finished.operations;
            total.saved += finished.saved;
            total.messages += finished.messages;
            if let Some(broken) = finished.broken {
                total.failed.push((seed, format!("{} is broken: {}", broken.invariant, broken.words)));
            }
        }
        Err(panic) => total.failed.push((seed, format!("panicked: {panic}"))),
    }
}

fn report(asked: &CommandLine, total: &Total, took: Duration) -> ExitCode {
    let seconds = took.as_secs_f64();
    println!(
        "{} seeds in {seconds:.1} s: {} operations, {} changes saved, {} messages",
        total.seeds, total.operations, total.saved, total.messages
    );
    if asked.faults {
        for name in NAMES {
            println!("{:>9}  {name}", total.reached.of(name));
        }
    }
    let mut failed = total.failed.clone();
    failed.sort();
    for (seed, words) in &failed {
        println!("seed {seed}: {words}");
    }
    if let Some((seed, _)) = failed.first() {
        println!("replay one with: cargo xtask simulate --seed {seed}");
        return ExitCode::FAILURE;
    }
    let never = total.reached.never();
    if total.seeds >= 3_000 && !never.is_empty() {
        println!("never reached: {}", never.join("; "));
        return ExitCode::FAILURE;
    }
    println!("every invariant held; {} of {} faults were reached", NAMES.len() - never.len(), NAMES.len());
    ExitCode::SUCCESS
}
