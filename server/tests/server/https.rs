//! Claims about HTTPS by the server itself: who trusts it, who is turned away, and files that do not fit.

use std::{
    fs,
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    path::{Path, PathBuf},
};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use reqwest::{StatusCode, header, tls::Certificate};
use serde_json::json;

use crate::{
    client::{Client, PASSWORD, builder},
    databases::{Fresh, sqlite},
    program::{Program, command, read},
};

/// A certificate authority that somebody made for their own network.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

const NAMES: [&str; 3] = ["lamplighter.lan", "localhost", "127.0.0.1"];

impl Authority {
    pub fn new() -> Self {
        let mut about = CertificateParams::new([]).expect("no names");
        about.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(about, key_pair()).expect("a certificate"))
    }

    /// A certificate for our names and its key, as PEM.
    pub fn certify(&self, change: impl FnOnce(&mut CertificateParams)) -> (String, String) {
        let mut about = CertificateParams::new(NAMES.map(String::from)).expect("names");
        change(&mut about);
        let key = key_pair();
        let certificate = about.signed_by(&key, &self.0).expect("a certificate");
        (certificate.pem(), key.serialize_pem())
    }

    pub fn pem(&self) -> String {
        self.0.pem()
    }

    fn root(&self) -> Certificate {
        Certificate::from_pem(self.pem().as_bytes()).expect("PEM")
    }
}

fn key_pair() -> KeyPair {
    KeyPair::generate().expect("a key")
}

/// A program that serves HTTPS, and who vouches for it.
struct Secured {
    program: Program,
    authority: Authority,
    fresh: Fresh,
}

impl Secured {
    fn start() -> Self {
        let (fresh, authority) = (sqlite(), Authority::new());
        let [cert, key] = pair(fresh.folder.path(), authority.certify(|_| ()));
        let more = ["--no-demo", "--tls-cert", &cert, "--tls-key", &key];
        let program = Program::serve(&fresh.url, &fresh.folder.path().join("log"), &more);
        Self { program, authority, fresh }
    }

    fn port(&self) -> u16 {
        self.program.base.rsplit(':').next().expect("a port").parse().expect("a number")
    }

    fn address(&self) -> SocketAddr {
        ([127, 0, 0, 1], self.port()).into()
    }

    /// Somebody who types this name and trusts only this authority.
    fn client(&self, name: &str, trusted: &Authority) -> Client {
        let base = format!("https://{name}:{}", self.port());
        let http = builder().tls_certs_only([trusted.root()]).resolve(name, self.address());
        Client::through(http, &base)
    }

    async fn is_well_for(&self, trusted: &Authority) -> bool {
        let client = self.client("lamplighter.lan", trusted);
        client.http.get(format!("{}/healthz", client.base)).send().await.is_ok_and(|answer| answer.status() == 200)
    }
}

/// Writes a certificate and its key where the program looks for them.
pub fn pair(folder: &Path, (cert, key): (String, String)) -> [String; 2] {
    [file(folder, "server.crt", cert.as_bytes()), file(folder, "server.key", key.as_bytes())]
}

fn file(folder: &Path, name: &str, bytes: &[u8]) -> String {
    let path: PathBuf = folder.join(name);
    fs::write(&path, bytes).expect("a file");
    path.display().to_string()
}

#[tokio::test]
async fn whoever_trusts_the_ca_signs_in_and_gets_cookies_that_stay_on_https() {
    let secured = Secured::start();
    assert!(secured.program.base.starts_with("https://127.0.0.1:"));
    assert!(secured.program.printed.contains("once, at https://127.0.0.1:"), "{}", secured.program.printed);
    let client = secured.client("lamplighter.lan", &secured.authority);
    let form = json!({ "form": { "token": secured.program.set_up_token(), "community_zh": "新园", "community_en": "",
        "zone": "Asia/Shanghai", "language": "zh", "person_name": "王", "username": "boss", "password": PASSWORD,
        "with_starter": false } });
    client.call::<()>("set_up", form).await.expect("the link is good");
    let body = json!({ "username": "boss", "password": PASSWORD }).to_string();
    let answer = client.post("/api/v1/online/sign_in", body.clone()).await;
    assert!(answer.headers()[header::SET_COOKIE].to_str().expect("text").contains("; Secure"));
    assert_eq!(answer.headers()[header::STRICT_TRANSPORT_SECURITY], "max-age=2592000");
    client.enrol(true).await.expect("the cookie came back");

    let plain = format!("http://lamplighter.lan:{}", secured.port());
    let request = client.http.post(format!("{}/api/v1/online/sign_in", client.base)).header(header::ORIGIN, plain);
    let answer = request.header(header::CONTENT_TYPE, "application/json").body(body).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::FORBIDDEN, "a page that came without TLS may not act");

    let local = secured.client("localhost", &secured.authority);
    let answer = local.http.get(&local.base).send().await.expect("an answer");
    assert_eq!(answer.headers().get(header::STRICT_TRANSPORT_SECURITY), None, "other things live on localhost");
}

#[tokio::test]
async fn whoever_does_not_trust_the_ca_gets_nothing() {
    let secured = Secured::start();
    assert!(!secured.is_well_for(&Authority::new()).await);
    assert!(secured.is_well_for(&secured.authority).await);
}

