//! Each thing that can be wrong in a file, and where the fault is reported.

use super::*;

/// The embedded files with the first `from` in `file` replaced by `to`, and the line of it.
fn corrupted(file: &str, from: &str, to: &str) -> (Files, usize) {
    let mut files = files::embedded();
    let content = files.get_mut(file).expect("a file of the starter");
    let text = String::from_utf8(content.clone()).expect("text");
    let at = text.find(from).unwrap_or_else(|| panic!("{file} has no {from:?}"));
    *content = text.replacen(from, to, 1).into_bytes();
    (files, 1 + text[..at].matches('\n').count())
}

fn faults(files: &Files) -> Vec<String> {
    let loaded = load(files, COMMUNITY, Tags { key: "ab", issue: &issue }, FIRST_DAY);
    loaded.err().unwrap_or_default().iter().map(Fault::to_string).collect()
}

/// The only fault is in the line of `from` and says `what`.
fn check(file: &str, from: &str, to: &str, what: &str) {
    let (files, line) = corrupted(file, from, to);
    let faults = faults(&files);
    let [fault] = faults.as_slice() else { panic!("{from:.40} to {to:.40}: {faults:#?}") };
    assert!(fault.starts_with(&format!("{file}:{line}: ")), "{fault}, not line {line}");
    assert!(fault.contains(what), "{fault}");
}

#[test]
fn in_the_community() {
    let check = |from: &str, to: &str, what: &str| check("community.toml", from, to, what);
    check("zone = \"Asia/Shanghai\"", "zone = \"Asia/Atlantis\"", "time zone");
    check("language = \"zh\"", "language = \"fr\"", "unknown variant `fr`");
    check("kind = \"building\"", "kind = \"bilding\"", "unknown variant `bilding`");
    check("kind = \"building\"", "kind = 1", "expected text in quotes, found integer");
    check("kind = \"building\"", "kind = \"building", "invalid basic string");
    check("kind = \"building\"", "kind = \"building\"; kind = \"lift\"", "expected newline");
    check("inside = \"b1\"", "inside = \"b99\"", "no area has the key \"b99\"");
    check("inside = \"b1\"", "within = \"b1\"", "unknown key `within`");
}

#[test]
fn in_a_key() {
    for key in ["", "B1", "b--1", "-b1", "b1-", "b 1", "b_1", "北门", "../b1", &"b".repeat(10_000)] {
        check("people.toml", "key = \"tang-kai\"", &format!("key = \"{key}\""), "single hyphens");
    }
}

#[test]
fn in_a_name() {
    let long = format!("zh = \"{}\"", "灯".repeat(10_000));
    for (to, what) in [
        (long.as_str(), "longer than 120 characters"),
        ("zh = \"a\\u0000b\"", "control character"),
        ("zh = \"a\0b\"", "invalid basic string"),
        ("zh = \" \"", "empty"),
        ("zh = [\"张江花园\"]", "found array"),
        ("de = \"x\", zh = \"张江花园\"", "unknown key `de`"),
        ("zh = \"a\", zh = \"b\"", "duplicate key"),
    ] {
        check("community.toml", "zh = \"张江花园\"", to, what);
    }
    check("community.toml", "zh = \"张江花园\", ", "", "the key `zh` is missing");
}

#[test]
fn in_a_checklist() {
    let check = |from: &str, to: &str, what: &str| check("checklists/pool.toml", from, to, what);
    check("key = \"pool\"", "key = \"swimming\"", "expected \"pool\"");
    check("version = 1", "version = 0", "from 1");
    check("version = 1", "version = 1.0", "expected a whole number, found float");
    check("key = \"chlorine\"", "key = \"lifeguards\"", "already used by the item at checklists/pool.toml:7");
    check("answer = \"check\"", "answer = \"cheque\"", "unknown variant `cheque`");
    check("answer = \"check\"", "unit = \"mm\"\nanswer = \"check\"", "unknown key `unit`");
    let condition = |item: &str, is: &str| format!("show_if = {{ item = {item:?}, is = [{is}] }}\nkey = \"chlorine\"");
    check("key = \"chlorine\"", &condition("gone", "\"failed\""), "no item before this one has the key \"gone\"");
    check("key = \"chlorine\"", &condition("lifeguards", "\"molten\""), "expected one or more of");
    check("key = \"chlorine\"", &condition("lifeguards", ""), "expected one or more of");
    check("answer = \"check\"", "fail_needs = [\"applause\"]\nanswer = \"check\"", "unknown variant `applause`");
    check("max = \"1.0\"", "max = \"0.2\"", "below `min`, which is 0.3");
    check("max = \"1.0\"", "max = 1.0", "found float");
    check("max = \"1.0\"", "max = \"1,0\"", "decimal number");
    check("max = \"1.0\"", "max = \"NaN\"", "decimal number");
    check("max = \"1.0\"", "max = \"1.00\"", "decimal places");
    check("weight = 5", "weight = 6", "from 1 to 5");
    let comment = "{ zh = \"缺岗，已清场\", en = \"Absent, pool cleared\" },";
    check(comment, &comment.repeat(2), "twice");
}

