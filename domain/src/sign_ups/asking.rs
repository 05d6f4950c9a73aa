//! What becomes of what a household asks for: on the server decided, on a tablet shown as asked for.

use std::collections::BTreeSet;

use super::{
    AcceptOffer, AskForPlaces, Book, CancelSignUp, ChangeSignUp, LapseOffers, Limits, Move, MoveSignUp, MoveTo,
    OwnSignUp, Party, SignUp, Standing, Wish,
};
use crate::{
    decide::{Actor, Context, Decision, Side, Told, Upon, author, entitled_now},
    events::{self, Details, Event, EventKey},
    households::{Asker, asker},
    ids::HouseholdId,
    permissions::Act,
    records::{Audience, Reads, Record, Root},
    refusal::{Flag, Refusal, WhyNot},
    residents,
    text::{NAME_MOST, NOTE_MOST, typed, typed_or_empty},
    time::Moment,
};

pub(crate) fn ask(
    root: &Root,
    reads: &Reads,
    wish: &AskForPlaces,
    actor: &Actor,
    context: &Context,
) -> Result<Decision, Refusal> {
    let asker = asker(reads, wish.household, actor, Some(Act::RunDoor))?;
    let event = open_event(root, wish.of, asker, context.now)?;
    let there = there(root, wish.of, wish.household, asker, context.side);
    // On a tablet the confirmed record may be this very change's already: it stays what it is.
    if let Some(there) = there.filter(|there| there.standing.is_alive()) {
        return match context.side {
            Side::Server => Err(WhyNot::AlreadySignedUp.into()),
            Side::Device => Ok(shown(SignUp { wish: None, ..there.clone() }, asker)),
        };
    }
    party_fits(root, event, &wish.party, wish.household)?;
    answers_fit(&event.details, &wish.answers)?;
    if context.side == Side::Device {
        let asked = SignUp { wish: Some(Wish::Places), ..asked(wish, 0, Standing::Asked, context.now) };
        return Ok(shown(asked, asker));
    }
    let mut book = Book::open(root, wish.of);
    let has_room = wish.party.persons <= book.to_give(context);
    let standing = if has_room { Standing::Confirmed } else { Standing::Waiting };
    let number = book.take_number();
    book.set(asked(wish, number, standing, context.now).moved_as(there));
    let flags = (!has_room).then_some(Flag::OnWaitingList).into_iter().collect();
    Ok(Decision { records: book.written(), flags })
}

pub(crate) fn change(
    root: &Root,
    reads: &Reads,
    wish: &ChangeSignUp,
    actor: &Actor,
    context: &Context,
) -> Result<Decision, Refusal> {
    let asker = asker(reads, wish.household, actor, Some(Act::RunDoor))?;
    let event = open_event(root, wish.of, asker, context.now)?;
    let there = alive(root, wish.of, wish.household, asker, context.side)?;
    party_fits(root, event, &wish.party, wish.household)?;
    answers_fit(&event.details, &wish.answers)?;
    let changed = SignUp { party: wish.party.clone(), answers: wish.answers.clone(), at: context.now, ..there.clone() };
    if context.side == Side::Device {
        // What is asked for is not what is: the confirmed party stays on the ticket.
        let wish = Wish::Change { party: wish.party.clone() };
        return Ok(shown(SignUp { wish: Some(wish), ..there.clone() }, asker));
    }
    let mut book = Book::open(root, wish.of);
    let more = wish.party.persons.saturating_sub(there.party.persons);
    if there.standing.has_places() && more > 0 {
        let free = book.to_give(context);
        if more > free {
            return Err(WhyNot::NoRoom { free }.into());
        }
    }
    book.set(changed);
    Ok(settled(book, context))
}

pub(crate) fn cancel(
    root: &Root,
    reads: &Reads,
    wish: CancelSignUp,
    actor: &Actor,
    context: &Context,
) -> Result<Decision, Refusal> {
    let asker = asker(reads, wish.household, actor, Some(Act::RunDoor))?;
    coming_event(root, wish.of, context.now, asker)?;
    let there = alive(root, wish.of, wish.household, asker, context.side)?;
    if context.side == Side::Device {
        return Ok(shown(SignUp { wish: Some(Wish::Cancel), ..there.clone() }, asker));
    }
    let mut book = Book::open(root, wish.of);
    book.set(SignUp { standing: Standing::Cancelled { at: context.now }, at: context.now, ..there.clone() });
    Ok(settled(book, context))
}

