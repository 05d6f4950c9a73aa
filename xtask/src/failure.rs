//! What went wrong, as one sentence for the person at the keyboard.

use std::fmt::{self, Display};

#[derive(Debug)]
pub struct Failure(String);

pub type Outcome<T = ()> = Result<T, Failure>;

impl Failure {
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

impl Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Turns any error into a sentence: `cannot {attempt}: {error}`.
pub trait Explain<T> {
    fn explain(self, attempt: impl Display) -> Outcome<T>;
}

impl<T, E: Display> Explain<T> for Result<T, E> {
    fn explain(self, attempt: impl Display) -> Outcome<T> {
        self.map_err(|error| Failure::new(format!("cannot {attempt}: {error}")))
    }
}
