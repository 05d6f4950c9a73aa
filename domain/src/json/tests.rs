use std::{collections::BTreeMap, fmt::Debug};

use proptest::prelude::*;
use serde::Serialize;
use serde_json::json;

use super::*;

#[derive(Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Shape {
    Point,
    Circle(u32),
    Line(i8, i8),
    Box { width: Option<u16>, name: String },
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Inside {
    of: Vec<u8>,
    #[serde(default)]
    by: Option<String>,
}

#[derive(Debug, PartialEq, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
enum TaggedBySerde {
    Empty,
    Inside(Inside),
    Full {
        #[serde(default)]
        of: Vec<Inside>,
        width: u16,
    },
}

tagged! {
    #[derive(Debug, PartialEq)]
    pub enum TaggedHere ("TaggedHere", tag = "is") {
        Empty,
        Inside(Inside),
        Full {
            #[serde(default)]
            of: Vec<Inside>,
            width: u16,
        },
    }
}

fn check<T: DeserializeOwned + PartialEq + Debug>(texts: &str) {
    for text in texts.split_whitespace() {
        assert_eq!(read::<T>(text).ok(), serde_json::from_str::<T>(text).ok(), "{text}");
    }
}

#[test]
fn types_are_given_what_serde_json_gives_them() {
    check::<Option<Vec<i64>>>("null [] [1,-2] [1.5] [9223372036854775807] [9223372036854775808] {} 1 [ [1,]");
    check::<(bool, f64)>("[true,1] [true,1.5] [true,-0.0] [true] [true,1,1] [1,1] [true,null] null");
    check::<(u8, char, ())>(r#"[255,"a",null] [256,"a",null] [-1,"a",null] [1,"ab",null] [1,"a",0]"#);
    check::<BTreeMap<String, Option<bool>>>(r#"{"a":null,"b":true} {"a":1} [] null {} {"a":{}}"#);
    check::<Shape>(r#""point" {"point":null} {"point":1} "circle" {"circle":7} {"circle":-7} {} [] 3 null"#);
    check::<Shape>(r#"{"circle":7,"point":null} {"line":[1,-2]} {"line":[1]} {"line":[1,2,3]} {"line":[1,200]}"#);
    check::<Shape>(r#"{"box":{"width":null,"name":"n","later":[{}]}} {"box":{"name":"n"}} {"box":{}} "box""#);
    check::<Inside>(r#"{"of":[]} {"of":[1],"by":null} {"of":[1],"by":"b","at":{"x":1}} {"by":"b"} {"of":"x"} null"#);
    check::<Value>(r#"{"a":[1,-1,1.5,"巡查",null,true,{"b":[]}]} "\ud83d\ude00" "\ud83d" 1e999 nul"#);
}

#[test]
fn tagged_enums_are_what_serde_takes_them_for() {
    for text in [
        r#"{"is":"empty"}"#,
        r#"{"is":"empty","later":{"x":[1]}}"#,
        r#"{"is":"inside","of":[1]}"#,
        r#"{"of":[1],"by":"b","is":"inside"}"#,
        r#"{"is":"inside"}"#,
        r#"{"is":"full","width":3}"#,
        r#"{"is":"full","width":3,"of":[{"of":[]}]}"#,
        r#"{"is":"full","width":-3}"#,
        r#"{"is":"full"}"#,
        r#"{"is":"else"}"#,
        r#"{"is":7}"#,
        r#"{"is":null}"#,
        "{}",
        "[]",
        "null",
        r#""empty""#,
    ] {
        let by_serde = serde_json::from_str::<TaggedBySerde>(text).ok().map(|read| format!("{read:?}"));
        assert_eq!(read::<TaggedHere>(text).ok().map(|read| format!("{read:?}")), by_serde, "{text}");
        let from_text = serde_json::from_str::<TaggedHere>(text).ok().map(|read| format!("{read:?}"));
        assert_eq!(from_text, by_serde, "{text}");
    }
    let full = TaggedHere::Full { of: vec![], width: 3 };
    assert_eq!(serde_json::to_value(&full).expect("JSON"), json!({ "is": "full", "of": [], "width": 3 }));
}

#[test]
fn a_struct_is_an_object_and_hostile_depth_is_refused() {
    assert!(read::<Inside>("[[1],null]").is_err());
    assert_eq!(read::<Inside>(r#"{"of":[1],"of":[2]}"#).expect("the last counts").of, [2]);
    let deep = ["[".repeat(100_000), "]".repeat(100_000)].concat();
    assert!(read::<Value>(&deep).is_err());
    assert!(read::<TaggedHere>(&format!(r#"{{"is":"empty","later":{deep}}}"#)).is_err());
}

#[test]
fn what_does_not_fit_is_said() {
    let fault = read::<Inside>(r#"{"of":"x"}"#).expect_err("no list");
    assert_eq!(fault.to_string(), "this should be a list");
    let fault = read::<TaggedHere>(r#"{"is":"full"}"#).expect_err("no width");
    assert_eq!(fault.to_string(), "missing field `width`");
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map("is|of|by|width|full|[a-z]", inner, 0..6)
                .prop_map(|map| map.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_is_there_is_read_as_serde_json_reads_it(value in any_value()) {
        let text = value.to_string();
        prop_assert_eq!(read::<Value>(&text).ok(), serde_json::from_str::<Value>(&text).ok());
        prop_assert_eq!(read::<Shape>(&text).ok(), serde_json::from_str::<Shape>(&text).ok());
        if !value.is_array() {
            prop_assert_eq!(read::<Inside>(&text).ok(), serde_json::from_str::<Inside>(&text).ok());
        }
    }
}

/// A document as a version writes it: lists hold things with a key of their own.
fn document() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![any::<i32>().prop_map(Value::from), "[a-z]{0,4}".prop_map(Value::from), Just(Value::Null)];
    leaf.prop_recursive(4, 40, 4, |inside| {
        let fields = prop::collection::btree_map("[a-f]", inside.clone(), 0..4);
        let list = prop::collection::vec(prop::collection::btree_map("[a-f]", inside, 0..3), 0..4);
        let keyed = |(n, fields): (usize, BTreeMap<String, Value>)| {
            let mut thing = json!(fields);
            thing["key"] = json!(format!("k{n}"));
            thing
        };
        prop_oneof![
            fields.prop_map(|fields| json!(fields)),
            list.prop_map(move |list| list.into_iter().enumerate().map(keyed).collect())
        ]
    })
}

/// It, as a later version writes it: with a field in each object that the earlier one does not know.
fn with_later(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: Map<_, _> = fields.iter().map(|(name, it)| (name.clone(), with_later(it))).collect();
            fields.insert("later".into(), json!({ "of": fields.len() }));
            Value::Object(fields)
        }
        Value::Array(list) => list.iter().map(with_later).collect(),
        other => other.clone(),
    }
}

fn without_later(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let known = fields.iter().filter(|(name, _)| *name != "later");
            Value::Object(known.map(|(name, it)| (name.clone(), without_later(it))).collect())
        }
        Value::Array(list) => list.iter().map(without_later).collect(),
        other => other.clone(),
    }
}

proptest! {
    #[test]
    fn what_an_edit_says_stays_and_what_its_version_does_not_know_does_too(known in document(), edit in document()) {
        let whole = with_later(&known);
        let mut untouched = known.clone();
        keep_unknown(&whole, &known, &mut untouched);
        prop_assert_eq!(&untouched, &whole);
        let mut edited = edit.clone();
        keep_unknown(&whole, &known, &mut edited);
        prop_assert_eq!(without_later(&edited), edit);
    }
}

#[test]
fn things_of_a_list_keep_what_is_theirs_when_they_move_and_another_kind_takes_nothing_over() {
    let whole = json!({ "items": [{ "key": "a", "later": 1 }, { "key": "b", "later": 2 }], "proof": { "kind": "tag", "later": 3 } });
    let known = json!({ "items": [{ "key": "a" }, { "key": "b" }], "proof": { "kind": "tag" } });
    let mut new =
        json!({ "items": [{ "key": "b", "x": 1 }, { "key": "c" }, { "key": "a" }], "proof": { "kind": "by_hand" } });
    keep_unknown(&whole, &known, &mut new);
    let expected = json!({
        "items": [{ "key": "b", "x": 1, "later": 2 }, { "key": "c" }, { "key": "a", "later": 1 }],
        "proof": { "kind": "by_hand" },
    });
    assert_eq!(new, expected);
}
