//! Admission 放行: what a ticket, or a name on the list, comes to at the door, by what this tablet holds.
//!
//! A tablet without a network may know less than the ticket it is shown: a genuine ticket that is newer than its records is
//! believed, since only the server signs and only for parties that have a place. Older tickets are void.

use super::{Arrival, Entry};
use crate::{
    events::EventKey,
    ids::{EventId, HouseholdId, PersonId},
    sign_ups::{MoveTo, SignUp, Standing},
    tickets::{Ticket, TicketFault},
    time::Moment,
};

/// What a tablet at the door of an event knows.
#[derive(Clone, Copy)]
pub struct Door<'a> {
    pub of: EventKey,
    /// The community's public key, 32 bytes in hexadecimal.
    pub tag_key: &'a str,
    pub is_cancelled: bool,
    pub sign_ups: &'a [&'a SignUp],
    pub arrivals: &'a [&'a Arrival],
    /// Every household that this tablet knows of.
    pub households: &'a [HouseholdId],
}

/// What somebody at the door is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They may enter: `left` of the party have not come yet. A genuine ticket may say another number of persons than the record.
    Welcome {
        household: HouseholdId,
        came: u32,
        left: u32,
        on_ticket: Option<u32>,
    },
    /// The ticket is genuine and newer than what this tablet knows of the household: it has a place.
    Newer {
        household: HouseholdId,
        came: u32,
        left: u32,
    },
    /// Everybody of the party is in; the last of them by whom, when.
    AlreadyIn {
        household: HouseholdId,
        party: u32,
        came: u32,
        by: PersonId,
        at: Moment,
    },
    /// It has no place, or the ticket gives none any more.
    WithoutPlace {
        household: HouseholdId,
        party: u32,
        why: NoPlace,
    },
    /// A genuine ticket of a household that this tablet does not know at all.
    Stranger {
        number: u32,
        persons: u32,
    },
    OtherEvent {
        event: EventId,
    },
    Forged,
    NotATicket,
}

/// Why there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoPlace {
    EventCancelled,
    /// The household never signed up.
    NotSignedUp,
    /// The ticket is from before the household signed up anew.
    OldTicket,
    Waiting,
    Offered,
    Cancelled,
    Lapsed,
    /// Asked for on a device and not decided, or something that a later version knows.
    Undecided,
}

/// Where a party with a place stands at the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    Expected,
    /// Some of it.
    Partly,
    In,
    /// More came in than signed up: it was let in twice, as a rule.
    Double,
}

/// What a camera at the door sees in one frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InView<'a> {
    Nothing,
    One(&'a str),
    /// Tickets of several parties: nobody can tell which is meant.
    Several,
}

/// Of all codes in a frame the one that is shown: a ticket before whatever else is printed on the paper.
pub fn in_view(texts: &[String]) -> InView<'_> {
    let is_ticket = |text: &&str| text.trim().starts_with(crate::tickets::PREFIX);
    let tickets: std::collections::BTreeSet<&str> = texts.iter().map(String::as_str).filter(is_ticket).collect();
    match (tickets.len(), tickets.first(), texts.first()) {
        (0, _, None) => InView::Nothing,
        (0, _, Some(text)) => InView::One(text),
        (1, Some(ticket), _) => InView::One(ticket),
        _ => InView::Several,
    }
}

