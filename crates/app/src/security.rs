//! Who did what to accounts and to the office itself: sign-ins, passwords, tokens, units, officers, the office clock.
//! Each act leaves an entry with the act itself, and the officer it concerns sees it too: nobody becomes somebody else
//! unseen.
//!
//! Guesses at receipt codes are not entered here: nothing of a petitioner's way is kept.

use huiyin_domain::ids::OfficerId;
use huiyin_storage::{ItemKind, ItemRecord};
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use crate::access::{Action, require};
use crate::error::{AppError, Result};
use crate::office::{Office, Staff, random_hex};

/// Days an entry is kept; the Cybersecurity Law (art. 21(3)) asks for six months at least.
pub const KEPT_DAYS: i64 = 400;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Signed in.
    SignedIn,
    /// A wrong name, password or code.
    SignInFailed,
    /// Signed out.
    SignedOut,
    /// Ended sign-ins on other devices.
    SessionsEnded,
    /// Changed the own password.
    PasswordChanged,
    /// Was given a password by an administrator.
    PasswordGiven,
    /// Turned the second factor on.
    SecondFactorOn,
    /// Turned it off, or had it turned off by an administrator.
    SecondFactorOff,
    /// A machine's token that acts as the officer was made.
    TokenMade,
    /// It was revoked.
    TokenRevoked,
    /// A unit was added.
    UnitAdded,
    /// A unit was changed.
    UnitChanged,
    /// An officer was added.
    OfficerAdded,
    /// An officer's name, unit or posts were changed.
    OfficerChanged,
    /// The time of the office was confirmed after a leap.
    ClockConfirmed,
    /// What a unit held was handed to its successor.
    UnitSucceeded,
    /// Open proceedings were moved to another version of their rules.
    PackMoved,
    /// Open periods were reckoned again under the calendars of the day.
    CalendarReprojected,
    /// A pack or a calendar was uploaded for somebody else to approve.
    RulesUploaded,
    /// It was put in force.
    RulesInForce,
    /// The hall was set up or changed.
    HallChanged,
    /// A device of a hall was paired.
    DevicePaired,
    /// It was revoked.
    DeviceRevoked,
    /// The telephone of a visitor whose booking was cancelled was read.
    TelephoneRead,
    /// It was taken away before anybody approved.
    RulesDiscarded,
    /// A pack was taken out of force.
    RulesWithdrawn,
}

impl Act {
    /// All of them, in the order of a list.
    pub const ALL: [Self; 26] = [
        Self::SignedIn,
        Self::SignInFailed,
        Self::SignedOut,
        Self::SessionsEnded,
        Self::PasswordChanged,
        Self::PasswordGiven,
        Self::SecondFactorOn,
        Self::SecondFactorOff,
        Self::TokenMade,
        Self::TokenRevoked,
        Self::UnitAdded,
        Self::UnitChanged,
        Self::OfficerAdded,
        Self::OfficerChanged,
        Self::ClockConfirmed,
        Self::UnitSucceeded,
        Self::PackMoved,
        Self::CalendarReprojected,
        Self::RulesUploaded,
        Self::RulesInForce,
        Self::HallChanged,
        Self::DevicePaired,
        Self::DeviceRevoked,
        Self::TelephoneRead,
        Self::RulesDiscarded,
        Self::RulesWithdrawn,
    ];

    /// It changes the office and stands in its record for ever (`acts`); the others are about who came in.
    pub fn changes_the_office(self) -> bool {
        !matches!(
            self,
            Self::SignedIn | Self::SignInFailed | Self::SignedOut | Self::SessionsEnded | Self::TelephoneRead
        )
    }

    /// The word of it in keys and queries: `signed-in`.
    pub fn word(self) -> &'static str {
        match self {
            Self::SignedIn => "signed-in",
            Self::SignInFailed => "sign-in-failed",
            Self::SignedOut => "signed-out",
            Self::SessionsEnded => "sessions-ended",
            Self::PasswordChanged => "password-changed",
            Self::PasswordGiven => "password-given",
            Self::SecondFactorOn => "second-factor-on",
            Self::SecondFactorOff => "second-factor-off",
            Self::TokenMade => "token-made",
            Self::TokenRevoked => "token-revoked",
            Self::UnitAdded => "unit-added",
            Self::UnitChanged => "unit-changed",
            Self::OfficerAdded => "officer-added",
            Self::OfficerChanged => "officer-changed",
            Self::ClockConfirmed => "clock-confirmed",
            Self::UnitSucceeded => "unit-succeeded",
            Self::PackMoved => "pack-moved",
            Self::CalendarReprojected => "calendar-reprojected",
            Self::RulesUploaded => "rules-uploaded",
            Self::RulesInForce => "rules-in-force",
            Self::HallChanged => "hall-changed",
            Self::DevicePaired => "device-paired",
            Self::DeviceRevoked => "device-revoked",
            Self::TelephoneRead => "telephone-read",
            Self::RulesDiscarded => "rules-discarded",
            Self::RulesWithdrawn => "rules-withdrawn",
        }
    }
}

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When, by the machine.
    pub at: Timestamp,
    /// What.
    pub act: Act,
    /// Who did it; `None` for the operator at the machine, and for somebody who did not get in.
    pub by: Option<OfficerId>,
    /// The officer it concerns.
    pub officer: Option<OfficerId>,
    /// More: a unit, the name of a token, where a sign-in came from, what was changed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

