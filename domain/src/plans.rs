//! A plan 巡查计划: who walks which route when. Its occurrences are computed, not stored.

use chrono::{Datelike, Days, NaiveDate, NaiveTime, Weekday};
use serde::{Deserialize, Serialize};

use crate::{
    checklists::DutyKind,
    ids::{PersonId, PlanId, RecordId, RoundId, RouteId, TeamId, derived},
    people::Person,
    text::Words,
    time::{MINUTE, Moment, Zone},
};

/// One version of a plan, in force from a local date on. A version is never changed: what was due last week stays so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    pub id: PlanId,
    pub version: u32,
    pub name: Words,
    pub kind: DutyKind,
    pub route: RouteId,
    pub team: TeamId,
    pub each: Each,
    /// The first local date of this version.
    pub from: NaiveDate,
    /// The first local date on which the plan no longer holds.
    #[serde(default)]
    pub until: Option<NaiveDate>,
    /// The weekdays; every day when empty.
    pub days: Vec<Weekday>,
    pub times: Vec<Slot>,
}

/// Who of the team must go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Each {
    /// Any one of them: one round.
    Anyone,
    /// Everyone: a round for each.
    Everyone,
}

/// A time of day at which the plan is due. Its `slot` is stable: moving the start keeps the round's identity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slot {
    pub slot: String,
    pub start: NaiveTime,
    pub minutes: u32,
    pub grace: u32,
}

/// When a round is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    pub start: Moment,
    pub end: Moment,
    /// The end with the grace after it.
    pub grace_end: Moment,
}

/// One time at which a plan is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occurrence {
    pub plan: PlanId,
    pub version: u32,
    pub date: NaiveDate,
    pub slot: String,
    /// The person, where everyone must go.
    pub person: Option<PersonId>,
}

impl Occurrence {
    /// The id of its round: two tablets that start it mean the same round.
    pub fn round(&self) -> RoundId {
        let date = self.date.to_string();
        let person = self.person.map(|person| person.0);
        RoundId(derived(&[
            b"round",
            self.plan.0.as_bytes(),
            date.as_bytes(),
            self.slot.as_bytes(),
            person.as_ref().map_or(&[], |person| person.as_bytes().as_slice()),
        ]))
    }
}

impl Plan {
    /// The record of this version.
    pub fn record_id(id: PlanId, version: u32) -> RecordId {
        RecordId(derived(&[b"plan", id.0.as_bytes(), &version.to_be_bytes()]))
    }

    fn is_due_on(&self, date: NaiveDate) -> bool {
        date >= self.from
            && self.until.is_none_or(|until| date < until)
            && (self.days.is_empty() || self.days.contains(&date.weekday()))
    }

    /// The window of the slot that starts on `date`. It may end on the next day.
    pub fn window(slot: &Slot, date: NaiveDate, zone: &Zone) -> Window {
        let start = zone.moment(date, slot.start);
        let end = start.plus(i64::from(slot.minutes) * MINUTE);
        Window { start, end, grace_end: end.plus(i64::from(slot.grace) * MINUTE) }
    }
}

/// An occurrence with what is needed to show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due<'a> {
    pub plan: &'a Plan,
    pub occurrence: Occurrence,
    pub window: Window,
}

/// What is due in windows that touch `from..until`, by start, then plan. `plans` may hold many versions of each plan:
/// on each date the one with the latest `from` not after it counts.
///
/// `people` are those for whom an occurrence of an "everyone" plan is made.
pub fn due<'a>(
    plans: impl IntoIterator<Item = &'a Plan>,
    people: &[&Person],
    zone: &Zone,
    from: Moment,
    until: Moment,
) -> Vec<Due<'a>> {
    let plans: Vec<&Plan> = plans.into_iter().collect();
    let first = zone.local(from).date() - Days::new(2);
    let last = zone.local(until).date();
    let mut found = Vec::new();
    for date in first.iter_days().take_while(|date| *date <= last) {
        for plan in plans.iter().copied().filter(|plan| in_force(plan, &plans, date) && plan.is_due_on(date)) {
            for slot in &plan.times {
                let window = Plan::window(slot, date, zone);
                if window.grace_end < from || window.start >= until {
                    continue;
                }
                let occurrence =
                    |person| Occurrence { plan: plan.id, version: plan.version, date, slot: slot.slot.clone(), person };
                let persons: Vec<Option<PersonId>> = match plan.each {
                    Each::Anyone => vec![None],
                    Each::Everyone => people
                        .iter()
                        .filter(|person| person.teams.contains(&plan.team) && person.works_here())
                        .map(|person| Some(person.id))
                        .collect(),
                };
                found.extend(persons.into_iter().map(|person| Due { plan, occurrence: occurrence(person), window }));
            }
        }
    }
    found.sort_by_key(|due| (due.window.start, due.plan.id, due.occurrence.person));
    found
}

