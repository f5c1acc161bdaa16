//! Joinder (并案): matters that ask the same are handled as one. A step made on one is made on each member it is open
//! for, in one commit; each keeps its receipt, its clocks and its answer (DESIGN.md, LAW.md §9).
//!
//! Which matter belongs to which joinder is said by the matter itself; the records kept here are only the way to find
//! the others. Numbers of other petitioners are for officers; a petitioner learns how many there are and no more.

use std::collections::BTreeSet;

use huiyin_domain::decide::judge;
use huiyin_domain::ids::ProceedingId;
use huiyin_domain::kind::ProceedingKind;
use huiyin_domain::matter::Matter;
use huiyin_domain::number;
use huiyin_domain::payload::numbers_in;
use huiyin_domain::procedure::{Fact, MoveRule, Verb};
use huiyin_domain::proceeding::Actor;
use huiyin_domain::subject::Subject;
use huiyin_storage::{ListQuery, Record, RecordWrite, SearchQuery, Table};
use serde::{Deserialize, Serialize};

use crate::access::visibility;
use crate::error::{AppError, FormError, Result};
use crate::office::{Ground, Office, Staff};
use crate::step::Move;

/// Matters in one joinder, at most.
pub const MOST: usize = 200;
/// Matters proposed on the form, at most.
const PROPOSED: usize = 30;
/// Matters looked at for one of the ways of proposing.
const LOOKED_AT: u32 = 200;

/// Whether a matter belongs to a joinder: one that left stays on record.
#[derive(Debug, Serialize, Deserialize)]
struct JoinderMember {
    belongs: bool,
}

impl Record for JoinderMember {
    const TABLE: Table = Table::JoinderMember;
    type Key = (String, ProceedingId);
}

/// The other members of a matter's joinder.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn others(office: &Office, matter: &Matter) -> Result<Vec<Matter>> {
    let Some(joinder) = &matter.details().joinder else { return Ok(Vec::new()) };
    let mut out = Vec::new();
    for ((_, id), member) in office.select_all::<JoinderMember>(&[joinder]).await? {
        if id == matter.id || !member.belongs {
            continue;
        }
        let member = office.store().matter(office.tenant(), &id).await?;
        out.extend(member.filter(|m| m.details().joinder.as_ref() == Some(joinder)));
    }
    out.sort_by(|a, b| a.number.cmp(&b.number));
    Ok(out)
}

/// How a step on a joined matter concerns the others.
#[derive(Debug, Default)]
pub struct Along {
    /// It is made on these as well.
    pub with: Vec<Matter>,
    /// Not on these, which stand elsewhere or for which it is not open.
    pub without: Vec<Matter>,
}

/// Which of the others a step is made on as well.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn along(office: &Office, ground: &Ground, matter: &Matter, actor: &Actor, rule: &MoveRule) -> Result<Along> {
    let mut out = Along::default();
    if matter.details().joinder.is_none() || rule.for_one || *actor == Actor::Petitioner {
        return Ok(out);
    }
    let today = office.now().today();
    for other in others(office, matter).await? {
        let beside = other.state == matter.state && other.holder == matter.holder && other.pack == matter.pack;
        if beside && judge(ground.rules(), &other, actor, rule, today).is_ok() {
            out.with.push(other);
        } else {
            out.without.push(other);
        }
    }
    Ok(out)
}

/// The members a step is made on, the matter it is made on first; each with the joinder it then belongs to.
pub(crate) async fn members(
    office: &Office,
    ground: &Ground,
    matter: Matter,
    actor: &Actor,
    rule: &MoveRule,
    step: &Move,
) -> Result<Vec<Matter>> {
    match rule.verb {
        Verb::Join => newcomers(office, ground, matter, actor, step).await,
        // Of two, the one that stays is on its own as well; where this officer cannot say so there, it is left as it
        // is.
        Verb::Unjoin => {
            let mut rest = others(office, &matter).await?;
            let last = if rest.len() == 1 { rest.pop() } else { None };
            let today = office.now().today();
            let open = last.filter(|m| m.pack == matter.pack && judge(ground.rules(), m, actor, rule, today).is_ok());
            Ok(std::iter::once(matter).chain(open).collect())
        }
        _ if step.only_this => Ok(vec![matter]),
        _ => {
            let with = along(office, ground, &matter, actor, rule).await?.with;
            Ok(std::iter::once(matter).chain(with).collect())
        }
    }
}

/// What the step changes in the joinder itself: the place of a new member, or its end.
pub(crate) fn settle(
    office: &Office,
    rule: &MoveRule,
    joinder: &mut Option<String>,
    next: &mut Matter,
) -> Result<Option<RecordWrite>> {
    match rule.verb {
        Verb::Join => {
            let id = joinder
                .get_or_insert_with(|| next.details().joinder.clone().unwrap_or_else(|| office.new_id()))
                .clone();
            let write = RecordWrite::put(&(id.clone(), next.id.clone()), &JoinderMember { belongs: true })?;
            next.join(id);
            Ok(Some(write))
        }
        Verb::Unjoin => {
            let write = leave(next)?;
            next.leave_joinder();
            Ok(write)
        }
        _ => Ok(None),
    }
}

