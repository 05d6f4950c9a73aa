//! Rounds of some days, with filters in the URL; the first line says whether today is in order.

use chrono::{Days, NaiveDate, NaiveTime};
use domain::{
    agenda::Duty,
    checklists::DutyKind,
    ids::PersonId,
    permissions::{Act, may},
    rounds::{Reports, Standing},
    time::{DAY, Moment},
};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use sync::{device::world::World, messages::Profile};

use super::person_name;
use crate::{
    locales::{self, general, results as say, rounds as say_rounds, time},
    online::{self, DeviceInfo},
    rounds::walk::failed_items,
    shell::go,
    store::{Store, use_store},
    today::{known, visited, visits_of},
    ui,
};

pub fn page() -> AnyView {
    let store = use_store();
    let is_allowed = Memo::new(move |_| store.me().is_some_and(|me| may(&me.roles, Act::SeeResults)));
    (move || {
        if is_allowed.get() {
            view! { <Results/> }.into_any()
        } else {
            view! { <ui::Page title=general::results()>{ui::empty(general::no_rights(), general::no_rights_next())}</ui::Page> }.into_any()
        }
    })
    .into_any()
}

/// The filters, as the URL has them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Filters {
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    kind: Option<DutyKind>,
    person: Option<PersonId>,
    outcome: String,
}

impl Filters {
    fn of(get: impl Fn(&str) -> Option<String>) -> Self {
        let kind = get("kind").and_then(|kind| serde_json::from_str(&format!("\"{kind}\"")).ok());
        Self {
            from: get("from").and_then(|date| date.parse().ok()),
            to: get("to").and_then(|date| date.parse().ok()),
            kind,
            person: get("person").and_then(|person| person.parse().ok()),
            outcome: get("outcome")
                .filter(|outcome| ["failed", "open", "done"].contains(&outcome.as_str()))
                .unwrap_or_default(),
        }
    }

    fn url(&self) -> String {
        let kind = self.kind.and_then(|kind| serde_json::to_string(&kind).ok()).map(|kind| kind.replace('"', ""));
        let parts = [
            ("from", self.from.map(|date| date.to_string())),
            ("to", self.to.map(|date| date.to_string())),
            ("kind", kind),
            ("person", self.person.map(|person| person.to_string())),
            ("outcome", (!self.outcome.is_empty()).then(|| self.outcome.clone())),
        ];
        let query: Vec<String> =
            parts.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value?))).collect();
        if query.is_empty() { "/results".into() } else { format!("/results?{}", query.join("&")) }
    }
}

/// A line of the table.
struct Line {
    href: Option<String>,
    name: String,
    kind: DutyKind,
    begins: Moment,
    who: Vec<PersonId>,
    done: usize,
    stops: usize,
    failed: usize,
    standing: Standing,
    wants_a_look: bool,
}

fn line(duty: &Duty<'_>, world: &World) -> Line {
    let failed = visits_of(world, duty.round).map(|visit| failed_items(world, visit)).sum();
    let stops = match (duty.record, &duty.planned) {
        (Some(round), _) => round.stops.len(),
        (None, Some((plan, _))) => match world.get(plan.route.into()) {
            Some(domain::records::Body::Route(route)) => route.stops.len(),
            _ => 0,
        },
        (None, None) => 0,
    };
    let done = duty.record.map_or(0, |round| visited(world, round));
    Line {
        href: duty.record.map(|round| format!("/results/{}", round.id)),
        name: locales::say(duty.name),
        kind: duty.kind,
        begins: duty.begins(),
        who: duty.record.map(|round| round.walkers.iter().map(|walker| walker.person).collect()).unwrap_or_default(),
        done,
        stops,
        failed,
        standing: duty.standing,
        wants_a_look: duty.wants_a_look(failed, stops.saturating_sub(done)),
    }
}

/// Up to when every tablet that could hold a round has reported, and the names of those that have not.
fn reports(devices: Option<&[DeviceInfo]>) -> (Reports, Vec<String>) {
    let Some(devices) = devices else { return (Reports::Unknown, vec![]) };
    let holding: Vec<&DeviceInfo> = devices.iter().filter(|device| device.retired.is_none()).collect();
    let sealed = holding.iter().map(|device| device.sealed.unwrap_or(Moment(0))).min();
    let late = holding.iter().filter(|device| device.profile == Profile::Shared && device.waiting > 0);
    (sealed.map_or(Reports::Unknown, Reports::SealedUntil), late.map(|device| device.name.clone()).collect())
}

