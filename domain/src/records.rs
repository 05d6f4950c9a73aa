//! A record: the current state of one thing, cut for one audience.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize, de, ser};
use serde_json::value::{RawValue, to_raw_value};

use crate::{
    areas::Area,
    checklists::Checklist,
    checkpoints::Checkpoint,
    claims::Claim,
    community::Community,
    findings::{Finding, FindingSign},
    ids::{HouseholdId, PersonId, RecordId, TeamId, VisitId},
    people::{Person, Roster, Team, Teams},
    photos::Photo,
    plans::Plan,
    rounds::Round,
    routes::Route,
    visits::Visit,
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub id: RecordId,
    /// The records that are decided together share a root.
    pub root: RecordId,
    pub audience: Audience,
    pub body: Body,
}

macro_rules! bodies {
    ($($kind:literal => $name:ident,)* $(#[$gate:meta] and $more:ident($others:ty))?) => {
        /// What a record holds. Kinds are published: they are added to, never renamed.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Body {
            $($name($name),)*
            $(#[$gate] $more($others),)?
        }

        /// The published kinds, in the order of the code.
        pub const KINDS: &[&str] = &[$($kind),*];

        impl Body {
            /// The published name of its kind.
            pub fn kind(&self) -> &'static str {
                match self {
                    $(Body::$name(_) => $kind,)*
                    $(#[$gate] Body::$more(it) => it.kind(),)?
                }
            }

            /// Its bytes, without its kind.
            pub fn encode(&self) -> Box<RawValue> {
                match self {
                    $(Body::$name(it) => to_raw_value(it),)*
                    $(#[$gate] Body::$more(it) => return it.encode(),)?
                }
                .expect("records are plain data with string keys")
            }

            /// Reads the bytes of a kind; nothing for a kind from a later version.
            ///
            /// # Errors
            /// Bytes that are not of the kind's shape.
            pub fn decode(kind: &str, bytes: &RawValue) -> serde_json::Result<Option<Self>> {
                // By hand: a derived tagged enum compiles every type twice, which the browser would have to download.
                match kind {
                    $($kind => crate::json::read(bytes.get()).map(|it| Some(Body::$name(it))),)*
                    $(#[$gate] other if <$others>::KINDS.contains(&other) => {
                        <$others>::decode(other, bytes).map(|it| it.map(Body::$more))
                    })?
                    _ => Ok(None),
                }
            }
        }
    };
}

bodies! {
    "community" => Community,
    "area" => Area,
    "checkpoint" => Checkpoint,
    "checklist" => Checklist,
    "route" => Route,
    "plan" => Plan,
    "person" => Person,
    "team" => Team,
    "roster" => Roster,
    "round" => Round,
    "visit" => Visit,
    "finding" => Finding,
    "finding_sign" => FindingSign,
    "claim" => Claim,
    #[cfg(feature = "events")]
    and Residents(crate::residents::Body)
}

/// Who may hold a record. One each: what two audiences need is two records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Audience {
    /// Everyone who has a device in this community, residents too.
    Everyone,
    /// Everyone who works here.
    Staff,
    /// Everyone who works here and is no contractor's.
    OwnStaff,
    /// One team, and whoever oversees all teams.
    Team(TeamId),
    Managers,
    Person(PersonId),
    /// Whoever looks after residents and events.
    Desk,
    /// The members of one household, while its tenancy lasts.
    Household(HouseholdId),
    /// No device: the server alone keeps it.
    Nobody,
}

impl fmt::Display for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Audience::Everyone => f.write_str("everyone"),
            Audience::Staff => f.write_str("staff"),
            Audience::OwnStaff => f.write_str("own_staff"),
            Audience::Team(team) => write!(f, "team:{team}"),
            Audience::Managers => f.write_str("managers"),
            Audience::Person(person) => write!(f, "person:{person}"),
            Audience::Desk => f.write_str("desk"),
            Audience::Household(household) => write!(f, "household:{household}"),
            Audience::Nobody => f.write_str("nobody"),
        }
    }
}

/// Text that names no audience.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoSuchAudience;

impl fmt::Display for NoSuchAudience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an audience")
    }
}

impl FromStr for Audience {
    type Err = NoSuchAudience;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once(':') {
            None if text == "everyone" => Ok(Audience::Everyone),
            None if text == "staff" => Ok(Audience::Staff),
            None if text == "own_staff" => Ok(Audience::OwnStaff),
            None if text == "managers" => Ok(Audience::Managers),
            None if text == "desk" => Ok(Audience::Desk),
            None if text == "nobody" => Ok(Audience::Nobody),
            Some(("team", id)) => id.parse().map(Audience::Team).map_err(|_| NoSuchAudience),
            Some(("person", id)) => id.parse().map(Audience::Person).map_err(|_| NoSuchAudience),
            Some(("household", id)) => id.parse().map(Audience::Household).map_err(|_| NoSuchAudience),
            None | Some(_) => Err(NoSuchAudience),
        }
    }
}

