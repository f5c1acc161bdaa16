//! Everything sealed under the current office key: after a rotation, and for a store whose rows were never sealed.

use huiyin_storage::Changes;

use crate::error::{AppError, Result};
use crate::office::Office;
use crate::{fingerprint, presence, sign_in, vault};

/// Rows read at once.
const PAGE: u32 = 500;

/// Seals every row of the vault that is not sealed under the current key; says how many. What is under it already
/// stays, so it can be cut and run again. Drafts of forms are forgotten by themselves after some hours.
///
/// # Errors
/// [`AppError::Busy`] while a server is running on the store, which would go on with the keys it read at its start;
/// [`AppError::Internal`] when a row does not open: then the older keys must stay. As the store.
#[crate::boxed]
pub async fn rotate_all(office: &Office) -> Result<u64> {
    if presence::is_served(office).await? {
        return Err(AppError::Busy);
    }
    let (mut done, mut after) = (0, String::new());
    loop {
        let page = office.store().vaults(office.tenant(), &after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.submission().0.clone();
        for row in page {
            if let Some(row) = vault::renewed(office, row)? {
                let mut changes = Changes::new(office.tenant().clone());
                changes.vaults.push(row);
                office.store().commit(changes).await?;
                done += 1;
            }
        }
    }
    done += sign_in::renew_all(office).await?;
    fingerprint::renew_office_key(office).await?;
    Ok(done)
}
