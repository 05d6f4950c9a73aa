//! Join codes: how a household's members come in without an address or a number. Single use, short-lived, kept as digests.

use domain::{
    ids::{CommunityId, HouseholdId, PersonId},
    tags::short_code,
    text::half_width,
    time::{DAY, Moment},
};
use sqlx::Row as _;

use crate::{db::Tx, failure::Failure, records::parsed, secrets};

/// 60 bits: at the rate at which codes may be tried, guessing one of a thousand takes longer than the building stands.
const LENGTH: usize = 12;
/// A letter is printed, carried and read within two weeks.
const LASTS: i64 = 14 * DAY;

/// A code as it was issued.
pub struct Issued {
    pub community: CommunityId,
    pub household: HouseholdId,
    pub expires: Moment,
    pub used: Option<Moment>,
}

/// What was typed or scanned, as it is kept: capitals without dashes. Nothing where it cannot be a code.
pub fn typed(text: &str) -> Option<String> {
    if text.chars().count() > 64 {
        return None;
    }
    let code: String = half_width(text.trim())
        .chars()
        .filter(|c| !matches!(c, ' ' | '-' | '－' | '—' | '_'))
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            c => c,
        })
        .collect();
    let fits = code.len() == LENGTH && code.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    fits.then_some(code)
}

/// In groups of four, as it is printed.
pub fn grouped(code: &str) -> String {
    let groups = code.as_bytes().chunks(4).map(|group| group.iter().map(|byte| char::from(*byte)).collect::<String>());
    groups.collect::<Vec<_>>().join("-")
}

/// Makes a code for a household, which is told once and never again.
pub async fn issue(
    tx: &mut Tx,
    community: CommunityId,
    household: HouseholdId,
    by: PersonId,
    now: Moment,
) -> Result<(String, Moment), Failure> {
    let code: String = short_code(&secrets::random()) + &short_code(&secrets::random())[..LENGTH - 8];
    let expires = now.plus(LASTS);
    let sql = "insert into join_codes (community_id, code_hash, household_id, issued_by, issued, expires)
        values ($1, $2, $3, $4, $5, $6)";
    sqlx::query(sql)
        .bind(community.to_string())
        .bind(secrets::digest(&code))
        .bind(household.to_string())
        .bind(by.to_string())
        .bind(now.0)
        .bind(expires.0)
        .execute(&mut **tx)
        .await?;
    Ok((code, expires))
}

pub async fn find(tx: &mut Tx, code: &str) -> Result<Option<Issued>, Failure> {
    let sql = "select community_id, household_id, expires, used from join_codes where code_hash = $1";
    let row = sqlx::query(sql).bind(secrets::digest(code)).fetch_optional(&mut **tx).await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(Issued {
        community: CommunityId(parsed(&row, "community_id")?),
        household: HouseholdId(parsed(&row, "household_id")?),
        expires: Moment(row.try_get("expires")?),
        used: row.try_get::<Option<i64>, _>("used")?.map(Moment),
    }))
}

/// Uses a code up. False where somebody was quicker, or it has expired.
pub async fn consume(tx: &mut Tx, code: &str, now: Moment) -> Result<bool, Failure> {
    let sql = "update join_codes set used = $2 where code_hash = $1 and used is null and expires > $2";
    let done = sqlx::query(sql).bind(secrets::digest(code)).bind(now.0).execute(&mut **tx).await?;
    Ok(done.rows_affected() == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed_and_nothing_else_is_a_code() {
        assert_eq!(grouped("0D1E2F3G4H5J"), "0D1E-2F3G-4H5J");
        for text in ["0d1e-2f3g-4h5j", " 0D1E 2F3G 4H5J ", "Odie-2f3g-4h5j", "０Ｄ１Ｅ－2F3G－4H5J"] {
            assert_eq!(typed(text).as_deref(), Some("0D1E2F3G4H5J"), "{text}");
        }
        for text in
            ["", "0D1E-2F3G", "0D1E-2F3G-4H5J-6", "'; drop table", "户户户户户户户户户户户户", &"A".repeat(9_999)]
        {
            assert_eq!(typed(text), None, "{text:.20}");
        }
    }
}
