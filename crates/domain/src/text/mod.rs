//! One normalisation for every door (ADR 0013): what full-width, zero-width, bidirectional, control, Kangxi and
//! compatibility characters become, by what a field holds. Forms, API, import, search, papers and packs all call it.
//!
//! [`prose`] and [`line()`] keep what was written and take out only what nobody sees; [`name`], [`telephone`],
//! [`mail`], [`number`] and [`heading`] bring a value into the form in which it is stored or compared; [`folded`] is
//! for comparing and finding alone and is never shown. Days and times stand in [`days`].
//!
//! Nothing here cuts: a text that is too long is refused by whoever asked for it.

pub mod days;
mod people;
mod radicals;
mod script;

use unicode_normalization::UnicodeNormalization;

pub use people::{Sort, is_of_a_person, sort_of_number};

/// A text of several lines as it is kept: line ends are `\n`, what nobody sees is out, ends of lines are bare.
pub fn prose(text: &str) -> String {
    let kept = seen(text);
    let lines: Vec<&str> = kept.split('\n').map(str::trim_end).collect();
    lines.join("\n").trim_matches('\n').trim().to_owned()
}

/// One line as it is kept: a title, a place, a body complained of. Line ends and runs of blanks become one blank,
/// letters and digits are half-width; punctuation stays as it was written.
pub fn line(text: &str) -> String {
    one_line(&seen(text)).chars().map(half_width_alphanumeric).collect()
}

/// A person's or an office's name: a line whose blanks between Han characters are out (张　三), letters half-width.
pub fn name(text: &str) -> String {
    let words: Vec<char> = line(text).chars().collect();
    let han = |at: Option<usize>| at.and_then(|i| words.get(i)).copied().is_some_and(is_han);
    let between = |i: usize| han(i.checked_sub(1)) && han(Some(i + 1));
    words.iter().enumerate().filter(|(i, c)| !(**c == ' ' && between(*i))).map(|(_, c)| *c).collect()
}

/// Names of a list: one on a line, or divided by commas, or by blanks where each is a Chinese name (张三 李四 王 五).
pub fn names(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    for piece in prose(text).split(['\n', '、', ',', '，', ';', '；', '/', '／', '|', '｜', '\t']) {
        let words: Vec<&str> = piece.split_whitespace().collect();
        let chinese = words.len() > 1 && words.iter().all(|w| w.chars().count() <= 4 && w.chars().all(is_han));
        if !chinese {
            out.push(name(piece));
            continue;
        }
        // A single character is a family name, or a given name set apart to fill the column: it joins the next word.
        let mut waiting = String::new();
        for word in words {
            let single = word.chars().count() == 1;
            if !waiting.is_empty() && word.chars().count() <= 2 {
                out.push(std::mem::take(&mut waiting) + word);
            } else if single {
                out.extend(Some(std::mem::take(&mut waiting)).filter(|w| !w.is_empty()));
                waiting.push_str(word);
            } else {
                out.extend(Some(std::mem::take(&mut waiting)).filter(|w| !w.is_empty()));
                out.push(word.to_owned());
            }
        }
        out.extend(Some(waiting).filter(|w| !w.is_empty()));
    }
    out.retain(|n| !is_blank(n));
    out
}

/// A number or code as people write it: half-width, one kind of hyphen, nothing unseen, blanks single.
pub fn number(text: &str) -> String {
    let half: String = seen(text).nfkc().collect();
    one_line(&half).chars().map(|c| if is_dash(c) { '-' } else { c }).collect()
}

/// A telephone number, or several: as [`number`], divided by 、. What follows a comma and is too short for a number is
/// an extension.
pub fn telephone(text: &str) -> String {
    let half = number(text).replace([';', '/', '|'], "、").replace(['転', '轉'], "转");
    let mut out: Vec<String> = Vec::new();
    for piece in half.split('、') {
        for part in piece.split(',').map(str::trim).filter(|p| !p.is_empty()) {
            let short = part.chars().filter(char::is_ascii_digit).count() < 5;
            match out.last_mut().filter(|_| short) {
                Some(last) => last.push_str(&format!(",{part}")),
                None => out.push(part.to_owned()),
            }
        }
    }
    out.join("、")
}

