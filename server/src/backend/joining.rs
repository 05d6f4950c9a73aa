//! Joining a household: codes, who has used one, and taking them in.

use app::online::{
    Trouble, WhyNotYet,
    joining::{self, JoinCode, JoinForm, Joined},
};
use domain::{
    changes::Request,
    households::Member,
    ids::{CommunityId, HouseholdId, PersonId},
    people::{Person, Role},
    permissions::Act,
    refusal::Refusal,
    residents,
    text::{NAME_MOST, Words, typed},
    time::Moment,
};
use sync::{messages::Outcome, server::Canon};
use uuid::Uuid;

use super::{Asked, Problem, entitled};
use crate::{
    accounts::{self, Account, Taken},
    canon::SqlCanon,
    clock,
    db::Tx,
    feeds, households, join_codes,
    joinings::{self, Joining, Verdict},
    origin, passwords, printed_tags, secrets, system,
};

pub async fn issue(asked: &Asked, household: HouseholdId) -> Result<JoinCode, Problem> {
    let (mut tx, now) = (asked.state.db.write().await?, clock::now());
    let (session, person) = entitled(asked, &mut tx, Act::IssueJoinCodes).await?;
    let by = person.id.to_string();
    asked.state.bounds.access_given.take(&by, 1, now).map_err(too_many)?;
    households::living(&mut tx, session.community, household).await?.ok_or(Problem::Trouble(Trouble::NotFound))?;
    let (code, expires) = join_codes::issue(&mut tx, session.community, household, person.id, now).await?;
    tx.commit().await?;
    tracing::info!(by = %person.id, %household, "a join code was issued");
    let address = format!("{}/join#{code}", origin::home(&asked.state, &asked.headers));
    let drawing = printed_tags::draw_text(&address)?;
    Ok(JoinCode { code: join_codes::grouped(&code), expires, address, size: drawing.size, path: drawing.path })
}

pub async fn join(asked: &Asked, form: JoinForm) -> Result<Joined, Problem> {
    let now = clock::now();
    let found = asked.code(&form.code, now).await?;
    let wish = Wish::read(form)?;
    let password_hash = passwords::hash(wish.pass_phrase).await?;
    let mut tx = asked.state.db.write().await?;
    if !join_codes::consume(&mut tx, &found.code, now).await? {
        return Err(not_yet(WhyNotYet::UsedCode));
    }
    let person = PersonId(Uuid::now_v7());
    let (community, username) = (found.community, wish.username);
    let account = Account { community, person, username: username.clone(), password_hash, pin_verifier: None };
    if let Err(Taken) = accounts::add(&mut tx, &account, now).await? {
        return Err(Problem::Trouble(Trouble::Taken { field: "username".into() }));
    }
    accounts::set_language(&mut tx, community, person, wish.language).await?;
    let joining = Joining { person, household: found.household, name: wish.name, asked: now };
    joinings::add(&mut tx, community, &joining).await?;
    tx.commit().await?;
    Ok(Joined { username })
}

pub async fn waiting(asked: &Asked) -> Result<Vec<joining::Joining>, Problem> {
    let mut tx = asked.state.db.read().await?;
    let (session, _) = entitled(asked, &mut tx, Act::ApproveHouseholds).await?;
    let mut waiting = vec![];
    for Joining { person, household, name, asked } in joinings::waiting(&mut tx, session.community).await? {
        let Some(flat) = households::living(&mut tx, session.community, household).await?.map(|it| it.flat) else {
            continue;
        };
        waiting.push(joining::Joining { person, household, flat, name, asked });
    }
    Ok(waiting)
}

/// The newcomer becomes a person, by the server, and a member of the household, by the steward: both or neither.
pub async fn take_in(asked: &Asked, newcomer: PersonId) -> Result<(), Problem> {
    let now = clock::now();
    let mut tx = asked.state.db.write().await?;
    let (session, steward) = entitled(asked, &mut tx, Act::ApproveHouseholds).await?;
    let community = session.community;
    let joining = joinings::of_person(&mut tx, community, newcomer).await?;
    let joining = joining.ok_or(Problem::Trouble(Trouble::NotFound))?;
    let household = households::living(&mut tx, community, joining.household).await?;
    let mut household = household.ok_or(Problem::Trouble(Trouble::NotFound))?;
    joinings::decide(&mut tx, community, newcomer, Verdict::TakenIn, steward.id, now).await?;
    household.members.push(Member { person: newcomer, name: joining.name.clone() });
    let person = Person {
        id: newcomer,
        name: Words::new(joining.name, ""),
        roles: vec![Role::Resident],
        teams: vec![],
        left: None,
        revision: None,
    };
    let mut canon = SqlCanon::new(tx, community, now);
    let mut head = canon.take_head().await?;
    settled(system::apply_own(&mut canon, &head, Request::PutPerson(person), now).await?)?;
    head.seq += 1;
    let put = Request::Residents(residents::Request::PutHousehold(household));
    settled(system::apply_for(&mut canon, &head, steward, put, now).await?)?;
    Ok(canon.commit().await?)
}

