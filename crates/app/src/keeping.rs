//! Keeping and destruction of archived files. Destruction is a move of the pack by a second officer; what is done then
//! stands here: words, names, files and papers go in the commit of the move, and the course of the matter stays.

use std::time::Duration;

use huiyin_domain::matter::Matter;
use huiyin_domain::matter::tombstone::entomb;
use huiyin_domain::procedure::{Fact, Phase};
use huiyin_domain::retention::{KeptUntil, kept};
use huiyin_domain::submission::PaperFacts;
use huiyin_storage::{Changes, Erase, Expected, FactRange, FileUse, ProceedingWrite, RecordWrite, Wanted};
use jiff::civil::Date;

use crate::error::Result;
use crate::office::{Ground, Office};
use crate::projection;
use crate::vault::{DoomedFile, doomed};

/// How long after it was last stored a file is left alone: somebody may be about to use the same bytes.
const GRACE: Duration = Duration::from_secs(15 * 60);

/// Files looked at in one sweep; the rest waits for the next.
const LOOKED_AT: usize = 500;
/// Files of a page of the list.
const PAGE: u32 = 1000;

/// Adds the destruction to a unit of work and makes the tombstone. Files on disk are named in the same commit and
/// removed after it stands, now or by the next sweep.
pub(crate) async fn destroy(office: &Office, ground: &Ground, next: &mut Matter, changes: &mut Changes) -> Result<()> {
    let (store, tenant) = (office.store(), office.tenant());
    let others: Vec<Matter> =
        store.matters_of(tenant, &next.details().submission).await?.into_iter().filter(|m| m.id != next.id).collect();
    let last = others.iter().all(|m| m.facts.contains(&Fact::Destroyed));
    let (removed, mut hashes) = crate::papers::removal(office, &next.id).await?;
    changes.records.extend(removed);
    let mut record = None;
    if let Some(known) = store.submission(tenant, &next.details().submission).await? {
        changes.records.extend(crate::references::removal_of_paper(&next.id, &known.submission.paper));
    }
    if last {
        hashes.extend(
            store.attachments(tenant, &next.details().submission).await?.into_iter().map(|f| f.on_disk().to_owned()),
        );
        record = store.submission(tenant, &next.details().submission).await?;
        if let Some(record) = &mut record {
            record.submission.paper = PaperFacts::default();
        }
    }
    // Of two parts destroyed at the same moment one is told to look again, so that the last one takes the letter with
    // it.
    for part in others {
        let expected = Expected::Version(part.version);
        let part = part.next_version();
        changes.proceedings.push(ProceedingWrite {
            scope: part.scope(&ground.directory),
            subject: part.into(),
            expected,
            terms: None,
            fact: None,
        });
    }
    for hash in hashes {
        changes.records.push(doomed(&hash)?);
    }
    changes.erase = Some(Erase { proceeding: next.id.clone(), letter: record });
    changes.records.extend(crate::joinder::leave(next)?);
    *next = entomb(next, office.wording().text(office.binding(), "destroyed-title", &[]));
    Ok(())
}

/// Removes files named by destructions, and files that were sent and never used, unless something else uses the same
/// bytes: then they stay. What cannot be removed now is tried again by the next sweep.
pub(crate) async fn clear(office: &Office) {
    if let Err(error) = try_clear(office).await {
        tracing::error!(error = ?error, "files that nothing uses could not all be removed; the next sweep tries again");
    }
}

async fn try_clear(office: &Office) -> Result<()> {
    let now = office.machine_now();
    let (mut wanted, mut looked_at) = (Wanted::first(PAGE), 0);
    while looked_at < LOOKED_AT {
        let page = office.select::<DoomedFile>(wanted.clone()).await?;
        let Some((last, _)) = page.last() else { return Ok(()) };
        wanted = wanted.after(last);
        for ((name,), _) in page.iter().filter(|(_, file)| file.after.is_none_or(|at| at <= now)) {
            looked_at += 1;
            // One that cannot be removed does not keep the others.
            if let Err(error) = clear_one(office, name).await {
                tracing::error!(error = ?error, "a file that nothing uses could not be removed; the next sweep tries again");
            }
        }
    }
    Ok(())
}

async fn clear_one(office: &Office, hash: &str) -> Result<()> {
    let over = match office.store().uses_file(hash).await? {
        FileUse::Kept => true,
        // A form being filled in may never be sent: it is looked at again.
        FileUse::Draft => false,
        FileUse::None => office.files().destroy(hash, GRACE).await?,
    };
    if over {
        office.write(vec![RecordWrite::remove::<DoomedFile>(&(hash.to_owned(),))]).await?;
    }
    Ok(())
}

/// An archived file and how long it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shelf {
    /// Number of the matter.
    pub number: String,
    /// The last day it is kept; `None`: for ever.
    pub through: Option<Date>,
    /// Its time is over.
    pub over: bool,
    /// It is kept beyond its time.
    pub on_hold: bool,
    /// Destruction is proposed and waits for a second officer.
    pub proposed: bool,
}

/// Every archived file, for the operator.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn shelf(office: &Office) -> Result<Vec<Shelf>> {
    let today = office.now().today();
    let mut out = Vec::new();
    let mut archived = Vec::new();
    projection::each(office, FactRange::All, |m| {
        archived.extend((m.phase == Phase::Archived && !m.facts.contains(&Fact::Destroyed)).then_some(m.matter));
        Ok(())
    })
    .await?;
    for id in archived {
        let Some(matter) = projection::readable(office, &id).await? else { continue };
        let kept = kept(&office.ground(&matter.pack).await?.book, &matter);
        out.push(Shelf {
            through: if let KeptUntil::Through(day) = kept { Some(day) } else { None },
            over: kept.is_over(today),
            on_hold: matter.facts.contains(&Fact::OnHold),
            proposed: matter.facts.contains(&Fact::DestructionProposed),
            number: matter.number.clone(),
        });
    }
    out.sort_by(|a, b| (a.through.is_none(), a.through, &a.number).cmp(&(b.through.is_none(), b.through, &b.number)));
    Ok(out)
}
