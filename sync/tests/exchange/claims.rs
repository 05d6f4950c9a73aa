//! What is promised, one claim a test.

use domain::{
    areas::{Area, AreaKind},
    changes::{Deed, Fact, Request, RoundFinished, Undecodable},
    ids::{AreaId, PersonId, RoundId},
    people::{Person, Role, Team},
    photos::PhotoFault,
    records::{Audience, Body, Record},
    refusal::{Flag, Refusal},
    text::Words,
    time::Moment,
};
use sync::{
    device::{
        exchange::{Exchange, Place},
        outbox::{Entry, EntryState, OwnLane},
    },
    messages::{Envelope, Outcome, PhotoAnswer, Push, Receipt, Row},
};
use uuid::Uuid;

use crate::{
    memory::{Memory, TEAM, device, guard, is_accepted},
    tablet::{Tablet, Weather, round_started},
};

fn pair() -> (Memory, Tablet) {
    (Memory::new(), Tablet::new(device(1)))
}

fn area(n: u128) -> Deed {
    let id = AreaId(Uuid::from_u128(n));
    Deed::Request(Request::PutArea(Area { id, name: Words::new("门", "Gate"), inside: None, kind: AreaKind::Gate }))
}

/// Sends what waits, as it stands, without the machine.
fn raw_push(tablet: &Tablet) -> Push {
    Push {
        clocks: tablet.clocks(),
        lanes: tablet.world.outbox.lanes.values().map(|lane| lane.opening()).collect(),
        holes: vec![],
        changes: tablet.world.outbox.batch(tablet.session),
    }
}

#[test]
fn a_push_repeated_ten_times_counts_once_and_says_the_same() {
    let (mut server, mut tablet) = pair();
    tablet.start_round(guard(1));
    let message = raw_push(&tablet);
    let first = server.push(tablet.device, &message, Default::default());
    for _ in 0..10 {
        assert_eq!(server.push(tablet.device, &message, Default::default()).outcomes, first.outcomes);
    }
    assert_eq!(server.log.len(), 1);
}

#[test]
fn a_photo_goes_after_its_change_and_is_freed_only_when_the_server_says_that_it_has_it() {
    let (mut server, mut tablet) = pair();
    let (hash, change) = tablet.photograph(guard(1), b"a lamp that is out");
    for weather in [Weather::Fine, Weather::Lost, Weather::AnswerLost, Weather::Busy] {
        for _ in 0..6 {
            tablet.step(&mut server, weather);
            let is_logged = server.log.contains_key(&change);
            assert!(is_logged || server.photos.is_empty(), "the change comes first");
            assert!(
                server.photos.contains_key(&hash) || tablet.bytes.contains_key(&hash),
                "it is somewhere at any time"
            );
        }
    }
    tablet.settle(&mut server);
    assert!(server.photos.contains_key(&hash) && tablet.bytes.is_empty());
}

#[test]
fn a_photo_that_is_refused_or_held_back_keeps_nothing_from_being_sent() {
    let (mut server, mut tablet) = pair();
    let (broken, _) = tablet.photograph(guard(1), b"");
    let (good, _) = tablet.photograph(guard(1), b"a door");
    let (stuck, _) = tablet.photograph(guard(2), b"a gate");
    tablet.exchange.hold_back(stuck);
    tablet.settle(&mut server);
    assert!(tablet.world.outbox.photos[&broken].needs_attention());
    assert!(tablet.bytes.contains_key(&broken), "what was refused is not thrown away");
    assert_eq!(server.photos.get(&good), Some(&1), "once");
    assert_eq!(server.photos.get(&stuck), Some(&1), "what was held back is tried again after the next hello");
    assert_eq!(tablet.world.outbox.photos_waiting().count(), 0);
}

#[test]
fn a_photo_that_was_damaged_on_its_way_is_sent_again() {
    let (mut server, mut tablet) = pair();
    let (hash, _) = tablet.photograph(guard(1), b"a lift");
    let damaged = PhotoAnswer::Refused { why: PhotoFault::WrongHash };
    assert!(tablet.exchange.photo_put(hash, damaged).is_empty(), "it is not what the server thinks of the photo");
    tablet.settle(&mut server);
    assert_eq!(server.photos.get(&hash), Some(&1));
    assert_eq!(tablet.world.outbox.photos_waiting().count(), 0);
}

#[test]
fn work_whose_answer_was_lost_is_shown_all_the_time_and_counts_once() {
    let (mut server, mut tablet) = pair();
    tablet.settle(&mut server);
    let (round, change) = tablet.start_round(guard(1));
    for weather in [Weather::AnswerLost, Weather::Lost, Weather::AnswerLost, Weather::Busy, Weather::Fine] {
        while !tablet.step(&mut server, weather) {}
        assert!(tablet.world.get(round.into()).is_some(), "own work stays visible");
    }
    tablet.settle(&mut server);
    assert!(tablet.world.get(round.into()).is_some());
    assert!(!tablet.world.is_unconfirmed(round.into()));
    assert!(matches!(tablet.state_of(change), EntryState::Delivered { outcome, .. } if is_accepted(outcome)));
    assert_eq!(server.log.len(), 1);
}

