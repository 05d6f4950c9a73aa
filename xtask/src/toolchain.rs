//! The two toolchains: cargo for the server, and whatever can compile for the browser.

mod debian;
mod environment;

use std::path::Path;
use std::process::Command;

use crate::failure::Outcome;
use crate::{process, progress, workspace};

const TARGET: &str = "wasm32-unknown-unknown";
/// Unstable flags, which RUSTC_BOOTSTRAP allows.
const STANDARD_LIBRARY: [&str; 2] = ["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"];

/// The cargo that started us, free of what it told us about our own package.
pub fn native_cargo(subcommand: &str) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    environment::forget(&mut cargo, environment::is_about_our_own_package);
    cargo.current_dir(workspace::root()).env("CARGO_TARGET_DIR", workspace::path("target")).arg(subcommand);
    cargo
}

fn rustup_cargo(subcommand: &str) -> Command {
    let mut cargo = native_cargo(subcommand);
    cargo.env("RUSTC_BOOTSTRAP", "1");
    cargo
}

/// The two builds of the app.
#[derive(Clone, Copy)]
pub enum AppBuild {
    /// What everybody opens first.
    Field,
    /// The same with the managers' pages.
    Desk,
}

/// What compiles for the browser.
#[derive(Clone, Copy)]
pub enum WebToolchain {
    /// rustup's cargo, with the component `rust-src`.
    Rustup,
    /// Debian's packages.
    Debian,
}

impl WebToolchain {
    /// Prefers what is here already; installs only when nothing is.
    ///
    /// Both compile the standard library from its source: made for size with the app it is a tenth of the download smaller.
    pub fn find() -> Outcome<Self> {
        let (toolchain, name) = if standard_library_is_here() {
            (Self::Rustup, "rustup's compiler and its rust-src")
        } else if debian::is_installed() {
            (Self::Debian, "Debian's rustc-web")
        } else if rustup_adds_the_standard_library() {
            (Self::Rustup, "rustup's compiler and its rust-src, just added")
        } else {
            debian::install()?;
            (Self::Debian, "Debian's rustc-web, just installed")
        };
        progress::say(&format!("compiling for the browser with {name}"));
        Ok(toolchain)
    }

    pub fn cargo_build(self, build: AppBuild) -> Command {
        let mut command = match self {
            Self::Rustup => rustup_cargo("build"),
            Self::Debian => debian::cargo("build"),
        };
        self.describe_the_browsers_half(&mut command, build);
        command
    }

    pub fn cargo_clippy(self) -> Outcome<Command> {
        let mut command = match self {
            Self::Rustup => rustup_cargo("clippy"),
            Self::Debian => debian::cargo_clippy()?,
        };
        self.describe_the_browsers_half(&mut command, AppBuild::Desk);
        Ok(command)
    }

    /// The app and, beside it, the scanner.
    fn describe_the_browsers_half(self, command: &mut Command, build: AppBuild) {
        command.args(["--locked", "--package=app", "--package=scanner", "--lib"]);
        let feature = match build {
            AppBuild::Field => "app/csr",
            AppBuild::Desk => "app/desk",
        };
        command.args(["--profile=wasm-release", "--features", feature]);
        command.arg(format!("--target={TARGET}"));
        command.arg("--target-dir").arg(workspace::path("target/web"));
        command.args(STANDARD_LIBRARY);
    }
}

fn standard_library_is_here() -> bool {
    process::answer(Command::new("rustc").args(["--print", "sysroot"]))
        .is_some_and(|folder| Path::new(&folder).join("lib/rustlib/src/rust/library/std").is_dir())
}

fn rustup_adds_the_standard_library() -> bool {
    if !process::is_on_path("rustup") {
        return false;
    }
    progress::say("adding the standard library's source with rustup …");
    let added = process::answer(Command::new("rustup").args(["component", "add", "rust-src"])).is_some();
    if !added {
        progress::say("rustup cannot add it here");
    }
    added && standard_library_is_here()
}
