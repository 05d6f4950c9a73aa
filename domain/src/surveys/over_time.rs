//! The surveys of one topic over time: what each question was answered on average.

use super::{AnswerIn, Results, SCORE_MOST, Scores, Survey, SurveyQuestion};

/// One question over the surveys of a topic, the oldest first.
pub struct Series<'a> {
    /// As the newest of them asks it.
    pub question: &'a SurveyQuestion,
    pub points: Vec<Point<'a>>,
}

/// What one survey's sums say of the question.
pub struct Point<'a> {
    pub survey: &'a Survey,
    pub scores: &'a Scores,
    /// In tenths.
    pub mean: u32,
}

/// The scored questions of `answered`, surveys of one topic with their results, in the order in which the newest asks them; a
/// survey of which nothing is shown yet has no point.
pub fn series<'a>(answered: impl IntoIterator<Item = (&'a Survey, &'a Results)>) -> Vec<Series<'a>> {
    let mut answered: Vec<_> = answered.into_iter().collect();
    answered.sort_by_key(|(survey, _)| (survey.closes, survey.id));
    let mut questions: Vec<&SurveyQuestion> = vec![];
    for question in answered.iter().rev().flat_map(|(survey, _)| &survey.questions) {
        if question.answer == AnswerIn::Score && questions.iter().all(|known| known.key != question.key) {
            questions.push(question);
        }
    }
    let points_of = |question: &SurveyQuestion| {
        let point = |(survey, results): &(&'a Survey, &'a Results)| {
            let scores = results.scores.iter().find(|scores| scores.question == question.key)?;
            Some(Point { survey, scores, mean: scores.mean_in_tenths()? })
        };
        answered.iter().filter_map(point).collect()
    };
    questions.into_iter().map(|question| Series { question, points: points_of(question) }).collect()
}

impl Series<'_> {
    /// Where each point is drawn, across and up: 0.0 is the left or the score 1, 1.0 the right or the best score.
    pub fn plot(&self) -> Vec<(f64, f64)> {
        let first = self.points.first().map_or(0, |point| point.survey.closes.0);
        let long = self.points.last().map_or(0, |point| point.survey.closes.0).saturating_sub(first);
        let across = |at: i64| if long > 0 { (at - first) as f64 / long as f64 } else { 0.5 };
        let up = |tenths: u32| (f64::from(tenths) - 10.0) / (10.0 * f64::from(SCORE_MOST - 1));
        self.points.iter().map(|point| (across(point.survey.closes.0), up(point.mean))).collect()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{ids::SurveyId, surveys::Subject, text::Words, time::Moment};

    fn survey(n: u128, closes: i64, keys: &[(&str, AnswerIn)]) -> Survey {
        let question = |(key, answer): &(&str, AnswerIn)| SurveyQuestion {
            key: (*key).into(),
            ask: Words::new(format!("{key} {n}"), ""),
            answer: *answer,
        };
        Survey {
            id: SurveyId(Uuid::from_u128(n)),
            topic: "service".into(),
            title: Words::default(),
            about: Words::default(),
            questions: keys.iter().map(question).collect(),
            opens: Moment(closes - 10),
            closes: Moment(closes),
            revision: None,
        }
    }

    fn results(survey: &Survey, scores: &[(&str, [u32; 5])]) -> Results {
        let scores = scores.iter().map(|(key, counts)| Scores { question: (*key).into(), counts: *counts });
        Results {
            subject: Subject::Survey { survey: survey.id },
            received: 5,
            counted: 5,
            scores: scores.collect(),
            words: vec![],
        }
    }

    #[test]
    fn means_run_from_the_oldest_survey_to_the_newest_and_bear_its_words() {
        let (spring, summer) = (
            survey(1, 100, &[("cleaning", AnswerIn::Score), ("words", AnswerIn::Words)]),
            survey(2, 300, &[("security", AnswerIn::Score), ("cleaning", AnswerIn::Score)]),
        );
        let of_spring = results(&spring, &[("cleaning", [0, 1, 3, 1, 0])]);
        let of_summer = results(&summer, &[("cleaning", [0, 0, 0, 1, 4]), ("security", [5, 0, 0, 0, 0])]);
        let series = series([(&summer, &of_summer), (&spring, &of_spring)]);
        let told: Vec<(&str, Vec<u32>)> = series
            .iter()
            .map(|it| (it.question.ask.zh.as_str(), it.points.iter().map(|point| point.mean).collect()))
            .collect();
        assert_eq!(told, [("security 2", vec![10]), ("cleaning 2", vec![30, 48])]);
        assert_eq!(series[1].plot(), [(0.0, 0.5), (1.0, 0.95)]);
        assert_eq!(series[0].plot(), [(0.5, 0.0)]);
    }

    #[test]
    fn a_survey_of_which_nothing_is_shown_yet_has_no_point() {
        let autumn = survey(3, 500, &[("cleaning", AnswerIn::Score)]);
        let none = Results { received: 4, counted: 0, ..results(&autumn, &[]) };
        let series = series([(&autumn, &none)]);
        assert_eq!(series.len(), 1);
        assert!(series[0].points.is_empty() && series[0].plot().is_empty());
    }

    #[test]
    fn shares_are_of_those_who_gave_a_score() {
        let scores = Scores { question: "q".into(), counts: [0, 1, 0, 0, 2] };
        assert_eq!([0, 1, 2, 3, 5, 6].map(|score| scores.percent(score)), [0, 0, 33, 0, 67, 0]);
        assert_eq!(scores.mean().map(|mean| mean.to_string()).as_deref(), Some("4.0"));
        let nobody = Scores { question: "q".into(), counts: [0; 5] };
        assert_eq!((nobody.percent(3), nobody.mean()), (0, None));
    }
}
