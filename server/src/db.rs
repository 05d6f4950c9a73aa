//! The database: the only file that knows there are two kinds, SQLite in a file and PostgreSQL.

use std::{
    fmt,
    fs::{File, OpenOptions, TryLockError},
    ops::{Deref, DerefMut},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use sqlx::{
    AnyConnection, AnyPool, Connection as _, Row as _,
    any::{AnyPoolOptions, install_default_drivers},
    migrate::Migrator,
    postgres::PgListener,
    sqlite::SqliteConnectOptions,
};
use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
    task::spawn_blocking,
    time::{sleep, timeout},
};

use crate::failure::Failure;

pub use sqlx::Error;

/// One transaction. It rolls back unless it is committed.
pub struct Tx {
    inner: sqlx::Transaction<'static, sqlx::Any>,
    /// One that writes gives its turn to the next when it ends, and says so when it is committed.
    turn: Option<Turn>,
}

struct Turn {
    _permit: OwnedSemaphorePermit,
    committed: Arc<Notify>,
}

impl Tx {
    pub async fn commit(self) -> Result<(), Error> {
        self.inner.commit().await?;
        if let Some(turn) = self.turn {
            turn.committed.notify_one();
        }
        Ok(())
    }
}

impl Deref for Tx {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.inner
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.inner
    }
}

static MIGRATIONS: Migrator = sqlx::migrate!("../migrations");

#[derive(Clone)]
pub struct Db {
    pool: AnyPool,
    kind: Kind,
    /// Whoever wants to write waits here, first come, first served, and leaves the connections to those who read.
    turns: Arc<Semaphore>,
    committed: Arc<Notify>,
    url: Arc<str>,
    /// Nobody puts another file in the place of one that is open.
    _hold: Option<Arc<Hold>>,
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

/// The file of a SQLite address; nothing for PostgreSQL.
///
/// # Errors
/// A sentence when it is no address of a database.
pub fn file_of_url(url: &str) -> Result<Option<PathBuf>, Unreachable> {
    match kind_of(url)? {
        Kind::Postgres => Ok(None),
        Kind::Sqlite => {
            let options: SqliteConnectOptions =
                url.parse().map_err(|error| Unreachable(format!("cannot open the database: {error}")))?;
            Ok(Some(options.get_filename().to_owned()))
        }
    }
}

fn kind_of(url: &str) -> Result<Kind, Unreachable> {
    match url.split_once(':') {
        Some(("sqlite", _)) => Ok(Kind::Sqlite),
        Some(("postgres" | "postgresql", _)) => Ok(Kind::Postgres),
        _ => Err(Unreachable("the database address must begin with sqlite: or postgres:".into())),
    }
}

/// A lock on `<database file>.lock`, which ends with whoever has it, however they end. Everything that opens the file shares
/// it; restoring has it alone. One on its folder is held while the tables are brought up to date.
pub struct Hold {
    _file: File,
}

impl Hold {
    /// Waits until nobody else brings the tables up to date.
    async fn of_tables(database: PathBuf) -> Result<Self, Unreachable> {
        let locked = spawn_blocking(move || {
            let cannot = |error| Unreachable(format!("cannot lock the folder of {}: {error}", database.display()));
            let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            let file = File::open(folder).map_err(cannot)?;
            file.lock().map_err(cannot)?;
            Ok(Self { _file: file })
        });
        locked.await.map_err(|error| Unreachable(format!("cannot open the database: {error}")))?
    }

    fn shared(database: &Path) -> Result<Self, Unreachable> {
        let file = Self::file(database)?;
        file.try_lock_shared().map_err(|error| match error {
            TryLockError::WouldBlock => Unreachable("a backup is being restored into this database just now".into()),
            TryLockError::Error(error) => Unreachable(format!("cannot open the database: {error}")),
        })?;
        Ok(Self { _file: file })
    }

    /// # Errors
    /// A sentence when a server or a command has the database open.
    pub fn alone(database: &Path) -> Result<Self, Unreachable> {
        let file = Self::file(database)?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => Unreachable(format!("{} is in use: stop the server first", database.display())),
            TryLockError::Error(error) => Unreachable(format!("cannot lock {}: {error}", database.display())),
        })?;
        Ok(Self { _file: file })
    }

    fn file(database: &Path) -> Result<File, Unreachable> {
        let mut name = database.as_os_str().to_owned();
        name.push(".lock");
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true).mode(0o600);
        options.open(name).map_err(|error| Unreachable(format!("cannot open the database: {error}")))
    }
}

