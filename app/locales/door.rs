//! The door of an event: who may enter, and who came.

use domain::check_in::admission::NoPlace;

use super::texts;
use crate::device::camera::CameraFault;

texts! {
    check_in => "签到", "Check-in";
    own_device_title => "签到要用自己的设备", "Check-in needs a device of your own";
    own_device_next => "共用平板不保存住户和报名资料。请在自己的手机或平板上登录，选“个人设备”。", "Shared tablets hold no households and no sign-ups. Sign in on your own phone or tablet and choose “my own device”.";
    draft => "活动还是草稿，没有人报名。", "The event is still a draft: nobody has signed up.";
    event_cancelled => "活动已取消，没有人有名额。", "The event was cancelled: nobody has a place.";
    offline(when: &str) => "没有网络，照常签到。名单截至 {when}；联网后与其他门口核对。", "No network: check-in goes on. The list is of {when}; other doors are compared once there is a network.";
    came => "已到", "Came";
    of_expected(n: u32) => "应到 {n} 人", "of {n} expected";
    missing => "未到", "To come";
    no_shows => "没来", "No-shows";
    walk_ins => "无报名", "Walk-ins";
    doubles => "重复", "Doubles";
    without_place => "无名额", "No place";
    sums => "现场人数", "At the door";
    scan => "扫入场券", "Scan tickets";
    by_name => "按姓名或房号找", "Find by name or flat";
    typed_ticket => "贴上或用扫码枪读入场券", "Paste a ticket, or read it with a hand scanner";
    judge => "查验", "Check";
    welcome => "可以入场", "May enter";
    welcome_more(came: u32, left: u32) => "已进 {came} 人，还有 {left} 人", "{came} are in, {left} more may enter";
    welcome_all(n: u32) => "一共 {n} 人", "A party of {n}";
    on_ticket(n: u32) => "票上写 {n} 人，报名后改过人数；以报名为准。", "The ticket says {n}; the party has changed since. The sign-up counts.";
    newer => "票是真的，本机名单还没更新", "Genuine, and newer than this list";
    newer_next(n: u32) => "本机还没收到这家的最新报名。票上还有 {n} 人，可以放行；联网后会核对。", "This device has not received the sign-up yet. The ticket is good for {n} more: let them in; it is compared later.";
    stranger => "票是真的，本机没有这家", "Genuine, household not on this device";
    stranger_next(number: u32, n: u32) => "第 {number} 号，{n} 人。可以放行，按无报名登记。", "No. {number}, for {n}. You may let them in; they are entered as walk-ins.";
    stranger_name(number: u32) => "入场券第 {number} 号", "Ticket no. {number}";
    already_in => "已经入场", "Already in";
    already_in_next(when: &str, by: &str) => "{when} 由{by}放行", "Let in at {when} by {by}";
    already_in_count(party: u32, came: u32) => "报名 {party} 人，已进 {came} 人", "Signed up: {party}. Let in: {came}";
    forged => "假票", "Forged";
    forged_next => "这张票不是本小区发的，或被改过。不要放行；可按姓名查找。", "This community did not issue it, or it was altered. Do not let them in by it; find them by name.";
    other_event => "别的活动的票", "For another event";
    other_event_next(title: &str) => "这是“{title}”的票。", "This is a ticket for “{title}”.";
    other_event_unknown => "票是真的，但不是这场活动。", "The ticket is genuine, but not for this event.";
    not_a_ticket => "这不是入场券", "Not a ticket";
    not_a_ticket_next => "请对方打开掌灯里的入场券，或按姓名查找。", "Ask for the ticket in Lamplighter, or find them by name.";
    several => "看到了几张票。请只留一张。", "Several tickets are in view. Show one at a time.";
    how_many => "现在进几人", "How many now";
    fewer => "减一人", "One fewer";
    more => "加一人", "One more";
    let_in(n: u32) => "放行 {n} 人", "Let in {n}";
    let_in_of(n: u32, left: u32) => "放行 {n} 人（剩 {left} 人）", "Let in {n} of {left}";
    all_the_same => "仍要放行…", "Let in all the same…";
    sure(n: u32) => "确定：放行 {n} 人", "Sure: let in {n}";
    sure_double => "会记为重复入场。", "They will show as a double.";
    sure_without_place => "会记为没有名额入场。", "They will show as let in without a place.";
    was_let_in(n: u32) => "已放行 {n} 人", "{n} let in";
    next_one => "下一位", "Next";
    no_undo => "放行不能撤销。多记了，告诉组织者，会显示为“重复”；少记了，再放行剩下的人。", "An entry cannot be taken back. Too many shows as a double, tell the organiser; too few: let in the rest.";
    walk_in => "没有报名的", "Somebody without a sign-up";
    walk_in_name => "姓名或房号（选填）", "Name or flat (optional)";
    record_walk_in(n: u32) => "登记 {n} 人入场", "Enter {n}";
    walk_in_done(n: u32) => "已登记 {n} 人。", "{n} entered.";
    nameless => "未留姓名", "no name given";
    expected_list => "还没到", "Still to come";
    no_show_list => "没来的", "No-shows";
    nobody_expected => "报名的都到了", "Everybody who signed up is here";
    nobody_expected_next => "没有报名的，请在下面登记。", "Enter whoever has no sign-up below.";
    nobody_signed_up => "本机还没有报名", "No sign-ups on this device yet";
    nobody_signed_up_next => "联网后会收到名单；没有报名的照样可以登记。", "The list arrives with the network; whoever comes can be entered as a walk-in.";
    nobody_found => "没有找到", "Nobody found";
    nobody_found_next => "换个写法，或登记为没有报名的。", "Spell it another way, or enter them without a sign-up.";
    in_list => "已入场", "Who is in";
    nobody_in => "还没有人入场", "Nobody is in yet";
    nobody_in_next => "放行后显示在这里。", "Whoever is let in is listed here.";
    first_of(n: usize) => "显示前 {n} 条，请查找。", "The first {n} are shown; search for the others.";
    by_ticket => "凭票", "by ticket";
    by_name_in => "按姓名", "by name";
    persons(n: u32) => "{n} 人", "{n}";
    partly(came: u32, party: u32) => "已进 {came}/{party}", "{came} of {party} in";
    double_title => "重复入场", "Let in twice";
    double_next => "同一家在两个门口都放行了，或票被复制。请现场核对，记录不会删。", "Two doors let the same party in, or a ticket was copied. Look into it here; the records stay.";
    not_signed_up => "没有报名", "not signed up";
    hint => "把入场券的二维码放进框里。", "Hold the ticket's QR code inside the frame.";
    opening => "正在打开相机…", "Opening the camera…";
    close => "关闭", "Close";
    light => "手电筒", "Torch";
}

