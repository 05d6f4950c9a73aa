//! Hints that something is new, as server-sent events: they say where the log stands, and whoever is elsewhere pulls.
//!
//! Nothing is learned by a hint alone: devices that hear none ask all the same, only later.

use std::{collections::BTreeMap, convert::Infallible, sync::Arc, time::Duration};

use axum::{
    Extension,
    extract::State as Given,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{
        IntoResponse, Response,
        sse::{Event, Sse},
    },
};
use domain::ids::CommunityId;
use futures::stream;
use sync::messages::{HINT_AGAIN, Hint};
use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore, watch},
    time::{Instant, sleep, sleep_until},
};

use crate::{
    answers::Declined,
    bounds::Turn,
    communities,
    connections::Place,
    failure::Failure,
    state::{Shared, State},
    sync_routes::sender_of,
};

/// So often the heads are looked at, whatever was heard: an announcement may be lost.
pub const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// What comes within this time is looked at, and announced, once.
const TOGETHER: Duration = Duration::from_millis(50);
/// The longest time a stream lasts: a device that was retired hears no more, and one goes to the server that is there now.
const LASTS: Duration = Duration::from_secs(15 * 60);

pub struct Hints {
    heads: watch::Sender<BTreeMap<CommunityId, Hint>>,
    /// So many may listen at a time.
    pub places: Arc<Semaphore>,
    ended: watch::Sender<bool>,
}

impl Hints {
    pub fn new(places: usize) -> Self {
        Self {
            heads: watch::Sender::default(),
            places: Arc::new(Semaphore::new(places)),
            ended: watch::Sender::new(false),
        }
    }

    /// How many listen.
    pub fn listeners(&self) -> usize {
        self.heads.receiver_count()
    }

    /// Ends every stream, and those to come at once.
    pub fn end(&self) {
        self.ended.send_replace(true);
    }
}

/// Looks where the logs stand, whenever this process has written, another has announced that it did, or it is time to look again.
pub async fn watch(state: Shared, look_again: Duration) {
    let told = Notify::new();
    let mut ended = state.hints.ended.subscribe();
    tokio::select! {
        () = state.db.hear(|| told.notify_one()) => {}
        () = follow(&state, &told, look_again) => {}
        _ = ended.wait_for(|ended| *ended) => {}
    }
}

async fn follow(state: &State, told: &Notify, look_again: Duration) {
    let (mut announced, mut has_written) = (BTreeMap::new(), false);
    loop {
        tokio::select! {
            () = state.db.committed() => has_written = true,
            () = told.notified() => {}
            () = sleep(look_again) => {}
        }
        sleep(TOGETHER).await;
        if let Err(failure) = look(state).await {
            tracing::warn!(%failure, "cannot see where the log stands");
            continue;
        }
        let heads = state.hints.heads.borrow().clone();
        if !has_written || heads == announced {
            has_written = false;
            continue;
        }
        match state.db.announce().await {
            Ok(()) => (announced, has_written) = (heads, false),
            Err(error) => tracing::warn!(%error, "cannot tell the other servers"),
        }
    }
}

async fn look(state: &State) -> Result<(), Failure> {
    let mut tx = state.db.read().await?;
    let heads = communities::heads(&mut tx).await?.into_iter().map(|hint| (hint.community, hint)).collect();
    state.hints.heads.send_if_modified(|known| {
        let is_new = *known != heads;
        *known = heads;
        is_new
    });
    Ok(())
}

/// The stream of a device's hints.
pub async fn events(
    Given(state): Given<Shared>,
    Extension(place): Extension<Place>,
    headers: HeaderMap,
) -> Result<Response, Declined> {
    let device = sender_of(&state, &headers).await?;
    let too_many = || Declined::TooMany { seconds: rand::random_range(30..90) };
    let turn = state.bounds.hints.take(&device.id.to_string()).ok_or_else(too_many)?;
    let listens = Arc::clone(&state.hints.places).try_acquire_owned();
    let listens = listens.map_err(|_| Declined::Busy { seconds: rand::random_range(30..90) })?;
    place.leave();
    let listener = Listener {
        community: device.community,
        heads: state.hints.heads.subscribe(),
        ended: state.hints.ended.subscribe(),
        spread: 500 + 16 * state.hints.listeners() as u64,
        said: None,
        again: Instant::now(),
        until: Instant::now() + LASTS.mul_f64(rand::random_range(0.7..1.0)),
        _listens: listens,
        _turn: turn,
    };
    let hints = stream::unfold(listener, |mut listener| async {
        listener.next().await.map(|hint| (Ok::<_, Infallible>(event(&hint)), listener))
    });
    // The place was given away, so nothing else is asked on this connection; nginx keeps nothing back.
    let alone = [
        (header::CONNECTION, HeaderValue::from_static("close")),
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    Ok((alone, Sse::new(hints)).into_response())
}

/// `retry` is drawn each time, so that not all come again at the same moment.
fn event(hint: &Hint) -> Event {
    let event = Event::default().id(Hint::id(&hint.epoch, hint.head));
    let event = event.retry(Duration::from_millis(rand::random_range(1_000..5_000)));
    event.json_data(hint).expect("a hint is plain data")
}

struct Listener {
    community: CommunityId,
    heads: watch::Receiver<BTreeMap<CommunityId, Hint>>,
    ended: watch::Receiver<bool>,
    /// Not everybody pulls at the same moment, and of many changes in a row some are told together: the more listen, the more.
    spread: u64,
    said: Option<Hint>,
    /// When what was said last is said again.
    again: Instant,
    until: Instant,
    _listens: OwnedSemaphorePermit,
    _turn: Turn,
}

impl Listener {
    async fn next(&mut self) -> Option<Hint> {
        let mut ended = self.ended.clone();
        tokio::select! {
            _ = ended.wait_for(|ended| *ended) => None,
            () = sleep_until(self.until) => None,
            hint = self.hint() => Some(hint),
        }
    }

    async fn hint(&mut self) -> Hint {
        loop {
            let known = self.heads.borrow_and_update().get(&self.community).cloned();
            if let Some(hint) = known.filter(|hint| self.said.as_ref() != Some(hint) || self.again <= Instant::now()) {
                self.said = Some(hint.clone());
                self.again = Instant::now() + Duration::from_millis(HINT_AGAIN.unsigned_abs());
                return hint;
            }
            tokio::select! {
                changed = self.heads.changed() => {
                    changed.expect("it is kept as long as the state");
                    sleep(Duration::from_millis(rand::random_range(50..self.spread))).await;
                }
                () = sleep_until(self.again) => {}
            }
        }
    }
}
