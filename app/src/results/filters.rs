//! The filters of results: a form whose state is the address, and what is on as chips to be taken away.

use std::{collections::BTreeMap, rc::Rc};

use chrono::Days as Count;
use domain::{
    checklists::DutyKind,
    ids::{AreaId, ChecklistId, RecordId},
    results::{
        filter::{Outcome, kind_key, kind_with_key},
        held::Held,
    },
};
use leptos::prelude::*;

use super::{
    asked::{Asked, Faults},
    reading_time, with_held,
};
use crate::{
    device::screen,
    locales::{self, general, results as say, rounds as say_rounds},
    shell::go_within,
    store::{Store, use_store},
};

/// A value and its words.
type Options = Vec<(String, String)>;

/// The form of the page at `path`.
#[component]
pub fn Filters(asked: Memo<Asked>, faults: Memo<Faults>, #[prop(into)] path: String, fields: Fields) -> impl IntoView {
    let path = StoredValue::new(path);
    let store = use_store();
    let go = go_within();
    let set: Set = Rc::new(move |name, value| {
        let asked = asked.get_untracked();
        if asked.get(name) != value {
            path.with_value(|path| go(&asked.with(name, value).with("show", "").url(path)));
        }
    });
    let part = Part { asked, faults, set };
    let now = reading_time(store);
    let fault = move |name: &'static str| part_fault(faults, name);
    let days = Memo::new(move |_| asked.with(|asked| asked.days(now.get(), &store.zone()).ok()));
    let day = |name: &'static str, words: &'static str| {
        let set = part.set.clone();
        let value = move || {
            let days = days.get().map(|days| if name == "from" { days.first } else { days.last });
            days.map_or_else(|| asked.with(|asked| asked.get(name).to_owned()), |day| day.to_string())
        };
        view! {
            <div class="field">
                <label for=format!("field-{name}")>{words}</label>
                <input id=format!("field-{name}") type="date" name=name prop:value=value aria-describedby=format!("{name}-fault")
                    aria-invalid=move || fault(name).is_some().then_some("true") on:change=move |event| set(name, event_target_value(&event))/>
                <p class="fault" id=format!("{name}-fault") aria-live="polite">{move || fault(name)}</p>
            </div>
        }
        .into_any()
    };
    let quick = move || {
        let today = store.zone().local(now.get()).date();
        let since = |days: u64| if days > 1 { (today - Count::new(days - 1)).to_string() } else { String::new() };
        [(1, say::today_only().to_owned()), (7, say::last_days(7)), (30, say::last_days(30))]
            .into_iter()
            .map(|(days, words)| {
                let asked = asked.get();
                let href = asked.clone().with("from", since(days)).with("to", "").with("show", "");
                let href = path.with_value(|path| href.url(path));
                let is_on = asked.get("from") == since(days) && asked.get("to").is_empty();
                view! { <a class="canned" href=href data-noscroll="" aria-current=is_on.then_some("true")>{words}</a> }
                    .into_any()
            })
            .collect::<Vec<AnyView>>()
    };
    let rest = match fields {
        Fields::Days => vec![],
        Fields::All => part.all(store),
    };
    let count = move || match asked.with(|asked| asked.filters().count()) {
        0 => say::filters().to_owned(),
        n => say::filters_on(n),
    };
    view! {
        <details class="filters" open=screen::is_wide()>
            <summary>{count}</summary>
            <div class="chips">{quick}</div>
            <form on:submit=|event| event.prevent_default()>
                {day("from", say::from())}
                {day("to", say::to())}
                {rest}
            </form>
        </details>
    }
}

/// Which filters a page offers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Fields {
    Days,
    All,
}

