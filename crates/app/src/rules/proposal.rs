//! What somebody uploads: it is checked beside the running office, within bounds, and put in force by another person.

use std::collections::BTreeMap;
use std::sync::Arc;

use huiyin_domain::calendar::WorkCalendar;
use huiyin_rules::{PackFiles, base_of, id_of, is_pack_id, read_calendar, read_pack_over};
use huiyin_storage::{Changes, ItemKind, ItemRecord};
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

use super::installed::{self, Installed, Kind, Signed, installed_rules, may_approve, next_generation};
use crate::access::{Action, require};
use crate::acts;
use crate::error::{AppError, FormError, Result};
use crate::office::{Office, Staff, random_hex};
use crate::packs::{Library, Limits, Texts, check_pack};
use crate::security::{Act, Entry};

/// Bytes of all files of one upload.
pub const MAX_BYTES: usize = 1024 * 1024;
/// Files of one upload.
pub const MAX_FILES: usize = 60;
/// Uploads that wait, at most.
const MOST_WAITING: u32 = 20;
/// Errors that are kept of one check.
const MOST_ERRORS: usize = 100;
/// Minutes after which a check that has not ended is taken for lost: the server was stopped meanwhile.
const LOST_AFTER: i64 = 5;
/// How long a check may take in all.
const LONGEST: std::time::Duration = std::time::Duration::from_secs(150);
/// Days after which an upload nobody approved to goes.
const KEPT_DAYS: i64 = 30;

/// Where an upload stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ProposalState {
    /// It is being checked since then.
    Checking {
        /// When it began.
        since: Timestamp,
    },
    /// It is wrong.
    Refused {
        /// In words, with file and line.
        errors: Vec<String>,
    },
    /// It was shown in order and waits for another person.
    Shown {
        /// Cases that ran, states and steps of the proof; for a calendar the days it names.
        shown: (usize, usize, usize),
    },
}

/// An upload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// Its key.
    pub key: String,
    /// What.
    pub kind: Kind,
    /// The id it gives itself.
    pub id: String,
    /// Its files; of a calendar all files it would have.
    pub files: BTreeMap<String, String>,
    /// The names of the files that were sent.
    pub sent: Vec<String>,
    /// The digest of what is installed under the id now and would be replaced; empty: nothing is.
    pub over: String,
    /// Who uploaded it.
    pub uploaded: Signed,
    /// Where it stands.
    pub state: ProposalState,
}

impl Proposal {
    fn item(&self) -> Result<ItemRecord> {
        let doc = serde_json::to_value(self).map_err(AppError::caused("a proposal has no JSON"))?;
        let expires = self.uploaded.at.checked_add((KEPT_DAYS * 24).hours()).ok();
        Ok(ItemRecord { expires, ..ItemRecord::lasting(ItemKind::RulesProposal, self.key.clone(), doc) })
    }

    /// The check has not ended and will not any more.
    pub fn is_lost(&self, now: Timestamp) -> bool {
        matches!(self.state, ProposalState::Checking { since } if now.as_second() - since.as_second() > LOST_AFTER * 60)
    }
}

/// What waits, for whoever looks after the office.
///
/// # Errors
/// [`AppError::NotAllowed`]; as the store.
#[crate::boxed]
pub async fn proposals(office: &Office, staff: &Staff) -> Result<Vec<Proposal>> {
    require(staff, Action::SeeRules)?;
    let items = office.store().items(office.tenant(), ItemKind::RulesProposal, "", "", MOST_WAITING).await?;
    let now = office.machine_now();
    let items = items.into_iter().filter(|i| i.expires.is_none_or(|e| e > now));
    items
        .map(|i| serde_json::from_value(i.doc).map_err(|e| AppError::damaged("item rules_proposal", &i.key, &e)))
        .collect()
}

