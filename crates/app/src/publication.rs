//! Published opinions: only re-review opinions that were heard (art. 36(2)), in the words an officer took the names out
//! of. Neither the number nor the title of the matter stands there: both could tell who it is.

use huiyin_domain::decide::Decision;
use huiyin_domain::ids::UnitId;
use huiyin_domain::matter::Matter;
use huiyin_domain::payload::Field;
use huiyin_domain::procedure::{MoveRule, Verb};
use huiyin_storage::{Record, RecordWrite, Table};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::error::{AppError, FormError, Result};
use crate::office::Office;

/// One opinion on the public page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opinion {
    /// It is on the page; `false`: taken down.
    pub stands: bool,
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
    let who = crate::vault::person(office, &matter.submission).await?.map(|v| v.identity).unwrap_or_default();
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

impl Record for Opinion {
    const TABLE: Table = Table::Opinion;
    type Key = (String,);
}

/// What a move changes on the public page; `None` for all others.
pub(crate) fn of(
    office: &Office,
    matter: &Matter,
    rule: &MoveRule,
    decision: &Decision<Matter>,
) -> Result<Option<RecordWrite>> {
    if !matches!(rule.verb, Verb::Publish | Verb::Unpublish) {
        return Ok(None);
    }
    let opinion = Opinion {
        stands: rule.verb == Verb::Publish,
        day: office.now().today(),
        unit: matter.reviewer.clone(),
        class: matter.class.clone(),
        outcome: matter.outcome.clone(),
        text: if rule.verb == Verb::Publish {
            decision.words.text(Field::Opinion).unwrap_or_default().to_owned()
        } else {
            String::new()
        },
    };
    // The key is not the matter's id: an address must not lead to it.
    let key = office.keyed_hash("published", matter.id.as_str()).chars().take(16).collect::<String>();
    Ok(Some(RecordWrite::put(&(key,), &opinion)?))
}

/// The opinions on the public page, newest first.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn opinions(office: &Office) -> Result<Vec<Opinion>> {
    let all = office.select_all::<Opinion>(&[]).await?.into_iter().map(|(_, opinion)| opinion);
    let mut out: Vec<Opinion> = all.filter(|o| o.stands).collect();
    out.sort_by_key(|o| std::cmp::Reverse(o.day));
    Ok(out)
}
