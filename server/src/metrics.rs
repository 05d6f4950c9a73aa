//! What a watcher of servers wants to know, in Prometheus' text format: counted since the start, or looked up when asked.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use axum::http::{Method, StatusCode};
use domain::time::Moment;
use sqlx::Row as _;
use sync::messages::{Outcome, PullAnswer};

use crate::{bounds::Bounds, db::Tx, failure::Failure};

/// What this process has counted since it started.
#[derive(Default)]
pub struct Metrics {
    counted: Mutex<Counted>,
}

#[derive(Default)]
struct Counted {
    changes: Tally,
    pushes: u64,
    pages: u64,
    rebuilds: u64,
    requests: BTreeMap<(String, &'static str, u16), Times>,
}

/// How many changes had which outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub accepted: u64,
    pub refused: u64,
    pub quarantined: u64,
}

impl Tally {
    pub fn all(self) -> u64 {
        self.accepted + self.refused + self.quarantined
    }

    pub fn count(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Accepted { .. } => self.accepted += 1,
            Outcome::Refused { .. } => self.refused += 1,
            Outcome::Quarantined { .. } => self.quarantined += 1,
        }
    }
}

/// The upper bounds of a histogram's buckets, in milliseconds.
const BOUNDS: [u64; 11] = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 10_000, 30_000];

#[derive(Clone, Copy, Default)]
struct Times {
    within: [u64; BOUNDS.len()],
    count: u64,
    sum: Duration,
}

impl Times {
    fn took(&mut self, time: Duration) {
        for (within, bound) in self.within.iter_mut().zip(BOUNDS) {
            *within += u64::from(time <= Duration::from_millis(bound));
        }
        self.count += 1;
        self.sum += time;
    }
}

