//! A notice is written, changed and taken back.

use domain::{
    ids::NoticeId,
    notices::{Addressees, Notice},
    permissions::Act,
    records::Body,
    residents::{self, Request},
    text::{Language, Words},
    time::{MINUTE, Zone},
};
use leptos::{ev::SubmitEvent, html, prelude::*};
use sync::device::outbox::Entry;

use super::{
    fields::{Fields, Typed, addressees, times, words},
    published::addressees as addressees_of,
};
use crate::{
    asking::{self, Asking, for_who_may},
    device::clock,
    locales::{self, general, notice_form as say, time},
    shell::go,
    store::{Store, use_store},
    ui,
};

pub fn new_page() -> AnyView {
    for_who_may(Act::PublishNotices, say::write(), || view! { <Form notice=None/> }.into_any())
}

pub fn page(notice: NoticeId) -> AnyView {
    for_who_may(Act::PublishNotices, say::change(), move || view! { <Form notice=Some(notice)/> }.into_any())
}

/// Where a refused notice is corrected.
pub fn correction(entry: &Entry) -> Option<String> {
    match asking::wish(entry)? {
        Request::PutNotice(it) => Some(format!("/notices/{}/edit?instead={}", it.id, entry.id)),
        _ => None,
    }
}

fn held(store: Store, id: NoticeId) -> Option<Notice> {
    store.world.with(|world| match world.get(id.into()) {
        Some(Body::Residents(residents::Body::Notice(notice))) => Some(notice.clone()),
        _ => None,
    })
}

#[component]
fn Form(notice: Option<NoticeId>) -> impl IntoView {
    let store = use_store();
    let zone = StoredValue::new(untrack(|| store.zone()));
    let asking = Asking::begin(store, "notice", notice.map(Into::into));
    let refused = match asking.refused() {
        Some(Request::PutNotice(it)) => Some(it),
        _ => None,
    };
    let there = Memo::new(move |_| notice.and_then(|id| held(store, id)));
    let base = there.get_untracked();
    let title = if notice.is_none() { say::write() } else { say::change() };
    let back = notice.filter(|_| base.is_some()).map_or("/notices".to_owned(), |id| format!("/notices/{id}"));
    let shown = refused.as_ref().or(base.as_ref());
    if notice.is_some() && shown.is_none() {
        return view! {
            <ui::Page title=title back=back>{ui::empty(general::thing_not_here(), general::thing_not_here_next())}</ui::Page>
        }
        .into_any();
    }
    let first = asking.kept().or_else(|| shown.map(|it| zone.with_value(|zone| Typed::of(it, zone))));
    let fields = Fields::of(first.unwrap_or_default());
    asking.keep(move || fields.typed());
    let new = Notice {
        id: notice.unwrap_or_else(clock::fresh_notice),
        title: Words::default(),
        text: Words::default(),
        to: Addressees::Everyone,
        from: None,
        until: None,
        put: None,
        revision: None,
    };
    let base = StoredValue::new(base.unwrap_or(new));
    let go = go();
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let now = untrack(|| store.time());
        let Some(wish) = zone.with_value(|zone| fields.wish(base.get_value(), zone, now)) else { return };
        let (go, id) = (go.clone(), wish.id);
        asking.ask(Request::PutNotice(wish), move || go(&format!("/notices/{id}")));
    };
    let now_is = move || there.get().map(|there| locales::say(&there.title));
    view! {
        <ui::Page title=title back=back>
            <form class="card" on:submit=submit>
                {asking.corrects(now_is)}
                {words(fields)}
                {addressees(store, fields.to)}
                {times(fields, zone)}
                {asking.problem()}
                <button class="button main" type="submit">{move || if there.get().is_some() { say::save() } else { say::publish() }}</button>
            </form>
            {preview(store, fields, zone)}
            {move || there.get().filter(|it| it.is_yet_to_end(store.time())).map(|it| take_back(store, asking, it))}
        </ui::Page>
    }
    .into_any()
}

/// The notice as whoever it is for will read it.
fn preview(store: Store, fields: Fields, zone: StoredValue<Zone>) -> AnyView {
    let to = move || store.world.with(|world| addressees_of(world, fields.typed().to()));
    let until = move || {
        let until = zone.with_value(|zone| zone.of_field(&fields.until.get()).ok())?;
        let until = zone.with_value(|zone| time::absolute(until, store.time(), zone));
        Some([" · ", &say::shown_until(&until)].concat())
    };
    let in_language = move |[zh, en]: [RwSignal<String>; 2], language: Language| match language {
        Language::Zh => zh.get(),
        Language::En => en.get(),
    };
    let part = move |language: Language| {
        let (_, tag) = general::language_name(language);
        let title = move || in_language(fields.title, language);
        view! {
            <div class="notice-part" lang=tag>
                <h3>{title}</h3>
                <p class="notice-text">{move || in_language(fields.text, language)}</p>
            </div>
        }
    };
    view! {
        <section class="card" aria-labelledby="preview-title">
            <h2 id="preview-title">{say::preview()}</h2>
            {[Language::Zh, Language::En].map(part).into_iter().collect_view()}
            <p class="note">{to}{until}</p>
        </section>
    }
    .into_any()
}

/// Ends a notice now; what it means, before it is done.
fn take_back(store: Store, asking: Asking, notice: Notice) -> AnyView {
    let is_asked = RwSignal::new(false);
    let go = go();
    (move || {
        if !is_asked.get() {
            return view! { <button type="button" class="button quiet" on:click=move |_| is_asked.set(true)>{say::take_back()}</button> }
                .into_any();
        }
        let title = NodeRef::<html::H2>::new();
        title.on_load(|title| {
            let _ = title.focus();
        });
        // A minute ago, so that it has come on every device whose clock is a little behind.
        let wish = Notice { until: Some(untrack(|| store.time()).plus(-MINUTE)), ..notice.clone() };
        let (go, id) = (go.clone(), notice.id);
        let take_back = move |_| {
            let go = go.clone();
            asking.ask(Request::PutNotice(wish.clone()), move || go(&format!("/notices/{id}")));
        };
        view! {
            <section class="card attention" role="alertdialog" aria-labelledby="back-title" aria-describedby="back-means">
                <h2 id="back-title" tabindex="-1" node_ref=title>{say::take_back_question()}</h2>
                <p id="back-means">{say::take_back_means()}</p>
                <div class="foot-row">
                    <button type="button" class="button quiet" on:click=move |_| is_asked.set(false)>{general::cancel()}</button>
                    <button type="button" class="button danger" on:click=take_back>{say::take_back()}</button>
                </div>
            </section>
        }
        .into_any()
    })
    .into_any()
}
