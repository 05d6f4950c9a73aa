//! Random secrets, and what is kept of them: their digests.

use domain::tags::to_hex;
use sha2::{Digest, Sha256};

/// 32 random bytes in hexadecimal: a credential that nobody guesses.
pub fn token() -> String {
    to_hex(&random())
}

/// 32 random bytes.
pub fn random() -> [u8; 32] {
    rand::random()
}

/// What is kept of a token: whoever reads the database cannot use it.
pub fn digest(token: &str) -> String {
    to_hex(&Sha256::digest(token.as_bytes()))
}
