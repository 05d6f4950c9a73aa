//! Photos.

use domain::photos::PhotoFault;

use super::texts;
use crate::device::camera::CameraFault;

texts! {
    take => "拍照", "Take photo";
    choose => "选照片", "Choose";
    shutter => "拍一张", "Take";
    hold_still => "对准要拍的地方，按“拍一张”。可以连着拍。", "Point at it and press “Take”. You can take several.";
    taken_so_far(n: usize) => "已拍 {n} 张，都存好了。", "{n} taken, all saved.";
    done => "拍好了", "Done";
    camera_app => "用系统相机拍", "Use the camera app";
    preparing => "正在处理照片…", "Preparing the photo…";
    taken(when: &str) => "照片，{when}", "Photo, {when}";
    open(when: &str) => "放大照片，{when}", "Enlarge the photo, {when}";
    remove(when: &str) => "去掉照片，{when}", "Remove the photo, {when}";
    close => "关闭", "Close";
    to_send => "待传", "To send";
    on_its_way => "照片还在路上：拍照的设备还没有上传。", "Photo on its way: the device that took it has not sent it yet.";
    needs_network => "看这张照片需要网络。", "This photo needs the network.";
    enough(most: usize) => "最多 {most} 张。", "At most {most} photos.";
    no_room => "存储快满了，暂时不能加照片；文字照常保存。请联网上传后再拍。", "Storage is nearly full: no new photos for now; words are saved as always. Connect so that photos are sent, then try again.";
    why_none => "为什么没有照片？", "Why is there no photo?";
    no_photo_possible => "拍不了照", "No photo possible";
    waiting(n: usize) => "{n} 张照片待传", "Photos to send: {n}";
    attention_damaged => "这张照片在本机上读不出来了，没有上传。如有需要请重新拍。", "This photo cannot be read on this device any more and was not sent. Take it again if it is needed.";
}

/// Why the camera shows nothing, and what can be done instead.
pub fn camera_fault(fault: CameraFault) -> &'static str {
    texts! {
        refused => "没有使用相机的权限。请在浏览器的网站设置里允许相机，再重试；也可以用系统相机拍，或者选照片。", "The camera is not allowed here. Allow it in the browser's site settings and try again, or use the camera app or choose a photo.";
        missing => "这台设备没有相机。请关闭后选照片。", "This device has no camera. Close this and choose a photo.";
        busy => "相机打不开，可能正被别的应用使用。请关掉那个应用再重试；也可以用系统相机拍，或者选照片。", "The camera does not open; another app may be using it. Close that app and try again, or use the camera app or choose a photo.";
    }
    match fault {
        CameraFault::Refused => refused(),
        CameraFault::Missing => missing(),
        CameraFault::Busy | CameraFault::Insecure | CameraFault::NoReader => busy(),
    }
}

/// Why a picture was not taken; the answer beside it counts all the same.
pub fn fault(fault: PhotoFault) -> &'static str {
    texts! {
        empty => "这个文件是空的。请换一张。", "This file is empty. Choose another.";
        too_large => "这个文件太大。请选 40 MB 以内的照片。", "This file is too large. Choose a photo of less than 40 MB.";
        too_many_pixels => "这张照片尺寸太大。请换一张。", "This picture has too many pixels. Choose another.";
        not_a_picture => "这个文件不是能读的照片。请换一张，或者重拍。", "This file cannot be read as a picture. Choose another or take it again.";
        carries_more => "照片里夹带了别的内容，服务器没有收。请重拍。", "The photo carries more than a picture, and the server did not take it. Take it again.";
        wrong_hash => "照片在路上损坏了。请重拍。", "The photo was damaged on its way. Take it again.";
    }
    match fault {
        PhotoFault::Empty => empty(),
        PhotoFault::TooLarge => too_large(),
        PhotoFault::TooManyPixels => too_many_pixels(),
        PhotoFault::NotAPicture => not_a_picture(),
        PhotoFault::CarriesMore => carries_more(),
        PhotoFault::WrongHash => wrong_hash(),
    }
}
