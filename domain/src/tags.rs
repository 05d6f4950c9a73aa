//! What a checkpoint's tag says, and how a tablet knows without a network that it is genuine.
//!
//! A tag is printed once and hangs for years, so this format only grows. The QR code holds
//! `LL1.<checkpoint>.<issue>.<signature>`, signed with the community's Ed25519 key (RFC 8032), of which
//! tablets hold only the public half. Under it stands a short code for typing by hand; tablets hold its digest.

use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{checkpoints::Checkpoint, ids::CheckpointId, text::half_width};

/// What was scanned, pasted or typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TagCode {
    /// The whole content of a QR code.
    Signed { checkpoint: CheckpointId, issue: u32, signature: Box<[u8; 64]> },
    /// Eight characters from under the QR code, without their dash.
    Short(String),
}

/// Why a code is not one of this community's tags; the worse, the later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TagFault {
    /// Neither a tag's content nor a short code.
    NotATag,
    /// No checkpoint here has it.
    Unknown,
    /// Genuine once; a newer tag has been issued for this checkpoint.
    Replaced,
    /// It looks like ours but the signature is another's.
    Forged,
}

const PREFIX: &str = "LL1";
/// Crockford's base 32: no I, L, O or U, which are misread.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
pub const SHORT_CODE_LENGTH: usize = 8;

impl TagCode {
    /// Reads what was scanned, pasted or typed: spaces, dashes, case and full-width forms do not matter in a short code.
    ///
    /// # Errors
    /// [`TagFault::NotATag`] for anything else.
    pub fn parse(text: &str) -> Result<Self, TagFault> {
        let text = text.trim();
        if text.starts_with("LL1.") {
            return Self::parse_signed(text).ok_or(TagFault::NotATag);
        }
        if text.chars().count() > 64 {
            return Err(TagFault::NotATag);
        }
        let short: Option<String> = half_width(text)
            .chars()
            .filter(|c| !matches!(c, ' ' | '-' | '－' | '—' | '_'))
            .map(|c| match c.to_ascii_uppercase() {
                'O' => Some('0'),
                'I' | 'L' => Some('1'),
                c => ALPHABET.contains(&(u8::try_from(c).ok()?)).then_some(c),
            })
            .collect();
        match short {
            Some(code) if code.len() == SHORT_CODE_LENGTH => Ok(Self::Short(code)),
            _ => Err(TagFault::NotATag),
        }
    }

    fn parse_signed(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let (_, checkpoint, issue, signature) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        Some(Self::Signed {
            checkpoint: CheckpointId(Uuid::try_parse(checkpoint).ok()?),
            issue: issue.parse().ok()?,
            signature: Box::new(from_hex::<64>(signature)?),
        })
    }

    /// The checkpoint among `checkpoints` whose tag this is.
    ///
    /// # Errors
    /// A [`TagFault`] that says why it is none.
    pub fn find<'a>(
        &self,
        tag_key: &str,
        checkpoints: impl IntoIterator<Item = &'a Checkpoint>,
    ) -> Result<&'a Checkpoint, TagFault> {
        let mut checkpoints = checkpoints.into_iter();
        match self {
            Self::Signed { checkpoint: id, issue, signature } => {
                let checkpoint = checkpoints.find(|checkpoint| checkpoint.id == *id).ok_or(TagFault::Unknown)?;
                let key = from_hex::<32>(tag_key).and_then(|key| VerifyingKey::from_bytes(&key).ok());
                let key = key.ok_or(TagFault::Forged)?;
                key.verify_strict(signed_words(*id, *issue).as_bytes(), &Signature::from_bytes(signature))
                    .map_err(|_| TagFault::Forged)?;
                if *issue == checkpoint.tag.issue { Ok(checkpoint) } else { Err(TagFault::Replaced) }
            }
            Self::Short(code) => {
                let mut fault = TagFault::Unknown;
                for checkpoint in checkpoints {
                    let digest = short_code_digest(checkpoint.id, code);
                    if digest == checkpoint.tag.short_code {
                        return Ok(checkpoint);
                    }
                    if checkpoint.tag.former.contains(&digest) {
                        fault = TagFault::Replaced;
                    }
                }
                Err(fault)
            }
        }
    }
}

/// What everything in a camera's view amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sighting {
    Nothing,
    /// One tag that counts, whatever else is in view.
    Tag {
        checkpoint: CheckpointId,
        issue: u32,
    },
    /// A genuine tag that does not count here.
    Other(CheckpointId),
    /// Tags of several checkpoints: nobody knows which is meant.
    Several,
    Wrong(TagFault),
}

