//! Claims about pictures that are none, or more than one: refused with a reason, and the answer beside them counts.

use domain::photos::{PHOTO_BYTES_MOST, PHOTO_EDGE_MOST, PhotoFault, PhotoHash};
use proptest::{prelude::*, test_runner::RngSeed};
use reqwest::StatusCode;
use server::photos::{inspect::inspect, thumbnail::thumbnail};
use sync::messages::PhotoAnswer;

use crate::{
    client::{lane, placed, push_of},
    databases::for_each_database,
    pictures::{claiming, jpeg, named, photo, with_segment},
    world::world,
};

/// Exif with a place: what a telephone's camera writes.
const EXIF: &[u8] = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x88\x25\0\x04\0\0\0\x01\0\0\0\x1a\0\0\0\0";

fn hostile() -> Vec<(&'static str, Vec<u8>, PhotoFault)> {
    use PhotoFault::{CarriesMore, Empty, NotAPicture, TooLarge, TooManyPixels};
    let good = photo(1);
    let behind = |more: &[u8]| [good.as_slice(), more].concat();
    let edge = u16::try_from(PHOTO_EDGE_MOST).expect("an edge is short");
    let scan = good.windows(2).position(|pair| pair == [0xFF, 0xDA]).expect("a scan");
    vec![
        ("nothing", vec![], Empty),
        ("40 MB", vec![0xFF; 40_000_000], TooLarge),
        ("a byte too many", vec![0xFF; PHOTO_BYTES_MOST + 1], TooLarge),
        ("a bomb", claiming(&good, 60_000, 60_000), TooManyPixels),
        ("a pixel too wide", claiming(&good, edge + 1, 1), TooManyPixels),
        ("a pixel too high", claiming(&good, 1, edge + 1), TooManyPixels),
        ("no width", claiming(&good, 0, 48), NotAPicture),
        ("a height that comes later", claiming(&good, 64, 0), NotAPicture),
        ("a zip behind it", behind(b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), CarriesMore),
        ("a page behind it", behind(b"<script>alert(1)</script>"), CarriesMore),
        ("another picture behind it", behind(&photo(2)), CarriesMore),
        ("a byte behind it", behind(b"\0"), CarriesMore),
        ("a page in a comment", with_segment(&good, 0xFE, b"*/=1;<script>alert(1)</script>/*"), CarriesMore),
        ("Exif with a place", with_segment(&good, 0xE1, EXIF), CarriesMore),
        ("XMP", with_segment(&good, 0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>"), CarriesMore),
        ("IPTC", with_segment(&good, 0xED, b"Photoshop 3.0\08BIM"), CarriesMore),
        ("more pictures inside", with_segment(&good, 0xE2, b"MPF\0II*\0"), CarriesMore),
        ("a profile too long for colours", with_segment(&good, 0xE2, &profile(5_000)), CarriesMore),
        ("a thumbnail inside", with_segment(&good, 0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\x01\x01\0\0\0"), CarriesMore),
        ("an SVG", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec(), NotAPicture),
        ("a PNG", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), NotAPicture),
        ("a GIF", b"GIF89a/*\x01\0\x01\0*/=alert(1)".to_vec(), NotAPicture),
        ("a WebP", b"RIFF\x24\0\0\0WEBPVP8 ".to_vec(), NotAPicture),
        ("a page", b"<!doctype html><script>alert(1)</script>".to_vec(), NotAPicture),
        ("a zip", b"PK\x03\x04".to_vec(), NotAPicture),
        ("the beginning of one", good[..good.len() / 2].to_vec(), NotAPicture),
        ("one without its end", good[..good.len() - 2].to_vec(), NotAPicture),
        ("only a beginning and an end", vec![0xFF, 0xD8, 0xFF, 0xD9], NotAPicture),
        ("headers without a scan", [&good[..scan], &[0xFF, 0xD9]].concat(), NotAPicture),
        ("a segment longer than the file", [&good[..2], &[0xFF, 0xDB, 0xFF, 0xFF]].concat(), NotAPicture),
        ("a segment of no length", [&good[..2], &[0xFF, 0xDB, 0, 0]].concat(), NotAPicture),
        ("tables too long for tables", with_segment(&good, 0xDB, &[0; 2_000]), NotAPicture),
        ("two frames", with_segment(&good, 0xC0, b"\x08\0\x30\0\x40\x01\x01\x11\0"), NotAPicture),
        ("a scan again and again", scans(&good, scan, 2_000), NotAPicture),
    ]
}

/// The picture's scan without its data, many times: few bytes, and each a walk over the whole picture.
fn scans(picture: &[u8], scan: usize, times: usize) -> Vec<u8> {
    let header = &picture[scan..scan + 2 + usize::from(picture[scan + 3])];
    [&picture[..scan], &header.repeat(times), &picture[scan..]].concat()
}

#[tokio::test]
async fn what_is_no_photo_is_refused_with_its_reason_and_the_finding_counts() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let tablet = world.client("guard", true).await;
        let own = lane(world.person("guard"));
        let findings: Vec<_> =
            hostile().iter().map(|(what, bytes, _)| world.finding_with(what, vec![named(bytes)])).collect();
        tablet.push(&push_of(&own, placed(&own, 1, &findings))).await;
        for (what, bytes, why) in hostile() {
            assert_eq!(tablet.put(&bytes).await, PhotoAnswer::Refused { why }, "{what}");
            assert_eq!(tablet.show(PhotoHash::of(&bytes)).await.status(), StatusCode::NOT_FOUND, "{what}");
        }
        let findings = tablet.view().await.into_iter().filter(|row| row.kind == "finding");
        assert_eq!(findings.count(), hostile().len(), "every finding is there without its photo");
        assert!(world.exported("photo").await.iter().all(|photo| photo["received"].is_null()));
    })
    .await;
}

