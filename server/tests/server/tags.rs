//! Claims about tags from the app: who gets them, what a camera reads, and re-issuing.

use app::online::{PrintedTag, Trouble};
use domain::{
    checkpoints::Checkpoint,
    ids::CheckpointId,
    people::Role,
    permissions::{Act, may},
    records::Body,
    tags::{TagCode, TagFault},
};
use serde_json::{Value, json};
use server::{communities, printed_tags};
use uuid::Uuid;

use crate::{
    client::{Client, PASSWORD},
    databases::for_each_database,
    world::{PEOPLE, World, world},
};

impl World {
    fn gate(&self) -> CheckpointId {
        CheckpointId::keyed(self.community, "gate")
    }

    async fn signed_in(&self, username: &str) -> Client {
        let client = Client::new(&self.base);
        client.sign_in(username, PASSWORD).await.expect("the pass phrase is right");
        client
    }

    /// What a tablet makes of this text.
    async fn tablet_reads(&self, text: &str) -> Result<CheckpointId, TagFault> {
        let tablet = self.client("guard", true).await;
        let view = tablet.view().await;
        let checkpoints: Vec<Checkpoint> = view
            .iter()
            .filter_map(|row| match row.record()?.body {
                Body::Checkpoint(checkpoint) => Some(checkpoint),
                _ => None,
            })
            .collect();
        let key =
            communities::signing_key(&mut self.db.read().await.expect("tx"), self.community).await.expect("a key");
        TagCode::parse(text)?.find(&printed_tags::public_key(&key), &checkpoints).map(|checkpoint| checkpoint.id)
    }
}

async fn sheet(client: &Client, checkpoints: &[CheckpointId]) -> Result<Vec<PrintedTag>, Trouble> {
    client.call("tag_sheet", json!({ "checkpoints": checkpoints })).await
}

async fn reissue(client: &Client, checkpoint: CheckpointId, expected: Value) -> Result<u32, Trouble> {
    client.call("reissue_tag", json!({ "checkpoint": checkpoint, "expected_issue": expected })).await
}

/// What a camera reads of a printed tag: its drawing on paper, six dots a module.
fn scanned(tag: &PrintedTag) -> String {
    const DOTS: usize = 6;
    let mut dark = vec![false; tag.size * tag.size];
    for bar in tag.path.split('M').skip(1) {
        let numbers: Vec<usize> =
            bar.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect();
        let [x, y, run, 1, back] = numbers[..] else { panic!("{bar}") };
        assert_eq!(run, back);
        dark[y * tag.size + x..][..run].fill(true);
    }
    let edge = tag.size * DOTS;
    let shade = |x: usize, y: usize| if dark[y / DOTS * tag.size + x / DOTS] { 0 } else { 255 };
    let mut paper = rqrr::PreparedImage::prepare_from_greyscale(edge, edge, shade);
    let codes = paper.detect_grids();
    let [code] = &codes[..] else { panic!("{} codes", codes.len()) };
    code.decode().expect("it can be read").1
}

#[tokio::test]
async fn only_who_sets_up_the_community_gets_tags_and_may_reissue_them() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let nobody = Client::new(&world.base);
        assert_eq!(sheet(&nobody, &[world.gate()]).await, Err(Trouble::SignInFirst));
        assert_eq!(reissue(&nobody, world.gate(), json!(1)).await, Err(Trouble::SignInFirst));
        let mut issue = 1;
        for (username, role) in PEOPLE {
            let client = world.signed_in(username).await;
            let (sheet, reissued) =
                (sheet(&client, &[world.gate()]).await, reissue(&client, world.gate(), json!(issue)).await);
            if may(&[role], Act::SetUp) {
                assert_eq!(sheet.expect("they may").len(), 1, "{role:?}");
                issue += 1;
                assert_eq!(reissued, Ok(issue), "{role:?}");
            } else {
                assert_eq!((sheet, reissued), (Err(Trouble::NotPermitted), Err(Trouble::NotPermitted)), "{role:?}");
            }
        }
        assert!(!may(&[Role::Guard], Act::SetUp), "a guard who prints tags need not walk");
    })
    .await;
}