impl Db {
    /// Opens the database and brings its tables up to date.
    ///
    /// # Errors
    /// A sentence for whoever started the server; the address's password is not in it.
    pub async fn open(url: &str) -> Result<Self, Unreachable> {
        let db = Self::open_as_it_is(url).await?;
        // PostgreSQL's own lock keeps those apart who begin at once; SQLite has none for this.
        let _alone = match file_of_url(url)? {
            Some(file) => Some(Hold::of_tables(file).await?),
            None => None,
        };
        MIGRATIONS
            .run(&db.pool)
            .await
            .map_err(|error| Unreachable(format!("cannot bring the database's tables up to date: {error}")))?;
        Ok(db)
    }

    /// Opens the database and leaves its tables as they are: those of an older version may be in use.
    ///
    /// # Errors
    /// As [`Db::open`].
    pub async fn open_as_it_is(url: &str) -> Result<Self, Unreachable> {
        install_default_drivers();
        let kind = kind_of(url)?;
        let hold = file_of_url(url)?.map(|file| Hold::shared(&file)).transpose()?;
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
        let turns = Arc::new(Semaphore::new(if kind == Kind::Sqlite { 1 } else { 12 }));
        let committed = Arc::default();
        Ok(Self { pool, kind, turns, committed, url: url.into(), _hold: hold.map(Arc::new) })
    }

    /// Begins a transaction that may write.
    ///
    /// # Errors
    /// Also [`Error::PoolTimedOut`] when too many others wait.
    pub async fn write(&self) -> Result<Tx, Error> {
        let turn = timeout(TURN_WITHIN, Arc::clone(&self.turns).acquire_owned()).await;
        let permit = turn.map_err(|_| Error::PoolTimedOut)?.map_err(|_| Error::PoolClosed)?;
        let turn = Turn { _permit: permit, committed: Arc::clone(&self.committed) };
        let statement = match self.kind {
            // Takes the one write lock at once: a transaction that begins with reading could not write any more.
            Kind::Sqlite => "begin immediate",
            // Read committed: what follows the head row's lock sees everything committed before it.
            Kind::Postgres => "begin isolation level read committed",
        };
        self.begin(statement, Some(turn)).await
    }

    /// Begins a transaction that may make the first community: of several servers that begin at once on an empty database the others
    /// wait for the one, and see what it made.
    pub async fn write_first(&self) -> Result<Tx, Error> {
        let mut tx = self.write().await?;
        if self.kind == Kind::Postgres {
            sqlx::raw_sql("lock table communities in share row exclusive mode").execute(&mut *tx).await?;
        }
        Ok(tx)
    }

    /// Begins a transaction that sees one state of the database however long it reads.
    pub async fn read(&self) -> Result<Tx, Error> {
        let statement = match self.kind {
            Kind::Sqlite => "begin",
            Kind::Postgres => "begin isolation level repeatable read read only",
        };
        self.begin(statement, None).await
    }

    /// Begins, whether or not whoever asked is still there. sqlx counts a transaction only once PostgreSQL has answered: given up
    /// before that, the connection would go back to the others with its transaction open, and the next one would be in it.
    async fn begin(&self, statement: &'static str, turn: Option<Turn>) -> Result<Tx, Error> {
        let pool = self.pool.clone();
        let begun = tokio::spawn(async move { Ok(Tx { inner: pool.begin_with(statement).await?, turn }) });
        begun.await.map_err(|_| Error::PoolClosed)?
    }

    /// Waits until this process has written something since it was asked last.
    pub async fn committed(&self) {
        self.committed.notified().await;
    }

    /// Tells the other servers of this database that something was written. Nobody else can share a file of SQLite's.
    pub async fn announce(&self) -> Result<(), Error> {
        match self.kind {
            Kind::Sqlite => Ok(()),
            Kind::Postgres => sqlx::raw_sql("notify lamplighter").execute(&self.pool).await.map(|_| ()),
        }
    }

