//! What a door says without words: one high tone and a short buzz for yes, a low one and a long buzz for anything else.

use js_sys::Reflect;
use wasm_bindgen::JsValue;
use web_sys::AudioContext;

/// Made while the tap that opened the camera is fresh: later the browser would not give it.
pub struct Tones(Option<AudioContext>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Yes,
    No,
}

impl Tones {
    pub fn open() -> Self {
        Self(AudioContext::new().ok())
    }

    /// A device without a speaker or a motor stays silent or still.
    pub fn play(&self, tone: Tone) {
        let (hertz, seconds, buzz) = match tone {
            Tone::Yes => (1760.0, 0.12, 80),
            Tone::No => (220.0, 0.4, 400),
        };
        if let Some(sound) = &self.0 {
            let _ = sounded(sound, hertz, seconds);
        }
        vibrate(buzz);
    }
}

impl Drop for Tones {
    fn drop(&mut self) {
        if let Some(sound) = &self.0 {
            let _ = sound.close();
        }
    }
}

fn sounded(sound: &AudioContext, hertz: f32, seconds: f64) -> Result<(), JsValue> {
    let (tone, volume) = (sound.create_oscillator()?, sound.create_gain()?);
    tone.frequency().set_value(hertz);
    volume.gain().set_value(0.15);
    tone.connect_with_audio_node(&volume)?.connect_with_audio_node(&sound.destination())?;
    tone.start()?;
    tone.stop_with_when(sound.current_time() + seconds)
}

fn vibrate(milliseconds: u32) {
    if let Some(window) = web_sys::window() {
        // Not in every browser, and a call of what is not there would end the app.
        let navigator = window.navigator();
        if Reflect::has(&navigator, &"vibrate".into()).unwrap_or(false) {
            navigator.vibrate_with_duration(milliseconds);
        }
    }
}
