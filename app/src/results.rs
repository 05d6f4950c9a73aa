//! Results for managers: which rounds were walked, by whom, and what they found.

pub mod areas;
pub mod asked;
pub mod chart;
pub mod checkpoint;
pub mod file;
pub mod filters;
pub mod list;
pub mod missing_photos;
pub mod remarks;
pub mod rounds;
pub mod story;
pub mod visits;

use domain::{
    checklists::{AnswerKind, AnswerValue, Item},
    ids::{CheckpointId, PersonId},
    permissions::{Act, may},
    results::held::Held,
    time::{MINUTE, Moment},
};
use leptos::prelude::*;

use crate::{
    locales::{self, checklists as say_checklists, general},
    store::{Store, use_store},
    ui,
};

fn name_of(held: &Held<'_>, person: PersonId) -> String {
    held.person(person).map_or_else(|| "—".to_owned(), |person| locales::say(&person.name))
}

fn place_of(held: &Held<'_>, checkpoint: CheckpointId) -> String {
    held.checkpoint(checkpoint).map_or_else(|| "—".to_owned(), |checkpoint| locales::say(&checkpoint.name))
}

/// What is shown to those who may see results; a sentence to everybody else.
fn for_managers(page: impl Fn() -> AnyView + Send + Sync + 'static) -> AnyView {
    let store = use_store();
    let is_allowed = Memo::new(move |_| store.me().is_some_and(|me| may(&me.roles, Act::SeeResults)));
    (move || {
        if is_allowed.get() {
            return page();
        }
        view! { <ui::Page title=general::results()>{ui::empty(general::no_rights(), general::no_rights_next())}</ui::Page> }.into_any()
    })
    .into_any()
}

/// The time for a page that is read: it steps on seldom, so that a table is not drawn anew under the reader's hand.
fn reading_time(store: Store) -> Memo<Moment> {
    const STEP: i64 = 5 * MINUTE;
    Memo::new(move |_| Moment(store.time().0 / STEP * STEP))
}

/// Everything that results are made of, for as long as `look` looks.
fn with_held<T>(store: Store, look: impl FnOnce(&Held<'_>) -> T) -> T {
    let zone = store.zone();
    store.world.with(|world| look(&Held::of(world.all(), &zone)))
}

/// What was answered, as people say it.
fn value_told(item: &Item, value: &AnswerValue) -> String {
    match (value, &item.answer) {
        (AnswerValue::Passed, _) => say_checklists::pass().into(),
        (AnswerValue::Failed, _) => say_checklists::fail().into(),
        (AnswerValue::NotApplicable, _) => say_checklists::not_applicable().into(),
        (AnswerValue::Reading(reading), AnswerKind::Reading { unit, .. }) => format!("{reading} {unit}"),
        (AnswerValue::Reading(reading), _) => reading.to_string(),
        (AnswerValue::Chosen(key), AnswerKind::Choice { options }) => options
            .iter()
            .find(|option| option.key == *key)
            .map_or_else(|| key.clone(), |option| locales::say(&option.text)),
        (AnswerValue::Chosen(key), _) => key.clone(),
        (AnswerValue::Text(text), _) => text.clone(),
        (AnswerValue::Photographed, _) => say_checklists::photographed().into(),
    }
}
