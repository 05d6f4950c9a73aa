//! What a household thought of an event that is over.

use domain::{
    ids::EventId,
    residents::Request,
    surveys::{AnswerIn, FEEDBACK, GiveFeedback, WORDS, may_judge},
};
use leptos::prelude::*;

use super::{asked::not_a_household, event, missing, ours::Ours, refused};
use crate::{
    locales::{self, events as say_events, surveys as say},
    store::use_store,
    surveys::opinions::{Asked, form, given},
    ui,
};

pub fn page(event: EventId) -> AnyView {
    view! { <Feedback id=event/> }.into_any()
}

#[component]
fn Feedback(id: EventId) -> impl IntoView {
    let store = use_store();
    let title =
        Memo::new(move |_| store.world.with(|world| event(world, id).map(|it| locales::say(&it.details.title))));
    let ours = Memo::new(move |_| Ours::of(store, id));
    let closed = Memo::new(move |_| {
        ours.with(|ours| ours.as_ref().and_then(|ours| may_judge(&ours.event, ours.own.as_ref(), store.time()).err()))
    });
    let household = Memo::new(move |_| ours.with(|ours| ours.as_ref()?.household.as_ref().map(|it| it.id)));
    let of = Memo::new(move |_| ours.with(|ours| ours.as_ref().map(|ours| ours.event.of)));
    let answered = Memo::new(move |_| ours.with(|ours| ours.as_ref()?.answered.clone()));
    let back = format!("/events/{id}");
    move || {
        let (Some(title), Some(of)) = (title.get(), of.get()) else { return missing() };
        let Some(household) = household.get() else { return not_a_household(back.clone()) };
        let body = move || match (answered.get(), closed.get()) {
            (Some(answered), _) => given(store, &answered, &asked()),
            (None, Some(why)) => {
                view! { <p class="problem">{ui::glyph("attention")}<span>{say_events::why_not(&why)}</span></p> }
                    .into_any()
            }
            (None, None) => {
                let wish = move |opinions| Request::GiveFeedback(GiveFeedback { of, household, opinions });
                form(store, format!("feedback:{id}"), asked(), wish)
            }
        };
        view! {
            <ui::Page title=say::feedback() back=back.clone()>
                <h2 class="page-name">{title}</h2>
                {refused::of_event(store, id)}
                {body}
            </ui::Page>
        }
        .into_any()
    }
}

/// Three scores, and words.
fn asked() -> Vec<Asked> {
    let one = |key: &str| Asked {
        key: key.to_owned(),
        ask: say::asked_of_events(key).to_owned(),
        answer: if key == WORDS { AnswerIn::Words } else { AnswerIn::Score },
    };
    FEEDBACK.map(one).into()
}
