//! Claims about taking pushed changes: once, in order, whatever they are.

use std::{sync::Arc, time::Duration};

use domain::{
    changes::{Request, Undecodable},
    ids::{ChangeId, LoadId, PersonId},
    people::Role,
    refusal::Refusal,
    time::{Clocks, Contact, Moment, Stamp},
};
use serde_json::value::RawValue;
use sync::messages::{Envelope, LaneTrouble, Outcome, Seal};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::{
    client::{change, lane, outcomes, placed, push_of, raw},
    databases::for_each_database,
    world::world,
};

#[tokio::test]
async fn what_is_pushed_is_pulled() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let tablet = world.client("guard", true).await;
        let own = lane(world.person("guard"));
        let answer = tablet.push(&push_of(&own, placed(&own, 1, &[world.finding("lamp out")]))).await;
        assert!(matches!(outcomes(&answer)[..], [Outcome::Accepted { .. }]), "{answer:?}");
        let rows = tablet.view().await;
        let finding = rows.iter().find(|row| row.kind == "finding").expect("the finding");
        assert_eq!((finding.seq, finding.body.get().contains("lamp out")), (answer.outcomes[0].seq, true));
        let hello = tablet.hello(vec![Seal::new(own.lane, 1)], 0).await.expect("enrolled");
        assert_eq!((hello.head, hello.lanes), (answer.outcomes[0].seq, vec![Seal::new(own.lane, 1)]));
    })
    .await;
}

#[tokio::test]
async fn the_same_push_ten_times_counts_once() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let tablet = world.client("guard", true).await;
        let own = lane(world.person("guard"));
        let push = push_of(&own, placed(&own, 1, &[world.finding("one"), world.finding("two")]));
        let first = tablet.push(&push).await.outcomes;
        for _ in 0..9 {
            assert_eq!(tablet.push(&push).await.outcomes, first);
        }
        assert_eq!(tablet.view().await.iter().filter(|row| row.kind == "finding").count(), 2);
        assert_eq!(of_lane(&world.exported("change").await, &own.lane.to_string()).len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_change_that_cannot_be_read_is_quarantined_and_the_rest_goes_on() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let tablet = world.client("guard", true).await;
        let own = lane(world.person("guard"));
        let json = |text: &str| RawValue::from_string(text.into()).expect("JSON");
        let id = || ChangeId(Uuid::now_v7());
        let good = world.finding("fine");
        let mut strange = serde_json::to_value(Envelope::seal(&world.finding("x"))).expect("JSON");
        strange["kind"] = "from.the.fu\0ture".into();
        let strange_id = strange["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
        let changes = vec![
            raw(&own, 1, id(), json("{\"not\":\"an envelope\"}")),
            raw(&own, 2, strange_id, json(&strange.to_string())),
            raw(&own, 3, id(), json(&format!("\"{}\"", "x".repeat(70_000)))),
            placed(&own, 4, &[good]).remove(0),
        ];
        let answer = tablet.push(&push_of(&own, changes)).await;
        let malformed =
            |outcome: &Outcome| matches!(outcome, Outcome::Quarantined { undecodable: Undecodable::Malformed { .. } });
        let [first, second, third, fourth] = outcomes(&answer)[..] else { panic!("{answer:?}") };
        assert!(malformed(first), "{first:?}");
        assert_eq!(second, &Outcome::Quarantined { undecodable: Undecodable::UnknownKind });
        assert_eq!(third, &Outcome::Quarantined { undecodable: Undecodable::TooLarge });
        assert!(matches!(fourth, Outcome::Accepted { .. }), "{fourth:?}");
        let kept = of_lane(&world.exported("change").await, &own.lane.to_string());
        assert_eq!(kept[2]["envelope"].as_str().map(str::len), Some(70_000), "every byte is kept");
    })
    .await;
}

