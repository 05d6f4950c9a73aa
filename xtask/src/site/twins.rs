//! Compressed twins beside each file, so that the server never compresses the site while someone waits.

use std::io::Write;

use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::site::Effort;

pub struct Twins {
    pub brotli: Vec<u8>,
    pub gzip: Vec<u8>,
}

/// None for what is compressed by nature.
pub fn of(path: &str, content: &[u8], effort: Effort) -> Option<Twins> {
    const WORTH_IT: [&str; 7] = [".html", ".js", ".css", ".wasm", ".json", ".svg", ".webmanifest"];
    let worth_it = WORTH_IT.iter().any(|extension| path.ends_with(extension));
    worth_it.then(|| Twins { brotli: brotli(content, effort), gzip: gzip(content) })
}

/// What is compressed in no time anyway, in bytes.
const SMALL: usize = 256 * 1024;

fn brotli(content: &[u8], effort: Effort) -> Vec<u8> {
    let quality = if effort == Effort::Full || content.len() < SMALL { 11 } else { 5 };
    // Blocks of 64 KiB follow what WebAssembly is made of a little more closely than the larger ones that it would choose.
    let best = BrotliEncoderParams { quality, lgwin: 22, lgblock: 16, ..BrotliEncoderParams::default() };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &content[..], &mut compressed, &best).expect("memory takes every byte");
    compressed
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).and_then(|()| encoder.finish()).expect("memory takes every byte")
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn both_twins_unfold_to_the_file_itself() {
        let lamp = b"lamp ".repeat(1000);
        let twins = of("assets/app.js", &lamp, Effort::Full).expect("scripts have twins");
        assert!(twins.brotli.len() < 100 && twins.gzip.len() < 100);
        let mut unfolded = Vec::new();
        brotli::BrotliDecompress(&mut twins.brotli.as_slice(), &mut unfolded).expect("our own brotli is sound");
        assert_eq!(unfolded, lamp);
        let mut unfolded = Vec::new();
        flate2::read::GzDecoder::new(twins.gzip.as_slice()).read_to_end(&mut unfolded).expect("our own gzip is sound");
        assert_eq!(unfolded, lamp);
    }

    #[test]
    fn a_png_has_no_twins() {
        assert!(of("icon-192.png", b"", Effort::Full).is_none());
    }
}
