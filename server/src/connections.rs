//! Connections: so many at a time, and none that is slow to say what it wants keeps its place.

use std::{convert::Infallible, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

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
use tokio::sync::Semaphore;
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
        let router = router.clone();
        let service = tower::service_fn(move |mut request: hyper::Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(peer));
            let request: Request = request.map(Body::new);
            let router = router.clone();
            async move { Ok::<_, Infallible>(router.oneshot(request).await.unwrap_or_else(|never| match never {})) }
        });
        let connection = all.watch(http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service)));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::info!(%peer, %error, "a connection was given up");
            }
            drop(place);
        });
    }
    drop(listener);
    all.shutdown().await;
}
