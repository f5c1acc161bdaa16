//! Whether an officer may read a matter, and what is kept of reading what is hers.

use huiyin_domain::ids::SubmissionId;
use huiyin_domain::matter::Matter;
use huiyin_domain::number;
use huiyin_storage::AuditRecord;

use crate::error::{AppError, FormError, Result};
use crate::office::{Office, Staff};

/// A matter by number, if the officer's unit may read it; otherwise as if it were not there.
pub(crate) async fn readable(office: &Office, staff: &Staff, number: &str) -> Result<Matter> {
    let number = number::parse(number).map_err(|_| AppError::NotFound)?;
    let matter = office.store().matter_by_number(office.tenant(), &number).await?.ok_or(AppError::NotFound)?;
    let directory = office.directory().await?;
    if matter.may_read(&staff.actor(), &directory) { Ok(matter) } else { Err(AppError::NotFound) }
}

/// What an officer did with a petitioner's own things, and the purpose as stated; she sees it.
///
/// # Errors
/// [`AppError::Form`] without a purpose.
pub(crate) fn reading(
    office: &Office,
    staff: &Staff,
    submission: &SubmissionId,
    what: &str,
    purpose: &str,
) -> Result<AuditRecord> {
    let purpose = purpose.trim();
    if purpose.chars().count() < 2 {
        return Err(AppError::Form(vec![FormError::new("purpose", "fault-purpose")]));
    }
    Ok(AuditRecord {
        id: office.new_id(),
        submission: submission.clone(),
        unit: staff.officer.unit.clone(),
        officer: staff.officer.id.0.clone(),
        what: what.to_owned(),
        purpose: purpose.chars().take(200).collect(),
        at: office.now().at,
    })
}
