//! Correcting what was registered, and the second person who agrees to a later day of receipt (LAW.md §12.3).

mod agree;
mod make;
mod refuse;

use huiyin_app::corrections::Proposal;
use huiyin_app::matter_view::MatterView;
use minijinja::Value;

use crate::edge::context::{Shared, SignedIn};

pub(crate) use agree::agree;
pub(crate) use make::{correct, form};
pub(crate) use refuse::refuse;

/// A later day that waits, as the matter's page says it.
pub(crate) fn waiting(shared: &Shared, signed: &SignedIn, view: &MatterView, proposal: &Proposal) -> Value {
    let language = signed.asked.language;
    let name = view.ground.directory.officer(&proposal.officer).map(|o| o.name.clone()).unwrap_or_default();
    let unit = view
        .ground
        .directory
        .unit(&proposal.unit)
        .map(|u| language.pick(&u.name, &u.name_en).to_owned())
        .unwrap_or_default();
    let values = [
        ("who", name.into()),
        ("unit", unit.into()),
        ("day", huiyin_wording::date(language, proposal.on).into()),
        ("now", huiyin_wording::date(language, view.matter.received_on).into()),
        ("reason", proposal.reason.as_str().into()),
        ("evidence", proposal.evidence.as_str().into()),
    ];
    context! {
        text => shared.office.wording().text(language, "correct-waits", &values),
        own => proposal.officer == signed.staff.officer.id,
    }
}
