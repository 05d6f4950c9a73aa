//! A picture in shades of grey, and what makes its codes easier to see.

/// Brightness from 0 to 255, row by row. Never empty.
#[derive(Clone)]
pub struct Grey {
    pub width: usize,
    pub height: usize,
    pixels: Vec<u8>,
}

/// The most pixels of a frame: a camera gives a tenth of it.
const PIXELS_MOST: usize = 16 << 20;

impl Grey {
    /// `None` where the size is 0, too large or does not fit the number of bytes.
    pub fn of_rgba(rgba: &[u8], width: usize, height: usize) -> Option<Self> {
        let count = width.checked_mul(height).filter(|count| (1..=PIXELS_MOST).contains(count))?;
        if rgba.len() != 4 * count {
            return None;
        }
        // ITU-R BT.601, in 256ths.
        let brightness = |pixel: &[u8]| {
            let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(u32::from);
            ((77 * red + 150 * green + 29 * blue) >> 8) as u8
        };
        Some(Self { width, height, pixels: rgba.chunks_exact(4).map(brightness).collect() })
    }

    pub fn at(&self, x: usize, y: usize) -> u8 {
        self.pixels[y * self.width + x]
    }

    /// Made smaller by a whole factor until neither edge is longer than `edge`. Each pixel is the mean of those it
    /// stands for, which takes away noise.
    pub fn shrunk_to(&self, edge: usize) -> Self {
        let factor = self.width.max(self.height).div_ceil(edge);
        let (width, height) = (self.width / factor, self.height / factor);
        if factor == 1 || width == 0 || height == 0 {
            return self.clone();
        }
        let mut sums = vec![0u32; width];
        let mut pixels = Vec::with_capacity(width * height);
        for rows in self.pixels.chunks_exact(self.width * factor).take(height) {
            sums.fill(0);
            for row in rows.chunks_exact(self.width) {
                for (sum, cell) in sums.iter_mut().zip(row.chunks_exact(factor)) {
                    *sum += cell.iter().map(|pixel| u32::from(*pixel)).sum::<u32>();
                }
            }
            pixels.extend(sums.iter().map(|sum| (sum / (factor * factor) as u32) as u8));
        }
        Self { width, height, pixels }
    }

    /// Against blur: each pixel moves away from the mean of those around it.
    pub fn sharpened(&self) -> Self {
        const REACH: usize = 3;
        let around = self.blurred(REACH);
        let away = |(pixel, mean): (&u8, &u8)| {
            let (pixel, mean) = (i32::from(*pixel), i32::from(*mean));
            (pixel + 2 * (pixel - mean)).clamp(0, 255) as u8
        };
        Self { pixels: self.pixels.iter().zip(&around.pixels).map(away).collect(), ..*self }
    }

    /// Against noise.
    pub fn smoothed(&self) -> Self {
        self.blurred(1)
    }

    /// Each pixel is the mean of those up to `reach` away.
    fn blurred(&self, reach: usize) -> Self {
        let rows = Self { pixels: blurred_rows(&self.pixels, self.width, reach), ..*self };
        let columns = rows.turned();
        Self { pixels: blurred_rows(&columns.pixels, columns.width, reach), ..columns }.turned()
    }

    fn turned(&self) -> Self {
        let pixels = (0..self.width).flat_map(|x| (0..self.height).map(move |y| self.at(x, y))).collect();
        Self { width: self.height, height: self.width, pixels }
    }
}

fn blurred_rows(pixels: &[u8], width: usize, reach: usize) -> Vec<u8> {
    let mut blurred = Vec::with_capacity(pixels.len());
    for row in pixels.chunks_exact(width) {
        for x in 0..width {
            let around = &row[x.saturating_sub(reach)..(x + reach + 1).min(width)];
            blurred.push((around.iter().map(|pixel| u32::from(*pixel)).sum::<u32>() / around.len() as u32) as u8);
        }
    }
    blurred
}
