//! The faults that a run may meet, and how often each was reached.

use std::collections::BTreeMap;

use crate::chance::Chance;

/// Every fault by name. A long run in which one of them was never reached has tested less than it says, and fails.
pub const NAMES: &[&str] = &[
    "4 a lost race with another transaction",
    "5 a stretch of the log with nothing to see",
    "6 a server restored from a backup",
    "6 a return closed by a person",
    "6 a number brought back after a restore",
    "6 decided while a return is open",
    "6 custody that a restore lost",
    "7 a restored server grown past the cursor",
    "8 a replica that lags behind",
    "9 an old answer out of a proxy's cache",
    "9 told twice in a row to rebuild",
    "10 gone before it was ever pulled",
    "11 own work comes back in a pull",
    "12 an answer lost after the commit",
    "12 sent again after a restart",
    "12 sent again from another tab",
    "14 sent again without any further save",
    "15 nothing comes back",
    "15 nothing goes out",
    "15 no network at all",
    "16 saved while a push was under way",
    "17 refused in the middle of a push",
    "18 refused and withdrawn from the screen",
    "20 a record of a later release in a page",
    "21 a cloned tablet",
    "21 a tablet restored from its own backup",
    "21 a lane that forked",
    "22 saved from several tabs",
    "23 work of one person sent while another is there",
    "24 not known in the middle of sending",
    "25 a captive portal",
    "26 corrected while its push was under way",
    "27 numbers that are gone",
    "28 refused because rights had changed meanwhile",
    "29 a view that has shrunk",
    "29 handed over by a retired tablet",
    "29 a retired tablet cleared",
    "a change given up",
    "taken out of custody",
    "in custody and decided before",
    "in custody without proof",
    "put aside in custody",
    "30 a view that has grown",
    "31 rights changed between two pages",
    "36 a courier that is frozen",
    "36 two couriers at once",
    "38 everything evicted from a browser",
    "42 a field of a later release",
    "42 a change of a later release",
    "43 too old to pull",
    "45 a clock a year ahead",
    "45 a clock a day behind",
    "45 a clock set back between two saves",
    "45 a clock past 2038",
    "46 server nodes that disagree on the time",
    "49 a photo whose tablet is gone",
    "50 forty phones and a few places",
    "50 a party that waits",
    "50 a place offered to who waited",
    "50 an offer that ran out",
    "50 a capacity below what is confirmed",
    "53 a server that asks for patience",
    "54 a server killed in the middle of a transaction",
    "55 a standby promoted without the last seconds",
    "a message that arrives twice",
    "a message overtaken by a later one",
    "a message that comes too late",
    "a tab killed before a save was complete",
    "a tab killed between the save and the word",
    "a tab killed between two writes",
    "a power cut",
    "a full disk",
    "a damaged entry",
    "a device withdrawn",
    "a device enrolled anew",
    "a tablet asleep",
    "a name that was only picked",
    "a session that ran out",
    "sent after its author signed in again",
    "a tablet that nobody has confirmed",
    "a tablet confirmed",
    "a lie about who it was",
    "a lie about what a change says",
    "a lie about the past",
    "a lie about whose lane it is",
    "somebody else's receipt",
    "50 an event that has begun",
    "an id twice in one push",
    "a bundle of several changes",
    "a photo refused",
    "a version that was not the next",
    "a round begun on two tablets",
    "work that changed hands",
    "records rebuilt from the log",
];

#[derive(Clone, Debug, Default)]
pub struct Reached(BTreeMap<&'static str, u64>);

impl Reached {
    pub fn hit(&mut self, name: &'static str) {
        debug_assert!(NAMES.contains(&name), "{name} has a place in the list");
        *self.0.entry(name).or_default() += 1;
    }

    pub fn merge(&mut self, other: &Self) {
        for (name, times) in &other.0 {
            *self.0.entry(name).or_default() += times;
        }
    }

    pub fn of(&self, name: &str) -> u64 {
        self.0.get(name).copied().unwrap_or(0)
    }

    pub fn never(&self) -> Vec<&'static str> {
        NAMES.iter().copied().filter(|name| self.of(name) == 0).collect()
    }
}

/// How rough one run is. Each number is in thousandths of the operations, or of the messages; most runs have a few kinds.
#[derive(Clone, Debug)]
pub struct Roughness {
    /// Phones of households, beside the tablets.
    pub phones: usize,
    pub tablets: usize,
    pub operations: usize,
    pub page_rows: usize,
    pub lost: u32,
    pub doubled: u32,
    pub late: u32,
    pub races: u32,
    pub killed: u32,
    pub disk: u32,
    pub portals: bool,
    pub partitions: bool,
    pub servers_crash: bool,
    pub restores: bool,
    pub replicas: bool,
    pub node_skew: bool,
    pub clocks: bool,
    pub clones: bool,
    pub tablets_lost: bool,
    pub withdrawals: bool,
    pub rights: bool,
    pub releases: bool,
    pub without_locks: bool,
    pub damage: bool,
}

impl Roughness {
    pub fn draw(chance: &Chance) -> Self {
        let some = |percent, most: i64| if chance.percent(percent) { chance.between(1, most) as u32 } else { 0 };
        Self {
            phones: match chance.below(20) {
                0 => 40,
                1..12 => chance.between(2, 7) as usize,
                _ => 0,
            },
            tablets: chance.between(2, if chance.percent(15) { 12 } else { 5 }) as usize,
            operations: chance.between(40, 180) as usize,
            page_rows: chance.between(2, 14) as usize,
            lost: some(60, 250),
            doubled: some(30, 80),
            late: some(40, 120),
            races: some(30, 60),
            killed: some(50, 30),
            disk: some(25, 30),
            portals: chance.percent(40),
            partitions: chance.percent(60),
            servers_crash: chance.percent(30),
            restores: chance.percent(25),
            replicas: chance.percent(25),
            node_skew: chance.percent(15),
            clocks: chance.percent(40),
            clones: chance.percent(35),
            tablets_lost: chance.percent(30),
            withdrawals: chance.percent(20),
            rights: chance.percent(60),
            releases: chance.percent(40),
            without_locks: chance.percent(10),
            damage: chance.percent(25),
        }
    }
}
