//! The place list: division codes and names from province down to township, for choosing a place.

use huiyin_storage::{Record, RecordWrite, Table, Wanted};
use serde::{Deserialize, Serialize};

use crate::error::{AppError, Result};
use crate::office::Office;

/// Places read at once.
const PAGE: u32 = 2_000;

/// A place of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Division code: 2, 4, 6 or 9 digits.
    pub code: String,
    /// Name.
    pub name: String,
}

/// A place's name, by its code.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
struct Name(String);

impl Record for Name {
    const TABLE: Table = Table::Place;
    type Key = (String,);
}

/// Adds or renames places.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn put(office: &Office, places: &[Place]) -> Result<()> {
    for chunk in places.chunks(2_000) {
        let written = chunk.iter().map(|p| RecordWrite::put(&(p.code.clone(),), &Name(p.name.clone())));
        office.write(written.collect::<std::result::Result<_, _>>()?).await?;
    }
    Ok(())
}

/// A place by code.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn by_code(office: &Office, code: &str) -> Result<Option<Place>> {
    let code = (code.to_owned(),);
    Ok(office.find::<Name>(&code).await?.map(|name| place(code, name)))
}

/// The places right under a code (`""` for provinces).
///
/// # Errors
/// As the store; [`AppError::NotFound`] when the code is no code.
#[crate::boxed]
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
    let (mut out, mut wanted) = (Vec::new(), Wanted::first(PAGE).beginning(code));
    loop {
        let found = office.select::<Name>(wanted.clone()).await?;
        let Some((last, _)) = found.last() else { return Ok(out) };
        wanted = wanted.after(last);
        out.extend(found.into_iter().filter(|((code,), _)| code.len() == length).map(|(code, name)| place(code, name)));
    }
}

/// The places a form offers: those right under the division the office serves; none where it names none.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn offered(office: &Office) -> Result<Vec<Place>> {
    if office.division().is_empty() { Ok(Vec::new()) } else { under(office, office.division()).await }
}

/// The name of a place with the places above it, as on papers.
///
/// # Errors
/// As the store.
#[crate::boxed]
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

fn place((code,): (String,), Name(name): Name) -> Place {
    Place { code, name }
}
