//! Notices.

use super::texts;

texts! {
    notice => "通知", "Notice";
    unread => "未读", "Unread";
    read => "已读", "Read";
    unread_count(n: usize) => "{n} 条未读", "{n} unread";
    is_unread => "未读", "unread";
    no_notices => "没有通知", "No notices";
    no_notices_next => "停水、检修这些事会出现在这里，过期后自动收起。", "Water, lifts, repairs: they appear here and go when they are over.";
    put_at(when: &str) => "{when} 发布", "Published {when}";
    until(when: &str) => "有效到 {when}", "Until {when}";
    is_over => "这条通知已过期。", "This notice is over.";
}
