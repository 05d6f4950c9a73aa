//! Pass phrases and PINs: what is kept of them, and how one is checked.

use std::num::NonZeroU32;

use argon2::{
    Argon2, PasswordHash, PasswordVerifier,
    password_hash::{PasswordHasher, SaltString},
};
use domain::tags::{from_hex, to_hex};
use ring::pbkdf2;
use tokio::{sync::Semaphore, task::spawn_blocking};

use crate::{failure::Failure, secrets};

/// Each hash takes 19 MiB: so many at a time, the others wait.
static HASHING: Semaphore = Semaphore::const_new(4);

/// Enough for a phone's processor to check at once, and slow enough to make trying all PINs tedious.
const PIN_ITERATIONS: NonZeroU32 = NonZeroU32::new(60_000).expect("more than none");
const PIN_ALGORITHM: pbkdf2::Algorithm = pbkdf2::PBKDF2_HMAC_SHA256;

/// The fewest and most characters of a pass phrase.
pub const PASSWORD_LENGTH: std::ops::RangeInclusive<usize> = 10..=200;

pub fn is_fit(password: &str) -> bool {
    PASSWORD_LENGTH.contains(&password.chars().count())
}

/// What is kept of a pass phrase (Argon2id, its parameters and salt included).
pub async fn hash(password: String) -> Result<String, Failure> {
    on_a_thread(move || hashed(&password)).await?
}

fn hashed(password: &str) -> Result<String, Failure> {
    let salt = SaltString::encode_b64(&secrets::random()[..16]).map_err(Failure::broken)?;
    Ok(Argon2::default().hash_password(password.as_bytes(), &salt).map_err(Failure::broken)?.to_string())
}

/// Whether it is the pass phrase. Without a hash it takes as long and says no, so that time does not tell which names exist.
pub async fn is_right(password: String, kept: Option<String>) -> Result<bool, Failure> {
    on_a_thread(move || {
        let known = kept.is_some();
        let kept = kept.map_or_else(|| hashed("nobody's pass phrase"), Ok)?;
        let kept = PasswordHash::new(&kept).map_err(Failure::broken)?;
        Ok(Argon2::default().verify_password(password.as_bytes(), &kept).is_ok() && known)
    })
    .await?
}

/// A PIN is 4 to 8 digits.
pub fn is_pin(pin: &str) -> bool {
    (4..=8).contains(&pin.len()) && pin.bytes().all(|byte| byte.is_ascii_digit())
}

/// What a tablet holds of a PIN: `pbkdf2-sha256$<iterations>$<salt>$<digest>`.
pub async fn pin_verifier(pin: String) -> Result<String, Failure> {
    on_a_thread(move || {
        let salt = &secrets::random()[..16];
        let mut digest = [0; 32];
        pbkdf2::derive(PIN_ALGORITHM, PIN_ITERATIONS, salt, pin.as_bytes(), &mut digest);
        format!("pbkdf2-sha256${PIN_ITERATIONS}${}${}", to_hex(salt), to_hex(&digest))
    })
    .await
}

/// Whether a PIN is that of one of these verifiers. Each costs what trying a PIN costs.
pub async fn is_pin_of_one(pin: String, verifiers: Vec<String>) -> Result<bool, Failure> {
    on_a_thread(move || verifiers.iter().any(|verifier| is_right_pin(&pin, verifier))).await
}

fn is_right_pin(pin: &str, verifier: &str) -> bool {
    let mut parts = verifier.split('$').skip(1);
    let iterations = parts.next().and_then(|count| count.parse().ok());
    let salt = parts.next().and_then(from_hex::<16>);
    let kept = parts.next().and_then(from_hex::<32>);
    let (Some(iterations), Some(salt), Some(kept)) = (iterations, salt, kept) else { return false };
    pbkdf2::verify(PIN_ALGORITHM, iterations, &salt, pin.as_bytes(), &kept).is_ok()
}

/// A pass phrase of 48 random bits in syllables that are read out, heard and typed without a mistake: `kamo-tibe-suro-lane`.
pub fn fresh() -> String {
    const CONSONANTS: &[u8; 16] = b"bdfghjklmnprstwz";
    const VOWELS: &[u8; 4] = b"aeio";
    let mut phrase = String::new();
    for (i, byte) in secrets::random().into_iter().take(8).enumerate() {
        if i > 0 && i % 2 == 0 {
            phrase.push('-');
        }
        phrase.push(CONSONANTS[usize::from(byte % 16)].into());
        phrase.push(VOWELS[usize::from(byte / 16 % 4)].into());
    }
    phrase
}

/// A PIN of six random digits.
pub fn fresh_pin() -> String {
    // Out of 2^64: no PIN is likelier than another by more than one in ten billion.
    let number = secrets::random().into_iter().take(8).fold(0_u64, |sum, byte| sum << 8 | u64::from(byte));
    format!("{:06}", number % 1_000_000)
}

async fn on_a_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
    let _turn = HASHING.acquire().await.map_err(Failure::broken)?;
    spawn_blocking(work).await.map_err(Failure::broken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_pin_verifier_has_the_published_form() {
        let verifier = pin_verifier("2581".into()).await.expect("a verifier");
        let parts: Vec<_> = verifier.split('$').collect();
        assert_eq!((parts[0], parts[1], parts[2].len(), parts[3].len()), ("pbkdf2-sha256", "60000", 32, 64));
    }

    #[tokio::test]
    async fn a_pin_is_known_among_verifiers_and_what_is_no_verifier_is_nobodys() {
        let kept = vec![
            "".into(),
            "verifier".into(),
            "pbkdf2-sha256$1$zz$00".into(),
            pin_verifier("2581".into()).await.expect("kept"),
        ];
        assert!(is_pin_of_one("2581".into(), kept.clone()).await.expect("checked"));
        assert!(!is_pin_of_one("2582".into(), kept).await.expect("checked"));
    }

    #[test]
    fn what_is_made_fits_and_is_never_the_same() {
        let phrases: std::collections::BTreeSet<String> = (0..100).map(|_| fresh()).collect();
        let pins: std::collections::BTreeSet<String> = (0..100).map(|_| fresh_pin()).collect();
        assert!(phrases.len() == 100 && pins.len() > 90, "{} {}", phrases.len(), pins.len());
        for phrase in &phrases {
            let words: Vec<&str> = phrase.split('-').collect();
            assert!(is_fit(phrase) && words.len() == 4 && words.iter().all(|word| word.len() == 4), "{phrase}");
        }
        assert!(pins.iter().all(|pin| is_pin(pin) && pin.len() == 6), "{pins:?}");
    }

    #[test]
    fn a_pin_is_four_to_eight_digits() {
        for (pin, expected) in [
            ("2581", true),
            ("12345678", true),
            ("123", false),
            ("123456789", false),
            ("12a4", false),
            ("１２３４", false),
        ] {
            assert_eq!(is_pin(pin), expected, "{pin}");
        }
    }

    #[tokio::test]
    async fn a_pass_phrase_is_known_by_its_hash_alone() {
        let kept = hash("lantern by night".into()).await.expect("a hash");
        assert!(is_right("lantern by night".into(), Some(kept.clone())).await.expect("checked"));
        assert!(!is_right("lantern by day".into(), Some(kept)).await.expect("checked"));
        assert!(!is_right("nobody's pass phrase".into(), None).await.expect("checked"));
    }
}
