//! What people see: the Leptos single-page app, compiled to WebAssembly.
//!
//! Two builds: `csr` is the browser's, `ssr` holds the bodies of the server functions in [`online`].
//! One folder per noun; `store` keeps, `device` touches the browser, `ui` has parts without meaning.

#[cfg(all(feature = "csr", feature = "ssr"))]
compile_error!("the browser build and the server's half are two builds: enable `csr` or `ssr`, never both");

pub mod online;

#[cfg(feature = "csr")]
mod accounts;
#[cfg(feature = "csr")]
mod device;
#[cfg(feature = "csr")]
mod devices;
#[cfg(feature = "csr")]
mod findings;
#[cfg(feature = "csr")]
#[path = "../locales/mod.rs"]
mod locales;
#[cfg(feature = "csr")]
mod people;
#[cfg(feature = "csr")]
mod photos;
#[cfg(feature = "csr")]
mod results;
#[cfg(feature = "csr")]
mod rounds;
#[cfg(feature = "csr")]
mod settings;
#[cfg(feature = "csr")]
mod shell;
#[cfg(feature = "csr")]
mod store;
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
    console_error_panic_hook::set_once();
    shell::open();
}
