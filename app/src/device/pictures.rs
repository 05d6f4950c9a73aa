//! Pictures: what a camera or a folder gives becomes a photo that is small and says nothing but what it shows.

use domain::photos::{PHOTO_BYTES_MOST, PHOTO_EDGE_MOST, PhotoFault, THUMBNAIL_EDGE, bare};
use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobPropertyBag, CanvasRenderingContext2d, File, HtmlCanvasElement, ImageBitmap, ImageBitmapOptions,
    ImageOrientation, Url,
};

/// The most bytes of a file that is chosen: more than any phone's camera makes.
const FILE_MOST: f64 = 40.0 * 1024.0 * 1024.0;
/// JPEG qualities, best first, until the photo is small enough.
const QUALITIES: [f64; 3] = [0.8, 0.6, 0.4];
const THUMBNAIL_QUALITY: f64 = 0.7;

/// A picture as it is kept: JPEG without metadata, its long edge at most [`PHOTO_EDGE_MOST`].
pub struct Picture {
    pub bytes: Vec<u8>,
    /// In pixels.
    pub width: u32,
    pub height: u32,
    /// A small JPEG as a `data:` address.
    pub thumbnail: String,
}

/// Draws the picture anew, smaller: this turns it upright and leaves behind where it was taken and by which camera.
///
/// # Errors
/// [`PhotoFault`] where the file is no picture that this browser can read.
pub async fn shrink(file: &File) -> Result<Picture, PhotoFault> {
    if file.size() == 0.0 {
        return Err(PhotoFault::Empty);
    }
    if file.size() >= FILE_MOST {
        return Err(PhotoFault::TooLarge);
    }
    of_frame(decoded(file).await).await
}

/// The picture of what a camera or a file showed; `None` where it showed nothing.
///
/// # Errors
/// As [`shrink`].
pub async fn of_frame(frame: Option<ImageBitmap>) -> Result<Picture, PhotoFault> {
    let bitmap = frame.ok_or(PhotoFault::NotAPicture)?;
    let picture = drawn(&bitmap).await;
    bitmap.close();
    picture
}

async fn drawn(bitmap: &ImageBitmap) -> Result<Picture, PhotoFault> {
    let canvas = canvas_of(bitmap, PHOTO_EDGE_MOST).ok_or(PhotoFault::NotAPicture)?;
    let small = canvas_of(bitmap, THUMBNAIL_EDGE).ok_or(PhotoFault::NotAPicture)?;
    let thumbnail = small.to_data_url_with_type_and_encoder_options("image/jpeg", &THUMBNAIL_QUALITY.into());
    let thumbnail = thumbnail.map_err(|_| PhotoFault::NotAPicture)?;
    for quality in QUALITIES {
        let bytes = encoded(&canvas, quality).await.ok_or(PhotoFault::NotAPicture)?;
        if bytes.len() <= PHOTO_BYTES_MOST {
            return Ok(Picture { bytes, width: canvas.width(), height: canvas.height(), thumbnail });
        }
    }
    Err(PhotoFault::TooLarge)
}

async fn decoded(file: &File) -> Option<ImageBitmap> {
    let options = ImageBitmapOptions::new();
    options.set_image_orientation(ImageOrientation::FromImage);
    let window = web_sys::window()?;
    let made = window.create_image_bitmap_with_blob_and_image_bitmap_options(file, &options).ok()?;
    JsFuture::from(made).await.ok()?.dyn_into().ok()
}

/// A canvas with the picture on it, its long edge at most `edge`; white where it is transparent.
fn canvas_of(bitmap: &ImageBitmap, edge: u32) -> Option<HtmlCanvasElement> {
    let long = bitmap.width().max(bitmap.height()).max(1);
    let scale = (f64::from(edge) / f64::from(long)).min(1.0);
    let side = |side: u32| ((f64::from(side) * scale).round() as u32).max(1);
    let canvas: HtmlCanvasElement = web_sys::window()?.document()?.create_element("canvas").ok()?.dyn_into().ok()?;
    canvas.set_width(side(bitmap.width()));
    canvas.set_height(side(bitmap.height()));
    let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
    let (width, height) = (f64::from(canvas.width()), f64::from(canvas.height()));
    context.set_fill_style_str("white");
    context.fill_rect(0.0, 0.0, width, height);
    context.draw_image_with_image_bitmap_and_dw_and_dh(bitmap, 0.0, 0.0, width, height).ok()?;
    Some(canvas)
}

async fn encoded(canvas: &HtmlCanvasElement, quality: f64) -> Option<Vec<u8>> {
    let made = Promise::new(&mut |resolve, _| {
        let take = Closure::once_into_js(move |blob: JsValue| {
            let _ = resolve.call1(&JsValue::NULL, &blob);
        });
        let _ = canvas.to_blob_with_type_and_encoder_options(take.unchecked_ref(), "image/jpeg", &quality.into());
    });
    let blob: Blob = JsFuture::from(made).await.ok()?.dyn_into().ok()?;
    let buffer = JsFuture::from(blob.array_buffer()).await.ok()?;
    Some(bare(&Uint8Array::new(&buffer).to_vec()))
}

/// An address under which this page shows `bytes`, until [`forget_address`].
pub fn address_of(bytes: &[u8]) -> Option<String> {
    let parts = Array::of1(&Uint8Array::from(bytes));
    let kind = BlobPropertyBag::new();
    kind.set_type("image/jpeg");
    Url::create_object_url_with_blob(&Blob::new_with_u8_array_sequence_and_options(&parts, &kind).ok()?).ok()
}

pub fn forget_address(address: &str) {
    let _ = Url::revoke_object_url(address);
}
