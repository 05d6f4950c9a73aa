//! Which file has which name and content: pure, from sources and engine to the finished site.

use std::collections::BTreeMap;

use crate::failure::Outcome;
use crate::site::engine::{Bound, Engine};
use crate::site::fingerprint::Fingerprint;
use crate::site::sources::Sources;
use crate::site::{styles, template};

/// Its presence means that the site is complete; the sizes are added when they are known.
pub const RELEASE_NOTE: &str = "release.json";

/// A site without its compressed twins. Paths have no leading slash.
pub struct Site {
    pub release: Fingerprint,
    pub files: BTreeMap<String, Vec<u8>>,
    /// What a browser needs to open the app for the first time.
    pub first_open: Vec<String>,
}

pub fn lay_out(sources: &Sources, engine: &Engine) -> Outcome<Site> {
    let mut files = BTreeMap::new();
    let (app, wasm) = keep_build(&mut files, "assets/app", &engine.app);
    let (desk, desk_wasm) = keep_build(&mut files, "assets/desk", &engine.desk);
    let style = keep(&mut files, "assets/app", "css", styles::joined(&sources.styles));
    let desk_style = keep(&mut files, "assets/desk", "css", styles::joined(&sources.desk_styles));
    let boot = template::fill(
        &sources.boot,
        &[
            ("app", &url(&app)),
            ("wasm", &url(&wasm)),
            ("desk", &url(&desk)),
            ("desk-wasm", &url(&desk_wasm)),
            ("desk-style", &url(&desk_style)),
        ],
    )?;
    let boot = keep(&mut files, "assets/boot", "js", boot);
    let scanner = keep(&mut files, "assets/scanner", "wasm", engine.scanner.clone());
    let scanner_worker = template::fill(&sources.scanner_worker, &[("scanner", &url(&scanner))])?;
    let scanner_worker = keep(&mut files, "assets/scanner-worker", "js", scanner_worker);
    files.extend(sources.public.clone());

    let release = release(&files, sources);
    let shell = template::fill(
        &sources.shell,
        &[
            ("release", release.as_str()),
            ("style", &url(&style)),
            ("boot", &url(&boot)),
            ("scanner-worker", &url(&scanner_worker)),
        ],
    )?;
    let precache = precache(files.keys());
    let worker = template::fill(&sources.worker, &[("release", release.as_str()), ("precache", &precache)])?;
    files.insert("index.html".into(), shell.into());
    files.insert("service-worker.js".into(), worker.into());

    let first_open = vec!["index.html".to_owned(), style, boot, app, wasm];
    Ok(Site { release, files, first_open })
}

/// What the service worker stores before it says it is ready: the shell as `/`, and every file below it.
fn precache<'a>(paths: impl Iterator<Item = &'a String>) -> String {
    let mut urls = vec!["/".to_owned()];
    urls.extend(paths.map(|path| url(path)));
    urls.join(" ")
}

/// The release's name covers all that a browser receives, also the templates that will carry the name.
fn release(files: &BTreeMap<String, Vec<u8>>, sources: &Sources) -> Fingerprint {
    let files = files.iter().flat_map(|(path, content)| [path.as_bytes(), content.as_slice()]);
    Fingerprint::of(files.chain([sources.shell.as_bytes(), sources.worker.as_bytes()]))
}

/// Puts a build of the app with what it imports in its place, and says the names of its script and its WebAssembly.
fn keep_build(files: &mut BTreeMap<String, Vec<u8>>, stem: &str, build: &Bound) -> (String, String) {
    let (script, snippets) = script_with_snippets(build);
    files.extend(snippets);
    (keep(files, stem, "js", script), keep(files, stem, "wasm", build.wasm.clone()))
}

/// Puts the content under a name that changes with it, and says the name.
fn keep(files: &mut BTreeMap<String, Vec<u8>>, stem: &str, extension: &str, content: impl Into<Vec<u8>>) -> String {
    let content = content.into();
    let path = format!("{stem}-{}.{extension}", Fingerprint::of([content.as_slice()]));
    files.insert(path.clone(), content);
    path
}

/// The script imports `./snippets/…`; that folder too gets a name that changes with its content.
fn script_with_snippets(engine: &Bound) -> (String, BTreeMap<String, Vec<u8>>) {
    let bytes = engine.snippets.iter().flat_map(|(path, content)| [path.as_bytes(), content.as_slice()]);
    let folder = format!("snippets-{}", Fingerprint::of(bytes));
    let script = engine.script.replace("./snippets/", &format!("./{folder}/"));
    let snippets = engine.snippets.iter().map(|(path, content)| (format!("assets/{folder}/{path}"), content.clone()));
    (script, snippets.collect())
}

