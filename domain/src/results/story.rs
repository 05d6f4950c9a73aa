//! The story of a round in the order of time.

use super::held::Held;
use crate::{
    findings::{Finding, Source},
    ids::PersonId,
    rounds::Round,
    time::{Interval, MINUTE},
    visits::{Visit, VisitCorrection},
};

/// A pause between two steps of a round that is worth a line, in milliseconds: longer than a checkpoint takes.
pub const GAP: i64 = 15 * MINUTE;

pub struct Step<'a> {
    pub at: Interval,
    pub what: What<'a>,
}

pub enum What<'a> {
    Started(PersonId),
    Visited(&'a Visit),
    /// Its answers were put straight afterwards.
    Corrected(&'a Visit, &'a VisitCorrection),
    /// Something reported freely; what a failed item raised is told with its visit.
    Reported(&'a Finding),
    /// Nothing for at least so many minutes, up to the next step.
    Gap {
        minutes: i64,
    },
    Finished {
        by: PersonId,
        note: &'a str,
    },
}

/// What happened, corrections after its end too, by the best estimates of when.
pub fn story<'a>(held: &Held<'a>, round: &'a Round) -> Vec<Step<'a>> {
    let starts = round.walkers.iter().map(|walker| Step { at: walker.started, what: What::Started(walker.person) });
    let visits = held.visits_of(round.id).iter().map(|visit| Step { at: visit.at, what: What::Visited(visit) });
    let corrected = held.visits_of(round.id).iter().flat_map(|visit| {
        let told =
            |correction: &'a VisitCorrection| Step { at: correction.at, what: What::Corrected(visit, correction) };
        visit.corrections.iter().map(told).collect::<Vec<_>>()
    });
    let reported = held
        .findings
        .iter()
        .filter(|finding| finding.source == Source::Reported { round: Some(round.id) })
        .map(|finding| Step { at: finding.at, what: What::Reported(finding) });
    let finish = round
        .finished
        .iter()
        .map(|finish| Step { at: finish.at, what: What::Finished { by: finish.by, note: &finish.note } });
    let mut steps: Vec<Step<'a>> = starts.chain(visits).chain(reported).chain(finish).chain(corrected).collect();
    // Of what happened at the same moment the start was first and the finish last, as they stand here: the sort is stable.
    steps.sort_by_key(|step| step.at.best);
    let over =
        steps.iter().position(|step| matches!(step.what, What::Finished { .. })).map_or(steps.len(), |end| end + 1);
    let afterwards = steps.split_off(over);
    let mut told = with_gaps(steps);
    told.extend(afterwards);
    told
}

/// A pause of a round is told only where the clocks prove it.
fn with_gaps(steps: Vec<Step<'_>>) -> Vec<Step<'_>> {
    let mut told: Vec<Step<'_>> = Vec::with_capacity(steps.len());
    for step in steps {
        if let Some(before) = told.last() {
            let pause = step.at.earliest.0.saturating_sub(before.at.latest.0);
            if pause >= GAP {
                told.push(Step { at: before.at, what: What::Gap { minutes: pause / MINUTE } });
            }
        }
        told.push(step);
    }
    told
}
