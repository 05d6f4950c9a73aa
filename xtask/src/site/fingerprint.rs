//! A short name for some bytes: the same bytes, the same name.

use std::fmt::{self, Display, Write};

use sha2::{Digest, Sha256};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fingerprint(String);

impl Fingerprint {
    /// 16 hexadecimal digits. The parts' lengths count too, so moving a byte between parts changes the name.
    pub fn of<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut sum = Sha256::new();
        for part in parts {
            sum.update((part.len() as u64).to_le_bytes());
            sum.update(part);
        }
        let digest = sum.finalize();
        let mut digits = String::new();
        for byte in &digest[..8] {
            write!(digits, "{byte:02x}").expect("a String takes everything");
        }
        Self(digits)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(parts: &[&str]) -> String {
        Fingerprint::of(parts.iter().map(|part| part.as_bytes())).to_string()
    }

    #[test]
    fn the_same_bytes_have_the_same_name_of_16_digits() {
        assert_eq!(name(&["lamp"]), name(&["lamp"]));
        assert_eq!(name(&["lamp"]).len(), 16);
    }

    #[test]
    fn a_byte_that_moves_between_parts_changes_the_name() {
        assert_ne!(name(&["la", "mp"]), name(&["lam", "p"]));
    }
}
