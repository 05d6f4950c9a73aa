//! A tag's QR code as a drawing that stays sharp in every size.

use std::fmt::Write;

use fast_qr::{ECL, Mode, QRBuilder, QRCode};

use crate::failure::Failure;

pub struct Drawing {
    /// Modules on each side, with the quiet zone.
    pub size: usize,
    /// An SVG path of the dark modules, one unit each.
    pub path: String,
}

/// Light all around, in modules (ISO/IEC 18004, section 9.1).
const QUIET_ZONE: usize = 4;

/// Draws what the QR code of a tag says.
///
/// # Errors
/// A content that fits into no QR code.
pub fn draw(content: &str) -> Result<Drawing, Failure> {
    // A tag hangs outdoors for years: at level Q it is read with a quarter of it scratched or faded. In capitals it is
    // the same tag and takes a third less, so its modules are larger.
    let code = QRBuilder::new(content.to_ascii_uppercase()).ecl(ECL::Q).mode(Mode::Alphanumeric).build();
    let code = code.map_err(|error| Failure::Broken(format!("no QR code holds it: {error:?}")))?;
    Ok(Drawing { size: code.size + 2 * QUIET_ZONE, path: path(&code) })
}

/// Draws any text, small letters too: on paper that is held in the hand, with less to spare.
///
/// # Errors
/// A text that fits into no QR code.
pub fn draw_text(text: &str) -> Result<Drawing, Failure> {
    let code = QRBuilder::new(text).ecl(ECL::M).build();
    let code = code.map_err(|error| Failure::Broken(format!("no QR code holds it: {error:?}")))?;
    Ok(Drawing { size: code.size + 2 * QUIET_ZONE, path: path(&code) })
}

/// A bar for each run of dark modules.
fn path(code: &QRCode) -> String {
    let mut path = String::new();
    for y in 0..code.size {
        let mut x = 0;
        while x < code.size {
            let run = (x..code.size).take_while(|&at| code[y][at].value()).count();
            if run > 0 {
                let (left, top) = (x + QUIET_ZONE, y + QUIET_ZONE);
                write!(path, "M{left} {top}h{run}v1h-{run}z").expect("a string takes everything");
            }
            x += run + 1;
        }
    }
    path
}
