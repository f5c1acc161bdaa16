//! Records with a table each. A record is found by its key and listed in the order of keys; what stands in it is its
//! owner's affair, so that the store has one statement for each table and no room of the program has SQL.
//!
//! A record's type says its table and its key ([`Record`]). Keys are texts in the order of bytes; a number is written
//! with leading zeros. What may die is no record: see [`ItemKind`](super::ItemKind).

use huiyin_domain::ids::{OfficerId, ProceedingId, SubmissionId, TenantId, UnitId};
use huiyin_domain::unit::{Officer, Unit};
use jiff::civil::Date;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Changes, Store, StoreError};

/// Records read at once where all are wanted.
const PAGE: u32 = 1_000;

/// A table of records. Its key begins with the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// Units of the directory.
    Unit,
    /// Officers of the directory with the posts they sit in.
    Officer,
    /// Password hashes.
    Credential,
    /// Second factors of officers' sign-ins.
    SecondFactor,
    /// Tokens of machines, by keyed hash.
    Token,
    /// The division list.
    Place,
    /// Settings of the office, such as the fingerprint of its key.
    Setting,
    /// Papers made by moves.
    Paper,
    /// Papers by the unit that issued them and the day.
    PaperDay,
    /// Papers as they were served: where the file lies.
    PaperCopy,
    /// Which matters belong to a joinder.
    JoinderMember,
    /// Matters an officer recuses from (art. 28(3)).
    Recusal,
    /// Opinions on the public page.
    Opinion,
    /// Closed files drawn for a check.
    Draw,
    /// That a yearly report was sent (art. 41).
    ReportSending,
    /// Numbers that somebody else gave a matter, for finding it.
    Reference,
    /// Rows of ledgers that were imported: source and number, and content.
    ImportedRow,
    /// Receipt codes given out and not used yet, by hash.
    ReceiptCode,
    /// Stored files to be removed, by name; written with the destruction.
    DoomedFile,
    /// Matters and the proceedings that concern them.
    Link,
    /// What was done to the office itself, chained and kept.
    Act,
    /// Installed packs and calendars.
    Rules,
    /// Halls where visitors are received.
    Hall,
    /// Tickets of halls by day: the narrow rows of visits.
    Ticket,
    /// Who sits at which window.
    Sitting,
    /// Tablets and walls of halls that are paired.
    Device,
    /// What comes in a hall on a day: the narrow rows of what is no visit.
    Coming,
    /// Codes by which whoever began something at a hall follows it.
    ComingCode,
    /// By which rules leaders receive visitors at a hall.
    LeaderRule,
    /// At which hours a hall receives, and which times can be booked.
    BookingPlan,
    /// Times of halls that are booked: a key is taken once.
    Slot,
}

impl Table {
    /// Every table.
    pub const ALL: [Self; 31] = [
        Self::Unit,
        Self::Officer,
        Self::Credential,
        Self::SecondFactor,
        Self::Token,
        Self::Place,
        Self::Setting,
        Self::Paper,
        Self::PaperDay,
        Self::PaperCopy,
        Self::JoinderMember,
        Self::Recusal,
        Self::Opinion,
        Self::Draw,
        Self::ReportSending,
        Self::Reference,
        Self::ImportedRow,
        Self::ReceiptCode,
        Self::DoomedFile,
        Self::Link,
        Self::Act,
        Self::Rules,
        Self::Hall,
        Self::Ticket,
        Self::Sitting,
        Self::Device,
        Self::Coming,
        Self::ComingCode,
        Self::LeaderRule,
        Self::BookingPlan,
        Self::Slot,
    ];

