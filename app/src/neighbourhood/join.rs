//! The way into a household: the code on the paper, a name, a pass phrase of one's own. A steward does the rest.

use std::cell::RefCell;

use domain::text::{Language, NAME_MOST, typed};
use leptos::{ev::SubmitEvent, prelude::*};
use leptos_router::{NavigateOptions, hooks::use_navigate};
use serde::{Deserialize, Serialize};

use crate::{
    accounts::unlock::choose_language,
    device::preferences,
    locales::{self, accounts as say_accounts, general, joining as say},
    online::{
        Trouble, WhyNotYet,
        joining::{self, JoinForm},
    },
    shell::ChosenLanguage,
    store::{Store, use_store},
    ui,
};

/// Where what is typed is kept; the pass phrase is not.
const DRAFT: &str = "join";
/// A code with whatever somebody types between its characters.
const CODE_MOST: usize = 64;

thread_local! {
    /// Changing the language draws the page anew; the pass phrase outlives that in memory and nowhere else.
    static PASS_PHRASE: RefCell<String> = const { RefCell::new(String::new()) };
}

pub fn page() -> AnyView {
    view! { <Join/> }.into_any()
}

/// What stands in the form.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Typed {
    code: String,
    name: String,
    username: String,
    /// Who has joined and waits for the steward.
    joined: String,
}

/// The form, with what is wrong at each of its fields.
#[derive(Clone, Copy)]
struct Form {
    store: Store,
    code: RwSignal<String>,
    name: RwSignal<String>,
    username: RwSignal<String>,
    pass_phrase: RwSignal<String>,
    joined: RwSignal<String>,
    /// The field that does not fit, and why.
    fault: RwSignal<Option<(&'static str, String)>>,
    is_busy: RwSignal<bool>,
}

#[component]
fn Join() -> impl IntoView {
    let form = Form::begin(use_store());
    document().set_title(say::join());
    view! {
        <main class="door">
            {languages()}
            <div class="brand">{ui::icon("lamp")}<span>{general::PRODUCT}</span></div>
            {move || if form.joined.with(String::is_empty) { form.view() } else { form.joined_view() }}
        </main>
    }
}

/// Both languages by their own names: whoever is new here has not chosen yet.
fn languages() -> AnyView {
    let language = expect_context::<ChosenLanguage>().0;
    let choose = move |wanted: Language| {
        let (words, tag) = general::language_name(wanted);
        view! { <button type="button" class="press" lang=tag aria-pressed=(language.get_untracked() == wanted).to_string() on:click=move |_| choose_language(language, wanted)>{words}</button> }
    };
    view! {
        <div class="presses" role="group" aria-label=general::language()>{choose(Language::Zh)}{choose(Language::En)}</div>
    }
    .into_any()
}

/// The code that a phone's camera was led here by: no server is told what stands behind `#`.
fn scanned() -> Option<String> {
    let hash = web_sys::window()?.location().hash().ok()?;
    let code = hash.strip_prefix('#')?;
    let code = js_sys::decode_uri_component(code).ok().and_then(|code| code.as_string()).unwrap_or_default();
    (!code.is_empty()).then(|| grouped(&code))
}

/// In groups of four, as on the paper.
fn grouped(code: &str) -> String {
    let code: Vec<char> = code.chars().filter(|c| c.is_alphanumeric()).take(CODE_MOST).collect();
    code.chunks(4).map(String::from_iter).collect::<Vec<_>>().join("-")
}

impl Form {
    fn begin(store: Store) -> Self {
        let kept: Typed = store.draft(DRAFT).and_then(|text| domain::json::read(&text).ok()).unwrap_or_default();
        let scanned = scanned();
        // Another code begins anew: on one phone a whole family may join.
        let is_anew = scanned.as_ref().is_some_and(|code| *code != kept.code);
        let first = if is_anew { Typed::default() } else { kept };
        let form = Self {
            store,
            code: RwSignal::new(scanned.clone().unwrap_or(first.code)),
            name: RwSignal::new(first.name),
            username: RwSignal::new(first.username),
            pass_phrase: RwSignal::new(PASS_PHRASE.with(|it| it.borrow().clone())),
            joined: RwSignal::new(first.joined),
            fault: RwSignal::new(None),
            is_busy: RwSignal::new(false),
        };
        if scanned.is_some() {
            // What is changed by hand from now on stays, and the code is in no history.
            let options = NavigateOptions { replace: true, scroll: false, ..Default::default() };
            use_navigate()("/join", options);
        }
        Effect::new(move |_| {
            PASS_PHRASE.with(|it| form.pass_phrase.with(|phrase| phrase.clone_into(&mut it.borrow_mut())))
        });
        Effect::new(move |before: Option<Typed>| {
            let now = form.typed();
            if before.map_or(scanned.is_some(), |before| before != now) {
                form.store.keep_draft(DRAFT.into(), serde_json::to_string(&now).unwrap_or_default());
            }
            now
        });
        form
    }

    fn typed(&self) -> Typed {
        Typed { code: self.code.get(), name: self.name.get(), username: self.username.get(), joined: self.joined.get() }
    }

    fn fault_at(self, field: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || self.fault.get().filter(|(at, _)| *at == field).map(|(_, words)| words))
    }

