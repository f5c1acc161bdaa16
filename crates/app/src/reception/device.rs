//! Devices of a hall, such as the tablet at its door that gives tickets. Each has a token of its own that opens nothing
//! else; it is paired by a code that is typed on it once, and revoked at once.

use huiyin_domain::ids::{OfficerId, UnitId};
use huiyin_domain::text;
use huiyin_storage::{ItemKind, ItemRecord, Record, RecordWrite, StoreError, Table};
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::hall;
use crate::access::{Action, require};
use crate::acts;
use crate::error::{AppError, FormError, Result};
use crate::office::{Office, Staff, random_hex};
use crate::security::{Act, Entry};
use crate::sign_in::{network, throttle};

/// Minutes in which a code can be typed.
pub const PAIRING_MINUTES: u32 = 15;
/// Characters of a device's name, at most.
const NAME: usize = 40;
/// Devices of one hall, at most.
const DEVICES: usize = 40;

/// What a device may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    /// A tablet that gives tickets.
    Kiosk,
    /// A wall that shows the day to the office; it only reads.
    Wall,
}

impl DeviceKind {
    /// Every kind, in the order of forms.
    pub const ALL: [Self; 2] = [Self::Kiosk, Self::Wall];

    /// The word in data and forms.
    pub fn word(self) -> &'static str {
        match self {
            Self::Kiosk => "kiosk",
            Self::Wall => "wall",
        }
    }
}

/// A device that is paired. What its token is made of is kept nowhere; its keyed hash is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// The unit whose hall it stands in.
    pub unit: UnitId,
    /// What it may do.
    pub kind: DeviceKind,
    /// Where it stands.
    pub name: String,
    /// Who paired it.
    pub by: OfficerId,
    /// When.
    pub at: Timestamp,
    /// Keyed hash of the secret in its token.
    secret: String,
}

impl Record for Device {
    const TABLE: Table = Table::Device;
    /// Its id.
    type Key = (String,);
}

/// What a code stands for until it is typed.
#[derive(Debug, Serialize, Deserialize)]
struct Pairing {
    unit: UnitId,
    kind: DeviceKind,
    name: String,
    by: OfficerId,
}

/// The key of a code in the store.
fn key(office: &Office, code: &str) -> String {
    let digits: String = text::number(code).chars().filter(char::is_ascii_digit).collect();
    office.keyed_hash("pairing", &digits)
}

/// Offers a place for a device of the officer's hall: the code to type on it, eight digits.
///
/// # Errors
/// [`AppError::NotAllowed`] for who does not keep the hall; [`AppError::Form`] names what is wrong.
#[crate::boxed]
pub async fn offer(office: &Office, staff: &Staff, kind: DeviceKind, name: &str) -> Result<String> {
    require(staff, Action::KeepHall)?;
    let unit = staff.officer.unit.clone();
    hall::open_to_visitors(office, &unit).await?;
    let name = text::line(name);
    if text::is_blank(&name) {
        return Err(AppError::Form(vec![FormError::new("device_name", "fault-missing")]));
    }
    if name.chars().count() > NAME {
        return Err(AppError::Form(vec![FormError::with("device_name", "fault-too-long", NAME)]));
    }
    if of_hall(office, staff).await?.len() >= DEVICES {
        return Err(AppError::Form(vec![FormError::with("device_name", "fault-too-many", DEVICES)]));
    }
    let random = u64::from_str_radix(&random_hex(8)?.chars().take(15).collect::<String>(), 16);
    let code = format!("{:08}", random.map_err(AppError::caused("no random number"))? % 100_000_000);
    let pairing = Pairing { unit, kind, name, by: staff.officer.id.clone() };
    let doc = serde_json::to_value(&pairing).map_err(AppError::caused("a pairing has no JSON"))?;
    let expires = office.machine_now().checked_add(i64::from(PAIRING_MINUTES).minutes()).ok();
    let item = ItemRecord { kind: ItemKind::Pairing, key: key(office, &code), doc, expires, only_new: true };
    office.store().put_items(office.tenant(), vec![item]).await?;
    Ok(code)
}