/// A member that leaves, or is destroyed, no longer counts among the others.
pub(crate) fn leave(matter: &Matter) -> Result<Option<RecordWrite>> {
    let write = |id: &String| RecordWrite::put(&(id.clone(), matter.id.clone()), &JoinderMember { belongs: false });
    Ok(matter.details().joinder.as_ref().map(write).transpose()?)
}

/// How many others are handled as one with a matter; their own records are not read.
pub(crate) async fn count(office: &Office, matter: &Matter) -> Result<usize> {
    let Some(joinder) = &matter.details().joinder else { return Ok(0) };
    let members = office.select_all::<JoinderMember>(&[joinder]).await?;
    Ok(members.iter().filter(|((_, id), member)| member.belongs && *id != matter.id).count())
}

async fn newcomers(
    office: &Office,
    ground: &Ground,
    matter: Matter,
    actor: &Actor,
    step: &Move,
) -> Result<Vec<Matter>> {
    let fault = |fault, value: &str| AppError::Form(vec![FormError::with("joined", fault, value)]);
    let given = step.fields.get("joined").map(String::as_str).unwrap_or_default();
    let mut seen = BTreeSet::from([matter.id.clone()]);
    let mut out = vec![matter];
    for word in numbers_in(given) {
        let other =
            find_newcomer(office, ground, actor, word).await?.ok_or_else(|| fault("fault-joined-unknown", word))?;
        if !seen.insert(other.id.clone()) {
            continue;
        }
        let first = out.first().ok_or(AppError::NotFound)?;
        if other.details().joinder.is_some() {
            return Err(fault(
                if other.details().joinder == first.details().joinder {
                    "fault-joined-already"
                } else {
                    "fault-joined-elsewhere"
                },
                word,
            ));
        }
        if !fits(first, &other) {
            return Err(fault("fault-joined-unfit", word));
        }
        out.push(other);
    }
    if out.len() < 2 {
        return Err(fault("fault-joined-none", ""));
    }
    let known = match out.first() {
        Some(first) => others(office, first).await?.len(),
        None => 0,
    };
    if out.len() + known > MOST { Err(fault("fault-joined-many", &MOST.to_string())) } else { Ok(out) }
}

/// A matter by the number as typed, if the actor may read it. A number without its part is the only part.
async fn find_newcomer(office: &Office, ground: &Ground, actor: &Actor, word: &str) -> Result<Option<Matter>> {
    let Ok(number) = number::parse(word) else { return Ok(None) };
    let whole = number.matches('-').count() < 3;
    let full = if whole { number::matter_number(&number, 1) } else { number };
    let Some(found) = office.store().matter_by_number(office.tenant(), &full).await? else { return Ok(None) };
    let parts =
        if whole { office.store().matters_of(office.tenant(), &found.details().submission).await?.len() } else { 1 };
    Ok(Some(found).filter(|m| parts == 1 && m.may_read(actor, &ground.directory)))
}

/// Handled as one can be what stands in the same stage with the same unit under the same rules; never an accusation.
fn fits(matter: &Matter, other: &Matter) -> bool {
    other.id != matter.id
        && other.state == matter.state
        && other.holder == matter.holder
        && other.reviewer == matter.reviewer
        && other.pack == matter.pack
        && !other.facts.contains(&Fact::Accusation)
}

/// Matters that could be handled as one with this: those that fit, found by the words of its title, by the body
/// complained of and by place; then, among the newest of its stage, those of its class.
///
/// # Errors
/// As the store.
#[crate::boxed]
pub async fn proposals(office: &Office, staff: &Staff, matter: &Matter) -> Result<Vec<Matter>> {
    let mut out: Vec<Matter> = Vec::new();
    let visibility = visibility(office, staff).await?;
    let (store, tenant) = (office.store(), office.tenant());
    let mut take = |found: Vec<Subject>| {
        for other in found
            .into_iter()
            .filter_map(Subject::into_matter)
            .filter(|m| fits(matter, m) && m.details().joinder.is_none())
        {
            if out.len() < PROPOSED && !out.iter().any(|m| m.id == other.id) {
                out.push(other);
            }
        }
    };
    for text in [Some(&matter.title), matter.details().complained_of.as_ref(), matter.details().place_name.as_ref()]
        .into_iter()
        .flatten()
    {
        let text: String = text.chars().take(60).collect();
        let query = SearchQuery {
            kinds: &[ProceedingKind::Matter],
            tenant: tenant.clone(),
            visibility: visibility.clone(),
            text,
            after: None,
            limit: LOOKED_AT,
        };
        take(store.search(&query).await?.rows);
    }
    let query = ListQuery {
        kind: ProceedingKind::Matter,
        tenant: tenant.clone(),
        visibility,
        phase: Some(matter.phase),
        after: None,
        limit: LOOKED_AT,
    };
    take(
        store
            .list(&query)
            .await?
            .rows
            .into_iter()
            .filter(|s| {
                s.matter().is_some_and(|m| m.details().class.is_some() && m.details().class == matter.details().class)
            })
            .collect(),
    );
    Ok(out)
}

/// What went wrong on another member, named by its number.
pub(crate) fn on_member(number: &str, error: AppError) -> AppError {
    match error {
        AppError::Closed(closed) => AppError::Joined { number: number.to_owned(), closed },
        other => other,
    }
}
