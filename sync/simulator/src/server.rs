//! The server's nodes: the routes of `server/src/sync_routes.rs` around the database, several requests at a time.

use std::{cell::Cell, future::Future, pin::Pin, rc::Rc};

use domain::{
    ids::{CommunityId, DeviceId, PersonId},
    photos::{PhotoFault, PhotoHash},
    text::Words,
    time::{Contact, Interval, Moment},
};
use sync::{
    device::exchange::Fault,
    messages::{
        Enrolled, Envelope, HandOver, HandOverAnswer, Hello, HelloAnswer, Identity, PhotoAnswer, Profile, Pull,
        PullAnswer, Push, PushAnswer,
    },
    server::{Sender, push},
};

use crate::{
    community::COMMUNITY,
    database::{Database, Device, Failure, Handed},
};

/// What a request carries besides its device.
#[derive(Clone, Debug)]
pub enum Request {
    Hello(Hello),
    Push(Push),
    Pull(Pull),
    HandOver(HandOver),
    Photo(PhotoHash, Vec<u8>),
}

/// What comes back.
#[derive(Clone, Debug)]
pub enum Answer {
    Hello(HelloAnswer),
    Push(PushAnswer),
    Pull(PullAnswer),
    HandOver(HandOverAnswer),
    Photo(PhotoAnswer),
    Declined(Fault),
}

pub type Call = Pin<Box<dyn Future<Output = Answer>>>;

/// A node's clock.
#[derive(Clone)]
pub struct NodeClock {
    pub now: Rc<Cell<i64>>,
    pub skew: i64,
}

impl NodeClock {
    fn read(&self) -> Moment {
        Moment(self.now.get() + self.skew)
    }
}

/// Answers one request. Dropping the future is a node that dies in the middle of it.
pub fn answer(db: Database, community: CommunityId, device: DeviceId, request: Request, route: Route) -> Call {
    Box::pin(async move {
        let known = db.read(|tables| tables.devices.get(&device).copied());
        let Some(device) = known else { return Answer::Declined(Fault::NotEnrolled) };
        let may_give = matches!(request, Request::HandOver(_) | Request::Photo(..));
        if device.retired && !may_give {
            return Answer::Declined(Fault::Retired);
        }
        match request {
            Request::Hello(said) => retried(async || hello(&db, community, &device, &said, &route).await).await,
            Request::Push(sent) => retried(async || take_push(&db, &device, &sent, &route).await).await,
            Request::Pull(asked) => match route.too_old {
                true => Answer::Declined(Fault::TooOld),
                false => {
                    retried(async || {
                        let standby = if route.standby { db.standby() } else { None };
                        db.pull(standby, device.profile, &asked).await.map(Answer::Pull)
                    })
                    .await
                }
            },
            Request::HandOver(sent) => Answer::HandOver(take_over(&db, &device, &sent, &route)),
            Request::Photo(hash, bytes) => Answer::Photo(take_photo(&db, hash, &bytes)),
        }
    })
}

/// Where a request happened to go.
#[derive(Clone)]
pub struct Route {
    pub clock: NodeClock,
    /// A reader that is sent to the standby.
    pub standby: bool,
    /// A device whose version the server does not let pull any more.
    pub too_old: bool,
    /// Where a bug answers before it commits: the answer that went out.
    #[cfg(feature = "planted")]
    pub early: Rc<std::cell::RefCell<Option<Answer>>>,
}

/// Runs a whole transaction, again where it only lost a race.
async fn retried(mut run: impl AsyncFnMut() -> Result<Answer, Failure>) -> Answer {
    for _ in 0..4 {
        match run().await {
            Ok(answer) => return answer,
            Err(Failure::LostRace) => crate::database::turn().await,
        }
    }
    Answer::Declined(Fault::Busy { after: None })
}

