//! I10: an event's places, at every point of the log and on every phone.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    changes::{Deed, Request},
    ids::HouseholdId,
    records::Body,
    residents,
    sign_ups::{MoveTo, OwnSignUp, SignUp, Standing, Tally},
    time::Moment,
};

use sync::messages::{Envelope, Outcome};

use super::{Verdict, broken};
use crate::{
    database::{Kept, Tables},
    neighbours,
    tablet::Tablet,
};

/// An event as the log has written it so far.
#[derive(Default)]
struct Hall {
    capacity: u32,
    starts: Moment,
    tally: Option<Tally>,
    sign_ups: BTreeMap<HouseholdId, SignUp>,
    /// The numbers of parties that were offered a place while they waited, since they last began to.
    offered: BTreeSet<u32>,
    /// What was decided of each household while this return is open.
    decided: BTreeMap<HouseholdId, Decided>,
    /// Something was honoured: its place in line is the one it was told.
    ever_honoured: bool,
}

/// What stays, whatever comes back, of what was decided since a restore.
#[derive(Clone, Copy, Debug)]
enum Decided {
    Comes,
    Leaves,
    HasPlaces,
    Waits,
}

impl Decided {
    fn of(request: &residents::Request) -> Option<(HouseholdId, Self)> {
        match request {
            residents::Request::AskForPlaces(it) => Some((it.household, Self::Comes)),
            residents::Request::CancelSignUp(it) => Some((it.household, Self::Leaves)),
            residents::Request::AcceptOffer(it) => Some((it.household, Self::HasPlaces)),
            residents::Request::MoveSignUp(it) => Some((
                it.household,
                match it.to {
                    MoveTo::Confirmed => Self::HasPlaces,
                    MoveTo::FrontOfLine | MoveTo::EndOfLine => Self::Waits,
                    MoveTo::Off => Self::Leaves,
                },
            )),
            _ => None,
        }
    }

    fn is_so(self, now: Standing) -> bool {
        match self {
            Decided::Comes => now.is_alive(),
            Decided::Leaves => !now.is_alive(),
            Decided::HasPlaces => now.has_places(),
            Decided::Waits => now == Standing::Waiting,
        }
    }
}

/// I10: no more people have places than there are, unless there were more before; the waiting list is in the server's order;
/// each who waits is offered a place once; the household is told what the desk knows. While devices bring back what a restore
/// lost nobody is given a place, and what is decided then stays.
///
/// Only what a restored server was told to honour may be more than there is room for, in another order.
pub fn i10_places(tables: &Tables) -> Verdict {
    let mut log: Vec<_> = tables.log.values().collect();
    log.sort_by_key(|kept| kept.seq);
    let mut hall = Hall::default();
    let mut within = None;
    for kept in log {
        let rows = kept.rows.iter().filter(|stored| stored.row.root == neighbours::event().root());
        let bodies: Vec<&residents::Body> = rows
            .filter_map(|stored| match &stored.record.as_ref()?.body {
                Body::Residents(body) => Some(body),
                _ => None,
            })
            .collect();
        let now_within = tables.returns.iter().position(|it| it.holds(kept.seq));
        if within != now_within {
            hall.decided.clear();
            within = now_within;
        }
        let is_honoured = tables.honoured.contains_key(&kept.seq);
        let (before, had) = (hall.tally.as_ref().map_or(0, Tally::taken), hall.sign_ups.clone());
        let line = hall.tally.as_ref().map(|tally| tally.line.clone()).unwrap_or_default();
        let was_moved = hall.take(&bodies);
        if within.is_some() && !is_honoured {
            hall.decided.extend(wish(kept).and_then(|request| Decided::of(&request)));
        }
        let found = hall
            .is_in_order(before, was_moved, is_honoured)
            .and_then(|()| if within.is_some() { hall.is_given_nothing(&had, is_honoured) } else { Ok(()) })
            .and_then(|()| hall.offers_nothing_after_the_start(&had, kept.received))
            .and_then(|()| if was_moved || is_honoured { Ok(()) } else { hall.passes_over_nobody(&had, &line) });
        if let Err(words) = found {
            return broken("I10", format!("at {}: {words}", kept.seq));
        }
    }
    Ok(())
}

