//! `households.toml`: the households, their members and what these sign in with.

use domain::{
    changes::Request,
    households::{Household, Member},
    ids::{AreaId, HouseholdId, PersonId},
    people::{Person, Role},
    residents,
};

use super::{
    StarterAccount,
    people::{password, username},
    reading::Noun,
    source::Table,
    values::{id_of, name, new_key},
};

#[derive(Default)]
pub struct Households {
    pub requests: Vec<(String, Request)>,
    pub accounts: Vec<StarterAccount>,
}

/// The members first: a household names them.
pub fn read(file: &mut Table<'_>) -> Households {
    let found = file.tables("household", household);
    let mut all = Households::default();
    let mut households = vec![];
    for (key, household, members) in found {
        for (key, person, account) in members {
            all.requests.push((format!("person/{key}"), Request::PutPerson(person)));
            all.accounts.push(account);
        }
        let put = Request::Residents(residents::Request::PutHousehold(household));
        households.push((format!("household/{key}"), put));
    }
    all.requests.extend(households);
    all
}

type Found = (String, Person, StarterAccount);

fn household(table: &mut Table<'_>) -> Option<(String, Household, Vec<Found>)> {
    let key = table.need("key", new_key(Noun::Household));
    let flat = table.need("flat", name);
    let area = table.need("building", id_of(Noun::Area, AreaId::keyed));
    let found = table.tables("member", member);
    let key = key?;
    let id = HouseholdId::keyed(table.spot.reading().community, &key);
    let members = found.iter().map(|(_, person, _)| Member { person: person.id, name: person.name.zh.clone() });
    let members = members.collect();
    let household = Household { id, flat: flat?, area: Some(area?), members, moved_out: None, revision: None };
    Some((key, household, found))
}

fn member(table: &mut Table<'_>) -> Option<Found> {
    let key = table.need("key", new_key(Noun::Person));
    let name = table.need("name", name);
    let username = table.need("username", username);
    let password = table.need("password", password);
    let key = key?;
    let id = PersonId::keyed(table.spot.reading().community, &key);
    let account = StarterAccount { person: id, username: username?, password: password?, pin: None };
    let roles = vec![Role::Resident];
    Some((key, Person { id, name: name?, roles, teams: vec![], left: None, revision: None }, account))
}
