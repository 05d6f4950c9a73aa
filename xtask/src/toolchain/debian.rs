//! Debian's compiler for the browser: packages that carry the standard library as source.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::failure::{Explain, Failure, Outcome};
use crate::toolchain::environment;
use crate::{packages, workspace};

const PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm"];
const CLIPPY: &str = "rust-web-clippy";
const LINKER: &str = "/usr/bin/rust-lld";

pub fn is_installed() -> bool {
    packages::are_installed(&PACKAGES) && Path::new(LINKER).exists()
}

pub fn install() -> Outcome {
    let installed = packages::ensure(&PACKAGES, "compile for the browser").and_then(|()| install_linker());
    installed.map_err(|failure| {
        let packages = PACKAGES.join(" ");
        Failure::new(format!(
            "nothing here can compile for the browser; \
             run `rustup component add rust-src` or install {packages} ({failure})",
        ))
    })
}

pub fn cargo(subcommand: &str) -> Command {
    start_with("/usr/bin/cargo", subcommand)
}

pub fn cargo_clippy() -> Outcome<Command> {
    packages::ensure(&[CLIPPY], "check the browser's code")?;
    // Called by its own name: `cargo clippy` would take rustup's clippy if that comes first on the path.
    Ok(start_with("/usr/bin/cargo-clippy", "clippy"))
}

/// rust-lld is a link to a versioned lld, whose package has the link's name and is not a dependency.
fn install_linker() -> Outcome {
    if Path::new(LINKER).exists() {
        return Ok(());
    }
    let target = fs::read_link(LINKER).explain(format_args!("follow {LINKER}"))?;
    let package = target.file_name().unwrap_or_default().to_string_lossy();
    packages::ensure(&[&package], "link for the browser")
}

/// Debian's tools must not meet rustup's: an inherited variable would mix the two compilers.
fn start_with(program: &str, subcommand: &str) -> Command {
    let mut command = Command::new(program);
    environment::forget(&mut command, environment::is_about_a_toolchain);
    command
        .current_dir(workspace::root())
        .env("CARGO", "/usr/bin/cargo")
        .env("RUSTC", "/usr/bin/rustc")
        .env("RUSTC_BOOTSTRAP", "1")
        .arg(subcommand);
    command
}
