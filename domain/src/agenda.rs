//! Which rounds there are in a stretch of time, and where each stands: a guard's evening, a manager's week.

use std::collections::BTreeMap;

use crate::{
    checklists::DutyKind,
    ids::RoundId,
    people::Person,
    permissions::may_walk,
    plans::{self, Occurrence, Plan, Window},
    rounds::{Reports, Round, Standing, standing},
    routes::Route,
    text::Words,
    time::{Moment, Zone},
};

/// A round that is due, or was walked.
#[derive(Clone, Debug)]
pub struct Duty<'a> {
    pub round: RoundId,
    pub name: &'a Words,
    pub kind: DutyKind,
    pub window: Option<Window>,
    pub standing: Standing,
    /// The plan and its occurrence, if it was planned.
    pub planned: Option<(&'a Plan, Occurrence)>,
    /// Its record, once somebody has started it.
    pub record: Option<&'a Round>,
}

impl Duty<'_> {
    /// When it counts: its window's start, or its first walker's for an unplanned one.
    pub fn begins(&self) -> Moment {
        match (&self.window, self.record) {
            (Some(window), _) => window.start,
            (None, Some(round)) => round.walkers.first().map_or(Moment(0), |walker| walker.started.best),
            (None, None) => Moment(0),
        }
    }

    /// Whether a manager should look at it: not walked, not finished in time, finished without some of its stops, or with
    /// failed items.
    pub fn wants_a_look(&self, failed_items: usize, stops_left: usize) -> bool {
        failed_items > 0
            || match self.standing {
                Standing::Overdue | Standing::NotYetReported | Standing::Missed => true,
                Standing::Finished => stops_left > 0,
                Standing::Ahead | Standing::Due | Standing::Running => false,
            }
    }
}

/// What the agenda is made of: everything that a device holds.
pub struct Known<'a> {
    pub plans: Vec<&'a Plan>,
    pub people: Vec<&'a Person>,
    pub rounds: Vec<&'a Round>,
    pub zone: &'a Zone,
}

impl<'a> Known<'a> {
    /// Every round whose window touches `from..until`, and every unplanned one begun in it, by its beginning.
    pub fn duties(&self, from: Moment, until: Moment, now: Moment, reports: Reports) -> Vec<Duty<'a>> {
        let mut records: BTreeMap<RoundId, &'a Round> = self.rounds.iter().map(|round| (round.id, *round)).collect();
        let mut duties: Vec<Duty<'a>> = plans::due(self.plans.iter().copied(), &self.people, self.zone, from, until)
            .into_iter()
            .map(|due| {
                let record = records.remove(&due.occurrence.round());
                // A round that was started keeps the window it was started with.
                let window = record.and_then(|round| round.window).unwrap_or(due.window);
                Duty {
                    round: due.occurrence.round(),
                    name: &due.plan.name,
                    kind: due.plan.kind,
                    window: Some(window),
                    standing: standing(record, Some(&window), now, reports),
                    planned: Some((due.plan, due.occurrence)),
                    record,
                }
            })
            .collect();
        duties.extend(
            records
                .into_values()
                .map(|round| Duty {
                    round: round.id,
                    name: &round.name,
                    kind: round.kind,
                    window: round.window,
                    standing: standing(Some(round), round.window.as_ref(), now, reports),
                    planned: None,
                    record: Some(round),
                })
                .filter(|duty| (from..until).contains(&duty.begins())),
        );
        duties.sort_by_key(|duty| (duty.begins(), duty.round));
        duties
    }
}

/// The routes that `person` may walk without a plan, each with the duty that it is walked for: what their own team's plans use.
pub fn walkable<'a>(
    routes: impl IntoIterator<Item = &'a Route>,
    plans: &[&Plan],
    person: &Person,
) -> Vec<(&'a Route, DutyKind)> {
    let duty = |route: &Route| {
        let own = |plan: &&&Plan| plan.route == route.id && may_walk(person, plan.kind, Some(plan.team));
        plans.iter().find(own).map(|plan| plan.kind)
    };
    routes.into_iter().filter_map(|route| Some((route, duty(route)?))).collect()
}

/// Whether a round is `person`'s own to walk, by their team and role, or one that they have walked. Who oversees every team
/// may walk any round, but finds theirs among the results.
pub fn is_for(duty: &Duty<'_>, person: &Person) -> bool {
    let walked = duty.record.is_some_and(|round| round.walkers.iter().any(|walker| walker.person == person.id));
    let due = duty.planned.as_ref().is_some_and(|(plan, occurrence)| {
        person.teams.contains(&plan.team)
            && may_walk(person, duty.kind, Some(plan.team))
            && occurrence.person.is_none_or(|named| named == person.id)
    });
    walked || due
}

#[cfg(test)]
mod tests {
    use chrono::NaiveTime;
    use uuid::Uuid;

    use super::*;
    use crate::{
        ids::{PersonId, PlanId, RouteId, TeamId},
        people::Role,
        plans::{Each, Slot},
        time::MINUTE,
    };

    fn plan(start: &str) -> Plan {
        Plan {
            id: PlanId(Uuid::from_u128(1)),
            version: 1,
            name: Words::new("夜间巡逻", "Night patrol"),
            kind: DutyKind::Patrol,
            route: RouteId(Uuid::from_u128(2)),
            team: TeamId(Uuid::from_u128(3)),
            each: Each::Anyone,
            from: "2026-01-01".parse().expect("a date"),
            until: None,
            days: vec![],
            times: vec![Slot {
                slot: "a".into(),
                start: start.parse::<NaiveTime>().expect("a time"),
                minutes: 60,
                grace: 0,
            }],
        }
    }

    fn guard(team: u128) -> Person {
        Person {
            id: PersonId(Uuid::from_u128(9)),
            name: Words::new("王", "Wang"),
            roles: vec![Role::Guard],
            teams: vec![TeamId(Uuid::from_u128(team))],
            left: None,
            revision: None,
        }
    }

    #[test]
    fn a_round_is_for_its_team_and_stands_by_the_clock() {
        let zone = Zone::fixed("UTC", 0);
        let plan = plan("10:00:00");
        let known = Known { plans: vec![&plan], people: vec![], rounds: vec![], zone: &zone };
        let ten = zone.moment("2026-03-01".parse().expect("a date"), "10:00:00".parse().expect("a time"));
        let at = |now: Moment| known.duties(ten, ten.plus(60 * MINUTE), now, Reports::Unknown);
        assert_eq!(at(ten.plus(-MINUTE))[0].standing, Standing::Ahead);
        assert_eq!(at(ten)[0].standing, Standing::Due);
        assert_eq!(at(ten.plus(61 * MINUTE))[0].standing, Standing::NotYetReported);
        assert!(!at(ten)[0].wants_a_look(0, 12), "a round under way has its stops before it");
        assert!(at(ten.plus(61 * MINUTE))[0].wants_a_look(0, 12));
        let finished = Duty { standing: Standing::Finished, ..at(ten)[0].clone() };
        assert_eq!(
            [(0, 0), (1, 0), (0, 1)].map(|(failed, left)| finished.wants_a_look(failed, left)),
            [false, true, true]
        );
        assert!(is_for(&at(ten)[0], &guard(3)));
        assert!(!is_for(&at(ten)[0], &guard(4)));
        let overseer = Person { roles: vec![Role::Manager], ..guard(4) };
        assert!(!is_for(&at(ten)[0], &overseer), "the manager of everything finds it among the results");
    }
}