impl Serialize for Audience {
    fn serialize<S: ser::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Audience {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl Body {
    /// The id of the record that holds it.
    pub fn id(&self) -> RecordId {
        match self {
            Body::Community(it) => it.id.into(),
            Body::Area(it) => it.id.into(),
            Body::Checkpoint(it) => it.id.into(),
            Body::Checklist(it) => Checklist::record_id(it.id, it.version),
            Body::Route(it) => it.id.into(),
            Body::Plan(it) => Plan::record_id(it.id, it.version),
            Body::Person(it) => it.id.into(),
            Body::Team(it) => it.id.into(),
            Body::Roster(it) => it.id.into(),
            Body::Round(it) => it.id.into(),
            Body::Visit(it) => it.id.into(),
            Body::Finding(it) => it.id.into(),
            Body::FindingSign(it) => it.id.into(),
            Body::Claim(it) => Claim::record_id(it.lane, it.person),
            #[cfg(feature = "events")]
            Body::Residents(it) => it.id(),
        }
    }

    /// The root that it belongs to.
    pub fn root(&self) -> RecordId {
        match self {
            Body::Checklist(it) => it.id.into(),
            Body::Plan(it) => it.id.into(),
            Body::Visit(it) => it.round.into(),
            Body::Community(_)
            | Body::Area(_)
            | Body::Checkpoint(_)
            | Body::Route(_)
            | Body::Person(_)
            | Body::Team(_)
            | Body::Roster(_)
            | Body::Round(_)
            | Body::Finding(_)
            | Body::FindingSign(_)
            | Body::Claim(_) => self.id(),
            #[cfg(feature = "events")]
            Body::Residents(it) => it.root(),
        }
    }
}

impl Body {
    /// The photos that it uses: whoever may see it may see these.
    pub fn photos(&self) -> Vec<&Photo> {
        match self {
            Body::Visit(visit) => {
                let changed = visit.corrections.iter().flat_map(|correction| &correction.changed);
                let before = changed.filter_map(|changed| changed.old.as_ref());
                visit.answers.iter().chain(before).flat_map(|answer| &answer.photos).collect()
            }
            Body::Finding(finding) => {
                let corrected = finding.corrected.iter().flat_map(|correction| &correction.photos);
                finding.photos.iter().chain(corrected).collect()
            }
            Body::Community(_)
            | Body::Area(_)
            | Body::Checkpoint(_)
            | Body::Checklist(_)
            | Body::Route(_)
            | Body::Plan(_)
            | Body::Person(_)
            | Body::Team(_)
            | Body::Roster(_)
            | Body::Round(_)
            | Body::FindingSign(_)
            | Body::Claim(_) => vec![],
            #[cfg(feature = "events")]
            Body::Residents(it) => it.photos(),
        }
    }
}

impl Body {
    /// The member `person`, where this is the record of their own household.
    pub fn member(&self, person: PersonId) -> Option<Person> {
        match self {
            #[cfg(feature = "events")]
            Body::Residents(crate::residents::Body::OwnHousehold(own)) => own.0.resident(person),
            _ => {
                let _ = person;
                None
            }
        }
    }
}

#[cfg(feature = "events")]
impl Body {
    /// What the server signs of it before it is kept: the ticket of a confirmed party, on its household's own record.
    pub fn to_sign(&self) -> Option<String> {
        match self {
            Body::Residents(crate::residents::Body::OwnSignUp(own)) => own.0.ticket().map(|ticket| ticket.words()),
            _ => None,
        }
    }

    fn unsign(&mut self) {
        if let Body::Residents(crate::residents::Body::OwnSignUp(own)) = self {
            own.0.ticket = None;
        }
    }

    pub fn sign(&mut self, signature: &[u8; 64]) {
        if let Body::Residents(crate::residents::Body::OwnSignUp(own)) = self {
            own.0.ticket = Some(crate::tags::to_hex(signature));
        }
    }
}

#[cfg(not(feature = "events"))]
impl Body {
    /// Nothing of field work is signed.
    pub fn to_sign(&self) -> Option<String> {
        None
    }

    fn unsign(&mut self) {}

    pub fn sign(&mut self, _: &[u8; 64]) {}
}

impl Record {
    pub fn new(audience: Audience, body: Body) -> Self {
        Self { id: body.id(), root: body.root(), audience, body }
    }

    /// It, as the rules write it: the signature follows from the rest.
    pub fn unsigned(&self) -> Self {
        let mut record = self.clone();
        record.body.unsign();
        record
    }
}

/// The records of one root, as whoever decides holds them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Root {
    pub records: Vec<Record>,
}

impl Root {
    pub fn round(&self) -> Option<(&Round, Audience)> {
        self.records.iter().find_map(|record| match &record.body {
            Body::Round(round) => Some((round, record.audience)),
            _ => None,
        })
    }

