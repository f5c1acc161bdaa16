//! My duties by due time: overdue, today, this week, later. Each row says what to do, not which state.

use std::sync::Arc;

use axum::extract::{Query, State};
use huiyin_app::domain::calendar::number_of;
use huiyin_app::domain::ids::UnitId;
use huiyin_app::domain::kind::ProceedingKind;
use huiyin_app::duties::{self, Bursts, DutyRecord, Overview, Slice, Whose};
use minijinja::Value;
use serde::Deserialize;

use crate::edge::context::{Shared, SignedIn};
use crate::edge::problem::Problem;
use crate::pages::Page;

/// Rows of a page, and of each group in the overview.
const ROWS: u32 = 50;
const GROUP_ROWS: u32 = 25;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct DutiesQuery {
    whose: String,
    slice: String,
    of: Option<String>,
    after: Option<String>,
    burst: Option<String>,
    gone: Option<String>,
    moved: Option<u64>,
    ran_out: Option<u64>,
}

const SLICES: [(&str, Slice); 4] =
    [("late", Slice::Late), ("today", Slice::Today), ("week", Slice::Week), ("later", Slice::Later)];

/// The list.
pub(crate) async fn list(
    State(shared): State<Arc<Shared>>,
    signed: SignedIn,
    Query(asked): Query<DutiesQuery>,
) -> Page {
    let fail = |e| Problem::page(&shared, &signed.asked, e);
    let whose = match (asked.of.as_deref(), asked.whose.as_str()) {
        (Some(unit), _) => Whose::Below(UnitId::new(unit)),
        (None, "unit") => Whose::Unit,
        _ => Whose::Mine,
    };
    if let Some(burst) = &asked.burst {
        return of_burst(&shared, &signed, &whose, burst, asked.after.clone()).await;
    }
    let chosen = SLICES.iter().find(|(word, _)| *word == asked.slice);
    let shown: Vec<(&str, Slice)> = SLICES.into_iter().filter(|s| chosen.is_none_or(|c| c.0 == s.0)).collect();
    let slices: Vec<Slice> = shown.iter().map(|s| s.1).collect();
    let (limit, with) = if chosen.is_some() { (ROWS, Bursts::Without) } else { (GROUP_ROWS, Bursts::With) };
    let after = asked.after.clone().filter(|_| chosen.is_some());
    let Overview { counts, pages, bursts } =
        duties::overview(&shared.office, &signed.staff, &whose, &slices, after, limit, with).await.map_err(fail)?;
    let mut groups: Vec<Value> = Vec::new();
    for ((word, slice), page) in shown.iter().zip(&pages) {
        let count = match slice {
            Slice::Late => counts.late,
            Slice::Today => counts.today,
            Slice::Week => counts.week,
            _ => counts.later,
        };
        let mut rows = Vec::new();
        for duty in &page.rows {
            rows.push(duty_row(&shared, &signed, duty).await.map_err(fail)?);
        }
        groups.push(context! { word, count, rows, next => page.next });
    }
    let today = shared.office.now().today();
    // A day ends where the next one begins.
    let last_day = |due: jiff::Timestamp| {
        (due - jiff::SignedDuration::from_secs(1)).to_zoned_datetime(shared.office.zone().clone()).date()
    };
    let bursts: Vec<Value> =
        bursts.iter().map(|b| context! {
            name => b.name, n => b.matters, due => huiyin_wording::day(signed.asked.language, last_day(b.due), today),
        }).collect();
    let demo = huiyin_app::demo_office::is_demo(&shared.office).await.map_err(fail)?;
    let whose_word = if whose == Whose::Unit { "unit" } else { "mine" };
    let below = if let Whose::Below(unit) = &whose { Some(unit.clone()) } else { None };
    let directory = shared.office.directory().await.map_err(fail)?;
    let unit = directory
        .unit(below.as_ref().unwrap_or(&signed.staff.officer.unit))
        .map(|u| signed.asked.language.pick(&u.name, &u.name_en).to_owned());
    let deserted = duties::deserted(&shared.office, &signed.staff).await.map_err(fail)?;
    let deserted: Vec<Value> = deserted
        .iter()
        .map(|d| context! {
            id => d.unit.id.as_str(),
            text => shared.office.wording().text(signed.asked.language, "unit-deserted", &[("unit", signed.asked.language.pick(&d.unit.name, &d.unit.name_en).into()), ("n", d.owes.into())]),
        })
        .collect();
    let of = below.map(|u| u.0);
    Ok(shared.desk(
        &signed,
        "duties.html",
        context! {
            gone => asked.gone.is_some(), moved => asked.moved, ran_out => asked.ran_out.unwrap_or(0), groups, bursts,
            total => counts.all(), whose => whose_word, slice => chosen.map_or("", |c| c.0), demo, unit, deserted, of,
        },
    ))
}