/// Pairs a device by the code that was typed on it; returns it with its token. A code is good once.
///
/// # Errors
/// [`AppError::NotFound`] for a wrong code or one whose time is over, [`AppError::Throttled`] after too many.
#[crate::boxed]
pub async fn pair(office: &Office, code: &str, from: &str) -> Result<(Device, String)> {
    let guess = format!("pairing:{}", network(from));
    let _turn = office.turn(&guess).await;
    throttle::check(office, &guess).await?;
    let key = key(office, code);
    let found = office.store().item(office.tenant(), ItemKind::Pairing, &key, office.machine_now()).await?;
    let Some(found) = found else {
        throttle::miss(office, &guess, throttle::NETWORK).await?;
        return Err(AppError::NotFound);
    };
    let pairing: Pairing = serde_json::from_value(found.doc).map_err(|e| AppError::damaged("item pairing", "", &e))?;
    let secret = random_hex(24)?;
    let device = Device {
        unit: pairing.unit,
        kind: pairing.kind,
        name: pairing.name,
        secret: office.keyed_hash("device", &secret),
        at: office.now().at,
        by: pairing.by,
    };
    // The id follows from the code: of two that type it at the same moment one is paired.
    let id: String = key.chars().take(24).collect();
    let entry = Entry::new(office, Act::DevicePaired, Some(&device.by)).with(&device.name);
    match acts::put(office, &[entry], vec![RecordWrite::add(&(id.clone(),), &device)?]).await {
        Ok(()) => {}
        Err(AppError::Store(StoreError::AlreadyThere(_))) => return Err(AppError::NotFound),
        Err(error) => return Err(error),
    }
    office.store().remove_item(office.tenant(), ItemKind::Pairing, &key).await?;
    Ok((device, format!("{id}.{secret}")))
}

/// The device of a token, if it is of a kind.
///
/// # Errors
/// [`AppError::NotFound`] for no token, one that is revoked, one of another kind, and one of a hall that is no longer
/// there.
#[crate::boxed]
pub async fn by_token(office: &Office, kind: DeviceKind, token: &str) -> Result<Device> {
    let (id, secret) = token.split_once('.').ok_or(AppError::NotFound)?;
    let device = office.find::<Device>(&(id.chars().take(40).collect(),)).await?.ok_or(AppError::NotFound)?;
    if device.kind != kind || device.secret != office.keyed_hash("device", secret) {
        return Err(AppError::NotFound);
    }
    hall::open_to_visitors(office, &device.unit).await?;
    Ok(device)
}

/// The devices of the officer's hall, by id.
///
/// # Errors
/// [`AppError::NotAllowed`] for who does not keep the hall.
#[crate::boxed]
pub async fn of_hall(office: &Office, staff: &Staff) -> Result<Vec<(String, Device)>> {
    require(staff, Action::KeepHall)?;
    let all = office.select_all::<Device>(&[]).await?;
    Ok(all.into_iter().filter(|(_, d)| d.unit == staff.officer.unit).map(|((id,), d)| (id, d)).collect())
}

/// Revokes a device of the officer's hall at once.
///
/// # Errors
/// [`AppError::NotAllowed`]; [`AppError::NotFound`] for one of another hall.
#[crate::boxed]
pub async fn revoke(office: &Office, staff: &Staff, id: &str) -> Result<()> {
    require(staff, Action::KeepHall)?;
    let key = (id.to_owned(),);
    let device = office.find::<Device>(&key).await?.filter(|d| d.unit == staff.officer.unit);
    let device = device.ok_or(AppError::NotFound)?;
    let entry = Entry::new(office, Act::DeviceRevoked, Some(&staff.officer.id)).with(&device.name);
    acts::put(office, &[entry], vec![RecordWrite::remove::<Device>(&key)]).await
}
