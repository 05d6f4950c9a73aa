//! The app as a browser runs it: wasm-bindgen's JavaScript and the WebAssembly, made small by wasm-opt; and the scanner.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use wasm_bindgen_cli_support::Bindgen;

use crate::failure::{Explain, Failure, Outcome};
use crate::site::Effort;
use crate::site::fingerprint::Fingerprint;
use crate::site::minify;
use crate::{npm, process, progress, workspace};

const BINARYEN: &str = "132.0.0";
/// What rustc's WebAssembly uses by default.
const FEATURES: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Without the limit `-Oz` inlines every function that has one caller, which saves bytes of wasm and costs a tenth more after
/// brotli.
///
/// Without the alignments, which no browser heeds, and as flat code: more of it turns out to be the same. The first saves half a
/// percent of the download.
const APP_PASSES: [&str; 8] = [
    "--dealign",
    "--flatten",
    "--rereloop",
    "-Oz",
    "-Oz",
    "--gufa-optimizing",
    "-Oz",
    "--one-caller-inline-max-function-size=20",
];
/// JavaScript reads Rust's streams by these; the app has none, and what is exported is kept with all that it calls.
const UNUSED_EXPORTS: &str = "intounderlying";
/// Every frame of the camera waits for it.
const SCANNER_PASSES: [&str; 1] = ["-O3"];

#[derive(Default)]
pub struct Engine {
    /// What everybody opens first.
    pub app: Bound,
    /// The same with the managers' pages.
    pub desk: Bound,
    /// Needs no JavaScript but the worker's.
    pub scanner: Vec<u8>,
}

/// A build of the app as wasm-bindgen leaves it.
#[derive(Default)]
pub struct Bound {
    pub script: String,
    pub wasm: Vec<u8>,
    /// JavaScript that crates bring along, by its path below `snippets/`.
    pub snippets: BTreeMap<String, Vec<u8>>,
}

pub fn make(app: &[u8], desk: &[u8], scanner: &[u8], effort: Effort) -> Outcome<Engine> {
    let folder = workspace::path("target/web/engine");
    // A change of style alone must not cost the time that this takes; this file is part of how it is made.
    let note = folder.join("made-from");
    let made_from = Fingerprint::of([app, desk, scanner, include_bytes!("engine.rs").as_slice(), &[effort as u8]]);
    if fs::read_to_string(&note).is_ok_and(|known| known == made_from.as_str()) {
        return read(&folder);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).explain("clear target/web/engine")?;
    }
    progress::step("wasm-bindgen", || bind(app, &folder.join("app")).and_then(|()| bind(desk, &folder.join("desk"))))?;
    fs::write(folder.join("scanner.wasm"), scanner).explain("write target/web/engine/scanner.wasm")?;
    match effort {
        Effort::Full => {
            // First, and alone: it installs what the others use.
            shrink(&folder.join("scanner.wasm"), &SCANNER_PASSES);
            std::thread::scope(|both| {
                both.spawn(|| shrink(&folder.join("desk/app_bg.wasm"), &APP_PASSES));
                shrink(&folder.join("app/app_bg.wasm"), &APP_PASSES);
            });
            for build in ["app", "desk"] {
                minify::module(&folder.join(build).join("app.js"));
            }
        }
        Effort::Quick => {
            progress::say("to be tried soon the app is not made small; `cargo xtask build` and `test` do it")
        }
    }
    fs::write(&note, made_from.as_str()).explain("write target/web/engine/made-from")?;
    read(&folder)
}

fn bind(compiled: &[u8], folder: &Path) -> Outcome {
    let mut bindgen = Bindgen::new();
    bindgen.input_bytes("app", compiled.to_vec());
    bindgen.web(true).explain("run wasm-bindgen")?;
    bindgen.typescript(false).omit_default_module_path(true).remove_producers_section(true);
    let mut output = bindgen.generate_output().map_err(|error| format!("{error:#}")).explain("run wasm-bindgen")?;
    // What it calls the imports is long and full of hashes, which cost 2 % of the download in two places.
    let mut names = vec![];
    for (n, import) in output.wasm_mut().imports.iter_mut().enumerate() {
        names.push((std::mem::replace(&mut import.name, short_name(n)), import.name.clone()));
    }
    let exports = &mut output.wasm_mut().exports;
    let unused = exports.iter().filter(|export| export.name.contains(UNUSED_EXPORTS)).map(|export| export.id());
    for export in unused.collect::<Vec<_>>() {
        exports.delete(export);
    }
    output.emit(folder).map_err(|error| format!("{error:#}")).explain("write what wasm-bindgen made")?;
    let script = folder.join("app.js");
    let text = fs::read_to_string(&script).explain("read wasm-bindgen's script")?;
    fs::write(&script, with_short_names(&text, &names)?).explain("write wasm-bindgen's script")
}