fn url(path: &str) -> String {
    format!("/{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources() -> Sources {
        Sources {
            shell: "{{release}} {{style}} {{boot}} {{scanner-worker}}".into(),
            boot: "{{app}} {{wasm}} {{desk}} {{desk-wasm}} {{desk-style}}".into(),
            worker: "{{release}}|{{precache}}".into(),
            scanner_worker: "{{scanner}}".into(),
            public: BTreeMap::from([("icon.svg".to_owned(), b"<svg/>".to_vec())]),
            styles: BTreeMap::new(),
            desk_styles: BTreeMap::new(),
        }
    }

    fn engine() -> Engine {
        let build =
            |wasm: &[u8]| Bound { script: "import './x'".into(), wasm: wasm.to_vec(), snippets: BTreeMap::new() };
        Engine { app: build(b"\0asm"), desk: build(b"\0asm desk"), scanner: b"\0asm scanner".to_vec() }
    }

    fn site(sources: &Sources, engine: &Engine) -> Site {
        lay_out(sources, engine).expect("the templates have a place for everything")
    }

    fn text(site: &Site, path: &str) -> String {
        String::from_utf8(site.files[path].clone()).expect("the file is text")
    }

    fn path(site: &Site, start: &str, end: &str) -> String {
        let fits = |path: &&String| path.starts_with(start) && path.ends_with(end);
        site.files.keys().find(fits).expect("the site has such a file").clone()
    }

    #[test]
    fn the_worker_precaches_the_shell_and_every_file_but_itself() {
        let site = site(&sources(), &engine());
        let worker = text(&site, "service-worker.js");
        let urls: Vec<_> = worker.split_once('|').expect("the template has a bar").1.split(' ').collect();
        let mut expected = vec!["/".to_owned()];
        expected.extend(
            site.files
                .keys()
                .filter(|path| !["index.html", "service-worker.js"].contains(&path.as_str()))
                .map(|path| url(path)),
        );
        assert_eq!(urls, expected);
    }

    #[test]
    fn a_new_style_renames_the_style_and_the_release_but_not_the_app() {
        let before = site(&sources(), &engine());
        let mut restyled = sources();
        restyled.styles.insert("card.css".into(), ".card {}".into());
        let after = site(&restyled, &engine());
        assert_ne!(path(&before, "assets/app-", ".css"), path(&after, "assets/app-", ".css"));
        assert_ne!(before.release, after.release);
        assert_eq!(path(&before, "assets/app-", ".wasm"), path(&after, "assets/app-", ".wasm"));
        assert_eq!(path(&before, "assets/boot-", ".js"), path(&after, "assets/boot-", ".js"));
    }

    #[test]
    fn a_new_worker_or_shell_is_a_new_release() {
        let before = site(&sources(), &engine()).release;
        for change in
            [|sources: &mut Sources| sources.worker.push(' '), |sources: &mut Sources| sources.shell.push(' ')]
        {
            let mut changed = sources();
            change(&mut changed);
            assert_ne!(site(&changed, &engine()).release, before);
        }
    }

    #[test]
    fn the_shell_carries_the_release_that_the_worker_expects() {
        let site = site(&sources(), &engine());
        assert!(text(&site, "index.html").starts_with(site.release.as_str()));
        assert!(text(&site, "service-worker.js").starts_with(site.release.as_str()));
    }

    #[test]
    fn the_scanner_is_kept_for_offline_use_and_is_no_part_of_the_first_open() {
        let site = site(&sources(), &engine());
        let worker = path(&site, "assets/scanner-worker-", ".js");
        let wasm = path(&site, "assets/scanner-", ".wasm");
        assert!(text(&site, "index.html").contains(&worker));
        assert_eq!(text(&site, &worker), url(&wasm));
        for file in [worker, wasm] {
            assert!(text(&site, "service-worker.js").contains(&file), "{file}");
            assert!(!site.first_open.contains(&file), "{file}");
        }
    }

    #[test]
    fn a_crates_snippet_is_imported_from_a_folder_named_by_content() {
        let mut engine = engine();
        engine.app.script = "import { a } from './snippets/crate-1/inline0.js';".into();
        engine.app.snippets.insert("crate-1/inline0.js".into(), b"export const a = 1".to_vec());
        let site = site(&sources(), &engine);
        let snippet = path(&site, "assets/snippets-", "/crate-1/inline0.js");
        let script = text(&site, &path(&site, "assets/app-", ".js"));
        assert!(script.contains(&snippet.replacen("assets", "from '.", 1)), "{script}");
    }
}
