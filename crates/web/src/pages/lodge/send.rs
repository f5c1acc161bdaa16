//! Sends the form and shows the receipt.

use huiyin_app::domain::clock::PeriodUnit;
use huiyin_app::domain::submission::{Naming, Purpose, ReplyWay};
use huiyin_app::domain::text;
use huiyin_app::draft::{self, Draft};
use huiyin_app::lodge::{self, Lodging};
use huiyin_app::{AppError, Identity, follow, periods};

use super::{Open, STEPS, counts, naming, page, purpose, reply};
use crate::edge::context::{RequestContext, Shared};
use crate::edge::files;
use crate::edge::problem::{self, Problem};
use crate::filing;
use crate::pages::Page;

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

pub(super) async fn send(shared: &Shared, asked: &RequestContext, mut open: Open) -> Page {
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
pub(super) async fn receipt(shared: &Shared, asked: &RequestContext, open: &Open) -> Page {
    let fail = |e| Problem::page(shared, asked, e);
    let Some(number) = &open.draft.receipt else { return Ok(open.to("check", "")) };
    let (code, record) =
        follow::own(&shared.office, &draft::token(&shared.office, &open.secret, &open.id)).await.map_err(fail)?;
    let views = follow::view(&shared.office, &record).await.map_err(fail)?;
    let clocks: Vec<_> = views
        .iter()
        .flat_map(|v| crate::pages::follow::clocks(shared, asked, v))
        .filter(|c| !c.between_offices)
        .collect();
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
