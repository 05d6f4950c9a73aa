//! Photos that records name and that have not arrived.

use super::texts;

texts! {
    title => "未到的照片", "Missing photos";
    none => "照片都到齐了", "Every photo has arrived";
    none_next => "拍了还没上传的照片会列在这里，直到收到为止。", "A photo that was taken and has not been sent yet stands here until it arrives.";
    count(n: usize) => "{n} 张照片还在路上", "Photos on their way: {n}";
    lead => "文字已收到，照片还在拍照的设备上。", "The words have arrived; the photos are still on the devices that took them.";
    on_device(device: &str) => "在“{device}”上", "On “{device}”";
    on_unknown_device => "不知道在哪台设备上", "On a device that is not known";
    taken_by(name: &str, when: &str) => "{name} 拍于 {when}", "Taken by {name}, {when}";
    minutes(n: i64) => "已等 {n} 分钟", "waiting for {n} min";
    hours(n: i64) => "已等 {n} 小时", "waiting for {n} h";
    days(n: i64) => "已等 {n} 天", "waiting for {n} days";
    free => "自由上报", "Reported freely";
    of_visit => "到点记录", "Visit";
    gone => "记录不在这台设备上", "The record is not on this device";
    do_connect(seen: &str) => "最近联系 {seen}。请把它带到有网络的地方，打开掌灯。", "Last contact {seen}. Take it to where there is a network and open Lamplighter.";
    do_send(seen: &str) => "最近联系 {seen}，照片正在上传。若一直不来，请在那台设备上点右上角的状态，再点“现在上传”。", "In contact {seen}; photos come after the words. If they do not come, tap the state in the top corner of that device and choose “Send now”.";
    do_again => "这台设备已停用，不会再上传。需要的话请重新拍照，写进新的问题。", "The device is retired and sends no more. If a photo is needed, take it again with a new finding.";
    do_ask => "请问拍照的人用的是哪台设备，带到有网络的地方打开掌灯。", "Ask whoever took them which device it was; open Lamplighter on it where there is a network.";
    do_look => "请到“设备”查看它的最近联系时间。", "Look under Devices when it was last heard of.";
}
