//! Answering a survey, once for each household.

use domain::{
    ids::SurveyId,
    residents::Request,
    surveys::{AnswerSurvey, Subject, Survey},
};
use leptos::prelude::*;

use super::{
    opinions::{Asked, form, given},
    survey,
};
use crate::{
    events::{
        ours::{own_answer, signing_up},
        refused,
    },
    locales::{self, calendar, general, surveys as say},
    store::use_store,
    ui,
};

pub fn page(survey: SurveyId) -> AnyView {
    view! { <Answering id=survey/> }.into_any()
}

#[component]
fn Answering(id: SurveyId) -> impl IntoView {
    let store = use_store();
    let asked = Memo::new(move |_| store.world.with(|world| survey(world, id).cloned()));
    let household = Memo::new(move |_| signing_up(store));
    let answered = Memo::new(move |_| {
        let household = household.get()?;
        store.world.with(|world| own_answer(world, Subject::Survey { survey: id }, &household).cloned())
    });
    let closed = Memo::new(move |_| asked.with(|asked| asked.as_ref()?.is_open(store.time()).err()));
    move || {
        let Some(asked) = asked.get() else { return missing() };
        let questions = questions(&asked);
        let (now, zone) = untrack(|| (store.time(), store.zone()));
        let until = calendar::moment(asked.closes, now, &zone);
        let is_open = move || closed.get().is_none();
        let body = move || match (household.get(), answered.get(), closed.get()) {
            (None, ..) => ui::empty(say::not_for_you(), say::not_for_you_next()).into_any(),
            (Some(_), Some(answered), _) => given(store, &answered, &questions),
            (Some(_), None, Some(why)) => {
                view! { <p class="problem">{ui::glyph("attention")}<span>{say::why_not(&why)}</span></p> }.into_any()
            }
            (Some(household), None, None) => {
                let wish = move |opinions| {
                    Request::AnswerSurvey(AnswerSurvey { survey: id, household: household.id, opinions })
                };
                form(store, format!("survey:{id}"), questions.clone(), wish)
            }
        };
        let (title, about) = (locales::say(&asked.title), locales::say(&asked.about));
        view! {
            <ui::Page title=say::survey() back="/surveys">
                <h2 class="page-name">{title}</h2>
                {(!about.is_empty()).then(|| view! { <p class="lead words">{about}</p> })}
                {move || is_open().then(|| view! { <p class="note">{say::open_until(&until)}</p> })}
                {refused::of_survey(store, id)}
                {body}
            </ui::Page>
        }
        .into_any()
    }
}

/// The questions of a survey in the language of the page.
pub fn questions(survey: &Survey) -> Vec<Asked> {
    let asked = survey.questions.iter();
    asked.map(|it| Asked { key: it.key.clone(), ask: locales::say(&it.ask), answer: it.answer }).collect()
}

fn missing() -> AnyView {
    view! {
        <ui::Page title=general::not_found() back="/surveys">
            {ui::empty(general::thing_not_here(), general::thing_not_here_next())}
        </ui::Page>
    }
    .into_any()
}