/// What an accepted change asked for.
fn wish(kept: &Kept) -> Option<residents::Request> {
    let Outcome::Accepted { .. } = kept.outcome else { return None };
    match Envelope::read(&kept.envelope).and_then(|envelope| envelope.open()).ok()?.deed {
        Deed::Request(Request::Residents(request)) => Some(request),
        _ => None,
    }
}

/// I10: a household that returned has the number that it was told, unless it asked anew since.
pub fn i10_numbers_stay(tables: &Tables) -> Verdict {
    let Some(last) = tables.returns.last() else { return Ok(()) };
    let mut told = BTreeMap::new();
    let mut anew = BTreeSet::new();
    for kept in tables.log.values().filter(|kept| kept.seq > last.from) {
        let Some(residents::Request::AskForPlaces(asked)) = wish(kept) else { continue };
        match tables.honoured.get(&kept.seq) {
            Some((_, receipt)) if last.holds(kept.seq) => {
                let (place, number) = (tables.place(&receipt.epoch, receipt.seq), receipt.number.as_ref());
                let number = number.map(|it| it.number);
                let earlier = told.entry(asked.household).or_insert((place.clone(), number));
                if place > earlier.0 {
                    *earlier = (place, number);
                }
            }
            _ => drop(anew.insert(asked.household)),
        }
    }
    let sign_up = |stored: &std::rc::Rc<crate::database::Stored>| match &stored.record.as_ref()?.body {
        Body::Residents(residents::Body::SignUp(it)) => Some(it.clone()),
        _ => None,
    };
    for (household, (_, number)) in told.iter().filter(|(household, _)| !anew.contains(*household)) {
        let Some(number) = *number else { continue };
        // Of two former epochs each may have given it.
        let is_anothers = told.iter().any(|(other, (_, theirs))| other != household && *theirs == Some(number))
            || tables.base.values().filter_map(sign_up).any(|it| it.household != *household && it.number == number);
        let stands = tables.records.get(&SignUp::id(neighbours::event().event, *household).into()).and_then(sign_up);
        if let Some(stands) = stands.filter(|it| it.number != number && !is_anothers) {
            return broken("I10", format!("{household} was told number {number} and has {}", stands.number));
        }
    }
    Ok(())
}

impl Hall {
    /// Says whether an organiser moved somebody.
    fn take(&mut self, bodies: &[&residents::Body]) -> bool {
        let mut was_moved = false;
        for body in bodies {
            match body {
                residents::Body::Event(event) => {
                    self.capacity = event.details.capacity;
                    self.starts = event.details.starts;
                }
                residents::Body::Tally(tally) => self.tally = Some(tally.clone()),
                residents::Body::SignUp(now) => {
                    let was = self.sign_ups.insert(now.household, now.clone());
                    was_moved |= was.is_some_and(|was| was.moves.len() != now.moves.len());
                }
                _ => {}
            }
        }
        was_moved
    }

    fn persons(&self, counts: impl Fn(Standing) -> bool) -> u32 {
        self.sign_ups.values().filter(|it| counts(it.standing)).map(|it| it.party.persons).sum()
    }

    fn is_in_order(&mut self, before: u32, was_moved: bool, is_honoured: bool) -> Result<(), String> {
        let Some(tally) = self.tally.clone() else { return Ok(()) };
        let taken = self.persons(Standing::has_places);
        if tally.taken() != taken {
            return Err(format!("the tally says {} and {taken} persons have places", tally.taken()));
        }
        self.ever_honoured |= is_honoured;
        if !is_honoured && taken > self.capacity.max(before) {
            return Err(format!("{taken} persons have {} places", self.capacity));
        }
        let waiting: BTreeSet<u32> =
            self.sign_ups.values().filter(|it| it.standing == Standing::Waiting).map(|it| it.number).collect();
        if tally.line.len() != waiting.len() || tally.line.iter().any(|number| !waiting.contains(number)) {
            return Err(format!("{:?} are in line and {waiting:?} wait", tally.line));
        }
        self.is_offered_once(was_moved || is_honoured)?;
        let ever_moved = self.sign_ups.values().any(|it| !it.moves.is_empty());
        if !ever_moved && !self.ever_honoured && !tally.line.is_sorted() {
            return Err(format!("the line is {:?}", tally.line));
        }
        Ok(())
    }

