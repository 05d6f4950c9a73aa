//! The export: everything that is kept, one JSON object a line. No secrets.

use std::{collections::BTreeMap, io::Write};

use domain::ids::CommunityId;
use serde_json::{Value, json, value::RawValue};
use sqlx::{Row as _, any::AnyRow};
use sync::messages::is_too_deep;

use crate::{
    accounts, communities,
    db::{Db, Tx},
    devices,
    failure::Failure,
    records,
};

/// Rows that are read at a time.
const CHUNK: i64 = 1_000;

/// Writes every community out of one state of the database, while the server may run on.
pub async fn write(db: &Db, out: &mut impl Write) -> Result<(), Failure> {
    let mut tx = db.read().await?;
    for community in communities::all(&mut tx).await? {
        let head = communities::head(&mut tx, community).await?;
        line(out, &json!({ "is": "community", "id": community, "epoch": head.epoch, "seq": head.seq }))?;
        devices_of(&mut tx, community, out).await?;
        lanes_of(&mut tx, community, out).await?;
        records_of(&mut tx, community, out).await?;
        changes_of(&mut tx, community, out).await?;
        custody_of(&mut tx, community, out).await?;
        photos_of(&mut tx, community, out).await?;
    }
    out.flush().map_err(Failure::broken)
}

async fn devices_of(tx: &mut Tx, community: CommunityId, out: &mut impl Write) -> Result<(), Failure> {
    for device in devices::all(tx, community).await? {
        let value = json!({
            "is": "device", "id": device.id, "name": device.name, "profile": device.profile,
            "enrolled_by": device.enrolled_by, "enrolled": device.enrolled, "seen": device.seen,
            "sealed": device.sealed, "waiting": device.waiting, "retired": device.retired,
            "evicted": device.evicted, "lost": device.lost,
        });
        line(out, &value)?;
    }
    Ok(())
}

async fn lanes_of(tx: &mut Tx, community: CommunityId, out: &mut impl Write) -> Result<(), Failure> {
    let sql = "select id, device_id, person_id, identity, last, opened from lanes where community_id = $1 order by opened, id";
    for row in sqlx::query(sql).bind(community.to_string()).fetch_all(&mut **tx).await? {
        let value = json!({
            "is": "lane", "id": text(&row, "id")?, "device": text(&row, "device_id")?, "person": text(&row, "person_id")?,
            "identity": text(&row, "identity")?, "last": number(&row, "last")?, "opened": number(&row, "opened")?,
        });
        line(out, &value)?;
    }
    let sql = "select lane_id, first, last, recorded from holes where community_id = $1 order by lane_id, first";
    for row in sqlx::query(sql).bind(community.to_string()).fetch_all(&mut **tx).await? {
        let value = json!({
            "is": "hole", "lane": text(&row, "lane_id")?, "from": number(&row, "first")?, "to": number(&row, "last")?,
            "recorded": number(&row, "recorded")?,
        });
        line(out, &value)?;
    }
    Ok(())
}

async fn records_of(tx: &mut Tx, community: CommunityId, out: &mut impl Write) -> Result<(), Failure> {
    let sql = "select id, root, audience, seq, kind, body from records
        where community_id = $1 and id > $2 order by id limit $3";
    let mut after = String::new();
    loop {
        let rows = sqlx::query(sql).bind(community.to_string()).bind(after).bind(CHUNK).fetch_all(&mut **tx).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = text(last, "id")?;
        for row in &rows {
            let row = records::read(row)?;
            let value = json!({ "is": "record", "id": row.id, "root": row.root, "audience": row.audience, "seq": row.seq,
                "kind": row.kind, "body": row.body });
            line(out, &value)?;
        }
    }
}

/// What was handed over, also what somebody is done with.
async fn custody_of(tx: &mut Tx, community: CommunityId, out: &mut impl Write) -> Result<(), Failure> {
    let sql = "select id, device_id, person_id, kind, saved, received, settled, because, decided, content from custody
        where community_id = $1 and id > $2 order by id limit $3";
    let mut after = String::new();
    loop {
        let rows = sqlx::query(sql).bind(community.to_string()).bind(after).bind(CHUNK).fetch_all(&mut **tx).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = text(last, "id")?;
        for row in &rows {
            let words = |column| -> Result<Option<String>, Failure> { Ok(row.try_get(column)?) };
            let maybe = |column| -> Result<Option<i64>, Failure> { Ok(row.try_get(column)?) };
            let value = json!({
                "is": "custody", "id": text(row, "id")?, "device": text(row, "device_id")?, "person": words("person_id")?,
                "kind": text(row, "kind")?, "saved": maybe("saved")?, "received": number(row, "received")?,
                "settled": maybe("settled")?, "because": words("because")?, "decided": maybe("decided")?,
                "content": parse(&text(row, "content")?)?,
            });
            line(out, &value)?;
        }
    }
}