/// Takes an upload: the TOML files of a pack, or the yearly notices (JSON) of a calendar that is named. It is not
/// checked yet: [`start_check`] does that.
///
/// # Errors
/// [`AppError::NotAllowed`]; [`AppError::Form`] when it is too large, is no such thing, or changes what is installed
/// under its id.
#[crate::boxed]
pub async fn propose(office: &Office, staff: &Staff, calendar: &str, sent: Vec<(String, Vec<u8>)>) -> Result<Proposal> {
    require(staff, Action::Administer)?;
    let fault = |key: &'static str, value: String| AppError::Form(vec![FormError::with("files", key, value)]);
    if sent.is_empty() {
        return Err(fault("fault-rules-none", String::new()));
    }
    if sent.len() > MAX_FILES {
        return Err(fault("fault-files-many", MAX_FILES.to_string()));
    }
    if sent.iter().map(|(_, bytes)| bytes.len()).sum::<usize>() > MAX_BYTES {
        return Err(fault("fault-rules-large", (MAX_BYTES / 1024).to_string()));
    }
    let files = texts_of_upload(calendar, sent)?;
    let _turn = office.turn(installed::TURN).await;
    let waiting = office.store().items(office.tenant(), ItemKind::RulesProposal, "", "", MOST_WAITING).await?.len();
    if u32::try_from(waiting).unwrap_or(u32::MAX) >= MOST_WAITING {
        return Err(fault("fault-rules-waiting", MOST_WAITING.to_string()));
    }
    let installed = installed_rules(office).await?;
    let names: Vec<String> = files.keys().cloned().collect();
    let (kind, id, files, over) = if calendar.is_empty() {
        if let Some((name, why)) = files.iter().find_map(|(name, text)| {
            huiyin_rules::from_toml::<BTreeMap<String, serde_json::Value>>(text).err().map(|e| (name, e))
        }) {
            return Err(fault("fault-rules-toml", format!("{name}: {why}")));
        }
        let id = id_of(&PackFiles { id: String::new(), files: files.clone() })
            .ok_or_else(|| fault("fault-rules-no-pack", String::new()))?;
        if !is_pack_id(&id) {
            return Err(fault("fault-rules-id", id));
        }
        if installed.iter().any(|i| i.kind == Kind::Pack && i.id == id) {
            return Err(fault("fault-rules-there", id));
        }
        (Kind::Pack, id, files, String::new())
    } else {
        let is = installed
            .iter()
            .find(|i| i.kind == Kind::Calendar && i.id == calendar)
            .ok_or_else(|| fault("fault-rules-no-calendar", calendar.to_owned()))?;
        let mut whole = is.files.clone();
        whole.extend(files);
        if whole == is.files {
            return Err(fault("fault-rules-same", calendar.to_owned()));
        }
        (Kind::Calendar, calendar.to_owned(), whole, is.digest.clone())
    };
    let at = office.machine_now();
    let uploaded = Signed { by: Some(staff.officer.id.clone()), at };
    let proposal = Proposal {
        key: random_hex(8)?,
        kind,
        id,
        files,
        sent: names,
        over,
        uploaded,
        state: ProposalState::Checking { since: at },
    };
    let entry =
        Entry::new(office, Act::RulesUploaded, Some(&staff.officer.id)).with(installed::key(kind, &proposal.id));
    let changes = Changes { items: vec![proposal.item()?], ..Changes::new(office.tenant().clone()) };
    acts::commit(office, &[entry], changes).await?;
    Ok(proposal)
}

/// The files of an upload as texts by name: those of a pack, or of the calendar that is named.
fn texts_of_upload(calendar: &str, sent: Vec<(String, Vec<u8>)>) -> Result<BTreeMap<String, String>> {
    let fault = |key: &'static str, value: String| AppError::Form(vec![FormError::with("files", key, value)]);
    let ending = if calendar.is_empty() { ".toml" } else { ".json" };
    let mut files = BTreeMap::new();
    for (name, bytes) in sent {
        let name = name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
        let plain = name.len() <= 80 && name.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
        let known = name.ends_with(ending) || (!calendar.is_empty() && name == "calendar.toml");
        if !plain || !known || name == "schema.json" {
            return Err(fault(
                if calendar.is_empty() { "fault-rules-name" } else { "fault-rules-name-calendar" },
                name,
            ));
        }
        let text = String::from_utf8(bytes).map_err(|_| fault("fault-rules-text", name.clone()))?;
        if files.insert(name.clone(), text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)).is_some() {
            return Err(fault("fault-rules-twice", name));
        }
    }
    Ok(files)
}

