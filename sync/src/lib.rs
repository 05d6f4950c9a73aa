//! How changes go up and records come down.
