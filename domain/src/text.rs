//! Words in both languages, and the bounds of what people may type.

use serde::{Deserialize, Serialize};

/// A language of the interface and of the content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// 中文
    #[default]
    Zh,
    /// English
    En,
}

/// Content in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    pub zh: String,
    pub en: String,
}

impl Words {
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// The words in `language`; the other language's where these are missing.
    pub fn say(&self, language: Language) -> &str {
        let (first, second) = match language {
            Language::Zh => (&self.zh, &self.en),
            Language::En => (&self.en, &self.zh),
        };
        if first.is_empty() { second } else { first }
    }
}

/// Why something typed cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unfit {
    /// Nothing was typed where something is needed.
    Empty,
    /// More than `most` characters.
    TooLong { most: usize },
    /// A control character such as NUL, which no keyboard types.
    ControlCharacter,
}

/// The most characters of a note, an answer in words or a reason.
pub const NOTE_MOST: usize = 2_000;
/// The most characters of a name.
pub const NAME_MOST: usize = 120;

/// What a person typed, trimmed and within bounds. Line breaks and tabs may stay.
///
/// # Errors
/// [`Unfit`] says what is wrong; the caller still has the text.
pub fn typed(text: &str, most: usize) -> Result<String, Unfit> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Unfit::Empty);
    }
    if text.chars().count() > most {
        return Err(Unfit::TooLong { most });
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(Unfit::ControlCharacter);
    }
    Ok(text.to_owned())
}

/// Like [`typed`], for a field that may stay empty.
///
/// # Errors
/// As [`typed`], but never [`Unfit::Empty`].
pub fn typed_or_empty(text: &str, most: usize) -> Result<String, Unfit> {
    match typed(text, most) {
        Err(Unfit::Empty) => Ok(String::new()),
        other => other,
    }
}

/// Full-width forms (０-９, ．, －) as their ASCII twins: a Chinese keyboard types both.
pub fn half_width(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
            '\u{3000}' => ' ',
            '。' => '.',
            _ => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_of_ten_thousand_characters_is_too_long_and_nul_is_refused() {
        assert_eq!(typed(&"灯".repeat(10_000), NOTE_MOST), Err(Unfit::TooLong { most: NOTE_MOST }));
        assert_eq!(typed("a\0b", NOTE_MOST), Err(Unfit::ControlCharacter));
        assert_eq!(typed("  \n ", NOTE_MOST), Err(Unfit::Empty));
    }

    #[test]
    fn emoji_markup_sql_and_right_to_left_text_are_kept_as_they_are() {
        for text in ["🔦👍🏽", "<b>x</b><script>", "'; drop table records; --", "مصباح", "行一\n行二"] {
            assert_eq!(typed(text, NOTE_MOST).as_deref(), Ok(text));
        }
    }

    #[test]
    fn full_width_digits_count_as_digits() {
        assert_eq!(half_width("－１２．５"), "-12.5");
    }

    #[test]
    fn a_missing_language_falls_back_to_the_other() {
        assert_eq!(Words::new("北门", "").say(Language::En), "北门");
    }
}
