//! What the server would not do about an event or a survey: said where it was asked for, and brought back into the form.

use domain::{
    changes::{Deed, Fact, Request},
    ids::{EventId, RecordId, SurveyId},
    records::Body,
    residents,
};
use leptos::prelude::*;
use sync::{
    device::{
        outbox::{Entry, EntryState},
        world::World,
    },
    messages::{Envelope, Outcome},
};

use super::{event, ours::Ours};
use crate::{
    locales::{self, general, saving, sign_ups as say},
    store::Store,
    ui,
};

/// What an entry of the outbox asks for.
pub fn wish(entry: &Entry) -> Option<residents::Request> {
    match Envelope::read(&entry.change).ok()?.open().ok()?.deed {
        Deed::Request(Request::Residents(request)) => Some(request),
        Deed::Request(_) | Deed::Fact(_) => None,
    }
}

fn event_of(wish: &residents::Request) -> Option<EventId> {
    use residents::Request;
    match wish {
        Request::AskForPlaces(it) => Some(it.of.event),
        Request::ChangeSignUp(it) => Some(it.of.event),
        Request::CancelSignUp(it) => Some(it.of.event),
        Request::AcceptOffer(it) => Some(it.of.event),
        Request::MoveSignUp(it) => Some(it.of.event),
        Request::GiveFeedback(it) => Some(it.of.event),
        Request::PutEvent(it) => Some(it.of.event),
        Request::PublishEvent(it) => Some(it.of.event),
        Request::CancelEvent(it) => Some(it.of.event),
        Request::LapseOffers(it) => Some(it.of.event),
        Request::PutHousehold(_)
        | Request::HouseholdMovedOut(_)
        | Request::PutNotice(_)
        | Request::PutSurvey(_)
        | Request::AnswerSurvey(_) => None,
    }
}

fn survey_of(wish: &residents::Request) -> Option<SurveyId> {
    match wish {
        residents::Request::AnswerSurvey(it) => Some(it.survey),
        residents::Request::PutSurvey(it) => Some(it.id),
        _ => None,
    }
}

/// What a request of residents, or of those who look after them, is about.
pub fn about(world: &World, deed: &Deed) -> Option<String> {
    let title = |id: RecordId| match world.get(id) {
        Some(Body::Residents(residents::Body::Notice(notice))) => Some(locales::say(&notice.title)),
        Some(Body::Residents(residents::Body::Survey(survey))) => Some(locales::say(&survey.title)),
        _ => None,
    };
    let of_event = |id: EventId| Some(locales::say(&event(world, id)?.details.title));
    match deed {
        Deed::Request(Request::Residents(residents::Request::PutHousehold(it))) => Some(locales::say(&it.flat)),
        Deed::Request(Request::Residents(residents::Request::PutNotice(it))) => Some(locales::say(&it.title)),
        Deed::Request(Request::Residents(residents::Request::HouseholdMovedOut(it))) => {
            match world.get(it.household.into()) {
                Some(Body::Residents(residents::Body::Household(it))) => Some(locales::say(&it.flat)),
                _ => None,
            }
        }
        Deed::Request(Request::Residents(wish)) => {
            event_of(wish).and_then(of_event).or_else(|| title(survey_of(wish)?.into()))
        }
        Deed::Fact(Fact::Residents(fact)) => match fact {
            residents::Fact::NoticeRead(it) => title(it.notice.into()),
            residents::Fact::ArrivalRecorded(it) => of_event(it.of.event),
            residents::Fact::WalkInRecorded(it) => of_event(it.of.event),
        },
        Deed::Request(_) | Deed::Fact(_) => None,
    }
}

/// Where a household corrects what was refused: the form it came from, filled in.
pub fn correction(entry: &Entry) -> Option<String> {
    let id = entry.id;
    match wish(entry)? {
        residents::Request::AskForPlaces(it) => Some(format!("/events/{}/sign-up?instead={id}", it.of.event)),
        residents::Request::ChangeSignUp(it) => Some(format!("/events/{}/sign-up?instead={id}", it.of.event)),
        _ => None,
    }
}

/// An entry of the outbox that the server refused, with its sentence.
pub fn refusals<T>(store: Store, which: impl Fn(&residents::Request) -> Option<T>) -> Vec<(Entry, String)> {
    let Some(me) = store.present.get() else { return vec![] };
    store.world.with(|world| {
        let mine = world.outbox.entries.values().filter(|entry| entry.person == me.person && entry.needs_attention());
        mine.filter_map(|entry| {
            let EntryState::Delivered { outcome: Outcome::Refused { refusal }, .. } = &entry.state else { return None };
            which(&wish(entry)?)?;
            Some((entry.clone(), general::refusal(refusal)))
        })
        .collect()
    })
}

/// What was refused about this event, each with what to do.
pub fn of_event(store: Store, id: EventId) -> impl IntoView {
    cards(store, move |wish| event_of(wish).filter(|of| *of == id).map(|_| ()))
}

/// What was refused about this survey.
pub fn of_survey(store: Store, id: SurveyId) -> impl IntoView {
    cards(store, move |wish| survey_of(wish).filter(|of| *of == id).map(|_| ()))
}

fn cards(
    store: Store,
    which: impl Fn(&residents::Request) -> Option<()> + Send + Sync + Clone + 'static,
) -> impl IntoView {
    move || refusals(store, which.clone()).into_iter().map(|(entry, why)| card(store, entry, why)).collect_view()
}

/// Whether asking again, otherwise, can come to anything.
fn is_open(store: Store, entry: &Entry) -> bool {
    let ours = wish(entry).and_then(|wish| Ours::of(store, event_of(&wish)?));
    ours.is_some_and(|ours| {
        let ways = ours.ways(store.time());
        ways.change || ways.sign_up.is_ok()
    })
}

fn card(store: Store, entry: Entry, why: String) -> AnyView {
    let form = correction(&entry).filter(|_| is_open(store, &entry));
    let kind = saving::kind(&entry.kind);
    let drop = move |_| {
        let entry = entry.clone().dealt_with();
        leptos::task::spawn_local(async move {
            let _ = store.keep_entries(vec![entry]).await;
        });
    };
    view! {
        <section class="card attention" role="alert">
            <p>{ui::glyph("attention")}<strong>{kind}" · "{say::refused()}</strong></p>
            <p>{why}</p>
            <div class="foot-row">
                <button class="button quiet" on:click=drop>{saving::dealt_with()}</button>
                {form.map(|form| view! { <a class="button main" href=form>{saving::correct_it()}</a> })}
            </div>
        </section>
    }
    .into_any()
}
