//! Every role that somebody ever had here: a fact that none of them allowed writes nothing.

use std::collections::BTreeSet;

use domain::{
    ids::{CommunityId, PersonId},
    people::{Person, Role},
};
use serde::{Deserialize, Serialize, de::IntoDeserializer};
use sqlx::Row as _;

use crate::{db::Tx, failure::Failure};

pub async fn of(tx: &mut Tx, community: CommunityId, person: PersonId) -> Result<BTreeSet<Role>, Failure> {
    let sql = "select role from roles_held where community_id = $1 and person_id = $2";
    let rows = sqlx::query(sql).bind(community.to_string()).bind(person.to_string()).fetch_all(&mut **tx).await?;
    rows.iter().map(|row| read(&row.try_get::<String, _>("role")?)).collect()
}

/// Notes the roles that somebody has now.
pub async fn note(tx: &mut Tx, community: CommunityId, person: &Person) -> Result<(), Failure> {
    for role in &person.roles {
        let sql = "insert into roles_held (community_id, person_id, role) values ($1, $2, $3)
            on conflict (community_id, person_id, role) do nothing";
        sqlx::query(sql)
            .bind(community.to_string())
            .bind(person.id.to_string())
            .bind(word(*role)?)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

fn word(role: Role) -> Result<String, Failure> {
    match role.serialize(serde_json::value::Serializer).map_err(Failure::broken)? {
        serde_json::Value::String(word) => Ok(word),
        _ => Err(Failure::broken("a role is a word")),
    }
}

fn read(word: &str) -> Result<Role, Failure> {
    let word: serde::de::value::StrDeserializer<'_, serde_json::Error> = word.into_deserializer();
    Role::deserialize(word).map_err(Failure::broken)
}
