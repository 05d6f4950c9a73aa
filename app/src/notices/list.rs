//! The notices that are for whoever is here: unread first.

use leptos::prelude::*;

use super::{Shown, published, shown, since};
use crate::{
    locales::{self, general, notices as say, time},
    store::{Store, use_store},
    ui,
};

pub fn page() -> AnyView {
    view! { <Notices/> }.into_any()
}

#[component]
fn Notices() -> impl IntoView {
    let store = use_store();
    let shown = Memo::new(move |_| shown(store));
    let lists = move || {
        let (read, unread): (Vec<Shown>, Vec<Shown>) = shown.get().into_iter().partition(|it| it.is_read);
        let is_empty = read.is_empty() && unread.is_empty();
        view! {
            {is_empty.then(|| ui::empty(say::no_notices(), say::no_notices_next()))}
            {section(store, say::unread(), unread)}
            {section(store, say::read(), read)}
        }
    };
    view! {
        <ui::Page title=general::notices() foot=published::write(store)>
            {lists}
            {published::section(store)}
        </ui::Page>
    }
}

fn section(store: Store, title: &'static str, shown: Vec<Shown>) -> Option<AnyView> {
    (!shown.is_empty()).then(|| view! { <section><h2>{title}</h2>{rows(store, shown)}</section> }.into_any())
}

/// Notices as rows, each with its beginning.
pub fn rows(store: Store, shown: Vec<Shown>) -> AnyView {
    let (now, zone) = untrack(|| (store.time(), store.zone()));
    let rows: Vec<_> = shown
        .into_iter()
        .map(|Shown { notice, is_read }| {
            let when = since(&notice).map(|at| time::ago(at, now, &zone));
            let state = if is_read { "ahead" } else { "due" };
            view! {
                <li><a class="row link notice-row" href=format!("/notices/{}", notice.id)>
                    {ui::glyph(state)}
                    <span class="grow">
                        {if is_read { ().into_any() } else { view! { <span class="unseen">{say::is_unread()}" "</span> }.into_any() }}
                        <span class="notice-title">{locales::say(&notice.title)}</span>
                        <span class="note">{beginning(&locales::say(&notice.text))}</span>
                    </span>
                    <span class="number">{when}</span>
                    {ui::icon("next")}
                </a></li>
            }
        })
        .collect();
    view! { <ul class="rows">{rows}</ul> }.into_any()
}

/// As much of a text as fits into two lines of a phone.
fn beginning(text: &str) -> String {
    const SHOWN: usize = 48;
    let mut shown: String = text.chars().take(SHOWN).collect();
    if text.chars().count() > SHOWN {
        shown.push('…');
    }
    shown
}
