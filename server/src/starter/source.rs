//! One data file, read key by key: what is missing, unknown or of the wrong type becomes a fault with its line.

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    files::Files,
    reading::{Noun, Place, Reading},
};

/// Reads a file's tables with `read`; nothing when the file is missing or is not TOML.
pub fn read<T>(files: &Files, name: &str, reading: &Reading, read: impl FnOnce(&mut Table<'_>) -> T) -> Option<T> {
    let Some(bytes) = files.get(name) else {
        reading.unreadable(name, 0, "the file is missing");
        return None;
    };
    let source = Source::new(reading, name, bytes);
    let fields = source.parse()?;
    let spot = Spot { source: &source, at: 0, list: 0 };
    Some(Table { spot, fields }.read_to_the_end(read))
}

struct Source<'r> {
    reading: &'r Reading,
    name: &'r str,
    bytes: &'r [u8],
    /// The offsets at which lines end.
    line_ends: Vec<usize>,
}

impl<'r> Source<'r> {
    fn new(reading: &'r Reading, name: &'r str, bytes: &'r [u8]) -> Self {
        let line_ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at).collect();
        Self { reading, name, bytes, line_ends }
    }

    fn parse(&self) -> Option<DeTable<'r>> {
        let unreadable = |at, message: &str| self.reading.unreadable(self.name, self.line(at), message);
        let text = str::from_utf8(self.bytes).map_err(|error| unreadable(error.valid_up_to(), "not UTF-8")).ok()?;
        let (root, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            unreadable(error.span().map_or(0, |span| span.start), error.message());
        }
        errors.is_empty().then(|| root.into_inner())
    }

    fn line(&self, at: usize) -> usize {
        1 + self.line_ends.partition_point(|end| *end < at)
    }
}

/// Where something stands: its offset in the file, and that of the list which it belongs to.
#[derive(Clone, Copy)]
pub struct Spot<'r> {
    source: &'r Source<'r>,
    at: usize,
    list: usize,
}

/// A table of which each key is taken once.
pub struct Table<'r> {
    pub spot: Spot<'r>,
    fields: DeTable<'r>,
}

/// A value that is yet to be understood.
pub struct Value<'r> {
    pub spot: Spot<'r>,
    value: DeValue<'r>,
}

impl<'r> Spot<'r> {
    pub fn reading(self) -> &'r Reading {
        self.source.reading
    }

    /// Reports what is wrong here. Always `None`: there is no value.
    pub fn fault<T>(self, message: impl Into<String>) -> Option<T> {
        let Place { file, line } = self.place();
        self.reading().fault(&file, line, message);
        None
    }

    /// Here a thing is given its key.
    pub fn gives(self, noun: Noun, key: &str) {
        let scope = noun.is_local().then(|| (self.source.name.to_owned(), self.list));
        self.reading().gives(noun, scope, key, self.place());
    }

    /// Here a thing is named by its key.
    pub fn names(self, noun: Noun, key: &str) {
        self.reading().names(noun, key, self.place());
    }

    fn place(self) -> Place {
        Place { file: self.source.name.to_owned(), line: self.source.line(self.at) }
    }
}

impl<'r> Table<'r> {
    /// A key that must be there.
    pub fn need<T>(&mut self, key: &str, read: impl FnOnce(Value<'r>) -> Option<T>) -> Option<T> {
        match self.take(key) {
            Some(value) => read(value),
            None => self.spot.fault(format!("the key `{key}` is missing")),
        }
    }

    /// A key that may be left out.
    pub fn may<T>(&mut self, key: &str, read: impl FnOnce(Value<'r>) -> Option<T>) -> Option<T> {
        self.take(key).and_then(read)
    }

    /// The tables of a list that may be left out, such as each `[[area]]`; those with faults are missing from it.
    pub fn tables<T>(&mut self, key: &str, read: impl FnMut(&mut Table<'r>) -> Option<T>) -> Vec<T> {
        self.may(key, |value| value.tables(read)).unwrap_or_default()
    }

    /// Passes over the rest, when it is not known which keys it should have.
    pub fn skip_rest(&mut self) {
        self.fields.clear();
    }

    fn take(&mut self, key: &str) -> Option<Value<'r>> {
        self.fields.remove(key).map(|value| Value::within(self.spot, value))
    }

    fn read_to_the_end<T>(mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let value = read(&mut self);
        for key in self.fields.keys() {
            let spot = Spot { at: key.span().start, ..self.spot };
            spot.fault::<()>(format!("unknown key `{}`", key.get_ref()));
        }
        value
    }
}

impl<'r> Value<'r> {
    fn within(spot: Spot<'r>, value: Spanned<DeValue<'r>>) -> Self {
        Self { spot: Spot { at: value.span().start, ..spot }, value: value.into_inner() }
    }

    pub fn expected<T>(&self, what: &str) -> Option<T> {
        self.spot.fault(format!("expected {what}, found {}", self.value.type_str()))
    }

    pub fn text(self) -> Option<(Spot<'r>, String)> {
        match self.value {
            DeValue::String(text) => Some((self.spot, text.into_owned())),
            _ => self.expected("text in quotes"),
        }
    }

    pub fn whole(self) -> Option<(Spot<'r>, i64)> {
        let number = self.value.as_integer().map(|number| i64::from_str_radix(number.as_str(), number.radix()));
        match number {
            Some(Ok(number)) => Some((self.spot, number)),
            Some(Err(_)) | None => self.expected("a whole number"),
        }
    }

    pub fn truth(self) -> Option<bool> {
        self.value.as_bool().or_else(|| self.expected("`true` or `false`"))
    }

    pub fn table<T>(self, read: impl FnOnce(&mut Table<'r>) -> Option<T>) -> Option<T> {
        match self.value {
            DeValue::Table(fields) => Table { spot: self.spot, fields }.read_to_the_end(read),
            _ => self.expected("a table"),
        }
    }

    /// The tables of a list, of which there is at least one; those with faults are missing from it.
    pub fn tables<T>(self, mut read: impl FnMut(&mut Table<'r>) -> Option<T>) -> Option<Vec<T>> {
        let spot = self.spot;
        let values = self.values()?;
        if values.is_empty() {
            return spot.fault("this list is empty");
        }
        Some(values.into_iter().filter_map(|value| value.table(&mut read)).collect())
    }

    pub fn values(self) -> Option<Vec<Value<'r>>> {
        let spot = Spot { list: self.spot.at, ..self.spot };
        match self.value {
            DeValue::Array(values) => Some(values.into_iter().map(|value| Value::within(spot, value)).collect()),
            _ => self.expected("a list"),
        }
    }
}
