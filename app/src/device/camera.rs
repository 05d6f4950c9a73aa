//! The camera: its picture in a video, and the texts of the codes in it or a photo of it.
//!
//! Who reads them, the browser's own detector or our scanner, is the business of `app/scanner-worker.js` alone.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use js_sys::{Array, Function, JSON, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AudioContext, Document, HtmlVideoElement, ImageBitmap, MediaDevices, MediaStream, MediaStreamTrack,
    MediaStreamTrackState, VisibilityState, Worker,
};

/// Why the camera does not help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CameraFault {
    /// The person, or whoever set up the device, does not allow it.
    Refused,
    Missing,
    /// It is there and gives no picture.
    Busy,
    /// The page did not come over a secure connection.
    Insecure,
    /// There is a picture and nothing to read it with.
    NoReader,
}

/// What the camera is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Every frame is searched for codes.
    Codes,
    Photos,
}

/// What the camera tells.
pub enum Told {
    Opened {
        torch: Torch,
    },
    /// It is closed; `open_again` may help.
    Failed(CameraFault),
    /// The texts of all codes in one frame; none is told too.
    Saw(Vec<String>),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Torch {
    #[default]
    None,
    Off,
    On,
}

/// A camera in use. Its light goes out when this is dropped, and while the page is hidden.
pub struct Camera {
    watch: Rc<Watch>,
    on_visibility: Closure<dyn FnMut()>,
}

struct Watch {
    video: HtmlVideoElement,
    used_for: Use,
    reader: Option<Reader>,
    /// Made while the tap that opened the camera is fresh: later the browser would not give it.
    sound: Cell<Option<AudioContext>>,
    stream: RefCell<Option<MediaStream>>,
    /// Which opening is the current one: whatever belongs to an earlier one ends.
    opening: Cell<u32>,
    told: Box<dyn Fn(Told)>,
}

impl Camera {
    /// Opens the camera that looks away from the person and shows its picture in `video`.
    pub fn open(video: HtmlVideoElement, used_for: Use, told: impl Fn(Told) + 'static) -> Self {
        let is_scanner = used_for == Use::Codes;
        let watch = Rc::new(Watch {
            video,
            used_for,
            reader: is_scanner.then(Reader::start).flatten(),
            sound: Cell::new(is_scanner.then(AudioContext::new).and_then(Result::ok)),
            stream: RefCell::default(),
            opening: Cell::new(0),
            told: Box::new(told),
        });
        let seen = Rc::clone(&watch);
        let on_visibility = Closure::<dyn FnMut()>::new(move || {
            if document().is_some_and(|document| document.visibility_state() == VisibilityState::Hidden) {
                seen.close();
            } else {
                open(&seen);
            }
        });
        if let Some(document) = document() {
            let _ =
                document.add_event_listener_with_callback("visibilitychange", on_visibility.as_ref().unchecked_ref());
        }
        open(&watch);
        Self { watch, on_visibility }
    }

    pub fn open_again(&self) {
        open(&self.watch);
    }

    /// What it shows now, and a short buzz; `None` while it shows nothing.
    pub fn snap(&self) -> impl Future<Output = Option<ImageBitmap>> + use<> {
        buzz();
        let video = self.watch.video.clone();
        async move { grab(&video).await }
    }

    /// Says without words that a tag was taken: a short tone, a short buzz.
    pub fn signal(&self) {
        let _ = self.watch.sound.take().map(beep);
        buzz();
    }

