//! A small community behind a running server: a few people of different roles, a team, a checkpoint.

use std::{path::PathBuf, time::Duration};

use domain::{
    areas::{Area, AreaKind},
    changes::{Change, Deed, Fact, Request},
    checkpoints::{Checkpoint, TagIssue},
    community::Community,
    findings::{FindingRaised, Source},
    households::{Household, Member},
    ids::{AreaId, CheckpointId, CommunityId, FindingId, HouseholdId, PersonId, TeamId},
    people::{Person, Role, Team},
    photos::Photo,
    residents,
    text::{Language, Words},
    time::Zone,
};
use serde_json::Value;
use server::{
    accounts::{self, Account},
    canon::SqlCanon,
    clock, communities,
    connections::{self, Limits},
    db::Db,
    export, hints, http, passwords,
    photos::store::{PhotoStore, Place},
    site::{Asset, Site},
    state::{Shared, State, Wire},
    system,
};
use tokio::sync::OnceCell;
use uuid::Uuid;

use crate::{
    client::{Client, PASSWORD, change},
    databases::Fresh,
};

pub struct World {
    pub base: String,
    pub db: Db,
    pub state: Shared,
    pub community: CommunityId,
    /// Where its photos are.
    pub photos: PathBuf,
    fresh: Fresh,
}

pub const PEOPLE: [(&str, Role); 6] = [
    ("manager", Role::Manager),
    ("supervisor", Role::Supervisor),
    ("guard", Role::Guard),
    ("cleaner", Role::Cleaner),
    ("operator", Role::Operator),
    ("resident", Role::Resident),
];

/// A running server with one community.
pub async fn world(fresh: Fresh) -> World {
    world_within(fresh, Limits::default()).await
}

pub async fn world_within(fresh: Fresh, limits: Limits) -> World {
    let db = Db::open(&fresh.url).await.expect("a fresh database");
    let community = found(&db, "").await;
    let photos = fresh.folder.path().join("photos");
    let (state, base) = serve(db.clone(), photos.clone(), limits, hints::LOOK_AGAIN, None).await;
    World { base, db, state, community, photos, fresh }
}

/// A server on this database; it ends with the test.
async fn serve(
    db: Db,
    photos: PathBuf,
    limits: Limits,
    look_again: Duration,
    public_url: Option<String>,
) -> (Shared, String) {
    let photos = PhotoStore::open(&Place::Folder(photos)).await.expect("a folder");
    let state = State::new(db, photos, Site(file), Wire::Plain, public_url);
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(hints::watch(state.clone(), look_again));
    tokio::spawn(connections::serve(listener, http::router(state.clone()), limits, std::future::pending()));
    (state, base)
}

impl World {
    /// The address of a second server on the same database, which looks at it by itself only after `look_again`.
    pub async fn second_server(&self, look_again: Duration) -> String {
        let db = Db::open(&self.fresh.url).await.expect("the same database");
        serve(db, self.photos.clone(), Limits::default(), look_again, None).await.1
    }

    /// The address of a second server on the same database, behind a proxy that people reach at `public_url`.
    pub async fn published(&self, public_url: &str) -> String {
        let db = Db::open(&self.fresh.url).await.expect("the same database");
        serve(db, self.photos.clone(), Limits::default(), hints::LOOK_AGAIN, Some(public_url.into())).await.1
    }

    pub fn person(&self, username: &str) -> PersonId {
        PersonId::keyed(self.community, username)
    }

    pub async fn client(&self, username: &str, shared: bool) -> Client {
        Client::of(&self.base, username, shared).await
    }

    /// A finding with a note, of a new id.
    pub fn finding(&self, note: &str) -> Change {
        self.finding_with(note, vec![])
    }

    pub fn finding_with(&self, note: &str, photos: Vec<Photo>) -> Change {
        finding(self.community, note, photos)
    }

    pub fn request(&self, request: Request) -> Change {
        change(Deed::Request(request))
    }

    /// A person with roles, as a manager would put them.
    pub fn someone(&self, username: &str, roles: &[Role]) -> Person {
        someone(self.community, username, roles)
    }

    /// The export's lines of one kind.
    pub async fn exported(&self, is: &str) -> Vec<Value> {
        let mut out = vec![];
        export::write(&self.db, &mut out).await.expect("the export");
        let lines = String::from_utf8(out).expect("text");
        let values = lines.lines().map(|line| serde_json::from_str::<Value>(line).expect("one object a line"));
        values.filter(|value| value["is"] == is).collect()
    }
}

