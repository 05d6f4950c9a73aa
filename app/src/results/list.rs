//! Results as tables: rounds, visits and areas under the same filters; the first line says whether today is in order.

use domain::{
    results::{
        days::Days,
        filter::Filter,
        held::Held,
        selection::{self, rounds},
    },
    rounds::Reports,
    time::{DAY, Moment},
};
use leptos::prelude::*;
use sync::messages::Profile;

use super::{
    areas,
    asked::{Asked, use_asked},
    file, filters,
    filters::{Fields, Filters},
    for_managers, missing_photos, reading_time, remarks, rounds as rounds_table, visits, with_held,
};
use crate::{
    accounts::session::in_own_session,
    device::files,
    locales::{self, general, results as say},
    online::{self, DeviceInfo},
    store::{Store, use_store},
    ui,
};

/// What the filtered results are shown as.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Table {
    Rounds,
    Visits,
    Areas,
}

impl Table {
    pub fn path(self) -> &'static str {
        match self {
            Table::Rounds => "/results",
            Table::Visits => "/results/visits",
            Table::Areas => "/results/areas",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Table::Rounds => say::rounds(),
            Table::Visits => say::visits(),
            Table::Areas => say::areas(),
        }
    }
}

pub fn page(table: Table) -> AnyView {
    for_managers(move || view! { <Results table/> }.into_any())
}

/// Up to when every tablet that could hold a round has reported, and the names of those that have not.
fn reports(devices: Option<&[DeviceInfo]>) -> (Reports, Vec<String>) {
    let Some(devices) = devices else { return (Reports::Unknown, vec![]) };
    let holding: Vec<&DeviceInfo> = devices.iter().filter(|device| device.retired.is_none()).collect();
    let sealed = holding.iter().map(|device| device.sealed.unwrap_or(Moment(0))).min();
    let late = holding.iter().filter(|device| device.profile == Profile::Shared && device.waiting > 0);
    (sealed.map_or(Reports::Unknown, Reports::SealedUntil), late.map(|device| device.name.clone()).collect())
}

/// Which tablets have reported is known with a network only; without it nothing is called missed.
fn use_reports() -> Memo<(Reports, Vec<String>)> {
    let devices = RwSignal::new(None::<Vec<DeviceInfo>>);
    leptos::task::spawn_local(async move {
        if let Ok(found) = in_own_session(online::devices()).await {
            devices.try_set(Some(found));
        }
    });
    Memo::new(move |_| devices.with(|devices| reports(devices.as_deref())))
}

#[component]
fn Results(table: Table) -> impl IntoView {
    let store = use_store();
    let (asked, now, reports) = (use_asked(), reading_time(store), use_reports());
    let path = table.path();
    let faults = Memo::new(move |_| {
        with_held(store, |held| asked.with(|asked| asked.filter(held, now.get()).err().unwrap_or_default()))
    });
    let tabs = move || {
        Vec::from([Table::Rounds, Table::Visits, Table::Areas].map(|other| {
            let href = asked.get().with("sort", "").with("show", "").url(other.path());
            view! { <a href=href aria-current=(other == table).then_some("page")>{other.name()}</a> }.into_any()
        }))
    };
    let shown = move || {
        let (asked, now) = (asked.get(), now.get());
        let (reports, late) = reports.get();
        with_held(store, |held| {
            let content = match asked.filter(held, now) {
                Err(_) => ui::empty(say::correct_filter(), say::correct_filter_next()).into_any(),
                Ok(filter) => match table {
                    Table::Rounds => rounds_table::table(held, &asked, &filter, now, reports, &late),
                    Table::Visits => visits::table(held, &asked, &filter, now),
                    Table::Areas => areas::tables(held, &asked, &filter, now),
                },
            };
            view! { {filters::chips(&asked, held, path)}{content} }.into_any()
        })
    };
    view! {
        <ui::Page title=general::results()>
            {move || headline_of(with_held(store, |held| to_look_at(held, now.get(), reports.get().0)))}
            <nav class="tabs" aria-label=general::results()>{tabs}</nav>
            <Filters asked faults path fields=Fields::All/>
            {shown}
            {remarks::link(store)}
            {missing_photos::link()}
            {(table != Table::Areas).then(|| view! {
                <button class="button quiet" disabled=move || faults.with(|faults| !faults.is_empty())
                    on:click=move |_| untrack(|| download(store, table, &asked.get(), reports.get().0))>{say::download()}</button>
            })}
        </ui::Page>
    }
}

/// How many of today's rounds want a look.
fn to_look_at(held: &Held<'_>, now: Moment, reports: Reports) -> usize {
    let today = Days::only(held.known.zone.local(now).date());
    rounds(held, &Filter::everything(today), now, reports).iter().filter(|line| line.wants_a_look()).count()
}

/// The answer to "is today in order?", as a link to what is not.
pub fn headline(store: Store) -> AnyView {
    let now = reading_time(store);
    (move || headline_of(with_held(store, |held| to_look_at(held, now.get(), Reports::Unknown)))).into_any()
}

fn headline_of(n: usize) -> AnyView {
    let state = if n == 0 { "good" } else { "overdue" };
    let words = if n == 0 { say::in_order().to_owned() } else { say::not_in_order(n) };
    let href = if n == 0 { "/results" } else { "/results?outcome=look" };
    view! { <a class="headline link" data-state=state href=href>{ui::glyph(state)}<span class="grow">{words}</span>{ui::icon("next")}</a> }.into_any()
}

/// Gives what the filters leave as a file, in the order in which it is shown.
fn download(store: Store, table: Table, asked: &Asked, reports: Reports) {
    let now = store.time();
    let community = store.community().map(|community| locales::say(&community.name)).unwrap_or_default();
    let made = with_held(store, |held| {
        let filter = asked.filter(held, now).ok()?;
        let text = match table {
            Table::Rounds => {
                let mut lines = rounds(held, &filter, now, reports);
                asked.order().rounds(held, &mut lines);
                file::of_rounds(held, &lines)
            }
            Table::Visits | Table::Areas => {
                let mut lines = selection::visits(held, &filter, now);
                asked.order().visits(held, &mut lines);
                file::of_visits(held, &lines)
            }
        };
        Some((domain::results::csv::file_name(&community, filter.days.first, filter.days.last, table.name()), text))
    });
    if let Some((name, text)) = made {
        files::save(&name, "text/csv;charset=utf-8", &text);
    }
}

/// The lines of a table that are shown, and a way to the rest.
pub fn part<T>(mut lines: Vec<T>, asked: &Asked, path: &str) -> (Vec<T>, Option<AnyView>) {
    let (most, all) = (asked.lines(), lines.len());
    if all <= most {
        return (lines, None);
    }
    lines.truncate(most);
    let href = asked.clone().with("show", (most + super::asked::LINES).to_string()).url(path);
    let more = view! { <p class="lead">{say::first_of(most, all)}" · "<a href=href data-noscroll="">{say::show_more()}</a></p> };
    (lines, Some(more.into_any()))
}

/// The first of the days that a page looks back on where none is asked for.
pub fn month_before(now: Moment, held: &Held<'_>) -> String {
    held.known.zone.local(now.plus(-29 * DAY)).date().to_string()
}
