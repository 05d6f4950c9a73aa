//! A household's calendar address: whoever has it reads what the household signed up for. It follows from the community's key
//! and a number, so it can be shown again and be made void.

use domain::{
    ids::{CommunityId, HouseholdId},
    tags::to_hex,
};
use ed25519_dalek::SigningKey;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use sqlx::Row as _;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::{communities, db::Tx, failure::Failure};

/// 16 bytes of the digest in hexadecimal: nobody guesses 128 bits.
const SECRET_LENGTH: usize = 32;

/// The last part of the address.
pub async fn token(tx: &mut Tx, community: CommunityId, household: HouseholdId) -> Result<String, Failure> {
    let key = communities::signing_key(tx, community).await?;
    let issue = issue(tx, community, household).await?;
    Ok(format!("{}{}", household.0.simple(), secret(&key, household, issue)))
}

/// Makes the address before it void.
pub async fn renew(tx: &mut Tx, community: CommunityId, household: HouseholdId) -> Result<(), Failure> {
    let sql = "insert into calendar_feeds (community_id, household_id, issue) values ($1, $2, 2)
        on conflict (community_id, household_id) do update set issue = calendar_feeds.issue + 1";
    sqlx::query(sql).bind(community.to_string()).bind(household.to_string()).execute(&mut **tx).await?;
    Ok(())
}

/// The household whose address this is, whether it is genuine or not.
pub fn named(token: &str) -> Option<HouseholdId> {
    let id = token.get(..32)?;
    (token.len() == 32 + SECRET_LENGTH).then(|| Uuid::try_parse(id).ok().map(HouseholdId))?
}

pub async fn is_genuine(
    tx: &mut Tx,
    community: CommunityId,
    household: HouseholdId,
    given: &str,
) -> Result<bool, Failure> {
    let genuine = token(tx, community, household).await?;
    Ok(genuine.as_bytes().ct_eq(given.as_bytes()).into())
}

async fn issue(tx: &mut Tx, community: CommunityId, household: HouseholdId) -> Result<i64, Failure> {
    let row = sqlx::query("select issue from calendar_feeds where community_id = $1 and household_id = $2")
        .bind(community.to_string())
        .bind(household.to_string())
        .fetch_optional(&mut **tx)
        .await?;
    Ok(row.map(|row| row.try_get("issue")).transpose()?.unwrap_or(1))
}

fn secret(key: &SigningKey, household: HouseholdId, issue: i64) -> String {
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(key.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(b"calendar feed");
    mac.update(household.0.as_bytes());
    mac.update(&issue.to_be_bytes());
    to_hex(&mac.finalize().into_bytes())[..SECRET_LENGTH].to_owned()
}
