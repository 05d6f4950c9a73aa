//! Checks a PIN against its verifier, without a network.
//!
//! A PIN is a screen lock: it tells colleagues apart on a shared tablet. It does not encrypt what the tablet holds.

use sha2::Sha256;

/// Whether `pin` is the one behind `verifier`: `pbkdf2-sha256$<iterations>$<salt>$<digest>`, both in hexadecimal.
pub fn is_right(pin: &str, verifier: &str) -> bool {
    let mut parts = verifier.split('$');
    let (Some("pbkdf2-sha256"), Some(iterations), Some(salt), Some(digest), None) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let (Ok(iterations), Some(salt)) = (iterations.parse::<u32>(), domain::tags::from_hex::<16>(salt)) else {
        return false;
    };
    let mut derived = [0; 32];
    pbkdf2::pbkdf2_hmac::<Sha256>(pin.as_bytes(), &salt, iterations, &mut derived);
    domain::tags::to_hex(&derived) == digest
}
