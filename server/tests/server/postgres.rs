//! A throw-away PostgreSQL for this test run: it goes when the process goes, however that ends.

use std::{
    fs,
    os::unix::{
        fs::{MetadataExt, chown},
        process::CommandExt,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

pub struct Cluster {
    folder: PathBuf,
    /// Waits for this process to end, then stops the cluster and removes its folder.
    _watch: Child,
}

/// The cluster of this process, if PostgreSQL is installed.
pub fn cluster() -> Option<&'static Cluster> {
    static CLUSTER: OnceLock<Option<Cluster>> = OnceLock::new();
    CLUSTER.get_or_init(start).as_ref()
}

impl Cluster {
    /// The address of one of its databases: a socket in its folder, nothing on the network.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://lamplighter@localhost/{database}?host={}", self.folder.display())
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub fn socket(&self) -> PathBuf {
        self.folder.join(".s.PGSQL.5432")
    }
}

/// One of PostgreSQL's own programs, beside those that run the cluster.
pub fn tool(name: &str) -> Command {
    let one = programs().expect("a cluster runs").join("initdb");
    Command::new(fs::canonicalize(one).expect("it is installed").with_file_name(name))
}

fn start() -> Option<Cluster> {
    let Some(programs) = programs() else {
        assert!(std::env::var_os("CI").is_none(), "PostgreSQL is not installed, and CI tests both databases");
        eprintln!("PostgreSQL is not installed: only SQLite is tested");
        return None;
    };
    let folder = tempfile::Builder::new().prefix("lamplighter-pg-").tempdir().expect("a temporary folder").keep();
    let owner = unprivileged();
    if let Some((uid, gid)) = owner {
        chown(&folder, Some(uid), Some(gid)).expect("root may give a folder away");
    }
    let run = |program: &str, arguments: &[&str]| {
        let mut command = Command::new(programs.join(program));
        command.args(arguments).current_dir(&folder).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if let Some((uid, gid)) = owner {
            command.uid(uid).gid(gid);
        }
        assert!(command.status().expect("it is installed").success(), "{program} failed in {}", folder.display());
    };
    run("initdb", &["-D", "data", "-U", "lamplighter", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
    let watch = watch(&programs, &folder, owner);
    let options = format!("-k {} -c listen_addresses= -c fsync=off -c max_connections=200", folder.display());
    run("pg_ctl", &["-D", "data", "-w", "-l", "log", "-o", &options, "start"]);
    Some(Cluster { folder, _watch: watch })
}

/// A child in a group of its own whose input ends when this process does, whether it returns, panics or is killed.
fn watch(programs: &Path, folder: &Path, owner: Option<(u32, u32)>) -> Child {
    let script = format!(
        "read _; {}/pg_ctl -D {folder}/data -m immediate -w stop; rm -rf {folder}",
        programs.display(),
        folder = folder.display()
    );
    let mut command = Command::new("sh");
    command.args(["-c", &script]).current_dir("/").process_group(0);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    if let Some((uid, gid)) = owner {
        command.uid(uid).gid(gid);
    }
    command.spawn().expect("a shell")
}

fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let installed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    std::env::split_paths(&path)
        .chain(installed.map(|version| version.path().join("bin")))
        .find(|folder| folder.join("initdb").exists() && folder.join("pg_ctl").exists())
}

/// The user and group `postgres`, where this is root: PostgreSQL refuses to run as root.
fn unprivileged() -> Option<(u32, u32)> {
    if fs::metadata("/proc/self").map_or(1, |me| me.uid()) != 0 {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").expect("a list of users");
    let line = users.lines().find(|line| line.starts_with("postgres:")).expect("a user `postgres`");
    let mut fields = line.split(':').skip(2).map(|field| field.parse().expect("a number"));
    Some((fields.next().expect("a user id"), fields.next().expect("a group id")))
}