#[test]
fn a_refusal_holds_up_nothing_behind_it_and_keeps_every_byte() {
    let (mut server, mut tablet) = pair();
    let refused = tablet.save(guard(1), vec![area(9)])[0];
    let bytes = tablet.world.outbox.entries.values().next().map(|entry| entry.change.clone());
    let (_, behind) = tablet.start_round(guard(1));
    tablet.settle(&mut server);
    assert!(matches!(
        tablet.state_of(refused),
        EntryState::Delivered { outcome: Outcome::Refused { refusal: Refusal::NotPermitted }, dismissed: false, .. }
    ));
    assert!(matches!(tablet.state_of(behind), EntryState::Delivered { outcome, .. } if is_accepted(outcome)));
    assert_eq!(server.log.get(&refused).map(|(logged, ..)| logged.envelope.clone()), bytes);
    assert!(tablet.world.get(AreaId(Uuid::from_u128(9)).into()).is_none(), "what was refused is shown no more");
}

#[test]
fn a_damaged_entry_is_quarantined_with_its_bytes_and_the_rest_goes_on() {
    let (mut server, mut tablet) = pair();
    let (_, damaged) = tablet.start_round(guard(1));
    let (_, behind) = tablet.start_round(guard(1));
    for entry in tablet.world.outbox.entries.values_mut().filter(|entry| entry.id == damaged) {
        entry.change.truncate(20);
    }
    tablet.settle(&mut server);
    assert!(matches!(
        tablet.state_of(damaged),
        EntryState::Delivered { outcome: Outcome::Quarantined { undecodable: Undecodable::Malformed { .. } }, .. }
    ));
    assert!(matches!(tablet.state_of(behind), EntryState::Delivered { outcome, .. } if is_accepted(outcome)));
}

#[test]
fn a_cloned_tablet_is_noticed_and_loses_and_doubles_nothing() {
    let (mut server, mut tablet) = pair();
    tablet.start_round(guard(1));
    tablet.settle(&mut server);
    let mut clone = tablet.clone();
    let ours: Vec<_> = (0..3).map(|_| tablet.start_round(guard(1)).1).collect();
    clone.save(guard(1), vec![round_started(RoundId(Uuid::from_u128(777)))]);
    // The clone draws other random numbers than its original.
    for entry in clone.world.outbox.entries.values_mut().filter(|entry| entry.is_waiting()) {
        let other = domain::ids::ChangeId(Uuid::from_u128(entry.id.0.as_u128() ^ (1 << 100)));
        entry.change = entry.change.replace(&entry.id.to_string(), &other.to_string());
        entry.id = other;
    }
    tablet.settle(&mut server);
    clone.settle(&mut server);
    assert_eq!(server.log.len(), 1 + ours.len() + 1);
    assert_eq!(clone.world.outbox.waiting().count(), 0);
    assert_eq!(server.lanes.len(), 2, "the clone goes on in a lane of its own");
}

#[test]
fn numbers_that_are_gone_for_ever_are_owned_up_to_and_nothing_waits_for_them() {
    let (mut server, mut tablet) = pair();
    let (_, gone) = tablet.start_round(guard(1));
    let (_, kept) = tablet.start_round(guard(1));
    tablet.world.outbox.entries.retain(|_, entry| entry.id != gone);
    tablet.settle(&mut server);
    assert!(matches!(tablet.state_of(kept), EntryState::Delivered { .. }));
    assert_eq!(server.holes.iter().map(|hole| (hole.from, hole.to)).collect::<Vec<_>>(), [(1, 1)]);
}

#[test]
fn a_retired_tablet_hands_over_what_it_has_in_any_weather_and_only_then_forgets_the_rest() {
    let (mut server, mut tablet) = pair();
    tablet.start_round(guard(1));
    tablet.settle(&mut server);
    assert!(tablet.world.confirmed_count() > 0);
    let saved: Vec<_> = (0..250).map(|_| tablet.start_round(guard(1)).1).collect();
    let (photo, with_photo) = tablet.photograph(guard(2), b"a lamp that is out");
    tablet.world.outbox.unreadable.insert("somewhere".into(), "half an en".into());
    server.retired.insert(tablet.device);
    // Of an odd length, so that each meets what is sent: every second step waits.
    let weathers = [Weather::Lost, Weather::Fine, Weather::AnswerLost, Weather::Busy, Weather::Fine];
    for weather in weathers.into_iter().cycle().take(200) {
        tablet.step(&mut server, weather);
    }
    for change in saved.iter().chain([&with_photo]) {
        let content = server.custody.get(&change.to_string()).expect("it is in custody");
        assert_eq!(Envelope::read(content).expect("an envelope").id, *change);
    }
    assert_eq!(server.custody.len(), saved.len() + 2, "each once");
    assert_eq!(server.custody.get("somewhere").map(String::as_str), Some("half an en"));
    assert!(server.photos.contains_key(&photo), "and the photo");
    assert_eq!((tablet.world.confirmed_count(), tablet.world.outbox.entries.len()), (0, 0));
    assert_eq!(server.log.len(), 1, "nothing was decided by itself");
}

