//! Units, officers, passwords and machine tokens.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect};
use huiyin_app::access::{Action, require};
use huiyin_app::directory::{self, OfficerForm};
use huiyin_app::domain::ids::{OfficerId, UnitId};
use huiyin_app::domain::posts::{Post, UnitKind};
use huiyin_app::domain::unit::{Officer, Seat, Unit};
use huiyin_app::posts::Substitute;
use huiyin_app::{AppError, FormError, sign_in};
use jiff::Timestamp;
use jiff::civil::DateTime;
use minijinja::Value;

use crate::context::{Shared, SignedIn};
use crate::form::Form;
use crate::pages::Page;
use crate::problem::{self, FieldProblem, Problem};

fn allowed(shared: &Shared, signed: &SignedIn) -> Result<(), Problem> {
    require(&signed.staff, Action::Administer).map_err(|e| Problem::page(shared, &signed.asked, e))
}

/// Lists units and officers.
pub(crate) async fn show(State(shared): State<Arc<Shared>>, signed: SignedIn) -> Page {
    allowed(&shared, &signed)?;
    overview(&shared, &signed, None).await
}

async fn overview(shared: &Shared, signed: &SignedIn, token: Option<String>) -> Page {
    let all = shared.office.reload_directory().await.map_err(|e| Problem::page(shared, &signed.asked, e))?;
    let language = signed.asked.language;
    let name = |id: &UnitId| all.unit(id).map(|u| language.pick(&u.name, &u.name_en).to_owned()).unwrap_or_default();
    let units: Vec<Value> = all
        .units
        .iter()
        .map(|u| context! {
            id => u.id.as_str(), name => name(&u.id),
            kind => all.vocabulary.kind(u.kind).map(|k| k.label.get(language.code()).to_owned()).unwrap_or_default(),
            superior => u.superior.as_ref().map(name), active => u.active,
        })
        .collect();
    let officers: Vec<Value> = all
        .officers
        .iter()
        .map(|o| {
            let posts: Vec<String> = all
                .vocabulary
                .posts
                .iter()
                .filter(|p| o.posts.contains(&p.id))
                .map(|p| p.label.get(language.code()).to_owned())
                .collect();
            context! {
                id => o.id.as_str(), login => o.login, name => o.name, unit => name(&o.unit), posts => posts.join("、"),
                active => o.active,
            }
        })
        .collect();
    let made =
        sign_in::tokens(&shared.office, &signed.staff).await.map_err(|e| Problem::page(shared, &signed.asked, e))?;
    let tokens: Vec<Value> = made
        .iter()
        .map(|t| {
            context! {
                key => t.key, name => t.name,
                officer => all.officer(&t.officer).map_or_else(String::new, |o| format!("{}（{}）", o.name, o.login)),
            }
        })
        .collect();
    Ok(shared.desk(
        signed,
        "admin.html",
        context! { units, officers, token, tokens, done => signed.asked.query.contains("done=1") },
    ))
}

/// The form of a unit; `new` for a new one.
pub(crate) async fn unit_form(State(shared): State<Arc<Shared>>, Path(id): Path<String>, signed: SignedIn) -> Page {
    allowed(&shared, &signed)?;
    let all = shared.office.directory().await.map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    let found = all.unit(&UnitId::new(&id)).cloned();
    if found.is_none() && id != "new" {
        return Err(Problem::page(&shared, &signed.asked, AppError::NotFound));
    }
    unit_page(&shared, &signed, found, Vec::new()).await
}

async fn unit_page(shared: &Shared, signed: &SignedIn, unit: Option<Unit>, errors: Vec<FieldProblem>) -> Page {
    let all = shared.office.directory().await.map_err(|e| Problem::page(shared, &signed.asked, e))?;
    let units: Vec<Value> = all.units.iter().map(|u| context! { id => u.id.as_str(), name => u.name }).collect();
    let language = signed.asked.language;
    let kinds: Vec<Value> = all
        .vocabulary
        .kinds
        .iter()
        .map(|k| context! { id => k.id.word(), label => k.label.get(language.code()) })
        .collect();
    Ok(shared.desk(
        signed,
        "unit.html",
        context! {
            u => unit, units, kinds,
            families => shared.office.library().families(huiyin_app::domain::kind::ProceedingKind::Matter), errors,
        },
    ))
}

/// Adds or changes a unit.
pub(crate) async fn unit(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    signed: SignedIn,
    form: Form,
) -> Page {
    signed.check_form(&shared, &form)?;
    let get = |name: &str| form.get(name).trim().to_owned();
    let entry = if id == "new" { directory::Entry::New } else { directory::Entry::Known };
    let unit = Unit {
        id: UnitId(if id == "new" { get("id") } else { id }),
        name: get("name"),
        name_en: get("name_en"),
        kind: UnitKind::from_id(form.get("kind")),
        superior: Some(get("superior")).filter(|s| !s.is_empty()).map(UnitId),
        address: get("address"),
        telephone: get("telephone"),
        hours: get("hours"),
        procedure: get("procedure"),
        letters: get("letters"),
        active: form.has("active"),
    };
    match directory::put_unit(&shared.office, &signed.staff, unit.clone(), entry).await {
        Ok(()) => Ok(Redirect::to("/staff/admin?done=1").into_response()),
        Err(error @ AppError::Form(_)) => {
            let errors = problem::fields(&shared, signed.asked.language, &error);
            unit_page(&shared, &signed, Some(unit), errors).await
        }
        Err(error) => Err(Problem::page(&shared, &signed.asked, error)),
    }
}

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
    // RequestContext only where a post that owes something would stand empty.
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

/// Revokes a token.
pub(crate) async fn revoke(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    sign_in::revoke_token(&shared.office, &signed.staff, form.get("key"))
        .await
        .map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    Ok(Redirect::to("/staff/admin?done=1").into_response())
}

/// Makes a token for a machine; it is shown once.
pub(crate) async fn token(State(shared): State<Arc<Shared>>, signed: SignedIn, form: Form) -> Page {
    signed.check_form(&shared, &form)?;
    let made =
        sign_in::make_token(&shared.office, &signed.staff, &OfficerId::new(form.get("officer")), form.get("name"))
            .await;
    let token = made.map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    overview(&shared, &signed, Some(token)).await
}