async fn take_push(db: &Database, device: &Device, sent: &Push, route: &Route) -> Result<Answer, Failure> {
    let received = route.clock.read();
    let sender = sender(device, device.session);
    let mut canon = db.begin(sent.changes.len());
    let pushed = push(&mut canon, &sender, sent, received).await;
    #[cfg(feature = "planted")]
    if pushed.is_err() && sync::planted::is(sync::planted::Bug::TransientErrorConsumes) {
        canon.leave_numbers();
    }
    let answer = Answer::Push(pushed?);
    #[cfg(feature = "planted")]
    if sync::planted::is(sync::planted::Bug::AcknowledgedBeforeCommit) {
        *route.early.borrow_mut() = Some(answer.clone());
        for _ in 0..3 {
            crate::database::turn().await;
        }
    }
    canon.commit().await?;
    Ok(answer)
}

async fn hello(
    db: &Database,
    community: CommunityId,
    device: &Device,
    said: &Hello,
    route: &Route,
) -> Result<Answer, Failure> {
    let now = route.clock.read();
    let answer = db.write(|tables| {
        let lanes = tables.lanes_of(device.id);
        let sealed = sync::server::sealed(&lanes, said, now);
        if let Some(device) = tables.devices.get_mut(&device.id) {
            device.sealed = sealed.max(device.sealed);
        }
        HelloAnswer {
            access: 0,
            server: now,
            enrolled: enrolled(device, community),
            epoch: tables.epoch.clone(),
            head: tables.seq,
            unlocks: vec![],
            lanes,
        }
    });
    Ok(Answer::Hello(answer))
}

pub fn enrolled(device: &Device, community: CommunityId) -> Enrolled {
    Enrolled {
        device: device.id,
        name: "tablet".into(),
        profile: device.profile,
        community,
        community_name: Words::default(),
        person: device.enrolled_by,
        confirmed: device.confirmed,
        evicted: None,
    }
}

pub fn sender(device: &Device, session: Option<PersonId>) -> Sender {
    let &Device { id, profile, enrolled_by, confirmed, .. } = device;
    Sender { device: id, profile, community: COMMUNITY, enrolled_by, confirmed, session }
}

/// As `server/src/custody.rs`: each item once, and nothing that the log has already.
fn take_over(db: &Database, device: &Device, sent: &HandOver, route: &Route) -> HandOverAnswer {
    let received = route.clock.read();
    let delivered = Contact { server: received, clocks: sent.clocks };
    let kept = sent.items.iter().map(|handed| handed.key.clone()).collect();
    db.write(|tables| {
        for handed in &sent.items {
            let envelope = Envelope::read(&handed.content).ok();
            let logged = envelope.as_ref().and_then(|envelope| tables.log.get(&envelope.id));
            if logged.is_some_and(|kept| kept.envelope == handed.content) {
                continue;
            }
            let (person, identity) = match device.profile {
                Profile::Shared => (handed.person, handed.identity.unwrap_or(Identity::Claimed)),
                Profile::Personal { person } => (Some(person), handed.identity.unwrap_or(Identity::Pin)),
            };
            let at = envelope.map_or(Interval::exactly(received), |envelope| envelope.at.interval(delivered));
            let item = Handed { person, identity, kind: handed.kind.clone(), at, received, done: None };
            let key = (device.id, handed.key.clone(), handed.content.clone());
            tables.custody.entry(key).or_insert(item);
        }
        HandOverAnswer { server: received, epoch: tables.epoch.clone(), kept }
    })
}

fn take_photo(db: &Database, hash: PhotoHash, bytes: &[u8]) -> PhotoAnswer {
    if bytes.is_empty() {
        return PhotoAnswer::Refused { why: PhotoFault::Empty };
    }
    if PhotoHash::of(bytes) != hash {
        return PhotoAnswer::Refused { why: PhotoFault::WrongHash };
    }
    db.write(|tables| tables.photos.insert(hash));
    PhotoAnswer::Kept
}