type Set = Rc<dyn Fn(&'static str, String)>;

fn part_fault(faults: Memo<Faults>, name: &str) -> Option<String> {
    faults.with(|faults| faults.iter().find(|(at_fault, _)| *at_fault == name).map(|(_, words)| words.clone()))
}

/// What every field of the form is made with.
struct Part {
    asked: Memo<Asked>,
    faults: Memo<Faults>,
    set: Set,
}

impl Part {
    fn all(&self, store: Store) -> Vec<AnyView> {
        let (areas, checklists, people) =
            untrack(|| with_held(store, |held| (areas(held), checklists(held), people(held))));
        let kinds = DutyKind::ALL.map(|kind| (kind_key(kind).to_owned(), say_rounds::duty(kind).to_owned()));
        let outcomes = Outcome::ALL.map(|outcome| (outcome.key().to_owned(), say::outcome_of(outcome).to_owned()));
        let orders = [("-when", say::newest_first()), ("when", say::oldest_first())];
        vec![
            self.choice("area", say::area(), say::any(), areas),
            self.choice("checklist", say::checklist(), say::any(), checklists),
            self.choice("person", say::person(), say::any(), people),
            self.choice("kind", say::kind(), say::any(), kinds.into()),
            self.choice("outcome", say::outcome(), say::any(), outcomes.into()),
            self.search(),
            self.choice(
                "sort",
                say::sort(),
                say::worst_first(),
                orders.map(|(key, words)| (key.into(), words.into())).into(),
            ),
        ]
    }

    fn choice(&self, name: &'static str, words: &'static str, none: &'static str, options: Options) -> AnyView {
        let (asked, faults, set) = (self.asked, self.faults, self.set.clone());
        let is_invalid = move || part_fault(faults, name).is_some().then_some("true");
        let options: Vec<AnyView> = std::iter::once((String::new(), none.to_owned()))
            .chain(options)
            .map(|(value, words)| {
                let own = value.clone();
                view! { <option value=value prop:selected=move || asked.with(|asked| asked.get(name) == own)>{words}</option> }.into_any()
            })
            .collect();
        view! {
            <div class="field">
                <label for=format!("field-{name}")>{words}</label>
                <select id=format!("field-{name}") name=name aria-describedby=format!("{name}-fault") aria-invalid=is_invalid
                    on:change=move |event| set(name, event_target_value(&event))>{options}</select>
                <p class="fault" id=format!("{name}-fault") aria-live="polite">{move || part_fault(faults, name)}</p>
            </div>
        }
        .into_any()
    }

    fn search(&self) -> AnyView {
        let (asked, set) = (self.asked, self.set.clone());
        view! {
            <div class="field">
                <label for="field-q">{say::search()}</label>
                <input id="field-q" type="search" name="q" maxlength="200" placeholder=say::search_note()
                    prop:value=move || asked.with(|asked| asked.get("q").to_owned()) on:change=move |event| set("q", event_target_value(&event).trim().to_owned())/>
            </div>
        }
        .into_any()
    }
}

/// The areas as the tree they are.
fn areas(held: &Held<'_>) -> Options {
    let mut all: Vec<(AreaId, Option<AreaId>, String)> =
        held.areas().map(|area| (area.id, area.inside, locales::say(&area.name))).collect();
    all.sort_by(|a, b| a.2.cmp(&b.2));
    let mut options = Options::new();
    branch(&all, None, 0, &mut options);
    options
}

fn branch(all: &[(AreaId, Option<AreaId>, String)], inside: Option<AreaId>, depth: usize, options: &mut Options) {
    for (area, outer, name) in all {
        if *outer == inside {
            options.push((area.to_string(), format!("{}{name}", "– ".repeat(depth))));
            branch(all, Some(*area), depth + 1, options);
        }
    }
}

/// Each checklist once, by the name of its newest version.
fn checklists(held: &Held<'_>) -> Options {
    let mut newest: BTreeMap<RecordId, (u32, String)> = BTreeMap::new();
    for checklist in held.checklists() {
        let known = newest.entry(checklist.id.into()).or_default();
        if known.0 <= checklist.version {
            *known = (checklist.version, locales::say(&checklist.name));
        }
    }
    sorted(newest.into_iter().map(|(id, (_, name))| (id.to_string(), name)).collect())
}

/// Who works here, and who did something while they still did.
fn people(held: &Held<'_>) -> Options {
    let people = held.known.people.iter().filter(|person| person.works_here() || person.left.is_some());
    sorted(people.map(|person| (person.id.to_string(), locales::say(&person.name))).collect())
}

fn sorted(mut options: Options) -> Options {
    options.sort_by(|a, b| a.1.cmp(&b.1));
    options
}

/// What is on, each to be taken away by a tap.
pub fn chips(asked: &Asked, held: &Held<'_>, path: &str) -> AnyView {
    let chips: Vec<AnyView> = told(asked, held)
        .into_iter()
        .map(|(name, words)| {
            let href = asked.clone().with(name, "").with("show", "").url(path);
            let removes = say::remove(&words);
            view! { <li><a class="canned" href=href data-noscroll="" aria-label=removes>{words}<span aria-hidden="true">" ✕"</span></a></li> }.into_any()
        })
        .collect();
    let is_any = !chips.is_empty();
    view! {
        <ul class="chips">{chips}{is_any.then(|| view! { <li><a class="canned" href=path.to_owned() data-noscroll="">{say::clear()}</a></li> })}</ul>
    }
    .into_any()
}

/// Each filter that is on, in words.
pub fn told(asked: &Asked, held: &Held<'_>) -> Vec<(&'static str, String)> {
    asked.filters().map(|(name, value)| (name, say::is(title(name), &value_of(asked, name, value, held)))).collect()
}

fn title(name: &str) -> &'static str {
    match name {
        "from" => say::from(),
        "to" => say::to(),
        "area" => say::area(),
        "checkpoint" => say::checkpoint(),
        "checklist" => say::checklist(),
        "item" => say::item(),
        "person" => say::person(),
        "kind" => say::kind(),
        "outcome" => say::outcome(),
        _ => say::search(),
    }
}

