//! Takes the answer to a question.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use huiyin_app::domain::submission::Naming;
use huiyin_app::domain::text;
use huiyin_app::draft::{self, Draft, Standing};
use huiyin_app::{AppError, FormError, Identity, follow, lodge};

use super::send::send;
use super::{
    Open, STEPS, cookie, fields_of, find, first_open, given_back, is_anonymous, is_asked, naming, page, position,
    purpose, queried, reply,
};
use crate::edge::context::{DRAFT_COOKIE, FOLLOW_COOKIE, RequestContext, Shared};
use crate::edge::files;
use crate::edge::form::Form;
use crate::edge::problem::{self, Problem};
use crate::pages::{Page, redirect_with};

/// Takes an answer and goes to the next question; the last one sends.
pub(crate) async fn answer(
    State(shared): State<Arc<Shared>>,
    Path(step): Path<String>,
    asked: RequestContext,
    form: Form,
) -> Page {
    if step == "again" {
        return again(&shared, &asked, &form).await;
    }
    let named = if form.has("f") { form.get("f").to_owned() } else { queried(&asked, "f") };
    let mut open = match find(&shared, &asked, &named).await? {
        Ok(open) => open,
        // Clearing clears, whatever became of the form.
        Err(_) if step == "receipt" => Open { secret: String::new(), id: String::new(), draft: Draft::default() },
        Err(why) => return given_back(&shared, &asked, &step, &form, why).await,
    };
    if step == "receipt" || step == "discard" {
        return clear(&shared, &asked, &open, step == "receipt").await;
    }
    let at = position(&step).ok_or_else(|| Problem::page(&shared, &asked, AppError::NotFound))?;
    if open.draft.receipt.is_some() {
        return Ok(open.to("receipt", ""));
    }
    let fields = fields_of(&step);
    // Without a form's id in it, an answer that is there already was meant for another form of this browser.
    let beside = matches!(draft::standing(&shared.office, &open.secret, &open.id), Standing::Open { beside: true });
    let answered = fields.iter().any(|f| open.draft.answers.contains_key(*f)) && step != "check";
    if named.is_empty() && beside && answered {
        return given_back(&shared, &asked, &step, &form, "lodge-other").await;
    }
    for field in fields {
        open.draft.answers.insert((*field).to_owned(), kept(field, form.get(field)));
    }
    let mut errors = one_step(&step, &open.draft);
    // Something was taken out of a photograph that came now: the page that says so and asks comes before the next
    // question.
    let mut told = false;
    if step == "files" {
        let before = open.draft.files.len();
        errors = files::take(&shared, &mut open.draft.files, &form, "petitioner")
            .await
            .map_err(|e| Problem::page(&shared, &asked, e))?;
        told = open.draft.files.iter().skip(before.min(open.draft.files.len())).any(|f| f.removed.is_some());
        if !(form.has("remove") || form.has("more")) {
            errors.extend(one_step(&step, &open.draft));
        }
    }
    draft::keep_draft(&shared.office, &open.secret, &open.id, &open.draft)
        .await
        .map_err(|e| Problem::page(&shared, &asked, e))?;
    let from = if form.get("from") == "check" { "&from=check" } else { "" };
    if !errors.is_empty() {
        if step != "files" {
            return Ok(open.to(&step, &format!("&mend=1{from}")));
        }
        let shown = problem::fields(&shared, asked.language, &AppError::Form(errors));
        return page(&shared, &asked, &step, &open, shown).await;
    }
    if step == "files" && (form.has("remove") || form.has("more") || told) {
        return Ok(open.to("files", &format!("{}{from}", if told { "&told=1" } else { "" })));
    }
    // A change from the page of answers leads back there, unless it opens a new question.
    if !from.is_empty() && step != "check" {
        return Ok(open.to(first_open(&open.draft).unwrap_or("check"), ""));
    }
    match STEPS.iter().skip(at + 1).map(|(id, _)| *id).find(|id| is_asked(id, &open.draft)) {
        Some(next) => Ok(open.to(next, "")),
        None => send(&shared, &asked, open).await,
    }
}

