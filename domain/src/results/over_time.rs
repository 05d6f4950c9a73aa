//! A checkpoint over time: the readings of its gauges, with their limits.

use rust_decimal::Decimal;

use super::selection::VisitLine;
use crate::{
    checklists::{AnswerKind, AnswerValue, Checklist, Item},
    time::Moment,
    visits::Visit,
};

/// The readings of one item in one unit, the oldest first.
pub struct Series<'a> {
    pub checklist: &'a Checklist,
    /// In the newest version among the visits, whose limits these are.
    pub item: &'a Item,
    pub unit: &'a str,
    pub min: Option<Decimal>,
    pub max: Option<Decimal>,
    pub points: Vec<Point<'a>>,
}

pub struct Point<'a> {
    pub visit: &'a Visit,
    pub value: Decimal,
    /// Judged by the limits of its own time.
    pub is_failed: bool,
}

impl Point<'_> {
    fn at(&self) -> Moment {
        self.visit.at.best
    }
}

/// The readings among `visits`, item by item in the order in which they were first taken.
pub fn readings<'a>(visits: &[VisitLine<'a>]) -> Vec<Series<'a>> {
    let mut oldest_first: Vec<&VisitLine<'a>> = visits.iter().collect();
    oldest_first.sort_by_key(|line| (line.visit.at.best, line.visit.id));
    let mut found: Vec<Series<'a>> = Vec::new();
    for line in oldest_first {
        let Some(checklist) = line.checklist else { continue };
        for (item, answer, is_failed) in line.judged() {
            let (AnswerKind::Reading { unit, min, max }, AnswerValue::Reading(value)) = (&item.answer, &answer.value)
            else {
                continue;
            };
            let point = Point { visit: line.visit, value: *value, is_failed };
            let is_same = |series: &Series<'_>| {
                series.checklist.id == checklist.id && series.item.key == item.key && series.unit == unit.as_str()
            };
            match found.iter_mut().find(|series| is_same(series)) {
                Some(series) => {
                    if series.checklist.version < checklist.version {
                        (series.checklist, series.item, series.min, series.max) = (checklist, item, *min, *max);
                    }
                    series.points.push(point);
                }
                None => found.push(Series { checklist, item, unit, min: *min, max: *max, points: vec![point] }),
            }
        }
    }
    found
}

/// Where a series is drawn: 0.0 is the left or the bottom, 1.0 the right or the top.
#[derive(Clone, Debug, PartialEq)]
pub struct Plot {
    /// Each point, across and up.
    pub points: Vec<(f64, f64)>,
    /// Where the limits lie, as far as there are any.
    pub min: Option<f64>,
    pub max: Option<f64>,
}

impl Series<'_> {
    /// Lays the readings and their limits out, with a margin above and below.
    pub fn plot(&self) -> Plot {
        let values = self.points.iter().map(|point| number(point.value));
        let limits = [self.min, self.max].into_iter().flatten().map(number);
        let (low, high) = values
            .chain(limits)
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(value), high.max(value)));
        let margin = if high > low { (high - low) * 0.1 } else { 1.0 };
        let up = |value: Decimal| (number(value) - low + margin) / (high - low + 2.0 * margin);
        let first = self.points.first().map_or(0, |point| point.at().0);
        let long = self.points.last().map_or(0, |point| point.at().0).saturating_sub(first);
        let across = |at: Moment| if long > 0 { (at.0 - first) as f64 / long as f64 } else { 0.5 };
        Plot {
            points: self.points.iter().map(|point| (across(point.at()), up(point.value))).collect(),
            min: self.min.map(up),
            max: self.max.map(up),
        }
    }
}

/// Near enough for a picture; a table beside it says the number itself.
fn number(decimal: Decimal) -> f64 {
    decimal.mantissa() as f64 / 10f64.powi(decimal.scale() as i32)
}