#[test]
fn what_its_author_gave_up_goes_into_custody_and_holds_up_nothing() {
    let (mut server, mut tablet) = pair();
    let unknown = PersonId(Uuid::from_u128(999));
    let (_, given_up) = tablet.start_round(unknown);
    tablet.step(&mut server, Weather::Fine);
    for _ in 0..4 {
        tablet.step(&mut server, Weather::Fine);
    }
    assert_eq!(*tablet.state_of(given_up), EntryState::Stuck);
    let entry = tablet.world.outbox.entries.values().find(|entry| entry.id == given_up).expect("it is here").clone();
    tablet.world.replace_entries(vec![Entry { state: EntryState::GivenUp, ..entry }]);
    for _ in 0..8 {
        tablet.step(&mut server, Weather::Fine);
    }
    assert!(matches!(tablet.state_of(given_up), EntryState::InCustody { .. }));
    assert!(server.custody.contains_key(&given_up.to_string()));
    let body = Person {
        id: unknown,
        name: Words::new("新人", "New"),
        roles: vec![Role::Guard],
        teams: vec![],
        left: None,
        revision: None,
    };
    server.put(Record::new(Audience::Staff, Body::Person(body)));
    let (_, later) = tablet.start_round(unknown);
    tablet.settle(&mut server);
    assert!(matches!(tablet.state_of(later), EntryState::Delivered { outcome, .. } if is_accepted(outcome)));
    assert_eq!(server.holes.iter().map(|hole| (hole.from, hole.to)).collect::<Vec<_>>(), [(1, 1)]);
}

#[test]
fn an_app_that_does_not_know_a_field_takes_it_away_from_nobody() {
    let (server, mut tablet) = pair();
    let (_, record) = &server.records[&guard(1).into()];
    let mut row = Row::of(record, 1);
    let mut later: serde_json::Value = serde_json::from_str(row.body.get()).expect("JSON");
    later["phone"] = "139".into();
    later["name"]["pinyin"] = "mou".into();
    row.body = serde_json::value::to_raw_value(&later).expect("JSON");
    let Some(Body::Person(person)) = row.record().map(|record| record.body) else { panic!("still a person") };
    let edited = Person { name: Words::new("某某", "Somebody else"), ..person };
    let id = tablet.save(guard(0), vec![Deed::Request(Request::PutPerson(edited.clone()))])[0];
    let mut entry = tablet.world.outbox.entries.values().find(|entry| entry.id == id).expect("saved").clone();
    entry.keep_unknown(&row);
    let envelope = Envelope::read(&entry.change).expect("an envelope");
    let body: serde_json::Value = serde_json::from_str(envelope.body.get()).expect("JSON");
    assert_eq!((&body["phone"], &body["name"]["pinyin"]), (&"139".into(), &"mou".into()));
    assert_eq!(envelope.open().expect("it is read as before").deed, Deed::Request(Request::PutPerson(edited)));
}

#[test]
fn everyones_work_drains_through_whoever_is_there_and_keeps_its_author() {
    let (mut server, mut tablet) = pair();
    let changes = [tablet.start_round(guard(1)).1, tablet.start_round(guard(2)).1];
    tablet.settle(&mut server);
    let author = |change| server.lanes.get(&server.log[&change].1).map(|lane| lane.person);
    assert_eq!(changes.map(author), [Some(guard(1)), Some(guard(2))]);
}

#[test]
fn a_lane_that_is_another_devices_goes_on_in_a_lane_of_its_own() {
    let (mut server, mut tablet) = pair();
    let (_, change) = tablet.start_round(guard(1));
    server.push(device(2), &raw_push(&tablet), Default::default());
    let (_, later) = tablet.start_round(guard(1));
    tablet.settle(&mut server);
    for id in [change, later] {
        assert!(matches!(tablet.state_of(id), EntryState::Delivered { outcome, .. } if is_accepted(outcome)));
    }
    assert_eq!((server.log.len(), server.lanes.len()), (2, 2));
}

