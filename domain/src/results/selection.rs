//! The rounds and visits that a filter leaves, with what became of each, in the order that is wanted.

use std::cmp::Ordering;

use super::{
    filter::{Filter, Outcome, folded},
    held::Held,
};
use crate::{
    agenda::Duty,
    checklists::{Answer, Checklist, Item, Judgement},
    ids::{ChecklistId, CheckpointId, PersonId},
    rounds::{Punctuality, Reports, Round, Standing, punctuality},
    text::{Language, Words},
    time::Moment,
    visits::{Proof, Visit},
};

/// A round with what became of it.
pub struct RoundLine<'a> {
    pub duty: Duty<'a>,
    pub stops: usize,
    /// How many of its stops were visited.
    pub visited: usize,
    /// How many items failed.
    pub failed: usize,
    /// Everyone who started it, by first start; the person of a planned one where nobody did.
    pub people: Vec<PersonId>,
}

/// A visit with what became of it.
pub struct VisitLine<'a> {
    pub round: &'a Round,
    pub visit: &'a Visit,
    /// The version that it was answered with; nothing where the device does not hold it.
    pub checklist: Option<&'a Checklist>,
    /// How many items failed.
    pub failed: usize,
    /// Whether it was made in its round's window, if that has one.
    pub punctuality: Option<Punctuality>,
}

impl RoundLine<'_> {
    pub fn wants_a_look(&self) -> bool {
        self.duty.wants_a_look(self.failed, self.stops.saturating_sub(self.visited))
    }
}

impl<'a> VisitLine<'a> {
    /// Its items that were judged, each with its answer and whether it failed, in the checklist's order; hidden ones, words
    /// and *not applicable* are not among them.
    pub fn judged(&self) -> impl Iterator<Item = (&'a Item, &'a Answer, bool)> {
        let answers = &self.visit.answers;
        self.checklist.map_or_else(Vec::new, |checklist| checklist.shown(answers)).into_iter().filter_map(|item| {
            let answer = answers.iter().find(|answer| answer.item == item.key)?;
            match item.judge(&answer.value).ok()? {
                Judgement::Passed => Some((item, answer, false)),
                Judgement::Failed => Some((item, answer, true)),
                Judgement::NotApplicable | Judgement::Recorded => None,
            }
        })
    }
}

/// The rounds that `filter` leaves, except those still ahead, which have no result yet.
pub fn rounds<'a>(held: &Held<'a>, filter: &Filter, now: Moment, reports: Reports) -> Vec<RoundLine<'a>> {
    duties(held, filter, now, reports)
        .filter(|duty| filter.kind.is_none_or(|kind| duty.kind == kind))
        .map(|duty| round_line(held, duty))
        .filter(|line| Asked { held, filter }.round(line))
        .collect()
}

/// The visits that `filter` leaves.
pub fn visits<'a>(held: &Held<'a>, filter: &Filter, now: Moment) -> Vec<VisitLine<'a>> {
    let asked = Asked { held, filter };
    duties(held, filter, now, Reports::Unknown)
        .filter_map(|duty| duty.record)
        .flat_map(|round| held.visits_of(round.id).iter().map(move |visit| visit_line(held, round, visit)))
        .filter(|line| asked.visit(line) && asked.is_said(line))
        .collect()
}

/// The rounds that begin on the filter's days: one whose window reaches into them from the day before is not theirs.
fn duties<'a>(held: &Held<'a>, filter: &Filter, now: Moment, reports: Reports) -> impl Iterator<Item = Duty<'a>> {
    let span = filter.days.span(held.known.zone);
    held.known
        .duties(span.start, span.end, now, reports)
        .into_iter()
        .filter(move |duty| duty.standing != Standing::Ahead && span.contains(&duty.begins()))
}

fn round_line<'a>(held: &Held<'a>, duty: Duty<'a>) -> RoundLine<'a> {
    let visits = held.visits_of(duty.round);
    let named = duty.planned.as_ref().and_then(|(_, occurrence)| occurrence.person);
    let people = match duty.record {
        Some(round) => round.walkers.iter().map(|walker| walker.person).collect(),
        None => named.into_iter().collect(),
    };
    RoundLine {
        stops: held.stops_of(&duty).len(),
        visited: duty.record.map_or(0, |round| round.visited(visits.iter().copied()).len()),
        failed: visits.iter().map(|visit| failed(held, visit)).sum(),
        people,
        duty,
    }
}

