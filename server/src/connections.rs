//! Connections: so many at a time, and none that is slow to say what it wants keeps its place.

use std::{
    convert::Infallible,
    fs,
    net::SocketAddr,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request},
    serve::Listener,
};
use hyper::{body::Incoming, server::conn::http1};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower::ServiceExt;

#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// More than this at once wait in the listener's queue.
    pub connections: usize,
    /// So long a connection may be silent before and within the head of a request.
    pub head: Duration,
    /// The most bytes of a head.
    pub head_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connections: 900, head: Duration::from_secs(30), head_bytes: 64 * 1024 }
    }
}

/// A connection's place among those that ask. Whoever goes on to listen leaves it to the next.
#[derive(Clone)]
pub struct Place(Arc<Mutex<Option<OwnedSemaphorePermit>>>);

impl Place {
    pub fn leave(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

/// How many may listen beside those that ask: what the process may open, less what the others and the files need.
pub fn listeners() -> usize {
    let limits = fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    let open = line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(1_024_usize);
    open.saturating_sub(Limits::default().connections + 100).clamp(16, 2_000)
}

/// Serves until `stopped`, and then what had begun.
pub async fn serve<L>(mut listener: L, router: Router, limits: Limits, stopped: impl Future<Output = ()>)
where
    L: Listener<Addr = SocketAddr>,
{
    let places = Arc::new(Semaphore::new(limits.connections));
    let all = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.head).max_buf_size(limits.head_bytes);
    let mut stopped = pin!(stopped);
    loop {
        let place = tokio::select! {
            place = Arc::clone(&places).acquire_owned() => place.expect("nobody closes it"),
            () = &mut stopped => break,
        };
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stopped => break,
        };
        let (router, place) = (router.clone(), Place(Arc::new(Mutex::new(Some(place)))));
        let asking = place.clone();
        let service = tower::service_fn(move |mut request: hyper::Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            request.extensions_mut().insert(asking.clone());
            let request: Request = request.map(Body::new);
            let router = router.clone();
            async move { Ok::<_, Infallible>(router.oneshot(request).await.unwrap_or_else(|never| match never {})) }
        });
        let connection = all.watch(http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service)));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::info!(%peer, %error, "a connection was given up");
            }
            place.leave();
        });
    }
    drop(listener);
    all.shutdown().await;
}
