//! Lodging online: one question a page, answers kept for the visit, check answers, receipt. No script needed.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use huiyin_app::domain::submission::{Naming, Purpose, ReplyWay};
use huiyin_app::draft::{self, Draft};
use huiyin_app::lodge::{self, Lodging};
use huiyin_app::places::Place;
use huiyin_app::{AppError, FormError, Identity, follow};

use super::{Page, redirect_with};
use crate::context::{Asked, DRAFT_COOKIE, FOLLOW_COOKIE, Shared};
use crate::form::Form;
use crate::problem::{self, FieldProblem, Problem};

/// The questions in order, each with its fields.
const STEPS: &[(&str, &[&str])] = &[
    ("naming", &["naming"]),
    ("agent", &["for_whom", "agent", "agent_paper"]),
    ("purpose", &["purpose"]),
    ("text", &["text"]),
    ("place", &["place", "place_name"]),
    ("about", &["complained_of"]),
    ("class", &["class"]),
    ("people", &["headcount", "co_signers"]),
    ("files", &[]),
    ("contact", &["name", "reply", "telephone", "email", "address", "second_language", "needs"]),
    ("check", &["title"]),
];

fn position(step: &str) -> Option<usize> {
    STEPS.iter().position(|(id, _)| *id == step)
}

/// Begins anew.
pub(crate) async fn begin(State(shared): State<Arc<Shared>>, asked: Asked) -> Page {
    let fail = |e| Problem::page(&shared, &asked, e);
    let (secret, draft) = draft::begin().map_err(fail)?;
    draft::keep(&shared.office, &secret, &draft).await.map_err(fail)?;
    Ok(redirect_with("/lodge/naming", &shared.cookie(DRAFT_COOKIE, &secret, None)))
}

async fn kept(shared: &Shared, asked: &Asked) -> Result<Option<(String, Draft)>, Problem> {
    let secret = asked.cookie(DRAFT_COOKIE).unwrap_or_default().to_owned();
    let found = draft::load(&shared.office, &secret).await.map_err(|e| Problem::page(shared, asked, e))?;
    Ok(found.map(|d| (secret, d)))
}

/// Shows a question.
pub(crate) async fn show(State(shared): State<Arc<Shared>>, Path(step): Path<String>, asked: Asked) -> Page {
    let Some((_, draft)) = kept(&shared, &asked).await? else { return Ok(Redirect::to("/lodge").into_response()) };
    if step == "receipt" {
        return receipt(&shared, &asked, &draft).await;
    }
    // Once sent, going back shows the receipt and not an empty form.
    if draft.receipt.is_some() {
        return Ok(Redirect::to("/lodge/receipt").into_response());
    }
    // Nothing before it is left out: whoever comes straight to a later step is led to the first open one.
    let open = STEPS.iter().map(|(id, _)| *id).find(|id| !one_step(id, &draft.answers).is_empty());
    if let (Some(open), Some(at)) = (open, position(&step))
        && position(open).is_some_and(|first| first < at)
    {
        return Ok(Redirect::to(&format!("/lodge/{open}")).into_response());
    }
    // After a fault the page is fetched anew, so that going back in the browser finds a page and not a form sent twice.
    let faults = if asked.query == "mend=1" { one_step(&step, &draft.answers) } else { Vec::new() };
    let shown = problem::fields(&shared, asked.language, &AppError::Form(faults));
    page(&shared, &asked, &step, &draft, shown).await
}

