//! What every request needs: the database, the site, and how often something was tried.

use std::{fmt, sync::Arc};

use tokio::sync::Semaphore;

use crate::{
    attempts::Attempts, connections, db::Db, hints::Hints, metrics::Metrics, photos::store::PhotoStore,
    probes::Readiness, site::Site,
};

pub type Shared = Arc<State>;

pub struct State {
    pub db: Db,
    pub photos: PhotoStore,
    pub site: Site,
    /// How requests come to this process.
    pub wire: Wire,
    /// The address that people use, where it is not the one that requests name.
    pub public_url: Option<String>,
    /// Whoever has it may read the metrics from elsewhere.
    pub metrics_token: Option<String>,
    pub metrics: Metrics,
    pub hints: Hints,
    pub readiness: Readiness,
    /// So many people are signed in at a time. Tries are counted within a turn, so that many at once are not one.
    pub sign_in_turns: Semaphore,
    /// Wrong pass phrases, by account name: addresses are shared behind proxies.
    pub sign_ins: Attempts,
    /// Wrong pass phrases, by device.
    pub sign_ins_of_device: Attempts,
    /// New accounts, pass phrases and PINs, by who gives them.
    pub access_given: Attempts,
    /// Wrong join codes, by the address that they come from, and altogether.
    pub codes_of_address: Attempts,
    pub codes: Attempts,
    /// Pushes, by device.
    pub pushes: Attempts,
    /// What is handed over into custody, by device.
    pub hand_overs: Attempts,
    /// Photos that are put, by device.
    pub photo_puts: Attempts,
    /// So many photos are in memory at a time.
    pub photo_places: Semaphore,
    /// So many pictures are worked on at a time.
    pub picture_turns: Semaphore,
}

/// What the server itself speaks; a proxy before it may speak something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    Plain,
    Tls,
}

impl fmt::Display for Wire {
    /// As an address begins.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Wire::Plain => "http",
            Wire::Tls => "https",
        })
    }
}

const QUARTER_OF_AN_HOUR: i64 = 15 * 60 * 1000;
const TEN_SECONDS: i64 = 10 * 1000;

impl State {
    pub fn new(db: Db, photos: PhotoStore, site: Site, wire: Wire, public_url: Option<String>) -> Shared {
        Self::watched(db, photos, site, wire, public_url, None)
    }

    /// With a token for whoever watches the server from elsewhere.
    pub fn watched(
        db: Db,
        photos: PhotoStore,
        site: Site,
        wire: Wire,
        public_url: Option<String>,
        metrics_token: Option<String>,
    ) -> Shared {
        Arc::new(Self {
            db,
            photos,
            site,
            wire,
            public_url: public_url.map(|url| url.trim_end_matches('/').to_owned()),
            metrics_token,
            metrics: Metrics::default(),
            hints: Hints::new(connections::listeners()),
            readiness: Readiness::default(),
            sign_in_turns: Semaphore::new(4),
            sign_ins: Attempts::new(5, QUARTER_OF_AN_HOUR),
            sign_ins_of_device: Attempts::new(20, QUARTER_OF_AN_HOUR),
            access_given: Attempts::new(100, QUARTER_OF_AN_HOUR),
            codes_of_address: Attempts::new(20, QUARTER_OF_AN_HOUR),
            codes: Attempts::new(500, QUARTER_OF_AN_HOUR),
            pushes: Attempts::new(30, TEN_SECONDS),
            hand_overs: Attempts::new(30, TEN_SECONDS),
            photo_puts: Attempts::new(120, TEN_SECONDS),
            photo_places: Semaphore::new(32),
            picture_turns: Semaphore::new(2),
        })
    }
}