#[component]
fn Results() -> impl IntoView {
    let store = use_store();
    let query = use_location().query;
    let filters = Memo::new(move |_| query.with(|query| Filters::of(|name| query.get(name))));
    let devices = RwSignal::new(None::<Vec<DeviceInfo>>);
    // Which tablets have reported is known with a network only; without it nothing is called missed.
    leptos::task::spawn_local(async move {
        if let Ok(found) = online::devices().await {
            devices.try_set(Some(found));
        }
    });
    let lines = Memo::new_with_compare(move |_| collect(store, &filters.get(), devices.get().as_deref()), |_, _| true);
    view! {
        <ui::Page title=general::results()>
            {move || lines.with(|(today, _)| {
                let n = *today;
                let state = if n == 0 { "good" } else { "overdue" };
                let words = if n == 0 { say::in_order().to_owned() } else { say::not_in_order(n) };
                view! { <p class="headline" data-state=state>{ui::glyph(state)}<span>{words}</span></p> }
            })}
            <FilterForm filters/>
            {move || {
                let zone = store.zone();
                let now = store.time();
                let late = reports(devices.get().as_deref()).1;
                lines.with(|(_, lines)| table(store, lines, &zone, now, late))
            }}
        </ui::Page>
    }
}

/// How many of today's rounds want a look, and the lines that the filters leave.
fn collect(store: Store, filters: &Filters, devices: Option<&[DeviceInfo]>) -> (usize, Vec<Line>) {
    let (zone, now) = (store.zone(), store.time());
    let today = zone.local(now).date();
    let start = |date: NaiveDate| zone.moment(date, NaiveTime::MIN);
    let from = filters.from.unwrap_or(today);
    let to = filters.to.unwrap_or(today).max(from);
    // More than a quarter of a year is not kept on the device.
    let until = start(to + Days::new(1)).min(start(from).plus(92 * DAY));
    let (reports, _) = reports(devices);
    store.world.with(|world| {
        let known = known(world, &zone);
        let lines = |from, until| {
            known.duties(from, until, now, reports).iter().map(|duty| line(duty, world)).collect::<Vec<_>>()
        };
        let of_today = lines(start(today), start(today + Days::new(1)));
        let wanted = of_today.iter().filter(|line| line.wants_a_look).count();
        let mut found: Vec<Line> = lines(start(from), until)
            .into_iter()
            // What is still ahead has no result yet.
            .filter(|line| line.standing != Standing::Ahead)
            .filter(|line| filters.kind.is_none_or(|kind| line.kind == kind))
            .filter(|line| filters.person.is_none_or(|person| line.who.contains(&person)))
            .filter(|line| match filters.outcome.as_str() {
                "failed" => line.failed > 0,
                "open" => line.standing != Standing::Finished,
                "done" => line.standing == Standing::Finished,
                _ => true,
            })
            .collect();
        // What is not in order first, then the newest.
        found.sort_by_key(|line| (!line.wants_a_look, std::cmp::Reverse(line.begins)));
        (wanted, found)
    })
}

/// The answer to "is today in order?", as a link to what is not.
pub fn headline(store: Store) -> AnyView {
    let (n, _) = collect(store, &Filters::default(), None);
    let state = if n == 0 { "good" } else { "overdue" };
    let words = if n == 0 { say::in_order().to_owned() } else { say::not_in_order(n) };
    view! { <a class="headline link" data-state=state href="/results">{ui::glyph(state)}<span class="grow">{words}</span>{ui::icon("next")}</a> }.into_any()
}

