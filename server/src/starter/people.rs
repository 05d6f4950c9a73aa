//! `people.toml`: the teams, the people with their accounts, and the rosters.

use std::collections::BTreeMap;

use domain::{
    changes::Request,
    ids::{PersonId, RosterId, TeamId},
    people::{Person, Role, Roster, Team},
    text::{NAME_MOST, typed},
};

use super::{
    StarterAccount,
    reading::Noun,
    source::{Table, Value},
    values::{days, id_of, key_of, label, list_of, name, new_key, time, variant, whole},
};

const PASSWORD_LEAST: usize = 12;

#[derive(Default)]
pub struct People {
    pub teams: Vec<(String, Request)>,
    pub people: Vec<(String, Request)>,
    pub rosters: Vec<(String, Request)>,
    pub accounts: Vec<StarterAccount>,
}

pub fn read(file: &mut Table<'_>) -> People {
    let teams = file.tables("team", team);
    let found = file.tables("person", person);
    let members: Vec<Person> = found.iter().map(|(_, person, _)| person.clone()).collect();
    let mut numbers = BTreeMap::new();
    let rosters = file.tables("roster", |table| roster(table, &members, &mut numbers));
    let mut people = Vec::new();
    let mut accounts = Vec::new();
    for (key, person, account) in found {
        people.push((format!("person/{key}"), Request::PutPerson(person)));
        accounts.push(account);
    }
    People { teams, people, rosters, accounts }
}

fn team(table: &mut Table<'_>) -> Option<(String, Request)> {
    let key = table.need("key", new_key(Noun::Team));
    let name = table.need("name", name);
    let contractor = table.may("contractor", self::name);
    let key = key?;
    let id = TeamId::keyed(table.spot.reading().community, &key);
    Some((format!("team/{key}"), Request::PutTeam(Team { id, name: name?, contractor })))
}

fn person(table: &mut Table<'_>) -> Option<(String, Person, StarterAccount)> {
    let key = table.need("key", new_key(Noun::Person));
    let name = table.need("name", name);
    let roles = table.need("roles", roles);
    let teams = table.need("teams", list_of(id_of(Noun::Team, TeamId::keyed)));
    let username = table.need("username", username);
    let password = table.need("password", password);
    let pin = table.may("pin", pin);
    let key = key?;
    let id = PersonId::keyed(table.spot.reading().community, &key);
    let account = StarterAccount { person: id, username: username?, password: password?, pin };
    Some((key, Person { id, name: name?, roles: roles?, teams: teams?, left: None, revision: None }, account))
}

fn roles(value: Value<'_>) -> Option<Vec<Role>> {
    let spot = value.spot;
    let roles = list_of(variant)(value)?;
    if roles.is_empty() { spot.fault("a person needs at least one role") } else { Some(roles) }
}

/// Unique whatever the case: people do not remember which letters were capitals.
pub fn username(value: Value<'_>) -> Option<String> {
    let spot = value.spot;
    let username = label(value)?;
    if username.chars().any(char::is_whitespace) {
        return spot.fault("a username has no spaces");
    }
    spot.gives(Noun::Username, &username.to_lowercase());
    Some(username)
}

pub fn password(value: Value<'_>) -> Option<String> {
    let (spot, password) = value.text()?;
    if password.chars().count() < PASSWORD_LEAST {
        return spot.fault(format!("a password has at least {PASSWORD_LEAST} characters"));
    }
    match typed(&password, NAME_MOST) {
        Ok(trimmed) if trimmed == password => Some(password),
        Ok(_) | Err(_) => spot.fault(format!(
            "a password has at most {NAME_MOST} characters, none of them a control character, and no space at its ends"
        )),
    }
}

fn pin(value: Value<'_>) -> Option<String> {
    let (spot, pin) = value.text()?;
    if !(4..=8).contains(&pin.len()) || !pin.chars().all(|c| c.is_ascii_digit()) {
        return spot.fault("a PIN has 4 to 8 digits");
    }
    spot.gives(Noun::Pin, &pin);
    Some(pin)
}

/// Rosters have no keys of their own: `numbers` counts those of each team.
fn roster(table: &mut Table<'_>, members: &[Person], numbers: &mut BTreeMap<String, u32>) -> Option<(String, Request)> {
    let community = table.spot.reading().community;
    let team_key = table.need("team", key_of(Noun::Team));
    let team = team_key.as_ref().map(|key| TeamId::keyed(community, key));
    let days = table.need("days", days);
    let shift = table.need("shift", name);
    let start = table.need("start", time);
    let hours = table.need("hours", whole(1..=24));
    let people = table.need("people", list_of(|value| member(value, members, team?)));
    let team_key = team_key?;
    let number = numbers.entry(team_key.clone()).and_modify(|number| *number += 1).or_insert(1);
    let key = format!("{team_key}-{number}");
    let roster = Roster {
        id: RosterId::keyed(community, &key),
        team: team?,
        shift: shift?,
        days: days?,
        start: start?,
        hours: hours?,
        people: people?,
    };
    Some((format!("roster/{key}"), Request::PutRoster(roster)))
}

fn member(value: Value<'_>, members: &[Person], team: TeamId) -> Option<PersonId> {
    let spot = value.spot;
    let id = id_of(Noun::Person, PersonId::keyed)(value)?;
    if members.iter().any(|person| person.id == id && !person.teams.contains(&team)) {
        return spot.fault("this person is not a member of the team");
    }
    Some(id)
}
