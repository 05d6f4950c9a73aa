//! Claims about devices that part from the community: retired, forgotten by their browser, too old, or used by a name that was
//! only picked.

use domain::{
    changes::{Deed, Fact, Request, VisitRecorded},
    claims::IdentityConfirmed,
    ids::{ChecklistId, CheckpointId, LaneId, PersonId, RoundId, VisitId},
    people::Role,
    refusal::{Flag, Refusal},
    visits::Proof,
};
use reqwest::StatusCode;
use serde_json::Value;
use sync::messages::{DRAFT, Envelope, Handed, Identity, LaneOpening, Outcome, Seal, path};
use uuid::Uuid;

use crate::{
    client::{Client, PASSWORD, change, lane, outcomes, placed, push_of},
    databases::{for_each_database, sqlite},
    pictures::photo,
    program::{command, said},
    world::{World, world},
};

fn handed(key: &str, kind: &str, person: Option<PersonId>, content: &str) -> Handed {
    Handed {
        key: key.into(),
        kind: kind.into(),
        person,
        saved: None,
        content: content.into(),
        identity: Some(Identity::Pin),
    }
}

fn of_change(change: &domain::changes::Change, person: PersonId) -> Handed {
    let envelope = serde_json::to_string(&Envelope::seal(change)).expect("JSON");
    handed(&change.id.to_string(), "finding.raised", Some(person), &envelope)
}

pub async fn retire(world: &World, device: domain::ids::DeviceId, at: i64) {
    let mut tx = world.db.write().await.expect("a transaction");
    let at = domain::time::Moment(at);
    assert!(server::devices::retire(&mut tx, world.community, device, at).await.expect("retired"));
    tx.commit().await.expect("committed");
}

