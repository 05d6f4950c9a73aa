//! Taking a photo in: read to its end, looked at, decoded, stored, and only then said to be kept.

use axum::body::{Body, Bytes};
use domain::photos::{PHOTO_BYTES_MOST, PhotoFault, PhotoHash};
use futures::StreamExt as _;
use sync::messages::PhotoAnswer;
use tokio::task::spawn_blocking;

use crate::{
    answers::Declined,
    clock,
    db::retried,
    devices::Device,
    failure::Failure,
    photos::{
        inspect::{Size, inspect},
        kept::{self, Kept},
        store::Form,
        thumbnail::thumbnail,
        uses,
    },
    state::State,
};

/// So many photos of one device are kept that no record uses: of changes that a later version has made, or of a thief.
/// With what is on its way at the same time this is 200 MiB and a little of each device.
pub const UNNAMED_MOST: i64 = 100;
/// So much is listened to. A sender that is cut off while it speaks hears no answer.
const HEARD_MOST: usize = 64 * 1024 * 1024;

/// Reads a body to its end, and keeps it only while it can be a photo.
///
/// # Errors
/// The outer one when it does not end, the inner one when it is too large.
pub async fn read(body: Body) -> Result<Result<Bytes, PhotoFault>, Declined> {
    let (mut kept, mut heard) = (vec![], 0);
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Declined::Malformed)?;
        heard += chunk.len();
        if heard > HEARD_MOST {
            return Err(Declined::TooLarge);
        }
        if heard > PHOTO_BYTES_MOST {
            kept = vec![];
        } else {
            kept.extend_from_slice(&chunk);
        }
    }
    Ok(if heard > PHOTO_BYTES_MOST { Err(PhotoFault::TooLarge) } else { Ok(kept.into()) })
}

/// Takes the photo called `hash` from a device. The same one again is kept already.
///
/// # Errors
/// [`Declined::Unnamed`] when the device has sent too many that no record uses, [`Declined::TooMany`] when it has sent too many
/// for a day; otherwise an accident.
pub async fn take(state: &State, device: &Device, hash: PhotoHash, bytes: Bytes) -> Result<PhotoAnswer, Declined> {
    let looked_at = bytes.clone();
    let size = match aside(state, move || inspect(&looked_at, &hash)).await? {
        Ok(size) => size,
        Err(why) => return Ok(PhotoAnswer::Refused { why }),
    };
    if is_here(state, device, &hash).await? {
        return Ok(PhotoAnswer::Kept);
    }
    // Naming a photo is free, keeping it is not.
    let (key, now) = (device.id.to_string(), clock::now());
    for (bound, amount) in [(&state.bounds.photos, 1), (&state.bounds.photo_bytes, bytes.len() as u64)] {
        bound.take(&key, amount, now).map_err(|seconds| Declined::TooMany { seconds })?;
    }
    let decoded = bytes.clone();
    let small = match aside(state, move || thumbnail(&decoded)).await? {
        Ok(small) => small,
        Err(why) => return Ok(PhotoAnswer::Refused { why }),
    };
    let length = bytes.len();
    state.photos.put(device.community, &hash, Form::Thumbnail, small).await?;
    state.photos.put(device.community, &hash, Form::Whole, bytes).await?;
    retried(|| note(state, device, &hash, length, size)).await?;
    Ok(PhotoAnswer::Kept)
}

/// Whether the photo is kept already and its bytes are really there; if not, whether it may come.
async fn is_here(state: &State, device: &Device, hash: &PhotoHash) -> Result<bool, Declined> {
    let mut tx = state.db.read().await?;
    let is_kept = kept::is_kept(&mut tx, device.community, hash).await?;
    let may_come = is_kept
        || uses::is_named(&mut tx, device.community, hash).await?
        || kept::unnamed(&mut tx, device).await? < UNNAMED_MOST;
    drop(tx);
    if !may_come {
        return Err(Declined::Unnamed);
    }
    Ok(is_kept && state.photos.holds(device.community, hash).await?)
}

async fn note(state: &State, device: &Device, hash: &PhotoHash, bytes: usize, size: Size) -> Result<(), Failure> {
    let mut tx = state.db.write().await?;
    kept::add(&mut tx, &Kept { hash, bytes, size, received: clock::now(), device }).await?;
    Ok(tx.commit().await?)
}

/// Works on pictures beside the requests, few at a time. A decoder that panics has met what is none.
async fn aside<T: Send + 'static>(
    state: &State,
    work: impl FnOnce() -> Result<T, PhotoFault> + Send + 'static,
) -> Result<Result<T, PhotoFault>, Failure> {
    let _turn = state.picture_turns.acquire().await.map_err(Failure::broken)?;
    Ok(spawn_blocking(work).await.unwrap_or(Err(PhotoFault::NotAPicture)))
}
