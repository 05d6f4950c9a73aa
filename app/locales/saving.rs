//! The state of saving: what is here, what has been sent, and what stands in its way.

use super::texts;

texts! {
    all_sent(when: &str) => "全部已传 {when}", "all sent {when}";
    nothing_to_send => "全部已传", "all sent";
    saved_here(when: &str, n: usize) => "已存 {when} · 待传 {n}", "saved here {when} · {n} to send";
    to_send(n: usize) => "已存本机 · 待传 {n}", "saved here · {n} to send";
    not_saved => "没有存上", "NOT saved";
    not_saved_full => "没有存上：存储已满", "NOT saved: storage full";
    not_saved_full_next => "刚才填的都还在屏幕上。请删掉别的文件腾出空间，再按一次保存。", "What you typed is still on the screen. Free some space on the device and save again.";
    not_saved_other_next => "刚才填的都还在屏幕上。请再按一次保存；仍不行就重新打开掌灯。", "What you typed is still on the screen. Save again; if that fails, open Lamplighter anew.";
    not_saved_nobody => "请先解锁", "Unlock first";
    waiting_title => "保存与上传", "Saved and sent";
    waiting_lead => "每条记录先存本机，再上传。没有网络时留在这里，不会丢。", "Everything is saved here first, then sent. Without a network it stays here and is not lost.";
    last_contact(when: &str) => "最近一次联系服务器：{when}", "Last contact with the server: {when}";
    no_contact_yet => "还没有联系上服务器", "Not in contact with the server yet";
    network_good => "网络正常", "The network is working";
    network_offline => "没有网络。会自动重试。", "No network. It tries again by itself.";
    network_busy => "服务器忙。会自动重试。", "The server is busy. It tries again by itself.";
    network_too_old => "这个版本太旧：还能上传，但收不到新资料。请更新。", "This version is too old: it can send but receives nothing new. Please update.";
    network_rejected => "服务器没有接受。会再试；仍不行请联系管理员。", "The server did not take it. It tries again; if this stays, tell your operator.";
    waiting_of_others(n: usize) => "同事还有 {n} 条待传，会一起上传。", "Of your colleagues: {n} waiting, which go along.";
    waiting_more(n: usize) => "还有 {n} 条，同样等着上传。", "And {n} more, which wait as well.";
    waiting_none => "没有待传的记录", "Nothing is waiting";
    waiting_none_next => "您做的都已到服务器。", "Everything you did has reached the server.";
    send_now => "现在上传", "Send now";
    attention_title => "需要处理", "Needs attention";
    attention_count(n: usize) => "{n} 条需要处理", "Needs attention: {n}";
    attention_refused => "未被接受", "Not accepted";
    attention_quarantined => "服务器读不懂，已原样保留", "The server could not read it and keeps it as it is";
    attention_stuck => "服务器不认这台设备上的这位同事", "The server does not know this person on this device";
    attention_stuck_next => "记录留在本机，会自动再试。等不了就交给管理处。", "It stays here and is tried again. If that does not help, hand it to the office.";
    to_sign_in(n: usize) => "待登录 {n}", "{n} to sign in for";
    to_sign_in_title => "登录后才能上传", "Sign in to send";
    to_sign_in_note => "设置、住户和活动的事，PIN 不够：请本人用密码登录。其他记录照常上传。", "For set-up, households and events a PIN is not enough: whoever made these signs in with their pass phrase. Everything else is sent meanwhile.";
    not_confirmed => "这台平板还没有确认。除登记人外，记录会标“身份待确认”，直到主管在“设备”里确认。", "This tablet is not confirmed yet. What anybody but its enroller does is marked “identity to be confirmed” until a supervisor confirms it under Devices.";
    hand_over => "交给管理处", "Hand it to the office";
    custody_title => "已交给管理处", "With the office";
    custody_note => "有人会逐条处理。", "Somebody will look at each.";
    retired_title => "这台设备已停用", "This device was retired";
    retired_handing_over => "正在把没上传的交给管理处…", "What was not sent is being handed to the office…";
    retired_cleared => "没上传的已交给管理处，本机的资料已清除。", "What was not sent is with the office. Everything else is gone from this device.";
    retired_left(n: usize) => "还有 {n} 条没交，联网后继续。", "Not handed over yet: {n}. It goes on with the network.";
    retired_drafts(n: usize) => "没填完的 {n} 份也已交。", "Unfinished forms handed over: {n}.";
    retired_next => "要再用这台设备，请登录并重新登记。", "To use this device again, sign in and enrol it.";
    claimed_here => "有人没用 PIN、以您的名字在这里做过记录。是您吗？", "Somebody worked here under your name without a PIN. Was it you?";
    was_me => "是我", "It was me";
    was_not_me => "不是我", "Not me";
    kind_identity_confirmed => "身份确认", "Identity confirmed";
    attention_content => "您填的内容", "What you typed";
    correct_it => "改好再提交", "Correct it";
    dealt_with => "已处理", "Dealt with";
    try_again => "再试一次", "Try again";
    kind_round_started => "开始任务", "Round started";
    kind_visit_recorded => "到点记录", "Visit";
    kind_round_finished => "结束任务", "Round finished";
    kind_finding_raised => "上报问题", "Finding reported";
    kind_finding_corrected => "问题已处理", "Finding put right";
    kind_visit_corrected => "更正记录", "Visit corrected";
    kind_person_put => "人员资料", "Person";
    kind_photo => "照片", "Photo";
    kind_other => "其他", "Other";
    unconfirmed => "待传", "to send";
}

