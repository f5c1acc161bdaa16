//! Index terms: overlapping pairs of Han characters, other words whole (STACK.md, "bigrams, not words").
//!
//! A run 供暖费 becomes `供暖 暖费 费`: every substring of two characters or more is a phrase of pairs, and a
//! single character is a prefix. Texts and queries are folded alike (`text::folded`, ADR 0013), and a text broken over
//! lines is found as if it were not. Names and contacts are never given to this module, and a number by which a person
//! is known is put into no index.

use huiyin_domain::kind::ProceedingKind;
use huiyin_domain::text::{Sort, folded, is_han, sort_of_number};

/// What a query asks for; all phrases must match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phrase {
    /// Consecutive terms.
    pub terms: Vec<String>,
    /// The last term is only the beginning of a term.
    pub prefix: bool,
}

/// Longest word kept, in characters.
const WORD: usize = 40;
/// Phrases of a query.
const PHRASES: usize = 60;
/// Groups in which mobile numbers are written, with and without the code of the country.
const MOBILE: [&[usize]; 12] = [
    &[11],
    &[3, 4, 4],
    &[3, 8],
    &[7, 4],
    &[2, 11],
    &[2, 3, 4, 4],
    &[2, 3, 8],
    &[4, 11],
    &[4, 3, 4, 4],
    &[13],
    &[12],
    &[15],
];
/// Chinese numerals as they are read aloud, figure by figure.
const NUMERALS: [(char, char); 13] = [
    ('〇', '0'),
    ('零', '0'),
    ('○', '0'),
    ('一', '1'),
    ('幺', '1'),
    ('二', '2'),
    ('三', '3'),
    ('四', '4'),
    ('五', '5'),
    ('六', '6'),
    ('七', '7'),
    ('八', '8'),
    ('九', '9'),
];
/// Digits from which groups of one number are found as one: accounts, orders, contracts.
const LONG: usize = 12;
/// Groups in which a person's number is written at most: 86 139 0013 8000, or an identity number by its parts.
const GROUPS: usize = 6;

enum Run {
    Han(Vec<char>),
    Word(String),
}

/// The runs of a folded text: Han characters, and words of other letters and digits. Blanks and line ends between Han
/// characters break nothing; everything else does.
fn runs(plain: &str) -> Vec<Run> {
    let mut out: Vec<Run> = Vec::new();
    // What stood between the last run and this character: nothing, blanks, or something else.
    let (mut blank, mut broken) = (false, false);
    for c in plain.chars() {
        if c.is_whitespace() {
            blank = true;
            continue;
        }
        if !c.is_alphanumeric() && !is_han(c) {
            broken = true;
            continue;
        }
        let han = is_han(c);
        match out.last_mut() {
            Some(Run::Han(run)) if han && !broken => run.push(c),
            Some(Run::Word(word)) if !han && !broken && !blank => word.push(c),
            _ if han => out.push(Run::Han(vec![c])),
            _ => out.push(Run::Word(c.to_string())),
        }
        (blank, broken) = (false, false);
    }
    out
}

/// Takes mobile and resident identity numbers out of a folded text, whole or in groups (139 0013 8000), in digits or in
/// words.
fn without_people(folded: &str) -> String {
    let kept: Vec<char> = folded.chars().collect();
    let chars = in_digits(&kept);
    let groups = groups(&chars);
    let mut out = vec![true; groups.len()];
    for first in 0..groups.len() {
        let (mut digits, mut lengths) = (String::new(), Vec::new());
        for (at, group) in groups.iter().enumerate().skip(first).take(GROUPS) {
            let joined = at == first || groups.get(at - 1).is_some_and(|before| is_joined(&chars, before.1, group.0));
            if !joined {
                break;
            }
            digits.extend(chars.get(group.0..group.1).unwrap_or_default());
            lengths.push(group.1 - group.0);
            let told = match sort_of_number(&digits) {
                // Of a mobile number only the groups in which people write one: 130434-00012 is a number of a matter.
                Sort::Mobile => MOBILE.contains(&lengths.as_slice()),
                Sort::Identity => true,
                Sort::Other => false,
            };
            if told {
                out.iter_mut().take(at + 1).skip(first).for_each(|keep| *keep = false);
            }
        }
    }
    let mut kept = kept;
    for ((from, to), _) in groups.into_iter().zip(out).filter(|(_, keep)| !keep) {
        kept.iter_mut().take(to).skip(from).for_each(|c| *c = '\n');
        // Not a blank, which would let the words on both sides grow together.
        if let Some(c) = kept.get_mut(from) {
            *c = '|';
        }
    }
    kept.into_iter().collect()
}