fn in_force(plan: &Plan, all: &[&Plan], date: NaiveDate) -> bool {
    plan.from <= date
        && !all.iter().any(|other| {
            other.id == plan.id && other.from <= date && (other.from, other.version) > (plan.from, plan.version)
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn plan(start: &str, minutes: u32, days: &[Weekday]) -> Plan {
        Plan {
            id: PlanId(Uuid::from_u128(1)),
            version: 1,
            name: Words::new("夜间巡逻", "Night patrol"),
            kind: DutyKind::Patrol,
            route: RouteId(Uuid::from_u128(2)),
            team: TeamId(Uuid::from_u128(3)),
            each: Each::Anyone,
            from: date("2026-01-01"),
            until: None,
            days: days.to_vec(),
            times: vec![Slot { slot: "a".into(), start: start.parse().expect("a time"), minutes, grace: 15 }],
        }
    }

    fn shanghai() -> Zone {
        Zone::fixed("Asia/Shanghai", 8 * 3600)
    }

    fn at(day: &str, time: &str) -> Moment {
        shanghai().moment(date(day), time.parse().expect("a time"))
    }

    #[test]
    fn a_window_that_crosses_midnight_is_due_on_both_sides_as_one_round() {
        let plan = plan("23:30:00", 60, &[]);
        let before = due([&plan], &[], &shanghai(), at("2026-03-01", "23:40:00"), at("2026-03-01", "23:41:00"));
        let after = due([&plan], &[], &shanghai(), at("2026-03-02", "00:20:00"), at("2026-03-02", "00:21:00"));
        assert_eq!(before, after);
        assert_eq!(before.len(), 1);
        assert_eq!(before[0].occurrence.date, date("2026-03-01"));
    }

    #[test]
    fn a_weekly_plan_is_due_on_its_weekdays_only() {
        let plan = plan("08:00:00", 60, &[Weekday::Mon, Weekday::Thu]);
        let week = due([&plan], &[], &shanghai(), at("2026-03-02", "00:00:00"), at("2026-03-09", "00:00:00"));
        let days: Vec<_> = week.iter().map(|due| due.occurrence.date.weekday()).collect();
        assert_eq!(days, [Weekday::Mon, Weekday::Thu]);
    }

    #[test]
    fn a_new_version_changes_what_is_due_from_its_first_day_and_nothing_before() {
        let old = plan("08:00:00", 60, &[]);
        let new = Plan { version: 2, from: date("2026-03-05"), ..plan("09:00:00", 60, &[]) };
        let found = due([&old, &new], &[], &shanghai(), at("2026-03-03", "12:00:00"), at("2026-03-06", "23:00:00"));
        let seen: Vec<_> = found.iter().map(|due| (due.occurrence.date.day(), due.plan.version)).collect();
        assert_eq!(seen, [(4, 1), (5, 2), (6, 2)]);
        assert_eq!(found[1].occurrence.round(), Occurrence { version: 1, ..found[1].occurrence.clone() }.round());
    }

    #[test]
    fn everyone_has_a_round_of_their_own() {
        let plan = Plan { each: Each::Everyone, ..plan("08:00:00", 60, &[]) };
        let person = |n: u128, team: u128| Person {
            id: PersonId(Uuid::from_u128(n)),
            name: Words::new("王", "Wang"),
            roles: vec![crate::people::Role::Guard],
            teams: vec![TeamId(Uuid::from_u128(team))],
            left: None,
            revision: None,
        };
        let people = [person(10, 3), person(11, 3), person(12, 4)];
        let people: Vec<&Person> = people.iter().collect();
        let found = due([&plan], &people, &shanghai(), at("2026-03-03", "08:30:00"), at("2026-03-03", "08:31:00"));
        assert_eq!(found.len(), 2);
        assert_ne!(found[0].occurrence.round(), found[1].occurrence.round());
    }

    proptest! {
        #[test]
        fn asking_for_a_long_time_finds_what_asking_hour_by_hour_finds(
            start_minute in 0u32..1440, minutes in 1u32..1440, hours in 1i64..72,
        ) {
            let start = format!("{:02}:{:02}:00", start_minute / 60, start_minute % 60);
            let plan = plan(&start, minutes, &[]);
            let from = at("2026-03-03", "00:00:00");
            let hour = 60 * MINUTE;
            let rounds = |from, until| due([&plan], &[], &shanghai(), from, until).into_iter().map(|due| due.occurrence.round()).collect::<Vec<_>>();
            let mut pieces: Vec<_> = (0..hours).flat_map(|n| rounds(from.plus(n * hour), from.plus((n + 1) * hour))).collect();
            let mut whole = rounds(from, from.plus(hours * hour));
            pieces.sort();
            pieces.dedup();
            whole.sort();
            prop_assert_eq!(pieces, whole);
        }
    }
}
