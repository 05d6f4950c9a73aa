//! Printed tags: what the QR code of a checkpoint holds and the short code under it. Only the server can make them.

mod drawing;

use std::io::Write;

use domain::{
    checkpoints::{Checkpoint, TagIssue},
    ids::{CheckpointId, CommunityId},
    records::Body,
    tags::{self, short_code, short_code_digest, signed_words, tag_content, to_hex},
};
use ed25519_dalek::{Signer, SigningKey};
use hmac::{Hmac, Mac};
use serde_json::json;
use sha2::Sha256;

use crate::{communities, db::Tx, failure::Failure, records};

pub use drawing::{Drawing, draw, draw_text};

/// The public half of the key, as tablets hold it.
pub fn public_key(key: &SigningKey) -> String {
    to_hex(key.verifying_key().as_bytes())
}

/// The short code under the tag: nobody computes it without the community's key.
pub fn code(key: &SigningKey, checkpoint: CheckpointId, issue: u32) -> String {
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(key.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(b"short code");
    mac.update(checkpoint.0.as_bytes());
    mac.update(&issue.to_be_bytes());
    short_code(&mac.finalize().into_bytes().into())
}

/// What tablets hold of the tag.
pub fn issue(key: &SigningKey, checkpoint: CheckpointId, issue: u32) -> TagIssue {
    TagIssue { issue, short_code: digest(key, checkpoint, issue), former: vec![] }
}

/// The tag after `former`, which is void from then on.
pub fn reissue(key: &SigningKey, checkpoint: CheckpointId, former: TagIssue) -> TagIssue {
    let short_code = digest(key, checkpoint, former.issue.saturating_add(1));
    former.followed_by(short_code)
}

fn digest(key: &SigningKey, checkpoint: CheckpointId, issue: u32) -> String {
    short_code_digest(checkpoint, &code(key, checkpoint, issue))
}

/// The whole content of the QR code.
pub fn content(key: &SigningKey, checkpoint: CheckpointId, issue: u32) -> String {
    tag_content(checkpoint, issue, &key.sign(signed_words(checkpoint, issue).as_bytes()).to_bytes())
}

/// The tags that are out there: a checkpoint that is set up again keeps the one that hangs.
pub fn issuer<'a>(
    key: &'a SigningKey,
    existing: &'a [domain::records::Record],
) -> impl Fn(CheckpointId) -> TagIssue + 'a {
    move |id| {
        let known = existing.iter().find_map(|record| match &record.body {
            Body::Checkpoint(Checkpoint { id: of, tag, .. }) if *of == id => Some(tag.clone()),
            _ => None,
        });
        known.unwrap_or_else(|| issue(key, id, 1))
    }
}

/// How tags are listed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Columns with tabs between them.
    Text,
    /// One object a line.
    Json,
}

/// Writes a line for each checkpoint: its name in both languages, its short code and the content of its QR code.
pub async fn list(tx: &mut Tx, community: CommunityId, form: Form, out: &mut impl Write) -> Result<(), Failure> {
    let key = communities::signing_key(tx, community).await?;
    for record in records::of_kind(tx, community, "checkpoint").await? {
        let Body::Checkpoint(Checkpoint { id, name, tag, .. }) = record.body else { continue };
        let (code, content) = (with_dash(&code(&key, id, tag.issue)), content(&key, id, tag.issue));
        let line = match form {
            Form::Text => format!("{}\t{}\t{code}\t{content}", name.zh, name.en),
            Form::Json => json!({ "checkpoint": id, "name": name, "issue": tag.issue, "short_code": code,
                "content": content })
            .to_string(),
        };
        writeln!(out, "{line}").map_err(Failure::broken)?;
    }
    Ok(())
}

/// Four characters, a dash, four characters: as it is printed.
pub fn with_dash(code: &str) -> String {
    let (first, second) = code.split_at(tags::SHORT_CODE_LENGTH / 2);
    format!("{first}-{second}")
}
