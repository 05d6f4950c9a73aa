//! Claims about lost races: wherever a transaction of a push is thrown back, the whole push is done again and counts once.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    fmt,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
};

use domain::{
    changes::Request,
    ids::{ChangeId, LaneId, PersonId, RecordId},
    people::{Person, Role},
    records::{Reads, Root},
};
use reqwest::StatusCode;
use server::{
    canon::SqlCanon,
    clock,
    db::{Db, retried},
    failure::Failure,
};
use sqlx::error::{DatabaseError, ErrorKind};
use sync::{
    messages::{Hole, LaneNumber, Profile, Push, PushAnswer, Receipt, Seq},
    retold::{Later, Returned},
    server::{Canon, Head, Lane, LogEntry, Logged, Sender, push},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        UnixListener, UnixStream,
        unix::{OwnedReadHalf, OwnedWriteHalf},
    },
};

use crate::{
    client::{lane, placed, push_of},
    databases::{Fresh, for_each_database, postgres_fresh, sqlite},
    postgres,
    world::{World, world},
};

/// What the server's database says when somebody else was faster.
#[derive(Debug)]
struct LostRace(&'static str);

impl fmt::Display for LostRace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "lost a race: {}", self.0)
    }
}

impl Error for LostRace {}

impl DatabaseError for LostRace {
    fn message(&self) -> &str {
        "lost a race"
    }
    fn code(&self) -> Option<std::borrow::Cow<'_, str>> {
        Some(self.0.into())
    }
    fn as_error(&self) -> &(dyn Error + Send + Sync + 'static) {
        self
    }
    fn as_error_mut(&mut self) -> &mut (dyn Error + Send + Sync + 'static) {
        self
    }
    fn into_error(self: Box<Self>) -> Box<dyn Error + Send + Sync + 'static> {
        self
    }
    fn kind(&self) -> ErrorKind {
        ErrorKind::Other
    }
}

/// The canonical records, with one step that fails, once.
struct Unlucky<'a> {
    inner: SqlCanon,
    code: &'static str,
    /// Steps until it fails; negative when it has.
    left: &'a AtomicI64,
}

impl Unlucky<'_> {
    fn step(&self) -> Result<(), Failure> {
        if self.left.fetch_sub(1, Ordering::Relaxed) == 1 {
            return Err(Failure::Database(sqlx::Error::Database(Box::new(LostRace(self.code)))));
        }
        Ok(())
    }
}