/// What is in a burst, by due time, to be sorted one by one.
async fn of_burst(shared: &Shared, signed: &SignedIn, whose: &Whose, burst: &str, after: Option<String>) -> Page {
    let fail = |e| Problem::page(shared, &signed.asked, e);
    let page = duties::of_burst(&shared.office, &signed.staff, whose, burst, after, ROWS).await.map_err(fail)?;
    let mut rows = Vec::new();
    for duty in &page.rows {
        rows.push(duty_row(shared, signed, duty).await.map_err(fail)?);
    }
    let at = match whose {
        Whose::Unit => "whose=unit".to_owned(),
        Whose::Mine => "whose=mine".to_owned(),
        Whose::Below(unit) => format!("of={unit}"),
    };
    Ok(shared.desk(signed, "burst.html", context! { rows, next => page.next, burst, at }))
}

async fn duty_row(shared: &Shared, signed: &SignedIn, duty: &DutyRecord) -> Result<Value, huiyin_app::AppError> {
    let language = signed.asked.language;
    let ground = shared.office.ground(&huiyin_app::domain::ids::PackId::new(&duty.pack)).await?;
    let now = shared.office.now();
    let today = now.today();
    let rule = ground.book.clock(&duty.rule);
    let title = rule.map(|r| r.title.get(language.code()).to_owned()).unwrap_or_default();
    let late_days = number_of(today) - number_of(duty.legal);
    let late = now.at >= duty.due;
    let span = (number_of(duty.legal) - number_of(duty.start)).max(1);
    let spent = (number_of(today) - number_of(duty.start)).clamp(0, span);
    let days = |n: i32| shared.office.wording().text(language, "n-days", &[("n", i64::from(n).into())]);
    let short = rule.is_some_and(|r| r.unit.is_short());
    let at = huiyin_wording::instant(language, duty.due, &now.zone, today);
    let left = if short && !late {
        at.clone()
    } else if late {
        shared.office.wording().text(language, "late-by", &[("days", days(late_days.max(1)).into())])
    } else if late_days == 0 {
        shared.say(language, "due-today")
    } else {
        shared.office.wording().text(language, "left-days", &[("days", days(-late_days).into())])
    };
    let cite = match duty.clause.as_ref().and_then(|c| ground.book.clauses.get(c)) {
        Some(clause) if duty.basis != huiyin_app::domain::clock::Basis::House => {
            clause.cite.get(language.code()).to_owned()
        }
        _ => shared.say(language, "basis-house"),
    };
    let width = if late {
        f64::from(span) / f64::from(span + late_days.max(1)) * 210.0
    } else {
        f64::from(spent) / f64::from(span) * 210.0
    };
    let about = if duty.title.is_empty() { shared.say(language, "accusation-in-lists") } else { duty.title.clone() };
    Ok(context! {
        title,
        href => format!("/staff/{}/{}", if duty.of == ProceedingKind::Matter { "matters" } else { "proceedings" }, duty.number),
        number => duty.number, about, place => duty.place, cite, late, today => late_days == 0 && !late,
        due => if short { at } else { huiyin_wording::day(language, duty.legal, today) }, left,
        spent => (width * 10.0).round() / 10.0, stopped => duty.stopped,
    })
}
