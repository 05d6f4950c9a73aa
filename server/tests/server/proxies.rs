//! Claims about Caddy and nginx in front, set up as docs/installing.md says. Each is tried where it is installed.

use std::{
    fs,
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use reqwest::{header, tls::Certificate};
use serde_json::json;
use sync::messages::{PROTOCOL, PROTOCOL_HEADER, path};

use crate::{
    client::{Client, PASSWORD, builder},
    databases::sqlite,
    https::{Authority, pair},
    world::world,
};

const DOCUMENT: &str = include_str!("../../../docs/installing.md");
const NAME: &str = "lamplighter.lan";

/// Ends with the test.
pub struct Proxy(Child);

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn through_caddy_one_signs_in_as_without_it() {
    let (world, port) = (world(sqlite()).await, free_port());
    let folder = tempfile::tempdir().expect("a temporary folder");
    let site = block("caddyfile").replace("127.0.0.1:8080", world.base.trim_start_matches("http://"));
    let plain = free_port();
    let config = format!("{{\nadmin off\nskip_install_trust\nhttp_port {plain}\nhttps_port {port}\n}}\n{site}");
    let file = folder.path().join("Caddyfile");
    fs::write(&file, config).expect("written");
    let mut command = Command::new("caddy");
    command.args(["run", "--adapter", "caddyfile", "--config"]).arg(&file).env("XDG_DATA_HOME", folder.path());
    let Some(_proxy) = start(&mut command, port) else { return };
    let root = folder.path().join("caddy/pki/authorities/local/root.crt");
    signs_in(port, &fs::read(root).expect("Caddy's own CA")).await;
}

#[tokio::test]
async fn through_nginx_one_signs_in_as_without_it() {
    let (world, port) = (world(sqlite()).await, free_port());
    let (folder, authority) = (tempfile::tempdir().expect("a temporary folder"), Authority::new());
    pair(folder.path(), authority.certify(|_| ()));
    let here = folder.path().display().to_string();
    let servers = block("nginx")
        .replace("/etc/lamplighter", &here)
        .replace("listen 443", &format!("listen 127.0.0.1:{port}"))
        .replace("listen 80", &format!("listen 127.0.0.1:{}", free_port()))
        .replace("127.0.0.1:8080", world.base.trim_start_matches("http://"));
    let config = format!(
        "daemon off;\nmaster_process off;\npid {here}/pid;\nevents {{}}\nhttp {{\naccess_log off;\n{}{servers}}}\n",
        temporary(&here)
    );
    let file = folder.path().join("nginx.conf");
    fs::write(&file, config).expect("written");
    let mut command = Command::new(if Path::new("/usr/sbin/nginx").exists() { "/usr/sbin/nginx" } else { "nginx" });
    command.args(["-e", "stderr", "-p"]).arg(folder.path()).arg("-c").arg(&file);
    let Some(_proxy) = start(&mut command, port) else { return };
    signs_in(port, authority.pem().as_bytes()).await;
}

/// Somebody's browser behind the proxy: it signs in with a secure cookie, and another site's page may not.
async fn signs_in(port: u16, root: &[u8]) {
    let base = format!("https://{NAME}:{port}");
    let root = Certificate::from_pem(root).expect("PEM");
    let client = Client::through(builder().tls_certs_only([root]).resolve(NAME, ([127, 0, 0, 1], port).into()), &base);
    // Caddy listens before it has made its certificate.
    let is_up = async || {
        while client.http.get(format!("{base}/healthz")).send().await.is_err() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), is_up()).await.expect("the proxy answers");
    let body = json!({ "username": "guard", "password": PASSWORD }).to_string();
    let sign_in = async |origin: &str| {
        let request = client.http.post(format!("{base}/api/v1/online/sign_in")).header(header::ORIGIN, origin);
        request.header(header::CONTENT_TYPE, "application/json").body(body.clone()).send().await.expect("an answer")
    };
    assert_eq!(sign_in("https://evil.example").await.status(), 403);
    let answer = sign_in(&base).await;
    assert_eq!(answer.status(), 200);
    assert!(answer.headers()[header::SET_COOKIE].to_str().expect("text").contains("; Secure"));
    client.enrol(true).await.expect("enrolled");
    let large = client.post(path::PUSH, "x".repeat(1_000_000)).await;
    assert_eq!(large.headers()[PROTOCOL_HEADER], PROTOCOL, "the largest message gets through");
}

/// Nothing where it is not installed.
pub fn start(command: &mut Command, port: u16) -> Option<Proxy> {
    let started = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let Ok(child) = started else {
        eprintln!("{:?} is not installed: not tried", command.get_program());
        return None;
    };
    let mut proxy = Proxy(child);
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    while TcpStream::connect(address).is_err() {
        assert!(proxy.0.try_wait().expect("it is ours").is_none(), "{:?} ended", command.get_program());
        std::thread::sleep(Duration::from_millis(10));
    }
    Some(proxy)
}

fn block(kind: &str) -> &'static str {
    let rest = DOCUMENT.split(&format!("```{kind}\n")).nth(1).expect("the document has it");
    rest.split("```").next().expect("text before the end")
}

/// nginx keeps these where only its own user may write.
pub fn temporary(folder: &str) -> String {
    let kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    kinds.iter().map(|kind| format!("{kind}_temp_path {folder}/{kind};\n")).collect()
}

pub fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).expect("a port").local_addr().expect("an address").port()
}
