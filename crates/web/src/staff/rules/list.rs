//! Packs and calendars that are installed.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use huiyin_app::access::{Action, allows};
use huiyin_app::domain::ids::PackId;
use huiyin_app::domain::unit::Directory;
use huiyin_app::packs::Library;
use huiyin_app::rules::{self, Installed, Kind, Proposal, ProposalState, Signed};
use minijinja::Value;

use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::{FieldProblem, Problem};
use crate::pages::Page;

/// What is installed, what waits, and the form.
pub(crate) async fn list(State(shared): State<Arc<Shared>>, signed: SignedIn) -> Page {
    page(&shared, &signed, &Form::default(), Vec::new()).await
}

pub(super) async fn page(shared: &Shared, signed: &SignedIn, form: &Form, errors: Vec<FieldProblem>) -> Page {
    let fail = |e| Problem::page(shared, &signed.asked, e);
    let all = rules::list(&shared.office, &signed.staff).await.map_err(fail)?;
    let waiting = rules::proposals(&shared.office, &signed.staff).await.map_err(fail)?;
    let names = shared.office.directory().await.map_err(fail)?;
    let library = shared.office.library();
    let of = |kind: Kind| all.iter().filter(move |i| i.kind == kind);
    let values = context! {
        packs => of(Kind::Pack).map(|i| pack(shared, signed, &names, &library, i)).collect::<Vec<_>>(),
        calendars => of(Kind::Calendar).map(|i| calendar(shared, signed, &names, &library, i)).collect::<Vec<_>>(),
        waiting => waiting.iter().map(|p| proposal(shared, signed, &names, p)).collect::<Vec<_>>(),
        may_upload => allows(&signed.staff, Action::Administer),
        may_approve => rules::approves(&shared.office, &signed.staff),
        chosen => form.get("calendar"), errors, most_files => rules::MAX_FILES, most_kb => rules::MAX_BYTES / 1024,
        done => queried(signed, "done"),
    };
    let failed = !form.get("csrf").is_empty();
    let mut response = shared.desk(signed, "rules.html", values);
    if failed {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

pub(super) fn queried(signed: &SignedIn, name: &str) -> String {
    form_urlencoded::parse(signed.asked.query.as_bytes())
        .find(|(k, _)| k == name)
        .map(|(_, v)| v.into_owned())
        .unwrap_or_default()
}

/// Who did something and when.
fn by(shared: &Shared, signed: &SignedIn, names: &Directory, who: &Signed) -> String {
    let language = signed.asked.language;
    let name = who.by.as_ref().map_or_else(
        || shared.say(language, "security-machine"),
        |id| names.officer(id).map_or_else(|| id.0.clone(), |o| o.name.clone()),
    );
    let at = huiyin_wording::instant(language, who.at, shared.office.zone(), shared.office.now().today());
    shared.office.wording().text(language, "rules-by", &[("name", name.into()), ("at", at.into())])
}

fn pack(shared: &Shared, signed: &SignedIn, names: &Directory, library: &Library, one: &Installed) -> Value {
    let (language, today) = (signed.asked.language, shared.office.now().today());
    let book = library.book(&PackId(one.id.clone()));
    let state = match &book {
        _ if one.withdrawn.is_some() => "withdrawn",
        Some(book) if book.force_from > today => "coming",
        Some(book) if library.in_force(book.family(), today).is_some_and(|b| b.id == book.id) => "in-force",
        _ => "replaced",
    };
    context! {
        id => one.id, digest => one.short(), state, state_text => shared.say(language, &format!("rules-state-{state}")),
        title => book.as_ref().map(|b| b.title.get(language.code()).to_owned()).unwrap_or_default(),
        from => book.as_ref().map(|b| huiyin_wording::day(language, b.force_from, today)),
        kind => book.as_ref().map(|b| shared.say(language, &format!("kind-{}", b.kind.word()))),
        uploaded => by(shared, signed, names, &one.uploaded),
        approved => one.approved.as_ref().map(|a| by(shared, signed, names, a)),
        withdrawn => one.withdrawn.as_ref().map(|w| by(shared, signed, names, w)),
        shown => one.shown.map(|(cases, states, steps)| context! { cases, states, steps }),
    }
}

pub(super) fn calendar(
    shared: &Shared,
    signed: &SignedIn,
    names: &Directory,
    library: &Library,
    one: &Installed,
) -> Value {
    let read = library.calendar(&one.id);
    let last = read.as_ref().and_then(|c| c.last_published());
    context! {
        id => one.id, digest => one.short(), first => read.as_ref().and_then(|c| c.first_published()), last,
        behind => last.is_some_and(|year| year < shared.office.now().today().year()),
        uploaded => by(shared, signed, names, &one.uploaded),
        approved => one.approved.as_ref().map(|a| by(shared, signed, names, a)), changes => one.before.len(),
    }
}

pub(super) fn proposal(shared: &Shared, signed: &SignedIn, names: &Directory, one: &Proposal) -> Value {
    let language = signed.asked.language;
    let (state, errors, shown) = match &one.state {
        ProposalState::Checking { .. } if one.is_lost(shared.office.machine_now()) => ("lost", Vec::new(), None),
        ProposalState::Checking { .. } => ("checking", Vec::new(), None),
        ProposalState::Refused { errors } => ("refused", errors.clone(), None),
        ProposalState::Shown { shown } => ("shown", Vec::new(), Some(*shown)),
    };
    context! {
        key => one.key, id => one.id, calendar => one.kind == Kind::Calendar, sent => one.sent, errors, state,
        state_text => shared.say(language, &format!("rules-proposal-{state}")),
        uploaded => by(shared, signed, names, &one.uploaded),
        own => one.uploaded.by.as_ref() == Some(&signed.staff.officer.id),
        shown => shown.map(|(cases, states, steps)| context! { cases, states, steps }),
    }
}
