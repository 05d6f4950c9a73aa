//! Tags of checkpoints: printing and re-issuing.

use super::texts;

texts! {
    tags => "巡查点标签", "Tags";
    tags_lead => "选巡查点，打印标签；标签丢失、损坏或被翻拍时，作废换新。", "Choose checkpoints and print their tags. If a tag is lost, worn or copied, make it void and hang a new one.";
    open_tags => "打印标签", "Print tags";
    area => "区域", "Area";
    all_areas => "全部区域", "All areas";
    choose_shown(n: usize) => "全选这 {n} 个", "Choose these {n}";
    choose_first => "请选择巡查点", "Choose checkpoints";
    show_tags(n: usize) => "查看 {n} 张标签", "Show tags: {n}";
    issue(n: u32) => "第 {n} 张", "issue {n}";
    reissue => "作废换新", "Re-issue";
    reissue_of(name: &str) => "“{name}”作废换新", "Re-issue the tag of {name}";
    reissue_question(name: &str) => "作废“{name}”现在的标签？平板一联网，旧标签就不再算到点；请马上打印新标签并换上。", "Make the present tag of {name} void? As soon as a tablet has a network it no longer takes the old tag: print the new one and hang it at once.";
    reissue_now => "作废并打印新标签", "Make void and show the new tag";
    size_of_code => "二维码边长", "Edge of the QR code";
    size(mm: u32) => "{mm} 毫米", "{mm} mm";
    both_languages => "中英文", "Both";
    paper => "A4 纸，按实际大小（100%）打印，沿四角的线裁开。", "On A4 at actual size (100 %); cut along the corners' marks.";
    print(n: usize) => "打印 {n} 张", "Print {n}";
    choose_others => "重新选择", "Choose others";
    qr_code_of(name: &str) => "“{name}”的二维码", "QR code of {name}";
}