#[test]
fn in_the_rounds() {
    let check = |from: &str, to: &str, what: &str| check("rounds.toml", from, to, what);
    check("checkpoint = \"perimeter-west\"", "checkpoint = \"moon\"", "no checkpoint has the key \"moon\"");
    check(
        "checkpoint = \"perimeter-west\"",
        "checkpoint = \"gate-north\"",
        "already used by the stop at rounds.toml:12",
    );
    check("checklist = \"exits\"", "checklist = \"exit\"", "no checklist has the key \"exit\"");
    check("key = \"gate-watch\"", "key = \"night-patrol\"", "already used by the plan at rounds.toml:463");
    check("order = \"free\"", "order = \"any\"", "unknown variant `any`");
    for time in ["24:00", "8:30", "08:60", "08:30:00", "０８:30", ""] {
        check("start = \"", &format!("start = \"{time}\" # "), "expected a time");
    }
    check("minutes = ", "minutes = 0 # ", "from 1 to 1440");
    check("minutes = ", "minutes = 1441 # ", "from 1 to 1440");
    check("grace = ", "grace = -1 # ", "from 0 to 1440");
    check("from = \"", "from = \"2026-02-30\" # ", "expected a date");
    check("days = [", "days = [\"monday\"] # ", "expected [\"daily\"]");
    check("days = [", "days = [\"daily\", \"mon\"] # ", "expected [\"daily\"]");
    check("days = [", "days = [] # ", "expected [\"daily\"]");
    check("days = [", "days = [\"sat\", \"sat\"] # ", "twice");
    check("team = \"", "team = \"nobody\" # ", "no team has the key \"nobody\"");
}

#[test]
fn among_the_people() {
    let check = |from: &str, to: &str, what: &str| check("people.toml", from, to, what);
    check("key = \"tang-kai\"", "key = \"liang-zhiyuan\"", "already used by the person at people.toml:");
    check("username = \"li\"", "username = \"WANG\"", "already used by the person at people.toml:36");
    check("username = \"li\"", "username = \"l i\"", "no spaces");
    check("password = \"", "password = \"short\" # ", "at least 12");
    for pin in ["123", "123456789", "12a4", "１２３４"] {
        check("pin = \"", &format!("pin = \"{pin}\" # "), "4 to 8 digits");
    }
    check("pin = \"3692\"", "pin = \"2581\"", "already used by the person");
    check("roles = [\"guard\"]", "roles = [\"gard\"]", "unknown variant `gard`");
    check("roles = [\"guard\"]", "roles = []", "at least one role");
    check("teams = []", "teams = [\"none\"]", "no team has the key \"none\"");
    check("people = [\"xu-wei\"", "people = [\"xu-wenjing\"", "not a member");
    check("people = [\"xu-wei\"", "people = [\"nobody\"", "no person has the key \"nobody\"");
    check("hours = 12", "hours = 25", "from 1 to 24");
}

#[test]
fn a_misspelt_table_is_unknown_and_the_right_one_missing() {
    let (files, line) = corrupted("community.toml", "[community]", "[comunity]");
    let missing = "community.toml:1: the key `community` is missing".to_owned();
    assert_eq!(faults(&files), [missing, format!("community.toml:{line}: unknown key `comunity`")]);
}

#[test]
fn in_households_and_events() {
    check("households.toml", "building = \"b1\"", "building = \"b9\"", "no area has the key \"b9\"");
    check("households.toml", "key = \"xu-jie\"", "key = \"xu-lan\"", "already used by the person");
    check("households.toml", "username = \"xulan\"", "username = \"WANG\"", "already used by the person");
    check("events.toml", "household = \"xu\"", "household = \"xi\"", "no household has the key \"xi\"");
    check("events.toml", "capacity = 60", "capacity = 0", "a whole number from 1");
    check("events.toml", "day = 6", "day = 99999", "within ten years");
    check("events.toml", "overall = 5", "overall = 6", "a whole number from 1 to 5");
    check("events.toml", "series = \"painting\"", "series = \"paint\"", "no series has the key \"paint\"");
}

#[test]
fn a_community_without_residents_needs_no_file_of_theirs() {
    let mut files = files::embedded();
    files.remove("households.toml");
    files.remove("events.toml");
    assert_eq!(faults(&files), [""; 0]);
}

#[test]
fn all_are_reported_and_not_only_the_first() {
    let (mut files, _) = corrupted("people.toml", "hours = 12", "hours = 0");
    files.extend(corrupted("rounds.toml", "minutes = ", "minutes = 0 # ").0.remove_entry("rounds.toml"));
    assert_eq!(faults(&files).len(), 2);
}

#[test]
fn a_missing_file_is_named_and_what_it_would_hold_is_not_called_unknown() {
    let mut files = files::embedded();
    files.remove("community.toml");
    assert_eq!(faults(&files), ["community.toml: the file is missing"]);
}

#[test]
fn a_file_that_nobody_reads_is_named() {
    let mut files = files::embedded();
    files.insert("event.toml".into(), vec![]);
    assert_eq!(faults(&files), ["event.toml: no file of this name belongs to a starter"]);
}

#[test]
fn bytes_that_are_not_text_are_named_with_their_line() {
    let mut files = files::embedded();
    files.insert("people.toml".into(), b"# one\n# two \xff\n".to_vec());
    assert_eq!(faults(&files), ["people.toml:2: not UTF-8"]);
}

#[test]
fn areas_that_lie_inside_each_other() {
    let (files, _) = corrupted("community.toml", "kind = \"building\"", "kind = \"building\"\ninside = \"b1-lobby\"");
    assert!(faults(&files).iter().all(|fault| fault.ends_with("this area lies inside itself")));
    assert!(faults(&files).len() >= 2);
}

#[test]
fn a_folder_that_is_not_there() {
    let faults = read(Path::new("/nowhere/at/all"), COMMUNITY, "ab", &issue, FIRST_DAY).err().unwrap_or_default();
    assert!(faults[0].to_string().starts_with("/nowhere/at/all: "));
}