#[test]
fn a_lane_whose_last_change_was_given_up_is_whole_once_custody_has_it() {
    let (mut server, mut tablet) = pair();
    tablet.start_round(guard(1));
    tablet.settle(&mut server);
    let (_, given_up) = tablet.start_round(guard(1));
    let entry = tablet.world.outbox.entries.values().find(|entry| entry.id == given_up).expect("it is here").clone();
    tablet.world.replace_entries(vec![Entry { state: EntryState::GivenUp, ..entry }]);
    tablet.settle(&mut server);
    let holes: Vec<_> = server.holes.iter().map(|hole| (hole.from, hole.to)).collect();
    assert_eq!(holes, [(2, 2)], "said once, though nothing follows");
    assert!(server.custody.contains_key(&given_up.to_string()));
}

#[test]
fn what_was_given_up_is_declared_before_what_follows_it_in_any_lane() {
    let (mut server, mut tablet) = pair();
    tablet.settle(&mut server);
    let (_, given_up) = tablet.start_round(guard(1));
    let (round, begun) = tablet.start_round(guard(1));
    let end = Deed::Fact(Fact::RoundFinished(RoundFinished { round, note: String::new() }));
    let ended = tablet.save(guard(2), vec![end])[0];
    let entry = tablet.world.outbox.entries.values().find(|entry| entry.id == given_up).expect("it is here").clone();
    tablet.world.replace_entries(vec![Entry { state: EntryState::GivenUp, ..entry }]);
    let changes = tablet.world.outbox.batch(tablet.session);
    let holes = tablet.world.outbox.gone_before(&changes);
    let message = Push { holes, ..raw_push(&tablet) };
    let answer = server.push(tablet.device, &message, Default::default());
    assert_eq!(answer.outcomes.iter().map(|told| told.id).collect::<Vec<_>>(), [begun, ended], "{:?}", answer.lanes);
}

#[test]
fn what_a_restored_server_lost_of_its_custody_is_handed_over_again() {
    let (mut server, mut tablet) = pair();
    let backup = server.clone();
    let (_, given_up) = tablet.start_round(guard(1));
    let entry = tablet.world.outbox.entries.values().next().expect("it is here").clone();
    tablet.world.replace_entries(vec![Entry { state: EntryState::GivenUp, ..entry }]);
    tablet.settle(&mut server);
    assert!(server.custody.contains_key(&given_up.to_string()));
    let mut restored = backup;
    restored.is_restored("second");
    tablet.settle(&mut restored);
    assert!(restored.custody.contains_key(&given_up.to_string()), "its tablet still had it");
    assert!(matches!(tablet.state_of(given_up), EntryState::InCustody { epoch, .. } if epoch == "second"));
    assert!(restored.log.is_empty(), "nothing was decided by itself");
    // A tablet that was retired and cleared has no words of it any more.
    let bare = tablet.world.outbox.entries.values().next().expect("it is here").clone();
    tablet.world.replace_entries(vec![Entry { change: String::new(), ..bare }]);
    restored.custody.clear();
    restored.is_restored("third");
    tablet.settle(&mut restored);
    assert!(restored.custody.is_empty(), "nothing is better than empty words");
}

#[test]
fn a_restored_server_is_told_again_what_it_forgot() {
    let (mut server, mut tablet) = pair();
    tablet.start_round(guard(1));
    tablet.settle(&mut server);
    let mut backup = server.clone();
    let (round, _) = tablet.start_round(guard(1));
    tablet.settle(&mut server);
    backup.epoch = "second".into();
    tablet.now += 10 * 60_000;
    tablet.settle(&mut backup);
    assert!(backup.records.contains_key(&round.into()));
    assert_eq!(tablet.exchange.place().epoch, "second");
    assert!(tablet.world.get(round.into()).is_some());
}

#[test]
fn a_record_of_a_later_version_is_passed_over_and_the_rest_arrives() {
    let (mut server, mut tablet) = pair();
    tablet.settle(&mut server);
    let before = tablet.world.confirmed_count();
    let mut rows: Vec<_> =
        server.records.values().map(|(seq, record)| sync::messages::Row::of(record, seq + 10)).collect();
    rows[0].kind = "hologram".into();
    let page = sync::messages::Page {
        epoch: "first".into(),
        view: String::new(),
        cursor: 50,
        after: None,
        head: None,
        more: false,
        rows,
        departures: vec![],
        access: 0,
    };
    tablet.world.absorb(&page);
    assert_eq!((tablet.world.confirmed_count(), tablet.world.place.cursor), (before, 50));
}

#[test]
fn a_record_that_leaves_the_view_leaves_the_device() {
    let (mut server, mut tablet) = pair();
    let (round, _) = tablet.start_round(guard(1));
    tablet.settle(&mut server);
    let page = sync::messages::Page {
        epoch: "first".into(),
        view: String::new(),
        cursor: server.seq + 1,
        after: None,
        head: None,
        more: false,
        rows: vec![],
        departures: vec![round.into()],
        access: 0,
    };
    tablet.world.absorb(&page);
    assert!(tablet.world.get(round.into()).is_none());
}

