//! A join code: on the screen to be scanned, and as a letter to be printed. It is shown once.

use domain::{
    households::Household,
    text::{Language, Words},
};
use leptos::prelude::*;

use crate::{
    device::printer,
    locales::{self, checkpoints, general, join_letter as say, time},
    online::joining::JoinCode,
    store::Store,
    ui,
};

/// The paper that a letter is printed on; `style/desk/letter.css` has a rule for each.
const PAPERS: [&str; 2] = ["A5", "A4"];

/// Which languages a letter is in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum In {
    Both,
    Only(Language),
}

/// What a letter says, and when it ceases to hold.
#[derive(Clone)]
struct Letter {
    community: Words,
    flat: Words,
    code: JoinCode,
    /// Until when, in each language.
    until: Words,
}

/// The code that was just issued. Setting `shown` to nothing leads back.
pub fn page(store: Store, household: Option<Household>, code: JoinCode, shown: RwSignal<Option<JoinCode>>) -> AnyView {
    let (zone, now) = untrack(|| (store.zone(), store.time()));
    let until = || time::absolute(code.expires, now, &zone);
    let letter = StoredValue::new(Letter {
        community: untrack(|| store.community()).map(|it| it.name).unwrap_or_default(),
        flat: household.map(|it| it.flat).unwrap_or_default(),
        until: Words::new(locales::said_in(Language::Zh, until), locales::said_in(Language::En, until)),
        code,
    });
    let (languages, paper) = (RwSignal::new(In::Both), RwSignal::new(PAPERS[0]));
    let set_languages = move |wanted: In, words: &'static str| {
        view! { <button type="button" class="press" aria-pressed=move || (languages.get() == wanted).to_string() on:click=move |_| languages.set(wanted)>{words}</button> }
    };
    let set_paper = move |wanted: &'static str| {
        view! { <button type="button" class="press" aria-pressed=move || (paper.get() == wanted).to_string() on:click=move |_| paper.set(wanted)>{wanted}</button> }
    };
    let foot = view! {
        <div class="foot-row">
            <button class="button quiet" on:click=move |_| shown.set(None)>{say::handed_over()}</button>
            <button class="button main" on:click=move |_| printer::print()>{say::print()}</button>
        </div>
    };
    view! {
        <ui::Page title=say::join_code() foot=foot.into_any()>
            {letter.with_value(on_screen)}
            <section class="card letter-options">
                <h2>{say::as_letter()}</h2>
                <div class="presses" role="group" aria-label=general::language()>
                    {set_languages(In::Both, checkpoints::both_languages())}
                    {[Language::Zh, Language::En].map(|language| set_languages(In::Only(language), general::language_name(language).0))}
                </div>
                <div class="presses" role="group" aria-label=say::paper()>{PAPERS.map(set_paper)}</div>
            </section>
            <div class="letter" data-paper=move || paper.get()>
                {move || letter.with_value(|letter| printed(letter, languages.get()))}
            </div>
        </ui::Page>
    }
    .into_any()
}

/// What a resident scans or copies at the counter.
fn on_screen(letter: &Letter) -> AnyView {
    let flat = locales::say(&letter.flat);
    view! {
        <section class="card join-code">
            <h2><bdi>{flat.clone()}</bdi></h2>
            <p class="join-typed" translate="no">{letter.code.code.clone()}</p>
            {drawing(&letter.code, &say::qr_code_of(&flat))}
            <p class="number">{say::valid_until(&locales::say(&letter.until))}</p>
            <p class="note">{ui::glyph("attention")}" "{say::shown_once()}</p>
        </section>
    }
    .into_any()
}

fn drawing(code: &JoinCode, label: &str) -> AnyView {
    let edges = ["0 0 ", &code.size.to_string(), " ", &code.size.to_string()].concat();
    view! {
        <svg class="join-drawing" viewBox=edges shape-rendering="crispEdges" role="img" aria-label=label.to_owned()>
            <rect width="100%" height="100%" fill="#fff"/>
            <path d=code.path.clone() fill="#000"/>
        </svg>
    }
    .into_any()
}

fn printed(letter: &Letter, languages: In) -> AnyView {
    let wanted = match languages {
        In::Both => vec![Language::Zh, Language::En],
        In::Only(language) => vec![language],
    };
    let names = |words: &Words| {
        let mut lines: Vec<String> = wanted.iter().map(|language| words.say(*language).to_owned()).collect();
        lines.dedup();
        lines.join(" · ")
    };
    // Without the code, which is typed or comes with the scan.
    let address = letter.code.address.split('#').next().unwrap_or_default().to_owned();
    let steps = |language: Language| {
        let lines = locales::said_in(language, || {
            [
                say::greeting(letter.flat.say(language)),
                say::step_open(&address),
                say::step_fill().to_owned(),
                say::step_wait().to_owned(),
                say::conditions(letter.until.say(language)),
            ]
        });
        let [greeting, open, fill, wait, conditions] = lines;
        let (_, tag) = general::language_name(language);
        view! {
            <section lang=tag>
                <p>{greeting}</p>
                <ol><li>{open}</li><li>{fill}</li><li>{wait}</li></ol>
                <p class="letter-small">{conditions}</p>
            </section>
        }
    };
    view! {
        <header>
            <p class="letter-community">{names(&letter.community)}</p>
            <p class="letter-flat">{names(&letter.flat)}</p>
        </header>
        <div class="letter-code">
            {drawing(&letter.code, &say::qr_code_of(&locales::say(&letter.flat)))}
            <div>
                <p class="letter-small">{wanted.iter().map(|language| locales::said_in(*language, say::join_code)).collect::<Vec<_>>().join(" · ")}</p>
                <p class="join-typed" translate="no">{letter.code.code.clone()}</p>
                <p class="letter-small letter-address" translate="no">{address.clone()}</p>
            </div>
        </div>
        {wanted.iter().map(|language| steps(*language)).collect_view()}
        <footer class="letter-small">{general::PRODUCT}</footer>
    }
    .into_any()
}
