//! The files of a starter: where they come from and what they are called.

use std::{collections::BTreeMap, fs, io, path::Path};

use rust_embed::RustEmbed;

use super::{Fault, reading::Reading};

/// Content by path within the folder, such as `checklists/lift.toml`.
pub type Files = BTreeMap<String, Vec<u8>>;

pub const COMMUNITY: &str = "community.toml";
pub const ROUNDS: &str = "rounds.toml";
pub const PEOPLE: &str = "people.toml";
pub const HOUSEHOLDS: &str = "households.toml";
pub const EVENTS: &str = "events.toml";
const CHECKLISTS: &str = "checklists";
const ENDING: &str = ".toml";

#[derive(RustEmbed)]
#[folder = "../starter"]
struct Embedded;

pub fn embedded() -> Files {
    Embedded::iter()
        .filter(|name| name.ends_with(ENDING))
        .filter_map(|name| Some((name.to_string(), Embedded::get(&name)?.data.into_owned())))
        .collect()
}

/// # Errors
/// A fault that names the folder or the file that cannot be read.
pub fn in_folder(folder: &Path) -> Result<Files, Fault> {
    let mut files = Files::new();
    add_files(&mut files, folder, "")?;
    let checklists = folder.join(CHECKLISTS);
    if checklists.is_dir() {
        add_files(&mut files, &checklists, &format!("{CHECKLISTS}/"))?;
    }
    Ok(files)
}

/// Each checklist's file, with the key that its name says.
pub fn checklists(files: &Files) -> impl Iterator<Item = (&str, &str)> {
    files.keys().filter_map(|file| Some((file.as_str(), checklist_key(file)?)))
}

/// A misspelt file name is never silently ignored.
pub fn report_strangers(files: &Files, reading: &Reading) {
    let is_known =
        |file: &str| [COMMUNITY, ROUNDS, PEOPLE, HOUSEHOLDS, EVENTS].contains(&file) || checklist_key(file).is_some();
    for file in files.keys().filter(|file| !is_known(file)) {
        reading.fault(file, 0, "no file of this name belongs to a starter");
    }
}

fn checklist_key(file: &str) -> Option<&str> {
    file.strip_prefix(CHECKLISTS)?.strip_prefix('/')?.strip_suffix(ENDING)
}

fn add_files(files: &mut Files, folder: &Path, prefix: &str) -> Result<(), Fault> {
    let unreadable =
        |path: &Path, error: io::Error| Fault { file: path.display().to_string(), line: 0, message: error.to_string() };
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, error))? {
        let path = entry.map_err(|error| unreadable(folder, error))?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|name| name.ends_with(ENDING)) else {
            continue;
        };
        let content = fs::read(&path).map_err(|error| unreadable(&path, error))?;
        files.insert(format!("{prefix}{name}"), content);
    }
    Ok(())
}
