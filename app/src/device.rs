//! The browser's hardware and surroundings: nothing else touches them.

pub mod camera;
pub mod clock;
pub mod files;
pub mod hints;
pub mod install;
pub mod network;
pub mod pictures;
pub mod pin;
pub mod preferences;
pub mod printer;
pub mod releases;
pub mod screen;
#[cfg(feature = "desk")]
pub mod share;
pub mod storage;
pub mod tabs;
#[cfg(feature = "desk")]
pub mod tones;
pub mod wake;