async fn page(shared: &Shared, asked: &Asked, step: &str, draft: &Draft, errors: Vec<FieldProblem>) -> Page {
    let at = position(step).ok_or_else(|| Problem::page(shared, asked, AppError::NotFound))?;
    let ground = shared.office.ground_today().await.map_err(|e| Problem::page(shared, asked, e))?;
    let back = at.checked_sub(1).and_then(|i| STEPS.get(i)).map_or_else(|| "/".to_owned(), |(id, _)| format!("/lodge/{id}"));
    let failed = !errors.is_empty();
    let front = ground.directory.unit(shared.office.front_office()).cloned();
    let places = shared.office.places().await.map_err(|e| Problem::page(shared, asked, e))?;
    let summary: Vec<_> = if step == "check" { answers(shared, asked, draft, &places) } else { Vec::new() };
    let values = context! {
        step, at => at + 1, of => STEPS.len(), back, errors,
        a => &draft.answers, places,
        files => &draft.files, classes => ground.book.classes, summary,
        title_default => default_title(draft),
        max_files => lodge::MAX_FILES, max_mb => lodge::MAX_FILE_BYTES / 1024 / 1024,
        telephone => front.map(|u| u.telephone).unwrap_or_default(),
    };
    let mut response = shared.page(asked, "lodge.html", values);
    if failed {
        *response.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

fn default_title(draft: &Draft) -> String {
    let given = draft.answer("title");
    if given.is_empty() { huiyin_app::lodge::title_of(draft.answer("text")) } else { given.to_owned() }
}

#[derive(serde::Serialize)]
struct Answer {
    step: &'static str,
    question: String,
    text: String,
}

/// Every question is listed, but for those that the answers before make pointless.
fn shown(field: &str, draft: &Draft) -> bool {
    match field {
        "agent" | "agent_paper" => draft.answer("for_whom") == "other",
        "name" => draft.answer("naming") != "anonymous",
        "telephone" | "email" | "address" | "place" | "second_language" => !draft.answer(field).is_empty(),
        _ => true,
    }
}

fn answers(shared: &Shared, asked: &Asked, draft: &Draft, places: &[Place]) -> Vec<Answer> {
    let none = shared.say(asked.language, "not-given");
    let mut out = Vec::new();
    for (step, fields) in STEPS.iter().filter(|(id, _)| *id != "check") {
        for field in fields.iter().filter(|f| shown(f, draft)) {
            let raw = draft.answer(field);
            let key = format!("choice-{}", raw.replace('_', "-"));
            let chosen = matches!(*field, "naming" | "purpose" | "reply" | "for_whom");
            let text = if raw.is_empty() {
                none.clone()
            } else if chosen {
                shared.say(asked.language, &key)
            } else if *field == "second_language" {
                shared.say(asked.language, "paper-both")
            } else if *field == "place" {
                places.iter().find(|p| p.code == raw).map_or_else(|| raw.to_owned(), |p| p.name.clone())
            } else {
                raw.to_owned()
            };
            out.push(Answer { step, question: shared.say(asked.language, &format!("ask-{}", field.replace('_', "-"))), text });
        }
        if *step == "files" {
            out.push(Answer {
                step,
                question: shared.say(asked.language, "ask-files"),
                text: if draft.files.is_empty() { none.clone() } else { draft.files.iter().map(|f| f.name.clone()).collect::<Vec<_>>().join("\n") },
            });
        }
    }
    out
}

/// Takes an answer and goes to the next question; the last one sends.
pub(crate) async fn answer(State(shared): State<Arc<Shared>>, Path(step): Path<String>, asked: Asked, form: Form) -> Page {
    let Some((secret, mut draft)) = kept(&shared, &asked).await? else { return Ok(Redirect::to("/lodge").into_response()) };
    if step == "receipt" && draft.receipt.is_some() {
        // "Done": this device shows it no longer.
        draft::keep(&shared.office, &secret, &Draft::default()).await.map_err(|e| Problem::page(&shared, &asked, e))?;
        return Ok(redirect_with("/", &shared.cookie(DRAFT_COOKIE, "", Some(0))));
    }
    let at = position(&step).ok_or_else(|| Problem::page(&shared, &asked, AppError::NotFound))?;
    if draft.receipt.is_some() {
        return Ok(Redirect::to("/lodge/receipt").into_response());
    }
    let fields = STEPS.get(at).map_or(&[][..], |s| s.1);
    for field in fields {
        draft.answers.insert((*field).to_owned(), form.get(field).trim().to_owned());
    }
    let mut errors = one_step(&step, &draft.answers);
    if step == "files" {
        errors.extend(take_files(&shared, &mut draft, &form).await.map_err(|e| Problem::page(&shared, &asked, e))?);
    }
    draft::keep(&shared.office, &secret, &draft).await.map_err(|e| Problem::page(&shared, &asked, e))?;
    if !errors.is_empty() {
        if step != "files" {
            return Ok(Redirect::to(&format!("/lodge/{step}?mend=1")).into_response());
        }
        let shown = problem::fields(&shared, asked.language, &AppError::Form(errors));
        return page(&shared, &asked, &step, &draft, shown).await;
    }
    if step == "files" && (form.has("remove") || form.has("more")) {
        return Ok(Redirect::to("/lodge/files").into_response());
    }
    match STEPS.get(at + 1) {
        Some((next, _)) => Ok(Redirect::to(&format!("/lodge/{next}")).into_response()),
        None => send(&shared, &asked, &secret, draft).await,
    }
}

fn one_step(step: &str, answers: &BTreeMap<String, String>) -> Vec<FormError> {
    let get = |name: &str| answers.get(name).map_or("", String::as_str);
    let mut errors = Vec::new();
    match step {
        "naming" if naming(get("naming")).is_none() => errors.push(FormError::new("naming", "fault-choose")),
        "agent" if get("for_whom").is_empty() => errors.push(FormError::new("for_whom", "fault-choose")),
        "agent" if get("for_whom") == "other" && get("agent").is_empty() => errors.push(FormError::new("agent", "fault-agent-missing")),
        "purpose" if purpose(get("purpose")).is_none() => errors.push(FormError::new("purpose", "fault-choose")),
        "text" if get("text").is_empty() => errors.push(FormError::new("text", "fault-text-missing")),
        "text" if get("text").chars().count() > lodge::MAX_TEXT => errors.push(FormError::with("text", "fault-too-long", lodge::MAX_TEXT)),
        "people" if !get("headcount").is_empty() && get("headcount").parse::<u32>().map_or(true, |n| n == 0) => {
            errors.push(FormError::new("headcount", "fault-headcount"))
        }
        "contact" => match reply(get("reply")) {
            None => errors.push(FormError::new("reply", "fault-choose")),
            Some(way) => {
                let who = Identity {
                    name: get("name").into(),
                    telephone: get("telephone").into(),
                    email: get("email").into(),
                    address: get("address").into(),
                    ..Identity::default()
                };
                errors.extend(lodge::contact(naming(get("naming")).unwrap_or(Naming::Named), &who, way));
            }
        },
        _ => {}
    }
    errors
}

async fn take_files(shared: &Shared, draft: &mut Draft, form: &Form) -> Result<Vec<FormError>, AppError> {
    draft.files.retain(|f| f.id != form.get("remove"));
    let mut errors = Vec::new();
    for upload in &form.uploads {
        if draft.files.len() >= lodge::MAX_FILES {
            errors.push(FormError::with("files", "fault-files-many", lodge::MAX_FILES));
            break;
        }
        match lodge::store_file(&shared.office, &upload.name, &upload.bytes, "petitioner").await {
            Ok(record) => draft.files.push(record),
            Err(AppError::Form(mut more)) => errors.append(&mut more),
            Err(AppError::File(_)) => errors.push(FormError::with("files", "fault-file-type", &upload.name)),
            Err(other) => return Err(other),
        }
    }
    Ok(errors)
}

pub(crate) fn naming(word: &str) -> Option<Naming> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
}

pub(crate) fn purpose(word: &str) -> Option<Purpose> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
}

