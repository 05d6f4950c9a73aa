//! Every word that people read, in Chinese and English side by side, as functions: a missing word does not compile.
//!
//! The words are those of the people who use them. The language is one for the whole page; changing it draws the page anew.

use std::cell::Cell;

use domain::text::{Language, Words};

pub mod accounts;
#[cfg(feature = "desk")]
pub mod calendar;
pub mod checklists;
pub mod checkpoints;
pub mod device;
#[cfg(feature = "desk")]
pub mod door;
#[cfg(feature = "events")]
pub mod events;
pub mod findings;
pub mod general;
#[cfg(feature = "desk")]
pub mod households;
#[cfg(feature = "desk")]
pub mod join_letter;
#[cfg(feature = "desk")]
pub mod joining;
pub mod missing_photos;
#[cfg(feature = "desk")]
pub mod notice_form;
#[cfg(feature = "desk")]
pub mod notices;
pub mod people;
pub mod photos;
#[cfg(feature = "desk")]
pub mod planning;
pub mod results;
pub mod rounds;
pub mod saving;
pub mod scan;
pub mod sign_ins;
#[cfg(feature = "desk")]
pub mod sign_ups;
#[cfg(feature = "desk")]
pub mod survey_form;
#[cfg(feature = "desk")]
pub mod survey_results;
#[cfg(feature = "desk")]
pub mod surveys;
pub mod time;

thread_local! {
    static LANGUAGE: Cell<Language> = const { Cell::new(Language::Zh) };
}

pub fn language() -> Language {
    LANGUAGE.with(Cell::get)
}

pub fn set_language(language: Language) {
    LANGUAGE.with(|current| current.set(language));
}

/// What `words` says in `language`, whichever the page is in.
#[cfg(feature = "desk")]
pub fn said_in<T>(language: Language, words: impl FnOnce() -> T) -> T {
    let before = self::language();
    set_language(language);
    let said = words();
    set_language(before);
    said
}

/// Content in the language of the page.
pub fn say(words: &Words) -> String {
    words.say(language()).to_owned()
}

/// `name => "中文", "English";` makes `name() -> &'static str`;
/// `name(n: usize) => "还有 {n} 项", "{n} left";` makes `name(n) -> String`.
macro_rules! texts {
    ($($name:ident $(($($arg:ident: $type:ty),+))? => $zh:literal, $en:literal;)*) => {
        $($crate::locales::texts!(@one $name $(($($arg: $type),+))? => $zh, $en);)*
    };
    (@one $name:ident => $zh:literal, $en:literal) => {
        pub fn $name() -> &'static str {
            match $crate::locales::language() {
                domain::text::Language::Zh => $zh,
                domain::text::Language::En => $en,
            }
        }
    };
    (@one $name:ident($($arg:ident: $type:ty),+) => $zh:literal, $en:literal) => {
        pub fn $name($($arg: $type),+) -> String {
            match $crate::locales::language() {
                domain::text::Language::Zh => format!($zh),
                domain::text::Language::En => format!($en),
            }
        }
    };
}
pub(crate) use texts;
