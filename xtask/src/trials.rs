//! `cargo xtask torture`, `cargo xtask returning`, `cargo xtask six-weeks` and `cargo xtask sign-ups`: the server under what no test has time for.

use crate::failure::Outcome;
use crate::toolchain::native_cargo;
use crate::{process, program};

#[derive(clap::Args)]
pub struct Torture {
    /// Kill it 500 times instead of 10
    #[arg(long)]
    long: bool,
}

impl Torture {
    /// SIGKILL is not power loss: the operating system lives on and writes what it was given.
    pub fn run(self) -> Outcome {
        let kills = if self.long { "500" } else { "10" };
        run(&["test"], "kills::killed", &[], ("LAMPLIGHTER_KILLS", kills))
    }
}

#[derive(clap::Args)]
pub struct Returning {
    /// How many devices
    #[arg(long, default_value_t = 500)]
    devices: usize,
}

impl Returning {
    pub fn run(self) -> Outcome {
        let devices = self.devices.to_string();
        run(&["test", "--release"], "kills::devices", &["--ignored"], ("LAMPLIGHTER_RETURNING", &devices))
    }
}

#[derive(clap::Args)]
pub struct SignUps {
    /// How many phones ask at once
    #[arg(long, default_value_t = 200)]
    phones: usize,
}

impl SignUps {
    pub fn run(self) -> Outcome {
        let phones = self.phones.to_string();
        run(&["test", "--release"], "sign_ups::phones_that_ask_and", &["--ignored"], ("LAMPLIGHTER_PHONES", &phones))
    }
}

/// As long as the bounds of the server let it take: a quarter of an hour.
pub fn six_weeks() -> Outcome {
    run(&["test"], "bounds::six_weeks", &[], ("LAMPLIGHTER_SIX_WEEKS", "1"))
}

fn run(cargo: &[&str], name: &str, more: &[&str], (variable, value): (&str, &str)) -> Outcome {
    program::ensure_site_folder()?;
    let (subcommand, options) = cargo.split_first().expect("a subcommand");
    let mut command = native_cargo(subcommand);
    command.args(options).args(["--locked", "--package=server", "--test=server", name, "--", "--nocapture"]).args(more);
    process::run(program::tell_release(&mut command).env(variable, value))
}
