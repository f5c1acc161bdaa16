//! Everything sealed under the current office key: after a rotation, and for a store whose rows were never sealed.

use std::collections::BTreeSet;

use huiyin_storage::Changes;

use crate::error::Result;
use crate::office::Office;
use crate::walk::Walk;
use crate::{fingerprint, vault};

/// Seals every row of the vault that is not sealed under the current key; says how many. What is under it already stays, so it
/// can be cut and run again. Drafts of forms are forgotten by themselves after some hours.
///
/// # Errors
/// As the store; [`crate::AppError::Internal`] when a row does not open.
pub async fn all(office: &Office) -> Result<u64> {
    let mut done = 0;
    let mut walk = Walk::begin(office).await?;
    while let Some(page) = walk.page().await? {
        let submissions: BTreeSet<_> = page.into_iter().map(|m| m.submission).collect();
        for submission in submissions {
            let Some(row) = office.store().vault(office.tenant(), &submission).await? else { continue };
            if let Some(row) = vault::renewed(office, row)? {
                let mut changes = Changes::new(office.tenant().clone());
                changes.vault = Some(row);
                office.store().commit(changes).await?;
                done += 1;
            }
        }
    }
    fingerprint::renew_office_key(office).await?;
    Ok(done)
}
