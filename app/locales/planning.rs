//! Planning events, and moving people between places and the waiting list.

use super::texts;

texts! {
    plan_event => "新活动", "New event";
}
