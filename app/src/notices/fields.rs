//! The fields of a notice: words, to whom, from when until when.

use domain::{
    notices::{Addressees, Notice},
    people::Role,
    text::{Language, NAME_MOST, NOTE_MOST, Words, typed_or_empty},
    time::{Moment, Zone},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    households::buildings,
    locales::{general, notice_form as say},
    store::Store,
    ui,
};

/// What stands in the fields.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Typed {
    title_zh: String,
    title_en: String,
    text_zh: String,
    text_en: String,
    /// An area's id or a role; everyone where it is neither.
    pub to: String,
    from: String,
    until: String,
}

const EVERYONE: &str = "everyone";

impl Typed {
    pub fn of(notice: &Notice, zone: &Zone) -> Self {
        let to = match notice.to {
            Addressees::Everyone | Addressees::Other => EVERYONE.to_owned(),
            Addressees::Building { area } => area.to_string(),
            Addressees::Role { role } => role_key(role),
        };
        let minute = |at: Option<Moment>| at.map(|at| zone.for_field(at)).unwrap_or_default();
        Self {
            title_zh: notice.title.zh.clone(),
            title_en: notice.title.en.clone(),
            text_zh: notice.text.zh.clone(),
            text_en: notice.text.en.clone(),
            to,
            from: minute(notice.from),
            until: minute(notice.until),
        }
    }

    pub fn to(&self) -> Addressees {
        let role = Role::ALL.into_iter().find(|role| role_key(*role) == self.to);
        match (role, self.to.parse()) {
            (Some(role), _) => Addressees::Role { role },
            (None, Ok(area)) => Addressees::Building { area },
            (None, Err(_)) => Addressees::Everyone,
        }
    }
}

/// A role as its published name, such as `guard`.
fn role_key(role: Role) -> String {
    serde_json::to_string(&role).unwrap_or_default().trim_matches('"').to_owned()
}

/// The fields, and what does not fit in them.
#[derive(Clone, Copy)]
pub struct Fields {
    pub title: [RwSignal<String>; 2],
    pub text: [RwSignal<String>; 2],
    pub to: RwSignal<String>,
    from: RwSignal<String>,
    pub until: RwSignal<String>,
    title_fault: RwSignal<Option<String>>,
    text_fault: RwSignal<Option<String>>,
    from_fault: RwSignal<Option<String>>,
    until_fault: RwSignal<Option<String>>,
}

impl Fields {
    pub fn of(typed: Typed) -> Self {
        let Typed { title_zh, title_en, text_zh, text_en, to, from, until } = typed;
        let fault = || RwSignal::new(None);
        Self {
            title: [title_zh, title_en].map(RwSignal::new),
            text: [text_zh, text_en].map(RwSignal::new),
            to: RwSignal::new(to),
            from: RwSignal::new(from),
            until: RwSignal::new(until),
            title_fault: fault(),
            text_fault: fault(),
            from_fault: fault(),
            until_fault: fault(),
        }
    }

    pub fn typed(self) -> Typed {
        let [[title_zh, title_en], [text_zh, text_en]] = [self.title, self.text].map(|it| it.map(|it| it.get()));
        Typed {
            title_zh,
            title_en,
            text_zh,
            text_en,
            to: self.to.get(),
            from: self.from.get(),
            until: self.until.get(),
        }
    }

    /// The notice that is asked for; `None` where something does not fit, which is then said at its field.
    pub fn wish(self, base: Notice, zone: &Zone, now: Moment) -> Option<Notice> {
        let typed = untrack(|| self.typed());
        let words = |zh: &str, en: &str, most: usize| match (typed_or_empty(zh, most), typed_or_empty(en, most)) {
            (Ok(zh), Ok(en)) => Ok(Words::new(zh, en)),
            (Err(unfit), _) | (_, Err(unfit)) => Err(general::unfit(&unfit)),
        };
        let title = match words(&typed.title_zh, &typed.title_en, NAME_MOST) {
            Ok(words) if words.say(Language::Zh).is_empty() => Err(say::title_needed().to_owned()),
            other => other,
        };
        let text = words(&typed.text_zh, &typed.text_en, NOTE_MOST);
        let moment = |text: &str| match zone.of_field(text) {
            Err(fault) if !text.trim().is_empty() => Err(say::not_a_time(fault).to_owned()),
            moment => Ok(moment.ok()),
        };
        let (from, until) = (moment(&typed.from), moment(&typed.until));
        self.title_fault.set(title.as_ref().err().cloned());
        self.text_fault.set(text.as_ref().err().cloned());
        self.from_fault.set(from.as_ref().err().cloned());
        self.until_fault.set(until.as_ref().err().cloned());
        let wish = Notice {
            title: title.ok()?,
            text: text.ok()?,
            to: typed.to(),
            from: from.ok()?,
            until: until.ok()?,
            ..base
        };
        if !wish.is_yet_to_end(now) {
            self.until_fault.set(Some(say::until_unfit().to_owned()));
            return None;
        }
        Some(wish)
    }
}

pub fn words(fields: Fields) -> AnyView {
    let ([title_zh, title_en], [text_zh, text_en]) = (fields.title, fields.text);
    view! {
        <ui::Field label=say::title_zh() name="title-zh" autocomplete="off" value=title_zh fault=fields.title_fault/>
        <ui::LongField label=say::text_zh() name="text-zh" value=text_zh fault=fields.text_fault/>
        <ui::Field label=say::title_en() name="title-en" autocomplete="off" value=title_en/>
        <ui::LongField label=say::text_en() name="text-en" note=say::languages_note() value=text_en/>
    }
    .into_any()
}

pub fn addressees(store: Store, to: RwSignal<String>) -> AnyView {
    let option = move |value: String, words: String| {
        let this = value.clone();
        view! { <option value=value selected=move || to.get_untracked() == this>{words}</option> }
    };
    let of_buildings = store.world.with_untracked(buildings);
    view! {
        <div class="field">
            <label for="field-to">{say::to()}</label>
            <select id="field-to" on:change=move |event| to.set(event_target_value(&event))>
                {option(EVERYONE.into(), say::everyone().into())}
                <optgroup label=say::to_building()>
                    {of_buildings.into_iter().map(|(id, name)| option(id.to_string(), name)).collect_view()}
                </optgroup>
                <optgroup label=say::to_role()>
                    {Role::ALL.map(|role| option(role_key(role), general::role(role).into())).into_iter().collect_view()}
                </optgroup>
            </select>
        </div>
    }
    .into_any()
}

pub fn times(fields: Fields, zone: StoredValue<Zone>) -> AnyView {
    let field = move |id: &'static str,
                      label: &'static str,
                      note: &'static str,
                      value: RwSignal<String>,
                      fault: RwSignal<Option<String>>| {
        let fault_id = format!("{id}-fault");
        view! {
            <div class="field">
                <label for=id>{label}</label>
                <input id=id type="datetime-local" aria-describedby=fault_id.clone() aria-invalid=move || fault.get().is_some().then_some("true")
                    prop:value=move || value.get() on:input=move |event| { value.set(event_target_value(&event)); fault.set(None); }/>
                <p class="note">{note}</p>
                <p class="fault" id=fault_id aria-live="polite">{move || fault.get()}</p>
            </div>
        }
    };
    let named = zone.with_value(|zone| say::zone_note(&zone.name));
    view! {
        <div class="pair">
            {field("field-from", say::from(), say::from_note(), fields.from, fields.from_fault)}
            {field("field-until", say::until(), say::until_note(), fields.until, fields.until_fault)}
        </div>
        <p class="note">{named}</p>
    }
    .into_any()
}
