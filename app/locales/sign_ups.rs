//! A household's places at an event: asked for, confirmed, waited for, offered, given back.

use super::texts;

texts! {
    our_places => "我家的报名", "Our sign-up";
    persons(n: u32) => "{n} 人", "{n} persons";
    one_person => "1 人", "1 person";
    asked => "已申请，等服务器确认", "Asked for, not decided yet";
    asked_next => "已存在这部手机。有网络时由系统按先后决定，结果会显示在这里。", "It is saved on this phone. It is decided in order once there is a network; the answer appears here.";
    confirmed => "已确认", "Confirmed";
    waiting => "候补", "On the waiting list";
    waiting_at(n: usize) => "候补第 {n} 位", "Number {n} in line";
    waiting_next => "有空位就按先后给您家保留，并在这里提示确认。一家人不会分开。", "When enough places come free they are kept for you, and this page asks you to confirm. A party is never split.";
    offered(when: &str) => "有名额了，保留到 {when}", "A place is kept for you until {when}";
    offered_next => "请在这之前确认；过时就给下一家。", "Confirm before then, or it goes to the next in line.";
    gave_back => "已取消报名", "You cancelled";
    lapsed => "保留的名额已过时", "The kept place went to the next";
    other_standing => "更新掌灯后可看到", "Update Lamplighter to see where it stands";
    asked_to_change(n: u32) => "已申请改为 {n} 人", "Asked to change to {n}";
    asked_to_cancel => "已申请取消", "Asked to cancel";
    asked_to_accept => "已确认要这个名额，等服务器回复", "You said yes; waiting for the answer";
    asked_to_move => "管家正在调整", "The desk is moving it";
    moved_by_desk(reason: &str) => "活动组织者做过调整：{reason}", "Moved by the organiser: {reason}";
    sign_up => "报名", "Sign up";
    change => "修改报名", "Change";
    cancel => "取消报名", "Cancel the sign-up";
    leave_line => "退出候补", "Leave the line";
    cancel_question => "取消报名？", "Cancel the sign-up?";
    cancel_means(n: u32) => "{n} 个名额马上给候补的下一家，入场券作废。想再来要重新报名。", "Your {n} places go to the next in line at once and the ticket is void. To come after all you would have to ask again.";
    leave_means => "您家会离开候补名单。再报名要从最后排起。", "You leave the line. If you ask again you start at its end.";
    cancel_offline => "现在没有网络：联网后才真正取消。", "There is no network now: it is cancelled once there is one.";
    keep => "保留报名", "Keep it";
    accept => "我们要来", "We are coming";
    decline => "不要了", "No, thank you";
    decline_question => "不要这个名额？", "Give up the place?";
    decline_means => "名额给候补的下一家，您家不再候补。", "It goes to the next in line, and you leave the line.";
    ticket => "入场券", "Ticket";
    how_many => "几个人来", "How many are coming";
    fewer => "少一人", "One fewer";
    more => "多一人", "One more";
    most_here(n: u32) => "最多 {n} 人", "At most {n}";
    most_left(most: u32, left: u32) => "每户整个系列 {most} 人次，您家还可以 {left} 人", "{most} of one household over the series; {left} left for you";
    none_left(most: u32) => "您家在这个系列的 {most} 人次已用完。取消别的场次后再报。", "Your household has used its {most} places of this series. Cancel another lesson first.";
    would_have => "现在报名就有名额。", "There is room for you now.";
    would_wait(place: usize) => "名额不够，报名后是候补第 {place} 位。", "There is not enough room: you would be number {place} in line.";
    still_waits(place: usize) => "您家仍是候补第 {place} 位。", "You stay number {place} in line.";
    no_room(free: u32) => "只剩 {free} 个名额，加不了这么多人。", "Only {free} places are free: not enough for so many more.";
    as_far_as_known => "以服务器的先后为准。", "The server decides, in order.";
    offline_note => "现在没有网络：先存下来，联网后再决定。", "There is no network: it is saved here and decided later.";
    names => "来的人", "Who is coming";
    names_note => "选填。写了名字，忘带手机也能按名字入场。", "Optional. With a name you get in without your phone too.";
    name_of(n: usize) => "第 {n} 位的名字", "Name of person {n}";
    number_fault => "请填 1 以上的整数。", "Type a whole number from 1 up.";
    answer_needed => "请回答这一题。", "Please answer this.";
    no_answer => "不回答", "No answer";
    ask_now => "报名", "Sign up";
    ask_to_wait => "加入候补", "Join the line";
    save_change => "保存修改", "Save the change";
    instead => "上次提交没有办成，您填的都在下面。", "What you sent was not accepted; everything you typed is below.";
    refused => "没有办成", "Not accepted";
    not_a_household => "只有住户可以报名", "Only households sign up";
    not_a_household_next => "您不是哪一户的成员。请管家帮您加入。", "You are not a member of a household. Ask the steward to take you in.";
    cannot_now => "现在不能报名", "Sign-up is not possible now";
    ticket_show => "进门时请出示", "Show this at the door";
    ticket_bright => "把屏幕调亮，扫码更快。没有网络也能用。", "Turn the screen up, it scans faster. It works without a network.";
    ticket_number(n: u32) => "第 {n} 号", "No. {n}";
    ticket_code => "入场券二维码", "The ticket's QR code";
    no_ticket => "还没有入场券", "There is no ticket yet";
    no_ticket_asked => "等服务器确认后就有。请在有网络时打开一次。", "It comes once the sign-up is confirmed. Open this once with a network.";
    no_ticket_waiting => "您家还在候补。有名额并确认后就有。", "You are still in line. It comes once you have a place.";
    no_ticket_offered => "请先确认要这个名额。", "Confirm the place first.";
    no_ticket_other => "没有报名的人不需要它；先报名再来看。", "Sign up first; then it is here.";
    no_ticket_signature => "名额已确认，二维码还没传到这部手机。联网后会自动出现；也可以在门口报名字。", "You have a place, but the code has not reached this phone. It comes with the network; at the door your name is enough.";
    ticket_after_change => "已申请的修改还没确认，这张券按原来的人数。", "What you asked to change is not decided; this ticket is for the party as it was.";
    ticket_void => "活动已取消，这张券不再有用。", "The event is cancelled; the ticket is of no use.";
    ticket_over => "活动已结束。", "The event is over.";
}

/// So many persons.
pub fn party(persons: u32) -> String {
    if persons == 1 { one_person().to_owned() } else { self::persons(persons) }
}
