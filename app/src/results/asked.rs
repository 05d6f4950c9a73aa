//! What a manager asks for, as the address has it: the URL is the state.

use domain::{
    results::{
        days::{Days, Edge},
        filter::{Filter, Outcome, kind_with_key, terms},
        held::Held,
        selection::{Column, Order},
    },
    time::{Moment, Zone},
};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::locales::{self, results as say};

/// The parameters. Published: people keep links.
pub const NAMES: [&str; 12] =
    ["from", "to", "area", "checkpoint", "checklist", "item", "person", "kind", "outcome", "q", "sort", "show"];
/// How many of them leave rounds and visits out; the rest is how a table is shown.
const FILTERS: usize = 10;

/// How many lines a table shows at first, and with each step more.
pub const LINES: usize = 200;

/// The value of each parameter; empty where it is not given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked([String; NAMES.len()]);

/// What cannot be used: the parameter's name and a sentence.
pub type Faults = Vec<(&'static str, String)>;

pub fn use_asked() -> Memo<Asked> {
    let query = use_location().query;
    Memo::new(move |_| query.with(|query| Asked(NAMES.map(|name| query.get(name).unwrap_or_default()))))
}

impl Asked {
    pub fn get(&self, name: &str) -> &str {
        NAMES.iter().position(|known| *known == name).map_or("", |place| self.0[place].as_str())
    }

    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        if let Some(place) = NAMES.iter().position(|known| *known == name) {
            self.0[place] = value.into();
        }
        self
    }

    /// The filters that are on.
    pub fn filters(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let all = NAMES.into_iter().zip(&self.0).take(FILTERS);
        all.filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name, value.as_str()))
    }

    pub fn url(&self, path: &str) -> String {
        let mut url = path.to_owned();
        for (name, value) in NAMES.iter().zip(&self.0).filter(|(_, value)| !value.is_empty()) {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(name);
            url.push('=');
            url.push_str(&String::from(js_sys::encode_uri_component(value)));
        }
        url
    }

    /// The days asked for, and where they cannot be used why.
    pub fn days(&self, now: Moment, zone: &Zone) -> Result<Days, (&'static str, String)> {
        Days::parse(self.get("from"), self.get("to"), zone.local(now).date()).map_err(|(edge, fault)| {
            let name = match edge {
                Edge::First => "from",
                Edge::Last => "to",
            };
            (name, say::day_fault(fault))
        })
    }

    /// # Errors
    /// The parameters that name nothing here.
    pub fn filter(&self, held: &Held<'_>, now: Moment) -> Result<Filter, Faults> {
        let mut faults = Faults::new();
        let days = self.days(now, held.known.zone).unwrap_or_else(|fault| {
            faults.push(fault);
            Days::only(held.known.zone.local(now).date())
        });
        let text = |name: &str| Some(self.get(name)).filter(|text| !text.is_empty());
        let filter = Filter {
            days,
            kind: text("kind").and_then(kind_with_key),
            area: text("area").and_then(|id| id.parse().ok()).filter(|id| held.area(*id).is_some()),
            checkpoint: text("checkpoint").and_then(|id| id.parse().ok()).filter(|id| held.checkpoint(*id).is_some()),
            checklist: text("checklist")
                .and_then(|id| id.parse().ok())
                .filter(|id| held.checklists().any(|checklist| checklist.id == *id)),
            item: text("item").map(str::to_owned),
            person: text("person").and_then(|id| id.parse().ok()).filter(|id| held.person(*id).is_some()),
            outcome: text("outcome").and_then(Outcome::with_key),
            words: terms(self.get("q")),
        };
        let read = [
            ("kind", filter.kind.is_some()),
            ("area", filter.area.is_some()),
            ("checkpoint", filter.checkpoint.is_some()),
            ("checklist", filter.checklist.is_some()),
            ("person", filter.person.is_some()),
            ("outcome", filter.outcome.is_some()),
        ];
        let unknown = read.into_iter().filter(|(name, is_known)| !is_known && !self.get(name).is_empty());
        faults.extend(unknown.map(|(name, _)| (name, say::unknown().to_owned())));
        if faults.is_empty() { Ok(filter) } else { Err(faults) }
    }

    pub fn order(&self) -> Order {
        let typed = self.get("sort");
        let (is_downward, key) = typed.strip_prefix('-').map_or((false, typed), |key| (true, key));
        let by = match key {
            "when" => Column::When,
            "name" => Column::Name,
            "who" => Column::Person,
            "visits" => Column::Visited,
            "failed" => Column::Failed,
            _ => Column::Worst,
        };
        Order { by, is_downward: is_downward && by != Column::Worst, language: locales::language() }
    }

    /// How many lines of a table are shown.
    pub fn lines(&self) -> usize {
        self.get("show").parse().ok().filter(|lines| *lines > 0).unwrap_or(LINES)
    }
}

/// The heading of a column, which sorts by it: upward at first, the other way at the next tap.
pub fn heading(asked: &Asked, path: &str, key: &'static str, words: &'static str) -> AnyView {
    let typed = asked.get("sort");
    let (sorted, next) = if typed == key {
        (Some("ascending"), format!("-{key}"))
    } else if typed.strip_prefix('-') == Some(key) {
        (Some("descending"), key.to_owned())
    } else {
        (None, key.to_owned())
    };
    let href = asked.clone().with("sort", next).url(path);
    view! { <th scope="col" aria-sort=sorted><a href=href data-noscroll="">{words}</a></th> }.into_any()
}
