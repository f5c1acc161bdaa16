//! Papers of a matter: read on a page, or taken as PDF or word-processor file. One set of handlers for each reader.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use huiyin_app::papers::{self, Form, Paper};
use huiyin_app::{AppError, follow, proceedings};
use minijinja::Value;

use crate::edge::context::{FOLLOW_COOKIE, RequestContext, Shared, SignedIn};
use crate::edge::problem::{self, Page, Problem};

/// The list of papers as templates show it.
pub(crate) fn list(papers: &[Paper], base: &str, language: huiyin_wording::Language) -> Vec<Value> {
    papers
        .iter()
        .map(|p| {
            let title = papers::for_reader(&p.letter, language).title.clone();
            context! { title, number => p.number, href => format!("{base}/papers/{}", p.n) }
        })
        .collect()
}

/// A paper, for officers.
pub(crate) async fn staff(
    State(shared): State<Arc<Shared>>,
    Path((number, n)): Path<(String, String)>,
    signed: SignedIn,
) -> Page {
    let fail = |e| Problem::page(&shared, &signed.asked, e);
    let (matter, papers) = papers::for_officer(&shared.office, &signed.staff, &number).await.map_err(fail)?;
    let wanted = Wanted { both: asks_both(&signed.asked), ..Wanted::default() };
    answer(&shared, &signed.asked, papers, &n, wanted, format!("/staff/matters/{}", matter.number), |values| {
        shared.desk(&signed, "paper.html", values)
    })
    .await
}

/// A copy for the post, with the addressee's name. The name comes in the body: in an address it would stand in logs and
/// histories.
pub(crate) async fn staff_copy(
    State(shared): State<Arc<Shared>>,
    Path((number, n)): Path<(String, String)>,
    signed: SignedIn,
    form: crate::edge::form::Form,
) -> Page {
    signed.check_form(&shared, &form)?;
    let fail = |e| Problem::page(&shared, &signed.asked, e);
    let (matter, papers) = papers::for_officer(&shared.office, &signed.staff, &number).await.map_err(fail)?;
    let wanted = Wanted { to: form.get("to").to_owned(), both: form.has("both") };
    answer(&shared, &signed.asked, papers, &n, wanted, format!("/staff/matters/{}", matter.number), |values| {
        shared.desk(&signed, "paper.html", values)
    })
    .await
}

/// A paper of a proceeding that is no matter.
pub(crate) async fn proceeding(
    State(shared): State<Arc<Shared>>,
    Path((number, n)): Path<(String, String)>,
    signed: SignedIn,
) -> Page {
    let both = asks_both(&signed.asked);
    of_proceeding(&shared, &signed, &number, &n, both).await
}

/// The same as a file; it is addressed to nobody.
pub(crate) async fn proceeding_copy(
    State(shared): State<Arc<Shared>>,
    Path((number, n)): Path<(String, String)>,
    signed: SignedIn,
    form: crate::edge::form::Form,
) -> Page {
    signed.check_form(&shared, &form)?;
    of_proceeding(&shared, &signed, &number, &n, form.has("both")).await
}

async fn of_proceeding(shared: &Shared, signed: &SignedIn, number: &str, n: &str, both: bool) -> Page {
    let view = proceedings::view(&shared.office, &signed.staff, number)
        .await
        .map_err(|e| Problem::page(shared, &signed.asked, e))?;
    let base = format!("/staff/proceedings/{}", view.proceeding.number);
    answer(shared, &signed.asked, view.papers, n, Wanted { both, ..Wanted::default() }, base, |values| {
        shared.desk(signed, "paper.html", values)
    })
    .await
}

/// A paper, for the petitioner.
pub(crate) async fn petitioner(
    State(shared): State<Arc<Shared>>,
    Path((part, n)): Path<(u16, String)>,
    asked: RequestContext,
) -> Page {
    let fail = |e| Problem::page(&shared, &asked, e);
    let record = follow::kept(&shared.office, asked.cookie(FOLLOW_COOKIE).unwrap_or_default()).await.map_err(fail)?;
    let (_, papers) = follow::papers(&shared.office, &record, part).await.map_err(fail)?;
    let wanted = Wanted { both: asks_both(&asked), ..Wanted::default() };
    answer(&shared, &asked, papers, &n, wanted, format!("/my/{part}"), |values| {
        shared.page(&asked, "paper.html", values)
    })
    .await
}

/// A name as a header can hold it (RFC 5987).
fn percent(name: &str) -> String {
    form_urlencoded::byte_serialize(name.as_bytes()).collect::<String>().replace('+', "%20")
}

/// How a copy is wanted.
#[derive(Default)]
struct Wanted {
    /// Addressee of this copy.
    to: String,
    /// With the English behind it.
    both: bool,
}

fn asks_both(asked: &RequestContext) -> bool {
    form_urlencoded::parse(asked.query.as_bytes()).any(|(name, value)| name == "both" && !value.is_empty())
}

/// `17` is the page, `17.pdf` and `17.docx` the files.
async fn answer(
    shared: &Shared,
    asked: &RequestContext,
    papers: Vec<Paper>,
    n: &str,
    wanted: Wanted,
    base: String,
    page: impl FnOnce(Value) -> Response,
) -> Page {
    let fail = |e| Problem::page(shared, asked, e);
    let (serial, ending) = n.split_once('.').unwrap_or((n, ""));
    let serial: u32 = serial.parse().map_err(|_| fail(AppError::NotFound))?;
    let paper = papers.into_iter().find(|p| p.n == serial).ok_or_else(|| fail(AppError::NotFound))?;
    let form = match ending {
        "" => None,
        "pdf" => Some((Form::Pdf, "application/pdf")),
        "docx" => Some((Form::Docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document")),
        _ => return Err(fail(AppError::NotFound)),
    };
    let Wanted { to, both } = wanted;
    let mut errors = Vec::new();
    if let Some((form, kind)) = form {
        let drawn = if both {
            papers::draw_both(&shared.office, &paper, form, &to).await
        } else {
            papers::draw(&shared.office, &paper, form, &to).await
        };
        match drawn {
            Ok(bytes) => {
                let name = format!(
                    "attachment; filename=\"paper-{serial}.{ending}\"; filename*=UTF-8''{}.{ending}",
                    percent(&paper.number)
                );
                return Ok(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, name)], bytes)
                    .into_response());
            }
            Err(error) => {
                errors = problem::fields(shared, asked.language, &error);
                if errors.is_empty() {
                    return Err(fail(error));
                }
            }
        }
    }
    // What no face here has is said before anybody prints it, to officers with the faces that stand in for those of the
    // standard.
    let undrawable: String =
        papers::undrawable(&shared.office, std::slice::from_ref(&paper.letter)).into_iter().collect();
    let standing_in =
        if base.starts_with("/staff") { papers::standing_in(&shared.office).join("、") } else { String::new() };
    let mut letter = papers::for_reader(&paper.letter, asked.language).clone();
    letter.second = None;
    let href = format!("{base}/papers/{serial}");
    let back = if base.starts_with("/my") { "/my".to_owned() } else { base };
    let values = context! {
        title => letter.title, letter => Value::from_safe_string(papers::html(&letter)), href, back,
        number => paper.number, digest => paper.digest, asked_both => paper.second,
        to_petitioner => paper.to_petitioner,
        to, errors, undrawable, standing_in, desk => back.starts_with("/staff"), about => "",
    };
    let failed = !errors.is_empty();
    let mut response = page(values);
    if failed {
        *response.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}
