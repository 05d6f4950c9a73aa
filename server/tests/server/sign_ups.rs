//! Claims about sign-ups over the wire: many phones, few places, tickets, what is due, and who is told what.

use domain::{
    changes::{Change, Request},
    events::{Details, EventKey, PublishEvent, PutEvent},
    ids::{EventId, HouseholdId},
    people::Role,
    records::Body,
    refusal::Flag,
    residents,
    sign_ups::{AskForPlaces, CancelSignUp, OwnSignUp, Party, SignUp, Standing, Tally},
    tickets::{Ticket, TicketFault},
    time::{DAY, MINUTE},
};
use reqwest::StatusCode;
use server::{canon::SqlCanon, clock, due, printed_tags, records, system};
use sync::messages::{Outcome, Row};

use crate::{
    client::{Client, PASSWORD, lane, outcomes, placed, push_of, stranger},
    databases::for_each_database,
    world::{World, put_household, world},
};

pub fn party(world: &World) -> EventKey {
    EventKey { event: EventId::keyed(world.community, "party"), series: None }
}

pub fn details(capacity: u32) -> Details {
    let starts = clock::now().plus(7 * DAY);
    Details {
        title: domain::text::Words::new("灯会", "Lantern evening"),
        starts,
        ends: starts.plus(DAY),
        capacity,
        ..Details::default()
    }
}

pub async fn apply(world: &World, requests: Vec<Request>) {
    let now = clock::now();
    let mut canon = SqlCanon::new(world.db.write().await.expect("a transaction"), world.community, now);
    let requests = requests.into_iter().enumerate().map(|(n, request)| (n.to_string(), request)).collect();
    let applied = system::apply(&mut canon, requests, now).await.expect("applied");
    assert_eq!(applied.refused, []);
    canon.commit().await.expect("committed");
}

pub async fn publish(world: &World, of: EventKey, details: Details) {
    let put = residents::Request::PutEvent(PutEvent { of, details: details.into(), revision: None });
    let published = residents::Request::PublishEvent(PublishEvent { of });
    apply(world, vec![Request::Residents(put), Request::Residents(published)]).await;
}

pub fn ask(of: EventKey, household: HouseholdId, persons: u32) -> Change {
    let party = Party { persons, names: vec![] };
    let asked = AskForPlaces { of, household, party, answers: vec![] };
    crate::client::change(domain::changes::Deed::Request(Request::Residents(residents::Request::AskForPlaces(asked))))
}

fn cancel(of: EventKey, household: HouseholdId) -> Change {
    let cancelled = residents::Request::CancelSignUp(CancelSignUp { of, household });
    crate::client::change(domain::changes::Deed::Request(Request::Residents(cancelled)))
}

pub async fn tally(world: &World, of: EventKey) -> Tally {
    let mut tx = world.db.read().await.expect("it is free");
    let record = records::get(&mut tx, world.community, Tally::id(of.event)).await.expect("it is read");
    match record.map(|record| record.body) {
        Some(Body::Residents(residents::Body::Tally(tally))) => tally,
        other => panic!("a tally, but {other:?}"),
    }
}

fn own(rows: &[Row]) -> Option<SignUp> {
    rows.iter().find_map(|row| match row.record()?.body {
        Body::Residents(residents::Body::OwnSignUp(OwnSignUp(it))) => Some(it),
        _ => None,
    })
}

/// The test world with so many more households of one, called `home-1` and so on, each with a phone.
async fn with_phones(world: &World, many: usize) -> Vec<(HouseholdId, Client, sync::messages::LaneOpening)> {
    let names: Vec<String> = (1..=many).map(|n| format!("of-{n}")).collect();
    let people = names.iter().map(|name| Request::PutPerson(world.someone(name, &[Role::Resident])));
    let homes = names.iter().map(|name| put_household(world.community, &format!("home-{name}"), &[name]));
    apply(world, people.chain(homes).collect()).await;
    crate::world::give_accounts(world, &names).await;
    let mut phones = vec![];
    for name in &names {
        let client = Client::of(&world.base, name, false).await;
        let household = HouseholdId::keyed(world.community, &format!("home-{name}"));
        phones.push((household, client, lane(world.person(name))));
    }
    phones
}