#[tokio::test]
async fn whoever_speaks_something_else_is_turned_away_and_holds_up_nobody() {
    let secured = Secured::start();
    let say = |words: &[u8]| {
        let mut stream = TcpStream::connect(secured.address()).expect("it listens");
        stream.write_all(words).expect("sent");
        let mut answer = vec![];
        // However it ends: a reset is an end too.
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    };
    let told = say(b"GET / HTTP/1.1\r\nHost: lamplighter.lan\r\n\r\n");
    assert!(told.starts_with("HTTP/1.1 400 ") && told.ends_with("put https:// before the address.\n"), "{told}");
    say(&[0; 10_000]);
    say(b"\x16\x03\x01\xff\xffnot a hello at all");
    let silent: Vec<_> = (0..100).map(|_| TcpStream::connect(secured.address()).expect("it listens")).collect();
    assert!(secured.is_well_for(&secured.authority).await);
    drop(silent);
    assert!(secured.is_well_for(&secured.authority).await);
}

#[tokio::test]
async fn a_renewed_certificate_counts_from_the_next_connection_and_a_broken_one_never() {
    let secured = Secured::start();
    let folder = secured.fresh.folder.path();
    let next = Authority::new();
    let (cert, key) = next.certify(|_| ());
    file(folder, "server.crt", cert.as_bytes());
    assert!(secured.is_well_for(&secured.authority).await, "its key is not here yet");
    file(folder, "server.key", key.as_bytes());
    assert!(secured.is_well_for(&next).await && !secured.is_well_for(&secured.authority).await);
    file(folder, "server.crt", &cert.as_bytes()[..100]);
    assert!(secured.is_well_for(&next).await);
    fs::remove_file(folder.join("server.key")).expect("it was there");
    assert!(secured.is_well_for(&next).await);
}

#[tokio::test]
async fn a_certificate_that_has_expired_is_served_with_a_warning() {
    let (fresh, authority) = (sqlite(), Authority::new());
    let expired = authority.certify(|about| about.not_after = rcgen::date_time_ymd(2020, 1, 1));
    let [cert, key] = pair(fresh.folder.path(), expired);
    let log = fresh.folder.path().join("log");
    drop(Program::serve(&fresh.url, &log, &["--no-demo", "--tls-cert", &cert, "--tls-key", &key]));
    assert!(read(&log).contains("server.crt has expired"));
}

#[test]
fn files_that_do_not_fit_are_one_clear_sentence() {
    let fresh = sqlite();
    let folder = fresh.folder.path();
    let authority = Authority::new();
    let ours = authority.certify(|_| ());
    let ca = authority.pem();
    let [cert, key] = pair(folder, ours.clone());
    let text = |name: &str, text: &str| file(folder, name, text.as_bytes());
    let missing = folder.join("missing").display().to_string();
    let other = text("other.key", &authority.certify(|_| ()).1);
    let encrypted =
        text("encrypted.key", "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
    let old = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END RSA PRIVATE KEY-----\n";
    let encrypted_of_old = text("old.key", old);
    let unknown = text("unknown.key", "-----BEGIN PRIVATE KEY-----\nMAYwBAYCKgM=\n-----END PRIVATE KEY-----\n");
    let ca_first = text("ca-first.crt", &format!("{ca}{}", ours.0));
    let binary = file(folder, "binary.crt", authority.0.der());
    let damaged = text("damaged.crt", &ours.0.replace('M', "?"));
    let cut = text("cut.crt", &ours.0[..200]);
    let hollow = text("hollow.crt", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    let empty = text("empty", "");
    let huge = file(folder, "huge", &vec![b'x'; 2_000_000]);
    for (cert, key, said) in [
        (&missing, &key, "cannot read the certificate"),
        (&cert, &missing, "cannot read the key"),
        (&folder.display().to_string(), &key, "cannot read the certificate"),
        (&huge, &key, "it is too large"),
        (&key, &cert, "server.key holds a key and no certificate"),
        (&cert, &cert, "server.crt holds a certificate and no key"),
        (&cert, &other, "does not belong to the first certificate"),
        (&ca_first, &key, "the server's own comes first"),
        (&cert, &encrypted, "is encrypted: decrypt it with openssl pkey"),
        (&cert, &encrypted_of_old, "is encrypted"),
        (&cert, &unknown, "take RSA, ECDSA (P-256, P-384) or Ed25519"),
        (&cert, &empty, "there is no key in"),
        (&empty, &key, "there is no certificate in"),
        (&binary, &key, "it must be PEM"),
        (&damaged, &key, "is damaged"),
        (&cut, &key, "is damaged"),
        (&hollow, &key, "cannot be used"),
    ] {
        let line = ["serve", "--port", "0", "--tls-cert", cert, "--tls-key", key];
        let output = command(&line, &fresh.url).output().expect("it ran");
        let told = String::from_utf8(output.stderr).expect("text");
        assert!(
            told.starts_with("lamplighter: ") && told.lines().count() == 1 && told.contains(said),
            "{said}: {told}"
        );
        assert_eq!(output.status.code(), Some(1));
    }
    for alone in [["--tls-cert", &cert], ["--tls-key", &key]] {
        let output =
            command(&[["serve", "--port"], ["0", alone[0]], [alone[1], "--no-demo"]].concat(), &fresh.url).output();
        let told = String::from_utf8(output.expect("it ran").stderr).expect("text");
        assert!(told.contains("required arguments were not provided"), "{told}");
    }
}
