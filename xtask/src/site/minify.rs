//! The style sheet and the scripts without what only their readers need.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Explain, Outcome};
use crate::{npm, process, progress, workspace};

const ESBUILD: &str = "0.28.2";
/// `docs/browsers.md`: nothing is written in a newer way than these know.
const BROWSERS: &str = "--target=chrome123,edge123,firefox126,safari17.5";

pub fn style(css: &str) -> String {
    smaller_text("style.css", css, &["--minify", BROWSERS])
}

/// A script that also browsers run which are too old for the app: it stays written as it is, without blanks and comments.
pub fn boot(script: &str) -> String {
    smaller_text("boot.js", script, &["--minify-whitespace"])
}

/// Makes the module at `path` smaller where it is.
pub fn module(path: &Path) {
    let smaller = path.with_extension("smaller.js");
    let done = esbuild(path, &smaller, &["--minify", "--format=esm", BROWSERS])
        .and_then(|()| fs::rename(&smaller, path).explain("replace the script by its smaller self"));
    if let Err(failure) = done {
        say_that_it_stays(failure);
    }
}

fn smaller_text(name: &str, text: &str, options: &[&str]) -> String {
    let (from, to) = (workspace::path("target/web").join(name), workspace::path("target/web/smaller").join(name));
    let done = fs::write(&from, text).explain(format_args!("write {}", from.display())).and_then(|()| {
        esbuild(&from, &to, options)?;
        fs::read_to_string(&to).explain(format_args!("read {}", to.display()))
    });
    done.unwrap_or_else(|failure| {
        say_that_it_stays(failure);
        text.to_owned()
    })
}

/// The app works without it, only larger; so a missing esbuild is said, not fatal.
fn say_that_it_stays(failure: impl std::fmt::Display) {
    progress::say(&format!("going on without esbuild, the app is larger than it need be: {failure}"));
}

fn esbuild(from: &Path, to: &Path, options: &[&str]) -> Outcome {
    let mut command = Command::new(installed()?);
    command.args(options).arg("--log-level=warning").arg(from).arg(format!("--outfile={}", to.display()));
    process::run(&mut command)
}

fn installed() -> Outcome<PathBuf> {
    // A folder of its own: npm takes out of a folder what it was not asked for.
    let tools = workspace::path("target/tools/esbuild");
    npm::ensure_package(&tools, "esbuild", ESBUILD)?;
    Ok(tools.join("node_modules/.bin/esbuild"))
}