/// Each step is done before it fails, so that there is something to throw back.
impl Canon for Unlucky<'_> {
    type Failure = Failure;

    async fn take_head(&mut self) -> Result<Head, Failure> {
        let done = self.inner.take_head().await?;
        self.step().map(|()| done)
    }
    async fn lane(&mut self, lane: LaneId) -> Result<Option<Lane>, Failure> {
        let done = self.inner.lane(lane).await?;
        self.step().map(|()| done)
    }
    async fn open_lane(&mut self, lane: &Lane) -> Result<(), Failure> {
        self.inner.open_lane(lane).await?;
        self.step()
    }
    async fn advance_lane(&mut self, lane: LaneId, last: LaneNumber) -> Result<(), Failure> {
        self.inner.advance_lane(lane, last).await?;
        self.step()
    }
    async fn record_hole(&mut self, hole: Hole) -> Result<(), Failure> {
        self.inner.record_hole(hole).await?;
        self.step()
    }
    async fn logged(&mut self, ids: &[ChangeId]) -> Result<BTreeMap<ChangeId, Logged>, Failure> {
        let done = self.inner.logged(ids).await?;
        self.step().map(|()| done)
    }
    async fn foresee(&mut self, roots: &[RecordId]) -> Result<(), Failure> {
        self.inner.foresee(roots).await?;
        self.step()
    }
    async fn root(&mut self, id: RecordId) -> Result<Root, Failure> {
        let done = self.inner.root(id).await?;
        self.step().map(|()| done)
    }
    async fn reads(&mut self, ids: &[RecordId]) -> Result<Reads, Failure> {
        let done = self.inner.reads(ids).await?;
        self.step().map(|()| done)
    }
    async fn person(&mut self, id: PersonId) -> Result<Option<Person>, Failure> {
        let done = self.inner.person(id).await?;
        self.step().map(|()| done)
    }
    async fn roles_held(&mut self, id: PersonId) -> Result<BTreeSet<Role>, Failure> {
        let done = self.inner.roles_held(id).await?;
        self.step().map(|()| done)
    }
    async fn has_lost(&mut self, epoch: &str, seq: Seq) -> Result<bool, Failure> {
        let done = self.inner.has_lost(epoch, seq).await?;
        self.step().map(|()| done)
    }
    async fn log(&mut self, entry: LogEntry<'_>) -> Result<(), Failure> {
        self.inner.log(entry).await?;
        self.step()
    }
    async fn told_later(&mut self, root: RecordId, receipt: &Receipt) -> Result<Later, Failure> {
        let done = self.inner.told_later(root, receipt).await?;
        self.step().map(|()| done)
    }
    async fn is_returning(&mut self) -> Result<bool, Failure> {
        let done = self.inner.is_returning().await?;
        self.step().map(|()| done)
    }
    async fn returned(&mut self, root: RecordId, receipt: &Receipt) -> Result<Returned, Failure> {
        let done = self.inner.returned(root, receipt).await?;
        self.step().map(|()| done)
    }
    async fn decided_since(&mut self, seq: Seq, root: RecordId) -> Result<(), Failure> {
        self.inner.decided_since(seq, root).await?;
        self.step()
    }
    async fn honour(&mut self, seq: Seq, root: Option<RecordId>, receipt: &Receipt) -> Result<(), Failure> {
        self.inner.honour(seq, root, receipt).await?;
        self.step()
    }
    async fn proof(&mut self, words: &[u8]) -> Result<String, Failure> {
        let done = self.inner.proof(words).await?;
        self.step().map(|()| done)
    }
    async fn sign(&mut self, words: &[u8]) -> Result<[u8; 64], Failure> {
        let done = self.inner.sign(words).await?;
        self.step().map(|()| done)
    }
}

/// As the push route does it, with a step that fails.
async fn unluckily(
    db: &Db,
    sender: &Sender,
    sent: &Push,
    left: &AtomicI64,
    code: &'static str,
) -> Result<PushAnswer, Failure> {
    let now = clock::now();
    let mut canon = Unlucky { inner: SqlCanon::new(db.write().await?, sender.community, now), code, left };
    let answer = push(&mut canon, sender, sent, now).await?;
    canon.inner.commit().await?;
    Ok(answer)
}

#[tokio::test]
async fn thrown_back_at_any_step_a_push_is_done_again_whole_and_once() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let device = world.client("guard", true).await.enrol(true).await.expect("known").device;
        let sender = Sender {
            device,
            profile: Profile::Shared,
            community: world.community,
            enrolled_by: world.person("guard"),
            confirmed: true,
            session: None,
        };
        let mut steps = 0;
        for (round, code) in (1..).zip(["5", "517", "40001", "40P01"].into_iter().cycle()) {
            let own = lane(world.person("guard"));
            let refused = world.request(Request::PutPerson(world.someone("guard", &[])));
            let mut sent = push_of(&own, placed(&own, 3, &[world.finding("one"), refused, world.finding("two")]));
            sent.holes.push(Hole { lane: own.lane, from: 1, to: 2 });
            let left = AtomicI64::new(round);
            let answer = retried(|| unluckily(&world.db, &sender, &sent, &left, code)).await.expect("it is done again");
            assert_eq!(answer.outcomes.len(), 3, "at step {round}: {answer:?}");
            is_kept_once(&world, &answer).await;
            if left.load(Ordering::Relaxed) > 0 {
                break;
            }
            steps = round;
        }
        assert!(steps > 20, "{steps} steps failed, one after the other");
    })
    .await;
}

