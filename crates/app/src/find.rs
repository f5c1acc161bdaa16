//! Finding matters: by number, by the numbers of others, by words, and as a list, within the reader's rights.
//! Names and contacts are never searched, and a number by which a person is known is looked for nowhere.

use huiyin_domain::kind::ProceedingKind;
use huiyin_domain::matter::Matter;
use huiyin_domain::number;
use huiyin_domain::procedure::Phase;
use huiyin_domain::subject::Subject;
use huiyin_domain::text;
use huiyin_storage::{ListQuery, Page, SearchQuery, terms};

use crate::access::{Action, require, visibility};
use crate::error::Result;
use crate::office::{Office, Staff};
use crate::{proceedings, references};

/// Years back in which a serial typed by itself is looked for.
const YEARS: i16 = 3;

/// The kinds whose words are looked for. A visit has none: a ticket is a letter and a number.
const SEARCHED: &[ProceedingKind] = &[ProceedingKind::Matter, ProceedingKind::Office, ProceedingKind::Meeting];

/// What a query was read as, with its rows.
#[derive(Debug)]
pub struct Found {
    /// By the matter's own number, or by one that others gave it.
    pub numbers: Vec<Matter>,
    /// By words.
    pub words: Page<Matter>,
    /// Meetings and standing duties, by number or words.
    pub others: Vec<Subject>,
    /// It looks like a number of ours with a slip in it, and nothing was found.
    pub slip: Option<number::NumberError>,
    /// It holds a telephone or identity number, which was not looked for.
    pub person: bool,
}

/// Searches by number and by words.
///
/// # Errors
/// As the store; [`crate::AppError::NotAllowed`].
#[crate::boxed]
pub async fn search(office: &Office, staff: &Staff, typed: &str, after: Option<String>, limit: u32) -> Result<Found> {
    require(staff, Action::ReadLists)?;
    let typed: String = text::line(typed).chars().take(200).collect();
    let none = || Page { rows: Vec::new(), next: None };
    let person = terms::names_a_person(&typed);
    let mut found = Found { numbers: Vec::new(), words: none(), others: Vec::new(), slip: None, person };
    if terms::is_a_person(&typed) {
        return Ok(found);
    }
    let parsed = number::parse(&typed);
    let query = SearchQuery {
        tenant: office.tenant().clone(),
        kinds: SEARCHED,
        visibility: visibility(office, staff).await?,
        text: typed.clone(),
        after: after.clone(),
        limit: limit.clamp(1, 200),
    };
    if after.is_none() {
        if let Some(other) = proceedings::by_number(office, staff, &typed).await? {
            found.others.push(other);
            return Ok(found);
        }
        found.numbers = match &parsed {
            Ok(number) => by_number(office, staff, number).await?,
            Err(_) => Vec::new(),
        };
        // One number was meant, and it is there.
        if !found.numbers.is_empty() {
            return Ok(found);
        }
        // A short number can be many things: what others gave, a serial of ours, and a word of a text.
        let mut more = readable(office, staff, references::find(office, &typed).await?).await?;
        more.extend(by_serial(office, staff, &typed).await?);
        for matter in more {
            if !found.numbers.iter().any(|m| m.id == matter.id) {
                found.numbers.push(matter);
            }
        }
    }
    // Matters and what is no matter stand in one page, newest first, and are shown apart.
    let page = office.store().search(&query).await?;
    found.words.next = page.next;
    for subject in page.rows {
        match subject.kind {
            ProceedingKind::Matter => found.words.rows.extend(subject.into_matter()),
            ProceedingKind::Office | ProceedingKind::Meeting | ProceedingKind::Reception => {
                found.others.push(subject);
            }
        }
    }
    found.words.rows.retain(|m| !found.numbers.iter().any(|n| n.id == m.id));
    if found.numbers.is_empty() && found.words.rows.is_empty() && found.others.is_empty() && after.is_none() {
        found.numbers = readable(office, staff, references::find_beginning(office, &typed).await?).await?;
        // Longer ones are numbers of others: contracts, orders, accounts.
        let ours = typed.chars().filter(char::is_ascii_digit).count() <= 13;
        found.slip = parsed
            .err()
            .filter(|_| ours)
            .filter(|e| matches!(e, number::NumberError::Check(_)) && found.numbers.is_empty());
    }
    Ok(found)
}

async fn by_number(office: &Office, staff: &Staff, number: &str) -> Result<Vec<Matter>> {
    let one = if number.matches('-').count() == 3 { number.to_owned() } else { number::matter_number(number, 1) };
    let Some(matter) = office.store().matter_by_number(office.tenant(), &one).await? else { return Ok(Vec::new()) };
    let all = if number.matches('-').count() == 3 {
        vec![matter]
    } else {
        office.store().matters_of(office.tenant(), &matter.details().submission).await?
    };
    readable(office, staff, all).await
}

/// A number of ours without its last digit (2026-000402), or its serial by itself (402) in this year and those before
/// it.
async fn by_serial(office: &Office, staff: &Staff, typed: &str) -> Result<Vec<Matter>> {
    let plain = text::number(typed).replace(' ', "");
    let (years, serial) = match plain.split_once('-') {
        Some((year, serial)) if year.len() == 4 => (year.parse().ok().into_iter().collect(), serial.to_owned()),
        None if plain.len() == 10 => {
            let (year, serial) = plain.split_at_checked(4).unwrap_or_default();
            (year.parse().ok().into_iter().collect(), serial.to_owned())
        }
        None if plain.len() <= 6 => {
            ((0..YEARS).map(|back| office.now().today().year() - back).collect::<Vec<i16>>(), plain.clone())
        }
        _ => return Ok(Vec::new()),
    };
    let digits = !serial.is_empty() && serial.len() <= 7 && serial.chars().all(|c| c.is_ascii_digit());
    let Some(serial) = serial.parse::<u64>().ok().filter(|n| digits && *n > 0) else { return Ok(Vec::new()) };
    let mut out = Vec::new();
    for year in years {
        if (1900..=9999).contains(&year) {
            out.extend(by_number(office, staff, &number::submission_number(year, serial)).await?);
        }
    }
    Ok(out)
}

async fn readable(office: &Office, staff: &Staff, matters: Vec<Matter>) -> Result<Vec<Matter>> {
    let directory = office.directory().await?;
    Ok(matters.into_iter().filter(|m| m.may_read(&staff.actor(), &directory)).collect())
}

fn matters(page: Page<Subject>) -> Page<Matter> {
    Page { rows: page.rows.into_iter().filter_map(Subject::into_matter).collect(), next: page.next }
}

/// Matters the reader may see, newest first.
///
/// # Errors
/// As [`search`].
#[crate::boxed]
pub async fn list(
    office: &Office,
    staff: &Staff,
    phase: Option<Phase>,
    after: Option<String>,
    limit: u32,
) -> Result<Page<Matter>> {
    require(staff, Action::ReadLists)?;
    let query = ListQuery {
        kind: ProceedingKind::Matter,
        tenant: office.tenant().clone(),
        visibility: visibility(office, staff).await?,
        phase,
        after,
        limit: limit.clamp(1, 500),
    };
    Ok(matters(office.store().list(&query).await?))
}
