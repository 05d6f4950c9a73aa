//! Findings.

use super::texts;

texts! {
    open => "未处理", "Open";
    open_ones => "未处理的问题", "Open findings";
    one => "问题", "Finding";
    corrected => "已处理", "Put right";
    all => "全部", "All";
    report => "上报问题", "Report a finding";
    none_open => "没有未处理的问题", "No open findings";
    none_open_next => "巡查中的异常项和上报的问题会出现在这里。", "Failed items and reported findings appear here.";
    none => "还没有问题", "No findings yet";
    where_is_it => "在哪里？", "Where?";
    choose_checkpoint => "选择巡查点", "Choose a checkpoint";
    what_is_wrong => "什么问题？", "What is wrong?";
    what_is_wrong_note => "写清楚看到的情况，别人照着就能找到", "Say what you see, so that somebody else can find it";
    is_danger => "有危险", "It is a danger";
    dangerous(what: &str) => "危险：{what}", "Danger: {what}";
    something_is_open => "这里有未处理的问题", "Something is open here";
    a_danger_is_open => "这里有危险，还没有处理", "A danger is open here";
    send => "上报", "Report";
    found_by(name: &str, when: &str) => "{name} · {when}", "{name} · {when}";
    from_item => "来自检查项", "From a failed item";
    from_report => "上报", "Reported";
    put_right => "标为已处理", "Mark as put right";
    how => "怎么处理的？", "How was it put right?";
    corrected_by(name: &str, when: &str) => "{name} 于 {when} 处理", "Put right by {name}, {when}";
    see_round => "看这次巡查", "See the round";
}
