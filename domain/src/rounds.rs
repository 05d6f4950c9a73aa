//! A round 巡查任务: one occurrence of a plan, or an unplanned walk of a route.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{
    checklists::DutyKind,
    ids::{CheckpointId, PersonId, RoundId, RouteId, TeamId},
    plans::{Occurrence, Window},
    routes::{Stop, StopOrder},
    text::Words,
    time::{Interval, MINUTE, Moment},
    visits::Visit,
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Round {
    pub id: RoundId,
    pub occasion: Occasion,
    pub name: Words,
    pub kind: DutyKind,
    /// The team whose round it is, if it was planned.
    pub team: Option<TeamId>,
    /// When it is due, if it was planned.
    pub window: Option<Window>,
    pub order: StopOrder,
    /// The stops as the first device that started it held them.
    pub stops: Vec<Stop>,
    /// Everyone who started it, by first start. Starting it twice is one round with two walkers.
    pub walkers: Vec<Walker>,
    pub finished: Option<Finish>,
}

crate::tagged! {
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub enum Occasion ("Occasion", tag = "kind") {
        Planned(Occurrence),
        /// Walked without a plan, as a duty of this kind.
        Unplanned {
            route: RouteId,
            duty: DutyKind,
        },
    }
}

/// How long after its start nobody is taken to walk an open round any more.
const FORGOTTEN: i64 = 12 * 60 * MINUTE;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Walker {
    pub person: PersonId,
    pub started: Interval,
}

/// The end of a round, with what was said about stops that were left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finish {
    pub by: PersonId,
    pub at: Interval,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// Whether a visit, or a round, was made in its window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Punctuality {
    /// 早到
    Early,
    /// 准时
    OnTime,
    /// 迟到
    Late,
    /// 无法判定: the clocks do not prove it.
    CannotBeShown,
}

/// Early, on time or late only when the whole interval says so.
pub fn punctuality(at: &Interval, window: &Window) -> Punctuality {
    if at.latest < window.start {
        Punctuality::Early
    } else if at.earliest > window.grace_end {
        Punctuality::Late
    } else if at.earliest >= window.start && at.latest <= window.grace_end {
        Punctuality::OnTime
    } else {
        Punctuality::CannotBeShown
    }
}

/// Where a round stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Its window has not begun.
    Ahead,
    /// Its window is open and nobody has started.
    Due,
    /// Started, and not finished.
    Running,
    /// Started, not finished, and its window and grace are over.
    Overdue,
    Finished,
    /// Nobody is known to have started it and its window is over, but a device that could hold it has not reported.
    NotYetReported,
    /// 未到: every device that could hold it has reported past its window.
    Missed,
}

/// What is known of reports that may still come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reports {
    /// Every device that could hold the round has a seal, fully received, later than this.
    SealedUntil(Moment),
    /// Nothing is known, as on a tablet.
    Unknown,
}

/// Where a round stands at `now`.
pub fn standing(round: Option<&Round>, window: Option<&Window>, now: Moment, reports: Reports) -> Standing {
    match (round, window) {
        (Some(round), _) if round.finished.is_some() => Standing::Finished,
        (Some(_), Some(window)) if now > window.grace_end => Standing::Overdue,
        (Some(_), _) => Standing::Running,
        (None, None) => Standing::Due,
        (None, Some(window)) if now < window.start => Standing::Ahead,
        (None, Some(window)) if now <= window.grace_end => Standing::Due,
        (None, Some(window)) => match reports {
            Reports::SealedUntil(sealed) if sealed > window.grace_end => Standing::Missed,
            Reports::SealedUntil(_) | Reports::Unknown => Standing::NotYetReported,
        },
    }
}

