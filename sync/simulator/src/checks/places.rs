//! I10: an event's places, at every point of the log and on every phone.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    ids::HouseholdId,
    records::Body,
    residents,
    sign_ups::{OwnSignUp, SignUp, Standing, Tally},
};

use super::{Ledger, Verdict, broken};
use crate::{database::Tables, neighbours, tablet::Tablet};

/// An event as the log has written it so far.
#[derive(Default)]
struct Hall {
    capacity: u32,
    tally: Option<Tally>,
    sign_ups: BTreeMap<HouseholdId, SignUp>,
    /// The numbers of parties that were offered a place while they waited, since they last began to.
    offered: BTreeSet<u32>,
}

/// I10: no more people have places than there are, unless there were more before; the waiting list is in the server's order;
/// each who waits is offered a place once; the household is told what the desk knows.
///
/// What a restored server was told to honour may be more than there is room for, in another order.
pub fn i10_places(ledger: &Ledger, tables: &Tables) -> Verdict {
    let mut log: Vec<_> = tables.log.values().collect();
    log.sort_by_key(|kept| kept.seq);
    let mut hall = Hall::default();
    for kept in log {
        let rows = kept.rows.iter().filter(|stored| stored.row.root == neighbours::event().root());
        let bodies: Vec<&residents::Body> = rows
            .filter_map(|stored| match &stored.record.as_ref()?.body {
                Body::Residents(body) => Some(body),
                _ => None,
            })
            .collect();
        if bodies.is_empty() {
            continue;
        }
        let before = hall.tally.as_ref().map_or(0, Tally::taken);
        let was_moved = hall.take(&bodies);
        if let Err(words) = hall.is_in_order(before, was_moved, ledger.server_was_restored) {
            return broken("I10", format!("at {}: {words}", kept.seq));
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
                residents::Body::Event(event) => self.capacity = event.details.capacity,
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

    fn is_in_order(&mut self, before: u32, was_moved: bool, was_restored: bool) -> Result<(), String> {
        let Some(tally) = self.tally.clone() else { return Ok(()) };
        let taken = self.persons(Standing::has_places);
        if tally.taken() != taken {
            return Err(format!("the tally says {} and {taken} persons have places", tally.taken()));
        }
        if !was_restored && taken > self.capacity.max(before) {
            return Err(format!("{taken} persons have {} places", self.capacity));
        }
        let waiting: BTreeSet<u32> =
            self.sign_ups.values().filter(|it| it.standing == Standing::Waiting).map(|it| it.number).collect();
        if tally.line.len() != waiting.len() || tally.line.iter().any(|number| !waiting.contains(number)) {
            return Err(format!("{:?} are in line and {waiting:?} wait", tally.line));
        }
        self.is_offered_once(was_moved || was_restored)?;
        let ever_moved = self.sign_ups.values().any(|it| !it.moves.is_empty());
        if !ever_moved && !was_restored && !tally.line.is_sorted() {
            return Err(format!("the line is {:?}", tally.line));
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
