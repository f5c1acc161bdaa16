//! Numbers of days in sentences. What is published comes from what is in force: a title, a hint or a paper names the
//! clock in braces or as a variable (`{handle}`, `{{ period_handle }}`), and is shown with the period of its day.

use huiyin_domain::procedure::Label;

use crate::PackFiles;
use crate::error::PackError;

/// Units of a period, longest first.
const UNITS: &[&str] = &["个工作日", "工作日", "小时", "分钟", "个月", "日", "天"];
/// The same in English, by their beginnings.
const ENGLISH: &[&str] = &["day", "working day", "calendar day", "hour", "minute", "month"];
const NUMERALS: &str = "0123456789０１２３４５６７８９〇零一二两三四五六七八九十百半";
const WORDS: &[&str] = &[
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "ten",
    "fifteen",
    "twenty",
    "thirty",
    "forty-five",
    "sixty",
    "ninety",
];

/// The first period that a text says in figures or words: 三十日, 5个工作日, 30 days. Dates (3月9日) are none.
pub fn in_text(text: &str) -> Option<String> {
    chinese(text).or_else(|| english(text))
}

/// The same of a label in either language.
pub fn in_label(label: &Label) -> Option<String> {
    label.texts().find_map(|t| in_text(t))
}

fn chinese(text: &str) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    for (i, _) in chars.iter().enumerate() {
        let rest: String = chars.iter().skip(i).take(4).collect();
        let Some(unit) = UNITS.iter().find(|u| rest.starts_with(**u)) else { continue };
        let before: String = chars.iter().take(i).collect();
        let number: String = before
            .trim_end()
            .chars()
            .rev()
            .take_while(|c| NUMERALS.contains(*c))
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect();
        let ahead = before.trim_end().chars().rev().nth(number.chars().count());
        // 3月9日 is a day of the year, 第三日 and 最后一日 places in a row; 半天 and 一天天 are no periods of the law.
        let dated =
            matches!(ahead, Some('月' | '第' | '每' | '下' | '-' | '/')) || before.trim_end().ends_with("最后一");
        if !number.is_empty() && number != "半" && !dated {
            return Some(format!("{number}{unit}"));
        }
    }
    None
}

fn english(text: &str) -> Option<String> {
    let lower = text.to_lowercase();
    let words: Vec<&str> = lower
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '.' | ':' | '(' | ')' | '"'))
        .filter(|w| !w.is_empty())
        .collect();
    for (i, word) in words.iter().enumerate() {
        let number = word.chars().all(|c| c.is_ascii_digit()) || WORDS.contains(word);
        let rest: String = words.iter().skip(i + 1).take(2).copied().collect::<Vec<_>>().join(" ");
        if number && ENGLISH.iter().any(|unit| rest.starts_with(unit)) {
            return Some(format!("{word} {rest}"));
        }
    }
    None
}

/// Every line of a pack's texts that says a number of days. What a clause says is quoted and may; so may a case and a
/// comment.
pub(crate) fn find(files: &PackFiles) -> Vec<PackError> {
    let mut out = Vec::new();
    for (file, text) in &files.files {
        let (mut section, mut quoted) = (String::new(), false);
        for (index, line) in text.lines().enumerate() {
            let trimmed = line.trim_start();
            if !quoted && trimmed.starts_with('[') {
                section = trimmed.trim_matches(['[', ']', ' ']).to_owned();
            }
            let comment = !quoted && trimmed.starts_with('#');
            let said = ["clause", "case", "pack", "class"]
                .iter()
                .all(|s| section != *s && !section.starts_with(&format!("{s}.")));
            if said && !comment {
                let words = if quoted { line } else { line.split_once('"').map_or("", |(_, rest)| rest) };
                if let Some(period) = in_text(words) {
                    let message = format!(
                        "`{period}` is a period written into a text; write the clock it comes from, `{{CLOCK}}` in a label or `{{{{ period_CLOCK }}}}` in a paper, so that it is always the one in force"
                    );
                    out.push(PackError { pack: files.id.clone(), file: file.clone(), line: index + 1, message });
                }
            }
            if line.matches("\"\"\"").count() % 2 == 1 {
                quoted = !quoted;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::in_text;

    #[test]
    fn periods_are_told_from_dates_and_idioms() {
        for (text, found) in [
            ("十五日内转送", Some("十五日")),
            ("5 个工作日内", Some("5个工作日")),
            ("六十日仍从受理之日起算", Some("六十日")),
            ("within 15 days", Some("15 days")),
            ("the sixty days run on", Some("sixty days run")),
            ("2026年3月9日收到", None),
            ("从受理之日起算", None),
            ("第三日", None),
            ("{handle}内答复", None),
            ("the period runs from receipt", None),
            ("自收到之日起{ask_review}内", None),
        ] {
            assert_eq!(in_text(text).as_deref(), found, "{text}");
        }
    }
}
