//! Households as the desk looks after them.

use super::texts;

texts! {
    neighbourhood => "社区", "Community";
}
