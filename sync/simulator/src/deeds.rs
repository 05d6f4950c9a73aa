//! What people do: rounds, visits, findings, requests that are refused, plans and colleagues that change.

use chrono::Days;
use domain::{
    areas::{Area, AreaKind},
    changes::{Deed, Fact, FindingCorrected, Request, RoundFinished, RoundStarted, VisitRecorded},
    checklists::{Answer, AnswerValue, Checklist, DutyKind},
    findings::{Finding, FindingRaised, Source},
    ids::{AreaId, FindingId, PersonId, RoundId, TeamId, VisitId},
    people::{Person, Role, Team},
    photos::Photo,
    plans::{Each, Occurrence, Plan},
    records::Body,
    rounds::{Occasion, Round},
    routes::Route,
    time::Moment,
    visits::{self, Proof, Visit},
};
use sync::device::world::World;

use crate::{
    chance::Chance,
    community::{PEOPLE, checklist_version, person, plan_version, team, words, zone},
    neighbours,
};

/// What somebody at a tablet does next, out of what the tablet shows.
pub struct Idea<'a> {
    pub chance: &'a Chance,
    pub world: &'a World,
    pub who: PersonId,
    pub now: Moment,
    /// Whether people's rights may change in this run.
    pub rights: bool,
}

impl Idea<'_> {
    pub fn deeds(&self, photos: Vec<Photo>) -> Vec<Deed> {
        let me = self.all(|body| match body {
            Body::Person(person) if person.id == self.who => Some(person),
            _ => None,
        });
        let is_manager = me.first().is_some_and(|me| me.roles.contains(&Role::Manager));
        if let Some(home) = neighbours::home_of(self.who) {
            return vec![neighbours::wish(self.chance, self.world, home)];
        }
        if is_manager && self.chance.percent(60) {
            return vec![Deed::Request(self.management())];
        }
        if !photos.is_empty() {
            return vec![self.finding(photos)];
        }
        match self.chance.below(100) {
            0..20 => vec![self.start()],
            20..60 => self.visit().unwrap_or_else(|| vec![self.start()]),
            60..70 => vec![self.finish().unwrap_or_else(|| self.start())],
            70..80 => vec![self.finding(vec![])],
            80..86 => vec![self.mended().unwrap_or_else(|| self.finding(vec![]))],
            86..93 => self.correction().unwrap_or_else(|| vec![self.finding(vec![])]),
            // Nobody but a manager may.
            _ => vec![Deed::Request(self.management())],
        }
    }

    fn all<'w, T>(&'w self, choose: impl Fn(&'w Body) -> Option<T>) -> Vec<T> {
        self.world.all().filter_map(choose).collect()
    }

    fn plans(&self) -> Vec<&Plan> {
        self.all(|body| match body {
            Body::Plan(plan) => Some(plan),
            _ => None,
        })
    }

    fn open_rounds(&self) -> Vec<&Round> {
        self.all(|body| match body {
            Body::Round(round) if round.finished.is_none() => Some(round),
            _ => None,
        })
    }

    fn start(&self) -> Deed {
        let routes: Vec<&Route> = self.all(|body| match body {
            Body::Route(route) => Some(route),
            _ => None,
        });
        let plans = self.plans();
        let planned = self.chance.pick(&plans).and_then(|plan| {
            let slot = plan.times.iter().rev().find(|slot| {
                let window = Plan::window(slot, plan.from, &zone());
                window.start <= self.now.plus(120_000)
            })?;
            let person = (plan.each == Each::Everyone).then_some(self.who);
            let occurrence =
                Occurrence { plan: plan.id, version: plan.version, date: plan.from, slot: slot.slot.clone(), person };
            let route = routes.iter().find(|route| route.id == plan.route)?;
            let stops = route.stops.clone();
            Some(RoundStarted { round: None, occasion: Occasion::Planned(occurrence), route: route.id, stops })
        });
        let started = planned.filter(|_| self.chance.percent(75)).unwrap_or_else(|| {
            let route = self.chance.pick(&routes);
            let id = route.map_or(domain::ids::RouteId(uuid::Uuid::from_u128(31)), |route| route.id);
            RoundStarted {
                round: Some(RoundId(self.chance.uuid())),
                occasion: Occasion::Unplanned { route: id, duty: DutyKind::Patrol },
                route: id,
                stops: route.map(|route| route.stops.clone()).unwrap_or_default(),
            }
        });
        Deed::Fact(Fact::RoundStarted(started))
    }

    fn checklist(&self) -> Option<&Checklist> {
        let all = self.all(|body| match body {
            Body::Checklist(checklist) => Some(checklist),
            _ => None,
        });
        all.into_iter().max_by_key(|checklist| checklist.version)
    }

    fn answers(&self) -> Vec<Answer> {
        let door = match self.chance.below(3) {
            0 => Answer { note: "broken".into(), ..Answer::new("door", AnswerValue::Failed) },
            1 => Answer::new("door", AnswerValue::NotApplicable),
            _ => Answer::new("door", AnswerValue::Passed),
        };
        let pressure = Answer::new("pressure", AnswerValue::Reading(self.chance.between(0, 12).into()));
        let mut answers = vec![door, pressure];
        if self.chance.percent(50) {
            let key = if self.chance.percent(50) { "on" } else { "off" };
            answers.push(Answer::new("light", AnswerValue::Chosen(key.into())));
        }
        answers
    }

    fn visit(&self) -> Option<Vec<Deed>> {
        let rounds = self.open_rounds();
        let round = self.chance.pick(&rounds)?;
        let stop = self.chance.pick(&round.stops)?;
        let checklist = self.checklist()?;
        let visit = VisitRecorded {
            visit: VisitId(self.chance.uuid()),
            round: round.id,
            checkpoint: stop.checkpoint,
            proof: Proof::ByHand { reason: "no tag".into() },
            checklist: checklist.id,
            version: checklist.version,
            answers: self.answers(),
            note: String::new(),
        };
        Some(visits::bundle(visit, checklist))
    }

    fn finish(&self) -> Option<Deed> {
        let rounds = self.open_rounds();
        let round = self.chance.pick(&rounds)?;
        Some(Deed::Fact(Fact::RoundFinished(RoundFinished { round: round.id, note: String::new() })))
    }

    fn finding(&self, photos: Vec<Photo>) -> Deed {
        let rounds = self.open_rounds();
        let round = if self.chance.percent(50) { self.chance.pick(&rounds).map(|round| round.id) } else { None };
        Deed::Fact(Fact::FindingRaised(FindingRaised {
            finding: FindingId(self.chance.uuid()),
            checkpoint: domain::ids::CheckpointId(uuid::Uuid::from_u128(60)),
            source: Source::Reported { round },
            what: None,
            note: "lamp".into(),
            photos,
            danger: round.is_some(),
        }))
    }

    fn mended(&self) -> Option<Deed> {
        let open: Vec<&Finding> = self.all(|body| match body {
            Body::Finding(finding) if finding.is_open() => Some(finding),
            _ => None,
        });
        let finding = self.chance.pick(&open)?.id;
        Some(Deed::Fact(Fact::FindingCorrected(FindingCorrected { finding, comment: "mended".into(), photos: vec![] })))
    }

    fn correction(&self) -> Option<Vec<Deed>> {
        let seen: Vec<&Visit> = self.all(|body| match body {
            Body::Visit(visit) => Some(visit),
            _ => None,
        });
        let visit = self.chance.pick(&seen)?;
        let deeds = visits::correct(visit, self.answers(), "typed wrongly".into(), self.checklist()?);
        Some(deeds).filter(|deeds| !deeds.is_empty())
    }

    fn management(&self) -> Request {
        if self.chance.percent(25) {
            return neighbours::plan(self.chance, self.world, self.now);
        }
        match self.chance.below(if self.rights { 12 } else { 6 }) {
            0 => {
                let name = if self.chance.percent(20) { words("") } else { words("yard") };
                Request::PutArea(Area { id: AreaId(self.chance.uuid()), name, inside: None, kind: AreaKind::Garden })
            }
            1 => {
                let version = self.checklist().map_or(1, |checklist| checklist.version + 1);
                Request::PutChecklist(checklist_version(version))
            }
            2..6 => {
                let n = self.chance.between(1, 2) as u128;
                let plans = self.plans();
                let of = |plan: &&&Plan| plan.id.0.as_u128() == 40 + n;
                let version = plans.iter().filter(of).map(|plan| plan.version).max().unwrap_or(0) + 1;
                Request::PutPlan(plan_version(n, version, self.chance.between(0, 2)))
            }
            6 => Request::PutTeam(Team {
                id: team(self.chance.between(1, 5) as u128),
                name: words("team"),
                contractor: self.chance.percent(40).then(|| words("company")),
            }),
            _ => Request::PutPerson(self.colleague()),
        }
    }

    /// Somebody comes, leaves, comes back, changes teams or roles. The first manager stays.
    fn colleague(&self) -> Person {
        let id = person(self.chance.between(1, PEOPLE as i64 + 1) as u128);
        let known = self.all(|body| match body {
            Body::Person(person) if person.id == id => Some(person.clone()),
            _ => None,
        });
        let mut it = known.into_iter().next().unwrap_or(Person {
            id,
            name: words("somebody new"),
            roles: vec![Role::Guard],
            teams: vec![team(1)],
            left: None,
            revision: None,
        });
        match self.chance.below(5) {
            0 => it.left = Some(self.now.utc().date_naive() - Days::new(1)),
            1 => it.left = None,
            2 => it.teams = vec![TeamId(team(self.chance.between(1, 3) as u128).0)],
            3 => it.roles = vec![Role::Resident],
            _ => {
                let roles = [Role::Guard, Role::Cleaner, Role::Manager, Role::Supervisor];
                it.roles = self.chance.pick(&roles).copied().into_iter().collect();
            }
        }
        it
    }
}
