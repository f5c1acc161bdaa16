//! Finding matters: by number, by words of two characters and more, and as a list, within the reader's rights.
//! Names and contacts are never searched.

use huiyin_domain::matter::Matter;
use huiyin_domain::number;
use huiyin_domain::procedure::Phase;
use huiyin_storage::{ListQuery, Page, SearchQuery};

use crate::error::Result;
use crate::office::{Office, Staff};
use crate::permissions::{Action, require, visibility};

/// What a query was read as, with its rows.
#[derive(Debug)]
pub enum Found {
    /// A number: the matters of that submission the reader may see.
    Number(Vec<Matter>),
    /// Words.
    Words(Page<Matter>),
    /// A number with a slip in it.
    Slip(number::NumberError),
}

/// Searches by number or words.
///
/// # Errors
/// As the store; [`crate::AppError::NotAllowed`].
pub async fn search(office: &Office, staff: &Staff, text: &str, after: Option<String>, limit: u32) -> Result<Found> {
    require(staff, Action::ReadLists)?;
    let text: String = text.chars().take(200).collect();
    match number::parse(&text) {
        Ok(number) => return Ok(Found::Number(by_number(office, staff, &number).await?)),
        Err(slip @ number::NumberError::Check(_)) => return Ok(Found::Slip(slip)),
        Err(number::NumberError::Shape(_)) => {}
    }
    let query = SearchQuery { tenant: office.tenant().clone(), visibility: visibility(office, staff).await?, text, after, limit: limit.clamp(1, 200) };
    Ok(Found::Words(office.store().search(&query).await?))
}

async fn by_number(office: &Office, staff: &Staff, number: &str) -> Result<Vec<Matter>> {
    let one = if number.matches('-').count() == 3 { number.to_owned() } else { number::matter_number(number, 1) };
    let Some(matter) = office.store().matter_by_number(office.tenant(), &one).await? else { return Ok(Vec::new()) };
    let directory = office.directory().await?;
    let all = if number.matches('-').count() == 3 { vec![matter] } else { office.store().matters_of(office.tenant(), &matter.submission).await? };
    Ok(all.into_iter().filter(|m| m.may_read(&staff.actor(), &directory)).collect())
}

/// Matters the reader may see, newest first.
///
/// # Errors
/// As [`search`].
pub async fn list(office: &Office, staff: &Staff, phase: Option<Phase>, after: Option<String>, limit: u32) -> Result<Page<Matter>> {
    require(staff, Action::ReadLists)?;
    let query = ListQuery { tenant: office.tenant().clone(), visibility: visibility(office, staff).await?, phase, after, limit: limit.clamp(1, 500) };
    Ok(office.store().list(&query).await?)
}