/// The log is without a gap, and holds these changes once, as they were answered.
async fn is_kept_once(world: &World, answer: &PushAnswer) {
    let log = world.exported("change").await;
    let seqs: Vec<_> = log.iter().filter_map(|change| change["seq"].as_i64()).collect();
    assert_eq!(seqs, (1..=seqs.len() as i64).collect::<Vec<_>>(), "no gap");
    for delivery in &answer.outcomes {
        let found: Vec<_> = log.iter().filter(|change| change["id"] == delivery.id.to_string()).collect();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0]["seq"], delivery.seq);
        assert_eq!(found[0]["outcome"], serde_json::to_value(&delivery.outcome).expect("JSON"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_another_program_holds_sqlites_lock_a_push_waits_and_is_taken() {
    let fresh = sqlite();
    let other = Db::open(&fresh.url).await.expect("another program");
    let world = Arc::new(world(fresh).await);
    let tablet = world.client("guard", true).await;
    let own = lane(world.person("guard"));
    let held = other.write().await.expect("the lock");
    let pushing = tokio::spawn({
        let (world, own) = (world.clone(), own);
        let sent = push_of(&own, placed(&own, 1, &[world.finding("patient")]));
        async move { (tablet.push(&sent).await, sent) }
    });
    // Longer than SQLite waits by itself, so that SQLITE_BUSY comes.
    tokio::time::sleep(std::time::Duration::from_secs(9)).await;
    drop(held);
    let (answer, sent) = pushing.await.expect("it is answered");
    assert_eq!(answer.outcomes.len(), sent.changes.len());
    is_kept_once(&world, &answer).await;
}

/// What happens to a statement on its way to PostgreSQL.
#[derive(Clone, Copy, Debug)]
enum Fault {
    /// It is not passed on, and answered with this code.
    Answer(&'static str),
    /// The connection ends before it arrives.
    CutBefore,
    /// It is done, and the connection ends before the answer arrives.
    CutAfter,
}

/// Stands between the server and PostgreSQL, understands where a statement ends, and lets one of them fail.
struct Between {
    folder: TempDir,
    plan: Arc<Plan>,
}

#[derive(Default)]
struct Plan {
    /// Counted from the beginning of a transaction that writes; 0 is none.
    at: AtomicI64,
    fault: Mutex<Option<Fault>>,
}

impl Between {
    fn start() -> Option<Self> {
        let cluster = postgres::cluster()?;
        let (folder, plan) = (tempfile::tempdir().expect("a temporary folder"), Arc::new(Plan::default()));
        let listener = UnixListener::bind(folder.path().join(".s.PGSQL.5432")).expect("a socket");
        let real: PathBuf = cluster.socket();
        let of_all = plan.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = UnixStream::connect(&real).await.expect("the cluster runs");
                tokio::spawn(between(client, server, of_all.clone()));
            }
        });
        Some(Self { folder, plan })
    }

    fn arm(&self, at: i64, fault: Fault) {
        *self.plan.fault.lock().expect("nobody panicked") = Some(fault);
        self.plan.at.store(at, Ordering::SeqCst);
    }

    /// Whether the fault is still to come.
    fn disarm(&self) -> bool {
        self.plan.at.store(0, Ordering::SeqCst);
        self.plan.fault.lock().expect("nobody panicked").take().is_some()
    }
}

impl Plan {
    fn take(&self, count: i64) -> Option<Fault> {
        if self.at.load(Ordering::SeqCst) == count { self.fault.lock().expect("nobody panicked").take() } else { None }
    }
}

async fn between(client: UnixStream, server: UnixStream, plan: Arc<Plan>) {
    let (from_client, to_client) = client.into_split();
    let (mut from_server, to_server) = server.into_split();
    let to_client = Arc::new(tokio::sync::Mutex::new(to_client));
    let back = to_client.clone();
    let backwards = tokio::spawn(async move {
        let mut buffer = vec![0; 64 * 1024];
        while let Ok(read @ 1..) = from_server.read(&mut buffer).await {
            if back.lock().await.write_all(&buffer[..read]).await.is_err() {
                break;
            }
        }
    });
    forwards(from_client, to_server, to_client, &plan).await;
    backwards.abort();
}

