//! What a matter adds to the figures of its pack's report.

use crate::clock::ClockState;
use crate::guard::holds;
use crate::procedure::report::CountRule;

use super::Matter;

/// What a matter adds to a figure; of one that `supports` narrows, at most that.
pub fn figure(rule: &CountRule, matter: &Matter) -> u32 {
    let phase = rule.phases.is_empty() || rule.phases.contains(&matter.phase);
    let outcome = rule.outcomes.is_empty() || matter.outcome.as_ref().is_some_and(|o| rule.outcomes.contains(o));
    let handed = !rule.handed_over || matter.hops > 0;
    let annulled = !rule.annulled || matter.annulled.is_some();
    if !(phase && outcome && handed && annulled && rule.when.iter().all(|g| holds(matter, g))) {
        return 0;
    }
    if rule.clocks.is_empty() {
        return 1;
    }
    let done = |state| !rule.done || matches!(state, ClockState::Discharged { .. });
    let counted = matter.clocks.iter().filter(|c| rule.clocks.contains(&c.rule) && done(c.state())).count();
    u32::try_from(counted).unwrap_or(u32::MAX)
}
