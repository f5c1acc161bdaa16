//! The days and the rules.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use huiyin_app::access::{Action, allows, require};
use huiyin_app::domain::posts::Power;
use huiyin_app::reception::{hall, leaders};
use minijinja::Value;

use crate::edge::context::{Shared, SignedIn};
use crate::edge::form::Form;
use crate::edge::problem::{FieldProblem, Problem};
use crate::pages::Page;
use crate::pages::come::{coming_day, name_of};

/// The page.
pub(crate) async fn show(State(shared): State<Arc<Shared>>, signed: SignedIn) -> Page {
    render(&shared, &signed, &Form::default(), Vec::new()).await
}

/// The page with what was typed and what was wrong with it.
pub(super) async fn render(shared: &Shared, signed: &SignedIn, form: &Form, errors: Vec<FieldProblem>) -> Page {
    let fail = |e| Problem::page(shared, &signed.asked, e);
    require(&signed.staff, Action::ReadLists).map_err(fail)?;
    let (language, office) = (signed.asked.language, &shared.office);
    let unit = &signed.staff.officer.unit;
    let today = office.now().today();
    let directory = office.directory().await.map_err(fail)?;
    let begin = hall::rules(office).and_then(|(book, _)| leaders::beginning(&book).map(|b| b.id.clone()));
    let all = leaders::published(office, unit).await.map_err(fail)?;
    let days: Vec<Value> = all.iter().map(|(day, row)| coming_day(language, &directory, today, *day, row)).collect();
    let said = |rule: &leaders::LeaderRule| {
        context! {
            week => rule.week, weekday => rule.weekday, unit => name_of(language, &directory, &rule.by),
            officer => rule.officer.as_ref().and_then(|o| directory.officer(o)).map(|o| o.name.clone()),
            hours => rule.hours, place => rule.place, topic => rule.topic,
        }
    };
    let rules = leaders::rules_of(office, unit).await.map_err(fail)?;
    let rules: Vec<Value> = rules.iter().map(|(id, rule)| context! { id, ..said(rule) }).collect();
    let closed = leaders::closed_days(office, unit).await.map_err(fail)?;
    let closed: Vec<Value> = closed
        .iter()
        .map(|(day, rule)| context! { day => huiyin_wording::day(language, *day, today), ..said(rule) })
        .collect();
    let units = directory.units.iter().filter(|u| u.active && !directory.is_outside(&u.id));
    let units: Vec<Value> =
        units.map(|u| context! { id => u.id.as_str(), name => language.pick(&u.name, &u.name_en) }).collect();
    let heads = directory.officers.iter().filter(|o| o.active && directory.vocabulary.may(&o.posts, Power::Head));
    let heads: Vec<Value> = heads
        .map(|o| context! { id => o.id.as_str(), name => o.name, unit => name_of(language, &directory, &o.unit) })
        .collect();
    let shares = leaders::shares(office, unit).await.map_err(fail)?;
    let shares: Vec<Value> = shares
        .iter()
        .map(|(by, s)| {
            let percent = (s.kept * 100).checked_div(s.kept + s.late);
            context! {
                unit => name_of(language, &directory, by), sat => s.sat, missed => s.missed, promised => s.promised,
                kept => s.kept, late => s.late, percent,
            }
        })
        .collect();
    let failed = !errors.is_empty();
    let may = allows(&signed.staff, Action::KeepHall) && hall::of_unit(office, unit).await.map_err(fail)?.is_some();
    let values = context! {
        days, rules, closed, shares, units, heads, errors, may, begin, f => form.flat(), for_staff => true,
        unit => unit.as_str(), saved => signed.asked.query.contains("saved=1"),
    };
    let mut response = shared.desk(signed, "leaders.html", values);
    if failed {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}
