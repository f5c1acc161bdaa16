//! Packs and calendars as they are installed in a store, with who uploaded them and who approved (ADR 0024).
//!
//! What is installed under an id stays: proceedings run under it. A change gets a version of its own; a pack that is
//! withdrawn receives nothing new and goes on for what began under it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use huiyin_domain::ids::{OfficerId, PackId};
use huiyin_storage::{Record, RecordWrite, Table};
use huiyin_vault::sha256::Sum;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::access::{Action, allows, require};
use crate::acts;
use crate::error::{AppError, Result};
use crate::office::{Office, Setting, Staff, random_hex};
use crate::packs::{Library, PackLoadError, Texts};
use crate::security::{Act, Entry};

/// The setting that changes whenever what is installed does, so that other processes read it anew.
const GENERATION: &str = "rules";
/// Changes of what is installed are made one at a time.
pub(super) const TURN: &str = "rules";

/// What is installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A pack.
    Pack,
    /// A calendar of working days.
    Calendar,
}

impl Kind {
    /// The word in keys and addresses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pack => "pack",
            Self::Calendar => "calendar",
        }
    }

    /// The kind of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Pack, Self::Calendar].into_iter().find(|kind| kind.word() == word)
    }
}

/// Who did something, and when by the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed {
    /// `None`: the operator, by a command.
    pub by: Option<OfficerId>,
    /// When.
    pub at: Timestamp,
}

/// A pack or a calendar as it is installed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installed {
    /// Kind.
    pub kind: Kind,
    /// Id, such as `cn/petition/2022` or `cn`.
    pub id: String,
    /// Its files by name.
    pub files: BTreeMap<String, String>,
    /// SHA-256 over the names and texts of its files.
    pub digest: String,
    /// Who uploaded it.
    pub uploaded: Signed,
    /// Who approved; `None` for the operator, who needs nobody's.
    #[serde(default)]
    pub approved: Option<Signed>,
    /// What was shown before: cases, states and steps of the proof.
    #[serde(default)]
    pub shown: Option<(usize, usize, usize)>,
    /// It receives nothing new.
    #[serde(default)]
    pub withdrawn: Option<Signed>,
    /// What a calendar was before each change: the digest, and who approved to what took its place.
    #[serde(default)]
    pub before: Vec<(String, Signed)>,
}

impl Installed {
    /// One that is uploaded now.
    pub(super) fn new(kind: Kind, id: &str, files: BTreeMap<String, String>, uploaded: Signed) -> Self {
        let digest = digest(&files);
        Self {
            kind,
            id: id.to_owned(),
            files,
            digest,
            uploaded,
            approved: None,
            shown: None,
            withdrawn: None,
            before: Vec::new(),
        }
    }

    /// The beginning of its digest, as it is shown.
    pub fn short(&self) -> &str {
        short(&self.digest)
    }

    pub(super) fn key(&self) -> String {
        key(self.kind, &self.id)
    }

    fn record_key(&self) -> (String, String) {
        (self.kind.word().to_owned(), self.id.clone())
    }

    /// The write over what is installed under its id.
    pub(super) fn put(&self) -> Result<RecordWrite> {
        Ok(RecordWrite::put(&self.record_key(), self)?)
    }

    /// The write where nothing is installed under its id.
    pub(super) fn add(&self) -> Result<RecordWrite> {
        Ok(RecordWrite::add(&self.record_key(), self)?)
    }
}

impl Record for Installed {
    const TABLE: Table = Table::Rules;
    type Key = (String, String);
}

/// What is installed, for the operator.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn installed(office: &Office) -> Result<Vec<Installed>> {
    installed_rules(office).await
}

pub(super) fn key(kind: Kind, id: &str) -> String {
    format!("{}:{id}", kind.word())
}

/// SHA-256 over the names and texts of files.
pub(super) fn digest(files: &BTreeMap<String, String>) -> String {
    let mut sum = Sum::default();
    for (name, text) in files {
        // The lengths keep two sets of files from reading alike.
        sum.add(format!("{}:{}:", name.len(), text.len()).as_bytes());
        sum.add(name.as_bytes());
        sum.add(text.as_bytes());
    }
    sum.hex()
}

