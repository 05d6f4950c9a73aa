//! Everything a person types: `cargo xtask serve`, `build`, `test`, `simulate`, `lint`, `bench`, `tour`, `torture`, `returning`, `six-weeks`, `sign-ups`, `days` and `fuzz`.

mod days;
mod doors;
mod failure;
mod fuzz;
#[cfg(test)]
mod house_rules;
mod lint;
mod npm;
mod packages;
mod process;
mod program;
mod progress;
mod serve;
mod simulate;
mod site;
mod test;
mod toolchain;
mod trials;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::failure::Outcome;

#[derive(Parser)]
#[command(name = "xtask", bin_name = "cargo xtask", about = "Build, run and check Lamplighter")]
struct CommandLine {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build everything and run the server here
    Serve(serve::Serve),
    /// Build the release program, target/release/lamplighter
    Build,
    /// Run every test, or one stage of them
    Test(test::Test),
    /// Run devices and server through every fault from seeds, or replay one seed
    Simulate(simulate::Simulate),
    /// Measure in a real browser what people wait for; prints figures and judges none
    Bench,
    /// Take the pictures of the README's tour anew
    Tour,
    /// Kill the server again and again under load, and see that nothing it answered is lost
    Torture(trials::Torture),
    /// Let devices return at once, each with 200 changes; prints figures and judges none
    Returning(trials::Returning),
    /// Bring what one tablet saved in six weeks without a network: 30 lanes, 20,000 changes, 10,000 photos
    SixWeeks,
    /// Measure how many sign-ups one server decides a second while 200 phones ask at once
    SignUps(trials::SignUps),
    /// Run the native and the browser tests while the clock shows moments that calendars trip over
    Days(days::Days),
    /// Ask every decoder with what a fuzzer thinks up
    Fuzz(fuzz::Fuzz),
    /// Check formatting, and run clippy for the server and for the browser
    Lint,
}

fn main() -> ExitCode {
    progress::start_the_clock();
    match perform(CommandLine::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn perform(task: Task) -> Outcome {
    match task {
        Task::Serve(serve) => serve.run(),
        Task::Build => {
            let program = program::build(program::Profile::Release, site::Effort::Full)?;
            progress::say(&format!("built {}", workspace::shown(&program)));
            Ok(())
        }
        Task::Test(test) => test.run(),
        Task::Simulate(simulate) => simulate.run(),
        Task::Bench => test::bench(),
        Task::Tour => test::tour(),
        Task::Torture(torture) => torture.run(),
        Task::Returning(returning) => returning.run(),
        Task::SixWeeks => trials::six_weeks(),
        Task::SignUps(sign_ups) => sign_ups.run(),
        Task::Days(days) => days.run(),
        Task::Fuzz(fuzz) => fuzz.run(),
        Task::Lint => lint::run(),
    }
}
