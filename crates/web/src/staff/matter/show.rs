//! The page of a matter.

use std::sync::Arc;

use axum::extract::{Path, State};
use huiyin_app::access::{self, Action};
use huiyin_app::clock_view::{self, ViewGround};
use huiyin_app::domain::procedure::{Fact, Phase, Verb};
use huiyin_app::matter_view::{self, MatterView};
use huiyin_app::timeline::{self, Reader};
use huiyin_app::{corrections, proceedings};
use minijinja::Value;

use crate::edge::context::{Shared, SignedIn};
use crate::edge::problem::{FieldProblem, Problem};
use crate::pages::Page;

/// The page.
pub(crate) async fn show(State(shared): State<Arc<Shared>>, Path(number): Path<String>, signed: SignedIn) -> Page {
    let view = matter_view::for_officer(&shared.office, &signed.staff, &number)
        .await
        .map_err(|e| Problem::page(&shared, &signed.asked, e))?;
    page(&shared, &signed, &view, "", Vec::new()).await
}

pub(super) async fn page(
    shared: &Shared,
    signed: &SignedIn,
    view: &MatterView,
    purpose: &str,
    errors: Vec<FieldProblem>,
) -> Page {
    let others = huiyin_app::presence::with(&shared.office, &signed.staff, &view.matter);
    let fail = |e| Problem::page(shared, &signed.asked, e);
    let proposal = corrections::proposed(&shared.office, &view.matter.details().submission).await.map_err(fail)?;
    let waiting = proposal.map(|p| crate::staff::correct::waiting(shared, signed, view, &p));
    let meetings = proceedings::concerning(&shared.office, &signed.staff, &view.matter.id).await.map_err(fail)?;
    let meetings: Vec<Value> = meetings.iter().map(|m| context! { number => m.number, title => m.title }).collect();
    let closed = view.is_closed();
    Ok(shared.desk(
        signed,
        "matter.html",
        context! {
            meetings, others => others.join("、"), waiting, closed, reading => purpose, errors,
            ..values(shared, signed, view)
        },
    ))
}

fn values(shared: &Shared, signed: &SignedIn, view: &MatterView) -> Value {
    let language = signed.asked.language;
    let now = shared.office.now();
    let today = now.today();
    let ground = ViewGround { rules: view.ground.rules(), wording: shared.office.wording(), language, now: &now };
    let m = &view.matter;
    let s = &view.submission.submission;
    let shown = !view.is_closed() || m.list_title().is_some();
    let unit = |id: Option<&huiyin_app::domain::ids::UnitId>| {
        id.and_then(|id| view.ground.directory.unit(id)).map(|u| language.pick(&u.name, &u.name_en).to_owned())
    };
    let mut by_due: Vec<_> = m.clocks.iter().collect();
    by_due.sort_by_key(|c| c.due);
    let clocks: Vec<_> = by_due.into_iter().filter_map(|c| clock_view::view(ground, &view.matter, c)).collect();
    let (owed, past): (Vec<_>, Vec<_>) = clocks.into_iter().partition(|c| c.owed);
    let (duties, rights): (Vec<_>, Vec<_>) = owed.into_iter().partition(|c| !c.right);
    let offers = view.offers(&signed.staff.actor());
    let open =
        |verb: Verb| offers.iter().find(|o| o.rule.verb == verb && o.closed.is_none()).map(|o| o.rule.id.0.clone());
    let (may_join, may_unjoin) = (open(Verb::Join), open(Verb::Unjoin));
    let may_part = access::allows(&signed.staff, Action::Part) && m.holder == signed.staff.officer.unit;
    context! {
        number => m.number, submission => s.number, class => m.details().class,
        title => if shown { m.title.clone() } else { shared.list_title(language, m) },
        place => m.details().place_name.as_ref().filter(|_| shown),
        complained => m.details().complained_of.as_ref().filter(|_| shown),
        state => view.ground.book.state(&m.state).map(|r| r.title.get(language.code()).to_owned()), late => m.is_late(),
        received => huiyin_wording::day(language, m.received_on, today),
        channel => shared.say(language, &format!("channel-{}", m.details().channel.word().replace('_', "-"))),
        purpose => shared.say(language, &format!("choice-{}", m.details().purpose.word().replace('_', "-"))),
        headcount => s.headcount,
        naming => shared.say(language, &format!("choice-{}", crate::moves::word(&s.naming))),
        reply => shared.say(language, &format!("choice-{}", crate::moves::word(&s.reply))), by_agent => s.by_agent,
        paper => context! {
            postmark => s.paper.postmark.map(|d| huiyin_wording::day(language, d, today)),
            enclosures => s.paper.enclosures, foreign_number => s.paper.foreign_number,
            foreign_date => s.paper.foreign_date.map(|d| huiyin_wording::day(language, d, today)),
            sent_by => s.paper.sent_by, ledger_number => s.paper.ledger_number,
        },
        holder => unit(Some(&m.holder)), sender => unit(m.sender.as_ref()), reviewer => unit(m.reviewer.as_ref()),
        text => view.text, files => view.files,
        papers => crate::papers::list(&view.papers, &format!("/staff/matters/{}", m.number), language), duties, rights,
        past,
        timeline => timeline::lines(ground, view.record(), Reader::Officer),
        moves => crate::moves::offered(shared, language, offers, &view.ground.book),
        siblings => view.siblings.iter().map(|o| context! {
            number => o.number, title => shared.list_title(language, o),
        }).collect::<Vec<_>>(),
        joined => view.joined.iter().map(|o| context! {
            number => o.number, title => shared.list_title(language, o),
            state => view.ground.book.state(&o.state).map(|r| r.title.get(language.code()).to_owned()),
        }).collect::<Vec<_>>(),
        joined_hidden => view.joined_count.saturating_sub(view.joined.len()), may_join, may_unjoin,
        has_agent => m.facts.contains(&Fact::HasAgent),
        recused => m.recused.iter().filter_map(|id| view.ground.directory.officer(id)).map(|o| o.name.clone()).collect::<Vec<_>>().join("、"),
        kept => crate::moves::kept_through(shared, language, view), on_hold => m.facts.contains(&Fact::OnHold),
        ratings => m.details().ratings,
        may_part,
        may_unpart => m.details().part > 1 && may_part && m.phase == Phase::Intake,
        may_identity => access::allows(&signed.staff, Action::ReadIdentity),
        done => signed.asked.query.contains("done=1"), proposed => signed.asked.query.contains("proposed=1"),
        may_correct => corrections::may(&signed.staff, &view.matter, &view.submission),
        pack => view.ground.book.title.get(language.code()),
    }
}
