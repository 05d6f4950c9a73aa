//! The command line: what an operator types.

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand, ValueEnum};
use domain::{ids::CommunityId, people::Role};
use serde_json::json;
use tracing_subscriber::EnvFilter;

use crate::{
    communities, db::Db, export, failure::Failure, founding, photos::store::Place as PhotoPlace, printed_tags, serve,
    site::Site, starter, tls, users,
};

/// Inspection rounds that go on without a network: the server.
#[derive(Parser)]
#[command(name = "lamplighter", version)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the app and keep what comes in. Example: lamplighter serve --port 8080 --data ./data
    Serve(Serve),
    /// Write every record and every change with its outcome, one JSON object a line; the server may run meanwhile.
    /// Example: lamplighter export --json > backup.jsonl
    Export {
        /// One JSON object a line, which is the only form.
        #[arg(long, required = true)]
        json: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Look after accounts. Example: lamplighter user list
    User {
        #[command(subcommand)]
        command: User,
    },
    /// Load data files into the community; loading them twice changes nothing. Example: lamplighter load ./starter
    Load {
        folder: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// List each checkpoint with its short code and the content of its QR code. Example: lamplighter tags --json
    Tags {
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Args)]
struct Serve {
    /// The port; 0 picks a free one.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// The address to listen on; 0.0.0.0 for every network.
    #[arg(long, default_value = "127.0.0.1")]
    host: String,
    /// Start without the demonstration: print a one-time link for setting up instead.
    #[arg(long)]
    no_demo: bool,
    /// Where photos are kept: a folder, by default `photos` in the data folder, or s3://bucket/prefix with the usual
    /// variables AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL and AWS_ALLOW_HTTP.
    #[arg(long, value_parser = PhotoPlace::typed)]
    photos: Option<PhotoPlace>,
    /// The address that people type, where a proxy stands before the server, such as https://rounds.example.org
    #[arg(long)]
    public_url: Option<String>,
    /// Serve HTTPS with this certificate: PEM, the server's own first, then those between it and the CA.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The certificate's key: PEM, not encrypted. Both files are read again when they are renewed.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    log_format: LogFormat,
    #[command(flatten)]
    place: Place,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LogFormat {
    Text,
    Json,
}

#[derive(Args)]
struct Place {
    /// The folder of the database file.
    #[arg(long, default_value = "data")]
    data: PathBuf,
    /// postgres://… or sqlite:…; by default a file in the data folder.
    #[arg(long, env = "DATABASE_URL", hide_env_values = true)]
    database_url: Option<String>,
    /// The community's id, where there is more than one.
    #[arg(long)]
    community: Option<CommunityId>,
}

#[derive(Subcommand)]
enum User {
    /// Add a person with an account; asks for the pass phrase. Example: lamplighter user add wang --name 王建国 --role guard
    Add {
        username: String,
        #[arg(long)]
        name: String,
        #[arg(long = "role", required = true, value_parser = role)]
        roles: Vec<Role>,
        #[command(flatten)]
        given: Given,
    },
    /// List the accounts. Example: lamplighter user list
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Give an account a new pass phrase and end its sessions. Example: lamplighter user password wang
    Password {
        username: String,
        #[command(flatten)]
        given: Given,
    },
    /// Give an account a new PIN of 4 to 8 digits. Example: lamplighter user pin wang
    Pin {
        username: String,
        #[command(flatten)]
        given: Given,
    },
}

#[derive(Args)]
struct Given {
    /// Read the secret from the standard input instead of asking.
    #[arg(long, alias = "pin-stdin")]
    password_stdin: bool,
    #[command(flatten)]
    place: Place,
}

fn role(text: &str) -> Result<Role, String> {
    let quoted = json!(text.to_lowercase());
    serde_json::from_value(quoted).map_err(|_| {
        let known: Vec<_> = Role::ALL.iter().map(|role| format!("{role:?}").to_lowercase()).collect();
        format!("the roles are {}", known.join(", "))
    })
}

/// Runs what was typed. Errors are one sentence on the standard error and exit code 1.
pub async fn run(site: Site) -> ExitCode {
    let done = match Line::parse().command {
        Command::Serve(given) => serve(given, site).await,
        Command::Export { json: _, place } => exported(&place).await,
        Command::User { command } => user(command).await,
        Command::Load { folder, place } => load(&folder, &place).await,
        Command::Tags { json, place } => tags(&place, json).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("lamplighter: {sentence}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(given: Serve, site: Site) -> Result<(), String> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match given.log_format {
        LogFormat::Text => lines.with_ansi(false).init(),
        LogFormat::Json => lines.json().init(),
    }
    let options = serve::Options {
        host: given.host,
        port: given.port,
        photos: given.photos,
        data: given.place.data,
        database_url: given.place.database_url,
        with_demo: !given.no_demo,
        public_url: given.public_url,
        tls: given.tls_cert.zip(given.tls_key).map(|(cert, key)| tls::Files { cert, key }),
    };
    serve::serve(options, site).await
}

async fn exported(place: &Place) -> Result<(), String> {
    let db = place.open().await?;
    export::write(&db, &mut std::io::BufWriter::new(std::io::stdout().lock())).await.map_err(said)
}

async fn user(command: User) -> Result<(), String> {
    match command {
        User::Add { username, name, roles, given } => {
            let (db, community) = given.place.community().await?;
            let password = users::ask("pass phrase", given.password_stdin)?;
            users::add(&db, community, &username, &name, roles, password).await
        }
        User::List { place } => {
            let (db, community) = place.community().await?;
            users::list(&db, community, &mut std::io::stdout()).await
        }
        User::Password { username, given } => {
            let db = given.place.open().await?;
            users::set_password(&db, &username, users::ask("pass phrase", given.password_stdin)?).await
        }
        User::Pin { username, given } => {
            let db = given.place.open().await?;
            users::set_pin(&db, &username, users::ask("PIN", given.password_stdin)?).await
        }
    }
}

async fn load(folder: &std::path::Path, place: &Place) -> Result<(), String> {
    let (db, community) = place.community().await?;
    let applied =
        founding::load(&db, community, |issued| starter::read(folder, community, &issued.tag_key, issued.issue))
            .await
            .map_err(said)?;
    let applied = applied.map_err(|faults| {
        let lines: Vec<_> = faults.iter().map(ToString::to_string).collect();
        format!("nothing was loaded:\n{}", lines.join("\n"))
    })?;
    if !applied.refused.is_empty() {
        let lines: Vec<_> = applied.refused.iter().map(|(key, why)| format!("{key}: {why}")).collect();
        return Err(format!("nothing was loaded:\n{}", lines.join("\n")));
    }
    println!("{} written, {} unchanged", applied.written, applied.unchanged);
    Ok(())
}

async fn tags(place: &Place, as_json: bool) -> Result<(), String> {
    let (db, community) = place.community().await?;
    let mut tx = db.read().await.map_err(said)?;
    let form = if as_json { printed_tags::Form::Json } else { printed_tags::Form::Text };
    printed_tags::list(&mut tx, community, form, &mut std::io::stdout().lock()).await.map_err(said)
}

impl Place {
    async fn open(&self) -> Result<Db, String> {
        serve::open(&self.data, self.database_url.as_deref()).await
    }

    /// The database and the community that is meant: the only one, or the one that was named.
    async fn community(&self) -> Result<(Db, CommunityId), String> {
        let db = self.open().await?;
        let all = communities::all(&mut db.read().await.map_err(said)?).await.map_err(said)?;
        let meant = match (self.community, all.as_slice()) {
            (Some(named), _) if all.contains(&named) => named,
            (Some(_), _) => return Err("there is no such community".into()),
            (None, [only]) => *only,
            (None, []) => return Err("there is no community yet: start the server first".into()),
            (None, _) => return Err("there are several communities: name one with --community".into()),
        };
        Ok((db, meant))
    }
}

fn said(failure: impl Into<Failure>) -> String {
    failure.into().to_string()
}
