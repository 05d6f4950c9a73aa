//! Tags as they come out of the printer: on A4, in the size and language that is wanted, with marks to cut along.

use domain::text::{Language, Words};
use leptos::prelude::*;

use crate::{
    device::printer,
    locales::{self, checkpoints as say, general},
    online::PrintedTag,
    ui,
};

/// The edge of the QR code with its quiet zone, in millimetres; `style/tag_sheet.css` has a rule for each.
const SIZES: [u32; 3] = [40, 60, 90];

/// Which names stand on a tag.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    Both,
    Only(Language),
}

impl Names {
    /// The lines for a name; one where there is no other.
    fn of(self, words: &Words) -> Vec<String> {
        match self {
            Names::Only(language) => vec![words.say(language).to_owned()],
            Names::Both => {
                let mut lines = vec![words.say(Language::Zh).to_owned(), words.say(Language::En).to_owned()];
                lines.dedup();
                lines
            }
        }
    }
}

/// The sheet of these tags. Setting `shown` to nothing leads back.
pub fn page(tags: Vec<PrintedTag>, shown: RwSignal<Option<Vec<PrintedTag>>>) -> AnyView {
    let size = RwSignal::new(SIZES[1]);
    let names = RwSignal::new(Names::Both);
    let set_size = move |wanted: u32| {
        view! { <button type="button" class="press" aria-pressed=move || (size.get() == wanted).to_string() on:click=move |_| size.set(wanted)>{say::size(wanted)}</button> }
    };
    let set_names = move |wanted: Names, words: &'static str| {
        view! { <button type="button" class="press" aria-pressed=move || (names.get() == wanted).to_string() on:click=move |_| names.set(wanted)>{words}</button> }
    };
    let foot = view! {
        <div class="foot-row">
            <button class="button quiet" on:click=move |_| shown.set(None)>{say::choose_others()}</button>
            <button class="button main" on:click=move |_| printer::print()>{say::print(tags.len())}</button>
        </div>
    };
    view! {
        <ui::Page title=say::tags() foot=foot.into_any()>
            <section class="card tag-options">
                <h2>{say::size_of_code()}</h2>
                <div class="presses" role="group" aria-label=say::size_of_code()>{SIZES.map(set_size)}</div>
                <h2>{general::language()}</h2>
                <div class="presses" role="group" aria-label=general::language()>
                    {set_names(Names::Both, say::both_languages())}
                    {[Language::Zh, Language::En].map(|language| set_names(Names::Only(language), general::language_name(language).0))}
                </div>
                <p class="note">{say::paper()}</p>
            </section>
            <div class="tag-sheet" data-size=move || size.get().to_string()>
                {move || tags.iter().map(|tag| printed(tag, names.get())).collect_view()}
            </div>
        </ui::Page>
    }
    .into_any()
}

fn printed(tag: &PrintedTag, names: Names) -> AnyView {
    let lines = |words| names.of(words).into_iter().map(|line| view! { <span>{line}</span> }).collect_view();
    let edges = ["0 0 ", &tag.size.to_string(), " ", &tag.size.to_string()].concat();
    let numbered = [general::PRODUCT, " · ", &tag.issue.to_string()].concat();
    view! {
        <figure class="tag">
            <svg class="tag-cut" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
                <path d="M0 6V0h6M94 0h6v6M100 94v6h-6M6 100H0v-6" fill="none" stroke="#000" vector-effect="non-scaling-stroke"/>
            </svg>
            <svg class="tag-code" viewBox=edges shape-rendering="crispEdges" role="img" aria-label=say::qr_code_of(&locales::say(&tag.name))>
                <path d=tag.path.clone() fill="#000"/>
            </svg>
            <figcaption>
                <span class="tag-typed">{tag.short_code.clone()}</span>
                <strong>{lines(&tag.name)}</strong>
                {lines(&tag.area)}
                <small>{numbered}</small>
            </figcaption>
        </figure>
    }
    .into_any()
}
