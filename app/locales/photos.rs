//! Photos.

use domain::photos::PhotoFault;

use super::texts;

texts! {
    take => "拍照", "Take photo";
    choose => "选照片", "Choose";
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
