//! Going through all proceedings, a page at a time, and writing one of them against the version that was read.

use huiyin_domain::event::Event;
use huiyin_domain::kind::ProceedingKind;
use huiyin_domain::matter::Matter;
use huiyin_domain::payload::Payload;
use huiyin_domain::subject::Subject;
use huiyin_storage::{Changes, Cursor, Expected, StoreError};

use crate::error::Result;
use crate::office::{Ground, Office};
use crate::seal::{seal, tell};

/// Matters read at once.
const PAGE: u32 = 500;

/// A walk over every proceeding of the tenant, kind after kind, by id. It reads whole documents and is for what must
/// have them: checks of the record and operators' changes. Totals read narrow rows ([`crate::projection`]). No reader's
/// rights narrow it.
pub(crate) struct Walk<'a> {
    office: &'a Office,
    kinds: &'static [ProceedingKind],
    after: Option<Cursor>,
}

impl<'a> Walk<'a> {
    /// Over proceedings of every kind.
    pub(crate) fn begin(office: &'a Office) -> Self {
        Self { office, kinds: &ProceedingKind::ALL, after: None }
    }

    /// Over matters alone.
    pub(crate) fn over_matters(office: &'a Office) -> Self {
        Self { kinds: &[ProceedingKind::Matter], ..Self::begin(office) }
    }

    /// Over the proceedings that are no matters.
    pub(crate) fn beside_matters(office: &'a Office) -> Self {
        Self { kinds: ProceedingKind::BESIDE_MATTERS, ..Self::begin(office) }
    }

    /// The next page; `None` at the end.
    pub(crate) async fn page(&mut self) -> Result<Option<Vec<Subject>>> {
        let Some(kind) = self.kinds.first().copied() else { return Ok(None) };
        let after = self.after.take().unwrap_or_default();
        let page = self.office.store().scan(self.office.tenant(), kind, &after, PAGE).await?;
        self.after = page.next;
        if self.after.is_none() {
            self.kinds = self.kinds.get(1..).unwrap_or_default();
        }
        Ok(Some(page.rows))
    }

    /// The matters of the next page; `None` at the end.
    pub(crate) async fn matters(&mut self) -> Result<Option<Vec<Matter>>> {
        Ok(self.page().await?.map(|page| page.into_iter().filter_map(Subject::into_matter).collect()))
    }
}

/// What time, or an operator, says in a record.
pub(crate) struct NewEvents {
    /// What.
    pub(crate) events: Vec<Event>,
    /// What the petitioner is told of; `None`: nothing.
    pub(crate) about: Option<&'static str>,
}

/// Commits one proceeding with what is said of it; `false` when somebody was working on it and nothing was written.
pub(crate) async fn write_one(
    office: &Office,
    ground: &Ground,
    was: u64,
    next: impl Into<Subject>,
    said: NewEvents,
) -> Result<bool> {
    let next: Subject = next.into();
    let mut changes = Changes::new(office.tenant().clone());
    if let (Some(about), Some(matter)) = (said.about, next.matter())
        && let Some(record) = office.store().submission(office.tenant(), &matter.details().submission).await?
    {
        tell(&mut changes, office, &record, matter, about);
    }
    seal(&mut changes, ground, next, said.events, Payload::default(), Expected::Version(was), None)?;
    match office.store().commit(changes).await {
        Ok(()) => Ok(true),
        Err(StoreError::ChangedMeanwhile) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Why a matter was left: it is said in the same words everywhere.
pub(crate) const BUSY: &str = "somebody was working on it; run again";
