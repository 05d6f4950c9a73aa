//! How this device is set: language, theme and who is at it. Never data.

use domain::{ids::PersonId, text::Language};
use gloo_storage::{LocalStorage, SessionStorage, Storage};
use sync::messages::Identity;

const LANGUAGE: &str = "lamplighter.language";
const THEME: &str = "lamplighter.theme";
/// Read by app/boot.js.
const DESK: &str = "lamplighter.desk";
const PRESENT: &str = "lamplighter.present";
const SESSION: &str = "lamplighter.session";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    /// As the system says: light by day, night in the dark.
    #[default]
    System,
    Light,
    Night,
    Sunlight,
}

/// The chosen language; before a choice the browser's.
pub fn language() -> Language {
    LocalStorage::get(LANGUAGE).unwrap_or_else(|_| {
        let browser = web_sys::window().and_then(|window| window.navigator().language()).unwrap_or_default();
        if browser.starts_with("zh") { Language::Zh } else { Language::En }
    })
}

/// Keeps the choice; a browser that refuses keeps it until the page is closed.
pub fn set_language(language: Language) {
    let _ = LocalStorage::set(LANGUAGE, language);
    set_root_attribute(
        "lang",
        match language {
            Language::Zh => "zh-CN",
            Language::En => "en",
        },
    );
}

/// Has the larger build opened from now on; says whether the browser keeps that.
pub fn choose_desk() -> bool {
    LocalStorage::set(DESK, true).is_ok()
}

pub fn theme() -> Theme {
    LocalStorage::get(THEME).unwrap_or_default()
}

/// Keeps the choice. app/boot.js shows it, here as in the other tabs, for it must do so before the first paint.
pub fn set_theme(theme: Theme) {
    let _ = LocalStorage::set(THEME, theme);
    if let (Some(window), Ok(changed)) = (web_sys::window(), web_sys::Event::new("storage")) {
        let _ = window.dispatch_event(&changed);
    }
}

fn set_root_attribute(name: &str, value: &str) {
    let root = web_sys::window().and_then(|window| window.document()).and_then(|document| document.document_element());
    if let Some(root) = root {
        let _ = root.set_attribute(name, value);
    }
}

/// Who unlocked this tab; forgotten when the browser is closed.
pub fn present() -> Option<(PersonId, Identity)> {
    SessionStorage::get(PRESENT).ok()
}

pub fn set_present(present: Option<(PersonId, Identity)>) {
    match present {
        Some(present) => {
            let _ = SessionStorage::set(PRESENT, present);
        }
        None => SessionStorage::delete(PRESENT),
    }
}

/// What this browser does with the session that it holds, which no script can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Session {
    /// It is this person's, who is at the device or has it to themselves.
    Of(PersonId),
    /// Nobody may use it any more: it ends at the next contact.
    Ends,
}

/// `None` where nobody has signed in, or whoever had has been signed out.
pub fn session() -> Option<Session> {
    LocalStorage::get(SESSION).ok()
}

/// Whose session it is, unless it is to end.
pub fn session_of() -> Option<PersonId> {
    match session() {
        Some(Session::Of(person)) => Some(person),
        Some(Session::Ends) | None => None,
    }
}

pub fn set_session(session: Option<Session>) {
    match session {
        Some(session) => {
            let _ = LocalStorage::set(SESSION, session);
        }
        None => LocalStorage::delete(SESSION),
    }
}

/// Milliseconds that a further attempt costs after five wrong PINs.
pub const PIN_WAIT: i64 = 30_000;

/// How often a person's PIN was typed wrongly here, kept over reloads.
#[derive(Clone, Copy, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct PinAttempts {
    pub wrong: u32,
    pub not_before: domain::time::Moment,
}

fn pin_key(person: PersonId) -> String {
    format!("lamplighter.pin.{person}")
}

pub fn pin_attempts(person: PersonId) -> PinAttempts {
    LocalStorage::get(pin_key(person)).unwrap_or_default()
}

pub fn count_wrong_pin(person: PersonId, now: domain::time::Moment) {
    let wrong = pin_attempts(person).wrong + 1;
    let not_before = if wrong >= 5 { now.plus(PIN_WAIT) } else { now };
    let _ = LocalStorage::set(pin_key(person), PinAttempts { wrong, not_before });
}

pub fn forget_wrong_pins(person: PersonId) {
    LocalStorage::delete(pin_key(person));
}

/// Up to when somebody here has read what was changed of an event.
#[cfg(feature = "desk")]
pub fn seen(event: domain::ids::EventId) -> domain::time::Moment {
    LocalStorage::get(seen_key(event)).unwrap_or_default()
}

#[cfg(feature = "desk")]
pub fn set_seen(event: domain::ids::EventId, until: domain::time::Moment) {
    let _ = LocalStorage::set(seen_key(event), until);
}

#[cfg(feature = "desk")]
fn seen_key(event: domain::ids::EventId) -> String {
    format!("lamplighter.seen.{event}")
}
