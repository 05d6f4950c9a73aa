//! Rounds and visits.

use domain::{
    checklists::DutyKind,
    rounds::{Punctuality, Standing},
    tags::TagFault,
};

use super::texts;

texts! {
    rounds_now => "现在", "Now";
    rounds_later => "稍后", "Later";
    rounds_done => "之前", "Earlier";
    nothing_now => "现在没有您的任务", "You have no round now";
    nothing_now_next => "到时间会出现在这里；也可以临时巡查一条路线。", "It appears here when it is time; you can also walk a route unplanned.";
    unplanned => "临时巡查", "Unplanned round";
    choose_route => "选一条路线", "Choose a route";
    no_routes => "没有您可以走的路线", "There is no route for you to walk";
    no_routes_next => "路线和计划由项目经理设置。", "Routes and plans are set up by the manager.";
    stops(n: usize) => "{n} 个点", "Checkpoints: {n}";
    start => "开始任务", "Start the round";
    go_on => "继续", "Go on";
    from_to(from: &str, to: &str) => "{from}–{to}", "{from}–{to}";
    progress(done: usize, all: usize) => "{done}/{all}", "{done}/{all}";
    progress_of(done: usize, all: usize) => "已到 {done} 个点，共 {all} 个", "{done} of {all} checkpoints visited";
    free_order => "顺序不限", "in any order";
    fixed_order => "按顺序", "in this order";
    finish => "结束任务", "Finish the round";
    finish_early => "提前结束", "Finish early";
    finish_left(n: usize) => "还有 {n} 个点没到。为什么？", "Not visited: {n}. Why?";
    finish_reason => "原因", "Reason";
    finished_by(name: &str, when: &str) => "{name} 于 {when} 结束", "Finished by {name}, {when}";
    all_visited => "全部到点。可以结束了。", "Every checkpoint is visited. You can finish.";
    not_yours => "这是别的班组的任务", "This round is another team's";
    tag_code => "标签编码", "Tag code";
    tag_code_note => "二维码下方的 8 位编码，或粘贴扫码内容", "The 8 characters under the QR code, or paste what a scanner read";
    check_tag => "确认到点", "Confirm arrival";
    by_hand => "没有标签？手动到点", "No tag? Arrive by hand";
    by_hand_reason => "为什么不能用标签？", "Why can the tag not be used?";
    by_hand_missing => "标签不见了", "The tag is gone";
    by_hand_damaged => "标签损坏", "The tag is damaged";
    by_hand_blocked => "走不到标签处", "The tag cannot be reached";
    by_hand_confirm => "手动到点", "Arrive by hand";
    arrived_tag(when: &str) => "{when} 标签到点 ✓", "{when} by tag ✓";
    arrived_code(when: &str) => "{when} 编码到点 ✓", "{when} by code ✓";
    arrived_by_hand(when: &str) => "{when} 手动到点", "{when} by hand";
    proof_tag => "标签", "by tag";
    proof_code => "编码", "by code";
    proof_by_hand_because(reason: &str) => "手动：{reason}", "by hand: {reason}";
    tag_of_other(name: &str) => "这是“{name}”的标签。", "This is the tag of “{name}”.";
    go_there(name: &str) => "去“{name}”", "Go to “{name}”";
    not_on_route => "不在这条路线上。", "It is not on this route.";
    other_first(name: &str) => "按顺序先到“{name}”。", "In this round “{name}” comes first.";
    all_normal => "全部正常", "All in order";
    undo => "撤销", "Undo";
    done => "完成", "Done";
    items_left(n: usize) => "还有 {n} 项未答", "{n} left";
    note => "备注", "Note";
    sum_title => "小结", "Summary";
    sum_stops(done: usize, all: usize) => "到点 {done}/{all}", "{done} of {all} stops visited";
    sum_failed(n: usize) => "异常 {n} 项", "Failed: {n}";
    sum_corrected(n: usize) => "当场已改 {n} 项", "Corrected on site: {n}";
    sum_photos(n: usize) => "照片 {n} 张", "Photos: {n}";
    sum_score(percent: u32) => "得分 {percent} 分", "Score {percent} of 100";
    been_here(when: &str) => "{when} 已到过", "Visited at {when}";
    correct => "更正", "Correct";
    correct_title(name: &str) => "更正：{name}", "Correct: {name}";
    correct_lead => "改过的地方会留下：谁、什么时候、原来和现在的答案。", "What you change is kept with who, when, and the answers before and after.";
    correct_reason => "为什么更正？", "Why is it corrected?";
    correct_save => "保存更正", "Save the correction";
    correct_nothing => "没有改动。先改答案，再保存。", "Nothing is different. Change an answer first, then save.";
    open_findings_here => "这里未处理的问题", "Still open here";
    is_fixed => "已修好", "Fixed";
    is_still_there => "仍在", "Still there";
    is_over => "任务已结束", "The round is finished";
    is_over_next => "同事已结束这次任务。还有情况，请上报问题。", "A colleague has finished it. Report a finding if there is more to say.";
    draft_kept => "有未完成的草稿", "Unfinished draft";
    saving => "正在保存…", "Saving…";
}

