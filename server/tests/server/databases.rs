//! Every claim is checked on both databases, each time on a fresh one.

use std::sync::atomic::{AtomicUsize, Ordering};

use tempfile::TempDir;

use crate::postgres;

/// A database of its own. Its folder goes with it.
pub struct Fresh {
    pub url: String,
    pub folder: TempDir,
}

pub async fn for_each_database<F: Future<Output = ()>>(claim: impl Fn(Fresh) -> F) {
    claim(sqlite()).await;
    if let Some(fresh) = postgres_fresh().await {
        claim(fresh).await;
    }
}

pub fn sqlite() -> Fresh {
    let folder = tempfile::tempdir().expect("a temporary folder");
    Fresh { url: server::db::url_of_file(&folder.path().join("lamplighter.db")), folder }
}

pub async fn postgres_fresh() -> Option<Fresh> {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let cluster = postgres::cluster()?;
    let name = format!("claim_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    sqlx::any::install_default_drivers();
    let mut connection =
        <sqlx::AnyConnection as sqlx::Connection>::connect(&cluster.url("postgres")).await.expect("the cluster runs");
    let sql = sqlx::AssertSqlSafe(format!("create database {name}"));
    sqlx::raw_sql(sql).execute(&mut connection).await.expect("a new database");
    Some(Fresh { url: cluster.url(&name), folder: tempfile::tempdir().expect("a temporary folder") })
}
