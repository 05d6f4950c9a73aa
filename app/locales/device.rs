//! The device itself: keeping Lamplighter on it, the room on it, and new versions.

use super::texts;

texts! {
    new_release => "有新版本", "A new version is ready";
    take_new_release => "现在更新", "Update now";
    evicted(when: &str, n: i64) => "浏览器清除过这台设备的数据。{when} 时还有 {n} 条没上传，没有收到；之后存的也没了。请告诉主管，需要时补记。", "The browser had deleted this device's data. Of what waited at {when}, {n} never arrived; anything saved later is gone too. Tell your supervisor, and record it again where needed.";
    understood => "知道了", "Understood";
    newer_tab => "另一个窗口已打开新版本。这里不能再保存，请重新打开。", "A newer version is open in another window. Nothing can be saved here any more: open it anew.";
    open_anew => "重新打开", "Open anew";
    newer_disk_title => "这台设备用过更新的版本", "A newer version has been used here";
    newer_disk => "已存的都还在，请更新：连上网络，再打开一次，这里会出现“现在更新”。不要清除浏览器的数据。", "Everything saved is still there. Please update: connect to the network and open this again, then “Update now” appears here. Do not clear the browser's data.";
    too_old_title => "需要先更新", "An update is needed first";
    older_tab_title => "请关闭其他掌灯窗口", "Close the other Lamplighter windows";
    older_tab => "旧版本还开着，关掉后这里自动继续。已存的都还在。", "An older version is still open. This goes on by itself once it is closed; everything saved is still there.";
    install => "安装到主屏幕", "Put it on the home screen";
    installed => "已安装：从主屏幕打开，没有网络也行。", "It is on the home screen: open it from there, with or without a network.";
    install_why => "像应用一样打开；浏览器也更不会清除已存的记录。", "It opens like an app, and the browser is less likely to clear what is saved.";
    install_by_share_menu => "在 Safari 中点“分享”，再点“添加到主屏幕”。", "In Safari tap Share, then Add to Home Screen.";
    install_by_browser_menu => "在浏览器菜单中选“安装”或“添加到主屏幕”。", "Choose Install or Add to Home Screen in the browser's menu.";
    room => "本机存储", "Room on this device";
    storage_kept => "浏览器已承诺保留本机数据。", "The browser has promised to keep this device's data.";
    storage_not_promised => "浏览器没有承诺保留本机数据：空间不足时可能清除。请安装到主屏幕，并常联网上传。", "The browser has not promised to keep this device's data and may clear it when space runs out: put Lamplighter on the home screen, and connect often.";
    storage_used(used: &str, left: &str) => "已用 {used}，还可用 {left}。", "{used} used, {left} left.";
    getting_full => "本机存储快满了。请尽快联网上传，并删掉不用的文件。", "This device is getting full. Connect soon to send what waits, and delete files that nobody needs.";
    no_photos => "本机存储将满：不能再拍照，文字照常保存。请联网上传，并删掉不用的文件。", "This device is nearly full: no new photos, text is saved as always. Connect to send what waits, and delete files that nobody needs.";
    under_a_megabyte => "不到 1 MB", "less than 1 MB";
}

/// Bytes for people.
pub fn size(bytes: u64) -> String {
    let megabytes = bytes / 1_000_000;
    match megabytes {
        0 => under_a_megabyte().to_owned(),
        1..1000 => format!("{megabytes} MB"),
        _ => format!("{}.{} GB", megabytes / 1000, megabytes % 1000 / 100),
    }
}
