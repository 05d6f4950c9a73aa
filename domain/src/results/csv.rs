//! Tables for spreadsheets: CSV after RFC 4180, in UTF-8 with a byte-order mark, without which Excel takes it for another
//! encoding.
//!
//! A spreadsheet takes a cell that begins with certain characters for a formula, whoever typed it: source: OWASP,
//! "CSV Injection"; ASVS 5.0, 1.2.10. Such words get an apostrophe before them. Every cell of words is quoted, so that a
//! reader which expects another separator finds no cell inside one.

use std::fmt::Write;

use chrono::NaiveDate;
use rust_decimal::Decimal;

pub enum Cell {
    /// Words, typed by whoever.
    Words(String),
    Number(Decimal),
    Count(usize),
    Nothing,
}

/// The file's text, its first row the headings.
pub fn file(headings: &[&str], rows: &[Vec<Cell>]) -> String {
    let mut text = String::from("\u{feff}");
    let headings: Vec<Cell> = headings.iter().map(|heading| Cell::Words((*heading).to_owned())).collect();
    for row in std::iter::once(&headings).chain(rows) {
        for (place, cell) in row.iter().enumerate() {
            if place > 0 {
                text.push(',');
            }
            cell.write(&mut text);
        }
        text.push_str("\r\n");
    }
    text
}

impl Cell {
    fn write(&self, text: &mut String) {
        let written = match self {
            Cell::Words(words) => return quoted(words, text),
            // Never a formula: a minus before digits is a number to every spreadsheet.
            Cell::Number(number) => write!(text, "{number}"),
            Cell::Count(count) => write!(text, "{count}"),
            Cell::Nothing => Ok(()),
        };
        written.expect("a string takes whatever is written to it");
    }
}

fn quoted(words: &str, text: &mut String) {
    text.push('"');
    // Spreadsheets in East Asia take the full-width twins for the same.
    if words.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\0', '＝', '＋', '－', '＠']) {
        text.push('\'');
    }
    text.push_str(&words.replace('"', "\"\""));
    text.push('"');
}

/// A name that every file system takes: `张江花园 2026-03-01–2026-03-07 visits.csv`.
pub fn file_name(community: &str, first: NaiveDate, last: NaiveDate, what: &str) -> String {
    let plain = |text: &str| -> String {
        let is_odd = |c: char| c.is_control() || "\\/:*?\"<>|.".contains(c);
        text.chars().map(|c| if is_odd(c) { '-' } else { c }).take(80).collect()
    };
    let days = if first == last { first.to_string() } else { format!("{first}–{last}") };
    format!("{} {days} {}.csv", plain(community.trim()), plain(what))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Cell {
        Cell::Words(text.into())
    }

    #[test]
    fn a_file_has_its_mark_its_headings_and_rows_that_end_in_both_breaks() {
        let rows =
            [vec![words("北门"), Cell::Number("-0.50".parse().expect("a decimal")), Cell::Count(3), Cell::Nothing]];
        assert_eq!(
            file(&["巡查点", "读数", "n", ""], &rows),
            "\u{feff}\"巡查点\",\"读数\",\"n\",\"\"\r\n\"北门\",-0.50,3,\r\n"
        );
    }

    #[test]
    fn quotes_separators_and_breaks_stay_inside_their_cell() {
        let row = vec![words("say \"no\", then; go\r\non"), words("a")];
        assert_eq!(file(&[], &[row]), "\u{feff}\r\n\"say \"\"no\"\", then; go\r\non\",\"a\"\r\n");
    }

    #[test]
    fn words_that_a_spreadsheet_would_take_for_a_formula_begin_with_an_apostrophe() {
        let first = |text: &str| {
            let mut cell = String::new();
            words(text).write(&mut cell);
            cell
        };
        for text in [
            "=HYPERLINK(\"http://evil.example\",\"x\")",
            "+1+1",
            "-2+3+cmd|' /C calc'!A0",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n=1",
            "\0=1",
            "＝1+1",
            "－1",
            "＋1",
            "＠x",
        ] {
            assert!(first(text).starts_with("\"'"), "{text}");
        }
        for text in ["北门", "a=b", "'=1", " =1", "", "1-2"] {
            assert_eq!(first(text), format!("\"{text}\""));
        }
    }

    #[test]
    fn a_file_name_has_nothing_that_a_file_system_refuses() {
        let day = |text: &str| text.parse().expect("a date");
        let name = file_name(" ../张江\u{0}花园:A/B ", day("2026-03-01"), day("2026-03-07"), "visits");
        assert_eq!(name, "---张江-花园-A-B 2026-03-01–2026-03-07 visits.csv");
        assert_eq!(file_name("Z", day("2026-03-01"), day("2026-03-01"), "到点"), "Z 2026-03-01 到点.csv");
        assert!(file_name(&"长".repeat(10_000), day("2026-03-01"), day("2026-03-01"), "x").chars().count() < 120);
    }
}
