//! A household 户: a tenancy with its members. When it moves out, the next tenancy of the flat is another household.

use serde::{Deserialize, Serialize};

use crate::{
    decide::{Actor, Context, Decision, entitled_now},
    ids::{AreaId, ChangeId, HouseholdId, PersonId, RecordId, derived},
    people::{Person, Role},
    permissions::Act,
    records::{Audience, Body, Reads, Record, Root},
    refusal::{Refusal, WhyNot},
    residents,
    text::{NAME_MOST, Words, typed},
    time::Moment,
};

/// The most members of one household.
const MEMBERS_MOST: usize = 30;

/// A household as the desk knows it. No staff is named in it, so that its own view may say the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Household {
    pub id: HouseholdId,
    /// What is written on the door, such as 3栋 1202.
    pub flat: Words,
    /// The building that the flat is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<AreaId>,
    pub members: Vec<Member>,
    /// When its tenancy ended: from then on it holds and asks for nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved_out: Option<Moment>,
    /// The change that wrote it; a request carries that of the record which it builds on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<ChangeId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    pub person: PersonId,
    /// As the household gave it.
    pub name: String,
}

/// The same household as it is told to itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OwnHousehold(pub Household);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HouseholdMovedOut {
    pub household: HouseholdId,
}

/// For whom somebody asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// A member, for their own household.
    Member,
    /// The desk, for a household that called or came by.
    Desk,
    /// The server itself: data files, and what is due.
    System,
}

impl Household {
    /// The record that tells a household about itself.
    pub fn own_id(id: HouseholdId) -> RecordId {
        RecordId(derived(&[b"own household", id.0.as_bytes()]))
    }

    pub fn has(&self, person: PersonId) -> bool {
        self.members.iter().any(|member| member.person == person)
    }

    /// A member as a person, for a device that holds no record of them but its household's.
    pub fn resident(&self, id: PersonId) -> Option<Person> {
        let member = self.members.iter().find(|member| member.person == id)?;
        self.moved_out.is_none().then(|| Person {
            id,
            name: Words::new(member.name.clone(), ""),
            roles: vec![Role::Resident],
            teams: vec![],
            left: None,
            revision: None,
        })
    }

    fn records(self) -> Vec<Record> {
        let own = OwnHousehold(self.clone());
        vec![
            Record::new(Audience::Household(self.id), residents::Body::OwnHousehold(own).into()),
            Record::new(Audience::Desk, residents::Body::Household(self).into()),
        ]
    }
}

impl residents::Body {
    fn household(&self) -> Option<&Household> {
        match self {
            residents::Body::Household(it) | residents::Body::OwnHousehold(OwnHousehold(it)) => Some(it),
            _ => None,
        }
    }
}

/// What deciding something for a household reads.
pub fn reads(household: HouseholdId) -> Vec<RecordId> {
    vec![household.into(), Household::own_id(household)]
}

fn known(reads: &Reads, id: HouseholdId) -> Option<&Household> {
    [id.into(), Household::own_id(id)].into_iter().find_map(|id| match reads.get(id) {
        Some(Body::Residents(body)) => body.household(),
        _ => None,
    })
}

/// Who `actor` is to `household` now; the desk may ask for it where `on_behalf` is theirs to do.
///
/// # Errors
/// Not theirs, not there, or moved out.
pub fn asker(reads: &Reads, id: HouseholdId, actor: &Actor, on_behalf: Option<Act>) -> Result<Asker, Refusal> {
    let household = known(reads, id);
    let asker = match actor {
        Actor::System => return Ok(Asker::System),
        Actor::Person(person) | Actor::OfAnyTime(person) => {
            let is_member = household.is_some_and(|household| household.has(person.id));
            if is_member && entitled_now(actor, Act::SignUp) {
                Asker::Member
            } else if on_behalf.is_some_and(|act| entitled_now(actor, act)) {
                Asker::Desk
            } else {
                return Err(Refusal::NotPermitted);
            }
        }
    };
    match household {
        None => Err(Refusal::NoSuchThing),
        Some(household) if household.moved_out.is_some() => Err(WhyNot::MovedOut.into()),
        Some(_) => Ok(asker),
    }
}

pub(crate) fn put(root: &Root, wish: &Household, change: ChangeId, actor: &Actor) -> Result<Decision, Refusal> {
    if !entitled_now(actor, Act::ApproveHouseholds) {
        return Err(Refusal::NotPermitted);
    }
    let there = of_root(root);
    if let Some(there) = there {
        if there.moved_out.is_some() {
            return Err(WhyNot::MovedOut.into());
        }
        let is_current = wish.revision.is_none() || wish.revision == there.revision || there.revision == Some(change);
        if !is_current {
            return Err(Refusal::ChangedMeanwhile);
        }
    }
    Ok(Decision { records: written(wish, change)?, ..Decision::default() })
}

/// What a household's request writes, whatever is there.
pub(crate) fn written(wish: &Household, change: ChangeId) -> Result<Vec<Record>, Refusal> {
    let invalid = |field: &str| Refusal::Invalid { field: field.into() };
    let flat_fits = [&wish.flat.zh, &wish.flat.en].iter().all(|text| text.chars().count() <= NAME_MOST);
    if !flat_fits || wish.flat.say(Default::default()).trim().is_empty() {
        return Err(invalid("flat"));
    }
    let mut people: Vec<PersonId> = wish.members.iter().map(|member| member.person).collect();
    people.sort();
    people.dedup();
    let names_fit = wish.members.iter().all(|member| typed(&member.name, NAME_MOST).is_ok());
    if !names_fit || people.len() != wish.members.len() || people.len() > MEMBERS_MOST {
        return Err(invalid("members"));
    }
    Ok(Household { moved_out: None, revision: Some(change), ..wish.clone() }.records())
}

pub(crate) fn moved_out(
    root: &Root,
    wish: HouseholdMovedOut,
    change: ChangeId,
    actor: &Actor,
    context: &Context,
) -> Result<Decision, Refusal> {
    if !entitled_now(actor, Act::ApproveHouseholds) {
        return Err(Refusal::NotPermitted);
    }
    let there = of_root(root).ok_or(Refusal::NoSuchThing)?;
    if there.moved_out.is_some() {
        return Err(WhyNot::MovedOut.into());
    }
    Ok(Decision { records: ended(root, wish.household, change, context.now), ..Decision::default() })
}

/// The household with its tenancy ended, also where a restored server has forgotten who it was.
pub(crate) fn ended(root: &Root, id: HouseholdId, change: ChangeId, at: Moment) -> Vec<Record> {
    let there = of_root(root).cloned();
    let blank =
        || Household { id, flat: Words::default(), area: None, members: vec![], moved_out: None, revision: None };
    let household = there.unwrap_or_else(blank);
    Household { moved_out: household.moved_out.or(Some(at)), revision: Some(change), ..household }.records()
}

fn of_root(root: &Root) -> Option<&Household> {
    root.of_residents().find_map(residents::Body::household)
}
