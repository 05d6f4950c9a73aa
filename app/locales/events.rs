//! Households, events and sign-ups.

use domain::refusal::WhyNot;

use super::texts;

texts! {
    home => "首页", "Home";
    events => "社区活动", "Events";
    my_household => "我家", "My household";
    moved_out => "这户已搬出，不能再办理。", "This household has moved out and can ask for nothing more.";
    not_yet_open => "报名还没有开始。", "Sign-up has not opened yet.";
    closed => "已经截止。", "It has closed.";
    started => "活动已经开始。", "The event has begun.";
    cancelled => "活动已取消。", "The event was cancelled.";
    already_signed_up => "您家已经报过名了。", "Your household has signed up already.";
    not_signed_up => "您家没有这个活动的名额，也不在候补名单上。", "Your household has no places at this event and is not on the waiting list.";
    party_too_large(most: u32) => "一次最多报 {most} 人。", "At most {most} persons in one party.";
    household_limit(most: u32, left: u32) => "每户一共最多 {most} 人，您家还可以报 {left} 人。", "At most {most} persons of one household in all; {left} more can come.";
    no_room(free: u32) => "只剩 {free} 个名额，原来的人数不变。", "Only {free} places are free; your party stays as it was.";
    not_offered => "现在没有给您家保留的名额。", "No place is being kept for your household.";
    offer_over => "保留的时间已过，名额给了下一家。您可以重新报名。", "The time to confirm is over and the place went to the next in line. You can sign up again.";
    not_over => "活动结束后才能评价。", "You can say what you think once the event is over.";
    already_given => "您家已经填过了，每户一份。", "Your household has answered already: one answer each.";
    event => "活动", "Event";
    no_events => "还没有活动", "No events yet";
    no_events_next => "有了活动会出现在这里，没有网络也能看。", "They appear here once somebody plans one, without a network too.";
    no_coming_events => "近期没有活动", "Nothing is coming up";
    past(n: usize) => "已结束的活动（{n}）", "Past events ({n})";
    view_label => "显示方式", "How events are shown";
    as_list => "列表", "List";
    as_month => "月历", "Month";
    new_event => "新建活动", "New event";
    draft => "草稿", "Draft";
    draft_note => "住户还看不到。", "Residents do not see it yet.";
    is_cancelled => "已取消", "Cancelled";
    is_on => "正在进行", "Under way";
    places_left(n: u32) => "剩 {n} 个名额", "{n} places left";
    places_full(n: usize) => "已满，{n} 户候补", "Full, {n} waiting";
    places_none => "已满", "Full";
    places_of(n: u32) => "共 {n} 个", "{n} in all";
    when => "时间", "When";
    place => "地点", "Where";
    fee => "费用", "Fee";
    for_whom => "适合", "For whom";
    places => "名额", "Places";
    window => "报名", "Sign-up";
    opens_at(when: &str) => "{when} 开始报名", "opens {when}";
    closes_at(when: &str) => "{when} 截止", "closes {when}";
    closed_at(when: &str) => "{when} 已截止", "closed {when}";
    limit_party(n: u32) => "一次最多 {n} 人", "at most {n} in one party";
    limit_household(n: u32) => "每户整个系列最多 {n} 人次", "at most {n} of one household over the whole series";
    series(name: &str) => "系列：{name}", "Series: {name}";
    picture_of(name: &str) => "活动图片：{name}", "Picture of {name}";
    changed_title => "有变动", "What has changed";
    changed_when(when: &str) => "{when} 更新", "Changed {when}";
    was(before: &str) => "原来 {before}", "was {before}";
    now_is(after: &str) => "现在 {after}", "now {after}";
    changed_name => "名称", "Title";
    changed_about => "活动说明有修改", "The description has changed";
    changed_audience => "“适合谁”有修改", "Whom it is for has changed";
    changed_window => "报名时间有调整", "The sign-up times have changed";
    changed_limits => "人数限制有调整", "The limits on parties have changed";
    changed_questions => "报名要填的问题有修改", "The questions at sign-up have changed";
    changed_picture => "换了图片", "The picture is another one";
    changed_other => "还有别的修改", "Something else has changed";
    cancelled_because(reason: &str) => "取消原因：{reason}", "Cancelled: {reason}";
    to_calendar => "加入日历", "Add to calendar";
    share => "分享", "Share";
    copied => "地址已复制，可以粘贴给邻居。", "The address is copied; paste it to a neighbour.";
    shared => "已分享。", "Shared.";
    copy_yourself => "请复制这个地址：", "Copy this address:";
    earlier_month => "上个月", "The month before";
    later_month => "下个月", "The month after";
    whole_month => "整个月", "The whole month";
    nothing_this_month => "这个月没有活动", "Nothing this month";
    nothing_this_month_next => "翻到别的月份看看，或回到列表。", "Look at another month, or go back to the list.";
    events_on_day(day: &str, n: usize) => "{day}，{n} 个活动", "{day}, events: {n}";
    other_reason => "这次没有办成。更新掌灯后可看到原因。", "It could not be done. Update Lamplighter to see why.";
}

/// Why a household did not get what it asked for.
pub fn why_not(why: &WhyNot) -> String {
    match why {
        WhyNot::MovedOut => moved_out().into(),
        WhyNot::NotYetOpen { .. } => not_yet_open().into(),
        WhyNot::Closed => closed().into(),
        WhyNot::Started => started().into(),
        WhyNot::Cancelled => cancelled().into(),
        WhyNot::AlreadySignedUp => already_signed_up().into(),
        WhyNot::NotSignedUp => not_signed_up().into(),
        WhyNot::PartyTooLarge { most } => party_too_large(*most),
        WhyNot::HouseholdLimit { most, left } => household_limit(*most, *left),
        WhyNot::NoRoom { free } => no_room(*free),
        WhyNot::NotOffered => not_offered().into(),
        WhyNot::OfferOver => offer_over().into(),
        WhyNot::NotOver => not_over().into(),
        WhyNot::AlreadyGiven => already_given().into(),
        WhyNot::Other => other_reason().into(),
    }
}
