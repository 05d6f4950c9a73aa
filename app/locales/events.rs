//! Households, events and sign-ups.

use domain::refusal::WhyNot;

use super::texts;
use crate::online::joining::WhyNotYet;

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
    unknown_code => "没有这个加入码，请对照纸上再输入一次。", "There is no such code. Compare it with the paper and type it again.";
    used_code => "这个加入码已经用过。请向管家要一个新的。", "This code has been used. Ask the steward for another one.";
    expired_code => "这个加入码已过期。请向管家要一个新的。", "This code has expired. Ask the steward for another one.";
    awaits_approval => "管家还没有确认您的加入。确认后就能登录。", "The steward has not taken you in yet. Then you can sign in.";
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

/// Why somebody cannot join yet.
pub fn not_yet(why: WhyNotYet) -> &'static str {
    match why {
        WhyNotYet::UnknownCode => unknown_code(),
        WhyNotYet::UsedCode => used_code(),
        WhyNotYet::ExpiredCode => expired_code(),
        WhyNotYet::AwaitsApproval => awaits_approval(),
        WhyNotYet::Other => other_reason(),
    }
}
