//! Claims about pulling: what leaves a view is told, and changed rights build it anew.

use domain::{changes::Request, people::Role};
use sync::messages::PullAnswer;

use crate::{
    client::{lane, placed, push_of},
    databases::for_each_database,
    world::world,
};

#[tokio::test]
async fn a_record_that_leaves_the_view_departs_and_one_that_comes_back_does_not() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let manager = world.client("manager", false).await;
        let tablet = world.client("guard", true).await;
        let keys = tablet.keys().await;
        let before = tablet.page(0, &keys).await.cursor;
        let own = lane(world.person("manager"));
        let moves_in = world.request(Request::PutPerson(world.someone("cleaner", &[Role::Resident])));
        manager.push(&push_of(&own, placed(&own, 1, &[moves_in]))).await;
        let page = tablet.page(before, &keys).await;
        assert_eq!((page.departures, page.rows.len()), (vec![world.person("cleaner").into()], 0));
        let of_manager = manager.keys().await;
        assert_eq!(manager.page(before, &of_manager).await.departures, [], "it is still in the manager's view");
        let comes_back = world.request(Request::PutPerson(world.someone("cleaner", &[Role::Cleaner])));
        manager.push(&push_of(&own, placed(&own, 2, &[comes_back]))).await;
        let page = tablet.page(before, &keys).await;
        assert_eq!((page.departures, page.rows.len()), (vec![], 1));
    })
    .await;
}

#[tokio::test]
async fn changed_rights_and_another_epoch_build_the_view_anew() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let manager = world.client("manager", false).await;
        let phone = world.client("guard", false).await;
        let keys = phone.keys().await;
        let cursor = phone.page(0, &keys).await.cursor;
        let another = phone.pull(cursor, "another epoch", &keys.1).await;
        assert!(matches!(another, PullAnswer::Rebuild { epoch, .. } if epoch == keys.0));
        let own = lane(world.person("manager"));
        let promoted = world.request(Request::PutPerson(world.someone("guard", &[Role::Supervisor])));
        manager.push(&push_of(&own, placed(&own, 1, &[promoted]))).await;
        let answer = phone.pull(cursor, &keys.0, &keys.1).await;
        let PullAnswer::Rebuild { epoch, view } = answer else { panic!("{answer:?}") };
        assert_eq!(epoch, keys.0);
        assert_ne!(view, keys.1);
        assert!(phone.bytes().await.contains("canary-resident"), "managers' records arrive");
        let mut left = world.someone("guard", &[Role::Supervisor]);
        left.left = "2026-01-01".parse().ok();
        manager.push(&push_of(&own, placed(&own, 2, &[world.request(Request::PutPerson(left))]))).await;
        assert_eq!(phone.view().await.len(), 0, "who has left holds nothing");
    })
    .await;
}

#[tokio::test]
async fn a_view_longer_than_a_page_comes_whole_and_a_cursor_that_the_log_never_had_builds_it_anew() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let tablet = world.client("guard", true).await;
        let own = lane(world.person("guard"));
        for push in 0..11 {
            let changes: Vec<_> = (0..100).map(|_| world.finding("many")).collect();
            tablet.push(&push_of(&own, placed(&own, push * 100 + 1, &changes))).await;
        }
        let keys = tablet.keys().await;
        let first = tablet.page(0, &keys).await;
        // A finding and its sign are of one change, which no page splits.
        let most = sync::messages::PAGE_ROWS;
        assert!(first.more && (most - 1..=most).contains(&first.rows.len()), "{} rows", first.rows.len());
        assert_eq!(tablet.view().await.iter().filter(|row| row.kind == "finding").count(), 1_100);
        for odd in [1_000_000, i64::MAX, -1, i64::MIN] {
            let answer = tablet.pull(odd, &keys.0, &keys.1).await;
            assert!(
                matches!(answer, PullAnswer::Rebuild { epoch, view } if (&epoch, &view) == (&keys.0, &keys.1)),
                "{odd}"
            );
        }
    })
    .await;
}
