//! Frames as cameras give them, drawn from real codes.

use fast_qr::{ECL, QRBuilder};
use scanner::read;

/// As long as a tag's content: prefix, checkpoint, issue and signature.
fn tag(n: u8) -> String {
    format!("LL1.{}.1.{}", format!("{n:02x}").repeat(16), format!("{:02x}", n ^ 0x5a).repeat(64))
}

/// A picture in shades of grey, drawn step by step.
#[derive(Clone)]
struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<f32>,
}

impl Picture {
    /// A wall in the light of a corridor: brighter on one side.
    fn wall(width: usize, height: usize) -> Self {
        let pixels = (0..width * height).map(|i| 150.0 + 50.0 * (i % width) as f32 / width as f32).collect();
        Self { width, height, pixels }
    }

    /// The code on its white label, `edge` pixels wide and high, its middle at `(x, y)`, turned by `degrees` and leaning
    /// back by `lean` (0.3: the far edge looks a third shorter).
    fn with(mut self, text: &str, (x, y): (f32, f32), edge: f32, degrees: f32, lean: f32) -> Self {
        let code = QRBuilder::new(text).ecl(ECL::M).build().expect("the text fits a code");
        let modules = code.size as f32 + 8.0;
        let (sin, cos) = degrees.to_radians().sin_cos();
        let brightness = |column: f32, row: f32| {
            let (dx, dy) = ((column - x) / edge, (row - y) / edge);
            let (dx, dy) = (cos * dx + sin * dy, cos * dy - sin * dx);
            // The further up, the further away: shorter and narrower.
            let depth = 1.0 + lean * (0.5 - dy);
            let (u, v) = (dx * depth + 0.5, dy * depth + 0.5);
            if !(0.0..1.0).contains(&u) || !(0.0..1.0).contains(&v) {
                return None;
            }
            let (u, v) = ((u * modules) as usize, (v * modules) as usize);
            let is_inside = (4..code.size + 4).contains(&u) && (4..code.size + 4).contains(&v);
            Some(if is_inside && code[v - 4][u - 4].value() { 25.0 } else { 235.0 })
        };
        for row in 0..self.height {
            for column in 0..self.width {
                let pixel = &mut self.pixels[row * self.width + column];
                // A camera's pixel is the mean of what falls on it.
                let parts = (0..9).map(|i| {
                    let (dx, dy) = ((i % 3) as f32 / 3.0, (i / 3) as f32 / 3.0);
                    brightness(column as f32 + dx, row as f32 + dy).unwrap_or(*pixel)
                });
                *pixel = parts.sum::<f32>() / 9.0;
            }
        }
        self
    }

    fn blurred(self, reach: usize) -> Self {
        let mean = |picture: &Self, step: usize, x: usize, length: usize, at: usize| {
            let (from, to) = (x.saturating_sub(reach), (x + reach + 1).min(length));
            (from..to).map(|i| picture.pixels[at + i * step - x * step]).sum::<f32>() / (to - from) as f32
        };
        let (width, height) = (self.width, self.height);
        let rows = (0..width * height).map(|i| mean(&self, 1, i % width, width, i)).collect();
        let rows = Self { pixels: rows, ..self };
        let columns = (0..width * height).map(|i| mean(&rows, width, i / width, height, i)).collect();
        Self { pixels: columns, ..rows }
    }

    /// Little light, and the noise that a sensor makes of it.
    fn dark(mut self, light: f32, noise: f32) -> Self {
        let mut random = Random(7);
        for pixel in &mut self.pixels {
            *pixel = (8.0 + *pixel * light + noise * (random.next() - 0.5)).clamp(0.0, 255.0);
        }
        self
    }

    fn read(&self) -> Vec<String> {
        let rgba: Vec<u8> =
            self.pixels.iter().flat_map(|pixel| [*pixel as u8, *pixel as u8, *pixel as u8, 255]).collect();
        let mut texts = read(&rgba, self.width, self.height);
        texts.sort();
        texts
    }
}

/// A xorshift generator, so that noise is the same on every run.
struct Random(u32);

impl Random {
    /// In 0.0..1.0
    fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        (self.0 >> 8) as f32 / (1u32 << 24) as f32
    }
}

const SIZES: [(usize, usize); 3] = [(640, 480), (1280, 720), (1920, 1080)];

/// The tag `share` of the frame's height large, its middle a little beside the frame's.
fn one(width: usize, height: usize, share: f32, degrees: f32, lean: f32) -> Picture {
    let (x, y) = (width as f32 * 0.52, height as f32 * 0.49);
    Picture::wall(width, height).with(&tag(1), (x, y), height as f32 * share, degrees, lean)
}

