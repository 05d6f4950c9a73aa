//! How a community comes to be: the demonstration on a first start, the first set-up by its link, and loading data files.

use app::online::{SetUpForm, Trouble};
use domain::{
    changes::Request,
    community::Community,
    ids::{CommunityId, PersonId},
    people::{Person, Role},
    text::{NAME_MOST, Words, typed, typed_or_empty},
    time::Zone,
};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    accounts::{self, Account, Taken},
    canon::SqlCanon,
    clock, communities,
    db::Db,
    failure::Failure,
    passwords, printed_tags, records, set_up_links,
    starter::{self, Starter, StarterAccount},
    system::{self, Applied},
    zones,
};

/// Makes the demonstration community with its people, and returns what it was made of.
pub async fn demonstrate(db: &Db) -> Result<Option<Starter>, Failure> {
    let now = clock::now();
    let id = CommunityId(Uuid::now_v7());
    let mut tx = db.write_first().await?;
    if !communities::all(&mut tx).await?.is_empty() {
        return Ok(None);
    }
    communities::create(&mut tx, id, now).await?;
    let key = communities::signing_key(&mut tx, id).await?;
    let made = starter::embedded(id, &printed_tags::public_key(&key), &printed_tags::issuer(&key, &[]), now);
    let mut canon = SqlCanon::new(tx, id, now);
    all_accepted(&system::apply(&mut canon, made.requests.clone(), now).await?)?;
    add_accounts(&mut canon, &made.accounts).await?;
    canon.commit().await?;
    Ok(Some(made))
}

/// Loads data files into a community that exists. What is recorded already, word for word, stays as it is; if anything is
/// refused, nothing is loaded.
pub async fn load<E>(
    db: &Db,
    community: CommunityId,
    read: impl FnOnce(&Issued<'_>) -> Result<Starter, E>,
) -> Result<Result<Applied, E>, Failure> {
    let now = clock::now();
    let mut tx = db.write().await?;
    let key = communities::signing_key(&mut tx, community).await?;
    let existing = records::of_kind(&mut tx, community, "checkpoint").await?;
    let issue = printed_tags::issuer(&key, &existing);
    let founded = communities::founded(&mut tx, community).await?;
    let made = match read(&Issued { tag_key: printed_tags::public_key(&key), issue: &issue, founded }) {
        Ok(made) => made,
        Err(error) => return Ok(Err(error)),
    };
    let mut canon = SqlCanon::new(tx, community, now);
    let applied = system::apply(&mut canon, made.requests, now).await?;
    if applied.refused.is_empty() {
        add_accounts(&mut canon, &made.accounts).await?;
        canon.commit().await?;
    }
    Ok(Ok(applied))
}

/// What data files need to know of a community: the key of its tags, and which tag of a checkpoint counts.
pub struct Issued<'a> {
    pub tag_key: String,
    pub issue: &'a dyn Fn(domain::ids::CheckpointId) -> domain::checkpoints::TagIssue,
    /// When it was made: what is loaded later counts its days from the same one.
    pub founded: domain::time::Moment,
}

/// The first set-up, by its one-time link: a community, the person who looks after it, and their account.
pub async fn set_up(db: &Db, form: &SetUpForm) -> Result<Result<(), Trouble>, Failure> {
    let wish = match Wish::read(form) {
        Ok(wish) => wish,
        Err(field) => return Ok(Err(Trouble::Invalid { field: field.into() })),
    };
    let now = clock::now();
    let mut tx = db.write_first().await?;
    // Each server that began on the empty database has printed a link: the first that is used makes the others void.
    let is_first = communities::all(&mut tx).await?.is_empty();
    if !set_up_links::consume(&mut tx, &form.token, now).await? || !is_first {
        return Ok(Err(Trouble::LinkUsed));
    }
    let id = CommunityId(Uuid::now_v7());
    communities::create(&mut tx, id, now).await?;
    let key = communities::signing_key(&mut tx, id).await?;
    let tag_key = printed_tags::public_key(&key);
    let person = PersonId(Uuid::now_v7());
    let mut requests = wish.requests(id, person, tag_key.clone());
    if form.with_starter {
        let starter = starter::embedded(id, &tag_key, &printed_tags::issuer(&key, &[]), now).without_people();
        requests.extend(starter.requests.into_iter().filter(|(_, it)| !matches!(it, Request::PutCommunity(_))));
    }
    let mut canon = SqlCanon::new(tx, id, now);
    all_accepted(&system::apply(&mut canon, requests, now).await?)?;
    let account = Account {
        community: id,
        person,
        username: wish.username,
        password_hash: passwords::hash(form.password.clone()).await?,
        pin_verifier: None,
    };
    if accounts::add(canon.tx().await?, &account, now).await?.is_err() {
        return Ok(Err(Trouble::Invalid { field: "username".into() }));
    }
    canon.commit().await?;
    Ok(Ok(()))
}

