//! People, their roles and teams, and who is on duty when.

use std::collections::BTreeSet;

use chrono::{NaiveDate, NaiveTime, Weekday};
use serde::{Deserialize, Serialize};

use crate::{
    ids::{ChangeId, PersonId, RosterId, TeamId},
    text::Words,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Guard,
    Cleaner,
    Gardener,
    Technician,
    Steward,
    Supervisor,
    Manager,
    Organiser,
    Operator,
    Resident,
}

impl Role {
    pub const ALL: [Role; 10] = [
        Role::Guard,
        Role::Cleaner,
        Role::Gardener,
        Role::Technician,
        Role::Steward,
        Role::Supervisor,
        Role::Manager,
        Role::Organiser,
        Role::Operator,
        Role::Resident,
    ];
}

/// A person as the people they work with know them. Names of accounts and passwords are not here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub id: PersonId,
    pub name: Words,
    pub roles: Vec<Role>,
    pub teams: Vec<TeamId>,
    /// The day from which they no longer work or live here.
    #[serde(default)]
    pub left: Option<NaiveDate>,
    /// The change that wrote it. A request carries that of the record which it builds on; without one it is put over
    /// whatever is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<ChangeId>,
}

/// A team 班组; a contractor's where `contractor` names the company.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Team {
    pub id: TeamId,
    pub name: Words,
    pub contractor: Option<Words>,
}

/// The teams that are here, and which of them are contractors'.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Teams {
    pub all: BTreeSet<TeamId>,
    pub contractors: BTreeSet<TeamId>,
}

impl<'a> FromIterator<&'a Team> for Teams {
    fn from_iter<T: IntoIterator<Item = &'a Team>>(teams: T) -> Self {
        let mut found = Self::default();
        for team in teams {
            found.put(team);
        }
        found
    }
}

impl Teams {
    /// Takes in a team as it is now.
    pub fn put(&mut self, team: &Team) {
        self.all.insert(team.id);
        if team.contractor.is_some() {
            self.contractors.insert(team.id)
        } else {
            self.contractors.remove(&team.id)
        };
    }
}

/// A roster 排班: who of a team is on duty in a shift.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roster {
    pub id: RosterId,
    pub team: TeamId,
    pub shift: Words,
    /// The weekdays on which the shift starts; every day when empty.
    pub days: Vec<Weekday>,
    pub start: NaiveTime,
    pub hours: u32,
    pub people: Vec<PersonId>,
}

impl Person {
    pub fn works_here(&self) -> bool {
        self.left.is_none() && self.is_staff()
    }

    /// Works here, or did before they left.
    pub fn is_staff(&self) -> bool {
        self.roles.iter().any(|role| *role != Role::Resident)
    }

    /// What a request that builds on this record carries: nil for a record from before revisions were kept.
    pub fn revision(&self) -> ChangeId {
        self.revision.unwrap_or(ChangeId(uuid::Uuid::nil()))
    }
}
