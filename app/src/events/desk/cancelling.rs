//! Cancelling an event: what it means, and a reason in words that whoever signed up will read.

use domain::{
    changes::{Deed, Request},
    events::{CancelEvent, EventKey},
    ids::ChangeId,
    residents,
    text::{NOTE_MOST, Words, typed_or_empty},
};
use leptos::{html, prelude::*};
use serde::{Deserialize, Serialize};

use super::households_told;
use crate::{
    locales::{general, planning as say},
    store::Store,
    ui,
};

/// The question as it stands; kept, since the page may be drawn anew while it is answered.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Draft {
    is_asked: bool,
    zh: String,
    en: String,
}

pub fn view(store: Store, of: EventKey, asked: RwSignal<Option<ChangeId>>) -> AnyView {
    let key = StoredValue::new(format!("event_cancel:{}", of.event));
    let kept =
        store.draft(&key.get_value()).and_then(|text| domain::json::read::<Draft>(&text).ok()).unwrap_or_default();
    let draft = RwSignal::new(kept);
    Effect::new(move |before: Option<Draft>| {
        let now = draft.get();
        if before.is_some_and(|before| before != now) {
            store.keep_draft(key.get_value(), serde_json::to_string(&now).unwrap_or_default());
        }
        now
    });
    let is_asked = Memo::new(move |_| draft.with(|draft| draft.is_asked));
    let ask = move |is_asked| draft.update(|draft| draft.is_asked = is_asked);
    (move || {
        if is_asked.get() {
            question(store, of, draft, key, asked)
        } else {
            view! { <button type="button" class="button quiet" on:click=move |_| ask(true)>{say::cancel()}</button> }
                .into_any()
        }
    })
    .into_any()
}

fn question(
    store: Store,
    of: EventKey,
    draft: RwSignal<Draft>,
    key: StoredValue<String>,
    asked: RwSignal<Option<ChangeId>>,
) -> AnyView {
    let (zh, en) = draft.with_untracked(|draft| (RwSignal::new(draft.zh.clone()), RwSignal::new(draft.en.clone())));
    Effect::new(move |_| {
        let (zh, en) = (zh.get(), en.get());
        draft.update(|draft| (draft.zh, draft.en) = (zh, en));
    });
    let (fault, problem) = (RwSignal::new(None::<String>), RwSignal::new(None::<String>));
    let is_busy = RwSignal::new(false);
    let title = NodeRef::<html::H3>::new();
    title.on_load(|title| {
        let _ = title.focus();
    });
    let told = untrack(|| households_told(store, of));
    let cancel = move |_| {
        let (zh, en) = (typed_or_empty(&zh.get_untracked(), NOTE_MOST), typed_or_empty(&en.get_untracked(), NOTE_MOST));
        fault.set([&zh, &en].into_iter().find_map(|it| it.as_ref().err()).map(general::unfit));
        let (Ok(zh), Ok(en)) = (zh, en) else { return };
        if zh.is_empty() && en.is_empty() {
            fault.set(Some(say::reason_needed().into()));
            return;
        }
        if is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        let wish = CancelEvent { of, reason: Words::new(zh, en) };
        leptos::task::spawn_local(async move {
            let deed = Deed::Request(Request::Residents(residents::Request::CancelEvent(wish)));
            match store.commit_instead(None, deed, Some(key.get_value())).await {
                Ok(change) => {
                    asked.try_set(Some(change));
                }
                Err(fault) => {
                    problem.try_set(Some(ui::not_saved(&fault)));
                }
            }
            is_busy.try_set(false);
        });
    };
    let means = if told > 0 { say::cancel_means(told) } else { say::cancel_nobody().to_owned() };
    view! {
        <div class="cancelling" role="alertdialog" aria-labelledby="cancel-title" aria-describedby="cancel-means">
            <h3 id="cancel-title" tabindex="-1" node_ref=title>{say::cancel_question()}</h3>
            <p id="cancel-means">{means}</p>
            <ui::LongField label=say::reason_zh() name="reason-zh" value=zh fault=fault/>
            <ui::LongField label=say::reason_en() name="reason-en" value=en/>
            {ui::problem(move || problem.get())}
            <div class="foot-row">
                <button type="button" class="button quiet" on:click=move |_| draft.update(|draft| draft.is_asked = false)>{say::keep_event()}</button>
                <button type="button" class="button danger" on:click=cancel>{say::cancel_now()}</button>
            </div>
        </div>
    }
    .into_any()
}
