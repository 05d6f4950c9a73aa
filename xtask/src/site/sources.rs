//! What people wrote by hand for the browser: the shell, the scripts, the icons and the styles.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::failure::{Explain, Outcome};
use crate::workspace;

#[derive(Default)]
pub struct Sources {
    pub shell: String,
    pub boot: String,
    pub worker: String,
    pub scanner_worker: String,
    /// Published as they are, at the root: the manifest and the icons.
    pub public: BTreeMap<String, Vec<u8>>,
    pub styles: BTreeMap<String, String>,
    /// What only the larger build shows.
    pub desk_styles: BTreeMap<String, String>,
}

impl Sources {
    pub fn read() -> Outcome<Self> {
        Ok(Self {
            shell: text("app/index.html")?,
            boot: text("app/boot.js")?,
            worker: text("app/service-worker.js")?,
            scanner_worker: text("app/scanner-worker.js")?,
            public: files_in(&workspace::path("app/public"))?,
            styles: styles("style")?,
            desk_styles: styles("style/desk")?,
        })
    }

    /// Everything in one row, to see whether any of it changed.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for text in [&self.shell, &self.boot, &self.worker, &self.scanner_worker] {
            bytes.extend_from_slice(text.as_bytes());
        }
        for (name, content) in &self.public {
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(content);
        }
        for (name, content) in self.styles.iter().chain(&self.desk_styles) {
            bytes.extend_from_slice(name.as_bytes());
            bytes.extend_from_slice(content.as_bytes());
        }
        bytes
    }
}

fn styles(folder: &str) -> Outcome<BTreeMap<String, String>> {
    let files = files_in(&workspace::path(folder))?.into_iter().filter(|(name, _)| name.ends_with(".css"));
    Ok(files.map(|(name, bytes)| (name, String::from_utf8_lossy(&bytes).into_owned())).collect())
}

fn text(path: &str) -> Outcome<String> {
    fs::read_to_string(workspace::path(path)).explain(format_args!("read {path}"))
}

/// The files right in a folder, by name; none if there is no such folder. Hidden files are not ours.
pub fn files_in(folder: &Path) -> Outcome<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    if !folder.is_dir() {
        return Ok(files);
    }
    for entry in fs::read_dir(folder).explain(format_args!("list {}", folder.display()))? {
        let path = entry.explain(format_args!("list {}", folder.display()))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_file() && !name.starts_with('.') {
            let content = fs::read(&path).explain(format_args!("read {}", path.display()))?;
            files.insert(name, content);
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_holds_no_files() {
        let scratch = tempfile::tempdir().expect("a temporary folder can be made");
        assert!(files_in(&scratch.path().join("style")).expect("its absence is fine").is_empty());
    }

    #[test]
    fn an_editors_hidden_file_is_not_published() {
        let scratch = tempfile::tempdir().expect("a temporary folder can be made");
        for name in ["icon.svg", ".icon.svg.swp"] {
            fs::write(scratch.path().join(name), "").expect("a temporary folder is writable");
        }
        let names: Vec<_> = files_in(scratch.path()).expect("the folder can be read").into_keys().collect();
        assert_eq!(names, ["icon.svg"]);
    }
}
