//! The office: store, files, packs, words and time of one tenant, handed to every use case.

mod ids;
mod jobs;
mod leap;
mod readings;
mod records;
mod staff;
mod time;

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, OnceLock, RwLock, Weak};

use hmac::{Hmac, KeyInit, Mac};
use huiyin_domain::calendar::WorkCalendar;
use huiyin_domain::clock::OfficeTime;
use huiyin_domain::decide::Rules;
use huiyin_domain::ids::{OfficerId, PackId, ProceedingId, TenantId, UnitId};
use huiyin_domain::kind::ProceedingKind;
use huiyin_domain::procedure::{Lodging, RuleBook};
use huiyin_domain::unit::{Directory, Officer, Unit};
use huiyin_files::FileStore;
use huiyin_register::hex;
use huiyin_storage::{Reserved, Store};
use huiyin_vault::Keyring;
use huiyin_wording::{Language, Wording};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use sha2::Sha256;

use crate::error::{AppError, Result};
use crate::packs::Library;

pub use ids::{Ids, random_hex};
pub(crate) use jobs::{Job, Jobs};
pub use jobs::{KEPT_MINUTES, Stage};
pub use leap::Leap;
use readings::Readings;
pub(crate) use records::Setting;
pub use staff::Staff;
use time::OneInstant;
pub use time::TimeSource;

/// The setting that says that the store holds a demo.
pub(crate) const DEMO_MARK: &str = "demo";
/// Seconds a number of a paper is held for the unit of work that makes it: longer than a commit may take.
const HELD_SECONDS: i64 = 90;
/// Serials leased at once.
const LEASE: u32 = 100;
/// Seconds a directory read from the store is good for.
const DIRECTORY_SECONDS: i64 = 2;

/// Who has which matter open, until when, by what name.
pub(crate) type Presence = Mutex<BTreeMap<(ProceedingId, OfficerId), (Timestamp, String)>>;

/// What an office is made of.
#[derive(Debug, Clone)]
pub struct Parts {
    /// The store.
    pub store: Arc<dyn Store>,
    /// Files.
    pub files: FileStore,
    /// Packs and calendars to begin with; those that are installed in the store take their place when they are read.
    pub library: Arc<Library>,
    /// Words.
    pub wording: Arc<Wording>,
    /// Time.
    pub time: Arc<dyn TimeSource>,
    /// Ids.
    pub ids: Ids,
    /// The tenant.
    pub tenant: TenantId,
    /// Its time zone.
    pub zone: TimeZone,
    /// The server's secret, for receipt codes and hashes.
    pub secret: Vec<u8>,
    /// The office's keys, for what is sealed.
    pub keys: Keyring,
    /// The unit that receives what is lodged online.
    pub front_office: UnitId,
    /// The office's own folder of faces, if it has one.
    pub faces: Option<std::path::PathBuf>,
    /// The family of packs under which matters are opened, such as `cn/petition`.
    pub procedure: String,
    /// Division code of the area it serves; forms offer the places under it. Empty: places are written in words.
    pub division: String,
}

/// One office, cheap to clone.
#[derive(Debug, Clone)]
pub struct Office {
    parts: Arc<Parts>,
    serials: Arc<Mutex<Serials>>,
    directory: Arc<RwLock<(i64, Arc<Directory>)>>,
    demo: Arc<RwLock<(i64, bool)>>,
    turns: Arc<Turns>,
    jobs: Jobs,
    presence: Arc<Presence>,
    facts_complete: Arc<AtomicBool>,
    published: Arc<RwLock<Vec<OfficerId>>>,
    leap: Arc<RwLock<Option<Leap>>>,
    readings: Arc<Readings>,
    draw_seed: Arc<OnceLock<u64>>,
    library: Arc<RwLock<(String, Arc<Library>)>>,
}

/// Who guesses at what just now, by key. A key nobody waits for is let go.
#[derive(Debug, Default)]
struct Turns(Mutex<BTreeMap<String, Weak<tokio::sync::Mutex<()>>>>);

impl Turns {
    /// Keys kept before those that are let go are looked for.
    const KEPT: usize = 1_000;

    fn for_key(&self, key: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut all = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if all.len() > Self::KEPT {
            all.retain(|_, turn| turn.strong_count() > 0);
        }
        if let Some(turn) = all.get(key).and_then(Weak::upgrade) {
            return turn;
        }
        let turn = Arc::default();
        all.insert(key.to_owned(), Arc::downgrade(&turn));
        turn
    }
}