pub(crate) fn accept(
    root: &Root,
    reads: &Reads,
    wish: AcceptOffer,
    actor: &Actor,
    context: &Context,
) -> Result<Decision, Refusal> {
    let asker = asker(reads, wish.household, actor, Some(Act::RunDoor))?;
    coming_event(root, wish.of, context.now, asker)?;
    let there = there(root, wish.of, wish.household, asker, context.side).ok_or(WhyNot::NotSignedUp)?;
    match (there.standing, context.side) {
        // An offer ends when the server ends it: whoever comes before that has the place, for nobody else was offered it.
        (Standing::Offered { .. }, Side::Server) => {
            let mut book = Book::open(root, wish.of);
            book.set(SignUp { standing: Standing::Confirmed, at: context.now, ..there.clone() });
            Ok(settled(book, context))
        }
        (Standing::Offered { .. }, Side::Device) => {
            Ok(shown(SignUp { wish: Some(Wish::Accept), ..there.clone() }, asker))
        }
        (Standing::Confirmed, Side::Device) => Ok(shown(there.clone(), asker)),
        (Standing::Lapsed { .. }, _) => Err(WhyNot::OfferOver.into()),
        _ => Err(WhyNot::NotOffered.into()),
    }
}

/// An organiser moves people, on record. The waiting list does not bind them; the capacity does.
pub(crate) fn move_party(
    root: &Root,
    wish: &MoveSignUp,
    actor: &Actor,
    context: &Context,
) -> Result<Decision, Refusal> {
    if !entitled_now(actor, Act::PlanEvents) {
        return Err(Refusal::NotPermitted);
    }
    coming_event(root, wish.of, context.now, Asker::Desk)?;
    let there = alive(root, wish.of, wish.household, Asker::Desk, context.side)?;
    let reason = typed(&wish.reason, NOTE_MOST).map_err(|_| Refusal::Invalid { field: "reason".into() })?;
    if context.side == Side::Device {
        return Ok(shown(SignUp { wish: Some(Wish::Move { to: wish.to }), ..there.clone() }, Asker::Desk));
    }
    let mut book = Book::open(root, wish.of);
    let free = if context.returning { 0 } else { book.free() };
    if wish.to == MoveTo::Confirmed && !there.standing.has_places() && there.party.persons > free {
        return Err(WhyNot::NoRoom { free }.into());
    }
    moved(&mut book, there, wish.to, reason, actor, context.now);
    Ok(settled(book, context))
}

fn moved(book: &mut Book, there: &SignUp, to: MoveTo, reason: String, actor: &Actor, now: Moment) {
    let mut sign_up = SignUp { at: now, ..there.clone() };
    sign_up.moves.push(Move { by: Some(author(actor)), at: now, to, reason });
    sign_up.standing = match to {
        MoveTo::Confirmed => Standing::Confirmed,
        MoveTo::FrontOfLine | MoveTo::EndOfLine => Standing::Waiting,
        MoveTo::Off => Standing::Cancelled { at: now },
    };
    let number = sign_up.number;
    book.set(sign_up);
    match to {
        MoveTo::FrontOfLine => book.move_to_front(number),
        MoveTo::EndOfLine => book.move_to_end(number),
        MoveTo::Confirmed | MoveTo::Off => {}
    }
}

/// The server's own: offers that ran out end, and their places go on to the next in line.
pub(crate) fn lapse(root: &Root, wish: LapseOffers, actor: &Actor, context: &Context) -> Result<Decision, Refusal> {
    match actor {
        Actor::Person(_) | Actor::OfAnyTime(_) => return Err(Refusal::NotPermitted),
        Actor::System => {}
    }
    if context.returning {
        // Who took their offer in time may still say so, and nobody else would be offered the place.
        return Ok(Decision::default());
    }
    let mut book = Book::open(root, wish.of);
    book.lapse(context.now);
    book.promote(context);
    let records = if book.has_changed() { book.written() } else { vec![] };
    Ok(Decision { records, ..Decision::default() })
}

