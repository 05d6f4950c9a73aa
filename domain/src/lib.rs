//! What is true: pure rules, one file per noun.
