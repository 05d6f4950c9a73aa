//! Devices: enrolled tablets, phones and browsers, each known by the digest of its credential.

use std::io::Write;

use domain::{
    ids::{CommunityId, DeviceId, LaneId, PersonId},
    time::Moment,
};
use sqlx::Row as _;
use sync::{
    messages::{Evicted, Hello, Identity, Profile, Seal},
    server::Sender,
};

use crate::{
    canon::identity_of,
    communities,
    db::{Db, Tx},
    failure::Failure,
    records::{self, parsed},
    secrets, sessions,
};

#[derive(Clone, Debug)]
pub struct Device {
    pub id: DeviceId,
    pub community: CommunityId,
    pub name: String,
    pub profile: Profile,
    pub enrolled_by: PersonId,
    pub enrolled: Moment,
    pub seen: Option<Moment>,
    pub sealed: Option<Moment>,
    pub waiting: i64,
    pub retired: Option<Moment>,
    /// When its browser was found to have forgotten everything.
    pub evicted: Option<Moment>,
    /// How many changes it had reported then that never came.
    pub lost: i64,
    pub confirmation: Confirmation,
}

/// Whether a shared tablet is known to be the community's own. A person's own device needs no word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// Nobody has said so: on it, whoever did not enrol it only picks a name.
    Awaited,
    /// Enrolled before that was asked, and nobody has looked at it since.
    Assumed,
    Given {
        by: PersonId,
        at: Moment,
    },
}

impl Device {
    /// What it sends, together with the session that came with it.
    pub fn sender(&self, session: Option<PersonId>) -> Sender {
        Sender {
            device: self.id,
            profile: self.profile,
            community: self.community,
            enrolled_by: self.enrolled_by,
            confirmed: self.is_confirmed(),
            session,
        }
    }

    pub fn is_confirmed(&self) -> bool {
        self.profile != Profile::Shared || self.confirmation != Confirmation::Awaited
    }
}

const COLUMNS: &str = "select id, community_id, name, person_id, enrolled_by, enrolled, seen, sealed, waiting, retired,
        evicted, coalesce(lost, 0) as lost, confirmed, confirmed_by from devices";

/// The device that holds this credential, unless it was retired.
pub async fn with_token(tx: &mut Tx, token: &str) -> Result<Option<Device>, Failure> {
    let sql = format!("{COLUMNS} where token_hash = $1 and retired is null");
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(secrets::digest(token));
    query.fetch_optional(&mut **tx).await?.map(|row| read(&row)).transpose()
}

/// The device that holds, or held, this credential.
pub async fn with_any_token(tx: &mut Tx, token: &str) -> Result<Option<Device>, Failure> {
    let sql = format!("{COLUMNS} where token_hash = $1");
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(secrets::digest(token));
    query.fetch_optional(&mut **tx).await?.map(|row| read(&row)).transpose()
}

pub async fn with_id(tx: &mut Tx, community: CommunityId, id: DeviceId) -> Result<Option<Device>, Failure> {
    let sql = format!("{COLUMNS} where community_id = $1 and id = $2");
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(community.to_string()).bind(id.to_string());
    query.fetch_optional(&mut **tx).await?.map(|row| read(&row)).transpose()
}

pub async fn all(tx: &mut Tx, community: CommunityId) -> Result<Vec<Device>, Failure> {
    let sql = format!("{COLUMNS} where community_id = $1 order by enrolled, id");
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(community.to_string()).fetch_all(&mut **tx).await?;
    rows.iter().map(read).collect()
}

/// Those that are somebody's own and not retired, the newest first.
pub async fn own(tx: &mut Tx, community: CommunityId, person: PersonId) -> Result<Vec<Device>, Failure> {
    let sql =
        format!("{COLUMNS} where community_id = $1 and person_id = $2 and retired is null order by enrolled desc, id");
    let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(community.to_string()).bind(person.to_string());
    query.fetch_all(&mut **tx).await?.iter().map(read).collect()
}

