//! What all answers to a survey, or about an event, amount to.

use super::texts;

texts! {
    results => "调查结果", "Survey results";
    feedback_results => "住户评价", "What households thought";
    of_event(title: &str) => "“{title}”的评价", "What people thought of “{title}”";
    is_open => "进行中", "Open";
    is_ahead => "还没开始", "Not open yet";
    is_closed => "已截止", "Closed";
    between(opens: &str, closes: &str) => "{opens} 至 {closes}", "{opens} to {closes}";
    answer_it => "替我家填", "Answer for my household";
    change => "修改调查", "Change the survey";
    nobody_yet => "还没有人填", "Nobody has answered yet";
    nobody_yet_next => "有住户填过后，这里会显示份数；满 5 份显示结果。", "How many have answered appears here, and what they said from five answers on.";
    received(n: u32) => "已收 {n} 份", "Answers received: {n}";
    too_few(left: usize) => "再有 {left} 份才显示结果：不到 5 份，就可能看出是谁填的。", "Results show after {left} more: with fewer than five one could tell who said what.";
    counted(n: u32) => "计入 {n} 份", "Answers counted: {n}";
    received_more(received: u32, later: u32) => "共收 {received} 份。其余 {later} 份凑满 5 份再一起计入，免得看出最新一份是谁填的。", "Received: {received}. The other {later} are added once there are five more, so that the newest is nobody's in particular.";
    score(n: u8) => "{n} 分", "{n}";
    score_named(n: u8, name: &str) => "{n} · {name}", "{n} · {name}";
    score_heading => "分数", "Score";
    given_heading => "份数", "Answers";
    share_heading => "占比", "Share";
    mean_heading => "平均分", "Mean";
    question_heading => "题目", "Question";
    words_heading => "文字", "Words";
    survey_heading => "调查", "Survey";
    closed_heading => "截止", "Closed";
    percent(n: u32) => "{n}%", "{n} %";
    of_best(most: u8) => "满分 {most}", "of {most}";
    given(n: u32) => "{n} 份", "answers: {n}";
    distribution(ask: &str) => "{ask}：各分数的份数", "{ask}: how often each score was given";
    no_words => "没有人写文字。", "Nobody wrote anything.";
    words_note => "顺序打乱，看不出是谁写的。", "In no order that says whose they are.";
    over_time(topic: &str) => "历次比较：{topic}", "Over time: {topic}";
    as_table => "看数字", "The numbers";
    chart_of(ask: &str, n: usize, first: &str, last: &str) => "{ask}：{n} 次调查，平均分从 {first} 到 {last}", "{ask}: {n} surveys, mean from {first} to {last}";
}