/// What a change is called, by its published kind.
pub fn kind(kind: &str) -> &'static str {
    match kind {
        "round.started" => kind_round_started(),
        "visit.recorded" => kind_visit_recorded(),
        "round.finished" => kind_round_finished(),
        "finding.raised" => kind_finding_raised(),
        "finding.corrected" => kind_finding_corrected(),
        "visit.corrected" => kind_visit_corrected(),
        "identity.confirmed" => kind_identity_confirmed(),
        "person.put" => kind_person_put(),
        #[cfg(feature = "desk")]
        kind => of_residents(kind),
        #[cfg(not(feature = "desk"))]
        _ => kind_other(),
    }
}

/// What residents do, and those who look after them.
#[cfg(feature = "desk")]
fn of_residents(kind: &str) -> &'static str {
    texts! {
        household_put => "住户资料", "Household";
        household_moved_out => "搬出", "Moved out";
        event_put => "活动资料", "Event";
        event_published => "发布活动", "Event published";
        event_cancelled => "取消活动", "Event cancelled";
        sign_up_asked => "报名", "Sign-up";
        sign_up_changed => "修改报名", "Sign-up changed";
        sign_up_cancelled => "取消报名", "Sign-up cancelled";
        sign_up_accepted => "确认名额", "Place accepted";
        sign_up_moved => "调整名额", "Sign-up moved";
        notice_put => "通知", "Notice";
        notice_read => "已读通知", "Notice read";
        survey_put => "调查", "Survey";
        survey_answered => "调查回答", "Survey answered";
        feedback_given => "活动评价", "Feedback";
        arrival_recorded => "签到", "Arrival";
        walk_in_recorded => "现场来的人", "Walk-in";
    }
    match kind {
        "household.put" => household_put(),
        "household.moved_out" => household_moved_out(),
        "event.put" => event_put(),
        "event.published" => event_published(),
        "event.cancelled" => event_cancelled(),
        "sign_up.asked" => sign_up_asked(),
        "sign_up.changed" => sign_up_changed(),
        "sign_up.cancelled" => sign_up_cancelled(),
        "sign_up.accepted" => sign_up_accepted(),
        "sign_up.moved" => sign_up_moved(),
        "notice.put" => notice_put(),
        "notice.read" => notice_read(),
        "survey.put" => survey_put(),
        "survey.answered" => survey_answered(),
        "feedback.given" => feedback_given(),
        "arrival.recorded" => arrival_recorded(),
        "walk_in.recorded" => walk_in_recorded(),
        _ => kind_other(),
    }
}
