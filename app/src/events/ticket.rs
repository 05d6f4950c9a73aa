//! The ticket of a confirmed party: a QR code that is drawn on the phone, large and dark on white in every display.

use std::fmt::Write;

use domain::{
    ids::EventId,
    sign_ups::{SignUp, Standing},
};
use fast_qr::{ECL, QRBuilder};
use leptos::prelude::*;

use super::{asked::not_a_household, missing, ours::Ours};
use crate::{
    device::wake,
    locales::{self, calendar, events as say_events, sign_ups as say},
    store::{Store, use_store},
    ui,
};

/// Light all around, in modules (ISO/IEC 18004, section 9.1).
const QUIET_ZONE: usize = 4;

pub fn page(event: EventId) -> AnyView {
    view! { <Ticket id=event/> }.into_any()
}

#[component]
fn Ticket(id: EventId) -> impl IntoView {
    let store = use_store();
    let ours = Memo::new(move |_| Ours::of(store, id));
    // Nobody should have to wake the phone at the door.
    wake::keep_awake();
    on_cleanup(wake::let_sleep);
    let back = format!("/events/{id}");
    move || match ours.get() {
        None => missing(),
        Some(Ours { household: None, .. }) => not_a_household(back.clone()),
        Some(ours) => {
            view! { <ui::Page title=say::ticket() back=back.clone()>{whole(&ours, store)}</ui::Page> }.into_any()
        }
    }
}

fn whole(ours: &Ours, store: Store) -> AnyView {
    let details = &ours.event.details;
    let is_over = ours.event.is_over(store.time());
    let void = match () {
        () if ours.event.cancelled.is_some() => Some(say::ticket_void()),
        () if is_over => Some(say::ticket_over()),
        () => None,
    };
    let code =
        ours.own.as_ref().filter(|_| void.is_none()).and_then(SignUp::ticket_content).and_then(|text| drawn(&text));
    let (Some(own), Some((size, path))) = (&ours.own, code) else {
        return without(ours, void, store);
    };
    let flat = ours.household.as_ref().map(|household| locales::say(&household.flat));
    let names = own.party.names.join(locales::general::between_names());
    let box_of = format!("0 0 {size} {size}");
    view! {
        <section class="card ticket">
            <h2>{locales::say(&details.title)}</h2>
            <p>{calendar::span(details.starts, details.ends, store.time(), &store.zone())}" · "{locales::say(&details.place)}</p>
            <svg class="ticket-code" viewBox=box_of role="img" aria-label=say::ticket_code() shape-rendering="crispEdges">
                <path d=path/>
            </svg>
            <p class="ticket-party"><strong>{flat}</strong><strong>{say::party(own.party.persons)}</strong><span class="number">{say::ticket_number(own.number)}</span></p>
            {(!names.is_empty()).then(|| view! { <p><bdi>{names}</bdi></p> })}
            {own.wish.is_some().then(|| view! { <p class="note">{ui::glyph("waiting")}" "{say::ticket_after_change()}</p> })}
        </section>
        <p class="lead">{say::ticket_show()}{locales::general::full_stop()}{say::ticket_bright()}</p>
    }
    .into_any()
}

/// Why there is none, and what brings it.
fn without(ours: &Ours, void: Option<&'static str>, store: Store) -> AnyView {
    let why = void.unwrap_or_else(|| match ours.own.as_ref().map(|own| own.standing) {
        Some(Standing::Asked) => say::no_ticket_asked(),
        Some(Standing::Waiting) => say::no_ticket_waiting(),
        Some(Standing::Offered { .. }) => say::no_ticket_offered(),
        Some(Standing::Confirmed) => say::no_ticket_signature(),
        Some(Standing::Cancelled { .. } | Standing::Lapsed { .. } | Standing::Other) | None => say::no_ticket_other(),
    });
    let cancelled = ours.event.cancelled.as_ref();
    view! {
        {ui::empty(say::no_ticket(), why)}
        {cancelled.map(|cancelled| view! { <p class="note">{say_events::cancelled_because(&locales::say(&cancelled.reason))}</p> })}
        {ours.standing(store).map(|standing| view! { <section class="card ours" data-state=standing.state><h2>{locales::say(&ours.event.details.title)}</h2>{standing.view()}</section> })}
    }
    .into_any()
}

/// Modules on each side with the quiet zone, and an SVG path of the dark ones, one unit each. In capitals it is the same ticket in
/// fewer and larger modules.
fn drawn(text: &str) -> Option<(usize, String)> {
    let code = QRBuilder::new(text.to_ascii_uppercase()).ecl(ECL::M).build().ok()?;
    let mut path = String::new();
    for y in 0..code.size {
        let mut x = 0;
        while x < code.size {
            let run = (x..code.size).take_while(|at| code[y][*at].value()).count();
            if run > 0 {
                // A string takes everything.
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET_ZONE, y + QUIET_ZONE);
            }
            x += run + 1;
        }
    }
    Some((code.size + 2 * QUIET_ZONE, path))
}
