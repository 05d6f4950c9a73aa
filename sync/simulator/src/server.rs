//! The server's nodes: the routes of `server/src/sync_routes.rs` around the database, several requests at a time.

use std::{cell::Cell, future::Future, pin::Pin, rc::Rc};

use domain::{
    ids::{CommunityId, DeviceId},
    photos::{PhotoFault, PhotoHash},
    text::Words,
    time::Moment,
};
use sync::{
    device::exchange::Fault,
    messages::{
        Enrolled, HandOver, HandOverAnswer, Hello, HelloAnswer, PhotoAnswer, Pull, PullAnswer, Push, PushAnswer,
    },
    server::{Sender, push},
};

use crate::database::{Database, Device, Failure};

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
            Request::Push(sent) => retried(async || take_push(&db, community, &device, &sent, &route).await).await,
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
            Request::HandOver(sent) => Answer::HandOver(take_over(&db, &sent, &route)),
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

async fn take_push(
    db: &Database,
    community: CommunityId,
    device: &Device,
    sent: &Push,
    route: &Route,
) -> Result<Answer, Failure> {
    let received = route.clock.read();
    let sender = Sender {
        device: device.id,
        profile: device.profile,
        community,
        enrolled_by: device.enrolled_by,
        confirmed: device.confirmed,
        session: device.session,
    };
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

fn take_over(db: &Database, sent: &HandOver, route: &Route) -> HandOverAnswer {
    let kept: Vec<String> = sent.items.iter().map(|handed| handed.key.clone()).collect();
    db.write(|tables| tables.custody.extend(sent.items.iter().map(|it| (it.key.clone(), it.content.clone()))));
    HandOverAnswer { server: route.clock.read(), kept }
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
