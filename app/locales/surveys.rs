//! Surveys, and what people thought of an event.

use domain::{refusal::WhyNot, surveys::WORDS};

use super::texts;

texts! {
    surveys => "满意度调查", "Surveys";
    survey => "调查", "Survey";
    no_surveys => "没有调查", "No surveys";
    no_surveys_next => "有新的调查会出现在这里和首页。", "A new one appears here and on the home page.";
    open_ones => "正在进行", "Open now";
    other_ones => "已结束", "Closed";
    open_until(when: &str) => "{when} 截止", "closes {when}";
    opens_at(when: &str) => "{when} 开始", "opens {when}";
    closed_at(when: &str) => "{when} 已截止", "closed {when}";
    answered => "您家已填", "answered";
    not_answered => "还没填", "not answered";
    feedback => "活动评价", "Feedback";
    privacy => "每户一份，不记名。满 5 份才一起显示给小区，谁也看不到单独一份。", "One answer from each household, without a name. It is shown only together with others, from five answers on; nobody sees a single one.";
    overall => "总体", "Overall";
    content => "内容", "Content";
    organisation => "组织", "Organisation";
    own_words => "还想说什么", "Anything else";
    own_words_note => "选填", "Optional";
    score_1 => "很不满意", "Very poor";
    score_2 => "不满意", "Poor";
    score_3 => "一般", "Fair";
    score_4 => "满意", "Good";
    score_5 => "很满意", "Very good";
    send => "提交", "Send";
    at_least_one => "请至少回答一题。", "Please answer at least one question.";
    thanks => "谢谢，已收到", "Thank you, it has arrived";
    thanks_waiting => "谢谢，已存在这部手机", "Thank you, it is saved on this phone";
    thanks_waiting_next => "有网络时自动提交。", "It is sent once there is a network.";
    given_on(when: &str) => "您家 {when} 填的。每户一份，不能再填。", "Your household answered {when}. One answer each, so it cannot be given again.";
    yours => "您家的回答", "What you said";
    not_for_you => "只有住户填写", "Households answer this";
    not_for_you_next => "您不是哪一户的成员。", "You are not a member of a household.";
    opens_later => "调查还没有开始。", "The survey has not opened yet.";
    has_closed => "调查已经截止。", "The survey has closed.";
}

/// A score in words: colour and number alone say nothing.
pub fn score(score: u8) -> &'static str {
    match score {
        1 => score_1(),
        2 => score_2(),
        3 => score_3(),
        4 => score_4(),
        _ => score_5(),
    }
}

/// What is asked about every event that is over, by its key.
pub fn asked_of_events(key: &str) -> &'static str {
    match key {
        "overall" => overall(),
        "content" => content(),
        "organisation" => organisation(),
        WORDS => own_words(),
        _ => "",
    }
}

/// Why a survey cannot be answered now.
pub fn why_not(why: &WhyNot) -> String {
    match why {
        WhyNot::NotYetOpen { .. } => opens_later().into(),
        WhyNot::Closed => has_closed().into(),
        why => super::events::why_not(why),
    }
}