pub async fn add(tx: &mut Tx, device: &Device, token: &str) -> Result<(), Failure> {
    let sql = "insert into devices (community_id, id, token_hash, name, person_id, enrolled_by, enrolled, waiting,
        confirmed, confirmed_by) values ($1, $2, $3, $4, $5, $6, $7, 0, $8, $9)";
    let owner = match device.profile {
        Profile::Shared => None,
        Profile::Personal { person } => Some(person.to_string()),
    };
    let (confirmed, confirmed_by) = match device.confirmation {
        Confirmation::Awaited => (None, None),
        Confirmation::Assumed => (Some(device.enrolled.0), None),
        Confirmation::Given { by, at } => (Some(at.0), Some(by.to_string())),
    };
    sqlx::query(sql)
        .bind(device.community.to_string())
        .bind(device.id.to_string())
        .bind(secrets::digest(token))
        .bind(&device.name)
        .bind(owner)
        .bind(device.enrolled_by.to_string())
        .bind(device.enrolled.0)
        .bind(confirmed)
        .bind(confirmed_by)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Says that a shared tablet is the community's own, of which it hears with its next pull. False if there is no such tablet here.
pub async fn confirm(
    tx: &mut Tx,
    community: CommunityId,
    id: DeviceId,
    by: PersonId,
    now: Moment,
) -> Result<bool, Failure> {
    let sql = "update devices set confirmed = coalesce(confirmed, $3), confirmed_by = coalesce(confirmed_by, $4)
        where community_id = $1 and id = $2 and person_id is null and retired is null";
    let query = sqlx::query(sql).bind(community.to_string()).bind(id.to_string()).bind(now.0).bind(by.to_string());
    let is_done = query.execute(&mut **tx).await?.rows_affected() > 0;
    communities::access_changed(tx, community).await?;
    Ok(is_done)
}

/// Withdraws a device's credential, and ends whoever's sessions go on at it. False if there is no such device here.
pub async fn retire(tx: &mut Tx, community: CommunityId, id: DeviceId, now: Moment) -> Result<bool, Failure> {
    let sql = "update devices set retired = coalesce(retired, $3) where community_id = $1 and id = $2";
    let done = sqlx::query(sql).bind(community.to_string()).bind(id.to_string()).bind(now.0).execute(&mut **tx).await?;
    sessions::end_at(tx, community, id).await?;
    Ok(done.rows_affected() > 0)
}

/// Writes a line for each device: id, whose it is, its name, when it was last here, how much waited on it then.
pub async fn list(db: &Db, community: CommunityId, out: &mut impl Write) -> Result<(), Failure> {
    let mut tx = db.read().await?;
    for device in all(&mut tx, community).await? {
        let owner = match device.profile {
            Profile::Shared => "shared".to_owned(),
            Profile::Personal { person } => {
                let person = records::person(&mut tx, community, person).await?;
                person.map_or("nobody's".into(), |person| format!("{} {}", person.name.zh, person.name.en))
            }
        };
        let seen = device.seen.map_or("never seen".into(), |at| format!("seen {}", at.utc().format("%Y-%m-%d %H:%M")));
        let retired =
            device.retired.map_or(String::new(), |at| format!(", retired {}", at.utc().format("%Y-%m-%d %H:%M")));
        let name: String = device.name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let lost = match device.evicted {
            Some(at) => {
                format!(", data deleted by the browser {}, {} lost", at.utc().format("%Y-%m-%d %H:%M"), device.lost)
            }
            None => String::new(),
        };
        let confirmed = match device.confirmation {
            Confirmation::Awaited if device.profile == Profile::Shared => ", not confirmed",
            Confirmation::Awaited | Confirmation::Assumed | Confirmation::Given { .. } => "",
        };
        writeln!(
            out,
            "{} {owner:<24} {name:<20} {seen}, {} waiting{confirmed}{retired}{lost}",
            device.id, device.waiting
        )
        .map_err(Failure::broken)?;
    }
    Ok(())
}

/// How far the server knows each lane of a device.
pub async fn lanes(tx: &mut Tx, device: &Device) -> Result<Vec<Seal>, Failure> {
    let sql = "select id, last, identity from lanes where community_id = $1 and device_id = $2 order by opened, id";
    let rows =
        sqlx::query(sql).bind(device.community.to_string()).bind(device.id.to_string()).fetch_all(&mut **tx).await?;
    rows.iter()
        .map(|row| {
            let session = identity_of(&row.try_get::<String, _>("identity")?) == Identity::Session;
            Ok(Seal { session, ..Seal::new(LaneId(parsed(row, "id")?), row.try_get("last")?) })
        })
        .collect()
}

