//! What visits add up to: failed items by area and by item, and the scores of areas.

use std::collections::BTreeMap;

use super::{held::Held, selection::VisitLine};
use crate::{
    areas::Area,
    checklists::{Checklist, DutyKind, Item},
    ids::AreaId,
};

/// How many items were judged, and how many of them failed. What did not apply was not asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub visits: usize,
    pub asked: usize,
    pub failed: usize,
}

impl Tally {
    /// The share that failed in whole percent, rounded up: 0 says that nothing did.
    pub fn percent(self) -> usize {
        (self.failed * 100).div_ceil(self.asked.max(1))
    }

    fn count(&mut self, line: &VisitLine<'_>) {
        self.visits += 1;
        self.asked += line.judged().count();
        self.failed += line.failed;
    }
}

/// The kinds of duty that are scored by area.
pub const SCORED: [DutyKind; 2] = [DutyKind::Cleaning, DutyKind::Landscaping];

/// The scores of visits, each counting the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mean {
    pub visits: usize,
    percents: u64,
}

impl Mean {
    /// In whole percent, rounded down as a score is: only faultless visits make 100. Nothing where none was scored.
    pub fn percent(self) -> Option<u64> {
        self.percents.checked_div(self.visits as u64)
    }
}

/// An area with everything inside it.
pub struct AreaLine<'a> {
    pub area: &'a Area,
    /// How many areas it lies in.
    pub depth: usize,
    pub tally: Tally,
    /// The scores of its checks, one for each kind in [`SCORED`].
    pub scores: [Mean; SCORED.len()],
}

type Sums = (Tally, [Mean; SCORED.len()]);

/// One item wherever it was asked, in the words of the newest version among the visits.
pub struct ItemLine<'a> {
    pub checklist: &'a Checklist,
    pub item: &'a Item,
    pub tally: Tally,
}

/// The areas that were visited as the tree they are, beside each other the most failed items first.
pub fn by_area<'a>(held: &Held<'a>, visits: &[VisitLine<'a>]) -> Vec<AreaLine<'a>> {
    let mut sums: BTreeMap<AreaId, Sums> = BTreeMap::new();
    for line in visits {
        let score = line.checklist.and_then(|checklist| {
            let kind = SCORED.iter().position(|kind| *kind == checklist.kind)?;
            Some((kind, checklist.score(&line.visit.answers)?.percent()))
        });
        for area in held.areas_around(line.visit.checkpoint) {
            let (tally, means) = sums.entry(area).or_default();
            tally.count(line);
            if let Some((kind, percent)) = score {
                means[kind].visits += 1;
                means[kind].percents += u64::from(percent);
            }
        }
    }
    let mut lines = Vec::new();
    branch(held, &sums, None, 0, &mut lines);
    lines
}

fn branch<'a>(
    held: &Held<'a>,
    sums: &BTreeMap<AreaId, Sums>,
    inside: Option<AreaId>,
    depth: usize,
    lines: &mut Vec<AreaLine<'a>>,
) {
    // An area whose own surroundings are unknown stands at the top; one inside itself nowhere.
    let parent = |area: &Area| area.inside.filter(|outer| held.area(*outer).is_some());
    let mut here: Vec<(&'a Area, Sums)> = held
        .areas()
        .filter(|area| parent(area) == inside)
        .filter_map(|area| Some((area, *sums.get(&area.id)?)))
        .collect();
    here.sort_by(|(a, (x, _)), (b, (y, _))| (y.failed, y.asked).cmp(&(x.failed, x.asked)).then(a.id.cmp(&b.id)));
    for (area, (tally, scores)) in here {
        lines.push(AreaLine { area, depth, tally, scores });
        branch(held, sums, Some(area.id), depth + 1, lines);
    }
}

/// The items that were judged, the most often failed first.
pub fn by_item<'a>(visits: &[VisitLine<'a>]) -> Vec<ItemLine<'a>> {
    let mut lines: BTreeMap<(uuid::Uuid, &'a str), ItemLine<'a>> = BTreeMap::new();
    for line in visits {
        let Some(checklist) = line.checklist else { continue };
        for (item, _, failed) in line.judged() {
            let counted = lines.entry((checklist.id.0, item.key.as_str())).or_insert(ItemLine {
                checklist,
                item,
                tally: Tally::default(),
            });
            if counted.checklist.version < checklist.version {
                (counted.checklist, counted.item) = (checklist, item);
            }
            counted.tally.visits += 1;
            counted.tally.asked += 1;
            counted.tally.failed += usize::from(failed);
        }
    }
    let mut lines: Vec<ItemLine<'a>> = lines.into_values().collect();
    lines.sort_by_key(|line| std::cmp::Reverse((line.tally.failed, line.tally.percent(), line.tally.asked)));
    lines
}