fn table(store: Store, lines: &[Line], zone: &domain::time::Zone, now: Moment, late: Vec<String>) -> AnyView {
    if lines.is_empty() {
        return ui::empty(say::none(), say::none_next()).into_any();
    }
    let (done, all) = lines.iter().fold((0, 0), |(done, all), line| (done + line.done, all + line.stops));
    let rows: Vec<_> = lines
        .iter()
        .map(|line| {
            let who = store.world.with_untracked(|world| {
                line.who
                    .iter()
                    .map(|person| person_name(world, *person))
                    .collect::<Vec<_>>()
                    .join(general::between_names())
            });
            let state = ui::standing_state(line.standing);
            let failed_state = if line.failed > 0 { "failed" } else { "" };
            let name = match &line.href {
                Some(href) => view! { <a href=href.clone()>{line.name.clone()}</a> }.into_any(),
                None => view! { <span>{line.name.clone()}</span> }.into_any(),
            };
            view! {
                <tr data-state=state>
                    <th scope="row">{name}<span class="note">{say_rounds::duty(line.kind)}</span></th>
                    <td class="number" data-label=say::when()>{time::absolute(line.begins, now, zone)}</td>
                    <td data-label=say::who()>{if who.is_empty() { "—".to_owned() } else { who }}</td>
                    <td class="number" data-label=say::visits()>{say_rounds::progress(line.done, line.stops)}</td>
                    <td class="number" data-label=say::failed() data-state=failed_state>{line.failed}</td>
                    <td data-label=say::state()>{ui::glyph(state)}" "{say_rounds::standing(line.standing)}</td>
                </tr>
            }
        })
        .collect();
    view! {
        <p class="lead">{say::total(lines.len())}" · "{say::total_visits(done, all)}
            {(!late.is_empty()).then(|| view! { " · "{say::missing_reports(&late.join(general::between_names()))} })}</p>
        <table class="results">
            <thead><tr><th scope="col">{say::round()}</th><th scope="col">{say::when()}</th><th scope="col">{say::who()}</th><th scope="col">{say::visits()}</th><th scope="col">{say::failed()}</th><th scope="col">{say::state()}</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

#[component]
fn FilterForm(filters: Memo<Filters>) -> impl IntoView {
    let store = use_store();
    let go = go();
    let change = move |change: &dyn Fn(&mut Filters)| {
        let mut wanted = filters.get_untracked();
        change(&mut wanted);
        go(&wanted.url());
    };
    let date = |text: String| text.parse::<NaiveDate>().ok();
    let today = move || store.zone().local(store.time()).date();
    let people = store.world.with_untracked(|world| {
        let zone = store.zone();
        let mut people: Vec<_> = known(world, &zone)
            .people
            .iter()
            .filter(|p| p.works_here())
            .map(|p| (p.id, locales::say(&p.name)))
            .collect();
        people.sort_by(|a, b| a.1.cmp(&b.1));
        people
    });
    let (a, b, c, d, e) = (change.clone(), change.clone(), change.clone(), change.clone(), change.clone());
    view! {
        <form class="filters" on:submit=|event| event.prevent_default()>
            <label>{say::from()}<input type="date" prop:value=move || filters.get().from.unwrap_or_else(today).to_string()
                on:change=move |event| { let from = date(event_target_value(&event)); a(&|filters| filters.from = from); }/></label>
            <label>{say::to()}<input type="date" prop:value=move || { let filters = filters.get(); filters.to.or(filters.from).unwrap_or_else(today).to_string() }
                on:change=move |event| { let to = date(event_target_value(&event)); b(&|filters| filters.to = to); }/></label>
            <label>{say::kind()}<select on:change=move |event| { let kind = serde_json::from_str(&format!("\"{}\"", event_target_value(&event))).ok(); c(&|filters| filters.kind = kind); }>
                <option value="" selected=move || filters.get().kind.is_none()>{say::any()}</option>
                {DutyKind::ALL.into_iter().map(|kind| {
                    let value = serde_json::to_string(&kind).unwrap_or_default().replace('"', "");
                    view! { <option value=value selected=move || filters.get().kind == Some(kind)>{say_rounds::duty(kind)}</option> }
                }).collect_view()}
            </select></label>
            <label>{say::person()}<select on:change=move |event| { let person = event_target_value(&event).parse().ok(); d(&|filters| filters.person = person); }>
                <option value="" selected=move || filters.get().person.is_none()>{say::any()}</option>
                {people.into_iter().map(|(id, name)| view! { <option value=id.to_string() selected=move || filters.get().person == Some(id)>{name}</option> }).collect_view()}
            </select></label>
            <label>{say::outcome()}<select on:change=move |event| { let outcome = event_target_value(&event); e(&|filters| filters.outcome = outcome.clone()); }>
                {[("", say::any()), ("failed", say::with_failures()), ("open", say::not_done()), ("done", say::done())].map(|(value, words)| {
                    view! { <option value=value selected=move || filters.get().outcome == value>{words}</option> }
                }).into_iter().collect_view()}
            </select></label>
            <a class="button quiet" href="/results">{say::clear()}</a>
        </form>
    }
}
