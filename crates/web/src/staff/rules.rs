//! Rules and calendars: what is installed, what waits for somebody's word, and bringing more.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use huiyin_app::access::{Action, allows};
use huiyin_app::domain::ids::PackId;
use huiyin_app::domain::unit::Directory;
use huiyin_app::packs::Library;
use huiyin_app::rules::{self, Installed, Kind, Proposal, ProposalState, Signed};
use huiyin_app::{AppError, Office};
use minijinja::Value;

use crate::context::{Shared, SignedIn};
use crate::form::Form;
use crate::pages::Page;
use crate::problem::{self, FieldProblem, Problem};

/// What is installed, what waits, and the form.
pub(crate) async fn list(State(shared): State<Arc<Shared>>, signed: SignedIn) -> Page {
    page(&shared, &signed, &Form::default(), Vec::new()).await
}

async fn page(shared: &Shared, signed: &SignedIn, form: &Form, errors: Vec<FieldProblem>) -> Page {
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

fn queried(signed: &SignedIn, name: &str) -> String {
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

fn calendar(shared: &Shared, signed: &SignedIn, names: &Directory, library: &Library, one: &Installed) -> Value {
    let read = library.calendar(&one.id);
    let last = read.as_ref().and_then(|c| c.last_published());
    context! {
        id => one.id, digest => one.short(), first => read.as_ref().and_then(|c| c.first_published()), last,
        behind => last.is_some_and(|year| year < shared.office.now().today().year()),
        uploaded => by(shared, signed, names, &one.uploaded),
        approved => one.approved.as_ref().map(|a| by(shared, signed, names, a)), changes => one.before.len(),
    }
}

fn proposal(shared: &Shared, signed: &SignedIn, names: &Directory, one: &Proposal) -> Value {
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

/// Takes what was uploaded and has it checked beside the running office.
pub(crate) async fn upload(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    let mut sent = Vec::new();
    let mut large = false;
    for upload in &form.uploads {
        match &upload.bytes {
            Some(bytes) => sent.push((
                upload.name.clone(),
                bytes.read().await.map_err(|e| Problem::page(&shared, &signed.asked, e.into()))?,
            )),
            None => large |= upload.too_large,
        }
    }
    let uploaded = if large {
        Err(AppError::Form(vec![huiyin_app::FormError::with("files", "fault-rules-large", rules::MAX_BYTES / 1024)]))
    } else {
        rules::propose(&shared.office, &signed.staff, form.get("calendar"), sent).await
    };
    match uploaded {
        Ok(proposal) => {
            check_beside(&shared.office, &proposal.key);
            Ok(Redirect::to(&format!("/staff/rules/waiting/{}", proposal.key)).into_response())
        }
        Err(error) => again(&shared, &signed, &form, error).await,
    }
}

/// The check runs apart from the request: it may take a minute.
fn check_beside(office: &Office, key: &str) {
    let (office, key) = (office.clone(), key.to_owned());
    tokio::spawn(async move {
        if let Err(error) = rules::start_check(&office, &key).await {
            tracing::error!(error = ?error, "an upload could not be checked");
        }
    });
}

async fn again(shared: &Shared, signed: &SignedIn, form: &Form, error: AppError) -> Page {
    let errors = problem::fields(shared, signed.asked.language, &error);
    if errors.is_empty() {
        Err(Problem::page(shared, &signed.asked, error))
    } else {
        page(shared, signed, form, errors).await
    }
}

/// One upload: where its check stands, its faults, and the word of another person.
pub(crate) async fn waiting(State(shared): State<Arc<Shared>>, Path(key): Path<String>, signed: SignedIn) -> Page {
    let fail = |e| Problem::page(&shared, &signed.asked, e);
    let all = rules::proposals(&shared.office, &signed.staff).await.map_err(fail)?;
    let one = all.iter().find(|p| p.key == key).ok_or_else(|| fail(AppError::NotFound))?;
    let names = shared.office.directory().await.map_err(fail)?;
    let checking = matches!(one.state, ProposalState::Checking { .. }) && !one.is_lost(shared.office.machine_now());
    let file = queried(&signed, "file");
    let values = context! {
        p => proposal(&shared, &signed, &names, one), may_approve => rules::approves(&shared.office, &signed.staff),
        files => one.files.keys().collect::<Vec<_>>(), file => file, text => one.files.get(&file),
    };
    let mut response = shared.desk(&signed, "rules_waiting.html", values);
    if checking {
        response.headers_mut().insert(axum::http::header::REFRESH, axum::http::HeaderValue::from_static("2"));
    }
    Ok(response)
}

/// The word on an upload.
pub(crate) async fn decide(
    State(shared): State<Arc<Shared>>,
    Path(key): Path<String>,
    signed: SignedIn,
    form: Form,
) -> Page {
    signed.check_form(&shared, &form)?;
    let (office, staff) = (&shared.office, &signed.staff);
    let done = match form.get("decision") {
        "approve" => rules::approve(office, staff, &key).await.map(|installed| {
            if installed.kind == Kind::Calendar {
                reckon_beside(office);
            }
            Redirect::to("/staff/rules?done=approved").into_response()
        }),
        "discard" => rules::discard(office, staff, &key)
            .await
            .map(|()| Redirect::to("/staff/rules?done=discarded").into_response()),
        "again" => rules::check_again(office, staff, &key).await.map(|()| {
            check_beside(office, &key);
            Redirect::to(&format!("/staff/rules/waiting/{key}")).into_response()
        }),
        _ => Err(AppError::NotFound),
    };
    answer(&shared, &signed, &form, done).await
}

/// What is open is reckoned again under the new calendar; the acts of the office say how many days moved.
fn reckon_beside(office: &Office) {
    let office = office.clone();
    tokio::spawn(async move {
        if let Err(error) = huiyin_app::reproject::reproject_all(&office).await {
            tracing::error!(error = ?error, "open periods could not be reckoned again; run `huiyin reproject`");
        }
    });
}

/// Takes a pack out of force, or puts it in force again.
pub(crate) async fn turn(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    let (office, staff, id) = (&shared.office, &signed.staff, form.get("id"));
    let done = match form.get("decision") {
        "withdraw" => rules::withdraw(office, staff, id)
            .await
            .map(|()| Redirect::to("/staff/rules?done=withdrawn").into_response()),
        "restore" => {
            rules::restore(office, staff, id).await.map(|()| Redirect::to("/staff/rules?done=restored").into_response())
        }
        _ => Err(AppError::NotFound),
    };
    answer(&shared, &signed, &form, done).await
}

async fn answer(shared: &Shared, signed: &SignedIn, form: &Form, done: Result<Response, AppError>) -> Page {
    match done {
        Ok(response) => Ok(response),
        Err(error) => again(shared, signed, form, error).await,
    }
}

/// The texts of what is installed.
pub(crate) async fn texts(
    State(shared): State<Arc<Shared>>,
    Path((kind, id)): Path<(String, String)>,
    signed: SignedIn,
) -> Page {
    let fail = |e| Problem::page(&shared, &signed.asked, e);
    let kind = Kind::from_word(&kind).ok_or_else(|| fail(AppError::NotFound))?;
    let all = rules::list(&shared.office, &signed.staff).await.map_err(fail)?;
    let one = all.iter().find(|i| i.kind == kind && i.id == id).ok_or_else(|| fail(AppError::NotFound))?;
    let file = queried(&signed, "file");
    let values = context! {
        id => one.id, kind => kind.word(), digest => one.digest, files => one.files.keys().collect::<Vec<_>>(),
        file => file, text => one.files.get(&file),
    };
    Ok(shared.desk(&signed, "rules_texts.html", values))
}
