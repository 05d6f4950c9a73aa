//! Planning events, and moving people between places and the waiting list.

use domain::{
    events::readiness::Missing,
    sign_ups::{MoveTo, Standing, Wish},
};

use super::texts;

texts! {
    plan_event => "新活动", "New event";
    edit_event => "修改活动", "Change the event";
    looking_after => "管理", "Looking after it";
    is_draft => "草稿，业主还看不到。", "A draft: residents do not see it yet.";
    is_published(when: &str) => "{when} 发布。", "Published {when}.";
    is_cancelled => "已取消。", "Cancelled.";
    publish => "发布", "Publish";
    publish_all_the_same => "照样发布", "Publish all the same";
    before_publishing => "发布前看一下", "Before it is published";
    nothing_missing => "要紧的都填了。", "Everything that matters is there.";
    publish_note => "发布后业主就能看到和报名；之后的修改会告诉报名的人。", "Residents see it and sign up from then on. Later changes are told to whoever signed up.";
    edit => "修改", "Change";
    people => "报名名单", "People signed up";
    people_count(n: usize) => "{n} 户", "Households: {n}";
    copy => "照此再办一次", "Copy as a new event";
    public_page => "公开页面", "Public page";
    public_page_note => "没有账号也能看，可以发到群里。", "Anybody can read it without an account; share it in a chat.";
    cancel => "取消活动…", "Cancel the event…";
    cancel_question => "取消这个活动？", "Cancel this event?";
    cancel_means(n: usize) => "报名的 {n} 户会收到通知，票全部作废。取消后不能恢复。", "Households that signed up and are told: {n}. All tickets become void. It cannot be taken back.";
    cancel_nobody => "还没有人报名。取消后不能恢复。", "Nobody has signed up. It cannot be taken back.";
    reason_zh => "原因（中文）", "Reason (Chinese)";
    reason_en => "原因（英文）", "Reason (English)";
    reason_needed => "请至少用一种语言写原因，会给报名的人看。", "Give a reason in at least one language: whoever signed up reads it.";
    cancel_now => "取消活动", "Cancel the event";
    keep_event => "不取消", "Keep it";
    over(n: u32) => "有名额的比名额多 {n} 人。没有人被取消：可以增加名额，或在名单里移动。", "{n} more have a place than there are; nobody is dropped. Raise the capacity, or move people.";
    over_before(taken: u32, n: u32) => "已有 {taken} 人有名额，多出 {n} 人。没有人会被取消；在多出的人退掉之前不再放人。", "{taken} have a place already, {n} more than there are. Nobody is dropped; no more places are given until they fit.";
    asked_for => "已存本机，等待服务器确认。", "Saved here and asked for; the server has not decided.";
    confirmed => "服务器已确认。", "The server has confirmed it.";
    save => "保存", "Save";
    save_draft => "存为草稿", "Save as a draft";
    published_note => "已发布：保存后，报名的人会看到改了什么。", "It is published: whoever signed up is told what you change.";
    what => "内容", "What it is";
    title => "名称", "Title";
    about => "介绍", "About";
    place => "地点", "Place";
    audience => "适合谁", "For whom";
    fee => "费用", "Fee";
    fee_note => "照写给人看，例如“免费”“材料费20元”。", "Shown as it is, such as “free” or “20 yuan at the door”.";
    picture => "图片", "Picture";
    picture_note => "一张，会公开显示。", "One, for everybody to see.";
    in_zh => "中文", "Chinese";
    in_en => "英文", "English";
    when_and_where => "时间和地点", "When and where";
    starts => "开始", "Starts";
    ends => "结束", "Ends";
    zone_note(zone: &str) => "小区时间（{zone}）", "The community's time ({zone})";
    places => "名额", "Places";
    capacity => "名额（人）", "Places, in persons";
    party_most => "一次最多报几人", "Most persons of one party";
    household_most => "一户最多几人", "Most persons of one household";
    household_most_note => "系列活动按全系列合计。", "Over all events of the series.";
    sign_up_rules => "报名规则（选填）", "Sign-up rules (optional)";
    opens => "报名开始", "Sign-up opens";
    opens_note => "不填则发布就开始。", "Empty: as soon as it is published.";
    closes => "报名截止", "Sign-up closes";
    closes_note => "不填则活动开始时截止。", "Empty: when the event starts.";
    offer_hours => "候补名额保留几小时", "Hours that an offered place is kept";
    offer_hours_note => "不填则 24 小时；活动开始时一定结束。", "Empty: 24; never past the start.";
    series => "系列活动", "Series";
    series_none => "不属于系列", "Of no series";
    series_new => "新的系列", "A new series";
    series_title => "系列名称", "Title of the series";
    series_fixed => "活动属于哪个系列不能再改。", "An event stays in its series.";
    questions => "报名要问的", "Questions to each party";
    questions_note => "每家回答一次。", "Each party answers once.";
    question_n(n: usize) => "第 {n} 题", "Question {n}";
    choices => "选项，一行一个；不填则自由回答", "Choices, one a line; empty for a free answer";
    choices_note => "中英文写成“中文 / English”。", "Both languages as “中文 / English”.";
    required => "必答", "Must be answered";
    add_question => "加一题", "Add a question";
    remove_question => "删去", "Remove";
    question_up => "上移", "Move up";
    question_down => "下移", "Move down";
    fix_faults => "有几处要改，见上面红字。", "Some fields need a correction: see above.";
    fault_title => "请至少用一种语言写名称，最多 120 个字。", "Give a title in at least one language, at most 120 characters.";
    fault_long => "太长了，最多 2000 个字。", "Too long: at most 2000 characters.";
    fault_short => "太长了，最多 120 个字。", "Too long: at most 120 characters.";
    fault_when => "请填日期和时间。", "Fill in date and time.";
    fault_skipped => "这一刻不存在（当天拨快时钟），请换一个。", "This time does not exist: the clocks go forward. Choose another.";
    fault_ends => "结束要晚于开始。", "It must end after it starts.";
    fault_capacity => "请填 1 到 100000 的整数。", "A whole number from 1 to 100000.";
    fault_most => "请填 1 到 100000 的整数，或留空。", "A whole number from 1 to 100000, or nothing.";
    fault_closes => "报名截止要晚于报名开始，且不晚于活动开始。", "Sign-up must close after it opens, before the start.";
    fault_offer => "请填 1 到 1440 小时的整数，或留空。", "Whole hours from 1 to 1440, or nothing.";
    fault_questions => "每题都要有问题，选项不能是空的；最多 20 题，每题最多 20 个选项。", "Each question needs words, and no choice may be empty; at most 20 questions of 20 choices.";
    fault_series => "请写系列名称。", "Give the series a title.";
    refused => "没有被接受，填的都在下面。", "This was not accepted; everything you typed is below.";
    now_is(what: &str) => "现在是：{what}。再保存会以您填的为准。", "It is now: {what}. Saving again puts yours in its place.";
    persons(n: u32) => "{n} 人", "{n} persons";
    sums_confirmed => "有名额", "Confirmed";
    of_capacity(n: u32) => "共 {n} 个名额", "of {n} places";
    sums_offered => "待确认", "Offered";
    sums_waiting => "候补", "Waiting";
    sums_over => "超出", "Over";
    nobody => "还没有人报名", "Nobody has signed up";
    nobody_next => "发布后业主可以自己报名；打电话来的，在下面代报。", "Residents sign up by themselves once it is published; sign up whoever calls below.";
    group_confirmed => "有名额的", "Have a place";
    group_offered => "候补到了，等确认", "Offered a place";
    group_waiting => "候补名单", "Waiting list";
    group_asked => "等待服务器决定", "Asked for, not decided";
    group_over => "已取消或过期", "Cancelled or lapsed";
    place_in_line(n: usize) => "候补第 {n}", "No. {n} in line";
    keeps_until(when: &str) => "保留到 {when}", "kept until {when}";
    number(n: u32) => "第 {n} 号", "No. {n}";
    no_answer => "未答", "no answer";
    moves => "移动记录", "Moved";
    move_line(when: &str, by: &str, to: &str) => "{when} {by}：{to}", "{when}, {by}: {to}";
    pending(what: &str) => "已提出，等待服务器：{what}", "Asked for, waiting for the server: {what}";
    move_title => "移动", "Move";
    move_note => "写明原因，会留下记录；这家也看得到。不能超过名额。", "With a reason, on record; the household sees it. Never beyond the capacity.";
    reason => "原因", "Reason";
    move_now(to: &str) => "确定：{to}", "Sure: {to}";
    change_party => "改人数或回答", "Change party or answers";
    cancel_for => "代取消报名…", "Cancel for them…";
    cancel_for_question(flat: &str) => "取消 {flat} 的报名？", "Cancel the sign-up of {flat}?";
    cancel_for_means => "名额会给候补的下一家；票作废。", "The place goes to the next in line; the ticket becomes void.";
    cancel_for_now => "取消报名", "Cancel the sign-up";
    accept_for => "代为确认名额", "Take the place for them";
    sign_up_for => "代报名", "Sign up a household that called";
    household => "哪一户", "Which household";
    choose_household => "请选一户", "Choose a household";
    persons_field => "几个人", "How many persons";
    names_field => "姓名，一行一个（选填）", "Names, one a line (optional)";
    persons_unfit => "请填 1 或以上的整数。", "A whole number from 1.";
    answers_unfit => "请回答必答的问题。", "Answer what must be answered.";
    ask_now => "报名", "Sign up";
    nobody_chosen => "请选一户。", "Choose a household.";
    close => "收起", "Close";
    download => "下载表格（CSV）", "Download (CSV)";
    print => "打印", "Print";
    csv_flat => "房号", "Flat";
    csv_names => "姓名", "Names";
    csv_persons => "人数", "Persons";
    csv_standing => "状态", "Standing";
    csv_place => "候补位", "Place in line";
    csv_at => "时间", "Time";
    csv_came => "已到", "Came";
    csv_number => "号", "Number";
    not_coming => "活动已开始或已取消，名单不能再改。", "The event has begun or was cancelled: the list stays as it is.";
}

