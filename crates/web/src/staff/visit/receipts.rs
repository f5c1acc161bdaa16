//! The receipts a visitor leaves with: for each thing she asked for its number, its code, and what is owed next by whom
//! until when. The codes are shown here and kept nowhere.

use huiyin_app::clock_view::{self, ViewGround};
use huiyin_app::domain::number;
use huiyin_app::lodge::receipt::grouped;
use huiyin_app::matter_view;
use huiyin_app::reception::record::Written;
use minijinja::Value;

use crate::edge::context::{Shared, SignedIn};
use crate::edge::problem::Problem;
use crate::pages::Page;

/// The page.
pub(super) async fn page(shared: &Shared, signed: &SignedIn, written: &Written) -> Page {
    let fail = |e| Problem::page(shared, &signed.asked, e);
    let language = signed.asked.language;
    let now = shared.office.now();
    let mut receipts = Vec::new();
    for (words, receipt) in &written.registered {
        let matter = number::matter_number(&receipt.number, 1);
        let view = matter_view::for_officer(&shared.office, &signed.staff, &matter).await.map_err(fail)?;
        let ground = ViewGround { rules: view.ground.rules(), wording: shared.office.wording(), language, now: &now };
        let owed: Vec<Value> = view
            .matter
            .owed()
            .into_iter()
            .filter_map(|c| clock_view::view(ground, &view.matter, c))
            .filter(|c| !c.right)
            .map(|c| context! { who => c.owner, what => c.title, day => c.legal_text })
            .collect();
        receipts.push(context! { words, matter, number => receipt.number, code => grouped(&receipt.code), owed });
    }
    let printed_at = huiyin_wording::date(language, now.today());
    let values = context! { number => written.visit.number, receipts, printed_at };
    Ok(shared.desk(signed, "visit_receipts.html", values))
}