/// Checks an upload beside the running office and keeps the result. One check runs at a time.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn start_check(office: &Office, key: &str) -> Result<()> {
    let turn = office.turn("rules-check").await;
    let Some(mut proposal) = find(office, key).await? else { return Ok(()) };
    if !matches!(proposal.state, ProposalState::Checking { .. }) {
        return Ok(());
    }
    let (texts, _) = installed::texts_of(&installed_rules(office).await?);
    let checked = proposal.clone();
    // Whatever takes longer is left to end by itself; the next upload does not wait for it.
    let work = tokio::task::spawn_blocking(move || examine(&checked, &texts));
    let result = match tokio::time::timeout(LONGEST, work).await {
        Ok(done) => done.unwrap_or_else(|e| Err(vec![format!("the check broke off: {e}")])),
        Err(_) => Err(vec!["the check took too long; part the pack, or check it with `huiyin pack check`".to_owned()]),
    };
    proposal.state = match result {
        Ok(shown) => ProposalState::Shown { shown },
        Err(mut errors) => {
            let more = errors.len().saturating_sub(MOST_ERRORS);
            errors.truncate(MOST_ERRORS);
            if more > 0 {
                errors.push(format!("… {more} more"));
            }
            ProposalState::Refused { errors }
        }
    };
    // Discarded meanwhile: it stays so.
    if find(office, key).await?.is_some() {
        office.store().put_items(office.tenant(), vec![proposal.item()?]).await?;
    }
    drop(turn);
    Ok(())
}

/// What shows an upload in order, or its faults.
fn examine(proposal: &Proposal, texts: &Texts) -> std::result::Result<(usize, usize, usize), Vec<String>> {
    if proposal.kind == Kind::Calendar {
        let calendar = read_calendar(&proposal.id, &proposal.files).map_err(|e| vec![e])?;
        let mut texts = texts.clone();
        texts.calendars.insert(proposal.id.clone(), proposal.files.clone());
        // Under another calendar a pack may come to other lengths than the law's floor lets it.
        Library::read(&texts, Default::default()).map_err(|e| vec![e.to_string()])?;
        return Ok((calendar.named(), 0, 0));
    }
    let calendars: BTreeMap<String, Arc<WorkCalendar>> = texts
        .calendars
        .iter()
        .map(|(id, files)| read_calendar(id, files).map(|c| (id.clone(), Arc::new(c))))
        .collect::<std::result::Result<_, String>>()
        .map_err(|e| vec![e])?;
    let files = PackFiles { id: proposal.id.clone(), files: proposal.files.clone() };
    let base = base_of(&files).and_then(|id| texts.pack(&id));
    let pack =
        read_pack_over(&files, base.as_ref()).map_err(|e| e.0.iter().map(ToString::to_string).collect::<Vec<_>>())?;
    if pack.book.kind == huiyin_domain::kind::ProceedingKind::Matter
        && huiyin_wording::Language::parse(&pack.book.binding).is_none()
    {
        return Err(vec![format!(
            "{}/pack.toml: `binding` is `{}`, and this office has no texts of pages in it (`locales` in the configuration)",
            proposal.id, pack.book.binding
        )]);
    }
    let mut whole = texts.clone();
    whole.packs.insert(proposal.id.clone(), proposal.files.clone());
    Library::read(&whole, Default::default()).map_err(|e| vec![e.to_string()])?;
    let shown = check_pack(&pack, &calendars, &proposal.id, &Limits::of_upload())?;
    Ok((shown.cases, shown.proof.states, shown.proof.steps))
}

async fn find(office: &Office, key: &str) -> Result<Option<Proposal>> {
    let item = office.store().item(office.tenant(), ItemKind::RulesProposal, key, office.machine_now()).await?;
    item.map(|i| serde_json::from_value(i.doc).map_err(|e| AppError::damaged("item rules_proposal", key, &e)))
        .transpose()
}