/// A set-up form that fits.
struct Wish {
    name: Words,
    zone: Zone,
    language: domain::text::Language,
    person_name: String,
    username: String,
}

impl Wish {
    /// The form, or the field that does not fit.
    fn read(form: &SetUpForm) -> Result<Self, &'static str> {
        let zh = typed_or_empty(&form.community_zh, NAME_MOST).map_err(|_| "community_zh")?;
        let en = typed_or_empty(&form.community_en, NAME_MOST).map_err(|_| "community_en")?;
        if zh.is_empty() && en.is_empty() {
            return Err("community_zh");
        }
        if !passwords::is_fit(&form.password) {
            return Err("password");
        }
        Ok(Self {
            name: Words { zh, en },
            zone: zones::zone(form.zone.trim()).ok_or("zone")?,
            language: form.language,
            person_name: typed(&form.person_name, NAME_MOST).map_err(|_| "person_name")?,
            username: accounts::username(&form.username).ok_or("username")?,
        })
    }

    fn requests(&self, id: CommunityId, person: PersonId, tag_key: String) -> Vec<(String, Request)> {
        let community =
            Community { id, name: self.name.clone(), language: self.language, zone: self.zone.clone(), tag_key };
        let person = Person {
            id: person,
            name: Words::new(&self.person_name, &self.person_name),
            roles: vec![Role::Manager, Role::Operator],
            teams: vec![],
            left: None,
            revision: None,
        };
        vec![
            ("community".into(), Request::PutCommunity(community)),
            ("person/first".into(), Request::PutPerson(person)),
        ]
    }
}

/// Gives people their accounts. Who has one keeps it, with the pass phrase they chose.
async fn add_accounts(canon: &mut SqlCanon, given: &[StarterAccount]) -> Result<(), Failure> {
    let (community, now) = (canon.community(), clock::now());
    let mut hashing = JoinSet::new();
    for one in given {
        if accounts::of_person(canon.tx().await?, community, one.person).await?.is_none() {
            hashing.spawn(hashed(community, one.clone()));
        }
    }
    while let Some(account) = hashing.join_next().await {
        let account = account.map_err(Failure::broken)??;
        if let Err(Taken) = accounts::add(canon.tx().await?, &account, now).await? {
            return Err(Failure::Broken(format!("the account name `{}` is taken", account.username)));
        }
    }
    Ok(())
}

async fn hashed(community: CommunityId, given: StarterAccount) -> Result<Account, Failure> {
    let username = accounts::username(&given.username)
        .ok_or_else(|| Failure::Broken(format!("`{}` cannot be the name of an account", given.username)))?;
    let pin_verifier = match given.pin {
        Some(pin) => Some(passwords::pin_verifier(pin).await?),
        None => None,
    };
    let password_hash = passwords::hash(given.password).await?;
    Ok(Account { community, person: given.person, username, password_hash, pin_verifier })
}

fn all_accepted(applied: &Applied) -> Result<(), Failure> {
    match applied.refused.first() {
        None => Ok(()),
        Some((key, why)) => Err(Failure::Broken(format!("{key}: {why}"))),
    }
}
