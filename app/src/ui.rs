//! Parts of pages that have no meaning of their own: frames, fields, icons, empty states.

use domain::{rounds::Standing, time::Moment};
use leptos::{html, prelude::*};

use crate::{
    locales::{general as say, saving, time},
    store::{NotSaved, Store, disk::DiskFault, use_store},
    waiting,
};

/// A page: its title, the way back, the state of saving, its content, and what a person came for at the bottom.
#[component]
pub fn Page(
    #[prop(into)] title: String,
    #[prop(optional, into)] back: Option<String>,
    #[prop(optional)] foot: Option<AnyView>,
    children: Children,
) -> impl IntoView {
    document().set_title(&title);
    let heading = NodeRef::<html::H1>::new();
    // Whoever listens to the page, or walks it by keyboard, begins at its title.
    heading.on_load(|heading| {
        let _ = heading.focus();
    });
    view! {
        <header class="top">
            {back.map(|back| view! { <a class="back" href=back aria-label=say::back()>{icon("back")}</a> })}
            <h1 tabindex="-1" node_ref=heading>{title}</h1>
            <SavingChip/>
        </header>
        <main class="page">{children()}</main>
        {foot.map(|foot| view! { <footer class="foot">{foot}</footer> })}
    }
}

/// The one chip that says what is saved here and what has been sent.
#[component]
fn SavingChip() -> impl IntoView {
    let store = use_store();
    let state = Memo::new(move |_| {
        let (glyph, words) = chip_state(store);
        (glyph, words, if store.saving.get() { "true" } else { "false" })
    });
    view! {
        <a class="chip" href="/waiting" data-state=move || state.get().0>
            {move || glyph(state.get().0)}
            // What it says is of before a save that is under way.
            <span aria-live="polite" aria-busy=move || state.get().2>{move || state.get().1}</span>
        </a>
    }
}

fn chip_state(store: Store) -> (&'static str, String) {
    let zone = store.zone();
    let (waiting, to_sign_in) = (waiting::waiting_count(store), waiting::to_sign_in_count(store));
    match store.saved.get() {
        Some(Err(NotSaved::Disk(DiskFault::Full))) => ("bad", saving::not_saved_full().into()),
        Some(Err(_)) => ("bad", saving::not_saved().into()),
        Some(Ok(at)) if waiting > 0 => ("waiting", saving::saved_here(&time::clock(at, &zone), waiting)),
        Some(Ok(_)) | None if waiting > 0 => ("waiting", saving::to_send(waiting)),
        Some(Ok(_)) | None if to_sign_in > 0 => ("attention", saving::to_sign_in(to_sign_in)),
        Some(Ok(_)) | None => match store.contact.get() {
            Some(contact) => ("good", saving::all_sent(&time::clock(contact.server, &zone))),
            None => ("unknown", saving::nothing_to_send().into()),
        },
    }
}

/// A sentence where there is nothing: why, and what fills it.
pub fn empty(title: &'static str, next: &'static str) -> impl IntoView {
    view! {
        <div class="empty">
            {icon("lamp")}
            <p class="empty-title">{title}</p>
            <p>{next}</p>
        </div>
    }
}

/// What went wrong, where it is read at once.
pub fn problem(text: impl Fn() -> Option<String> + Send + Sync + Clone + 'static) -> impl IntoView {
    move || text().map(|text| view! { <p class="problem" role="alert">{glyph("bad")}<span>{text}</span></p> })
}

/// Why a save failed, and what to do.
pub fn not_saved(fault: &NotSaved) -> String {
    match fault {
        NotSaved::Disk(DiskFault::Full) => {
            [saving::not_saved_full(), say::full_stop(), saving::not_saved_full_next()].concat()
        }
        NotSaved::Disk(DiskFault::Unavailable | DiskFault::Newer | DiskFault::Failed(_)) | NotSaved::FormGone => {
            [saving::not_saved(), say::full_stop(), saving::not_saved_other_next()].concat()
        }
        NotSaved::NobodyPresent => saving::not_saved_nobody().into(),
    }
}

/// A labelled field for one line of text.
#[component]
pub fn Field(
    label: &'static str,
    value: RwSignal<String>,
    #[prop(optional)] kind: &'static str,
    #[prop(optional)] name: &'static str,
    #[prop(optional)] autocomplete: &'static str,
    #[prop(optional)] note: &'static str,
    #[prop(optional, into)] fault: Signal<Option<String>>,
) -> impl IntoView {
    let kind = if kind.is_empty() { "text" } else { kind };
    let id = format!("field-{name}");
    let fault_id = format!("{id}-fault");
    let described = fault_id.clone();
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <input
                id=id
                type=kind
                name=name
                autocomplete=autocomplete
                aria-describedby=described
                aria-invalid=move || fault.get().is_some().then_some("true")
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
            />
            {(!note.is_empty()).then(|| view! { <p class="note">{note}</p> })}
            <p class="fault" id=fault_id aria-live="polite">{move || fault.get()}</p>
        </div>
    }
}

