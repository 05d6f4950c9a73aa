//! The smaller build: field work alone. All other pages are in the larger one, which is loaded in its place.

use leptos::prelude::*;
use sync::device::outbox::Entry;

use crate::{device::releases, store::Store, today};

pub const IS_HERE: bool = false;

pub fn is_door(_path: &str) -> bool {
    false
}

pub fn unread(_store: Store) {}

pub fn door(_path: &str) -> AnyView {
    ().into_any()
}

pub fn home() -> AnyView {
    today::page()
}

pub fn ways(_store: Store) -> Vec<(&'static str, &'static str, &'static str)> {
    super::ways()
}

pub fn is_below(_way: &str, _path: &str) -> bool {
    false
}

pub fn page(_parts: &[&str]) -> AnyView {
    releases::open_desk();
    ().into_any()
}

pub fn headline(_store: Store) -> AnyView {
    ().into_any()
}

pub fn missing_photos() -> AnyView {
    ().into_any()
}

/// What these pages ask for is corrected there too.
pub fn correction(_refused: &Entry) -> Option<String> {
    None
}
