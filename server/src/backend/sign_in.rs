//! Signing in: one name, one pass phrase, and a bound on how often they may be wrong.

use app::online::{SignedIn, Trouble, WhyNotYet};
use axum::http::header;

use super::{Asked, Problem, joining::not_yet, signed_in};
use crate::{
    accounts::{self, Account},
    attempts::Attempts,
    clock, cookies,
    failure::Failure,
    joinings, passwords, secrets,
    sessions::{self, Session},
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
    let session = Session { community: account.community, person: account.person };
    let mut tx = asked.state.db.write().await?;
    let Some(signed_in) = signed_in(&mut tx, &session).await? else {
        let is_waiting = joinings::of_person(&mut tx, session.community, session.person).await?.is_some();
        return Err(if is_waiting { not_yet(WhyNotYet::AwaitsApproval) } else { wrong() });
    };
    let token = sessions::begin(&mut tx, session, clock::now()).await?;
    tx.commit().await?;
    asked.response.append_header(header::SET_COOKIE, cookies::session(&token, &asked.state, &asked.headers));
    Ok(signed_in)
}

impl Asked {
    /// What wrong pass phrases are counted by: the account's name and, on an enrolled device, the device.
    fn counts(&self, username: &str) -> Vec<(&Attempts, String)> {
        let device = cookies::read(&self.headers, cookies::DEVICE);
        let by_device = device.map(|device| (&self.state.sign_ins_of_device, secrets::digest(device)));
        [(&self.state.sign_ins, username.to_owned())].into_iter().chain(by_device).collect()
    }

    /// Whether it is the account's pass phrase. Without an account it takes as long and is wrong.
    async fn is_right(&self, username: &str, password: String, account: Option<&Account>) -> Result<bool, Problem> {
        let _turn = self.state.sign_in_turns.acquire().await.map_err(Failure::broken)?;
        let (counts, now) = (self.counts(username), clock::now());
        for (attempts, key) in &counts {
            attempts.check(key, now).map_err(|seconds| Problem::Trouble(Trouble::TooMany { seconds }))?;
        }
        let is_right = passwords::is_right(password, account.map(|account| account.password_hash.clone())).await?;
        for (attempts, key) in &counts {
            if is_right { attempts.forgive(key) } else { attempts.count(key, now) }
        }
        Ok(is_right)
    }
}
