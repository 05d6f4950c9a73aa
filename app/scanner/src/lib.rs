//! Reads the QR codes in a camera's frame.
//!
//! Pixels in, texts out: which text counts is for others to decide.

#[cfg(target_arch = "wasm32")]
mod abi;
mod grey;

use grey::Grey;

/// The long edge, in pixels, at which a frame is searched in detail, for small and distant tags.
const FINE: usize = 1280;
/// The long edge of the smaller picture in which blur and noise are evened out. Time goes with the area.
const COARSE: usize = 640;

/// The texts of all codes that can be read in a frame of RGBA pixels, row by row; each text once.
///
/// Nothing for a frame that is no frame: a size of 0, or one that does not fit the number of bytes.
pub fn read(rgba: &[u8], width: usize, height: usize) -> Vec<String> {
    let Some(frame) = Grey::of_rgba(rgba, width, height) else { return vec![] };
    let fine = frame.shrunk_to(FINE);
    let coarse = fine.shrunk_to(COARSE);
    // Each finds what the ones before it miss; a frame without a code goes through all of them.
    let attempts: [&dyn Fn() -> Vec<String>; 4] =
        [&|| codes(&fine), &|| codes(&coarse.sharpened()), &|| codes(&coarse.smoothed()), &|| codes(&coarse)];
    attempts.iter().map(|attempt| attempt()).find(|texts| !texts.is_empty()).unwrap_or_default()
}

fn codes(grey: &Grey) -> Vec<String> {
    let mut image = rqrr::PreparedImage::prepare_from_greyscale(grey.width, grey.height, |x, y| grey.at(x, y));
    let mut texts: Vec<String> = vec![];
    for grid in image.detect_grids() {
        if let Ok((_, text)) = grid.decode()
            && !texts.contains(&text)
        {
            texts.push(text);
        }
    }
    texts
}
