//! Writing a notice, changing it, taking it back.

use domain::time::NotATime;

use super::texts;

texts! {
    write => "写通知", "Write a notice";
    change => "修改通知", "Change the notice";
    title_zh => "标题（中文）", "Title (Chinese)";
    title_en => "标题（英文）", "Title (English)";
    text_zh => "正文（中文）", "Text (Chinese)";
    text_en => "正文（英文）", "Text (English)";
    languages_note => "只写一种语言也可以，另一种语言的住户会看到同样的文字。", "One language is enough: whoever reads the other one is shown the same words.";
    title_needed => "请至少用一种语言写标题。", "Write a title in at least one language.";
    to => "发给", "To";
    everyone => "所有人", "Everyone";
    to_building => "一栋楼", "One building";
    to_role => "一个岗位", "One role";
    from => "开始显示", "Shown from";
    from_note => "留空则立即显示。", "At once if left empty.";
    until => "显示到", "Shown until";
    until_note => "留空则一直显示，直到收回。", "Until it is taken back if left empty.";
    until_unfit => "结束时间要晚于现在和开始时间，否则谁也看不到。", "The end must lie after now and after the beginning, or nobody would be shown it.";
    zone_note(zone: &str) => "按小区时间（{zone}）。", "In the community's time ({zone}).";
    publish => "发布", "Publish";
    save => "保存修改", "Save the changes";
    preview => "预览", "Preview";
    shown_until(when: &str) => "显示到 {when}", "shown until {when}";
    published => "已发布的通知", "Published notices";
    over_count(n: usize) => "已结束（{n}）", "Over ({n})";
    shown_from(when: &str) => "{when} 起显示", "shown from {when}";
    shown_for_good => "一直显示", "shown until it is taken back";
    over_since(when: &str) => "{when} 已结束", "over since {when}";
    take_back => "收回通知", "Take it back";
    take_back_question => "收回这条通知？", "Take this notice back?";
    take_back_means => "通知立即结束，手机下次联网后不再显示。看过的人仍然看过。", "It ends now, and phones no longer show it after their next contact. Whoever has read it has read it.";
}

/// Why something in a field for date and time is none.
pub fn not_a_time(fault: NotATime) -> &'static str {
    texts! {
        incomplete => "请填日期和时间，例如 2026-03-01 09:00。", "Choose a date and a time, such as 2026-03-01 09:00.";
        skipped => "调夏令时那天没有这个时刻，请改一个。", "The clocks skip this time on that day; choose another.";
    }
    match fault {
        NotATime::Incomplete => incomplete(),
        NotATime::Skipped => skipped(),
    }
}
