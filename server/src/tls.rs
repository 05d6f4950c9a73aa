//! HTTPS by the server itself: browsers give cameras and the offline start to secure origins only.

mod certificate;

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::serve::Listener;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

pub use certificate::{Certificate, Files};

/// Takes connections and gives them on once their handshake is done.
pub struct TlsListener {
    tcp: TcpListener,
    certificate: Arc<Certificate>,
    /// Handshakes that are under way: one that is slow holds up nobody.
    greeting: JoinSet<Option<(TlsStream<TcpStream>, SocketAddr)>>,
}

/// More than this at once wait in the listener's queue.
const GREETINGS_MOST: usize = 256;
const GREETING_LASTS: Duration = Duration::from_secs(10);
/// The first byte of every TLS handshake (RFC 8446, section 5.1).
const HANDSHAKE: u8 = 22;
const SPEAKS_HTTPS: &[u8] =
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain; charset=utf-8\r\nconnection: close\r\n\r\n\
    This port speaks HTTPS: put https:// before the address.\n";

impl TlsListener {
    pub fn new(tcp: TcpListener, certificate: Certificate) -> Self {
        Self { tcp, certificate: Arc::new(certificate), greeting: JoinSet::new() }
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            tokio::select! {
                (stream, address) = Listener::accept(&mut self.tcp), if self.greeting.len() < GREETINGS_MOST => {
                    self.greeting.spawn(greet(stream, address, Arc::clone(&self.certificate)));
                }
                Some(done) = self.greeting.join_next() => {
                    if let Ok(Some(greeted)) = done {
                        return greeted;
                    }
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.tcp.local_addr()
    }
}

/// The handshake; nothing for whoever does not finish one.
async fn greet(
    stream: TcpStream,
    address: SocketAddr,
    certificate: Arc<Certificate>,
) -> Option<(TlsStream<TcpStream>, SocketAddr)> {
    match timeout(GREETING_LASTS, handshake(stream, &certificate)).await {
        Ok(Ok(stream)) => Some((stream, address)),
        Ok(Err(error)) => {
            tracing::debug!(%address, %error, "no handshake");
            None
        }
        Err(_) => None,
    }
}

async fn handshake(stream: TcpStream, certificate: &Certificate) -> io::Result<TlsStream<TcpStream>> {
    let _ = stream.set_nodelay(true);
    let mut first = [0];
    if stream.peek(&mut first).await? == 1 && first[0] != HANDSHAKE {
        return Err(turn_away(stream).await);
    }
    TlsAcceptor::from(certificate.current()).accept(stream).await
}

/// Answers whoever speaks plain HTTP here in a way that they understand.
async fn turn_away(mut stream: TcpStream) -> io::Error {
    // What was asked is read first: closing on unread bytes would throw the answer away.
    let mut asked = [0; 4096];
    let _ = stream.read(&mut asked).await;
    let _ = stream.write_all(SPEAKS_HTTPS).await;
    let _ = stream.shutdown().await;
    io::Error::other("it does not speak TLS")
}
