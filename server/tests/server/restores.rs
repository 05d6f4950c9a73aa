//! Claims about a server that was restored from an older backup, by each database's own means: devices bring back what they
//! have, and a person is told what is missing.

use std::path::Path;

use serde_json::Value;
use sync::messages::{LaneOpening, Placed, PushAnswer, Receipt};

use crate::{
    client::{Client, lane, placed, push_of},
    databases::{Fresh, for_each_database},
    operator::set_up,
    postgres::tool,
    program::{Program, command, said},
    world::finding,
};

/// A tablet that keeps what it was told.
struct Tablet {
    client: Client,
    own: LaneOpening,
    sent: Vec<Placed>,
    told: Vec<PushAnswer>,
}

impl Tablet {
    async fn says(&mut self, note: &str, community: domain::ids::CommunityId) -> i64 {
        let n = self.sent.len() as i64 + 1;
        let change = placed(&self.own, n, &[finding(community, note, vec![])]).remove(0);
        let answer = self.client.push(&push_of(&self.own, vec![change.clone()])).await;
        let seq = answer.outcomes[0].seq;
        self.sent.push(change);
        self.told.push(answer);
        seq
    }

    /// Says everything again, each with its receipt.
    async fn returns(&self, base: &str) -> PushAnswer {
        let receipt = |answer: &PushAnswer| {
            let told = answer.outcomes[0].clone();
            let proof = told.proof.expect("it is signed");
            Receipt { epoch: answer.epoch.clone(), seq: told.seq, outcome: told.outcome, proof }
        };
        let again = self.sent.iter().zip(&self.told);
        let changes = again.map(|(sent, told)| Placed { receipt: Some(receipt(told)), ..sent.clone() }).collect();
        self.client.moved(base).push(&push_of(&self.own, changes)).await
    }
}

fn succeeds(command: std::process::Command) -> String {
    let (done, told) = said(command);
    assert!(done, "{told}");
    told
}

fn back_up(fresh: &Fresh, file: &Path) {
    if fresh.url.starts_with("sqlite") {
        succeeds(command(&["backup", file.to_str().expect("text")], &fresh.url));
        return;
    }
    let mut dump = tool("pg_dump");
    dump.arg("--format=custom").arg("--file").arg(file).arg("--dbname").arg(&fresh.url);
    succeeds(dump);
}

fn restore(fresh: &Fresh, file: &Path) {
    if fresh.url.starts_with("sqlite") {
        succeeds(command(&["restore", file.to_str().expect("text")], &fresh.url));
        return;
    }
    let mut restore = tool("pg_restore");
    restore.args(["--clean", "--if-exists", "--exit-on-error", "--single-transaction", "--dbname"]).arg(&fresh.url);
    restore.arg(file);
    succeeds(restore);
    succeeds(command(&["restore", "--after-pg-restore"], &fresh.url));
}

#[tokio::test]
async fn after_a_restore_devices_bring_back_what_they_have_and_a_person_is_told_what_is_missing() {
    for_each_database(|fresh| async move {
        let (program, signed_in, boss) = set_up(&fresh).await;
        let missing = || succeeds(command(&["missing"], &fresh.url));
        assert!(missing().contains("never restored"));
        let mut tablets = vec![];
        for _ in 0..3 {
            let client = signed_in.another_device().await;
            tablets.push(Tablet { client, own: lane(boss.person), sent: vec![], told: vec![] });
        }
        for tablet in &mut tablets {
            tablet.client.hello(vec![], 0).await.expect("enrolled");
            tablet.says("before the backup", boss.community).await;
        }
        let file = fresh.folder.path().join("backup");
        back_up(&fresh, &file);
        let mut numbers = vec![];
        for n in [0, 1, 2, 0] {
            numbers.push(tablets[n].says(&format!("after the backup, of {n}"), boss.community).await);
        }
        program.kill();
        restore(&fresh, &file);

        let again = Program::serve(&fresh.url, &fresh.folder.path().join("log"), &[]);
        // The second is lost, and with it what only it had.
        for n in [2, 0] {
            let told = tablets[n].returns(&again.base).await;
            let was: Vec<_> = tablets[n].told.iter().map(|answer| answer.outcomes[0].outcome.clone()).collect();
            let is: Vec<_> = told.outcomes.iter().map(|delivery| delivery.outcome.clone()).collect();
            assert_eq!(is, was, "what was told stands");
            tablets[n].client.moved(&again.base).hello(vec![], 0).await.expect("still enrolled");
        }
        let view = signed_in.moved(&again.base);
        view.enrol(false).await.expect("their computer");
        let rows = view.view().await;
        let notes = |note: &str| rows.iter().filter(|row| row.body.get().contains(note)).count();
        assert_eq!((notes("before the backup"), notes("of 0"), notes("of 1"), notes("of 2")), (3, 2, 0, 1));
        let told = missing();
        assert!(told.contains("3 changes have come back"), "{told}");
        assert!(told.contains(&format!("missing up to {}: {}\n", numbers[3], numbers[1])), "{told}");
        let listed = succeeds(command(&["export", "--json"], &fresh.url));
        let devices = |n: usize| {
            let lane = tablets[n].own.lane.to_string();
            let lines = listed.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
            let mut lanes = lines.filter(|line| line["is"] == "lane" && line["id"] == lane.as_str());
            lanes.next().expect("its lane")["device"].as_str().expect("an id").to_owned()
        };
        assert!(told.contains(&format!("not here since: {}", devices(1))), "{told}");
        assert!(!told.contains(&devices(0)) && !told.contains(&devices(2)), "{told}");
        drop(again);
    })
    .await;
}
