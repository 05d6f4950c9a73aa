//! Results for managers.

use domain::{
    refusal::Flag,
    results::{days::DayFault, filter::Outcome},
};

use super::texts;

texts! {
    in_order => "今天正常", "Today is in order";
    not_in_order(n: usize) => "今天有 {n} 项要看", "To look at today: {n}";
    rounds => "任务", "Rounds";
    areas => "区域", "Areas";
    filters => "筛选", "Filters";
    filters_on(n: usize) => "筛选（{n}）", "Filters ({n})";
    from => "从", "From";
    to => "到", "To";
    today_only => "今天", "Today";
    last_days(n: u64) => "近 {n} 天", "Last {n} days";
    kind => "类别", "Kind";
    area => "区域", "Area";
    checklist => "检查表", "Checklist";
    item => "检查项", "Item";
    person => "人员", "Person";
    outcome => "结果", "Outcome";
    search => "搜索", "Search";
    search_note => "巡查点、人员、检查项或备注", "Checkpoint, person, item or note";
    sort => "排序", "Sort by";
    worst_first => "异常在前", "What is not in order";
    newest_first => "最新在前", "Newest";
    oldest_first => "最早在前", "Oldest";
    any => "全部", "Any";
    is(what: &str, value: &str) => "{what}：{value}", "{what}: {value}";
    remove(filter: &str) => "去掉筛选“{filter}”", "Remove the filter “{filter}”";
    clear => "清除筛选", "Clear all";
    unknown => "小区里没有这一项，请重新选择。", "There is no such one here; choose again.";
    correct_filter => "筛选条件有误", "A filter cannot be used";
    correct_filter_next => "请改正标出的筛选，或清除全部筛选。", "Correct the one that is marked, or clear them all.";
    identity_claimed => "身份待确认", "Identity to be confirmed";
    identity_denied => "已说明不是本人", "Said not to be them";
    it_was_them => "确认是本人", "It was them";
    it_was_not_them => "不是本人", "It was not";
    round => "任务", "Round";
    checkpoint => "巡查点", "Checkpoint";
    when => "时间", "When";
    who => "谁", "Who";
    visits => "到点", "Visits";
    failed => "异常", "Failed";
    asked => "检查", "Checked";
    share => "异常率", "Share failed";
    percent(n: usize) => "{n}%", "{n} %";
    state => "状态", "State";
    failed_items(n: usize) => "{n} 项异常", "{n} failed";
    none => "没有符合筛选的任务", "No rounds match";
    none_visits => "没有符合筛选的到点记录", "No visits match";
    none_next => "换个日期，或清除筛选。", "Choose other dates or clear the filters.";
    loosen(filters: &str) => "试试去掉：{filters}；或多选几天。", "Try without: {filters}; or choose more days.";
    none_failed => "没有异常项", "Nothing failed";
    story => "经过", "What happened";
    started_by(name: &str) => "{name} 开始", "{name} started";
    finished_by(name: &str) => "{name} 结束", "{name} finished";
    reported_by(name: &str) => "{name} 上报问题", "{name} reported a finding";
    corrected_by(name: &str, place: &str) => "{name} 更正“{place}”的记录", "{name} corrected “{place}”";
    score_of(percent: u32) => "得分 {percent}", "score {percent}";
    scores => "各区域得分", "Scores by area";
    score_visits(score: u64, n: usize) => "{score}（{n} 次）", "{score} ({n})";
    gap(minutes: i64) => "{minutes} 分钟没有记录", "Nothing for {minutes} min";
    not_visited => "没有到的点", "Not visited";
    missing_reports(names: &str) => "等待回报：{names}", "Waiting for: {names}";
    total(n: usize) => "{n} 次任务", "Rounds: {n}";
    total_visits(done: usize, all: usize) => "到点 {done}/{all}", "visits {done}/{all}";
    count_visits(n: usize) => "{n} 次到点", "Visits: {n}";
    first_of(n: usize, all: usize) => "显示 {n} 条，共 {all} 条", "{n} of {all} shown";
    show_more => "显示更多", "Show more";
    download => "下载表格（CSV）", "Download (CSV)";
    within(earliest: &str, latest: &str) => "在 {earliest} 与 {latest} 之间", "between {earliest} and {latest}";
    over_time => "历次记录", "Over time";
    by_area => "各区域异常项", "Failed items by area";
    by_item => "各检查项异常", "Failed items by item";
    all_visits => "全部到点记录", "All visits";
    chart_of(item: &str, n: usize, low: &str, high: &str) => "{item}：{n} 次读数，{low} 至 {high}", "{item}: {n} readings, from {low} to {high}";
    reading => "读数", "Reading";
    unit => "单位", "Unit";
    lowest => "下限", "Lower limit";
    highest => "上限", "Upper limit";
    answer => "回答", "Answer";
    judgement => "判定", "Judged";
    note => "备注", "Note";
    corrected_on_site => "当场处理", "Corrected on site";
    photos => "照片数", "Photos";
    corrections => "更正次数", "Corrections";
    score => "得分", "Score";
    visit_note => "到点备注", "Note of the visit";
    proof => "到点方式", "Proof";
    by_hand => "手动", "by hand";
    reason => "手动原因", "Reason by hand";
    punctual => "准时", "Punctuality";
    earliest => "最早", "Earliest";
    latest => "最晚", "Latest";
    version => "版本", "Version";
    window_from => "应开始", "Due from";
    window_to => "应结束", "Due until";
    started => "开始时间", "Started";
    finished => "结束时间", "Finished";
    stops => "应到点数", "Checkpoints";
    visited => "已到点数", "Visited";
    failed_count => "异常项数", "Failed items";
    finish_note => "结束备注", "Note at the end";
    remarks(n: usize) => "存疑 {n} 条", "{n} flagged";
    remarks_title => "存疑的记录", "Flagged work";
    remarks_lead => "服务器收下了，但有话要说。最近 30 天，最新的在前。", "The server took it, and noticed something. The last 30 days, the newest first.";
    remarks_none => "最近 30 天没有存疑的记录", "Nothing was flagged in the last 30 days";
    remarks_none_next => "例如没有权限、时间不准、身份待确认时，会列在这里。", "What was done without a right, at a doubtful time or by somebody unproven is listed here.";
    remarks_today(n: usize) => "今天存疑 {n} 条", "Flagged today: {n}";
    round_id => "任务编号", "Round id";
    visit_id => "到点编号", "Visit id";
}

