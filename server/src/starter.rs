//! A community read from its data files: the requests that set it up, or every fault of the files.

mod checklists;
mod events;
mod files;
mod households;
mod notices;
mod people;
mod places;
mod reading;
mod rounds;
mod source;
#[cfg(test)]
mod tests;
mod values;

use std::path::Path;

use domain::{
    changes::Request,
    checkpoints::TagIssue,
    ids::{CheckpointId, CommunityId, PersonId},
    time::{Moment, Zone},
};

use self::{
    events::Calendar, files::Files, households::Households, people::People, places::Tags, reading::Reading,
    rounds::Rounds,
};

/// What sets up a community. README.md in the folder describes its files.
#[derive(Debug, PartialEq, Eq)]
pub struct Starter {
    /// Each with a key that stays the same, such as `checklist/patrol-point`; what one refers to stands before it.
    pub requests: Vec<(String, Request)>,
    pub accounts: Vec<StarterAccount>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StarterAccount {
    pub person: PersonId,
    pub username: String,
    pub password: String,
    pub pin: Option<String>,
}

/// Something wrong in a data file; `line` counts from 1, and 0 stands for the file as a whole.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    pub file: String,
    pub line: usize,
    pub message: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.message),
            line => write!(f, "{}:{line}: {}", self.file, self.message),
        }
    }
}

/// Reads the community in `folder`. `issue` says which tag of a checkpoint counts, `founded` is the moment of its first day, from
/// which events are counted.
///
/// # Errors
/// Every fault of the files, by file and line.
pub fn read(
    folder: &Path,
    community: CommunityId,
    tag_key: &str,
    issue: &dyn Fn(CheckpointId) -> TagIssue,
    founded: Moment,
) -> Result<Starter, Vec<Fault>> {
    let files = files::in_folder(folder).map_err(|fault| vec![fault])?;
    load(&files, community, Tags { key: tag_key, issue }, founded)
}

/// What one file says, without the others that it may name.
///
/// # Errors
/// As [`read`].
pub fn of_file(name: &str, content: &[u8], community: CommunityId) -> Result<Starter, Vec<Fault>> {
    let issue = |_| TagIssue { issue: 1, short_code: String::new(), former: vec![] };
    load(&Files::from([(name.to_owned(), content.to_owned())]), community, Tags { key: "", issue: &issue }, Moment(0))
}

/// The community that comes with the program.
pub fn embedded(
    community: CommunityId,
    tag_key: &str,
    issue: &dyn Fn(CheckpointId) -> TagIssue,
    founded: Moment,
) -> Starter {
    load(&files::embedded(), community, Tags { key: tag_key, issue }, founded).expect("a test loads these very files")
}

impl Starter {
    /// The same places, checklists, routes and plans for people who are yet to come. Teams stay: plans name them.
    pub fn without_people(mut self) -> Self {
        let is_of_people = |request: &Request| {
            matches!(request, Request::PutPerson(_) | Request::PutRoster(_) | Request::Residents(_))
        };
        self.requests.retain(|(_, request)| !is_of_people(request));
        self.accounts.clear();
        self
    }
}

fn load(files: &Files, community: CommunityId, tags: Tags<'_>, founded: Moment) -> Result<Starter, Vec<Fault>> {
    let reading = Reading::new(community);
    files::report_strangers(files, &reading);
    let places = source::read(files, files::COMMUNITY, &reading, |table| places::read(table, tags)).unwrap_or_default();
    let checklists = files::checklists(files)
        .filter_map(|(file, key)| source::read(files, file, &reading, |table| checklists::read(table, key))?)
        .collect();
    let rounds = source::read(files, files::ROUNDS, &reading, rounds::read);
    let Rounds { routes, plans } = rounds.unwrap_or_default();
    let people = source::read(files, files::PEOPLE, &reading, people::read);
    let People { teams, people, rosters, accounts } = people.unwrap_or_default();
    let Households { requests: households, accounts: residents } =
        may(files, files::HOUSEHOLDS, &reading, households::read);
    let calendar = Calendar { founded, zone: zone_of(&places) };
    let events = may(files, files::EVENTS, &reading, |table| events::read(table, &calendar));
    let requests = [places, checklists, routes, teams, people, plans, rosters, households, events].concat();
    reading.finish(Starter { requests, accounts: [accounts, residents].concat() })
}

/// A file that a community without residents does not have.
fn may<T: Default>(files: &Files, name: &str, reading: &Reading, read: impl FnOnce(&mut source::Table<'_>) -> T) -> T {
    if files.contains_key(name) { source::read(files, name, reading, read).unwrap_or_default() } else { T::default() }
}

/// The community's time zone; where its file is at fault, any.
fn zone_of(places: &[(String, Request)]) -> Zone {
    let zone = places.iter().find_map(|(_, request)| match request {
        Request::PutCommunity(community) => Some(community.zone.clone()),
        _ => None,
    });
    zone.unwrap_or_else(|| Zone::fixed("UTC", 0))
}
