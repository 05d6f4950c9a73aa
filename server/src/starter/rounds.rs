//! `rounds.toml`: the routes, and the plans of when they are walked.

use domain::{
    changes::Request,
    ids::{ChecklistId, CheckpointId, PlanId, RouteId, TeamId},
    plans::{Plan, Slot},
    routes::{Route, Stop},
};

use super::{
    reading::Noun,
    source::{Table, Value},
    values::{date, days, id_of, name, new_key, time, variant, version, whole},
};

const DAY_MINUTES: u32 = 24 * 60;

#[derive(Default)]
pub struct Rounds {
    pub routes: Vec<(String, Request)>,
    pub plans: Vec<(String, Request)>,
}

pub fn read(file: &mut Table<'_>) -> Rounds {
    Rounds { routes: file.tables("route", route), plans: file.tables("plan", plan) }
}

fn route(table: &mut Table<'_>) -> Option<(String, Request)> {
    let key = table.need("key", new_key(Noun::Route));
    let name = table.need("name", name);
    let order = table.need("order", variant);
    let stops = table.need("stop", |value| value.tables(stop));
    let key = key?;
    let id = RouteId::keyed(table.spot.reading().community, &key);
    Some((format!("route/{key}"), Request::PutRoute(Route { id, name: name?, order: order?, stops: stops? })))
}

fn stop(table: &mut Table<'_>) -> Option<Stop> {
    let checkpoint = table.need("checkpoint", checkpoint);
    let checklist = table.need("checklist", id_of(Noun::Checklist, ChecklistId::keyed));
    Some(Stop { checkpoint: checkpoint?, checklist: checklist? })
}

/// A checkpoint comes once in a route.
fn checkpoint(value: Value<'_>) -> Option<CheckpointId> {
    let (spot, key) = value.text()?;
    spot.gives(Noun::Stop, &key);
    spot.names(Noun::Checkpoint, &key);
    Some(CheckpointId::keyed(spot.reading().community, &key))
}

fn plan(table: &mut Table<'_>) -> Option<(String, Request)> {
    let key = table.need("key", new_key(Noun::Plan));
    let version = table.may("version", version).unwrap_or(1);
    let name = table.need("name", name);
    let route = table.need("route", id_of(Noun::Route, RouteId::keyed));
    let kind = table.need("kind", variant);
    let team = table.need("team", id_of(Noun::Team, TeamId::keyed));
    let each = table.need("each", variant);
    let from = table.need("from", date);
    let days = table.need("days", days);
    let times = table.need("time", |value| value.tables(slot));
    let key = key?;
    let plan = Plan {
        id: PlanId::keyed(table.spot.reading().community, &key),
        version,
        name: name?,
        kind: kind?,
        route: route?,
        team: team?,
        each: each?,
        from: from?,
        until: None,
        days: days?,
        times: times?,
    };
    Some((format!("plan/{key}"), Request::PutPlan(plan)))
}

fn slot(table: &mut Table<'_>) -> Option<Slot> {
    let slot = table.need("slot", new_key(Noun::Slot));
    let start = table.need("start", time);
    let minutes = table.need("minutes", whole(1..=DAY_MINUTES));
    let grace = table.need("grace", whole(0..=DAY_MINUTES));
    Some(Slot { slot: slot?, start: start?, minutes: minutes?, grace: grace? })
}