#[track_caller]
fn check(picture: &Picture, expected: &[u8], case: &str) {
    assert_eq!(picture.read(), expected.iter().map(|n| tag(*n)).collect::<Vec<_>>(), "{case}");
}

#[test]
fn a_sharp_tag_is_read_at_every_size() {
    for (width, height) in SIZES {
        for share in [0.4, 0.75, 0.95] {
            check(&one(width, height, share, 0.0, 0.0), &[1], &format!("{width}x{height}, {share} of it"));
        }
    }
}

#[test]
fn a_tag_is_read_turned_and_from_the_side() {
    for (width, height) in SIZES {
        for degrees in [0.0, 12.0, 45.0, 90.0, 137.0, 180.0, -30.0] {
            for lean in [0.0, 0.2, 0.4] {
                check(&one(width, height, 0.7, degrees, lean), &[1], &format!("{width}x{height}, {degrees}°, {lean}"));
            }
        }
    }
}

#[test]
fn a_blurred_tag_is_read() {
    for ((width, height), most) in SIZES.into_iter().zip([1, 5, 2]) {
        for reach in 1..=most {
            check(&one(width, height, 0.8, 3.0, 0.1).blurred(reach), &[1], &format!("{width}x{height}, {reach} px"));
        }
    }
}

#[test]
fn a_tag_is_read_in_the_dark() {
    for (width, height) in &SIZES[1..] {
        for (light, noise) in [(0.3, 10.0), (0.15, 10.0), (0.08, 8.0), (0.08, 16.0)] {
            let picture = one(*width, *height, 0.75, 4.0, 0.1).dark(light, noise);
            check(&picture, &[1], &format!("{width}x{height}, light {light}, noise {noise}"));
        }
    }
}

#[test]
fn both_of_two_tags_in_view_are_read() {
    for (width, height) in &SIZES[1..] {
        let (width, height) = (*width, *height);
        let (w, h) = (width as f32, height as f32);
        let picture = Picture::wall(width, height).with(&tag(1), (w * 0.27, h * 0.5), w * 0.42, 2.0, 0.1).with(
            &tag(2),
            (w * 0.74, h * 0.48),
            w * 0.42,
            -3.0,
            0.0,
        );
        check(&picture, &[1, 2], &format!("{width}x{height}"));
    }
}

#[test]
fn the_same_tag_twice_in_view_is_said_once() {
    let picture = Picture::wall(1280, 720).with(&tag(1), (330.0, 360.0), 500.0, 0.0, 0.0).with(
        &tag(1),
        (950.0, 360.0),
        500.0,
        0.0,
        0.0,
    );
    check(&picture, &[1], "twice");
}

#[test]
fn nothing_is_read_where_there_is_nothing() {
    check(&Picture::wall(1280, 720), &[], "a wall");
    check(&Picture::wall(640, 480).dark(0.0, 0.0), &[], "a covered lens");
    check(&Picture::wall(640, 480).dark(0.0, 255.0), &[], "noise alone");
}

#[test]
fn a_frame_that_is_none_gives_an_empty_answer() {
    let none: [(usize, usize, usize); 8] = [
        (0, 0, 0),
        (0, 640, 480),
        (4, 0, 1),
        (640 * 480 * 4 - 1, 640, 480),
        (640 * 480 * 4 + 1, 640, 480),
        (16, usize::MAX, 2),
        (0, usize::MAX, usize::MAX),
        (4, 1 << 31, 1 << 31),
    ];
    for (bytes, width, height) in none {
        assert_eq!(read(&vec![0; bytes], width, height), Vec::<String>::new(), "{bytes} bytes for {width}x{height}");
    }
}

#[test]
fn frames_of_any_shape_and_content_are_survived() {
    let mut random = Random(99);
    for (width, height) in [(1, 1), (2, 3), (1, 2000), (2000, 1), (7, 641), (33, 33), (641, 479)] {
        for _ in 0..6 {
            let coarse = 1 + (random.next() * 12.0) as usize;
            let cells: Vec<u8> =
                (0..(width / coarse + 1) * (height / coarse + 1)).map(|_| (random.next() * 255.0) as u8).collect();
            let rgba: Vec<u8> = (0..width * height)
                .flat_map(|i| [cells[(i % width / coarse) + (i / width / coarse) * (width / coarse + 1)]; 4])
                .collect();
            read(&rgba, width, height);
        }
    }
}
