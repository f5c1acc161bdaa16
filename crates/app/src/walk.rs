//! Going through all matters, a page at a time, and writing one of them against the version that was read.

use huiyin_domain::clock::{Basis, OfficeTime};
use huiyin_domain::decide::next_event;
use huiyin_domain::event::{EventActor, EventKind};
use huiyin_domain::matter::Matter;
use huiyin_domain::payload::Payload;
use huiyin_storage::{Changes, Cursor, Expected, ListQuery, StoreError, Visibility};

use crate::error::Result;
use crate::office::{Ground, Office};
use crate::seal::{seal, tell};

/// Matters read at once.
const PAGE: u32 = 500;

/// A walk over every matter of the tenant, newest first. It is for operators and totals: no reader's rights narrow it.
pub(crate) struct Walk<'a> {
    office: &'a Office,
    everything: Visibility,
    after: Option<Cursor>,
    over: bool,
}

impl<'a> Walk<'a> {
    pub(crate) async fn begin(office: &'a Office) -> Result<Self> {
        let units = office.directory().await?.units.iter().map(|u| u.id.clone()).collect();
        Ok(Self { office, everything: Visibility::units(units), after: None, over: false })
    }

    /// The next page; `None` at the end.
    pub(crate) async fn page(&mut self) -> Result<Option<Vec<Matter>>> {
        if self.over {
            return Ok(None);
        }
        let query = ListQuery { tenant: self.office.tenant().clone(), visibility: self.everything.clone(), phase: None, after: self.after.take(), limit: PAGE };
        let page = self.office.store().list(&query).await?;
        self.over = page.next.is_none();
        self.after = page.next;
        Ok(Some(page.rows))
    }
}

/// What time, or an operator, says in a matter's record.
pub(crate) struct Said {
    /// Clause, where the law speaks.
    pub(crate) clause: Option<String>,
    /// What.
    pub(crate) kinds: Vec<EventKind>,
    /// What the petitioner is told of; `None`: nothing.
    pub(crate) about: Option<&'static str>,
}

/// Commits one matter with what is said of it; `false` when somebody was working on it and nothing was written.
pub(crate) async fn write_one(office: &Office, ground: &Ground, was: u64, mut next: Matter, said: Said) -> Result<bool> {
    let now: OfficeTime = office.now();
    let mut changes = Changes::new(office.tenant().clone());
    if let Some(about) = said.about
        && let Some(record) = office.store().submission(office.tenant(), &next.submission).await?
    {
        tell(&mut changes, office, &record, &next, about);
    }
    let basis = if said.clause.is_some() { Basis::Law } else { Basis::House };
    let events = said.kinds.into_iter().map(|kind| next_event(&mut next, now.at, EventActor::Clock, said.clause.clone(), basis, kind)).collect();
    next.changed_at = now.at;
    seal(&mut changes, ground, next, events, Payload::default(), Expected::Version(was), None)?;
    match office.store().commit(changes).await {
        Ok(()) => Ok(true),
        Err(StoreError::ChangedMeanwhile) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Why a matter was left: it is said in the same words everywhere.
pub(crate) const BUSY: &str = "somebody was working on it; run again";