#[test]
fn a_new_pin_comes_with_the_next_pull_and_not_again() {
    let (mut server, mut tablet) = pair();
    tablet.settle(&mut server);
    let greeted = server.hellos.get();
    server.access = 1;
    tablet.now += sync::device::exchange::POLL;
    tablet.settle(&mut server);
    assert_eq!(server.hellos.get(), greeted + 1);
    tablet.now += sync::device::exchange::POLL;
    tablet.settle(&mut server);
    assert_eq!(server.hellos.get(), greeted + 1);
}

#[test]
fn a_shared_tablet_never_receives_what_is_for_managers() {
    let (mut server, mut tablet) = pair();
    let secret =
        Area { id: AreaId(Uuid::from_u128(66)), name: Words::new("密", "Secret"), inside: None, kind: AreaKind::Gate };
    server.put(Record::new(Audience::Managers, Body::Area(secret)));
    tablet.settle(&mut server);
    assert!(tablet.world.get(AreaId(Uuid::from_u128(66)).into()).is_none());
    assert_eq!(tablet.world.confirmed_count(), server.records.len() - 1);
}

#[test]
fn a_server_that_asks_for_patience_is_given_it_even_when_poked() {
    use sync::device::exchange::{Fault, Step};
    let (_, mut tablet) = pair();
    tablet.exchange.failed(Fault::Busy { after: Some(30_000) }, 0, 0.0);
    tablet.exchange.poke();
    assert!(matches!(tablet.exchange.next(tablet.clocks(), &tablet.world.outbox), Step::Wait { until: 30_000 }));
    tablet.exchange.failed(Fault::Offline, 0, 0.0);
    tablet.exchange.poke();
    assert!(matches!(tablet.exchange.next(tablet.clocks(), &tablet.world.outbox), Step::Send(_)));
}

#[test]
fn what_one_person_began_and_another_ended_on_one_tablet_arrives_in_that_order() {
    let (mut server, mut tablet) = pair();
    for n in 1..=5 {
        let (round, _) = tablet.start_round(guard(n));
        let finished = RoundFinished { round, note: String::new() };
        tablet.save(guard(6 - n), vec![Deed::Fact(Fact::RoundFinished(finished))]);
    }
    tablet.settle(&mut server);
    let rounds = server.records.values().filter_map(|(_, record)| match &record.body {
        Body::Round(round) => Some(round.finished.is_some()),
        _ => None,
    });
    assert_eq!(rounds.collect::<Vec<_>>(), [true; 5]);
}

#[test]
fn a_lane_whose_first_number_is_lost_does_not_let_the_end_of_its_round_go_before_the_beginning() {
    let (mut server, mut tablet) = pair();
    let (_, gone) = tablet.start_round(guard(1));
    let (round, _) = tablet.start_round(guard(1));
    let finished = RoundFinished { round, note: String::new() };
    tablet.save(guard(2), vec![Deed::Fact(Fact::RoundFinished(finished))]);
    tablet.world.outbox.entries.retain(|_, entry| entry.id != gone);
    tablet.settle(&mut server);
    let rounds = server.records.values().filter_map(|(_, record)| match &record.body {
        Body::Round(round) => Some(round.finished.is_some()),
        _ => None,
    });
    assert_eq!(rounds.collect::<Vec<_>>(), [true]);
}

#[test]
fn a_clone_whose_numbers_are_taken_keeps_its_own_order() {
    let (mut server, mut tablet) = pair();
    tablet.settle(&mut server);
    let mut clone = tablet.clone();
    clone.draws_other_ids();
    let started = clone.start_round(guard(1)).1;
    let later: Vec<_> = (0..2).map(|_| clone.start_round(guard(1)).1).collect();
    tablet.start_round(guard(1));
    tablet.settle(&mut server);
    clone.settle(&mut server);
    let seq = |id| server.log.get(&id).map(|(logged, ..)| logged.seq).expect("it was logged");
    assert!(seq(started) < seq(later[0]) && seq(later[0]) < seq(later[1]));
}

#[test]
fn what_another_tab_saved_a_moment_ago_goes_before_what_is_saved_now() {
    for other in [guard(1), guard(2)] {
        let (mut server, mut tablet) = pair();
        tablet.start_round(guard(1));
        tablet.settle(&mut server);
        // Its number is the first that the other tab will give, so no gap will show that anything lacks.
        let mut clone = tablet.clone();
        clone.draws_other_ids();
        clone.start_round(guard(1));
        clone.settle(&mut server);
        let before = tablet.world.clone();
        let earlier = tablet.start_round(other).1;
        let later = tablet.start_round(guard(1)).1;
        let disk = std::mem::replace(&mut tablet.world, before).outbox;
        tablet.show(later, disk);
        tablet.settle(&mut server);
        let seq = |id| server.log.get(&id).map(|(logged, ..)| logged.seq);
        assert!(seq(earlier).is_some() && seq(earlier) < seq(later), "{:?} {:?}", seq(earlier), seq(later));
    }
}

