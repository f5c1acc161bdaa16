//! Numbers by which a matter is known elsewhere: of a ledger kept before, of the national system, of a letter that came
//! with it, and of the papers an office made. They find the matter; they are no part of its words.

use huiyin_domain::ids::ProceedingId;
use huiyin_domain::matter::Matter;
use huiyin_domain::submission::PaperFacts;
use huiyin_domain::text::{self, Sort, reference, sort_of_number};
use huiyin_storage::{Record, RecordWrite, StoreError, Table, Wanted};
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::office::Office;

/// Matters found by one number, at most.
const FOUND: u32 = 50;
/// Characters a number has at least, to be looked for by its beginning.
const BEGINNING: usize = 4;

/// That a matter is known by a number; the key says it all.
#[derive(Debug, Serialize, Deserialize)]
struct Reference;

impl Record for Reference {
    const TABLE: Table = Table::Reference;
    type Key = (String, ProceedingId);
}

/// The write of a number of a matter; `None` where there is nothing to compare, or where it is a person's.
pub(crate) fn write(matter: &ProceedingId, number: &str) -> Option<std::result::Result<RecordWrite, StoreError>> {
    Some(RecordWrite::put(&(plain(number)?, matter.clone()), &Reference))
}

/// The removal of a number of a matter.
pub(crate) fn removal(matter: &ProceedingId, number: &str) -> Option<RecordWrite> {
    Some(RecordWrite::remove::<Reference>(&(plain(number)?, matter.clone())))
}

fn numbers(paper: &PaperFacts) -> impl Iterator<Item = &String> {
    [&paper.foreign_number, &paper.ledger_number].into_iter().flatten()
}

/// The numbers of what came on paper.
pub(crate) fn of_paper(matter: &ProceedingId, paper: &PaperFacts) -> std::result::Result<Vec<RecordWrite>, StoreError> {
    numbers(paper).filter_map(|n| write(matter, n)).collect()
}

/// The removal of the numbers of what came on paper.
pub(crate) fn removal_of_paper(matter: &ProceedingId, paper: &PaperFacts) -> Vec<RecordWrite> {
    numbers(paper).filter_map(|n| removal(matter, n)).collect()
}

/// A number as it is compared. One without a digit is a word and is found as one.
fn plain(number: &str) -> Option<String> {
    let plain = reference(number);
    // A number in groups of its own, such as 130434-00012, is a matter's, whatever its digits come to; one in a row can
    // be a person's.
    let grouped = text::number(number).chars().any(|c| !c.is_ascii_alphanumeric());
    (plain.chars().any(|c| c.is_ascii_digit()) && (grouped || sort_of_number(&plain) == Sort::Other)).then_some(plain)
}

/// The matters that have exactly this number.
pub(crate) async fn find(office: &Office, number: &str) -> Result<Vec<Matter>> {
    match plain(number) {
        Some(plain) => matters(office, Wanted::first(FOUND).within(&[&plain])).await,
        None => Ok(Vec::new()),
    }
}

/// The matters that have a number which begins with this.
pub(crate) async fn find_beginning(office: &Office, number: &str) -> Result<Vec<Matter>> {
    match plain(number).filter(|p| p.chars().count() >= BEGINNING) {
        Some(plain) => matters(office, Wanted::first(FOUND).beginning(&plain)).await,
        None => Ok(Vec::new()),
    }
}

async fn matters(office: &Office, wanted: Wanted) -> Result<Vec<Matter>> {
    let mut out: Vec<Matter> = Vec::new();
    for ((_, id), _) in office.select::<Reference>(wanted).await? {
        if !out.iter().any(|m| m.id == id) {
            out.extend(office.store().matter(office.tenant(), &id).await?);
        }
    }
    Ok(out)
}