/// A request that had been accepted before the server was restored without it: what its household was told stands, and what
/// then exceeds the capacity shows as [`super::Tally::over`]; nobody is dropped.
pub(crate) fn restore(
    root: &Root,
    request: &residents::Request,
    told: &Told,
    actor: &Actor,
    context: &Context,
) -> Vec<Record> {
    use residents::Request;
    let (of, household) = match request {
        Request::AskForPlaces(it) => (it.of, it.household),
        Request::ChangeSignUp(it) => (it.of, it.household),
        Request::CancelSignUp(it) => (it.of, it.household),
        Request::AcceptOffer(it) => (it.of, it.household),
        Request::MoveSignUp(it) => (it.of, it.household),
        _ => return vec![],
    };
    let now = context.now;
    let mut book = Book::open(root, of);
    let there = match book.get(household).cloned() {
        Some(there) => there,
        None => {
            let blank = AskForPlaces { of, household, party: Party::default(), answers: vec![] };
            asked(&blank, number_told(&mut book, told, household), Standing::Waiting, now)
        }
    };
    match request {
        Request::AskForPlaces(wish) => {
            let sign_up = asked_before(&mut book, wish, there, told, now);
            book.set(sign_up);
        }
        // What was decided since gives nobody more places than they had been told of.
        Request::ChangeSignUp(wish) if told.upon == Upon::WhatWasDecidedSince && has_fewer(&there, &wish.party) => {}
        Request::ChangeSignUp(wish) => {
            book.set(SignUp { party: wish.party.clone(), answers: wish.answers.clone(), ..there });
        }
        Request::CancelSignUp(_) => book.set(SignUp { standing: Standing::Cancelled { at: now }, at: now, ..there }),
        Request::AcceptOffer(_) => book.set(SignUp { standing: Standing::Confirmed, at: now, ..there }),
        Request::MoveSignUp(wish) => moved(&mut book, &there, wish.to, wish.reason.clone(), actor, now),
        _ => {}
    }
    book.promote(context);
    book.written()
}

/// The sign-up of a household that had asked, where the restored server has it as `there`, or blank.
fn asked_before(book: &mut Book, wish: &AskForPlaces, there: SignUp, told: &Told, now: Moment) -> SignUp {
    let standing = if told.flags.contains(&Flag::OnWaitingList) { Standing::Waiting } else { Standing::Confirmed };
    let is_new = there.party.persons == 0 || !there.standing.is_alive();
    match told.upon {
        Upon::WhatWasTold => {
            let number = number_told(book, told, wish.household);
            asked(wish, number, standing, now).moved_as(Some(&there))
        }
        Upon::WhatWasDecidedSince if is_new => {
            let number = number_told(book, told, wish.household);
            asked(wish, number, standing, now).moved_as(Some(&there))
        }
        // It had places, and nobody knew: it keeps those, and its number.
        Upon::WhatWasDecidedSince if there.standing.has_places() => there,
        Upon::WhatWasDecidedSince => SignUp { party: wish.party.clone(), answers: wish.answers.clone(), ..there },
        Upon::WhatIsHere => {
            // What came later, and was honoured before it, is not undone by it.
            let number = match told.number.filter(|number| book.is_free(*number, wish.household)) {
                Some(number) if is_new => number,
                _ if there.standing.is_alive() => there.number,
                _ => book.take_number(),
            };
            let standing = if is_new && !there.standing.has_places() { standing } else { there.standing };
            SignUp { party: wish.party.clone(), answers: wish.answers.clone(), standing, number, ..there }
        }
    }
}

/// The number that a household was told, unless it is another's by now.
fn number_told(book: &mut Book, told: &Told, household: HouseholdId) -> u32 {
    told.number.filter(|number| book.is_free(*number, household)).unwrap_or_else(|| book.take_number())
}

fn has_fewer(there: &SignUp, party: &Party) -> bool {
    there.standing.has_places() && there.party.persons < party.persons
}

fn settled(mut book: Book, context: &Context) -> Decision {
    book.promote(context);
    Decision { records: book.written(), ..Decision::default() }
}