#[test]
fn a_restored_server_that_grew_past_the_cursor_is_told_everything_and_keeps_what_it_had_said() {
    let (mut server, mut tablet) = pair();
    let mut backup = server.clone();
    let refused = tablet.save(guard(1), vec![area(9)])[0];
    let accepted = tablet.save(guard(0), vec![area(10)])[0];
    tablet.settle(&mut server);
    backup.is_restored("second");
    let mut other = Tablet::new(device(2));
    for _ in 0..9 {
        other.start_round(guard(2));
    }
    other.settle(&mut backup);
    // Meanwhile the manager of then is one no more: what had been accepted stands all the same.
    backup.demote(guard(0));
    tablet.settle(&mut backup);
    let outcome = |id| backup.log.get(&id).map(|(logged, ..)| logged.outcome.clone());
    assert!(outcome(accepted).is_some_and(|outcome| is_accepted(&outcome)));
    assert!(matches!(outcome(refused), Some(Outcome::Refused { refusal: Refusal::NotPermitted })));
    assert!(backup.records.contains_key(&AreaId(Uuid::from_u128(10)).into()));
    assert_eq!(tablet.world.outbox.waiting().count(), 0);
}

/// A gate with a name of its own.
fn gate(name: &str) -> Deed {
    let id = AreaId(Uuid::from_u128(9));
    Deed::Request(Request::PutArea(Area { id, name: Words::new("门", name), inside: None, kind: AreaKind::Gate }))
}

fn name_of_gate(server: &Memory) -> String {
    match &server.records[&AreaId(Uuid::from_u128(9)).into()].1.body {
        Body::Area(area) => area.name.en.clone(),
        other => panic!("{other:?}"),
    }
}

/// Two tablets say one after the other what they have, and the server forgets it; they come back in this order.
fn returning(order: [usize; 2], meanwhile: impl Fn(&mut Memory)) -> (Memory, RoundId) {
    let mut server = Memory::new();
    let mut backup = server.clone();
    let mut tablets = [Tablet::new(device(1)), Tablet::new(device(2))];
    tablets[0].save(guard(0), vec![gate("first")]);
    let (round, _) = tablets[0].start_round(guard(1));
    tablets[0].settle(&mut server);
    tablets[1].save(guard(0), vec![gate("second")]);
    tablets[1].save(guard(2), vec![Deed::Fact(Fact::RoundFinished(RoundFinished { round, note: String::new() }))]);
    tablets[1].settle(&mut server);
    tablets[0].settle(&mut server);
    assert_eq!(name_of_gate(&server), "second");
    backup.is_restored("second");
    meanwhile(&mut backup);
    for n in order {
        tablets[n].settle(&mut backup);
    }
    (backup, round)
}

#[test]
fn whichever_tablet_returns_first_to_a_restored_server_what_was_said_last_stands() {
    for order in [[0, 1], [1, 0]] {
        let (server, round) = returning(order, |_| ());
        assert_eq!(name_of_gate(&server), "second", "{order:?}");
        let finished = match &server.records[&round.into()].1.body {
            Body::Round(round) => round.finished.is_some(),
            other => panic!("{other:?}"),
        };
        assert!(finished, "{order:?}");
    }
}

#[test]
fn what_is_decided_after_a_restore_is_not_undone_by_what_was_said_before_it() {
    for order in [[0, 1], [1, 0]] {
        let (server, _) = returning(order, |server| {
            let mut desk = Tablet::new(device(3));
            desk.save(guard(0), vec![gate("third")]);
            desk.settle(server);
        });
        assert_eq!(name_of_gate(&server), "third", "{order:?}");
    }
}

#[test]
fn work_that_comes_back_after_a_restore_is_for_those_who_may_hold_it_by_now() {
    for order in [[0, 1], [1, 0]] {
        let (server, round) = returning(order, |_| ());
        assert_eq!(server.records[&round.into()].1.audience, Audience::OwnStaff, "{order:?}");
        let (server, round) = returning(order, |server| {
            let contractor = Some(Words::new("洁城", "Jiecheng"));
            let team = Team { id: TEAM, name: Words::new("保洁", "Cleaning"), contractor };
            server.put(Record::new(Audience::Staff, Body::Team(team)));
        });
        assert_eq!(server.records[&round.into()].1.audience, Audience::Team(TEAM), "{order:?}");
    }
}

#[test]
fn a_receipt_that_no_server_of_ours_wrote_counts_for_nothing() {
    let (mut server, mut tablet) = pair();
    let change = tablet.save(guard(1), vec![area(9)])[0];
    tablet.signs_in(&mut server, guard(1));
    let mut message = raw_push(&tablet);
    message.changes[0].receipt = Some(Receipt {
        epoch: "first".into(),
        seq: 7,
        outcome: Outcome::Accepted { flags: Default::default() },
        proof: "0".repeat(64),
        number: None,
    });
    server.push(tablet.device, &message, Default::default());
    assert!(matches!(server.log[&change].0.outcome, Outcome::Refused { .. }));
}

