//! The place list: division codes and names from province down to township, for choosing a place.

use huiyin_storage::{ItemKind, ItemRecord};
use serde::{Deserialize, Serialize};

use crate::error::{AppError, Result};
use crate::office::Office;

/// A place of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Division code: 2, 4, 6 or 9 digits.
    pub code: String,
    /// Name.
    pub name: String,
}

/// Adds or renames places.
///
/// # Errors
/// As the store.
pub async fn put(office: &Office, places: &[Place]) -> Result<()> {
    for chunk in places.chunks(2_000) {
        let items = chunk.iter().map(|p| ItemRecord::lasting(ItemKind::Place, &p.code, serde_json::Value::String(p.name.clone()))).collect();
        office.store().put_items(office.tenant(), items).await?;
    }
    Ok(())
}

/// A place by code.
///
/// # Errors
/// As the store.
pub async fn by_code(office: &Office, code: &str) -> Result<Option<Place>> {
    let item = office.store().item(office.tenant(), ItemKind::Place, code, office.machine_now()).await?;
    Ok(item.map(place))
}

/// The places right under a code (`""` for provinces).
///
/// # Errors
/// As the store; [`AppError::NotFound`] when the code is no code.
pub async fn under(office: &Office, code: &str) -> Result<Vec<Place>> {
    if !code.chars().all(|c| c.is_ascii_digit()) || code.len() > 9 {
        return Err(AppError::NotFound);
    }
    let length = match code.len() {
        0 => 2,
        2 => 4,
        4 => 6,
        6 => 9,
        _ => return Ok(Vec::new()),
    };
    let items = office.store().items(office.tenant(), ItemKind::Place, code, code, 20_000).await?;
    Ok(items.into_iter().filter(|i| i.key.len() == length).map(place).collect())
}

/// The places a form offers: those right under the division the office serves; none where it names none.
///
/// # Errors
/// As the store.
pub async fn offered(office: &Office) -> Result<Vec<Place>> {
    if office.division().is_empty() { Ok(Vec::new()) } else { under(office, office.division()).await }
}

/// The name of a place with the places above it, as on papers.
///
/// # Errors
/// As the store.
pub async fn full_name(office: &Office, code: &str) -> Result<String> {
    let mut out = String::new();
    for length in [2, 4, 6, 9] {
        if let Some(part) = code.get(..length)
            && let Some(place) = by_code(office, part).await?.filter(|p| p.name != "市辖区")
        {
            out.push_str(&place.name);
        }
    }
    Ok(out)
}

fn place(item: ItemRecord) -> Place {
    Place { code: item.key, name: item.doc.as_str().unwrap_or_default().to_owned() }
}