    /// Calls `heard` whenever another server has announced something, or may have while the line was down. Never ends.
    pub async fn hear(&self, heard: impl Fn()) {
        if self.kind == Kind::Sqlite {
            std::future::pending::<()>().await;
        }
        loop {
            if let Err(error) = self.hear_until_it_fails(&heard).await {
                tracing::warn!(%error, "other servers are not heard just now, only asked after");
            }
            sleep(Duration::from_millis(rand::random_range(500..1_500))).await;
        }
    }

    async fn hear_until_it_fails(&self, heard: &impl Fn()) -> Result<(), Error> {
        let mut line = PgListener::connect(&self.url).await?;
        line.listen("lamplighter").await?;
        loop {
            heard();
            line.try_recv().await?;
        }
    }

    pub async fn is_well(&self) -> Result<(), Error> {
        sqlx::query("select 1").execute(&self.pool).await.map(|_| ())
    }

    /// Whether every migration of this version has been made.
    pub async fn is_up_to_date(&self) -> Result<bool, Error> {
        let row =
            sqlx::query("select count(*) as made from _sqlx_migrations where success").fetch_one(&self.pool).await?;
        Ok(usize::try_from(row.try_get::<i64, _>("made")?).is_ok_and(|made| made >= MIGRATIONS.iter().count()))
    }

    /// Writes one state of the database into a new file while others read and write.
    ///
    /// # Errors
    /// A sentence; also for PostgreSQL, which has a tool of its own.
    pub async fn copy_into(&self, file: &Path) -> Result<(), Unreachable> {
        if self.kind == Kind::Postgres {
            return Err(Unreachable(
                "PostgreSQL has its own tool: pg_dump --format=custom --file=FILE DATABASE".into(),
            ));
        }
        let name = file.to_str().ok_or_else(|| Unreachable("the file's name must be text".into()))?;
        let done = sqlx::query("vacuum into $1").bind(name).execute(&self.pool).await;
        done.map(|_| ()).map_err(|error| Unreachable(format!("cannot write {name}: {error}")))
    }

    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Who has waited this long for their turn to write is asked to come again.
const TURN_WITHIN: Duration = Duration::from_secs(15);

/// Full: an answer is given only once its transaction is on the disk.
const PRAGMAS: &str =
    "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma busy_timeout = 8000;";

/// Whether a file is a whole SQLite database of this program, of this version or an older one.
///
/// # Errors
/// What is wrong with it.
pub async fn examine(file: &Path) -> Result<(), String> {
    let unfit = |why: &dyn fmt::Display| format!("it is not a whole Lamplighter database: {why}");
    let mut connection = connect(file).await.map_err(|error| unfit(&error))?;
    let found: String = sqlx::query("pragma integrity_check(1)")
        .fetch_one(&mut connection)
        .await
        .and_then(|row| row.try_get(0))
        .map_err(|error| unfit(&error))?;
    if found != "ok" {
        return Err(unfit(&found));
    }
    let sql = "select max(version) as version, (select count(*) from communities) as communities from _sqlx_migrations";
    let row = sqlx::query(sql).fetch_one(&mut connection).await.map_err(|error| unfit(&error))?;
    let version: Option<i64> = row.try_get("version").map_err(|error| unfit(&error))?;
    connection.close().await.map_err(|error| unfit(&error))?;
    let newest = MIGRATIONS.iter().map(|migration| migration.version).max();
    match version {
        None => Err(unfit(&"it has no tables of ours")),
        version if version > newest => Err("a newer version of Lamplighter wrote it: use that one".into()),
        Some(_) => Ok(()),
    }
}

/// Writes what lies in the log beside a SQLite database into the database itself, and the log is gone.
///
/// # Errors
/// It is broken, or somebody has it open.
pub async fn settle(file: &Path) -> Result<(), Error> {
    let mut connection = connect(file).await?;
    sqlx::raw_sql("pragma wal_checkpoint(truncate)").execute(&mut connection).await?;
    connection.close().await
}

async fn connect(file: &Path) -> Result<AnyConnection, Error> {
    install_default_drivers();
    AnyConnection::connect(&url_of_file(file).replace("?mode=rwc", "?mode=rw")).await
}

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
