//! Pictures for the tests: real JPEGs, and what hostile hands make of them.

use domain::{
    photos::{Photo, PhotoHash},
    time::Moment,
};
use image::{DynamicImage, RgbImage, codecs::jpeg::JpegEncoder};

/// A picture that no other seed makes, as the app would send it.
pub fn jpeg(width: u32, height: u32, seed: u8) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| {
        let wave = |n: u32| ((x * n + y * y / (n + 1) + u32::from(seed) * 37) % 256) as u8;
        image::Rgb([wave(1), wave(3), wave(7)])
    });
    let mut bytes = vec![];
    let encoder = JpegEncoder::new_with_quality(&mut bytes, 80);
    DynamicImage::from(picture).write_with_encoder(encoder).expect("a picture");
    bytes
}

/// A small one.
pub fn photo(seed: u8) -> Vec<u8> {
    jpeg(64, 48, seed)
}

/// What a record says of it.
pub fn named(bytes: &[u8]) -> Photo {
    let bytes_long = u32::try_from(bytes.len()).expect("it is small");
    Photo { hash: PhotoHash::of(bytes), taken: Moment(1_799_999_000_000), width: 64, height: 48, bytes: bytes_long }
}

/// The picture with one more segment behind its beginning.
pub fn with_segment(picture: &[u8], marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).expect("a segment is short").to_be_bytes();
    [&picture[..2], &[0xFF, marker], &length, content, &picture[2..]].concat()
}

/// The picture with another size in its header.
pub fn claiming(picture: &[u8], width: u16, height: u16) -> Vec<u8> {
    let frame = picture.windows(2).position(|pair| pair == [0xFF, 0xC0]).expect("a baseline picture");
    let mut picture = picture.to_vec();
    picture[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    picture[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    picture
}
