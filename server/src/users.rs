//! Accounts from the command line: add, list, a new pass phrase, a new PIN.

use std::io::{IsTerminal, Write};

use domain::{
    changes::Request,
    ids::{CommunityId, PersonId},
    people::{Person, Role},
    text::{NAME_MOST, Words, typed},
};
use uuid::Uuid;

use crate::{
    accounts::{self, Account},
    canon::SqlCanon,
    clock,
    db::{Db, Tx},
    failure::Failure,
    passwords, records, sessions, system,
};

/// Adds a person with an account.
pub async fn add(
    db: &Db,
    community: CommunityId,
    username: &str,
    name: &str,
    roles: Vec<Role>,
    password: String,
) -> Result<(), String> {
    let username = accounts::username(username).ok_or("an account name has 1 to 60 characters and no spaces")?;
    let name = typed(name, NAME_MOST).map_err(|_| "a name has 1 to 120 characters")?;
    let password_hash = hash(password).await?;
    let id = PersonId(Uuid::now_v7());
    let person = Person { id, name: Words::new(&name, &name), roles, teams: vec![], left: None, revision: None };
    let request = (format!("person/{username}"), Request::PutPerson(person));
    let now = clock::now();
    let mut canon = SqlCanon::new(db.write().await.map_err(said)?, community, now);
    let applied = system::apply(&mut canon, vec![request], now).await.map_err(said)?;
    if let Some((_, why)) = applied.refused.first() {
        return Err(format!("the person was refused: {why}"));
    }
    let account = Account { community, person: id, username, password_hash, pin_verifier: None };
    if accounts::add(canon.tx().await.map_err(said)?, &account, now).await.map_err(said)?.is_err() {
        return Err(format!("the account name `{}` is taken", account.username));
    }
    canon.commit().await.map_err(said)
}

/// Writes a line for each account: its name, the person's name and roles, and whether there is a PIN.
pub async fn list(db: &Db, community: CommunityId, out: &mut impl Write) -> Result<(), String> {
    let mut tx = db.read().await.map_err(said)?;
    for account in accounts::all(&mut tx, community).await.map_err(said)? {
        let person = records::person(&mut tx, community, account.person).await.map_err(said)?;
        let pin = if account.pin_verifier.is_some() { "has a PIN" } else { "no PIN" };
        let (name, roles) = person.map_or((String::new(), String::new()), |person| {
            (format!("{} {}", person.name.zh, person.name.en), format!("{:?}", person.roles))
        });
        writeln!(out, "{:<16} {name:<28} {roles:<28} {pin}", account.username).map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Gives an account a new pass phrase and ends its sessions.
pub async fn set_password(db: &Db, username: &str, password: String) -> Result<(), String> {
    let hash = hash(password).await?;
    let mut tx = db.write().await.map_err(said)?;
    let account = find(&mut tx, username).await?;
    accounts::set_password(&mut tx, &account, &hash).await.map_err(said)?;
    sessions::end_all(&mut tx, account.community, account.person, None).await.map_err(said)?;
    tx.commit().await.map_err(said)
}

/// Gives an account a new PIN.
pub async fn set_pin(db: &Db, username: &str, pin: String) -> Result<(), String> {
    if !passwords::is_pin(&pin) {
        return Err("a PIN has 4 to 8 digits".into());
    }
    let mut tx = db.read().await.map_err(said)?;
    let account = find(&mut tx, username).await?;
    let others = accounts::pins_of_others(&mut tx, account.community, account.person).await.map_err(said)?;
    drop(tx);
    if passwords::is_pin_of_one(pin.clone(), others).await.map_err(said)? {
        return Err("somebody else of the community has this PIN: whoever taps a name by mistake would get in".into());
    }
    let verifier = passwords::pin_verifier(pin).await.map_err(said)?;
    let mut tx = db.write().await.map_err(said)?;
    accounts::set_pin(&mut tx, account.community, account.person, &verifier).await.map_err(said)?;
    tx.commit().await.map_err(said)
}

async fn find(tx: &mut Tx, username: &str) -> Result<Account, String> {
    let name = accounts::username(username).unwrap_or_default();
    accounts::named(tx, &name).await.map_err(said)?.ok_or_else(|| format!("there is no account `{username}`"))
}

async fn hash(password: String) -> Result<String, String> {
    if !passwords::is_fit(&password) {
        let (least, most) = (passwords::PASSWORD_LENGTH.start(), passwords::PASSWORD_LENGTH.end());
        return Err(format!("a pass phrase has {least} to {most} characters"));
    }
    passwords::hash(password).await.map_err(said)
}

/// Asks for a secret, or reads it from the standard input. It does not appear on the screen.
pub fn ask(what: &str, from_stdin: bool) -> Result<String, String> {
    let is_asked = !from_stdin && std::io::stdin().is_terminal();
    if is_asked {
        eprint!("{what}: ");
        echo("-echo");
    }
    let mut line = String::new();
    let read = std::io::stdin().read_line(&mut line);
    if is_asked {
        echo("echo");
        eprintln!();
    }
    read.map_err(|error| format!("cannot read the {what}: {error}"))?;
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}

/// Where there is no `stty`, what is typed shows; that is no reason to refuse it.
fn echo(mode: &str) {
    let _ = std::process::Command::new("stty").arg(mode).status();
}

fn said(failure: impl Into<Failure>) -> String {
    failure.into().to_string()
}
