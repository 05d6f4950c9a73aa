//! One's own pass phrase, devices and sessions, and somebody else's lost phone.

use super::texts;

texts! {
    sign_ins => "设备与密码", "Devices and pass phrase";
    change_pass_phrase => "换密码", "Change the pass phrase";
    current_pass_phrase => "现在的密码", "Current pass phrase";
    current_wrong => "现在的密码不对。", "That is not your pass phrase.";
    change_note => "换密码后，您在别处的登录都会结束。忘了密码请找主管或管家。", "Wherever else you are signed in, that ends. If you have forgotten it, ask your supervisor or steward.";
    changed => "密码已换好。", "Your pass phrase is changed.";
    own_devices => "我自己的设备", "My own devices";
    own_devices_note => "手机丢了？在这里停用它。", "Lost one? End it here.";
    no_own_devices => "没有自己的设备。", "There are none.";
    sessions => "登录中", "Signed in";
    sessions_note => "不认识的请退出，再换密码。", "If you do not know one, sign it out and change your pass phrase.";
    some_browser => "某个浏览器", "Some browser";
    since(when: &str) => "{when} 登录", "since {when}";
    here => "就是这里", "This one";
    end => "停用", "End";
    end_of(name: &str) => "停用{name}", "End {name}";
    sign_out_of(name: &str, when: &str) => "退出 {when} 在{name}的登录", "Sign out {name}, since {when}";
    end_question(name: &str) => "停用“{name}”？", "End “{name}”?";
    end_means => "它立即退出登录，不再收到任何资料；再联网时，没上传的会交由管理处处理，资料从那台设备上清除。", "It is signed out at once and is given nothing more. At its next contact, what it has not sent goes into custody and everything else is removed from it.";
    lost_phone => "手机丢了", "Lost phone";
    lost_question(name: &str) => "结束{name}的所有登录，停用其个人设备？", "Sign {name} out everywhere and end their own devices?";
    lost_means => "没上传的再联网时会交由管理处处理。之后请给一个新密码。", "What those have not sent goes into custody at their next contact. Give them a new pass phrase afterwards.";
    lost_done(n: usize) => "已全部退出，停用设备 {n} 台。", "Signed out everywhere; devices ended: {n}.";
    access_of(name: &str) => "{name}的账号", "Account of {name}";
    access => "账号", "Account";
}
