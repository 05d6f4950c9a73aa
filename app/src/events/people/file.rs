//! The list as a table for spreadsheets: one line for each sign-up, in the order of the page.

use domain::{
    events::EventKey,
    results::csv::{self, Cell},
    sign_ups::{SignUp, Tally},
};
use leptos::prelude::*;

use super::{answers::answered, in_order};
use crate::{
    device::files,
    events::{door::Held, tally},
    locales::{self, planning as say},
    store::Store,
};

/// Gives the whole list as a file.
pub fn download(store: Store, of: EventKey) {
    let zone = untrack(|| store.zone());
    let made = store.world.with_untracked(|world| {
        let held = Held::of(world, of)?;
        let tally = tally(world, of.event);
        let details = &held.event.details;
        let asked: Vec<String> = details.questions.iter().map(|question| locales::say(&question.ask)).collect();
        let mut headings = vec![
            say::csv_flat(),
            say::csv_names(),
            say::csv_persons(),
            say::csv_standing(),
            say::csv_place(),
            say::csv_number(),
            say::csv_at(),
            say::csv_came(),
        ];
        headings.extend(asked.iter().map(String::as_str));
        let row = |it: &SignUp| {
            let mut row = row(&held, tally, it);
            row.insert(6, Cell::Words(zone.written(it.at)));
            row
        };
        let rows: Vec<Vec<Cell>> = in_order(&held, tally).into_iter().map(row).collect();
        let day = zone.local(details.starts).date();
        Some((csv::file_name(&locales::say(&details.title), day, day, say::people()), csv::file(&headings, &rows)))
    });
    if let Some((name, text)) = made {
        files::save(&name, "text/csv;charset=utf-8", &text);
    }
}

fn row(held: &Held, tally: Option<&Tally>, it: &SignUp) -> Vec<Cell> {
    let count = |n: u32| Cell::Count(n as usize);
    let place = tally.and_then(|tally| tally.place(it.number)).map_or(Cell::Nothing, Cell::Count);
    let answer =
        |question: &domain::events::Question| answered(question, &it.answers).map_or(Cell::Nothing, Cell::Words);
    let mut row = vec![
        Cell::Words(held.flat(it.household)),
        Cell::Words(held.names(it.household)),
        count(it.party.persons),
        Cell::Words(say::standing(it.standing).to_owned()),
        place,
        count(it.number),
        count(held.came(it.household)),
    ];
    row.extend(held.event.details.questions.iter().map(answer));
    row
}
