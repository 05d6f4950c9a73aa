//! The command line: what an operator types.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, Parser, Subcommand, ValueEnum};
use domain::{
    ids::{ChangeId, CommunityId, DeviceId, PersonId},
    people::Role,
};
use serde_json::json;
use tracing_subscriber::EnvFilter;
use uuid::Uuid;

use crate::{
    backup,
    canon::SqlCanon,
    clock, communities,
    custody::{self, Vouched},
    db::{self, Db},
    devices, export,
    failure::Failure,
    founding,
    photos::store::Place as PhotoPlace,
    printed_tags, quarantine, receipts, returns, serve,
    site::Site,
    starter, tls, users,
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
    /// Write a copy of the SQLite database into a new file; the server may run meanwhile. Photos are copied separately.
    /// Example: lamplighter backup /var/backups/lamplighter-monday.db
    Backup {
        file: PathBuf,
        #[command(flatten)]
        place: Place,
    },
    /// Put a backup in the place of the SQLite database while no server runs; the old one is kept beside it. Devices notice
    /// and read everything anew. Example: lamplighter restore /var/backups/lamplighter-monday.db
    Restore {
        #[arg(required_unless_present = "after_pg_restore", conflicts_with = "after_pg_restore")]
        file: Option<PathBuf>,
        /// PostgreSQL: its own pg_restore has been run, and devices are to notice.
        #[arg(long)]
        after_pg_restore: bool,
        #[command(flatten)]
        place: Place,
    },
    /// List what devices have brought back since the last restore, which numbers of the lost log are missing, and who has not
    /// been here yet. Until all is back, or you close the return, nobody who waits for an event is offered a place.
    /// Example: lamplighter missing
    Missing {
        /// Close the return with what is still missing, and offer what is free to those who wait.
        /// Example: lamplighter missing --close
        #[arg(long)]
        close: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Look after devices. Example: lamplighter device list
    Device {
        #[command(subcommand)]
        command: Device,
    },
    /// Look after changes that this server could not read or decide. Example: lamplighter quarantine list
    Quarantine {
        #[command(subcommand)]
        command: Quarantine,
    },
    /// Look after what devices could not send: those that were retired, or whose work was not taken. Example: lamplighter custody list
    Custody {
        #[command(subcommand)]
        command: Custody,
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
    /// Let whoever has this token read /metrics from elsewhere; without it only this machine may.
    #[arg(long, value_name = "TOKEN", env = "LAMPLIGHTER_METRICS_TOKEN", hide_env_values = true)]
    metrics_token: Option<String>,
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
enum Device {
    /// List the devices: when each was last here, and what waited on it. Example: lamplighter device list
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Say that a tablet which somebody enrolled to be shared is the community's own: until then work on it counts as done
    /// under a picked name. Example: lamplighter device confirm 0198c0de-0000-7000-8000-000000000001
    Confirm {
        id: DeviceId,
        #[command(flatten)]
        place: Place,
    },
    /// Withdraw a lost device's credential: it is told nothing any more, and what it has not sent goes into custody.
    /// Example: lamplighter device retire 0198c0de-0000-7000-8000-000000000001
    Retire {
        id: DeviceId,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Subcommand)]
enum Quarantine {
    /// List the changes that wait: id, lane, number, kind, when it came, why. Example: lamplighter quarantine list
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Decide kept bytes again by the rules of this version, in the name of whoever made the change and for the time they
    /// made it. What still cannot be read goes on waiting. Example: lamplighter quarantine retry --all
    Retry {
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        id: Option<ChangeId>,
        /// Every change that waits.
        #[arg(long)]
        all: bool,
        #[command(flatten)]
        place: Place,
    },
}

#[derive(Subcommand)]
enum Custody {
    /// List what waits: id, kind, whose it is, from which device, when it was saved and when it came.
    /// Example: lamplighter custody list
    List {
        #[command(flatten)]
        place: Place,
    },
    /// Show the words of one. Example: lamplighter custody show 0198c0de-0000-5000-8000-000000000001
    Show {
        id: Uuid,
        #[command(flatten)]
        place: Place,
    },
    /// Let a change count after all: it is decided by today's rules, in the name of whoever made it and for the time they made
    /// it. Example: lamplighter custody take --all
    Take {
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        id: Option<Uuid>,
        /// Every change that waits.
        #[arg(long)]
        all: bool,
        /// You have asked whoever it is said to be of: it is theirs.
        #[arg(long)]
        vouch: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Put aside what counts nothing or was typed in anew; its words are kept.
    /// Example: lamplighter custody dismiss 0198c0de-0000-5000-8000-000000000001 --because "typed in by Li"
    Dismiss {
        id: Uuid,
        #[arg(long)]
        because: String,
        #[command(flatten)]
        place: Place,
    },
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
        Command::Backup { file, place } => back_up(&file, &place).await,
        Command::Restore { file: Some(file), place, .. } => restore(&file, &place).await,
        Command::Restore { file: None, place, .. } => renew(&place).await,
        Command::Missing { close, place } => missing(&place, close).await,
        Command::Device { command } => device(command).await,
        Command::Quarantine { command } => in_quarantine(command).await,
        Command::Custody { command } => in_custody(command).await,
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
        metrics_token: given.metrics_token.filter(|token| !token.is_empty()),
        tls: given.tls_cert.zip(given.tls_key).map(|(cert, key)| tls::Files { cert, key }),
    };
    serve::serve(options, site).await
}

async fn exported(place: &Place) -> Result<(), String> {
    let db = place.open().await?;
    export::write(&db, &mut std::io::BufWriter::new(std::io::stdout().lock())).await.map_err(said)
}

async fn back_up(file: &Path, place: &Place) -> Result<(), String> {
    let url = place.address()?;
    if let Some(database) = db::file_of_url(&url).map_err(|error| error.to_string())?
        && !database.exists()
    {
        return Err(format!("there is no database {}", database.display()));
    }
    let db = Db::open_as_it_is(&url).await.map_err(|error| error.to_string())?;
    backup::back_up(&db, file).await?;
    println!("{} is a whole copy of the database.", file.display());
    println!(
        "The photos are the other half: copy {} after it, or what --photos named.",
        place.data.join("photos").display()
    );
    Ok(())
}

async fn restore(file: &Path, place: &Place) -> Result<(), String> {
    let target = db::file_of_url(&place.address()?).map_err(|error| error.to_string())?.ok_or(
        "the database is PostgreSQL: use pg_restore, and then lamplighter restore --after-pg-restore with the servers stopped",
    )?;
    let restored = backup::restore(file, &target, clock::now()).await?;
    println!("{} is restored, with a new epoch for each community in it: {}.", target.display(), restored.communities);
    if let Some(former) = restored.former {
        println!("What was there before is {}", former.display());
    }
    println!("Put the photos back as well, and retire again what was retired since: lamplighter device list");
    println!("Devices bring back what they still have; what is missing then: lamplighter missing");
    println!("{UNTIL_THEN}");
    Ok(())
}

const UNTIL_THEN: &str =
    "Nobody who waits for an event is offered a place until all is back, or you say: lamplighter missing --close";

async fn renew(place: &Place) -> Result<(), String> {
    let url = place.address()?;
    if db::file_of_url(&url).map_err(|error| error.to_string())?.is_some() {
        return Err("the database is SQLite: name the backup's file instead of --after-pg-restore".into());
    }
    let db = Db::open(&url).await.map_err(|error| error.to_string())?;
    let communities = backup::renew_epochs(&db, clock::now()).await.map_err(said)?;
    println!("Each community has a new epoch: {communities}. What devices bring back: lamplighter missing");
    println!("{UNTIL_THEN}");
    Ok(())
}

async fn missing(place: &Place, close: bool) -> Result<(), String> {
    let (db, community) = place.community().await?;
    receipts::list_missing(&db, community, &mut std::io::stdout().lock()).await.map_err(said)?;
    if close {
        let now = clock::now();
        let mut canon = SqlCanon::new(db.write().await.map_err(said)?, community, now);
        let closed = returns::close(&mut canon, now).await.map_err(said)?;
        canon.commit().await.map_err(said)?;
        println!("{}", if closed.is_some() { "the return is closed" } else { "no return is open" });
    }
    Ok(())
}

async fn device(command: Device) -> Result<(), String> {
    match command {
        Device::List { place } => {
            let (db, community) = place.community().await?;
            devices::list(&db, community, &mut std::io::stdout().lock()).await.map_err(said)
        }
        Device::Confirm { id, place } => {
            let (db, community) = place.community().await?;
            let mut tx = db.write().await.map_err(said)?;
            let nobody = PersonId(Uuid::nil());
            if !devices::confirm(&mut tx, community, id, nobody, clock::now()).await.map_err(said)? {
                return Err(format!("there is no shared tablet {id}: lamplighter device list shows those that are"));
            }
            tx.commit().await.map_err(said)
        }
        Device::Retire { id, place } => {
            let (db, community) = place.community().await?;
            let mut tx = db.write().await.map_err(said)?;
            if !devices::retire(&mut tx, community, id, clock::now()).await.map_err(said)? {
                return Err(format!("there is no device {id}: lamplighter device list shows those that are"));
            }
            tx.commit().await.map_err(said)
        }
    }
}

async fn in_quarantine(command: Quarantine) -> Result<(), String> {
    let out = &mut std::io::stdout().lock();
    match command {
        Quarantine::List { place } => {
            let (db, community) = place.community().await?;
            quarantine::list(&db, community, out).await.map_err(said)
        }
        Quarantine::Retry { id, all: _, place } => {
            let (db, community) = place.community().await?;
            quarantine::try_again(&db, community, id, out).await
        }
    }
}

async fn in_custody(command: Custody) -> Result<(), String> {
    let out = &mut std::io::stdout().lock();
    match command {
        Custody::List { place } => {
            let (db, community) = place.community().await?;
            custody::list(&db, community, out).await.map_err(said)
        }
        Custody::Show { id, place } => {
            let (db, community) = place.community().await?;
            custody::show(&db, community, id, out).await
        }
        Custody::Take { id, all: _, vouch, place } => {
            let (db, community) = place.community().await?;
            let vouched = if vouch { Vouched::Yes } else { Vouched::No };
            custody::take_them(&db, community, id, vouched, out).await
        }
        Custody::Dismiss { id, because, place } => {
            let (db, community) = place.community().await?;
            custody::dismiss(&db, community, id, &because).await
        }
    }
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

async fn load(folder: &Path, place: &Place) -> Result<(), String> {
    let (db, community) = place.community().await?;
    let applied = founding::load(&db, community, |issued| {
        starter::read(folder, community, &issued.tag_key, issued.issue, issued.founded)
    })
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
    fn address(&self) -> Result<String, String> {
        serve::address(&self.data, self.database_url.as_deref())
    }

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
