//! The real program as an operator starts it. It dies with the test.

use std::{
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, Stdio},
};

pub struct Program {
    child: Child,
    pub base: String,
    /// What it printed before it began to listen.
    pub printed: String,
}

pub fn command(arguments: &[&str], database_url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lamplighter"));
    command.args(arguments).args(["--database-url", database_url]).env_remove("DATABASE_URL");
    command
}

/// Whether a command did what was asked, and what it said on either output.
pub fn said(mut command: Command) -> (bool, String) {
    let output = command.output().expect("it ran");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (output.status.success(), text(output.stdout) + &text(output.stderr))
}

impl Program {
    /// Starts it on a free port, with its data beside the file into which it logs as much as it can.
    pub fn serve(database_url: &str, log: &Path, more: &[&str]) -> Self {
        let mut command = command(&["serve", "--port", "0"], database_url);
        command.args(more);
        Self::start(command, log)
    }

    pub fn start(mut command: Command, log: &Path) -> Self {
        let data = log.with_file_name("data");
        let log = std::fs::File::options().create(true).append(true).open(log).expect("a log file");
        if !command.get_envs().any(|(name, _)| name == "RUST_LOG") {
            command.env("RUST_LOG", "debug");
        }
        command.arg("--data").arg(data).stdout(Stdio::piped()).stderr(log);
        let child = command.spawn().expect("the program starts");
        let mut program = Self { child, base: String::new(), printed: String::new() };
        let mut lines = BufReader::new(program.child.stdout.take().expect("it was piped")).lines();
        while program.base.is_empty() {
            let line = lines.next().expect("it listens").expect("text");
            match line.strip_prefix("listening on ") {
                Some(base) => program.base = base.to_owned(),
                None => program.printed += &format!("{line}\n"),
            }
        }
        program
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it has ended by itself.
    pub async fn ended(&mut self) {
        while self.child.try_wait().expect("it is ours").is_none() {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }

    /// As the power goes: SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }

    /// The token of the set-up link that it printed.
    pub fn set_up_token(&self) -> String {
        self.printed.split("token=").nth(1).expect("a link").split_whitespace().next().expect("a token").to_owned()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn read(file: &Path) -> String {
    let mut text = String::new();
    std::fs::File::open(file).expect("the file").read_to_string(&mut text).expect("text");
    text
}
