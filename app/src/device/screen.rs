//! How much room there is.

/// Whether a page is wide enough for its filters to lie open beside what they filter.
pub fn is_wide() -> bool {
    let width = web_sys::window().and_then(|window| window.inner_width().ok()).and_then(|width| width.as_f64());
    width.is_some_and(|width| width >= 600.0)
}
