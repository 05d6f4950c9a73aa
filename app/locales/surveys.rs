//! Surveys.

use super::texts;

texts! {
    surveys => "满意度调查", "Surveys";
}
