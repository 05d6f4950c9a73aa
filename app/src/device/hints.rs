//! The server's hints that something is new. Nothing is learned by one: whoever hears it pulls.

use std::{cell::Cell, rc::Rc};

use sync::messages::{HINT_AGAIN, path};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventSource, MessageEvent};

use super::clock;

/// A stream that was silent for so long is dead, whatever the browser says: after sleep it still calls it open.
const SILENCE: i64 = 2 * HINT_AGAIN + 5_000;

pub struct Hints {
    source: Option<EventSource>,
    heard: Rc<Cell<i64>>,
    listen: Closure<dyn FnMut(MessageEvent)>,
}

impl Hints {
    /// `told` is called with each hint's id.
    pub fn new(told: impl Fn(String) + 'static) -> Self {
        let heard = Rc::new(Cell::new(0));
        let last = Rc::clone(&heard);
        let listen = Closure::new(move |event: MessageEvent| {
            last.set(clock::mono());
            told(event.last_event_id());
        });
        Self { source: None, heard, listen }
    }

    /// Opens the stream where there is none that lives.
    pub fn keep_open(&mut self, now: i64) {
        if self.source.is_some() && now - self.heard.get() < SILENCE {
            return;
        }
        self.close();
        self.heard.set(now);
        self.source = EventSource::new(path::EVENTS).ok();
        if let Some(source) = &self.source {
            source.set_onmessage(Some(self.listen.as_ref().unchecked_ref()));
        }
    }

    pub fn close(&mut self) {
        if let Some(source) = self.source.take() {
            source.close();
        }
    }
}
