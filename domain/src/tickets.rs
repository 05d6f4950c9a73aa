//! A ticket 入场券: what a household shows at the door, and how a tablet knows without a network that it is genuine.
//!
//! The QR code holds `LE1.<event>.<sign-up>.<number>.<persons>.<signature>`, signed with the community's Ed25519 key (RFC 8032),
//! of which tablets hold only the public half. A party that asks anew gets another number, which makes older tickets void.

use ed25519_dalek::{Signature, VerifyingKey};
use uuid::Uuid;

use crate::{
    ids::{EventId, SignUpId},
    tags::{from_hex, to_hex},
};

pub(crate) const PREFIX: &str = "LE1";

/// What a ticket says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    pub event: EventId,
    pub sign_up: SignUpId,
    /// The number that the party was given when it asked.
    pub number: u32,
    /// For how many.
    pub persons: u32,
}

/// Why a text is no ticket for this door; the worse, the later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TicketFault {
    /// Nothing that we print.
    NotATicket,
    /// Genuine, for another event.
    OtherEvent,
    /// It looks like ours but the signature is another's.
    Forged,
}

impl Ticket {
    /// What is signed.
    pub fn words(&self) -> String {
        let Ticket { event, sign_up, number, persons } = self;
        format!("{PREFIX}.{}.{}.{number}.{persons}", event.0.simple(), sign_up.0.simple())
    }

    /// The whole content of the QR code.
    pub fn content(&self, signature: &[u8; 64]) -> String {
        format!("{}.{}", self.words(), to_hex(signature))
    }

    /// Reads what was scanned at the door of `event`.
    ///
    /// # Errors
    /// A [`TicketFault`] that says why nobody is let in by it.
    pub fn read(text: &str, tag_key: &str, event: EventId) -> Result<Self, TicketFault> {
        let ticket = Self::genuine(text, tag_key)?;
        if ticket.event == event { Ok(ticket) } else { Err(TicketFault::OtherEvent) }
    }

    /// Reads a ticket for whichever event.
    ///
    /// # Errors
    /// A [`TicketFault`], but never [`TicketFault::OtherEvent`].
    pub fn genuine(text: &str, tag_key: &str) -> Result<Self, TicketFault> {
        let (ticket, signature) = Self::parse(text.trim()).ok_or(TicketFault::NotATicket)?;
        let key = from_hex::<32>(tag_key).and_then(|key| VerifyingKey::from_bytes(&key).ok());
        let key = key.ok_or(TicketFault::Forged)?;
        let signature = Signature::from_bytes(&signature);
        key.verify_strict(ticket.words().as_bytes(), &signature).map_err(|_| TicketFault::Forged)?;
        Ok(ticket)
    }

    fn parse(text: &str) -> Option<(Self, [u8; 64])> {
        let parts: Vec<&str> = text.split('.').collect();
        let [PREFIX, event, sign_up, number, persons, signature] = parts.as_slice() else { return None };
        let ticket = Self {
            event: EventId(Uuid::try_parse(event).ok()?),
            sign_up: SignUpId(Uuid::try_parse(sign_up).ok()?),
            number: number.parse().ok()?,
            persons: persons.parse().ok()?,
        };
        Some((ticket, from_hex(signature)?))
    }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signer, SigningKey};

    use super::*;

    fn ticket(event: u128) -> Ticket {
        let id = Uuid::from_u128;
        Ticket { event: EventId(id(event)), sign_up: SignUpId(id(2)), number: 7, persons: 4 }
    }

    fn printed(by: u8, event: u128) -> String {
        let ticket = ticket(event);
        ticket.content(&SigningKey::from_bytes(&[by; 32]).sign(ticket.words().as_bytes()).to_bytes())
    }

    fn read(text: &str) -> Result<Ticket, TicketFault> {
        let key = to_hex(SigningKey::from_bytes(&[7; 32]).verifying_key().as_bytes());
        Ticket::read(text, &key, ticket(1).event)
    }

    #[test]
    fn a_genuine_ticket_says_whose_it_is_and_for_how_many() {
        assert_eq!(read(&printed(7, 1)), Ok(ticket(1)));
        assert_eq!(read(&format!(" {}\n", printed(7, 1))), Ok(ticket(1)));
    }

    #[test]
    fn a_forged_one_one_for_another_event_and_anything_else_each_say_so() {
        let more = printed(7, 1).replace(".7.4.", ".7.9.");
        assert_eq!(read(&printed(8, 1)), Err(TicketFault::Forged));
        assert_eq!(read(&more), Err(TicketFault::Forged), "for more persons than were signed");
        assert_eq!(read(&printed(7, 9)), Err(TicketFault::OtherEvent));
        let long = "LE1.".repeat(10_000);
        for text in ["", "LE1", "LE1.a.b.c.d.e", "LL1.0.1.2", "https://example.org", "🎫", &long] {
            assert_eq!(read(text), Err(TicketFault::NotATicket), "{text:.40}");
        }
    }
}
