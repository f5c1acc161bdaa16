//! Matters, moves and duties for machines that act as an officer.

pub(crate) mod duties;
pub(crate) mod list;
pub(crate) mod make;
pub(crate) mod paper;
pub(crate) mod papers;
pub(crate) mod show;

use super::invalid;
use crate::edge::context::{RequestContext, Shared};
use crate::edge::problem::Problem;

pub(crate) use duties::duties;
pub(crate) use list::list;
pub(crate) use make::make;
pub(crate) use paper::paper;
pub(crate) use papers::papers;
pub(crate) use show::show;

fn limit(shared: &Shared, asked: &RequestContext, given: Option<u32>) -> Result<u32, Problem> {
    let limit = given.unwrap_or(50);
    if (1..=200).contains(&limit) { Ok(limit) } else { Err(invalid(shared, asked, "limit")) }
}
