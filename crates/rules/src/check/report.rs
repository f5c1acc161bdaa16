//! The yearly report of a pack: its figures and what it says of them.

use huiyin_domain::ids::ClockId;
use huiyin_domain::payload::Field;
use huiyin_domain::procedure::report::{CountRule, HOUSE_FIGURES, HOUSE_OUTCOMES, ReportSection, figures_in};

use super::entries::Known;
use super::{Checker, Found};
use crate::raw::{Count, ReportPart};

pub(super) fn read(
    checker: &mut Checker<'_>,
    counts: Vec<Found<Count>>,
    report: Vec<Found<ReportPart>>,
    known: &Known,
) -> (Vec<CountRule>, Vec<ReportSection>) {
    let mut rules = Vec::new();
    for (file, offset, raw) in counts {
        (checker.file, checker.offset) = (file, offset);
        rules.extend(count_rule(checker, raw, known));
    }
    let names: Vec<String> =
        HOUSE_FIGURES.into_iter().map(str::to_owned).chain(rules.iter().map(|r| r.id.clone())).collect();
    let mut sections = Vec::new();
    for (file, offset, raw) in report {
        (checker.file, checker.offset) = (file, offset);
        checker.languages(&raw.title);
        checker.languages(&raw.text);
        for name in raw.text.texts().flat_map(|text| figures_in(text)) {
            checker.known("count", name, &names);
        }
        sections.push(ReportSection { title: raw.title, text: raw.text });
    }
    (rules, sections)
}

fn count_rule(checker: &mut Checker<'_>, raw: Count, known: &Known) -> Option<CountRule> {
    if HOUSE_FIGURES.contains(&raw.id.as_str()) {
        checker.say(format!("`{}` is counted for every pack; give the count another id", raw.id));
    }
    for clock in &raw.clocks {
        checker.known("clock", clock, &known.clocks);
    }
    let of_pack = known.choices.iter().filter(|c| c.field == Field::Outcome).map(|c| c.id.clone());
    let outcomes: Vec<String> = of_pack.chain(HOUSE_OUTCOMES.into_iter().map(str::to_owned)).collect();
    for outcome in &raw.outcomes {
        checker.known("choice of `outcome`", outcome, &outcomes);
    }
    if (raw.done || raw.supports.is_some()) && raw.clocks.is_empty() {
        checker.say("`done` and `supports` narrow which `clocks` are counted; name the clocks".to_owned());
    }
    let supports = match raw.supports {
        Some(field) => Some(checker.word::<Field>("field", &field)?),
        None => None,
    };
    Some(CountRule {
        id: raw.id,
        when: raw.when.iter().filter_map(|g| checker.guard(g, &known.clocks)).collect(),
        phases: raw.phases,
        outcomes: raw.outcomes,
        handed_over: raw.handed_over,
        annulled: raw.annulled,
        clocks: raw.clocks.into_iter().map(ClockId).collect(),
        done: raw.done,
        supports,
    })
}