impl Round {
    /// The checkpoints of the route that a visit has satisfied.
    pub fn visited<'a>(&self, visits: impl IntoIterator<Item = &'a Visit>) -> BTreeSet<CheckpointId> {
        let stops: BTreeSet<_> = self.stops.iter().map(|stop| stop.checkpoint).collect();
        visits.into_iter().map(|visit| visit.checkpoint).filter(|checkpoint| stops.contains(checkpoint)).collect()
    }

    /// Whether `person` is in the middle of it: an open round that was begun half a day ago has been forgotten.
    pub fn is_walked_by(&self, person: PersonId, now: Moment) -> bool {
        let is_recent = |walker: &&Walker| walker.started.best.plus(FORGOTTEN) > now;
        self.finished.is_none() && self.walkers.iter().filter(is_recent).any(|walker| walker.person == person)
    }

    /// The stop that comes next: the first that nobody has visited.
    pub fn next_stop(&self, visited: &BTreeSet<CheckpointId>) -> Option<&Stop> {
        self.stops.iter().find(|stop| !visited.contains(&stop.checkpoint))
    }

    /// The stop at `checkpoint`, if a visit to it may be made now: in a fixed order only the next one, or one already visited.
    pub fn may_visit(&self, checkpoint: CheckpointId, visited: &BTreeSet<CheckpointId>) -> Visitable {
        let Some(stop) = self.stops.iter().find(|stop| stop.checkpoint == checkpoint) else {
            return Visitable::NotOnRoute;
        };
        match self.order {
            StopOrder::Free => Visitable::Yes(*stop),
            StopOrder::Fixed if visited.contains(&checkpoint) => Visitable::Yes(*stop),
            StopOrder::Fixed => match self.next_stop(visited) {
                Some(next) if next.checkpoint != checkpoint => Visitable::NotYet(*next),
                _ => Visitable::Yes(*stop),
            },
        }
    }
}

/// Whether a checkpoint may be visited now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visitable {
    Yes(Stop),
    /// In this round's fixed order another stop comes first.
    NotYet(Stop),
    NotOnRoute,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window() -> Window {
        Window { start: Moment(100), end: Moment(200), grace_end: Moment(220) }
    }

    fn interval(earliest: i64, latest: i64) -> Interval {
        Interval { earliest: Moment(earliest), best: Moment(earliest), latest: Moment(latest) }
    }

    #[test]
    fn punctuality_is_said_only_when_the_whole_interval_says_so() {
        for (earliest, latest, expected) in [
            (10, 99, Punctuality::Early),
            (100, 220, Punctuality::OnTime),
            (221, 300, Punctuality::Late),
            (99, 100, Punctuality::CannotBeShown),
            (219, 221, Punctuality::CannotBeShown),
            (0, 999, Punctuality::CannotBeShown),
        ] {
            assert_eq!(punctuality(&interval(earliest, latest), &window()), expected, "{earliest}..{latest}");
        }
    }

    #[test]
    fn missed_is_said_only_when_every_device_has_reported_past_the_grace() {
        let say = |now, reports| standing(None, Some(&window()), Moment(now), reports);
        assert_eq!(say(50, Reports::Unknown), Standing::Ahead);
        assert_eq!(say(220, Reports::Unknown), Standing::Due);
        assert_eq!(say(221, Reports::Unknown), Standing::NotYetReported);
        assert_eq!(say(999, Reports::SealedUntil(Moment(220))), Standing::NotYetReported);
        assert_eq!(say(999, Reports::SealedUntil(Moment(221))), Standing::Missed);
    }

    #[test]
    fn a_round_is_walked_by_who_began_it_until_its_end_or_half_a_day_later() {
        let (wang, li) = (PersonId(uuid::Uuid::from_u128(1)), PersonId(uuid::Uuid::from_u128(2)));
        let begun = Interval::exactly(Moment(0));
        let open = Round {
            id: RoundId(uuid::Uuid::from_u128(3)),
            occasion: Occasion::Unplanned { route: RouteId(uuid::Uuid::from_u128(4)), duty: DutyKind::Patrol },
            name: Words::new("夜巡", "Night patrol"),
            kind: DutyKind::Patrol,
            team: None,
            window: None,
            order: StopOrder::Free,
            stops: vec![],
            walkers: vec![Walker { person: wang, started: begun }],
            finished: None,
        };
        assert!(open.is_walked_by(wang, Moment(FORGOTTEN - 1)));
        assert!(!open.is_walked_by(wang, Moment(FORGOTTEN)));
        assert!(!open.is_walked_by(li, Moment(1)));
        let finished = Round { finished: Some(Finish { by: li, at: begun, note: String::new() }), ..open };
        assert!(!finished.is_walked_by(wang, Moment(1)));
    }
}