pub fn duty(kind: DutyKind) -> &'static str {
    texts! {
        patrol => "巡逻", "Patrol";
        facility => "设施设备", "Facility";
        cleaning => "保洁", "Cleaning";
        landscaping => "绿化", "Landscaping";
        fire => "消防", "Fire safety";
        renovation => "装修巡查", "Renovation";
        handover => "房屋验收", "Handover inspection";
    }
    match kind {
        DutyKind::Patrol => patrol(),
        DutyKind::Facility => facility(),
        DutyKind::Cleaning => cleaning(),
        DutyKind::Landscaping => landscaping(),
        DutyKind::Fire => fire(),
        DutyKind::Renovation => renovation(),
        DutyKind::Handover => handover(),
    }
}

pub fn standing(standing: Standing) -> &'static str {
    texts! {
        ahead => "未到时间", "Ahead";
        due => "待开始", "Due";
        running => "进行中", "Under way";
        overdue => "超时未结束", "Overdue";
        finished => "已结束", "Finished";
        not_yet_reported => "未回报", "Not yet reported";
        missed => "未到", "Missed";
    }
    match standing {
        Standing::Ahead => ahead(),
        Standing::Due => due(),
        Standing::Running => running(),
        Standing::Overdue => overdue(),
        Standing::Finished => finished(),
        Standing::NotYetReported => not_yet_reported(),
        Standing::Missed => missed(),
    }
}

pub fn punctuality(punctuality: Punctuality) -> &'static str {
    texts! {
        early => "早到", "early";
        on_time => "准时", "on time";
        late => "迟到", "late";
        cannot_be_shown => "无法判定", "cannot be shown";
    }
    match punctuality {
        Punctuality::Early => early(),
        Punctuality::OnTime => on_time(),
        Punctuality::Late => late(),
        Punctuality::CannotBeShown => cannot_be_shown(),
    }
}

pub fn tag_fault(fault: TagFault) -> &'static str {
    texts! {
        not_a_tag => "这不是标签编码。编码是 8 位字母和数字。", "This is not a tag code. A code has 8 letters and digits.";
        unknown => "小区里没有这个标签。请检查后再输入。", "No checkpoint here has this tag. Check it and type it again.";
        replaced => "这是旧标签，已换新。请报告主管。", "This is an old tag that has been replaced. Please tell your supervisor.";
        forged => "这个标签不是本小区发的。请报告主管。", "This tag was not issued here. Please tell your supervisor.";
    }
    match fault {
        TagFault::NotATag => not_a_tag(),
        TagFault::Unknown => unknown(),
        TagFault::Replaced => replaced(),
        TagFault::Forged => forged(),
    }
}
