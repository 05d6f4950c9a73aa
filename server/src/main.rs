//! The program `lamplighter`: the server with the built site inside it.

use std::process::ExitCode;

use rust_embed::Embed;
use server::site::{Asset, Site};

/// Names the site that is inside: a new one compiles this file anew.
const _RELEASE: Option<&str> = option_env!("LAMPLIGHTER_RELEASE");

#[derive(Embed)]
#[folder = "../target/site"]
#[allow_missing = true]
struct Files;

#[tokio::main]
async fn main() -> ExitCode {
    server::cli::run(Site(file)).await
}

fn file(path: &str) -> Option<Asset> {
    Files::get(path).map(|file| Asset { digest: file.metadata.sha256_hash(), bytes: file.data })
}