/// Everything that is installed, by key.
///
/// # Errors
/// As the store; an entry that cannot be read is named.
pub(super) async fn installed_rules(office: &Office) -> Result<Vec<Installed>> {
    Ok(office.select_all::<Installed>(&[]).await?.into_iter().map(|(_, one)| one).collect())
}

/// Everything that is installed, for whoever looks after the office.
///
/// # Errors
/// [`AppError::NotAllowed`]; as the store.
#[crate::boxed]
pub async fn list(office: &Office, staff: &Staff) -> Result<Vec<Installed>> {
    require(staff, Action::SeeRules)?;
    installed_rules(office).await
}

pub(super) fn texts_of(all: &[Installed]) -> (Texts, BTreeSet<PackId>) {
    let mut texts = Texts::default();
    let mut withdrawn = BTreeSet::new();
    for one in all {
        match one.kind {
            Kind::Pack => {
                texts.packs.insert(one.id.clone(), one.files.clone());
                if one.withdrawn.is_some() {
                    withdrawn.insert(PackId(one.id.clone()));
                }
            }
            Kind::Calendar => {
                texts.calendars.insert(one.id.clone(), one.files.clone());
            }
        }
    }
    (texts, withdrawn)
}

/// Reads what is installed into the office. Whether it suffices, [`office_lacks`] says.
///
/// # Errors
/// As the store; [`AppError::Refused`] when an entry is not what was approved to, or cannot be read any more, with file
/// and line.
#[crate::boxed]
pub async fn load(office: &Office) -> Result<()> {
    let generation = generation(office).await?;
    let all = installed_rules(office).await?;
    if let Some(changed) = all.iter().find(|i| digest(&i.files) != i.digest) {
        return Err(AppError::Refused(format!(
            "{} `{}` is not what was installed: its text was changed in the store",
            changed.kind.word(),
            changed.id
        )));
    }
    let (texts, withdrawn) = texts_of(&all);
    // Reading takes a second for a pack of the size of the Regulation's, and the proof stands in the record.
    let library = tokio::task::spawn_blocking(move || Library::read(&texts, withdrawn))
        .await
        .map_err(AppError::caused("reading rules ended before it was done"))?;
    let library =
        library.map_err(|e: PackLoadError| AppError::Refused(format!("an installed pack cannot be read: {e}")))?;
    office.set_library(Arc::new(library), generation);
    Ok(())
}

/// Reads what is installed anew when another process has changed it.
///
/// # Errors
/// As [`load`].
#[crate::boxed]
pub async fn refresh(office: &Office) -> Result<()> {
    if generation(office).await? == office.rules_generation() { Ok(()) } else { load(office).await }
}

async fn generation(office: &Office) -> Result<String> {
    Ok(office.setting(GENERATION).await?.and_then(|s| s.text().map(str::to_owned)).unwrap_or_default())
}

/// The next generation of the rules and the setting that tells other processes.
pub(super) fn next_generation() -> Result<(String, RecordWrite)> {
    let generation = random_hex(8)?;
    let write = Setting::put(GENERATION, generation.clone())?;
    Ok((generation, write))
}

/// What keeps an office from receiving anything, in words; `None`: it can.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn office_lacks(office: &Office) -> Result<Option<String>> {
    let (library, today) = (office.library(), office.now().today());
    let known = library.families(huiyin_domain::kind::ProceedingKind::Matter);
    let known =
        if known.is_empty() { "none is installed".to_owned() } else { format!("installed: {}", known.join(", ")) };
    let mut wanted = vec![(office.procedure().to_owned(), "`procedure` of the configuration".to_owned())];
    wanted.extend(
        office
            .directory()
            .await?
            .units
            .iter()
            .filter(|u| u.active && !u.procedure.is_empty())
            .map(|u| (u.procedure.clone(), format!("unit `{}`", u.id))),
    );
    for (family, whose) in wanted {
        let Some(book) = library.in_force(&family, today) else {
            return Ok(Some(format!("no pack of `{family}` is in force ({whose}; {known})")));
        };
        if huiyin_wording::Language::parse(&book.binding).is_none() {
            let why = "and the program has no texts of pages in it; name a folder with them in `locales` of the configuration";
            return Ok(Some(format!("pack `{}` is kept in the language `{}` ({whose}), {why}", book.id, book.binding)));
        }
    }
    Ok(None)
}

