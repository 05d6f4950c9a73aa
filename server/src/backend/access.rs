//! Accounts as those who set up the community give them: a user name, a pass phrase, a PIN.

use app::online::{Access, HandOver, Trouble};
use domain::{
    ids::PersonId,
    permissions::{Act, may, may_renew_access, may_renew_some_access},
    text::half_width,
};

use super::{Asked, Problem};
use crate::{
    accounts::{self, Account, Taken},
    clock,
    db::Tx,
    passwords, records,
    sessions::{self, Session},
};

pub async fn accounts(asked: &Asked) -> Result<Vec<app::online::Account>, Problem> {
    let mut tx = asked.state.db.read().await?;
    let (session, by) = asked.person(&mut tx).await?;
    if !may_renew_some_access(&by.roles) {
        return Err(Problem::Trouble(Trouble::NotPermitted));
    }
    let mut told = vec![];
    for it in accounts::all(&mut tx, session.community).await? {
        let person = records::person(&mut tx, session.community, it.person).await?;
        if person.is_some_and(|person| may_renew_access(&by, &person)) {
            let has_pin = it.pin_verifier.is_some();
            told.push(app::online::Account { person: it.person, username: it.username, has_pin });
        }
    }
    Ok(told)
}

pub async fn give(asked: &Asked, wish: Access) -> Result<HandOver, Problem> {
    let (session, known) = asked.known(&wish).await?;
    let person = wish.person;
    let secrets = Secrets::of(asked, &session, wish).await?;
    let (password_hash, pin_verifier) = secrets.kept().await?;
    let mut tx = asked.state.db.write().await?;
    // Asked again: meanwhile somebody may have lost the right, or left.
    may_give(asked, &mut tx, person, known.is_some()).await?;
    let Secrets { username, pass_phrase, pin } = secrets;
    let username = match (known, username, password_hash) {
        (None, Some(username), Some(password_hash)) => {
            let account = Account { community: session.community, person, username, password_hash, pin_verifier };
            let added = accounts::add(&mut tx, &account, clock::now()).await?;
            added.map_err(|Taken| taken("username"))?;
            account.username
        }
        (Some(known), _, password_hash) => {
            // The community's row before the sessions, as whoever writes a change takes them.
            if let Some(verifier) = pin_verifier {
                accounts::set_pin(&mut tx, session.community, person, &verifier).await?;
            }
            if let Some(hash) = password_hash {
                accounts::set_password(&mut tx, &known, &hash).await?;
                sessions::end_all(&mut tx, session.community, person, None).await?;
            }
            known.username
        }
        (None, _, _) => return Err(Problem::Trouble(Trouble::NotFound)),
    };
    tx.commit().await?;
    // For the audit: who gave what to whom, and nothing of what it is.
    tracing::info!(by = %session.person, to = %person, pass_phrase = pass_phrase.is_some(), pin = pin.is_some(), "access was given");
    Ok(HandOver { username, pass_phrase, pin })
}

impl Asked {
    /// Who asks, and the account that the person has. Each asking counts, so that nobody tries user names or PINs by the
    /// thousand.
    async fn known(&self, wish: &Access) -> Result<(Session, Option<Account>), Problem> {
        let mut tx = self.state.db.read().await?;
        let session = self.session(&mut tx).await?;
        let (by, now) = (session.person.to_string(), clock::now());
        let too_many = |seconds| Problem::Trouble(Trouble::TooMany { seconds });
        self.state.bounds.access_given.take(&by, 1, now).map_err(too_many)?;
        let known = accounts::of_person(&mut tx, session.community, wish.person).await?;
        may_give(self, &mut tx, wish.person, known.is_some()).await?;
        match &known {
            Some(_) if wish.username.is_some() => Err(taken("person")),
            Some(_) | None => Ok((session, known)),
        }
    }
}

/// Whether whoever asks may open the account of somebody who has not left, or renew the one that they have.
async fn may_give(asked: &Asked, tx: &mut Tx, person: PersonId, has_account: bool) -> Result<(), Problem> {
    let (session, by) = asked.person(tx).await?;
    if !may_renew_some_access(&by.roles) {
        return Err(Problem::Trouble(Trouble::NotPermitted));
    }
    let person = records::person(tx, session.community, person).await?.filter(|person| person.left.is_none());
    let person = person.ok_or(Problem::Trouble(Trouble::NotFound))?;
    let is_entitled = if has_account { may_renew_access(&by, &person) } else { may(&by.roles, Act::SetUp) };
    if is_entitled { Ok(()) } else { Err(Problem::Trouble(Trouble::NotPermitted)) }
}

/// What was wished, within its bounds; what was left to us is made.
struct Secrets {
    username: Option<String>,
    pass_phrase: Option<String>,
    pin: Option<String>,
}

impl Secrets {
    async fn of(asked: &Asked, session: &Session, wish: Access) -> Result<Self, Problem> {
        let username = wish.username.map(|typed| accounts::username(&typed).ok_or_else(|| invalid("username")));
        let username = username.transpose()?;
        let pass_phrase = match wish.pass_phrase {
            Some(typed) if typed.is_empty() => Some(passwords::fresh()),
            Some(typed) if passwords::is_fit(&typed) => Some(typed),
            Some(_) => return Err(invalid("pass_phrase")),
            None => None,
        };
        let pin = match wish.pin {
            Some(typed) => Some(unique_pin(asked, session, wish.person, typed).await?),
            None => None,
        };
        Ok(Self { username, pass_phrase, pin })
    }

    /// What is kept of the pass phrase and of the PIN.
    async fn kept(&self) -> Result<(Option<String>, Option<String>), Problem> {
        let hash = match &self.pass_phrase {
            Some(pass_phrase) => Some(passwords::hash(pass_phrase.clone()).await?),
            None => None,
        };
        let verifier = match &self.pin {
            Some(pin) => Some(passwords::pin_verifier(pin.clone()).await?),
            None => None,
        };
        Ok((hash, verifier))
    }
}

/// A PIN that nobody else of the community has: whoever taps a colleague's name by mistake does not get in as them.
pub async fn unique_pin(asked: &Asked, session: &Session, person: PersonId, typed: String) -> Result<String, Problem> {
    let typed = half_width(typed.trim());
    if !typed.is_empty() && !passwords::is_pin(&typed) {
        return Err(invalid("pin"));
    }
    let verifiers = accounts::pins_of_others(&mut asked.state.db.read().await?, session.community, person).await?;
    if !typed.is_empty() {
        let is_taken = passwords::is_pin_of_one(typed.clone(), verifiers).await?;
        return if is_taken { Err(taken("pin")) } else { Ok(typed) };
    }
    loop {
        let pin = passwords::fresh_pin();
        if !passwords::is_pin_of_one(pin.clone(), verifiers.clone()).await? {
            return Ok(pin);
        }
    }
}

fn invalid(field: &str) -> Problem {
    Problem::Trouble(Trouble::Invalid { field: field.into() })
}

fn taken(field: &str) -> Problem {
    Problem::Trouble(Trouble::Taken { field: field.into() })
}
