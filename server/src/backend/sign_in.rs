//! Signing in: one name, one pass phrase, and a bound on how often they may be wrong.

use app::online::{SignedIn, Trouble, WhyNotYet};
use axum::http::header;
use sync::messages::Profile;

use super::{Asked, Problem, joining::not_yet, signed_in};
use crate::{
    accounts::{self, Account},
    bounds::Bound,
    clock, cookies, devices,
    failure::Failure,
    joinings, passwords, sessions,
};

pub async fn sign_in(asked: &Asked, username: String, password: String) -> Result<SignedIn, Problem> {
    let wrong = || Problem::Trouble(Trouble::WrongPassword);
    let username = accounts::username(&username).ok_or_else(wrong)?;
    let account = accounts::named(&mut asked.state.db.read().await?, &username).await?;
    let password = password.chars().take(1_000).collect();
    if !asked.is_right(&username, password, account.as_ref()).await? {
        return Err(wrong());
    }
    let account = account.ok_or_else(wrong)?;
    let (community, person) = (account.community, account.person);
    let mut tx = asked.state.db.write().await?;
    let Some(signed_in) = signed_in(&mut tx, community, person).await? else {
        let is_waiting = joinings::of_person(&mut tx, community, person).await?.is_some();
        return Err(if is_waiting { not_yet(WhyNotYet::AwaitsApproval) } else { wrong() });
    };
    let device = match cookies::device_token(&asked.state, &asked.headers) {
        Some(token) => devices::with_token(&mut tx, token).await?.filter(|device| device.community == community),
        None => None,
    };
    let token = sessions::begin(&mut tx, community, person, device.map(|device| device.id), clock::now()).await?;
    tx.commit().await?;
    asked.response.append_header(header::SET_COOKIE, cookies::session(&token, &asked.state, &asked.headers));
    Ok(signed_in)
}

/// From where somebody tries.
enum Place {
    /// A device that could be the account's: enrolled in its community, and nobody else's own.
    Known(String),
    /// Elsewhere: an address, where it shows.
    Address(Option<String>),
}

impl Asked {
    async fn place(&self, account: Option<&Account>) -> Result<Place, Failure> {
        let address = || Place::Address(self.address());
        let (Some(account), Some(token)) = (account, cookies::device_token(&self.state, &self.headers)) else {
            return Ok(address());
        };
        let mut tx = self.state.db.read().await?;
        let device = devices::with_token(&mut tx, token).await?.filter(|device| {
            let is_theirs = match device.profile {
                Profile::Shared => true,
                Profile::Personal { person } => person == account.person,
            };
            device.community == account.community && is_theirs
        });
        Ok(device.map_or_else(address, |device| Place::Known(device.id.to_string())))
    }

    /// Whether it is the account's pass phrase. Without an account it takes as long and is wrong.
    ///
    /// Wrong ones are counted by name and place, so that nobody keeps somebody else out; and by place, and by name, so that nobody
    /// tries all names or from everywhere.
    pub async fn is_right(&self, username: &str, password: String, account: Option<&Account>) -> Result<bool, Problem> {
        let bounds = &self.state.bounds;
        let place = self.place(account).await?;
        let (from, door, turns) = match &place {
            Place::Known(device) => (device.clone(), &bounds.known_at_the_door, &self.state.turns_of_known),
            Place::Address(address) => (
                address.clone().unwrap_or_else(|| username.to_owned()),
                &bounds.strangers_at_the_door,
                &self.state.turns_of_strangers,
            ),
        };
        let mut counts = vec![(&bounds.sign_ins, format!("{username} {from}"))];
        match place {
            Place::Known(device) => counts.push((&bounds.sign_ins_of_device, device)),
            Place::Address(address) => {
                counts.extend(address.map(|address| (&bounds.sign_ins_of_address, address)));
                counts.push((&bounds.sign_ins_of_strangers, username.to_owned()));
            }
        }
        let check = |counts: &[(&Bound, String)]| {
            let now = clock::now();
            counts.iter().try_for_each(|(bound, key)| {
                bound.check(key, 1, now).map_err(|seconds| Problem::Trouble(Trouble::TooMany { seconds }))
            })
        };
        // Nobody waits for a turn who would be turned away then.
        check(&counts)?;
        let _place = door.take(&from).ok_or(Problem::Trouble(Trouble::TooMany { seconds: 3 }))?;
        let _turn = turns.acquire().await.map_err(Failure::broken)?;
        check(&counts)?;
        let is_right = passwords::is_right(password, account.map(|account| account.password_hash.clone())).await?;
        match (is_right, counts.first()) {
            // Their own account gives nobody more tries at the others'.
            (true, Some((bound, key))) => bound.forgive(key),
            (true, None) => {}
            (false, _) => counts.iter().for_each(|(bound, key)| bound.count(key, 1, clock::now())),
        }
        Ok(is_right)
    }
}