/// Each photo that is kept or that a record names; one that was not received yet is on its way, or lost.
async fn photos_of(tx: &mut Tx, community: CommunityId, out: &mut impl Write) -> Result<(), Failure> {
    let sql = "select n.hash, p.bytes, p.width, p.height, p.received, p.device_id from (
            select hash from photos where community_id = $1 union select hash from photo_uses where community_id = $1) n
        left join photos p on p.community_id = $1 and p.hash = n.hash
        where n.hash > $2 order by n.hash limit $3";
    let mut after = String::new();
    loop {
        let rows = sqlx::query(sql).bind(community.to_string()).bind(after).bind(CHUNK).fetch_all(&mut **tx).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = text(last, "hash")?;
        for row in &rows {
            let maybe = |column| -> Result<Option<i64>, Failure> { Ok(row.try_get(column)?) };
            let device: Option<String> = row.try_get("device_id")?;
            let value = json!({
                "is": "photo", "hash": text(row, "hash")?, "received": maybe("received")?, "bytes": maybe("bytes")?,
                "width": maybe("width")?, "height": maybe("height")?, "device": device,
            });
            line(out, &value)?;
        }
    }
}

async fn changes_of(tx: &mut Tx, community: CommunityId, out: &mut impl Write) -> Result<(), Failure> {
    let accounts = accounts::all(tx, community).await?;
    let names: BTreeMap<_, _> =
        accounts.into_iter().map(|account| (account.person.to_string(), account.username)).collect();
    let sql = "select seq, lane_id, n, id, kind, envelope, person_id, earliest, best, latest, received, rules, outcome, records
        from changes where community_id = $1 and seq > $2 order by seq limit $3";
    let mut after = 0;
    loop {
        let rows = sqlx::query(sql).bind(community.to_string()).bind(after).bind(CHUNK).fetch_all(&mut **tx).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = number(last, "seq")?;
        for row in &rows {
            change(row, &names, out)?;
        }
    }
}

fn change(row: &AnyRow, names: &BTreeMap<String, String>, out: &mut impl Write) -> Result<(), Failure> {
    let person: Option<String> = row.try_get("person_id")?;
    let outcome: Value = parse(&text(row, "outcome")?)?;
    let written: Value = parse(&text(row, "records")?)?;
    let head = json!({
        "is": "change", "seq": number(row, "seq")?, "lane": text(row, "lane_id")?, "n": number(row, "n")?,
        "id": text(row, "id")?, "kind": text(row, "kind")?,
        "username": person.as_ref().and_then(|person| names.get(person)), "person": person,
        "received": number(row, "received")?, "earliest": number(row, "earliest")?, "best": number(row, "best")?,
        "latest": number(row, "latest")?, "rules": number(row, "rules")?,
        "flags": outcome.get("flags").cloned().unwrap_or_else(|| json!([])), "outcome": outcome, "records": written,
    });
    // The author's own bytes go out as they came; line breaks stand only between their tokens. What other readers of JSON give up
    // at (too deep, half of a surrogate pair) goes out as a text, so that it spoils no line.
    let envelope = text(row, "envelope")?;
    let is_read_by_others = !is_too_deep(&envelope) && serde_json::from_str::<Value>(&envelope).is_ok();
    let envelope = match is_read_by_others {
        true => envelope.replace(['\n', '\r'], " "),
        false => Value::from(envelope).to_string(),
    };
    let envelope: Box<RawValue> = RawValue::from_string(envelope).map_err(Failure::broken)?;
    let mut text = head.to_string();
    text.truncate(text.len() - 1);
    writeln!(out, "{text},\"envelope\":{}}}", envelope.get()).map_err(Failure::broken)
}

fn line(out: &mut impl Write, value: &Value) -> Result<(), Failure> {
    writeln!(out, "{value}").map_err(Failure::broken)
}

fn text(row: &AnyRow, column: &str) -> Result<String, Failure> {
    Ok(row.try_get(column)?)
}

fn number(row: &AnyRow, column: &str) -> Result<i64, Failure> {
    Ok(row.try_get(column)?)
}

fn parse(text: &str) -> Result<Value, Failure> {
    serde_json::from_str(text).map_err(Failure::broken)
}
