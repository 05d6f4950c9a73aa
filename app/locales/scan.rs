//! Scanning a tag with the camera.

use domain::tags::TagFault;

use super::texts;
use crate::device::camera::CameraFault;

texts! {
    scan => "扫码", "Scan the tag";
    scan_next(name: &str) => "扫码下一点：{name}", "Scan the next: {name}";
    aim(name: &str) => "请扫“{name}”的标签", "Scan the tag of “{name}”";
    opening => "正在打开相机…", "Opening the camera…";
    hint => "把二维码放进框里。", "Hold the QR code inside the frame.";
    hint_any => "把二维码放进框里。这次任务的每个点都可以。", "Hold the QR code inside the frame. Any checkpoint of this round will do.";
    several => "看到了几个标签。请靠近其中一个。", "Several tags are in view. Get closer to one of them.";
    torch => "手电筒", "Torch";
    close => "关闭", "Close";
    by_hand => "扫不了？手动到点", "Cannot scan? By hand";
}

pub fn camera_fault(fault: CameraFault) -> &'static str {
    texts! {
        refused => "没有使用相机的权限。请在浏览器的网站设置里允许相机，再重试；也可以输入编码或手动到点。", "The camera is not allowed here. Allow it in the browser's site settings and try again, or type the code or arrive by hand.";
        missing => "这台设备没有相机。请输入编码或手动到点。", "This device has no camera. Type the code or arrive by hand.";
        busy => "相机打不开，可能正被别的应用使用。请关掉那个应用再重试；也可以输入编码或手动到点。", "The camera does not open; another app may be using it. Close that app and try again, or type the code or arrive by hand.";
        insecure => "浏览器只在安全的网址（HTTPS）下开放相机。请告诉系统管理员；先输入编码或手动到点。", "Browsers open the camera on a secure address (HTTPS) only. Tell your operator; type the code or arrive by hand for now.";
        no_reader => "扫码功能没有装好。请联网后重新打开掌灯；先输入编码或手动到点。", "Scanning is not on this device yet. Open Lamplighter again with a network; type the code or arrive by hand for now.";
    }
    match fault {
        CameraFault::Refused => refused(),
        CameraFault::Missing => missing(),
        CameraFault::Busy => busy(),
        CameraFault::Insecure => insecure(),
        CameraFault::NoReader => no_reader(),
    }
}

/// What is wrong with a code in view; nothing was typed.
pub fn tag_fault(fault: TagFault) -> &'static str {
    texts! {
        not_a_tag => "这不是巡查点的标签。请扫巡查点上的标签。", "This is not a checkpoint's tag. Scan the one that hangs at the checkpoint.";
        unknown => "小区里没有这个标签。", "No checkpoint here has this tag.";
    }
    match fault {
        TagFault::NotATag => not_a_tag(),
        TagFault::Unknown => unknown(),
        TagFault::Replaced | TagFault::Forged => super::rounds::tag_fault(fault),
    }
}
