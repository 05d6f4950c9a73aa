//! What people see: the Leptos single-page app, compiled to WebAssembly.
//!
//! Two builds: `csr` is the browser's, `ssr` holds the bodies of the server functions in [`online`].
//! One folder per noun; `store` keeps, `device` touches the browser, `ui` has parts without meaning.

#![cfg_attr(
    all(feature = "csr", not(feature = "desk")),
    allow(dead_code, reason = "the words and parts of the managers' pages; the build that has these is checked")
)]

#[cfg(all(feature = "csr", feature = "ssr"))]
compile_error!("the browser build and the server's half are two builds: enable `csr` or `ssr`, never both");

pub mod online;

#[cfg(feature = "csr")]
mod accounts;
#[cfg(feature = "desk")]
mod asking;
#[cfg(feature = "desk")]
mod checkpoints;
#[cfg(feature = "csr")]
mod device;
#[cfg(feature = "desk")]
mod devices;
#[cfg(feature = "desk")]
mod events;
#[cfg(feature = "csr")]
mod findings;
#[cfg(feature = "desk")]
mod households;
#[cfg(feature = "csr")]
#[path = "../locales/mod.rs"]
mod locales;
#[cfg(feature = "desk")]
mod neighbourhood;
#[cfg(feature = "desk")]
mod notices;
#[cfg(feature = "desk")]
mod people;
#[cfg(feature = "csr")]
mod photos;
#[cfg(feature = "desk")]
mod results;
#[cfg(feature = "csr")]
mod rounds;
#[cfg(feature = "csr")]
mod settings;
#[cfg(feature = "csr")]
mod shell;
#[cfg(feature = "desk")]
mod sign_ins;
#[cfg(feature = "csr")]
mod store;
#[cfg(feature = "desk")]
mod surveys;
#[cfg(feature = "csr")]
mod today;
#[cfg(feature = "csr")]
mod ui;
#[cfg(feature = "csr")]
mod visits;
#[cfg(feature = "csr")]
mod waiting;

/// Where the browser build begins.
#[cfg(feature = "csr")]
#[wasm_bindgen::prelude::wasm_bindgen(start)]
pub fn start() {
    shell::open();
}