/// Chinese numerals as digits where three or more stand together: 一三九 is the beginning of a number, 一五 may be anything.
fn in_digits(chars: &[char]) -> Vec<char> {
    let digit =
        |c: char| c.is_ascii_digit().then_some(c).or_else(|| NUMERALS.iter().find(|(n, _)| *n == c).map(|(_, d)| *d));
    let mut out = chars.to_vec();
    let mut at = 0;
    while at < chars.len() {
        let run: Vec<char> = chars.iter().skip(at).map_while(|c| digit(*c)).collect();
        if run.len() >= 3 {
            out.iter_mut().skip(at).zip(&run).for_each(|(c, d)| *c = *d);
        }
        at += run.len().max(1);
    }
    out
}

/// Where runs of digits stand, each with an `x` that may end an identity number.
fn groups(chars: &[char]) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let digits = chars.iter().skip(at).take_while(|c| c.is_ascii_digit()).count();
        if digits == 0 {
            at += 1;
            continue;
        }
        let end = at + digits;
        let x = chars.get(end) == Some(&'x') && !chars.get(end + 1).is_some_and(|c| c.is_ascii_alphanumeric());
        out.push((at, end + usize::from(x)));
        at = end + usize::from(x);
    }
    out
}

/// Whether two groups are written as one number: nothing but one or two signs such as a blank, a hyphen or a bracket
/// between, or the end of a line with its blanks.
fn is_joined(chars: &[char], end: usize, next: usize) -> bool {
    let between = chars.get(end..next).unwrap_or_default();
    let broken = (1..=8).contains(&between.len())
        && between.iter().all(|c| c.is_whitespace())
        && between.iter().filter(|c| **c == '\n').count() == 1;
    broken
        || (1..=2).contains(&between.len())
            && between
                .iter()
                .all(|c| matches!(c, ' ' | '-' | '.' | '(' | ')' | '·' | '/' | '_' | '\u{2010}'..='\u{2015}'))
}

/// Long numbers of a text that are written in groups or broken over lines, as one each: 6222 0212 3456 7890.
fn long_numbers(plain: &str) -> Vec<String> {
    let chars: Vec<char> = plain.chars().collect();
    let groups: Vec<(usize, usize)> = groups(&chars);
    let mut out = Vec::new();
    for first in 0..groups.len() {
        let mut digits = String::new();
        for (at, group) in groups.iter().enumerate().skip(first).take(GROUPS) {
            if at > first && !groups.get(at - 1).is_some_and(|before| is_joined(&chars, before.1, group.0)) {
                break;
            }
            digits.extend(chars.get(group.0..group.1).unwrap_or_default());
            if at > first && digits.len() >= LONG && sort_of_number(&digits) == Sort::Other {
                out.push(digits.clone());
            }
        }
    }
    out
}

/// A query that is one number in groups of four, as accounts are printed, as that number.
fn in_one(plain: &str) -> String {
    let groups: Vec<&str> = plain.trim().split([' ', '-']).collect();
    let (last, before) = groups.split_last().unwrap_or((&"", &[]));
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let printed =
        before.len() >= 2 && before.iter().all(|g| g.len() == 4 && digits(g)) && last.len() <= 4 && digits(last);
    if printed && groups.concat().len() >= LONG { groups.concat() } else { plain.to_owned() }
}

/// The terms of the parts of a matter, in order, divided by spaces. No phrase reaches from one part into the next.
pub fn index_terms(parts: &[&str]) -> String {
    let mut out = String::with_capacity(parts.iter().map(|p| p.len()).sum::<usize>() * 2);
    let mut add = |term: &mut dyn Iterator<Item = char>| {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(term);
    };
    for plain in parts.iter().map(|p| without_people(&folded(p))) {
        for number in long_numbers(&plain) {
            add(&mut number.chars().take(WORD));
        }
        for run in runs(&plain) {
            match run {
                Run::Han(run) => {
                    for pair in run.windows(2) {
                        add(&mut pair.iter().copied());
                    }
                    add(&mut run.last().copied().into_iter());
                }
                Run::Word(word) => add(&mut word.chars().take(WORD)),
            }
        }
    }
    out
}