/// What is typed, as the draft keeps it: nothing is taken for filled in that only looks empty.
pub(super) fn kept(field: &str, given: &str) -> String {
    let value = match field {
        "text" | "co_signers" => text::prose(given),
        "headcount" => text::number(given),
        "telephone" => text::telephone(given),
        "email" => text::mail(given),
        _ => text::line(given),
    };
    if text::is_blank(&value) { String::new() } else { value }
}

/// Begins anew with words that were given back.
async fn again(shared: &Shared, asked: &RequestContext, form: &Form) -> Page {
    let fail = |e| Problem::page(shared, asked, e);
    let Some((secret, _)) = cookie(asked).filter(|(secret, _)| secret.len() == 64) else {
        return given_back(shared, asked, form.get("step"), form, "lodge-no-cookie").await;
    };
    let mut draft = Draft::default();
    for field in fields_of(form.get("step")) {
        draft.answers.insert((*field).to_owned(), kept(field, form.get(field)));
    }
    let id = draft::begin(&shared.office, &secret, false).map_err(fail)?;
    draft::keep_draft(&shared.office, &secret, &id, &draft).await.map_err(fail)?;
    Ok(redirect_with(&format!("/lodge/naming?f={id}"), &shared.cookie(DRAFT_COOKIE, &format!("{secret}.{id}"), None)))
}

/// This device shows nothing of it any more: neither form nor receipt nor an opened petition.
async fn clear(shared: &Shared, asked: &RequestContext, open: &Open, done: bool) -> Page {
    let fail = |e| Problem::page(shared, asked, e);
    draft::forget(&shared.office, &open.secret, &open.id).await.map_err(fail)?;
    follow::close(&shared.office, asked.cookie(FOLLOW_COOKIE).unwrap_or_default()).await.map_err(fail)?;
    // Of one form that is thrown away the others of this browser stay; a device that is cleared knows nothing any more.
    let cookie = if done {
        shared.cookie(DRAFT_COOKIE, "", Some(0))
    } else {
        shared.cookie(DRAFT_COOKIE, &format!("{}.", open.secret), None)
    };
    let mut response = redirect_with(if done { "/?cleared=1" } else { "/?discarded=1" }, &cookie);
    if let Ok(value) = HeaderValue::from_str(&shared.cookie(FOLLOW_COOKIE, "", Some(0))) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(response)
}

pub(super) fn one_step(step: &str, draft: &Draft) -> Vec<FormError> {
    let get = |name: &str| draft.answer(name);
    let mut errors = Vec::new();
    match step {
        "naming" if naming(get("naming")).is_none() => errors.push(FormError::new("naming", "fault-choose")),
        "agent" if is_anonymous(draft) => {}
        "agent" if get("for_whom").is_empty() => errors.push(FormError::new("for_whom", "fault-choose")),
        "agent" if get("for_whom") == "other" && get("agent").is_empty() => {
            errors.push(FormError::new("agent", "fault-agent-missing"))
        }
        "purpose" if purpose(get("purpose")).is_none() => errors.push(FormError::new("purpose", "fault-choose")),
        "text" if get("text").is_empty() => errors.push(FormError::new("text", "fault-text-missing")),
        "text" if get("text").chars().count() > lodge::MAX_TEXT => {
            errors.push(FormError::with("text", "fault-too-long", lodge::MAX_TEXT))
        }
        "people" if !get("headcount").is_empty() && get("headcount").parse::<u32>().map_or(true, |n| n == 0) => {
            errors.push(FormError::new("headcount", "fault-headcount"));
        }
        "files" => errors.extend(files::left(&draft.files)),
        "contact" if !is_anonymous(draft) => match reply(get("reply")) {
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