/// The rest of a leased block, by year: the next serial and the end.
type Serials = BTreeMap<i16, (u64, u64)>;

/// The rule book, calendar and directory a decision is made under, kept together.
#[derive(Debug, Clone)]
pub struct Ground {
    /// The matter's pack.
    pub book: Arc<RuleBook>,
    /// Its calendar.
    pub calendar: Arc<WorkCalendar>,
    /// Units and officers.
    pub directory: Arc<Directory>,
    /// What chance goes by.
    draw_seed: u64,
}

impl Ground {
    /// How matters of its pack begin.
    ///
    /// # Errors
    /// [`AppError::Internal`] for a pack of another kind.
    pub fn lodging(&self) -> Result<&Lodging> {
        self.book
            .lodging
            .as_ref()
            .ok_or_else(|| AppError::internal(format!("`{}` is no pack of matters", self.book.id)))
    }

    /// As the domain takes it.
    pub fn rules(&self) -> Rules<'_> {
        Rules { book: &self.book, calendar: &self.calendar, directory: &self.directory, draw_seed: self.draw_seed }
    }
}

impl Office {
    /// Puts an office together.
    pub fn new(parts: Parts) -> Self {
        Self {
            library: Arc::new(RwLock::new((String::new(), Arc::clone(&parts.library)))),
            parts: Arc::new(parts),
            serials: Arc::default(),
            directory: Arc::new(RwLock::new((i64::MIN, Arc::default()))),
            demo: Arc::new(RwLock::new((i64::MIN, false))),
            turns: Arc::default(),
            jobs: Arc::default(),
            presence: Arc::default(),
            facts_complete: Arc::default(),
            published: Arc::default(),
            leap: Arc::default(),
            readings: Arc::default(),
            draw_seed: Arc::default(),
        }
    }

    /// A leap of the clock that waits for somebody's word.
    pub(crate) fn leap(&self) -> Option<Leap> {
        self.leap.read().map_or(None, |leap| *leap)
    }

    /// Keeps a leap of the clock for the staff pages.
    pub(crate) fn set_leap(&self, leap: Option<Leap>) {
        if let Ok(mut kept) = self.leap.write() {
            *kept = leap;
        }
    }

    /// Officers whose accounts open with a password anybody can read, as last looked for.
    pub(crate) fn published(&self) -> &RwLock<Vec<OfficerId>> {
        &self.published
    }

    /// A new UUIDv7 as text.
    pub fn new_id(&self) -> String {
        self.parts.ids.next()
    }

    /// The same office with another source of time (for seeds).
    pub fn with_time(&self, time: Arc<dyn TimeSource>) -> Self {
        Self {
            readings: Arc::clone(&self.readings),
            library: Arc::clone(&self.library),
            ..Self::new(Parts { time, ..(*self.parts).clone() })
        }
    }

    /// The same office with what it has in memory, its time read through another source.
    #[must_use]
    pub fn timed_by(&self, time: Arc<dyn TimeSource>) -> Self {
        Self { parts: Arc::new(Parts { time, ..(*self.parts).clone() }), ..self.clone() }
    }

    /// The same office as it is at this instant: a sweep, or a command that walks over many, reads the time once and
    /// does everything at it.
    #[must_use]
    pub(crate) fn at_one_instant(&self) -> Self {
        self.timed_by(Arc::new(OneInstant { at: self.now().at, live: self.time_source() }))
    }

    /// Where its time comes from.
    pub fn time_source(&self) -> Arc<dyn TimeSource> {
        Arc::clone(&self.parts.time)
    }

    /// The same office under another family of packs.
    pub fn with_procedure(&self, procedure: &str) -> Self {
        Self {
            library: Arc::clone(&self.library),
            ..Self::new(Parts { procedure: procedure.to_owned(), ..(*self.parts).clone() })
        }
    }

    /// The same office with other packs or calendars: what a new version of the program brings.
    pub fn with_library(&self, library: Arc<Library>) -> Self {
        Self::new(Parts { library, ..(*self.parts).clone() })
    }