/// What an installation did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Done {
    /// Put in.
    pub new: Vec<String>,
    /// There already with the same text.
    pub same: Vec<String>,
    /// Took the place of another text.
    pub replaced: Vec<String>,
}

/// Installs packs and calendars of a folder by a command of the operator, who answers for having checked them. A text
/// that differs from the one that is installed is refused unless `replace` says so: proceedings run under it.
///
/// # Errors
/// [`AppError::Refused`] in words, with nothing changed; as the store.
#[crate::boxed]
pub async fn install(office: &Office, texts: &Texts, replace: bool) -> Result<Done> {
    let installed: BTreeMap<String, Installed> =
        installed_rules(office).await?.into_iter().map(|i| (i.key(), i)).collect();
    let mut done = Done::default();
    let mut changed = Vec::new();
    let packs = texts.packs.iter().map(|(id, files)| (Kind::Pack, id, files));
    for (kind, id, files) in texts.calendars.iter().map(|(id, files)| (Kind::Calendar, id, files)).chain(packs) {
        let signed = Signed { by: None, at: office.machine_now() };
        let mut next = Installed::new(kind, id, files.clone(), signed.clone());
        match installed.get(&next.key()) {
            // Both as it was approved to and as it lies there: what was changed in the store is put right.
            Some(was) if was.digest == next.digest && was.files == next.files => done.same.push(next.key()),
            Some(was) if !replace && kind == Kind::Pack && was.digest != next.digest => {
                return Err(AppError::Refused(format!(
                    "pack `{id}` is installed with another text, and proceedings may run under it; give the change an id of its own, or add --replace for a correction of the same rules"
                )));
            }
            Some(was) => {
                next.before = was.before.iter().cloned().chain([(was.digest.clone(), signed)]).collect();
                next.withdrawn = was.withdrawn.clone();
                done.replaced.push(next.key());
                changed.push(next);
            }
            None => {
                done.new.push(next.key());
                changed.push(next);
            }
        }
    }
    if changed.is_empty() {
        return Ok(done);
    }
    // Together with what is there: an overlay without its base, or without its calendar, is refused before anything is
    // written.
    let mut after: BTreeMap<String, Installed> = installed.clone();
    after.extend(changed.iter().map(|c| (c.key(), c.clone())));
    let (all_texts, withdrawn) = texts_of(&after.values().cloned().collect::<Vec<_>>());
    let library = Library::read(&all_texts, withdrawn).map_err(|e| AppError::Refused(e.to_string()))?;
    for was in changed.iter().filter(|c| c.kind == Kind::Pack) {
        keeps_its_ids(office, &library, &PackId(was.id.clone()))?;
    }
    let (generation, told) = next_generation()?;
    let (mut records, mut entries) = (vec![told], Vec::new());
    for one in &changed {
        records.push(one.put()?);
        entries.push(Entry::new(office, Act::RulesInForce, None).with(format!("{} {}", one.key(), one.digest)));
    }
    acts::put(office, &entries, records).await?;
    // As it was read a moment ago.
    office.set_library(Arc::new(library), generation);
    Ok(done)
}