    /// A browser that promised a torch and does not obey leaves it as it is.
    pub fn light(&self, torch: Torch) {
        let Some(track) = self.watch.stream.borrow().as_ref().and_then(track_of) else { return };
        let wanted =
            if torch == Torch::On { r#"{"advanced":[{"torch":true}]}"# } else { r#"{"advanced":[{"torch":false}]}"# };
        if let Ok(wanted) = JSON::parse(wanted) {
            let _ = track.apply_constraints_with_constraints(wanted.unchecked_ref());
        }
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        self.watch.close();
        let _ = self.watch.sound.take().map(|sound| sound.close());
        if let Some(reader) = &self.watch.reader {
            reader.end();
        }
        if let Some(document) = document() {
            let _ = document
                .remove_event_listener_with_callback("visibilitychange", self.on_visibility.as_ref().unchecked_ref());
        }
    }
}

fn open(watch: &Rc<Watch>) {
    watch.close();
    let opening = watch.opening.get();
    let watch = Rc::clone(watch);
    leptos::task::spawn_local(async move {
        let fault = watch.look(opening).await;
        if let Err(fault) = fault
            && watch.opening.get() == opening
        {
            watch.close();
            (watch.told)(Told::Failed(fault));
        }
    });
}

impl Watch {
    fn close(&self) {
        self.opening.set(self.opening.get() + 1);
        if let Some(stream) = self.stream.take() {
            stop(&stream);
            self.video.set_src_object(None);
        }
    }

    /// Shows the picture and reads one frame after another, until another opening or the end.
    async fn look(&self, opening: u32) -> Result<(), CameraFault> {
        let is_over = || self.opening.get() != opening;
        let stream = ask(self.used_for).await?;
        if is_over() {
            stop(&stream);
            return Ok(());
        }
        let track = track_of(&stream).ok_or(CameraFault::Missing)?;
        self.video.set_src_object(Some(&stream));
        self.stream.replace(Some(stream));
        let playing = self.video.play().map_err(|_| CameraFault::Busy)?;
        JsFuture::from(playing).await.map_err(|_| CameraFault::Busy)?;
        if is_over() {
            return Ok(());
        }
        (self.told)(Told::Opened { torch: if has_torch(&track) { Torch::Off } else { Torch::None } });
        let mut last = -1.0;
        loop {
            next_frame().await;
            if is_over() {
                return Ok(());
            }
            if track.ready_state() == MediaStreamTrackState::Ended {
                return Err(CameraFault::Busy);
            }
            let now = self.video.current_time();
            if now == last || self.used_for == Use::Photos {
                continue;
            }
            last = now;
            let reader = self.reader.as_ref().ok_or(CameraFault::NoReader)?;
            let Some(frame) = grab(&self.video).await else { continue };
            let texts = reader.read(&frame).await;
            if is_over() {
                return Ok(());
            }
            (self.told)(Told::Saw(texts.ok_or(CameraFault::NoReader)?));
        }
    }
}

/// Asks the browser, and so the first time the person, for the camera.
async fn ask(used_for: Use) -> Result<MediaStream, CameraFault> {
    let wanted = match used_for {
        Use::Codes => {
            r#"{"audio":false,"video":{"facingMode":"environment","width":{"ideal":1280},"height":{"ideal":720}}}"#
        }
        Use::Photos => {
            r#"{"audio":false,"video":{"facingMode":"environment","width":{"ideal":1920},"height":{"ideal":1440}}}"#
        }
    };
    let devices = media_devices().ok_or(CameraFault::Insecure)?;
    let wanted = JSON::parse(wanted).map_err(|_| CameraFault::Missing)?;
    let asked = devices.get_user_media_with_constraints(wanted.unchecked_ref()).map_err(|_| CameraFault::Missing)?;
    let given = JsFuture::from(asked).await;
    given.map(JsCast::unchecked_into).map_err(|error| {
        let name = Reflect::get(&error, &"name".into()).ok().and_then(|name| name.as_string()).unwrap_or_default();
        match name.as_str() {
            "NotAllowedError" | "SecurityError" => CameraFault::Refused,
            "NotFoundError" | "OverconstrainedError" => CameraFault::Missing,
            _ => CameraFault::Busy,
        }
    })
}

fn stop(stream: &MediaStream) {
    if let Some(track) = track_of(stream) {
        track.stop();
    }
}

fn track_of(stream: &MediaStream) -> Option<MediaStreamTrack> {
    stream.get_video_tracks().get(0).dyn_into().ok()
}

fn has_torch(track: &MediaStreamTrack) -> bool {
    let capabilities = Reflect::get(track, &"getCapabilities".into())
        .ok()
        .and_then(|function| function.dyn_into::<Function>().ok())
        .and_then(|function| function.call0(track).ok());
    let torch = capabilities.and_then(|all| Reflect::get(&all, &"torch".into()).ok()).unwrap_or(JsValue::UNDEFINED);
    // One word in most browsers, a list of the possible ones in others.
    if Array::is_array(&torch) { Array::from(&torch).includes(&JsValue::TRUE, 0) } else { torch.is_truthy() }
}

async fn next_frame() {
    let painted = Promise::new(&mut |resolve, _| {
        if let Some(window) = web_sys::window() {
            let _ = window.request_animation_frame(&resolve);
        }
    });
    let _ = JsFuture::from(painted).await;
}

/// `None` while the video has no picture yet.
async fn grab(video: &HtmlVideoElement) -> Option<ImageBitmap> {
    let asked = web_sys::window()?.create_image_bitmap_with_html_video_element(video).ok()?;
    JsFuture::from(asked).await.ok().map(JsCast::unchecked_into)
}

/// The worker that reads frames, one at a time.
struct Reader {
    worker: Worker,
    /// Resolves when the worker fails or is ended; then nobody waits for its answer any more.
    over: Promise,
    end: Function,
}

impl Reader {
    fn start() -> Option<Self> {
        let note = document()?.query_selector("meta[name=lamplighter-scanner]").ok()??;
        let worker = Worker::new(&note.get_attribute("content")?).ok()?;
        let mut end = None;
        let over = Promise::new(&mut |resolve, _| end = Some(resolve));
        let end = end?;
        worker.set_onerror(Some(&end));
        Some(Self { worker, over, end })
    }

