//! `checklists/<key>.toml`: one checklist with its items.

use domain::{
    changes::Request,
    checklists::{AnswerKind, Checklist, ChoiceOption, Item, ShowIf, parse_reading},
    ids::ChecklistId,
};
use serde::Deserialize;

use super::{
    reading::Noun,
    source::{Table, Value},
    values::{label, list_of, name, new_key, slug, text_as, truth, variant, version, whole, words},
};

/// More places than any gauge shows.
const PLACES_MOST: u32 = 6;
const A_DECIMAL: &str = "a decimal number such as \"0.35\", of at most 12 digits";

/// The checklist of the file that is named after `key`.
pub fn read(file: &mut Table<'_>, key: &str) -> Option<(String, Request)> {
    file.need("key", |value| own_key(value, key));
    let name = file.need("name", name);
    let kind = file.need("kind", variant);
    let version = file.need("version", version);
    let items = file.need("item", items);
    let id = ChecklistId::keyed(file.spot.reading().community, key);
    let checklist = Checklist { id, version: version?, name: name?, kind: kind?, items: items? };
    Some((format!("checklist/{key}"), Request::PutChecklist(checklist)))
}

fn own_key(value: Value<'_>, file: &str) -> Option<String> {
    let (spot, key) = value.text()?;
    spot.gives(Noun::Checklist, file);
    if key == file { slug(spot, key) } else { spot.fault(format!("expected {file:?}, as the file is called")) }
}

fn items(value: Value<'_>) -> Option<Vec<Item>> {
    let mut earlier: Vec<Item> = Vec::new();
    value.tables(|table| {
        let item = item(table, &earlier)?;
        earlier.push(item.clone());
        Some(item)
    })
}

fn item(table: &mut Table<'_>, earlier: &[Item]) -> Option<Item> {
    let key = table.need("key", new_key(Noun::Item));
    let ask = table.need("ask", words);
    let weight = table.may("weight", whole(1..=5));
    let required = table.may("required", truth).unwrap_or(true);
    let clause = table.may("clause", words);
    let on_fail = table.may("on_fail", words);
    let canned = table.may("canned", list_of(words)).unwrap_or_default();
    let fail_needs = table.may("fail_needs", list_of(variant)).unwrap_or_default();
    let show_if = table.may("show_if", |value| value.table(|table| show_if(table, earlier)));
    let answer = answer(table);
    let (key, ask, answer) = (key?, ask?, answer?);
    Some(Item { key, ask, answer, required, weight, show_if, fail_needs, clause, on_fail, canned })
}

/// A condition on an item that stands before, with answers that it can have.
fn show_if(table: &mut Table<'_>, earlier: &[Item]) -> Option<ShowIf> {
    let item = table.need("item", |value| value.text());
    let is = table.need("is", |value| {
        let spot = value.spot;
        Some((spot, list_of(label)(value)?))
    });
    let ((item_spot, item), (is_spot, is)) = (item?, is?);
    let Some(named) = earlier.iter().find(|earlier| earlier.key == item) else {
        return item_spot.fault(format!("no item before this one has the key {item:?}"));
    };
    let words = named.condition_words();
    if is.is_empty() || !is.iter().all(|word| words.contains(&word.as_str())) {
        return is_spot.fault(format!("expected one or more of {words:?}"));
    }
    Some(ShowIf { item, is })
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Check,
    Reading,
    Choice,
    Text,
    Photo,
}

fn answer(table: &mut Table<'_>) -> Option<AnswerKind> {
    match table.need("answer", variant) {
        Some(Kind::Check) => Some(AnswerKind::Check),
        Some(Kind::Reading) => reading(table),
        Some(Kind::Choice) => choice(table),
        Some(Kind::Text) => Some(AnswerKind::Text),
        Some(Kind::Photo) => Some(AnswerKind::Photo),
        None => {
            table.skip_rest();
            None
        }
    }
}

fn reading(table: &mut Table<'_>) -> Option<AnswerKind> {
    let unit = table.need("unit", label);
    let is_plain = |text: &str| text.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '.'));
    let decimal = |text: &str| parse_reading(text).ok().filter(|_| is_plain(text));
    let min = table.may("min", text_as(A_DECIMAL, decimal));
    let max = table.may("max", text_as(A_DECIMAL, decimal));
    let places = table.may("places", whole(0..=PLACES_MOST));
    for (spot, limit) in [min, max].into_iter().flatten() {
        if places.is_some_and(|places| limit.scale() > places) {
            spot.fault::<()>("this limit has more decimal places than `places`");
        }
    }
    if let (Some((_, min)), Some((spot, max))) = (min, max)
        && min > max
    {
        spot.fault::<()>(format!("the limit `max` is below `min`, which is {min}"));
    }
    Some(AnswerKind::Reading { unit: unit?, min: min.map(|(_, min)| min), max: max.map(|(_, max)| max) })
}

fn choice(table: &mut Table<'_>) -> Option<AnswerKind> {
    let spot = table.spot;
    let options = table.need("options", |value| value.tables(option))?;
    if options.len() < 2 {
        return spot.fault("a choice needs at least two options");
    }
    Some(AnswerKind::Choice { options })
}

fn option(table: &mut Table<'_>) -> Option<ChoiceOption> {
    let key = table.need("key", new_key(Noun::Choice));
    let text = table.need("text", name);
    let fails = table.may("fails", truth).unwrap_or(false);
    Some(ChoiceOption { key: key?, text: text?, fails })
}
