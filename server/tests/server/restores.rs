//! Claims about a server that was restored from an older backup, by each database's own means: devices bring back what they
//! have, and a person is told what is missing.

use std::path::Path;

use domain::{
    changes::{Change, Deed, Request},
    events::{EventKey, PublishEvent, PutEvent},
    households::Household,
    ids::{CommunityId, EventId, HouseholdId},
    records::Body,
    refusal::Flag,
    residents,
    sign_ups::{AskForPlaces, CancelSignUp, Party, SignUp, Standing},
    text::Words,
};
use serde_json::Value;
use server::{clock, db::Db, due};
use sync::messages::{Delivery, LaneOpening, Outcome, Placed, PushAnswer, Receipt, Seal};

use crate::{
    client::{Client, change, lane, placed, push_of},
    databases::{Fresh, for_each_database},
    operator::set_up,
    postgres::tool,
    program::{Program, command, said},
    sign_ups::details,
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
    async fn says(&mut self, note: &str, community: CommunityId) -> i64 {
        self.sends(finding(community, note, vec![])).await.outcomes[0].seq
    }

    async fn asks(&mut self, request: residents::Request) -> Delivery {
        self.sends(change(Deed::Request(Request::Residents(request)))).await.outcomes[0].clone()
    }

    async fn sends(&mut self, change: Change) -> PushAnswer {
        let n = self.sent.len() as i64 + 1;
        let change = placed(&self.own, n, &[change]).remove(0);
        let answer = self.client.push(&push_of(&self.own, vec![change.clone()])).await;
        self.sent.push(change);
        self.told.push(answer.clone());
        answer
    }

    /// Says hello to the server that was restored, brings everything back, and goes on with it.
    async fn is_back(&mut self, base: &str) -> PushAnswer {
        let last = self.sent.len() as i64;
        let seals = || vec![Seal::new(self.own.lane, last)];
        self.client.moved(base).hello(seals(), 0).await.expect("still enrolled");
        let told = self.returns(base).await;
        self.client = self.client.moved(base);
        self.client.hello(seals(), 0).await.expect("still enrolled");
        told
    }

    /// Says everything again, each with its receipt.
    async fn returns(&self, base: &str) -> PushAnswer {
        let receipt = |answer: &PushAnswer| {
            let told = answer.outcomes[0].clone();
            let proof = told.proof.expect("it is signed");
            Receipt { epoch: answer.epoch.clone(), seq: told.seq, outcome: told.outcome, proof, number: told.number }
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

/// An evening with ten places, and households 1 to 7 of two persons each who asked for them after the backup, each on a device of
/// its own. The first five have places. What stood before the restore is kept beside.
struct Evening {
    of: EventKey,
    community: CommunityId,
    program: Program,
    desk: Client,
    tablets: Vec<Tablet>,
    before: Vec<SignUp>,
}

fn home(community: CommunityId, n: usize) -> HouseholdId {
    HouseholdId::keyed(community, &format!("home {n}"))
}

fn ask(of: EventKey, household: HouseholdId) -> residents::Request {
    residents::Request::AskForPlaces(AskForPlaces {
        of,
        household,
        party: Party { persons: 2, names: vec![] },
        answers: vec![],
    })
}

async fn sign_ups(desk: &Client) -> Vec<SignUp> {
    let rows = desk.view().await;
    let mut all: Vec<SignUp> = rows
        .iter()
        .filter_map(|row| match row.record()?.body {
            Body::Residents(residents::Body::SignUp(it)) => Some(it),
            _ => None,
        })
        .collect();
    all.sort_by_key(|it| it.number);
    all
}

impl Evening {
    async fn restored(fresh: &Fresh) -> Self {
        let (program, signed_in, boss) = set_up(fresh).await;
        let community = boss.community;
        let of = EventKey { event: EventId::keyed(community, "evening"), series: None };
        let mut tablets = vec![];
        for _ in 0..=8 {
            let client = signed_in.another_device().await;
            client.hello(vec![], 0).await.expect("enrolled");
            tablets.push(Tablet { client, own: lane(boss.person), sent: vec![], told: vec![] });
        }
        for n in 1..=8 {
            let flat = Words::new("3栋", "Flat");
            let (id, members) = (home(community, n), vec![]);
            let it = Household { id, flat, area: None, members, moved_out: None, revision: None };
            tablets[0].asks(residents::Request::PutHousehold(it)).await;
        }
        let put = PutEvent { of, details: details(10).into(), revision: None };
        tablets[0].asks(residents::Request::PutEvent(put)).await;
        tablets[0].asks(residents::Request::PublishEvent(PublishEvent { of })).await;
        let file = fresh.folder.path().join("backup");
        back_up(fresh, &file);
        for (n, tablet) in tablets.iter_mut().enumerate().skip(1).take(7) {
            let told = tablet.asks(ask(of, home(community, n))).await;
            let number = told.number.expect("it is told its number").number;
            assert_eq!(usize::try_from(number), Ok(n));
        }
        signed_in.enrol(false).await.expect("their computer");
        let before = sign_ups(&signed_in).await;
        program.kill();
        restore(fresh, &file);
        let program = Program::serve(&fresh.url, &fresh.folder.path().join("log"), &[]);
        let desk = signed_in.moved(&program.base);
        desk.sign_in("boss", crate::client::PASSWORD).await.expect("the account is there");
        desk.enrol(false).await.expect("their computer");
        Self { of, community, program, desk, tablets, before }
    }

    async fn is_back(&mut self, n: usize) -> PushAnswer {
        self.tablets[n].is_back(&self.program.base).await
    }

    async fn standing(&self, n: usize) -> Option<(u32, Standing)> {
        let all = sign_ups(&self.desk).await;
        let own = all.into_iter().find(|it| it.household == home(self.community, n));
        own.map(|it| (it.number, it.standing))
    }

    async fn nobody_is_offered_anything(&self) {
        let all = sign_ups(&self.desk).await;
        assert!(!all.iter().any(|it| matches!(it.standing, Standing::Offered { .. })), "{all:?}");
    }
}

async fn what_is_due_is_said(fresh: &Fresh) {
    let db = Db::open_as_it_is(&fresh.url).await.expect("the database is there");
    due::say(&db, clock::now()).await.expect("it is said");
    db.close().await;
}

#[tokio::test]
async fn who_waits_is_offered_nothing_until_all_are_back_and_then_the_return_closes_by_itself() {
    for_each_database(|fresh| async move {
        let mut evening = Evening::restored(&fresh).await;
        let (of, community) = (evening.of, evening.community);
        // The first to return waits, and the hall looks empty.
        let told = evening.is_back(6).await;
        assert_eq!(told.outcomes[0].number.as_ref().map(|it| it.number), Some(6));
        assert_eq!(evening.standing(6).await, Some((6, Standing::Waiting)));
        evening.is_back(8).await;
        let new = evening.tablets[8].asks(ask(of, home(community, 8))).await;
        assert_eq!(new.outcome, Outcome::Accepted { flags: [Flag::OnWaitingList].into() });
        assert_eq!(new.number, None, "somebody may have been told it");
        for n in [7, 1, 3, 2, 0, 5] {
            evening.is_back(n).await;
            what_is_due_is_said(&fresh).await;
            evening.nobody_is_offered_anything().await;
        }
        let (id, cancelled) = (home(community, 1), |household| CancelSignUp { of, household });
        evening.tablets[1].asks(residents::Request::CancelSignUp(cancelled(id))).await;
        evening.nobody_is_offered_anything().await;
        assert!(succeeds(command(&["missing"], &fresh.url)).contains("the return is open"));
        evening.is_back(4).await;
        for was in &evening.before[1..5] {
            let is = sign_ups(&evening.desk).await.into_iter().find(|is| is.household == was.household);
            assert_eq!(is.map(|is| (is.number, is.standing)), Some((was.number, was.standing)));
        }
        what_is_due_is_said(&fresh).await;
        assert!(matches!(evening.standing(6).await, Some((6, Standing::Offered { .. }))));
        assert_eq!(evening.standing(7).await, Some((7, Standing::Waiting)));
        assert_eq!(evening.standing(8).await, Some((8, Standing::Waiting)));
        assert!(succeeds(command(&["missing"], &fresh.url)).contains("the return was closed"));
    })
    .await;
}

#[tokio::test]
async fn with_a_device_lost_a_person_closes_the_return_with_what_is_missing_before_them() {
    for_each_database(|fresh| async move {
        let mut evening = Evening::restored(&fresh).await;
        for n in [7, 6, 5, 4, 2, 1, 0, 8] {
            evening.is_back(n).await;
        }
        what_is_due_is_said(&fresh).await;
        evening.nobody_is_offered_anything().await;
        let lost = evening.tablets[3].told[0].outcomes[0].seq;
        let told = succeeds(command(&["missing", "--close"], &fresh.url));
        assert!(told.contains(&format!(": {lost}\n")) && told.contains("the return is closed"), "{told}");
        assert!(matches!(evening.standing(6).await, Some((6, Standing::Offered { .. }))));
        assert_eq!(evening.standing(7).await, Some((7, Standing::Waiting)));
        // It is found in a drawer: what it was told stands, and shows as too many.
        let late = evening.is_back(3).await;
        assert_eq!(late.outcomes[0].outcome, Outcome::Accepted { flags: [].into() });
        assert_eq!(evening.standing(3).await, Some((3, Standing::Confirmed)));
        assert!(succeeds(command(&["missing", "--close"], &fresh.url)).contains("no return is open"));
    })
    .await;
}