/// Chooses among the texts that a camera sees at once. Only signed tags are taken, and of those the ones that `counts` accepts.
pub fn sight(
    texts: &[String],
    tag_key: &str,
    checkpoints: &[&Checkpoint],
    counts: impl Fn(CheckpointId) -> bool,
) -> Sighting {
    let mut genuine: Vec<&Checkpoint> = vec![];
    let mut fault = None;
    for text in texts {
        let found = match TagCode::parse(text) {
            Ok(code @ TagCode::Signed { .. }) => code.find(tag_key, checkpoints.iter().copied()),
            // A short code is for typing: shown as a code for scanning it is not what we printed.
            Ok(TagCode::Short(_)) | Err(_) => Err(TagFault::NotATag),
        };
        match found {
            Ok(checkpoint) if genuine.iter().all(|other| other.id != checkpoint.id) => genuine.push(checkpoint),
            Ok(_) => {}
            Err(found) => fault = fault.max(Some(found)),
        }
    }
    let counting: Vec<_> = genuine.iter().filter(|checkpoint| counts(checkpoint.id)).collect();
    match (counting.as_slice(), genuine.as_slice(), fault) {
        ([tag], _, _) => Sighting::Tag { checkpoint: tag.id, issue: tag.tag.issue },
        ([], [other], _) => Sighting::Other(other.id),
        ([], [], Some(fault)) => Sighting::Wrong(fault),
        ([], [], None) => Sighting::Nothing,
        _ => Sighting::Several,
    }
}

/// What is signed: prefix, checkpoint and issue, joined by dots.
pub fn signed_words(checkpoint: CheckpointId, issue: u32) -> String {
    format!("{PREFIX}.{}.{issue}", checkpoint.0.simple())
}

/// The whole content of a QR code.
pub fn tag_content(checkpoint: CheckpointId, issue: u32, signature: &[u8; 64]) -> String {
    format!("{}.{}", signed_words(checkpoint, issue), to_hex(signature))
}

/// The short code made of the first 40 bits of `secret_digest`, which only the server can compute.
pub fn short_code(secret_digest: &[u8; 32]) -> String {
    let bits = secret_digest[..5].iter().fold(0u64, |bits, byte| bits << 8 | u64::from(*byte));
    (0..SHORT_CODE_LENGTH).map(|i| ALPHABET[(bits >> (35 - 5 * i) & 31) as usize] as char).collect()
}

/// What a tablet holds of a short code: enough to know it when it is typed, not enough to read it off.
pub fn short_code_digest(checkpoint: CheckpointId, code: &str) -> String {
    to_hex(
        &Sha256::new().chain_update(b"lamplighter short code").chain_update(checkpoint.0).chain_update(code).finalize(),
    )
}

