//! `cargo xtask serve`: build everything, then become the server.

use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use crate::failure::{Failure, Outcome};
use crate::program::{self, Profile};
use crate::site::Effort;
use crate::{doors, progress};

#[derive(clap::Args)]
pub struct Serve {
    /// Port to listen on
    #[arg(long, default_value_t = 8080, value_parser = clap::value_parser!(u16).range(1..))]
    port: u16,
    /// Folder that keeps the database
    #[arg(long, default_value = "./data", value_name = "DIR")]
    data: PathBuf,
    /// Start empty, without the sample community
    #[arg(long)]
    no_demo: bool,
}

impl Serve {
    pub fn run(self) -> Outcome {
        doors::port_is_free(self.port)?;
        doors::folder_is_writable(&self.data)?;
        let program = program::build(Profile::Dev, Effort::Quick)?;
        progress::say(&format!("starting the server on http://localhost:{}", self.port));

        let mut server = Command::new(program);
        server.arg("serve").arg("--port").arg(self.port.to_string()).arg("--data").arg(&self.data);
        if self.no_demo {
            server.arg("--no-demo");
        }
        // We become the server: signals reach it without a go-between.
        let error = server.exec();
        Err(Failure::new(format!("cannot start the server: {error}")))
    }
}
