//! What the server says by itself when it is due: offers that nobody took end, a household that has moved out gives its places
//! back, records of field work go to those who may hold them now, and after a restore the return is closed once all is back. Each is a
//! change in the server's own lane.

use std::time::Duration;

use domain::{
    changes::Request,
    events::{Event, EventKey},
    ids::{CommunityId, HouseholdId},
    records::Body,
    residents,
    sign_ups::{CancelSignUp, LapseOffers, OwnSignUp, SignUp, Tally},
    time::Moment,
};
use sync::server::Canon;

use crate::{
    canon::SqlCanon,
    clock, communities,
    db::{Db, Tx, retried},
    failure::Failure,
    holders, households, records, returns, system,
};

/// How late it may be said.
const EVERY: Duration = Duration::from_secs(10);

/// Goes on for as long as the server runs.
pub async fn keep_saying(db: Db) {
    if let Ok(true) = is_returning(&db).await {
        tracing::warn!(
            "devices still bring back what a restore lost, and nobody is offered a place: lamplighter missing"
        );
    }
    loop {
        tokio::time::sleep(EVERY).await;
        if let Err(failure) = say(&db, clock::now()).await {
            tracing::warn!(%failure, "what is due was not said; it is tried again");
        }
    }
}

async fn is_returning(db: &Db) -> Result<bool, Failure> {
    let mut tx = db.read().await?;
    for community in communities::all(&mut tx).await? {
        if returns::is_open(&mut tx, community).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Says what is due by now. Returns how many changes that were.
pub async fn say(db: &Db, now: Moment) -> Result<usize, Failure> {
    let mut tx = db.read().await?;
    let mut due = vec![];
    for community in communities::all(&mut tx).await? {
        let is_open = returns::is_open(&mut tx, community).await?;
        if is_open && returns::is_whole(&mut tx, community).await? {
            due.push((community, Due::Return));
        }
        // Who took their offer in time may still say so: offers end when the return is closed.
        let ended = if is_open { vec![] } else { offers_that_end(&mut tx, community, now).await? };
        due.extend(ended.into_iter().map(|of| (community, Due::Offers(of))));
        let gone = households::with_places_to_give_back(&mut tx, community).await?;
        due.extend(gone.into_iter().map(|household| (community, Due::Places(household))));
    }
    drop(tx);
    let mut said = 0;
    for (community, due) in due {
        said += retried(|| one(db, community, due, now)).await?;
    }
    Ok(said + holders::put_all(db, now).await?)
}

#[derive(Clone, Copy)]
enum Due {
    Offers(EventKey),
    Places(HouseholdId),
    Return,
}

async fn offers_that_end(tx: &mut Tx, community: CommunityId, now: Moment) -> Result<Vec<EventKey>, Failure> {
    let tallies = records::of_kind(tx, community, "tally").await?;
    let ended = tallies.into_iter().filter_map(|record| match record.body {
        Body::Residents(residents::Body::Tally(Tally { of, offers_end, .. })) => {
            offers_end.filter(|end| *end <= now).map(|_| of)
        }
        _ => None,
    });
    Ok(ended.collect())
}

async fn one(db: &Db, community: CommunityId, due: Due, now: Moment) -> Result<usize, Failure> {
    let mut canon = SqlCanon::new(db.write().await?, community, now);
    let mut head = canon.take_head().await?;
    let requests = match due {
        Due::Return => {
            let is_whole = returns::is_whole(canon.tx().await?, community).await?;
            let said = if is_whole { returns::close(&mut canon, now).await? } else { None };
            canon.commit().await?;
            return Ok(said.unwrap_or(0));
        }
        Due::Offers(of) => vec![residents::Request::LapseOffers(LapseOffers { of })],
        Due::Places(household) => {
            households::gave_places_back(canon.tx().await?, community, household).await?;
            places_of(canon.tx().await?, community, household, now).await?
        }
    };
    let said = requests.len();
    for request in requests {
        system::apply_own(&mut canon, &head, Request::Residents(request), now).await?;
        head.seq += 1;
    }
    canon.commit().await?;
    Ok(said)
}

/// What cancels everything that a household has asked for and that has not begun.
async fn places_of(
    tx: &mut Tx,
    community: CommunityId,
    household: HouseholdId,
    now: Moment,
) -> Result<Vec<residents::Request>, Failure> {
    let mut requests = vec![];
    for record in records::of_audience(tx, community, "own_sign_up", &format!("household:{household}")).await? {
        let Body::Residents(residents::Body::OwnSignUp(OwnSignUp(SignUp { of, standing, .. }))) = record.body else {
            continue;
        };
        if standing.is_alive() && is_coming(tx, community, of, now).await? {
            requests.push(residents::Request::CancelSignUp(CancelSignUp { of, household }));
        }
    }
    Ok(requests)
}

async fn is_coming(tx: &mut Tx, community: CommunityId, of: EventKey, now: Moment) -> Result<bool, Failure> {
    let record = records::get(tx, community, of.event.into()).await?;
    Ok(record.is_some_and(|record| match record.body {
        Body::Residents(residents::Body::Event(Event { details, cancelled, .. })) => {
            cancelled.is_none() && now < details.starts
        }
        _ => false,
    }))
}
