//! The letter with a join code, and the page that shows it once.

use super::texts;

texts! {
    join_code => "加入码", "Join code";
    qr_code_of(flat: &str) => "{flat}的加入码", "Join code of {flat}";
    valid_until(when: &str) => "有效期至 {when}，用一次即作废。", "Valid until {when}, for one person, once.";
    shown_once => "只显示这一次，离开这一页就看不到了。没用上可以再签发一个。", "Shown only this once: after this page nobody sees it again. Another one can be issued.";
    handed_over => "已交给住户", "Handed over";
    print => "打印信件", "Print the letter";
    as_letter => "打印成信", "As a letter";
    paper => "纸张", "Paper";
    greeting(flat: &str) => "{flat}的住户，您好！用手机报名社区活动、看通知、填满意度调查，不用邮箱，也不用手机号。", "To the household at {flat}: sign up for events, read notices and answer surveys on your phone. It needs no e-mail address and no phone number.";
    step_open(address: &str) => "用手机相机扫二维码，或在浏览器打开 {address} 输入加入码。", "Scan the QR code with your phone's camera, or open {address} in a browser and type the code.";
    step_fill => "填您的姓名，设一个只有您知道的密码。", "Fill in your name and choose a pass phrase that only you know.";
    step_wait => "管家确认后，用您的用户名和密码登录。", "When the steward has taken you in, sign in with your user name and pass phrase.";
    conditions(when: &str) => "有效期至 {when}。一个码只供一人用一次；家里每人各要一个，请向管家索取。管家不会问您的密码，请勿把本信转交他人。", "Valid until {when}, for one person, once: ask the desk for one for each member of your household. Nobody will ask you for your pass phrase. Please give this letter to nobody else.";
}