async fn told(client: &Client) -> (StatusCode, String) {
    let answer = client.post(path::PULL, r#"{"cursor":0,"epoch":"","view":""}"#).await;
    (answer.status(), answer.text().await.expect("text"))
}

#[tokio::test]
async fn what_a_retired_tablet_had_not_sent_is_handed_over_and_counts_once_somebody_takes_it() {
    for_each_database(|fresh| async {
        let url = fresh.url.clone();
        let world = world(fresh).await;
        let tablet = world.client("supervisor", true).await;
        let device = tablet.enrol(true).await.expect("known").device;
        let guard = world.person("guard");
        let sent = world.finding("sent before");
        let own = lane(guard);
        tablet.push(&push_of(&own, placed(&own, 1, std::slice::from_ref(&sent)))).await;
        retire(&world, device, server::clock::now().0).await;

        assert_eq!(told(&tablet).await, (StatusCode::UNAUTHORIZED, r#"{"error":"retired"}"#.into()));
        assert!(tablet.try_push(&push_of(&own, vec![])).await.is_err() && tablet.hello(vec![], 1).await.is_err());
        let waits = world.finding("never sent");
        let items = vec![
            of_change(&sent, guard),
            of_change(&waits, guard),
            handed("visit:1", DRAFT, None, "half a sentence\0\u{7}"),
            handed("too long", DRAFT, None, &"x".repeat(300_000)),
        ];
        for _ in 0..2 {
            let kept = tablet.hand_over(items.clone()).await.expect("its old credential is enough").kept;
            assert_eq!(kept, [sent.id.to_string(), waits.id.to_string(), "visit:1".into()], "and no more is deleted");
        }
        assert_eq!(tablet.put(&photo(31)).await, sync::messages::PhotoAnswer::Kept, "its photos come along");

        let (done, listed) = said(command(&["custody", "list"], &url));
        assert!(done && listed.lines().count() == 2, "what was decided before is in the log: {listed}");
        let line = |word: &str| listed.lines().find(|line| line.contains(word)).expect("it is there").to_owned();
        let id = |word: &str| line(word).split(' ').next().expect("an id").to_owned();
        assert!(
            line("finding.raised").contains("canary-guard") && line("finding.raised").contains(&device.to_string())
        );
        assert_eq!(
            said(command(&["custody", "show", &id("draft")], &url)).1.trim_end(),
            "half a sentence\u{fffd}\u{fffd}"
        );

        let reader = world.client("supervisor", false).await;
        let keys = reader.keys().await;
        let cursor = reader.page(0, &keys).await.cursor;
        let (done, taken) = said(command(&["custody", "take", "--all"], &url));
        assert!(done && taken.contains("accepted at") && taken.contains("still waits: not readable"), "{taken}");
        let page = reader.page(cursor, &keys).await;
        let findings: Vec<_> = page.rows.iter().filter(|row| row.kind == "finding").collect();
        let [row] = findings[..] else { panic!("one finding: {page:?}") };
        assert!(row.body.get().contains("never sent") && row.body.get().contains(&guard.to_string()));
        assert!(said(command(&["custody", "take", "--all"], &url)).0);
        assert!(reader.page(page.cursor, &keys).await.rows.is_empty(), "it counts once");
        let again = tablet.hand_over(vec![of_change(&waits, guard)]).await.expect("it is still known");
        assert_eq!(again.kept.len(), 1);
        let anew = world.client("supervisor", true).await;
        let other = lane(guard);
        let repeated = anew.push(&push_of(&other, placed(&other, 1, std::slice::from_ref(&waits)))).await;
        assert_eq!(repeated.outcomes[0].seq, row.seq, "sent from elsewhere it is the same change");

        let draft = id("draft");
        assert!(said(command(&["custody", "dismiss", &draft, "--because", "typed in anew"], &url)).0);
        let (done, again) = said(command(&["custody", "dismiss", &draft, "--because", "twice"], &url));
        assert!(!done && again.contains("nothing called"), "{again}");
        assert_eq!(said(command(&["custody", "list"], &url)).1, "");
        let kept = world.exported("custody").await;
        let draft: Vec<&Value> = kept.iter().filter(|line| line["kind"] == DRAFT).collect();
        assert_eq!(
            (draft.len(), &draft[0]["because"], &draft[0]["content"]),
            (1, &"typed in anew".into(), &"half a sentence\0\u{7}".into())
        );
    })
    .await;
}

#[tokio::test]
async fn strangers_and_devices_retired_long_ago_put_nothing_into_custody() {
    let world = world(sqlite()).await;
    let item = || vec![handed("a", DRAFT, None, "b")];
    let stranger = Client::new(&world.base);
    assert_eq!(stranger.hand_over(item()).await.err(), Some(StatusCode::UNAUTHORIZED));
    let tablet = world.client("supervisor", true).await;
    let device = tablet.enrol(true).await.expect("known").device;
    retire(&world, device, server::clock::now().0 - server::custody::AFTER_RETIREMENT).await;
    assert_eq!(tablet.hand_over(item()).await.err(), Some(StatusCode::UNAUTHORIZED));
    assert!(told(&tablet).await.1.contains("not_enrolled"), "it is not asked for what would not be taken");
    let busy = world.client("supervisor", true).await;
    assert_eq!(busy.hand_over(item()).await.err(), None);
    assert_eq!(busy.hand_over(item()).await.err(), None);
    let device = busy.enrol(true).await.expect("known").device.to_string();
    // More than at once: some of it comes back while this is asked.
    world.state.bounds.hand_overs.count(&device, 60, server::clock::now());
    assert_eq!(busy.hand_over(item()).await.err(), Some(StatusCode::TOO_MANY_REQUESTS));
    assert_eq!(world.exported("custody").await.len(), 1, "the same thing is kept once");
}

#[tokio::test]
async fn an_old_client_sends_and_is_given_nothing() {
    let world = world(sqlite()).await;
    let tablet = world.client("guard", true).await;
    for (protocol, status) in [
        ("0", StatusCode::UPGRADE_REQUIRED),
        ("nonsense", StatusCode::UPGRADE_REQUIRED),
        ("1", StatusCode::OK),
        ("2", StatusCode::OK),
    ] {
        assert_eq!(tablet.pull_speaking(protocol).await, status, "{protocol}");
    }
    let own = lane(world.person("guard"));
    let push = serde_json::to_string(&push_of(&own, placed(&own, 1, &[world.finding("of an old app")]))).expect("JSON");
    let request = tablet.http.post(format!("{}{}", world.base, path::PUSH));
    let answer = request.header(sync::messages::PROTOCOL_HEADER, "0").body(push).send().await.expect("an answer");
    assert_eq!(answer.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_browser_that_forgot_everything_is_told_what_never_came() {
    for_each_database(|fresh| async {
        let url = fresh.url.clone();
        let world = world(fresh).await;
        let tablet = world.client("supervisor", true).await;
        let before = tablet.enrol(true).await.expect("known").device;
        let own = lane(world.person("guard"));
        let three = [world.finding("a"), world.finding("b"), world.finding("c")];
        let unknown = LaneId(Uuid::now_v7());
        let seals = vec![Seal::new(own.lane, 3), Seal::new(unknown, 2)];
        tablet.hello(seals, 5).await.expect("enrolled");
        tablet.push(&push_of(&own, placed(&own, 1, &three[..2]))).await;

        let kept = tablet.enrol_holding(&[own.lane]).await.expect("it holds its lane");
        assert_eq!((kept.device, kept.evicted), (before, None));
        let forgot = tablet.enrol_holding(&[]).await.expect("enrolled");
        let evicted = forgot.evicted.expect("the server knows its lanes");
        assert_eq!(evicted.lost, 3, "two came after the hello that had told of five");
        assert_ne!(forgot.device, before, "it goes on under a new id");
        assert_eq!(tablet.enrol_holding(&[]).await.expect("known").evicted, None, "it is said once");
        let manager = Client::new(&world.base);
        manager.sign_in("manager", PASSWORD).await.expect("the pass phrase is right");
        let devices: Vec<Value> = manager.call("devices", serde_json::json!({})).await.expect("they may");
        let lost: Vec<&Value> = devices.iter().filter(|device| !device["evicted"].is_null()).collect();
        assert_eq!((lost.len(), &lost[0]["lost"], &lost[0]["id"]), (1, &3.into(), &before.to_string().into()));
        assert!(said(command(&["device", "list"], &url)).1.contains("data deleted by the browser"));
    })
    .await;
}

fn visit(world: &World) -> Deed {
    Deed::Fact(Fact::VisitRecorded(VisitRecorded {
        visit: VisitId(Uuid::now_v7()),
        round: RoundId(Uuid::now_v7()),
        checkpoint: CheckpointId::keyed(world.community, "gate"),
        proof: Proof::Tag { issue: 1 },
        checklist: ChecklistId::keyed(world.community, "list"),
        version: 1,
        answers: vec![],
        note: String::new(),
    }))
}

fn said_to_be(lane: &LaneOpening, was_them: bool) -> Deed {
    Deed::Fact(Fact::IdentityConfirmed(IdentityConfirmed { lane: lane.lane, person: lane.person, was_them }))
}

#[tokio::test]
async fn work_under_a_picked_name_counts_marked_until_somebody_says_whose_it_was() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let tablet = world.client("supervisor", true).await;
        let guard = world.person("guard");
        let manager = world.person("manager");
        let claimed = |person| LaneOpening::new(LaneId(Uuid::now_v7()), person, Identity::Claimed);
        let (picked, too_much) = (claimed(guard), claimed(manager));
        let on_the_wire = serde_json::to_value(picked).expect("JSON");
        assert_eq!((&on_the_wire["identity"], &on_the_wire["claimed"]), (&"pin".into(), &true.into()));

        let done = [change(visit(&world)), change(said_to_be(&picked, true))];
        let answer = tablet.push(&push_of(&picked, placed(&picked, 1, &done))).await;
        for outcome in outcomes(&answer) {
            let Outcome::Accepted { flags } = outcome else { panic!("{outcome:?}") };
            assert!(flags.contains(&Flag::IdentityClaimed), "{flags:?}");
        }
        let asked = world.request(Request::PutPerson(world.someone("guard", &[Role::Manager])));
        let answer = tablet.push(&push_of(&too_much, placed(&too_much, 1, &[asked]))).await;
        let unproven = Outcome::Refused { refusal: Refusal::SignInFirst };
        assert_eq!(outcomes(&answer), [&unproven], "a manager's name gives nobody a manager's rights");

        let rows = tablet.view().await;
        let visits: Vec<_> = rows.iter().filter(|row| row.kind == "visit").collect();
        assert!(visits[0].body.get().contains(&format!("\"claim\":\"{}\"", picked.lane)));
        assert!(!rows.iter().any(|row| row.kind == "claim"), "nobody vouches for themself by a picked name");

        let (colleague, themself, overseer) =
            (lane(world.person("cleaner")), lane(guard), lane(world.person("supervisor")));
        for (says, was_them, counts) in
            [(colleague, true, None), (themself, false, Some(false)), (overseer, true, Some(true))]
        {
            tablet.push(&push_of(&says, placed(&says, 1, &[change(said_to_be(&picked, was_them))]))).await;
            let rows = tablet.view().await;
            let claim = rows.iter().find(|row| row.kind == "claim").map(|row| row.record().expect("a claim").body);
            let Some(domain::records::Body::Claim(claim)) = claim else {
                assert_eq!(counts, None, "a colleague's word is kept and changes nothing");
                continue;
            };
            assert_eq!(claim.was_them(), counts);
        }
    })
    .await;
}
