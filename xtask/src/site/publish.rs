//! Writing the site into its folder: whole files only, unchanged files untouched, nothing stale left.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::thread;

use serde_json::{Value, json};

use crate::failure::{Explain, Outcome};
use crate::progress;
use crate::site::Effort;
use crate::site::layout::{RELEASE_NOTE, Site};
use crate::site::twins::{self, Twins};

pub fn publish(site: &Site, folder: &Path, effort: Effort) -> Outcome {
    let twins = progress::step("compressing", || Ok(twins_of(site, folder, effort)))?;
    let note = release_note(site, &twins);
    let mut files: BTreeMap<String, &[u8]> = BTreeMap::new();
    for (path, content) in &site.files {
        files.insert(path.clone(), content);
    }
    for (path, twins) in &twins {
        files.insert(format!("{path}.br"), &twins.brotli);
        files.insert(format!("{path}.gz"), &twins.gzip);
    }
    files.insert(RELEASE_NOTE.to_owned(), note.as_bytes());
    write(&files, folder)
}

/// Compressing takes long enough to keep what was compressed before.
fn twins_of(site: &Site, folder: &Path, effort: Effort) -> BTreeMap<String, Twins> {
    thread::scope(|scope| {
        let work: Vec<_> = site
            .files
            .iter()
            .map(|(path, content)| {
                (path, scope.spawn(|| kept_twins(path, content, folder).or_else(|| twins::of(path, content, effort))))
            })
            .collect();
        let done = work
            .into_iter()
            .filter_map(|(path, twins)| Some((path.clone(), twins.join().expect("compression does not panic")?)));
        done.collect()
    })
}

/// Only where the name says the content: another file's twins could be left from an interrupted run.
fn kept_twins(path: &str, content: &[u8], folder: &Path) -> Option<Twins> {
    let kept = |suffix: &str| fs::read(folder.join(format!("{path}{suffix}"))).ok();
    (path.starts_with("assets/") && kept("")? == content).then_some(())?;
    Some(Twins { brotli: kept(".br")?, gzip: kept(".gz")? })
}

/// For people and for the server: the release's name, and what each file weighs in bytes.
fn release_note(site: &Site, twins: &BTreeMap<String, Twins>) -> String {
    let weight = |path: &String| {
        let raw = site.files[path].len();
        let (gzip, brotli) = twins.get(path).map_or((raw, raw), |twins| (twins.gzip.len(), twins.brotli.len()));
        (raw, gzip, brotli)
    };
    let asset = |path: &String| {
        let (raw, gzip, brotli) = weight(path);
        json!({ "path": path, "raw": raw, "gzip": gzip, "brotli": brotli })
    };
    let (raw, gzip, brotli) =
        site.first_open.iter().map(weight).fold((0, 0, 0), |sum, it| (sum.0 + it.0, sum.1 + it.1, sum.2 + it.2));
    let note = json!({
        "release": site.release.as_str(),
        "first_open": { "raw": raw, "gzip": gzip, "brotli": brotli },
        "assets": site.files.keys().map(asset).collect::<Vec<Value>>(),
    });
    format!("{note:#}\n")
}

/// Names that no other file leads to go last, so that a reader never finds a shell without its assets.
const LAST: [&str; 3] = ["index.html", "service-worker.js", RELEASE_NOTE];

fn write(files: &BTreeMap<String, &[u8]>, folder: &Path) -> Outcome {
    let is_last = |path: &str| LAST.iter().any(|last| path.starts_with(last));
    let (last, first): (Vec<_>, Vec<_>) = files.iter().partition(|(path, _)| is_last(path));
    for (path, content) in first.into_iter().chain(last) {
        put(&folder.join(path), content)?;
    }
    let wanted: BTreeSet<&str> = files.keys().map(String::as_str).collect();
    remove_all_but(&wanted, folder, "")
}

/// A file is there in full or not at all, and keeps its time if its content stays.
fn put(path: &Path, content: &[u8]) -> Outcome {
    if fs::read(path).is_ok_and(|known| known == content) {
        return Ok(());
    }
    let attempt = format!("write {}", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).explain(&attempt)?;
    }
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".unfinished");
    fs::write(&unfinished, content).explain(&attempt)?;
    fs::rename(&unfinished, path).explain(&attempt)
}

fn remove_all_but(wanted: &BTreeSet<&str>, folder: &Path, prefix: &str) -> Outcome {
    let attempt = format!("clear {}", folder.display());
    for entry in fs::read_dir(folder).explain(&attempt)? {
        let path = entry.explain(&attempt)?.path();
        let name = format!("{prefix}{}", path.file_name().unwrap_or_default().to_string_lossy());
        if path.is_dir() {
            remove_all_but(wanted, &path, &format!("{name}/"))?;
        } else if !wanted.contains(name.as_str()) {
            fs::remove_file(&path).explain(&attempt)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn published(files: &[(&str, &str)], folder: &Path) {
        let files = files.iter().map(|(path, content)| (path.to_string(), content.as_bytes())).collect();
        write(&files, folder).expect("a temporary folder is writable");
    }

    fn modified(path: &Path) -> std::time::SystemTime {
        fs::metadata(path).and_then(|it| it.modified()).expect("the file is there")
    }

    #[test]
    fn twins_are_kept_only_where_the_name_says_the_content() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let folder = folder.path();
        for path in ["index.html", "assets/a-1.js"] {
            published(&[(path, "lamp"), (&format!("{path}.br"), "b"), (&format!("{path}.gz"), "g")], folder);
            assert_eq!(kept_twins(path, b"lamp", folder).is_some(), path == "assets/a-1.js", "{path}");
        }
    }

    #[test]
    fn an_unchanged_file_is_not_touched_and_a_stale_one_goes() {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let folder = folder.path();
        published(&[("assets/a.js", "a"), ("assets/b.js", "b"), ("index.html", "1")], folder);
        let before = modified(&folder.join("assets/a.js"));
        published(&[("assets/a.js", "a"), ("index.html", "2")], folder);
        assert_eq!(modified(&folder.join("assets/a.js")), before);
        assert!(!folder.join("assets/b.js").exists());
        assert_eq!(fs::read(folder.join("index.html")).expect("the shell is there"), b"2");
    }
}
