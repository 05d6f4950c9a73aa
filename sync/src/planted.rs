//! Bugs that the simulator must find, one at a time, and what it takes to plant some of them.

pub use domain::planted::{Bug, is, plant};
use domain::{
    changes::{Change, Deed, Request},
    ids::RecordId,
    records::{Body, Record, Root},
    residents,
    sign_ups::Standing,
};

/// The root as the asking phone knows it: without anybody else's sign-up.
pub fn as_a_phone_knows_it(mut root: Root, change: &Change) -> Root {
    if let Deed::Request(Request::Residents(residents::Request::AskForPlaces(asked))) = &change.deed {
        root.records.retain(|record| match &record.body {
            Body::Residents(residents::Body::SignUp(it)) => it.household == asked.household,
            _ => true,
        });
    }
    root
}

/// Whoever cancels makes two parties happy: the rule's own first in line, and the one after it.
pub fn promoted_twice(root: &Root, change: &Change, records: &mut Vec<Record>) {
    let Deed::Request(Request::Residents(residents::Request::CancelSignUp(_))) = &change.deed else { return };
    let written: Vec<RecordId> = records.iter().map(|record| record.id).collect();
    let waits = root.records.iter().find(|record| {
        let is_waiting =
            matches!(&record.body, Body::Residents(residents::Body::SignUp(it)) if it.standing == Standing::Waiting);
        is_waiting && !written.contains(&record.id)
    });
    let Some(mut second) = waits.cloned() else { return };
    if let Body::Residents(residents::Body::SignUp(it)) = &mut second.body {
        it.standing = Standing::Confirmed;
    }
    records.push(second);
}
