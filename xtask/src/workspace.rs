//! Where things are: every path starts at the workspace's root.

use std::path::{Path, PathBuf};

pub fn path(relative: &str) -> PathBuf {
    root().join(relative)
}

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the workspace")
}

/// A path as a person would write it from the workspace's root.
pub fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}
