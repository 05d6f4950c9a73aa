//! The printer.

/// Opens the browser's dialogue for printing this page.
pub fn print() {
    if let Some(window) = web_sys::window() {
        // A browser without printers does nothing.
        let _ = window.print();
    }
}
