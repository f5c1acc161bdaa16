//! Agents and recusal. An agent's name and paper go to the vault of the letter; which matters an officer recuses from
//! is kept by officer, so that lists, counts and search leave them out (DESIGN decision 7).

use std::collections::BTreeSet;

use huiyin_domain::ids::OfficerId;
use huiyin_domain::matter::Matter;
use huiyin_domain::matter::letter::{concerns_the_letter, follow};
use huiyin_domain::payload::{Field, Payload};
use huiyin_domain::procedure::{MoveRule, Verb};
use huiyin_domain::proceeding::Proceeding;
use huiyin_storage::{Changes, Expected, RecordWrite};

use crate::access::Recusal;
use crate::error::{AppError, FormError, Result};
use crate::office::Office;
use crate::seal::seal;
use crate::vault;

/// Between two names.
const BETWEEN: char = '、';

/// What a move changes in the vault: an agent shown by a document, or no longer one.
pub(crate) async fn agents(
    office: &Office,
    matter: &Matter,
    rule: &MoveRule,
    identity: &Payload,
    changes: &mut Changes,
) -> Result<()> {
    if !matches!(rule.verb, Verb::Appoint | Verb::EndAppointment) {
        return Ok(());
    }
    let most = office.ground(&matter.pack).await?.book.most_agents.and_then(|n| usize::try_from(n).ok());
    vault::change(office, &matter.details().submission, changes, |known| {
        let person = &mut known.identity;
        if rule.verb == Verb::EndAppointment {
            (person.agent, person.agent_paper) = (String::new(), String::new());
        } else {
            let name = identity.text(Field::AgentName).unwrap_or_default();
            if name.chars().any(|c| "、,，;；/".contains(c)) {
                return Err(AppError::Form(vec![FormError::new("agent_name", "fault-agent-one")]));
            }
            let mut names: Vec<&str> = person.agent.split(BETWEEN).filter(|n| !n.is_empty()).collect();
            if !names.contains(&name) {
                names.push(name);
            }
            if let Some(most) = most.filter(|n| names.len() > *n) {
                return Err(AppError::Form(vec![FormError::with("agent_name", "fault-agents-many", most)]));
            }
            let agent = names.join(&BETWEEN.to_string());
            let papers: Vec<&str> = [person.agent_paper.as_str(), identity.text(Field::Authority).unwrap_or_default()]
                .into_iter()
                .filter(|p| !p.is_empty())
                .collect();
            (person.agent_paper, person.agent) = (papers.join("；"), agent);
        }
        Ok(())
    })
    .await
}

/// What concerns the whole letter and not one part of it: who recuses, and whether somebody acts for the petitioner.
/// The other parts say so in the same commit, so that none of them is a way round and none is lost.
pub(crate) async fn on_the_letter(
    office: &Office,
    before: &Matter,
    rule: &MoveRule,
    after: &Matter,
    changes: &mut Changes,
) -> Result<()> {
    if !concerns_the_letter(rule.verb) {
        return Ok(());
    }
    for part in office
        .store()
        .matters_of(office.tenant(), &before.details().submission)
        .await?
        .into_iter()
        .filter(|m| m.id != before.id)
    {
        let own = office.ground(&part.pack).await?;
        let (next, events) = follow(own.rules(), &part, rule.verb, (before, after), &office.now());
        if next.recused != part.recused {
            changes.records.extend(recusals(&part, &next)?);
        }
        seal(changes, &own, next, events, Payload::default(), Expected::Version(part.version), None)?;
    }
    Ok(())
}

/// What a recusal, or its end, changes in the officer's own list.
pub(crate) fn recusals(before: &Proceeding, after: &Proceeding) -> Result<Vec<RecordWrite>> {
    recusals_since(&before.recused, after)
}

/// The same from those who stood before.
pub(crate) fn recusals_since(before: &BTreeSet<OfficerId>, after: &Proceeding) -> Result<Vec<RecordWrite>> {
    let write =
        |officer: &OfficerId, stands: bool| RecordWrite::put(&(officer.clone(), after.id.clone()), &Recusal { stands });
    let begun = after.recused.difference(before).map(|o| write(o, true));
    Ok(begun
        .chain(before.difference(&after.recused).map(|o| write(o, false)))
        .collect::<std::result::Result<_, _>>()?)
}