pub fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Exactly `N` bytes from hexadecimal digits.
pub fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != 2 * N || !text.is_ascii() {
        return None;
    }
    let mut bytes = [0; N];
    for (i, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signer, SigningKey};

    use super::*;
    use crate::{checkpoints::TagIssue, ids::AreaId, text::Words};

    fn checkpoint(n: u128) -> Checkpoint {
        let id = CheckpointId(Uuid::from_u128(n));
        Checkpoint {
            id,
            name: Words::new("北门", "North gate"),
            area: AreaId(Uuid::nil()),
            hint: None,
            tag: TagIssue { issue: 1, short_code: short_code_digest(id, "0D0D0D0D"), former: vec![] }
                .followed_by(short_code_digest(id, &short_code(&[n as u8; 32]))),
        }
    }

    fn printed(key: &SigningKey, n: u128, issue: u32) -> String {
        let id = CheckpointId(Uuid::from_u128(n));
        tag_content(id, issue, &key.sign(signed_words(id, issue).as_bytes()).to_bytes())
    }

    fn find(text: &str) -> Result<CheckpointId, TagFault> {
        let key = SigningKey::from_bytes(&[7; 32]);
        let public = to_hex(key.verifying_key().as_bytes());
        let points = [checkpoint(1), checkpoint(2)];
        TagCode::parse(text)?.find(&public, &points).map(|checkpoint| checkpoint.id)
    }

    #[test]
    fn a_genuine_tag_names_its_checkpoint() {
        let key = SigningKey::from_bytes(&[7; 32]);
        assert_eq!(find(&printed(&key, 2, 2)), Ok(CheckpointId(Uuid::from_u128(2))));
        let code = short_code(&[1; 32]);
        assert_eq!(find(&code), Ok(CheckpointId(Uuid::from_u128(1))));
        assert_eq!(
            find(&format!(" {}-{} ", code[..4].to_lowercase(), &code[4..])),
            Ok(CheckpointId(Uuid::from_u128(1)))
        );
    }

    #[test]
    fn a_tag_in_capitals_is_the_same_tag() {
        let key = SigningKey::from_bytes(&[7; 32]);
        assert_eq!(find(&printed(&key, 2, 2).to_ascii_uppercase()), Ok(CheckpointId(Uuid::from_u128(2))));
    }

    #[test]
    fn a_forged_a_replaced_and_a_foreign_tag_each_say_so() {
        let ours = SigningKey::from_bytes(&[7; 32]);
        let theirs = SigningKey::from_bytes(&[8; 32]);
        assert_eq!(find(&printed(&theirs, 1, 2)), Err(TagFault::Forged));
        assert_eq!(find(&printed(&ours, 1, 1)), Err(TagFault::Replaced));
        assert_eq!(find(&printed(&ours, 9, 2)), Err(TagFault::Unknown));
        assert_eq!(find("0D0D-0D0D"), Err(TagFault::Replaced));
        assert_eq!(find("ABCD-EFGH"), Err(TagFault::Unknown));
    }

    fn check_sight(texts: &[&str], counting: &[u128], expected: Sighting) {
        let key = SigningKey::from_bytes(&[7; 32]);
        let points = [checkpoint(1), checkpoint(2), checkpoint(3)];
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        let counts = |id: CheckpointId| counting.contains(&id.0.as_u128());
        let public = to_hex(key.verifying_key().as_bytes());
        assert_eq!(sight(&texts, &public, &points.each_ref(), counts), expected, "{texts:?}");
    }

    #[test]
    fn one_tag_that_counts_wins_over_everything_else_in_view() {
        let ours = SigningKey::from_bytes(&[7; 32]);
        let [one, two, three, old] = [(1, 2), (2, 2), (3, 2), (1, 1)].map(|(n, issue)| printed(&ours, n, issue));
        let tag = |n| Sighting::Tag { checkpoint: CheckpointId(Uuid::from_u128(n)), issue: 2 };
        check_sight(&[], &[1], Sighting::Nothing);
        check_sight(&[&one], &[1, 2], tag(1));
        check_sight(&[&one, &one], &[1, 2], tag(1));
        check_sight(&["https://example.org", &two, &old], &[1, 2], tag(2));
        check_sight(&[&three, &two], &[1, 2], tag(2));
    }

    #[test]
    fn tags_of_two_checkpoints_that_could_both_be_meant_are_several() {
        let ours = SigningKey::from_bytes(&[7; 32]);
        let [one, two] = [1, 2].map(|n| printed(&ours, n, 2));
        check_sight(&[&one, &two], &[1, 2], Sighting::Several);
        check_sight(&[&one, &two], &[], Sighting::Several);
        check_sight(&[&one], &[2], Sighting::Other(CheckpointId(Uuid::from_u128(1))));
    }

    #[test]
    fn a_view_without_a_tag_says_the_worst_that_it_holds() {
        let [ours, theirs] = [7, 8].map(|n| SigningKey::from_bytes(&[n; 32]));
        let (old, forged, unknown) = (printed(&ours, 1, 1), printed(&theirs, 1, 2), printed(&ours, 9, 2));
        let short = short_code(&[1; 32]);
        check_sight(&["WIFI:S:x;;"], &[1], Sighting::Wrong(TagFault::NotATag));
        check_sight(&[&short], &[1], Sighting::Wrong(TagFault::NotATag));
        check_sight(&["", &unknown], &[1], Sighting::Wrong(TagFault::Unknown));
        check_sight(&[&old, &unknown], &[1], Sighting::Wrong(TagFault::Replaced));
        check_sight(&[&forged, &old], &[1], Sighting::Wrong(TagFault::Forged));
    }

    #[test]
    fn hostile_text_is_not_a_tag() {
        let long = "A".repeat(10_000);
        for text in [
            "",
            "LL1.",
            "LL1.x.1.y",
            "LL1.a.b.c.d",
            "https://example.org",
            "'; drop table",
            "🔦🔦🔦🔦🔦🔦🔦🔦",
            "ÄÖÜÄÖÜÄÖ",
            &long,
        ] {
            assert_eq!(find(text), Err(TagFault::NotATag), "{text:.40}");
        }
    }
}
