//! Styles and wasm-bindgen's JavaScript without what only their readers need.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Explain, Outcome};
use crate::{npm, process, progress, workspace};

use super::sources;

const ESBUILD: &str = "0.28.2";
/// `docs/browsers.md`: nothing is written in a newer way than these know.
const BROWSERS: &str = "--target=chrome123,edge123,firefox126,safari17.5";

/// The app works without it, only larger; so a missing esbuild is said, not fatal.
pub fn styles(styles: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let smaller = esbuild().and_then(|esbuild| smaller_styles(&esbuild, styles));
    smaller.unwrap_or_else(|failure| {
        progress::say(&format!("going on without esbuild, the styles are larger than they need be: {failure}"));
        styles.clone()
    })
}

fn smaller_styles(esbuild: &Path, styles: &BTreeMap<String, String>) -> Outcome<BTreeMap<String, String>> {
    let (from, to) = (workspace::path("target/web/styles"), workspace::path("target/web/smaller-styles"));
    for folder in [&from, &to] {
        if folder.exists() {
            fs::remove_dir_all(folder).explain(format_args!("clear {}", folder.display()))?;
        }
        fs::create_dir_all(folder).explain(format_args!("create {}", folder.display()))?;
    }
    let mut command = Command::new(esbuild);
    command.args(["--minify", "--log-level=warning", BROWSERS]).arg(format!("--outdir={}", to.display()));
    for (name, css) in styles {
        let path = from.join(name);
        fs::write(&path, css).explain(format_args!("write {}", path.display()))?;
        command.arg(path);
    }
    process::run(&mut command)?;
    let smaller = sources::files_in(&to)?.into_iter();
    Ok(smaller.map(|(name, bytes)| (name, String::from_utf8_lossy(&bytes).into_owned())).collect())
}

/// Makes the module at `path` smaller where it is.
pub fn module(path: &Path) {
    let smaller = path.with_extension("smaller.js");
    let done = esbuild().and_then(|esbuild| {
        let mut command = Command::new(esbuild);
        command.args(["--minify", "--format=esm", "--log-level=warning", BROWSERS]).arg(path);
        process::run(command.arg(format!("--outfile={}", smaller.display())))?;
        fs::rename(&smaller, path).explain("replace the script by its smaller self")
    });
    if let Err(failure) = done {
        progress::say(&format!("going on without esbuild, the app's script is larger than it need be: {failure}"));
    }
}

fn esbuild() -> Outcome<PathBuf> {
    // A folder of its own: npm takes out of a folder what it was not asked for.
    let tools = workspace::path("target/tools/esbuild");
    npm::ensure_package(&tools, "esbuild", ESBUILD)?;
    Ok(tools.join("node_modules/.bin/esbuild"))
}