pub fn no_place(why: NoPlace) -> (&'static str, &'static str) {
    texts! {
        cancelled_event => "活动已取消", "The event was cancelled";
        cancelled_event_next => "没有人有名额。", "Nobody has a place.";
        never => "没有报名", "Not signed up";
        never_next => "这家没有报名。有空位可以放行，会标出来。", "This household has not signed up. Where there is room you may let them in; it is marked.";
        old => "旧票", "An old ticket";
        old_next => "这家后来重新报了名，请出示新票，或按姓名查找。", "The household signed up anew: ask for the new ticket, or find them by name.";
        waits => "候补中，没有名额", "On the waiting list: no place";
        waits_next => "有空位可以放行，会标出来。", "Where there is room you may let them in; it is marked.";
        offered => "名额还没确认", "A place was offered, not taken";
        offered_next => "可以放行，会标出来。", "You may let them in; it is marked.";
        gave_up => "报名已取消，票作废", "The sign-up was cancelled; the ticket is void";
        lapsed => "过期未确认，没有名额", "The offer ran out: no place";
        undecided => "报名还没有结果", "The sign-up is not decided yet";
    }
    match why {
        NoPlace::EventCancelled => (cancelled_event(), cancelled_event_next()),
        NoPlace::NotSignedUp => (never(), never_next()),
        NoPlace::OldTicket => (old(), old_next()),
        NoPlace::Waiting => (waits(), waits_next()),
        NoPlace::Offered => (offered(), offered_next()),
        NoPlace::Cancelled => (gave_up(), waits_next()),
        NoPlace::Lapsed => (lapsed(), waits_next()),
        NoPlace::Undecided => (undecided(), waits_next()),
    }
}

pub fn camera_fault(fault: CameraFault) -> &'static str {
    texts! {
        refused => "没有使用相机的权限。请在浏览器的网站设置里允许相机，再重试；也可以按姓名查找。", "The camera is not allowed here. Allow it in the browser's site settings and try again, or find people by name.";
        no_camera => "这台设备没有相机。请按姓名查找，或用扫码枪。", "This device has no camera. Find people by name, or use a hand scanner.";
        busy => "相机打不开，可能正被别的应用使用。请关掉那个应用再重试；也可以按姓名查找。", "The camera does not open; another app may be using it. Close that app and try again, or find people by name.";
        insecure => "浏览器只在安全的网址（HTTPS）下开放相机。请告诉系统管理员；先按姓名查找。", "Browsers open the camera on a secure address (HTTPS) only. Tell your operator; find people by name for now.";
        no_reader => "扫码功能没有装好。请联网后重新打开掌灯；先按姓名查找。", "Scanning is not on this device yet. Open Lamplighter again with a network; find people by name for now.";
    }
    match fault {
        CameraFault::Refused => refused(),
        CameraFault::Missing => no_camera(),
        CameraFault::Busy => busy(),
        CameraFault::Insecure => insecure(),
        CameraFault::NoReader => no_reader(),
    }
}
