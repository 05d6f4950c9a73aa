//! The site: everything a browser downloads, in target/site, rebuilt only when something it is made of changed.

mod engine;
mod fingerprint;
mod layout;
mod publish;
mod sources;
mod styles;
mod template;
mod twins;

use std::fs;

use crate::failure::{Explain, Outcome};
use crate::process::Running;
use crate::toolchain::WebToolchain;
use crate::{progress, workspace};

use fingerprint::Fingerprint;
use sources::Sources;

const COMPILED: &str = "target/web/wasm32-unknown-unknown/wasm-release/app.wasm";
const NOTE: &str = "target/web/site.fingerprint";

pub fn build(toolchain: WebToolchain) -> Outcome {
    progress::step("app, compiled for the browser", || {
        Running::start("app", &mut toolchain.cargo_build())?.finish()
    })?;
    let compiled = fs::read(workspace::path(COMPILED)).explain(format_args!("read {COMPILED}"))?;
    let sources = Sources::read()?;
    let fingerprint = Fingerprint::of([compiled.as_slice(), &sources.bytes(), &recipe()?]);

    let folder = workspace::path("target/site");
    let note = workspace::path(NOTE);
    if published_release().is_some()
        && fs::read_to_string(&note).is_ok_and(|known| known == fingerprint.as_str())
    {
        progress::say("site: nothing changed");
        return Ok(());
    }
    // Until it is complete, nobody may take it for what it was.
    let _ = fs::remove_file(&note);
    progress::step("site", || {
        let engine = engine::make(&compiled)?;
        let site = layout::lay_out(&sources, &engine)?;
        publish::publish(&site, &folder)
    })?;
    fs::write(&note, fingerprint.as_str()).explain(format_args!("write {NOTE}"))
}

/// The name of the release in target/site, once it is all there.
pub fn published_release() -> Option<String> {
    let note = fs::read(workspace::path("target/site").join(layout::RELEASE_NOTE)).ok()?;
    let note: serde_json::Value = serde_json::from_slice(&note).ok()?;
    note["release"].as_str().map(str::to_owned)
}

/// How the site is made is one of the things it is made of.
fn recipe() -> Outcome<Vec<u8>> {
    let mut bytes = Vec::new();
    for (name, content) in sources::files_in(&workspace::path("xtask/src/site"))? {
        bytes.extend_from_slice(name.as_bytes());
        bytes.extend_from_slice(&content);
    }
    Ok(bytes)
}
