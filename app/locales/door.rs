//! The door of an event: who came.

use super::texts;

texts! {
    check_in => "签到", "Check-in";
}
