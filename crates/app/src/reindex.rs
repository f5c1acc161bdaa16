//! The index made anew from what is stored: after a change of how texts are folded, or when it is doubted.

use std::collections::BTreeSet;

use huiyin_domain::matter::Matter;
use huiyin_domain::procedure::Fact;
use huiyin_storage::{Changes, Expected, ProceedingWrite, StoreError};

use crate::error::{AppError, Result};
use crate::office::Office;
use crate::walk::Walk;
use crate::{act, papers, projection, references};

/// Tries for a matter on which somebody works meanwhile.
const TRIES: usize = 5;

/// Makes the index terms and the numbers of others anew, matter by matter; `progress` hears how many are done. Safe to
/// run beside the server and to run again: a form that is open on a matter just then is asked to look again.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn reindex_all(office: &Office, progress: &mut (dyn FnMut(u64) + Send)) -> Result<u64> {
    let (mut done, mut seen) = (0, BTreeSet::new());
    let mut walk = Walk::over_matters(office);
    while let Some(page) = walk.matters().await? {
        for matter in page {
            // Of a destroyed one nothing is indexed; only the row by which it is counted is written.
            if matter.facts.contains(&Fact::Destroyed) {
                again(office, matter).await?;
                continue;
            }
            if seen.insert(matter.id.clone()) {
                again(office, matter).await?;
                done += 1;
                progress(done);
            }
        }
    }
    Ok(done)
}

async fn again(office: &Office, matter: Matter) -> Result<()> {
    let mut matter = matter;
    for _ in 0..TRIES {
        match index_matter(office, &matter).await {
            Err(AppError::ChangedMeanwhile) => {
                matter = office.store().matter(office.tenant(), &matter.id).await?.ok_or(AppError::NotFound)?
            }
            other => return other,
        }
    }
    Err(AppError::ChangedMeanwhile)
}

async fn index_matter(office: &Office, matter: &Matter) -> Result<()> {
    let mut changes = Changes::new(office.tenant().clone());
    let ground = office.ground(&matter.pack).await?;
    let destroyed = matter.facts.contains(&Fact::Destroyed);
    if let Some(record) =
        office.store().submission(office.tenant(), &matter.details().submission).await?.filter(|_| !destroyed)
    {
        changes.records.extend(references::of_paper(&matter.id, &record.submission.paper)?);
    }
    for paper in papers::papers_of(office, &matter.id).await? {
        changes.records.extend(references::write(&matter.id, &paper.number).transpose()?);
    }
    let terms = if destroyed { None } else { Some(act::all_terms(office, matter, "").await?) };
    let next = matter.clone().next_version();
    changes.proceedings.push(ProceedingWrite {
        scope: next.scope(&ground.directory),
        fact: Some(projection::narrow_row(&ground, &next)),
        subject: next.into(),
        expected: Expected::Version(matter.version),
        terms,
    });
    match office.store().commit(changes).await {
        Err(StoreError::ChangedMeanwhile) => Err(AppError::ChangedMeanwhile),
        other => Ok(other?),
    }
}
