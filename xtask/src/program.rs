//! The whole program: the site for the browser, and the server that carries it.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::failure::{Explain, Outcome};
use crate::process::{self, Running};
use crate::site::Effort;
use crate::toolchain::{self, WebToolchain};
use crate::{progress, site, workspace};

#[derive(Clone, Copy)]
pub enum Profile {
    /// For the person who tries it here.
    Dev,
    /// For the browser tests, of what the native tests compiled.
    Tested,
    /// What is measured and shipped.
    Release,
}

impl Profile {
    fn program(self) -> PathBuf {
        workspace::path(match self {
            Self::Dev | Self::Tested => "target/debug/lamplighter",
            Self::Release => "target/release/lamplighter",
        })
    }
}

/// The path of the program just built.
pub fn build(profile: Profile, effort: Effort) -> Outcome<PathBuf> {
    let toolchain = WebToolchain::find()?;
    ensure_site_folder()?;
    // The library takes longest and needs no site; the program embeds the site and comes last.
    let library = Running::start("server", cargo_build(profile).arg("--lib"))?;
    site::build(toolchain, effort)?;
    progress::step("server", || library.finish())?;
    progress::step("server with the site inside", || {
        process::run(tell_release(cargo_build(profile).args(["--quiet", "--bin=lamplighter"])))
    })?;
    Ok(profile.program())
}

/// cargo does not see new files in a folder that a macro embeds; but the server asks for this variable
/// (`option_env!`), so cargo embeds again when the release is another one.
pub fn tell_release(cargo: &mut Command) -> &mut Command {
    match site::published_release() {
        Some(release) => cargo.env("LAMPLIGHTER_RELEASE", release),
        None => cargo.env_remove("LAMPLIGHTER_RELEASE"),
    }
}

/// The server does not compile without the folder it embeds, not even for a test that needs no site.
pub fn ensure_site_folder() -> Outcome {
    fs::create_dir_all(workspace::path("target/site")).explain("create target/site")
}

fn cargo_build(profile: Profile) -> Command {
    let mut cargo = toolchain::native_cargo("build");
    cargo.arg("--locked");
    match profile {
        Profile::Dev => cargo.arg("--package=server"),
        // An example brings the features of dev-dependencies with it, as tests do. Without them cargo would compile the server
        // and ninety packages beneath it once more.
        Profile::Tested => cargo.args(["--workspace", "--exclude=xtask", "--example=bare_transactions"]),
        Profile::Release => cargo.args(["--package=server", "--release"]),
    };
    cargo
}
