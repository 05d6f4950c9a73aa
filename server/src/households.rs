//! Households: who is a member of which now, and what ends with a tenancy.

use std::collections::BTreeSet;

use domain::{
    households::Household,
    ids::{CommunityId, HouseholdId, PersonId},
    people::Person,
    records::Body,
    residents,
};

use crate::{communities, db::Tx, failure::Failure, records, records::parsed, sessions};

/// The households that somebody is a member of and that have not moved out.
pub async fn of_person(tx: &mut Tx, community: CommunityId, person: PersonId) -> Result<Vec<HouseholdId>, Failure> {
    let sql = "select household_id from household_members where community_id = $1 and person_id = $2";
    let rows = sqlx::query(sql).bind(community.to_string()).bind(person.to_string()).fetch_all(&mut **tx).await?;
    let mut found: Vec<_> =
        rows.iter().map(|row| parsed(row, "household_id").map(HouseholdId)).collect::<Result<_, _>>()?;
    found.sort();
    Ok(found)
}

/// A household that has not moved out.
pub async fn living(tx: &mut Tx, community: CommunityId, id: HouseholdId) -> Result<Option<Household>, Failure> {
    let record = records::get(tx, community, id.into()).await?;
    Ok(record.and_then(|record| match record.body {
        Body::Residents(residents::Body::Household(it)) => Some(it).filter(|it| it.moved_out.is_none()),
        _ => None,
    }))
}

/// Households that have moved out and still hold places at coming events.
pub async fn with_places_to_give_back(tx: &mut Tx, community: CommunityId) -> Result<Vec<HouseholdId>, Failure> {
    let sql = "select household_id from places_to_give_back where community_id = $1 order by household_id";
    let rows = sqlx::query(sql).bind(community.to_string()).fetch_all(&mut **tx).await?;
    rows.iter().map(|row| parsed(row, "household_id").map(HouseholdId)).collect()
}

pub async fn gave_places_back(tx: &mut Tx, community: CommunityId, household: HouseholdId) -> Result<(), Failure> {
    let sql = "delete from places_to_give_back where community_id = $1 and household_id = $2";
    sqlx::query(sql).bind(community.to_string()).bind(household.to_string()).execute(&mut **tx).await?;
    Ok(())
}

async fn has_places_to_give_back(tx: &mut Tx, community: CommunityId, household: HouseholdId) -> Result<(), Failure> {
    let sql = "insert into places_to_give_back (community_id, household_id) values ($1, $2)
        on conflict (community_id, household_id) do nothing";
    sqlx::query(sql).bind(community.to_string()).bind(household.to_string()).execute(&mut **tx).await?;
    Ok(())
}

/// Somebody who works here or lives here now.
pub async fn who_is_here(tx: &mut Tx, community: CommunityId, id: PersonId) -> Result<Option<Person>, Failure> {
    let person = records::person(tx, community, id).await?.filter(|person| person.left.is_none());
    let Some(person) = person else { return Ok(None) };
    let is_here = person.is_staff() || !of_person(tx, community, id).await?.is_empty();
    Ok(is_here.then_some(person))
}

/// Notes who the members are that a household's record names: nobody once it has moved out. Whoever is a member of none any
/// more, and does not work here, is signed out.
pub async fn note(tx: &mut Tx, community: CommunityId, household: &Household) -> Result<(), Failure> {
    let before = members(tx, community, household.id).await?;
    let lives_here = household.moved_out.is_none();
    if !lives_here {
        has_places_to_give_back(tx, community, household.id).await?;
    }
    let now: BTreeSet<PersonId> = household.members.iter().filter(|_| lives_here).map(|member| member.person).collect();
    if before == now {
        return Ok(());
    }
    for person in now.difference(&before) {
        add(tx, community, household.id, *person).await?;
    }
    for person in before.difference(&now) {
        remove(tx, community, household.id, *person).await?;
        end_access(tx, community, *person).await?;
    }
    communities::access_changed(tx, community).await
}

async fn end_access(tx: &mut Tx, community: CommunityId, person: PersonId) -> Result<(), Failure> {
    let works_here = records::person(tx, community, person).await?.is_some_and(|person| person.works_here());
    if works_here || !of_person(tx, community, person).await?.is_empty() {
        return Ok(());
    }
    sessions::end_all(tx, community, person, None).await?;
    Ok(())
}

async fn members(tx: &mut Tx, community: CommunityId, household: HouseholdId) -> Result<BTreeSet<PersonId>, Failure> {
    let sql = "select person_id from household_members where community_id = $1 and household_id = $2";
    let rows = sqlx::query(sql).bind(community.to_string()).bind(household.to_string()).fetch_all(&mut **tx).await?;
    rows.iter().map(|row| parsed(row, "person_id").map(PersonId)).collect()
}

async fn add(tx: &mut Tx, community: CommunityId, household: HouseholdId, person: PersonId) -> Result<(), Failure> {
    let sql = "insert into household_members (community_id, person_id, household_id) values ($1, $2, $3)
        on conflict (community_id, person_id, household_id) do nothing";
    changed(tx, sql, community, household, person).await
}

async fn remove(tx: &mut Tx, community: CommunityId, household: HouseholdId, person: PersonId) -> Result<(), Failure> {
    let sql = "delete from household_members where community_id = $1 and person_id = $2 and household_id = $3";
    changed(tx, sql, community, household, person).await
}

async fn changed(
    tx: &mut Tx,
    sql: &'static str,
    community: CommunityId,
    household: HouseholdId,
    person: PersonId,
) -> Result<(), Failure> {
    let query = sqlx::query(sql).bind(community.to_string()).bind(person.to_string()).bind(household.to_string());
    query.execute(&mut **tx).await?;
    Ok(())
}
