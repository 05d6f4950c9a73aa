//! The sums of one question: its mean, how often each score was given, or what was said.

use domain::{
    results::csv::{self, Cell},
    surveys::{AnswerIn, Results, SCORE_MOST, Scores},
};
use leptos::prelude::*;

use super::results::Question;
use crate::locales::{survey_results as say, surveys as say_surveys};

fn scores_of<'a>(results: &'a Results, question: &Question) -> Option<&'a Scores> {
    results.scores.iter().find(|scores| scores.question == question.key)
}

/// The mean in large figures, and the scores as bars in a table, the best first.
pub fn of_question(question: &Question, results: &Results) -> AnyView {
    let scores = scores_of(results, question);
    let mean = scores.and_then(Scores::mean).map(|mean| mean.to_string());
    let given = scores.map_or(0, Scores::given);
    let rows: Vec<_> = scores
        .into_iter()
        .flat_map(|scores| (1..=SCORE_MOST).rev().zip(scores.counts.into_iter().rev()).map(move |it| (scores, it)))
        .map(|(scores, (score, count))| {
            let percent = scores.percent(score);
            view! {
                <tr>
                    <th scope="row" class="number">{say::score_named(score, say_surveys::score(score))}</th>
                    <td class="score-bar"><span class="bar" aria-hidden="true"><span style:width=format!("{percent}%")></span></span></td>
                    <td class="number">{count}</td>
                    <td class="number">{say::percent(percent)}</td>
                </tr>
            }
        })
        .collect();
    let table = (given > 0).then(|| view! {
        <table class="scores">
            <caption class="unseen">{say::distribution(&question.ask)}</caption>
            <thead class="unseen"><tr><th scope="col">{say::score_heading()}</th><td></td><th scope="col">{say::given_heading()}</th><th scope="col">{say::share_heading()}</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
    });
    view! {
        <section class="card sum">
            <h2>{question.ask.clone()}</h2>
            <p class="mean"><strong class="number">{mean.unwrap_or_else(|| "—".to_owned())}</strong>" "<span class="note">{say::of_best(SCORE_MOST)}" · "{say::given(given)}</span></p>
            {table}
        </section>
    }
    .into_any()
}

/// What was said, in no order that says whose it is.
pub fn words_of(question: &Question, results: &Results) -> AnyView {
    let said: Vec<_> = results.words.iter().filter(|it| it.question == question.key).collect();
    let none = said.is_empty().then(|| view! { <p class="note">{say::no_words()}</p> });
    let rows: Vec<_> = said.iter().map(|it| view! { <li class="said"><bdi>{it.words.clone()}</bdi></li> }).collect();
    view! {
        <section class="card">
            <h2>{question.ask.clone()}</h2>
            <p class="note">{say::words_note()}</p>
            <ul class="sayings">{rows}</ul>
            {none}
        </section>
    }
    .into_any()
}

/// A line for each scored question, then one for each thing that was said.
pub fn file(results: &Results, questions: &[Question]) -> String {
    let scores: Vec<String> = (1..=SCORE_MOST).map(say::score).collect();
    let mut headings = vec![say::question_heading(), say::mean_heading(), say::given_heading()];
    headings.extend(scores.iter().map(String::as_str));
    headings.push(say::words_heading());
    let mut rows: Vec<Vec<Cell>> = vec![];
    for question in questions {
        let ask = || Cell::Words(question.ask.clone());
        let nothing = || (0..SCORE_MOST).map(|_| Cell::Nothing);
        match (question.answer, scores_of(results, question)) {
            (AnswerIn::Score, Some(scores)) => {
                let mean = scores.mean().map_or(Cell::Nothing, Cell::Number);
                let mut row = vec![ask(), mean, Cell::Count(scores.given() as usize)];
                row.extend(scores.counts.map(|count| Cell::Count(count as usize)));
                row.push(Cell::Nothing);
                rows.push(row);
            }
            (AnswerIn::Score, None) => {}
            (AnswerIn::Words, _) => {
                for said in results.words.iter().filter(|it| it.question == question.key) {
                    let mut row = vec![ask(), Cell::Nothing, Cell::Nothing];
                    row.extend(nothing());
                    row.push(Cell::Words(said.words.clone()));
                    rows.push(row);
                }
            }
        }
    }
    csv::file(&headings, &rows)
}
