//! `cargo xtask fuzz`: every decoder of bytes from elsewhere against what cargo-fuzz thinks up, beginning from the frozen samples.

use std::{fs, process::Command};

use crate::failure::{Explain, Outcome};
use crate::toolchain::native_cargo;
use crate::{process, progress, workspace};

#[derive(clap::Args)]
pub struct Fuzz {
    /// Only this decoder: a file's name in fuzz/fuzz_targets
    target: Option<String>,
    /// How long each is asked
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

impl Fuzz {
    pub fn run(self) -> Outcome {
        if !process::is_on_path("cargo-fuzz") {
            progress::say("installing cargo-fuzz with cargo …");
            process::run(native_cargo("install").args(["--locked", "cargo-fuzz"]))?;
        }
        // The same releases of everything as in the program.
        fs::copy(workspace::path("Cargo.lock"), workspace::path("fuzz/Cargo.lock")).explain("copy Cargo.lock")?;
        let seeds = [
            "sync/tests/frozen/0.1/changes",
            "sync/tests/frozen/0.1/messages",
            "sync/tests/frozen/0.1/records",
            "starter",
            "fuzz/seeds",
        ];
        for target in targets()?.into_iter().filter(|it| self.target.as_ref().is_none_or(|asked| asked == it)) {
            let corpus = workspace::path(&format!("fuzz/corpus/{target}"));
            fs::create_dir_all(&corpus).explain(format_args!("create {}", corpus.display()))?;
            let mut fuzz = fuzz(&["run", "--sanitizer=none"]);
            fuzz.arg(&target).arg(corpus).args(seeds.map(workspace::path));
            fuzz.args(["--", "-rss_limit_mb=1024", "-timeout=10", "-max_len=100000"]);
            fuzz.arg(format!("-max_total_time={}", self.seconds));
            progress::step(&format!("fuzzing {target}"), || process::run(&mut fuzz))?;
        }
        Ok(())
    }
}

/// Without a sanitizer, which only nightly compilers have: panics, too much memory and too much time are found.
fn fuzz(arguments: &[&str]) -> Command {
    let mut cargo = native_cargo("fuzz");
    cargo.args(arguments).args(["--fuzz-dir", "."]).current_dir(workspace::path("fuzz"));
    cargo.env_remove("CARGO_TARGET_DIR").env("RUSTC_BOOTSTRAP", "1");
    cargo
}

fn targets() -> Outcome<Vec<String>> {
    let folder = workspace::path("fuzz/fuzz_targets");
    let entries = fs::read_dir(&folder).explain(format_args!("read {}", folder.display()))?;
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().trim_end_matches(".rs").to_owned()).collect();
    names.sort();
    Ok(names)
}