#[test]
fn an_answer_out_of_a_cache_is_not_absorbed_and_is_asked_for_less_and_less_often() {
    use sync::{
        device::exchange::Step,
        messages::{Page, PullAnswer},
    };
    let (mut server, mut tablet) = pair();
    tablet.settle(&mut server);
    let place = tablet.exchange.place().clone();
    let old = PullAnswer::Page(Page {
        access: 0,
        epoch: place.epoch.clone(),
        view: place.view.clone(),
        cursor: place.cursor + 5,
        after: Some(place.cursor + 1),
        head: None,
        more: false,
        rows: vec![],
        departures: vec![],
    });
    assert!(tablet.exchange.pulled(old, tablet.now).is_empty());
    assert_eq!(tablet.exchange.place(), &place);
    for _ in 0..4 {
        let rebuild = PullAnswer::Rebuild { epoch: place.epoch.clone(), view: "another".into() };
        assert!(tablet.exchange.pulled(rebuild, tablet.now).is_empty());
    }
    assert!(matches!(tablet.exchange.next(tablet.clocks(), &tablet.world.outbox), Step::Wait { .. }));
}

#[test]
fn a_tablet_that_stands_where_the_log_never_was_builds_its_view_anew_once_and_goes_on() {
    let (mut server, mut tablet) = pair();
    tablet.settle(&mut server);
    // The end of the log is gone, and nobody has made another epoch of it.
    let held = tablet.exchange.place().clone();
    let ahead = Place { cursor: held.cursor + 40, ..held.clone() };
    tablet.exchange = Exchange::new(ahead.clone(), tablet.contact);
    tablet.settle(&mut server);
    assert_eq!(tablet.exchange.place(), &held);
    assert!(ahead.gives_way_to(&held, Some(ahead.cursor)) && !ahead.gives_way_to(&held, None));
    assert!(!ahead.gives_way_to(&held, Some(held.cursor + 39)), "another tab has come further meanwhile");
}

#[test]
fn a_seal_is_not_later_than_its_hello_however_long_that_was_on_its_way() {
    let (mut server, mut tablet) = pair();
    tablet.settle(&mut server);
    let said = sync::messages::Hello {
        clocks: tablet.clocks(),
        contact: tablet.contact,
        seals: vec![],
        waiting: 0,
        to_sign_in: 0,
    };
    let late = domain::time::Moment(tablet.now + 45_000);
    let sealed = sync::server::sealed(&[], &said, late).expect("nothing waits");
    assert!(sealed <= domain::time::Moment(tablet.now));
}

#[test]
fn what_takes_a_session_waits_for_it_and_holds_up_nothing_and_no_seal() {
    let (mut server, mut tablet) = pair();
    let waits = tablet.save(guard(0), vec![area(9)])[0];
    let (_, behind) = tablet.start_round(guard(1));
    for _ in 0..12 {
        tablet.step(&mut server, Weather::Fine);
    }
    assert!(tablet.world.outbox.entries.values().any(|entry| entry.id == waits && entry.is_waiting()));
    assert!(matches!(tablet.state_of(behind), EntryState::Delivered { outcome, .. } if is_accepted(outcome)));
    let said = sync::messages::Hello {
        clocks: tablet.clocks(),
        contact: tablet.contact,
        seals: tablet.world.outbox.lanes.values().map(OwnLane::seal).collect(),
        waiting: 1,
        to_sign_in: tablet.world.outbox.to_sign_in().count(),
    };
    let known = server.hello(tablet.device, &said, Moment(tablet.now)).lanes;
    assert!(sync::server::sealed(&known, &said, Moment(tablet.now)).is_some());
    tablet.signs_in(&mut server, guard(0));
    tablet.settle(&mut server);
    assert!(matches!(tablet.state_of(waits), EntryState::Delivered { outcome, .. } if is_accepted(outcome)));
}

#[test]
fn a_session_is_asked_for_at_each_push_and_what_has_none_stays_on_the_tablet() {
    let (mut server, mut tablet) = pair();
    tablet.signs_in(&mut server, guard(0));
    let first = tablet.save(guard(0), vec![area(9)])[0];
    tablet.settle(&mut server);
    assert!(server.log.contains_key(&first));
    // It ran out, and the browser does not know.
    server.sessions.clear();
    let second = tablet.save(guard(0), vec![area(8)])[0];
    for _ in 0..12 {
        tablet.step(&mut server, Weather::Fine);
    }
    assert!(!server.log.contains_key(&second) && tablet.session.is_none());
    assert!(tablet.world.outbox.entries.values().any(|entry| entry.id == second && entry.is_waiting()));
}