impl Door<'_> {
    /// Judges what was scanned or typed.
    pub fn shown(&self, text: &str) -> Verdict {
        let ticket = match Ticket::genuine(text, self.tag_key) {
            Err(TicketFault::Forged) => return Verdict::Forged,
            Err(TicketFault::NotATicket | TicketFault::OtherEvent) => return Verdict::NotATicket,
            Ok(ticket) if ticket.event != self.of.event => return Verdict::OtherEvent { event: ticket.event },
            Ok(ticket) => ticket,
        };
        let is_theirs = |household: &HouseholdId| SignUp::id(self.of.event, *household) == ticket.sign_up;
        let signed_up = self.sign_ups.iter().map(|it| it.household);
        let Some(household) = signed_up.chain(self.households.iter().copied()).find(is_theirs) else {
            return Verdict::Stranger { number: ticket.number, persons: ticket.persons };
        };
        match self.sign_up(household) {
            None => self.newer(household, ticket),
            Some(sign_up) => self.by_ticket(sign_up, ticket),
        }
    }

    /// Judges a household that was found by its name or flat.
    pub fn named(&self, household: HouseholdId) -> Verdict {
        match self.sign_up(household) {
            None => self.without_place(household, 1, NoPlace::NotSignedUp),
            Some(sign_up) => match no_place(sign_up.standing) {
                None => self.welcome(sign_up, None),
                Some(why) => self.without_place(household, sign_up.party.persons, why),
            },
        }
    }

    fn by_ticket(&self, sign_up: &SignUp, ticket: Ticket) -> Verdict {
        let (household, party) = (sign_up.household, sign_up.party.persons);
        if ticket.number < sign_up.number {
            return self.without_place(household, party, NoPlace::OldTicket);
        }
        if ticket.number > sign_up.number {
            return self.newer(household, ticket);
        }
        match no_place(sign_up.standing) {
            None => self.welcome(sign_up, (ticket.persons != party).then_some(ticket.persons)),
            // Tickets are signed for confirmed parties alone: unless an organiser took the place away, it was given since.
            Some(NoPlace::Waiting | NoPlace::Offered | NoPlace::Undecided) if !was_sent_back(sign_up) => {
                self.newer(household, ticket)
            }
            Some(why) => self.without_place(household, party, why),
        }
    }

    fn welcome(&self, sign_up: &SignUp, on_ticket: Option<u32>) -> Verdict {
        let (household, party) = (sign_up.household, sign_up.party.persons);
        if self.is_cancelled {
            return self.without_place(household, party, NoPlace::EventCancelled);
        }
        match self.all_in(household, party) {
            Some(already_in) => already_in,
            None => {
                let came = self.came(household);
                Verdict::Welcome { household, came, left: party.saturating_sub(came), on_ticket }
            }
        }
    }

    fn newer(&self, household: HouseholdId, ticket: Ticket) -> Verdict {
        if self.is_cancelled {
            return self.without_place(household, ticket.persons, NoPlace::EventCancelled);
        }
        let came = self.came(household);
        self.all_in(household, ticket.persons).unwrap_or(Verdict::Newer {
            household,
            came,
            left: ticket.persons.saturating_sub(came),
        })
    }

    /// Whoever came in without a place is in all the same.
    fn without_place(&self, household: HouseholdId, party: u32, why: NoPlace) -> Verdict {
        self.all_in(household, party).unwrap_or(Verdict::WithoutPlace { household, party, why })
    }

    fn all_in(&self, household: HouseholdId, party: u32) -> Option<Verdict> {
        let last = self.entries(household).iter().max_by_key(|entry| entry.at.best)?;
        let came = self.came(household);
        (came >= party).then_some(Verdict::AlreadyIn { household, party, came, by: last.by, at: last.at.best })
    }

    fn sign_up(&self, household: HouseholdId) -> Option<&SignUp> {
        self.sign_ups.iter().find(|it| it.household == household && it.of == self.of).copied()
    }

    fn entries(&self, household: HouseholdId) -> &[Entry] {
        let arrival = self.arrivals.iter().find(|it| it.household == household && it.of == self.of);
        arrival.map_or(&[], |arrival| &arrival.entries)
    }

    fn came(&self, household: HouseholdId) -> u32 {
        self.entries(household).iter().fold(0, |sum, entry| sum.saturating_add(entry.persons))
    }
}

impl Presence {
    /// `came` of a party of so many.
    pub fn of(party: u32, came: u32) -> Self {
        match came {
            0 => Presence::Expected,
            _ if came < party => Presence::Partly,
            _ if came == party => Presence::In,
            _ => Presence::Double,
        }
    }
}

fn no_place(standing: Standing) -> Option<NoPlace> {
    match standing {
        Standing::Confirmed => None,
        Standing::Waiting => Some(NoPlace::Waiting),
        Standing::Offered { .. } => Some(NoPlace::Offered),
        Standing::Cancelled { .. } => Some(NoPlace::Cancelled),
        Standing::Lapsed { .. } => Some(NoPlace::Lapsed),
        Standing::Asked | Standing::Other => Some(NoPlace::Undecided),
    }
}

fn was_sent_back(sign_up: &SignUp) -> bool {
    sign_up.moves.last().is_some_and(|step| matches!(step.to, MoveTo::FrontOfLine | MoveTo::EndOfLine))
}

#[cfg(test)]
mod tests;