    /// A turn at guessing: guesses at one name, or from one place, are judged one after another, so that many at once
    /// gain nothing and keep nobody else waiting.
    pub(crate) async fn turn(&self, key: &str) -> tokio::sync::OwnedMutexGuard<()> {
        let turn = self.turns.for_key(key);
        turn.lock_owned().await
    }

    /// Who has which matter open.
    pub(crate) fn presence(&self) -> &Presence {
        &self.presence
    }

    /// Whether every matter is known to have its narrow row.
    pub(crate) fn facts_complete(&self) -> &AtomicBool {
        &self.facts_complete
    }

    /// Print jobs under way or ready.
    pub(crate) fn jobs(&self) -> &Jobs {
        &self.jobs
    }

    /// The store. Only use cases of this crate reach it.
    pub(crate) fn store(&self) -> &dyn Store {
        &*self.parts.store
    }

    /// Files.
    pub fn files(&self) -> &FileStore {
        &self.parts.files
    }

    /// Words.
    pub fn wording(&self) -> &Wording {
        &self.parts.wording
    }

    /// Words, for whoever keeps them as long as the office.
    pub fn shared_wording(&self) -> Arc<Wording> {
        Arc::clone(&self.parts.wording)
    }

    /// Division code of the area the office serves; empty where it names none.
    pub(crate) fn division(&self) -> &str {
        &self.parts.division
    }

    /// The office's own folder of faces.
    pub(crate) fn faces_folder(&self) -> Option<&std::path::Path> {
        self.parts.faces.as_deref()
    }

    /// Packs and calendars as they are now.
    pub fn library(&self) -> Arc<Library> {
        Arc::clone(&self.library.read().unwrap_or_else(std::sync::PoisonError::into_inner).1)
    }

    /// Which state of what is installed was read last.
    pub(crate) fn rules_generation(&self) -> String {
        self.library.read().unwrap_or_else(std::sync::PoisonError::into_inner).0.clone()
    }

    /// Takes what is installed as it was read from the store.
    pub(crate) fn set_library(&self, library: Arc<Library>, generation: String) {
        *self.library.write().unwrap_or_else(std::sync::PoisonError::into_inner) = (generation, library);
        self.readings.clear();
        // Posts and kinds of units come from packs.
        if let Ok(mut kept) = self.directory.write() {
            kept.0 = i64::MIN;
        }
    }

    /// The family of packs under which matters are opened.
    pub fn procedure(&self) -> &str {
        &self.parts.procedure
    }

    /// The tenant.
    pub fn tenant(&self) -> &TenantId {
        &self.parts.tenant
    }

    /// The unit that receives what is lodged online.
    pub fn front_office(&self) -> &UnitId {
        &self.parts.front_office
    }