/// Puts an upload in force, by another person than who uploaded it. A calendar is followed by the reckoning anew of
/// what is open.
///
/// # Errors
/// [`AppError::NotAllowed`], [`AppError::NotFound`]; [`AppError::Form`] when it was not shown in order, when the same
/// person uploaded it, or when what it was checked over was changed meanwhile.
#[crate::boxed]
pub async fn approve(office: &Office, staff: &Staff, key: &str) -> Result<Installed> {
    may_approve(office, staff)?;
    let fault = |key: &'static str| AppError::Form(vec![FormError::new("files", key)]);
    // One at a time: of two who agree at the same moment the second finds nothing that waits.
    let _turn = office.turn(installed::TURN).await;
    let proposal = find(office, key).await?.ok_or(AppError::NotFound)?;
    let ProposalState::Shown { shown } = proposal.state else { return Err(fault("fault-rules-not-shown")) };
    if proposal.uploaded.by.as_ref() == Some(&staff.officer.id) {
        return Err(fault("fault-rules-second"));
    }
    let was = installed_rules(office).await?.into_iter().find(|i| i.kind == proposal.kind && i.id == proposal.id);
    if was.as_ref().map_or("", |w| w.digest.as_str()) != proposal.over {
        return Err(fault("fault-rules-changed"));
    }
    let approved = Signed { by: Some(staff.officer.id.clone()), at: office.machine_now() };
    let mut next = Installed::new(proposal.kind, &proposal.id, proposal.files, proposal.uploaded);
    next.before =
        was.iter().flat_map(|w| w.before.iter().cloned().chain([(w.digest.clone(), approved.clone())])).collect();
    (next.approved, next.shown) = (Some(approved), Some(shown));
    // Since the check others may have come in: all of them are read together before anything is written.
    let everything = installed_rules(office).await?;
    let (mut texts, withdrawn) = installed::texts_of(&everything);
    match next.kind {
        Kind::Pack => texts.packs.insert(next.id.clone(), next.files.clone()),
        Kind::Calendar => texts.calendars.insert(next.id.clone(), next.files.clone()),
    };
    let library = tokio::task::spawn_blocking(move || Library::read(&texts, withdrawn))
        .await
        .map_err(AppError::caused("reading rules ended before it was done"))?;
    let library = library.map_err(|e| AppError::Form(vec![FormError::with("files", "fault-rules-together", e)]))?;
    let (generation, told) = next_generation()?;
    let written = if was.is_none() { next.add()? } else { next.put()? };
    let entry =
        Entry::new(office, Act::RulesInForce, Some(&staff.officer.id)).with(format!("{} {}", next.key(), next.digest));
    match acts::put(office, &[entry], vec![written, told]).await {
        // Another process was first.
        Err(AppError::Store(huiyin_storage::StoreError::AlreadyThere(_))) => return Err(fault("fault-rules-changed")),
        other => other?,
    }
    office.store().remove_item(office.tenant(), ItemKind::RulesProposal, key).await?;
    office.set_library(Arc::new(library), generation);
    Ok(next)
}

/// Takes an upload away.
///
/// # Errors
/// [`AppError::NotAllowed`], [`AppError::NotFound`]; as the store.
#[crate::boxed]
pub async fn discard(office: &Office, staff: &Staff, key: &str) -> Result<()> {
    may_approve(office, staff)?;
    let proposal = find(office, key).await?.ok_or(AppError::NotFound)?;
    office.store().remove_item(office.tenant(), ItemKind::RulesProposal, key).await?;
    let entry = Entry::new(office, Act::RulesDiscarded, Some(&staff.officer.id))
        .with(installed::key(proposal.kind, &proposal.id));
    acts::put(office, &[entry], Vec::new()).await
}

/// The upload is checked again, when the server was stopped while it was.
///
/// # Errors
/// As [`discard`].
#[crate::boxed]
pub async fn check_again(office: &Office, staff: &Staff, key: &str) -> Result<()> {
    may_approve(office, staff)?;
    let mut proposal = find(office, key).await?.ok_or(AppError::NotFound)?;
    proposal.state = ProposalState::Checking { since: office.machine_now() };
    office.store().put_items(office.tenant(), vec![proposal.item()?]).await?;
    Ok(())
}