/// a, b … z, aa, ba …
fn short_name(n: usize) -> String {
    let letter = char::from(b'a' + u8::try_from(n % 26).expect("a letter's number is small"));
    let rest = (n / 26).checked_sub(1).map(short_name).unwrap_or_default();
    format!("{letter}{rest}")
}

/// The script gives each import as `name: function …`, once.
fn with_short_names(script: &str, names: &[(String, String)]) -> Outcome<String> {
    let short: BTreeMap<&str, &str> = names.iter().map(|(long, short)| (long.as_str(), short.as_str())).collect();
    let mut renamed = 0;
    let lines = script.lines().map(|line| {
        let (indent, rest) = line.split_at(line.len() - line.trim_start().len());
        let given = rest.split_once(": ").and_then(|(name, given)| Some((short.get(name)?, given)));
        match given {
            Some((name, given)) => {
                renamed += 1;
                format!("{indent}{name}: {given}\n")
            }
            None => format!("{line}\n"),
        }
    });
    let script: String = lines.collect();
    if renamed == short.len() {
        return Ok(script);
    }
    Err(Failure::new(format!(
        "wasm-bindgen's script gives {renamed} of {} imports in a way that is known",
        short.len()
    )))
}

/// The app works without it, only larger; so a missing wasm-opt is said, not fatal.
fn shrink(wasm: &Path, passes: &[&str]) {
    let tools = workspace::path("target/tools");
    let shrunk = npm::ensure_package(&tools, "binaryen", BINARYEN).and_then(|()| {
        progress::step(&format!("wasm-opt, {}", workspace::shown(wasm)), || {
            // Beside the original, which stays whole if this fails.
            let smaller = wasm.with_extension("smaller");
            let mut wasm_opt = Command::new(tools.join("node_modules/.bin/wasm-opt"));
            process::run(wasm_opt.args(passes).args(FEATURES).arg(wasm).arg("-o").arg(&smaller))?;
            fs::rename(&smaller, wasm).explain("replace the WebAssembly by its smaller self")
        })
    });
    if let Err(failure) = shrunk {
        progress::say(&format!("going on without wasm-opt, the app is larger than it need be: {failure}"));
    }
}

fn read(folder: &Path) -> Outcome<Engine> {
    let read = |name: &str| fs::read(folder.join(name)).explain(format_args!("read target/web/engine/{name}"));
    let bound = |build: &str| {
        let mut snippets = BTreeMap::new();
        collect(&folder.join(build).join("snippets"), "", &mut snippets)?;
        let script = String::from_utf8_lossy(&read(&format!("{build}/app.js"))?).into_owned();
        Ok(Bound { script, wasm: read(&format!("{build}/app_bg.wasm"))?, snippets })
    };
    Ok(Engine { app: bound("app")?, desk: bound("desk")?, scanner: read("scanner.wasm")? })
}

fn collect(folder: &Path, prefix: &str, into: &mut BTreeMap<String, Vec<u8>>) -> Outcome {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder).explain(format_args!("list {}", folder.display()))? {
        let path = entry.explain(format_args!("list {}", folder.display()))?.path();
        let name = format!("{prefix}{}", path.file_name().unwrap_or_default().to_string_lossy());
        if path.is_dir() {
            collect(&path, &format!("{name}/"), into)?;
        } else {
            into.insert(name, fs::read(&path).explain(format_args!("read {}", path.display()))?);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_have_short_names_of_which_no_two_are_the_same() {
        let names: std::collections::BTreeSet<String> = (0..2_000).map(short_name).collect();
        assert_eq!(
            (names.len(), short_name(0), short_name(25), short_name(26)),
            (2_000, "a".into(), "z".into(), "aa".into())
        );
        assert!(names.iter().all(|name| name.len() <= 3));
    }

    #[test]
    fn an_import_is_renamed_where_it_is_given_and_nowhere_else() {
        let names = [("__wbg_now_12".to_owned(), "a".to_owned())];
        let script = "// __wbg_now_12: no\n    __wbg_now_12: function() {\n        return now;\n";
        let renamed = with_short_names(script, &names).expect("it is given");
        assert_eq!(renamed, "// __wbg_now_12: no\n    a: function() {\n        return now;\n");
    }

    #[test]
    fn a_script_that_gives_its_imports_otherwise_is_not_taken() {
        let names = [("__wbg_now_12".to_owned(), "a".to_owned())];
        assert!(with_short_names("imports.__wbg_now_12 = now;", &names).is_err());
    }
}
