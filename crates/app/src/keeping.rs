//! Keeping and destruction of archived files. Destruction is a move of the pack by a second officer; what is done then
//! stands here: words, names, files and papers go in the commit of the move, and the course of the matter stays.

use std::time::Duration;

use huiyin_domain::clock::LedgerEntry;
use huiyin_domain::matter::Matter;
use huiyin_domain::procedure::{Fact, Phase};
use huiyin_domain::retention::{Kept, kept};
use huiyin_domain::submission::PaperFacts;
use huiyin_storage::{Changes, Erase, Expected, FileUse, ItemKind, ItemRecord, MatterWrite};
use jiff::civil::Date;

use crate::error::Result;
use crate::office::{Ground, Office};
use crate::walk::Walk;

/// How long after it was last stored a file is left alone: somebody may be about to use the same bytes.
const GRACE: Duration = Duration::from_secs(15 * 60);

/// Adds the destruction to a unit of work and makes the tombstone. Files on disk are named in the same commit and removed
/// after it stands, now or by the next sweep.
pub(crate) async fn destroy(office: &Office, ground: &Ground, next: &mut Matter, changes: &mut Changes) -> Result<()> {
    let (store, tenant) = (office.store(), office.tenant());
    let others: Vec<Matter> = store.matters_of(tenant, &next.submission).await?.into_iter().filter(|m| m.id != next.id).collect();
    let last = others.iter().all(|m| m.facts.contains(&Fact::Destroyed));
    let (mut hashes, mut keys, mut record) = (Vec::new(), Vec::new(), None);
    for item in store.items(tenant, ItemKind::Paper, &format!("pdf:{}:", next.id), "", 10_000).await? {
        hashes.extend(item.doc.get("sha256").and_then(|h| h.as_str()).map(str::to_owned));
        keys.push((ItemKind::Paper, item.key));
    }
    for paper in crate::papers::all(office, next).await? {
        keys.push((ItemKind::Paper, format!("{}:{:06}", next.id, paper.n)));
        keys.extend(Some(paper.listed).filter(|k| !k.is_empty()).map(|k| (ItemKind::Paper, k)));
        keys.extend(crate::references::key(&next.id, &paper.number).map(|k| (ItemKind::Reference, k)));
    }
    if let Some(known) = store.submission(tenant, &next.submission).await? {
        keys.extend(crate::references::of_paper(&next.id, &known.submission.paper).into_iter().map(|i| (ItemKind::Reference, i.key)));
    }
    if last {
        hashes.extend(store.attachments(tenant, &next.submission).await?.into_iter().map(|f| f.hash));
        record = store.submission(tenant, &next.submission).await?;
        if let Some(record) = &mut record {
            record.submission.paper = PaperFacts::default();
        }
    }
    // Of two parts destroyed at the same moment one is told to look again, so that the last one takes the letter with it.
    for part in others {
        let expected = Expected::Version(part.version);
        let part = Matter { version: part.version + 1, ..part };
        changes.matters.push(MatterWrite { scope: part.scope(&ground.directory), matter: part, expected, terms: None });
    }
    changes.items.extend(hashes.into_iter().map(|hash| ItemRecord::lasting(ItemKind::Doomed, hash, serde_json::Value::Null)));
    changes.erase = Some(Erase { matter: next.id.clone(), letter: record, items: keys });
    changes.items.extend(crate::joinder::leave(next));
    next.title = office.wording().text(huiyin_wording::Language::Chinese, "destroyed-title", &[]);
    (next.place, next.place_name, next.complained_of, next.joinder) = (None, None, None, None);
    next.facts.remove(&Fact::Joined);
    for entry in next.clocks.iter_mut().flat_map(|c| c.ledger.iter_mut()) {
        let (LedgerEntry::Stop { reason, .. } | LedgerEntry::Extension { reason, .. }) = entry;
        reason.clear();
    }
    Ok(())
}

/// Removes files named by destructions, unless something else uses the same bytes: then they stay. What cannot be removed
/// now is tried again by the next sweep.
pub(crate) async fn clear(office: &Office) {
    if let Err(error) = try_clear(office).await {
        tracing::error!(error = ?error, "destroyed files could not all be removed; the next sweep tries again");
    }
}

async fn try_clear(office: &Office) -> Result<()> {
    for item in office.store().items(office.tenant(), ItemKind::Doomed, "", "", 10_000).await? {
        // One that cannot be removed does not keep the others.
        if let Err(error) = clear_one(office, &item.key).await {
            tracing::error!(error = ?error, "a destroyed file could not be removed; the next sweep tries again");
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
        office.store().remove_item(office.tenant(), ItemKind::Doomed, hash).await?;
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
