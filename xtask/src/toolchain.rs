//! The two toolchains: cargo for the server, and whatever can compile for the browser.

mod debian;
mod environment;

use std::path::Path;
use std::process::Command;

use crate::failure::Outcome;
use crate::{process, progress, workspace};

const TARGET: &str = "wasm32-unknown-unknown";

/// The cargo that started us, free of what it told us about our own package.
pub fn native_cargo(subcommand: &str) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    environment::forget(&mut cargo, environment::is_about_our_own_package);
    cargo.current_dir(workspace::root()).env("CARGO_TARGET_DIR", workspace::path("target")).arg(subcommand);
    cargo
}

/// What compiles for the browser.
#[derive(Clone, Copy)]
pub enum WebToolchain {
    /// rustup's cargo, with the target's standard library downloaded.
    Rustup,
    /// Debian's packages, which carry the standard library as source.
    Debian,
}

impl WebToolchain {
    /// Prefers what is here already; installs only when nothing is.
    pub fn find() -> Outcome<Self> {
        let (toolchain, name) = if target_is_installed() {
            (Self::Rustup, "cargo's own wasm32 target")
        } else if debian::is_installed() {
            (Self::Debian, "Debian's rustc-web")
        } else if rustup_adds_the_target() {
            (Self::Rustup, "rustup's wasm32 target, just added")
        } else {
            debian::install()?;
            (Self::Debian, "Debian's rustc-web, just installed")
        };
        progress::say(&format!("compiling for the browser with {name}"));
        Ok(toolchain)
    }

    pub fn cargo_build(self) -> Command {
        let mut command = match self {
            Self::Rustup => native_cargo("build"),
            Self::Debian => debian::cargo("build"),
        };
        self.describe_the_app(&mut command);
        command
    }

    pub fn cargo_clippy(self) -> Outcome<Command> {
        let mut command = match self {
            Self::Rustup => native_cargo("clippy"),
            Self::Debian => debian::cargo_clippy()?,
        };
        self.describe_the_app(&mut command);
        Ok(command)
    }

    fn describe_the_app(self, command: &mut Command) {
        command.args(["--locked", "--package=app", "--lib"]);
        command.args(["--profile=wasm-release", "--features=csr"]);
        command.arg(format!("--target={TARGET}"));
        command.arg("--target-dir").arg(workspace::path("target/web"));
        match self {
            Self::Rustup => {}
            Self::Debian => {
                command.arg(debian::STANDARD_LIBRARY);
            }
        }
    }
}

fn target_is_installed() -> bool {
    process::answer(Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]))
        .is_some_and(|folder| Path::new(&folder).is_dir())
}

fn rustup_adds_the_target() -> bool {
    if !process::is_on_path("rustup") {
        return false;
    }
    progress::say("adding the wasm32 target with rustup …");
    let added = process::answer(Command::new("rustup").args(["target", "add", TARGET])).is_some();
    if !added {
        progress::say("rustup cannot add it here");
    }
    added && target_is_installed()
}
