//! What the server noticed about what it took, in words: beside a round, a visit, and as a list.

use domain::{
    ids::RoundId,
    refusal::Flag,
    results::{
        days::Days,
        held::{Held, OpenRemark},
    },
    time::{DAY, Moment},
    visits::Visit,
};
use leptos::prelude::*;

use super::{for_managers, name_of, place_of, reading_time, with_held};
use crate::{
    locales::{general, results as say, saving, time},
    store::{Store, use_store},
    ui,
};

const PATH: &str = "/results/remarks";
/// How many days the list reaches back, today included.
const DAYS: i64 = 30;
/// So many are listed: whoever has more to look at begins with these.
const LISTED_MOST: usize = 200;

pub fn page() -> AnyView {
    for_managers(|| view! { <Remarks/> }.into_any())
}

/// The way to the list.
pub fn link(store: Store) -> AnyView {
    let now = reading_time(store);
    (move || {
        let n = with_held(store, |held| held.remarks(last_days(held, now.get(), DAYS)).len());
        let words = if n > 0 { say::remarks(n) } else { say::remarks_title().to_owned() };
        way(n, words)
    })
    .into_any()
}

/// The way to the list from Today, where something of today is on it.
pub fn today(store: Store) -> AnyView {
    let now = reading_time(store);
    (move || {
        let n = with_held(store, |held| held.remarks(last_days(held, now.get(), 1)).len());
        (n > 0).then(|| way(n, say::remarks_today(n)))
    })
    .into_any()
}

fn way(n: usize, words: String) -> AnyView {
    let state = if n > 0 { "attention" } else { "good" };
    view! { <a class="row link" href=PATH>{ui::glyph(state)}<span class="grow">{words}</span>{ui::icon("next")}</a> }
        .into_any()
}

fn last_days(held: &Held<'_>, now: Moment, days: i64) -> Days {
    let zone = held.known.zone;
    Days { first: zone.local(now.plus(-(days - 1) * DAY)).date(), last: zone.local(now).date() }
}

#[component]
fn Remarks() -> impl IntoView {
    let store = use_store();
    let now = reading_time(store);
    let list = move || {
        with_held(store, |held| {
            let remarks = held.remarks(last_days(held, now.get(), DAYS));
            if remarks.is_empty() {
                return ui::empty(say::remarks_none(), say::remarks_none_next()).into_any();
            }
            let all = remarks.len();
            let rows: Vec<AnyView> =
                remarks.iter().take(LISTED_MOST).map(|open| told(held, open, now.get(), Where::Anywhere)).collect();
            view! {
                <p class="lead">{say::remarks_lead()}</p>
                <ul class="rows">{rows}</ul>
                {(all > LISTED_MOST).then(|| view! { <p class="note">{say::first_of(LISTED_MOST, all)}</p> })}
            }
            .into_any()
        })
    };
    view! { <ui::Page title=say::remarks_title() back="/results">{list}</ui::Page> }
}

/// What was noticed about a round, where anything was.
pub fn of_round(held: &Held<'_>, round: RoundId, now: Moment) -> Option<AnyView> {
    let remarks = held.remarks_of(round.into());
    let rows: Vec<AnyView> = remarks.iter().map(|open| told(held, open, now, Where::BesideIt)).collect();
    (!rows.is_empty())
        .then(|| view! { <section><h2>{say::remarks_title()}</h2><ul class="rows">{rows}</ul></section> }.into_any())
}

/// What was noticed about a visit, but for whose it is, which stands beside the name.
pub fn of_visit(held: &Held<'_>, visit: &Visit) -> Option<String> {
    let remarks = held.remarks_of(visit.round.into());
    let own = remarks.iter().filter(|open| {
        let remark = open.remark;
        remark.about == "visit.recorded"
            && (remark.checkpoint, remark.by, remark.at) == (Some(visit.checkpoint), visit.by, visit.at)
    });
    let flags: Vec<&str> = own
        .flat_map(|open| &open.flags)
        .filter(|flag| **flag != Flag::IdentityClaimed)
        .map(|flag| say::flag(*flag))
        .collect();
    (!flags.is_empty()).then(|| flags.join(general::between_names()))
}

/// Where a remark is told: whoever reads a round knows which one it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Where {
    Anywhere,
    BesideIt,
}

fn told(held: &Held<'_>, open: &OpenRemark<'_>, now: Moment, at: Where) -> AnyView {
    let remark = open.remark;
    let flags: Vec<&str> = open.flags.iter().map(|flag| say::flag(*flag)).collect();
    let place = remark.checkpoint.map(|checkpoint| place_of(held, checkpoint));
    let round = held.known.rounds.iter().find(|round| at == Where::Anywhere && remark.root == round.id.into());
    let round = round.map(|round| {
        view! { " · "<a href=format!("/results/{}", round.id)>{crate::locales::say(&round.name)}</a> }
    });
    view! {
        <li class="row">
            {ui::glyph("attention")}
            <span class="grow"><strong>{saving::kind(&remark.about)}{place.map(|place| [" · ", &place].concat())}</strong>
                <span class="note">{name_of(held, remark.by)}{round}</span>
                <span>{flags.join(general::between_names())}</span>
            </span>
            <span class="number">{time::absolute(remark.at.best, now, held.known.zone)}</span>
        </li>
    }
    .into_any()
}