    pub fn visit(&self, id: VisitId) -> Option<(&Visit, Audience)> {
        self.records.iter().find_map(|record| match &record.body {
            Body::Visit(visit) if visit.id == id => Some((visit, record.audience)),
            _ => None,
        })
    }

    pub fn finding(&self) -> Option<(&Finding, Audience)> {
        self.records.iter().find_map(|record| match &record.body {
            Body::Finding(finding) => Some((finding, record.audience)),
            _ => None,
        })
    }

    pub fn claim(&self) -> Option<(&Claim, Audience)> {
        self.records.iter().find_map(|record| match &record.body {
            Body::Claim(claim) => Some((claim, record.audience)),
            _ => None,
        })
    }

    pub fn person(&self) -> Option<&Person> {
        self.records.iter().find_map(|record| match &record.body {
            Body::Person(person) => Some(person),
            _ => None,
        })
    }

    pub fn holds(&self, id: RecordId) -> bool {
        self.records.iter().any(|record| record.id == id)
    }

    /// The highest version among its versioned records; 0 when there is none.
    pub fn latest_version(&self) -> u32 {
        let version = |record: &Record| match &record.body {
            Body::Checklist(checklist) => checklist.version,
            Body::Plan(plan) => plan.version,
            _ => 0,
        };
        self.records.iter().map(version).max().unwrap_or(0)
    }
}

/// The records outside its root that a change names. What is missing is not there, or, on a tablet, not known.
#[derive(Clone, Debug, Default)]
pub struct Reads {
    records: BTreeMap<RecordId, Record>,
}

impl FromIterator<Record> for Reads {
    fn from_iter<T: IntoIterator<Item = Record>>(records: T) -> Self {
        Self { records: records.into_iter().map(|record| (record.id, record)).collect() }
    }
}

impl Extend<Record> for Reads {
    fn extend<T: IntoIterator<Item = Record>>(&mut self, records: T) {
        self.records.extend(records.into_iter().map(|record| (record.id, record)));
    }
}

impl IntoIterator for Reads {
    type Item = Record;
    type IntoIter = std::collections::btree_map::IntoValues<RecordId, Record>;

    fn into_iter(self) -> Self::IntoIter {
        self.records.into_values()
    }
}

impl Reads {
    /// The teams that the people and rounds among them name, which a rule reads beside them.
    pub fn teams_named(&self) -> Vec<RecordId> {
        let mut named = std::collections::BTreeSet::new();
        for record in self.records.values() {
            match (&record.body, record.audience) {
                (Body::Person(person), _) => named.extend(person.teams.iter().copied()),
                (Body::Round(_), Audience::Team(team)) => drop(named.insert(team)),
                _ => {}
            }
        }
        named.into_iter().map(RecordId::from).collect()
    }

    /// The teams among them.
    pub fn teams(&self) -> Teams {
        let teams = self.records.values().filter_map(|record| match &record.body {
            Body::Team(team) => Some(team),
            _ => None,
        });
        teams.collect()
    }

    pub fn person(&self, id: PersonId) -> Option<&Person> {
        match self.get(id.into()) {
            Some(Body::Person(person)) => Some(person),
            _ => None,
        }
    }

    pub fn audience(&self, id: RecordId) -> Option<Audience> {
        self.records.get(&id).map(|record| record.audience)
    }

    pub fn get(&self, id: RecordId) -> Option<&Body> {
        self.records.get(&id).map(|record| &record.body)
    }

    pub fn plan(&self, id: RecordId) -> Option<&Plan> {
        match self.get(id) {
            Some(Body::Plan(plan)) => Some(plan),
            _ => None,
        }
    }

    pub fn route(&self, id: RecordId) -> Option<&Route> {
        match self.get(id) {
            Some(Body::Route(route)) => Some(route),
            _ => None,
        }
    }

    pub fn checklist(&self, id: RecordId) -> Option<&Checklist> {
        match self.get(id) {
            Some(Body::Checklist(checklist)) => Some(checklist),
            _ => None,
        }
    }

    pub fn community(&self, id: RecordId) -> Option<&Community> {
        match self.get(id) {
            Some(Body::Community(community)) => Some(community),
            _ => None,
        }
    }
}