/// A filter's value by its name; as it was typed where nothing has that name.
fn value_of(asked: &Asked, name: &str, value: &str, held: &Held<'_>) -> String {
    let checklist = |id: &str| {
        let id = id.parse::<ChecklistId>().ok();
        held.checklists().filter(|checklist| Some(checklist.id) == id).last()
    };
    let named = match name {
        "area" => value.parse().ok().and_then(|id| held.area(id)).map(|area| &area.name),
        "checkpoint" => value.parse().ok().and_then(|id| held.checkpoint(id)).map(|checkpoint| &checkpoint.name),
        "person" => value.parse().ok().and_then(|id| held.person(id)).map(|person| &person.name),
        "checklist" => checklist(value).map(|checklist| &checklist.name),
        "item" => checklist(asked.get("checklist")).and_then(|list| list.item(value)).map(|item| &item.ask),
        _ => None,
    };
    match (named, name) {
        (Some(words), _) => locales::say(words),
        (None, "kind") => {
            kind_with_key(value).map_or_else(|| value.to_owned(), |kind| say_rounds::duty(kind).to_owned())
        }
        (None, "outcome") => {
            Outcome::with_key(value).map_or_else(|| value.to_owned(), |outcome| say::outcome_of(outcome).to_owned())
        }
        (None, _) => value.to_owned(),
    }
}

/// Why nothing was found: what to loosen first.
pub fn nothing(title: &'static str, asked: &Asked, held: &Held<'_>) -> AnyView {
    let on: Vec<String> = told(asked, held)
        .into_iter()
        .filter(|(name, _)| *name != "from" && *name != "to")
        .map(|(_, words)| words)
        .collect();
    let next =
        if on.is_empty() { say::none_next().to_owned() } else { say::loosen(&on.join(general::between_names())) };
    view! { <div class="empty">{crate::ui::icon("lamp")}<p class="empty-title">{title}</p><p>{next}</p></div> }
        .into_any()
}