#[tokio::test]
async fn clocks_at_the_ends_of_time_hold_up_nothing() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let tablet = world.client("guard", true).await;
        let own = lane(world.person("guard"));
        let at = |wall, mono| Clocks { wall: Moment(wall), mono, load: LoadId(Uuid::nil()) };
        let mut changes = vec![];
        for (one, other) in [(i64::MIN, i64::MAX), (i64::MAX, i64::MIN), (i64::MIN, i64::MIN), (i64::MAX, i64::MAX)] {
            let mut hostile = world.finding("when?");
            let contact = Contact { server: Moment(other), clocks: at(one, one) };
            hostile.at = Stamp { clocks: at(other, other), contact: Some(contact) };
            changes.push(hostile);
        }
        let mut push = push_of(&own, placed(&own, 1, &changes));
        for (wall, mono) in [(i64::MAX, i64::MAX), (i64::MIN, i64::MIN)] {
            push.clocks = at(wall, mono);
            assert_eq!(tablet.push(&push).await.outcomes.len(), 4);
        }
    })
    .await;
}

#[tokio::test]
async fn a_gap_and_a_fork_consume_nothing_and_say_where_to_go_on() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let tablet = world.client("guard", true).await;
        let own = lane(world.person("guard"));
        let ahead = tablet.push(&push_of(&own, placed(&own, 3, &[world.finding("three")]))).await;
        assert_eq!((ahead.outcomes.len(), ahead.lanes), (0, vec![LaneTrouble::Gap { lane: own.lane, after: 0 }]));
        tablet.push(&push_of(&own, placed(&own, 1, &[world.finding("one")]))).await;
        let forked = tablet.push(&push_of(&own, placed(&own, 1, &[world.finding("another one")]))).await;
        assert_eq!((forked.outcomes.len(), forked.lanes), (0, vec![LaneTrouble::Forked { lane: own.lane }]));
    })
    .await;
}

#[tokio::test]
async fn what_was_saved_after_a_change_of_a_forked_lane_comes_after_it_whoever_saved_it() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let tablet = world.client("guard", true).await;
        let [own, theirs] = ["guard", "cleaner"].map(|who| lane(world.person(who)));
        let [twins, before, mine, after] = ["a twin's", "before", "mine", "after"].map(|words| world.finding(words));
        tablet.push(&push_of(&own, placed(&own, 1, &[twins]))).await;
        let known = placed(&theirs, 1, &[before]);
        tablet.push(&push_of(&theirs, known.clone())).await;

        let mut both = push_of(&own, placed(&own, 1, std::slice::from_ref(&mine)));
        both.lanes.push(theirs);
        both.changes.extend(known);
        both.changes.extend(placed(&theirs, 2, std::slice::from_ref(&after)));
        let answer = tablet.push(&both).await;
        assert_eq!(answer.lanes, [LaneTrouble::Forked { lane: own.lane }]);
        let told: Vec<_> = answer.outcomes.iter().map(|told| (told.lane, told.n)).collect();
        assert_eq!(told, [(theirs.lane, 1)], "what was told before is told again, and nothing else");

        let fresh = lane(own.person);
        let mut mended = push_of(&fresh, placed(&fresh, 1, &[mine]));
        mended.lanes.push(theirs);
        mended.changes.extend(placed(&theirs, 2, &[after]));
        let answer = tablet.push(&mended).await;
        let told: Vec<_> = answer.outcomes.iter().map(|told| told.lane).collect();
        assert_eq!((told, answer.lanes), (vec![fresh.lane, theirs.lane], vec![]));
        assert!(answer.outcomes[0].seq < answer.outcomes[1].seq, "in the order in which they were saved");
    })
    .await;
}

#[tokio::test]
async fn a_lane_of_another_device_is_not_yours_nor_is_one_of_nobody() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let (tablet, other) = (world.client("guard", true).await, world.client("guard", true).await);
        let own = lane(world.person("guard"));
        tablet.push(&push_of(&own, placed(&own, 1, &[world.finding("mine")]))).await;
        let answer = other.push(&push_of(&own, placed(&own, 2, &[world.finding("not mine")]))).await;
        assert_eq!((answer.outcomes.len(), answer.lanes), (0, vec![LaneTrouble::NotYours { lane: own.lane }]));
        let nobodys = lane(PersonId(Uuid::now_v7()));
        let answer = tablet.push(&push_of(&nobodys, vec![])).await;
        assert_eq!(answer.lanes, [LaneTrouble::NotYours { lane: nobodys.lane }]);
    })
    .await;
}

