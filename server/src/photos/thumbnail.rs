//! A photo decoded for real, and made small for lists.

use std::io::Cursor;

use axum::body::Bytes;
use domain::photos::{PHOTO_EDGE_MOST, PhotoFault, THUMBNAIL_EDGE};
use image::{
    DynamicImage, ImageDecoder, ImageResult, Limits,
    codecs::jpeg::{JpegDecoder, JpegEncoder},
};

/// Of 100: enough for a list.
const QUALITY: u8 = 70;
/// Bytes. The largest picture has 7.7 million, and a progressive one its coefficients besides.
const MEMORY_MOST: u64 = 64 * 1024 * 1024;

/// The photo with a long edge of at most [`THUMBNAIL_EDGE`] pixels, as a JPEG. Takes tens of milliseconds of one core.
///
/// # Errors
/// [`PhotoFault::NotAPicture`] when it cannot be decoded.
pub fn thumbnail(photo: &[u8]) -> Result<Bytes, PhotoFault> {
    decoded(photo).and_then(|picture| encoded(&picture)).map_err(|_| PhotoFault::NotAPicture)
}

fn decoded(photo: &[u8]) -> ImageResult<DynamicImage> {
    let mut decoder = JpegDecoder::new(Cursor::new(photo))?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY_MOST);
    limits.max_image_width = Some(PHOTO_EDGE_MOST);
    limits.max_image_height = Some(PHOTO_EDGE_MOST);
    decoder.set_limits(limits)?;
    DynamicImage::from_decoder(decoder)
}

fn encoded(picture: &DynamicImage) -> ImageResult<Bytes> {
    let is_small = picture.width().max(picture.height()) <= THUMBNAIL_EDGE;
    let small = if is_small { picture.clone() } else { picture.thumbnail(THUMBNAIL_EDGE, THUMBNAIL_EDGE) };
    let mut bytes = vec![];
    JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode_image(&small)?;
    Ok(bytes.into())
}