    fn send(self) {
        if self.is_busy.get_untracked() {
            return;
        }
        let Typed { code, name, username, .. } = untrack(|| self.typed());
        let pass_phrase = self.pass_phrase.get_untracked();
        let needed = |field: &'static str, text: &str, most| {
            typed(text, most).err().map(|unfit| (field, general::unfit(&unfit)))
        };
        let wrong = needed("code", &code, CODE_MOST).or_else(|| needed("name", &name, NAME_MOST));
        let wrong =
            wrong.or_else(|| pass_phrase.is_empty().then(|| ("pass-phrase", say::pass_phrase_unfit().to_owned())));
        if wrong.is_some() {
            return self.say(wrong);
        }
        self.fault.set(None);
        self.is_busy.set(true);
        let wish = JoinForm { code, name, username, pass_phrase, language: locales::language() };
        leptos::task::spawn_local(async move {
            match joining::join(wish).await {
                Ok(joined) => {
                    // This phone is a household's: it opens the build that knows of them, and why somebody cannot sign in yet.
                    preferences::choose_desk();
                    self.pass_phrase.try_set(String::new());
                    self.joined.try_set(joined.username);
                }
                Err(trouble) => self.say(Some(place(&trouble))),
            }
            self.is_busy.try_set(false);
        });
    }

    /// At its field, which gets the focus.
    fn say(self, wrong: Option<(&'static str, String)>) {
        let field = wrong.as_ref().map(|(field, _)| *field);
        self.fault.try_set(wrong);
        let field = field.and_then(|field| document().get_element_by_id(&format!("field-{field}")));
        if let Some(field) = field.and_then(|it| wasm_bindgen::JsCast::dyn_into::<web_sys::HtmlElement>(it).ok()) {
            let _ = field.focus();
        }
    }

    fn view(self) -> AnyView {
        let shown = RwSignal::new(false);
        let submit = move |event: SubmitEvent| {
            event.prevent_default();
            self.send();
        };
        let phrase_fault = self.fault_at("pass-phrase");
        view! {
            <form class="card join" on:submit=submit>
                <h1>{say::join()}</h1>
                <p class="lead">{say::join_lead()}</p>
                <ui::Field label=say::code() name="code" autocomplete="off" value=self.code note=say::code_note() fault=self.fault_at("code")/>
                <ui::Field label=say::name() name="name" autocomplete="name" value=self.name note=say::name_note() fault=self.fault_at("name")/>
                <ui::Field label=say::username() name="username" autocomplete="username" value=self.username note=say::username_note() fault=self.fault_at("username")/>
                <div class="field">
                    <label for="field-pass-phrase">{say::pass_phrase()}</label>
                    <input id="field-pass-phrase" name="password" autocomplete="new-password" aria-describedby="pass-phrase-note field-pass-phrase-fault"
                        type=move || if shown.get() { "text" } else { "password" }
                        aria-invalid=move || phrase_fault.get().is_some().then_some("true")
                        prop:value=move || self.pass_phrase.get()
                        on:input=move |event| self.pass_phrase.set(event_target_value(&event))/>
                    <p class="note" id="pass-phrase-note">{say::pass_phrase_note()}</p>
                    <p class="fault" id="field-pass-phrase-fault" aria-live="polite">{move || phrase_fault.get()}</p>
                    <label class="check">
                        <input type="checkbox" on:change=move |event| shown.set(event_target_checked(&event))/>
                        <span>{say::show()}</span>
                    </label>
                </div>
                {ui::problem(move || self.fault.get().filter(|(at, _)| *at == "form").map(|(_, words)| words))}
                <button class="button main" type="submit" disabled=move || self.is_busy.get()>
                    {move || if self.is_busy.get() { say::joining() } else { say::join_now() }}
                </button>
                <a class="button quiet" href="/sign-in">{say::have_account()}</a>
            </form>
        }
        .into_any()
    }

    /// What comes next, with what must be remembered until then.
    fn joined_view(self) -> AnyView {
        let again = move |_| {
            self.code.set(String::new());
            self.name.set(String::new());
            self.username.set(String::new());
            self.joined.set(String::new());
        };
        let title = NodeRef::<leptos::html::H1>::new();
        title.on_load(|title| {
            let _ = title.focus();
        });
        view! {
            <section class="card" role="status">
                <h1 tabindex="-1" node_ref=title>{say::joined_title()}</h1>
                <p class="lead">{say::joined_lead()}</p>
                <dl class="handed"><div><dt>{say::joined_note()}</dt><dd>{self.joined.get_untracked()}</dd></div></dl>
                <p class="note">{say::joined_phrase()}</p>
                <a class="button main" href="/sign-in">{say_accounts::sign_in()}</a>
                <button type="button" class="button quiet" on:click=again>{say::joined_again()}</button>
            </section>
        }
        .into_any()
    }
}

/// The field that a refusal is about, and its sentence.
fn place(trouble: &Trouble) -> (&'static str, String) {
    match trouble {
        Trouble::NotYet { why: WhyNotYet::UnknownCode | WhyNotYet::UsedCode | WhyNotYet::ExpiredCode } => {
            ("code", general::trouble(trouble))
        }
        Trouble::TooMany { .. } => ("code", general::trouble(trouble)),
        Trouble::Taken { field } if field == "username" => ("username", say::username_taken().into()),
        Trouble::Invalid { field } if field == "username" => ("username", say::username_unfit().into()),
        Trouble::Invalid { field } if field == "pass_phrase" => ("pass-phrase", say::pass_phrase_unfit().into()),
        Trouble::Invalid { field } if field == "name" => ("name", general::trouble(trouble)),
        Trouble::NoNetwork => ("form", say::no_network().into()),
        _ => ("form", general::trouble(trouble)),
    }
}
