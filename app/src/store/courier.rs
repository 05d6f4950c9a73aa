//! The courier: the one tab that talks to the network drives the exchange and writes what it says.

use std::{
    cell::RefCell,
    future::poll_fn,
    pin::{Pin, pin},
    rc::Rc,
    task::{Poll, Waker},
};

use domain::photos::PhotoHash;
use gloo_timers::future::TimeoutFuture;
use leptos::prelude::*;
use sync::{
    device::{
        exchange::{Exchange, Fault, Message, Step, View, Write},
        outbox::{Entry, EntryState, OwnPhoto, PhotoState},
    },
    messages::{DRAFT, HandOver, HandOverAnswer, Handed, HelloAnswer, Hint, Pull, PullAnswer, Push, PushAnswer, path},
};
use wasm_bindgen::{JsCast, closure::Closure};

use super::{
    disk::DiskFault,
    held::{Network, Store},
};
use crate::{
    accounts::session::end_what_is_left,
    device::{
        clock,
        hints::Hints,
        network, preferences,
        tabs::{self, Told},
    },
    online::{self, Trouble},
};

/// A message has room for so many, however long they are.
const DRAFTS_AT_ONCE: usize = 5;

/// While pushes follow each other, outcomes are noted together so many milliseconds after the first: the disk would slow the
/// pushes down, and what is not noted when the app is killed is only sent again.
const NOTED_WITHIN: i64 = 1_000;

/// Wakes the courier before its time.
#[derive(Clone, Default)]
pub struct Bell {
    inner: Rc<RefCell<BellInner>>,
}

#[derive(Default)]
struct BellInner {
    rung: bool,
    restarted: bool,
    waker: Option<Waker>,
}

impl Bell {
    /// Something was saved, or the network may be back.
    pub fn ring(&self) {
        let mut inner = self.inner.borrow_mut();
        inner.rung = true;
        if let Some(waker) = inner.waker.take() {
            waker.wake();
        }
    }

    /// The device was enrolled anew: begin from the beginning.
    pub fn restart(&self) {
        self.inner.borrow_mut().restarted = true;
        self.ring();
    }

    fn take_restart(&self) -> bool {
        std::mem::take(&mut self.inner.borrow_mut().restarted)
    }

    /// Waits until it rings or `milliseconds` have passed; says whether it rang.
    async fn wait(&self, milliseconds: i64) -> bool {
        let mut timer = pin!(TimeoutFuture::new(u32::try_from(milliseconds.max(0)).unwrap_or(u32::MAX)));
        poll_fn(|context| {
            let mut inner = self.inner.borrow_mut();
            if std::mem::take(&mut inner.rung) {
                return Poll::Ready(true);
            }
            inner.waker = Some(context.waker().clone());
            drop(inner);
            timer.as_mut().poll(context).map(|()| false)
        })
        .await
    }
}

/// Talks to the network for as long as the page lives.
pub async fn run(store: Store) {
    ring_when_the_network_may_be_back(store.bell());
    tabs::become_courier().await;
    // Another tab may have written while this one waited for its turn, and died before it told.
    let _ = store.catch_up_wholly().await;
    let mut exchange = begin(store).await;
    let mut hints = Hints::new(move |id| {
        if store.world.with_untracked(|world| Hint::id(&world.place.epoch, world.place.cursor)) != id {
            store.bell().ring();
        }
    });
    let mut begun = None;
    loop {
        if store.bell().take_restart() {
            exchange = begin(store).await;
            begun = None;
        }
        if store.enrolled.with_untracked(Option::is_none) {
            hints.close();
            store.bell().wait(i64::from(u32::MAX)).await;
            continue;
        }
        let done = match begun.take() {
            Some(Begun::Push(sent, answer)) => take_push(store, &mut exchange, &mut begun, sent, answer).await,
            asked => match next(store, &mut exchange).await {
                Step::Wait { until } => {
                    if store.network.get_untracked() == Network::Good {
                        hints.keep_open(clock::mono());
                    }
                    if store.bell().wait(until - clock::mono()).await {
                        exchange.look();
                    }
                    Ok(())
                }
                Step::Clear => clear(store).await.map(|()| exchange.cleared()),
                Step::Send(message) => {
                    begun = asked;
                    exchange_once(store, &mut exchange, &mut begun, message).await
                }
            },
        };
        if let Err(fault) = done {
            begun = None;
            // What the disk refuses is sent again.
            let _ = store.note_outcomes().await;
            if !matches!(fault, Fault::Busy { .. }) {
                hints.close();
            }
            exchange.failed(fault, clock::mono(), clock::jitter());
            store.network.set(Network::Bad(fault));
            if exchange.is_retired() && store.retired.with_untracked(Option::is_none) {
                let _ = store.keep_retired(Some(Default::default())).await;
            }
        }
    }
}

