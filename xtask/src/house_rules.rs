//! The rules of the house that a compiler does not hold, as tests over the files themselves.

use std::fs;
use std::path::{Path, PathBuf};

use crate::workspace;

fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![workspace::path(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the folder is part of the repository") {
            let path = entry.expect("it can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == ending) {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty(), "{folder} has files");
    found
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("a source file is text")
}

/// The files of `folder` that contain `word`, as paths from the root.
fn with(folder: &str, word: &str) -> Vec<String> {
    let root = workspace::path("");
    let mut found: Vec<String> = files(folder, "rs")
        .into_iter()
        .filter(|path| read(path).contains(word))
        .map(|path| path.strip_prefix(&root).expect("it lies in the workspace").display().to_string())
        .collect();
    found.sort();
    found
}

#[test]
fn arrows_between_crates_point_one_way() {
    let uses = |krate: &str, other: &str| {
        let manifest = read(&workspace::path(&format!("{krate}/Cargo.toml")));
        manifest.lines().any(|line| line.starts_with(&format!("{other}.")) || line.starts_with(&format!("{other} =")))
    };
    for (krate, forbidden) in [
        ("domain", ["sync", "app", "server"].as_slice()),
        ("sync", &["app", "server"]),
        ("app", &["server"]),
        ("app/scanner", &["domain", "sync", "app", "server"]),
    ] {
        for other in forbidden {
            assert!(!uses(krate, other), "{krate} must not know {other}");
        }
    }
}

#[test]
fn rules_read_no_clock_and_draw_nothing_at_random() {
    for folder in ["domain/src", "sync/src"] {
        for word in
            ["Utc::now", "SystemTime", "Instant::now", "Uuid::new_v4", "now_v7", "rand::", "std::fs", "std::net"]
        {
            assert_eq!(with(folder, word), Vec::<String>::new(), "{word} in {folder}");
        }
    }
}

#[test]
fn only_the_disk_knows_indexed_db() {
    assert_eq!(with("app/src", "indexed_db_futures"), ["app/src/store/disk.rs"]);
}

#[test]
fn only_one_file_of_the_server_knows_its_databases() {
    assert_eq!(with("server/src", "pragma"), ["server/src/db.rs"]);
}

#[test]
fn words_for_people_live_in_the_locales() {
    let is_chinese = |c: char| ('\u{3000}'..='\u{303f}').contains(&c) || ('\u{4e00}'..='\u{9fff}').contains(&c);
    for path in files("app/src", "rs") {
        let text = read(&path);
        let stray = text.lines().find(|line| !line.trim_start().starts_with("//") && line.chars().any(is_chinese));
        assert_eq!(stray, None, "{}", path.display());
    }
}

#[test]
fn every_path_that_the_documents_name_exists() {
    for document in ["ARCHITECTURE.md", "README.md"] {
        let text = read(&workspace::path(document));
        let quoted = text.split('`').skip(1).step_by(2);
        let linked = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let is_path =
            |word: &&str| word.contains('/') && !word.contains([' ', '<', '{', ':']) && !word.starts_with("target/");
        for path in quoted.filter(is_path).chain(linked.filter(is_path)) {
            // A path in the map's own column may be told from its crate.
            let places = ["", "app/", "sync/", "domain/", "server/"].map(|krate| workspace::path(krate).join(path));
            assert!(places.iter().any(|place| place.exists()), "{document} names {path}");
        }
    }
}

#[test]
fn the_guards_page_calls_buttons_by_their_names() {
    let page = read(&workspace::path("docs/guards.md"));
    let (chinese, english) = page.split_once("## English").expect("it has both languages");
    let locales: String = files("app/locales", "rs").iter().map(|path| read(path)).collect();
    let chinese = chinese.split('“').skip(1).filter_map(|rest| rest.split('”').next());
    let english = english.split('"').skip(1).step_by(2);
    for words in chinese.chain(english) {
        assert!(locales.contains(words), "no screen says {words:?}");
    }
}
