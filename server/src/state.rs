//! What every request needs: the database, the site, and how often something was tried.

use std::{fmt, sync::Arc};

use tokio::sync::Semaphore;

use crate::{
    bounds::Bounds, connections, db::Db, hints::Hints, metrics::Metrics, photos::store::PhotoStore, probes::Readiness,
    site::Site,
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
    /// How much anybody may ask for.
    pub bounds: Bounds,
    /// So many people are signed in at a time, from devices that are known and from elsewhere: strangers are no queue for the others.
    /// Tries are counted within a turn, so that many at once are not one.
    pub turns_of_known: Semaphore,
    pub turns_of_strangers: Semaphore,
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
        let listeners = connections::listeners();
        Arc::new(Self {
            db,
            photos,
            site,
            wire,
            public_url: public_url.map(|url| url.trim_end_matches('/').to_owned()),
            metrics_token,
            metrics: Metrics::default(),
            hints: Hints::new(listeners),
            readiness: Readiness::default(),
            bounds: Bounds::new(listeners),
            turns_of_known: Semaphore::new(2),
            turns_of_strangers: Semaphore::new(2),
            photo_places: Semaphore::new(32),
            picture_turns: Semaphore::new(2),
        })
    }
}