/// Whether a value that passed [`telephone`] is one telephone number or several, with extensions.
pub fn is_telephone(text: &str) -> bool {
    let one = |piece: &str| {
        let main = piece.split(['转', ',', 'x', 'X', '#']).next().unwrap_or_default();
        let digits = |part: &str| part.chars().filter(char::is_ascii_digit).count();
        (5..=20).contains(&digits(main))
            && digits(piece) <= 26
            && piece.chars().all(|c| {
                c.is_ascii_digit() || matches!(c, '+' | '-' | ' ' | '(' | ')' | '转' | ',' | '.' | '#' | 'x' | 'X')
            })
    };
    text.chars().count() <= 100 && !text.is_empty() && text.split('、').all(one)
}

/// An e-mail address: half-width, without blanks and without the punctuation of the sentence it stood in.
pub fn mail(text: &str) -> String {
    let half: String =
        seen(text).nfkc().filter(|c| !c.is_whitespace()).map(|c| if c == '。' || c == '｡' { '.' } else { c }).collect();
    let bare = half.trim_start_matches("mailto:").trim_start_matches("MAILTO:");
    bare.trim_matches(|c: char| ".,;:，；：、<>()（）《》\"'“”‘’[]【】!！?？".contains(c)).to_owned()
}

/// Whether a value that passed [`mail`] can be an address.
pub fn is_mail(text: &str) -> bool {
    let Some((user, host)) = text.rsplit_once('@') else { return false };
    let label = |l: &str| {
        !l.is_empty()
            && l.len() <= 63
            && !l.starts_with('-')
            && !l.ends_with('-')
            && l.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    text.len() <= 254
        && !user.is_empty()
        && user.len() <= 64
        && !user.starts_with('.')
        && !user.ends_with('.')
        && !user.contains("..")
        && user.chars().all(|c| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c))
        && host.contains('.')
        && host.split('.').all(label)
        && host
            .rsplit('.')
            .next()
            .is_some_and(|top| top.chars().count() >= 2 && !top.chars().all(|c| c.is_ascii_digit()))
}

/// A column's heading: half-width, lower case, without blanks, colons, stars and remarks in brackets (受理日期（必填） → 受理日期).
pub fn heading(text: &str) -> String {
    let half: String = seen(text).nfkc().collect();
    let mut depth = 0_u32;
    let mut out = String::new();
    for c in one_line(&half).to_lowercase().chars() {
        match c {
            '(' | '[' | '【' | '<' => depth += 1,
            ')' | ']' | '】' | '>' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            ':' | '*' | '※' | '★' | '"' | '\'' | '.' | '、' | '。' => {}
            '_' | '-' => out.push(' '),
            c => out.push(c),
        }
    }
    let table = script::simplified();
    let plain: String = one_line(&out).chars().map(|c| table.of(c)).collect();
    if plain.chars().any(is_han) { plain.replace(' ', "") } else { plain }
}