pub fn visit_line<'a>(held: &Held<'a>, round: &'a Round, visit: &'a Visit) -> VisitLine<'a> {
    VisitLine {
        round,
        visit,
        checklist: held.checklist_of(visit),
        failed: failed(held, visit),
        punctuality: round.window.map(|window| punctuality(&visit.at, &window)),
    }
}

fn failed(held: &Held<'_>, visit: &Visit) -> usize {
    held.checklist_of(visit).map_or(0, |checklist| checklist.failed(&visit.answers).count())
}

/// What is asked, of what.
struct Asked<'f, 'a> {
    held: &'f Held<'a>,
    filter: &'f Filter,
}

impl Asked<'_, '_> {
    fn round(&self, line: &RoundLine<'_>) -> bool {
        let duty = &line.duty;
        let visits = || {
            let visits = self.held.visits_of(duty.round).iter().zip(std::iter::repeat(duty.record));
            visits.filter_map(|(visit, round)| Some(visit_line(self.held, round?, visit)))
        };
        let stops = || self.held.stops_of(duty).iter().filter(|stop| self.is_here(stop.checkpoint, stop.checklist));
        let is_not_visited = |checkpoint| !visits().any(|line| line.visit.checkpoint == checkpoint);
        let theirs = self
            .filter
            .person
            .is_none_or(|person| line.people.contains(&person) || visits().any(|line| line.visit.by == person));
        let fits = match self.filter.outcome {
            // An item has no place on a round that nobody walked.
            None if self.filter.item.is_some() => visits().any(|line| self.visit(&line)),
            None => theirs && stops().next().is_some(),
            Some(Outcome::Failed | Outcome::ByHand) => visits().any(|line| self.visit(&line)),
            Some(Outcome::Late) => {
                let is_overdue = duty.standing == Standing::Overdue && theirs && stops().next().is_some();
                is_overdue || visits().any(|line| self.visit(&line))
            }
            Some(Outcome::WantsALook) => line.wants_a_look() && theirs && stops().next().is_some(),
            Some(Outcome::NotYetReported) => {
                duty.standing == Standing::NotYetReported && theirs && stops().next().is_some()
            }
            Some(Outcome::Incomplete) => {
                let is_over = matches!(duty.standing, Standing::Missed | Standing::Overdue | Standing::Finished);
                is_over && theirs && stops().any(|stop| is_not_visited(stop.checkpoint))
            }
        };
        fits && self.filter.words.iter().all(|term| {
            let people = line.people.iter().any(|person| self.person_says(*person, term));
            says(duty.name, term)
                || people
                || self.held.stops_of(duty).iter().any(|stop| self.checkpoint_says(stop.checkpoint, term))
                || visits().any(|line| self.visit_says(&line, term))
        })
    }

    /// Everything but the words that are searched for.
    fn visit(&self, line: &VisitLine<'_>) -> bool {
        let (filter, visit) = (self.filter, line.visit);
        let kind = line.checklist.map_or(line.round.kind, |checklist| checklist.kind);
        let is_item = |item: &Item| filter.item.as_ref().is_none_or(|key| *key == item.key);
        self.is_here(visit.checkpoint, visit.checklist)
            && filter.kind.is_none_or(|wanted| wanted == kind)
            && filter.person.is_none_or(|person| person == visit.by)
            && (filter.item.is_none() || line.judged().any(|(item, _, _)| is_item(item)))
            && match filter.outcome {
                None => true,
                Some(Outcome::Failed | Outcome::WantsALook) => {
                    line.judged().any(|(item, _, failed)| failed && is_item(item))
                }
                Some(Outcome::Incomplete) => {
                    line.checklist.is_some_and(|checklist| !checklist.faults(&visit.answers).is_empty())
                }
                Some(Outcome::Late) => line.punctuality == Some(Punctuality::Late),
                Some(Outcome::NotYetReported) => false,
                Some(Outcome::ByHand) => matches!(visit.proof, Proof::ByHand { .. }),
            }
    }

    fn is_said(&self, line: &VisitLine<'_>) -> bool {
        self.filter.words.iter().all(|term| self.visit_says(line, term))
    }