pub(crate) fn reply(word: &str) -> Option<ReplyWay> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
}

/// Names, one on a line or divided by commas.
pub(crate) fn names(text: &str) -> Vec<String> {
    text.split(['\n', '、', ',', '，', ';', '；']).map(str::trim).filter(|n| !n.is_empty()).map(str::to_owned).collect()
}

fn lodging(shared: &Shared, draft: &Draft) -> Lodging {
    let get = |name: &str| draft.answer(name).to_owned();
    let some = |name: &str| Some(get(name)).filter(|t| !t.is_empty());
    let naming = naming(&get("naming")).unwrap_or(Naming::Named);
    let by_agent = get("for_whom") == "other";
    let signers = names(&get("co_signers"));
    let counted = u32::try_from(signers.len()).unwrap_or(0) + 1;
    Lodging {
        form_token: draft.form_token.clone(),
        unit: shared.office.front_office().clone(),
        title: get("title"),
        text: get("text"),
        class: some("class"),
        place: some("place"),
        place_name: some("place_name"),
        purpose: purpose(&get("purpose")).unwrap_or(Purpose::NotSure),
        complained_of: some("complained_of"),
        headcount: get("headcount").parse().unwrap_or(1).max(counted),
        naming,
        by_agent,
        second_language: !get("second_language").is_empty(),
        reply: reply(&get("reply")).unwrap_or(ReplyWay::CodeOnly),
        identity: Identity {
            name: get("name"),
            telephone: get("telephone"),
            email: get("email"),
            address: get("address"),
            agent: if by_agent { get("agent") } else { String::new() },
            agent_paper: if by_agent { get("agent_paper") } else { String::new() },
            co_signers: signers,
            representatives: Vec::new(),
            needs: get("needs"),
        },
        files: draft.files.clone(),
    }
}

