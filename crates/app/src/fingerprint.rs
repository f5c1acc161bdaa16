//! What a store belongs to: the secret its codes are made with, the key its vault is sealed with and the folder its
//! files lie in. All are known to the store by a fingerprint, so that a node or a restored backup with another one is
//! refused before it gives out a receipt that opens nowhere.

use huiyin_domain::ids::TenantId;
use huiyin_storage::{RecordWrite, Store, StoreError};

use crate::error::Result;
use crate::office::{Office, Setting};

/// Key of the secret's fingerprint.
const SECRET: &str = "fingerprint:secret";
/// Key of the office key's fingerprint.
const OFFICE_KEY: &str = "fingerprint:office-key";
/// Key of the file store's name.
const FILES: &str = "fingerprint:files";

/// Whether secret and files are those the store was made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fingerprint {
    /// They are.
    Matches,
    /// The file store has no name yet and the store knows of none: it is to be given one.
    Unnamed,
    /// The secret is another one.
    OtherSecret,
    /// The office key is another one: what is sealed does not open.
    OtherKey,
    /// The file store is another one.
    OtherFiles,
}

impl Office {
    /// Compares the secret and the name of the file store with what the store knows; a store that knows none yet takes
    /// these.
    ///
    /// # Errors
    /// As the store.
    #[crate::boxed]
    pub async fn check_fingerprint(&self, files: Option<&str>) -> Result<Fingerprint> {
        let fingerprint = self.keyed_hash("fingerprint", "secret");
        if known(self, SECRET, &fingerprint).await? != fingerprint {
            return Ok(Fingerprint::OtherSecret);
        }
        let of_key = known(self, OFFICE_KEY, &self.keys().fingerprint()).await?;
        if !self.keys().holds(&of_key) {
            return Ok(Fingerprint::OtherKey);
        }
        let Some(given) = files else {
            let named = self.setting(FILES).await?.is_some();
            return Ok(if named { Fingerprint::OtherFiles } else { Fingerprint::Unnamed });
        };
        Ok(if known(self, FILES, given).await? == given { Fingerprint::Matches } else { Fingerprint::OtherFiles })
    }
}

/// The fingerprint of the office key a store was made with; `None` for a store that knows none yet.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn office_key(store: &dyn Store, tenant: &TenantId) -> std::result::Result<Option<String>, StoreError> {
    let found: Option<Setting> = store.find(tenant, &(OFFICE_KEY.to_owned(),)).await?;
    Ok(found.and_then(|s| s.text().map(str::to_owned)))
}

/// Notes that everything is sealed under the current key.
pub(crate) async fn renew_office_key(office: &Office) -> Result<()> {
    office.write(vec![Setting::put(OFFICE_KEY, office.keys().fingerprint())?]).await
}

/// What the store knows under a key; when it knows nothing, what is given, which it then knows.
async fn known(office: &Office, key: &str, given: &str) -> Result<String> {
    for _ in 0..2 {
        if let Some(setting) = office.setting(key).await? {
            return Ok(setting.text().unwrap_or_default().to_owned());
        }
        let write = RecordWrite::add(&(key.to_owned(),), &Setting(given.into()))?;
        match office.store().write(office.tenant(), vec![write]).await {
            Ok(()) => return Ok(given.to_owned()),
            // Another node was first: what it wrote counts.
            Err(StoreError::AlreadyThere(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(String::new())
}
