//! Other programs: run to the end, asked a question, or kept running beside us.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, IsTerminal};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};

use crate::failure::{Explain, Failure, Outcome};

/// Runs with our own input and output until it ends.
pub fn run(command: &mut Command) -> Outcome {
    let status = command.status().explain(format_args!("start {}", name_of(command)))?;
    verdict(&name_of(command), status)
}

/// What it prints, if it ends well.
pub fn answer(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

pub fn is_on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// A program beside us, whose lines are shown with its label in front. Dropping it ends it.
pub struct Running {
    name: String,
    child: Child,
    reader: Option<JoinHandle<()>>,
}

impl Running {
    pub fn start(label: &'static str, command: &mut Command) -> Outcome<Self> {
        if std::io::stderr().is_terminal() {
            command.env("CARGO_TERM_COLOR", "always");
        }
        let name = name_of(command);
        let mut child = command
            .env("CARGO_TERM_PROGRESS_WHEN", "never")
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .explain(format_args!("start {name}"))?;
        let lines = BufReader::new(child.stderr.take().expect("stderr was asked to be a pipe"));
        let reader = thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                eprintln!("{label:>8} | {line}");
            }
        });
        Ok(Self { name, child, reader: Some(reader) })
    }

    pub fn finish(mut self) -> Outcome {
        if let Some(reader) = self.reader.take() {
            let _ = reader.join();
        }
        let status = self.child.wait().explain(format_args!("wait for {}", self.name))?;
        verdict(&self.name, status)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Already gone is as good as ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn verdict(name: &str, status: ExitStatus) -> Outcome {
    if status.success() { Ok(()) } else { Err(Failure::new(format!("{name} failed ({status})"))) }
}

/// The program's name with its first argument: "cargo build".
fn name_of(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    let first = command.get_args().next().filter(|argument| is_a_word(argument));
    [Some(program), first].into_iter().flatten().map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

fn is_a_word(argument: &OsStr) -> bool {
    argument.to_string_lossy().chars().all(|letter| letter.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_program_is_named_in_the_sentence() {
        let sentence = run(&mut Command::new("false")).expect_err("false always fails").to_string();
        assert_eq!(sentence, "false failed (exit status: 1)");
    }

    #[test]
    fn a_missing_program_gives_no_answer() {
        assert_eq!(answer(&mut Command::new("no-such-lamp")), None);
    }
}
