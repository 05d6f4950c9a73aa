//! The database: the only file that knows there are two kinds, SQLite in a file and PostgreSQL.

use std::{fmt, path::Path, time::Duration};

use sqlx::{
    AnyPool,
    any::{AnyPoolOptions, install_default_drivers},
};

use crate::failure::Failure;

pub use sqlx::Error;

/// One transaction. It rolls back unless it is committed.
pub type Tx = sqlx::Transaction<'static, sqlx::Any>;

#[derive(Clone)]
pub struct Db {
    pool: AnyPool,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sqlite,
    Postgres,
}

/// Why the database cannot be opened, in one sentence.
#[derive(Debug)]
pub struct Unreachable(pub String);

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The address of the database file in a data folder.
pub fn url_of_file(file: &Path) -> String {
    let path: String = file
        .to_string_lossy()
        .chars()
        .map(|c| if matches!(c, '%' | '?' | '#' | ' ') { format!("%{:02X}", c as u32) } else { c.to_string() })
        .collect();
    format!("sqlite://{path}?mode=rwc")
}

impl Db {
    /// Opens the database and brings its tables up to date.
    ///
    /// # Errors
    /// A sentence for whoever started the server; the address's password is not in it.
    pub async fn open(url: &str) -> Result<Self, Unreachable> {
        install_default_drivers();
        let kind = match url.split_once(':') {
            Some(("sqlite", _)) => Kind::Sqlite,
            Some(("postgres" | "postgresql", _)) => Kind::Postgres,
            _ => return Err(Unreachable("the database address must begin with sqlite: or postgres:".into())),
        };
        let options = AnyPoolOptions::new()
            .max_connections(if kind == Kind::Sqlite { 8 } else { 16 })
            .acquire_timeout(Duration::from_secs(10))
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    if kind == Kind::Sqlite {
                        sqlx::raw_sql(PRAGMAS).execute(connection).await?;
                    }
                    Ok(())
                })
            });
        let pool =
            options.connect(url).await.map_err(|error| Unreachable(format!("cannot open the database: {error}")))?;
        sqlx::migrate!("../migrations")
            .run(&pool)
            .await
            .map_err(|error| Unreachable(format!("cannot bring the database's tables up to date: {error}")))?;
        Ok(Self { pool, kind })
    }

    /// Begins a transaction that may write.
    pub async fn write(&self) -> Result<Tx, Error> {
        match self.kind {
            // Takes the one write lock at once: a transaction that begins with reading could not write any more.
            Kind::Sqlite => self.pool.begin_with("begin immediate").await,
            // Read committed: what follows the head row's lock sees everything committed before it.
            Kind::Postgres => self.pool.begin_with("begin isolation level read committed").await,
        }
    }

    /// Begins a transaction that sees one state of the database however long it reads.
    pub async fn read(&self) -> Result<Tx, Error> {
        match self.kind {
            Kind::Sqlite => self.pool.begin().await,
            Kind::Postgres => self.pool.begin_with("begin isolation level repeatable read read only").await,
        }
    }

    pub async fn is_well(&self) -> Result<(), Error> {
        sqlx::query("select 1").execute(&self.pool).await.map(|_| ())
    }

    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Full: an answer is given only once its transaction is on the disk.
const PRAGMAS: &str =
    "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma busy_timeout = 8000;";

/// How often a transaction is begun anew before its failure is believed.
const ATTEMPTS: u32 = 8;

/// Runs a whole transaction, again where it only lost a race.
///
/// # Errors
/// The failure of the last attempt.
pub async fn retried<T, F: Future<Output = Result<T, Failure>>>(mut run: impl FnMut() -> F) -> Result<T, Failure> {
    let mut attempt = 1;
    loop {
        match run().await {
            Err(Failure::Database(error)) if attempt < ATTEMPTS && is_a_lost_race(&error) => {
                let pause = rand::random_range(5..25u64) * u64::from(attempt);
                tokio::time::sleep(Duration::from_millis(pause)).await;
                attempt += 1;
            }
            done => return done,
        }
    }
}

/// SQLITE_BUSY and its extended codes; PostgreSQL's serialization failure and deadlock.
fn is_a_lost_race(error: &Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code());
    matches!(code.as_deref(), Some("5" | "261" | "517" | "773" | "40001" | "40P01"))
}