async fn next(store: Store, exchange: &mut Exchange) -> Step {
    let step = next_at_once(store, exchange);
    let Step::Send(Message::Hello(_)) = step else { return step };
    // Its seals vouch for what is on the disk: another tab may have saved there a moment ago.
    let _ = store.catch_up().await;
    next_at_once(store, exchange)
}

fn next_at_once(store: Store, exchange: &mut Exchange) -> Step {
    exchange.holds_session(preferences::session_of());
    store.world.with_untracked(|world| exchange.next(clock::clocks(), &world.outbox))
}

async fn begin(store: Store) -> Exchange {
    let facts = store.disk().facts().await.unwrap_or_default();
    Exchange::new(facts.place, facts.contact)
}

/// Hands over the drafts of a retired device and forgets what it held.
async fn clear(store: Store) -> Result<(), Fault> {
    let broken = |_| Fault::Busy { after: None };
    let disk = store.disk();
    let mut handed = vec![];
    for drafts in disk.drafts().await.map_err(broken)?.chunks(DRAFTS_AT_ONCE) {
        let items = drafts.iter().map(|(key, text)| Handed {
            key: key.clone(),
            kind: DRAFT.into(),
            person: None,
            saved: None,
            content: text.clone(),
            identity: None,
        });
        let sent = HandOver { clocks: clock::clocks(), items: items.collect() };
        let answer: HandOverAnswer = network::post(path::CUSTODY, &sent).await?;
        handed.extend(answer.kept);
    }
    let outbox = store.read_outbox().await.map_err(broken)?;
    let before = store.retired.get_untracked().unwrap_or_default();
    disk.clear(&outbox, &handed, before).await.map_err(broken)?;
    store.drafts.update(|drafts| drafts.retain(|key, _| !handed.contains(key)));
    store.tell(Told::Records);
    store.reload().await.map_err(broken)
}

/// A message that left before the answer before it was taken in.
enum Begun {
    Push(Push, Answer<PushAnswer>),
    Pull(Pull, Answer<PullAnswer>),
}

type Answer<T> = Pin<Box<dyn Future<Output = Result<T, Fault>>>>;

async fn exchange_once(
    store: Store,
    exchange: &mut Exchange,
    begun: &mut Option<Begun>,
    message: Message,
) -> Result<(), Fault> {
    let asked = begun.take();
    let writes = match message {
        Message::HandOver(sent) => {
            let answer: HandOverAnswer = network::post(path::CUSTODY, &sent).await?;
            exchange.handed_over(answer, clock::mono())
        }
        Message::Hello(hello) => {
            let answer: HelloAnswer = network::post(path::HELLO, &hello).await?;
            store.world.with_untracked(|world| exchange.greeted(answer, clock::clocks(), &world.outbox))
        }
        Message::Push(push) => {
            let answer = Box::pin(network::post(path::PUSH, &push));
            *begun = Some(Begun::Push(push, answer));
            return Ok(());
        }
        Message::Photo(hash) => return put_photo(store, exchange, hash).await,
        Message::Pull(pull) => {
            let answer = match asked {
                Some(Begun::Pull(asked, answer)) if asked == pull => answer.await?,
                _ => network::pull(&pull).await?,
            };
            if let PullAnswer::Page(page) = &answer
                && page.more
            {
                let next = Pull { cursor: page.cursor, ..pull };
                let answer = Box::pin(network::pull(&next));
                *begun = Some(Begun::Pull(next, answer));
            }
            store.network.set(Network::Good);
            exchange.pulled(answer, clock::mono())
        }
    };
    answered(store);
    let done = carry_out_all(store, writes).await;
    or_begin_again(store, exchange, done).await
}