/// Accounts for people who are put already, by their user names, with the pass phrase of the tests.
pub async fn give_accounts(world: &World, names: &[String]) {
    let hash = passwords::hash(PASSWORD.into()).await.expect("a hash");
    let mut tx = world.db.write().await.expect("a transaction");
    for name in names {
        let account = Account {
            community: world.community,
            person: world.person(name),
            username: name.clone(),
            password_hash: hash.clone(),
            pin_verifier: None,
        };
        assert!(accounts::add(&mut tx, &account, clock::now()).await.expect("added").is_ok());
    }
    tx.commit().await.expect("committed");
}

/// A finding at the gate of a community, which may not have one.
pub fn finding(community: CommunityId, note: &str, photos: Vec<Photo>) -> Change {
    change(Deed::Fact(Fact::FindingRaised(FindingRaised {
        finding: FindingId(Uuid::now_v7()),
        checkpoint: CheckpointId::keyed(community, "gate"),
        source: Source::Reported { round: None },
        what: None,
        note: note.into(),
        photos,
        danger: false,
    })))
}

/// Makes a community whose accounts' names end in `suffix`.
pub async fn found(db: &Db, suffix: &str) -> CommunityId {
    static HASH: OnceCell<String> = OnceCell::const_new();
    let hash = HASH.get_or_init(async || passwords::hash(PASSWORD.into()).await.expect("a hash")).await;
    let (community, now) = (CommunityId(Uuid::now_v7()), clock::now());
    let mut tx = db.write().await.expect("a transaction");
    communities::create(&mut tx, community, now).await.expect("a community");
    let mut canon = SqlCanon::new(tx, community, now);
    let applied = system::apply(&mut canon, requests(community), now).await.expect("applied");
    assert_eq!(applied.refused, []);
    for (username, _) in PEOPLE {
        let account = Account {
            community,
            person: PersonId::keyed(community, username),
            username: format!("{username}{suffix}"),
            password_hash: hash.clone(),
            pin_verifier: Some(format!("verifier-of-{username}")),
        };
        assert!(accounts::add(canon.tx().await.expect("written"), &account, now).await.expect("added").is_ok());
    }
    canon.commit().await.expect("committed");
    community
}

fn requests(id: CommunityId) -> Vec<(String, Request)> {
    let area = AreaId::keyed(id, "gate");
    let mut requests = vec![
        Request::PutCommunity(Community {
            id,
            name: Words::new("试验花园", "Test Garden"),
            language: Language::Zh,
            zone: Zone::fixed("Asia/Shanghai", 28_800),
            tag_key: "00".repeat(32),
        }),
        Request::PutTeam(Team {
            id: TeamId::keyed(id, "security"),
            name: Words::new("秩序", "Security"),
            contractor: None,
        }),
        Request::PutArea(Area { id: area, name: Words::new("北门", "Gate"), inside: None, kind: AreaKind::Gate }),
        Request::PutCheckpoint(Checkpoint {
            id: CheckpointId::keyed(id, "gate"),
            name: Words::new("北门", "Gate"),
            area,
            hint: None,
            tag: TagIssue { issue: 1, short_code: String::new(), former: vec![] },
        }),
    ];
    requests.extend(PEOPLE.map(|(username, role)| Request::PutPerson(someone(id, username, &[role]))));
    requests.push(put_household(id, "home", &["resident"]));
    requests.into_iter().enumerate().map(|(n, request)| (n.to_string(), request)).collect()
}

/// A household of people who are put already, by their user names.
pub fn put_household(community: CommunityId, key: &str, members: &[&str]) -> Request {
    let member =
        |username: &&str| Member { person: PersonId::keyed(community, username), name: format!("canary-{username}") };
    Request::Residents(residents::Request::PutHousehold(Household {
        id: HouseholdId::keyed(community, key),
        flat: Words::new(format!("canary-flat-{key}"), ""),
        area: None,
        members: members.iter().map(member).collect(),
        moved_out: None,
        revision: None,
    }))
}

fn someone(community: CommunityId, username: &str, roles: &[Role]) -> Person {
    Person {
        id: PersonId::keyed(community, username),
        name: Words::new(format!("canary-{username}"), format!("canary-{username}")),
        roles: roles.to_vec(),
        teams: vec![TeamId::keyed(community, "security")],
        left: None,
        revision: None,
    }
}

fn file(path: &str) -> Option<Asset> {
    let bytes: &'static [u8] = match path {
        "index.html" => b"<!doctype html><title>shell</title>",
        "assets/app-1.wasm" => b"wasm",
        "assets/app-1.wasm.br" => b"wasm in brotli",
        "service-worker.js" => b"worker",
        _ => return None,
    };
    Some(Asset { bytes: bytes.into(), digest: [bytes.len() as u8; 32] })
}