fn asked(wish: &AskForPlaces, number: u32, standing: Standing, now: Moment) -> SignUp {
    SignUp {
        of: wish.of,
        household: wish.household,
        party: wish.party.clone(),
        answers: wish.answers.clone(),
        number,
        standing,
        at: now,
        moves: vec![],
        ticket: None,
        wish: None,
    }
}

impl SignUp {
    /// What an organiser did to an earlier sign-up of the household stays on record.
    fn moved_as(self, earlier: Option<&SignUp>) -> Self {
        Self { moves: earlier.map(|it| it.moves.clone()).unwrap_or_default(), ..self }
    }
}

/// The one record that the asking device may hold.
fn shown(sign_up: SignUp, asker: Asker) -> Decision {
    let record = match asker {
        Asker::Member => {
            let audience = Audience::Household(sign_up.household);
            Record::new(audience, residents::Body::OwnSignUp(OwnSignUp(sign_up)).into())
        }
        Asker::Desk | Asker::System => Record::new(Audience::Desk, residents::Body::SignUp(sign_up).into()),
    };
    Decision { records: vec![record], ..Decision::default() }
}

fn there(root: &Root, of: EventKey, household: HouseholdId, asker: Asker, side: Side) -> Option<&SignUp> {
    match (side, asker) {
        (Side::Device, Asker::Member) => super::own_of_root(root, of, household),
        (Side::Device, Asker::Desk | Asker::System) | (Side::Server, _) => super::of_root(root, of, household),
    }
}

fn alive(root: &Root, of: EventKey, household: HouseholdId, asker: Asker, side: Side) -> Result<&SignUp, Refusal> {
    let there = there(root, of, household, asker, side);
    there.filter(|there| there.standing.is_alive()).ok_or(WhyNot::NotSignedUp.into())
}

/// The event, which is published, goes ahead, and has not begun.
fn coming_event(root: &Root, of: EventKey, now: Moment, asker: Asker) -> Result<&Event, Refusal> {
    let event = events::of_root(root, of).filter(|event| event.published.is_some()).ok_or(Refusal::NoSuchThing)?;
    if event.cancelled.is_some() {
        return Err(WhyNot::Cancelled.into());
    }
    // Data files may tell of events that are over.
    if asker != Asker::System && now >= event.details.starts {
        return Err(WhyNot::Started.into());
    }
    Ok(event)
}

/// The same, where sign-up is open too. The desk may sign up whoever calls before it opens and after it has closed.
fn open_event(root: &Root, of: EventKey, asker: Asker, now: Moment) -> Result<&Event, Refusal> {
    let event = coming_event(root, of, now, asker)?;
    match asker {
        Asker::Member => event.details.sign_up_is_open(now)?,
        Asker::Desk | Asker::System => {}
    }
    Ok(event)
}

fn party_fits(root: &Root, event: &Event, party: &Party, household: HouseholdId) -> Result<(), Refusal> {
    let names_fit = party.names.iter().all(|name| typed(name, NAME_MOST).is_ok());
    if party.persons == 0 || party.names.len() > party.persons as usize || !names_fit {
        return Err(Refusal::Invalid { field: "party".into() });
    }
    Ok(Limits::of(root, event, household).allow(party.persons)?)
}

/// How many persons of a household have or await places at the other events of a series.
pub(super) fn elsewhere(root: &Root, of: EventKey, household: HouseholdId) -> u32 {
    let mut counted = BTreeSet::new();
    root.of_residents().fold(0, |sum, body| match body {
        // On the server both stand there, on a phone only the household's own.
        residents::Body::SignUp(it) | residents::Body::OwnSignUp(OwnSignUp(it))
            if it.household == household && it.of != of && it.standing.is_alive() && counted.insert(it.of) =>
        {
            sum.saturating_add(it.party.persons)
        }
        _ => sum,
    })
}

fn answers_fit(details: &Details, answers: &[super::Answer]) -> Result<(), Refusal> {
    let fit = answers.iter().all(|answer| typed_or_empty(&answer.answer, NOTE_MOST).is_ok());
    if fit && details.are_answered_by(answers) { Ok(()) } else { Err(Refusal::Invalid { field: "answers".into() }) }
}
