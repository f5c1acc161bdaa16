//! Lodging online: one question a page, answers kept for the visit, check answers, receipt. No script needed.
//!
//! Each form has an id of its own, in the address and in a hidden field; a draft belongs to its form. Whatever goes
//! wrong, what was typed is given back.

mod answer;
mod begin;
mod send;
mod show;

use answer::one_step;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use huiyin_app::domain::submission::{Naming, Purpose, ReplyWay};
use huiyin_app::draft::{self, Draft, DraftFile, Standing};
use huiyin_app::places::{self, Place};
use huiyin_app::{AppError, lodge};
use minijinja::Value;

use super::Page;
use crate::edge::context::{DRAFT_COOKIE, RequestContext, Shared};
use crate::edge::files;
use crate::edge::form::Form;
use crate::edge::problem::{FieldProblem, Problem};

pub(crate) use answer::answer;
pub(crate) use begin::begin;
pub(crate) use show::show;

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

fn fields_of(step: &str) -> &'static [&'static str] {
    STEPS.iter().find(|(id, _)| *id == step).map_or(&[], |s| s.1)
}

/// A form of this browser, with what was filled in so far.
struct Open {
    secret: String,
    id: String,
    draft: Draft,
}

impl Open {
    fn to(&self, step: &str, more: &str) -> Response {
        Redirect::to(&format!("/lodge/{step}?f={}{more}", self.id)).into_response()
    }
}

/// The browser's secret and its newest form, as the cookie holds them.
fn cookie(asked: &RequestContext) -> Option<(String, String)> {
    let value = asked.cookie(DRAFT_COOKIE).filter(|v| !v.is_empty())?;
    let (secret, form) = value.split_once('.').unwrap_or((value, ""));
    Some((secret.to_owned(), form.to_owned()))
}

fn queried(asked: &RequestContext, name: &str) -> String {
    form_urlencoded::parse(asked.query.as_bytes())
        .find(|(k, _)| k == name)
        .map(|(_, v)| v.into_owned())
        .unwrap_or_default()
}

/// The form a request is about; otherwise why not.
async fn find(shared: &Shared, asked: &RequestContext, named: &str) -> Result<Result<Open, &'static str>, Problem> {
    let Some((secret, newest)) = cookie(asked) else { return Ok(Err("lodge-no-cookie")) };
    let id = if named.is_empty() { newest } else { named.to_owned() };
    let stands = draft::standing(&shared.office, &secret, &id);
    if stands == Standing::Unknown {
        return Ok(Err("lodge-unknown"));
    }
    let draft = draft::load(&shared.office, &secret, &id).await.map_err(|e| Problem::page(shared, asked, e))?;
    match (draft, stands) {
        (None, Standing::Over) => Ok(Err("lodge-over")),
        // What was sent is over for good: its id opens neither the receipt again nor another petition.
        (None, _)
            if draft::was_sent(&shared.office, &secret, &id).await.map_err(|e| Problem::page(shared, asked, e))? =>
        {
            Ok(Err("lodge-sent"))
        }
        (draft, _) => Ok(Ok(Open { secret, id, draft: draft.unwrap_or_default() })),
    }
}

/// Why a form cannot go on, with what was typed given back.
async fn given_back(shared: &Shared, asked: &RequestContext, step: &str, form: &Form, why: &str) -> Page {
    let typed: Vec<Value> = fields_of(step)
        .iter()
        .filter(|f| !form.get(f).trim().is_empty())
        .map(|f| {
            let raw = form.get(f);
            let shown = if is_choice(f) {
                shared.say(asked.language, &format!("choice-{}", raw.replace('_', "-")))
            } else {
                raw.to_owned()
            };
            context! {
                name => f, choice => is_choice(f),
                label => shared.say(asked.language, &format!("ask-{}", f.replace('_', "-"))), value => raw, shown,
                long => raw.chars().count() > 60 || raw.contains('\n'),
            }
        })
        .collect();
    let lost_files = !form.uploads.is_empty();
    let directory = shared.office.directory().await.map_err(|e| Problem::page(shared, asked, e))?;
    let telephone = directory.unit(shared.office.front_office()).map(|u| u.telephone.clone()).unwrap_or_default();
    let mut response = shared.page(
        asked,
        "lodge_words.html",
        context! { why => shared.say(asked.language, why), step, typed, lost_files, telephone },
    );
    *response.status_mut() = StatusCode::CONFLICT;
    // Whether the browser keeps cookies shows when the words come back.
    if cookie(asked).is_none() {
        let secret = draft::secret().map_err(|e| Problem::page(shared, asked, e))?;
        if let Ok(value) = HeaderValue::from_str(&shared.cookie(DRAFT_COOKIE, &format!("{secret}."), None)) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    Ok(response)
}

fn is_choice(field: &str) -> bool {
    matches!(field, "naming" | "purpose" | "reply" | "for_whom")
}

/// The first question that must be answered and is not.
fn first_open(draft: &Draft) -> Option<&'static str> {
    STEPS.iter().map(|(id, _)| *id).filter(|id| is_asked(id, draft)).find(|id| !one_step(id, draft).is_empty())
}

/// Whether a question is asked at all, after the answers before it.
fn is_asked(step: &str, draft: &Draft) -> bool {
    !(step == "agent" && is_anonymous(draft))
}

