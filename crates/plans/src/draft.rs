//! A plan read clause by clause: each becomes a duty, text, something refused, or a question.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::actor::{actor, recipient};
use crate::clause::{after_numbers, between_commas, cells, is_top, of_list, sentences};
use crate::figure::{Headcount, Period, headcount, period};
use crate::line::Line;
use crate::row::{Row, RowKind};
use crate::words::{Act, Refusal, Words};

/// Reads the lines of a plan.
pub fn read(lines: &[String], words: &Words) -> Vec<Row> {
    let mut reader = Reader { words, rows: Vec::new(), who: None, aftercare: false, principles: false, begun: false };
    for (i, written) in lines.iter().enumerate() {
        if huiyin_domain::text::is_blank(written) {
            continue;
        }
        reader.line(i + 1, written);
        reader.begun = true;
    }
    reader.rows
}

struct Reader<'w> {
    words: &'w Words,
    rows: Vec<Row>,
    /// Who acts, by the nearest heading or lead-in that names somebody.
    who: Option<String>,
    aftercare: bool,
    principles: bool,
    begun: bool,
}

/// What a piece of a sentence is.
enum What<'w> {
    Refused(&'w Refusal),
    Act(Act<'w>),
    Seat,
    Unclear,
}

struct Group<'w> {
    at: Range<usize>,
    what: What<'w>,
    who: Option<String>,
    /// Its condition names a measure: whoever does not carry it out answers for it, or what follows when it fails.
    doubtful: bool,
}

/// Values of a row beside its text.
#[derive(Default)]
struct With {
    duty: Option<String>,
    who: Option<String>,
    to: Option<String>,
    within: Option<Period>,
    headcount: Option<Headcount>,
    refusal: Option<(String, Option<String>)>,
    question: bool,
}

fn slice<'t>(text: &'t str, at: &Range<usize>) -> &'t str {
    text.get(at.clone()).unwrap_or_default()
}

fn shifted(at: &Range<usize>, by: usize) -> Range<usize> {
    at.start + by..at.end + by
}

const MANY: usize = 30;
const FEW: usize = 14;
const FEWEST: usize = 10;
const LABEL: usize = 5;

impl<'w> Reader<'w> {
    fn push(&mut self, no: usize, line: &Line, at: &Range<usize>, kind: RowKind, with: With) {
        let text = line.written(at);
        if text.is_empty() {
            return;
        }
        let (reason, core) = with.refusal.map_or((None, None), |(reason, core)| (Some(reason), core));
        self.rows.push(Row {
            line_from: no,
            line_to: no,
            text,
            kind,
            duty_kind: with.duty,
            who: with.who,
            to: with.to,
            within: with.within,
            headcount: with.headcount,
            reason,
            core,
            question: with.question,
        });
    }

    fn refuse(&mut self, no: usize, line: &Line, at: &Range<usize>, refusal: &Refusal, who: Option<String>) {
        let text = slice(&line.text, at);
        let with = With {
            who,
            to: recipient(self.words, text),
            within: period(text),
            headcount: headcount(text),
            refusal: Some((refusal.reason.clone(), refusal.core.clone())),
            ..With::default()
        };
        self.push(no, line, at, RowKind::Refused, with);
    }