#[tokio::test]
async fn phones_that_ask_at_once_for_the_last_places_fill_them_and_wait_in_the_servers_order() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let of = party(&world);
        publish(&world, of, details(3)).await;
        let phones = with_phones(&world, 8).await;
        let asked = phones.iter().map(async |(household, client, own)| {
            let answer = client.push(&push_of(own, placed(own, 1, &[ask(of, *household, 1)]))).await;
            (answer.outcomes[0].seq, *household, outcomes(&answer)[0].clone())
        });
        let mut told = futures::future::join_all(asked).await;
        told.sort_by_key(|(seq, ..)| *seq);
        for (n, (_, _, outcome)) in told.iter().enumerate() {
            let Outcome::Accepted { flags } = outcome else { panic!("full is no refusal, but {outcome:?}") };
            assert_eq!(flags.contains(&Flag::OnWaitingList), n >= 3, "number {n}");
        }
        let now = tally(&world, of).await;
        assert_eq!((now.taken(), now.line.len(), now.left()), (3, 5, 0));

        let first = told[0].1;
        let (_, client, own_lane) = phones.iter().find(|(it, ..)| *it == first).expect("a phone");
        client.push(&push_of(own_lane, placed(own_lane, 2, &[cancel(of, first)]))).await;
        let offered = told[3].1;
        let (_, client, _) = phones.iter().find(|(it, ..)| *it == offered).expect("a phone");
        let standing = own(&client.view().await).map(|it| it.standing);
        assert!(matches!(standing, Some(Standing::Offered { .. })), "{standing:?}");
        assert_eq!(due::say(&world.db, clock::now()).await.expect("nothing is due"), 0);
        assert_eq!(due::say(&world.db, clock::now().plus(DAY + MINUTE)).await.expect("it lapses"), 1);
        let standing = own(&client.view().await).map(|it| it.standing);
        assert!(matches!(standing, Some(Standing::Lapsed { .. })), "{standing:?}");
        assert_eq!(tally(&world, of).await.taken(), 3, "the next in line has it");
    })
    .await;
}

#[tokio::test]
async fn a_confirmed_party_holds_a_ticket_that_a_door_knows_without_a_network() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let of = party(&world);
        publish(&world, of, details(3)).await;
        let phone = world.client("resident", false).await;
        let (home, own_lane) = (HouseholdId::keyed(world.community, "home"), lane(world.person("resident")));
        phone.push(&push_of(&own_lane, placed(&own_lane, 1, &[ask(of, home, 2)]))).await;
        let sign_up = own(&phone.view().await).expect("its own record");
        let content = sign_up.ticket_content().expect("a ticket");
        let mut tx = world.db.read().await.expect("it is free");
        let key = server::communities::signing_key(&mut tx, world.community).await.expect("a key");
        let key = printed_tags::public_key(&key);
        let ticket = Ticket::read(&content, &key, of.event).expect("genuine");
        assert_eq!((ticket.persons, ticket.sign_up), (2, SignUp::id(of.event, home)));
        let other = EventId::keyed(world.community, "another");
        assert_eq!(Ticket::read(&content, &key, other), Err(TicketFault::OtherEvent));
    })
    .await;
}

#[tokio::test]
async fn a_phone_receives_no_name_of_the_staff_and_none_of_the_neighbours_whatever_happens() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let of = party(&world);
        publish(&world, of, details(3)).await;
        let phones = with_phones(&world, 3).await;
        for (household, client, own_lane) in &phones {
            client.push(&push_of(own_lane, placed(own_lane, 1, &[ask(of, *household, 2)]))).await;
        }
        let manager = world.client("manager", false).await;
        let desk = lane(world.person("manager"));
        let moved = residents::Request::MoveSignUp(domain::sign_ups::MoveSignUp {
            of,
            household: phones[1].0,
            to: domain::sign_ups::MoveTo::FrontOfLine,
            reason: "asked first".into(),
        });
        manager.push(&push_of(&desk, placed(&desk, 1, &[world.request(Request::Residents(moved))]))).await;
        assert!(manager.bytes().await.contains("canary-flat-home-of-2"), "the desk knows whom it expects");
        for (n, (household, client, _)) in (1..).zip(&phones) {
            let bytes = client.bytes().await;
            assert!(bytes.contains(&format!("canary-of-{n}")) && bytes.contains("Lantern evening"), "{bytes}");
            for (username, _) in crate::world::PEOPLE {
                assert!(!bytes.contains(&format!("canary-{username}")), "{username} on the phone of {n}");
                assert!(!bytes.contains(&world.person(username).to_string()), "{username}'s id on the phone of {n}");
            }
            for (m, (neighbours, ..)) in (1..).zip(&phones).filter(|(m, _)| *m != n) {
                assert!(!bytes.contains(&format!("canary-of-{m}")) && !bytes.contains(&format!("home-of-{m}")));
                assert!(!bytes.contains(&neighbours.to_string()), "household {m} on the phone of {household}");
            }
        }
        let tablet = world.client("manager", true).await.bytes().await;
        assert!(
            !tablet.contains("canary-of-1") && !tablet.contains("canary-flat"),
            "a tablet on rounds holds no household"
        );
    })
    .await;
}

