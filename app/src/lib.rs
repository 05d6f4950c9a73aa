//! What people see: the Leptos single-page app, compiled to WebAssembly.
//!
//! Two builds: `csr` is the browser's, `ssr` holds the bodies of the server functions in [`online`].

#[cfg(all(feature = "csr", feature = "ssr"))]
compile_error!("the browser build and the server's half are two builds: enable `csr` or `ssr`, never both");

pub mod online;

#[cfg(feature = "csr")]
mod browser {
    use leptos::prelude::*;
    use wasm_bindgen::prelude::wasm_bindgen;

    #[wasm_bindgen(start)]
    pub fn start() {
        console_error_panic_hook::set_once();
        leptos::mount::mount_to_body(|| view! { <h1>"Lamplighter"</h1> });
    }
}