/// Until either side ends, or a fault ends it.
async fn forwards(
    mut from_client: OwnedReadHalf,
    mut to_server: OwnedWriteHalf,
    to_client: Arc<tokio::sync::Mutex<OwnedWriteHalf>>,
    plan: &Plan,
) -> Option<()> {
    let (mut has_begun, mut counted) = (false, None);
    let mut batch = vec![];
    loop {
        let kind = if has_begun { Some(from_client.read_u8().await.ok()?) } else { None };
        let length = from_client.read_u32().await.ok()?;
        let mut body = vec![0; length as usize - 4];
        from_client.read_exact(&mut body).await.ok()?;
        batch.extend(kind);
        batch.extend(length.to_be_bytes());
        batch.extend(&body);
        let Some(kind) = kind else {
            // Version 3.0 begins the session; what comes before asks for encryption.
            has_begun = body.starts_with(&196_608_u32.to_be_bytes());
            to_server.write_all(&std::mem::take(&mut batch)).await.ok()?;
            continue;
        };
        if !matches!(kind, b'S' | b'Q' | b'X') {
            continue;
        }
        let batch = std::mem::take(&mut batch);
        let begins = kind == b'Q' && body.starts_with(b"begin isolation level read committed");
        if begins {
            counted = Some(0);
        }
        let is_statement = batch.len() > 5;
        if let (Some(count), true) = (&mut counted, is_statement) {
            *count += 1;
            if let Some(fault) = plan.take(*count) {
                match fault {
                    Fault::Answer(code) => {
                        let state = if begins { b'I' } else { b'E' };
                        to_client.lock().await.write_all(&refusal(code, state)).await.ok()?;
                        continue;
                    }
                    Fault::CutBefore => return None,
                    Fault::CutAfter => {
                        let _silent = to_client.lock().await;
                        to_server.write_all(&batch).await.ok()?;
                        // PostgreSQL does what it has read before it notices that nobody listens.
                        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                        return None;
                    }
                }
            }
        }
        if kind == b'Q' && ["COMMIT", "ROLLBACK"].iter().any(|end| body.starts_with(end.as_bytes())) {
            counted = None;
        }
        to_server.write_all(&batch).await.ok()?;
    }
}

/// ErrorResponse and ReadyForQuery, as PostgreSQL writes them.
fn refusal(code: &str, state: u8) -> Vec<u8> {
    let fields = format!("SERROR\0VERROR\0C{code}\0Mcould not serialize access\0\0");
    let mut bytes = vec![b'E'];
    bytes.extend((fields.len() as u32 + 4).to_be_bytes());
    bytes.extend(fields.as_bytes());
    bytes.extend([b'Z', 0, 0, 0, 5, state]);
    bytes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgresql_throwing_back_or_losing_any_statement_of_a_push_loses_and_doubles_nothing() {
    let Some(between) = Between::start() else { return };
    let Some(Fresh { url, folder }) = postgres_fresh().await else { return };
    let real = postgres::cluster().expect("it runs").folder().display().to_string();
    let through = url.replace(&real, &between.folder.path().display().to_string());
    let world = world(Fresh { url: through, folder }).await;
    let signed_in = world.client("guard", true).await;
    let mut reached = BTreeSet::new();
    for (kind, faults) in [
        ("thrown back", [Fault::Answer("40001"), Fault::Answer("40P01")]),
        ("cut", [Fault::CutBefore, Fault::CutAfter]),
    ] {
        for (at, fault) in (1..).zip(faults.into_iter().cycle()) {
            let tablet = signed_in.another_device().await;
            let own = lane(world.person("guard"));
            let refused = world.request(Request::PutPerson(world.someone("guard", &[])));
            let sent = push_of(&own, placed(&own, 1, &[world.finding("one"), refused]));
            between.arm(at, fault);
            let answer = match tablet.try_push(&sent).await {
                Ok(answer) => answer,
                Err(status) => {
                    assert_eq!((kind, status), ("cut", StatusCode::INTERNAL_SERVER_ERROR), "statement {at}");
                    tablet.push(&sent).await
                }
            };
            let is_beyond = between.disarm();
            assert_eq!(answer.outcomes.len(), 2, "{kind} at statement {at}: {answer:?}");
            is_kept_once(&world, &answer).await;
            if is_beyond {
                break;
            }
            reached.insert((kind, at));
        }
    }
    for kind in ["thrown back", "cut"] {
        let count = reached.iter().filter(|(of, _)| *of == kind).count();
        assert!(count > 10, "{count} statements were {kind}");
    }
}