#[tokio::test]
async fn a_cleaner_cannot_make_themselves_a_manager() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let phone = world.client("cleaner", false).await;
        let own = lane(world.person("cleaner"));
        let request = world.request(Request::PutPerson(world.someone("cleaner", &[Role::Manager])));
        let answer = phone.push(&push_of(&own, placed(&own, 1, &[request]))).await;
        assert_eq!(outcomes(&answer), [&Outcome::Refused { refusal: Refusal::NotPermitted }]);
    })
    .await;
}

#[tokio::test]
async fn an_id_that_is_taken_by_another_record_is_not_overwritten() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let tablet = world.client("guard", true).await;
        let own = lane(world.person("guard"));
        let mut finding = world.finding("I am the manager now");
        if let domain::changes::Deed::Fact(domain::changes::Fact::FindingRaised(raised)) = &mut finding.deed {
            raised.finding.0 = world.person("manager").0;
        }
        tablet.push(&push_of(&own, placed(&own, 1, &[change(finding.deed)]))).await;
        let rows = tablet.view().await;
        let manager = rows.iter().find(|row| row.id == world.person("manager").into()).expect("still there");
        assert_eq!(manager.kind, "person");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_writers_at_once_leave_no_gap_and_no_reader_skips_anything() {
    const WRITERS: usize = 8;
    const READERS: usize = 3;
    const PUSHES: i64 = 8;
    for_each_database(|fresh| async {
        let world = Arc::new(world(fresh).await);
        let mut writers = JoinSet::new();
        for _ in 0..WRITERS {
            let world = world.clone();
            writers.spawn(async move {
                let tablet = world.client("guard", true).await;
                let own = lane(world.person("guard"));
                let mut answered = vec![];
                for push in 0..PUSHES {
                    let changes = [world.finding("a"), world.finding("b"), world.finding("c")];
                    let answer = tablet.push(&push_of(&own, placed(&own, push * 3 + 1, &changes))).await;
                    assert_eq!(answer.outcomes.len(), 3, "{answer:?}");
                    answered.extend(answer.outcomes.iter().map(|delivery| delivery.seq));
                }
                assert!(answered.is_sorted(), "in the order of its lane");
                answered
            });
        }
        let mut readers = JoinSet::new();
        for _ in 0..READERS {
            let reader = world.client("supervisor", false).await;
            readers.spawn(async move {
                let keys = reader.keys().await;
                let (mut seen, mut cursor): (Vec<i64>, i64) = (vec![], 0);
                while seen.len() < WRITERS * PUSHES as usize * 3 {
                    let page = reader.page(cursor, &keys).await;
                    let fits = page.rows.iter().all(|row| row.seq > cursor && row.seq <= page.cursor);
                    assert!(page.cursor >= cursor && fits, "{page:?}");
                    seen.extend(page.rows.iter().filter(|row| row.kind == "finding").map(|row| row.seq));
                    cursor = page.cursor;
                }
                seen
            });
        }
        let mut answered: Vec<i64> = writers.join_all().await.concat();
        answered.sort_unstable();
        let reading = tokio::time::timeout(Duration::from_secs(60), readers.join_all());
        for seen in reading.await.expect("every reader comes to the end: what was skipped would never come") {
            assert_eq!(seen, answered, "the union of the pages is the log");
        }
        let log: Vec<i64> = world.exported("change").await.iter().filter_map(|change| change["seq"].as_i64()).collect();
        assert_eq!(log, (1..=log.len() as i64).collect::<Vec<_>>(), "the log is contiguous");
        assert_eq!(answered, log[log.len() - answered.len()..], "and what was answered is its end");
    })
    .await;
}

fn of_lane(changes: &[serde_json::Value], lane: &str) -> Vec<serde_json::Value> {
    changes.iter().filter(|change| change["lane"] == lane).cloned().collect()
}