/// Notes that a device's browser has forgotten everything: how many changes had been reported waiting and never came. It goes
/// on as another device.
pub async fn evict(tx: &mut Tx, device: &Device, now: Moment) -> Result<Evicted, Failure> {
    let said = vouched(tx, device).await?;
    let lost = unreceived(&said, &lanes(tx, device).await?).min(device.waiting);
    let sql = "update devices set evicted = $3, lost = $4, retired = $3 where community_id = $1 and id = $2";
    sqlx::query(sql)
        .bind(device.community.to_string())
        .bind(device.id.to_string())
        .bind(now.0)
        .bind(lost)
        .execute(&mut **tx)
        .await?;
    Ok(Evicted { lost, seen: device.seen.unwrap_or(device.enrolled) })
}

/// Whether everything that the device vouched for at its last hello is here, and nothing waited on it.
pub async fn has_brought_all(tx: &mut Tx, device: &Device) -> Result<bool, Failure> {
    let said = vouched(tx, device).await?;
    Ok(device.waiting == 0 && unreceived(&said, &lanes(tx, device).await?) == 0)
}

async fn vouched(tx: &mut Tx, device: &Device) -> Result<Vec<Seal>, Failure> {
    let sql = "select seals from devices where community_id = $1 and id = $2";
    let query = sqlx::query(sql).bind(device.community.to_string()).bind(device.id.to_string());
    let said: Option<String> = query.fetch_one(&mut **tx).await?.try_get("seals")?;
    Ok(said.and_then(|said| serde_json::from_str(&said).ok()).unwrap_or_default())
}

/// How many numbers were vouched for that are not here. Of a lane that was left for another one they are in that one too: never
/// more is lost than waited.
fn unreceived(said: &[Seal], known: &[Seal]) -> i64 {
    let last = |lane| known.iter().find(|seal| seal.lane == lane).map_or(0, |seal| seal.last);
    let missing = said.iter().map(|seal| seal.last.saturating_sub(last(seal.lane)).max(0));
    // What a device says of itself may be any number.
    missing.fold(0, i64::saturating_add)
}

/// Keeps what a contact says: when, how much waits, up to where, and whether everything made before it has arrived.
pub async fn note_contact(
    tx: &mut Tx,
    device: &Device,
    said: &Hello,
    sealed: Option<Moment>,
    now: Moment,
) -> Result<(), Failure> {
    let sql = "update devices set seen = $3, waiting = $4, sealed = coalesce($5, sealed), seals = $6
        where community_id = $1 and id = $2";
    sqlx::query(sql)
        .bind(device.community.to_string())
        .bind(device.id.to_string())
        .bind(now.0)
        .bind(i64::try_from(said.waiting).unwrap_or(i64::MAX))
        .bind(sealed.map(|at| at.0))
        .bind(serde_json::to_string(&said.seals).map_err(Failure::broken)?)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

fn read(row: &sqlx::any::AnyRow) -> Result<Device, Failure> {
    let moment = |column| -> Result<Option<Moment>, Failure> { Ok(row.try_get::<Option<i64>, _>(column)?.map(Moment)) };
    let owner: Option<String> = row.try_get("person_id")?;
    let profile = match owner {
        None => Profile::Shared,
        Some(_) => Profile::Personal { person: PersonId(parsed(row, "person_id")?) },
    };
    let confirmed_by: Option<String> = row.try_get("confirmed_by")?;
    let confirmation = match (moment("confirmed")?, confirmed_by) {
        (None, _) => Confirmation::Awaited,
        (Some(_), None) => Confirmation::Assumed,
        (Some(at), Some(_)) => Confirmation::Given { by: PersonId(parsed(row, "confirmed_by")?), at },
    };
    Ok(Device {
        id: DeviceId(parsed(row, "id")?),
        community: CommunityId(parsed(row, "community_id")?),
        name: row.try_get("name")?,
        profile,
        enrolled_by: PersonId(parsed(row, "enrolled_by")?),
        enrolled: Moment(row.try_get("enrolled")?),
        seen: moment("seen")?,
        sealed: moment("sealed")?,
        waiting: row.try_get("waiting")?,
        retired: moment("retired")?,
        evicted: moment("evicted")?,
        lost: row.try_get("lost")?,
        confirmation,
    })
}
