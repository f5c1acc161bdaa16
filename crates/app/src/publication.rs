//! Published opinions: only re-review opinions that were heard (art. 36(2)), in the words an officer took the names out
//! of. Neither the number nor the title of the matter stands there: both could tell who it is.

use huiyin_domain::decide::Decision;
use huiyin_domain::ids::UnitId;
use huiyin_domain::matter::Matter;
use huiyin_domain::payload::Field;
use huiyin_domain::procedure::{MoveRule, Verb};
use huiyin_storage::{Record, RecordWrite, Table, Wanted};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::error::{AppError, FormError, Result};
use crate::office::Office;

/// One opinion on the public page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opinion {
    /// The day it was published.
    pub day: Date,
    /// The body that re-reviewed.
    pub unit: Option<UnitId>,
    /// Content class.
    pub class: Option<String>,
    /// Outcome: a choice of the field `outcome`.
    pub outcome: Option<String>,
    /// The words, names out.
    pub text: String,
}

/// Refuses a text that still holds the petitioner's name, contact or anything that looks like a telephone or an
/// identity number. It only says that something is there: the vault is compared with and not shown.
///
/// # Errors
/// [`AppError::Form`].
pub(crate) async fn check(
    office: &Office,
    matter: &Matter,
    rule: &MoveRule,
    decision: &Decision<Matter>,
) -> Result<()> {
    let Some(text) = decision.words.text(Field::Opinion).filter(|_| rule.verb == Verb::Publish) else { return Ok(()) };
    let who = crate::vault::person(office, &matter.details().submission).await?.map(|v| v.identity).unwrap_or_default();
    let names = who.co_signers.iter().chain(&who.representatives).map(String::as_str).chain(who.agent.split('、'));
    let lines = [who.name.as_str(), who.telephone.as_str(), who.email.as_str(), who.address.as_str()];
    let named = names.chain(lines).map(str::trim).filter(|t| t.chars().count() >= 2).any(|t| text.contains(t));
    let mut run = 0;
    let digits = text.chars().any(|c| {
        run = if c.is_ascii_digit() { run + 1 } else { 0 };
        run >= LONG_NUMBER
    });
    match (named, digits) {
        (true, _) => Err(AppError::Form(vec![FormError::new("opinion", "fault-publish-name")])),
        (_, true) => Err(AppError::Form(vec![FormError::new("opinion", "fault-publish-number")])),
        _ => Ok(()),
    }
}

/// Digits in a row that look like a telephone or an identity number.
const LONG_NUMBER: usize = 7;

/// A day behind every day, written as a number.
const LAST_DAY: i64 = 99_999_999;

/// Opinions read at once where one is looked for.
const WALKED: u32 = 500;

impl Record for Opinion {
    const TABLE: Table = Table::Opinion;
    type Key = (String,);
}

impl Opinion {
    /// Where it stands on the page: the day counted downwards, so that the newest is first, and a keyed hash, because
    /// an address must not lead to the matter.
    fn address(day: Date, hash: &str) -> String {
        let day = i64::from(day.year()) * 10_000 + i64::from(day.month()) * 100 + i64::from(day.day());
        format!("{:08}-{hash}", LAST_DAY - day)
    }
}

/// What a move changes on the public page; `None` for all others.
pub(crate) async fn publish_opinion(
    office: &Office,
    matter: &Matter,
    rule: &MoveRule,
    decision: &Decision<Matter>,
) -> Result<Option<RecordWrite>> {
    let hash = || office.keyed_hash("published", matter.id.as_str()).chars().take(16).collect::<String>();
    match rule.verb {
        Verb::Publish => {
            let opinion = Opinion {
                day: office.now().today(),
                unit: matter.reviewer.clone(),
                class: matter.details().class.clone(),
                outcome: matter.outcome.clone(),
                text: decision.words.text(Field::Opinion).unwrap_or_default().to_owned(),
            };
            Ok(Some(RecordWrite::put(&(Opinion::address(opinion.day, &hash()),), &opinion)?))
        }
        Verb::Unpublish => Ok(find_address(office, &hash()).await?.map(|key| RecordWrite::remove::<Opinion>(&key))),
        _ => Ok(None),
    }
}

/// The key of a matter's opinion, whatever day it was published on. Taking one down is rare; the page is read often.
async fn find_address(office: &Office, hash: &str) -> Result<Option<(String,)>> {
    let mut wanted = Wanted::first(WALKED);
    loop {
        let rows = office.select::<Opinion>(wanted).await?;
        if let Some((key, _)) = rows.iter().find(|(key, _)| key.0.ends_with(hash)) {
            return Ok(Some(key.clone()));
        }
        let Some((last, _)) = rows.last() else { return Ok(None) };
        wanted = Wanted::first(WALKED).after(last);
    }
}

/// A page of the public opinions.
#[derive(Debug)]
pub struct OpinionPage {
    /// The opinions, newest first.
    pub rows: Vec<Opinion>,
    /// Where older ones follow; `None` at the end.
    pub next: Option<String>,
}

/// A page of the opinions, newest first; `after` is what the page before said.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn opinions(office: &Office, after: Option<String>, limit: u32) -> Result<OpinionPage> {
    let wanted = Wanted::first(limit.saturating_add(1));
    // What is no address begins at the newest.
    let is_address = |key: &String| key.len() <= 64 && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let wanted = after.filter(is_address).map_or(wanted.clone(), |key| wanted.after(&(key,)));
    let mut found = office.select::<Opinion>(wanted).await?;
    let more = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next = found.last().filter(|_| more).map(|((key,), _)| key.clone());
    Ok(OpinionPage { rows: found.into_iter().map(|(_, opinion)| opinion).collect(), next })
}