async fn send(shared: &Shared, asked: &Asked, secret: &str, mut draft: Draft) -> Page {
    match lodge::lodge(&shared.office, lodging(shared, &draft)).await {
        Ok(done) => {
            // Answers are in the vault now; the draft keeps only what the receipt page shows.
            draft.answers.clear();
            draft.files.clear();
            draft.receipt = Some(done.number);
            draft::keep(&shared.office, secret, &draft).await.map_err(|e| Problem::page(shared, asked, e))?;
            Ok(Redirect::to("/lodge/receipt").into_response())
        }
        Err(error @ AppError::Form(_)) => {
            let mut shown = problem::fields(shared, asked.language, &error);
            for fault in &mut shown {
                if let Some((step, _)) = STEPS.iter().find(|(_, fields)| fields.contains(&fault.field.as_str())).filter(|(step, _)| *step != "check") {
                    fault.href = format!("/lodge/{step}");
                }
            }
            page(shared, asked, "check", &draft, shown).await
        }
        Err(error) => Err(Problem::page(shared, asked, error)),
    }
}

async fn receipt(shared: &Shared, asked: &Asked, draft: &Draft) -> Page {
    let fail = |e| Problem::page(shared, asked, e);
    let Some(number) = &draft.receipt else { return Ok(Redirect::to("/lodge/check").into_response()) };
    let (code, record) = follow::own(&shared.office, &draft.form_token).await.map_err(fail)?;
    let code = code.as_str();
    let views = follow::view(&shared.office, &record).await.map_err(fail)?;
    let clocks: Vec<_> = views.iter().flat_map(|v| super::follow::clocks(shared, asked, v)).collect();
    let open = follow::keep(&shared.office, &record).await.map_err(fail)?;
    let front = views.first().and_then(|v| v.ground.directory.unit(&record.submission.unit).cloned());
    let values = context! {
        number, code => lodge::receipt::grouped(code), clocks,
        anonymous => record.submission.naming == Naming::Anonymous,
        received => huiyin_wording::date(asked.language, record.submission.received_on),
        office => front.as_ref().map(|u| asked.language.pick(&u.name, &u.name_en).to_owned()).unwrap_or_default(),
        telephone => front.map(|u| u.telephone).unwrap_or_default(),
    };
    let mut response: Response = shared.page(asked, "receipt.html", values);
    if let Ok(value) = axum::http::HeaderValue::from_str(&shared.cookie(FOLLOW_COOKIE, &open, Some(7200))) {
        response.headers_mut().append(axum::http::header::SET_COOKIE, value);
    }
    Ok(response)
}
