//! Which inherited variables a cargo must not see.

use std::process::Command;

pub fn forget(command: &mut Command, unwanted: impl Fn(&str) -> bool) {
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(&unwanted) {
            command.env_remove(&name);
        }
    }
}

/// Build scripts that watch these would run again and again, once for us and once for a plain `cargo build`.
pub fn is_about_our_own_package(name: &str) -> bool {
    const OURS: [&str; 4] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];
    OURS.iter().any(|start| name.starts_with(start))
}

/// Which compiler to use and how; but not where downloads come from and are kept.
pub fn is_about_a_toolchain(name: &str) -> bool {
    const STARTS: [&str; 4] = ["CARGO", "RUSTC", "RUSTDOC", "RUSTUP_"];
    let about_rust = STARTS.iter().any(|start| name.starts_with(start));
    (about_rust || name == "RUSTFLAGS" || name == "LD_LIBRARY_PATH") && !is_about_downloading(name)
}

fn is_about_downloading(name: &str) -> bool {
    const STARTS: [&str; 6] =
        ["CARGO_HOME", "CARGO_HTTP_", "CARGO_NET_", "CARGO_REGISTR", "CARGO_SOURCE_", "CARGO_TERM_"];
    STARTS.iter().any(|start| name.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debians_cargo_never_hears_of_rustups_compiler() {
        for name in ["CARGO", "RUSTC", "RUSTFLAGS", "RUSTUP_TOOLCHAIN", "CARGO_ENCODED_RUSTFLAGS", "LD_LIBRARY_PATH"] {
            assert!(is_about_a_toolchain(name), "{name}");
        }
    }

    #[test]
    fn debians_cargo_downloads_as_the_person_configured() {
        for name in ["CARGO_HOME", "CARGO_HTTP_CAINFO", "CARGO_REGISTRIES_MIRROR_INDEX", "HOME", "PATH"] {
            assert!(!is_about_a_toolchain(name), "{name}");
        }
    }

    #[test]
    fn a_native_build_keeps_the_persons_own_flags() {
        for name in ["RUSTFLAGS", "CARGO_HOME", "CARGO_PROFILE_DEV_DEBUG"] {
            assert!(!is_about_our_own_package(name), "{name}");
        }
    }
}