    /// Its name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unit => "unit",
            Self::Officer => "officer",
            Self::Credential => "credential",
            Self::SecondFactor => "second_factor",
            Self::Token => "token",
            Self::Place => "place",
            Self::Setting => "setting",
            Self::Paper => "paper",
            Self::PaperDay => "paper_day",
            Self::PaperCopy => "paper_copy",
            Self::JoinderMember => "joinder_member",
            Self::Recusal => "recusal",
            Self::Opinion => "opinion",
            Self::Draw => "draw",
            Self::ReportSending => "report_sending",
            Self::Reference => "reference",
            Self::ImportedRow => "imported_row",
            Self::ReceiptCode => "receipt_code",
            Self::DoomedFile => "doomed_file",
            Self::Link => "link",
            Self::Act => "act",
            Self::Rules => "rules",
            Self::Hall => "hall",
            Self::Ticket => "ticket",
            Self::Sitting => "sitting",
            Self::Device => "device",
            Self::Coming => "coming",
            Self::ComingCode => "coming_code",
            Self::LeaderRule => "leader_rule",
            Self::BookingPlan => "booking_plan",
            Self::Slot => "slot",
        }
    }

    /// The columns of its key behind the tenant.
    pub const fn key_columns(self) -> &'static [&'static str] {
        match self {
            Self::Unit | Self::Officer | Self::Device => &["id"],
            Self::Credential | Self::SecondFactor => &["officer"],
            Self::Token | Self::ReceiptCode | Self::ComingCode => &["hash"],
            Self::Place => &["code"],
            Self::Setting | Self::DoomedFile => &["name"],
            Self::Paper | Self::PaperCopy => &["proceeding", "n"],
            Self::PaperDay => &["unit", "day", "proceeding", "n"],
            Self::JoinderMember => &["joinder", "proceeding"],
            Self::Recusal => &["officer", "proceeding"],
            Self::Opinion => &["address"],
            Self::Draw => &["unit", "id"],
            Self::ReportSending => &["unit", "year", "id"],
            Self::Reference => &["number", "proceeding"],
            Self::ImportedRow => &["number", "origin"],
            Self::Link => &["matter", "proceeding"],
            Self::Act => &["n"],
            Self::Rules => &["kind", "id"],
            Self::Hall | Self::BookingPlan => &["unit"],
            Self::Ticket => &["unit", "day", "ticket"],
            Self::Sitting => &["unit", "window_number"],
            Self::Coming => &["unit", "day", "proceeding"],
            Self::LeaderRule => &["unit", "id"],
            Self::Slot => &["unit", "day", "place"],
        }
    }
}

/// What a key is put together from, as a text whose order is the order of the table.
pub trait KeyPart: Sized {
    /// As it is stored.
    fn to_text(&self) -> String;
    /// From what is stored; `None` when it is no such value.
    fn from_text(text: &str) -> Option<Self>;
}

impl KeyPart for String {
    fn to_text(&self) -> String {
        self.clone()
    }

    fn from_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

macro_rules! ids {
    ($($id:ident),*) => { $(
        impl KeyPart for $id {
            fn to_text(&self) -> String {
                self.0.clone()
            }

            fn from_text(text: &str) -> Option<Self> {
                Some(Self(text.to_owned()))
            }
        }
    )* };
}
ids!(UnitId, OfficerId, ProceedingId, SubmissionId);

impl KeyPart for u32 {
    fn to_text(&self) -> String {
        format!("{self:06}")
    }

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl KeyPart for i16 {
    fn to_text(&self) -> String {
        format!("{self:04}")
    }

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl KeyPart for Date {
    fn to_text(&self) -> String {
        self.to_string()
    }

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

/// A whole key behind the tenant.
pub trait RecordKey: Sized {
    /// Its parts as they are stored.
    fn to_texts(&self) -> Vec<String>;
    /// From what is stored; `None` when a part is no such value.
    fn from_texts(texts: &[String]) -> Option<Self>;
}

macro_rules! keys {
    ($($name:ident)*) => {
        impl<$($name: KeyPart),*> RecordKey for ($($name,)*) {
            #[expect(non_snake_case, reason = "the names of the types stand for their values")]
            fn to_texts(&self) -> Vec<String> {
                let ($($name,)*) = self;
                vec![$($name.to_text()),*]
            }

            fn from_texts(texts: &[String]) -> Option<Self> {
                let mut texts = texts.iter();
                let key = ($($name::from_text(texts.next()?)?,)*);
                texts.next().is_none().then_some(key)
            }
        }
    };
}
keys!(A);
keys!(A B);
keys!(A B C);
keys!(A B C D);

/// A record with a table of its own.
pub trait Record: Serialize + DeserializeOwned {
    /// Its table.
    const TABLE: Table;
    /// By what it is found.
    type Key: RecordKey;
}

impl Record for Unit {
    const TABLE: Table = Table::Unit;
    type Key = (UnitId,);
}

impl Record for Officer {
    const TABLE: Table = Table::Officer;
    type Key = (OfficerId,);
}

/// What happens to a record in a unit of work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordChange {
    /// It is written, whatever stood there. The value is its JSON.
    Put(String),
    /// It is written where nothing stands; else the unit of work is refused.
    Add(String),
    /// It goes; it is no fault when nothing stands there.
    Remove,
}

/// A record that is written or removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordWrite {
    /// Table.
    pub table: Table,
    /// Key behind the tenant.
    pub key: Vec<String>,
    /// What happens.
    pub change: RecordChange,
}

impl RecordWrite {
    /// Writes a record over what stands there.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it has no JSON.
    pub fn put<R: Record>(key: &R::Key, record: &R) -> Result<Self, StoreError> {
        let (key, doc) = written(key, record)?;
        Ok(Self { table: R::TABLE, key, change: RecordChange::Put(doc) })
    }

    /// Writes a record whose key must be free.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when it has no JSON.
    pub fn add<R: Record>(key: &R::Key, record: &R) -> Result<Self, StoreError> {
        let (key, doc) = written(key, record)?;
        Ok(Self { table: R::TABLE, key, change: RecordChange::Add(doc) })
    }

