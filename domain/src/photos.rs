//! A photo: a picture beside an answer or a finding, named by the hash of its bytes.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    tags::{from_hex, to_hex},
    time::Moment,
};

/// The most bytes of a photo. At [`PHOTO_EDGE_MOST`] a JPEG of quality 0.8 has 150 to 600 KB.
pub const PHOTO_BYTES_MOST: usize = 2 * 1024 * 1024;
/// The long edge of a photo in pixels: enough to read a nameplate, small enough to be sent from a basement's door.
pub const PHOTO_EDGE_MOST: u32 = 1600;
/// The long edge of a thumbnail in pixels.
pub const THUMBNAIL_EDGE: u32 = 320;
/// The most photos beside one answer, one finding or one correction.
pub const PHOTOS_MOST: usize = 8;

/// The SHA-256 (FIPS 180-4) of a photo's bytes; written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct PhotoHash([u8; 32]);

/// Not 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAHash;

impl PhotoHash {
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl fmt::Display for PhotoHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_hex(&self.0))
    }
}

impl fmt::Debug for PhotoHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for NotAHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not 64 lower-case hexadecimal digits")
    }
}

impl FromStr for PhotoHash {
    type Err = NotAHash;
    fn from_str(text: &str) -> Result<Self, NotAHash> {
        let is_lower = !text.bytes().any(|byte| byte.is_ascii_uppercase() || byte == b'+');
        from_hex(text).filter(|_| is_lower).map(Self).ok_or(NotAHash)
    }
}

impl From<PhotoHash> for String {
    fn from(hash: PhotoHash) -> Self {
        hash.to_string()
    }
}

impl TryFrom<String> for PhotoHash {
    type Error = NotAHash;
    fn try_from(text: String) -> Result<Self, NotAHash> {
        text.parse()
    }
}

/// What a record says of a photo; its bytes travel by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Photo {
    pub hash: PhotoHash,
    /// When it was taken, by the device's clock: a camera's own time is removed with the rest of its metadata.
    pub taken: Moment,
    /// In pixels.
    pub width: u32,
    pub height: u32,
    /// How many.
    pub bytes: u32,
}

impl Photo {
    /// Adds it to `photos`, unless the very same picture is there, whenever that was taken.
    pub fn join(self, photos: &mut Vec<Photo>) {
        if photos.iter().all(|kept| kept.hash != self.hash) {
            photos.push(self);
        }
    }
}

/// Why bytes are not taken for a photo. The answer beside it counts all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhotoFault {
    Empty,
    /// More than [`PHOTO_BYTES_MOST`].
    TooLarge,
    /// A side longer than [`PHOTO_EDGE_MOST`], whatever its bytes weigh.
    TooManyPixels,
    /// No JPEG, or a broken one.
    NotAPicture,
    /// Something besides the picture: where it was taken, a comment, another file behind it.
    CarriesMore,
    /// Other bytes than its name says.
    WrongHash,
}

/// A JPEG without what no picture needs: some browsers write Exif, IPTC and comments even into what a page has drawn, and
/// the server takes no photo that carries them. Whatever is not as it should be stays as it is.
///
/// Its segments are those of ITU-T T.81, annex B: FF, a marker, the length in two bytes, the content.
pub fn bare(jpeg: &[u8]) -> Vec<u8> {
    const START_OF_SCAN: u8 = 0xDA;
    let (start, mut rest) = jpeg.split_at(jpeg.len().min(2));
    let mut bare = start.to_vec();
    while let &[0xFF, marker, high, low, ..] = rest {
        let length = 2 + usize::from(u16::from_be_bytes([high, low]));
        if marker == START_OF_SCAN || length > rest.len() {
            break;
        }
        // JFIF, the colour profile and Adobe's word for the colours say how to show it.
        let is_extra = matches!(marker, 0xE1 | 0xE3..=0xED | 0xEF | 0xFE);
        if !is_extra {
            bare.extend_from_slice(&rest[..length]);
        }
        rest = &rest[length..];
    }
    bare.extend_from_slice(rest);
    bare
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_very_same_picture_is_one_photo_whenever_it_was_taken() {
        let photo = |bytes: &[u8], taken| Photo {
            hash: PhotoHash::of(bytes),
            taken: Moment(taken),
            width: 1,
            height: 1,
            bytes: 1,
        };
        let mut photos = vec![photo(b"gate", 1)];
        for another in [photo(b"gate", 2), photo(b"lamp", 2), photo(b"gate", 3)] {
            another.join(&mut photos);
        }
        assert_eq!(photos, [photo(b"gate", 1), photo(b"lamp", 2)]);
    }

    #[test]
    fn a_hash_is_written_and_read_as_64_lower_case_digits() {
        let hash = PhotoHash::of(b"abc");
        let text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hash.to_string(), text);
        assert_eq!(text.parse(), Ok(hash));
        assert_eq!(serde_json::from_str::<PhotoHash>(&format!("{text:?}")).ok(), Some(hash));
        let plus = format!("+a{}", &text[2..]);
        for other in
            ["", "ba78", &text.to_uppercase(), &format!("{text}00"), &plus, "../../etc/passwd", &"é".repeat(32)]
        {
            assert_eq!(other.parse::<PhotoHash>(), Err(NotAHash), "{other}");
        }
    }

    #[test]
    fn what_no_picture_needs_is_taken_out_and_nothing_else() {
        let segment = |marker: u8, content: &[u8]| [&[0xFF, marker, 0, content.len() as u8 + 2], content].concat();
        let start = [0xFF, 0xD8].to_vec();
        let rest =
            [segment(0xC0, b"frame"), segment(0xDA, b"scan"), b"coded \xFF\x00 \xFF\xE1\x00\x03 \xFF\xD9".to_vec()]
                .concat();
        let kept = [segment(0xE0, b"JFIF\0"), segment(0xE2, b"ICC_PROFILE\0"), segment(0xEE, b"Adobe")].concat();
        let extra =
            [segment(0xE1, b"Exif\0\0"), segment(0xED, b"Photoshop 3.0\0"), segment(0xFE, b"a comment")].concat();
        let clean = [start.clone(), kept.clone(), rest.clone()].concat();
        assert_eq!(bare(&[start, extra.clone(), kept, extra, rest].concat()), clean);
        assert_eq!(bare(&clean), clean);
        for odd in [b"".as_slice(), b"\xFF", b"\xFF\xD8\xFF\xE1\xFF\xFF", b"no picture at all"] {
            assert_eq!(bare(odd), odd);
        }
    }
}