impl Entry {
    /// An entry of now.
    pub(crate) fn new(office: &Office, act: Act, by: Option<&OfficerId>) -> Self {
        Self { at: office.machine_now(), act, by: by.cloned(), officer: None, detail: String::new() }
    }

    /// It concerns an officer, who sees it.
    pub(crate) fn of(mut self, officer: &OfficerId) -> Self {
        self.officer = Some(officer.clone());
        self
    }

    /// With more words.
    pub(crate) fn with(mut self, detail: impl Into<String>) -> Self {
        self.detail = detail.into();
        self
    }

    /// A line of the log and a count.
    pub(crate) fn log(&self) {
        let id = |officer: &Option<OfficerId>| officer.as_ref().map_or_else(|| "-".to_owned(), |o| o.0.clone());
        tracing::info!(target: "huiyin::security", act = self.act.word(), by = id(&self.by), officer = id(&self.officer), detail = self.detail, "security");
        metrics::counter!("huiyin_security_total", "act" => self.act.word()).increment(1);
    }

    /// As items to be written together with the act: in the list of all, and in the officer's own.
    pub(crate) fn items(&self) -> Result<Vec<ItemRecord>> {
        self.log();
        // Newest first in the order of keys, and no two alike.
        let newest_first = u64::MAX - u64::try_from(self.at.as_microsecond()).unwrap_or(0);
        let place = format!("{newest_first:016x}{}", random_hex(4)?);
        let doc = serde_json::to_value(self).map_err(AppError::caused("an entry has no JSON"))?;
        let expires = self.at.checked_add((KEPT_DAYS * 24).hours()).ok();
        let item =
            |key: String| ItemRecord { kind: ItemKind::Security, key, doc: doc.clone(), expires, only_new: true };
        let mut out = vec![item(format!("all:{place}"))];
        out.extend(self.officer.as_ref().map(|o| item(format!("of:{o}:{place}"))));
        Ok(out)
    }

    /// Writes it alone: that somebody came in, or did not.
    pub(crate) async fn write(self, office: &Office) -> Result<()> {
        Ok(office.store().put_items(office.tenant(), self.items()?).await?)
    }
}

/// A page of entries, newest first, and where the next one begins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entries {
    /// Entries.
    pub entries: Vec<Entry>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<String>,
}

async fn read(office: &Office, prefix: &str, after: &str, act: Option<Act>, limit: usize) -> Result<Entries> {
    let mut after = if after.starts_with(prefix) { after.to_owned() } else { String::new() };
    let mut out = Entries::default();
    loop {
        let page = office.store().items(office.tenant(), ItemKind::Security, prefix, &after, 200).await?;
        let Some(last) = page.last() else { return Ok(out) };
        let end = last.key.clone();
        for item in page {
            let entry: Entry =
                serde_json::from_value(item.doc).map_err(|e| AppError::damaged("item security", &item.key, &e))?;
            if act.is_none_or(|a| a == entry.act) {
                if out.entries.len() == limit {
                    out.next = Some(after);
                    return Ok(out);
                }
                out.entries.push(entry);
            }
            after = item.key;
        }
        after = end;
    }
}

/// Entries of the whole office for whoever looks after it, of one act where asked.
///
/// # Errors
/// [`AppError::NotAllowed`]; as the store.
#[crate::boxed]
pub async fn list(office: &Office, staff: &Staff, act: Option<Act>, after: &str, limit: usize) -> Result<Entries> {
    require(staff, Action::Administer)?;
    read(office, "all:", after, act, limit).await
}

/// What was done to an officer's own account.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn own(office: &Office, staff: &Staff, after: &str, limit: usize) -> Result<Entries> {
    read(office, &format!("of:{}:", staff.officer.id), after, None, limit).await
}
