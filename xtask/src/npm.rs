//! npm: packages at pinned versions, quietly.

use std::path::Path;
use std::process::Command;

use crate::failure::{Explain, Failure, Outcome};
use crate::{process, progress};

/// Installs one package into `folder` unless that very version is there already.
pub fn ensure_package(folder: &Path, package: &str, version: &str) -> Outcome {
    if installed_version(folder, package).is_some_and(|installed| installed == version) {
        return Ok(());
    }
    if !process::is_on_path("npm") {
        return Err(Failure::new("npm is not installed"));
    }
    std::fs::create_dir_all(folder).explain(format_args!("create {}", folder.display()))?;
    progress::say(&format!("installing {package} {version} with npm …"));
    process::run(npm("install").arg("--no-save").arg("--prefix").arg(folder).arg(format!("{package}@{version}")))
}

/// Installs what `folder`'s package-lock.json lists, unless that was done already.
pub fn ensure_lockfile(folder: &Path) -> Outcome {
    let wanted = std::fs::read(folder.join("package-lock.json")).explain("read package-lock.json")?;
    let note = folder.join("node_modules/.installed-package-lock.json");
    if std::fs::read(&note).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    progress::say("installing the browser tests' packages with npm …");
    process::run(npm("ci").current_dir(folder))?;
    std::fs::write(&note, wanted).explain(format_args!("write {}", note.display()))
}

fn npm(subcommand: &str) -> Command {
    let mut npm = Command::new("npm");
    npm.args([subcommand, "--no-audit", "--no-fund", "--loglevel=error"]);
    npm
}

fn installed_version(folder: &Path, package: &str) -> Option<String> {
    let manifest = std::fs::read(folder.join("node_modules").join(package).join("package.json")).ok()?;
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).ok()?;
    manifest["version"].as_str().map(str::to_owned)
}