pub fn standing(standing: Standing) -> &'static str {
    texts! {
        asked => "已提出", "asked for";
        has_place => "有名额", "confirmed";
        waits => "候补中", "waiting";
        offered => "待确认", "offered a place";
        gave_up => "已取消", "cancelled";
        lapsed => "过期未确认", "lapsed";
        other => "其他", "other";
    }
    match standing {
        Standing::Asked => asked(),
        Standing::Confirmed => has_place(),
        Standing::Waiting => waits(),
        Standing::Offered { .. } => offered(),
        Standing::Cancelled { .. } => gave_up(),
        Standing::Lapsed { .. } => lapsed(),
        Standing::Other => other(),
    }
}

pub fn move_to(to: MoveTo) -> &'static str {
    texts! {
        to_place => "给名额", "Give a place";
        to_front => "排到最前", "To the front of the line";
        to_end => "排到最后", "To the end of the line";
        off => "移出名单", "Take off the list";
    }
    match to {
        MoveTo::Confirmed => to_place(),
        MoveTo::FrontOfLine => to_front(),
        MoveTo::EndOfLine => to_end(),
        MoveTo::Off => off(),
    }
}

pub fn wish(wish: &Wish) -> String {
    texts! {
        for_places => "报名", "places";
        to_cancel => "取消", "to cancel";
        to_accept => "确认名额", "to take the place";
        another => "其他", "something else";
    }
    match wish {
        Wish::Places => for_places().into(),
        Wish::Change { party } => persons(party.persons),
        Wish::Cancel => to_cancel().into(),
        Wish::Accept => to_accept().into(),
        Wish::Move { to } => move_to(*to).into(),
        Wish::Other => another().into(),
    }
}