/// A field that leaves out of a list what does not hold its words.
pub fn search(words: RwSignal<String>) -> AnyView {
    view! {
        <input class="search" type="search" maxlength="200" aria-label=say::search() placeholder=say::search()
            prop:value=move || words.get() on:input=move |event| words.set(event_target_value(&event))/>
    }
    .into_any()
}

/// A labelled field for several lines.
#[component]
pub fn LongField(
    label: &'static str,
    value: RwSignal<String>,
    name: &'static str,
    #[prop(optional)] note: &'static str,
    #[prop(optional, into)] fault: Signal<Option<String>>,
) -> impl IntoView {
    let id = format!("field-{name}");
    let fault_id = format!("{id}-fault");
    let described = fault_id.clone();
    view! {
        <div class="field">
            <label for=id.clone()>{label}</label>
            <textarea
                id=id
                name=name
                rows="3"
                aria-describedby=described
                aria-invalid=move || fault.get().is_some().then_some("true")
                prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))
            ></textarea>
            {(!note.is_empty()).then(|| view! { <p class="note">{note}</p> })}
            <p class="fault" id=fault_id aria-live="polite">{move || fault.get()}</p>
        </div>
    }
}

/// The shape that goes with a state: never colour alone.
pub fn glyph(state: &str) -> AnyView {
    let shape = match state {
        "good" | "finished" | "corrected" => "●",
        "running" => "◐",
        "due" => "▶",
        "ahead" => "○",
        "overdue" | "late" => "▲",
        "missed" | "bad" | "failed" => "✕",
        "waiting" => "◔",
        "attention" => "✋",
        _ => "?",
    };
    view! { <span class="glyph" data-state=state.to_owned() aria-hidden="true">{shape}</span> }.into_any()
}

/// The name of a standing in style sheets.
pub fn standing_state(standing: Standing) -> &'static str {
    match standing {
        Standing::Ahead => "ahead",
        Standing::Due => "due",
        Standing::Running => "running",
        Standing::Overdue => "overdue",
        Standing::Finished => "finished",
        Standing::NotYetReported => "unknown",
        Standing::Missed => "missed",
    }
}

/// Drawn icons: 24 units, strokes in the colour of the text.
pub fn icon(name: &str) -> AnyView {
    let path = match name {
        "today" => {
            "M12 3v3M5.6 5.6l2 2M3 12h3M18 12h3M16.4 7.6l2-2M8 21h8M9 18h6M8.5 14.5a5 5 0 1 1 7 0c-.8.8-1 1.6-1 2.5h-5c0-.9-.2-1.7-1-2.5z"
        }
        "finding" => "M12 4 2.8 20h18.4zM12 10v4M12 17.2v.3",
        "results" => "M4 20V10M10 20V4M16 20v-7M22 20H2",
        "device" => "M6 3h12a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM11 18h2",
        #[cfg(feature = "desk")]
        "home" => "M3 11.5 12 4l9 7.5M5.5 9.5V20h13V9.5M10 20v-5.5h4V20",
        #[cfg(feature = "desk")]
        "event" => "M5 5h14v15H5zM5 9.5h14M8.5 3v4M15.5 3v4M9 13.5h2v2H9z",
        #[cfg(feature = "desk")]
        "notice" => "M4 10v4h3l7 4V6L7 10zM17 9a4 4 0 0 1 0 6M8 14l1 5h2",
        #[cfg(feature = "desk")]
        "household" => "M4 21V6l7-3v18M11 9h9v12M4 21h17M7 9v.1M7 13v.1M7 17v.1M14.5 13h2M14.5 17h2",
        #[cfg(feature = "desk")]
        "share" => "M12 15V4M8 7.5 12 4l4 3.5M7 11H5.5v9h13v-9H17",
        "settings" => "M4 7h10M18 7h2M4 17h2M10 17h10M14 5v4M6 15v4",
        "back" => "M15 5l-7 7 7 7",
        "next" => "M9 5l7 7-7 7",
        "person" => "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c.6-4 3.8-6 8-6s7.4 2 8 6",
        "lock" => "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
        "tag" => "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2h-2zM18 18h2v2h-2zM14 19h1M19 14h1",
        "camera" => "M4 8h3l2-3h6l2 3h3v11H4zM12 16.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z",
        "undo" => "M9 7 4 12l5 5M4 12h10a6 6 0 0 1 6 6",
        "plus" => "M12 5v14M5 12h14",
        _ => {
            "M9 3h6M10 3v2.5M14 3v2.5M8 8l1-2.5h6L16 8v10l-1.5 3h-5L8 18zM12 10.5c1.6 1.7 2 2.6 2 3.5a2 2 0 0 1-4 0c0-.9.4-1.8 2-3.5z"
        }
    };
    view! {
        <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round">
            <path d=path/>
        </svg>
    }
    .into_any()
}

/// A moment with its machine-readable twin.
pub fn moment(at: Moment, words: String) -> impl IntoView {
    let machine = format!("{:?}Z", at.utc().naive_utc());
    view! { <time datetime=machine>{words}</time> }
}