fn is_anonymous(draft: &Draft) -> bool {
    draft.answer("naming") == "anonymous"
}

async fn page(shared: &Shared, asked: &RequestContext, step: &str, open: &Open, errors: Vec<FieldProblem>) -> Page {
    let draft = &open.draft;
    let at = position(step).ok_or_else(|| Problem::page(shared, asked, AppError::NotFound))?;
    let ground = shared.office.ground_today().await.map_err(|e| Problem::page(shared, asked, e))?;
    let shown: Vec<&str> = STEPS.iter().map(|(id, _)| *id).filter(|id| is_asked(id, draft)).collect();
    let number = shown.iter().position(|id| *id == step).map_or(at + 1, |i| i + 1);
    let before = STEPS.iter().take(at).rev().map(|(id, _)| *id).find(|id| is_asked(id, draft));
    let from_check = queried(asked, "from") == "check";
    let back = match before {
        _ if from_check => format!("/lodge/check?f={}", open.id),
        Some(id) => format!("/lodge/{id}?f={}", open.id),
        None => "/".to_owned(),
    };
    let failed = !errors.is_empty();
    let front = ground.directory.unit(shared.office.front_office()).cloned();
    let places = places::offered(&shared.office).await.map_err(|e| Problem::page(shared, asked, e))?;
    let (summary, dropped) = if step == "check" {
        (answers(shared, asked, draft, &places), dropped(shared, asked, draft))
    } else {
        Default::default()
    };
    let files: Vec<Value> = files::views(shared, asked.language, &draft.files);
    let values = context! {
        told => queried(asked, "told") == "1",
        step, at => number, of => shown.len(), back, errors, form => open.id,
        from => if from_check { "check" } else { "" },
        a => &draft.answers, places, anonymous => is_anonymous(draft), files, classes => ground.book.classes, summary,
        dropped,
        title_default => default_title(draft), compartment => ground.book.compartment.is_some(),
        max_files => lodge::MAX_FILES, max_mb => lodge::MAX_FILE_BYTES / 1024 / 1024,
        telephone => front.map(|u| u.telephone).unwrap_or_default(),
    };
    let mut response = shared.page(asked, "lodge.html", values);
    if failed {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

fn default_title(draft: &Draft) -> String {
    let given = draft.answer("title");
    if given.is_empty() { lodge::title_of(draft.answer("text")) } else { given.to_owned() }
}

#[derive(serde::Serialize)]
struct Answer {
    step: &'static str,
    question: String,
    text: String,
}

/// Whether an answer still counts after the others: what they make pointless is not sent.
fn counts(field: &str, draft: &Draft) -> bool {
    let anonymous = is_anonymous(draft);
    match field {
        "for_whom" | "name" | "telephone" | "email" | "address" | "needs" | "co_signers" | "reply" => !anonymous,
        "agent" | "agent_paper" => !anonymous && draft.answer("for_whom") == "other",
        _ => true,
    }
}

/// Answers that were given and are not sent, with the choice that makes them pointless.
fn dropped(shared: &Shared, asked: &RequestContext, draft: &Draft) -> Vec<String> {
    let given =
        |f: &&&str| !counts(f, draft) && !draft.answer(f).trim().is_empty() && !matches!(**f, "reply" | "for_whom");
    STEPS
        .iter()
        .flat_map(|(_, fields)| fields.iter())
        .filter(given)
        .map(|f| shared.say(asked.language, &format!("ask-{}", f.replace('_', "-"))))
        .collect()
}

fn answers(shared: &Shared, asked: &RequestContext, draft: &Draft, places: &[Place]) -> Vec<Answer> {
    let none = shared.say(asked.language, "not-given");
    let mut out = Vec::new();
    for (step, fields) in STEPS.iter().filter(|(id, _)| *id != "check") {
        let listed = |f: &&&str| {
            let filled = !draft.answer(f).is_empty();
            counts(f, draft)
                && (filled || !matches!(**f, "telephone" | "email" | "address" | "place" | "second_language"))
        };
        for field in fields.iter().filter(listed) {
            let raw = draft.answer(field);
            let text = if raw.is_empty() {
                none.clone()
            } else if is_choice(field) {
                shared.say(asked.language, &format!("choice-{}", raw.replace('_', "-")))
            } else if *field == "second_language" {
                shared.say(asked.language, "paper-both")
            } else if *field == "place" {
                places.iter().find(|p| p.code == raw).map_or_else(|| raw.to_owned(), |p| p.name.clone())
            } else {
                raw.to_owned()
            };
            out.push(Answer {
                step,
                question: shared.say(asked.language, &format!("ask-{}", field.replace('_', "-"))),
                text,
            });
        }
        if *step == "files" {
            let line = |f: &DraftFile| match f
                .removed
                .as_ref()
                .filter(|_| f.told)
                .and_then(|t| files::note(shared, asked.language, t))
            {
                Some(note) => format!("{}　{note}", f.record.name),
                None => f.record.name.clone(),
            };
            let text = if draft.files.is_empty() {
                none.clone()
            } else {
                draft.files.iter().map(line).collect::<Vec<_>>().join("\n")
            };
            out.push(Answer { step, question: shared.say(asked.language, "ask-files"), text });
        }
    }
    out
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
