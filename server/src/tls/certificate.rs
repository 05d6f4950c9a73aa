//! The certificate and its key, read from PEM files, and read again when they were renewed.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use rustls::{
    Error, InconsistentKeys, ServerConfig,
    crypto::ring::default_provider,
    pki_types::{CertificateDer, PrivateKeyDer, UnixTime, pem::PemObject},
};
use webpki::{EndEntityCert, KeyUsage};

/// Where the certificate's chain and its key are.
#[derive(Clone, Debug)]
pub struct Files {
    pub cert: PathBuf,
    pub key: PathBuf,
}

pub struct Certificate {
    files: Files,
    read: Mutex<Read>,
}

struct Read {
    config: Arc<ServerConfig>,
    /// How the files were when they were read last, whether that went well or not.
    seen: Option<[Seen; 2]>,
}

/// What changes when a file is written or replaced.
type Seen = (Option<SystemTime>, u64);

impl Certificate {
    /// # Errors
    /// One sentence for whoever started the program: which file it is, and what to do.
    pub fn read(files: Files) -> Result<Self, String> {
        let seen = seen(&files);
        let config = config(&files)?;
        Ok(Self { files, read: Mutex::new(Read { config, seen }) })
    }

    /// For the next connection: a renewed certificate counts from then on, and a broken one is not taken.
    pub fn current(&self) -> Arc<ServerConfig> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        let now = seen(&self.files);
        if read.seen != now {
            read.seen = now;
            match config(&self.files) {
                Ok(config) => {
                    tracing::info!("the renewed certificate is in use");
                    read.config = config;
                }
                // The other of the two files may follow in a moment; then they are read again.
                Err(sentence) => tracing::warn!("the certificate stays the one before: {sentence}"),
            }
        }
        Arc::clone(&read.config)
    }
}

fn seen(files: &Files) -> Option<[Seen; 2]> {
    let of = |file: &Path| fs::metadata(file).map(|about| (about.modified().ok(), about.len())).ok();
    Some([of(&files.cert)?, of(&files.key)?])
}

fn config(files: &Files) -> Result<Arc<ServerConfig>, String> {
    let chain = chain(&files.cert)?;
    let key = key(&files.key)?;
    warn_of_its_dates(&chain[0], &files.cert);
    let versions = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("cannot set up TLS: {error}"))?;
    let config = versions.with_no_client_auth().with_single_cert(chain, key);
    let mut config = config.map_err(|error| unfit(&error, files))?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn chain(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let (bytes, name) = (bytes(file, "certificate")?, file.display());
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&bytes).collect();
    match chain {
        Ok(chain) if !chain.is_empty() => Ok(chain),
        Ok(_) if says(&bytes, "PRIVATE KEY-----") => Err(format!(
            "{name} holds a key and no certificate: --tls-cert takes the certificate and --tls-key the key"
        )),
        Ok(_) => Err(format!(
            "there is no certificate in {name}: it must be PEM, which begins with -----BEGIN CERTIFICATE-----"
        )),
        Err(error) => Err(format!("the certificate in {name} is damaged: {error}")),
    }
}

fn key(file: &Path) -> Result<PrivateKeyDer<'static>, String> {
    let (bytes, name) = (bytes(file, "key")?, file.display());
    if says(&bytes, "ENCRYPTED") {
        return Err(format!("the key in {name} is encrypted: decrypt it with openssl pkey -in {name} -out FILE"));
    }
    PrivateKeyDer::from_pem_slice(&bytes).map_err(|_| match says(&bytes, "-----BEGIN CERTIFICATE-----") {
        true => {
            format!("{name} holds a certificate and no key: --tls-key takes the key and --tls-cert the certificate")
        }
        false => format!(
            "there is no key in {name} that can be read: it must be PEM, which begins with -----BEGIN PRIVATE KEY-----"
        ),
    })
}

fn bytes(file: &Path, what: &str) -> Result<Vec<u8>, String> {
    /// A chain is some kilobytes long.
    const MOST: u64 = 1024 * 1024;
    let read = fs::metadata(file).and_then(|about| match about.len() > MOST {
        true => Err(io::Error::other("it is too large")),
        false => fs::read(file),
    });
    read.map_err(|error| format!("cannot read the {what} {}: {error}", file.display()))
}

fn says(bytes: &[u8], words: &str) -> bool {
    bytes.windows(words.len()).any(|part| part == words.as_bytes())
}

fn unfit(error: &Error, files: &Files) -> String {
    let (cert, key) = (files.cert.display(), files.key.display());
    match error {
        Error::InconsistentKeys(InconsistentKeys::KeyMismatch) => {
            format!("the key in {key} does not belong to the first certificate in {cert}: the server's own comes first")
        }
        Error::InvalidCertificate(_) => format!(
            "the certificate in {cert} cannot be used ({error}): it must be X.509 version 3 with the server's name in \
             subjectAltName"
        ),
        _ => format!("the key in {key} cannot be used ({error}): take RSA, ECDSA (P-256, P-384) or Ed25519"),
    }
}

/// Only warns: where the clock is wrong after a power cut, a server that does not start helps nobody.
fn warn_of_its_dates(certificate: &CertificateDer<'_>, file: &Path) {
    let Ok(parsed) = EndEntityCert::try_from(certificate) else { return };
    let usage = KeyUsage::server_auth();
    // Without anchors nothing verifies; but what a certificate says of itself is looked at first.
    let verdict = parsed.verify_for_usage(webpki::ALL_VERIFICATION_ALGS, &[], &[], UnixTime::now(), usage, None, None);
    let file = file.display();
    match verdict.err() {
        Some(webpki::Error::CertExpired { .. }) => tracing::warn!("the certificate in {file} has expired"),
        Some(webpki::Error::CertNotValidYet { .. }) => {
            tracing::warn!("the certificate in {file} is not valid yet: is this computer's clock right?");
        }
        _ => {}
    }
}