/// Takes in what became of a push. It is true before it is noted here, and what was not noted is sent again and counts once:
/// so the next pushes leave before the disk has it. It is written while the server is at work on this one.
async fn take_push(
    store: Store,
    exchange: &mut Exchange,
    begun: &mut Option<Begun>,
    sent: Push,
    answer: Answer<PushAnswer>,
) -> Result<(), Fault> {
    let ahead = store.world.with_untracked(|world| exchange.push_after(&sent, clock::clocks(), &world.outbox));
    let ahead = ahead.map(|push| (network::written(path::PUSH, &push), push));
    let answer = answer.await?;
    let is_whole = answer.is_whole(&sent);
    let is_troubled = !answer.lanes.is_empty();
    if is_troubled {
        // What looks lost here may only not have been read yet: another tab saved it a moment ago.
        store.reload_outbox().await.map_err(|_| Fault::Busy { after: None })?;
    }
    let writes =
        store.world.with_untracked(|world| exchange.pushed(answer, clock::clocks(), &world.outbox, clock::fresh_lane));
    if let Some((written, push)) = ahead.filter(|_| is_whole && exchange.may_go_on()) {
        *begun = Some(Begun::Push(push, Box::pin(written.post())));
    }
    answered(store);
    for write in &writes {
        if let Write::Delivered(deliveries) = write {
            store.show_delivered(deliveries);
        }
    }
    let done = async {
        if begun.is_none() {
            // First the screen.
            TimeoutFuture::new(0).await;
        }
        if begun.is_none() || store.unnoted_since().is_some_and(|since| clock::mono() >= since + NOTED_WITHIN) {
            store.note_outcomes().await?;
        }
        carry_out_all(store, writes).await
    };
    let done = done.await;
    or_begin_again(store, exchange, done).await
}

/// There was an answer of ours.
fn answered(store: Store) {
    // What is too old to pull stays that, whatever else it may do.
    if store.network.get_untracked() != Network::Bad(Fault::TooOld) {
        store.network.set(Network::Good);
    }
    // Not waited for: what was saved must not stay because somebody signed out.
    leptos::task::spawn_local(async {
        let _ = end_what_is_left().await;
    });
}

/// Where the disk refused, begins again from what it holds.
async fn or_begin_again(store: Store, exchange: &mut Exchange, done: Result<(), DiskFault>) -> Result<(), Fault> {
    if done.is_ok() {
        return Ok(());
    }
    let _ = store.reload().await;
    *exchange = begin(store).await;
    Err(Fault::Busy { after: None })
}

async fn carry_out_all(store: Store, writes: Vec<Write>) -> Result<(), DiskFault> {
    for write in writes {
        carry_out(store, write).await?;
    }
    Ok(())
}

