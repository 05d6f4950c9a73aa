//! A month of events as a calendar; which month and day is in the address.

use chrono::{Datelike, Days, Months, NaiveDate};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::list::{Line, days};
use crate::{
    locales::{calendar, events as say},
    store::Store,
    ui,
};

/// The month in the address, or the one that it is; and the day that was chosen in it.
pub fn view(store: Store, lines: Memo<Vec<Line>>) -> impl IntoView {
    let query = use_location().query;
    let today = Memo::new(move |_| store.zone().local(store.time()).date());
    let first = Memo::new(move |_| {
        let asked = query.with(|query| query.get("month")).and_then(|month| format!("{month}-01").parse().ok());
        let first: NaiveDate = asked.unwrap_or(today.get());
        first.with_day(1).unwrap_or(first)
    });
    let chosen = Memo::new(move |_| {
        let day: NaiveDate = query.with(|query| query.get("day"))?.parse().ok()?;
        (day.with_day(1) == Some(first.get())).then_some(day)
    });
    let of_month = Memo::new(move |_| {
        let first = first.get();
        let is_in = |line: &&Line| line.day.with_day(1) == Some(first);
        lines.with(|lines| lines.iter().filter(is_in).cloned().collect::<Vec<Line>>())
    });
    let step = move |icon: &'static str, words: &'static str, to: fn(NaiveDate) -> Option<NaiveDate>| {
        let href = move || to(first.get()).map(|month| address(month, None));
        view! { <a class="month-step" href=href data-noscroll="" aria-label=words>{ui::icon(icon)}</a> }
    };
    view! {
        <section class="card month-card" aria-labelledby="month-title">
            <div class="month-head">
                {step("back", say::earlier_month(), |first| first.checked_sub_months(Months::new(1)))}
                <h2 id="month-title" aria-live="polite">{move || calendar::month(first.get())}</h2>
                {step("next", say::later_month(), |first| first.checked_add_months(Months::new(1)))}
            </div>
            {move || grid(first.get(), today.get(), chosen.get(), &of_month.get())}
        </section>
        {move || below(of_month.get(), first.get(), chosen.get(), today.get())}
    }
}

fn address(month: NaiveDate, day: Option<NaiveDate>) -> String {
    let month = format!("/events?view=month&month={:04}-{:02}", month.year(), month.month());
    day.map_or(month.clone(), |day| format!("{month}&day={day}"))
}

/// The events of the day that was chosen, or of the month.
fn below(lines: Vec<Line>, first: NaiveDate, chosen: Option<NaiveDate>, today: NaiveDate) -> AnyView {
    if lines.is_empty() {
        return ui::empty(say::nothing_this_month(), say::nothing_this_month_next()).into_any();
    }
    let shown = lines.into_iter().filter(|line| chosen.is_none_or(|day| line.day == day)).collect();
    view! {
        {days(shown, today)}
        {chosen.map(|_| view! { <a class="button quiet" href=address(first, None) data-noscroll="">{say::whole_month()}</a> })}
    }
    .into_any()
}

/// Weeks from Monday. A day with events leads to them.
fn grid(first: NaiveDate, today: NaiveDate, chosen: Option<NaiveDate>, lines: &[Line]) -> AnyView {
    let monday = first - Days::new(u64::from(first.weekday().num_days_from_monday()));
    let head = (0..7).map(|n| view! { <th scope="col">{calendar::weekday((monday + Days::new(n)).weekday())}</th> });
    let weeks = (0..6).map(|week| monday + Days::new(7 * week));
    let weeks = weeks.filter(|start| *start <= first || start.month() == first.month());
    let rows = weeks.map(|start| {
        let cells = (0..7).map(|n| {
            let day = start + Days::new(n);
            let is_other = day.month() != first.month();
            if is_other { view! { <td></td> }.into_any() } else { cell(day, today, chosen, first, lines) }
        });
        view! { <tr>{cells.collect_view()}</tr> }
    });
    view! {
        <table class="month">
            <caption class="unseen">{calendar::month(first)}</caption>
            <thead><tr>{head.collect_view()}</tr></thead>
            <tbody>{rows.collect_view()}</tbody>
        </table>
    }
    .into_any()
}

fn cell(day: NaiveDate, today: NaiveDate, chosen: Option<NaiveDate>, first: NaiveDate, lines: &[Line]) -> AnyView {
    let here: Vec<&Line> = lines.iter().filter(|line| line.day == day).collect();
    let current = (day == today).then_some("date");
    if here.is_empty() {
        return view! { <td aria-current=current><span class="day">{day.day()}</span></td> }.into_any();
    }
    // A full dot where the household takes part, a ring where it does not.
    let mark = |line: &&Line| line.standing.as_ref().map_or("open", |standing| standing.state);
    let dots: Vec<_> = here.iter().map(|line| view! { <span class="glyph" data-state=mark(line)></span> }).collect();
    let titles: Vec<_> =
        here.iter().map(|line| view! { <span class="day-event">{line.title.clone()}</span> }).collect();
    let words = say::events_on_day(&calendar::day(day, today), here.len());
    view! {
        <td aria-current=current>
            <a class="day" href=address(first, Some(day)) data-noscroll="" aria-current=(chosen == Some(day)).then_some("true")>
                <span aria-hidden="true">{day.day()}</span>
                <span class="unseen">{words}</span>
                <span class="day-dots" aria-hidden="true">{dots}</span>
                <span class="day-events" aria-hidden="true">{titles}</span>
            </a>
        </td>
    }
    .into_any()
}