/// What the server noticed, in a sentence.
pub fn flag(flag: Flag) -> &'static str {
    texts! {
        not_entitled => "当时没有这个权限", "they had no right to it then";
        clock_doubtful => "时间不能确定", "its time cannot be shown";
        unknown_reference => "所指的计划、路线、检查表或任务不在这里", "it names a plan, route, checklist or round that is not here";
        after_finish => "在任务结束之后", "after the round was finished";
        not_on_route => "巡查点不在这条路线上", "the checkpoint is not on this route";
        incomplete => "有必答项没有答", "items that must be answered were not";
        already_done => "别人已先做过，没有覆盖", "somebody had done it before; nothing was overwritten";
        old_version => "用的是旧版", "by an older version";
        identity_claimed => "身份待确认", "whose it is, is to be confirmed";
        withheld => "从来没有这个权限：只留底，不计入", "they never had a right to it: kept, and not counted";
        only_counted => "这家的签到太多，只计人数", "so many entries of this party that it is only counted";
        without_place => "没有名额也放行", "let in without a place";
        other_event => "用的是别的活动的票", "by a ticket for another event";
        other => "有一项新版才看得懂", "something that a newer version can say";
    }
    match flag {
        Flag::NotEntitled => not_entitled(),
        Flag::ClockDoubtful => clock_doubtful(),
        Flag::UnknownReference => unknown_reference(),
        Flag::AfterFinish => after_finish(),
        Flag::NotOnRoute => not_on_route(),
        Flag::Incomplete => incomplete(),
        Flag::AlreadyDone => already_done(),
        Flag::OldVersion => old_version(),
        Flag::IdentityClaimed => identity_claimed(),
        Flag::Withheld => withheld(),
        Flag::OnlyCounted => only_counted(),
        Flag::WithoutPlace => without_place(),
        Flag::OtherEvent => other_event(),
        // These are of requests, whose author is told.
        Flag::OnWaitingList | Flag::BelowConfirmed | Flag::Other => other(),
    }
}

pub fn outcome_of(outcome: Outcome) -> &'static str {
    texts! {
        look => "要看的", "To look at";
        failed => "有异常项", "With failed items";
        incomplete => "未到或未完成", "Missed or incomplete";
        late => "迟到", "Late";
        unreported => "未回报", "Not yet reported";
        by_hand => "手动到点", "Arrived by hand";
    }
    match outcome {
        Outcome::WantsALook => look(),
        Outcome::Failed => failed(),
        Outcome::Incomplete => incomplete(),
        Outcome::Late => late(),
        Outcome::NotYetReported => unreported(),
        Outcome::ByHand => by_hand(),
    }
}

pub fn day_fault(fault: DayFault) -> String {
    texts! {
        not_a_date => "请选择日期，例如 2026-03-01。", "Choose a date, for example 2026-03-01.";
        too_early => "没有这么早的记录。", "There are no results from so long ago.";
        ahead => "这一天还没到。", "That day is still to come.";
        backwards => "开始日期在结束日期之后。", "The first day is after the last.";
        too_many(most: i64) => "一次最多看 {most} 天。", "At most {most} days at a time.";
    }
    match fault {
        DayFault::NotADate => not_a_date().into(),
        DayFault::TooEarly => too_early().into(),
        DayFault::Ahead => ahead().into(),
        DayFault::Backwards => backwards().into(),
        DayFault::TooMany { most } => too_many(most),
    }
}
