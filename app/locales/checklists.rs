//! Items and answers.

use domain::checklists::AnswerFault;

use super::{general, texts};

texts! {
    pass => "正常", "Pass";
    fail => "异常", "Fail";
    not_applicable => "不适用", "N/A";
    reading_of(unit: &str) => "读数（{unit}）", "Reading ({unit})";
    between(min: &str, max: &str) => "{min}–{max}", "{min}–{max}";
    at_least(min: &str) => "≥ {min}", "≥ {min}";
    at_most(max: &str) => "≤ {max}", "≤ {max}";
    outside_limits => "超出范围", "Outside the limits";
    inside_limits => "在范围内", "Within the limits";
    what_is_wrong => "什么情况？", "What is wrong?";
    what_to_do(what: &str) => "怎么办：{what}", "What to do: {what}";
    clause(clause: &str) => "依据：{clause}", "From: {clause}";
    unanswered => "未答", "Not answered";
    answer_here => "填写", "Type here";
}

pub fn fault(fault: &AnswerFault) -> String {
    texts! {
        missing => "请作答。", "Please answer.";
        wrong_kind => "请重新选择。", "Please choose again.";
        not_a_number => "请输入数字，例如 0.45。", "Type a number, for example 0.45.";
        too_many_digits => "数字太长了。", "The number is too long.";
    }
    match fault {
        AnswerFault::Missing => missing().into(),
        AnswerFault::WrongKind => wrong_kind().into(),
        AnswerFault::NotANumber => not_a_number().into(),
        AnswerFault::TooManyDigits => too_many_digits().into(),
        AnswerFault::Unfit(unfit) => general::unfit(unfit),
    }
}

/// The limits of a reading with its unit, or the unit alone.
pub fn limits(min: Option<String>, max: Option<String>, unit: &str) -> String {
    match (min, max) {
        (Some(min), Some(max)) => format!("{} {unit}", between(&min, &max)),
        (Some(min), None) => format!("{} {unit}", at_least(&min)),
        (None, Some(max)) => format!("{} {unit}", at_most(&max)),
        (None, None) => unit.to_owned(),
    }
}
