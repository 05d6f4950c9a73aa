//! What the filters leave, as a table for spreadsheets: one line for each round, or for each answered item.

use domain::{
    checklists::{Answer, AnswerKind, AnswerValue, Item, Judgement},
    results::{
        csv::{self, Cell},
        held::Held,
        selection::{RoundLine, VisitLine},
    },
    time::Moment,
    visits::Proof,
};

use super::{name_of, place_of, value_told};
use crate::locales::{self, checklists as say_checklists, general, results as say, rounds as say_rounds};

pub fn of_rounds(held: &Held<'_>, lines: &[RoundLine<'_>]) -> String {
    let headings = [
        say::round(),
        say::kind(),
        say::state(),
        say::window_from(),
        say::window_to(),
        say::started(),
        say::finished(),
        say::who(),
        say::stops(),
        say::visited(),
        say::failed_count(),
        say::finish_note(),
        say::round_id(),
    ];
    let rows: Vec<Vec<Cell>> = lines.iter().map(|line| round_row(held, line)).collect();
    csv::file(&headings, &rows)
}

fn round_row(held: &Held<'_>, line: &RoundLine<'_>) -> Vec<Cell> {
    let duty = &line.duty;
    let at = |at: Option<Moment>| at.map_or(Cell::Nothing, |at| Cell::Words(held.known.zone.written(at)));
    let finish = duty.record.and_then(|round| round.finished.as_ref());
    let people: Vec<String> = line.people.iter().map(|person| name_of(held, *person)).collect();
    vec![
        Cell::Words(locales::say(duty.name)),
        words(say_rounds::duty(duty.kind)),
        words(say_rounds::standing(duty.standing)),
        at(duty.window.map(|window| window.start)),
        at(duty.window.map(|window| window.end)),
        at(duty.record.and_then(|round| round.walkers.first()).map(|walker| walker.started.best)),
        at(finish.map(|finish| finish.at.best)),
        Cell::Words(people.join(general::between_names())),
        Cell::Count(line.stops),
        Cell::Count(line.visited),
        Cell::Count(line.failed),
        words(finish.map_or("", |finish| &finish.note)),
        Cell::Words(duty.round.to_string()),
    ]
}

pub fn of_visits(held: &Held<'_>, lines: &[VisitLine<'_>]) -> String {
    let headings = [
        say::round(),
        say::checkpoint(),
        say::area(),
        say::who(),
        say::when(),
        say::earliest(),
        say::latest(),
        say::punctual(),
        say::proof(),
        say::reason(),
        say::checklist(),
        say::version(),
        say::visit_note(),
        say::corrections(),
        say::score(),
        say::item(),
        say::judgement(),
        say::answer(),
        say::reading(),
        say::unit(),
        say::lowest(),
        say::highest(),
        say::note(),
        say::corrected_on_site(),
        say::photos(),
        say::visit_id(),
    ];
    let rows: Vec<Vec<Cell>> = lines
        .iter()
        .flat_map(|line| {
            let answers: Vec<Option<&Answer>> = match line.visit.answers.as_slice() {
                [] => vec![None],
                answers => answers.iter().map(Some).collect(),
            };
            answers.into_iter().map(|answer| visit_row(held, line, answer)).collect::<Vec<_>>()
        })
        .collect();
    csv::file(&headings, &rows)
}

fn visit_row(held: &Held<'_>, line: &VisitLine<'_>, answer: Option<&Answer>) -> Vec<Cell> {
    let visit = line.visit;
    let area = held.checkpoint(visit.checkpoint).and_then(|checkpoint| held.area(checkpoint.area));
    let at = |at: Moment| Cell::Words(held.known.zone.written(at));
    let (proof, reason) = match &visit.proof {
        Proof::Tag { .. } => (say_rounds::proof_tag(), ""),
        Proof::ShortCode { .. } => (say_rounds::proof_code(), ""),
        Proof::ByHand { reason } => (say::by_hand(), reason.as_str()),
    };
    let score = line.checklist.and_then(|checklist| checklist.score(&visit.answers));
    let mut row = vec![
        Cell::Words(locales::say(&line.round.name)),
        Cell::Words(place_of(held, visit.checkpoint)),
        Cell::Words(area.map(|area| locales::say(&area.name)).unwrap_or_default()),
        Cell::Words(name_of(held, visit.by)),
        at(visit.at.best),
        at(visit.at.earliest),
        at(visit.at.latest),
        words(line.punctuality.map_or("", say_rounds::punctuality)),
        words(proof),
        words(reason),
        Cell::Words(line.checklist.map(|checklist| locales::say(&checklist.name)).unwrap_or_default()),
        Cell::Count(visit.version as usize),
        words(&visit.note),
        Cell::Count(visit.corrections.len()),
        score.map_or(Cell::Nothing, |score| Cell::Count(score.percent() as usize)),
    ];
    let item = answer.and_then(|answer| line.checklist?.item(&answer.item));
    row.extend(answer_cells(item, answer));
    row.push(Cell::Words(visit.id.to_string()));
    row
}

/// From the item's name to the number of its photos. An item that the device does not know is named by its key.
fn answer_cells(item: Option<&Item>, answer: Option<&Answer>) -> [Cell; 10] {
    let Some(answer) = answer else { return [const { Cell::Nothing }; 10] };
    let judged = item.and_then(|item| item.judge(&answer.value).ok());
    let judged = match judged {
        Some(Judgement::Passed) => say_checklists::pass(),
        Some(Judgement::Failed) => say_checklists::fail(),
        Some(Judgement::NotApplicable) => say_checklists::not_applicable(),
        Some(Judgement::Recorded) | None => "",
    };
    let reading = match &answer.value {
        AnswerValue::Reading(reading) => Cell::Number(*reading),
        _ => Cell::Nothing,
    };
    let (unit, min, max) = match item.map(|item| &item.answer) {
        Some(AnswerKind::Reading { unit, min, max }) => (unit.as_str(), *min, *max),
        _ => ("", None, None),
    };
    [
        Cell::Words(item.map_or_else(|| answer.item.clone(), |item| locales::say(&item.ask))),
        words(judged),
        Cell::Words(item.map_or_else(String::new, |item| value_told(item, &answer.value))),
        reading,
        words(unit),
        min.map_or(Cell::Nothing, Cell::Number),
        max.map_or(Cell::Nothing, Cell::Number),
        words(&answer.note),
        words(answer.corrected.as_deref().unwrap_or_default()),
        Cell::Count(answer.photos.len()),
    ]
}

fn words(words: &str) -> Cell {
    if words.is_empty() { Cell::Nothing } else { Cell::Words(words.to_owned()) }
}
