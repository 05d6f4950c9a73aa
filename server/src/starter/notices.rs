//! The notices and surveys of `events.toml`.

use chrono::NaiveTime;
use domain::{
    changes::Request,
    ids::{AreaId, NoticeId, SurveyId},
    notices::{Addressees, Notice},
    residents::Request::{AnswerSurvey, PutNotice, PutSurvey},
    surveys::{self, AnswerIn, Opinion, Survey, SurveyQuestion},
};

use super::{
    events::{Calendar, day, household, in_words, score},
    reading::Noun,
    source::{Table, Value},
    values::{id_of, label, name, new_key, variant, words},
};

pub fn read(file: &mut Table<'_>, calendar: &Calendar) -> Vec<(String, Request)> {
    let notices = file.tables("notice", |table| notice(table, calendar));
    let surveys = file.tables("survey", |table| survey(table, calendar)).concat();
    notices.into_iter().chain(surveys).map(|(key, request)| (key, Request::Residents(request))).collect()
}

type Keyed = (String, domain::residents::Request);

fn notice(table: &mut Table<'_>, calendar: &Calendar) -> Option<Keyed> {
    let key = table.need("key", new_key(Noun::Notice));
    let title = table.need("title", name);
    let text = table.need("text", words);
    let building = table.may("building", id_of(Noun::Area, AreaId::keyed));
    let role = table.may("role", variant);
    let until = table.may("until", day).map(|day| calendar.moment(day, NaiveTime::MIN));
    let to = match (building, role) {
        (None, None) => Addressees::Everyone,
        (Some(area), None) => Addressees::Building { area },
        (None, Some(role)) => Addressees::Role { role },
        (Some(_), Some(_)) => return table.spot.fault("a notice is to a building or to a role, not both"),
    };
    let key = key?;
    let id = NoticeId::keyed(table.spot.reading().community, &key);
    let notice = Notice { id, title: title?, text: text?, to, from: None, until, put: None, revision: None };
    Some((format!("notice/{key}"), PutNotice(notice)))
}

fn survey(table: &mut Table<'_>, calendar: &Calendar) -> Option<Vec<Keyed>> {
    let key = table.need("key", new_key(Noun::Survey));
    let topic = table.need("topic", label);
    let title = table.need("title", name);
    let about = table.may("about", words).unwrap_or_default();
    let opens = table.need("opens", day);
    let closes = table.need("closes", day);
    let questions = table.tables("question", question);
    let answers = table.tables("answer", |table| answer(table, &questions));
    let key = key?;
    let id = SurveyId::keyed(table.spot.reading().community, &key);
    let at = |day| calendar.moment(day, NaiveTime::MIN);
    let survey = Survey {
        id,
        topic: topic?,
        title: title?,
        about,
        questions,
        opens: at(opens?),
        closes: at(closes?),
        revision: None,
    };
    let put = (format!("survey/{key}"), PutSurvey(survey));
    let answers = (1..).zip(answers).map(|(n, (household, opinions))| {
        let answered = surveys::AnswerSurvey { survey: id, household, opinions };
        (format!("survey/{key}/answer/{n}"), AnswerSurvey(answered))
    });
    Some(std::iter::once(put).chain(answers).collect())
}

fn question(table: &mut Table<'_>) -> Option<SurveyQuestion> {
    let key = table.need("key", label);
    let ask = table.need("ask", name);
    let answer = table.need("answer", variant);
    Some(SurveyQuestion { key: key?, ask: ask?, answer: answer? })
}

/// One household's: a key for each question that it answers.
fn answer(table: &mut Table<'_>, questions: &[SurveyQuestion]) -> Option<(domain::ids::HouseholdId, Vec<Opinion>)> {
    let household = table.need("household", household);
    let opinions = questions.iter().filter_map(|question| {
        let read = |value: Value<'_>| match question.answer {
            AnswerIn::Score => score(&question.key)(value),
            AnswerIn::Words => in_words(&question.key)(value),
        };
        table.may(&question.key, read)
    });
    let opinions: Vec<Opinion> = opinions.collect();
    Some((household?, opinions))
}
