//! `cargo xtask simulate`: the machines of sync under seeded faults, many seeds or one told in full.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::failure::{Explain, Outcome};
use crate::process;
use crate::toolchain::native_cargo;

#[derive(clap::Args)]
pub struct Simulate {
    /// How many seeds
    #[arg(long, default_value_t = 3_000)]
    seeds: u64,
    /// The first of them
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// Replay this one and tell everything that happens
    #[arg(long, conflicts_with_all = ["seeds", "minutes", "planted"])]
    seed: Option<u64>,
    /// Go on for so many minutes, for a night
    #[arg(long)]
    minutes: Option<u64>,
    /// Test the simulator: build each planted bug in, or those with these words in their names, and count the seeds until it is
    /// found
    #[arg(long, num_args = 0..=1, default_missing_value = "")]
    planted: Option<String>,
}

impl Simulate {
    pub fn run(self) -> Outcome {
        let mut arguments = vec![];
        match self.seed {
            Some(seed) => arguments.extend(["--seed".to_owned(), seed.to_string()]),
            None => {
                let (seeds, from) = (self.seeds.to_string(), self.from.to_string());
                arguments.extend(["--faults".to_owned(), "--seeds".to_owned(), seeds, "--from".to_owned(), from]);
            }
        }
        if let Some(minutes) = self.minutes {
            arguments.extend(["--minutes".to_owned(), minutes.to_string()]);
        }
        if let Some(words) = &self.planted {
            arguments.extend(["--planted".to_owned(), words.clone()]);
        }
        simulator(self.planted.is_some(), &arguments)
    }
}

/// As part of every test.
pub fn stage() -> Outcome {
    simulator(false, &[])
}

/// Changes of a few dozen seeds with how the rules ruled on them, written to `file`: a case on one line, its ruling on the next.
pub fn write_rulings(file: &Path) -> Outcome {
    let out = fs::File::create(file).explain(format_args!("write {}", file.display()))?;
    process::run(command(false).args(["--cases", "--seeds", "40"]).stdout(out))
}

fn simulator(planted: bool, arguments: &[String]) -> Outcome {
    process::run(command(planted).args(arguments))
}

fn command(planted: bool) -> Command {
    let mut cargo = native_cargo("run");
    cargo.args(["--quiet", "--locked", "--package=simulator", "--profile=simulation"]);
    if planted {
        cargo.arg("--features=planted");
    }
    cargo.arg("--");
    cargo
}