    /// The texts of the codes in the frame; `None` when the worker cannot read at all.
    async fn read(&self, frame: &ImageBitmap) -> Option<Vec<String>> {
        let answer = Promise::new(&mut |resolve, _| self.worker.set_onmessage(Some(&resolve)));
        self.worker.post_message_with_transfer(frame, &Array::of1(frame)).ok()?;
        let event = JsFuture::from(Promise::race(&Array::of2(&answer, &self.over))).await.ok()?;
        let texts: Array = Reflect::get(&event, &"data".into()).ok()?.dyn_into().ok()?;
        Some(texts.iter().filter_map(|text| text.as_string()).collect())
    }

    fn end(&self) {
        self.worker.terminate();
        let _ = self.end.call1(&JsValue::NULL, &JsValue::NULL);
    }
}

/// Whether this browser gives the page a camera; the person may still refuse it.
pub fn is_offered() -> bool {
    media_devices().is_some()
}

fn media_devices() -> Option<MediaDevices> {
    let navigator = web_sys::window()?.navigator();
    let devices = Reflect::get(&navigator, &"mediaDevices".into()).ok().filter(JsValue::is_object)?;
    Some(devices.unchecked_into())
}

fn buzz() {
    if let Some(window) = web_sys::window() {
        // Not in every browser, and a call of what is not there would end the app.
        let navigator = window.navigator();
        if Reflect::has(&navigator, &"vibrate".into()).unwrap_or(false) {
            navigator.vibrate_with_duration(80);
        }
    }
}

fn document() -> Option<Document> {
    web_sys::window()?.document()
}

/// One tone, after which the sound is closed.
fn beep(sound: AudioContext) -> Result<(), JsValue> {
    let (tone, volume) = (sound.create_oscillator()?, sound.create_gain()?);
    tone.frequency().set_value(1760.0);
    volume.gain().set_value(0.15);
    tone.connect_with_audio_node(&volume)?.connect_with_audio_node(&sound.destination())?;
    let close: Function = Reflect::get(&sound, &"close".into())?.dyn_into()?;
    tone.set_onended(Some(&close.bind0(&sound)));
    tone.start()?;
    tone.stop_with_when(sound.current_time() + 0.12)
}
