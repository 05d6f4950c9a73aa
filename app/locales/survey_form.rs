//! Writing a survey.

use super::texts;

texts! {
    new => "新调查", "New survey";
    no_surveys_next => "写第一份调查：题目、时间，每户答一份。", "Write the first one: questions, and from when until when households answer.";
    not_open => "未开始或已截止", "Not open";
    change => "修改调查", "Change the survey";
    save => "保存", "Save";
    topic => "主题", "Topic";
    topic_note => "同一主题的调查放在一起比较，例如每季度的服务满意度都用“服务”。", "Surveys with the same topic are compared over time, such as “service” each quarter.";
    about_zh => "说明（中文）", "About (Chinese)";
    about_en => "说明（英文）", "About (English)";
    opens => "开始", "Opens";
    closes => "截止", "Closes";
    questions => "题目", "Questions";
    question(n: usize) => "第 {n} 题", "Question {n}";
    of_question(what: &str, n: usize) => "第 {n} 题：{what}", "Question {n}: {what}";
    ask_zh => "题目（中文）", "Question (Chinese)";
    ask_en => "题目（英文）", "Question (English)";
    answer => "怎么回答", "Answered by";
    by_score => "打分 1–5", "Score 1–5";
    in_words => "文字", "Words";
    up => "上移", "Move up";
    down => "下移", "Move down";
    take_out => "删除", "Remove";
    add_question => "加一题", "Add a question";
    copy_questions(title: &str) => "沿用“{title}”的题目", "Copy the questions of “{title}”";
    locked => "已有住户填过，题目不能再改；标题、说明和时间还可以改。", "Households have answered: the questions stay. Title, words and times may change.";
    privacy => "每户一份，不记名。满 5 份才显示，每 5 份一起计入，谁也看不到哪一户填了什么。", "One answer from each household, without names. Results show from five answers on and are added five at a time: nobody sees what one household said.";
}

/// What to do about a field that is outside its bounds.
pub fn unfit(field: &str) -> &'static str {
    texts! {
        topic => "请填主题，最多 120 个字。", "Fill in a topic of at most 120 characters.";
        title => "请至少用一种语言写标题，最多 120 个字。", "Write a title in at least one language, of at most 120 characters.";
        about => "说明太长了。", "What it is about is too long.";
        closes => "截止要晚于开始。", "It has to close after it opens.";
        questions => "请写 1 到 30 道题，每题至少用一种语言写好。", "Ask 1 to 30 questions, each in at least one language.";
    }
    match field {
        "topic" => topic(),
        "title" => title(),
        "about" => about(),
        "closes" => closes(),
        _ => questions(),
    }
}
