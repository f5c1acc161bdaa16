//! One proceeding on one screen: what was done and its papers, what is owed, who takes part, the next moves.

use std::sync::Arc;

use axum::extract::{Path, State};
use huiyin_app::clock_view::{self, ViewGround};
use huiyin_app::domain::ids::{OfficerId, UnitId};
use huiyin_app::proceedings::{self, View};
use huiyin_app::reception::record;
use huiyin_app::timeline::{self, Reader};
use huiyin_app::{AuditRecord, MessageRecord, projection};
use minijinja::Value;

use super::{sort_of, title_of};
use crate::edge::context::{Shared, SignedIn};
use crate::edge::problem::Problem;
use crate::pages::Page;

/// The page.
pub(crate) async fn show(State(shared): State<Arc<Shared>>, Path(number): Path<String>, signed: SignedIn) -> Page {
    let view = proceedings::view(&shared.office, &signed.staff, &number)
        .await
        .map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    Ok(shared.desk(&signed, "proceeding.html", values(&shared, &signed, &view)))
}

fn values(shared: &Shared, signed: &SignedIn, view: &View) -> Value {
    let language = signed.asked.language;
    let now = shared.office.now();
    let ground = ViewGround { rules: view.ground.rules(), wording: shared.office.wording(), language, now: &now };
    let p = &view.proceeding;
    let unit = |id: &UnitId| {
        view.ground.directory.unit(id).map(|u| language.pick(&u.name, &u.name_en).to_owned()).unwrap_or_default()
    };
    let mut by_due: Vec<_> = p.clocks.iter().collect();
    by_due.sort_by_key(|c| c.due);
    let clocks: Vec<_> = by_due.into_iter().filter_map(|c| clock_view::view(ground, p, c)).collect();
    let (owed, past): (Vec<_>, Vec<_>) = clocks.into_iter().partition(|c| c.owed);
    let (duties, rights): (Vec<_>, Vec<_>) = owed.into_iter().partition(|c| !c.right);
    let comma = shared.say(language, "list-comma");
    let parties: Vec<Value> = p
        .parties
        .iter()
        .filter(|(_, units)| !units.is_empty())
        .map(|(relation, units)| {
            let names: Vec<String> = units.iter().map(unit).collect();
            context! {
                title => shared.say(language, &format!("party-{}", crate::moves::word(relation))),
                names => names.join(&comma),
            }
        })
        .collect();
    context! {
        number => p.number, title => title_of(&view.ground, p, language), sort => sort_of(view, language),
        kind => p.kind.word(),
        state => view.ground.book.state(&p.state).map(|r| r.title.get(language.code()).to_owned()), late => p.is_late(),
        holder => unit(&p.holder),
        day => huiyin_wording::day(language, p.received_on, now.today()), duties, rights, past, parties,
        papers => crate::papers::list(&view.papers, &format!("/staff/proceedings/{}", p.number), language),
        files => super::file_list(&p.number, &view.files), openings => openings(shared, language, view),
        messages => messages(shared, language, view),
        links => view.links.iter().map(|m| context! {
            number => m.number, title => shared.list_title(language, m),
        }).collect::<Vec<_>>(), links_hidden => view.links_hidden,
        timeline => timeline::lines(ground, view.record(), Reader::Officer),
        moves => crate::moves::offered(shared, language, view.offers(&signed.staff), &view.ground.book),
        telephone => p.reception().and_then(|r| r.booked()).is_some_and(|b| b.off) && !p.owed().is_empty(),
        table => p.reception().is_some() && record::writing(view).is_some(),
        done => signed.asked.query.contains("done=1"), pack => view.ground.book.title.get(language.code()),
    }
}

/// Who opened a signature, newest first.
fn openings(shared: &Shared, language: huiyin_wording::Language, view: &View) -> Vec<Value> {
    let today = view.today;
    let directory = &view.ground.directory;
    let who = |a: &AuditRecord| {
        let unit = directory.unit(&a.unit).map(|u| language.pick(&u.name, &u.name_en)).unwrap_or_default();
        let officer = directory.officer(&OfficerId::new(&a.officer)).map(|o| o.name.as_str()).unwrap_or_default();
        format!("{unit} {officer}")
    };
    let day = |a: &AuditRecord| {
        huiyin_wording::day(language, a.at.to_zoned_datetime(shared.office.zone().clone()).date(), today)
    };
    view.audits.iter().rev().map(|a| context! { who => who(a), day => day(a), purpose => a.purpose }).collect()
}

/// What waits to be sent to whoever booked, and what is over.
fn messages(shared: &Shared, language: huiyin_wording::Language, view: &View) -> Vec<Value> {
    let at = |t: &jiff::Timestamp| {
        let local = t.to_zoned_datetime(shared.office.zone().clone());
        format!("{} {}", huiyin_wording::day(language, local.date(), view.today), local.strftime("%H:%M"))
    };
    let text = |m: &MessageRecord| {
        let key = if m.of_time.is_some() { "message-reminder" } else { "message-called-off" };
        let values = [("time", m.of_time.as_ref().map(at).unwrap_or_default().into())];
        shared.office.wording().text(language, key, &values)
    };
    let all = projection::to_send(&shared.office, &view.proceeding, &view.messages);
    all.into_iter().map(|m| Value::from(text(m))).collect()
}
