//! The two toolchains: cargo for the server, and whatever can compile for the browser.

mod debian;
mod environment;

use std::path::{Path, PathBuf};
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

/// The builds of the app.
#[derive(Clone, Copy)]
pub enum AppBuild {
    /// What everybody opens first.
    Field,
    /// The same with the managers' pages.
    Desk,
    /// The larger, made for whoever waits to see an edit and not for the download.
    Edit,
}

impl AppBuild {
    fn feature(self) -> &'static str {
        match self {
            Self::Field => "app/csr",
            Self::Desk | Self::Edit => "app/desk",
        }
    }

    fn profile(self) -> &'static str {
        match self {
            Self::Field | Self::Desk => "wasm-release",
            Self::Edit => "wasm-edit",
        }
    }

    /// The app as it was compiled, before wasm-bindgen.
    pub fn app(self) -> PathBuf {
        compiled(self.profile(), "app")
    }

    pub fn scanner(self) -> PathBuf {
        compiled(self.profile(), "scanner")
    }
}

/// For the test that the rules rule in the browser as on the server.
pub fn rulings() -> PathBuf {
    compiled(AppBuild::Desk.profile(), "rulings")
}

fn compiled(profile: &str, package: &str) -> PathBuf {
    workspace::path(&format!("target/web/{TARGET}/{profile}/{package}.wasm"))
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
        let mut command = self.cargo("build");
        the_browsers_half(&mut command, build);
        command
    }

    /// The rules alone, beside the app and compiled as they are in it.
    pub fn cargo_build_rulings(self) -> Command {
        let mut command = self.cargo_build(AppBuild::Desk);
        command.arg("--package=rulings");
        command
    }

    fn cargo(self, subcommand: &str) -> Command {
        match self {
            Self::Rustup => rustup_cargo(subcommand),
            Self::Debian => debian::cargo(subcommand),
        }
    }

    pub fn cargo_clippy(self) -> Outcome<Command> {
        let mut command = match self {
            Self::Rustup => rustup_cargo("clippy"),
            Self::Debian => debian::cargo_clippy()?,
        };
        the_browsers_half(&mut command, AppBuild::Desk);
        Ok(command)
    }
}

/// The app and, beside it, the scanner.
fn the_browsers_half(command: &mut Command, build: AppBuild) {
    command.args(["--locked", "--package=app", "--package=scanner", "--lib", "--features", build.feature()]);
    command.args(["--profile", build.profile()]);
    command.arg(format!("--target={TARGET}"));
    command.arg("--target-dir").arg(workspace::path("target/web"));
    command.args(STANDARD_LIBRARY);
    // Cargo's own, for its tests: the two builds of the app have names of their own beneath, and neither replaces the other.
    command.env("__CARGO_DEFAULT_LIB_METADATA", "app");
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