    fn line(&mut self, no: usize, written: &str) {
        let words = self.words;
        let line = Line::new(written, words);
        let circled = written.trim_start().starts_with(|c: char| ('\u{2460}'..='\u{24ff}').contains(&c));
        let from = after_numbers(&line.text, circled);
        let body = from..line.text.len();
        let text = slice(&line.text, &body).to_owned();
        let bare = text.trim().trim_end_matches(['。', ':']).to_owned();
        let (numbered, top) = (from > 0, is_top(&line.text));
        let title = !self.begun;
        if top || title {
            self.who = None;
        }
        let heads = self.is_heading(&bare, &text, numbered, top);
        if top && heads {
            self.aftercare = words.places.aftercare.is_match(&bare);
            self.principles = words.places.principles.is_match(&bare);
        }
        if title || (top && heads) {
            return self.heading(no, &line, &body, &bare, title);
        }
        if let Some(found) = words.places.group.captures(&bare) {
            let name = |n| found.get(n).map(|m: regex::Match<'_>| m.as_str().to_owned());
            self.who = name(1);
            let with = With { who: name(2), to: name(1), ..With::default() };
            return self.push(no, &line, &body, RowKind::Seat, with);
        }
        if heads && !words.places.seat.iter().any(|p| p.is_match(&bare)) {
            return self.heading(no, &line, &body, &bare, false);
        }
        if words.places.about.iter().any(|p| p.is_match(&bare)) {
            return self.about(no, &line, &body);
        }
        if self.table(no, &line, &body) {
            return;
        }
        self.sentences(no, &line, &body, numbered);
    }

    /// Whether a line is a heading and orders nothing.
    fn is_heading(&self, bare: &str, text: &str, numbered: bool, top: bool) -> bool {
        let long = bare.chars().count();
        let whole = !text.trim_end_matches(['。', ' ']).contains(['。', ';']);
        let one = !bare.contains(',');
        let ended = text.trim_end().ends_with(['。', ';']);
        let orders = || !self.words.acts(bare).is_empty() || self.words.refusal(bare, bare).is_some();
        (top && whole && one && long <= MANY)
            || (long <= FEW && one && whole && !ended && !orders())
            || (numbered && long <= FEWEST && one && !ended && !orders())
            || (numbered && long <= LABEL && one && whole && self.words.refusal(bare, bare).is_none())
    }

    fn heading(&mut self, no: usize, line: &Line, at: &Range<usize>, bare: &str, title: bool) {
        if let Some(refusal) = self.words.refusal(bare, bare).filter(|_| !title) {
            return self.refuse(no, line, at, refusal, None);
        }
        let kind = if self.words.places.trigger.is_match(bare) { RowKind::Trigger } else { RowKind::Other };
        self.push(no, line, at, kind, With { headcount: headcount(bare), ..With::default() });
    }

    /// Aims, scope and dates: text, but for a measure among them.
    fn about(&mut self, no: usize, line: &Line, body: &Range<usize>) {
        let mut from = body.start;
        for at in between_commas(slice(&line.text, body)) {
            let at = shifted(&at, body.start);
            let clause = slice(&line.text, &at).to_owned();
            if let Some(refusal) = self.words.refusal(&clause, &clause) {
                if at.start > from {
                    self.push(no, line, &(from..at.start), RowKind::Other, With::default());
                }
                self.refuse(no, line, &at, refusal, None);
                from = at.end;
            }
        }
        if from < body.end {
            self.push(no, line, &(from..body.end), RowKind::Other, With::default());
        }
    }

    /// A row of a table that was flattened: a grade, who comes how fast, who is told.
    fn table(&mut self, no: usize, line: &Line, body: &Range<usize>) -> bool {
        let words = self.words;
        let text = slice(&line.text, body).to_owned();
        let all: Vec<Range<usize>> = cells(&text).into_iter().map(|c| shifted(&c, body.start)).collect();
        if all.len() < 3 || text.contains('。') {
            return false;
        }
        let heads = headcount(&text);
        let has_figure = |c: &Range<usize>| {
            slice(&line.text, c).contains(|c: char| c.is_ascii_digit() || "一二三四五六七八九十半".contains(c))
        };
        if heads.is_none() && !all.iter().skip(1).any(has_figure) {
            self.push(no, line, body, RowKind::Other, With::default());
            return true;
        }
        let is_tier = |c: &Range<usize>| {
            let cell = slice(&line.text, c);
            headcount(cell).is_some() || cell.contains('级') && cell.chars().count() <= 6
        };
        let (tier, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(is_tier);
        if let (Some(first), Some(last)) = (tier.first(), tier.last()) {
            let with = With { headcount: heads.clone(), ..With::default() };
            self.push(no, line, &(first.start..last.end), RowKind::Tier, with);
        }
        let mut rest = rest.into_iter().peekable();
        while let Some(cell) = rest.next() {
            let clause = slice(&line.text, &cell).to_owned();
            if let Some(refusal) = words.refusal(&clause, &clause) {
                self.refuse(no, line, &cell, refusal, None);
                continue;
            }
            let is_actor = words.acts(&clause).is_empty() && words.places.ends_as_actor.is_match(&clause);
            let time = rest.peek().cloned().filter(|next| {
                let next = slice(&line.text, next);
                is_actor && period(next).is_some() && words.acts(next).is_empty()
            });
            if let Some(next) = time {
                let within = period(slice(&line.text, &next));
                let duty = Some("receive".to_owned());
                let with = With { duty, who: Some(clause), within, headcount: heads.clone(), ..With::default() };
                self.push(no, line, &(cell.start..next.end), RowKind::Duty, with);
                rest.next();
                continue;
            }
            for piece in between_commas(&clause) {
                let at = shifted(&piece, cell.start);
                let piece = slice(&line.text, &at).to_owned();
                let act = words.acts(&piece).first().copied();
                let kind = act.map_or(RowKind::Other, |a| a.kind);
                let with = With {
                    duty: act.and_then(|a| a.duty).map(str::to_owned),
                    to: recipient(words, &piece),
                    within: period(&piece),
                    headcount: heads.clone(),
                    ..With::default()
                };
                self.push(no, line, &at, kind, with);
            }
        }
        true
    }

    fn sentences(&mut self, no: usize, line: &Line, body: &Range<usize>, numbered: bool) {
        let text = slice(&line.text, body).to_owned();
        let all = sentences(&text);
        let many = all.len() > 1;
        let mut outer = self.who.clone();
        for (i, found) in all.iter().enumerate() {
            let mut at = shifted(found, body.start);
            if let Some(label) = self.label(slice(&line.text, &at)) {
                at.start += label;
            }
            let sentence = slice(&line.text, &at).to_owned();
            let short = sentence.trim().chars().count() <= 8 && actor(self.words, &sentence).is_none();
            if i == 0 && many && numbered && short {
                // A group whose duties follow.
                let name = sentence.trim();
                if self.words.places.ends_as_actor.is_match(name) {
                    self.who = Some(name.to_owned());
                    outer.clone_from(&self.who);
                }
                match self.words.refusal(&sentence, &sentence) {
                    Some(refusal) => self.refuse(no, line, &at, refusal, None),
                    None => self.push(no, line, &at, RowKind::Other, With::default()),
                }
                continue;
            }
            let lead = self.words.places.lead_in.captures(sentence.trim()).and_then(|f| f.get(1));
            if let Some(whose) =
                lead.map(|m| m.as_str().to_owned()).filter(|_| i + 1 == all.len() && text.trim_end().ends_with(':'))
            {
                if whose != "其" {
                    self.who = Some(whose);
                }
                self.push(no, line, &at, RowKind::Other, With::default());
                continue;
            }
            let groups = self.groups(&sentence);
            let named = groups.iter().rev().find_map(|g| g.who.clone());
            self.write(no, line, &at, &sentence, groups);
            self.who = named.or(self.who.take());
        }
        // What a line says of who acts holds for the next ones only where it leads in to them.
        if !text.trim_end().ends_with(':') {
            self.who = outer;
        }
    }

    /// The length of a label such as `协调联络:` before a sentence.
    fn label(&self, sentence: &str) -> Option<usize> {
        let (label, _) = sentence.split_once(':')?;
        let long = label.trim().chars().count();
        let plain = (2..=8).contains(&long) && !label.contains([',', '、']);
        let seat = self.words.places.seat.iter().any(|p| p.is_match(&format!("{}:", label.trim())));
        (plain && !seat).then_some(label.len() + 1)
    }

    /// The pieces of a sentence put together: conditions with what they are for, and what goes on with what it goes on.
    fn groups(&self, sentence: &str) -> Vec<Group<'w>> {
        let (words, places) = (self.words, &self.words.places);
        let pieces = self.pieces(sentence);
        let mut groups: Vec<Group<'w>> = Vec::new();
        let (mut waiting, mut who): (Option<usize>, Option<String>) = (None, None);
        let last = pieces.len().saturating_sub(1);
        let named_alone = words.only_names(sentence);
        for (i, at) in pieces.iter().enumerate() {
            let piece = slice(sentence, at).trim();
            if places.seat.iter().any(|p| p.is_match(piece)) {
                groups.push(Group { at: at.clone(), what: What::Seat, who: None, doubtful: false });
                waiting = None;
                continue;
            }
            let from = waiting.unwrap_or(at.start);
            let around = if named_alone { piece } else { slice(sentence, &(from..at.end)) };
            let of_measure = |groups: &[Group<'w>]| {
                let last = groups.last().filter(|g| matches!(g.what, What::Refused(_)));
                last.is_some_and(|g| places.condition_end.is_match(slice(sentence, &g.at).trim()))
            };
            let named = named_alone && places.condition_end.is_match(piece);
            let refusal = words.refusal(piece, around).filter(|_| !named);
            if let Some(refusal) = refusal.or_else(|| self.told_of_people(&groups, piece)) {
                let named = actor(words, piece);
                groups.push(Group { at: from..at.end, what: What::Refused(refusal), who: named, doubtful: false });
                waiting = None;
                continue;
            }
            if waiting.is_none() && places.backward.is_match(piece) && extend(&mut groups, at.end) {
                continue;
            }
            if waiting.is_some() && i < last && places.or.is_match(piece) {
                continue;
            }
            let acts = words.acts(piece);
            let named = actor(words, piece);
            let condition = places.condition.is_match(piece);
            let asks = piece.replace("要求", "").contains(['应', '须', '要']);
            let only_condition = i < last && !asks && places.condition_end.is_match(piece);
            let act = acts.iter().find(|a| !a.weak).or(acts.first()).copied();
            let Some(act) = act.filter(|_| !only_condition) else {
                let goes_on = !condition && !places.forward.is_match(piece) && named.is_none();
                if !(goes_on && waiting.is_none() && extend(&mut groups, at.end)) {
                    waiting = waiting.or(Some(at.start));
                    who = named.or(who);
                }
                continue;
            };
            if waiting.is_none() && named.is_none() && self.goes_on(&mut groups, sentence, piece, act, at.end) {
                continue;
            }
            let who = named.or_else(|| who.take().filter(|_| waiting.is_some()));
            let after = groups.iter().any(|g| matches!(g.what, What::Refused(_))) && who.is_none();
            let doubtful = of_measure(&groups) || after && words.goes_with_a_measure(act, around);
            groups.push(Group { at: from..at.end, what: What::Act(act), who, doubtful });
            waiting = None;
        }
        if let Some(from) = waiting
            && !extend(&mut groups, sentence.len())
        {
            groups.push(Group { at: from..sentence.len(), what: What::Unclear, who: None, doubtful: false });
        }
        groups
    }

    /// The pieces of a sentence; where each part of a list is an act of another kind (接待、登记、报送), the parts.
    fn pieces(&self, sentence: &str) -> Vec<Range<usize>> {
        let mut out = Vec::new();
        for at in between_commas(sentence) {
            let parts: Vec<Range<usize>> =
                of_list(slice(sentence, &at)).into_iter().map(|p| shifted(&p, at.start)).collect();
            let acts = |p: &Range<usize>| self.words.acts(slice(sentence, p)).first().and_then(|a| a.duty);
            let kinds: Option<BTreeSet<&str>> = parts.iter().map(acts).collect();
            let whole = self.words.places.whole_list.is_match(slice(sentence, &at));
            match kinds.filter(|kinds| kinds.len() > 1 && !whole) {
                Some(_) => out.extend(parts),
                None => out.push(at),
            }
        }
        out
    }

    /// A report of what was found out about people belongs to the measure before it.
    fn told_of_people(&self, groups: &[Group<'w>], piece: &str) -> Option<&'w Refusal> {
        let Some(Group { what: What::Refused(refusal), .. }) = groups.last() else { return None };
        let reports = self.words.acts(piece).iter().any(|a| a.kind == RowKind::Report);
        (refusal.watches && reports && !piece.contains(['将', '把'])).then_some(*refusal)
    }

    /// Whether an act goes on with the one before: of the same kind, without an actor, a recipient or a period of its
    /// own.
    fn goes_on(&self, groups: &mut [Group<'w>], sentence: &str, piece: &str, act: Act<'w>, end: usize) -> bool {
        let words = self.words;
        let Some(Group { at, what: What::Act(before), .. }) = groups.last_mut() else { return false };
        let same = (before.kind, before.duty) == (act.kind, act.duty);
        let two_recipients = recipient(words, piece).is_some() && recipient(words, slice(sentence, at)).is_some();
        let own = period(piece);
        let two_periods =
            own.as_ref().is_some_and(|p| p.every) || own.is_some() && period(slice(sentence, at)).is_some();
        let plain = !words.places.again.is_match(piece) && !two_periods && !two_recipients;
        if !(act.duty == before.duty && (act.weak || before.weak) || same && plain) {
            return false;
        }
        at.end = end;
        if before.weak && !act.weak {
            *before = act;
        }
        true
    }

    fn write(&mut self, no: usize, line: &Line, at: &Range<usize>, sentence: &str, groups: Vec<Group<'w>>) {
        let principle = self.principles || self.words.places.principle.is_match(sentence.trim());
        let heads = headcount(sentence);
        let mut who = self.who.clone();
        for group in groups {
            let own = group.who.is_some();
            who = group.who.or(who);
            let place = shifted(&group.at, at.start);
            let text = slice(&line.text, &place).to_owned();
            match group.what {
                What::Refused(refusal) => self.refuse(no, line, &place, refusal, who.clone()),
                What::Seat => self.push(no, line, &place, RowKind::Seat, With::default()),
                What::Unclear => {
                    let trigger = text.trim().ends_with(['时', '的']) || text.contains("应采取");
                    let kind = if trigger { RowKind::Trigger } else { RowKind::Other };
                    let question = !trigger && !principle && text.trim().chars().count() > FEW;
                    self.push(
                        no,
                        line,
                        &place,
                        kind,
                        With { headcount: headcount(&text), question, ..With::default() },
                    );
                }
                What::Act(act) => {
                    let mut kind = act.kind;
                    if principle && kind == RowKind::Duty && !own {
                        kind = RowKind::Principle;
                    }
                    if kind == RowKind::Principle {
                        self.push(no, line, &place, kind, With { who: who.clone(), ..With::default() });
                        continue;
                    }
                    if self.aftercare && matches!(kind, RowKind::Duty | RowKind::Report) {
                        kind = RowKind::Aftercare;
                    }
                    let with = With {
                        duty: act.duty.map(str::to_owned),
                        who: who.clone(),
                        to: recipient(self.words, &text),
                        within: period(&text),
                        headcount: headcount(&text).or_else(|| heads.clone()),
                        question: group.doubtful || self.words.is_doubtful(&text),
                        ..With::default()
                    };
                    // What may be a measure stands as text and as a question, and in no duty.
                    let with = if with.question { With { duty: None, ..with } } else { with };
                    let kind = if with.question { RowKind::Other } else { kind };
                    self.push(no, line, &place, kind, with);
                }
            }
        }
    }
}

/// Lets what stands before reach to here.
fn extend(groups: &mut [Group<'_>], end: usize) -> bool {
    groups.last_mut().map(|g| g.at.end = end).is_some()
}