#[test]
fn a_request_in_an_old_lane_without_a_session_is_refused_and_keeps_its_bytes() {
    let (mut server, mut tablet) = pair();
    let change = tablet.save(guard(0), vec![area(9)])[0];
    tablet.session = Some(guard(0));
    let mut message = raw_push(&tablet);
    // As 0.1.0 opens its lanes, by whatever word.
    message.lanes.iter_mut().for_each(|lane| lane.session = false);
    server.push(tablet.device, &message, Default::default());
    let (logged, ..) = &server.log[&change];
    assert_eq!(logged.outcome, Outcome::Refused { refusal: Refusal::SignInFirst });
    assert_eq!(logged.envelope, message.changes[0].change.get());
}

#[test]
fn on_a_tablet_that_nobody_confirmed_all_but_its_enroller_only_pick_a_name() {
    let (mut server, mut tablet) = pair();
    server.confirmed = false;
    let (_, own) = tablet.start_round(guard(1));
    let (_, others) = tablet.start_round(guard(2));
    tablet.settle(&mut server);
    let flags = |id| match &server.log[&id].0.outcome {
        Outcome::Accepted { flags } => flags.clone(),
        other => panic!("{other:?}"),
    };
    assert!(!flags(own).contains(&Flag::IdentityClaimed));
    assert!(flags(others).contains(&Flag::IdentityClaimed));
}

#[test]
fn an_outcome_is_told_to_its_author_for_its_bytes_alone() {
    let (mut server, mut tablet) = pair();
    let (_, genuine) = tablet.start_round(guard(1));
    let told = server.push(tablet.device, &raw_push(&tablet), Default::default());
    assert!(told.outcomes[0].proof.is_some());
    let bytes = server.log[&genuine].0.envelope.clone();
    // Another tablet sends them as somebody else's, then others under the same id.
    let mut liar = Tablet::new(device(9));
    let (_, own) = liar.start_round(guard(2));
    let others = liar.world.outbox.entries.values().find(|entry| entry.id == own).map(|entry| entry.change.clone());
    let others = others.expect("it was saved").replace(&own.to_string(), &genuine.to_string());
    for (n, bytes) in [(1, &bytes), (2, &others)] {
        let mut message = raw_push(&liar);
        message.changes[0].n = n;
        message.changes[0].id = genuine;
        message.changes[0].change = serde_json::value::RawValue::from_string(bytes.clone()).expect("JSON");
        let first = server.push(device(9), &message, Default::default());
        assert!(matches!(first.outcomes[0].outcome, Outcome::Quarantined { .. }), "{first:?}");
        assert_eq!(first.outcomes[0].proof, None);
        // Said again, it is told the same, and kept once.
        let kept = server.log.len();
        assert_eq!(server.push(device(9), &message, Default::default()).outcomes, first.outcomes);
        assert_eq!(server.log.len(), kept);
    }
    assert!(matches!(&server.log[&genuine].0.outcome, outcome if is_accepted(outcome)));
}

#[test]
fn of_two_changes_with_one_id_in_a_push_the_first_is_that_change() {
    let (mut server, mut tablet) = pair();
    let (_, first) = tablet.start_round(guard(1));
    let (_, second) = tablet.start_round(guard(1));
    let mut message = raw_push(&tablet);
    let bytes = message.changes[1].change.get().replace(&second.to_string(), &first.to_string());
    message.changes[1].id = first;
    message.changes[1].change = serde_json::value::RawValue::from_string(bytes).expect("JSON");
    let answer = server.push(tablet.device, &message, Default::default());
    assert!(is_accepted(&answer.outcomes[0].outcome));
    assert!(matches!(answer.outcomes[1].outcome, Outcome::Quarantined { .. }));
    assert_eq!(answer.outcomes[1].proof, None);
    assert_eq!(server.log.len(), 2, "both are kept");
}

#[test]
fn a_receipt_is_honoured_only_where_its_log_is_lost() {
    let (mut server, mut tablet) = pair();
    let before = server.clone();
    let (_, change) = tablet.start_round(guard(1));
    let message = raw_push(&tablet);
    let told = server.push(tablet.device, &message, Default::default()).outcomes.remove(0);
    let receipt = |seq| Receipt {
        epoch: "first".into(),
        seq,
        outcome: told.outcome.clone(),
        proof: told.proof.clone().expect("it is proven"),
        number: None,
    };
    let mut restored = before.clone();
    restored.is_restored("second");
    let mut again = message.clone();
    again.changes[0].receipt = Some(receipt(told.seq));
    restored.push(tablet.device, &again, Default::default());
    assert_eq!(restored.honoured.len(), 1, "the log was lost there");
    // A log that still has this number and not this change never told it.
    let mut whole = before;
    whole.seq = told.seq;
    whole.is_restored("second");
    whole.push(tablet.device, &again, Default::default());
    assert!(whole.honoured.is_empty());
    assert!(whole.log.contains_key(&change), "it is decided as new");
}