    /// Removes a record.
    pub fn remove<R: Record>(key: &R::Key) -> Self {
        Self { table: R::TABLE, key: key.to_texts(), change: RecordChange::Remove }
    }
}

fn written<R: Record>(key: &R::Key, record: &R) -> Result<(Vec<String>, String), StoreError> {
    let key = key.to_texts();
    let doc = serde_json::to_string(record).map_err(|e| StoreError::corrupt(R::TABLE.name(), &key.join(" "), &e))?;
    Ok((key, doc))
}

/// Which records of a table are read, in the order of keys.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// The first parts of the key, which all of them have.
    pub within: Vec<String>,
    /// What the part behind those begins with.
    pub begins: String,
    /// A whole key, behind which they stand; empty for the first.
    pub after: Vec<String>,
    /// At most so many.
    pub limit: u32,
}

impl Wanted {
    /// The first records of a table.
    pub fn first(limit: u32) -> Self {
        Self { limit, ..Self::default() }
    }

    /// Those whose key begins with these parts.
    #[must_use]
    pub fn within(self, within: &[&dyn ToKeyText]) -> Self {
        Self { within: within.iter().map(|p| p.key_text()).collect(), ..self }
    }

    /// Those whose next part begins with a text.
    #[must_use]
    pub fn beginning(self, begins: &str) -> Self {
        Self { begins: begins.to_owned(), ..self }
    }

    /// Those behind a key.
    #[must_use]
    pub fn after<K: RecordKey>(self, key: &K) -> Self {
        Self { after: key.to_texts(), ..self }
    }
}

/// A part of a key among others of other types.
pub trait ToKeyText: Sync {
    /// As it is stored.
    fn key_text(&self) -> String;
}

impl<P: KeyPart + Sync> ToKeyText for P {
    fn key_text(&self) -> String {
        self.to_text()
    }
}

/// A read of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordQuery {
    /// The tenant.
    pub tenant: TenantId,
    /// The table.
    pub table: Table,
    /// Which.
    pub wanted: Wanted,
}

impl dyn Store + '_ {
    /// A record by its key; `None` when there is none.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] names table and key when what stands there is no such record; as the store.
    pub async fn find<R: Record>(&self, tenant: &TenantId, key: &R::Key) -> Result<Option<R>, StoreError> {
        let key = key.to_texts();
        let found = self.record(tenant, R::TABLE, &key).await?;
        found.map(|doc| read(&key, &doc)).transpose()
    }

    /// Records of a table in the order of keys.
    ///
    /// # Errors
    /// As `find`.
    pub async fn select<R: Record>(&self, tenant: &TenantId, wanted: Wanted) -> Result<Vec<(R::Key, R)>, StoreError> {
        let found = self.records(&RecordQuery { tenant: tenant.clone(), table: R::TABLE, wanted }).await?;
        found.into_iter().map(|(key, doc)| Ok((read_key::<R>(&key)?, read(&key, &doc)?))).collect()
    }

    /// All records whose key begins with these parts, however many there are.
    ///
    /// # Errors
    /// As `find`.
    pub async fn select_all<R: Record>(
        &self,
        tenant: &TenantId,
        within: &[&dyn ToKeyText],
    ) -> Result<Vec<(R::Key, R)>, StoreError> {
        let mut out = Vec::new();
        let mut wanted = Wanted::first(PAGE).within(within);
        loop {
            let query = RecordQuery { tenant: tenant.clone(), table: R::TABLE, wanted: wanted.clone() };
            let found = self.records(&query).await?;
            let last = found
                .last()
                .map(|(key, _)| key.clone())
                .filter(|_| found.len() >= usize::try_from(PAGE).unwrap_or(usize::MAX));
            for (key, doc) in found {
                out.push((read_key::<R>(&key)?, read(&key, &doc)?));
            }
            match last {
                Some(last) => wanted.after = last,
                None => return Ok(out),
            }
        }
    }

    /// Writes records, all or none.
    ///
    /// # Errors
    /// [`StoreError::AlreadyThere`] when the key of one that is added is taken; as the store.
    pub async fn write(&self, tenant: &TenantId, records: Vec<RecordWrite>) -> Result<(), StoreError> {
        self.commit(Changes { records, ..Changes::new(tenant.clone()) }).await
    }
}

fn read<R: Record>(key: &[String], doc: &str) -> Result<R, StoreError> {
    serde_json::from_str(doc).map_err(|e| StoreError::corrupt(R::TABLE.name(), &key.join(" "), &e))
}

fn read_key<R: Record>(key: &[String]) -> Result<R::Key, StoreError> {
    R::Key::from_texts(key).ok_or_else(|| StoreError::Corrupt {
        table: R::TABLE.name(),
        row: key.join(" "),
        why: "the key is none of this table".to_owned(),
    })
}
