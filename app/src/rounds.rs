//! Walking a round: its stops, its start and its end.

pub mod finish;
pub mod unplanned;
pub mod walk;

use domain::{
    agenda::Duty,
    changes::{Deed, Fact, RoundStarted},
    ids::RoundId,
    records::Body,
    rounds::{Occasion, Round},
    routes::{Route, Stop, StopOrder},
    time::{MINUTE, Moment, Zone},
};
use leptos::prelude::{Get, With};
use sync::device::world::World;

use crate::store::Store;

/// A round as it is shown before and after its start.
pub struct Shown {
    pub name: domain::text::Words,
    pub kind: domain::checklists::DutyKind,
    pub window: Option<domain::plans::Window>,
    pub order: StopOrder,
    pub stops: Vec<Stop>,
    /// Its record, once somebody has started it.
    pub record: Option<Round>,
    /// What starting it says.
    pub start: Option<RoundStarted>,
    pub team: Option<domain::ids::TeamId>,
}

/// The round with this id: one that was started, or one that is due around now.
pub fn shown(world: &World, id: RoundId, zone: &Zone, now: Moment) -> Option<Shown> {
    if let Some(Body::Round(round)) = world.get(id.into()) {
        return Some(Shown {
            name: round.name.clone(),
            kind: round.kind,
            window: round.window,
            order: round.order,
            stops: round.stops.clone(),
            record: Some(round.clone()),
            start: start_again(world, round),
            team: round.team,
        });
    }
    let day = 36 * 60 * MINUTE;
    let known = crate::today::known(world, zone);
    let duties = known.duties(now.plus(-day), now.plus(day), now, domain::rounds::Reports::Unknown);
    duties.iter().find(|duty| duty.round == id).and_then(|duty| shown_due(world, duty))
}

fn shown_due(world: &World, duty: &Duty<'_>) -> Option<Shown> {
    let (plan, occurrence) = duty.planned.as_ref()?;
    let Some(Body::Route(route)) = world.get(plan.route.into()) else { return None };
    Some(Shown {
        name: plan.name.clone(),
        kind: plan.kind,
        window: duty.window,
        order: route.order,
        stops: route.stops.clone(),
        record: None,
        start: Some(RoundStarted {
            round: None,
            occasion: Occasion::Planned(occurrence.clone()),
            route: route.id,
            stops: route.stops.clone(),
        }),
        team: Some(plan.team),
    })
}

/// A second walker joins with the same words that the first one began with.
fn start_again(world: &World, round: &Round) -> Option<RoundStarted> {
    let route = match &round.occasion {
        Occasion::Planned(occurrence) => {
            match world.get(domain::plans::Plan::record_id(occurrence.plan, occurrence.version)) {
                Some(Body::Plan(plan)) => plan.route,
                _ => return None,
            }
        }
        Occasion::Unplanned { route, .. } => *route,
    };
    Some(RoundStarted { round: Some(round.id), occasion: round.occasion.clone(), route, stops: round.stops.clone() })
}

pub fn started(start: RoundStarted) -> Vec<Deed> {
    vec![Deed::Fact(Fact::RoundStarted(start))]
}

/// Whether the person at the device is in the middle of a round.
pub fn is_walking(store: Store) -> bool {
    let Some(present) = store.present.get() else { return false };
    let now = store.time();
    store.world.with(|world| {
        world.all().any(|body| matches!(body, Body::Round(round) if round.is_walked_by(present.person, now)))
    })
}

pub fn routes(world: &World) -> Vec<&Route> {
    let mut routes: Vec<&Route> = world
        .all()
        .filter_map(|body| match body {
            Body::Route(route) => Some(route),
            _ => None,
        })
        .collect();
    routes.sort_by_key(|route| crate::locales::say(&route.name));
    routes
}
