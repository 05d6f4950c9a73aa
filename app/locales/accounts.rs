//! Signing in, enrolling, unlocking, setting up.

use super::texts;
use crate::online::WhyNotYet;

texts! {
    sign_in => "登录", "Sign in";
    signing_in => "正在登录…", "Signing in…";
    sign_out => "退出登录", "Sign out";
    username => "用户名", "User name";
    password => "密码", "Pass phrase";
    sign_in_lead => "第一次使用需要网络。登录后，没有网络也能巡查。", "The first time needs the network. After that, rounds work without it.";
    show_password => "显示密码", "Show pass phrase";
    enrol => "登记这台设备", "Enrol this device";
    enrol_lead(name: &str) => "您好，{name}。这台设备怎么用？", "Hello {name}. How is this device used?";
    enrol_shared => "共用平板", "Shared tablet";
    enrol_shared_note => "同事轮流使用，各用自己的 PIN。只存巡查所需的资料。", "Colleagues take turns, each with a PIN. It holds only what field work needs.";
    enrol_personal => "我自己的设备", "My own device";
    enrol_personal_note => "只有我用。按我的权限接收资料。", "Only I use it. It holds what I may see.";
    device_name => "设备名称", "Name of this device";
    device_name_shared => "平板 1", "Tablet 1";
    device_name_personal => "我的设备", "My device";
    enrolling => "正在登记…", "Enrolling…";
    unlock => "解锁", "Unlock";
    who_are_you => "您是谁？", "Who are you?";
    unlock_lead => "选自己的名字，输入 PIN。没有网络也可以。", "Choose your name and type your PIN. It works without a network.";
    pin_for(name: &str) => "{name} 的 PIN", "PIN of {name}";
    pin_wrong => "PIN 不对。", "That is not the PIN.";
    pin_wait(seconds: i64) => "试得太多了，请等 {seconds} 秒。", "Too many attempts: wait {seconds} s.";
    pin_is_screen_lock => "PIN 只用来区分使用人，不加密本机数据。", "A PIN tells people apart. It does not encrypt this device.";
    delete_digit => "删除一位", "Delete a digit";
    no_unlocks => "还没有人设过 PIN", "Nobody has a PIN yet";
    no_unlocks_next => "请用密码登录，再在设置里设 PIN。", "Sign in with a pass phrase, then set a PIN in Settings.";
    sign_in_instead => "用密码登录", "Sign in with a pass phrase";
    change_person => "换人", "Change person";
    lock => "锁屏换人", "Lock and change person";
    set_pin => "设置 PIN", "Set a PIN";
    set_pin_lead => "4 到 8 位数字，用来在共用平板上解锁。", "4 to 8 digits, to unlock a shared tablet.";
    pin_digits => "请输入 4 到 8 位数字。", "Type 4 to 8 digits.";
    pin_set => "PIN 已设好，几秒后各平板可用。", "The PIN is set; tablets know it within seconds.";
    signed_in_as(name: &str) => "当前：{name}", "At this device: {name}";
    unsent_stay(n: usize) => "还有 {n} 条没上传。它们会留在本机，联网后自动上传，谁在用都一样。", "Not sent yet: {n}. They stay here and go by themselves when there is a network, whoever is here.";
    no_pin_here => "我的密码不在这台平板上", "My PIN is not here";
    claim_lead => "选自己的名字。没有网络，这里认不出您。", "Choose your name. Without a network nothing here can recognise you.";
    claim_question(name: &str) => "您是{name}？", "Are you {name}?";
    claim_note => "可以照常巡查。记录会注明“身份待确认”，以后您用 PIN 解锁，或由主管确认。", "You can work as always. What you do is marked “identity to be confirmed” until you unlock with a PIN or your supervisor confirms it.";
    claim_yes => "是我，开始", "Yes, start";
    set_up => "设置小区", "Set up the community";
    set_up_lead => "这个链接只能用一次。建好小区和第一位管理员后即可登录。", "This link works once. Create the community and its first manager, then sign in.";
    community_zh => "小区名称（中文）", "Community name (Chinese)";
    community_en => "小区名称（英文）", "Community name (English)";
    zone => "时区", "Time zone";
    zone_note => "例如 Asia/Shanghai", "For example Asia/Shanghai";
    your_name => "您的姓名", "Your name";
    password_rule => "至少 10 个字", "At least 10 characters";
    with_starter => "带上示范检查表、路线和计划", "Start with the sample checklists, routes and plans";
    set_up_now => "建立", "Create";
    set_up_done => "已建好。请登录。", "It is ready. Please sign in.";
    not_enrolled => "这台设备未登记", "This device is not enrolled";
    not_enrolled_next => "已存的记录都还在。请用密码登录，重新登记后自动上传。", "Everything saved is still here. Sign in and enrol again; then it is sent.";
    unknown_code => "没有这个加入码，请对照纸上再输入一次。", "There is no such code. Compare it with the paper and type it again.";
    used_code => "这个加入码已经用过。请向管家要一个新的。", "This code has been used. Ask the steward for another one.";
    expired_code => "这个加入码已过期。请向管家要一个新的。", "This code has expired. Ask the steward for another one.";
    awaits_approval => "管家还没有确认您的加入。确认后就能登录。", "The steward has not taken you in yet. Then you can sign in.";
    not_yet_for_another_reason => "这次没有办成。更新掌灯后可看到原因。", "It could not be done. Update Lamplighter to see why.";
}

/// Why somebody cannot join yet.
pub fn not_yet(why: WhyNotYet) -> &'static str {
    match why {
        WhyNotYet::UnknownCode => unknown_code(),
        WhyNotYet::UsedCode => used_code(),
        WhyNotYet::ExpiredCode => expired_code(),
        WhyNotYet::AwaitsApproval => awaits_approval(),
        WhyNotYet::Other => not_yet_for_another_reason(),
    }
}
