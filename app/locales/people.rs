//! The people of the community, and how each of them gets in.

use super::texts;

texts! {
    people => "人员", "People";
    add => "添加人员", "Add a person";
    here => "在职", "Working here";
    residents => "业主", "Residents";
    gone => "已离开", "Left";
    search => "按姓名或用户名查找", "Find by name or user name";
    nobody => "没有找到人", "Nobody found";
    nobody_next => "换个写法再找，或添加人员。", "Spell it another way, or add a person.";
    found(n: usize) => "{n} 人", "Found: {n}";
    asked_for => "等待服务器确认", "asked for";
    asked_for_lead => "已存本机，等待服务器确认。确认之前别处还看不到。", "Saved here and asked for. Nobody else sees it until the server has decided.";
    confirmed => "服务器已确认。", "The server has confirmed it.";
    name_zh => "姓名（中文）", "Name (Chinese)";
    name_en => "姓名（英文）", "Name (English)";
    name_needed => "请至少用一种语言填姓名。", "Fill in the name in at least one language.";
    roles => "岗位", "Roles";
    roles_note => "项目经理和系统管理员可以设置小区、管理人员。", "Managers and operators may set up the community and look after its people.";
    role_needed => "请至少选一个岗位。", "Choose at least one role.";
    not_oneself => "不能取消自己的管理权限，也不能把自己标为已离开：请另一位管理人员来做。", "You cannot take the right to set up from yourself, or leave by yourself: ask another manager.";
    teams => "班组", "Teams";
    save => "保存", "Save";
    instead => "上次没有被接受，内容都在下面。改好后再保存。", "This was not accepted. Everything you typed is below: correct it and save again.";
    now_is(what: &str) => "现在是：{what}", "It is now: {what}";
    account => "账号", "Account";
    account_of(username: &str) => "用户名：{username}", "User name: {username}";
    account_none => "还没有账号，不能登录，也不能在平板上解锁。", "There is no account yet: no sign-in, and no unlocking of a tablet.";
    account_offline => "账号、密码和 PIN 要连上服务器才能办。上面填的都已存好。", "Accounts, pass phrases and PINs need the network. What is saved above stays.";
    account_waits => "服务器确认这个人之后，就可以开账号。", "Once the server has confirmed the person, you can give them an account.";
    has_pin => "有 PIN，可在共用平板上解锁。", "Has a PIN and can unlock shared tablets.";
    has_no_pin => "没有 PIN，不能在共用平板上解锁。", "Has no PIN and cannot unlock shared tablets.";
    open_account => "开账号", "Give an account";
    pass_phrase => "新密码", "New pass phrase";
    pass_phrase_note => "至少 10 个字。留空则自动生成。", "At least 10 characters. Leave it empty and one is made.";
    new_pass_phrase => "换密码", "Change the pass phrase";
    new_pass_phrase_note => "换密码后，已登录的都要重新登录。", "Whoever is signed in with the old one has to sign in again.";
    pin => "新 PIN", "New PIN";
    pin_note => "4 到 8 位数字。留空则自动生成。", "4 to 8 digits. Leave it empty and one is made.";
    new_pin => "换 PIN", "Change the PIN";
    username_taken => "这个用户名已有人用。", "Somebody has this user name.";
    username_unfit => "用户名为 1 到 60 个字，不含空格。", "A user name has 1 to 60 characters and no spaces.";
    pass_phrase_unfit => "密码为 10 到 200 个字。", "A pass phrase has 10 to 200 characters.";
    pin_taken => "这个 PIN 已有人用，请换一个。", "Somebody has this PIN; choose another.";
    hand_over => "请交给本人。只显示这一次。", "Hand this over now. It is shown only this once.";
    handed_over => "已交给本人", "Handed over";
    left => "标为已离开", "Mark as left";
    left_on(date: &str) => "最后工作日 {date}，已不能登录。", "Last day of work {date}. They cannot sign in.";
    left_question(name: &str) => "{name}已经离开？", "Has {name} left?";
    left_means_sign_in => "不能再登录，也不能在平板上解锁；已登录的立即退出。", "They can no longer sign in or unlock a tablet; where they are signed in, that ends.";
    left_means_records => "做过的记录全部保留。", "Everything they did stays.";
    left_means_unsent => "平板上还没上传的照样会上传；最后工作日及以前做的照样算数。", "What a tablet has not sent yet still arrives; what they did up to their last day still counts.";
    last_day => "最后工作日", "Last day of work";
    last_day_unfit => "请填今天或以前的日期。", "Choose today or a day before.";
    back_again => "回来工作", "Back at work";
}
