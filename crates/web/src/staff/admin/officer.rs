//! An officer: made and changed, with posts and seats.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use huiyin_app::directory::{self, OfficerForm};
use huiyin_app::domain::ids::{OfficerId, UnitId};
use huiyin_app::domain::posts::Post;
use huiyin_app::domain::unit::{Officer, Seat};
use huiyin_app::posts::Substitute;
use huiyin_app::{AppError, FormError, sign_in};
use jiff::Timestamp;
use jiff::civil::DateTime;
use minijinja::Value;

use super::allowed;
use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::{self, FieldProblem, Problem};
use crate::pages::Page;

/// The form of an officer; `new` for a new one.
pub(crate) async fn officer_form(State(shared): State<Arc<Shared>>, Path(id): Path<String>, signed: SignedIn) -> Page {
    allowed(&shared, &signed)?;
    let all = shared.office.directory().await.map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    let found = all.officer(&OfficerId::new(&id)).map(|o| {
        context! {
            id => o.id.as_str(), login => o.login, name => o.name, unit => o.unit.as_str(),
            seats => seats_of(&shared, o), active => o.active,
        }
    });
    if found.is_none() && id != "new" {
        return Err(Problem::page(&shared, &signed.asked, AppError::NotFound));
    }
    officer_page(&shared, &signed, found, &id, Vec::new()).await
}

async fn officer_page(
    shared: &Shared,
    signed: &SignedIn,
    o: Option<Value>,
    id: &str,
    errors: Vec<FieldProblem>,
) -> Page {
    let all = shared.office.directory().await.map_err(|e| Problem::page(shared, &signed.asked, e))?;
    let units: Vec<Value> =
        all.units.iter().filter(|u| u.active).map(|u| context! { id => u.id.as_str(), name => u.name }).collect();
    // Asked for only where a post that owes something would stand empty.
    let asks = errors.iter().any(|e| e.field == "substitute");
    let was = all.officer(&OfficerId::new(id));
    let colleagues = |o: &&Officer| asks && o.active && o.id.as_str() != id && was.is_some_and(|w| w.unit == o.unit);
    let substitutes: Vec<Value> =
        all.officers.iter().filter(colleagues).map(|o| context! { id => o.id.as_str(), name => o.name }).collect();
    let language = signed.asked.language;
    let posts: Vec<Value> = all
        .vocabulary
        .posts
        .iter()
        .map(|p| context! { id => p.id.word(), label => p.label.get(language.code()) })
        .collect();
    let second_factor = match was {
        Some(was) => sign_in::second_factor(&shared.office, &was.id)
            .await
            .map_err(|e| Problem::page(shared, &signed.asked, e))?
            .is_some(),
        None => false,
    };
    Ok(shared.desk(
        signed,
        "officer.html",
        context! { second_factor, o, id, units, posts, errors, asks, substitutes, now => now_here(shared) },
    ))
}

/// Adds or changes an officer, with a password when one is given.
pub(crate) async fn officer(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    signed: SignedIn,
    form: Form,
) -> Page {
    signed.check_form(&shared, &form)?;
    match put_officer(&shared, &signed, &id, &form).await {
        Ok(()) => Ok(Redirect::to("/staff/admin?done=1").into_response()),
        Err(error @ AppError::Form(_)) => {
            let errors = problem::fields(&shared, signed.asked.language, &error);
            let shown = context! {
                id, login => form.get("login"), name => form.get("name"), unit => form.get("unit"),
                seats => typed_seats(&form), active => form.has("active"), substitute => form.get("substitute"),
            };
            officer_page(&shared, &signed, Some(shown), &id, errors).await
        }
        Err(error) => Err(Problem::page(&shared, &signed.asked, error)),
    }
}

async fn put_officer(shared: &Shared, signed: &SignedIn, id: &str, form: &Form) -> Result<(), AppError> {
    let new = OfficerForm {
        id: (id != "new").then(|| OfficerId::new(id)),
        login: form.get("login").to_owned(),
        name: form.get("name").to_owned(),
        unit: UnitId::new(form.get("unit")),
        seats: seats(shared, form)?,
        active: form.has("active"),
        substitute: Substitute::parse(form.get("substitute")),
    };
    // Nothing is made until everything is right; a new officer has a password.
    let password = form.get("password");
    let mut faults = Vec::new();
    if !password.is_empty() || id == "new" {
        sign_in::check_password(password, &[form.get("login"), form.get("name")], &mut faults);
    }
    if !faults.is_empty() {
        return Err(AppError::Form(faults));
    }
    let officer = directory::put_officer(&shared.office, &signed.staff, new).await?;
    if form.get("password").is_empty() {
        Ok(())
    } else {
        sign_in::set_password(&shared.office, &signed.staff, &officer, form.get("password")).await
    }
}

/// A time as a form writes it, in the office's zone.
fn local(shared: &Shared, at: Option<Timestamp>) -> String {
    at.map(|t| t.to_zoned_datetime(shared.office.zone().clone()).strftime("%Y-%m-%dT%H:%M").to_string())
        .unwrap_or_default()
}

fn now_here(shared: &Shared) -> String {
    local(shared, Some(shared.office.now().at))
}

/// The assignments of an officer by post, for the form.
fn seats_of(shared: &Shared, officer: &Officer) -> BTreeMap<String, Value> {
    let open = officer.posts.iter().map(|p| Seat::open(*p)).collect::<Vec<_>>();
    let seats = if officer.seats.is_empty() { &open } else { &officer.seats };
    // Of several for one post the one that ends last: what is over stands in the acts of the office.
    let mut out = BTreeMap::new();
    for seat in seats {
        out.insert(
            seat.post.word().to_owned(),
            context! { from => local(shared, seat.from), until => local(shared, seat.until) },
        );
    }
    out
}

/// What was typed of them.
fn typed_seats(form: &Form) -> BTreeMap<String, Value> {
    let typed = |post: &String| {
        context! {
            from => form.get(&format!("from-{post}")), until => form.get(&format!("until-{post}")),
        }
    };
    form.all("posts").iter().map(|p| (p.clone(), typed(p))).collect()
}

/// The assignments of a form.
fn seats(shared: &Shared, form: &Form) -> Result<Vec<Seat>, AppError> {
    let read = |name: String| -> Result<Option<Timestamp>, AppError> {
        let text = form.get(&name).trim();
        if text.is_empty() {
            return Ok(None);
        }
        let at = text
            .parse::<DateTime>()
            .ok()
            .and_then(|t| t.to_zoned_datetime(shared.office.zone().clone()).ok())
            .map(|z| z.timestamp());
        at.map(Some).ok_or_else(|| AppError::Form(vec![FormError::new("posts", "fault-seat-time")]))
    };
    let seat = |post: &String| {
        Ok(Seat {
            post: Post::from_id(post),
            from: read(format!("from-{post}"))?,
            until: read(format!("until-{post}"))?,
        })
    };
    form.all("posts").iter().map(seat).collect()
}
