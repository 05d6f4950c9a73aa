//! Where somebody is signed in and what devices of their own they have; ending what was lost; another pass phrase.

use app::online::{Ended, OwnDevice, OwnSession, SignIns, Trouble};
use domain::{
    ids::{DeviceId, PersonId},
    permissions::may_renew_access,
};

use super::{Asked, Problem};
use crate::{
    accounts, clock, cookies,
    db::Tx,
    devices::{self, Device},
    failure::Failure,
    passwords, records,
    sessions::{self, Session},
};

pub async fn own(asked: &Asked) -> Result<SignIns, Problem> {
    let (mut tx, now) = (asked.state.db.read().await?, clock::now());
    let (session, person) = asked.person(&mut tx).await?;
    let here = asked.device(&mut tx).await?.map(|device| device.id);
    let devices = devices::own(&mut tx, session.community, person.id).await?;
    let mut told = vec![];
    for it in sessions::of_person(&mut tx, session.community, person.id, now).await? {
        let device = match it.device {
            Some(device) => devices::with_id(&mut tx, session.community, device).await?,
            None => None,
        };
        let is_here = it.id == session.id;
        told.push(OwnSession { id: it.id, began: it.began, ends: it.ends, device: device.map(|it| it.name), is_here });
    }
    let devices = devices.into_iter().map(|it| OwnDevice {
        id: it.id,
        name: it.name,
        enrolled: it.enrolled,
        seen: it.seen,
        waiting: it.waiting,
        is_here: here == Some(it.id),
    });
    Ok(SignIns { devices: devices.collect(), sessions: told })
}

pub async fn end_session(asked: &Asked, id: &str) -> Result<(), Problem> {
    let mut tx = asked.state.db.write().await?;
    let (session, person) = asked.person(&mut tx).await?;
    if !sessions::end_one(&mut tx, session.community, person.id, id).await? {
        return Err(Problem::Trouble(Trouble::NotFound));
    }
    Ok(tx.commit().await?)
}

/// A lost phone of one's own. What it had not sent it hands over when it is found.
pub async fn end_device(asked: &Asked, device: DeviceId) -> Result<(), Problem> {
    let mut tx = asked.state.db.write().await?;
    let (session, person) = asked.person(&mut tx).await?;
    let own = devices::own(&mut tx, session.community, person.id).await?;
    if !own.iter().any(|it| it.id == device) {
        return Err(Problem::Trouble(Trouble::NotFound));
    }
    devices::retire(&mut tx, session.community, device, clock::now()).await?;
    tx.commit().await?;
    tracing::info!(by = %person.id, %device, "a device was ended by its owner");
    Ok(())
}

/// Somebody else's lost phone: their sessions end, and their own devices are retired.
pub async fn end_all(asked: &Asked, of: PersonId) -> Result<Ended, Problem> {
    let mut tx = asked.state.db.write().await?;
    let (session, person) = asked.person(&mut tx).await?;
    let theirs = records::person(&mut tx, session.community, of).await?.ok_or(Problem::Trouble(Trouble::NotFound))?;
    if !may_renew_access(&person, &theirs) {
        return Err(Problem::Trouble(Trouble::NotPermitted));
    }
    let own = devices::own(&mut tx, session.community, of).await?;
    for device in &own {
        devices::retire(&mut tx, session.community, device.id, clock::now()).await?;
    }
    let kept = (of == person.id).then_some(&session);
    let sessions = sessions::end_all(&mut tx, session.community, of, kept).await?;
    tx.commit().await?;
    tracing::info!(by = %person.id, of = %of, devices = own.len(), sessions, "sign-ins were ended");
    Ok(Ended { devices: own.len() })
}

/// Another pass phrase for whoever is signed in and knows the one of now. Their other sessions end.
pub async fn change_pass_phrase(asked: &Asked, current: String, new: String) -> Result<(), Problem> {
    let mut tx = asked.state.db.read().await?;
    let (session, person) = asked.person(&mut tx).await?;
    let account = accounts::of_person(&mut tx, session.community, person.id).await?;
    drop(tx);
    let account = account.ok_or(Problem::Trouble(Trouble::NotFound))?;
    if !passwords::is_fit(&new) {
        return Err(Problem::Trouble(Trouble::Invalid { field: "new".into() }));
    }
    let current = current.chars().take(1_000).collect();
    if !asked.is_right(&account.username, current, Some(&account)).await? {
        return Err(Problem::Trouble(Trouble::WrongPassword));
    }
    let hash = passwords::hash(new).await?;
    let mut tx = asked.state.db.write().await?;
    // Meanwhile somebody may have given another.
    let session = still(asked, &mut tx, &session).await?;
    accounts::set_password(&mut tx, &account, &hash).await?;
    sessions::end_all(&mut tx, session.community, person.id, Some(&session)).await?;
    Ok(tx.commit().await?)
}

async fn still(asked: &Asked, tx: &mut Tx, session: &Session) -> Result<Session, Problem> {
    let (now, _) = asked.person(tx).await?;
    if now.id == session.id { Ok(now) } else { Err(Problem::Trouble(Trouble::SignInFirst)) }
}

impl Asked {
    /// The device from which it is asked, if it is enrolled.
    async fn device(&self, tx: &mut Tx) -> Result<Option<Device>, Failure> {
        match cookies::device_token(&self.state, &self.headers) {
            Some(token) => devices::with_token(tx, token).await,
            None => Ok(None),
        }
    }
}
