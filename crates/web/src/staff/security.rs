//! The security log, for whoever looks after the office.

use std::sync::Arc;

use axum::extract::State;
use huiyin_app::acts;
use huiyin_app::domain::event::EventActor;
use huiyin_app::domain::ids::OfficerId;
use huiyin_app::domain::unit::Directory;
use huiyin_app::security::{self, Act, Entry};
use huiyin_wording::Language;
use minijinja::Value;

use crate::edge::context::{Shared, SignedIn};
use crate::edge::problem::Problem;
use crate::pages::Page;

/// Entries of a page.
const PAGE: usize = 50;

/// An entry as a row shows it.
pub(crate) fn line(shared: &Shared, language: Language, directory: &Directory, entry: &Entry) -> Value {
    let name =
        |id: &OfficerId| directory.officer(id).map_or_else(|| id.0.clone(), |o| format!("{}（{}）", o.name, o.login));
    let by = match (&entry.by, entry.act) {
        (Some(by), _) => name(by),
        (None, Act::SignInFailed) => "—".to_owned(),
        (None, _) => shared.say(language, "security-machine"),
    };
    context! {
        at => huiyin_wording::instant(language, entry.at, shared.office.zone(), shared.office.now().today()),
        act => shared.say(language, &format!("security-{}", entry.act.word())),
        by, officer => entry.officer.as_ref().map(name), detail => entry.detail,
    }
}

/// The record of the office itself, newest first: kept for ever, each act chained to the one before.
async fn record(shared: &Shared, signed: &SignedIn, after: &str) -> Page {
    let failed = |e| Problem::page(shared, &signed.asked, e);
    let most = u32::try_from(PAGE).unwrap_or(u32::MAX);
    let all = acts::list(&shared.office, &signed.staff, after.parse().ok(), most).await.map_err(failed)?;
    let directory = shared.office.directory().await.map_err(failed)?;
    let language = signed.asked.language;
    let row = |r: &acts::Recorded| {
        let by = if let EventActor::Officer { officer, .. } = &r.actor { Some(officer.clone()) } else { None };
        let entry =
            Entry { at: r.at, act: r.act, by, officer: r.officer.clone(), detail: format!("{} · {}", r.n, r.detail) };
        line(shared, language, &directory, &entry)
    };
    let entries: Vec<Value> = all.iter().map(row).collect();
    let next = all.last().filter(|l| all.len() == PAGE && l.n > 1).map(|l| l.n.to_string());
    Ok(shared.desk(
        signed,
        "security.html",
        context! {
            entries, acts => Vec::<Value>::new(), kept => true, next, later => !after.is_empty(),
            days => security::KEPT_DAYS,
        },
    ))
}

/// Lists what was done, newest first, of one act where asked.
pub(crate) async fn list(State(shared): State<Arc<Shared>>, signed: SignedIn) -> Page {
    let asked = |name: &str| {
        form_urlencoded::parse(signed.asked.query.as_bytes())
            .find(|(k, _)| k == name)
            .map(|(_, v)| v.into_owned())
            .unwrap_or_default()
    };
    if asked("kept") == "1" {
        return record(&shared, &signed, &asked("after")).await;
    }
    let (act, after) = (asked("act"), asked("after"));
    let found = Act::ALL.into_iter().find(|a| a.word() == act);
    let failed = |e| Problem::page(&shared, &signed.asked, e);
    let page = security::list(&shared.office, &signed.staff, found, &after, PAGE).await.map_err(failed)?;
    let directory = shared.office.directory().await.map_err(failed)?;
    let language = signed.asked.language;
    let entries: Vec<Value> = page.entries.iter().map(|e| line(&shared, language, &directory, e)).collect();
    let acts: Vec<Value> = Act::ALL
        .iter()
        .map(|a| context! { word => a.word(), name => shared.say(language, &format!("security-{}", a.word())) })
        .collect();
    Ok(shared.desk(
        &signed,
        "security.html",
        context! {
            entries, acts, act => found.map(Act::word), next => page.next, later => !after.is_empty(), kept => false,
            days => security::KEPT_DAYS,
        },
    ))
}
