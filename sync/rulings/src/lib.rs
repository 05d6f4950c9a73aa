//! What the rules say of a case, as bytes: compiled natively and for the browser, both must say the same.
//!
//! Only tests use it; it is no part of the app.

#[cfg(target_arch = "wasm32")]
mod abi;

use std::collections::BTreeSet;

use domain::{
    changes::Undecodable,
    decide::{Actor, Author, Context, Decision, Side, Told, again, decide, judge},
    ids::{CommunityId, LaneId},
    people::Person,
    permissions::Proof,
    records::{Reads, Record, Root},
    refusal::{Flag, Refusal},
    time::Interval,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sync::messages::{Envelope, Row};

/// A change with everything that deciding it needs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Case {
    pub community: CommunityId,
    /// Nobody: the server itself.
    pub actor: Option<Person>,
    pub at: Interval,
    pub root: Vec<Row>,
    pub reads: Vec<Row>,
    /// The envelope as its author's device made it.
    pub change: Box<RawValue>,
}

#[derive(Serialize)]
struct Ruling {
    /// When the device itself would say that it was.
    on_device: Interval,
    device: Said,
    server: Said,
    /// The same where somebody only picked the name.
    claimed: Said,
    /// What is written where its outcome was known before.
    again: Vec<Row>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Said {
    Accepted { flags: Vec<Flag>, records: Vec<Row> },
    Refused(Refusal),
}

/// The ruling on a case, both in JSON. Text that is no case, or that holds no change, has its fault as the ruling.
pub fn ruling(case: &str) -> String {
    let said = match serde_json::from_str::<Case>(case) {
        Ok(case) => ruled(&case).map_or_else(|fault| written(&fault), |ruling| written(&ruling)),
        Err(fault) => written(&fault.to_string()),
    };
    said.unwrap_or_else(|fault| fault.to_string())
}

fn written(it: &impl Serialize) -> serde_json::Result<String> {
    serde_json::to_string(it)
}

fn ruled(case: &Case) -> Result<Ruling, Undecodable> {
    let change = Envelope::read(case.change.get())?.open()?;
    let root = Root { records: case.root.iter().filter_map(Row::record).collect() };
    let reads: Reads = case.reads.iter().filter_map(Row::record).collect();
    let actor = case.actor.clone().map_or(Actor::System, Actor::Person);
    let context = |side, at: Interval| {
        let now = at.latest;
        Context { community: case.community, side, at, now, decided: now, returning: false }
    };
    let on_device = change.at.on_device();
    let on_server = context(Side::Server, case.at);
    let author =
        |proof| Author { actor: actor.clone(), proof, lane: LaneId(uuid::Uuid::nil()), roles_held: BTreeSet::new() };
    Ok(Ruling {
        on_device,
        device: said(decide(&root, &reads, &change, &actor, &context(Side::Device, on_device))),
        server: said(judge(&root, &reads, &change, &author(Proof::Session), &on_server)),
        claimed: said(judge(&root, &reads, &change, &author(Proof::PickedName), &on_server)),
        again: rows(&again(&root, &reads, &change, &Told::default(), &author(Proof::Session), &on_server)),
    })
}

fn said(decided: Result<Decision, Refusal>) -> Said {
    match decided {
        Ok(Decision { records, flags }) => {
            Said::Accepted { flags: flags.into_iter().collect(), records: rows(&records) }
        }
        Err(refusal) => Said::Refused(refusal),
    }
}

fn rows(records: &[Record]) -> Vec<Row> {
    records.iter().map(|record| Row::of(record, 0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_case_is_answered_with_its_fault() {
        for text in ["", "{}", "[1]", "{\"community\":7}"] {
            assert!(ruling(text).starts_with('"'), "{text}");
        }
    }

    #[test]
    fn a_change_of_no_known_kind_is_answered_with_its_fault() {
        let nil = "00000000-0000-0000-0000-000000000000";
        let clocks = format!("{{\"wall\":1,\"mono\":1,\"load\":\"{nil}\"}}");
        let change = format!(
            "{{\"id\":\"{nil}\",\"v\":1,\"kind\":\"nothing\",\"at\":{{\"clocks\":{clocks},\"contact\":null}},\"body\":{{}}}}"
        );
        let case = format!(
            "{{\"community\":\"{nil}\",\"actor\":null,\"at\":{{\"earliest\":1,\"best\":1,\"latest\":1}},\"root\":[],\"reads\":[],\"change\":{change}}}"
        );
        assert_eq!(ruling(&case), "{\"why\":\"unknown_kind\"}");
    }
}
