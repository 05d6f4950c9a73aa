//! The fields of a person: name, roles, teams.

use domain::{
    ids::TeamId,
    people::{Person, Role},
    permissions::may_set_up,
    records::Body,
    text::{NAME_MOST, Words, typed_or_empty},
};
use leptos::prelude::*;

use crate::{
    locales::{self, general, people as say},
    store::Store,
    ui,
};

/// What stands in the fields, beside the record that it builds on.
#[derive(Clone, Copy)]
pub struct Form {
    pub base: RwSignal<Person>,
    zh: RwSignal<String>,
    en: RwSignal<String>,
    roles: RwSignal<Vec<Role>>,
    teams: RwSignal<Vec<TeamId>>,
    zh_fault: RwSignal<Option<String>>,
    en_fault: RwSignal<Option<String>>,
    role_fault: RwSignal<Option<String>>,
}

impl Form {
    pub fn of(person: Person) -> Self {
        Self {
            zh: RwSignal::new(person.name.zh.clone()),
            en: RwSignal::new(person.name.en.clone()),
            roles: RwSignal::new(person.roles.clone()),
            teams: RwSignal::new(person.teams.clone()),
            base: RwSignal::new(person),
            zh_fault: RwSignal::new(None),
            en_fault: RwSignal::new(None),
            role_fault: RwSignal::new(None),
        }
    }

    /// What is typed now, fit or not.
    pub fn typed(&self) -> Person {
        Person {
            name: Words::new(self.zh.get(), self.en.get()),
            roles: self.roles.get(),
            teams: self.teams.get(),
            ..self.base.get_untracked()
        }
    }

    /// The person that is asked for; `None` where something does not fit, which is then said at its field.
    pub fn wish(&self, store: Store) -> Option<Person> {
        let mut wish = untrack(|| self.typed());
        let (zh, en) = (typed_or_empty(&wish.name.zh, NAME_MOST), typed_or_empty(&wish.name.en, NAME_MOST));
        let [mut zh_fault, en_fault] = [&zh, &en].map(|name| name.as_ref().err().map(general::unfit));
        if let (Ok(zh), Ok(en)) = (zh, en) {
            zh_fault = (zh.is_empty() && en.is_empty()).then(|| say::name_needed().to_owned());
            wish.name = Words::new(zh, en);
        }
        let is_me = untrack(|| store.present.get()).is_some_and(|present| present.person == wish.id);
        let role_fault = match () {
            () if wish.roles.is_empty() => Some(say::role_needed()),
            () if is_me && !may_set_up(&wish) => Some(say::not_oneself()),
            () => None,
        };
        let fits = zh_fault.is_none() && en_fault.is_none() && role_fault.is_none();
        self.zh_fault.set(zh_fault);
        self.en_fault.set(en_fault);
        self.role_fault.set(role_fault.map(str::to_owned));
        fits.then_some(wish)
    }

    pub fn view(self, store: Store) -> AnyView {
        let mut teams: Vec<(TeamId, String)> = store.world.with_untracked(|world| {
            let teams = world.all().filter_map(|body| match body {
                Body::Team(team) => Some((team.id, locales::say(&team.name))),
                _ => None,
            });
            teams.collect()
        });
        teams.sort_by(|a, b| a.1.cmp(&b.1));
        let role = |role: Role| {
            let chosen = self.roles.with_untracked(|roles| roles.contains(&role));
            check(general::role(role).into(), chosen, move |is_on| {
                self.role_fault.set(None);
                // In the order of the table: the first is the one that lists show.
                self.roles.update(|roles| {
                    *roles = Role::ALL
                        .into_iter()
                        .filter(|it| if *it == role { is_on } else { roles.contains(it) })
                        .collect()
                });
            })
        };
        let team = |(team, name): (TeamId, String)| {
            let chosen = self.teams.with_untracked(|teams| teams.contains(&team));
            check(name, chosen, move |is_on| {
                self.teams.update(|teams| {
                    teams.retain(|it| *it != team);
                    if is_on {
                        teams.push(team);
                    }
                });
            })
        };
        view! {
            <ui::Field label=say::name_zh() name="name-zh" autocomplete="off" value=self.zh fault=self.zh_fault/>
            <ui::Field label=say::name_en() name="name-en" autocomplete="off" value=self.en fault=self.en_fault/>
            <fieldset class="checks" aria-describedby="roles-fault">
                <legend>{say::roles()}</legend>
                {Role::ALL.map(role).into_iter().collect_view()}
                <p class="note">{say::roles_note()}</p>
                <p class="fault" id="roles-fault" aria-live="polite">{move || self.role_fault.get()}</p>
            </fieldset>
            <fieldset class="checks">
                <legend>{say::teams()}</legend>
                {teams.into_iter().map(team).collect_view()}
            </fieldset>
        }
        .into_any()
    }
}

fn check(words: String, is_on: bool, set: impl Fn(bool) + 'static) -> AnyView {
    view! {
        <label class="check">
            <input type="checkbox" prop:checked=is_on on:change=move |event| set(event_target_checked(&event))/>
            <bdi>{words}</bdi>
        </label>
    }
    .into_any()
}