    /// While a return is open: nobody is offered anything, only what was told gives a place, and what is decided stays.
    fn is_given_nothing(&self, had: &BTreeMap<HouseholdId, SignUp>, is_honoured: bool) -> Result<(), String> {
        for (household, now) in &self.sign_ups {
            let was = had.get(household);
            let was_offered = was.is_some_and(|was| matches!(was.standing, Standing::Offered { .. }));
            if matches!(now.standing, Standing::Offered { .. }) && !was_offered {
                return Err(format!("{household} is offered a place while devices return"));
            }
            let persons = was.filter(|was| was.standing.has_places()).map_or(0, |was| was.party.persons);
            if !is_honoured && now.standing.has_places() && now.party.persons > persons {
                return Err(format!("{household} is given {} places while devices return", now.party.persons));
            }
            if let Some(decided) = self.decided.get(household).filter(|decided| !decided.is_so(now.standing)) {
                return Err(format!("{household} is {:?} and it was decided that it {decided:?}", now.standing));
            }
        }
        Ok(())
    }

    /// Whoever is offered a place now, and was not before, is so before the event starts.
    fn offers_nothing_after_the_start(
        &self,
        had: &BTreeMap<HouseholdId, SignUp>,
        decided: Moment,
    ) -> Result<(), String> {
        let is_offered = |it: &SignUp| matches!(it.standing, Standing::Offered { .. });
        let was_offered = |it: &SignUp| had.get(&it.household).is_some_and(is_offered);
        match self.sign_ups.values().find(|it| is_offered(it) && !was_offered(it)) {
            Some(it) if decided >= self.starts => {
                Err(format!("number {} is offered a place after the start", it.number))
            }
            _ => Ok(()),
        }
    }

    /// Whoever is given a place comes after nobody who waits, unless that party does not fit in the hall.
    fn passes_over_nobody(&self, had: &BTreeMap<HouseholdId, SignUp>, line: &[u32]) -> Result<(), String> {
        let waits_and_fits = |number: &u32| {
            let mut waiting = self.sign_ups.values().filter(|it| it.standing == Standing::Waiting);
            waiting.any(|it| it.number == *number && it.party.persons <= self.capacity)
        };
        let had_none = |it: &SignUp| !had.get(&it.household).is_some_and(|was| was.standing.has_places());
        for it in self.sign_ups.values().filter(|it| it.standing.has_places() && had_none(it)) {
            let own = line.iter().position(|number| *number == it.number).unwrap_or(line.len());
            if let Some(passed) = line[..own].iter().find(|number| waits_and_fits(number)) {
                return Err(format!("number {} has a place and number {passed} waits before it", it.number));
            }
        }
        Ok(())
    }

    fn is_offered_once(&mut self, may_wait_again: bool) -> Result<(), String> {
        for it in self.sign_ups.values() {
            match it.standing {
                Standing::Waiting if self.offered.contains(&it.number) && !may_wait_again => {
                    return Err(format!("number {} waits again after it was offered a place", it.number));
                }
                Standing::Waiting => {
                    self.offered.remove(&it.number);
                }
                Standing::Offered { .. } | Standing::Confirmed => {
                    self.offered.insert(it.number);
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// I10 on a phone: it never shows a place that the server has not given, with a number.
pub fn i10_a_phone_promises_nothing(tablet: &Tablet, tab: usize) -> Verdict {
    let own = |body: &Body| match body {
        Body::Residents(residents::Body::OwnSignUp(OwnSignUp(it))) => Some((it.standing, it.number)),
        _ => None,
    };
    let shown = tablet.tabs[tab].world.all().filter_map(own);
    match shown.into_iter().find(|(standing, number)| standing.has_places() && *number == 0) {
        Some((standing, _)) => broken("I10", format!("tablet {} shows {standing:?}, which nobody said", tablet.n)),
        None => Ok(()),
    }
}