pub async fn decline(asked: &Asked, newcomer: PersonId) -> Result<(), Problem> {
    let mut tx = asked.state.db.write().await?;
    let (session, steward) = entitled(asked, &mut tx, Act::ApproveHouseholds).await?;
    let now = clock::now();
    if !joinings::decide(&mut tx, session.community, newcomer, Verdict::Declined, steward.id, now).await? {
        return Err(Problem::Trouble(Trouble::NotFound));
    }
    accounts::remove(&mut tx, session.community, newcomer).await?;
    Ok(tx.commit().await?)
}

/// The secret address of the calendar of a household that whoever asks is a member of.
pub async fn calendar(asked: &Asked, household: HouseholdId) -> Result<String, Problem> {
    let mut tx = asked.state.db.read().await?;
    let community = asked.home(&mut tx, household).await?;
    asked.feed(&mut tx, community, household).await
}

pub async fn another_calendar(asked: &Asked, household: HouseholdId) -> Result<String, Problem> {
    let mut tx = asked.state.db.write().await?;
    let community = asked.home(&mut tx, household).await?;
    feeds::renew(&mut tx, community, household).await?;
    let address = asked.feed(&mut tx, community, household).await?;
    tx.commit().await?;
    Ok(address)
}

/// A code that may be used, and for what.
struct Found {
    code: String,
    community: CommunityId,
    household: HouseholdId,
}

impl Asked {
    /// The community of a household, for its members.
    async fn home(&self, tx: &mut Tx, household: HouseholdId) -> Result<CommunityId, Problem> {
        let (session, person) = self.person(tx).await?;
        let homes = households::of_person(tx, session.community, person.id).await?;
        if homes.contains(&household) { Ok(session.community) } else { Err(Problem::Trouble(Trouble::NotPermitted)) }
    }

    async fn feed(&self, tx: &mut Tx, community: CommunityId, household: HouseholdId) -> Result<String, Problem> {
        let token = feeds::token(tx, community, household).await?;
        Ok(format!("{}/public/calendar/{token}.ics", origin::home(&self.state, &self.headers)))
    }

    /// Wrong codes are counted by address, and altogether: nobody tries them by the thousand, from wherever.
    async fn code(&self, typed: &str, now: Moment) -> Result<Found, Problem> {
        let bounds = &self.state.bounds;
        let of_address = self.address().map(|address| (&bounds.codes_of_address, address));
        let counts: Vec<_> = of_address.into_iter().chain([(&bounds.codes, String::new())]).collect();
        for (bound, key) in &counts {
            bound.check(key, 1, now).map_err(too_many)?;
        }
        let wrong = || {
            counts.iter().for_each(|(bound, key)| bound.count(key, 1, now));
            not_yet(WhyNotYet::UnknownCode)
        };
        let code = join_codes::typed(typed).ok_or_else(wrong)?;
        let mut tx = self.state.db.read().await?;
        let issued = join_codes::find(&mut tx, &code).await?.ok_or_else(wrong)?;
        if issued.used.is_some() {
            return Err(not_yet(WhyNotYet::UsedCode));
        }
        let lives_here = households::living(&mut tx, issued.community, issued.household).await?.is_some();
        if issued.expires <= now || !lives_here {
            return Err(not_yet(WhyNotYet::ExpiredCode));
        }
        Ok(Found { code, community: issued.community, household: issued.household })
    }
}

/// A form that fits.
struct Wish {
    name: String,
    username: String,
    pass_phrase: String,
    language: domain::text::Language,
}

impl Wish {
    fn read(form: JoinForm) -> Result<Self, Problem> {
        let invalid = |field: &str| Problem::Trouble(Trouble::Invalid { field: field.into() });
        let name = typed(&form.name, NAME_MOST).map_err(|_| invalid("name"))?;
        let made = || format!("home-{}", &secrets::token()[..8]);
        let username = match form.username.trim() {
            "" => made(),
            given => accounts::username(given).ok_or_else(|| invalid("username"))?,
        };
        if !passwords::is_fit(&form.pass_phrase) {
            return Err(invalid("pass_phrase"));
        }
        Ok(Self { name, username, pass_phrase: form.pass_phrase, language: form.language })
    }
}

fn settled(outcome: Outcome) -> Result<(), Problem> {
    match outcome {
        Outcome::Accepted { .. } => Ok(()),
        Outcome::Refused { refusal: Refusal::ChangedMeanwhile } => Err(Problem::Trouble(Trouble::ChangedMeanwhile)),
        Outcome::Refused { refusal: Refusal::NotPermitted } => Err(Problem::Trouble(Trouble::NotPermitted)),
        Outcome::Refused { refusal } => {
            tracing::info!(?refusal, "a newcomer was not taken in");
            Err(Problem::Trouble(Trouble::Invalid { field: "members".into() }))
        }
        Outcome::Quarantined { .. } => Err(Problem::Trouble(Trouble::ServerFailed)),
    }
}

pub fn not_yet(why: WhyNotYet) -> Problem {
    Problem::Trouble(Trouble::NotYet { why })
}

fn too_many(seconds: u64) -> Problem {
    Problem::Trouble(Trouble::TooMany { seconds })
}
