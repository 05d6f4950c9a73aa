//! The running server: opens what it needs, says how to reach it, and stops gracefully.

use std::{
    fs::DirBuilder,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use domain::{changes::Request, people::Role};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

use crate::{
    clock, communities,
    connections::{self, Limits},
    db::{self, Db},
    due,
    failure::Failure,
    founding, hints, holders, http,
    photos::store::{PhotoStore, Place},
    set_up_links,
    site::Site,
    starter::Starter,
    state::{State, Wire},
    tls::{self, TlsListener},
};

pub struct Options {
    pub host: String,
    /// 0 picks a free one.
    pub port: u16,
    pub data: PathBuf,
    pub database_url: Option<String>,
    /// Where photos are kept; by default a folder in the data folder.
    pub photos: Option<Place>,
    pub with_demo: bool,
    pub public_url: Option<String>,
    /// Whoever has it may read the metrics from elsewhere.
    pub metrics_token: Option<String>,
    /// Where the certificate is, to serve HTTPS.
    pub tls: Option<tls::Files>,
}

/// Serves until the process is asked to stop.
///
/// # Errors
/// One sentence for whoever started it.
pub async fn serve(mut options: Options, site: Site) -> Result<(), String> {
    let certificate = options.tls.take().map(tls::Certificate::read).transpose()?;
    let wire = if certificate.is_some() { Wire::Tls } else { Wire::Plain };
    let db = open(&options.data, options.database_url.as_deref()).await?;
    let listener = listen(&options.host, options.port).await?;
    let place = options.photos.clone().unwrap_or_else(|| Place::Folder(options.data.join("photos")));
    let photos = PhotoStore::open(&place).await?;
    let address = listener.local_addr().map_err(|error| format!("cannot tell the port: {error}"))?;
    let home = options.public_url.clone().unwrap_or_else(|| format!("{wire}://{address}"));
    welcome(&db, &options, home.trim_end_matches('/')).await.map_err(|failure| failure.to_string())?;
    // Nobody is answered before: what was written for all staff is not a contractor's to hold.
    let put = holders::put_all(&db, clock::now()).await.map_err(|failure| failure.to_string())?;
    if put > 0 {
        tracing::info!(records = put, "records of field work are for those now who may hold them");
    }
    let state = State::watched(db.clone(), photos, site, wire, options.public_url, options.metrics_token);
    // Connections wait in the listener's queue from the moment it was bound.
    println!("listening on {wire}://{address}");
    let stopped = stop_signal()?;
    let stopped = {
        let state = Arc::clone(&state);
        async move {
            stopped.await;
            // Whoever listens would never finish.
            state.hints.end();
        }
    };
    tokio::spawn(hints::watch(Arc::clone(&state), hints::LOOK_AGAIN));
    let router = http::router(Arc::clone(&state));
    let saying = tokio::spawn(due::keep_saying(db.clone()));
    let limits = Limits::default();
    match certificate {
        None => connections::serve(listener, router, limits, stopped).await,
        Some(certificate) => {
            connections::serve(TlsListener::new(listener, certificate), router, limits, stopped).await;
        }
    }
    saying.abort();
    db.close().await;
    Ok(())
}

/// Opens the database: a file in the data folder unless an address is given.
///
/// # Errors
/// One sentence for whoever started the program.
pub async fn open(data: &Path, database_url: Option<&str>) -> Result<Db, String> {
    let url = address(data, database_url)?;
    Db::open(&url).await.map_err(|error| match database_url {
        Some(_) => error.to_string(),
        None => format!("{error} (in the data folder {})", data.display()),
    })
}

/// The database's address: the one that is given, or that of a file in the data folder, which is made if it is not there.
///
/// # Errors
/// One sentence for whoever started the program.
pub fn address(data: &Path, database_url: Option<&str>) -> Result<String, String> {
    if let Some(url) = database_url {
        return Ok(url.to_owned());
    }
    // Keys and people's names are in it: nobody else's business.
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(data)
        .map_err(|error| format!("cannot create the data folder {}: {error}", data.display()))?;
    let folder = data.canonicalize().map_err(|error| format!("cannot open {}: {error}", data.display()))?;
    Ok(db::url_of_file(&folder.join("lamplighter.db")))
}

async fn listen(host: &str, port: u16) -> Result<TcpListener, String> {
    TcpListener::bind((host, port)).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            format!("port {port} is busy: stop what uses it or choose another with --port")
        }
        _ => format!("cannot listen on {host} port {port}: {error}"),
    })
}

/// On a first start, makes the demonstration or a set-up link; says how to get in.
async fn welcome(db: &Db, options: &Options, home: &str) -> Result<(), Failure> {
    let mut tx = db.write().await?;
    let is_new = communities::all(&mut tx).await?.is_empty();
    if is_new && !options.with_demo {
        let token = set_up_links::issue(&mut tx, clock::now()).await?;
        tx.commit().await?;
        println!("Set up this server within 24 hours, once, at {home}/set-up?token={token}");
        return Ok(());
    }
    drop(tx);
    if is_new && let Some(made) = founding::demonstrate(db).await? {
        println!("{}", invitation(&made, home));
    }
    Ok(())
}

/// How to sign in to the demonstration: one account for each kind of work.
fn invitation(made: &Starter, home: &str) -> String {
    let mut text = format!("A demonstration community was loaded. Open {home} and sign in:\n");
    let mut shown: Vec<Role> = vec![];
    for (_, request) in &made.requests {
        let Request::PutPerson(person) = request else { continue };
        let Some(account) = made.accounts.iter().find(|account| account.person == person.id) else { continue };
        let Some(role) = person.roles.first().copied().filter(|role| !shown.contains(role)) else { continue };
        shown.push(role);
        let role = format!("{role:?}").to_lowercase();
        text += &format!("  {:<12} {:<12} pass phrase: {}\n", role, account.username, account.password);
    }
    text + "All people, pass phrases and PINs are in starter/people.toml and starter/households.toml. They are for trying only."
}

/// Resolves when the process is asked to stop.
fn stop_signal() -> Result<impl Future<Output = ()>, String> {
    let listen = |kind| signal(kind).map_err(|error| format!("cannot wait for signals: {error}"));
    let (mut terminate, mut interrupt) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping: open requests may finish");
    })
}
