//! Units, officers, passwords and machine tokens.

mod officer;
mod show;
mod token;
mod unit;

use huiyin_app::access::{Action, require};

use crate::edge::context::{Shared, SignedIn};
use crate::edge::problem::Problem;

pub(crate) use officer::{officer, officer_form};
pub(crate) use show::show;
pub(crate) use token::{revoke, token};
pub(crate) use unit::{unit, unit_form};

fn allowed(shared: &Shared, signed: &SignedIn) -> Result<(), Problem> {
    require(&signed.staff, Action::Administer).map_err(|e| Problem::page(shared, &signed.asked, e))
}
