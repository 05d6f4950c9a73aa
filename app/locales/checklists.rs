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
    needs_note => "这项异常要写明情况。", "This one needs a note.";
    needs_photo => "这项异常要拍照。", "This one needs a photo.";
    needs_both => "这项异常要写明情况并拍照。", "This one needs a note and a photo.";
    corrected_on_site => "当场已改", "Corrected on site";
    needs_work => "待整改", "Needs work";
    how_corrected => "怎么处理的？", "How was it put right?";
    more(ask: &str) => "备注和照片：{ask}", "Note and photos: {ask}";
    last_reading(reading: &str, unit: &str, when: &str) => "上次 {reading} {unit} · {when}", "Last {reading} {unit} · {when}";
    photographed => "照片", "Photo";
    unanswered => "未答", "Not answered";
    answer_here => "填写", "Type here";
}

pub fn fault(fault: &AnswerFault) -> String {
    texts! {
        missing => "请作答。", "Please answer.";
        wrong_kind => "请重新选择。", "Please choose again.";
        not_a_number => "请输入数字，例如 0.45。", "Type a number, for example 0.45.";
        too_many_digits => "数字太长了。", "The number is too long.";
        note_missing => "请写明情况。", "Please say what is wrong.";
        photo_missing => "请拍照；拍不了请写明原因。", "Please take a photo, or say why there is none.";
        correction_missing => "请写明怎么处理的。", "Please say how it was put right.";
    }
    match fault {
        AnswerFault::Missing => missing().into(),
        AnswerFault::WrongKind => wrong_kind().into(),
        AnswerFault::NotANumber => not_a_number().into(),
        AnswerFault::TooManyDigits => too_many_digits().into(),
        AnswerFault::NoteMissing => note_missing().into(),
        AnswerFault::PhotoMissing => photo_missing().into(),
        AnswerFault::CorrectionMissing => correction_missing().into(),
        AnswerFault::TooManyPhotos => super::photos::enough(domain::photos::PHOTOS_MOST),
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
