//! `cargo xtask days`: the native and the browser tests while the clock shows moments that calendars trip over.

use std::path::Path;
use std::process::Command;

use clap::ValueEnum;

use crate::failure::{Explain, Failure, Outcome};
use crate::{packages, process, progress, test};

/// In the community's zone, which is `ZONE` in every year; and why.
const MOMENTS: [(&str, &str); 4] = [
    ("2032-02-29 23:50", "a Sunday, 29 February, the last of its month; midnight comes while the tests run"),
    ("2027-08-01 00:10", "a Sunday, the first of its month, which has just begun"),
    ("2026-12-31 12:00", "the last of its year"),
    ("2026-12-01 10:00", "the first of its month: the samples do not reach the next one"),
];
const ZONE: &str = "+08:00";

/// What moves a program's clock is loaded before the program itself; the loader knows what `$LIB` is here.
const FAKETIME: &str = "/usr/$LIB/faketime/libfaketimeMT.so.1";

fn more_help() -> String {
    let moments: String = MOMENTS.iter().map(|(moment, why)| format!("  {moment}   {why}\n")).collect();
    format!(
        "Without --at, at each of these moments in Asia/Shanghai:\n{moments}
Debian's libfaketime moves the clock of every program that the tests start, and a script that of every page.

The browser itself keeps this machine's time. So what is not tried at another time is when cookies end, how long something is
cached and whether a certificate is valid yet. The simulator is left out: it reads no clock, its moments come from its seeds.
Nor do the rules read one: moments are arguments."
    )
}

#[derive(clap::Args)]
#[command(after_help = more_help())]
pub struct Days {
    /// Only at this moment in Asia/Shanghai, or at any other, such as "2028-02-29 12:00"
    #[arg(long, value_name = "MOMENT")]
    at: Option<String>,
    /// Run only this stage
    #[arg(long, value_name = "NAME")]
    only: Option<Stage>,
    /// With `--only browser`: what Playwright is told, such as `specs/residents.spec.ts`
    #[arg(last = true, requires = "only", value_name = "PLAYWRIGHT")]
    more: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Stage {
    /// `cargo test` for every crate
    Native,
    /// The real server in a real browser
    Browser,
}

impl Days {
    pub fn run(self) -> Outcome {
        packages::ensure(&["libfaketime"], "run programs at another time")?;
        // What is compiled now takes no minutes of a moment later.
        if self.runs(Stage::Native) {
            progress::step("native tests, compiled", || test::native_with(&["--no-run"]))?;
        }
        let program = if self.runs(Stage::Browser) { Some(test::prepare_browser()?) } else { None };
        let moments = self.at.as_deref().map_or(MOMENTS.map(|(moment, _)| moment).to_vec(), |moment| vec![moment]);
        let mut failed = vec![];
        for moment in moments {
            if let Err(failure) = progress::step(&format!("== {moment}"), || self.run_at(moment, program.as_deref())) {
                progress::say(&format!("== {moment}: {failure}"));
                failed.push(moment);
            }
        }
        // Each moment is tried, whatever the others came to: one round of them takes long.
        if failed.is_empty() {
            Ok(())
        } else {
            Err(Failure::new(format!("tests failed at {}", failed.join(" and at "))))
        }
    }

    fn runs(&self, stage: Stage) -> bool {
        self.only.is_none_or(|only| only == stage)
    }

    fn run_at(&self, moment: &str, program: Option<&Path>) -> Outcome {
        if self.runs(Stage::Native) {
            native(&Clock::at(moment)?)?;
        }
        match program {
            Some(program) => browser(&Clock::at(moment)?, program, &self.more),
            None => Ok(()),
        }
    }
}

/// The tests are compiled at this machine's time: cargo would take every file for changed.
fn native(clock: &Clock) -> Outcome {
    let preload = format!("LD_PRELOAD={FAKETIME}");
    let set = clock.variables().map(|(name, value)| format!("{name}={value}"));
    let runner: Vec<String> = ["env".to_owned(), preload].into_iter().chain(set).collect();
    let runner = format!("target.'cfg(unix)'.runner = {}", serde_json::json!(runner));
    test::native_with(&["--no-fail-fast", "--config", &runner])
}

fn browser(clock: &Clock, program: &Path, more: &[String]) -> Outcome {
    let more: Vec<&str> = more.iter().map(String::as_str).collect();
    process::run(test::playwright(program, &more).envs(clock.variables()).env("LAMPLIGHTER_FAKETIME", FAKETIME))
}

/// A clock that is so many seconds ahead of this machine's, or behind it.
struct Clock {
    ahead: i64,
}

impl Clock {
    fn at(moment: &str) -> Outcome<Self> {
        let ahead = seconds(&mut date(&format!("{moment} {ZONE}")))
            .explain(format_args!("take {moment:?} for a date and a time"))?
            - seconds(&mut date("now"))?;
        let clock = Self { ahead };
        // Where the loader does not find libfaketime it only warns, and every test would run at this machine's time.
        let shown = seconds(date("now").env("LD_PRELOAD", FAKETIME).envs(clock.variables()))?;
        if (shown - seconds(&mut date("now"))? - ahead).abs() > 60 {
            return Err(Failure::new("libfaketime moves no clock here"));
        }
        Ok(clock)
    }

    /// For programs that libfaketime is loaded into. Durations are measured as ever, and files keep the times that they have.
    fn variables(&self) -> [(&'static str, String); 3] {
        [
            ("FAKETIME", format!("{:+}", self.ahead)),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
            ("NO_FAKE_STAT", "1".to_owned()),
        ]
    }
}

fn date(moment: &str) -> Command {
    let mut date = Command::new("date");
    date.args(["--date", moment, "+%s"]);
    date
}

/// Since 1970, UTC.
fn seconds(date: &mut Command) -> Outcome<i64> {
    process::answer(date).unwrap_or_default().parse().explain("read what `date` says")
}