async fn carry_out(store: Store, write: Write) -> Result<(), DiskFault> {
    let disk = store.disk();
    match write {
        Write::Contact(contact) => {
            store.contact.set(Some(contact));
            disk.put_contact(&contact).await?;
        }
        Write::Greeted(answer) => {
            if store.retired.with_untracked(Option::is_some) {
                store.keep_retired(None).await?;
            }
            if store.unlocks.with_untracked(|known| *known != answer.unlocks) {
                disk.put_fact("unlocks", &answer.unlocks).await?;
                store.unlocks.set(answer.unlocks);
            }
            if store.enrolled.with_untracked(|known| known.as_ref() != Some(&answer.enrolled)) {
                disk.put_fact("enrolled", &answer.enrolled).await?;
                store.enrolled.set(Some(answer.enrolled));
            }
        }
        // Noted when it came.
        Write::Delivered(_) => {}
        Write::Resend(places) => change_entries(store, &places, Entry::again).await?,
        Write::Stuck(lane) => {
            let places: Vec<_> = store.world.with_untracked(|world| {
                world.outbox.waiting().filter(|entry| entry.lane == lane).map(|entry| (entry.lane, entry.n)).collect()
            });
            change_entries(store, &places, |entry| Entry { state: EntryState::Stuck, ..entry.clone() }).await?;
        }
        Write::SessionOver => {
            // Whoever signed in meanwhile has another one: only the server knows.
            if let (Err(Trouble::SignInFirst), Some(_)) = (online::who_am_i().await, preferences::session_of()) {
                preferences::set_session(None);
            }
        }
        Write::HandedOver { kept, epoch } => {
            let entries = store.world.with_untracked(|world| world.outbox.in_custody(&kept, &epoch, clock::wall()));
            store.keep_entries(entries).await?;
            disk.drop_unreadable(&kept).await?;
            store.reload_outbox().await?;
        }
        Write::Fork { lane, fresh, device } => {
            let mut outbox = store.read_outbox().await?;
            let moved = outbox.fork(lane, fresh, device);
            let lanes: Vec<_> = outbox.lanes.values().copied().collect();
            disk.move_entries(&moved, &lanes).await?;
            store.wrote_outbox(|world| world.reload_outbox(outbox));
            store.tell(Told::Outbox);
        }
        Write::Photo(hash, answer) => {
            let own = store.world.with_untracked(|world| world.outbox.photos.get(&hash).copied());
            if let Some(own) = own {
                store.put_photo_state(own.answered(answer, clock::wall())).await?;
            }
        }
        Write::Absorb(page) => {
            let place = store.world.with_untracked(|world| world.place.clone());
            if !page.rows.is_empty() || !page.departures.is_empty() || place.clone().after(&page) != place {
                if !disk.absorb(&page).await? {
                    return Err(another_tab_was_first());
                }
                store.world.update(|world| world.absorb(&page));
                store.tell(Told::Records);
            }
            store.filling.set(false);
        }
        Write::Flip(View { place, rows, confirmed, disowned }) => {
            // Shown first: what was pulled can be pulled again, and people wait for it.
            store.world.update(|world| world.rebuild(confirmed, place.clone()));
            store.filling.set(false);
            if !disk.flip(&rows, &place, disowned).await? {
                store.reload().await?;
                return Err(another_tab_was_first());
            }
            store.tell(Told::Records);
        }
    }
    Ok(())
}

async fn put_photo(store: Store, exchange: &mut Exchange, hash: PhotoHash) -> Result<(), Fault> {
    let Ok(bytes) = store.disk().photo_bytes(hash).await else {
        // The disk may be itself again later.
        exchange.hold_back(hash);
        return Ok(());
    };
    let Some(bytes) = bytes else {
        let own = store.world.with_untracked(|world| world.outbox.photos.get(&hash).copied());
        let damaged = own.map(|own| OwnPhoto { state: PhotoState::Damaged, ..own });
        if let Some(damaged) = damaged {
            store.put_photo_state(damaged).await.map_err(|_| Fault::Busy { after: None })?;
        }
        return Ok(());
    };
    let answer = match network::put_photo(hash, &bytes).await {
        Ok(answer) => answer,
        Err(Fault::Rejected) => {
            exchange.hold_back(hash);
            return Ok(());
        }
        Err(fault) => return Err(fault),
    };
    store.network.set(Network::Good);
    for write in exchange.photo_put(hash, answer) {
        carry_out(store, write).await.map_err(|_| Fault::Busy { after: None })?;
    }
    Ok(())
}

/// Where there are no locks: what it wrote is read again.
fn another_tab_was_first() -> DiskFault {
    DiskFault::Failed("another tab was first".into())
}

async fn change_entries(
    store: Store,
    places: &[(domain::ids::LaneId, i64)],
    change: impl Fn(&Entry) -> Entry,
) -> Result<(), DiskFault> {
    let entries: Vec<Entry> = store.world.with_untracked(|world| {
        let known = places.iter().filter_map(|place| world.outbox.entries.get(place));
        known.map(change).collect()
    });
    store.keep_entries(entries).await
}

fn ring_when_the_network_may_be_back(bell: Bell) {
    let Some(window) = web_sys::window() else { return };
    let ring = Closure::<dyn FnMut()>::new(move || bell.ring());
    let listener = ring.as_ref().unchecked_ref();
    for event in ["online", "pageshow", "focus"] {
        let _ = window.add_event_listener_with_callback(event, listener);
    }
    if let Some(document) = window.document() {
        let _ = document.add_event_listener_with_callback("visibilitychange", listener);
    }
    ring.forget();
}
