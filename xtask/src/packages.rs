//! Debian packages that a task needs: installed only when missing, and said aloud.

use std::process::Command;
use std::sync::Once;

use crate::failure::{Explain, Failure, Outcome};
use crate::{process, progress};

/// `purpose` completes the sentence "needed to …".
pub fn ensure(packages: &[&str], purpose: &str) -> Outcome {
    let missing: Vec<&str> = packages.iter().copied().filter(|package| !is_installed(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    // All are named: those which are here must agree with those that come.
    let list = packages.join(" ");
    if !process::is_on_path("apt-get") {
        return Err(Failure::new(format!("{list} must be installed to {purpose}, and there is no apt-get to do it")));
    }
    progress::say(&format!("installing {list} with apt-get (needed to {purpose}) …"));
    refresh_lists();
    process::run(apt_get().args(["install", "-y", "-qq", "--no-install-recommends"]).args(packages))
        .explain(format_args!("install {list}, needed to {purpose}"))
}

pub fn are_installed(packages: &[&str]) -> bool {
    packages.iter().all(|package| is_installed(package))
}

fn is_installed(package: &str) -> bool {
    process::answer(Command::new("dpkg-query").args(["-W", "-f=${db:Status-Status}", package]))
        .is_some_and(|status| status == "installed")
}

fn refresh_lists() {
    static REFRESHED: Once = Once::new();
    // A list that cannot be refreshed may still be good enough: the installation decides.
    REFRESHED.call_once(|| {
        let _ = process::run(apt_get().args(["update", "-qq"]));
    });
}

fn apt_get() -> Command {
    let mut command = if is_root() {
        Command::new("apt-get")
    } else {
        let mut sudo = Command::new("sudo");
        sudo.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]);
        sudo
    };
    command.env("DEBIAN_FRONTEND", "noninteractive").args(["-o", "DPkg::Lock::Timeout=120", "-o", "Dpkg::Use-Pty=0"]);
    command
}

fn is_root() -> bool {
    process::answer(Command::new("id").arg("-u")).is_some_and(|id| id == "0")
}
