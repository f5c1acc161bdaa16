//! What the petitioner sees of her matters.

use std::sync::Arc;

use axum::extract::State;
use huiyin_app::clock_view::{self, ViewGround};
use huiyin_app::domain::procedure::{Fact, Phase, Verb};
use huiyin_app::domain::proceeding::Actor;
use huiyin_app::domain::submission::Naming;
use huiyin_app::follow::{self, SubmissionRecord};
use huiyin_app::matter_view::MatterView;
use huiyin_app::timeline::{self, Reader};
use minijinja::Value;

use super::kept_open;
use crate::edge::context::{FOLLOW_COOKIE, RequestContext, Shared};
use crate::edge::form::Form;
use crate::edge::problem::{self, Problem};
use crate::moves::{kept_through, key_of, nothing_to_do};
use crate::pages::Page;

/// The petitioner's page.
pub(crate) async fn view(State(shared): State<Arc<Shared>>, asked: RequestContext) -> Page {
    let record = kept_open(&shared, &asked).await?;
    let views = follow::view(&shared.office, &record).await.map_err(|e| Problem::page(&shared, &asked, e))?;
    let matters: Vec<Value> = views.iter().map(|v| matter(&shared, &asked, v)).collect();
    let front = views.first().and_then(|v| v.ground.directory.unit(&v.matter.holder).cloned());
    let files = views.first().map(|v| v.files.clone()).unwrap_or_default();
    let readings: Vec<Value> = views.first().map(|v| readings(&shared, &asked, v)).unwrap_or_default();
    let values = context! {
        number => record.submission.number,
        received => huiyin_wording::date(asked.language, record.submission.received_on),
        text => views.first().map(|v| v.text.clone()).unwrap_or_default(),
        matters, files, readings, done => asked.query.contains("done=1"), refused => asked.query.contains("refused=1"),
        new_code => new_code(&shared, &asked, &record, views.first()),
        office => front.as_ref().map(|u| asked.language.pick(&u.name, &u.name_en).to_owned()).unwrap_or_default(),
        telephone => front.map(|u| u.telephone).unwrap_or_default(),
        token => huiyin_app::sign_in::form_token(&shared.office, asked.cookie(FOLLOW_COOKIE).unwrap_or_default()),
    };
    Ok(shared.page(&asked, "follow.html", values))
}

/// What is said of a receipt code that was given in place of another.
fn new_code(
    shared: &Shared,
    asked: &RequestContext,
    record: &SubmissionRecord,
    view: Option<&MatterView>,
) -> Option<Value> {
    let code = record.waiting_code.as_ref().or(record.replaced_code.as_ref())?;
    let view = view?;
    let unit = view
        .ground
        .directory
        .unit(&code.unit)
        .map(|u| asked.language.pick(&u.name, &u.name_en).to_owned())
        .unwrap_or_default();
    let telephone = view.ground.directory.unit(&code.unit).map(|u| u.telephone.clone()).unwrap_or_default();
    let day = huiyin_wording::date(asked.language, code.at.to_zoned_datetime(shared.office.zone().clone()).date());
    Some(context! {
        waits => record.waiting_code.is_some(), unit, telephone, day,
        until => view.waits.map(|d| huiyin_wording::date(asked.language, d)),
    })
}

fn readings(shared: &Shared, asked: &RequestContext, view: &MatterView) -> Vec<Value> {
    let now = shared.office.now();
    view.audits
        .iter()
        .map(|a| {
            let unit = view
                .ground
                .directory
                .unit(&a.unit)
                .map(|u| asked.language.pick(&u.name, &u.name_en).to_owned())
                .unwrap_or_default();
            context! {
                when => huiyin_wording::instant(asked.language, a.at, shared.office.zone(), now.today()), unit,
                what => shared.say(asked.language, &format!("looked-{}", a.what)), purpose => a.purpose,
            }
        })
        .collect()
}

pub(super) fn matter(shared: &Shared, asked: &RequestContext, view: &MatterView) -> Value {
    let now = shared.office.now();
    let ground = ViewGround {
        rules: view.ground.rules(),
        wording: shared.office.wording(),
        language: asked.language,
        now: &now,
    };
    let (duties, rights): (Vec<_>, Vec<_>) =
        clock_view::owed(ground, &view.matter).into_iter().filter(|c| !c.between_offices).partition(|c| !c.right);
    let state = view
        .ground
        .book
        .state(&view.matter.state)
        .map(|s| s.plain.get(asked.language.code()).to_owned())
        .unwrap_or_default();
    let (opening, offers): (Vec<_>, Vec<_>) =
        view.offers(&Actor::Petitioner).into_iter().partition(|o| o.rule.verb == Verb::Serve && o.closed.is_none());
    // Opening an answer is a button; what it starts is said beside it.
    let opening = opening.first().map(|o| {
        let hint = o.rule.hint.as_ref().map(|h| h.get(asked.language.code()).to_owned()).unwrap_or_default();
        context! {
            id => o.rule.id.as_str(), title => o.rule.title.get(asked.language.code()), hint,
            version => view.matter.version, key => key_of(&Form::default()).unwrap_or_default(),
        }
    });
    let moves: Vec<Value> = offers
        .into_iter()
        // What there is nothing to do for is not listed; what is closed for a time says why.
        .filter(|o| !o.closed.as_ref().is_some_and(nothing_to_do))
        .filter(|o| o.rule.verb != Verb::Appoint || view.submission.submission.naming != Naming::Anonymous)
        .map(|o| {
            let hint = o.rule.hint.as_ref().map(|h| h.get(asked.language.code()).to_owned()).unwrap_or_default();
            context! {
                id => o.rule.id.as_str(), title => o.rule.title.get(asked.language.code()), hint,
                closed => o.closed.map(|c| problem::why_closed(shared, asked.language, &c, Some(&view.ground.book))),
            }
        })
        .collect();
    context! {
        part => view.matter.details().part, number => view.matter.number, title => view.matter.title, state,
        papers => crate::papers::list(&view.papers, &format!("/my/{}", view.matter.details().part), asked.language),
        promise => duties.first().map(|c| c.when_late.clone()), duties,
        rights => rights.into_iter().filter(|r| r.hers).collect::<Vec<_>>(),
        timeline => timeline::lines(ground, view.record(), Reader::Petitioner), moves,
        opening, delivered => view.service == follow::Service::Delivered,
        ended => view.matter.phase == Phase::Archived, joined => view.joined_count,
        accusation => view.matter.facts.contains(&Fact::Accusation) && view.matter.phase != Phase::Archived,
        kept => kept_through(shared, asked.language, view),
    }
}