#[tokio::test]
async fn bytes_under_another_name_are_not_taken_for_it() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let tablet = world.client("guard", true).await;
        let (name, other) = (PhotoHash::of(&photo(1)).to_string(), photo(2));
        let refused = PhotoAnswer::Refused { why: PhotoFault::WrongHash };
        assert_eq!(tablet.put_as(&name, other).await, Ok(refused));
        let mut damaged = photo(1);
        damaged[400] ^= 1;
        assert_eq!(tablet.put_as(&name, damaged).await, Ok(refused));
        assert_eq!(tablet.put_as(&name, photo(1)).await, Ok(PhotoAnswer::Kept));
        for no_name in ["abc", &name.to_uppercase(), "..%2f..%2fetc%2fpasswd", &format!("{name}%00")] {
            assert_eq!(tablet.put_as(no_name, photo(1)).await, Err(StatusCode::NOT_FOUND), "{no_name}");
            assert_eq!(tablet.show(no_name).await.status(), StatusCode::NOT_FOUND, "{no_name}");
        }
    })
    .await;
}

/// A colour profile of so many bytes.
fn profile(bytes: usize) -> Vec<u8> {
    [b"ICC_PROFILE\0\x01\x01".as_slice(), &vec![0; bytes]].concat()
}

#[test]
fn the_colour_profile_that_browsers_write_is_part_of_the_picture() {
    for bytes in [456, 3_144] {
        let picture = with_segment(&photo(1), 0xE2, &profile(bytes));
        assert!(inspect(&picture, &PhotoHash::of(&picture)).is_ok());
        assert!(thumbnail(&picture).is_ok());
    }
}

#[test]
fn every_size_that_the_app_makes_is_taken_and_its_thumbnail_is_a_photo_too() {
    for (width, height) in [(1, 1), (PHOTO_EDGE_MOST, 1), (1, PHOTO_EDGE_MOST), (1600, 1200), (1200, 1600), (321, 17)] {
        let bytes = jpeg(width, height, 3);
        let size = inspect(&bytes, &PhotoHash::of(&bytes)).expect("a photo");
        assert_eq!((size.width, size.height), (width, height));
        let small = thumbnail(&bytes).expect("a thumbnail");
        let small = inspect(&small, &PhotoHash::of(&small)).expect("a photo");
        assert!(small.width.max(small.height) <= 320, "{small:?}");
    }
}

proptest! {
    // The decoder is somebody else's: what it does with new bytes each time would say nothing of a change of ours.
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(7), ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_the_server_panic(bytes in prop::collection::vec(any::<u8>(), 0..600), start in any::<bool>()) {
        let bytes = if start { [&[0xFF, 0xD8, 0xFF], bytes.as_slice()].concat() } else { bytes };
        let _ = inspect(&bytes, &PhotoHash::of(&bytes));
    }

    #[test]
    fn no_damaged_photo_makes_the_decoder_panic(
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = photo(9);
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
            bytes.extend([0xFF, 0xD9]);
        }
        if inspect(&bytes, &PhotoHash::of(&bytes)).is_ok() {
            let _ = thumbnail(&bytes);
        }
    }
}
