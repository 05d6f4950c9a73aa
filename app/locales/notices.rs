//! Notices.

use super::texts;

texts! {
    notices => "通知", "Notices";
}
