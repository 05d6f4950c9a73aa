//! The letter with a join code, to be printed or shown.
