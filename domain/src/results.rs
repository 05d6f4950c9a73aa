//! Results 巡查结果: the rounds and visits that a manager asks for, and what they add up to.

pub mod areas;
pub mod csv;
pub mod days;
pub mod filter;
pub mod held;
pub mod over_time;
pub mod selection;
pub mod story;
