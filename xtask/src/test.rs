//! `cargo xtask test`: every stage in order, stopping at the first that fails; the site is made beside the first two.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::ValueEnum;

use crate::failure::{Explain, Outcome};
use crate::process::Running;
use crate::program::{self, Profile};
use crate::site::Effort;
use crate::toolchain::{WebToolchain, native_cargo, rulings};
use crate::{npm, packages, process, progress, simulate, site, workspace};

const BROWSER_TESTS: &str = "end2end";

#[derive(clap::Args)]
pub struct Test {
    /// Run only this stage
    #[arg(long, value_name = "NAME")]
    only: Option<Stage>,
    /// With `--only browser`: what Playwright is told, such as `specs/scan.spec.ts`
    #[arg(last = true, requires = "only", value_name = "PLAYWRIGHT")]
    more: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Stage {
    /// `cargo test` for every crate
    Native,
    /// Devices and server through every fault, from 3,000 seeds
    Simulated,
    /// Everything that is compiled for the browser
    Site,
    /// The real server in a real browser
    Browser,
}

impl Test {
    pub fn run(self) -> Outcome {
        match self.only {
            Some(stage) => stage.step(&self.more),
            None => all(),
        }
    }
}

/// The site is one long chain of steps that each keep one core busy: it is compiled beside the first two stages, with what the
/// native tests leave of the processor, and before the simulator, which fills whatever is left.
fn all() -> Outcome {
    ensure_postgres()?;
    let site = Running::start("site", &mut with_niceness(10, Stage::Site)?)?;
    Stage::Native.step(&[])?;
    process::run(&mut with_niceness(19, Stage::Simulated)?)?;
    progress::step("what is left of the site", || site.finish())?;
    Stage::Browser.step(&[])
}

fn with_niceness(niceness: u8, stage: Stage) -> Outcome<Command> {
    let xtask = std::env::current_exe().explain("find xtask itself")?;
    let name = stage.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    let mut command = Command::new("nice");
    command.arg("-n").arg(niceness.to_string()).arg(xtask).args(["test", "--only", &name]);
    Ok(command)
}

impl Stage {
    fn step(self, more: &[String]) -> Outcome {
        progress::step(self.heading(), || self.run(more))
    }

    fn heading(self) -> &'static str {
        match self {
            Self::Native => "== native tests",
            Self::Simulated => "== simulated faults",
            Self::Site => "== the site",
            Self::Browser => "== browser tests",
        }
    }

    fn run(self, more: &[String]) -> Outcome {
        match self {
            Self::Native => native(),
            Self::Simulated => simulate::stage(),
            Self::Site => site(),
            Self::Browser => browser(more),
        }
    }
}

fn ensure_postgres() -> Outcome {
    if postgres_is_installed() { Ok(()) } else { packages::ensure(&["postgresql"], "test against PostgreSQL") }
}

fn native() -> Outcome {
    native_with(&[])
}

/// `options` are cargo's.
pub fn native_with(options: &[&str]) -> Outcome {
    ensure_postgres()?;
    program::ensure_site_folder()?;
    // Each with the features that it is compiled with otherwise: xtask's were here before the tests began.
    process::run(program::tell_release(
        native_cargo("test").args(["--locked", "--workspace", "--exclude=xtask"]).args(options),
    ))?;
    process::run(native_cargo("test").args(["--locked", "--package=xtask"]).args(options))
}

fn site() -> Outcome {
    let toolchain = WebToolchain::find()?;
    process::run(&mut toolchain.cargo_build_rulings())?;
    site::build(toolchain, Effort::Full)
}

fn browser(more: &[String]) -> Outcome {
    let program = prepare_browser()?;
    process::run(&mut playwright(&program, &more.iter().map(String::as_str).collect::<Vec<_>>()))
}

/// Everything that the browser tests need; the path of the program that they start.
pub fn prepare_browser() -> Outcome<PathBuf> {
    progress::step("rulings, for the browser and from here", prepare_rulings)?;
    prepare_playwright(Profile::Tested)
}

/// What `specs/rulings.spec.ts` compares: the rules as the browser runs them, and how they rule here.
fn prepare_rulings() -> Outcome {
    let folder = workspace::path("target/rulings");
    fs::create_dir_all(&folder).explain("create target/rulings")?;
    process::run(&mut WebToolchain::find()?.cargo_build_rulings())?;
    fs::copy(rulings(), folder.join("rulings.wasm")).explain("copy the compiled rules")?;
    simulate::write_rulings(&folder.join("rulings.jsonl"))
}

/// Times are measured apart from the tests, of what is shipped: a noisy machine fails nothing.
pub fn bench() -> Outcome {
    let bare = ["--locked", "--package=server", "--example=bare_transactions", "--release"];
    program::ensure_site_folder()?;
    progress::step("what it is compared with", || process::run(native_cargo("build").args(bare)))?;
    process::run(&mut playwright(&prepare_playwright(Profile::Release)?, &["--config", "measures.config.ts"]))
}

/// The README's pictures, of the app as it is.
pub fn tour() -> Outcome {
    process::run(&mut playwright(&prepare_playwright(Profile::Tested)?, &["--config", "tour.config.ts"]))
}

fn prepare_playwright(profile: Profile) -> Outcome<PathBuf> {
    ensure_chromium()?;
    packages::ensure(&["fonts-noto-cjk"], "see Chinese text in the browser tests")?;
    packages::ensure(&["openssl", "libnss3-tools"], "make and trust the certificate of the HTTPS tests")?;
    if !process::is_on_path("node") || !process::is_on_path("npm") {
        packages::ensure(&["nodejs", "npm"], "drive the browser")?;
    }
    npm::ensure_lockfile(&workspace::path(BROWSER_TESTS))?;
    program::build(profile, Effort::Full)
}

pub fn playwright(program: &Path, more: &[&str]) -> Command {
    let mut command = Command::new("npx");
    command
        .args(["--no-install", "playwright", "test"])
        .args(more)
        .current_dir(workspace::path(BROWSER_TESTS))
        .env("LAMPLIGHTER_BIN", program)
        .env("LAMPLIGHTER_BARE", workspace::path("target/release/examples/bare_transactions"));
    command
}

/// Where the one without windows cannot be had, the whole one does for both.
fn ensure_chromium() -> Outcome {
    match packages::ensure(&["chromium", "chromium-headless-shell"], "test in a browser") {
        Err(failure) if Path::new("/usr/bin/chromium").exists() => {
            progress::say(&format!("every test opens the whole Chromium, which takes longer: {failure}"));
            Ok(())
        }
        ensured => ensured,
    }
}

/// On the path, or where Debian keeps one folder per version.
fn postgres_is_installed() -> bool {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let holds_both = |folder: &Path| ["initdb", "pg_ctl"].iter().all(|name| folder.join(name).is_file());
    ["initdb", "pg_ctl"].iter().all(|name| process::is_on_path(name))
        || versions.into_iter().any(|version| holds_both(&version.path().join("bin")))
}