pub fn missing(missing: Missing) -> &'static str {
    texts! {
        no_zh => "没有中文名称", "No title in Chinese";
        no_en => "没有英文名称", "No title in English";
        no_about => "没有介绍", "Nothing about it";
        no_place => "没有地点", "No place";
        no_fee => "没写费用；免费也写一下", "No fee: say so if it is free";
        past => "开始时间已过", "It starts in the past";
        closed => "报名已经截止", "Sign-up has closed already";
    }
    match missing {
        Missing::Chinese => no_zh(),
        Missing::English => no_en(),
        Missing::About => no_about(),
        Missing::Place => no_place(),
        Missing::Fee => no_fee(),
        Missing::StartAhead => past(),
        Missing::OpenSignUp => closed(),
    }
}

/// What is wrong with a field, by the name that [`domain::events::Details::faults`] gives it.
pub fn fault(field: &str) -> &'static str {
    match field {
        "title" => fault_title(),
        "about" | "audience" => fault_long(),
        "place" | "fee" => fault_short(),
        "series_title" => fault_series(),
        "ends" => fault_ends(),
        "capacity" => fault_capacity(),
        "closes" => fault_closes(),
        "offer_minutes" => fault_offer(),
        "questions" => fault_questions(),
        _ => fault_most(),
    }
}
