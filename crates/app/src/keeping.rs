//! Keeping and destruction of archived files. Destruction is a move of the pack by a second officer; what is done then
//! stands here: words, names, files and papers go in the commit of the move, and the course of the matter stays.

use huiyin_domain::matter::Matter;
use huiyin_domain::procedure::{Fact, Phase};
use huiyin_domain::retention::{Kept, kept};
use huiyin_storage::{Changes, Erase, ItemKind};
use jiff::civil::Date;

use crate::error::Result;
use crate::office::Office;
use crate::walk::Walk;

/// Adds the destruction to a unit of work and makes the tombstone; returns the hashes of files to be destroyed after it stands.
pub(crate) async fn destroy(office: &Office, next: &mut Matter, changes: &mut Changes) -> Result<Vec<String>> {
    let (store, tenant) = (office.store(), office.tenant());
    let siblings = store.matters_of(tenant, &next.submission).await?;
    let last = siblings.iter().all(|m| m.id == next.id || m.facts.contains(&Fact::Destroyed));
    let mut hashes = Vec::new();
    for item in store.items(tenant, ItemKind::Paper, &format!("pdf:{}:", next.id), "", 10_000).await? {
        hashes.extend(item.doc.get("sha256").and_then(|h| h.as_str()).map(str::to_owned));
    }
    if last {
        hashes.extend(store.attachments(tenant, &next.submission).await?.into_iter().map(|f| f.hash));
    }
    changes.erase = Some(Erase { matter: next.id.clone(), letter: last.then(|| next.submission.clone()) });
    next.title = office.wording().text(huiyin_wording::Language::Chinese, "destroyed-title", &[]);
    (next.place, next.place_name, next.complained_of, next.joinder) = (None, None, None, None);
    next.facts.remove(&Fact::Joined);
    Ok(hashes)
}

/// Destroys files that nothing else uses. The same bytes may belong to another letter: then they stay.
pub(crate) async fn destroy_files(office: &Office, hashes: &[String]) -> Result<()> {
    for hash in hashes {
        if !office.store().uses_file(hash).await? {
            office.files().destroy(hash).await?;
        }
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
pub async fn shelf(office: &Office) -> Result<Vec<Shelf>> {
    let today = office.now().today();
    let mut out = Vec::new();
    let mut walk = Walk::begin(office).await?;
    while let Some(page) = walk.page().await? {
        for matter in page.into_iter().filter(|m| m.phase == Phase::Archived && !m.facts.contains(&Fact::Destroyed)) {
            let kept = kept(&office.ground(&matter.pack).await?.book, &matter);
            out.push(Shelf {
                through: if let Kept::Through(day) = kept { Some(day) } else { None },
                over: kept.is_over(today),
                on_hold: matter.facts.contains(&Fact::OnHold),
                proposed: matter.facts.contains(&Fact::DestructionProposed),
                number: matter.number,
            });
        }
    }
    out.sort_by(|a, b| (a.through.is_none(), a.through, &a.number).cmp(&(b.through.is_none(), b.through, &b.number)));
    Ok(out)
}