/// What a number of somebody else's comes to when it is compared: letters, digits and Han characters alone.
pub fn reference(text: &str) -> String {
    folded(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// A text for comparing and finding: compatibility forms, width, case, traditional characters and all that nobody sees
/// are levelled. It is never shown and never stored as what somebody wrote.
pub fn folded(text: &str) -> String {
    let table = script::simplified();
    let plain = text.nfkc().map(radicals::unified).filter(|c| !is_ignorable(*c) && !is_variation(*c) && !is_joiner(*c));
    plain.flat_map(char::to_lowercase).map(|c| if c.is_control() { '\n' } else { table.of(c) }).collect()
}

/// Whether nothing of a text can be seen: blanks, zero-width signs, fillers.
pub fn is_blank(text: &str) -> bool {
    seen(text).chars().all(|c| {
        c.is_whitespace()
            || matches!(c, '\u{2800}' | '\u{3164}' | '\u{ffa0}' | '\u{115f}' | '\u{1160}')
            || is_variation(c)
    })
}

/// Whether a cell says that there is nothing in it: blank, a dash, 无, 不详, n/a.
pub fn is_placeholder(text: &str) -> bool {
    let plain: String = folded(text).chars().filter(|c| !c.is_whitespace()).collect();
    plain.chars().all(|c| is_dash(c) || "/\\_.。·…*~—".contains(c))
        || [
            "无",
            "没有",
            "不详",
            "未知",
            "不明",
            "暂无",
            "空",
            "未填",
            "未填写",
            "无此项",
            "n/a",
            "na",
            "nil",
            "none",
            "null",
            "nan",
            "(空)",
            "(无)",
            "（无）",
        ]
        .contains(&plain.as_str())
}

/// Whether a name says that there is none: 匿名, 无名氏, 不愿透露, or a placeholder.
pub fn is_no_name(text: &str) -> bool {
    let plain: String = folded(text).chars().filter(|c| c.is_alphanumeric()).collect();
    is_placeholder(text)
        || plain.is_empty()
        || plain.find("匿名").is_some_and(|at| at > 0 || plain.chars().count() > 3)
        // 匿名用户, 张某某（要求匿名）, 不愿留名, 热心市民: whoever asks not to be named is not.
        || ["不愿透露", "不愿留名", "不愿署名", "不留名", "不具名", "热心市民", "热心群众", "热心网友"].iter().any(|w| plain.contains(w))
        || plain == "保密"
        || [
            "匿名",
            "匿名信",
            "匿名来信",
            "匿名者",
            "匿名人",
            "匿名群众",
            "匿名举报人",
            "匿名信访人",
            "无名",
            "无名氏",
            "未署名",
            "没有署名",
            "不署名",
            "未具名",
            "不具名",
            "未留名",
            "未留姓名",
            "不愿透露",
            "不愿透露姓名",
            "佚名",
            "某群众",
            "群众",
            "anonymous",
            "unknown",
        ]
        .contains(&plain.as_str())
}

/// Takes out what nobody sees and brings line ends to `\n`; everything else stays as it was written.
fn seen(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let all: Vec<char> = text.nfc().collect();
    let mut out = String::with_capacity(text.len());
    for (i, c) in all.iter().copied().enumerate() {
        match c {
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push('\n'),
            '\t' => out.push(' '),
            c if c.is_control() || is_ignorable(c) || is_no_character(c) => {}
            // A joiner shapes letters of some scripts and emoji; between others it is a sign nobody sees.
            c if is_joiner(c) => {
                let shapes = |n: Option<&char>| {
                    n.is_some_and(|n| {
                        !n.is_ascii() && !n.is_whitespace() && !is_han(*n) && !is_joiner(*n) && !is_full_width(*n)
                    })
                };
                if shapes(i.checked_sub(1).and_then(|b| all.get(b)))
                    && (shapes(all.get(i + 1)) || c == '\u{200c}' || c == '\u{200d}')
                {
                    out.push(c);
                }
            }
            c => out.push(radicals::unified(kangxi(c))),
        }
    }
    out
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A Kangxi radical is the character it shows.
fn kangxi(c: char) -> char {
    if ('\u{2f00}'..='\u{2fdf}').contains(&c) { c.nfkc().next().unwrap_or(c) } else { c }
}

fn half_width_alphanumeric(c: char) -> char {
    match c {
        '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        c => c,
    }
}

/// Whether a character is a Han ideograph.
pub fn is_han(c: char) -> bool {
    matches!(u32::from(c), 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0x20000..=0x323AF | 0x3007)
}

fn is_full_width(c: char) -> bool {
    matches!(u32::from(c), 0x3000..=0x303F | 0xFF00..=0xFFEF)
}

fn is_dash(c: char) -> bool {
    matches!(
        c,
        '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '－' | '\u{2e3a}' | '\u{2e3b}' | 'ー'
    )
}

/// Signs without a shape: zero-width blanks, directions, soft hyphens, tags (Unicode's Default_Ignorable_Code_Point,
/// without joiners, variation selectors and fillers).
fn is_ignorable(c: char) -> bool {
    matches!(
        u32::from(c),
        0xAD | 0x34F | 0x61C | 0x17B4 | 0x17B5 | 0x180E | 0x200B | 0x200E | 0x200F | 0x202A..=0x202E
        | 0x2060..=0x206F | 0xFEFF | 0xFFF9..=0xFFFB | 0x1BCA0..=0x1BCA3 | 0x1D173..=0x1D17A | 0xE0000..=0xE00FF
        | 0xE01F0..=0xE0FFF
    )
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

fn is_variation(c: char) -> bool {
    matches!(u32::from(c), 0xFE00..=0xFE0F | 0x180B..=0x180D | 0x180F | 0xE0100..=0xE01EF)
}

fn is_no_character(c: char) -> bool {
    let code = u32::from(c);
    code & 0xFFFE == 0xFFFE || (0xFDD0..=0xFDEF).contains(&code)
}

#[cfg(test)]
mod tests;
