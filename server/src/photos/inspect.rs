//! Whether bytes are a photo that may be kept: a JPEG with nothing in it but its picture.
//!
//! The app sends what it drew and encoded itself, so whatever a picture does not need is refused here: places and
//! cameras (Exif, XMP, IPTC), comments, and files hidden behind the end. The markers are those of ITU-T T.81, annex B.
//! What hides inside the coded pixels cannot be told from a picture; a photo is only ever served as `image/jpeg`.

use domain::photos::{PHOTO_BYTES_MOST, PHOTO_EDGE_MOST, PhotoFault, PhotoHash};

/// The size of a picture in pixels, as its header says. Each edge is between 1 and [`PHOTO_EDGE_MOST`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub width: u32,
    pub height: u32,
}

/// Reads the structure of the photo called `name` and decodes nothing.
///
/// # Errors
/// The first fault, in the order of [`PhotoFault`]'s cost: its length, its hash, its structure.
pub fn inspect(bytes: &[u8], name: &PhotoHash) -> Result<Size, PhotoFault> {
    if bytes.is_empty() {
        return Err(PhotoFault::Empty);
    }
    if bytes.len() > PHOTO_BYTES_MOST {
        return Err(PhotoFault::TooLarge);
    }
    if PhotoHash::of(bytes) != *name {
        return Err(PhotoFault::WrongHash);
    }
    structure(bytes)
}

/// T.81 table B.1, the second byte of each marker that is looked for.
mod marker {
    pub const START_OF_BASELINE: u8 = 0xC0;
    pub const START_OF_EXTENDED: u8 = 0xC1;
    pub const START_OF_PROGRESSIVE: u8 = 0xC2;
    pub const HUFFMAN_TABLES: u8 = 0xC4;
    pub const RESTART: std::ops::RangeInclusive<u8> = 0xD0..=0xD7;
    pub const START_OF_IMAGE: u8 = 0xD8;
    pub const END_OF_IMAGE: u8 = 0xD9;
    pub const START_OF_SCAN: u8 = 0xDA;
    pub const QUANTIZATION_TABLES: u8 = 0xDB;
    pub const RESTART_INTERVAL: u8 = 0xDD;
    pub const JFIF: u8 = 0xE0;
    pub const PROFILE: u8 = 0xE2;
    pub const ADOBE: u8 = 0xEE;
    pub const APPLICATION: std::ops::RangeInclusive<u8> = 0xE0..=0xEF;
    pub const COMMENT: u8 = 0xFE;
}

/// Encoders make about ten; each costs a walk over the whole picture, however few bytes it has.
const SCANS_MOST: usize = 100;
/// Four tables of 64 sixteen-bit values, each with its number (T.81, B.2.4.1).
const QUANTIZATION_BYTES: usize = 4 * 129;
/// Four tables of either class: a number, sixteen counts and at most 256 values each (T.81, B.2.4.2).
const HUFFMAN_BYTES: usize = 8 * 273;

/// A colour profile (ICC.1, annex B.4). Chromium writes 456 bytes of it into every picture, and Safari 3,144.
const PROFILE_BYTES: usize = 4 * 1024;

fn structure(bytes: &[u8]) -> Result<Size, PhotoFault> {
    let mut rest = bytes.strip_prefix(&[0xFF, marker::START_OF_IMAGE]).ok_or(PhotoFault::NotAPicture)?;
    let (mut size, mut scans) = (None, 0);
    loop {
        let (marker, after) = next_marker(rest)?;
        if marker == marker::END_OF_IMAGE {
            let size = size.filter(|_| scans > 0).ok_or(PhotoFault::NotAPicture)?;
            return if after.is_empty() { Ok(size) } else { Err(PhotoFault::CarriesMore) };
        }
        let (content, after) = segment(after)?;
        rest = after;
        match marker {
            marker::START_OF_BASELINE | marker::START_OF_EXTENDED | marker::START_OF_PROGRESSIVE if size.is_none() => {
                size = Some(frame(content)?);
            }
            marker::START_OF_SCAN if size.is_some() && scans < SCANS_MOST => {
                scans += 1;
                rest = after_coded_data(after)?;
            }
            marker::QUANTIZATION_TABLES if content.len() <= QUANTIZATION_BYTES => {}
            marker::HUFFMAN_TABLES if content.len() <= HUFFMAN_BYTES => {}
            marker::RESTART_INTERVAL if content.len() == 2 => {}
            // Version, density and a thumbnail of no pixels; then which colours the numbers mean.
            marker::JFIF if content.starts_with(b"JFIF\0") && content.len() == 14 => {}
            marker::PROFILE if content.starts_with(b"ICC_PROFILE\0\x01\x01") && content.len() <= PROFILE_BYTES => {}
            marker::ADOBE if content.starts_with(b"Adobe") && content.len() == 12 => {}
            marker::COMMENT => return Err(PhotoFault::CarriesMore),
            other if marker::APPLICATION.contains(&other) => return Err(PhotoFault::CarriesMore),
            // Lossless, hierarchical and arithmetic pictures, a height that comes later, a second frame: no browser's.
            _ => return Err(PhotoFault::NotAPicture),
        }
    }
}

/// The marker that `bytes` begins with and what follows it. Any number of FF may stand before it (T.81, B.1.1.2).
fn next_marker(bytes: &[u8]) -> Result<(u8, &[u8]), PhotoFault> {
    let fill = bytes.iter().take_while(|byte| **byte == 0xFF).count();
    match bytes.get(fill) {
        Some(&marker) if fill > 0 && marker != 0 => Ok((marker, &bytes[fill + 1..])),
        Some(_) | None => Err(PhotoFault::NotAPicture),
    }
}

/// The content of a marker's segment, without its length, and what follows it (T.81, B.1.1.4).
fn segment(bytes: &[u8]) -> Result<(&[u8], &[u8]), PhotoFault> {
    let (length, after) = bytes.split_first_chunk().ok_or(PhotoFault::NotAPicture)?;
    let length = usize::from(u16::from_be_bytes(*length)).checked_sub(2).ok_or(PhotoFault::NotAPicture)?;
    after.split_at_checked(length).ok_or(PhotoFault::NotAPicture)
}

/// The frame header: precision, height, width, components (T.81, B.2.2). The only numbers that decide how much memory
/// a decoder takes.
fn frame(content: &[u8]) -> Result<Size, PhotoFault> {
    let &[8, h1, h0, w1, w0, components @ (1 | 3), ..] = content else { return Err(PhotoFault::NotAPicture) };
    if content.len() != 6 + 3 * usize::from(components) {
        return Err(PhotoFault::NotAPicture);
    }
    let height = u32::from(u16::from_be_bytes([h1, h0]));
    let width = u32::from(u16::from_be_bytes([w1, w0]));
    if width == 0 || height == 0 {
        return Err(PhotoFault::NotAPicture);
    }
    if width.max(height) > PHOTO_EDGE_MOST { Err(PhotoFault::TooManyPixels) } else { Ok(Size { width, height }) }
}

/// From the first marker behind a scan's coded data on: FF 00 is a coded FF, and restarts belong to the data.
fn after_coded_data(bytes: &[u8]) -> Result<&[u8], PhotoFault> {
    let ends = |pair: &[u8]| pair[0] == 0xFF && pair[1] != 0 && !marker::RESTART.contains(&pair[1]);
    let end = bytes.windows(2).position(ends).ok_or(PhotoFault::NotAPicture)?;
    Ok(&bytes[end..])
}