#[tokio::test]
async fn a_printed_tag_is_read_by_a_camera_and_by_hand() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let manager = world.signed_in("manager").await;
        reissue(&manager, world.gate(), json!(1)).await.expect("it was the first");
        let tags = sheet(&manager, &[world.gate(), world.gate()]).await.expect("they may");
        assert_eq!(tags[0], tags[1]);
        let [tag, _] = &tags[..] else { panic!("{} tags", tags.len()) };
        assert_eq!((&*tag.name.en, &*tag.area.zh, tag.issue), ("Gate", "北门", 2));
        assert_eq!(tag.size, 53 + 8, "version 9 with its quiet zone: a larger one is read from less far");
        for text in [scanned(tag), tag.short_code.clone()] {
            assert_eq!(world.tablet_reads(&text).await, Ok(world.gate()), "{text}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_reissued_tag_makes_the_one_before_it_void_and_the_log_says_who_did_it() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let manager = world.signed_in("manager").await;
        reissue(&manager, world.gate(), json!(1)).await.expect("it was the first");
        let old = sheet(&manager, &[world.gate()]).await.expect("they may").remove(0);
        assert_eq!(reissue(&manager, world.gate(), json!(2)).await, Ok(3));
        let new = sheet(&manager, &[world.gate()]).await.expect("they may").remove(0);
        for text in [scanned(&old), old.short_code] {
            assert_eq!(world.tablet_reads(&text).await, Err(TagFault::Replaced), "{text}");
        }
        for text in [scanned(&new), new.short_code] {
            assert_eq!(world.tablet_reads(&text).await, Ok(world.gate()), "{text}");
        }
        let changes = world.exported("change").await;
        let by_manager: Vec<_> = changes.iter().filter(|change| change["username"] == "manager").collect();
        assert_eq!(by_manager.len(), 2);
        for (n, change) in (1..).zip(by_manager) {
            assert_eq!((&change["kind"], &change["n"]), (&json!("checkpoint.put"), &json!(n)));
            assert_eq!(change["outcome"]["is"], "accepted");
        }
    })
    .await;
}

#[tokio::test]
async fn of_two_managers_who_reissue_at_once_one_is_told_to_look_again() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let (one, two) = (world.signed_in("manager").await, world.signed_in("operator").await);
        let (first, second) =
            tokio::join!(reissue(&one, world.gate(), json!(1)), reissue(&two, world.gate(), json!(1)));
        let mut told = [first, second];
        told.sort_by_key(Result::is_err);
        assert_eq!(told, [Ok(2), Err(Trouble::ChangedMeanwhile)]);
    })
    .await;
}

#[tokio::test]
async fn hostile_calls_are_told_what_is_wrong_and_change_nothing() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let manager = world.signed_in("manager").await;
        let nowhere = CheckpointId(Uuid::now_v7());
        let person = CheckpointId(world.person("guard").0);
        for other in [nowhere, person] {
            assert_eq!(sheet(&manager, &[world.gate(), other]).await, Err(Trouble::NotFound));
            assert_eq!(reissue(&manager, other, json!(1)).await, Err(Trouble::NotFound));
        }
        assert_eq!(sheet(&manager, &[]).await, Ok(vec![]));
        let invalid = Err(Trouble::Invalid { field: "checkpoints".into() });
        assert_eq!(sheet(&manager, &vec![world.gate(); 1_001]).await, invalid);
        for wrong in [json!(0), json!(2), json!(u32::MAX)] {
            assert_eq!(reissue(&manager, world.gate(), wrong).await, Err(Trouble::ChangedMeanwhile));
        }
        for wrong in [json!(-1), json!(4_294_967_296u64), json!("1; drop table records"), Value::Null] {
            assert!(reissue(&manager, world.gate(), wrong).await.is_err());
        }
        assert_eq!(sheet(&manager, &[world.gate()]).await.expect("they may")[0].issue, 1);
    })
    .await;
}
