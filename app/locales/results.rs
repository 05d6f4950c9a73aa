//! Results for managers.

use super::texts;

texts! {
    in_order => "今天正常", "Today is in order";
    not_in_order(n: usize) => "今天有 {n} 项要看", "{n} things to look at today";
    from => "从", "From";
    to => "到", "To";
    kind => "类别", "Kind";
    person => "人员", "Person";
    outcome => "结果", "Outcome";
    any => "全部", "Any";
    with_failures => "有异常项", "With failed items";
    not_done => "未完成", "Not done";
    done => "已结束", "Finished";
    clear => "清除筛选", "Clear filters";
    round => "任务", "Round";
    when => "时间", "When";
    who => "谁", "Who";
    visits => "到点", "Visits";
    failed => "异常", "Failed";
    state => "状态", "State";
    failed_items(n: usize) => "{n} 项异常", "{n} failed";
    none => "没有符合筛选的任务", "No rounds match";
    none_next => "换个日期，或清除筛选。", "Choose other dates or clear the filters.";
    story => "经过", "What happened";
    started_by(name: &str) => "{name} 开始", "{name} started";
    finished_by(name: &str) => "{name} 结束", "{name} finished";
    not_visited => "没有到的点", "Not visited";
    missing_reports(names: &str) => "等待回报：{names}", "Waiting for: {names}";
    total(n: usize) => "{n} 次任务", "{n} rounds";
    total_visits(done: usize, all: usize) => "到点 {done}/{all}", "visits {done}/{all}";
    within(earliest: &str, latest: &str) => "在 {earliest} 与 {latest} 之间", "between {earliest} and {latest}";
}
