//! Backing up a SQLite database while the server runs, and putting a backup in its place while none does.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use domain::time::Moment;

use crate::{
    communities,
    db::{self, Db, Hold},
    failure::Failure,
};

/// Writes a whole copy to `file`, which must not exist. It is there only once it is complete and on the disk.
///
/// # Errors
/// One sentence for whoever asked.
pub async fn back_up(db: &Db, file: &Path) -> Result<(), String> {
    if file.exists() {
        return Err(format!("{} exists already: name another file", file.display()));
    }
    let partial = beside(file, ".partial");
    let written = write(db, &partial).await;
    let done = match written {
        // Unlike a renaming, a link never takes the place of what came meanwhile.
        Ok(()) => fs::hard_link(&partial, file).map_err(|error| cannot("write", file, &error)),
        Err(sentence) => Err(sentence),
    };
    let _ = fs::remove_file(&partial);
    done?;
    synchronise_folder(file).map_err(|error| cannot("write", file, &error))
}

async fn write(db: &Db, partial: &Path) -> Result<(), String> {
    // Keys and people's names are in it: nobody else's business. What an earlier try left goes.
    private(partial).map_err(|error| cannot("write", partial, &error))?;
    db.copy_into(partial).await.map_err(|error| error.to_string())?;
    File::open(partial).and_then(|file| file.sync_all()).map_err(|error| cannot("write", partial, &error))?;
    db::examine(partial).await.map_err(|why| format!("the copy failed: {why}"))
}

/// What restoring did.
#[derive(Debug, PartialEq, Eq)]
pub struct Restored {
    pub communities: usize,
    /// Where the database is now that was there before.
    pub former: Option<PathBuf>,
}

/// Puts a copy of `backup` in the place of the database file `target`, with a new epoch for every community.
///
/// Everything is made ready beside it first; until the last step the old database is in its place, and at the end it is beside it.
///
/// # Errors
/// One sentence for whoever asked; then the old database is where it was.
pub async fn restore(backup: &Path, target: &Path, now: Moment) -> Result<Restored, String> {
    let _alone = Hold::alone(target).map_err(|error| error.to_string())?;
    let ready = beside(target, ".restoring");
    let made = make_ready(backup, &ready, now).await;
    let done = match made {
        Ok(communities) => exchange(&ready, target, now).await.map(|former| Restored { communities, former }),
        Err(sentence) => Err(sentence),
    };
    for ending in ["", "-wal", "-shm", ".lock"] {
        let _ = fs::remove_file(beside(&ready, ending));
    }
    done
}

async fn make_ready(backup: &Path, ready: &Path, now: Moment) -> Result<usize, String> {
    if !backup.is_file() {
        return Err(format!("there is no file {}", backup.display()));
    }
    // A copy of a stopped server's folder may have its newest pages in the file beside it.
    for ending in ["", "-wal"] {
        let (from, to) = (beside(backup, ending), beside(ready, ending));
        if from.exists() {
            private(&to).and_then(|_| fs::copy(&from, &to)).map_err(|error| cannot("copy", &from, &error))?;
        }
    }
    db::examine(ready).await.map_err(|why| format!("cannot restore {}: {why}", backup.display()))?;
    let db = Db::open(&db::url_of_file(ready)).await.map_err(|error| error.to_string())?;
    let communities = renew_epochs(&db, now).await.map_err(|failure| failure.to_string())?;
    db.close().await;
    File::open(ready).and_then(|file| file.sync_all()).map_err(|error| cannot("write", ready, &error))?;
    Ok(communities)
}

/// Gives every community of a database a new epoch, after it was restored by whatever means.
pub async fn renew_epochs(db: &Db, now: Moment) -> Result<usize, Failure> {
    let mut tx = db.write().await?;
    let communities = communities::renew_epochs(&mut tx, now).await?;
    tx.commit().await?;
    Ok(communities)
}

async fn exchange(ready: &Path, target: &Path, now: Moment) -> Result<Option<PathBuf>, String> {
    let mut former = None;
    if target.exists() {
        // A server that was killed left its newest pages in the file beside it: opening and closing puts them where they
        // belong. A database too broken for that is kept with that file as it is.
        let name = format!(".until-{}", now.utc().format("%Y-%m-%d-%H%M%S%3f"));
        let kept = beside(target, &name);
        if let Err(error) = db::settle(target).await {
            eprintln!("lamplighter: the old database is kept as it is: {error}");
        }
        fs::hard_link(target, &kept).map_err(|error| cannot("keep", target, &error))?;
        let log = beside(target, "-wal");
        if log.exists() {
            fs::rename(&log, beside(&kept, "-wal")).map_err(|error| cannot("keep", &log, &error))?;
        }
        let _ = fs::remove_file(beside(target, "-shm"));
        former = Some(kept);
    }
    fs::rename(ready, target).map_err(|error| cannot("write", target, &error))?;
    synchronise_folder(target).map_err(|error| cannot("write", target, &error))?;
    Ok(former)
}

/// An empty file that only its owner may read.
fn private(file: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(file)
}

fn synchronise_folder(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(ending);
    name.into()
}

fn cannot(what: &str, file: &Path, error: &io::Error) -> String {
    format!("cannot {what} {}: {error}", file.display())
}
