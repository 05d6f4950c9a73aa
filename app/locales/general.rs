//! Words that belong to no one noun: navigation, buttons, empty pages, what went wrong.

use domain::{
    people::Role,
    refusal::Refusal,
    text::{Language, Unfit},
};

use super::texts;
use crate::online::Trouble;

texts! {
    search => "搜索", "Search";
    nothing_found => "没有找到", "Nothing found";
    nothing_found_next => "换个词试试，或者清空搜索。", "Try another word, or clear the search.";
    full_stop => "。", ". ";
    between_names => "、", ", ";
    between_clauses => "；", "; ";
    today => "今日", "Today";
    findings => "问题", "Findings";
    notices => "通知", "Notices";
    results => "巡查结果", "Results";
    settings => "设置", "Settings";
    devices => "设备", "Devices";
    navigation => "主导航", "Main navigation";
    skip_to_content => "跳到正文", "Skip to content";
    back => "返回", "Back";
    cancel => "取消", "Cancel";
    try_again => "重试", "Try again";
    optional => "选填", "optional";
    loading => "正在读取…", "Loading…";
    language => "语言", "Language";
    theme => "显示", "Display";
    theme_system => "跟随系统", "As the system";
    theme_light => "浅色", "Light";
    theme_night => "夜间", "Night";
    theme_sunlight => "强光", "Sunlight";
    not_found => "没有这个页面", "There is no such page";
    not_found_next => "链接可能已失效。回到今日继续。", "The link may be out of date. Go back to Today.";
    thing_not_here => "这台设备上没有这条记录", "This record is not on this device";
    thing_not_here_next => "联网后会自动更新；也可能不在您的权限内。", "It will arrive with the network, or it is not for you to see.";
    first_records => "正在接收小区资料…", "Receiving the community's records…";
    first_records_next => "第一次需要网络，通常几秒钟。之后没有网络也能用。", "The first time needs the network and takes a few seconds. After that it works without.";
    first_records_offline => "还没有网络。连上后自动继续。", "There is no network yet. It goes on by itself once there is.";
    cannot_store_title => "这个浏览器不能保存数据", "This browser cannot keep data";
    cannot_store => "掌灯把每次记录先存在设备上。请关闭隐私（无痕）模式，或换用新版 Chrome、Edge、Safari、Firefox 打开。", "Lamplighter saves on the device first. Leave private browsing, or open it in a current Chrome, Edge, Safari or Firefox.";
    about => "关于", "About";
    version(release: &str) => "版本 {release}", "Version {release}";
    no_rights => "这个页面不在您的权限内", "This page is not for your role";
    no_rights_next => "需要时请联系项目经理。", "Ask your manager if you need it.";
    nothing_for_you => "这台设备上还没有给您的内容", "There is nothing for you on this device yet";
    nothing_for_you_next => "住户：管家还没有办好加入，或这户已搬出，请问管家。员工：请项目经理确认岗位。", "If you live here: you have not been taken in yet, or your household has moved out; ask the steward. If you work here: ask your manager to check your role.";
    no_network_here => "这里需要网络", "This needs the network";
    no_network_here_next => "巡查和问题没有网络也能用；这一页连网后再看。", "Rounds and findings work without it; look here again once there is one.";
    retire => "停用", "Retire";
    retire_question(name: &str) => "停用“{name}”？它再联网时，没上传的会交由管理处处理，资料从那台设备上清除。", "Retire “{name}”? At its next contact, what it has not sent goes into custody and everything else is removed from it.";
    retired => "已停用", "Retired";
    shared_device => "共用平板", "Shared tablet";
    personal_device => "个人设备", "Personal device";
    device_seen(when: &str) => "最近联系 {when}", "Last contact {when}";
    device_never_seen => "尚未联系", "Never in contact";
    device_waiting(n: i64) => "有 {n} 条未上传", "{n} waiting on it";
    device_complete(when: &str) => "{when} 之前的记录已收齐", "Everything up to {when} has arrived";
    device_evicted(when: &str, n: i64) => "{when} 发现浏览器清除了数据，{n} 条未收到", "Browser deleted its data, found {when}; {n} never arrived";
    device_custody(n: i64) => "交来 {n} 条待处理（lamplighter custody list）", "{n} in custody (lamplighter custody list)";
    enrolled_by(name: &str) => "由 {name} 登记", "Enrolled by {name}";
    confirm_device => "确认", "Confirm";
    device_to_confirm => "待确认：除登记人外，这台平板上的记录都标“身份待确认”", "To be confirmed: what anybody but its enroller does on it is marked “identity to be confirmed”";
    devices_to_look_at => "请看一眼：这些是小区自己的平板吗？", "Have a look: are these the community's own tablets?";
    devices_to_look_at_note => "这些平板登记时还不需要确认，现在视为已确认。不认识的请停用。", "They were enrolled before tablets had to be confirmed, and count as confirmed. Retire one that you do not know.";
    no_devices => "还没有登记设备", "No devices are enrolled yet";
}

/// The product's name, the same in both languages.
pub const PRODUCT: &str = "掌灯 Lamplighter";

/// A language's own name, with its tag.
pub fn language_name(language: Language) -> (&'static str, &'static str) {
    match language {
        Language::Zh => ("中文", "zh-CN"),
        Language::En => ("English", "en"),
    }
}