#[tokio::test]
async fn anybody_may_see_the_page_of_a_published_event_and_nobody_that_of_a_draft() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let of = party(&world);
        let put = residents::Request::PutEvent(PutEvent { of, details: details(3).into(), revision: None });
        apply(&world, vec![Request::Residents(put)]).await;
        let page = format!("{}/public/events/{}", world.base, of.event);
        let get = async |path: &str| stranger().get(path).send().await.expect("an answer");
        assert_eq!(get(&page).await.status(), StatusCode::NOT_FOUND);
        publish(&world, of, details(3)).await;
        let shown = get(&format!("{page}?lang=en")).await;
        let policy = shown.headers()["content-security-policy"].to_str().expect("text").to_owned();
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("script-src"), "{policy}");
        let text = shown.text().await.expect("a page");
        assert!(
            text.contains("<meta property=\"og:title\" content=\"Lantern evening\">") && text.contains("3 of 3 left")
        );
        let here = world.base.trim_start_matches("http://");
        assert!(
            !text.contains("og:url") && !text.contains(here),
            "without a public address it says nowhere where it is"
        );
        let elsewhere = world.published("https://lamplighter.lan").await;
        let request = stranger().get(format!("{elsewhere}/public/events/{}", of.event)).header("host", "evil.example");
        let text = request.send().await.expect("an answer").text().await.expect("a page");
        let address = format!("https://lamplighter.lan/public/events/{}", of.event);
        assert!(
            text.contains(&format!("<meta property=\"og:url\" content=\"{address}\">")) && !text.contains("evil"),
            "{text}"
        );
        for odd in [
            "/public/events/nonsense",
            "/public/events/00000000-0000-0000-0000-000000000000",
            "/public/events/..%2f..",
            "/public/calendar/x",
        ] {
            assert_eq!(get(&format!("{}{odd}", world.base)).await.status(), StatusCode::NOT_FOUND, "{odd}");
        }
        let file = get(&format!("{page}/calendar.ics")).await.text().await.expect("a file");
        assert!(file.contains("BEGIN:VEVENT") && file.contains("灯会"));
    })
    .await;
}

#[tokio::test]
async fn a_households_calendar_says_what_it_signed_up_for_and_a_new_address_makes_the_old_void() {
    for_each_database(|fresh| async {
        let world = world(fresh).await;
        let of = party(&world);
        publish(&world, of, details(1)).await;
        let phone = world.client("resident", false).await;
        let (home, own_lane) = (HouseholdId::keyed(world.community, "home"), lane(world.person("resident")));
        phone.push(&push_of(&own_lane, placed(&own_lane, 1, &[ask(of, home, 1)]))).await;
        let body = serde_json::json!({ "household": home });
        let address: String = phone.call("calendar_feed", body.clone()).await.expect("an address");
        let get = async |path: &str| stranger().get(path).send().await.expect("an answer");
        let text = get(&address).await.text().await.expect("a file");
        assert!(text.contains("STATUS:CONFIRMED") && text.contains("灯会"), "{text}");
        let (_, token) = address.rsplit_once('/').expect("an address");
        let forged: String = token.replace(".ics", "").chars().rev().collect();
        assert_eq!(get(&format!("{}/public/calendar/{forged}", world.base)).await.status(), StatusCode::NOT_FOUND);
        let fresh: String = phone.call("renew_calendar_feed", body).await.expect("another address");
        assert_ne!(fresh, address);
        assert_eq!(get(&address).await.status(), StatusCode::NOT_FOUND);
        assert_eq!(get(&fresh).await.status(), StatusCode::OK);
        assert!(phone.sign_in("resident", PASSWORD).await.is_ok());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measure, not a claim: `cargo xtask sign-ups` runs it and prints what it finds"]
async fn phones_that_ask_and_cancel_at_once() {
    const ROUNDS: i64 = 5;
    let many = std::env::var("LAMPLIGHTER_PHONES").ok().and_then(|many| many.parse().ok()).unwrap_or(200);
    for_each_database(|fresh| async move {
        let kind = fresh.url.split(':').next().expect("a kind").to_owned();
        let world = world(fresh).await;
        let of = party(&world);
        publish(&world, of, details(many as u32 / 2)).await;
        let phones = with_phones(&world, many).await;
        let began = std::time::Instant::now();
        let asked = phones.iter().map(async |(household, client, own)| {
            let mut took = vec![];
            for round in 0..ROUNDS {
                for (n, change) in [(1, ask(of, *household, 1)), (2, cancel(of, *household))] {
                    let (sent, began) = (push_of(own, placed(own, round * 2 + n, &[change])), std::time::Instant::now());
                    // Whoever is asked to come later does.
                    while client.maybe_push(&sent).await.is_none() {
                        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                    }
                    took.push(began.elapsed());
                }
            }
            took
        });
        let mut took: Vec<_> = futures::future::join_all(asked).await.into_iter().flatten().collect();
        let lasted = began.elapsed();
        took.sort();
        println!(
            "{kind}: {} sign-ups and cancellations of {many} phones decided in {lasted:.1?}, {:.0} a second; half within {:.0?}, \
            99 % within {:.0?}",
            took.len(),
            took.len() as f64 / lasted.as_secs_f64(),
            took[took.len() / 2],
            took[took.len() * 99 / 100],
        );
        assert_eq!(tally(&world, of).await.taken(), 0);
    })
    .await;
}