    fn is_here(&self, checkpoint: CheckpointId, checklist: ChecklistId) -> bool {
        let filter = self.filter;
        filter.checklist.is_none_or(|wanted| wanted == checklist)
            && filter.checkpoint.is_none_or(|wanted| wanted == checkpoint)
            && filter.area.is_none_or(|area| self.held.areas_around(checkpoint).contains(&area))
    }

    fn visit_says(&self, line: &VisitLine<'_>, term: &str) -> bool {
        let visit = line.visit;
        let asked = |answer: &Answer| line.checklist.and_then(|checklist| checklist.item(&answer.item));
        let reason = match &visit.proof {
            Proof::ByHand { reason } => reason.as_str(),
            Proof::Tag { .. } | Proof::ShortCode { .. } => "",
        };
        self.checkpoint_says(visit.checkpoint, term)
            || self.person_says(visit.by, term)
            || [visit.note.as_str(), reason].into_iter().any(|text| folded(text).contains(term))
            || visit.answers.iter().any(|answer| {
                folded(&answer.note).contains(term) || asked(answer).is_some_and(|item| says(&item.ask, term))
            })
    }

    fn person_says(&self, person: PersonId, term: &str) -> bool {
        self.held.person(person).is_some_and(|person| says(&person.name, term))
    }

    fn checkpoint_says(&self, checkpoint: CheckpointId, term: &str) -> bool {
        self.held.checkpoint(checkpoint).is_some_and(|checkpoint| says(&checkpoint.name, term))
    }
}

/// Whether these words, in either language, have `term` in them.
fn says(words: &Words, term: &str) -> bool {
    [&words.zh, &words.en].into_iter().any(|text| folded(text).contains(term))
}

/// What a table is sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// What is not in order first, the newest of it on top.
    Worst,
    When,
    /// The round's or the checkpoint's name.
    Name,
    Person,
    /// The share of stops that were visited.
    Visited,
    Failed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    pub by: Column,
    pub is_downward: bool,
    /// The language in which names are compared.
    pub language: Language,
}

impl Order {
    pub fn rounds(&self, held: &Held<'_>, lines: &mut [RoundLine<'_>]) {
        let person = |line: &RoundLine<'_>| line.people.first().and_then(|person| held.person(*person));
        lines.sort_by(|a, b| {
            let newest = b.duty.begins().cmp(&a.duty.begins());
            let ordered = match self.by {
                Column::Worst => b.wants_a_look().cmp(&a.wants_a_look()),
                Column::When => a.duty.begins().cmp(&b.duty.begins()),
                Column::Name => self.words(Some(a.duty.name), Some(b.duty.name)),
                Column::Person => self.words(person(a).map(|p| &p.name), person(b).map(|p| &p.name)),
                Column::Visited => (a.visited * b.stops).cmp(&(b.visited * a.stops)),
                Column::Failed => a.failed.cmp(&b.failed),
            };
            self.directed(ordered).then(newest).then(a.duty.round.cmp(&b.duty.round))
        });
    }

    pub fn visits(&self, held: &Held<'_>, lines: &mut [VisitLine<'_>]) {
        let person = |line: &VisitLine<'_>| held.person(line.visit.by).map(|person| &person.name);
        let place = |line: &VisitLine<'_>| held.checkpoint(line.visit.checkpoint).map(|checkpoint| &checkpoint.name);
        lines.sort_by(|a, b| {
            let newest = b.visit.at.best.cmp(&a.visit.at.best);
            let ordered = match self.by {
                Column::Worst | Column::Visited => (b.failed > 0).cmp(&(a.failed > 0)),
                Column::When => a.visit.at.best.cmp(&b.visit.at.best),
                Column::Name => self.words(place(a), place(b)),
                Column::Person => self.words(person(a), person(b)),
                Column::Failed => a.failed.cmp(&b.failed),
            };
            self.directed(ordered).then(newest).then(a.visit.id.cmp(&b.visit.id))
        });
    }

    fn directed(&self, ordered: Ordering) -> Ordering {
        if self.is_downward { ordered.reverse() } else { ordered }
    }

    fn words(&self, a: Option<&Words>, b: Option<&Words>) -> Ordering {
        let say = |words: Option<&Words>| words.map_or(String::new(), |words| folded(words.say(self.language)));
        say(a).cmp(&say(b))
    }
}
