//! A picture of a procedure, drawn from the pack: the stages a citizen passes through, who moves the matter on and
//! within what time. Two forms: Mermaid text for the docs, SVG for the public page.

use std::collections::{BTreeMap, BTreeSet};

use huiyin_domain::clock::ClockKind;
use huiyin_domain::procedure::{Label, Length, MoveRule, Phase, Relation, RuleBook, Verb};
use jiff::civil::Date;

/// The language of a picture, and how lengths are written in it.
pub struct Words<'a> {
    /// Its code.
    pub language: &'a str,
    /// A length with its unit.
    pub span: &'a dyn Fn(Length) -> String,
    /// The day whose lengths are drawn.
    pub day: Date,
    /// What stands between a duty and its period.
    pub colon: &'a str,
}

impl Words<'_> {
    fn of<'l>(&self, label: &'l Label) -> &'l str {
        label.get(self.language)
    }
}

/// Moves that lead from one state to another on the way to an answer and beyond; going back and stepping aside are left
/// out.
fn onward(book: &RuleBook) -> Vec<&MoveRule> {
    let aside = [Verb::Withdraw, Verb::UndoWithdraw, Verb::Recall, Verb::Reopen];
    book.moves.iter().filter(|m| m.to.is_some() && !aside.contains(&m.verb)).collect()
}

/// The whole procedure as a Mermaid state diagram: states, moves, and the clocks that start.
pub fn mermaid(book: &RuleBook, words: &Words<'_>) -> String {
    let mut out = String::from("stateDiagram-v2\n");
    let safe = |t: &str| t.replace([':', ';', '"'], " ");
    for state in book.states.values() {
        out.push_str(&format!("  state \"{}\" as {}\n", safe(words.of(&state.title)), state.id));
    }
    for (state, _) in book.openings() {
        let line = format!("  [*] --> {state}\n");
        if !out.contains(&line) {
            out.push_str(&line);
        }
    }
    for rule in &book.moves {
        let Some(to) = &rule.to else { continue };
        let clocks: Vec<String> = rule
            .start
            .iter()
            .filter_map(|c| book.clock(c))
            .filter_map(|c| Some(format!("{} {}", words.of(&c.title), (words.span)(c.length_on(words.day)?))))
            .collect();
        let clocks = if clocks.is_empty() { String::new() } else { format!(" ⏱ {}", clocks.join(", ")) };
        for from in &rule.from {
            out.push_str(&format!("  {from} --> {to}: {}{}\n", safe(words.of(&rule.title)), safe(&clocks)));
        }
    }
    for state in book.states.values().filter(|s| s.phase == Phase::Archived) {
        out.push_str(&format!("  {} --> [*]\n", state.id));
    }
    out
}

/// The main road as an SVG a citizen can follow: one box a stage, what is promised in it and by when.
pub fn svg(book: &RuleBook, words: &Words<'_>, title: &str, name_of: &dyn Fn(Phase) -> String) -> String {
    let phases: Vec<Phase> = Phase::ALL
        .into_iter()
        .filter(|p| *p != Phase::Withdrawn && book.states.values().any(|s| s.phase == *p))
        .collect();
    let mut rows: Vec<(String, Vec<String>)> = Vec::new();
    for phase in phases {
        let states: BTreeSet<_> = book.states.values().filter(|s| s.phase == phase).map(|s| s.id.clone()).collect();
        // What is owed in a stage: the duties that moves into its states start, shortest name first, each once.
        let mut owed: BTreeMap<String, String> = BTreeMap::new();
        let opened = book.openings().into_iter().filter(|(s, _)| states.contains(s)).flat_map(|(_, c)| c);
        let started = onward(book)
            .into_iter()
            .filter(|m| m.to.as_ref().is_some_and(|t| states.contains(t)))
            .flat_map(|m| m.start.clone());
        for clock in opened.chain(started).filter_map(|c| book.clock(&c)) {
            if let Some(length) = clock.length_on(words.day) {
                let mark =
                    if clock.kind == ClockKind::Right && clock.bound == Relation::Petitioner { "★ " } else { "" };
                owed.insert(format!("{mark}{}", words.of(&clock.title)), (words.span)(length));
            }
        }
        rows.push((
            name_of(phase),
            owed.into_iter().map(|(what, when)| format!("{what}{}{when}", words.colon)).collect(),
        ));
    }
    draw_rows(&rows, title)
}

fn draw_rows(rows: &[(String, Vec<String>)], title: &str) -> String {
    let width = 720;
    let mut body = String::new();
    let mut y = 10;
    for (i, (name, owed)) in rows.iter().enumerate() {
        let height = 44 + 26 * i32::try_from(owed.len()).unwrap_or(0);
        body.push_str(&format!(
            "<rect x=\"10\" y=\"{y}\" width=\"{}\" height=\"{height}\" rx=\"10\" class=\"stage\"/>",
            width - 20
        ));
        body.push_str(&format!("<text x=\"28\" y=\"{}\" class=\"name\">{}</text>", y + 29, safe(name)));
        for (n, line) in (1i32..).zip(owed) {
            body.push_str(&format!("<text x=\"46\" y=\"{}\" class=\"owed\">{}</text>", y + 29 + 26 * n, safe(line)));
        }
        y += height;
        if i + 1 < rows.len() {
            body.push_str(&format!(
                "<path d=\"M {0} {1} v 18 m -6 -7 l 6 7 l 6 -7\" class=\"way\"/>",
                width / 2,
                y + 2
            ));
            y += 24;
        }
    }
    format!(
        "<svg class=\"procedure\" viewBox=\"0 0 {width} {}\" role=\"img\" aria-label=\"{}\" xmlns=\"http://www.w3.org/2000/svg\">{body}</svg>",
        y + 10,
        safe(title)
    )
}

fn safe(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