    /// The backend's name.
    pub fn backend(&self) -> &'static str {
        self.parts.store.backend()
    }

    /// Whether the store answers.
    ///
    /// # Errors
    /// As the store.
    #[crate::boxed]
    pub async fn ready(&self) -> Result<()> {
        Ok(self.store().ready().await?)
    }

    /// Copies the store as of one instant, while it is in use.
    ///
    /// # Errors
    /// As the store; [`AppError::Refused`] where it is copied by a program of its own.
    #[crate::boxed]
    pub async fn copy_store(&self, path: &std::path::Path) -> Result<()> {
        if self.store().copy_to(path).await? {
            Ok(())
        } else {
            Err(AppError::Refused("this store is copied by its own program".into()))
        }
    }

    /// Brings everything into the store's main file before the end.
    ///
    /// # Errors
    /// As the store.
    #[crate::boxed]
    pub async fn checkpoint(&self) -> Result<()> {
        Ok(self.store().checkpoint().await?)
    }

    /// Matters that have duties and are not there, at most a hundred: what a damaged or half restored store leaves
    /// behind.
    ///
    /// # Errors
    /// As the store.
    #[crate::boxed]
    pub async fn orphans(&self) -> Result<Vec<ProceedingId>> {
        Ok(self.store().orphans(self.tenant(), 100).await?)
    }

    /// Office time.
    pub fn now(&self) -> OfficeTime {
        OfficeTime { at: self.parts.time.office_now(), zone: self.parts.zone.clone() }
    }

    /// Machine time.
    pub fn machine_now(&self) -> Timestamp {
        self.parts.time.machine_now()
    }

    /// The source of time.
    pub(crate) fn time(&self) -> &dyn TimeSource {
        &*self.parts.time
    }

    /// The tenant's zone.
    pub fn zone(&self) -> &TimeZone {
        &self.parts.zone
    }

    /// Rule book and calendar of a pack, with the directory.
    ///
    /// # Errors
    /// When a matter names a pack this program does not have.
    #[crate::boxed]
    pub async fn ground(&self, pack: &PackId) -> Result<Ground> {
        let book = self.library().book(pack).ok_or_else(|| {
            AppError::Refused(format!("pack `{pack}` is not installed; put it in with `huiyin pack install`"))
        })?;
        self.ground_of(book).await
    }

    /// The same for what comes in today.
    ///
    /// # Errors
    /// When no pack is in force.
    #[crate::boxed]
    pub async fn ground_today(&self) -> Result<Ground> {
        let book = self.book_today().ok_or_else(|| AppError::internal("no pack is in force"))?;
        self.ground_of(book).await
    }

    /// The language of papers and of what is kept.
    pub fn binding(&self) -> Language {
        self.book_today().and_then(|b| Language::parse(&b.binding)).unwrap_or(Language::ENGLISH)
    }

    /// The pack for what comes in today.
    pub fn book_today(&self) -> Option<Arc<RuleBook>> {
        self.library().in_force(&self.parts.procedure, self.now().today())
    }

    /// The packs of a kind in force today beside that of the matters, as they read today.
    pub fn packs_beside(&self, kind: ProceedingKind) -> Vec<Arc<RuleBook>> {
        let books = self.library().beside(&self.parts.procedure, kind, self.now().today());
        books.iter().map(|book| self.as_of_today(book)).collect()
    }

    /// The same for what comes straight to a unit, which may have a procedure of its own.
    ///
    /// # Errors
    /// When no pack is in force.
    #[crate::boxed]
    pub async fn ground_for(&self, unit: &UnitId) -> Result<Ground> {
        let own = self.directory().await?.unit(unit).map(|u| u.procedure.clone()).filter(|p| !p.is_empty());
        match own.and_then(|family| self.library().in_force(&family, self.now().today())) {
            Some(book) => self.ground_of(book).await,
            None => self.ground_today().await,
        }
    }

    async fn ground_of(&self, book: Arc<RuleBook>) -> Result<Ground> {
        let calendar = self
            .library()
            .calendar(&book.calendar)
            .ok_or_else(|| AppError::internal(format!("calendar `{}` is not installed", book.calendar)))?;
        Ok(Ground {
            book: self.as_of_today(&book),
            calendar,
            directory: self.directory().await?,
            draw_seed: self.draw_seed(),
        })
    }

    /// The book with the periods of today in its labels, made anew only when one of them changes.
    fn as_of_today(&self, book: &Arc<RuleBook>) -> Arc<RuleBook> {
        let day = self.now().today();
        let make = || book.as_of(day, |length| crate::periods::label(self.wording(), length));
        self.readings.on_day(book, day, make)
    }

    /// What a clock is called, for whoever knows only its id: in the pack of today, else in any that has it.
    pub fn clock_title(&self, clock: &huiyin_domain::ids::ClockId) -> Option<huiyin_domain::procedure::Label> {
        let (library, today) = (self.library(), self.now().today());
        let today = library.in_force(&self.parts.procedure, today);
        let book = today.iter().chain(library.books()).find(|b| b.clock(clock).is_some())?;
        self.as_of_today(book).clock(clock).map(|c| c.title.clone())
    }

    /// Units and officers, at most two seconds old.
    ///
    /// # Errors
    /// As the store.
    #[crate::boxed]
    pub async fn directory(&self) -> Result<Arc<Directory>> {
        let second = self.machine_now().as_second();
        if let Ok(kept) = self.directory.read()
            && second.saturating_sub(kept.0) < DIRECTORY_SECONDS
        {
            return Ok(Arc::clone(&kept.1));
        }
        self.reload_directory().await
    }

    /// Reads the directory anew, after it was changed here.
    ///
    /// # Errors
    /// As the store; an entry that is no valid unit or officer is named.
    #[crate::boxed]
    pub async fn reload_directory(&self) -> Result<Arc<Directory>> {
        let units = self.select_all::<Unit>(&[]).await?.into_iter().map(|(_, unit)| unit).collect();
        let officers = self.select_all::<Officer>(&[]).await?.into_iter().map(|(_, officer)| officer).collect();
        let directory = Directory { units, officers, vocabulary: self.library().vocabulary() };
        let directory = Arc::new(directory.at(self.parts.time.live()));
        if let Ok(mut kept) = self.directory.write() {
            *kept = (self.machine_now().as_second(), Arc::clone(&directory));
        }
        Ok(directory)
    }

    /// The next serial of a year.
    ///
    /// # Errors
    /// As the store.
    pub(crate) async fn serial(&self, year: i16) -> Result<u64> {
        if let Some(next) = self.take_serial(year) {
            return Ok(next);
        }
        // One of those who find the block used up leases the next; the others take theirs from it.
        let _turn = self.turn("serial").await;
        if let Some(next) = self.take_serial(year) {
            return Ok(next);
        }
        let first = self.store().lease(self.tenant(), &format!("serial:{year}"), LEASE).await?;
        if let Ok(mut serials) = self.serials.lock() {
            serials.insert(year, (first + 1, first + u64::from(LEASE)));
        }
        Ok(first)
    }

    fn take_serial(&self, year: i16) -> Option<u64> {
        let mut serials = self.serials.lock().ok()?;
        let (next, end) = serials.get_mut(&year)?;
        (*next < *end).then(|| {
            *next += 1;
            *next - 1
        })
    }

    /// What says that the store holds a demo, finished or not; `None` in a live office.
    ///
    /// # Errors
    /// As the store.
    pub(crate) async fn demo_mark(&self) -> Result<Option<Setting>> {
        self.setting(DEMO_MARK).await
    }

    /// Whether the store holds a demo, at most two seconds ago.
    ///
    /// # Errors
    /// As the store.
    #[crate::boxed]
    pub async fn is_demo(&self) -> Result<bool> {
        let second = self.machine_now().as_second();
        if let Ok(kept) = self.demo.read()
            && second.saturating_sub(kept.0) < DIRECTORY_SECONDS
        {
            return Ok(kept.1);
        }
        let demo = self.demo_mark().await?.is_some();
        if let Ok(mut kept) = self.demo.write() {
            *kept = (second, demo);
        }
        Ok(demo)
    }

    /// Looks anew whether the store holds a demo, after it was marked here.
    pub(crate) fn forget_demo(&self) {
        if let Ok(mut kept) = self.demo.write() {
            *kept = (i64::MIN, false);
        }
    }

    /// Reserves the next number of a series of papers for the unit of work that carries it. One that is not used in
    /// time is given to the next who asks, so that no number is left out.
    ///
    /// # Errors
    /// As the store.
    pub(crate) async fn paper_serial(&self, series: &str) -> Result<Reserved> {
        let now = self.machine_now();
        let until = now.checked_add(HELD_SECONDS.seconds()).unwrap_or(now);
        Ok(self.store().reserve(self.tenant(), series, &random_hex(8)?, now, until).await?)
    }

    /// Gives back numbers of papers that were not made. Where that fails they are free by themselves after a while.
    pub(crate) async fn give_back(&self, numbers: Vec<Reserved>) {
        if !numbers.is_empty() && self.store().give_back(self.tenant(), numbers).await.is_err() {
            tracing::warn!(
                "numbers of papers could not be given back; they are free by themselves in {HELD_SECONDS} seconds"
            );
        }
    }

    /// A keyed hash, in hex: of receipt codes, form tokens, session keys.
    pub(crate) fn keyed_hash(&self, purpose: &str, value: &str) -> String {
        hex(&self.keyed(purpose, value))
    }

    /// The office's keys.
    pub(crate) fn keys(&self) -> &Keyring {
        &self.parts.keys
    }

    /// What chance goes by in this office: nobody without its secret foresees what is drawn.
    fn draw_seed(&self) -> u64 {
        let reckon = || self.keyed("draw-seed", "").first_chunk().copied().map_or(0, u64::from_le_bytes);
        *self.draw_seed.get_or_init(reckon)
    }

    /// The bytes of a keyed hash.
    pub(crate) fn keyed(&self, purpose: &str, value: &str) -> Vec<u8> {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.parts.secret) else { return Vec::new() };
        mac.update(purpose.as_bytes());
        mac.update(b"\0");
        mac.update(value.as_bytes());
        mac.finalize().into_bytes().to_vec()
    }
}
