//! Claims about who holds what: devices, profiles and communities.

use domain::ids::PersonId;
use sync::messages::{LaneTrouble, Outcome};
use uuid::Uuid;

use crate::{
    client::{Client, lane, outcomes, placed, push_of},
    databases::for_each_database,
    world::{PEOPLE, found, world},
};

#[tokio::test]
async fn a_residents_phone_holds_no_name_of_the_staff_and_no_pin_but_their_own() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let bytes = world.client("resident", false).await.bytes().await;
        assert!(bytes.contains("Test Garden") && bytes.contains("verifier-of-resident"), "{bytes}");
        for (username, _) in PEOPLE.iter().filter(|(username, _)| *username != "resident") {
            assert!(
                !bytes.contains(&format!("canary-{username}")) && !bytes.contains(&format!("verifier-of-{username}"))
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_shared_tablet_holds_the_staff_and_no_resident() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let tablet = world.client("manager", true).await;
        let bytes = tablet.bytes().await;
        assert!(bytes.contains("canary-guard") && bytes.contains("verifier-of-guard"));
        assert!(!bytes.contains("canary-resident") && !bytes.contains("verifier-of-resident"));
        assert!(tablet.view().await.iter().all(|row| row.audience != "managers"));
    })
    .await;
}

#[tokio::test]
async fn another_communitys_ids_lanes_and_changes_answer_like_nothing_there() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        found(&world.db, "-next-door").await;
        let tablet = world.client("guard", true).await;
        let own = lane(world.person("guard"));
        let secret = world.finding("secret of the first");
        tablet.push(&push_of(&own, placed(&own, 1, std::slice::from_ref(&secret)))).await;

        let stranger = Client::of(&world.base, "supervisor-next-door", true).await;
        let theirs = lane(world.person("guard"));
        let nobodys = lane(PersonId(Uuid::now_v7()));
        let answer = stranger.push(&push_of(&theirs, vec![])).await;
        assert_eq!(answer.lanes, [LaneTrouble::NotYours { lane: theirs.lane }]);
        let answer = stranger.push(&push_of(&nobodys, vec![])).await;
        assert_eq!(answer.lanes, [LaneTrouble::NotYours { lane: nobodys.lane }], "just like nobody's");

        let signed_in = stranger.sign_in("supervisor-next-door", crate::client::PASSWORD).await.expect("known");
        let mut same_lane = own;
        same_lane.person = signed_in.person;
        let again = stranger.push(&push_of(&same_lane, placed(&same_lane, 1, &[secret]))).await;
        assert!(matches!(outcomes(&again)[..], [Outcome::Accepted { .. }]), "new there: {again:?}");
        let bytes = stranger.bytes().await;
        assert!(!bytes.contains(&world.community.to_string()) && !bytes.contains(&world.person("guard").to_string()));
        assert_eq!(tablet.view().await.iter().filter(|row| row.kind == "finding").count(), 1);
    })
    .await;
}
