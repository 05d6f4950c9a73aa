//! What holds in any order and under any weather.

use std::collections::BTreeSet;

use domain::records::{Body, Record};
use proptest::prelude::*;
use sync::{
    device::{
        exchange::{Message, Step},
        outbox::EntryState,
    },
    messages::{PUSH_CHANGES, Push},
};

use crate::{
    memory::{Memory, device, guard},
    tablet::{Tablet, Weather, round_started},
};

#[derive(Clone, Debug)]
enum Happening {
    Save {
        tablet: usize,
        person: u128,
        deeds: usize,
    },
    Step {
        tablet: usize,
        weather: Weather,
    },
    /// The app is closed and opened again: what is in memory only is gone.
    Reopen {
        tablet: usize,
    },
}

fn happening() -> impl Strategy<Value = Happening> {
    let weather = prop_oneof![
        3 => Just(Weather::Fine),
        1 => Just(Weather::Lost),
        2 => Just(Weather::AnswerLost),
        1 => Just(Weather::Busy),
    ];
    prop_oneof![
        2 => (0usize..3, 1u128..5, 1usize..4).prop_map(|(tablet, person, deeds)| Happening::Save { tablet, person, deeds }),
        4 => (0usize..3, weather).prop_map(|(tablet, weather)| Happening::Step { tablet, weather }),
        1 => (0usize..3).prop_map(|tablet| Happening::Reopen { tablet }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..Default::default() })]

    #[test]
    fn whatever_happens_everything_saved_counts_once_in_order_and_all_end_alike(
        happenings in proptest::collection::vec(happening(), 0..120),
    ) {
        let mut server = Memory::new();
        let mut tablets: Vec<Tablet> = (0..3).map(|n| Tablet::new(device(n))).collect();
        let mut saved = BTreeSet::new();
        let mut rounds = 0u128;
        for happening in happenings {
            match happening {
                Happening::Save { tablet, person, deeds } => {
                    let deeds = (0..deeds).map(|_| {
                        rounds += 1;
                        round_started(domain::ids::RoundId(uuid::Uuid::from_u128(9_000 + rounds)))
                    }).collect();
                    saved.extend(tablets[tablet].save(guard(person), deeds));
                }
                Happening::Step { tablet, weather } => {
                    let cursor = tablets[tablet].world.place.cursor;
                    tablets[tablet].step(&mut server, weather);
                    prop_assert!(tablets[tablet].world.place.cursor >= cursor, "the cursor never goes back");
                }
                Happening::Reopen { tablet } => {
                    let place = tablets[tablet].exchange.place().clone();
                    tablets[tablet].exchange = sync::device::exchange::Exchange::new(place, tablets[tablet].contact);
                }
            }
        }
        for _ in 0..2 {
            for tablet in &mut tablets {
                tablet.settle(&mut server);
            }
        }
        prop_assert_eq!(server.log.keys().copied().collect::<BTreeSet<_>>(), saved);
        prop_assert!(server.holes.is_empty());
        for tablet in &tablets {
            prop_assert_eq!(tablet.world.outbox.waiting().count(), 0);
            for entry in tablet.world.outbox.entries.values() {
                let is_delivered = matches!(entry.state, EntryState::Delivered { .. });
                prop_assert!(is_delivered);
                let (_, lane, n, ..) = &server.log[&entry.id];
                prop_assert_eq!((*lane, *n), (entry.lane, entry.n));
            }
            let here: BTreeSet<_> = tablet.world.all().map(Body::id).collect();
            let held = |record: &&Record| server.audiences().contains(&record.audience);
            let there = server.records.values().map(|(_, record)| record).filter(held);
            let there: BTreeSet<_> = there.map(|record| record.id).collect();
            prop_assert_eq!(here, there);
        }
        let mut in_order: Vec<_> = server.log.values().map(|(logged, lane, n, ..)| (*lane, *n, logged.seq)).collect();
        in_order.sort();
        for pair in in_order.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
            prop_assert!(pair[0].2 < pair[1].2, "a lane keeps its order");
        }
    }

    #[test]
    fn a_bundle_is_never_split_and_a_push_stays_within_its_bounds(sizes in proptest::collection::vec(1usize..40, 1..40)) {
        let mut tablet = Tablet::new(device(1));
        let mut rounds = 0u128;
        for size in sizes {
            let deeds = (0..size).map(|_| {
                rounds += 1;
                round_started(domain::ids::RoundId(uuid::Uuid::from_u128(9_000 + rounds)))
            }).collect();
            tablet.save(guard(1), deeds);
        }
        let batch = tablet.world.outbox.batch(None);
        prop_assert!(batch.len() <= PUSH_CHANGES);
        let last = batch.last().expect("something waits");
        let next = tablet.world.outbox.waiting().nth(batch.len());
        prop_assert!(next.is_none_or(|next| next.bundle.is_none() || next.bundle != last.bundle));
    }

    #[test]
    fn what_is_written_ahead_is_what_is_sent_next(sizes in proptest::collection::vec(1usize..120, 1..12)) {
        let (mut server, mut tablet) = (Memory::new(), Tablet::new(device(1)));
        let mut rounds = 0u128;
        for size in sizes {
            let deeds = (0..size).map(|_| {
                rounds += 1;
                round_started(domain::ids::RoundId(uuid::Uuid::from_u128(9_000 + rounds)))
            }).collect();
            tablet.save(guard(1), deeds);
        }
        let mut ahead: Option<Push> = None;
        while tablet.world.outbox.waiting().next().is_some() {
            let clocks = tablet.clocks();
            if let Step::Send(Message::Push(push)) = tablet.exchange.next(clocks, &tablet.world.outbox) {
                if let Some(ahead) = ahead {
                    prop_assert_eq!(json(&Push { clocks, ..ahead }), json(&push));
                }
                ahead = tablet.exchange.push_after(&push, clocks, &tablet.world.outbox);
                let left = tablet.world.outbox.waiting().count() - push.changes.len();
                prop_assert_eq!(ahead.is_none(), left == 0);
            }
            prop_assert!(tablet.step(&mut server, Weather::Fine));
        }
        prop_assert_eq!(server.log.len() as u128, rounds);
    }
}

fn json(push: &Push) -> String {
    serde_json::to_string(push).expect("a push is plain data")
}
