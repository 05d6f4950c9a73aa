//! `cargo xtask lint`: formatting, and clippy for both worlds.

use crate::failure::Outcome;
use crate::toolchain::{WebToolchain, native_cargo};
use crate::{process, program, progress};

pub fn run() -> Outcome {
    progress::step("formatting", || process::run(native_cargo("fmt").args(["--all", "--check"])))?;
    program::ensure_site_folder()?;
    progress::step("clippy, server", || {
        process::run(native_cargo("clippy").args(["--workspace", "--all-targets", "--locked", "--", "-Dwarnings"]))
    })?;
    // The tests lend the packages beneath the server some features: it must compile without them too.
    progress::step("clippy, server without its tests", || {
        process::run(native_cargo("clippy").args(["--package=server", "--locked", "--", "-Dwarnings"]))
    })?;
    let toolchain = WebToolchain::find()?;
    progress::step("clippy, browser", || process::run(toolchain.cargo_clippy()?.args(["--", "-Dwarnings"])))
}
