//! Lodging online: one question a page, answers kept for the visit, check answers, receipt. No script needed.
//!
//! Each form has an id of its own, in the address and in a hidden field; a draft belongs to its form. Whatever goes
//! wrong, what was typed is given back.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use huiyin_app::domain::clock::PeriodUnit;
use huiyin_app::domain::submission::{Naming, Purpose, ReplyWay};
use huiyin_app::domain::text;
use huiyin_app::draft::{self, Draft, DraftFile, Standing};
use huiyin_app::lodge::{self, Lodging};
use huiyin_app::places::{self, Place};
use huiyin_app::{AppError, FormError, Identity, follow, periods};
use minijinja::Value;

use super::{Page, redirect_with};
use crate::context::{DRAFT_COOKIE, FOLLOW_COOKIE, RequestContext, Shared};
use crate::files;
use crate::filing;
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

/// Begins a form. Nothing is written yet; where another one is not finished, the person chooses.
pub(crate) async fn begin(State(shared): State<Arc<Shared>>, asked: RequestContext) -> Page {
    let fail = |e| Problem::page(&shared, &asked, e);
    let kept = cookie(&asked).filter(|(secret, _)| secret.len() == 64);
    let unfinished = match &kept {
        Some((secret, form)) => draft::load(&shared.office, secret, form)
            .await
            .map_err(fail)?
            .filter(|d| d.receipt.is_none() && !d.is_empty()),
        None => None,
    };
    let secret = match &kept {
        Some((secret, _)) => secret.clone(),
        None => draft::secret().map_err(fail)?,
    };
    let id = draft::begin(&shared.office, &secret, unfinished.is_some()).map_err(fail)?;
    let set = shared.cookie(DRAFT_COOKIE, &format!("{secret}.{id}"), None);
    match (unfinished, kept) {
        (Some(_), Some((_, old))) => {
            let mut response = shared.page(&asked, "lodge_choose.html", context! { old, new => id });
            if let Ok(value) = HeaderValue::from_str(&set) {
                response.headers_mut().append(header::SET_COOKIE, value);
            }
            Ok(response)
        }
        _ => Ok(redirect_with(&format!("/lodge/naming?f={id}"), &set)),
    }
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

/// Shows a question.
pub(crate) async fn show(State(shared): State<Arc<Shared>>, Path(step): Path<String>, asked: RequestContext) -> Page {
    let open = match find(&shared, &asked, &queried(&asked, "f")).await? {
        Ok(open) => open,
        // An address without a form begins one, where the browser keeps cookies at all.
        Err("lodge-no-cookie") if queried(&asked, "f").is_empty() => return Ok(Redirect::to("/lodge").into_response()),
        Err(why) => return given_back(&shared, &asked, &step, &Form::default(), why).await,
    };
    if step == "receipt" {
        return receipt(&shared, &asked, &open).await;
    }
    if position(&step).is_none() {
        return Err(Problem::page(&shared, &asked, AppError::NotFound));
    }
    // Once sent, going back shows the receipt and not an empty form.
    if open.draft.receipt.is_some() {
        return Ok(open.to("receipt", ""));
    }
    // Nothing before it is left out: whoever comes straight to a later step is led to the first open one.
    if let Some(first) = first_open(&open.draft).filter(|first| position(first) < position(&step)) {
        return Ok(open.to(first, ""));
    }
    // After a fault the page is fetched anew, so that going back in the browser finds a page and not a form sent twice.
    let faults = if queried(&asked, "mend").is_empty() { Vec::new() } else { one_step(&step, &open.draft) };
    let shown = problem::fields(&shared, asked.language, &AppError::Form(faults));
    page(&shared, &asked, &step, &open, shown).await
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
fn kept(field: &str, given: &str) -> String {
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

fn one_step(step: &str, draft: &Draft) -> Vec<FormError> {
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

pub(crate) fn naming(word: &str) -> Option<Naming> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
}

pub(crate) fn purpose(word: &str) -> Option<Purpose> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
}

pub(crate) fn reply(word: &str) -> Option<ReplyWay> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
}

/// What is sent: the answers that count, and nothing of those that the others make pointless.
fn lodging(shared: &Shared, open: &Open) -> Lodging {
    let draft = &open.draft;
    let get = |name: &str| if counts(name, draft) { draft.answer(name).to_owned() } else { String::new() };
    let some = |name: &str| Some(get(name)).filter(|t| !t.is_empty());
    let naming = naming(&get("naming")).unwrap_or(Naming::Named);
    let by_agent = get("for_whom") == "other";
    let signers = text::names(&get("co_signers"));
    let counted = u32::try_from(signers.len()).unwrap_or(0) + 1;
    Lodging {
        form_token: draft::token(&shared.office, &open.secret, &open.id),
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
            agent: get("agent"),
            agent_paper: get("agent_paper"),
            co_signers: signers,
            representatives: Vec::new(),
            needs: get("needs"),
        },
        files: draft.files.iter().map(|f| files::record(shared, f)).collect(),
        burst: None,
    }
}

async fn send(shared: &Shared, asked: &RequestContext, mut open: Open) -> Page {
    match filing::lodge(shared, asked, lodging(shared, &open)).await {
        Ok(done) => {
            // Answers are in the vault now; the draft keeps only what the receipt page shows.
            open.draft = Draft { receipt: Some(done.number), ..Draft::default() };
            draft::keep_draft(&shared.office, &open.secret, &open.id, &open.draft)
                .await
                .map_err(|e| Problem::page(shared, asked, e))?;
            Ok(open.to("receipt", ""))
        }
        Err(error @ AppError::Form(_)) => {
            let mut shown = problem::fields(shared, asked.language, &error);
            for fault in &mut shown {
                if let Some((step, _)) = STEPS
                    .iter()
                    .find(|(_, fields)| fields.contains(&fault.field.as_str()))
                    .filter(|(step, _)| *step != "check")
                {
                    fault.href = format!("/lodge/{step}?f={}&from=check", open.id);
                }
            }
            page(shared, asked, "check", &open, shown).await
        }
        Err(error) => Err(Problem::page(shared, asked, error)),
    }
}

/// Number and code, and what comes next. It opens the petition only by a button.
async fn receipt(shared: &Shared, asked: &RequestContext, open: &Open) -> Page {
    let fail = |e| Problem::page(shared, asked, e);
    let Some(number) = &open.draft.receipt else { return Ok(open.to("check", "")) };
    let (code, record) =
        follow::own(&shared.office, &draft::token(&shared.office, &open.secret, &open.id)).await.map_err(fail)?;
    let views = follow::view(&shared.office, &record).await.map_err(fail)?;
    let clocks: Vec<_> =
        views.iter().flat_map(|v| super::follow::clocks(shared, asked, v)).filter(|c| !c.between_offices).collect();
    let front = views.first().and_then(|v| v.ground.directory.unit(&record.submission.unit).cloned());
    let service = views.first().map_or(follow::Service::Online, |v| v.service);
    let values = context! {
        number, code => lodge::receipt::grouped(&code), clocks, form => open.id,
        anonymous => record.submission.naming == Naming::Anonymous, online => service == follow::Service::Online,
        span => periods::span(shared.office.wording(), asked.language, draft::RECEIPT_MINUTES, PeriodUnit::Minutes),
        received => huiyin_wording::date(asked.language, record.submission.received_on),
        office => front.as_ref().map(|u| asked.language.pick(&u.name, &u.name_en).to_owned()).unwrap_or_default(),
        telephone => front.map(|u| u.telephone).unwrap_or_default(),
    };
    Ok(shared.page(asked, "receipt.html", values))
}
