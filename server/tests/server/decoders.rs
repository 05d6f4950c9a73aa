//! Claims about everything that reads bytes from elsewhere: it never panics, and reads what it wrote. `fuzz/` asks longer.

use std::{collections::BTreeSet, fs, panic::catch_unwind, path::Path};

use domain::changes::{FACTS, REQUESTS};
use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::Value;

#[path = "../../../fuzz/decoders.rs"]
mod all;

/// Messages, changes and records as they are: what arbitrary bytes begin from.
fn honest() -> Vec<String> {
    let id = "0198c0de-0000-7000-8000-000000000001";
    let at =
        r#"{"clocks":{"wall":1800000000000,"mono":1000,"load":"00000000-0000-0000-0000-000000000001"},"contact":null}"#;
    let clocks = r#"{"wall":1800000000000,"mono":1000,"load":"00000000-0000-0000-0000-000000000001"}"#;
    let words = r#"{"zh":"北门","en":"Gate"}"#;
    let interval = r#"{"earliest":1,"best":2,"latest":3}"#;
    let bodies = [
        format!(
            r#"{{"round":"{id}","occasion":{{"kind":"unplanned","route":"{id}","duty":"patrol"}},"route":"{id}","stops":[{{"checkpoint":"{id}","checklist":"{id}"}}]}}"#
        ),
        format!(
            r#"{{"visit":"{id}","round":"{id}","checkpoint":"{id}","proof":{{"kind":"tag","issue":1}},"checklist":"{id}","version":1,"answers":[{{"item":"lamp","value":{{"is":"failed"}},"note":"out"}}],"note":""}}"#
        ),
        format!(
            r#"{{"finding":"{id}","checkpoint":"{id}","source":{{"kind":"reported","round":null}},"what":null,"note":"lamp out"}}"#
        ),
        format!(r#"{{"id":"{id}","name":{words},"roles":["guard"],"teams":["{id}"],"left":null}}"#),
        format!(r#"{{"id":"{id}","name":{words},"inside":null,"kind":"gate"}}"#),
        format!(
            r#"{{"id":"{id}","version":1,"name":{words},"kind":"patrol","items":[{{"key":"lamp","ask":{words},"answer":{{"kind":"reading","unit":"V","min":"1.5","max":null}}}}]}}"#
        ),
        format!(
            r#"{{"id":"{id}","checkpoint":"{id}","source":{{"kind":"reported","round":null}},"what":{words},"by":"{id}","at":{interval},"corrected":null}}"#
        ),
    ];
    let mut samples: Vec<String> = vec![
        format!(
            r#"{{"clocks":{clocks},"lanes":[{{"lane":"{id}","person":"{id}","identity":"pin"}}],"holes":[{{"lane":"{id}","from":1,"to":2}}],"changes":[]}}"#
        ),
        format!(r#"{{"clocks":{clocks},"seals":[{{"lane":"{id}","last":3}}],"waiting":4}}"#),
        r#"{"name":"Tablet","shared":true}"#.into(),
        r#"{"cursor":3,"epoch":"e","view":"v"}"#.into(),
        r#"{"is":"rebuild","epoch":"e","view":"v"}"#.into(),
        format!(r#"{{"is":"page","epoch":"e","view":"v","cursor":3,"more":true,"rows":[],"departures":["{id}"]}}"#),
        format!(
            r#"{{"server":1,"epoch":"e","outcomes":[{{"lane":"{id}","n":1,"id":"{id}","seq":2,"outcome":{{"is":"accepted","flags":["incomplete"]}}}}],"lanes":[{{"is":"gap","lane":"{id}","after":1}}]}}"#
        ),
        r#"{"is":"refused","why":"too_large"}"#.into(),
        format!("person:{id}"),
        "ab".repeat(32),
        format!("LL1.{}.{}", id, "0".repeat(86)),
    ];
    for body in &bodies {
        for kind in FACTS.iter().chain(REQUESTS) {
            samples.push(format!(r#"{{"id":"{id}","v":1,"kind":"{kind}","at":{at},"body":{body}}}"#));
        }
        for kind in ["person", "area", "checklist", "finding"] {
            samples.push(format!(
                r#"{{"id":"{id}","root":"{id}","audience":"staff","seq":7,"kind":"{kind}","body":{body}}}"#
            ));
        }
        samples.extend((0..15_u8).map(|kind| format!("{}{body}", char::from(kind))));
    }
    let frozen = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sync/tests/frozen/0.1");
    for kind in ["changes", "messages", "records"] {
        let files = fs::read_dir(frozen.join(kind)).expect("a folder");
        samples.extend(files.map(|file| fs::read_to_string(file.expect("an entry").path()).expect("a sample is text")));
    }
    let lane = format!(r#"{{"lane":"{id}","person":"{id}","identity":"pin","last":3}}"#);
    samples.extend([
        lane,
        "\u{2}[[person]]\nkey = \"wang\"\nname = \"王\"\n".into(),
        "a=b; lamplighter-device=c".into(),
    ]);
    samples
}

/// An honest sample with a few of its bytes changed, taken out or doubled; or anything.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let samples = honest();
    let edits = prop::collection::vec((any::<prop::sample::Index>(), 0..5_u8, any::<u8>()), 0..6);
    let edited = (prop::sample::select(samples), edits).prop_map(|(sample, edits)| {
        let mut bytes = sample.into_bytes();
        for (place, what, byte) in edits {
            let place = place.index(bytes.len().max(1)).min(bytes.len().saturating_sub(1));
            match what {
                0 if !bytes.is_empty() => bytes[place] = byte,
                1 if !bytes.is_empty() => drop(bytes.remove(place)),
                2 => bytes.truncate(place),
                3 if !bytes.is_empty() => bytes.insert(place, bytes[place]),
                _ => bytes.extend_from_slice(&[byte]),
            }
        }
        bytes
    });
    prop_oneof![8 => edited, 1 => prop::collection::vec(any::<u8>(), 0..300)]
}

#[test]
fn no_decoder_panics_and_what_one_reads_it_reads_again_as_the_same() {
    let config = Config { cases: 3_000, failure_persistence: None, ..Config::default() };
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]);
    let mut runner = TestRunner::new_with_rng(config, random);
    let done = runner.run(&bytes(), |bytes| {
        for (name, decoder) in all::ALL {
            let panicked = catch_unwind(|| decoder(&bytes)).is_err();
            prop_assert!(!panicked, "{} panicked on {}", name, String::from_utf8_lossy(&bytes));
        }
        Ok(())
    });
    done.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn the_honest_samples_are_read() {
    let read = |text: &str| serde_json::from_str::<Value>(text).is_ok();
    let samples = honest();
    assert!(samples.iter().filter(|sample| read(sample)).count() > 100);
    let opened = samples
        .iter()
        .filter(|sample| sync::messages::Envelope::read(sample).is_ok_and(|envelope| envelope.open().is_ok()));
    assert!(opened.count() >= 6, "there is something to begin from");
}

#[test]
fn each_decoder_has_its_target_for_the_fuzzer() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz");
    let entries = fs::read_dir(fuzz.join("fuzz_targets")).expect("a folder");
    let targets: BTreeSet<String> =
        entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().replace(".rs", "")).collect();
    let decoders: BTreeSet<String> = all::ALL.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(targets, decoders);
    let manifest = fs::read_to_string(fuzz.join("Cargo.toml")).expect("a manifest");
    for (name, _) in all::ALL {
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")), "{name}");
    }
}