impl Metrics {
    fn counted(&self, count: impl FnOnce(&mut Counted)) {
        count(&mut self.counted.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// A push was taken, and `tally` is what it had not brought before.
    pub fn pushed(&self, tally: Tally) {
        self.counted(|counted| {
            counted.pushes += 1;
            counted.changes.accepted += tally.accepted;
            counted.changes.refused += tally.refused;
            counted.changes.quarantined += tally.quarantined;
        });
    }

    pub fn pulled(&self, answer: &PullAnswer) {
        self.counted(|counted| match answer {
            PullAnswer::Page(_) => counted.pages += 1,
            PullAnswer::Rebuild { .. } => counted.rebuilds += 1,
        });
    }

    /// `route` is one of ours, as it is written in the code: never what a stranger typed.
    pub fn answered(&self, route: Option<&str>, method: &Method, status: StatusCode, took: Duration) {
        let method = [Method::GET, Method::POST, Method::PUT, Method::HEAD]
            .iter()
            .find(|known| *known == method)
            .map_or("other", |known| match known.as_str() {
                "GET" => "GET",
                "POST" => "POST",
                "PUT" => "PUT",
                _ => "HEAD",
            });
        let key = (route.unwrap_or("other").to_owned(), method, status.as_u16());
        self.counted(|counted| counted.requests.entry(key).or_default().took(took));
    }

    /// Everything as text, with what the database says now.
    pub fn written(&self, kept: &Kept, bounds: &Bounds, listeners: usize) -> String {
        let counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let mut out = String::new();
        let changes = counted.changes;
        metric(
            &mut out,
            "changes_total",
            "counter",
            "Changes that were decided since the start, by outcome.",
            &[
                (r#"{outcome="accepted"}"#, changes.accepted),
                (r#"{outcome="refused"}"#, changes.refused),
                (r#"{outcome="quarantined"}"#, changes.quarantined),
            ],
        );
        metric(&mut out, "pushes_total", "counter", "Pushes that were taken since the start.", &[("", counted.pushes)]);
        metric(
            &mut out,
            "pulls_total",
            "counter",
            "Pulls that were answered since the start.",
            &[(r#"{answer="page"}"#, counted.pages), (r#"{answer="rebuild"}"#, counted.rebuilds)],
        );
        let refused = bounds.all().map(|it| (it.what, it.refused())).into_iter();
        let refused = refused.chain(bounds.turns().map(|it| (it.what, it.refused())));
        let refused: Vec<_> = refused.map(|(what, times)| (format!("{{bound=\"{what}\"}}"), times)).collect();
        let refused: Vec<_> = refused.iter().map(|(labels, times)| (labels.as_str(), *times)).collect();
        metric(&mut out, "bounded_total", "counter", "How often somebody had asked for too much, by bound.", &refused);
        let now = |out: &mut String, name, help, value: i64| {
            metric(out, name, "gauge", help, &[("", u64::try_from(value).unwrap_or(0))]);
        };
        now(&mut out, "lanes", "Lanes: people's work on a device, numbered.", kept.lanes);
        now(&mut out, "log_changes", "Changes in the log.", kept.changes);
        now(&mut out, "quarantined_changes", "Changes in quarantine that wait for an operator.", kept.quarantined);
        now(&mut out, "custody_items", "What devices handed over and nobody has worked through.", kept.custody);
        now(&mut out, "missing_photos", "Photos that records name and that have not arrived.", kept.missing_photos);
        now(&mut out, "devices", "Devices that are enrolled and not retired.", kept.devices);
        now(
            &mut out,
            "listeners",
            "Devices that listen for hints at this server.",
            i64::try_from(listeners).unwrap_or(0),
        );
        metric(
            &mut out,
            "devices_seen",
            "gauge",
            "Of these, those that said hello within the time.",
            &[
                (r#"{within="1h"}"#, u64::try_from(kept.seen_hour).unwrap_or(0)),
                (r#"{within="1d"}"#, u64::try_from(kept.seen_day).unwrap_or(0)),
            ],
        );
        now(&mut out, "waiting_changes", "Changes that waited on devices at their last hello.", kept.waiting);
        now(
            &mut out,
            "lag_seconds",
            "The longest time since a device on which changes waited at its last hello had nothing waiting: no change that is known to wait is older.",
            kept.lag / 1_000,
        );
        requests(&mut out, &counted.requests);
        out
    }
}

fn metric(out: &mut String, name: &str, kind: &str, help: &str, values: &[(&str, u64)]) {
    let _ = writeln!(out, "# HELP lamplighter_{name} {help}\n# TYPE lamplighter_{name} {kind}");
    for (labels, value) in values {
        let _ = writeln!(out, "lamplighter_{name}{labels} {value}");
    }
}

fn requests(out: &mut String, requests: &BTreeMap<(String, &'static str, u16), Times>) {
    let name = "lamplighter_request_seconds";
    let _ = writeln!(out, "# HELP {name} How long requests took, by route.\n# TYPE {name} histogram");
    for ((route, method, status), times) in requests {
        let labels = format!("route=\"{route}\",method=\"{method}\",status=\"{status}\"");
        for (bound, within) in BOUNDS.iter().zip(times.within) {
            let bound = Duration::from_millis(*bound).as_secs_f64();
            let _ = writeln!(out, "{name}_bucket{{{labels},le=\"{bound}\"}} {within}");
        }
        let _ = writeln!(out, "{name}_bucket{{{labels},le=\"+Inf\"}} {}", times.count);
        let _ = writeln!(out, "{name}_sum{{{labels}}} {}", times.sum.as_secs_f64());
        let _ = writeln!(out, "{name}_count{{{labels}}} {}", times.count);
    }
}

/// What the database says, of all communities together.
#[derive(Clone, Copy, Debug, Default)]
pub struct Kept {
    lanes: i64,
    changes: i64,
    quarantined: i64,
    custody: i64,
    missing_photos: i64,
    devices: i64,
    seen_hour: i64,
    seen_day: i64,
    waiting: i64,
    /// Milliseconds.
    lag: i64,
}

impl Kept {
    pub async fn read(tx: &mut Tx, now: Moment) -> Result<Self, Failure> {
        let sql = "select (select count(*) from lanes) as lanes,
            (select cast(coalesce(sum(seq), 0) as bigint) from communities) as changes,
            (select count(*) from quarantine where decided is null) as quarantined,
            (select count(*) from custody where settled is null) as custody,
            (select count(*) from (select distinct u.community_id, u.hash from photo_uses u where not exists
                (select 1 from photos p where p.community_id = u.community_id and p.hash = u.hash)) m) as missing,
            (select count(*) from devices where retired is null) as devices,
            (select count(*) from devices where retired is null and seen >= $1) as hour,
            (select count(*) from devices where retired is null and seen >= $2) as day,
            (select cast(coalesce(sum(waiting), 0) as bigint) from devices where retired is null) as waiting,
            (select min(coalesce(sealed, enrolled)) from devices where retired is null and waiting > 0) as since";
        const HOUR: i64 = 60 * 60 * 1000;
        let row = sqlx::query(sql).bind(now.0 - HOUR).bind(now.0 - 24 * HOUR).fetch_one(&mut **tx).await?;
        Ok(Self {
            lanes: row.try_get("lanes")?,
            changes: row.try_get("changes")?,
            quarantined: row.try_get("quarantined")?,
            custody: row.try_get("custody")?,
            missing_photos: row.try_get("missing")?,
            devices: row.try_get("devices")?,
            seen_hour: row.try_get("hour")?,
            seen_day: row.try_get("day")?,
            waiting: row.try_get("waiting")?,
            lag: row.try_get::<Option<i64>, _>("since")?.map_or(0, |since| now.0 - since),
        })
    }
}
