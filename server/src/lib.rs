//! What is kept: the canonical records.