/// A text that takes the place of another under the same id leaves no proceeding in a state, and no clock under a rule,
/// that is not there any more.
fn keeps_its_ids(office: &Office, after: &Library, id: &PackId) -> Result<()> {
    let (Some(was), Some(is)) = (office.library().book(id), after.book(id)) else { return Ok(()) };
    let states = was.states.keys().find(|s| is.state(s).is_none()).map(|s| format!("state `{s}`"));
    let clocks = was.clocks.keys().find(|c| is.clock(c).is_none()).map(|c| format!("clock `{c}`"));
    match states.or(clocks) {
        Some(gone) => Err(AppError::Refused(format!(
            "the new text of `{id}` has no {gone}, in which proceedings may stand; give it an id of its own"
        ))),
        None => Ok(()),
    }
}

/// The beginning of a digest, as it is shown.
pub(super) fn short(digest: &str) -> &str {
    digest.get(..12).unwrap_or(digest)
}

/// Takes a pack out of force: what comes in goes under the one before it, and what began under it goes on. One act, and
/// [`restore`] takes it back.
///
/// # Errors
/// [`AppError::NotAllowed`], [`AppError::NotFound`], [`AppError::Refused`] when no pack would be left; as the store.
#[crate::boxed]
pub async fn withdraw(office: &Office, staff: &Staff, id: &str) -> Result<()> {
    may_approve(office, staff)?;
    let _turn = office.turn(TURN).await;
    load(office).await?;
    let mut one = found(office, id).await?;
    if one.withdrawn.is_some() {
        return Ok(());
    }
    let pack = PackId(id.to_owned());
    let book = office.library().book(&pack).ok_or(AppError::NotFound)?;
    let left = (*office.library()).clone().without(&pack);
    let today = office.now().today();
    if left.in_force(book.family(), today).is_none_or(|b| b.force_from > today)
        && office.library().in_force(book.family(), today).is_some_and(|b| b.id == pack)
    {
        return Err(AppError::Form(vec![crate::error::FormError::new("id", "fault-rules-last")]));
    }
    one.withdrawn = Some(Signed { by: Some(staff.officer.id.clone()), at: office.machine_now() });
    write(office, Some(&staff.officer.id), &one, Act::RulesWithdrawn).await
}

/// Puts a pack that was withdrawn in force again.
///
/// # Errors
/// As [`withdraw`].
#[crate::boxed]
pub async fn restore(office: &Office, staff: &Staff, id: &str) -> Result<()> {
    may_approve(office, staff)?;
    put_back(office, Some(&staff.officer.id), id).await
}

/// The same by a command of the operator, for an office in which nobody can sign in.
///
/// # Errors
/// [`AppError::NotFound`]; as the store.
#[crate::boxed]
pub async fn restore_at_machine(office: &Office, id: &str) -> Result<()> {
    put_back(office, None, id).await
}

async fn put_back(office: &Office, by: Option<&OfficerId>, id: &str) -> Result<()> {
    let _turn = office.turn(TURN).await;
    let mut one = found(office, id).await?;
    if one.withdrawn.take().is_none() {
        return Ok(());
    }
    write(office, by, &one, Act::RulesInForce).await
}

async fn found(office: &Office, id: &str) -> Result<Installed> {
    office.find::<Installed>(&(Kind::Pack.word().to_owned(), id.to_owned())).await?.ok_or(AppError::NotFound)
}

async fn write(office: &Office, by: Option<&OfficerId>, one: &Installed, act: Act) -> Result<()> {
    let entry = Entry::new(office, act, by).with(one.key());
    acts::put(office, &[entry], vec![next_generation()?.1, one.put()?]).await?;
    load(office).await
}

/// Whether an officer approves rules: the head of the petition office, or whoever looks after the office.
pub fn approves(office: &Office, staff: &Staff) -> bool {
    let head = staff.may(huiyin_domain::posts::Power::Head) && &staff.officer.unit == office.front_office();
    head || allows(staff, Action::Administer)
}

/// Who agrees to rules: the head of the petition office, or whoever looks after the office.
///
/// # Errors
/// [`AppError::NotAllowed`].
pub(super) fn may_approve(office: &Office, staff: &Staff) -> Result<()> {
    if approves(office, staff) { Ok(()) } else { Err(AppError::NotAllowed) }
}
