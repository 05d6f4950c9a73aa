//! All surveys: those that want an answer first.

use domain::{ids::SurveyId, refusal::WhyNot, surveys::Subject, time::Moment};
use leptos::prelude::*;

use super::surveys;
use crate::{
    events::ours::{own_answer, signing_up},
    locales::{self, calendar, surveys as say},
    store::{Store, use_store},
    ui,
};

/// A survey as a list shows it.
#[derive(Clone, PartialEq)]
pub struct Line {
    pub id: SurveyId,
    pub title: String,
    pub closes: Moment,
    pub is_answered: bool,
    pub open: Result<(), WhyNot>,
}

impl Line {
    /// It is open, and the household has not answered.
    pub fn wants_answer(&self) -> bool {
        self.open.is_ok() && !self.is_answered
    }
}

/// Every survey, the last to close first.
pub fn lines(store: Store) -> Vec<Line> {
    let (household, now) = (signing_up(store), store.time());
    let mut lines: Vec<Line> = store.world.with(|world| {
        let line = |survey: &domain::surveys::Survey| {
            let subject = Subject::Survey { survey: survey.id };
            let answered = household.as_ref().and_then(|household| own_answer(world, subject, household));
            Line {
                id: survey.id,
                title: locales::say(&survey.title),
                closes: survey.closes,
                is_answered: answered.is_some(),
                open: survey.is_open(now),
            }
        };
        surveys(world).map(line).collect()
    });
    lines.sort_by_key(|line| (std::cmp::Reverse(line.closes), line.id));
    lines
}

pub fn page() -> AnyView {
    view! { <Surveys/> }.into_any()
}

#[component]
fn Surveys() -> impl IntoView {
    let store = use_store();
    let lines = Memo::new(move |_| lines(store));
    let lists = move || {
        let (open, other): (Vec<Line>, Vec<Line>) = lines.get().into_iter().partition(|line| line.open.is_ok());
        let is_empty = open.is_empty() && other.is_empty();
        view! {
            {is_empty.then(|| ui::empty(say::no_surveys(), say::no_surveys_next()))}
            {list(store, say::open_ones(), open)}
            {list(store, say::other_ones(), other)}
        }
    };
    view! { <ui::Page title=say::surveys() back="/">{lists}</ui::Page> }
}

fn list(store: Store, title: &'static str, lines: Vec<Line>) -> Option<impl IntoView> {
    if lines.is_empty() {
        return None;
    }
    let (now, zone) = untrack(|| (store.time(), store.zone()));
    let rows: Vec<_> = lines
        .into_iter()
        .map(|line| {
            let (state, words) = match (line.is_answered, line.open.is_ok()) {
                (true, _) => ("good", say::answered()),
                (false, true) => ("due", say::not_answered()),
                (false, false) => ("ahead", say::not_answered()),
            };
            let closes = calendar::moment(line.closes, now, &zone);
            let when = match &line.open {
                Ok(()) => say::open_until(&closes),
                Err(WhyNot::NotYetOpen { opens }) => say::opens_at(&calendar::moment(*opens, now, &zone)),
                Err(_) => say::closed_at(&closes),
            };
            view! {
                <li><a class="row link" href=format!("/surveys/{}", line.id)>
                    {ui::glyph(state)}
                    <span class="grow">{line.title}<span class="note">{words}" · "{when}</span></span>
                    {ui::icon("next")}
                </a></li>
            }
        })
        .collect();
    Some(view! { <section><h2>{title}</h2><ul class="rows">{rows}</ul></section> })
}