/// The phrases of a query; empty when nothing searchable was typed.
pub fn phrases(text: &str) -> Vec<Phrase> {
    runs(&in_one(&without_people(&folded(text))))
        .into_iter()
        .map(|run| match run {
            Run::Han(run) if run.len() == 1 => Phrase { terms: vec![run.iter().collect()], prefix: true },
            Run::Han(run) => Phrase { terms: run.windows(2).map(|p| p.iter().collect()).collect(), prefix: false },
            Run::Word(word) => Phrase { terms: vec![word.chars().take(WORD).collect()], prefix: false },
        })
        .take(PHRASES)
        .collect()
}

/// Whether a query is nothing but the number of a person.
pub fn is_a_person(text: &str) -> bool {
    let plain = folded(text);
    let rest = without_people(&plain);
    rest != plain && !rest.chars().any(char::is_alphanumeric)
}

/// Whether a query holds the number of a person, which is looked for nowhere.
pub fn names_a_person(text: &str) -> bool {
    let plain = folded(text);
    without_people(&plain) != plain
}

/// A scope token: letters and digits only, so that every index keeps it whole. Each kind of proceeding has its own, so
/// that a search among the few of one kind does not walk through the matters.
pub fn scope_token(kind: ProceedingKind, tenant: &str, unit: &str) -> String {
    let plain =
        |t: &str| t.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect::<String>();
    let of = if kind == ProceedingKind::Matter { "scope" } else { kind.word() };
    format!("{of}{}x{}", plain(tenant), plain(unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str) -> String {
        index_terms(&[text])
    }

    #[test]
    fn pairs_overlap_and_words_stay_whole() {
        assert_eq!(terms("供暖费 ABC-12 好"), "供暖 暖费 费 abc 12 好");
        assert_eq!(index_terms(&["供暖", "费"]), "供暖 暖 费", "no phrase reaches into the next part");
    }

    #[test]
    fn a_query_is_a_phrase_of_its_pairs() {
        assert_eq!(phrases("供暖费"), vec![Phrase { terms: vec!["供暖".into(), "暖费".into()], prefix: false }]);
        assert_eq!(phrases("费"), vec![Phrase { terms: vec!["费".into()], prefix: true }]);
        assert!(phrases(" ！— ").is_empty());
    }

    #[test]
    fn what_is_written_otherwise_comes_to_the_same() {
        for (text, query) in [
            ("舊城區違章建築", "违章建筑"),
            ("反映编号ＡＢＣ１２３被没收", "abc123"),
            ("供\u{200b}暖设施停了", "供暖设施"),
            ("供\n暖设施\r\n　　停了", "供暖设施停了"),
            ("⽔渠塌⽅", "水渠塌方"),
            ("合同编号20250318004417逾期", "20250318004417"),
            ("合同　第 ２０２５－０３ 号", "2025-03"),
            ("账号 6222 0212 3456 7890 123 被冻结", "6222021234567890123"),
            ("账号6222021234567890123被冻结", "6222 0212 3456 7890 123"),
            ("账号 6222-0212-3456-7890-123", "6222 0212 3456 7890 123"),
            ("合同编号20250318\n　　004417逾期", "20250318004417"),
            ("订单：20250318004417\n20250318004418\n20250318004419", "20250318004418"),
        ] {
            let found = terms(text);
            for phrase in phrases(query) {
                assert!(
                    format!(" {found} ").contains(&format!(" {} ", phrase.terms.join(" "))),
                    "{query} in {text}: {found}"
                );
            }
        }
        assert!(!terms("供，暖").contains("供暖"), "a comma parts");
    }

    #[test]
    fn a_persons_number_is_in_no_index_however_it_is_grouped() {
        for number in [
            "13900138000",
            "139 0013 8000",
            "139-0013-8000",
            "+86 139 0013 8000",
            "１３９００１３８０００",
            "(86)13900138000",
            "11010519491231002X",
            "110105 19491231 002x",
            "139\n0013 8000",
            "11010519491231\n　　002X",
            "一三九零零一三八零零零",
            "幺三九〇〇幺三八〇〇〇",
            "一三九 〇〇一三 八〇〇〇",
        ] {
            for text in [format!("我的电话是{number}，请回电"), format!("tel{number}")] {
                let found = terms(&text);
                assert!(
                    !found.chars().any(|c| c.is_ascii_digit() || NUMERALS.iter().any(|(n, _)| *n == c)),
                    "{number}: {found}"
                );
                assert!(names_a_person(&text));
            }
        }
        // Other long numbers stay: contracts, orders, accounts, land lines, an identity number whose check digit is
        // wrong.
        for number in ["20250318004417", "6222021234567890123", "01088886666", "110105194912310021", "139001380001"] {
            assert!(terms(&format!("编号{number}。")).split(' ').any(|t| t == number), "{number}");
        }
    }
}
