//! Receipt codes: 16 digits from HMAC(server secret, form token); only a keyed hash is stored.

use huiyin_storage::{Changes, SubmissionRecord};

use crate::error::{AppError, Result};
use crate::matter_view::reading;
use crate::office::{Office, Staff, random_hex};
use crate::permissions::{Action, require};

/// The code of a form.
pub(crate) fn code(office: &Office, form_token: &str) -> String {
    let bytes = office.keyed("receipt", form_token);
    let number = bytes.iter().take(16).fold(0_u128, |n, b| (n << 8) | u128::from(*b));
    format!("{:016}", number % 10_000_000_000_000_000)
}

/// The keyed hash under which a submission is found by its code.
pub(crate) fn hash(office: &Office, code: &str) -> String {
    office.keyed_hash("receipt-lookup", &plain(code))
}

/// The digits of a code as typed, in groups or full-width.
pub fn plain(code: &str) -> String {
    code.chars()
        .filter_map(|c| if ('０'..='９').contains(&c) { char::from_u32(u32::from(c) - 0xFF10 + 0x30) } else { Some(c) })
        .filter(char::is_ascii_digit)
        .collect()
}

/// A code in groups of four.
pub fn grouped(code: &str) -> String {
    let digits: Vec<char> = plain(code).chars().collect();
    digits.chunks(4).map(|g| g.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// Replaces a lost code. The matter was found by number and checked by place and content at the counter; the
/// old code no longer opens anything, and the petitioner sees who did it and why (DESIGN decision 6).
///
/// # Errors
/// [`AppError::Form`] without a purpose; [`AppError::NotAllowed`] for units that neither hold nor received it.
pub async fn replace(office: &Office, staff: &Staff, number: &str, purpose: &str) -> Result<(String, String)> {
    require(staff, Action::Register)?;
    let matter = crate::matter_view::readable(office, staff, number).await?;
    let record = office.store().submission(office.tenant(), &matter.submission).await?.ok_or(AppError::NotFound)?;
    if ![&matter.holder, &record.submission.unit].contains(&&staff.officer.unit) {
        return Err(AppError::NotAllowed);
    }
    let audit = reading(office, staff, &matter, "code", purpose)?;
    let new = code(office, &random_hex(16)?);
    let mut changes = Changes::new(office.tenant().clone());
    changes.audits.push(audit);
    let shown = record.submission.number.clone();
    changes.new_receipt = Some(SubmissionRecord { receipt_hash: hash(office, &new), ..record });
    office.store().commit(changes).await?;
    Ok((shown, new))
}