pub fn role(role: Role) -> &'static str {
    texts! {
        guard => "保安", "Guard";
        cleaner => "保洁", "Cleaner";
        gardener => "绿化", "Gardener";
        technician => "维修工程师", "Technician";
        steward => "管家", "Steward";
        supervisor => "主管", "Supervisor";
        manager => "项目经理", "Manager";
        organiser => "活动组织者", "Organiser";
        operator => "系统管理员", "Operator";
        resident => "业主", "Resident";
    }
    match role {
        Role::Guard => guard(),
        Role::Cleaner => cleaner(),
        Role::Gardener => gardener(),
        Role::Technician => technician(),
        Role::Steward => steward(),
        Role::Supervisor => supervisor(),
        Role::Manager => manager(),
        Role::Organiser => organiser(),
        Role::Operator => operator(),
        Role::Resident => resident(),
    }
}

/// What happened, then what to do.
pub fn trouble(trouble: &Trouble) -> String {
    texts! {
        no_network => "连不上服务器。请检查网络后重试。", "The server cannot be reached. Check the network and try again.";
        wrong_password => "用户名或密码不对。", "The name or the pass phrase is wrong.";
        too_many(seconds: u64) => "试得太多了。请 {seconds} 秒后再试。", "Too many attempts. Try again in {seconds} s.";
        too_many_minutes(minutes: u64) => "试得太多了。请 {minutes} 分钟后再试。", "Too many attempts. Try again in {minutes} min.";
        sign_in_first => "登录已过期。请重新登录；已存的记录都还在。", "Your session has expired. Sign in again; everything saved is still here.";
        not_permitted => "您的岗位不能做这一步。", "Your role may not do this.";
        gone => "已经不在了。", "It is no longer there.";
        taken => "别人已先做了。请重新打开这一页。", "Somebody did this first. Open this page again.";
        invalid => "请检查填写的内容。", "Please check what you typed.";
        changed_meanwhile => "别人刚刚改过，没有再改。请看看现在的情况。", "Somebody else has just changed it; nothing was changed. Look at how it is now.";
        link_used => "这个链接已用过或已过期。重新启动服务器会给出新的。", "This link was used or has expired. Starting the server again prints a new one.";
        failed => "服务器出错了，没有保存。请稍后再试。", "The server failed; nothing was changed. Try again in a moment.";
    }
    match trouble {
        Trouble::NoNetwork => no_network().into(),
        Trouble::WrongPassword => wrong_password().into(),
        Trouble::TooMany { seconds } if *seconds > 120 => too_many_minutes(seconds.div_ceil(60)),
        Trouble::TooMany { seconds } => too_many(*seconds),
        Trouble::SignInFirst => sign_in_first().into(),
        Trouble::NotPermitted => not_permitted().into(),
        Trouble::NotFound => gone().into(),
        Trouble::Taken { .. } => taken().into(),
        Trouble::Invalid { .. } => invalid().into(),
        Trouble::ChangedMeanwhile => changed_meanwhile().into(),
        Trouble::LinkUsed => link_used().into(),
        Trouble::NotYet { why } => super::accounts::not_yet(*why).into(),
        Trouble::ServerFailed => failed().into(),
    }
}

pub fn unfit(unfit: &Unfit) -> String {
    texts! {
        empty => "请填写。", "Please fill this in.";
        too_long(most: usize) => "太长了，最多 {most} 个字。", "Too long: at most {most} characters.";
        control => "含有无法保存的字符，请重新输入。", "It has a character that cannot be kept; please type it again.";
    }
    match unfit {
        Unfit::Empty => empty().into(),
        Unfit::TooLong { most } => too_long(*most),
        Unfit::ControlCharacter => control().into(),
    }
}

pub fn refusal(refusal: &Refusal) -> String {
    texts! {
        not_permitted => "您的岗位不能做这一步。", "Your role may not do this.";
        sign_in_first => "PIN 不够：请本人用密码登录后再提交。", "A PIN is not enough: sign in with your pass phrase and send it again.";
        no_such_thing => "所指的内容已不存在。", "What it refers to is no longer there.";
        outdated(current: u32) => "别人已先改过（现为第 {current} 版）。请在新版上再改。", "Somebody changed it first (now version {current}). Make the change on that version.";
        changed_meanwhile => "别人已先改过。请看过现在的内容再改。", "Somebody changed it first. Look at what is there now, then make your change.";
        not_from_oneself => "不能取消自己的管理权限：请另一位管理人员来做。", "Nobody takes the right to set up from themself: ask another manager.";
        other => "服务器没有接受。更新掌灯后可看到原因。", "The server did not accept it. Update Lamplighter to see why.";
        invalid(field: &str) => "“{field}”不合要求，请修改。", "“{field}” does not fit; please correct it.";
    }
    match refusal {
        Refusal::NotPermitted => not_permitted().into(),
        Refusal::SignInFirst => sign_in_first().into(),
        Refusal::NoSuchThing => no_such_thing().into(),
        Refusal::Outdated { current } => outdated(*current),
        Refusal::ChangedMeanwhile => changed_meanwhile().into(),
        Refusal::NotFromOneself => not_from_oneself().into(),
        #[cfg(feature = "events")]
        Refusal::Household { why } => super::events::why_not(why),
        Refusal::Other => other().into(),
        Refusal::Invalid { field } => invalid(field),
    }
}
